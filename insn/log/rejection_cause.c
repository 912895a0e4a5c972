/* SPDX-License-Identifier: MIT */
/* Some complaints have the same words but several causes. These functions find the cause. */
#include "rejection_log.h"
#include "../base/character.h"
#include "../base/number.h"
#include "../base/string.h"

#include <rawbpf/insn.h>

static const char *cause_hint(const char *complaint)
{
	return rawbpf__hint_find(&(struct rawbpf_log_part){ complaint, rawbpf__length(complaint) });
}

/* Return the place behind `word` in the text, or NULL if the text lacks it. */
static const char *cause_behind(const struct rawbpf_log_part *part, const char *word)
{
	size_t length = rawbpf__length(word);

	for (size_t i = 0; i + length <= part->length; i++)
		if (rawbpf__equal_bytes(word, part->text + i, length))
			return part->text + i + length;
	return NULL;
}

RAWBPF__PRIVATE int rawbpf__log_number(const struct rawbpf_log_part *part, const char *word,
				       int *number)
{
	const char *at = cause_behind(part, word), *end = part->text + part->length;
	unsigned magnitude;
	int negative;

	if (!at)
		return 0;
	negative = at < end && *at == '-';
	at += negative;
	if (!rawbpf__number_parse(&at, end, &magnitude) || magnitude > 0x7fffffff)
		return 0;
	*number = negative ? -(int)magnitude : (int)magnitude;
	return 1;
}

/*
 * Return 1 for "invalid read from stack R10 off=-8 size=8": the stack has these bytes, but the
 * program never wrote them.
 */
static int cause_is_unwritten(const struct rawbpf_rejection *r)
{
	int off, size;

	return cause_behind(&r->complaint, "read") &&
	       rawbpf__log_number(&r->complaint, "off=", &off) &&
	       rawbpf__log_number(&r->complaint, "size=", &size) &&
	       off >= -512 && off < 0 && size <= -off;
}

/* Return 1 for a jump that compares the register with 0. */
static int cause_tests(const struct bpf_insn *insn, unsigned operation, int reg)
{
	return insn->code == (BPF_JMP | operation | BPF_K) && insn->dst_reg == reg && !insn->imm;
}

/* Return 1 if the program put a number into the register before instruction `index`. */
static int cause_is_number(const struct rawbpf_rejection *r, int index)
{
	while (index-- > 0) {
		const struct bpf_insn *insn = &r->insns[index];

		if (rawbpf__registers_written(insn) >> r->reg & 1)
			return insn->code == (BPF_ALU64 | BPF_MOV | BPF_K) ||
			       insn->code == (BPF_ALU | BPF_MOV | BPF_K);
	}
	return 0;
}

/*
 * Return 1 if a test for NULL sent NULL to this instruction. Then a jump on != stands before the
 * instruction, or a jump on == leads to it. No instruction in between writes the register.
 */
static int cause_is_null(const struct rawbpf_rejection *r)
{
	if (r->index < 0 || r->reg < 0)
		return 0;
	if (r->previous >= 0 && cause_tests(&r->insns[r->previous], BPF_JEQ, r->reg))
		return r->insns[r->previous].off &&
		       r->index == r->previous + 1 + r->insns[r->previous].off;
	for (int i = r->index - 1; i >= 0; i--) {
		const struct bpf_insn *insn = &r->insns[i];

		if (cause_tests(insn, BPF_JNE, r->reg))
			return insn->off > 0 && !cause_is_number(r, i);
		if (rawbpf__registers_written(insn) >> r->reg & 1 ||
		    BPF_CLASS(insn->code) == BPF_JMP || BPF_CLASS(insn->code) == BPF_JMP32)
			return 0;
	}
	return 0;
}

/*
 * Return 1 if a call ended the pointer in the register. Registers 6 to 9 survive calls. The
 * complaint calls the register a number, but the log's last state of it is a pointer. So a call
 * ended the pointer, which the log does not show.
 */
static int cause_is_lost(const struct rawbpf_rejection *r)
{
	static const char *const numbers[] = { "scalar", "inv" };
	const struct rawbpf_log_part *state;

	if (r->reg < 6 || r->reg > 9 ||
	    (!cause_behind(&r->complaint, "'scalar'") && !cause_behind(&r->complaint, "'inv'")))
		return 0;
	state = &r->states[r->reg];
	for (unsigned i = 0; i < 2; i++)
		if (state->length >= rawbpf__length(numbers[i]) &&
		    rawbpf__starts_with(state->text, numbers[i]))
			return 0;
	return state->length && rawbpf__is_lower(*state->text);
}

/*
 * Return 1 if the log's last state of the register is a number below 64 KB, positive or negative.
 * Neither the kernel nor a process has memory there. Kernels before 5.18 write inv20 or invP20.
 */
static int cause_is_small(const struct rawbpf_rejection *r)
{
	const char *at, *end;
	unsigned number;

	if (r->reg < 0 || !r->states[r->reg].length)
		return 0;
	at = r->states[r->reg].text;
	end = at + r->states[r->reg].length;
	if (end - at > 3 && rawbpf__starts_with(at, "inv"))
		at += 3;
	at += at < end && *at == 'P';
	at += at < end && *at == '-';
	return rawbpf__number_parse(&at, end, &number) && at == end && number < 65536;
}

static const char *cause_refine(const struct rawbpf_rejection *r)
{
	if (!r->hint)
		return NULL;
	if (r->hint == cause_hint("R0 !read_ok") &&
	    (r->index < 0 || r->insns[r->index].code != (BPF_JMP | BPF_EXIT)))
		return cause_hint("R1 !read_ok");
	if (r->hint == cause_hint("invalid stack") && cause_is_unwritten(r))
		return cause_hint("invalid read from stack off -8+0 size 8");
	if (r->hint == cause_hint("R1 invalid mem access '") && cause_is_null(r))
		return cause_hint("R* is NULL");
	if (r->hint == cause_hint("R1 invalid mem access '") && cause_is_lost(r))
		return cause_hint("R* is lost");
	if (r->hint == cause_hint("R1 invalid mem access '") && cause_is_small(r))
		return cause_hint("R* is a number");
	return r->hint;
}

int rawbpf_rejection_parse(struct rawbpf_rejection *r)
{
	int err = rawbpf__rejection_read(r);

	r->hint = cause_refine(r);
	if (r->hint && r->hint == cause_hint("R* is lost"))
		r->states[r->reg] = (struct rawbpf_log_part){ NULL, 0 };
	return err;
}
