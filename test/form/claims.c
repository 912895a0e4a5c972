/* SPDX-License-Identifier: MIT */
/*
 * Instructions do what their pages claim. Each runs in the kernel on boundary operands, beside the
 * C expression of its page. Its sentences are compared with the result.
 */
#include <string.h>
#include <sys/mman.h>

#include <rawbpf/form.h>

#include "../live.h"
#include "claims.h"

static struct claim_state *state;
static int map;

static const uint64_t operands[] = {
	0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff,
	0x100000000, 0x1122334455667788, 0x7fffffffffffffff, 0x8000000000000000,
	0x1122334480000000, -7, -2, -1, 33, 64,
};

static void make_map(void)
{
	rawbpf_memlock_raise(); /* before 5.11 a closed program still counts for a while */
	map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof *state,
		.max_entries = 1, .flags = BPF_F_MMAPABLE });
	ck_assert_int_gt(map, 2);
	state = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	ck_assert_ptr_ne(state, MAP_FAILED);
}

static int load(const struct bpf_insn *insns, unsigned count, char *log, unsigned log_size)
{
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns,
		.insn_count = count, .log = log, .log_size = log_size });
}

#define AT(FIELD) ((int)offsetof(struct claim_state, FIELD))
/*
 * Take two slots, also for an instruction of one. A jump skips the second slot, which shows the
 * jump.
 */
#define BOTH(CLAIM) (CLAIM)->insns[0], \
	(CLAIM)->insns[0].code == 0x18 ? (CLAIM)->insns[1] : BPF_MOV64_IMM(BPF_REG_8, 0)

/* Load registers from the map, execute the instruction, store registers to the map. */
static int load_claim(const struct claim *claim)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_LD_MAP_VALUE(BPF_REG_9, map, 0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_9, AT(in[0])),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_9, AT(in[1])),
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_9, AT(in[2])),
		claim->pointer ? BPF_MOV64_REG(claim->pointer, BPF_REG_9) : BPF_JMP_A(0),
		claim->pointer ? BPF_ALU64_IMM(BPF_ADD, claim->pointer, AT(memory)) : BPF_JMP_A(0),
		BPF_MOV64_IMM(BPF_REG_8, 1),
		BOTH(claim),
		BPF_STX_MEM(BPF_DW, BPF_REG_9, BPF_REG_0, AT(out[0])),
		BPF_STX_MEM(BPF_DW, BPF_REG_9, claim->packet ? BPF_REG_0 : BPF_REG_1, AT(out[1])),
		BPF_STX_MEM(BPF_DW, BPF_REG_9, claim->packet ? BPF_REG_0 : BPF_REG_2, AT(out[2])),
		BPF_STX_MEM(BPF_DW, BPF_REG_9, BPF_REG_8, AT(taken)),
		BPF_ST_MEM(BPF_DW, BPF_REG_9, AT(done), 1),
		BPF_MOV64_IMM(BPF_REG_0, 1),
		BPF_EXIT_INSN(),
	};
	static char log[8192];
	int prog;

	prog = load(insns, RAWBPF_COUNT(insns), log, sizeof log);
	ck_assert_msg(prog > 2 || live_kernel() < claim->kernel, "%s: %s", claim->c, log);
	return prog;
}

static int is_jump(const struct claim *claim)
{
	unsigned class = claim->insns->code & 7;

	return class == BPF_JMP || class == BPF_JMP32;
}

static void set(struct claim_state *to, unsigned i, unsigned j)
{
	enum { COUNT = RAWBPF_COUNT(operands) };

	memset(to, 0, sizeof *to);
	to->in[0] = operands[(j + 3 * i) % COUNT];
	to->in[1] = operands[i];
	to->in[2] = operands[j];
	for (unsigned m = 0; m < 4; m++)
		to->memory[m] = operands[(i + 5 * (m - 1)) % COUNT];
}

static int says(const struct claim *claim, const char *words)
{
	return strstr(claim->does, words) != NULL;
}

/* Compare the sentences about dst with its value. */
static void check_sentences(const struct claim *claim, const struct claim_state *now)
{
	const struct bpf_insn *insn = claim->insns;
	unsigned class = insn->code & 7, operation = insn->code & 0xf0;
	int narrow = class == BPF_ALU;
	uint64_t divisor = now->in[insn->src_reg], before = now->in[1], after = now->out[1];

	if (says(claim, "The upper half of r1 becomes 0") || (says(claim, "zero-extended") &&
	    class == BPF_STX && insn->imm == BPF_LOAD_ACQ))
		ck_assert_msg(after >> 32 == 0, "%s", claim->does);
	else if (narrow && operation != BPF_END)
		ck_abort_msg("%s: nothing on the upper half", claim->does);
	if ((class != BPF_ALU && class != BPF_ALU64) || !(insn->code & BPF_X) ||
	    (operation != BPF_DIV && operation != BPF_MOD))
		return;
	if (narrow)
		divisor = (uint32_t)divisor, before = (uint32_t)before;
	if (operation == BPF_DIV)
		ck_assert_msg(says(claim, "is 0, the result is 0"), "%s", claim->does);
	else
		ck_assert_msg(says(claim, narrow ? "is 0, the lower half of r1 keeps its value" :
					  "is 0, r1 keeps its value"), "%s", claim->does);
	ck_assert(says(claim, ", signed") == (insn->off == 1));
	if (!divisor)
		ck_assert_uint_eq(after, operation == BPF_DIV ? 0 : before);
}

#define SAME(FIELD) \
	ck_assert_msg(state->FIELD == expected.FIELD, "%s: " #FIELD " is %llx, not %llx " \
		      "(r0 %llx, r1 %llx, r2 %llx, memory %llx)", claim->c, \
		      (unsigned long long)state->FIELD, (unsigned long long)expected.FIELD, \
		      (unsigned long long)expected.in[0], (unsigned long long)expected.in[1], \
		      (unsigned long long)expected.in[2], (unsigned long long)before)

/*
 * Is the access inside the packet? Only some instructions see the packet behind the 14 bytes of the
 * Ethernet header.
 */
static int is_inside(const struct claim *claim, const struct claim_state *of)
{
	static const unsigned char sizes[] = { 4, 2, 1, 8 };
	int size = sizes[claim->insns->code >> 3 & 3];
	int at = (int)(claim->insns->imm + (claim->insns->src_reg ? of->in[2] : 0));

	return at >= 0 && at <= CLAIM_PACKET_SIZE - 14 - size;
}

static void run_claim(const struct claim *claim, int prog, unsigned i, unsigned j)
{
	static unsigned char packet[CLAIM_PACKET_SIZE];
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };
	struct claim_state expected;
	uint64_t before;
	int inside;

	for (unsigned b = 0; b < sizeof packet; b++)
		packet[b] = 0x81 + 7 * b;
	set(&expected, i, j);
	before = expected.memory[1];
	*state = expected;
	inside = !claim->packet || is_inside(claim, &expected);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(run.retval, inside);
	ck_assert_uint_eq(state->done, inside);
	if (!inside)
		return;
	if (claim->pointer)
		expected.in[claim->pointer] = (uintptr_t)expected.memory;
	claim->run(&expected, (uintptr_t)expected.memory, packet + 14);
	SAME(out[0]);
	for (unsigned m = 0; m < 4; m++)
		SAME(memory[m]);
	if (is_jump(claim))
		SAME(taken);
	if (claim->packet)
		return;
	if (claim->pointer != 1 || (claim->insns->code & 7) == BPF_LDX)
		SAME(out[1]);
	if (claim->pointer != 2)
		SAME(out[2]);
	check_sentences(claim, state);
}

/* Does the instruction have two operands? */
static int has_second(const struct claim *claim)
{
	return claim->pointer || claim->packet || claim->insns->code & BPF_X;
}

START_TEST(test_expressions)
{
	unsigned executed = 0, forms = 0, code = 0;

	make_map();
	for (unsigned n = 0; n < claim_count; n++) {
		const struct claim *claim = &claims[n];
		int prog = load_claim(claim);

		if (prog < 0)
			continue;
		for (unsigned i = 0; i < RAWBPF_COUNT(operands); i++)
			for (unsigned j = 0; j < (has_second(claim) ? RAWBPF_COUNT(operands) : 1);
			     j++, executed++)
				run_claim(claim, prog, i, j);
		close(prog);
		forms += claim->insns->code != code;
		code = claim->insns->code;
	}
	close(map);
	printf("claims: %u instructions of %u opcodes executed %u times\n", claim_count, forms, executed);
	ck_assert_uint_ge(forms, live_kernel() >= 0x60f ? 123 : 100);
}
END_TEST

/* Does the verifier reject a read of the register after the instruction? */
static int loses(const struct claim *claim, unsigned reg)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_LD_MAP_VALUE(BPF_REG_9, map, 0),
		BPF_MOV64_IMM(BPF_REG_0, 1),
		BPF_MOV64_IMM(BPF_REG_1, 1),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_MOV64_IMM(BPF_REG_3, 1),
		BPF_MOV64_IMM(BPF_REG_4, 1),
		BPF_MOV64_IMM(BPF_REG_5, 1),
		claim->pointer ? BPF_MOV64_REG(claim->pointer, BPF_REG_9) : BPF_JMP_A(0),
		BOTH(claim),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_MOV64_REG(BPF_REG_7, reg),
		BPF_EXIT_INSN(),
		BPF_MOV64_IMM(BPF_REG_0, 0),	/* target of a call instruction */
		BPF_EXIT_INSN(),
	};
	unsigned calls = claim->insns->src_reg == BPF_PSEUDO_CALL &&
			 claim->insns->code == (BPF_JMP | BPF_CALL) ? 0 : 2;
	static char log[8192];
	int prog = load(insns, RAWBPF_COUNT(insns) - calls, log, sizeof log);

	if (prog > 2) {
		close(prog);
		return 0;
	}
	ck_assert_msg(strstr(log, "!read_ok") != NULL, "%s: %s", claim->does, log);
	return 1;
}

static void check_lost(const struct claim *claim)
{
	for (unsigned reg = BPF_REG_1; reg <= BPF_REG_5; reg++)
		ck_assert_msg(loses(claim, reg) == says(claim, "r1 to r5 are lost"), "%s: r%u",
			      claim->does, reg);
}

START_TEST(test_lost_registers)
{
	static const struct bpf_insn calls[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_prandom_u32), BPF_CALL_REL(4),
	};
	const struct claim *before = NULL;
	char page[4096];

	make_map();
	for (unsigned n = 0; n < claim_count; n++) {
		const struct claim *claim = &claims[n];

		if (claim->kernel <= live_kernel() &&
		    (!before || before->insns->code != claim->insns->code))
			check_lost(claim);
		before = claim;
	}
	for (unsigned n = 0; n < RAWBPF_COUNT(calls); n++) {
		struct claim claim = { .insns = { calls[n] }, .does = page };

		rawbpf_insn_explain(page, sizeof page, claim.insns, 1, RAWBPF_HOST_ORDER, 0, NULL);
		for (char *at = page; (at = strstr(at, "\n           ")); )
			memmove(at, at + 11, strlen(at + 11) + 1), *at = ' ';
		ck_assert_msg(says(&claim, "r1 to r5 are lost"), "%s", page);
		check_lost(&claim);
	}
	close(map);
}
END_TEST

/* Return how many slots behind the next one a jump lands, according to its page. */
static int told_distance(const struct bpf_insn *insn)
{
	char page[4096], way[16] = "";
	const char *at;
	int slots = 0;

	rawbpf_insn_explain(page, sizeof page, insn, 1, RAWBPF_HOST_ORDER, 0, NULL);
	at = strstr(page, "jump ");
	if (!at || sscanf(at, "jump %d slot%*[s ]%15[a-z], counted from the next one", &slots, way) != 2)
		return strstr(page, "continue with the next slot") ? 0 : -1000;
	return strcmp(way, "back") ? slots : -slots;
}

/*
 * Jumps land where their pages say: r0 sums the instructions that were not skipped, or the rounds.
 */
START_TEST(test_jumps)
{
	const struct bpf_insn jumps[] = {
		BPF_JMP_A(0), BPF_JMP_A(1), BPF_JMP_A(2), BPF_JMP_A(3),
		BPF_JMP32_A(0), BPF_JMP32_A(1), BPF_JMP32_A(2), BPF_JMP32_A(3),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 1), BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 2),
	};
	static const unsigned sums[] = { 7, 6, 4, 0 };
	const struct bpf_insn loop[] = {
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1),
		BPF_JMP_IMM(BPF_JLT, BPF_REG_0, 5, -2),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_prog_run run = { .data_in = loop, .data_size_in = sizeof loop };
	int prog;

	for (unsigned n = 0; n < RAWBPF_COUNT(jumps); n++) {
		const struct bpf_insn insns[] = {
			BPF_MOV64_IMM(BPF_REG_0, 0),
			BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_1, 8), /* mark: 0 */
			/*
			 * A path past the jump: otherwise the skipped instructions would be
			 * unreachable.
			 */
			jumps[n].code == 0x15 ? jumps[n] : BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 1, 1),
			jumps[n].code == 0x15 ? BPF_JMP_A(0) : jumps[n],
			BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1),
			BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 2),
			BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 4),
			BPF_EXIT_INSN(),
		};
		/* The conditional jump passes the nop first. */
		int skipped = told_distance(&jumps[n]) - (jumps[n].code == 0x15);

		ck_assert_int_ge(skipped, 0);
		ck_assert_int_lt(skipped, 4);
		if (rawbpf_insn_kernel_find(&jumps[n], 1) > (int)live_kernel())
			continue;
		prog = load(insns, RAWBPF_COUNT(insns), NULL, 0);
		ck_assert_int_gt(prog, 2);
		ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
		ck_assert_uint_eq(run.retval, sums[skipped]);
		close(prog);
	}
	ck_assert_int_eq(told_distance(&loop[2]), -2);
	prog = load(loop, RAWBPF_COUNT(loop), NULL, 0);
	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(run.retval, 5);
	close(prog);
}
END_TEST

/* The verifier rejects a packet load without the context in r6. */
START_TEST(test_packet_context)
{
	unsigned seen = 0;

	for (unsigned n = 0; n < claim_count; n++) {
		const struct bpf_insn insns[] = {
			BPF_MOV64_IMM(BPF_REG_2, 0), claims[n].insns[0], BPF_EXIT_INSN(),
		};

		if (!claims[n].packet)
			continue;
		ck_assert(says(&claims[n], "r6 must hold the context"));
		ck_assert_int_lt(load(insns, RAWBPF_COUNT(insns), NULL, 0), 0);
		seen++;
	}
	ck_assert_uint_ge(seen, 6);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_expressions);
	tcase_add_test(tests, test_lost_registers);
	tcase_add_test(tests, test_jumps);
	tcase_add_test(tests, test_packet_context);
	claims_special_add(tests);
}

int main(void)
{
	return live_run("claims", add_tests);
}
