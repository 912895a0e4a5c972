/* SPDX-License-Identifier: MIT */
/*
 * See generate.h. A body consists of pieces: one instruction, or a few that belong together. Behind
 * each piece all of r0 to r9 and the stack's words hold numbers, so pieces may come in any order,
 * and jumps may skip any of them.
 *
 * The table of forms tells which values an instruction's fields may have.
 *
 * Random programs leave out two things that Linux 6.18 gets wrong. A path of the verifier that ends
 * early, at a state like one that it has seen, then counts for nothing. So
 *
 * - The verifier may take the number that an atomic instruction returns from the stack for the
 *   constant of another path, and remove code. Here these instructions access the map only.
 * - On x86, r0 may keep its upper half when a 32-bit compare-and-exchange succeeds: the verifier adds
 *   the instruction that clears it only where a path reads it. Here the next instruction clears it.
 *
 * live_random's test of each form has both.
 */
#include "generate.h"

#include <stddef.h>
#include <string.h>

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))
#define EMIT(PROGRAM, ...) \
	emit(PROGRAM, (const struct bpf_insn[]){ __VA_ARGS__ }, \
	     sizeof((const struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn))

enum {
	STACK = 8 * GENERATED_WORDS,
	SET = -STACK - 8,       /* of r10: where the address of the set of this run is kept */
	SAVED_R0 = -STACK - 16,
	CONTEXT = -STACK - 24,
	KEY = -STACK - 32,
	JUMPS = 6,     /* open at a time: the verifier follows each path */
	FORMS = 400
};

/* A jump whose target is `pieces` behind the next one. */
struct open_jump {
	unsigned slot, pieces;
};

struct maker {
	struct generated *program;
	uint64_t random;
	unsigned kernel;
	struct open_jump jumps[JUMPS];
	unsigned jump_count;
	unsigned calls[2];     /* slots */
	unsigned call_count;
	int in_function;
};

/* --------------------------------------------------------------------- instructions */

static unsigned pick(struct maker *maker, unsigned below)
{
	return (unsigned)((generated_random(&maker->random) >> 32) % below);
}

static int32_t pick_immediate(struct maker *maker)
{
	int end;
	int32_t number = generated_immediate(pick(maker, 40), &end);

	return end ? (int32_t)generated_random(&maker->random) >> pick(maker, 32) : number;
}

/* Pick a form of a kind. */
static const struct rawbpf__form *pick_form(struct maker *maker, enum generated_kind kind)
{
	static const struct rawbpf__form *forms[GENERATED_KINDS][FORMS];
	static unsigned counts[GENERATED_KINDS], kernel;
	const struct rawbpf__form *form;
	unsigned row;

	if (kernel != maker->kernel) {
		kernel = maker->kernel;
		memset(counts, 0, sizeof(counts));
		for (row = 0; (form = rawbpf__form_at(row)) && row < FORMS; row++) {
			enum generated_kind k = generated_kind(form, kernel);

			forms[k][counts[k]++] = form;
		}
	}
	return forms[kind][pick(maker, counts[kind])];
}

static int32_t pick_field(struct maker *maker, unsigned rule, int32_t fix)
{
	int32_t number;

	if (rule == RAWBPF__FIX)
		return fix;
	if (rule == RAWBPF__ZERO || rule == RAWBPF__NONE)
		return 0;
	if (rule == RAWBPF__REG)
		return (int32_t)pick(maker, GENERATED_REGISTERS);
	do
		number = pick_immediate(maker);
	while (!rawbpf__rule_holds(rule, number, fix, 1));
	return number;
}

/* Make an instruction of a form, with random registers and immediate. `off` is 0 if it is free. */
static struct bpf_insn pick_insn(struct maker *maker, const struct rawbpf__form *form)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	struct bpf_insn insn = { .code = form->code };

	insn.dst_reg = (uint8_t)pick_field(maker, shape->dst, form->fix) & 15;
	insn.src_reg = (uint8_t)pick_field(maker, shape->src, form->fix) & 15;
	insn.off = shape->off == RAWBPF__FIX ? form->fix : 0;
	insn.imm = pick_field(maker, shape->imm, form->fix);
	return insn;
}

/* ------------------------------------------------------------------------------- pieces */

static void emit(struct generated *program, const struct bpf_insn *insns, size_t count)
{
	memcpy(program->insns + program->count, insns, count * sizeof(*insns));
	program->count += (unsigned)count;
}

static void emit_alu(struct maker *maker)
{
	EMIT(maker->program, pick_insn(maker, pick_form(maker, GENERATED_ALU)));
}

static void emit_constant(struct maker *maker)
{
	unsigned dst = pick(maker, GENERATED_REGISTERS);
	uint64_t number = generated_operand(&maker->random);

	EMIT(maker->program, BPF_LD_IMM64(dst & 15, number));
}

/* Does an atomic instruction return what the memory was? */
static int is_fetch(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_STX && BPF_MODE(insn->code) == BPF_ATOMIC &&
	       insn->imm & BPF_FETCH;
}

/* Pick a load or a store. See the top for what random programs leave out. */
static struct bpf_insn pick_access(struct maker *maker, int load, int stack)
{
	struct bpf_insn insn;

	do
		insn = pick_insn(maker, pick_form(maker, load ? GENERATED_LOAD : GENERATED_STORE));
	while (stack && is_fetch(&insn));
	return insn;
}

/*
 * Emit an access to the stack's words or the scratch memory. `base` points to byte `at` of them.
 * Return 1 if the instruction has overwritten `base`.
 */
static int emit_access(struct maker *maker, unsigned base, unsigned at, int stack)
{
	int load = pick(maker, 2);
	struct bpf_insn insn = pick_access(maker, load, stack);
	unsigned size;

	size = generated_size(insn.code);
	insn.off = (int16_t)((int)(size * pick(maker, STACK / size)) - (int)at);
	if (load) {
		insn.src_reg = base & 15;
		if (pick(maker, 2) && base < GENERATED_REGISTERS)
			insn.dst_reg = base & 15;
	} else {
		insn.dst_reg = base & 15;
		if (insn.src_reg == base)
			insn.src_reg = (base + 1) % GENERATED_REGISTERS & 15;
	}
	EMIT(maker->program, insn);
	if (is_fetch(&insn) && insn.imm == BPF_CMPXCHG && size == 4)
		EMIT(maker->program, BPF_MOV32_REG(BPF_REG_0, BPF_REG_0));
	return load && insn.dst_reg == base;
}

/* Emit an access by another register than r10, which then becomes a number again. */
static void emit_indirect(struct maker *maker)
{
	unsigned base = 1 + pick(maker, GENERATED_REGISTERS - 1), at = 8 * pick(maker, GENERATED_WORDS);
	unsigned other = base % (GENERATED_REGISTERS - 1) + 1;
	int stack = pick(maker, 2);

	if (stack)
		EMIT(maker->program, BPF_MOV64_REG(base & 15, BPF_REG_10),
		     BPF_ALU64_IMM(BPF_ADD, base & 15, (int)at - STACK));
	else
		EMIT(maker->program,
		     RAWBPF_LD_MAP_IDX_VALUE(base & 15, 0, (int)offsetof(struct generated_area, scratch) +
					     (int)at));
	if (!emit_access(maker, base, at, stack))
		EMIT(maker->program, BPF_MOV64_REG(base & 15, other & 15));
}

/* Remember that the last instruction jumps, to the begin of a later piece. */
static void open_jump(struct maker *maker)
{
	maker->jumps[maker->jump_count++] =
		(struct open_jump){ maker->program->count - 1, pick(maker, 5) };
}

/* Let a jump skip `distance` slots. Linux 6.12 refuses a may_goto that skips none. */
static void set_distance(struct bpf_insn *insn, int distance)
{
	if (insn->code == (BPF_JMP32 | BPF_JA))
		insn->imm = distance;
	else
		insn->off = (int16_t)distance;
	if (insn->code == (BPF_JMP | BPF_JCOND) && !distance)
		insn->code = BPF_JMP | BPF_JA;
}

/* Let the jumps end here that skip no more pieces, or all. */
static void close_jumps(struct maker *maker, int all)
{
	unsigned i, kept = 0;

	for (i = 0; i < maker->jump_count; i++) {
		struct open_jump *jump = &maker->jumps[i];

		if (jump->pieces && !all) {
			jump->pieces--;
			maker->jumps[kept++] = *jump;
		} else {
			set_distance(&maker->program->insns[jump->slot],
				     (int)(maker->program->count - jump->slot) - 1);
		}
	}
	maker->jump_count = kept;
}

static void emit_jump(struct maker *maker)
{
	if (maker->jump_count == JUMPS) {
		emit_alu(maker);
		return;
	}
	EMIT(maker->program, pick_insn(maker, pick_form(maker, GENERATED_JUMP)));
	open_jump(maker);
}

/* The verifier wants a way to each instruction. So a jump with a condition skips the goto. */
static void emit_goto(struct maker *maker)
{
	struct bpf_insn skip = pick_insn(maker, pick_form(maker, GENERATED_JUMP));

	if (maker->jump_count == JUMPS)
		return;
	skip.off = 1;
	EMIT(maker->program, skip, pick_insn(maker, pick_form(maker, GENERATED_GOTO)));
	open_jump(maker);
}

/* Emit a loop whose counter is a register that its body does not write. */
static void emit_loop(struct maker *maker)
{
	unsigned counter = pick(maker, GENERATED_REGISTERS), begin, length = 1 + pick(maker, 3);

	EMIT(maker->program, BPF_MOV64_IMM(counter & 15, 1 + (int)pick(maker, 4)));
	begin = maker->program->count;
	while (maker->program->count < begin + length) {
		struct bpf_insn insn = pick_insn(maker, pick_form(maker, GENERATED_ALU));

		if (insn.dst_reg != counter)
			EMIT(maker->program, insn);
	}
	EMIT(maker->program, BPF_ALU64_IMM(BPF_SUB, counter & 15, 1),
	     BPF_JMP_IMM(BPF_JNE, counter & 15, 0, -(int)length - 2));
}

/* Calls leave no number in r1 to r5. Give them new ones. */
static void emit_arguments(struct maker *maker)
{
	static const uint8_t kept[] = { 0, 6, 7, 8, 9 };
	unsigned i;

	for (i = BPF_REG_1; i <= BPF_REG_5; i++)
		if (pick(maker, 2))
			EMIT(maker->program, BPF_MOV64_REG(i & 15, kept[pick(maker, 5)] & 15));
		else
			EMIT(maker->program, BPF_LDX_MEM(BPF_DW, i & 15, BPF_REG_10,
							 -8 - 8 * (int)pick(maker, GENERATED_WORDS)));
}

static void emit_call(struct maker *maker)
{
	if (maker->in_function || maker->call_count == COUNT(maker->calls)) {
		emit_constant(maker);
		return;
	}
	maker->calls[maker->call_count++] = maker->program->count;
	EMIT(maker->program, BPF_CALL_REL(0));
	emit_arguments(maker);
}

/*
 * Look up the map's only value, or one that does not exist, and read the scratch memory. Or try to
 * delete an element, which arrays refuse.
 */
static void emit_helper(struct maker *maker)
{
	int word = (int)offsetof(struct generated_area, scratch) +
		   8 * (int)pick(maker, GENERATED_WORDS);

	EMIT(maker->program, BPF_ST_MEM(BPF_W, BPF_REG_10, KEY, (int)pick(maker, 2)),
	     BPF_MOV64_REG(BPF_REG_2, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, KEY),
	     RAWBPF_LD_MAP_IDX(BPF_REG_1, 0));
	if (pick(maker, 2))
		EMIT(maker->program, BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		     BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 1),
		     BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, word));
	else
		EMIT(maker->program, BPF_EMIT_CALL(BPF_FUNC_map_delete_elem));
	emit_arguments(maker);
}

/*
 * Load from the packet, around its end, too, where the program ends. r6 must be the context, and
 * becomes a number again.
 */
static void emit_packet(struct maker *maker)
{
	static const int sizes[] = { BPF_B, BPF_H, BPF_W }, starts[] = { 0, 0, -0x100000, -0x200000 };
	int size = sizes[pick(maker, 3)], at = starts[pick(maker, 4)] + (int)pick(maker, 54);

	if (maker->in_function) {
		emit_constant(maker);
		return;
	}
	EMIT(maker->program, BPF_LDX_MEM(BPF_DW, BPF_REG_6, BPF_REG_10, CONTEXT));
	if (pick(maker, 2))
		EMIT(maker->program, BPF_LD_ABS(size, at));
	else
		EMIT(maker->program, BPF_MOV64_IMM(BPF_REG_7, (int)pick(maker, 20) - 10),
		     BPF_LD_IND(size, BPF_REG_7, at));
	EMIT(maker->program, BPF_MOV64_REG(BPF_REG_6, BPF_REG_0));
	emit_arguments(maker);
}

/* Emit pieces until there are `length` more slots, or a few more than that. */
static void emit_pieces(struct maker *maker, unsigned length)
{
	static const struct {
		unsigned share; /* of 100 */
		void (*emit)(struct maker *maker);
	} pieces[] = {
		{ 48, emit_alu }, { 6, emit_constant }, { 10, emit_indirect }, { 11, emit_jump },
		{ 2, emit_goto }, { 2, emit_loop }, { 2, emit_call }, { 1, emit_helper }, { 1, emit_packet },
	};
	unsigned end = maker->program->count + length, i, at;

	while (maker->program->count < end) {
		close_jumps(maker, 0);
		maker->program->piece[maker->program->count] = 1;
		at = pick(maker, 100);
		for (i = 0; i < COUNT(pieces) && at >= pieces[i].share; i++)
			at -= pieces[i].share;
		if (i < COUNT(pieces))
			pieces[i].emit(maker);
		else
			emit_access(maker, BPF_REG_10, STACK, 1);
	}
	close_jumps(maker, 1);
	maker->program->piece[maker->program->count] = 1;
}

/* ------------------------------------------------------------------------------- programs */

#define IN(N)  ((int)offsetof(struct generated_area, sets[0].in) + 8 * (int)(N))
#define OUT(N) ((int)offsetof(struct generated_area, sets[0].out) + 8 * (int)(N))
#define WORD(N) (-8 - 8 * (int)(N))

/* Count this run, and read its operands. */
static void emit_begin(struct generated *program)
{
	unsigned i;

	program->count = 0;
	memset(program->piece, 0, sizeof(program->piece));
	EMIT(program, BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, CONTEXT),
	     RAWBPF_LD_MAP_IDX_VALUE(BPF_REG_9, 0, 0),
	     BPF_LDX_MEM(BPF_DW, BPF_REG_8, BPF_REG_9, 0),
	     BPF_MOV64_REG(BPF_REG_7, BPF_REG_8),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_7, 1),
	     BPF_STX_MEM(BPF_DW, BPF_REG_9, BPF_REG_7, 0),
	     BPF_ALU64_IMM(BPF_AND, BPF_REG_8, GENERATED_SETS - 1),
	     BPF_ALU64_IMM(BPF_MUL, BPF_REG_8, sizeof(struct generated_set)),
	     BPF_ALU64_REG(BPF_ADD, BPF_REG_9, BPF_REG_8),
	     BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_9, SET));
	for (i = 0; i < GENERATED_REGISTERS; i++) {
		EMIT(program, BPF_LDX_MEM(BPF_DW, i & 15, BPF_REG_9, IN(i)));
		if (i < GENERATED_WORDS)
			EMIT(program, BPF_STX_MEM(BPF_DW, BPF_REG_10, i & 15, WORD(i)));
	}
	program->body = program->count;
}

/* Write the results of this run. */
static void emit_end(struct generated *program)
{
	unsigned i;

	program->body_end = program->count;
	EMIT(program, BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_0, SAVED_R0),
	     BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, SET));
	for (i = 1; i < GENERATED_REGISTERS; i++)
		EMIT(program, BPF_STX_MEM(BPF_DW, BPF_REG_0, i & 15, OUT(i)));
	for (i = 0; i < GENERATED_WORDS; i++)
		EMIT(program, BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, WORD(i)),
		     BPF_STX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, OUT(GENERATED_REGISTERS + i)));
	EMIT(program, BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, SAVED_R0),
	     BPF_STX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, OUT(0)),
	     BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN());
	program->function = program->count;
}

/* A function with five arguments, all numbers. It first writes what its pieces may read. */
static void emit_function(struct maker *maker)
{
	unsigned i;

	for (i = 0; i < maker->call_count; i++)
		maker->program->insns[maker->calls[i]].imm =
			(int)(maker->program->count - maker->calls[i]) - 1;
	for (i = 0; i < GENERATED_WORDS; i++)
		EMIT(maker->program, BPF_STX_MEM(BPF_DW, BPF_REG_10, (1 + i) & 15, WORD(i)),
		     BPF_MOV64_REG((BPF_REG_6 + i) & 15, (1 + i) & 15));
	EMIT(maker->program, BPF_MOV64_REG(BPF_REG_0, BPF_REG_5));
	maker->in_function = 1;
	emit_pieces(maker, 3 + pick(maker, 12));
	EMIT(maker->program, BPF_EXIT_INSN());
}

void generate(struct generated *program, uint64_t seed, unsigned kernel)
{
	struct maker maker = { .program = program, .random = seed, .kernel = kernel };

	emit_begin(program);
	emit_pieces(&maker, 5 + pick(&maker, 56));
	emit_end(program);
	if (maker.call_count)
		emit_function(&maker);
}

void generate_around(struct generated *program, const struct bpf_insn *body, unsigned count)
{
	emit_begin(program);
	program->piece[program->count] = 1;
	emit(program, body, count);
	program->piece[program->count] = 1;
	emit_end(program);
}
