/* SPDX-License-Identifier: MIT */
/* rawbpf disasm: bytes to text. */
#include "tool.h"

#include <getopt.h>
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

/*
 * Mark the slots that jumps go to: each gets a label. Targets outside of the program stay numbers,
 * as do targets inside an instruction, where no line begins that could have a label.
 */
static unsigned char *find_targets(const struct program *program)
{
	unsigned char *is_target = calloc(program->count + 1, 1);

	for (unsigned i = 0; is_target && i < program->count; i++) {
		long target = target_of(program, i);

		if (target >= 0 && target < (long)program->count)
			is_target[target] = 1;
	}
	for (unsigned i = 0; is_target && i < program->count; i++)
		if (program->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) && slots_of(program, i) == 2)
			is_target[++i] = 0;
	return is_target;
}

/* Collect lines: a stdio call for each would cost more than its text. */
struct page {
	char text[64 * 1024];
	size_t length;
};
enum { LINE = 512 };

static void print_page(struct page *page)
{
	fwrite(page->text, 1, page->length, stdout);
	page->length = 0;
}

static void add_number(struct page *page, const unsigned char *is_target, unsigned i)
{
	if (is_target[i])
		page->length += sprintf(page->text + page->length, "L%u:\n", i);
	page->length += sprintf(page->text + page->length, "%8u:\t", i);
}

static int print_program(const struct program *program, enum rawbpf_dialect dialect, int numbered)
{
	static struct page page;
	unsigned char *is_target = numbered ? find_targets(program) : NULL;
	unsigned i = 0, slots;

	if (numbered && !is_target)
		return tool_fail(&disasm_subcommand, "out of memory");
	while (i < program->count) {
		char label[24], *named = NULL;
		long target = numbered ? target_of(program, i) : -1;

		if (target >= 0 && target < (long)program->count && is_target[target]) {
			sprintf(label, "L%ld", target);
			named = label;
		}
		if (numbered)
			add_number(&page, is_target, i);
		page.length += rawbpf_insn_format(page.text + page.length, LINE / 2, program->insns + i,
						  program->count - i, dialect, named, &slots);
		if (dialect == RAWBPF_C) /* for an initialiser, as asm -f c */
			page.text[page.length++] = ',';
		page.text[page.length++] = '\n';
		if (page.length + LINE > sizeof page.text)
			print_page(&page);
		i += slots;
	}
	print_page(&page);
	free(is_target);
	return OK;
}

static int disassemble(const char *path, int hex, enum rawbpf_dialect dialect, int numbered,
		       enum rawbpf_byte_order order)
{
	struct program program = { 0 };

	if (tool_read(&disasm_subcommand, path, &program.file) != OK ||
	    tool_decode(&disasm_subcommand, &program, hex, order) != OK ||
	    print_program(&program, dialect, numbered) != OK)
		return FAILED;
	return tool_finish(&disasm_subcommand);
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

int disasm_main(int argc, char **argv)
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
		"input.\n"
		"\n"
		"  -f FORMAT        raw: bytes (default); hex: hex digits with any white space\n"
		"  -d DIALECT       llvm: as llvm-objdump prints it (default)\n"
		"                   kernel: as the verifier and bpftool print it\n"
		"                   c: macros to paste\n"
		"  -l               print instruction numbers and labels of jump targets\n"
		"  --big-endian     read bytes of a big-endian machine\n"
		"  --little-endian  read bytes of a little-endian one (default: as this machine)\n"
		"  -h, --help       print this help\n",
	.main = disasm_main,
};
