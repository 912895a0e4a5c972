/* SPDX-License-Identifier: MIT */
#include "listing.h"

static int comes(const struct rawbpf__cursor *cursor, const char *at, const char *text)
{
	return rawbpf__behind(at, cursor->end, text) != NULL;
}

static int is_hex_pair(const struct rawbpf__cursor *cursor, const char *at)
{
	return cursor->end - at >= 2 && rawbpf__hex_byte(at) >= 0;
}

static const char *after_hex(const struct rawbpf__cursor *cursor, const char *at)
{
	uint64_t number;

	rawbpf__digits_parse(&at, cursor->end, 16, &number);
	return at;
}

/*
 * Return the end of a column of 8 or 16 bytes, each two digits and a blank. Return `at` without
 * one.
 */
static const char *after_bytes(const struct rawbpf__cursor *cursor, const char *at)
{
	const char *start = at;
	unsigned count = 0;

	while (count < 16 && is_hex_pair(cursor, at) &&
	       rawbpf__is_blank(rawbpf__byte(cursor, at + 2))) {
		count++;
		at += 3;
		if (at[-1] != ' ')
			break;
	}
	return count == 8 || count == 16 ? at : start;
}

/*
 * Read "0000000000000010 <name>:", with or without the number, as a label if a label can have the
 * name. Skip "0000000000000010: R_BPF_...": the assembler does no work of a linker.
 */
static enum rawbpf__line symbol_line(struct rawbpf__cursor *cursor, struct rawbpf__token *label)
{
	const char *at = after_hex(cursor, cursor->at), *name;

	if (at != cursor->at && at - cursor->at < 8)
		return RAWBPF__LINE_STATEMENT;
	if (at != cursor->at && comes(cursor, at, ":") &&
	    comes(cursor, rawbpf__after_blanks(cursor, at + 1), "R_BPF_")) {
		cursor->at = rawbpf__after_line(cursor, at);
		return RAWBPF__LINE_OTHER;
	}
	at = rawbpf__after_blanks(cursor, at);
	if (!comes(cursor, at, "<"))
		return RAWBPF__LINE_STATEMENT;
	name = cursor->at = at + 1;
	rawbpf__token_here(cursor, label);
	at = rawbpf__after_word(cursor, name);
	label->length = at - name;
	if (!comes(cursor, at, ">:"))
		return RAWBPF__LINE_STATEMENT;
	cursor->at = at + 2;
	return rawbpf__begins_name(rawbpf__byte(cursor, name)) ? RAWBPF__LINE_LABEL :
							       RAWBPF__LINE_OTHER;
}

/* Read a number as in "12:", if the line has one. */
static void read_number(struct rawbpf__listing *listing, struct rawbpf__cursor *cursor)
{
	const char *at = cursor->at;
	unsigned number;

	if (!rawbpf__number_parse(&at, cursor->end, &number) || !comes(cursor, at, ":"))
		return;
	rawbpf__token_here(cursor, &listing->number);
	listing->number.code = RAWBPF__T_NUMBER;
	listing->number.value = number;
	listing->number.length = at - cursor->at;
	cursor->at = rawbpf__after_blanks(cursor, at + 1);
}

/* Read objdump's column of bytes, if the line has one. */
static void read_bytes(struct rawbpf__listing *listing, struct rawbpf__cursor *cursor)
{
	const char *at = after_bytes(cursor, cursor->at);

	if (at != cursor->at) {
		rawbpf__token_here(cursor, &listing->bytes);
		listing->bytes.code = RAWBPF__T_NUMBER;
		listing->byte_slots = (at - cursor->at) / (8 * 3);
		listing->bytes.length = at - cursor->at - 1;
	}
	cursor->at = rawbpf__after_blanks(cursor, at);
}

/* Read an opcode as in "(07)". It selects one of the instructions that have this text. */
static void read_opcode(struct rawbpf__listing *listing, struct rawbpf__cursor *cursor)
{
	const char *at = cursor->at;

	if (!comes(cursor, at, "(") || !is_hex_pair(cursor, at + 1) || !comes(cursor, at + 3, ")"))
		return;
	rawbpf__token_here(cursor, &listing->opcode);
	listing->opcode.code = RAWBPF__T_NUMBER;
	listing->opcode.length = 4;
	listing->opcode.value = rawbpf__hex_byte(at + 1);
	cursor->at = at + 4;
}

RAWBPF__PRIVATE void rawbpf__listing_forget(struct rawbpf__listing *listing)
{
	listing->number.code = listing->opcode.code = listing->bytes.code = RAWBPF__T_END;
}

RAWBPF__PRIVATE enum rawbpf__line rawbpf__listing_read(struct rawbpf__listing *listing,
						       struct rawbpf__cursor *cursor,
						       struct rawbpf__token *label)
{
	const char *start = cursor->at;
	enum rawbpf__line line = symbol_line(cursor, label);

	if (line != RAWBPF__LINE_STATEMENT)
		return line;
	cursor->at = start;
	read_number(listing, cursor);
	if (listing->number.code &&
	    (comes(cursor, cursor->at, "frame") ||
	     (comes(cursor, cursor->at, "R") &&
	      rawbpf__is_decimal(rawbpf__byte(cursor, cursor->at + 1))))) {
		cursor->at = rawbpf__after_line(cursor, cursor->at);
		return RAWBPF__LINE_OTHER;
	}
	read_bytes(listing, cursor);
	read_opcode(listing, cursor);
	listing->has_comment = listing->number.code || listing->opcode.code;
	return RAWBPF__LINE_STATEMENT;
}

/*
 * Complain about a gap in the numbers. The log of a verifier's path leaves instructions out, or has
 * some twice. A program made of it would have jumps to wrong instructions.
 */
RAWBPF__PRIVATE void rawbpf__listing_check(struct rawbpf__listing *listing,
					   struct rawbpf_text *text, unsigned slot)
{
	const struct rawbpf__token *number = &listing->number;

	if (!number->code)
		return;
	if (listing->is_numbered && number->value != listing->base + slot)
		rawbpf__complain(text, number, "the next instruction here is number %lld, not %lld; "
				 "jumps would miss their targets", (long long)(listing->base + slot),
				 (long long)number->value);
	listing->base = number->value - slot;
	listing->is_numbered = 1;
}

/* Return 1 at "0000000000000010:  R_BPF_64_64  counts". The line may lack the number. */
static int is_relocation(const struct rawbpf__cursor *cursor, const char *at)
{
	const char *number = rawbpf__after_blanks(cursor, at);

	at = after_hex(cursor, number);
	if (at != number)
		at += comes(cursor, at, ":");
	return comes(cursor, rawbpf__after_blanks(cursor, at), "R_BPF_");
}

RAWBPF__PRIVATE int rawbpf__is_relocated(const struct rawbpf__cursor *cursor)
{
	const char *end = rawbpf__after_line(cursor, cursor->at);

	return end < cursor->end && is_relocation(cursor, end + 1);
}

RAWBPF__PRIVATE int rawbpf__is_headline(const struct rawbpf__cursor *cursor, const char *line)
{
	const char *at = line, *end = rawbpf__after_line(cursor, at);

	if (comes(cursor, at, "Disassembly of section ") && end[-1] == ':')
		return 1;
	while ((at = rawbpf__find_byte(at, end, ':')) < end)
		if (comes(cursor, rawbpf__after_blanks(cursor, ++at), "file format elf64-bpf"))
			return 1;
	return 0;
}

RAWBPF__PRIVATE int rawbpf__is_chatter(const struct rawbpf__cursor *cursor, const char *line)
{
	/* A number follows each of these words. */
	static const char beginnings[4][11] = { "processed ", "from ", "func#", "R_BPF_" };
	unsigned i;

	for (i = 0; i < 4; i++) {
		const char *number = rawbpf__behind(line, cursor->end, beginnings[i]);

		if (number && rawbpf__is_decimal(rawbpf__byte(cursor, number)))
			return 1;
	}
	return 0;
}
