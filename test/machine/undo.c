/* SPDX-License-Identifier: MIT */
/* Going back in time: each step is, byte for byte, what a run of as many instructions gives. */
#include "generate.h"
#include "machine.h"

#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>
#include <rawbpf/vm_undo.h>
#include <stdlib.h>

/* Sanitizers make it slow. */
#ifdef __SANITIZE_ADDRESS__
enum { PROGRAMS = 60 };
#else
enum { PROGRAMS = 500 };
#endif
enum { MAPS = 5, FRAMES = 3, STEPS = 700, WORDS = 1300, RECORDS = 1 << 16 };

#define FUNC(DST, OFF) BPF_LD_IMM64_RAW_FULL(DST, BPF_PSEUDO_FUNC, 0, 0, OFF, 0)

/* Programs of generate() use map 0 as an array with one value: a set of operands. */
enum { AREA, HASH, LRU, QUEUE, RING };
static const struct rawbpf_vm_map kinds[MAPS] = {
	[AREA] = { .name = "area", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		   .value_size = offsetof(struct generated_area, sets[1]), .max_entries = 1 },
	[HASH] = { .name = "hash", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8,
		   .max_entries = 3 },
	[LRU] = { .name = "lru", .type = BPF_MAP_TYPE_LRU_HASH, .key_size = 4, .value_size = 8,
		  .max_entries = 2 },
	[QUEUE] = { .name = "queue", .type = BPF_MAP_TYPE_QUEUE, .value_size = 8, .max_entries = 3 },
	[RING] = { .name = "ring", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 4096 },
};

/* All that a program can change. */
struct all {
	uint64_t stack[FRAMES * RAWBPF_VM_STACK / 8];
	uint64_t memory[MAPS][WORDS];
	struct rawbpf_vm_world world;
	char trace[64];
};

/* A machine with maps and a world. */
struct past {
	struct rawbpf_vm vm;
	struct rawbpf_vm_prog prog;
	struct all all;
	struct rawbpf_vm_helpers helpers, own;
	struct rawbpf_vm_map maps[MAPS], *map[MAPS];
	struct rawbpf_vm_region *regions[2 * MAPS + 2], spare[1];
	struct rawbpf_vm_undo undo;
	void *memory;
	size_t used[MAPS];
	unsigned map_count;
};

/* A state in numbers that can be compared: the machine's, then `all`, of which few bytes are used. */
struct state {
	uint64_t r[11];
	unsigned pc, depth, ended, tail_calls, region_count;
	uint64_t executed;
	struct {
		unsigned used, pc, callback;
		uint32_t may_goto, round;
		uint64_t saved[4], state[2];
	} frames[FRAMES];
	unsigned char bytes[];
};

static size_t state_size(const struct past *past)
{
	size_t size = sizeof(struct state) + sizeof(past->all.stack) + sizeof(past->all.world) +
		      sizeof(past->all.trace);
	unsigned i;

	for (i = 0; i < past->map_count; i++)
		size += past->used[i];
	return size;
}

static void state_get(struct state *state, const struct past *past)
{
	const struct rawbpf_vm *vm = &past->vm;
	unsigned char *bytes = state->bytes;
	unsigned i;

	memset(state, 0, sizeof(*state));
	memcpy(state->r, vm->r, sizeof(state->r));
	state->pc = vm->pc;
	state->depth = vm->depth;
	state->ended = (unsigned)vm->ended;
	state->tail_calls = vm->tail_calls;
	state->region_count = vm->region_count;
	state->executed = vm->executed;
	for (i = 0; i <= vm->depth; i++) {
		const struct rawbpf_vm_frame *frame = &vm->frames[i];

		state->frames[i].used = frame->used;
		state->frames[i].pc = frame->pc;
		state->frames[i].callback = (unsigned)frame->callback;
		state->frames[i].may_goto = frame->may_goto;
		state->frames[i].round = frame->call.round;
		memcpy(state->frames[i].saved, frame->saved, sizeof(frame->saved));
		memcpy(state->frames[i].state, frame->call.state, sizeof(frame->call.state));
	}
#define TAKE(FROM, SIZE) (memcpy(bytes, FROM, SIZE), bytes += SIZE)
	TAKE(past->all.stack, sizeof(past->all.stack));
	TAKE(&past->all.world, sizeof(past->all.world));
	TAKE(past->all.trace, sizeof(past->all.trace));
	for (i = 0; i < past->map_count; i++)
		TAKE(past->all.memory[i], past->used[i]);
}

/* Open a machine at the start of a program, always in the same memory. */
static void past_open(struct past *past, const struct bpf_insn *insns, unsigned count, uint64_t seed)
{
	uint64_t *set;
	unsigned i;

	memset(&past->all, 0xa5, sizeof(past->all));
	past->all.world = (struct rawbpf_vm_world){ .time = 1000, .time_step = 5, .comm = "past",
		.random = seed, .trace = past->all.trace, .trace_size = sizeof(past->all.trace) };
	past->prog = (struct rawbpf_vm_prog){ .insns = insns, .insn_count = count };
	rawbpf_vm_helpers_get(&past->helpers, &past->all.world);
	past->own.next = &past->helpers;
	for (i = 0; i < past->map_count; i++) {
		past->maps[i] = kinds[i];
		past->maps[i].memory_size = past->used[i] = rawbpf_vm_map_size(&kinds[i]);
		ck_assert_uint_le(past->used[i], sizeof(past->all.memory[i]));
		past->maps[i].memory = past->all.memory[i];
		ck_assert_int_eq(rawbpf_vm_map_open(&past->maps[i]), 0);
		past->map[i] = &past->maps[i];
	}
	ck_assert_int_eq(rawbpf_vm_open(&past->vm, &SPEC(.prog = &past->prog,
		.stack = past->all.stack, .stack_size = sizeof(past->all.stack),
		.regions = past->regions, .region_max = RAWBPF_COUNT(past->regions),
		.spare = past->spare, .spare_count = RAWBPF_COUNT(past->spare),
		.maps = past->map, .map_count = past->map_count, .helpers = &past->own)), 0);
	set = (void *)past->maps[AREA].values.bytes;
	for (i = 1; i < kinds[AREA].value_size / 8; i++)
		set[i] = generated_operand(&seed);
}

/* Let the machine keep records in `words` words more than necessary. */
static void past_keep(struct past *past, size_t words)
{
	struct rawbpf_vm_area areas[] = { { &past->all.world, sizeof(past->all.world) },
					  { past->all.trace, sizeof(past->all.trace) } };
	struct rawbpf_vm_undo_spec spec = { .areas = areas, .area_count = RAWBPF_COUNT(areas) };

	spec.memory_size = rawbpf_vm_undo_size(&past->vm, &spec) + 8 * words;
	past->memory = realloc(past->memory, spec.memory_size);
	ck_assert_ptr_nonnull(past->memory);
	spec.memory = past->memory;
	ck_assert_int_eq(rawbpf_vm_undo_open(&past->undo, &past->vm, &spec), 0);
}

/* Run a program without records, and keep each state. Return how many instructions ran. */
static unsigned run_plainly(struct past *past, unsigned char *states, size_t size)
{
	unsigned n = 0;
	int result;

	do {
		state_get((struct state *)(void *)(states + size * n), past);
		result = rawbpf_vm_run(&past->vm, 1);
		if (result == -EFAULT)
			break;
		n++;
		ck_assert_uint_lt(n, STEPS);
	} while (result == RAWBPF_VM_PAUSED);
	state_get((struct state *)(void *)(states + size * n), past);
	return n;
}

/* The machine is in this state. */
static void is_at(const struct past *past, const unsigned char *states, size_t size, unsigned n,
		  uint64_t seed)
{
	struct state *now = malloc(size);

	ck_assert_ptr_nonnull(now);
	state_get(now, past);
	ck_assert_msg(memcmp(now, states + size * n, size) == 0, "seed %llu, step %u",
		      (unsigned long long)seed, n);
	free(now);
}

/* Go to the end, back by single steps, and to random steps. `words`: the size of the ring. */
static void go_through(struct past *past, const struct bpf_insn *insns, unsigned count,
		       uint64_t seed, size_t words)
{
	static unsigned char states[STEPS * 20000] __attribute__((aligned(8)));
	uint64_t random = seed;
	unsigned n, i;
	size_t size;

	past_open(past, insns, count, seed);
	size = state_size(past);
	ck_assert_uint_le(size, sizeof(states) / STEPS);
	n = run_plainly(past, states, size);
	ck_assert_int_eq(past->vm.trap.kind, 0);

	past_open(past, insns, count, seed);
	past_keep(past, words);
	for (i = 0; i < n; i++)
		ck_assert_int_eq(rawbpf_vm_undo_step(&past->undo),
				 i + 1 == n ? RAWBPF_VM_ENDED : RAWBPF_VM_PAUSED);
	is_at(past, states, size, n, seed);
	ck_assert_int_eq(rawbpf_vm_undo_step(&past->undo), RAWBPF_VM_ENDED);
	for (i = n; i--;) {
		ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, i), RAWBPF_VM_PAUSED);
		is_at(past, states, size, i, seed);
	}
	for (i = 0; i < 10; i++) {
		uint64_t step = generated_random(&random) % (n + 1);

		ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, step),
				 step == n ? RAWBPF_VM_ENDED : RAWBPF_VM_PAUSED);
		is_at(past, states, size, (unsigned)step, seed);
	}
}

static struct past *past_new(unsigned map_count)
{
	struct past *past = calloc(1, sizeof(*past));

	ck_assert_ptr_nonnull(past);
	past->map_count = map_count;
	return past;
}

static void past_free(struct past *past)
{
	free(past->memory);
	free(past);
}

START_TEST(test_random_programs)
{
	static struct generated program;
	struct past *past = past_new(AREA + 1);
	unsigned seed;

	for (seed = 1; seed <= PROGRAMS; seed++) {
		generate(&program, seed, 6 << 8 | 18);
		go_through(past, program.insns, program.count, seed, seed % 50 ? RECORDS : 0);
	}
	past_free(past);
}
END_TEST

/* Pieces of programs that call helpers. Each has a key from 0 to 4 at r10 - 4, a value at r10 - 16. */
#define CALL(NAME) BPF_EMIT_CALL(BPF_FUNC_##NAME)
#define AT(REG, OFF) BPF_MOV64_REG(BPF_REG_##REG, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_##REG, OFF)
#define MAP(N) BPF_LD_MAP_FD(BPF_REG_1, N)
#define UPDATE(N) { MAP(N), AT(2, -4), AT(3, -16), BPF_MOV64_IMM(BPF_REG_4, 0), CALL(map_update_elem) }
#define LOOKUP(N) { MAP(N), AT(2, -4), CALL(map_lookup_elem), \
		    BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 1), BPF_ST_MEM(BPF_W, BPF_REG_0, 4, 0x77) }
static const struct bpf_insn pieces[][10] = {
	UPDATE(HASH), UPDATE(LRU), UPDATE(HASH), UPDATE(LRU), LOOKUP(HASH), LOOKUP(LRU),
	{ MAP(HASH), AT(2, -4), CALL(map_delete_elem) },
	{ MAP(LRU), AT(2, -4), CALL(map_delete_elem) },
	{ MAP(QUEUE), AT(2, -16), BPF_MOV64_IMM(BPF_REG_3, BPF_EXIST), CALL(map_push_elem) },
	{ MAP(QUEUE), AT(2, -24), CALL(map_pop_elem), BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_0, -16) },
	{ MAP(RING), AT(2, -16), BPF_MOV64_IMM(BPF_REG_3, 16), BPF_MOV64_IMM(BPF_REG_4, 0),
	  CALL(ringbuf_output) },
	{ CALL(ktime_get_ns), BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_0, -16) },
	{ CALL(get_prandom_u32), BPF_STX_MEM(BPF_W, BPF_REG_10, BPF_REG_0, -20) },
	{ AT(1, -64), BPF_MOV64_IMM(BPF_REG_2, 16), CALL(get_current_comm) },
	{ BPF_ST_MEM(BPF_DW, BPF_REG_10, -72, 0x6425), AT(1, -72), BPF_MOV64_IMM(BPF_REG_2, 3),
	  BPF_MOV64_IMM(BPF_REG_3, 42), CALL(trace_printk) },
	{ BPF_MOV64_IMM(BPF_REG_1, 3), BPF_RAW_INSN(BPF_LD | BPF_DW | BPF_IMM, 2, BPF_PSEUDO_FUNC, 0, -1),
	  BPF_RAW_INSN(0, 0, 0, 0, 0), AT(3, -16), BPF_MOV64_IMM(BPF_REG_4, 0), CALL(loop) },
	{ AT(1, -32), BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, -1) },
};

/* Functions behind the program: one for the loop and one to call. */
static const struct bpf_insn functions[] = {
	BPF_STX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 0), BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -40),
	BPF_MOV64_REG(BPF_REG_6, BPF_REG_1), BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN(),
	BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, 0), BPF_ST_MEM(BPF_B, BPF_REG_1, 3, 9),
	BPF_ST_MEM(BPF_B, BPF_REG_10, -31, 9), BPF_MOV64_IMM(BPF_REG_7, 7), BPF_EXIT_INSN(),
};

/* Make a program of pieces. */
static unsigned piece_together(struct bpf_insn *insns, uint64_t seed)
{
	unsigned count = 0, n = 4 + (unsigned)(generated_random(&seed) % 16), i, j;

	while (n--) {
		const struct bpf_insn *piece =
			pieces[generated_random(&seed) % RAWBPF_COUNT(pieces)];
		uint64_t random = generated_random(&seed);

		insns[count++] = BPF_ST_MEM(BPF_W, BPF_REG_10, -4, (int)(random % 5));
		insns[count++] = BPF_ST_MEM(BPF_DW, BPF_REG_10, -16, (int)(random >> 32));
		for (i = 0; i < 10 && (i == 0 || piece[i].code || piece[i - 1].code == 0x18); i++)
			insns[count++] = piece[i];
	}
	insns[count++] = BPF_MOV64_IMM(BPF_REG_0, 0);
	insns[count++] = BPF_EXIT_INSN();
	for (j = 0; j < count; j++)
		if (insns[j].src_reg == BPF_PSEUDO_FUNC && insns[j].code == 0x18)
			insns[j].imm = (int)(count - j - 1);
		else if (insns[j].src_reg == BPF_PSEUDO_CALL && insns[j].code == (BPF_JMP | BPF_CALL))
			insns[j].imm = (int)(count + 5 - j - 1);
	memcpy(insns + count, functions, sizeof(functions));
	return count + RAWBPF_COUNT(functions);
}

START_TEST(test_helpers_and_maps)
{
	struct past *past = past_new(MAPS);
	struct bpf_insn insns[300];
	unsigned seed;

	for (seed = 1; seed <= PROGRAMS; seed++)
		go_through(past, insns, piece_together(insns, seed), seed, seed % 10 ? RECORDS : 0);
	past_free(past);
}
END_TEST

/* Write to all of the queue's and the ring's memory, then fail if r1 is 1. */
static int fill(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct past *past = context;

	(void)vm;
	memset(past->all.memory[RING], (int)call->args[1], past->used[RING]);
	call->value = 0;
	return call->args[0] == 1 ? -EIO : RAWBPF_VM_NUMBER;
}

/* Return memory that is in no region yet: the machine makes it one. */
static int lend(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	static uint64_t lent[2];

	(void)vm;
	(void)context;
	call->bytes = lent;
	call->size = sizeof(lent);
	return RAWBPF_VM_POINTER;
}

/* Call the function in r1 once, and write to the trace when it has returned. */
static int call_back(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct past *past = context;

	(void)vm;
	call->function = call->args[0];
	if (!call->round)
		return RAWBPF_VM_CALLBACK;
	past->all.trace[0] = (char)call->returned;
	call->value = 0;
	return RAWBPF_VM_NUMBER;
}

enum { FILL = 9997, LEND, CALL_BACK };
static const struct rawbpf_vm_helper fills[] = {
	{ FILL, 0, fill }, { LEND, 0, lend }, { CALL_BACK, 0, call_back } };

static struct past *past_at(const struct bpf_insn *insns, unsigned count, size_t words)
{
	struct past *past = past_new(MAPS);

	past->own = (struct rawbpf_vm_helpers){ .helpers = fills, .count = RAWBPF_COUNT(fills), .context = past };
	past_open(past, insns, count, 1);
	past_keep(past, words);
	return past;
}

/* After a trap, all is as before the instruction: also what the helper wrote. `words`: the ring. */
START_TEST(test_trap)
{
	static const size_t words[] = { 0, RECORDS };
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 5), BPF_MOV64_IMM(BPF_REG_1, 1),
		BPF_MOV64_IMM(BPF_REG_2, 0x33), BPF_EMIT_CALL(FILL), BPF_EXIT_INSN() };
	struct past *past = past_at(insns, RAWBPF_COUNT(insns), words[_i]);
	struct state *before = malloc(state_size(past)), *after = malloc(state_size(past));

	ck_assert(before && after);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 3), RAWBPF_VM_PAUSED);
	state_get(before, past);
	ck_assert_int_eq(rawbpf_vm_undo_step(&past->undo), -EFAULT);
	ck_assert_int_eq(past->vm.trap.kind, RAWBPF_VM_TRAP_FAILED);
	ck_assert_int_eq(past->vm.trap.error, -EIO);
	ck_assert_uint_eq(past->vm.trap.insn, 3);
	state_get(after, past);
	ck_assert_mem_eq(before, after, state_size(past));
	ck_assert_int_eq(rawbpf_vm_undo_step(&past->undo), -EFAULT);
	/* Behind it, there is nothing. */
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 4), -EFAULT);
	ck_assert_uint_eq(past->vm.executed, 3);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 100000), -EFAULT);
	ck_assert_uint_eq(past->vm.executed, 3);
	ck_assert_int_eq(past->vm.trap.kind, RAWBPF_VM_TRAP_FAILED);
	/* In front of it, it has not happened. */
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 3), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(past->vm.trap.kind, RAWBPF_VM_NO_TRAP);
	state_get(after, past);
	ck_assert_mem_eq(before, after, state_size(past));
	free(before);
	free(after);
	past_free(past);
}
END_TEST

/* A store that traps writes nothing, and takes no stack. */
START_TEST(test_trap_of_a_store)
{
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 5), BPF_ST_MEM(BPF_DW, BPF_REG_10, -4, 5),
		BPF_EXIT_INSN() };
	struct past *past = past_at(insns, RAWBPF_COUNT(insns), RECORDS);

	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 9), -EFAULT);
	ck_assert_uint_eq(past->vm.executed, 1);
	ck_assert_int_eq(past->vm.trap.kind, RAWBPF_VM_TRAP_ACCESS);
	ck_assert_uint_eq(past->vm.frames[0].used, 16);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 0), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(past->vm.frames[0].used, 0);
	ck_assert_uint_eq(past->vm.trap.kind, RAWBPF_VM_NO_TRAP);
	past_free(past);
}
END_TEST

/* A step that is larger than the ring: the program runs again. */
START_TEST(test_more_than_the_ring)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_1, 0), BPF_MOV64_IMM(BPF_REG_2, 0x33), BPF_EMIT_CALL(FILL),
		BPF_MOV64_IMM(BPF_REG_2, 0x44), BPF_EMIT_CALL(FILL), BPF_EXIT_INSN() };
	struct past *past = past_at(insns, RAWBPF_COUNT(insns), 0);
	const unsigned char *ring = (void *)past->all.memory[RING];

	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 5), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(past->undo.oldest, 5);
	ck_assert_uint_eq(ring[1000], 0x44);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 4), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(ring[1000], 0x33);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 2), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(ring[1000], 0);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 99), RAWBPF_VM_ENDED);
	ck_assert_uint_eq(past->vm.executed, 6);
	past_free(past);
}
END_TEST

/* A loop of 4 instructions, 50,000 times, which counts at r10 - 8. */
static const struct bpf_insn loop[] = {
	BPF_MOV64_IMM(BPF_REG_1, 0), BPF_ST_MEM(BPF_B, BPF_REG_10, -16, 1),
	BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1), BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8),
	BPF_MOV64_REG(BPF_REG_0, BPF_REG_1), BPF_JMP_IMM(BPF_JLT, BPF_REG_1, 50000, -4),
	BPF_EXIT_INSN() };
enum { LOOP_STEPS = 2 + 4 * 50000 + 1 };

/* The records have a bound. Behind it, the program runs again. */
START_TEST(test_bound)
{
	struct past *past = past_at(loop, RAWBPF_COUNT(loop), 0);
	uint64_t step;

	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, LOOP_STEPS + 10), RAWBPF_VM_ENDED);
	ck_assert_uint_eq(past->vm.executed, LOOP_STEPS);
	ck_assert_uint_eq(past->vm.r[0], 50000);
	/* The last steps have records. */
	ck_assert_uint_lt(past->undo.oldest, LOOP_STEPS - 50);
	ck_assert_uint_gt(past->undo.oldest, LOOP_STEPS - 1000);
	for (step = 2 + 4 * 30000; step > 4 * 29990; step -= 4) {
		ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, step), RAWBPF_VM_PAUSED);
		ck_assert_uint_eq(past->vm.r[0], (step - 2) / 4);
		ck_assert_uint_eq(past->vm.pc, 2);
	}
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 0), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(past->vm.pc, 0);
	past_free(past);
}
END_TEST

/* Find the write of a byte: by records, behind them, and none. The machine stays. */
START_TEST(test_find)
{
	struct past *past = past_at(loop, RAWBPF_COUNT(loop), _i ? 1 << 21 : 0);
	const unsigned char *end = (unsigned char *)past->all.stack + RAWBPF_VM_STACK;
	uint64_t step;

	ck_assert_int_eq(rawbpf_vm_undo_find(&step, &past->undo, end - 8, 1), -ENOENT);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 1000), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(rawbpf_vm_undo_find(&step, &past->undo, end - 8, 1), 0);
	ck_assert_uint_eq(step, 1000); /* 2 + 4 * 249 + 2 */
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 999), RAWBPF_VM_PAUSED);
	/* The last byte of the number: a store writes it, too, though it stays 0. */
	ck_assert_int_eq(rawbpf_vm_undo_find(&step, &past->undo, end - 1, 1), 0);
	ck_assert_uint_eq(step, 996);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 100000), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(rawbpf_vm_undo_find(&step, &past->undo, end - 16, 1), 0);
	ck_assert_uint_eq(step, 2);
	ck_assert_int_eq(rawbpf_vm_undo_find(&step, &past->undo, end - 24, 1), -ENOENT);
	ck_assert_int_eq(rawbpf_vm_undo_find(&step, &past->undo, past->vm.r + 1, 8), 0);
	ck_assert_uint_eq(step, 99999);
	ck_assert_uint_eq(past->vm.executed, 100000);
	ck_assert_uint_eq(past->vm.r[1], 25000);
	past_free(past);
}
END_TEST

/* What the last step changed, and what was there before. */
START_TEST(test_read)
{
	struct past *past = past_at(loop, RAWBPF_COUNT(loop), RECORDS);
	const unsigned char *end = (unsigned char *)past->all.stack + RAWBPF_VM_STACK;
	struct rawbpf_vm_change change = { .position = 0 };
	unsigned char old[24];
	uint64_t r[11];

	ck_assert_int_eq(rawbpf_vm_undo_next(&change, &past->undo), 0);
	ck_assert_int_eq(rawbpf_vm_undo_read(r, &past->undo, past->vm.r, sizeof(r)), 0);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 8), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(rawbpf_vm_undo_read(old, &past->undo, end - 24, 24), 1);
	ck_assert_uint_eq(end[-8], 2);
	ck_assert_uint_eq(old[16], 1);
	ck_assert_uint_eq(old[8], 1);
	ck_assert_int_eq(rawbpf_vm_undo_read(old, &past->undo, end - 16, 8), 0);
	ck_assert_uint_eq(old[0], 1);
	/* The pieces: from pc to executed, and the store. */
	ck_assert_int_eq(rawbpf_vm_undo_next(&change, &past->undo), 1);
	ck_assert((uintptr_t)change.bytes >= (uintptr_t)&past->vm.pc);
	ck_assert((uintptr_t)change.bytes < (uintptr_t)&past->vm.ended);
	while (change.bytes != end - 8)
		ck_assert_int_eq(rawbpf_vm_undo_next(&change, &past->undo), 1);
	ck_assert_uint_eq(change.size, 8);
	ck_assert_int_eq(rawbpf_vm_undo_next(&change, &past->undo), 0);
	ck_assert_int_eq(rawbpf_vm_undo_read(r, &past->undo, past->vm.r, sizeof(r)), 0);
	ck_assert_int_eq(rawbpf_vm_undo_step(&past->undo), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(rawbpf_vm_undo_read(r, &past->undo, past->vm.r, sizeof(r)), 1);
	ck_assert_uint_eq(r[0], 1);
	ck_assert_uint_eq(past->vm.r[0], 2);
	past_free(past);
}
END_TEST

/* A region that a helper's pointer makes goes away, and comes again at the same address. */
START_TEST(test_regions)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EMIT_CALL(LEND),
					  BPF_LDX_MEM(BPF_B, BPF_REG_1, BPF_REG_0, 15), BPF_EXIT_INSN() };
	struct past *past = past_at(insns, RAWBPF_COUNT(insns), RECORDS);
	unsigned count = past->vm.region_count;
	uint64_t address;

	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 2), RAWBPF_VM_PAUSED);
	address = past->vm.r[0];
	ck_assert_uint_eq(past->vm.region_count, count + 1);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&past->vm, address), past->spare);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 1), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(past->vm.region_count, count);
	ck_assert_uint_eq(past->vm.spare_used, 0);
	ck_assert_ptr_null(rawbpf_vm_region_find(&past->vm, address));
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 9), RAWBPF_VM_ENDED);
	ck_assert_uint_eq(past->vm.r[0], address);
	past_free(past);
}
END_TEST

/* What a helper writes behind its callback belongs to the callback's exit. */
START_TEST(test_behind_callback)
{
	const struct bpf_insn insns[] = { FUNC(BPF_REG_1, 3), BPF_EMIT_CALL(CALL_BACK), BPF_EXIT_INSN(),
					  BPF_MOV64_IMM(BPF_REG_0, 0x77), BPF_EXIT_INSN() };
	struct past *past = past_at(insns, RAWBPF_COUNT(insns), RECORDS);
	uint64_t step;

	past->all.trace[0] = 1;
	past_keep(past, RECORDS);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 4), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(past->all.trace[0], 0x77);
	ck_assert_int_eq(rawbpf_vm_undo_find(&step, &past->undo, past->all.trace, 1), 0);
	ck_assert_uint_eq(step, 4);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 3), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(past->all.trace[0], 1);
	past_free(past);
}
END_TEST

/* A load with acquire has the class of stores, but writes nothing. */
START_TEST(test_acquire)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10), BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_LOAD_ACQ, BPF_REG_2, BPF_REG_2, -8), BPF_EXIT_INSN() };
	struct past *past = past_at(insns, RAWBPF_COUNT(insns), RECORDS);
	uint64_t step;

	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 3), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(past->vm.r[2], 1);
	ck_assert_int_eq(rawbpf_vm_undo_find(&step, &past->undo,
					     (char *)past->all.stack + RAWBPF_VM_STACK - 8, 8), 0);
	ck_assert_uint_eq(step, 2);
	past_free(past);
}
END_TEST

START_TEST(test_open)
{
	struct past *past = past_at(loop, RAWBPF_COUNT(loop), 0);
	struct rawbpf_vm_undo_spec spec = { .memory = past->memory };
	size_t size = rawbpf_vm_undo_size(&past->vm, NULL);

	ck_assert_uint_eq(size, rawbpf_vm_undo_size(&past->vm, &spec));
	ck_assert_int_eq(rawbpf_vm_undo_open(&past->undo, &past->vm, NULL), -EINVAL);
	spec.memory_size = size - 1;
	ck_assert_int_eq(rawbpf_vm_undo_open(&past->undo, &past->vm, &spec), -ENOSPC);
	spec.memory_size = size;
	ck_assert_int_eq(rawbpf_vm_undo_open(&past->undo, &past->vm, &spec), 0);
	spec.memory = (char *)past->memory + 4;
	ck_assert_int_eq(rawbpf_vm_undo_open(&past->undo, &past->vm, &spec), -EINVAL);
	spec.memory = past->memory;
	/* It begins where the machine is. */
	ck_assert_int_eq(rawbpf_vm_run(&past->vm, 10), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(rawbpf_vm_undo_open(&past->undo, &past->vm, &spec), 0);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 9), -ENOENT);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 50000), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(rawbpf_vm_undo_seek(&past->undo, 10), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(past->vm.r[1], 2);
	past_free(past);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_random_programs);
	tcase_add_test(tests, test_helpers_and_maps);
	tcase_add_loop_test(tests, test_trap, 0, 2);
	tcase_add_test(tests, test_trap_of_a_store);
	tcase_add_test(tests, test_more_than_the_ring);
	tcase_add_test(tests, test_bound);
	tcase_add_loop_test(tests, test_find, 0, 2);
	tcase_add_test(tests, test_read);
	tcase_add_test(tests, test_regions);
	tcase_add_test(tests, test_behind_callback);
	tcase_add_test(tests, test_acquire);
	tcase_add_test(tests, test_open);
}

int main(void)
{
	return unit_run("vm_undo", add_tests);
}
