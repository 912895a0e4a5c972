/* SPDX-License-Identifier: MIT */
/*
 * Hostile programs with the library's maps, helpers, contexts and packets. All memory has its exact
 * size, so sanitizers see each byte too many. The program runs at once, and in another world
 * instruction by instruction: both must end in the same way.
 */
#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS = 8, BUDGET = 3000, INSNS = 500, MAPS = 10, REGIONS = 2 * MAPS + RAWBPF_VM_CONTEXT_REGIONS + 2, PACKET = 64 };

static const struct rawbpf_vm_map kinds[MAPS] = {
	{ .name = "hash", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 12, .max_entries = 3 },
	{ .name = "array", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 6, .max_entries = 3 },
	{ .name = "lru", .type = BPF_MAP_TYPE_LRU_HASH, .key_size = 1, .value_size = 8, .max_entries = 2 },
	{ .name = "trie", .type = BPF_MAP_TYPE_LPM_TRIE, .key_size = 6, .value_size = 4, .max_entries = 3,
	  .flags = BPF_F_NO_PREALLOC },
	{ .name = "queue", .type = BPF_MAP_TYPE_QUEUE, .value_size = 4, .max_entries = 3 },
	{ .name = "ring", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 4096 },
	{ .name = "progs", .type = BPF_MAP_TYPE_PROG_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 2 },
	{ .name = "maps", .type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4, .value_size = 4, .max_entries = 2 },
	{ .name = "devices", .type = BPF_MAP_TYPE_DEVMAP, .key_size = 4, .value_size = 8, .max_entries = 2 },
	{ .name = "events", .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 },
};

static const uint32_t types[] = {
	BPF_PROG_TYPE_XDP, BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_SOCKET_FILTER, BPF_PROG_TYPE_CGROUP_SKB,
	BPF_PROG_TYPE_KPROBE, BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_PROG_TYPE_TRACEPOINT,
};

static const uint16_t helpers[] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 18, 19, 23, 25, 26, 28, 35, 38, 39, 43, 44, 45, 50, 51, 54, 65,
	68, 80, 87, 88, 89, 93, 94, 105, 106, 112, 113, 114, 115, 125, 130, 131, 132, 133, 134, 148, 153, 154, 158, 160, 164,
	165, 174, 177, 181, 182, 188, 189, 190, 195, 208,
};

struct world {
	struct rawbpf_vm vm;
	struct rawbpf_vm_prog prog;
	struct rawbpf_vm_map map[MAPS], *maps[MAPS];
	struct rawbpf_vm_region *regions[REGIONS], spare[2];
	struct rawbpf_vm_context context;
	struct rawbpf_vm_world told;
	struct rawbpf_vm_helpers helpers;
	uint64_t *stack;
	unsigned char *memory;
	char *trace;
};

static void open_maps(struct world *world, enum rawbpf_byte_order order)
{
	struct rawbpf_vm_prog *prog = &world->prog;
	struct rawbpf_vm_map *inner = &world->map[0];
	const unsigned char first[4] = { 0 };
	unsigned i;

	for (i = 0; i < MAPS; i++) {
		struct rawbpf_vm_map *map = &world->map[i];

		*map = kinds[i];
		map->order = order;
		map->memory_size = rawbpf_vm_map_size(map);
		map->memory = malloc(map->memory_size);
		world->maps[i] = map;
		if (rawbpf_vm_map_open(map))
			abort();
	}
	if (rawbpf_vm_map_update(&world->map[8], first, (const unsigned char[8]){ 1 }, BPF_ANY) ||
	    rawbpf_vm_map_update(&world->map[6], first, &prog, BPF_ANY) ||
	    rawbpf_vm_map_update(&world->map[7], first, &inner, BPF_ANY))
		abort();
}

static int open_world(struct world *world, const uint8_t *options, const struct bpf_insn *insns, unsigned count)
{
	static const unsigned char packet[PACKET] = { [12] = 8, [14] = 0x45 };
	enum rawbpf_byte_order order = options[1] % 3;
	size_t size = 14 + options[2] % (PACKET - 13), room = options[3];
	struct rawbpf_vm_spec spec = {
		.prog = &world->prog, .frames = 1 + options[4] % 4, .regions = world->regions,
		.region_max = REGIONS - options[5] % 2, .spare = world->spare, .spare_count = options[5] >> 1 & 1,
		.maps = world->maps, .map_count = MAPS, .helpers = &world->helpers, .may_goto = options[6],
		.check = options[5] >> 2 & 1 ? rawbpf_vm_unset_check : NULL };

	memset(world, 0, sizeof(*world));
	world->prog = (struct rawbpf_vm_prog){ .insns = insns, .insn_count = count };
	world->stack = spec.stack = malloc(spec.frames * RAWBPF_VM_STACK);
	spec.stack_size = spec.frames * RAWBPF_VM_STACK;
	world->trace = malloc(40);
	world->told = (struct rawbpf_vm_world){ .time = 5, .time_step = 1, .pid = 1, .comm = "abcdefghijklmno",
						.random = options[7], .trace = world->trace, .trace_size = 40 };
	memset(world->trace, 0, 40);
	rawbpf_vm_helpers_get(&world->helpers, &world->told);
	open_maps(world, order);
	world->memory = malloc(RAWBPF_VM_HEADROOM + size + room);
	memset(world->memory, 0, RAWBPF_VM_HEADROOM + size + room);
	if (rawbpf_vm_context_open(&world->context, &(struct rawbpf_vm_context_spec){
		.prog_type = types[options[0] % (sizeof(types) / sizeof(types[0]))], .order = order,
		.arch = RAWBPF_ARCH_X86_64, .packet = packet, .packet_size = size, .memory = world->memory,
		.memory_size = RAWBPF_VM_HEADROOM + size + room,
		.fields = types[options[0] % 8] == BPF_PROG_TYPE_TRACEPOINT ? packet : NULL,
		.fields_size = types[options[0] % 8] == BPF_PROG_TYPE_TRACEPOINT ? PACKET : 0 }) ||
	    rawbpf_vm_context_bind(&world->context, &spec))
		abort();
	return rawbpf_vm_open(&world->vm, &spec);
}

/* Walk all maps, empty the ring and the queue, and say what went wrong. Sanitizers watch. */
static void close_world(struct world *world)
{
	unsigned char key[16], value[16];
	const void *record;
	char text[300];
	size_t size;
	unsigned i, steps;

	if (rawbpf_vm_trap_explain(text, sizeof(text), &world->vm) >= sizeof(text))
		abort();
	while (rawbpf_vm_map_pop(&world->map[4], value) == 0)
		;
	for (steps = 5; steps < MAPS; steps += 4) /* the ring, the events */
		while (rawbpf_vm_ring_next(&world->map[steps], &record, &size) == 0)
			for (i = 0; i < size; i++)
				*(volatile unsigned char *)text = ((const unsigned char *)record)[i];
	for (i = 0; i < 4; i++) {
		int err = rawbpf_vm_map_next(&world->map[i], NULL, key);

		for (steps = 0; !err; steps++) {
			if (steps == kinds[i].max_entries || rawbpf_vm_map_lookup(&world->map[i], key, value))
				abort();
			err = rawbpf_vm_map_next(&world->map[i], key, key);
		}
	}
	for (i = 0; i < MAPS; i++)
		free(world->map[i].memory);
	free(world->stack);
	free(world->memory);
	free(world->trace);
}

/* Do both worlds look the same to their programs? */
static void compare(const struct world *one, const struct world *other)
{
	unsigned i;

	if (memcmp(one->vm.r, other->vm.r, sizeof(one->vm.r)) || one->vm.pc != other->vm.pc ||
	    one->vm.executed != other->vm.executed || one->vm.trap.kind != other->vm.trap.kind ||
	    one->vm.trap.address != other->vm.trap.address || one->context.size != other->context.size ||
	    memcmp(one->context.fields, other->context.fields, sizeof(one->context.fields)) ||
	    memcmp(one->context.bytes, other->context.bytes, one->context.size) || memcmp(one->trace, other->trace, 40))
		abort();
	for (i = 0; i < 4; i++)
		if (one->map[i].values.size != other->map[i].values.size ||
		    memcmp(one->map[i].values.bytes, other->map[i].values.bytes, one->map[i].values.size))
			abort();
}

/* Read the instructions. Calls are of helpers that there are, and mostly of maps. */
static unsigned read_insns(struct bpf_insn *insns, const uint8_t *data, size_t size)
{
	unsigned count = (unsigned)(size / 8 < INSNS ? size / 8 : INSNS), i;

	for (i = 0; i < count; i++) {
		rawbpf_insn_read(&insns[i], data + 8 * i, RAWBPF_LITTLE_ENDIAN);
		if (insns[i].code == (BPF_JMP | BPF_CALL) && !insns[i].src_reg)
			insns[i].imm = helpers[(uint32_t)insns[i].imm % (sizeof(helpers) / sizeof(helpers[0]))];
		if (insns[i].code == (BPF_LD | BPF_DW | BPF_IMM) && insns[i].src_reg == BPF_PSEUDO_MAP_FD)
			insns[i].imm %= MAPS + 1;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world quick, slow;
	static struct bpf_insn insns[INSNS];
	int result, slow_result = RAWBPF_VM_PAUSED, i;
	unsigned count;

	if (size < OPTIONS)
		return 0;
	count = read_insns(insns, data + OPTIONS, size - OPTIONS);
	result = open_world(&quick, data, insns, count);
	if (open_world(&slow, data, insns, count) != result)
		abort();
	if (result == 0) {
		result = rawbpf_vm_run(&quick.vm, BUDGET);
		for (i = 0; i < BUDGET && slow_result == RAWBPF_VM_PAUSED; i++)
			slow_result = rawbpf_vm_run(&slow.vm, 1);
		if (result != slow_result)
			abort();
		compare(&quick, &slow);
	}
	close_world(&quick);
	close_world(&slow);
	return 0;
}
