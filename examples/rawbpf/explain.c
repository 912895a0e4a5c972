/* SPDX-License-Identifier: MIT */
/* rawbpf explain: the parts of instructions, and their effects. */
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int wants_colour(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

static int explain_program(const struct program *program, enum rawbpf_byte_order order)
{
	int colour = wants_colour();
	unsigned i = 0, slots;

	while (i < program->count) {
		char page[8192];

		rawbpf_insn_explain(page, sizeof page, program->insns + i, program->count - i, order,
				    colour, &slots);
		if (i)
			putchar('\n');
		tool_page(stdout, "%s", page);
		i += slots;
	}
	return tool_finish(&explain_subcommand);
}

static int looks_like_a_path(const char *argument)
{
	return strpbrk(argument, "./") && !strchr(argument, ' ') && access(argument, F_OK) < 0;
}

/* Read the argument: the file of that name, or else the text itself. */
static int text_of(const char *argument, struct file *file)
{
	if (!argument || strcmp(argument, "-") == 0 || access(argument, F_OK) == 0)
		return tool_read(&explain_subcommand, argument, file);
	*file = (struct file){ .name = "<argument>", .data = strdup(argument),
			       .size = strlen(argument) };
	return file->data ? OK : tool_fail(&explain_subcommand, "out of memory");
}

/* Find a program type by its own name, or by its context's struct. */
static int find_context(const char *name)
{
	char page[8192], line[128];

	if (rawbpf_constant_find(RAWBPF_PROG_TYPE, name) > 0)
		return rawbpf_constant_find(RAWBPF_PROG_TYPE, name);
	snprintf(line, sizeof line, "  struct %s\n", name);
	for (unsigned i = 1; rawbpf_constant_name(RAWBPF_PROG_TYPE, i); i++) {
		rawbpf_context_explain(page, sizeof page, i);
		if (strstr(page, line))
			return (int)i;
	}
	return -ENOENT;
}

static int names_facts(const char *kind)
{
	return strcmp(kind, "helper") == 0 || strcmp(kind, "context") == 0;
}

/* Run explain helper NAME, explain context TYPE. */
static int explain_fact(const char *kind, const char *name)
{
	int helper = strcmp(kind, "helper") == 0, number;
	unsigned long long given;
	char page[8192];

	if (tool_number(name, &given))
		number = given > INT_MAX ? -ENOENT : (int)given;
	else
		number = helper ? rawbpf_constant_find(RAWBPF_HELPER, name) : find_context(name);
	if (number < 1 || !rawbpf_constant_name(helper ? RAWBPF_HELPER : RAWBPF_PROG_TYPE, number))
		return tool_fail(&explain_subcommand, helper ? "there is no helper '%s'" :
				 "there is no program type or context '%s'", name);
	if (helper)
		rawbpf_helper_explain(page, sizeof page, number);
	else
		rawbpf_context_explain(page, sizeof page, number);
	tool_page(stdout, "%s", page);
	return tool_finish(&explain_subcommand);
}

static int explain_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 BYTE_ORDER_OPTIONS,
						 { NULL, 0, NULL, 0 } };
	enum rawbpf_byte_order order = RAWBPF_HOST_ORDER;
	struct program program = { 0 };
	const char *hex = NULL;
	int letter, status;

	while ((letter = getopt_long(argc, argv, "x:h", options, NULL)) != -1) {
		switch (letter) {
		case 'x':
			hex = optarg;
			break;
		default:
			status = tool_option(&explain_subcommand, letter, &order);
			if (status >= 0)
				return status;
		}
	}
	if (!hex && argc - optind == 2 && names_facts(argv[optind]))
		return explain_fact(argv[optind], argv[optind + 1]);
	if (argc - optind > (hex ? 0 : 1) ||
	    (argc - optind == 1 && names_facts(argv[optind]) && access(argv[optind], F_OK) < 0))
		return tool_usage_error(&explain_subcommand);
	if (hex) {
		program.file = (struct file){ .name = "-x", .data = strdup(hex), .size = strlen(hex) };
		status = tool_decode(&explain_subcommand, &program, 1, order);
	} else {
		status = text_of(argv[optind], &program.file);
		if (status == OK)
			status = tool_assemble(&explain_subcommand, &program, 0);
		if (status != OK && optind < argc && looks_like_a_path(argv[optind]))
			tool_fail(&explain_subcommand, "there is no file '%s', so this was read as an instruction",
				  argv[optind]);
	}
	return status == OK ? explain_program(&program, order) : status;
}

const struct subcommand explain_subcommand = {
	.name = "explain",
	.usage = "[--big-endian|--little-endian] [TEXT | -x HEX | FILE]\n"
		 "       rawbpf explain helper NAME | context TYPE",
	.help = "Explain instructions: every byte and field, its meaning, its first kernel.\n"
		"\n"
		"  TEXT             one instruction, or several with ; between: 'r2 += -4'\n"
		"  FILE             a program as text; without it, or for -, read standard input\n"
		"  -x HEX           bytes as hex digits: '07 02 00 00 fc ff ff ff'\n"
		"  --big-endian     read bytes of a big-endian machine\n"
		"  --little-endian  read bytes of a little-endian one (default: as this machine)\n"
		"  helper NAME      print a helper's arguments, result, license, program types,\n"
		"                   first kernel\n"
		"  context TYPE     print the fields of the context of a program type (xdp,\n"
		"                   sched_cls) or of a struct (__sk_buff)\n"
		"  -h, --help       print this help\n"
		"\n"
		"Terminals show colours, unless NO_COLOR is set or TERM is dumb.\n",
	.main = explain_main,
};
