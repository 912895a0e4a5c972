/* SPDX-License-Identifier: MIT */
/* rawbpf run in user space: a program on packets, where the kernel refuses bpf(2), or with --vm. */
#include "../token.h"
#include "load.h"
#include "machine.h"
#include "once.h"

#include <errno.h>
#include <rawbpf/vm_helper.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_INSTRUCTIONS = 100000000, FIELDS = 1024 };

/* ------------------------------------------------------------------------- the kernel's no */

static int is_refusal(int err)
{
	return err == -EPERM || err == -EACCES || err == -ENOSYS;
}

/* Create the smallest map, or load the smallest program of the type. Returns 0 or a negative errno. */
static int try(const struct rawbpf_operation *operation, unsigned type)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	unsigned flags = operation == RAWBPF_PROG_LOAD ? load_flags(type) : 0;
	int token = token_use(&flags), fd;

	if (token < 0)
		return 0; /* the next step says why */
	fd = operation == RAWBPF_MAP_CREATE ? rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
		.flags = flags, .token = token }) : rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .flags = flags, .token = token, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) });
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

/* Find which operation the kernel refuses. Returns a negative errno, or 0. */
static int find_refusal(const struct rawbpf_operation **operation, unsigned type)
{
	int err;

	rawbpf_memlock_raise(); /* before Linux 5.11, too little memory is the same error */
	*operation = RAWBPF_MAP_CREATE;
	err = try(*operation, BPF_MAP_TYPE_ARRAY);
	if (!err) {
		*operation = RAWBPF_PROG_LOAD;
		err = try(*operation, type);
	}
	return is_refusal(err) ? err : 0;
}

int once_refusal(unsigned type)
{
	const struct rawbpf_operation *operation;

	return find_refusal(&operation, type) != 0;
}

int once_is_refused(const struct once *once)
{
	const struct rawbpf_operation *operation;
	int err = find_refusal(&operation, once->type);
	char why[512];

	if (!err)
		return 0;
	rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
		.operation = operation, .error = err, .lines = 1,
		.type = operation == RAWBPF_PROG_LOAD ? once->type : BPF_MAP_TYPE_ARRAY });
	tool_fail(once->subcommand, "the kernel refuses bpf(2): %s", why);
	tool_page(stderr, "   The interpreter runs the program instead. No verifier checks it here.\n");
	return 1;
}

/* -------------------------------------------------------------------------------- running */

/* Return the line of the text whose instruction is next, or trapped. */
static unsigned line_of(const struct machine *machine, const struct program *program, const struct rawbpf_vm *vm)
{
	unsigned slot = vm->trap.kind ? vm->trap.insn : vm->pc;

	if (vm->prog == &machine->prog)
		return slot < program->count ? program->lines[slot] : 0;
	for (unsigned i = 0; i < machine->loaded.unit_count; i++) {
		const struct rawbpf_vm_unit *unit = &machine->loaded.units[i];

		if (vm->prog == &unit->prog && slot < unit->resolved.count)
			return unit->resolved.lines[slot] >> 16;
	}
	return 0;
}

/* Say where the program stands, and why it does not go on. Returns FAILED. */
static int print_stop(const struct once *once, const struct machine *machine, const struct program *program,
		      const struct rawbpf_vm *vm, int result)
{
	const char *name = collection_shown(program->file.name ? program->file.name : "FILE");
	char why[512];

	if (vm->trap.kind)
		rawbpf_vm_trap_explain(why, sizeof why, vm);
	else if (result < 0)
		snprintf(why, sizeof why, "the machine cannot run it: %s", strerror(-result));
	else
		snprintf(why, sizeof why, "the program does not end within %d instructions", MOST_INSTRUCTIONS);
	fflush(stdout);
	tool_fail(once->subcommand, "%s:%u: %s", name, line_of(machine, program, vm), why);
	tool_page(stderr, "   `rawbpf step %s` shows the way there, forward and back\n", name);
	return FAILED;
}

/* Run it as often as --repeat asks; the packet stays what it became. Returns OK or FAILED. */
static int run_often(const struct once *once, const struct machine *machine, const struct program *program,
		     struct rawbpf_vm *vm, const struct rawbpf_vm_spec *spec)
{
	unsigned long long count = once->repeat ? once->repeat : 1;

	for (unsigned long long i = 0; i < count; i++) {
		int result = rawbpf_vm_open(vm, spec);

		if (result == 0)
			result = rawbpf_vm_run(vm, MOST_INSTRUCTIONS);
		if (result != RAWBPF_VM_ENDED)
			return print_stop(once, machine, program, vm, result);
	}
	return OK;
}

int once_run_machine(const struct once *once, struct machine *machine, const struct program *program,
		     const struct packets *packets)
{
	static struct rawbpf_vm vm;
	static unsigned char fields[FIELDS];
	struct rawbpf_vm_context context;
	struct rawbpf_vm_helpers helpers;
	struct rawbpf_vm_spec spec = machine->spec;
	const struct packets none = { .file = packets->file };
	size_t given = once->has_packet ? 0 : packets->size;
	int status;

	if (given > sizeof fields)
		return tool_fail(once->subcommand, "a context has at most %d bytes", FIELDS);
	memcpy(fields, packets->data, given);
	rawbpf_vm_helpers_get(&helpers, &machine->world);
	spec.helpers = &helpers;
	if (machine_open_context(machine, &spec, &context, once->has_packet ? packets : &none, fields, given,
				 sizeof fields) != OK)
		return FAILED;
	status = run_often(once, machine, program, &vm, &spec);
	if (status == OK)
		once_print(once, packets, &(struct once_result){
			.r0 = vm.r[0], .ns = -1, .steps = (int64_t)vm.executed,
			.data = once->has_packet ? context.bytes : NULL, .size = context.size });
	free(context.spec.memory);
	return status;
}

void once_begin_machine(const struct once *once, struct machine *machine)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	machine->prog_type = once->type;
	machine->world = (struct rawbpf_vm_world){
		.time = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec, .time_step = 1000,
		.pid = (unsigned)getpid(), .tid = (unsigned)getpid(), .uid = getuid(), .gid = getgid(),
		.comm = "rawbpf", .random = (uint64_t)now.tv_nsec | 1 };
}
