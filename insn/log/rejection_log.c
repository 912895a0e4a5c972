/* SPDX-License-Identifier: MIT */
/*
 * Read the verifier's log. The verifier walks the program path by path, and prints a line for each
 * instruction. In between it prints the states of registers, and at the end the complaint:
 *
 *	0: R1=ctx() R10=fp0
 *	0: (b7) r2 = 4                        ; R2_w=4
 *	from 5 to 8: R0=... R10=fp0
 *	8: (79) r0 = *(u64 *)(r2 +0)
 *	R2 invalid mem access 'scalar'
 *	processed 9 insns (limit 1000000) ...
 */
#include "rejection_log.h"
#include "../base/number.h"
#include "../base/string.h"

#include <rawbpf/insn.h>
#include <rawbpf/form.h>

enum { R0_TO_R5 = 0x3f, R1_TO_R5 = 0x3e, ALL = 0x7ff };

/* ----------------------------------------------------------------------- registers */

static int is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) || insn->code == (BPF_JMP | BPF_CALL | BPF_X);
}

/* Return 1 for a load-acquire. It has the class of stores, but loads from src to dst. */
static int is_load_acquire(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_STX && BPF_MODE(insn->code) == BPF_ATOMIC &&
	       insn->imm == BPF_LOAD_ACQ;
}

RAWBPF__PRIVATE unsigned rawbpf__registers_read(const struct bpf_insn *insn)
{
	unsigned dst = 1u << insn->dst_reg, src = 1u << insn->src_reg;
	unsigned class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);

	switch (class) {
	case BPF_LDX:
		return src & ALL;
	case BPF_ST:
		return dst & ALL;
	case BPF_STX:
		return (is_load_acquire(insn) ? src : dst | src) & ALL;
	case BPF_ALU:
	case BPF_ALU64:
		return ((operation != BPF_MOV ? dst : 0) |
			(BPF_SRC(insn->code) && operation != BPF_END ? src : 0)) & ALL;
	case BPF_JMP:
	case BPF_JMP32:
		if (is_call(insn))
			return R1_TO_R5;
		if (operation == BPF_EXIT)
			return 1;
		return operation == BPF_JA ? 0 : (dst | (BPF_SRC(insn->code) ? src : 0)) & ALL;
	}
	return 0;
}

RAWBPF__PRIVATE unsigned rawbpf__registers_written(const struct bpf_insn *insn)
{
	unsigned class = BPF_CLASS(insn->code);

	if (is_call(insn))
		return R0_TO_R5;
	if (class == BPF_LDX || class == BPF_ALU || class == BPF_ALU64 || is_load_acquire(insn))
		return 1u << insn->dst_reg & ALL;
	if (class == BPF_LD)
		return BPF_MODE(insn->code) == BPF_IMM ? 1u << insn->dst_reg & ALL : R0_TO_R5;
	if (class == BPF_STX && BPF_MODE(insn->code) == BPF_ATOMIC)
		return (1u << insn->src_reg | 1) & ALL;
	return 0;
}

/* ---------------------------------------------------------------------- characters */

/*
 * Read the number at `at`. Return the place behind it, or NULL without a number, or if it exceeds
 * every program's length.
 */
static const char *log_number(const char *at, const char *end, unsigned *number)
{
	return rawbpf__number_parse(&at, end, number) && *number <= INT32_MAX ? at : NULL;
}

static const char *line_end(const char *at, const char *end)
{
	return rawbpf__find_byte(at, end, '\n');
}

/* Return 1 if the text begins like the pattern. '*' in a pattern stands for any text. */
static int fits(const char *at, const char *end, const char *pattern)
{
	const char *star = NULL, *retry = NULL;

	while (*pattern) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = at;
		} else if (at < end && *at == *pattern) {
			at++;
			pattern++;
		} else if (star && retry < end) {
			at = ++retry;
			pattern = star;
		} else {
			return 0;
		}
	}
	return 1;
}

/* ------------------------------------------------------------------------- the hints */

#define HINT(NAME, SENTENCES) static const char rejection_hint_##NAME[] = SENTENCES;
#define PATTERN(NAME, START)
#include "hint.def"

static const struct {
	const char *pattern, *hint;
} rejection_patterns[] = {
#define HINT(NAME, SENTENCES)
#define PATTERN(NAME, START) { START, rejection_hint_##NAME },
#include "hint.def"
};

RAWBPF__PRIVATE const char *rawbpf__hint_find(const struct rawbpf_log_part *complaint)
{
	const char *end = complaint->text + complaint->length;
	size_t i;

	for (i = 0; i < sizeof(rejection_patterns) / sizeof(rejection_patterns[0]); i++)
		if (fits(complaint->text, end, rejection_patterns[i].pattern))
			return rejection_patterns[i].hint;
	return NULL;
}

RAWBPF__PRIVATE int rawbpf__hint_is_of_encoding(const char *hint)
{
	static const char complaint[] = "unknown opcode";

	return hint && hint == rawbpf__hint_find(&(struct rawbpf_log_part){ complaint,
								       sizeof(complaint) - 1 });
}

/* ------------------------------------------------------------- what registers hold */

static void forget(struct rawbpf_rejection *r, unsigned registers)
{
	int i;

	for (i = 0; i < 11; i++)
		if (registers >> i & 1)
			r->states[i] = (struct rawbpf_log_part){ NULL, 0 };
}

/* Read "R2_w=" at `at`. Store the register and return the place behind it, or return NULL. */
static const char *state_begin(const char *at, const char *end, unsigned *reg)
{
	if (at == end || *at != 'R')
		return NULL;
	at = log_number(at + 1, end, reg);
	if (!at || *reg > 10)
		return NULL;
	if (at < end && *at == '_')
		for (at++; at < end && rawbpf__is_letter(*at); at++)
			;
	return at < end && *at == '=' ? at + 1 : NULL;
}

/*
 * Return the end of a state. Blanks inside brackets belong to it: "scalar(umax=255,var_off=(0x0;
 * 0xff))".
 */
static const char *state_end(const char *at, const char *end)
{
	int depth = 0;

	for (; at < end && (depth || *at != ' '); at++)
		depth += (*at == '(') - (*at == ')');
	return at;
}

static void learn(struct rawbpf_rejection *r, const char *at, const char *end)
{
	char before = ' ';

	while (at < end) {
		unsigned reg;
		const char *state = before == ' ' ? state_begin(at, end, &reg) : NULL;

		before = *at++;
		if (!state)
			continue;
		at = state_end(state, end);
		r->states[reg] = (struct rawbpf_log_part){ state, (size_t)(at - state) };
	}
}

/* ------------------------------------------------------------------------------ lines */

/*
 * Read "7: (db) ...", which begins a line about instruction 7. Return the place behind the
 * opcode, or NULL.
 */
static const char *instruction_line(const char *at, const char *end, unsigned *index)
{
	at = log_number(at, end, index);
	return at && end - at > 6 && at[0] == ':' && at[1] == ' ' && at[2] == '(' && at[5] == ')' ?
	       at + 6 : NULL;
}

/* Return 1 if the line begins another path or function. The states so far are not valid there. */
static int is_turn(const char *at, const char *end)
{
	return fits(at, end, "from * to *:") || fits(at, end, "caller") || fits(at, end, "callee") ||
	       fits(at, end, "returning from callee") || fits(at, end, "to caller at") ||
	       fits(at, end, "*: safe");
}

/* Return 1 for a line that complains about nothing. */
static int is_talk(const char *at, const char *end)
{
	static const char *const talk[] = {
		";", "last_idx", "regs=", "parent ", "mark_precise:", "verification time",
		"stack depth", "func#", "cur state:", "old state:", "Validating ", " ",
	};
	unsigned number;
	size_t i;

	for (i = 0; i < sizeof(talk) / sizeof(talk[0]); i++)
		if (fits(at, end, talk[i]))
			return 1;
	if (at == end || is_turn(at, end))
		return 1;
	at = log_number(at, end, &number);
	return at && (fits(at, end, ": R") || fits(at, end, ": frame"));
}

/* Return 1 if the instruction at `to` can follow the one at `from`. */
static int is_next(const struct rawbpf_rejection *r, int from, int to)
{
	const struct bpf_insn *insn = &r->insns[from];
	unsigned class = BPF_CLASS(insn->code);

	if (insn->code == (BPF_JMP | BPF_EXIT))
		return 0;
	if (to == from + 1 || (class == BPF_LD && to == from + 2))
		return 1;
	return class == BPF_JMP || class == BPF_JMP32;
}

/*
 * Go on from the instruction of `r` to `next`. The log from `at` to `end` has the states in
 * between.
 */
static void step(struct rawbpf_rejection *r, const char *at, const char *end, int next)
{
	if (r->index < 0)
		forget(r, ALL);
	else
		forget(r, is_next(r, r->index, next) ?
			  rawbpf__registers_written(&r->insns[r->index]) : ALL);
	while (at < end) {
		const char *stop = line_end(at, end);

		if (is_turn(at, stop))
			forget(r, ALL);
		learn(r, at, stop);
		at = rawbpf__line_after(at, end);
	}
	r->previous = r->index;
	r->index = next;
}

/* Follow the verifier to its last instruction. Return the place behind it in the log. */
static const char *follow(struct rawbpf_rejection *r, const char *end)
{
	const char *at = r->log, *behind = at;

	while (at < end) {
		const char *stop = line_end(at, end);
		unsigned index;
		const char *text = instruction_line(at, stop, &index);

		if (text && index < r->insn_count) {
			step(r, behind, at, (int)index);
			behind = text;
		}
		at = rawbpf__line_after(at, end);
	}
	return behind;
}

/* ------------------------------------------------------------------------- complaints */

/* Return the place where the statistics begin. Some complaints have no newline before them. */
static const char *complaints_end(const char *at, const char *end)
{
	unsigned number;

	for (; at < end; at++) {
		const char *behind = rawbpf__behind(at, end, "processed ");

		if (behind)
			behind = log_number(behind, end, &number);
		if (behind && fits(behind, end, " insn"))
			break;
	}
	return at;
}

/*
 * Return the place behind an instruction's line, or a complaint inside the line: "... goto pc-1
 * infinite loop".
 */
static const char *behind_instruction(const char *at, const char *end)
{
	for (; at < end && *at != '\n'; at++)
		if (rawbpf__behind(at, end, "infinite loop detected"))
			return at;
	return at < end ? at + 1 : end;
}

/*
 * Find the first group of lines that complain. The complaint is the one with a hint, or the first
 * one.
 */
static void find_complaint(struct rawbpf_rejection *r, const char *at, const char *end)
{
	const char *start;

	while (at < end && is_talk(at, line_end(at, end)))
		at = rawbpf__line_after(at, end);
	for (start = at; at < end && !is_talk(at, line_end(at, end)); at = rawbpf__line_after(at, end)) {
		struct rawbpf_log_part line = { at, (size_t)(line_end(at, end) - at) };
		const char *hint = r->hint ? NULL : rawbpf__hint_find(&line);

		if (hint || at == start)
			r->complaint = line;
		if (hint)
			r->hint = hint;
	}
	r->rest = (struct rawbpf_log_part){ start, (size_t)(at - start) };
}

/* Return the register that a complaint names, as "R2", or -1. */
static int register_in(const struct rawbpf_log_part *part)
{
	const char *at = part->text, *end = at + part->length;
	unsigned reg;

	for (; at < end; at++) {
		const char *behind;

		if (*at != 'R' || (at > part->text && rawbpf__is_word(at[-1])))
			continue;
		behind = log_number(at + 1, end, &reg);
		if (behind && reg <= 10 && (behind == end || !rawbpf__is_word(*behind)))
			return (int)reg;
	}
	return -1;
}

static int register_of_access(const struct bpf_insn *insn)
{
	unsigned class = BPF_CLASS(insn->code);
	int reg = class == BPF_LDX || is_load_acquire(insn) ? insn->src_reg : insn->dst_reg;

	return reg <= 10 && (class == BPF_LDX || class == BPF_ST || class == BPF_STX) ? reg : -1;
}

/* ------------------------------------------- complaints that name their instruction */

/* Return the number behind "insn " in a complaint, or -1. */
static int index_in(const struct rawbpf_log_part *part)
{
	const char *at = part->text, *end = at + part->length;
	unsigned number;

	for (; at < end; at++) {
		const char *behind = rawbpf__behind(at, end, "insn ");

		if (behind && log_number(behind, end, &number))
			return (int)number;
	}
	return -1;
}

/* Return the first instruction with the opcode that two hexadecimal digits give, or -1. */
static int index_of_opcode(const struct rawbpf_rejection *r, const char *digits)
{
	int opcode = rawbpf__hex_byte(digits);
	unsigned i;

	for (i = 0; i < r->insn_count; i++)
		if (r->insns[i].code == opcode)
			return (int)i;
	return -1;
}

/* Return the instruction that loads the map with the descriptor behind "fd ", or -1. */
static int index_of_map(const struct rawbpf_rejection *r, const char *at, const char *end)
{
	int negative = at < end && *at == '-';
	unsigned fd, i;

	if (!log_number(at + negative, end, &fd))
		return -1;
	for (i = 0; i < r->insn_count; i++)
		if (r->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) &&
		    r->insns[i].imm == (negative ? -(int)fd : (int)fd) &&
		    (r->insns[i].src_reg == BPF_PSEUDO_MAP_FD ||
		     r->insns[i].src_reg == BPF_PSEUDO_MAP_VALUE))
			return (int)i;
	return -1;
}

/* Return the first instruction that is invalid by its encoding, or -1. */
static int index_of_invalid(const struct rawbpf_rejection *r)
{
	const char *reason;
	unsigned i;

	for (i = 0; i < r->insn_count; i++) {
		if (rawbpf_insn_check(r->insns + i, r->insn_count - i, &reason) < 0)
			return (int)i;
		if (r->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW))
			i++;
	}
	return -1;
}

/*
 * Return the instruction that the complaint is about, or -1. The verifier finds some mistakes
 * before or after its walk.
 */
static int index_of_complaint(const struct rawbpf_rejection *r)
{
	const char *at = r->complaint.text, *end = at + r->complaint.length;
	int index = index_in(&r->complaint);

	if (fits(at, end, "combined stack size"))
		return -1;
	if (r->index >= 0)
		return r->index;
	if (fits(at, end, "last insn is not"))
		index = (int)r->insn_count - 1;
	else if (fits(at, end, "unknown opcode ") && end - at > 16)
		index = index_of_opcode(r, at + 15);
	else if (fits(at, end, "fd "))
		index = index_of_map(r, at + 3, end);
	else if (index < 0)
		index = index_of_invalid(r);
	return index < (int)r->insn_count ? index : -1;
}

RAWBPF__PRIVATE int rawbpf__rejection_read(struct rawbpf_rejection *r)
{
	const char *end = r->log + rawbpf__length(r->log), *behind;

	r->index = r->previous = r->reg = -1;
	r->complaint = r->rest = (struct rawbpf_log_part){ NULL, 0 };
	r->hint = NULL;
	forget(r, ALL);
	behind = follow(r, end);
	end = complaints_end(behind, end);
	find_complaint(r, r->index < 0 ? behind : behind_instruction(behind, end), end);
	if (!r->complaint.length)
		return -ENOENT;
	r->index = index_of_complaint(r);
	r->reg = register_in(&r->complaint);
	if (r->reg < 0)
		r->reg = register_in(&r->rest);
	if (r->reg < 0 && r->index >= 0)
		r->reg = register_of_access(&r->insns[r->index]);
	return 0;
}
