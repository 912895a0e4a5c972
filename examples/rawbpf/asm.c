/* SPDX-License-Identifier: MIT */
/* rawbpf asm: text to bytes, hex or C. */
#include "asm.h"
#include "texts.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_raw(struct program *program, enum rawbpf_byte_order order)
{
	tool_reorder(program, order);
	fwrite(program->insns, sizeof *program->insns, program->count, stdout);
}

/* Print one slot a line. */
static void print_hex(const struct program *program, enum rawbpf_byte_order order)
{
	for (unsigned i = 0; i < program->count; i++) {
		unsigned char b[8];

		rawbpf_insn_write(b, &program->insns[i], order);
		printf("%02x %02x %02x %02x %02x %02x %02x %02x\n", b[0], b[1], b[2], b[3], b[4], b[5],
		       b[6], b[7]);
	}
}

/* Return the name of the text's map that the instruction loads, or NULL. */
static const char *map_name(const struct program *program, const struct bpf_insn *insn)
{
	if (insn->code != (BPF_LD | BPF_DW | BPF_IMM) || insn->src_reg != BPF_PSEUDO_MAP_FD ||
	    (unsigned)insn->imm >= program->map_count)
		return NULL;
	return program->maps[insn->imm].name;
}

/* Print macros to paste. A map's descriptor is a variable of the map's name. */
static void print_c(const struct program *program)
{
	unsigned i = 0, slots;

	while (i < program->count) {
		const struct bpf_insn *insn = &program->insns[i];
		const char *map = map_name(program, insn);
		char text[256];

		rawbpf_insn_format(text, sizeof text, insn, program->count - i, RAWBPF_C, NULL, &slots);
		if (map)
			printf("BPF_LD_MAP_FD(BPF_REG_%u, %s),\n", insn->dst_reg, map);
		else
			printf("%s,\n", text);
		i += slots;
	}
}

int asm_open_output(const char *path)
{
	if (!path || strcmp(path, "-") == 0 || freopen(path, "w", stdout))
		return OK;
	return tool_fail(&asm_subcommand, "%s: %s", path, strerror(errno));
}

/* The formats of one program by their letters, and those of texts with .prog. */
static const struct format {
	const char *name;
	char letter;
	int (*write)(struct collection *collection, const struct asm_options *options);
} formats[] = {
	{ "raw", 'r', NULL },
	{ "hex", 'x', NULL },
	{ "c", 'c', NULL },
	{ "header", 0, asm_header },
	{ "elf", 0, asm_elf },
};

static const struct format *find_format(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

static int assemble(struct program *program, const char *path, const char *output, char format,
		    enum rawbpf_byte_order order)
{
	if (text_read(&asm_subcommand, path, &program->file) != OK)
		return FAILED;
	if (rawbpf_collection_has(program->file.data, program->file.size))
		return tool_fail(&asm_subcommand, "%s has .prog: use -f header, -f elf or -l", program->file.name);
	if (tool_assemble(&asm_subcommand, program, 0) != OK)
		return FAILED;
	if (asm_open_output(output) != OK)
		return FAILED;
	if (format == 'r' && isatty(STDOUT_FILENO))
		return tool_fail(&asm_subcommand, "a terminal cannot show raw bytes: use -f hex, -f c or -o FILE");
	if (format == 'r')
		print_raw(program, order);
	else if (format == 'x')
		print_hex(program, order);
	else
		print_c(program);
	return tool_finish(&asm_subcommand);
}

/* Parse a text with .prog, and write it. */
static int write_collection(const char *path, const char *option,
			    int (*write)(struct collection *collection, const struct asm_options *options),
			    const struct asm_options *options)
{
	static struct collection collection;

	collection.subcommand = &asm_subcommand;
	collection.run.is_strict = options->is_strict;
	if (text_read(&asm_subcommand, path, &collection.file) != OK)
		return FAILED;
	if (!rawbpf_collection_has(collection.file.data, collection.file.size))
		return tool_fail(&asm_subcommand, "%s has no .prog; %s is for texts with such lines",
				 collection.file.name, option);
	return collection_parse(&collection) == OK ? write(&collection, options) : FAILED;
}

/* Print what each statement of a text with .prog became. */
static int list(struct collection *collection, const struct asm_options *options)
{
	return asm_open_output(options->output) == OK ? collection_list(collection) : FAILED;
}

/* Read the name of an architecture. */
static int parse_arch(const char *name, enum rawbpf_arch *arch)
{
	static const char *const names[] = { "", "x86_64", "arm64", "riscv64", "s390x" };

	for (unsigned i = 1; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0) {
			*arch = i;
			return OK;
		}
	tool_fail(&asm_subcommand, "--arch wants x86_64, arm64, riscv64 or s390x, not '%s'", name);
	return USAGE;
}

/* Return OK if each option says something about the output; else FAILED after a message. */
static int check_options(const struct format *format, const struct asm_options *options, int is_list)
{
	int is_header = format->write == asm_header && !is_list, is_elf = format->write == asm_elf && !is_list;

	if (options->name && !is_header)
		return tool_fail(&asm_subcommand, "--name is for -f header");
	if (options->arch && !is_header && !is_elf)
		return tool_fail(&asm_subcommand, "--arch is for -f header and -f elf");
	if (options->order != RAWBPF_HOST_ORDER && (is_header || is_list))
		return tool_fail(&asm_subcommand, "--big-endian and --little-endian are not for %s, which has no "
				 "byte order", is_list ? "-l" : "-f header");
	if (options->order != RAWBPF_HOST_ORDER && options->arch &&
	    (options->order == RAWBPF_BIG_ENDIAN) != (options->arch == RAWBPF_ARCH_S390X))
		return tool_fail(&asm_subcommand, "--arch has the other byte order: leave out one of the options");
	return OK;
}

static int asm_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 { "arch", required_argument, NULL, 'a' },
						 { "name", required_argument, NULL, 'n' },
						 BYTE_ORDER_OPTIONS,
						 { NULL, 0, NULL, 0 } };
	enum rawbpf_byte_order order = RAWBPF_HOST_ORDER;
	const char *format_name = "raw";
	const struct format *format;
	struct asm_options own = { .name = NULL };
	struct program program = { 0 };
	int status, letter, is_list = 0;

	while ((letter = getopt_long(argc, argv, "lf:o:W:h", options, NULL)) != -1) {
		switch (letter) {
		case 'l':
			is_list = 1;
			break;
		case 'f':
			format_name = optarg;
			break;
		case 'o':
			own.output = optarg;
			break;
		case 'a':
			if (parse_arch(optarg, &own.arch) != OK)
				return USAGE;
			break;
		case 'n':
			own.name = optarg;
			break;
		case 'W':
			if (tool_warning_option(&asm_subcommand, optarg, &program) != OK)
				return USAGE;
			break;
		default:
			status = tool_option(&asm_subcommand, letter, &order);
			if (status >= 0)
				return status;
		}
	}
	own.order = order;
	own.is_strict = program.warnings_are_errors;
	format = find_format(format_name);
	if (!format) {
		tool_fail(&asm_subcommand, "-f wants raw, hex, c, header or elf, not '%s'", format_name);
		return USAGE;
	}
	if (argc - optind > 1)
		return tool_usage_error(&asm_subcommand);
	if (check_options(format, &own, is_list) != OK)
		return USAGE;
	if (is_list)
		return write_collection(argv[optind], "-l", list, &own);
	if (format->write)
		return write_collection(argv[optind], format->name, format->write, &own);
	return assemble(&program, argv[optind], own.output, format->letter, order);
}

const struct subcommand asm_subcommand = {
	.name = "asm",
	.usage = "[-f raw|hex|c] [-o OUT] [-Werror]\n"
		 "       [--big-endian|--little-endian] [FILE]\n"
		 "       -f header [--arch ARCH] [--name NAME] [-o OUT] [-Werror] FILE\n"
		 "       -f elf [--arch ARCH] [-o OUT] [-Werror] FILE\n"
		 "       -l FILE",
	.help = "Assemble the program in FILE. Without FILE, or for -, read standard input. FILE\n"
		"may be the name of a tool that `rawbpf show` lists.\n"
		"\n"
		"  -f FORMAT        raw: bytes (default); hex: 8 bytes a line; c: macros to paste\n"
		"  -l               list what each statement of a text with .prog becomes here\n"
		"  -f header        write a text with .prog as constants, to be included by C\n"
		"  -f elf           write it as an object file for libbpf, bpftool and ip(8)\n"
		"  --arch ARCH      for x86_64, arm64, riscv64 or s390x only\n"
		"  --name NAME      of the struct in C (default: the file's name)\n"
		"  -o OUT           write to OUT (default, and -: standard output)\n"
		"  -Werror          treat warnings as errors\n"
		"  --big-endian     write bytes for a big-endian machine\n"
		"  --little-endian  write bytes for a little-endian one (default: this machine's)\n"
		"  -h, --help       print this help\n",
	.main = asm_main,
};
