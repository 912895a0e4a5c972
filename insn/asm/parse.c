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

/* No instruction: of another opcode than the line says, a line of the verifier's, or an error. */
static void parse_mismatch(struct rawbpf__parser *p, const char *line)
{
	const struct rawbpf__token *opcode = &p->listing.opcode;
	struct rawbpf__pattern pattern;

	if (opcode->code && rawbpf__match(&pattern, &p->statement, -1))
		rawbpf__complain(p->text, opcode, "this instruction's opcode is %02x, not %02x",
				 (unsigned)pattern.form->code, (unsigned)opcode->value);
	else if (line && rawbpf__is_chatter(&p->cursor, line))
		p->cursor.at = rawbpf__after_line(&p->cursor, p->cursor.at);
	else
		rawbpf__mismatch(p);
}

/* The opcode that the line tells before its text; -1: none. */
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

/* One statement, but not what ends it. */
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
	rawbpf__statement_read(&p->statement, &p->cursor, &p->symbols);
	if (first->code == RAWBPF__T_DIRECTIVE && !p->statement.is_label) {
		rawbpf__directive(p);
	} else if (p->skips_section) {
		return;
	} else if (!p->statement.count) {
		if (p->listing.bytes.code)
			rawbpf__complain(p->text, &p->listing.bytes, RAWBPF__ARE_BYTES);
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
			/* It can separate nothing: the kernel's comment, or a line of C. */
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

/* Lines, columns and slots are counted in 32 bits, and bits of names. */
#define LENGTH_MAX ((1u << 28) - 1)

/*
 * The scratch has what names take. Most for its length takes "abc:", a symbol; there are no more
 * than 3600 names of one or two characters, which take less text.
 */
size_t rawbpf_text_scratch_size(size_t length)
{
	size_t symbols = length / 4 + 3600;

	if (symbols > length / 2 + 1)
		symbols = length / 2 + 1;
	return symbols * sizeof(struct rawbpf__symbol) + sizeof(struct rawbpf__reference) + 32;
}

/* Numbers of 8 bytes are aligned to them. */
static uintptr_t parse_align(uintptr_t address)
{
	return (address + 7) & ~(uintptr_t)7;
}

/* Lay out the scratch. 0: it is too small. */
static int parse_begin(struct rawbpf__parser *p, struct rawbpf_text *text)
{
	uintptr_t symbols = parse_align((uintptr_t)text->scratch);
	uintptr_t end = ((uintptr_t)text->scratch + text->scratch_size) & ~(uintptr_t)7;
	int has_newline = text->length && text->text[text->length - 1] == '\n';

	if (!text->scratch || end < symbols)
		return 0;
	p->text = text;
	p->cursor = (struct rawbpf__cursor){ .at = text->text,
					     .line_start = text->text, .line = 1,
					     .end = text->text + text->length - has_newline };
	p->listing = (struct rawbpf__listing){ .is_numbered = 0 };
	p->symbols = (struct rawbpf__symbols){ .all = (struct rawbpf__symbol *)symbols,
					       .end = (const char *)end };
	p->references = (struct rawbpf__reference *)end;
	p->reference_count = p->slot = 0;
	p->data.count = p->skips_section = 0;
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
