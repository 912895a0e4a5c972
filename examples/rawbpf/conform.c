/* SPDX-License-Identifier: MIT */
/*
 * rawbpf conform: run a program in user space for the public suite bpf_conformance. It is the suite's
 * plugin: it gets a program and memory as hex digits, and prints r0.
 */
#include "tool.h"

#include <rawbpf/vm_helper.h>

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { BUDGET = 10000000, MEMORY = 65536 };

/* Read pairs of hex digits with spaces between them. Return the bytes, or -1 for anything else. */
static long read_hex(const char *text, unsigned char *bytes, size_t size)
{
	size_t count = 0;

	for (text += strspn(text, " "); *text; text += 2 + strspn(text + 2, " ")) {
		int high = tool_hex_digit(text[0]), low = high < 0 ? -1 : tool_hex_digit(text[1]);

		if (low < 0 || count == size)
			return -1;
		bytes[count++] = high << 4 | low;
	}
	return count;
}

/* Say why the program cannot run. Returns FAILED. */
static int fail_open(const struct rawbpf_vm *vm, int err)
{
	char text[200];

	if (vm->trap.kind)
		rawbpf_vm_trap_explain(text, sizeof text, vm);
	else
		snprintf(text, sizeof text, "%s", err == -E2BIG ? "no instruction, or more than a million" : strerror(-err));
	return tool_fail(&conform_subcommand, "%s", text);
}

/* Run the program with r1 at the memory, and r2 its size. Print r0. */
static int run_program(const struct program *program, unsigned char *memory, size_t size)
{
	static uint64_t stack[RAWBPF_VM_FRAMES * RAWBPF_VM_STACK / 8];
	static struct rawbpf_vm vm;
	struct rawbpf_vm_region region = { .name = "memory", .size = size, .bytes = memory,
					   .rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE }, *regions[1];
	struct rawbpf_vm_prog prog = { .insns = program->insns, .insn_count = program->count };
	struct rawbpf_vm_world world = { .time = 0 };
	struct rawbpf_vm_helpers helpers;
	char text[200];
	int err;

	rawbpf_vm_helpers_get(&helpers, &world);
	err = rawbpf_vm_open(&vm, &(struct rawbpf_vm_spec){
		.prog = &prog, .stack = stack, .stack_size = sizeof stack, .context = size ? &region : NULL,
		.regions = regions, .region_max = 1, .helpers = &helpers });
	if (err)
		return fail_open(&vm, err);
	vm.r[2] = size;
	err = rawbpf_vm_run(&vm, BUDGET);
	if (err == RAWBPF_VM_PAUSED)
		return tool_fail(&conform_subcommand, "the program does not end within %d instructions", BUDGET);
	if (err) {
		rawbpf_vm_trap_explain(text, sizeof text, &vm);
		return tool_fail(&conform_subcommand, "%s", text);
	}
	printf("%llx\n", (unsigned long long)vm.r[0]);
	return tool_finish(&conform_subcommand);
}

/* Take the program from an argument instead of standard input. */
static int take_program(struct program *program, const char *hex)
{
	program->file = (struct file){ .name = "--program", .data = strdup(hex), .size = strlen(hex) };
	return program->file.data ? OK : tool_fail(&conform_subcommand, "out of memory");
}

static int conform_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "program", required_argument, NULL, 'p' }, { "debug", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	static unsigned char memory[MEMORY];
	struct program program = { .insns = NULL };
	const char *hex = NULL;
	int option, status;
	long size = 0;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'p')
			hex = optarg;
		else if (option != 'd') /* --debug: errors are in words anyway */
			return option == 'h' ? tool_help(&conform_subcommand) : tool_usage_error(&conform_subcommand);
	}
	if (argc - optind > 1)
		return tool_usage_error(&conform_subcommand);
	if (optind < argc)
		size = read_hex(argv[optind], memory, sizeof memory);
	if (size < 0)
		return tool_fail(&conform_subcommand, "the memory is not pairs of hex digits, at most %d", MEMORY);
	status = hex ? take_program(&program, hex) : tool_read(&conform_subcommand, "-", &program.file);
	if (status == OK)
		status = tool_decode(&conform_subcommand, &program, 1, RAWBPF_HOST_ORDER);
	if (status == OK)
		status = run_program(&program, memory, size);
	free(program.file.data);
	return status;
}

const struct subcommand conform_subcommand = {
	.name = "conform",
	.usage = "[--program HEX] [MEMORY]",
	.help = "Run a program in user space, as a plugin of the suite bpf_conformance. The\n"
		"program and MEMORY are hex digits. r1 points to the memory, and r2 has its size.\n"
		"Print r0 in hex.\n"
		"\n"
		"  --program HEX    the program; without it, standard input\n"
		"  --debug          no effect: a failure prints its reason anyway\n",
	.main = conform_main,
};
