/* SPDX-License-Identifier: MIT */
/* See compare.h. */
#include "compare.h"

#include <rawbpf.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Guests have no Check. */
#define REQUIRE(CONDITION) \
	do { \
		if (!(CONDITION)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #CONDITION); \
			abort(); \
		} \
	} while (0)

enum { BUDGET = 100000, FRAMES = 2 };

/* A socket filter's data begin behind the link layer's header. */
static unsigned char packet[64];
static const struct rawbpf_vm_packet vm_packet = { packet, sizeof(packet), 14, 14 };

void compare_open(struct compare *compare)
{
	void *memory;
	unsigned i;

	for (i = 0; i < sizeof(packet); i++)
		packet[i] = (unsigned char)(0x81 + 3 * i);
	compare->map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof(*compare->kernels),
		.max_entries = 1, .flags = BPF_F_MMAPABLE });
	REQUIRE(compare->map > 2);
	memory = mmap(NULL, sizeof(*compare->kernels), PROT_READ | PROT_WRITE, MAP_SHARED,
		      compare->map, 0);
	REQUIRE(memory != MAP_FAILED);
	compare->kernels = memory;
	compare->vm_map = (struct rawbpf_vm_map){ .name = "area", .type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4, .value_size = sizeof(*compare->ours), .max_entries = 1 };
	compare->vm_map.memory_size = rawbpf_vm_map_size(&compare->vm_map);
	compare->vm_map.memory = malloc(compare->vm_map.memory_size);
	REQUIRE(rawbpf_vm_map_open(&compare->vm_map) == 0);
	compare->ours = (void *)compare->vm_map.values.bytes;
}

/* Begin with the same scratch memory, and with results that no program has written. */
static void areas_begin(struct compare *compare)
{
	struct generated_area *area = compare->kernels;
	unsigned i;

	area->runs = 0;
	for (i = 0; i < GENERATED_WORDS; i++)
		area->scratch[i] = generated_boundary(i + 7);
	for (i = 0; i < compare->sets; i++)
		memset(area->sets[i].out, 0x5a, sizeof(area->sets[i].out));
	memcpy(compare->ours, area, offsetof(struct generated_area, sets[compare->sets]));
}

void compare_operands(struct compare *compare, unsigned sets)
{
	uint64_t random = compare->seed;
	unsigned i, r;

	compare->sets = sets;
	for (i = 0; i < sets; i++)
		for (r = 0; r < GENERATED_REGISTERS; r++)
			compare->kernels->sets[i].in[r] = generated_operand(&random);
}

/* Each boundary in r0 and the even registers, with each in r1 and the odd ones. */
void compare_pairs(struct compare *compare)
{
	unsigned i, r;

	compare->sets = GENERATED_BOUNDARIES * GENERATED_BOUNDARIES;
	for (i = 0; i < compare->sets; i++)
		for (r = 0; r < GENERATED_REGISTERS; r++)
			compare->kernels->sets[i].in[r] =
				generated_boundary(r % 2 ? i / GENERATED_BOUNDARIES : i);
}

static int load(const struct compare *compare, const struct generated *program, char *log,
		size_t size)
{
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = program->insns,
		.insn_count = program->count, .fd_array = &compare->map, .log = log,
		.log_size = size });
}

void compare_log(struct compare *compare, const struct generated *program, char *log, size_t size)
{
	int prog;

	log[0] = 0;
	prog = load(compare, program, log, size);
	if (prog >= 0)
		close(prog);
}

/* Return 0, or the negative errno of loading. */
static int run_natively(struct compare *compare, const struct generated *program)
{
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof(packet),
				       .repeat = compare->sets };
	int prog = load(compare, program, NULL, 0), err;

	if (prog < 0)
		return prog;
	do {
		compare->kernels->runs = 0;
		err = rawbpf_prog_run(prog, &run);
	} while (err == -EINTR);
	close(prog);
	REQUIRE(err == 0);
	REQUIRE(compare->kernels->runs == compare->sets);
	return 0;
}

/* Return 0, or -EFAULT with the trap in *vm. */
static int run_in_machine(struct compare *compare, const struct generated *program,
			  struct rawbpf_vm *vm)
{
	static uint64_t stack[FRAMES * RAWBPF_VM_STACK / 8];
	struct rawbpf_vm_region *regions[2];
	struct rawbpf_vm_map *const maps[] = { &compare->vm_map };
	struct rawbpf_vm_prog prog = { .insns = program->insns, .insn_count = program->count };
	struct rawbpf_vm_world world = { .time = 0 };
	struct rawbpf_vm_helpers helpers;
	const struct rawbpf_vm_spec spec = { .prog = &prog, .stack = stack,
		.stack_size = sizeof(stack), .frames = FRAMES, .maps = maps, .map_count = 1,
		.regions = regions, .region_max = RAWBPF_COUNT(regions), .helpers = &helpers,
		.packet = &vm_packet };
	unsigned i;

	rawbpf_vm_helpers_get(&helpers, &world);
	for (i = 0; i < compare->sets; i++) {
		REQUIRE(rawbpf_vm_open(vm, &spec) == 0);
		if (rawbpf_vm_run(vm, BUDGET) != RAWBPF_VM_ENDED)
			return -EFAULT;
	}
	return 0;
}

static int areas_differ(const struct compare *compare)
{
	return memcmp(compare->kernels, compare->ours,
		      offsetof(struct generated_area, sets[compare->sets])) != 0;
}

int compare_run(struct compare *compare, const struct generated *program)
{
	struct rawbpf_vm vm;
	int err;

	areas_begin(compare);
	err = run_natively(compare, program);
	if (err)
		return err;
	return run_in_machine(compare, program, &vm) || areas_differ(compare);
}

/* ------------------------------------------------------------------------- differences */

/* Replace the slots by instructions that do nothing, if the results still differ then. */
static void leave_out(struct compare *compare, struct generated *program, unsigned begin,
		      unsigned end)
{
	const struct generated old = *program;
	unsigned slot;

	for (slot = begin; slot < end; slot++)
		program->insns[slot] = (struct bpf_insn)BPF_JMP_A(0);
	if (compare_run(compare, program) != 1)
		*program = old;
}

static void shrink(struct compare *compare, struct generated *program)
{
	unsigned begin = program->body, end;

	for (; begin < program->count; begin = end) {
		for (end = begin + 1; end < program->count && !program->piece[end]; end++)
			;
		if (program->piece[begin] && begin != program->body_end)
			leave_out(compare, program, begin, end);
	}
}

/* Print the slots from `begin` on, without those that do nothing. */
static void print_insns(const struct generated *program, unsigned begin, unsigned end)
{
	const struct bpf_insn nothing = BPF_JMP_A(0);
	unsigned slots;
	char text[128];

	for (; begin < end; begin += slots) {
		const struct bpf_insn *insn = &program->insns[begin];

		rawbpf_insn_format(text, sizeof(text), insn, end - begin, RAWBPF_LLVM, NULL, &slots);
		if (memcmp(insn, &nothing, sizeof(nothing)) != 0)
			printf("%5u: %s\n", begin, text);
	}
}

/* Print the first set of operands whose results differ. */
static void print_set(const struct compare *compare)
{
	unsigned set = 0, r;

	while (set + 1 < compare->sets &&
	       memcmp(&compare->kernels->sets[set], &compare->ours->sets[set],
		      sizeof(struct generated_set)) == 0)
		set++;
	printf("set %u     %-20s%-20s%s\n", set, "operand", "kernel", "machine");
	for (r = 0; r < GENERATED_REGISTERS + GENERATED_WORDS; r++) {
		const struct generated_set *kernels = &compare->kernels->sets[set];
		unsigned long long kernel = kernels->out[r], ours = compare->ours->sets[set].out[r];

		printf("%s%-9u%#-20llx%#-20llx%#-20llx%s\n", r < GENERATED_REGISTERS ? "r" : "word ",
		       r < GENERATED_REGISTERS ? r : r - GENERATED_REGISTERS,
		       r < GENERATED_REGISTERS ? (unsigned long long)kernels->in[r] : 0, kernel, ours,
		       kernel == ours ? "" : "differs");
	}
	for (r = 0; r < GENERATED_WORDS; r++)
		if (compare->kernels->scratch[r] != compare->ours->scratch[r])
			printf("scratch word %u: %#llx, %#llx\n", r,
			       (unsigned long long)compare->kernels->scratch[r],
			       (unsigned long long)compare->ours->scratch[r]);
}

void compare_explain(struct compare *compare, const struct generated *program)
{
	struct generated small = *program;
	struct rawbpf_vm vm;

	shrink(compare, &small);
	areas_begin(compare);
	REQUIRE(run_natively(compare, &small) == 0);
	if (run_in_machine(compare, &small, &vm))
		printf("the machine traps at slot %u, kind %d\n", vm.trap.insn, (int)vm.trap.kind);
	print_insns(&small, small.body, small.body_end);
	print_insns(&small, small.function, small.count);
	print_set(compare);
	fflush(stdout);
}
