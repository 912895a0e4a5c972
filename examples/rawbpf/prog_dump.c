/* SPDX-License-Identifier: MIT */
/* rawbpf prog dump: instructions as the kernel runs them, and machine code. */
#include "verbs.h"

#include <rawbpf/btf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct dump {
	struct rawbpf_prog_info info; /* its arrays are malloc-ed */
	struct rawbpf_btf btf;        /* the program's own; zeroed: it has none */
	struct rawbpf_ksym *calls;    /* the kernel functions that it calls, each once */
	unsigned call_count;
	uint64_t call_base;           /* the address from which the program counts call targets */
};

static int load(void *context, int fd)
{
	struct dump *dump = context;
	struct rawbpf_prog_info *info = &dump->info;
	const struct {
		struct rawbpf_info_array *array;
		unsigned size;
	} arrays[] = {
		{ &info->xlated, sizeof(struct bpf_insn) }, { &info->jited, 1 },
		{ &info->jited_ksyms, 8 },                  { &info->jited_func_lens, 4 },
		{ &info->func_info, 64 },                   { &info->line_info, 64 },
	};
	int btf, err = rawbpf_prog_info(info, fd);

	if (err < 0)
		return err;
	for (unsigned i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
		arrays[i].array->max = arrays[i].array->count;
		arrays[i].array->data = must_allocate((size_t)arrays[i].size * arrays[i].array->count);
	}
	/*
	 * `max` counts our structs, and a newer kernel's may be longer: give 64 bytes to each
	 * record
	 */
	info->func_info.max *= 64 / sizeof(struct bpf_func_info);
	info->line_info.max *= 64 / sizeof(struct bpf_line_info);
	err = rawbpf_prog_info(info, fd);
	btf = info->btf_id ? rawbpf_obj_id_open(RAWBPF_OBJ_BTF, info->btf_id, NULL) : -1;
	if (btf >= 0) {
		rawbpf_btf_open(&dump->btf, btf, NULL);
		close(btf);
	}
	return err;
}

static const struct bpf_insn *insn_at(const struct dump *dump, unsigned slot)
{
	return (const struct bpf_insn *)dump->info.xlated.data + slot;
}

static int is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL);
}

/* Return the kernel function that the instruction calls, or NULL for other or unknown calls. */
static struct rawbpf_ksym *call_at(const struct dump *dump, unsigned slot)
{
	const struct bpf_insn *insn = insn_at(dump, slot);

	if (!is_call(insn) || insn->src_reg == BPF_PSEUDO_CALL)
		return NULL;
	for (unsigned i = 0; i < dump->call_count; i++)
		if (dump->calls[i].address == dump->call_base + insn->imm)
			return &dump->calls[i];
	return NULL;
}

/*
 * Find the kernel functions. A call holds the distance from a symbol of the kernel. A long program
 * calls few functions many times, so look each function up once.
 */
static void find_calls(struct dump *dump)
{
	unsigned i, room = 0;

	if (rawbpf_ksym_find(&dump->call_base, 1, "__bpf_call_base") < 0)
		return;
	for (i = 0; i < dump->info.xlated.count; i++) {
		const struct bpf_insn *insn = insn_at(dump, i);

		if (!is_call(insn) || insn->src_reg == BPF_PSEUDO_CALL || call_at(dump, i))
			continue;
		if (dump->call_count == room)
			dump->calls = must_grow(dump->calls, room += 16, sizeof *dump->calls);
		dump->calls[dump->call_count++] =
			(struct rawbpf_ksym){ .address = dump->call_base + insn->imm };
	}
	if (dump->call_count && rawbpf_ksym_resolve(dump->calls, dump->call_count) < 0)
		dump->call_count = 0;
}

/* ------------------------------------------------------- functions, lines, instructions */

/*
 * Return the record of `slot`, with which a record begins. The kernel takes records only in
 * ascending order.
 */
static const void *record_at(const struct rawbpf_info_array *array, unsigned size, unsigned slot)
{
	unsigned first = 0, end = array->data ? array->count : 0;

	while (first < end) {
		unsigned middle = first + (end - first) / 2;
		const uint32_t *record = (const void *)((char *)array->data + (size_t)middle * size);

		if (*record == slot)
			return record;
		if (*record < slot)
			first = middle + 1;
		else
			end = middle;
	}
	return NULL;
}

static const struct bpf_func_info *function_at(const struct dump *dump, unsigned slot)
{
	return record_at(&dump->info.func_info, dump->info.func_info_size, slot);
}

static const struct bpf_line_info *line_at(const struct dump *dump, unsigned slot)
{
	return record_at(&dump->info.line_info, dump->info.line_info_size, slot);
}

/* Return the function's name in the program's BTF, or NULL. */
static const char *function_name(const struct dump *dump, unsigned slot)
{
	const struct bpf_func_info *function = function_at(dump, slot);
	const char *name = NULL;

	if (function && dump->btf.types)
		name = rawbpf_btf_type_name(&dump->btf, function->type_id);
	return name && *name ? name : NULL;
}

/* Return the function's declaration, for free(), or NULL if it has no type. */
static char *function_prototype(const struct dump *dump, unsigned slot)
{
	const struct bpf_func_info *function = function_at(dump, slot);
	char text[1024];

	if (!function || !dump->btf.types)
		return NULL;
	rawbpf_btf_type_format(text, sizeof text, &dump->btf, function->type_id);
	return text_escape(text, strlen(text));
}

static const char *string_at(const struct dump *dump, unsigned offset)
{
	const char *string = dump->btf.types ? rawbpf_btf_string_get(&dump->btf, offset) : NULL;

	return string ? string : "";
}

/* Return the name of the function that the instruction calls, or passes to a helper, or NULL. */
static const char *target_name(const struct dump *dump, unsigned slot, const struct bpf_insn *insn)
{
	if (is_call(insn) ? insn->src_reg != BPF_PSEUDO_CALL :
	    insn->code != (BPF_LD | BPF_IMM | BPF_DW) || insn->src_reg != BPF_PSEUDO_FUNC)
		return NULL;
	return function_name(dump, slot + 1 + (unsigned)insn->imm);
}

/*
 * Format an instruction as the disassembler does, except for the differences in a loaded program.
 * Maps have ids, helpers have addresses. In a compiled program, calls of its own functions have the
 * distance in another field. The program's functions have names.
 */
static void format_insn(const struct dump *dump, unsigned slot, char text[512], unsigned *slots)
{
	unsigned count = dump->info.xlated.count - slot;
	struct bpf_insn insns[2] = { *insn_at(dump, slot), *insn_at(dump, slot + (count > 1)) };
	const struct rawbpf_ksym *call = call_at(dump, slot);
	const char *target;
	char *map, label[256];
	int helper = -1;

	if (is_call(insns) && insns->src_reg == BPF_PSEUDO_CALL && insns->off) {
		insns->imm = insns->off;
		insns->off = 0;
	}
	target = target_name(dump, slot, insns);
	if (target)
		rawbpf_terminal_escape(label, sizeof label, target, strlen(target));
	if (call && (!call->name[0] || call->offset))
		call = NULL;
	if (call)
		helper = rawbpf_constant_find(RAWBPF_HELPER, call->name);
	if (helper >= 0) {
		insns->imm = helper;
	} else if (call) {
		char name[512];

		rawbpf_terminal_escape(name, sizeof name, call->name, strlen(call->name));
		snprintf(text, 512, "(85) call %.400s#%d", name, insns->imm);
		*slots = 1;
		return;
	}
	rawbpf_insn_format(text, 512, insns, count > 1 ? 2 : 1, RAWBPF_KERNEL,
			   target ? label : NULL, slots);
	map = strstr(text, "map[fd:");
	if (map)
		memcpy(map, "map[id:", 7);
}

static void print_text(const struct dump *dump, unsigned slot, const char *text)
{
	const char *function = function_name(dump, slot);
	const struct bpf_line_info *line = line_at(dump, slot);

	if (function) {
		char *name = text_escape(function, strlen(function));

		char *prototype = function_prototype(dump, slot);

		printf("%s", slot ? "\n" : "");
		if (prototype)
			printf("; %s\n", prototype);
		printf("%s:\n", name);
		free(name);
		free(prototype);
	}
	if (line) {
		const char *source = string_at(dump, line->line_off);
		const char *file = string_at(dump, line->file_name_off);
		char *shown = text_escape(source + strspn(source, " \t"),
					  strlen(source + strspn(source, " \t")));
		char *name = text_escape(file, strlen(file));

		printf("; %s  // %s:%u\n", shown, name, line->line_col >> 10);
		free(shown);
		free(name);
	}
	printf("%6u: %s\n", slot, text);
}

static void print_json(const struct dump *dump, unsigned slot, unsigned slots, const char *text)
{
	const char *function = function_name(dump, slot);
	const struct bpf_line_info *line = line_at(dump, slot);
	char *prototype = function ? function_prototype(dump, slot) : NULL;
	struct record record = { .count = 0 };

	record_number(&record, "slot", slot);
	record_hex(&record, "bytes", insn_at(dump, slot), slots * sizeof(struct bpf_insn));
	record_string(&record, "text", text);
	if (function) {
		record_string(&record, "function", function);
		record_string(&record, "prototype", prototype);
	}
	if (line) {
		record_string(&record, "file", string_at(dump, line->file_name_off));
		record_number(&record, "line", line->line_col >> 10);
		record_number(&record, "column", line->line_col & 0x3ff);
		record_string(&record, "source", string_at(dump, line->line_off));
	}
	record_print(&record, 1);
	free(prototype);
}

static int dump_xlated(struct dump *dump, int json)
{
	unsigned slots = 1;

	if (!dump->info.xlated.count || !dump->info.xlated.data)
		return tool_fail(&prog_subcommand, "the kernel does not show the instructions to this process");
	find_calls(dump);
	for (unsigned slot = 0; slot < dump->info.xlated.count; slot += slots) {
		char text[512];

		format_insn(dump, slot, text, &slots);
		if (json)
			print_json(dump, slot, slots, text);
		else
			print_text(dump, slot, text);
	}
	free(dump->calls);
	return OK;
}

/* -------------------------------------------------------------------------- machine code */

static const char *jited_name(const struct dump *dump, unsigned function)
{
	const struct bpf_func_info *info = (const void *)
		((char *)dump->info.func_info.data + function * dump->info.func_info_size);
	const char *name = NULL;

	if (function < dump->info.func_info.count && dump->btf.types)
		name = rawbpf_btf_type_name(&dump->btf, info->type_id);
	return name ? name : "";
}

static void print_function(const struct dump *dump, unsigned function, const unsigned char *code,
			   unsigned length, int json)
{
	const uint64_t *addresses = dump->info.jited_ksyms.data;
	const char *name = jited_name(dump, function);
	struct record record = { .count = 0 };
	char *shown = text_escape(name, strlen(name));

	if (json) {
		record_number(&record, "function", function);
		record_string(&record, "name", name);
		if (addresses && function < dump->info.jited_ksyms.count)
			record_number(&record, "address", addresses[function]);
		record_hex(&record, "code", code, length);
		record_print(&record, 1);
	} else {
		printf("%sfunction %u", function ? "\n" : "", function);
		if (*shown)
			printf(" %s", shown);
		if (addresses && function < dump->info.jited_ksyms.count)
			printf(" at 0x%llx", (unsigned long long)addresses[function]);
		printf(", %u bytes", length);
		for (unsigned i = 0; i < length; i++)
			printf(i % 16 ? " %02x" : "\n%6x: %02x", i % 16 ? code[i] : i, code[i]);
		putchar('\n');
	}
	free(shown);
}

static int dump_jited(const struct dump *dump, int json)
{
	const uint32_t *lengths = dump->info.jited_func_lens.data;
	const unsigned char *code = dump->info.jited.data;
	unsigned left = dump->info.jited.count;

	if (!left)
		return tool_fail(&prog_subcommand, "there is no machine code: the JIT is off, "
						"or this process may not see it");
	if (!code)
		return tool_fail(&prog_subcommand, "the kernel hides the machine code: "
						"kernel.kptr_restrict is not 0, or no CAP_SYSLOG");
	for (unsigned i = 0; left && i < dump->info.jited_func_lens.count; i++) {
		unsigned length = lengths && lengths[i] <= left ? lengths[i] : left;

		print_function(dump, i, code, length, json);
		code += length;
		left -= length;
	}
	return OK;
}

int prog_dump(const struct arguments *arguments)
{
	struct dump dump = { .calls = NULL };
	int status = object_ask(&prog_subcommand, RAWBPF_OBJ_PROG, arguments->rest[0], load, &dump);

	if (status != OK)
		return status;
	status = arguments->options['x'] ? dump_jited(&dump, arguments->json) :
					   dump_xlated(&dump, arguments->json);
	rawbpf_btf_close(&dump.btf);
	return status;
}
