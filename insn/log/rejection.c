/* SPDX-License-Identifier: MIT */
/* Explain a rejected program to its author. */
#include "rejection_log.h"

#include <rawbpf/build.h>
#include <rawbpf/form.h>

#include "../base/number.h"
#include "../form/helper.h"
#include "../base/out.h"
#include "../base/string.h"

enum { OLDEST_KERNEL = 5 << 8 | 10, WHERE_COLUMN = 52, COMPLAINTS = 4 };

static void say_error(struct rawbpf__out *out, int error)
{
	switch (error) {
	case -EACCES: rawbpf__out_text(out, "EACCES"); break;
	case -EINVAL: rawbpf__out_text(out, "EINVAL"); break;
	case -EPERM: rawbpf__out_text(out, "EPERM"); break;
	case -E2BIG: rawbpf__out_text(out, "E2BIG"); break;
	case -EFAULT: rawbpf__out_text(out, "EFAULT"); break;
	case -EBADF: rawbpf__out_text(out, "EBADF"); break;
	default:
		rawbpf__out_text(out, "errno ");
		rawbpf__out_number(out, error < 0 ? -(unsigned)error : (unsigned)error);
	}
}

/* ----------------------------------------------------------------- where it comes from */

static unsigned line_at(const struct rawbpf_rejection *r, unsigned index)
{
	if (r->lines)
		return r->lines[index];
	return r->build && index < r->build->count ? r->build->slots[index].line : 0;
}

/*
 * Return the last label up to `index`. The builder keeps labels at the end of its slots, the last
 * one first.
 */
static const struct rawbpf_build_slot *label_before(const struct rawbpf_build *b, unsigned index)
{
	const struct rawbpf_build_slot *label = b->slots + b->slot_max - b->label_count;
	const struct rawbpf_build_slot *end = b->slots + b->slot_max;

	while (label < end && label->place > index)
		label++;
	return label < end ? label : NULL;
}

static int has_place(const struct rawbpf_rejection *r, unsigned index)
{
	return line_at(r, index) || (r->build && label_before(r->build, index));
}

/* Append "count.s:12", "line 12", "<loop+2>", or nothing. */
static void say_place(struct rawbpf__out *out, const struct rawbpf_rejection *r, unsigned index)
{
	const struct rawbpf_build_slot *label = r->build ? label_before(r->build, index) : NULL;
	unsigned line = line_at(r, index);

	if (line && r->file) {
		rawbpf__out_string(out, r->file);
		rawbpf__out_byte(out, ':');
		rawbpf__out_number(out, line);
	} else if (line) {
		rawbpf__out_text(out, "line ");
		rawbpf__out_number(out, line);
	}
	if (!label)
		return;
	rawbpf__out_text(out, line ? " <" : "<");
	rawbpf__out_string(out, label->label);
	if (label->place != index) {
		rawbpf__out_byte(out, '+');
		rawbpf__out_number(out, index - label->place);
	}
	rawbpf__out_byte(out, '>');
}

/* ------------------------------------------------------------------- the instruction */

static const char *target_of(const struct rawbpf_rejection *r, unsigned index)
{
	const struct bpf_insn *insn = &r->insns[index];

	return r->build && index < r->build->count && BPF_CLASS(insn->code) != BPF_LD ?
	       r->build->slots[index].reference : NULL;
}

/* Format the instruction as the log does, without its opcode: "(07) ". */
static void format_instruction(char *text, size_t size, const struct rawbpf_rejection *r,
			       unsigned index)
{
	size_t i = 0, skip;

	rawbpf_insn_format(text, size, r->insns + index, r->insn_count - index, RAWBPF_KERNEL,
			   target_of(r, index), NULL);
	skip = text[0] == '(' && text[1] && text[2] && text[3] == ')' && text[4] == ' ' ? 5 : 0;
	do
		text[i] = text[i + skip];
	while (text[i++]);
}

/*
 * Copy the source line of a jump or local call: it has the label in place of a number. Return 0
 * if the line has another statement, too, or does not fit `size` bytes.
 */
static int source_statement(char *text, size_t size, const struct rawbpf_rejection *r,
			    unsigned index)
{
	const struct bpf_insn *insn = &r->insns[index];
	unsigned class = BPF_CLASS(insn->code), line = line_at(r, index);
	const char *at = r->source;
	size_t length = 0;

	if (!at || !line || (class != BPF_JMP && class != BPF_JMP32) ||
	    insn->code == (BPF_JMP | BPF_EXIT) ||
	    (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg != BPF_PSEUDO_CALL))
		return 0;
	for (; *at && line > 1; at++)
		line -= *at == '\n';
	while (rawbpf__is_blank(*at))
		at++;
	while (at[length] && at[length] != '\n' && at[length] != '\r')
		if (at[length] == ';' || at[length] == '#' || ++length >= size)
			return 0;
	__builtin_memcpy(text, at, length);
	text[length] = 0;
	return length > 0;
}

/* Append "  7: TEXT   PLACE", and write TEXT to `text`, of 128 bytes, too. Return TEXT's column. */
static size_t say_instruction(struct rawbpf__out *out, const struct rawbpf_rejection *r,
			      unsigned index, char *text)
{
	size_t start = out->length, begin, end = start + WHERE_COLUMN;

	if (!source_statement(text, 128, r, index))
		format_instruction(text, 128, r, index);
	rawbpf__out_right(out, index, 4);
	rawbpf__out_text(out, ": ");
	begin = out->length - start;
	rawbpf__out_string(out, text);
	if (has_place(r, index)) {
		rawbpf__out_repeat(out, ' ', out->length < end ? end - out->length : 1);
		say_place(out, r, index);
	}
	rawbpf__out_byte(out, '\n');
	return begin;
}

/* Return the place in `text` where the register is a pointer, else its first place, else NULL. */
static const char *register_at(const char *text, unsigned reg)
{
	const char *found = NULL, *at;

	for (at = text; *at; at++) {
		const char *behind = at + 1;
		unsigned number;

		if ((*at != 'r' && *at != 'w') || (at > text && rawbpf__is_word(at[-1])))
			continue;
		if (!rawbpf__number_parse(&behind, NULL, &number) || number != reg ||
		    rawbpf__is_word(*behind))
			continue;
		if (at > text && at[-1] == '(')
			return at;
		if (!found)
			found = at;
	}
	return found;
}

/* Return the complaint's state of its register: "(id=0,off=12,r=12)" of "R2(id=0,off=12,r=12)". */
static struct rawbpf_log_part complaint_state(const struct rawbpf_rejection *r, unsigned reg)
{
	const char *at = r->complaint.text, *end, *stop;

	if (reg != (unsigned)r->reg || !r->complaint.length)
		return (struct rawbpf_log_part){ NULL, 0 };
	for (end = at + r->complaint.length; end - at > 3; at++) {
		const char *behind = at + 1;
		unsigned number;

		if (*at != 'R' || !rawbpf__number_parse(&behind, end, &number) || number != reg ||
		    behind == end || *behind != '(')
			continue;
		stop = rawbpf__find_byte(behind, end, ')');
		return (struct rawbpf_log_part){ behind, (size_t)(stop - behind) + (stop < end) };
	}
	return (struct rawbpf_log_part){ NULL, 0 };
}

/*
 * Append the state of a register. The complaint's state is newer: the log printed its own before
 * the last tests.
 */
static void say_state(struct rawbpf__out *out, const struct rawbpf_rejection *r, unsigned reg)
{
	struct rawbpf_log_part state = r->states[reg], better = complaint_state(r, reg);
	const char *end = state.text + state.length;

	if (better.length)
		end = rawbpf__find_byte(state.text, end, '(');
	rawbpf__out_byte(out, 'r');
	rawbpf__out_number(out, reg);
	rawbpf__out_text(out, " is ");
	rawbpf__out_line(out, state.text, (size_t)(end - state.text));
	rawbpf__out_line(out, better.text, better.length);
}

/* Mark the complaint's register in the text, and append its state. */
static void say_mark(struct rawbpf__out *out, const struct rawbpf_rejection *r, const char *text,
		     size_t column)
{
	unsigned reg = (unsigned)r->reg;
	const char *at = register_at(text, reg);

	if (!at)
		return;
	rawbpf__out_repeat(out, ' ', column + (size_t)(at - text));
	rawbpf__out_byte(out, '^');
	rawbpf__out_text(out, reg < 10 ? "~" : "~~");
	if (r->states[reg].length) {
		rawbpf__out_byte(out, ' ');
		say_state(out, r, reg);
	}
	rawbpf__out_byte(out, '\n');
}

/* Append the states of the other registers that the instruction reads. */
static void say_states(struct rawbpf__out *out, const struct rawbpf_rejection *r, const char *text)
{
	unsigned registers = rawbpf__registers_read(&r->insns[r->index]), reg;
	const char *between = "   ";

	if (r->reg >= 0 && register_at(text, (unsigned)r->reg))
		registers &= ~(1u << r->reg);
	for (reg = 0; reg < 11; reg++) {
		if (!(registers >> reg & 1) || !r->states[reg].length)
			continue;
		rawbpf__out_text(out, between);
		say_state(out, r, reg);
		between = ", ";
	}
	if (between[0] == ',')
		rawbpf__out_byte(out, '\n');
}

/* Append the kernel that the instruction needs, if the running kernel rejects it as unknown. */
static void say_kernel(struct rawbpf__out *out, const struct rawbpf_rejection *r)
{
	unsigned count = r->insn_count - (unsigned)r->index;
	int kernel = rawbpf_insn_kernel_find(r->insns + r->index, count);

	if (kernel <= OLDEST_KERNEL || !rawbpf__hint_is_of_encoding(r->hint))
		return;
	rawbpf__out_text(out, "   (this instruction needs Linux ");
	rawbpf__out_kernel(out, (unsigned)kernel);
	rawbpf__out_text(out, ")\n");
}

/*
 * Append the argument, " r1 of bpf_map_lookup_elem: struct bpf_map *map", and all of the helper.
 */
static void say_argument(struct rawbpf__out *out, const struct rawbpf_rejection *r)
{
	const struct bpf_insn *insn = &r->insns[r->index];
	struct rawbpf__helper helper;
	const char *argument;
	size_t length;

	if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg || r->reg < 1 || r->reg > 5 ||
	    rawbpf__helper_get(&helper, (uint32_t)insn->imm) < 0)
		return;
	argument = rawbpf__helper_argument(&helper, (unsigned)r->reg, &length);
	if (!argument)
		return;
	rawbpf__out_text(out, "   r");
	rawbpf__out_number(out, (unsigned)r->reg);
	rawbpf__out_text(out, " must be: ");
	rawbpf__out_bytes(out, argument, length);
	rawbpf__out_text(out, "\n   of bpf_");
	rawbpf__out_text(out, rawbpf__helper_name((uint32_t)insn->imm));
	rawbpf__out_byte(out, '(');
	rawbpf__out_text(out, helper.arguments);
	rawbpf__out_text(out, ")\n");
}

/* Append the bytes of the packet that the program tested, and those that the access needs. */
static void say_packet(struct rawbpf__out *out, const struct rawbpf_rejection *r)
{
	static const char complaint[] = "invalid access to packet";
	int off, size, range;

	if (r->complaint.length < sizeof(complaint) ||
	    !rawbpf__equal_bytes(complaint, r->complaint.text, sizeof(complaint) - 1) ||
	    !rawbpf__log_number(&r->complaint, "off=", &off) || off < 0 ||
	    !rawbpf__log_number(&r->complaint, "size=", &size) || size > 65536 || off > 65536 ||
	    !rawbpf__log_number(&r->complaint, ",r=", &range) || range < 0)
		return;
	rawbpf__out_text(out, "   bytes compared with data_end: ");
	rawbpf__out_number(out, (unsigned)range);
	rawbpf__out_text(out, ", bytes that this access needs: ");
	rawbpf__out_number(out, (unsigned)(off + size));
	rawbpf__out_byte(out, '\n');
}

/* ------------------------------------------------------------------------ how it came */

enum { CAUSES = 8 };

/*
 * Append the path that Linux 7.3 prints: "  insn 5" and, in the next lines,
 * "       | ^-- update: ..." and "       |     ...". Return the path's last instruction, or -1 if
 * the log has no path.
 */
static int say_causes(struct rawbpf__out *out, const struct rawbpf_rejection *r, const char *at)
{
	unsigned count = 0, index = 0;
	int known = 0, last = -1;
	size_t column = 0; /* the column in an unfinished line */

	for (; *at && !rawbpf__starts_with(at, "Suggestion:") && count < CAUSES;
	     at = rawbpf__line_after(at, NULL)) {
		const char *end = rawbpf__find(at, '\n'), *number = at + 7;
		char text[128];

		if (rawbpf__starts_with(at, "       | ^-- ") && known) {
			last = (int)index;
			say_instruction(out, r, index, text);
			rawbpf__out_text(out, "         ^--");
			column = rawbpf__out_wrap(out, at + 13, (size_t)(end - at - 13), 13, 12);
			known = 0;
		} else if (rawbpf__starts_with(at, "       |     ") && column) {
			column = rawbpf__out_wrap(out, at + 13, (size_t)(end - at - 13), 13, column);
		} else if (column) {
			rawbpf__out_byte(out, '\n');
			column = 0;
			count++;
		}
		if (rawbpf__starts_with(at, "  insn "))
			known = rawbpf__number_parse(&number, end, &index) && index < r->insn_count;
	}
	if (column)
		rawbpf__out_byte(out, '\n');
	return last;
}

/*
 * Append what happened before the instruction: the kernel's path, or the call that is not undone.
 * Return the last instruction that was appended, or -1.
 */
static int say_origin(struct rawbpf__out *out, const struct rawbpf_rejection *r)
{
	char text[128];
	const char *at = r->log;
	int call, last;

	/*
	 * The function uses the first such line only: it reads the log once, whatever the lines'
	 * number.
	 */
	while (*at && !rawbpf__starts_with(at, "Causal path:"))
		at = rawbpf__line_after(at, NULL);
	last = say_causes(out, r, at);
	if (last < 0 && rawbpf__log_number(&r->rest, "alloc_insn=", &call) && call >= 0 &&
	    (unsigned)call < r->insn_count) {
		say_instruction(out, r, (unsigned)call, text);
		last = call;
	}
	return last;
}

static void say_index(struct rawbpf__out *out, const struct rawbpf_rejection *r)
{
	char text[128];
	size_t column;
	int shown = say_origin(out, r);

	if (r->previous >= 0 && r->previous != r->index && r->previous != shown)
		say_instruction(out, r, (unsigned)r->previous, text);
	column = say_instruction(out, r, (unsigned)r->index, text);
	if (r->reg >= 0)
		say_mark(out, r, text, column);
	say_states(out, r, text);
	say_argument(out, r);
	say_packet(out, r);
	say_kernel(out, r);
}

/* ------------------------------------------------------------------------- all of it */

/* Append the complaint and the few lines around it. */
static void say_complaint(struct rawbpf__out *out, const struct rawbpf_rejection *r)
{
	const char *at = r->rest.text, *end = at + r->rest.length;
	int lines;

	for (lines = 0; at < end && lines < COMPLAINTS; lines++) {
		const char *stop = rawbpf__find_byte(at, end, '\n');

		rawbpf__out_text(out, "   ");
		rawbpf__out_line(out, at, (size_t)(stop - at));
		rawbpf__out_byte(out, '\n');
		at = stop + 1;
	}
}

size_t rawbpf_rejection_explain(char *text, size_t size, const struct rawbpf_rejection *rejection)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	struct rawbpf_rejection r = *rejection;
	int err = rawbpf_rejection_parse(&r);

	rawbpf__out_text(&out, "the verifier rejected the program (");
	say_error(&out, r.error);
	rawbpf__out_byte(&out, ')');
	if (r.index >= 0) {
		rawbpf__out_text(&out, " at instruction ");
		rawbpf__out_number(&out, (unsigned)r.index);
	}
	rawbpf__out_byte(&out, '\n');
	if (r.index >= 0)
		say_index(&out, &r);
	if (err == 0)
		say_complaint(&out, &r);
	if (r.hint) {
		rawbpf__out_text(&out, "   ");
		rawbpf__out_words(&out, r.hint, 3);
	}
	return out.length;
}
