/* SPDX-License-Identifier: MIT */
/*
 * What listings have around an instruction:
 *
 *	  12: (07) r2 += -4		; R2_w=fp-4		the verifier, bpftool
 *	   0:	07 01 00 00 fc ff ff ff	r1 += -0x4		objdump
 *	0000000000000010 <loop>:				objdump
 *		0000000000000000:  R_BPF_64_64	counts		objdump -r
 *	0: R1=ctx() R10=fp0					the verifier
 */
#include "parse.h"

static const unsigned char *after_blanks(const unsigned char *at)
{
	while (rawbpf__is_blank(*at))
		at++;
	return at;
}

/* Do these bytes come next? How many they are. */
static unsigned comes(const unsigned char *at, const char *text)
{
	unsigned length;

	for (length = 0; text[length]; length++)
		if (at[length] != (unsigned char)text[length])
			return 0;
	return length;
}

/* A column of 8 or 16 bytes, each two digits and a blank. Its end, or `at`. */
static const unsigned char *after_bytes(const unsigned char *at)
{
	const unsigned char *start = at;
	unsigned count = 0;

	while (count < 16 && rawbpf__is_hex(at[0]) && rawbpf__is_hex(at[1]) &&
	       rawbpf__is_blank(at[2])) {
		count++;
		at += 3;
		if (at[-1] != ' ')
			break;
	}
	return count == 8 || count == 16 ? at : start;
}

/*
 * "0000000000000010 <name>:", or without the number, is a label, if it may be one's name.
 * What the linker would do at "0000000000000010:" is not done. 0: it is no such line.
 */
static int symbol_line(struct rawbpf__parser *p)
{
	struct rawbpf__token name = { .code = RAWBPF__T_NUMBER };
	const unsigned char *at = p->at;

	while (rawbpf__is_hex(*at))
		at++;
	if (at != p->at && at - p->at < 8)
		return 0;
	if (comes(at, ":") && comes(after_blanks(at + 1), "R_BPF_")) {
		rawbpf__skip_line(p);
		return 1;
	}
	at = after_blanks(at);
	name.start = at + 1;
	if (!comes(at, "<"))
		return 0;
	at = rawbpf__word_end(name.start, p->end, &name.value);
	name.length = at - name.start;
	if (!comes(at, ">:"))
		return 0;
	p->at = at + 2;
	if (name.length && !rawbpf__is_digit(*name.start))
		rawbpf__symbol_define(p, &name, RAWBPF__LABEL, p->slot, 0);
	return 1;
}

/*
 * "12:", if it is there, and what may follow it. 0: registers follow, the line is not to be
 * assembled.
 */
static int numbered_line(struct rawbpf__parser *p)
{
	const unsigned char *at = p->at;
	uint64_t number = 0;

	for (; rawbpf__is_digit(*at) && at - p->at < 10; at++)
		number = number * 10 + *at - '0';
	if (comes(at, ":")) {
		p->number_at = p->at;
		p->number = number;
		p->from_kernel = 1;
		p->at = after_blanks(at + 1);
		if (comes(p->at, "frame") || (*p->at == 'R' && rawbpf__is_digit(p->at[1])))
			return 0;
	}
	at = after_bytes(p->at);
	if (at != p->at)
		p->bytes_at = p->at;
	p->at = after_blanks(at);
	return 1;
}

static unsigned hex_value(unsigned char digit)
{
	return (digit & 15) + (digit >> 6) * 9;
}

/*
 * objdump prints calls of the program's functions as those of helpers, and does not say which
 * 64-bit loads are maps: the bytes before them do. In the second one are both registers, in an
 * order that is the machine's.
 */
unsigned rawbpf__listing_source(const struct rawbpf__parser *p, uint64_t insn)
{
	const unsigned char *at = p->bytes_at;
	unsigned code = hex_value(at[0]) << 4 | hex_value(at[1]), dst = insn >> 8 & 15;
	unsigned high = hex_value(at[3]), low = hex_value(at[4]);

	if (code != (insn & 0xff) || insn >> 12 & 15 ||
	    (code != (BPF_JMP | BPF_CALL) && code != (BPF_LD | BPF_IMM | BPF_DW)))
		return 0;
	return low == dst ? high : high == dst ? low : 0;
}

/* "(07)": which of the instructions with this text it is. */
static void opcode(struct rawbpf__parser *p)
{
	const unsigned char *at = p->at;

	if (at[0] != '(' || !rawbpf__is_hex(at[1]) || !rawbpf__is_hex(at[2]) ||
	    at[3] != ')')
		return;
	p->opcode = RAWBPF__OPCODE | hex_value(at[1]) << 4 | hex_value(at[2]);
	p->opcode_at = at;
	p->from_kernel = 1;
	p->at = at + 4;
}

RAWBPF__PRIVATE int rawbpf__listing(struct rawbpf__parser *p)
{
	if (*p->at != '(') {
		if (symbol_line(p))
			return 0;
		if (!numbered_line(p)) {
			rawbpf__skip_line(p);
			return 0;
		}
	}
	opcode(p);
	return 1;
}

/*
 * A listing that leaves instructions out, or has some twice, as a log has that follows the
 * verifier, would make a program whose jumps go astray.
 */
RAWBPF__PRIVATE void rawbpf__listing_number(struct rawbpf__parser *p)
{
	struct rawbpf__token number = { .start = p->number_at };
	uint64_t key;

	if (!p->numbers_known)
		p->number_base = p->number - p->slot;
	p->numbers_known = 1;
	if (p->number == p->number_base + p->slot)
		return;
	number.length = rawbpf__word_end(p->number_at, p->end, &key) - p->number_at;
	rawbpf__complain(p, &number, "the next instruction here is number %d, not %d; "
			 "jumps would go astray", (int64_t)(p->number_base + p->slot),
			 (int64_t)p->number);
	p->number_base = p->number - p->slot;
}

RAWBPF__PRIVATE int rawbpf__is_chatter(const struct rawbpf__parser *p)
{
	/* Each has a number behind it. */
	static const char beginnings[4][11] = { "processed ", "from ", "func#", "R_BPF_" };
	unsigned i, length;

	for (i = 0; i < 4; i++) {
		length = comes(p->tokens->start, beginnings[i]);
		if (length && rawbpf__is_digit(p->tokens->start[length]))
			return 1;
	}
	return 0;
}
