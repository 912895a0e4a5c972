/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

RAWBPF__PRIVATE void rawbpf__test_directive(struct rawbpf__collector *c)
{
	struct rawbpf_table_test test = { .first = RAWBPF__ROWS(c, test_line),
					  .line = rawbpf__user_line(c) };
	unsigned prog;

	c->block = RAWBPF__BLOCK_TEST;
	if (rawbpf__take_string(c, "the test's name in quotes", &test.name)) {
		prog = rawbpf__take_known(c, RAWBPF__A_PROG);
		test.prog = prog ? prog - 1 : 0;
		if (prog)
			rawbpf__take_end(c);
	}
	rawbpf__rows_add(c, RAWBPF__TABLE_test, &test);
}

/* Require pairs of hexadecimal digits, and "*N" for N zeros. Return the first wrong place. */
static const char *packet_wrong(const char *at, const char *end)
{
	const char *word;

	while (at < end) {
		word = at;
		if (rawbpf__is_blank(*at)) {
			at++;
			continue;
		}
		if (*at == '*' && end - at > 1 && rawbpf__is_decimal(at[1])) {
			for (at++; at < end && rawbpf__is_decimal(*at);)
				at++;
			continue;
		}
		while (at < end && rawbpf__hex_digit(*at) >= 0)
			at++;
		if (at == word || (at - word) % 2 || (at < end && !rawbpf__is_blank(*at)))
			return word;
	}
	return NULL;
}

/* Take the rest of the line as a string. */
static void test_text(struct rawbpf__collector *c, struct rawbpf_table_test_line *line)
{
	const char *start = c->token.start, *end = rawbpf__code_end(start, c->parser.cursor.end);
	const char *wrong;

	while (end > start && rawbpf__is_blank(end[-1]))
		end--;
	wrong = line->kind == RAWBPF_TEST_PACKET ? packet_wrong(start, end) : NULL;
	if (start == end) {
		rawbpf__take_wrong(c, "values");
	} else if (wrong) {
		c->token.column += wrong - start;
		c->token.start = wrong;
		c->token.length = 1;
		rawbpf__complain(&c->text, &c->token, "expected pairs of hexadecimal digits, or *N "
				 "for N zeros");
	}
	line->text = rawbpf__string(c, start, end - start);
}

/* Take NAME = VALUE if the line has a '='. Return 0 if it has none. */
static int test_name(struct rawbpf__collector *c, struct rawbpf_table_test_line *line)
{
	const char *start = c->token.start, *end = rawbpf__code_end(start, c->parser.cursor.end);
	const char *equal = start, *name_end;

	while (equal < end && *equal != '=')
		equal++;
	if (line->kind != RAWBPF_TEST_CONTEXT || equal == end)
		return 0;
	for (name_end = equal; name_end > start && rawbpf__is_blank(name_end[-1]);)
		name_end--;
	if (!rawbpf__token_is_name(&c->token)) {
		rawbpf__take_wrong(c, "the name of a field or argument");
		return 1;
	}
	while (c->token.code != RAWBPF__T_END && c->token.start < equal)
		rawbpf__take(c);
	if (!rawbpf__take_char(c, '=')) {
		rawbpf__take_wrong(c, "NAME = VALUE");
		return 1;
	}
	line->text = rawbpf__string(c, start, name_end - start);
	line->expr = rawbpf__take_expr(c);
	if (line->expr)
		rawbpf__take_end(c);
	return 1;
}

/* Take MAP[KEY] = VALUE. */
static void test_map(struct rawbpf__collector *c, struct rawbpf_table_test_line *line)
{
	uint16_t element = rawbpf__take_expect(c), value;
	unsigned op = element ? RAWBPF__ROW(c, expr, struct rawbpf_expr, element)->op : 0;

	if (!element)
		return;
	if ((op != RAWBPF_EXPR_ELEMENT && op != RAWBPF_EXPR_FIELD) ||
	    !rawbpf__take_char(c, '=')) {
		rawbpf__take_wrong(c, "MAP[KEY] = VALUE");
		return;
	}
	value = rawbpf__take_expr(c);
	if (value && rawbpf__take_end(c))
		line->expr = rawbpf__expr_add(c, RAWBPF_EXPR_EQUAL, element, value);
}

static const struct test_word {
	char word[8];
	uint8_t kind;
} test_words[] = {
	{ "packet", RAWBPF_TEST_PACKET }, { "context", RAWBPF_TEST_CONTEXT },
	{ "map", RAWBPF_TEST_MAP },	  { "helper", RAWBPF_TEST_HELPER },
	{ "expect", RAWBPF_TEST_EXPECT },
};

RAWBPF__PRIVATE void rawbpf__test_line(struct rawbpf__collector *c)
{
	struct rawbpf_table_test_line line = { .line = rawbpf__user_line(c) };
	unsigned i, n = sizeof(test_words) / sizeof(test_words[0]);

	for (i = 0; i < n && !rawbpf__token_is(&c->token, test_words[i].word);)
		i++;
	if (i == n) {
		rawbpf__take_wrong(c, "packet, context, map, helper or expect");
		return;
	}
	rawbpf__take(c);
	line.kind = test_words[i].kind;
	switch (line.kind) {
	case RAWBPF_TEST_EXPECT:
		line.expr = rawbpf__take_expect(c);
		if (line.expr)
			rawbpf__take_end(c);
		break;
	case RAWBPF_TEST_MAP:
		test_map(c, &line);
		break;
	default:
		if (!test_name(c, &line))
			test_text(c, &line);
	}
	rawbpf__rows_add(c, RAWBPF__TABLE_test_line, &line);
	RAWBPF__ROW(c, test, struct rawbpf_table_test, RAWBPF__ROWS(c, test) - 1)->count++;
}
