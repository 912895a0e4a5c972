/* SPDX-License-Identifier: MIT */
#include "rewritten.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../../insn/form/context.h"
#include "../privilege.h"
#include "insn_programs.h"

#define LINUX INSN_PROGRAM_KERNEL

/*
 * In a text, @NAME is a function's or variable's type id in the kernel's BTF, and @STRUCT.MEMBER is
 * an offset.
 */
struct rewritten_text {
	const char *name;
	unsigned type, attach_type, since;
	const char *target;    /* the name behind attach_btf_id, or NULL */
	unsigned flags;
	int has_functions;     /* functions that need BTF */
	int unprivileged;      /* load without CAP_PERFMON and its kin */
	int lacking;           /* the errno of kernels built without the program's target */
	const char *text;
};

#define FILTER BPF_PROG_TYPE_SOCKET_FILTER
#define LOOK_UP \
	"r2 = r10; r2 += -4; r1 = map m; call map_lookup_elem; if r0 == 0 goto out\n"
#define ARENA ".map a arena 0 0 1 1024\nr1 = map a\nr2 = 4096 ll\nr2 = addr_space_cast(r2, 0, 1)\n"
#define OUT "out: r0 = 0; exit\n"

static const struct rewritten_text rewritten_texts[] = {
	{ .name = "callback", .type = FILTER, .since = LINUX(5, 17), .has_functions = 1,
	  .text = "r1 = 10; r2 = called ll; r3 = 0; r4 = 0; call loop\n" OUT
		  "called: r0 = 0; exit\n" },
	{ .name = "calls", .type = FILTER, .since = LINUX(5, 10), .has_functions = 1,
	  .text = "call f; call ktime_get_ns\n" OUT "f: r0 = 3; exit\n" },
	{ .name = "array", .type = FILTER, .since = LINUX(5, 10),
	  .text = ".map m array 4 8 4\n*(u32 *)(r10 - 4) = 1\n" LOOK_UP
		  "r1 = *(u64 *)(r0 + 0); r1 += 77; *(u64 *)(r0 + 0) = r1\n" OUT },
	{ .name = "hash", .type = FILTER, .since = LINUX(5, 10),
	  .text = ".map m hash 4 8 4\n*(u32 *)(r10 - 4) = 1\n" LOOK_UP OUT },
	{ .name = "percpu", .type = FILTER, .since = LINUX(5, 10),
	  .text = ".map m percpu_array 4 8 4\ncall get_smp_processor_id\n"
		  "*(u32 *)(r10 - 4) = r0\n" LOOK_UP OUT },
	{ .name = "tail_call", .type = FILTER, .since = LINUX(5, 10),
	  .text = ".map t prog_array 4 4 4\nr2 = map t; r3 = 1; call tail_call\n" OUT },
	{ .name = "division", .type = FILTER, .since = LINUX(5, 10),
	  .text = "r6 = *(u32 *)(r1 + 0); r0 = 7; r0 /= r6; r0 %= r6; w0 /= w6; w0 %= w6\n"
		  "r0 ^= 0x12345678; w0 *= -3; r0 s>>= 3; if r0 > 77 goto out\n" OUT },
	{ .name = "signed", .type = FILTER, .since = LINUX(6, 6),
	  .text = "r6 = *(u32 *)(r1 + 0); r0 = 7; r0 s/= r6; r0 s%= r6; w0 s/= w6; w0 s%= w6\n" OUT },
	{ .name = "packet", .type = FILTER, .since = LINUX(5, 10),
	  .text = "r6 = r1; r0 = *(u8 *)skb[14]; r7 = r0; r0 = *(u16 *)skb[r7 + 2]\n" OUT },
	{ .name = "spectre", .type = FILTER, .since = LINUX(5, 10), .unprivileged = 1,
	  .text = ".map m array 4 64 1\n*(u64 *)(r10 - 16) = r1; *(u32 *)(r10 - 4) = 0\n" LOOK_UP
		  "r1 = *(u8 *)(r0 + 0); r1 &= 15; r0 += r1; r2 = *(u8 *)(r0 + 0)\n" OUT },
	{ .name = "may_goto", .type = FILTER, .since = LINUX(6, 9),
	  .text = "r0 = 0\nagain: may_goto out; r0 = 1; goto again\n" OUT },
	{ .name = "variable", .type = BPF_PROG_TYPE_RAW_TRACEPOINT, .since = LINUX(5, 10),
	  .lacking = -ENOENT, /* CONFIG_KALLSYMS_ALL */
	  .text = "r1 = var[id:@runqueues] ll\n" OUT },
	{ .name = "kfuncs", .type = BPF_PROG_TYPE_SYSCALL, .since = LINUX(6, 7),
	  .flags = BPF_F_SLEEPABLE,
	  .text = "r1 = r10; r1 += -8; w2 = 0; w3 = 5; call bpf_iter_num_new#@bpf_iter_num_new\n"
		  "again: r1 = r10; r1 += -8; call bpf_iter_num_next#@bpf_iter_num_next\n"
		  "if r0 == 0 goto end; goto again\n"
		  "end: r1 = r10; r1 += -8; call bpf_iter_num_destroy#@bpf_iter_num_destroy\n" OUT },
	{ .name = "probed", .type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_RAW_TP,
	  .since = LINUX(5, 10), .target = "btf_trace_sched_process_exit",
	  .text = "r1 = *(u64 *)(r1 + 0); r2 = *(u64 *)(r1 + @task_struct.files)\n"
		  "w3 = *(u32 *)(r2 + @files_struct.next_fd)\n" OUT },
	{ .name = "probed_signed", .type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_RAW_TP,
	  .since = LINUX(6, 6), .target = "btf_trace_sched_process_exit",
	  .text = "r1 = *(u64 *)(r1 + 0); r2 = *(u64 *)(r1 + @task_struct.files)\n"
		  "r3 = *(s32 *)(r2 + @files_struct.next_fd)\n" OUT },
	{ .name = "fentry", .type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_FENTRY,
	  .since = LINUX(5, 17), .target = "do_fchownat", .lacking = -EPERM, /* CONFIG_FUNCTION_TRACER */
	  .text = "r2 = 0; r3 = r10; r3 += -8; call get_func_arg\n" OUT },
	{ .name = "arena", .type = BPF_PROG_TYPE_SYSCALL, .since = LINUX(6, 9),
	  .flags = BPF_F_SLEEPABLE,
	  .text = ARENA "r3 = *(u8 *)(r2 + 0); *(u64 *)(r2 + 8) = r3; *(u32 *)(r2 + 16) = 7\n" OUT },
	{ .name = "arena_atomic", .type = BPF_PROG_TYPE_SYSCALL, .since = LINUX(6, 10),
	  .flags = BPF_F_SLEEPABLE,
	  .text = ARENA "r3 = 1; lock *(u64 *)(r2 + 8) += r3; w3 = atomic_fetch_add((u32 *)(r2 + 8), w3)\n"
		  "r3 = xchg_64(r2 + 8, r3); r0 = 0; r0 = cmpxchg_64(r2 + 8, r0, r3)\n" OUT },
	{ .name = "arena_acquire", .type = BPF_PROG_TYPE_SYSCALL, .since = LINUX(6, 15),
	  .flags = BPF_F_SLEEPABLE,
	  .text = ARENA "w3 = load_acquire((u8 *)(r2 + 8)); store_release((u64 *)(r2 + 8), r3)\n" OUT },
	/* Rejected before 6.18: "ldsx from arena". */
	{ .name = "arena_signed", .type = BPF_PROG_TYPE_SYSCALL, .since = LINUX(7, 0),
	  .flags = BPF_F_SLEEPABLE, .text = ARENA "r3 = *(s16 *)(r2 + 8)\n" OUT },
};

/* -------------------------------------------------------------------- loaded instructions */

static void look_at_slot(struct rewritten *seen, const char *name, const char *text)
{
	seen->slots++;
	seen->own += strstr(text, "r11") || strstr(text, "w11") || strstr(text, "r12") ||
		     strstr(text, "w12");
	seen->probe += strstr(text, "__probe") != NULL;
	seen->arena += strstr(text, "__arena") != NULL;
	seen->percpu += strstr(text, "__percpu") != NULL;
	seen->functions += strstr(text, "subprog[") != NULL;
	seen->nospec += strstr(text, "nospec") != NULL;
	if (strstr(text, "invalid") && !seen->invalid++)
		snprintf(seen->first, sizeof seen->first, "%s: %.100s", name, text);
}

static void look(struct rewritten *seen, const char *name, int prog)
{
	struct rawbpf_prog_info info = { .type = 0 };
	unsigned slots;

	if (rawbpf_prog_info(&info, prog) < 0)
		return;
	info.xlated.max = info.xlated.count;
	info.xlated.data = calloc(info.xlated.count, sizeof(struct bpf_insn));
	rawbpf_prog_info(&info, prog);
	for (unsigned i = 0; i < info.xlated.count; i += slots) {
		const struct bpf_insn *insns = info.xlated.data;
		char text[256];

		rawbpf_insn_format(text, sizeof text, insns + i, info.xlated.count - i,
				   RAWBPF_KERNEL, NULL, &slots);
		look_at_slot(seen, name, text);
	}
	seen->programs += info.xlated.count != 0;
	free(info.xlated.data);
}

/* ---------------------------------------------------------------------------------- texts */

static int number_of(const struct rawbpf_btf *kernel, char *name)
{
	char *member = strchr(name, '.');
	int id;

	if (member) {
		*member = '\0';
		return rawbpf_btf_offset_find(kernel, name, member + 1);
	}
	id = rawbpf_btf_type_find(kernel, BTF_KIND_FUNC, name);
	return id > 0 ? id : rawbpf_btf_type_find(kernel, BTF_KIND_VAR, name);
}

/* Copy the text with numbers in place of names. Returns 0, or the error of an unknown name. */
static int fill_in(char *to, const char *text, const struct rawbpf_btf *kernel)
{
	while (*text) {
		char name[64];
		size_t length;
		int number;

		if (*text != '@') {
			*to++ = *text++;
			continue;
		}
		length = strspn(++text, "abcdefghijklmnopqrstuvwxyz_.");
		snprintf(name, sizeof name, "%.*s", (int)length, text);
		text += length;
		number = number_of(kernel, name);
		if (number < 0)
			return number;
		to += sprintf(to, "%d", number);
	}
	*to = '\0';
	return 0;
}

static int make_map(const struct rawbpf_text_map *of)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = of->type, .key_size = of->key_size, .value_size = of->value_size,
		.max_entries = of->max_entries, .flags = of->flags });

	/*
	 * Map the arena: programs refer to it only once it has its address. It goes with the
	 * process.
	 */
	if (map >= 0 && of->type == BPF_MAP_TYPE_ARENA)
		mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	return map;
}

static int load_spec(struct rawbpf_prog_spec *spec, const struct rewritten_text *of)
{
	struct bpf_func_info infos[4];
	int prog, btf = -1;

	if (of->has_functions)
		btf = rawbpf_prog_btf_load(spec, infos, RAWBPF_COUNT(infos));
	if (of->unprivileged)
		privilege_set(0);
	prog = rawbpf_prog_load(spec);
	if (of->unprivileged)
		privilege_set(1);
	close(btf);
	return prog;
}

/*
 * Load a text. Returns a descriptor or a negative errno. -ENOTRECOVERABLE: the text does not
 * assemble.
 */
static int load_text(const struct rewritten_text *of, const struct rawbpf_btf *kernel)
{
	static char filled[2048], scratch[1 << 17];
	static struct bpf_insn insns[128];
	struct rawbpf_text_map spec;
	struct rawbpf_text text = {
		.text = filled, .insns = insns, .max = RAWBPF_COUNT(insns), .maps = &spec,
		.map_max = 1, .scratch = scratch, .scratch_size = sizeof scratch,
	};
	int prog, map = -1, err = fill_in(filled, of->text, kernel), target = 0;

	text.length = strlen(filled);
	if (!err && of->target) {
		target = rawbpf_btf_type_find(kernel, of->attach_type == BPF_TRACE_RAW_TP ?
					      BTF_KIND_TYPEDEF : BTF_KIND_FUNC, of->target);
		err = target < 0 ? target : 0;
	}
	if (err || rawbpf_text_parse(&text) < 0)
		return err ? err : -ENOTRECOVERABLE;
	if (text.map_count)
		map = make_map(&spec);
	for (unsigned i = 0; i < text.count; i++)
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) &&
		    insns[i].src_reg == BPF_PSEUDO_MAP_FD)
			insns[i].imm = map;
	prog = load_spec(&(struct rawbpf_prog_spec){
		.name = of->name, .type = of->type, .expected_attach_type = of->attach_type,
		.flags = of->flags, .attach_btf_id = target, .license = "GPL", .insns = insns,
		.insn_count = text.count }, of);
	close(map);
	return prog;
}

/* ----------------------------------------------------------------------- the other programs */

/* Load each field that the recipe's type allows, which the kernel turns into other fields. */
static void count_fields(struct rewritten *seen, const struct rawbpf_prog_recipe *recipe)
{
	static const uint8_t sizes[9] = { [1] = BPF_B, [2] = BPF_H, [4] = BPF_W, [8] = BPF_DW };
	const struct rawbpf__context *row = rawbpf__context_find(recipe->type);

	if (recipe->wants != RAWBPF_PROG_WANTS_NOTHING)
		return;
	while (row && (++row)->kind != RAWBPF__CONTEXT_STRUCT) {
		const struct bpf_insn insns[] = {
			BPF_LDX_MEM(sizes[row->size], BPF_REG_2, BPF_REG_1, row->offset),
			BPF_MOV64_IMM(BPF_REG_0, recipe->result),
			BPF_EXIT_INSN(),
		};
		int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
			.type = recipe->type, .expected_attach_type = recipe->expected_attach_type,
			.flags = recipe->flags, .license = "GPL", .insns = insns, .insn_count = 3 });

		if (prog < 0)
			continue;
		look(seen, rawbpf__context_name(row), prog);
		close(prog);
	}
}

static void count_recipes(struct rewritten *seen, const struct rawbpf_btf *kernel)
{
	const struct rawbpf_prog_recipe *recipe;

	for (unsigned n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++) {
		int prog = rawbpf_prog_recipe_load(recipe, kernel, NULL, 0);

		if (prog < 0)
			continue;
		look(seen, rawbpf_constant_name(RAWBPF_PROG_TYPE, recipe->type), prog);
		close(prog);
		count_fields(seen, recipe);
	}
}

static void count_instructions(struct rewritten *seen)
{
	struct insn_program program;
	int map = insn_programs_map();

	for (unsigned n = 0; insn_programs_get(&program, n, map); n++) {
		int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
			.type = FILTER, .license = "GPL", .insns = program.insns,
			.insn_count = program.count,
			.fd_array = program.fd_array ? &map : NULL });

		if (prog < 0)
			continue;
		look(seen, program.name, prog);
		close(prog);
	}
	close(map);
}

void rewritten_count(struct rewritten *seen, unsigned kernel, void (*show)(int prog))
{
	struct rawbpf_btf btf = { 0 };
	int has_btf = rawbpf_btf_kernel_open(&btf) == 0;

	memset(seen, 0, sizeof *seen);
	for (unsigned n = 0; n < RAWBPF_COUNT(rewritten_texts); n++) {
		const struct rewritten_text *of = &rewritten_texts[n];
		int prog = load_text(of, &btf);

		if (prog >= 0) {
			look(seen, of->name, prog);
			if (show)
				show(prog);
			close(prog);
		} else if (has_btf && kernel >= of->since) {
			snprintf(prog == of->lacking ? seen->lacking : seen->refused,
				 sizeof seen->refused, "%s: %d", of->name, prog);
		}
	}
	count_recipes(seen, has_btf ? &btf : NULL);
	count_instructions(seen);
	rawbpf_btf_close(&btf);
}
