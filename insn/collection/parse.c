/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

/* Line numbers must leave room for RAWBPF_LINE_STD. */
#define LINES_MOST (RAWBPF_LINE_STD - 1)

/* Columns and lengths of tokens must fit 32 bits. */
#define LENGTH_MOST ((1u << 28) - 1)

/* ------------------------------------------------------------------------- lines */

/* Read a line of the text: of a macro's definition, or another one. */
static void collection_line(struct rawbpf__collector *c)
{
	if (c->block == RAWBPF__BLOCK_MACRO)
		rawbpf__macro_body(c);
	else
		rawbpf__line(c);
	rawbpf__errors_hand(c);
}

/* Does the line have a NUL? Then complain: names and strings end there. */
static int collection_has_nul(struct rawbpf__collector *c)
{
	struct rawbpf__cursor *cursor = &c->parser.cursor;
	struct rawbpf__token token;

	cursor->at = rawbpf__find_byte(cursor->line_start, cursor->end, '\0');
	if (cursor->at == cursor->end) {
		cursor->at = cursor->line_start;
		return 0;
	}
	rawbpf__token_here(cursor, &token);
	rawbpf__complain(&c->text, &token, "a byte that is 0; a text has none");
	rawbpf__errors_hand(c);
	return 1;
}

static void collection_too_long(struct rawbpf__collector *c)
{
	struct rawbpf__token token;

	rawbpf__token_here(&c->parser.cursor, &token);
	rawbpf__complain(&c->text, &token, "a file has at most %lld lines", (long long)LINES_MOST);
	rawbpf__errors_hand(c);
	c->failed = -E2BIG;
}

/* Read all lines from `at` to `end`. The first one has this number. */
static void collection_lines(struct rawbpf__collector *c, const char *at, const char *end, unsigned line)
{
	const char *line_end;

	for (; at < end && !c->failed; at = line_end + 1, line++) {
		line_end = rawbpf__find_byte(at, end, '\n');
		c->parser.cursor = (struct rawbpf__cursor){ .at = at, .end = line_end,
							    .line_start = at, .line = line };
		if (line > LINES_MOST)
			collection_too_long(c);
		else if (!collection_has_nul(c))
			collection_line(c);
	}
}

static void collection_text(struct rawbpf__collector *c, const char *text, size_t length, int is_std)
{
	c->is_std = is_std;
	collection_lines(c, text, text + length, 1);
	if (c->block == RAWBPF__BLOCK_MACRO)
		rawbpf__complain(&c->text, &c->macro_name, "this macro has no .endm");
	rawbpf__prog_end(c);
	rawbpf__errors_hand(c);
	c->block = RAWBPF__BLOCK_NONE;
	c->section = RAWBPF__SECTION_CODE;
}

/* Read the structs of the prelude that the text uses and does not define. */
static void collection_std_structs(struct rawbpf__collector *c)
{
	const struct rawbpf__macro *macro;
	unsigned i;

	for (i = 0; i < RAWBPF__ROWS(c, macro); i++) {
		macro = RAWBPF__ROW(c, macro, struct rawbpf__macro, i);
		if (!macro->is_used || rawbpf__name_of(c, macro->name, RAWBPF__A_STRUCT))
			continue;
		c->is_std = 1;
		rawbpf__struct_begin(c, macro->name, RAWBPF_LINE_STD + macro->line - 1);
		c->block = RAWBPF__BLOCK_STRUCT;
		collection_lines(c, macro->start, macro->end, macro->line);
		c->block = RAWBPF__BLOCK_NONE;
	}
}

/* --------------------------------------------------------------------- the text */

/* Return the text's first comment as a string, but not "#!" or a line about the license. */
static uint16_t collection_summary(struct rawbpf__collector *c, const char *at, const char *end)
{
	const char *line_end, *start;

	for (; at < end; at = line_end + 1) {
		line_end = rawbpf__find_byte(at, end, '\n');
		if (at == line_end)
			continue;
		start = *at == '#' ? at + 1 : rawbpf__behind(at, line_end, "//");
		if (!start)
			return 0;
		while (start < line_end && rawbpf__is_blank(*start))
			start++;
		if (!rawbpf__behind(start, line_end, "!") && !rawbpf__behind(start, line_end, "SPDX"))
			return rawbpf__string(c, start, line_end - start);
	}
	return 0;
}

static int collection_begin(struct rawbpf__collector *c, struct rawbpf_collection_text *input)
{
	static const char none = '\0';

	__builtin_memset(c, 0, sizeof(*c));
	if (!rawbpf__rows_begin(c, input->memory, input->memory_size))
		return 0;
	c->input = input;
	c->text.errors = &c->error;
	c->text.warnings = &c->warning;
	c->parser.text = &c->text;
	c->parser.later = &c->later;
	c->parser.symbols = (struct rawbpf__symbols){ .all = &c->symbol,
						      .end = (const char *)&c->symbol };
	rawbpf__rows_add(c, RAWBPF__TABLE_string, &none);
	rawbpf__expr_begin(c);
	rawbpf__step_begin(c);
	rawbpf__errors_hand(c);
	return 1;
}

int rawbpf_collection_parse(struct rawbpf_collection *collection,
			    struct rawbpf_collection_text *text)
{
	struct rawbpf__collector c;
	const char *std = text->std;
	size_t std_length = text->std_length;
	uint16_t summary;

	*collection = (struct rawbpf_collection){ .strings = NULL };
	text->error_count = text->warning_count = 0;
	if (!std)
		std = rawbpf_collection_std_get(&std_length);
	if (text->length > LENGTH_MOST || std_length > LENGTH_MOST)
		return -E2BIG;
	if (!collection_begin(&c, text))
		return -ENOSPC;
	collection_text(&c, std, std_length, 1);
	summary = collection_summary(&c, text->text, text->text + text->length);
	collection_text(&c, text->text, text->length, 0);
	collection_std_structs(&c);
	rawbpf__sections_end(&c);
	if (!c.license)
		c.license = rawbpf__string(&c, "GPL", 3);
	rawbpf__errors_hand(&c);
	if (c.failed)
		return c.failed;
	rawbpf__rows_end(&c, collection);
	collection->std = std;
	collection->std_length = std_length;
	collection->license = c.license;
	collection->summary = summary;
	return text->error_count ? -EINVAL : 0;
}

int rawbpf_collection_has(const char *text, size_t length)
{
	const char *at = text, *end = text + length, *line_end, *behind;

	for (; at < end; at = line_end + 1) {
		line_end = rawbpf__find_byte(at, end, '\n');
		while (at < line_end && rawbpf__is_blank(*at))
			at++;
		behind = rawbpf__behind(at, line_end, ".prog");
		if (behind && (behind == line_end || rawbpf__is_blank(*behind)))
			return 1;
	}
	return 0;
}

/*
 * Names and tables take at most about 40 bytes for each byte of a usual text. Macros of the
 * prelude take most: a line makes up to 40 slots, with their steps.
 */
size_t rawbpf_collection_memory_size(size_t length)
{
	return 98304 + 64 * length;
}
