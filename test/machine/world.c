/* SPDX-License-Identifier: MIT */
/* The library's helpers: maps, rings, the task, clocks, memory, numbers and texts. */
#include "machine.h"

#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>
#include <stdlib.h>

#define CALL(NAME) BPF_EMIT_CALL(BPF_FUNC_##NAME)
#define SET(REG, IMM) BPF_MOV64_IMM(BPF_REG_##REG, IMM)
#define AT(REG, OFF) BPF_MOV64_REG(BPF_REG_##REG, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_##REG, OFF)
#define PUT(SIZE, OFF, IMM) BPF_ST_MEM(BPF_##SIZE, BPF_REG_10, OFF, IMM)
#define GET(SIZE, OFF) BPF_LDX_MEM(BPF_##SIZE, BPF_REG_0, BPF_REG_10, OFF)
#define END BPF_EXIT_INSN()

enum { MAPS = 4 };

/* A world with four maps: a hash (0), a queue (1), a ring (2), an array of programs (3). */
struct world {
	struct rawbpf_vm_world told;
	struct rawbpf_vm_helpers helpers;
	struct rawbpf_vm_map maps[MAPS], *map[MAPS];
	struct rawbpf_vm_region *regions[2 * MAPS + 2];
	uint64_t memory[MAPS][2000];
	char trace[40];
};

static const struct rawbpf_vm_map kinds[MAPS] = {
	{ .name = "hash", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 2 },
	{ .name = "queue", .type = BPF_MAP_TYPE_QUEUE, .value_size = 4, .max_entries = 2 },
	{ .name = "ring", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 4096 },
	{ .name = "progs", .type = BPF_MAP_TYPE_PROG_ARRAY, .key_size = 4, .value_size = 4,
	  .max_entries = 2 },
};

static struct rawbpf_vm_spec world_open(struct world *world)
{
	unsigned i;

	memset(world, 0, sizeof(*world));
	world->told = (struct rawbpf_vm_world){
		.time = 1000, .time_step = 5, .pid = 7, .tid = 8, .uid = 1000, .gid = 100, .cpu = 3,
		.comm = "a-long-name", .task = 0x123456789a, .cgroup = 77, .cookie = UINT64_MAX, .random = 1, .trace = world->trace,
		.trace_size = sizeof(world->trace) };
	rawbpf_vm_helpers_get(&world->helpers, &world->told);
	for (i = 0; i < MAPS; i++) {
		world->maps[i] = kinds[i];
		world->maps[i].memory = world->memory[i];
		world->maps[i].memory_size = sizeof(world->memory[i]);
		ck_assert_int_eq(rawbpf_vm_map_open(&world->maps[i]), 0);
		world->map[i] = &world->maps[i];
	}
	return SPEC(.helpers = &world->helpers, .maps = world->map, .map_count = MAPS,
		    .regions = world->regions, .region_max = RAWBPF_COUNT(world->regions));
}

/* Programs and their results. */
#define PROGRAM(NAME, RESULT, ...) { NAME, (uint64_t)(RESULT), { __VA_ARGS__ } }
static const struct {
	const char *name;
	uint64_t result;
	struct bpf_insn insns[32]; /* zeros behind the last one */
} programs[] = {
	PROGRAM("a clock moves on", 1005, CALL(ktime_get_ns), CALL(ktime_get_boot_ns), END),
	PROGRAM("all clocks are one", 1010, CALL(ktime_get_coarse_ns), CALL(ktime_get_ns),
		CALL(ktime_get_tai_ns), END),
	PROGRAM("the task", 7ull << 32 | 8, CALL(get_current_pid_tgid), END),
	PROGRAM("the user", 100ull << 32 | 1000, CALL(get_current_uid_gid), END),
	PROGRAM("the CPU", 3, CALL(get_smp_processor_id), END),
	PROGRAM("the task's struct", 0x123456789a, CALL(get_current_task), END),
	PROGRAM("the task's struct, typed", 0x123456789a, CALL(get_current_task_btf), END),
	PROGRAM("the cgroup", 77, CALL(get_current_cgroup_id), END),
	PROGRAM("the attachment", UINT64_MAX, CALL(get_attach_cookie), END),
	PROGRAM("a lock", 9, PUT(DW, -8, 9), AT(1, -8), CALL(spin_lock), AT(1, -8), CALL(spin_unlock),
		GET(DW, -8), END),
	PROGRAM("user memory that is not there", -EFAULT, AT(1, -8), SET(2, 8), SET(3, 64),
		CALL(copy_from_user), END),
	PROGRAM("a name that is cut", 0x006f6c2d61, /* "a-lo" and a NUL */
		PUT(DW, -8, 0), AT(1, -8), SET(2, 5), CALL(get_current_comm), GET(DW, -8), END),
	PROGRAM("a name without room", 0, AT(1, -8), SET(2, 0), CALL(get_current_comm), END),

	PROGRAM("nothing found is NULL", 0, PUT(W, -4, 9), BPF_LD_MAP_FD(BPF_REG_1, 0), AT(2, -4),
		CALL(map_lookup_elem), END),
	PROGRAM("a value that was put", 77, PUT(W, -4, 9), PUT(DW, -16, 77),
		BPF_LD_MAP_FD(BPF_REG_1, 0), AT(2, -4), AT(3, -16), SET(4, BPF_NOEXIST),
		CALL(map_update_elem), BPF_LD_MAP_FD(BPF_REG_1, 0), AT(2, -4), CALL(map_lookup_elem),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, 0), END),
	PROGRAM("BPF_EXIST without one", -ENOENT, PUT(W, -4, 9), PUT(DW, -16, 77),
		BPF_LD_MAP_FD(BPF_REG_1, 0), AT(2, -4), AT(3, -16), SET(4, BPF_EXIST),
		CALL(map_update_elem), END),
	PROGRAM("nothing to delete", -ENOENT, PUT(W, -4, 9), BPF_LD_MAP_FD(BPF_REG_1, 0), AT(2, -4),
		CALL(map_delete_elem), END),
	PROGRAM("programs update no array of programs", -EOPNOTSUPP, PUT(W, -4, 0),
		BPF_LD_MAP_FD(BPF_REG_1, 3), AT(2, -4), AT(3, -4), SET(4, 0), CALL(map_update_elem),
		END),
	PROGRAM("a queue's first", 5, PUT(W, -4, 5), BPF_LD_MAP_FD(BPF_REG_1, 1), AT(2, -4),
		SET(3, 0), CALL(map_push_elem), PUT(W, -4, 6), BPF_LD_MAP_FD(BPF_REG_1, 1), AT(2, -4),
		SET(3, 0), CALL(map_push_elem), BPF_LD_MAP_FD(BPF_REG_1, 1), AT(2, -4),
		CALL(map_pop_elem), GET(W, -4), END),
	PROGRAM("an empty queue", -ENOENT, BPF_LD_MAP_FD(BPF_REG_1, 1), AT(2, -4),
		CALL(map_peek_elem), END),
	PROGRAM("push to a hash", -EOPNOTSUPP, PUT(DW, -8, 0), BPF_LD_MAP_FD(BPF_REG_1, 0), AT(2, -8),
		SET(3, 0), CALL(map_push_elem), END),
	PROGRAM("no program to go to", 1, SET(0, 1), BPF_LD_MAP_FD(BPF_REG_2, 3), SET(3, 1),
		CALL(tail_call), END),

	PROGRAM("an output", 16, PUT(DW, -8, 1), BPF_LD_MAP_FD(BPF_REG_1, 2), AT(2, -8), SET(3, 8),
		SET(4, 0), CALL(ringbuf_output), BPF_LD_MAP_FD(BPF_REG_1, 2),
		SET(2, BPF_RB_AVAIL_DATA), CALL(ringbuf_query), END),
	PROGRAM("a ring's size", 4096, BPF_LD_MAP_FD(BPF_REG_1, 2), SET(2, BPF_RB_RING_SIZE),
		CALL(ringbuf_query), END),
	PROGRAM("an unknown flag", -EINVAL, PUT(DW, -8, 1), BPF_LD_MAP_FD(BPF_REG_1, 2), AT(2, -8),
		SET(3, 8), SET(4, 4), CALL(ringbuf_output), END),
	PROGRAM("an event to a ring", -EINVAL, PUT(DW, -8, 1), BPF_LD_MAP_FD(BPF_REG_2, 2), SET(3, -1),
		AT(4, -8), SET(5, 8), CALL(perf_event_output), END),
	PROGRAM("a traced array", 4, PUT(W, -4, 0x006425), PUT(DW, -16, -123), AT(1, -4), SET(2, 4),
		AT(3, -16), SET(4, 8), CALL(trace_vprintk), END),
	PROGRAM("a traced array of 7 bytes", -EINVAL, PUT(W, -4, 0x006425), PUT(DW, -16, -123), AT(1, -4),
		SET(2, 4), AT(3, -16), SET(4, 7), CALL(trace_vprintk), END),
	PROGRAM("a traced array that is too short", -EINVAL, PUT(W, -4, 0x006425), AT(1, -4), SET(2, 4),
		AT(3, -16), SET(4, 0), CALL(trace_vprintk), END),
	PROGRAM("a width that is too large", -EINVAL, PUT(DW, -16, 0), PUT(DW, -8, 0),
		PUT(DW, -24, 0x34323031), BPF_ST_MEM(BPF_B, BPF_REG_10, -25, '%'), PUT(B, -20, 'd'), AT(1, -8),
		SET(2, 8), AT(3, -25), AT(4, -16), SET(5, 8), CALL(snprintf), END),
	PROGRAM("a width that is not", 1024, PUT(DW, -16, 0), PUT(DW, -8, 0),
		PUT(DW, -24, 0x33323031), BPF_ST_MEM(BPF_B, BPF_REG_10, -25, '%'), PUT(B, -20, 'd'), AT(1, -8),
		SET(2, 8), AT(3, -25), AT(4, -16), SET(5, 8), CALL(snprintf), END),
	PROGRAM("a string that is not there", 3, PUT(DW, -16, 64), PUT(W, -4, '%' | 's' << 8 | '|' << 16),
		AT(1, -24), SET(2, 8), AT(3, -4), AT(4, -16), SET(5, 8), CALL(snprintf), BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1), END),
	PROGRAM("output to a hash", -EINVAL, PUT(DW, -8, 1), BPF_LD_MAP_FD(BPF_REG_1, 0), AT(2, -8),
		SET(3, 8), SET(4, 0), CALL(ringbuf_output), END),
	PROGRAM("no room to reserve", 0, BPF_LD_MAP_FD(BPF_REG_1, 2), SET(2, 5000), SET(3, 0),
		CALL(ringbuf_reserve), END),

	PROGRAM("a variable of this CPU", 5, SET(1, 5), CALL(this_cpu_ptr), END),
	PROGRAM("a variable of this CPU by its number", 5, SET(1, 5), SET(2, 3), CALL(per_cpu_ptr), END),
	PROGRAM("a variable of another CPU", 0, SET(1, 5), SET(2, 2), CALL(per_cpu_ptr), END),

	PROGRAM("memory that is there", 0x55, PUT(DW, -8, 0x55), PUT(DW, -16, 0), AT(1, -16),
		SET(2, 8), AT(3, -8), CALL(probe_read_kernel), GET(DW, -16), END),
	PROGRAM("memory that is not there", -EFAULT, AT(1, -16), SET(2, 8), SET(3, 64),
		CALL(probe_read_user), END),
	PROGRAM("and leaves zeros", 0, PUT(DW, -16, 1), AT(1, -16), SET(2, 8), SET(3, 64),
		CALL(probe_read), GET(DW, -16), END),
	PROGRAM("a string with its NUL", 3, PUT(DW, -8, 0x6261), AT(1, -16), SET(2, 8), AT(3, -8),
		CALL(probe_read_kernel_str), END),
	PROGRAM("a string that is cut", 0x61, PUT(DW, -8, 0x6261), PUT(DW, -16, 0), AT(1, -16),
		SET(2, 2), AT(3, -8), CALL(probe_read_user_str), GET(DW, -16), END),
	PROGRAM("a string that is not there", -EFAULT, AT(1, -16), SET(2, 8), SET(3, 64),
		CALL(probe_read_str), END),

	PROGRAM("the sum of two words", 0x30, PUT(W, -8, 0x10), PUT(W, -4, 0x20), SET(1, 0), SET(2, 0),
		AT(3, -8), SET(4, 8), SET(5, 0), CALL(csum_diff), END),
	PROGRAM("carries come back", 1, PUT(W, -8, -1), PUT(W, -4, 1), SET(1, 0), SET(2, 0), AT(3, -8),
		SET(4, 8), SET(5, 0), CALL(csum_diff), END),
	PROGRAM("the same, taken away", 0xffff, PUT(W, -4, 0x1234), AT(1, -4), SET(2, 4), AT(3, -4),
		SET(4, 4), SET(5, 0), CALL(csum_diff), END),
	PROGRAM("a part of a word", 0x1234, PUT(W, -4, 0), PUT(H, -4, 0x1234), SET(1, 0),
		SET(2, 0), AT(3, -4), SET(4, 2), SET(5, 0), CALL(csum_diff), END),

	PROGRAM("too many rounds", -E2BIG, SET(1, (1 << 23) + 1), SET(2, 0), SET(3, 0), SET(4, 0),
		CALL(loop), END),
	PROGRAM("flags of loop", -EINVAL, SET(1, 1), SET(2, 0), SET(3, 0), SET(4, 1), CALL(loop), END),
	PROGRAM("no round", 0, SET(1, 0), SET(2, 0), SET(3, 0), SET(4, 0), CALL(loop), END),
};

START_TEST(test_program)
{
	static struct world world;
	struct machine m;
	unsigned count = RAWBPF_COUNT(programs[_i].insns);

	while (!programs[_i].insns[count - 1].code)
		count--;
	ck_assert_int_eq(machine_open(&m, programs[_i].insns, count, world_open(&world)), 0);
	ck_assert_msg(rawbpf_vm_run(&m.vm, 1000) == RAWBPF_VM_ENDED, "%s: trap %d at %u",
		      programs[_i].name, m.vm.trap.kind, m.vm.trap.insn);
	ck_assert_msg(m.vm.r[0] == programs[_i].result, "%s: %llx", programs[_i].name,
		      (unsigned long long)m.vm.r[0]);
	ck_assert_int_eq(m.vm.trap.kind, RAWBPF_VM_NO_TRAP);
}
END_TEST

/* Numbers in texts: strtoul(3) and strtol(3) with what the kernel refuses. */
static const struct {
	const char *text;
	int base;
	int64_t taken, number;         /* of strtol */
	int64_t unsigned_taken;
} numbers[] = {
	{ "123 rest", 10, 3, 123, 3 },
	{ "123", 0, 3, 123, 3 },
	{ "0x1f", 0, 4, 31, 4 },
	{ "0x1f", 16, 4, 31, 4 },
	{ "017", 0, 3, 15, 3 },
	{ "017", 10, 3, 17, 3 },
	{ "-12", 10, 3, -12, -EINVAL },
	{ " \t-1", 10, 4, -1, -EINVAL },
	{ "9223372036854775807", 10, 19, INT64_MAX, 19 },
	{ "9223372036854775808", 10, -ERANGE, 0, 19 },
	{ "-9223372036854775808", 10, 20, INT64_MIN, -EINVAL },
	{ "18446744073709551616", 10, -ERANGE, 0, -ERANGE },
	{ "x", 10, -EINVAL, 0, -EINVAL },
	{ "", 10, -EINVAL, 0, -EINVAL },
	{ "8", 8, -EINVAL, 0, -EINVAL },
	{ "1", 7, -EINVAL, 0, -EINVAL },
	{ "1", 32, -EINVAL, 0, -EINVAL },
};

/* Run a helper on a text in a region, r2 its length, r3 and r4 as given. */
static int64_t on_text(struct machine *m, int helper, const char *text, uint64_t third)
{
	static struct world world;
	static unsigned char bytes[64];
	struct rawbpf_vm_region region = { .name = "text", .bytes = bytes, .size = 64,
					   .rights = RAWBPF_VM_READ };
	struct rawbpf_vm_spec spec = world_open(&world);
	struct bpf_insn insns[] = { AT(4, -8), BPF_EMIT_CALL(helper), END };

	strcpy((char *)bytes, text);
	spec.context = &region;
	ck_assert_int_eq(machine_open(m, insns, RAWBPF_COUNT(insns), spec), 0);
	m->vm.r[2] = strlen(text);
	m->vm.r[3] = third;
	ck_assert_int_eq(rawbpf_vm_run(&m->vm, 100), RAWBPF_VM_ENDED);
	return (int64_t)m->vm.r[0];
}

START_TEST(test_number)
{
	struct machine m;
	int64_t number;

	ck_assert_int_eq(on_text(&m, BPF_FUNC_strtol, numbers[_i].text, numbers[_i].base), numbers[_i].taken);
	memcpy(&number, (char *)m.stack + RAWBPF_VM_STACK - 8, 8);
	if (numbers[_i].taken > 0)
		ck_assert_int_eq(number, numbers[_i].number);
	ck_assert_int_eq(on_text(&m, BPF_FUNC_strtoul, numbers[_i].text, numbers[_i].base),
			 numbers[_i].unsigned_taken);
}
END_TEST

/* The callback adds its round to a sum on the caller's stack, and stops after five. */
START_TEST(test_loop)
{
	static struct world world;

	MACHINE(m, world_open(&world),
		PUT(DW, -8, 0),
		SET(1, 1000),
		BPF_LD_IMM64_RAW_FULL(BPF_REG_2, BPF_PSEUDO_FUNC, 0, 0, 9, 0),
		AT(3, -8),
		SET(4, 0),
		CALL(loop),
		BPF_ALU64_IMM(BPF_MUL, BPF_REG_0, 100),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1),
		END,
		/* the callback */
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_2, 0),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_3, BPF_REG_1),
		BPF_STX_MEM(BPF_DW, BPF_REG_2, BPF_REG_3, 0),
		SET(0, 0),
		BPF_JMP_IMM(BPF_JLT, BPF_REG_1, 4, 1),
		SET(0, 1),
		END);
	ends(m, 5 * 100 + 0 + 1 + 2 + 3 + 4);
}
END_TEST

/* Load the address of the function that begins at slot `to`, from slot `at`. */
#define FUNCTION(REG, AT, TO) BPF_LD_IMM64_RAW_FULL(BPF_REG_##REG, BPF_PSEUDO_FUNC, 0, 0, (TO) - (AT) - 1, 0)

/* The callback adds key * value to a sum on the caller's stack, and stops where the value is r8's. */
START_TEST(test_for_each)
{
	static struct world world;
	const struct bpf_insn insns[] = {
		PUT(DW, -8, 0), PUT(DW, -16, 0),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_8, -16),
		BPF_LD_MAP_FD(BPF_REG_1, 0),
		FUNCTION(2, 5, 14),
		AT(3, -16), SET(4, 0), CALL(for_each_map_elem),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8), BPF_MOV64_REG(BPF_REG_9, BPF_REG_1), END,
		/* 14: the callback (map, key, value, sum) */
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 0), BPF_LDX_MEM(BPF_DW, BPF_REG_5, BPF_REG_3, 0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_6, BPF_REG_4, 0), BPF_ALU64_REG(BPF_MUL, BPF_REG_1, BPF_REG_5),
		BPF_LDX_MEM(BPF_DW, BPF_REG_7, BPF_REG_4, 8), BPF_ALU64_REG(BPF_ADD, BPF_REG_7, BPF_REG_1),
		BPF_STX_MEM(BPF_DW, BPF_REG_4, BPF_REG_7, 8), SET(0, 0),
		BPF_JMP_REG(BPF_JNE, BPF_REG_5, BPF_REG_6, 1), SET(0, 1), END };
	struct rawbpf_vm_spec spec = world_open(&world);
	const uint32_t keys[] = { 3, 5 };
	const uint64_t values[] = { 100, 10 };
	struct machine m;
	int i;

	for (i = 0; i < 2; i++)
		ck_assert_int_eq(rawbpf_vm_map_update(&world.maps[0], &keys[i], &values[i], BPF_ANY), 0);
	ck_assert_int_eq(machine_open(&m, insns, RAWBPF_COUNT(insns), spec), 0);
	ends(m, 2);
	ck_assert_uint_eq(m.vm.r[9], 3 * 100 + 5 * 10);
	ck_assert_int_eq(machine_open(&m, insns, RAWBPF_COUNT(insns), world_open(&world)), 0);
	ends(m, 0); /* an empty map */
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(rawbpf_vm_map_update(&world.maps[0], &keys[i], &values[0], BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_vm_map_delete(&world.maps[0], &keys[1]), 0);
	ck_assert_int_eq(rawbpf_vm_map_update(&world.maps[0], &keys[1], &values[0], BPF_ANY), 0);
	ck_assert_int_eq(machine_open(&m, insns, RAWBPF_COUNT(insns), spec), 0);
	m.vm.r[8] = 100;
	ends(m, 1); /* stopped at the first one */
}
END_TEST

/* The elements of an array, whose keys are in no memory; the callback may not write to them. */
START_TEST(test_for_each_array)
{
	static struct world world;
	static uint64_t memory[4];
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(BPF_REG_1, 0), FUNCTION(2, 2, 9), SET(3, 0), SET(4, 0),
		CALL(for_each_map_elem), END, SET(0, 0),
		/* 9: value = 10 * key */
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 0), BPF_ALU64_IMM(BPF_MUL, BPF_REG_1, 10),
		BPF_STX_MEM(BPF_DW, BPF_REG_3, BPF_REG_1, 0), SET(0, 0), END };
	const struct bpf_insn stores[] = {
		BPF_LD_MAP_FD(BPF_REG_1, 0), FUNCTION(2, 2, 8), SET(3, 0), SET(4, 0),
		CALL(for_each_map_elem), END, BPF_ST_MEM(BPF_W, BPF_REG_2, 0, 1), END };
	struct rawbpf_vm_spec spec = world_open(&world);
	struct machine m;

	world.maps[0] = (struct rawbpf_vm_map){ .name = "array", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = 8, .max_entries = 3, .memory = memory, .memory_size = sizeof(memory) };
	ck_assert_int_eq(rawbpf_vm_map_open(&world.maps[0]), 0);
	ck_assert_int_eq(machine_open(&m, insns, RAWBPF_COUNT(insns), spec), 0);
	ends(m, 3);
	ck_assert_uint_eq(memory[0], 0);
	ck_assert_uint_eq(memory[1], 10);
	ck_assert_uint_eq(memory[2], 20);
	ck_assert_int_eq(machine_open(&m, stores, RAWBPF_COUNT(stores), spec), 0);
	traps(m, RAWBPF_VM_TRAP_RIGHTS, 8);
	ck_assert_str_eq(m.vm.trap.nearest->name, "key");
}
END_TEST

/* An access beyond a reserved record traps, and so does one to a record that was submitted. */
START_TEST(test_ring_overrun)
{
	static struct world world;
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(BPF_REG_1, 2), SET(2, 12), SET(3, 0), CALL(ringbuf_reserve),
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_0), BPF_ST_MEM(BPF_W, BPF_REG_6, 8, 1),
		BPF_LD_MAP_FD(BPF_REG_1, 2), SET(2, 8), SET(3, 0), CALL(ringbuf_reserve),
		BPF_ST_MEM(BPF_DW, BPF_REG_0, 0, 1), BPF_MOV64_REG(BPF_REG_1, BPF_REG_0), SET(2, 0),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_9, 1, 4), BPF_JMP_IMM(BPF_JEQ, BPF_REG_9, 2, 4),
		CALL(ringbuf_submit), BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_6, 8), END,
		BPF_ST_MEM(BPF_DW, BPF_REG_6, 8, 1), /* 20: four bytes too many */
		CALL(ringbuf_submit), BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_6, 24), END }; /* 22: the other record */
	struct rawbpf_vm_spec spec = world_open(&world);
	struct machine m;
	char text[200];

	ck_assert_int_eq(machine_open(&m, insns, RAWBPF_COUNT(insns), spec), 0);
	ends(m, 1);
	spec = world_open(&world);
	ck_assert_int_eq(machine_open(&m, insns, RAWBPF_COUNT(insns), spec), 0);
	m.vm.r[9] = 1;
	traps(m, RAWBPF_VM_TRAP_RIGHTS, 20);
	rawbpf_vm_trap_explain(text, sizeof(text), &m.vm);
	ck_assert_str_eq(text, "instruction 20 writes 8 bytes at ring+16; no record that is reserved has all of them");
	spec = world_open(&world);
	ck_assert_int_eq(machine_open(&m, insns, RAWBPF_COUNT(insns), spec), 0);
	m.vm.r[9] = 2;
	traps(m, RAWBPF_VM_TRAP_RIGHTS, 22);
}
END_TEST

/* A reserved record is written by the program and read by the caller. */
START_TEST(test_ring)
{
	static struct world world;
	const void *record;
	uint64_t value;
	size_t size;

	MACHINE(m, world_open(&world),
		BPF_LD_MAP_FD(BPF_REG_1, 2),
		SET(2, 8),
		SET(3, 0),
		CALL(ringbuf_reserve),
		BPF_ST_MEM(BPF_DW, BPF_REG_0, 0, 4711),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_0),
		SET(2, 0),
		CALL(ringbuf_submit),
		SET(0, 0),
		END);
	ends(m, 0);
	ck_assert_int_eq(rawbpf_vm_ring_next(&world.maps[2], &record, &size), 0);
	ck_assert_uint_eq(size, 8);
	memcpy(&value, record, 8);
	ck_assert_uint_eq(value, 4711);
	ck_assert_int_eq(rawbpf_vm_ring_next(&world.maps[2], &record, &size), -ENOENT);

	MACHINE(twice, world_open(&world),
		BPF_LD_MAP_FD(BPF_REG_1, 2),
		SET(2, 8),
		SET(3, 0),
		CALL(ringbuf_reserve),
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_0),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		CALL(ringbuf_discard),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		CALL(ringbuf_submit),
		END);
	traps(twice, RAWBPF_VM_TRAP_FAILED, 9);
	ck_assert_int_eq(twice.vm.trap.error, -EINVAL);
}
END_TEST

START_TEST(test_tail_call)
{
	const struct bpf_insn other_insns[] = { SET(0, 99), END };
	struct rawbpf_vm_prog other = { .insns = other_insns, .insn_count = 2 }, *pointer = &other;
	static struct world world;
	uint32_t index = 1;

	MACHINE(m, world_open(&world), BPF_LD_MAP_FD(BPF_REG_2, 3), SET(3, 1), CALL(tail_call),
		SET(0, 1), END);
	ck_assert_int_eq(rawbpf_vm_map_update(&world.maps[3], &index, &pointer, BPF_ANY), 0);
	ends(m, 99);
}
END_TEST

/* Numbers by their conversions, and a text without its NUL. */
START_TEST(test_trace)
{
	static struct world world;
	static unsigned char format[] = "%d %u %llx %%";
	struct rawbpf_vm_region region = { .name = "text", .bytes = format, .size = sizeof(format),
					   .rights = RAWBPF_VM_READ };
	struct rawbpf_vm_spec spec = world_open(&world);

	spec.context = &region;
	MACHINE(m, spec,
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1), SET(2, sizeof(format)), SET(3, -1), SET(4, -1),
		SET(5, -1), CALL(trace_printk),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6), SET(2, sizeof(format)), SET(3, 1), SET(4, 2),
		SET(5, 3), CALL(trace_printk),
		END);
	ends(m, 7);
	ck_assert_str_eq(world.trace, "-1 4294967295 ffffffffffffffff %1 2 3 %");
	ck_assert_uint_eq(world.told.trace_length, 32 + 7);

	ck_assert_int_eq(on_text(&m, BPF_FUNC_trace_printk, "no NUL", 0), -EINVAL);
}
END_TEST

/* The same seed gives the same numbers. */
START_TEST(test_random)
{
	static struct world world;
	uint64_t first;

	MACHINE(one, world_open(&world), CALL(get_prandom_u32), END);
	ck_assert_int_eq(rawbpf_vm_run(&one.vm, 10), RAWBPF_VM_ENDED);
	first = one.vm.r[0];
	ck_assert_uint_le(first, UINT32_MAX);
	MACHINE(two, world_open(&world), CALL(get_prandom_u32), END);
	ends(two, first);
	MACHINE(other, world_open(&world), CALL(get_prandom_u32), CALL(get_prandom_u32), END);
	ck_assert_int_eq(rawbpf_vm_run(&other.vm, 10), RAWBPF_VM_ENDED);
	ck_assert_uint_ne(other.vm.r[0], first);
}
END_TEST

/* A helper that touches what the program has not traps at the call. */
START_TEST(test_bad_key)
{
	static struct world world;

	MACHINE(m, world_open(&world), BPF_LD_MAP_FD(BPF_REG_1, 0), SET(2, 64), CALL(map_lookup_elem),
		END);
	traps(m, RAWBPF_VM_TRAP_ACCESS, 3);
	ck_assert_uint_eq(m.vm.trap.address, 64);
	MACHINE(no_map, world_open(&world), SET(1, 64), AT(2, -4), CALL(map_lookup_elem), END);
	traps(no_map, RAWBPF_VM_TRAP_HANDLE, 3);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_program, 0, RAWBPF_COUNT(programs));
	tcase_add_loop_test(tests, test_number, 0, RAWBPF_COUNT(numbers));
	tcase_add_test(tests, test_loop);
	tcase_add_test(tests, test_for_each);
	tcase_add_test(tests, test_for_each_array);
	tcase_add_test(tests, test_ring_overrun);
	tcase_add_test(tests, test_ring);
	tcase_add_test(tests, test_tail_call);
	tcase_add_test(tests, test_trace);
	tcase_add_test(tests, test_random);
	tcase_add_test(tests, test_bad_key);
}

int main(void)
{
	return unit_run("the machine's helpers", add_tests);
}
