/* SPDX-License-Identifier: MIT */
/*
 * The values of facts.h, and a program with a map and a packet, in WebAssembly, without a libc.
 * wasm.sh compiles it, and Node.js runs it.
 */
#include "facts.h"

#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

/* The compiler calls these. */
void *memmove(void *to, const void *from, size_t size);
void *memset(void *bytes, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);

void *memset(void *bytes, int value, size_t size)
{
	volatile unsigned char *at = bytes;

	while (size--)
		*at++ = (unsigned char)value;
	return bytes;
}

void *memcpy(void *to, const void *from, size_t size)
{
	volatile unsigned char *at = to;
	const unsigned char *source = from;

	while (size--)
		*at++ = *source++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	volatile unsigned char *at = to;
	const unsigned char *source = from;

	if ((uintptr_t)to <= (uintptr_t)from)
		return memcpy(to, from, size);
	while (size--)
		at[size] = source[size];
	return to;
}

enum { PACKET = 20 };

static struct rawbpf_vm vm;
static uint64_t stack[RAWBPF_VM_FRAMES * RAWBPF_VM_STACK / 8];

/* Open a machine for a program. */
static int machine(struct rawbpf_vm_prog *prog, const struct bpf_insn *insns, unsigned count)
{
	*prog = (struct rawbpf_vm_prog){ .insns = insns, .insn_count = count };
	return rawbpf_vm_open(&vm, &(struct rawbpf_vm_spec){ .prog = prog, .stack = stack,
		.stack_size = sizeof(stack), .order = RAWBPF_LITTLE_ENDIAN });
}

static int fact_holds(unsigned i)
{
	const struct bpf_insn insns[] = { facts[i].insn, BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog;

	if (machine(&prog, insns, RAWBPF_COUNT(insns)))
		return 0;
	vm.r[0] = facts[i].dst;
	vm.r[1] = facts[i].src;
	return rawbpf_vm_run(&vm, 2) == RAWBPF_VM_ENDED && vm.r[0] == facts[i].result;
}

static int jump_holds(unsigned i)
{
	const struct bpf_insn insns[] = { jumps[i].insn, BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog;

	if (machine(&prog, insns, RAWBPF_COUNT(insns)))
		return 0;
	vm.r[1] = jumps[i].dst;
	vm.r[2] = jumps[i].src;
	return rawbpf_vm_run(&vm, 3) == RAWBPF_VM_ENDED && vm.r[0] == !jumps[i].jumps;
}

static int atomic_holds(unsigned i)
{
	const struct bpf_insn insns[] = { BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_2, -8),
		atomics[i].insn, BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_10, -8), BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog;

	if (machine(&prog, insns, RAWBPF_COUNT(insns)))
		return 0;
	vm.r[0] = atomics[i].r0;
	vm.r[1] = atomics[i].r1;
	vm.r[2] = A;
	return rawbpf_vm_run(&vm, 4) == RAWBPF_VM_ENDED && vm.r[0] == atomics[i].r0_after &&
	       vm.r[1] == atomics[i].r1_after && vm.r[2] == atomics[i].memory;
}

/* A load past the packet's end, to see that traps have 64-bit addresses here, too. */
static int trap_holds(void)
{
	const struct bpf_insn insns[] = { BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 8), BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog;

	if (machine(&prog, insns, RAWBPF_COUNT(insns)))
		return 0;
	vm.r[1] = UINT64_MAX - 8;
	return rawbpf_vm_run(&vm, 2) == -14 && vm.trap.kind == RAWBPF_VM_TRAP_ACCESS &&
	       vm.trap.address == UINT64_MAX && vm.trap.insn == 0;
}

/* Run a program with one map on a packet. Return 1 if it ends. */
static int ends(const struct bpf_insn *insns, unsigned insn_count, unsigned prog_type, struct rawbpf_vm_map *map,
		struct rawbpf_vm_context *context, unsigned char packet[PACKET])
{
	static unsigned char memory[RAWBPF_VM_HEADROOM + PACKET];
	struct rawbpf_vm_region *regions[RAWBPF_VM_CONTEXT_REGIONS + 2];
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = insn_count };
	struct rawbpf_vm_world world = { .time = 0 };
	struct rawbpf_vm_helpers helpers;
	struct rawbpf_vm_spec spec = { .prog = &prog, .stack = stack, .stack_size = sizeof(stack),
		.regions = regions, .region_max = RAWBPF_COUNT(regions), .maps = &map, .map_count = 1,
		.helpers = &helpers };

	rawbpf_vm_helpers_get(&helpers, &world);
	return !rawbpf_vm_context_open(context, &(struct rawbpf_vm_context_spec){
		.prog_type = prog_type, .order = RAWBPF_LITTLE_ENDIAN, .packet = packet, .packet_size = PACKET,
		.memory = memory, .memory_size = sizeof(memory) }) &&
	       !rawbpf_vm_context_bind(context, &spec) && !rawbpf_vm_open(&vm, &spec) &&
	       rawbpf_vm_run(&vm, 100) == RAWBPF_VM_ENDED;
}

/*
 * An XDP program counts packets in a hash map and lets the packet begin 4 bytes later. Return 1 if
 * its result is the count, and the packet and the map are right.
 */
static int packet_holds(void)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_2, 4), BPF_EMIT_CALL(BPF_FUNC_xdp_adjust_head),
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 7), BPF_LD_MAP_FD(BPF_REG_1, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0), BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0), BPF_MOV64_REG(BPF_REG_0, BPF_REG_1), BPF_EXIT_INSN() };
	static unsigned char packet[PACKET] = { [4] = 0xaa };
	static uint64_t map_memory[100];
	static struct rawbpf_vm_context context;
	struct rawbpf_vm_map map = { .name = "counts", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8,
		.max_entries = 4, .memory = map_memory, .memory_size = sizeof(map_memory),
		.order = RAWBPF_LITTLE_ENDIAN };
	const uint32_t key = 7;
	uint64_t count = 41;

	if (rawbpf_vm_map_open(&map) || rawbpf_vm_map_update(&map, &key, &count, BPF_NOEXIST) ||
	    !ends(insns, RAWBPF_COUNT(insns), BPF_PROG_TYPE_XDP, &map, &context, packet))
		return 0;
	return vm.r[0] == 42 && context.size == 16 && context.bytes[0] == 0xaa &&
	       !rawbpf_vm_map_lookup(&map, &key, &count) && count == 42;
}

/*
 * A tc program pushes a VLAN tag, formats its number and sends the text to a perf buffer. Return 1
 * if the event is that text.
 */
static int event_holds(void)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1), BPF_MOV64_IMM(BPF_REG_2, 0x0081), BPF_MOV64_IMM(BPF_REG_3, 4711),
		BPF_EMIT_CALL(BPF_FUNC_skb_vlan_push),
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_6, 24), BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -16, '%' | '6' << 8 | 'd' << 16), BPF_ST_MEM(BPF_DW, BPF_REG_10, -24, 0),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, -24), BPF_MOV64_IMM(BPF_REG_2, 8),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -16),
		BPF_MOV64_REG(BPF_REG_4, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_4, -8), BPF_MOV64_IMM(BPF_REG_5, 8),
		BPF_EMIT_CALL(BPF_FUNC_snprintf), BPF_MOV64_REG(BPF_REG_7, BPF_REG_0),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6), BPF_LD_MAP_FD(BPF_REG_2, 0), BPF_MOV32_IMM(BPF_REG_3, -1),
		BPF_MOV64_REG(BPF_REG_4, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_4, -24),
		BPF_MOV64_REG(BPF_REG_5, BPF_REG_7), BPF_EMIT_CALL(BPF_FUNC_perf_event_output), BPF_EXIT_INSN() };
	static unsigned char packet[PACKET];
	static uint64_t map_memory[RAWBPF_VM_PERF_SIZE * 5 / 16 + 20];
	static struct rawbpf_vm_context context;
	struct rawbpf_vm_map map = { .name = "events", .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4,
		.value_size = 4, .max_entries = 1, .memory = map_memory, .memory_size = sizeof(map_memory) };
	const unsigned char *text;
	const void *record;
	size_t size;

	if (rawbpf_vm_map_open(&map) ||
	    !ends(insns, RAWBPF_COUNT(insns), BPF_PROG_TYPE_SCHED_CLS, &map, &context, packet) || vm.r[0] ||
	    rawbpf_vm_ring_next(&map, &record, &size))
		return 0;
	text = record;
	return size == 12 && text[0] == ' ' && text[1] == ' ' && text[2] == '4' && text[5] == '1' && !text[6];
}

/* How many values there are, and whether number `i` of them is right. */
__attribute__((export_name("count"))) unsigned count(void);
__attribute__((export_name("holds"))) int holds(unsigned i);

unsigned count(void)
{
	return RAWBPF_COUNT(facts) + RAWBPF_COUNT(jumps) + RAWBPF_COUNT(atomics) + 3;
}

int holds(unsigned i)
{
	if (i < RAWBPF_COUNT(facts))
		return fact_holds(i);
	i -= RAWBPF_COUNT(facts);
	if (i < RAWBPF_COUNT(jumps))
		return jump_holds(i);
	i -= RAWBPF_COUNT(jumps);
	if (i < RAWBPF_COUNT(atomics))
		return atomic_holds(i);
	i -= RAWBPF_COUNT(atomics);
	return i == 0 ? trap_holds() : i == 1 ? packet_holds() : event_holds();
}
