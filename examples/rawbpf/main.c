/* SPDX-License-Identifier: MIT */
/*
 * rawbpf: assemble, disassemble, explain and run eBPF programs; inspect those in the kernel.
 *
 * One program with several subcommands: `rawbpf asm`.
 */
#include "object.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct member *const members[] = {
	&asm_member,
	&disasm_member,
	&explain_member,
	&run_member,
	&prog_member,
	&map_member,
	&link_member,
	&btf_member,
	&cgroup_member,
	&doctor_member,
};
enum { MEMBERS = sizeof members / sizeof members[0] };

static const struct member *find_member(const char *name)
{
	for (int i = 0; i < MEMBERS; i++)
		if (strcmp(members[i]->name, name) == 0)
			return members[i];
	return NULL;
}

static void print_usage(FILE *stream)
{
	fputs("usage: rawbpf SUBCOMMAND [ARGUMENT]...\n\n", stream);
	for (int i = 0; i < MEMBERS; i++)
		fprintf(stream, "  rawbpf %s %s\n", members[i]->name, members[i]->usage);
	fputs("\n`rawbpf SUBCOMMAND -h` prints its options; rawbpf(1) describes all.\n", stream);
}

int main(int argc, char **argv)
{
	static const struct member top = { .name = "" };
	const struct member *member;
	char name[32];

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
	member = find_member(argv[1]);
	if (!member) {
		fprintf(stderr, "rawbpf: there is no subcommand '%s'\n", argv[1]);
		print_usage(stderr);
		return USAGE;
	}
	/* getopt(3) begins its messages with it, like all others */
	snprintf(name, sizeof name, "rawbpf %s", member->name);
	argv[1] = name;
	return member->verbs ? object_main(member, argc - 1, argv + 1)
			     : member->main(argc - 1, argv + 1);
}
