/* SPDX-License-Identifier: MIT */
#include "parser.h"

/* ------------------------------------------------------------------- statements */

static void parse_label(struct rawbpf__parser *p)
{
	const struct rawbpf__token *name = &p->statement.tokens[0];

	if (name->code == RAWBPF__T_NAME || name->code == RAWBPF__T_DIRECTIVE ||
	    name->code >= RAWBPF__T_WORD)
		rawbpf__define(p, name, RAWBPF__LABEL, p->slot);
	else
		rawbpf__complain(p->text, name, "'%.*s' cannot be a label", RAWBPF__TEXT(name));
}

/* Skip a line before the listing of a section. Its numbers begin at 0 again. */
static int skip_headline(struct rawbpf__parser *p, const char *line)
{
	if (!rawbpf__is_headline(&p->cursor, line))
		return 0;
	p->listing.is_numbered = 0;
	p->cursor.at = rawbpf__after_line(&p->cursor, line);
	return 1;
}

/*
 * Handle a statement that is no instruction. Complain if its opcode is not the one that the line
 * gives. Skip a line of the verifier. Complain about any other statement.
 */
static void parse_mismatch(struct rawbpf__parser *p, const char *line)
{
	const struct rawbpf__token *opcode = &p->listing.opcode;
	struct rawbpf__pattern pattern;

	if (opcode->code && rawbpf__match(&pattern, &p->statement, -1))
		rawbpf__complain(p->text, opcode, "this instruction's opcode is %02x, not %02x",
				 (unsigned)pattern.form->code, (unsigned)opcode->value);
	else if (line && skip_headline(p, line))
		return;
	else if (line && rawbpf__is_chatter(&p->cursor, line))
		p->cursor.at = rawbpf__after_line(&p->cursor, p->cursor.at);
	else
		rawbpf__mismatch(p);
}

/* Return the opcode that the line gives before its text, or -1 without one. */
static int told_opcode(const struct rawbpf__listing *listing)
{
	if (listing->opcode.code)
		return listing->opcode.value;
	return listing->bytes.code ? rawbpf__hex_byte(listing->bytes.start) : -1;
}

static void parse_statement_insn(struct rawbpf__parser *p, const char *line)
{
	struct rawbpf__pattern pattern;
	int matches = rawbpf__match(&pattern, &p->statement, told_opcode(&p->listing));

	rawbpf__listing_check(&p->listing, p->text, p->slot);
	if (!matches && p->listing.bytes.code)
		matches = rawbpf__match(&pattern, &p->statement, -1);
	if (matches)
		rawbpf__instruction(p, &pattern);
	else if (!rawbpf__bytes_alone(p))
		parse_mismatch(p, line);
}

/* Parse one statement, but not the newline or ';' behind it. */
static void parse_statement(struct rawbpf__parser *p, int begins_line)
{
	const struct rawbpf__token *first = p->statement.tokens;
	struct rawbpf__token label;

	rawbpf__listing_forget(&p->listing);
	if (begins_line) {
		switch (rawbpf__listing_read(&p->listing, &p->cursor, &label)) {
		case RAWBPF__LINE_LABEL:
			rawbpf__data_end(p);
			rawbpf__define(p, &label, RAWBPF__LABEL, p->slot);
			return;
		case RAWBPF__LINE_OTHER:
			return;
		case RAWBPF__LINE_STATEMENT:
			break;
		}
	}
	rawbpf__statement_read(&p->statement, &p->cursor, &p->symbols, p->later);
	if (first->code == RAWBPF__T_DIRECTIVE && !p->statement.is_label) {
		rawbpf__directive(p);
	} else if (p->skips_section) {
		if (p->statement.is_label)
			rawbpf__define(p, first, RAWBPF__A_SKIPPED, 0);
	} else if (!p->statement.count) {
		if (p->listing.bytes.code)
			rawbpf__complain(p->text, &p->listing.bytes, RAWBPF__ARE_BYTES);
	} else if (p->statement.is_label && begins_line && skip_headline(p, first->start)) {
		return;
	} else if (p->statement.is_label) {
		rawbpf__data_end(p);
		parse_label(p);
	} else {
		rawbpf__data_end(p);
		parse_statement_insn(p, begins_line ? first->start : NULL);
	}
}

static void parse_all(struct rawbpf__parser *p)
{
	struct rawbpf__cursor *cursor = &p->cursor;
	int begins_line = 1;

	while (cursor->at < cursor->end) {
		unsigned char c = *cursor->at;

		if (c == '\n') {
			rawbpf__next_line(cursor);
			begins_line = 1;
			p->listing.has_comment = 0;
			cursor->at++;
		} else if (c == ';' && (begins_line || p->listing.has_comment)) {
			/*
			 * This ';' separates nothing: it begins a comment of the kernel or a line
			 * of C.
			 */
			cursor->at = rawbpf__after_line(cursor, cursor->at);
		} else if (c == ';' || rawbpf__is_blank(c)) {
			cursor->at++;
		} else {
			parse_statement(p, begins_line);
			begins_line = 0;
		}
	}
}

/* --------------------------------------------------------------------- the text */

/* Lines, columns, slots and the bits of a name must fit 32 bits. */
#define LENGTH_MAX ((1u << 28) - 1)

/*
 * The scratch holds the symbols of names. For its length, "abc:" takes most: 4 bytes make one
 * symbol. Names of one or two characters need less text, but no more than 3600 of them exist.
 */
size_t rawbpf_text_scratch_size(size_t length)
{
	size_t symbols = length / 4 + 3600;

	if (symbols > length / 2 + 1)
		symbols = length / 2 + 1;
	return symbols * sizeof(struct rawbpf__symbol) + sizeof(struct rawbpf__reference) + 32;
}

/* Align an address to 8 bytes, as numbers of 8 bytes need. */
static uintptr_t parse_align(uintptr_t address)
{
	return (address + 7) & ~(uintptr_t)7;
}

/* Lay out the scratch. Return 0 if it is too small. */
static int parse_begin(struct rawbpf__parser *p, struct rawbpf_text *text)
{
	uintptr_t symbols = parse_align((uintptr_t)text->scratch);
	uintptr_t end = ((uintptr_t)text->scratch + text->scratch_size) & ~(uintptr_t)7;
	int has_newline = text->length && text->text[text->length - 1] == '\n';

	if (!text->scratch || end < symbols)
		return 0;
	p->text = text;
	p->later = NULL;
	p->cursor = (struct rawbpf__cursor){ .at = text->text,
					     .line_start = text->text, .line = 1,
					     .end = text->text + text->length - has_newline };
	p->listing = (struct rawbpf__listing){ .is_numbered = 0 };
	p->symbols = (struct rawbpf__symbols){ .all = (struct rawbpf__symbol *)symbols,
					       .end = (const char *)end };
	p->references = (struct rawbpf__reference *)end;
	p->reference_count = p->slot = 0;
	p->data.count = p->sections = p->skips_section = 0;
	return 1;
}

int rawbpf_text_parse(struct rawbpf_text *text)
{
	struct rawbpf__parser p;

	text->count = text->map_count = text->error_count = text->warning_count = 0;
	if (text->length > LENGTH_MAX)
		return -E2BIG;
	if (!parse_begin(&p, text))
		return -ENOSPC;
	parse_all(&p);
	rawbpf__data_end(&p);
	if (!p.symbols.is_full)
		rawbpf__references_end(&p);
	text->count = p.slot;
	if (p.symbols.is_full)
		return -ENOSPC;
	if (text->error_count)
		return -EINVAL;
	return p.slot > text->max || text->map_count > text->map_max ? -ENOSPC : (int)p.slot;
}
