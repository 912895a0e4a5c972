/* SPDX-License-Identifier: MIT */
/* rawbpf disasm: bytes to text. */
#include "elf_object.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Return the target of the jump or local call at slot `i`, or -1 for other instructions. */
static long target_of(const struct program *program, unsigned i)
{
	const struct bpf_insn *insn = &program->insns[i];
	unsigned op = BPF_OP(insn->code), class = BPF_CLASS(insn->code);

	if (class != BPF_JMP && class != BPF_JMP32)
		return -1;
	if (op == BPF_EXIT || insn->code == (BPF_JMP | BPF_JA | BPF_X))
		return -1;
	if (op == BPF_CALL)
		return insn->src_reg == BPF_PSEUDO_CALL ? (long)i + 1 + insn->imm : -1;
	if (insn->code == (BPF_JMP32 | BPF_JA))
		return (long)i + 1 + insn->imm;
	return (long)i + 1 + insn->off;
}

/* Count the slots of the instruction at slot `i`. */
static unsigned slots_of(const struct program *program, unsigned i)
{
	unsigned slots;

	rawbpf_insn_format(NULL, 0, program->insns + i, program->count - i, RAWBPF_LLVM, NULL, &slots);
	return slots;
}

/* Collect lines: a stdio call for each would cost more than its text. */
struct page {
	char text[64 * 1024];
	size_t length;
};
enum { TEXT = 1024 }; /* bytes of the longest piece of a line */

static void print_page(struct page *page)
{
	fwrite(page->text, 1, page->length, stdout);
	page->length = 0;
}

/* Instructions and how they are shown. */
struct view {
	struct program program;
	enum rawbpf_dialect dialect;
	int numbered;
	unsigned char *is_target;         /* if numbered */
	const struct object *object;      /* NULL: bytes alone */
	const struct object_slot *slots;  /* of each instruction, if there is an object */
	const struct rawbpf_elf_line *line; /* the last that was shown */
};

/*
 * Return the target of the jump or local call at slot `i`. -1: it goes nowhere in the program, or
 * the loader decides.
 */
static long label_target(const struct view *view, unsigned i)
{
	long target = target_of(&view->program, i);

	if (target >= (long)view->program.count || (view->object && view->slots[i].reloc))
		return -1;
	return target;
}

/*
 * Mark the slots that jumps go to: each gets a label. Targets outside of the program stay numbers.
 * So do targets inside an instruction, where no line begins that could have a label.
 */
static unsigned char *find_targets(const struct view *view)
{
	const struct program *program = &view->program;
	unsigned char *is_target = calloc(program->count + 1, 1);

	for (unsigned i = 0; is_target && i < program->count; i++) {
		long target = label_target(view, i);

		if (target >= 0)
			is_target[target] = 1;
	}
	for (unsigned i = 0; is_target && i < program->count; i++)
		if (program->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) && slots_of(program, i) == 2)
			is_target[++i] = 0;
	return is_target;
}

/* Write the label of a slot, "" if it has none. C's initialisers have no labels. */
static void name_slot(char *label, size_t size, const struct view *view, long slot)
{
	const char *function = view->object ? object_label(view->object, &view->slots[slot]) : NULL;

	*label = '\0';
	if (view->dialect == RAWBPF_C)
		return;
	if (function)
		snprintf(label, size, "%s", function);
	else if (view->is_target && view->is_target[slot])
		snprintf(label, size, "L%ld", slot);
}

/* Add a piece of a line, at most TEXT bytes. */
static void add_text(struct page *page, const char *text)
{
	size_t length = strlen(text);

	if (length > sizeof page->text - page->length)
		print_page(page);
	memcpy(page->text + page->length, text, length);
	page->length += length;
}

static void add_escaped(struct page *page, const char *text, size_t at_most)
{
	char escaped[TEXT];

	rawbpf_terminal_escape(escaped, sizeof escaped, text, strnlen(text, at_most));
	add_text(page, escaped);
}

/*
 * Write the source line that begins here, as the verifier's log shows it. Strings of the file may be
 * as long as the file itself, and many lines may share one.
 */
static void add_source(struct page *page, struct view *view, unsigned i)
{
	const struct rawbpf_elf_line *line = view->object->lines + view->slots[i].line - 1;
	const char *file = memrchr(line->file, '/', strnlen(line->file, PATH_MAX)), *text = line->text;
	char number[24];

	if (!line->line) /* no line of the source: the compiler's own */
		return;
	if (view->line && view->line->line == line->line && view->line->file == line->file)
		return;
	view->line = line;
	while (text < line->text + 80 && (*text == ' ' || *text == '\t'))
		text++;
	add_text(page, "// ");
	add_escaped(page, text, 200);
	add_text(page, " @ ");
	add_escaped(page, file ? file + 1 : line->file, 100);
	snprintf(number, sizeof number, ":%u\n", line->line);
	add_text(page, number);
}

/* The label of a slot. A function whose name cannot be a label has a comment. */
static void add_label(struct page *page, const struct view *view, unsigned i)
{
	const char *function = view->object ? object_function(view->object, &view->slots[i]) : NULL;
	char label[TEXT];

	name_slot(label, sizeof label, view, i);
	if (function && strcmp(label, function) != 0) {
		add_text(page, "// ");
		add_escaped(page, function, 128);
		add_text(page, ":\n");
	}
	if (*label) {
		add_text(page, label);
		add_text(page, ":\n");
	}
}

static void add_before(struct page *page, struct view *view, unsigned i)
{
	char number[24];

	if (view->object && view->slots[i].line)
		add_source(page, view, i);
	add_label(page, view, i);
	if (view->numbered) {
		snprintf(number, sizeof number, "%8u:\t", i);
		add_text(page, number);
	}
}

/* Add an instruction, and return its slots. */
static unsigned add_insn(struct page *page, const struct view *view, unsigned i)
{
	const struct program *program = &view->program;
	long target = view->numbered || view->object ? label_target(view, i) : -1;
	char label[TEXT] = "", text[TEXT];
	unsigned slots;

	if (target >= 0)
		name_slot(label, sizeof label, view, target);
	rawbpf_insn_format(text, sizeof text, program->insns + i, program->count - i, view->dialect,
			   *label ? label : NULL, &slots);
	add_text(page, text);
	return slots;
}

/* The map, variable or function that the loader puts into the instruction. */
static void add_reference(struct page *page, const struct view *view, unsigned i)
{
	char name[TEXT];

	if (!view->object || !object_reference(name, sizeof name, view->object, &view->slots[i],
					       &view->program.insns[i]))
		return;
	add_text(page, "\t// ");
	add_text(page, name);
}

static void print_insns(struct view *view)
{
	static struct page page;
	unsigned i = 0, slots;

	while (i < view->program.count) {
		add_before(&page, view, i);
		slots = add_insn(&page, view, i);
		if (view->dialect == RAWBPF_C) /* for an initialiser, as asm -f c */
			add_text(&page, ",");
		add_reference(&page, view, i);
		add_text(&page, "\n");
		i += slots;
	}
	print_page(&page);
}

static int print_program(struct view *view)
{
	if (view->numbered)
		view->is_target = find_targets(view);
	if (view->numbered && !view->is_target)
		return tool_fail(&disasm_subcommand, "out of memory");
	print_insns(view);
	free(view->is_target);
	view->is_target = NULL;
	return OK;
}

/* Show each section. An object has its own byte order. */
static int print_object(struct view *view, const struct object *object)
{
	enum rawbpf_byte_order order =
		object->elf.is_big_endian ? RAWBPF_BIG_ENDIAN : RAWBPF_LITTLE_ENDIAN;
	int status = OK;

	view->object = object;
	for (unsigned i = 0; status == OK && i < object->section_count; i++) {
		const struct object_section *section = &object->sections[i];
		char name[TEXT];

		rawbpf_terminal_escape(name, sizeof name, section->elf.name,
				       strnlen(section->elf.name, 128));
		printf("%s// section %s\n", i ? "\n" : "", name);
		view->slots = section->slots;
		view->line = NULL;
		view->program.count = section->elf.size / 8;
		view->program.insns = malloc(section->elf.size);
		if (!view->program.insns)
			return tool_fail(&disasm_subcommand, "out of memory");
		memcpy(view->program.insns, section->elf.data, section->elf.size);
		tool_reorder(&view->program, order);
		status = print_program(view);
		free(view->program.insns);
	}
	return status;
}

static int disassemble_object(struct view *view)
{
	struct object object = { 0 };
	int status = object_read(&disasm_subcommand, &view->program.file, &object);

	if (status == OK)
		status = print_object(view, &object);
	object_free(&object);
	return status;
}

static int disassemble(const char *path, int hex, enum rawbpf_dialect dialect, int numbered,
		       enum rawbpf_byte_order order)
{
	struct view view = { .dialect = dialect, .numbered = numbered };
	int status = tool_read(&disasm_subcommand, path, &view.program.file);

	if (status == OK && !hex && tool_is_elf(&view.program.file))
		status = disassemble_object(&view);
	else if (status == OK) {
		status = tool_decode(&disasm_subcommand, &view.program, hex, order);
		if (status == OK)
			status = print_program(&view);
	}
	return status == OK ? tool_finish(&disasm_subcommand) : FAILED;
}

static int dialect_of(const char *name)
{
	static const char *const names[] = { [RAWBPF_LLVM] = "llvm", [RAWBPF_KERNEL] = "kernel",
					     [RAWBPF_C] = "c" };

	for (int i = 0; i < 3; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	tool_fail(&disasm_subcommand, "-d wants llvm, kernel or c, not '%s'", name);
	return -1;
}

static int disasm_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 BYTE_ORDER_OPTIONS,
						 { NULL, 0, NULL, 0 } };
	enum rawbpf_byte_order order = RAWBPF_HOST_ORDER;
	int status, letter, hex = 0, numbered = 0, dialect = RAWBPF_LLVM;

	while ((letter = getopt_long(argc, argv, "f:d:lh", options, NULL)) != -1) {
		switch (letter) {
		case 'f':
			hex = strcmp(optarg, "hex") == 0;
			if (!hex && strcmp(optarg, "raw") != 0) {
				tool_fail(&disasm_subcommand, "-f wants raw or hex, not '%s'", optarg);
				return USAGE;
			}
			break;
		case 'd':
			dialect = dialect_of(optarg);
			if (dialect < 0)
				return USAGE;
			break;
		case 'l':
			numbered = 1;
			break;
		default:
			status = tool_option(&disasm_subcommand, letter, &order);
			if (status >= 0)
				return status;
		}
	}
	if (argc - optind > 1)
		return tool_usage_error(&disasm_subcommand);
	return disassemble(argv[optind], hex, dialect, numbered, order);
}

const struct subcommand disasm_subcommand = {
	.name = "disasm",
	.usage = "[-f raw|hex] [-d llvm|kernel|c] [-l]\n"
		 "       [--big-endian|--little-endian] [FILE]",
	.help = "Disassemble FILE, one instruction a line. Without FILE, or for -, read standard\n"
		"input. Of an ELF file (clang -target bpf -c) print each section, with the names\n"
		"of functions, maps and variables and with source lines.\n"
		"\n"
		"  -f FORMAT        raw: bytes (default); hex: hex digits with any white space,\n"
		"                   or a list or string of C: 0xb7, 0x00 or \\xb7\\x00\n"
		"  -d DIALECT       llvm: as llvm-objdump prints it (default)\n"
		"                   kernel: as the verifier and bpftool print it\n"
		"                   c: macros to paste\n"
		"  -l               print instruction numbers and labels of jump targets\n"
		"  --big-endian     read bytes of a big-endian machine\n"
		"  --little-endian  read bytes of a little-endian one (default: as this machine)\n"
		"  -h, --help       print this help\n",
	.main = disasm_main,
};
