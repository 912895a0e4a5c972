/* SPDX-License-Identifier: MIT */
/*
 * rawbpf: assemble, disassemble, explain and run eBPF programs; inspect those in the kernel.
 *
 * One program with several subcommands: `rawbpf asm`. Called by the name of a tool, it is that tool.
 */
#include "object.h"
#include "texts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct subcommand *const subcommands[] = {
	&asm_subcommand,
	&disasm_subcommand,
	&explain_subcommand,
	&conform_subcommand,
	&run_subcommand,
	&test_subcommand,
	&trace_subcommand,
	&show_subcommand,
	&step_subcommand,
	&install_links_subcommand,
	&prog_subcommand,
	&map_subcommand,
	&link_subcommand,
	&btf_subcommand,
	&cgroup_subcommand,
	&net_subcommand,
	&doctor_subcommand,
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0] };

static const struct subcommand *find_subcommand(const char *name)
{
	for (int i = 0; i < SUBCOMMANDS; i++)
		if (strcmp(subcommands[i]->name, name) == 0)
			return subcommands[i];
	return NULL;
}

static void print_usage(FILE *stream)
{
	fputs("usage: rawbpf SUBCOMMAND [ARGUMENT]...\n\n", stream);
	for (int i = 0; i < SUBCOMMANDS; i++)
		tool_page(stream, "  rawbpf %s %s\n", subcommands[i]->name, subcommands[i]->usage);
	tool_page(stream, "\n`rawbpf SUBCOMMAND -h` prints its options; rawbpf(1) describes all.\n");
}

/*
 * Open descriptors 0 to 2 if they are closed: else they become those of other files. Writing to
 * them fails.
 */
static void keep_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Run the text of a tool: `opensnoop -x` is `rawbpf run opensnoop -x`. */
static int run_tool(const char *tool, int argc, char **argv)
{
	static char **arguments; /* until the program ends */

	arguments = calloc(argc + 2, sizeof *arguments);
	if (!arguments)
		return tool_fail(&run_subcommand, "out of memory");
	arguments[0] = (char *)"rawbpf run";
	arguments[1] = (char *)tool;
	memcpy(arguments + 2, argv + 1, (argc - 1) * sizeof *arguments);
	return run_subcommand.main(argc + 1, arguments);
}

/* Say what to write instead of a word that is no subcommand. Returns USAGE. */
static int fail_unknown(const char *word)
{
	if (text_find(word)) {
		fprintf(stderr, "rawbpf: '%s' is a tool, not a subcommand: rawbpf run %s\n", word, word);
		return USAGE;
	}
	fprintf(stderr, "rawbpf: there is no subcommand '%s'\n", word);
	print_usage(stderr);
	return USAGE;
}

int main(int argc, char **argv)
{
	static const struct subcommand top = { .name = "" };
	const char *tool = text_called(argv[0]);
	const struct subcommand *subcommand;
	char name[32];

	keep_standard_files();
	if (tool)
		return run_tool(tool, argc, argv);
	if (argc < 2) {
		print_usage(stderr);
		return USAGE;
	}
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
		print_usage(stdout);
		return tool_finish(&top);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("rawbpf " RAWBPF_VERSION);
		return tool_finish(&top);
	}
	subcommand = find_subcommand(argv[1]);
	if (!subcommand)
		return fail_unknown(argv[1]);
	/* getopt(3) begins its messages with it, like all others */
	snprintf(name, sizeof name, "rawbpf %s", subcommand->name);
	argv[1] = name;
	return subcommand->verbs ? object_main(subcommand, argc - 1, argv + 1)
			     : subcommand->main(argc - 1, argv + 1);
}
