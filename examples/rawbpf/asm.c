/* SPDX-License-Identifier: MIT */
/* rawbpf asm: text to bytes, hex or C. */
#include "collected.h"

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

/* Let standard output be the file, unless `path` is NULL. */
static int open_output(const char *path)
{
	if (!path || freopen(path, "w", stdout))
		return OK;
	return tool_fail(&asm_subcommand, "%s: %s", path, strerror(errno));
}

static int assemble(struct program *program, const char *path, const char *output, char format,
		    enum rawbpf_byte_order order)
{
	if (tool_read(&asm_subcommand, path, &program->file) != OK ||
	    tool_assemble(&asm_subcommand, program, 0) != OK)
		return FAILED;
	if (open_output(output) != OK)
		return FAILED;
	if (format == 'r' && isatty(STDOUT_FILENO))
		return tool_fail(&asm_subcommand, "a terminal cannot show raw bytes: use -f hex, -f c or -o FILE");
	if (format == 'r')
		print_raw(program, order);
	else if (format == 'h')
		print_hex(program, order);
	else
		print_c(program);
	return tool_finish(&asm_subcommand);
}

/* Print what each statement of a text with .prog became. */
static int list(const char *path, const char *output)
{
	static struct collection collection;

	collection.subcommand = &asm_subcommand;
	if (tool_read(&asm_subcommand, path, &collection.file) != OK)
		return FAILED;
	if (!rawbpf_collection_has(collection.file.data, collection.file.size))
		return tool_fail(&asm_subcommand, "%s has no .prog; -l lists the programs of such texts",
				 collection.file.name);
	if (collection_parse(&collection) != OK || open_output(output) != OK)
		return FAILED;
	return collection_list(&collection);
}

int asm_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 BYTE_ORDER_OPTIONS,
						 { NULL, 0, NULL, 0 } };
	enum rawbpf_byte_order order = RAWBPF_HOST_ORDER;
	const char *output = NULL, *format = "raw";
	struct program program = { 0 };
	int status, letter, is_list = 0;

	while ((letter = getopt_long(argc, argv, "lf:o:W:h", options, NULL)) != -1) {
		switch (letter) {
		case 'l':
			is_list = 1;
			break;
		case 'f':
			format = optarg;
			break;
		case 'o':
			output = optarg;
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
	if (strcmp(format, "raw") != 0 && strcmp(format, "hex") != 0 && strcmp(format, "c") != 0) {
		tool_fail(&asm_subcommand, "-f wants raw, hex or c, not '%s'", format);
		return USAGE;
	}
	if (argc - optind > 1)
		return tool_usage_error(&asm_subcommand);
	if (is_list)
		return list(argv[optind], output);
	return assemble(&program, argv[optind], output, format[0], order);
}

const struct subcommand asm_subcommand = {
	.name = "asm",
	.usage = "[-f raw|hex|c] [-o OUT] [-Werror]\n"
		 "       [--big-endian|--little-endian] [FILE]\n"
		 "       -l FILE",
	.help = "Assemble the program in FILE. Without FILE, or for -, read standard input.\n"
		"\n"
		"  -f FORMAT        raw: bytes (default); hex: 8 bytes a line; c: macros to paste\n"
		"  -l               list what each statement of a text with .prog becomes here\n"
		"  -o OUT           write to OUT (default: standard output)\n"
		"  -Werror          treat warnings as errors\n"
		"  --big-endian     write bytes for a big-endian machine\n"
		"  --little-endian  write bytes for a little-endian one (default: this machine's)\n"
		"  -h, --help       print this help\n",
	.main = asm_main,
};
