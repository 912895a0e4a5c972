/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

enum {
	LINE_PROG = 1,		/* it stands in a program */
	LINE_MACRO = 2,		/* it may stand in a macro */
	LINE_ENDS = 4		/* it ends the program before it */
};

static void line_struct(struct rawbpf__collector *c)
{
	if (c->is_std)
		rawbpf__std_struct_directive(c);
	else
		rawbpf__struct_directive(c);
}

static const struct line_directive {
	char name[9];
	uint8_t flags;
	void (*act)(struct rawbpf__collector *c);
} line_directives[] = {
	{ ".struct", LINE_ENDS, line_struct },
	{ ".map", LINE_ENDS, rawbpf__map_directive },
	{ ".ring", LINE_ENDS, rawbpf__ring_directive },
	{ ".show", LINE_ENDS, rawbpf__show_directive },
	{ ".param", LINE_ENDS, rawbpf__param_directive },
	{ ".license", LINE_ENDS, rawbpf__license_directive },
	{ ".macro", LINE_ENDS, rawbpf__macro_directive },
	{ ".test", LINE_ENDS, rawbpf__test_directive },
	{ ".prog", LINE_ENDS, rawbpf__prog_directive },
	{ ".set", 0, rawbpf__set_directive },
	{ ".equ", 0, rawbpf__set_directive },
	{ ".at", LINE_PROG, rawbpf__at_directive },
	{ ".or", LINE_PROG, rawbpf__or_directive },
	{ ".local", LINE_PROG | LINE_MACRO, rawbpf__local_directive },
	{ ".if", LINE_PROG | LINE_MACRO, rawbpf__if_directive },
	{ ".else", LINE_PROG | LINE_MACRO, rawbpf__else_directive },
	{ ".endif", LINE_PROG | LINE_MACRO, rawbpf__endif_directive },
};

static const struct line_directive *directive_find(const struct rawbpf__token *token)
{
	unsigned i;

	for (i = 0; i < sizeof(line_directives) / sizeof(line_directives[0]); i++)
		if (rawbpf__token_is(token, line_directives[i].name))
			return &line_directives[i];
	return NULL;
}

/* Complain about a word that is no directive of collections, outside of a program. */
static void complain_directive(struct rawbpf__collector *c)
{
	struct rawbpf__guess guess = { .name = c->directive.start, .length = c->directive.length };
	unsigned i;

	if (rawbpf__token_is(&c->directive, ".endm")) {
		rawbpf__complain(&c->text, &c->directive, "no .macro is open before this .endm");
		return;
	}
	for (i = 0; i < sizeof(line_directives) / sizeof(line_directives[0]); i++)
		rawbpf__guess_offer(&guess, line_directives[i].name,
				    rawbpf__length(line_directives[i].name));
	rawbpf__complain(&c->text, &c->directive, "'%.*s' is not a directive%s" RAWBPF__GUESSED,
			 RAWBPF__TEXT(&c->directive), guess.best ? "" : " that may stand here",
			 RAWBPF__GUESS(&guess));
}

/* Read a directive that begins a section. Return 0 for another one. */
static int line_section(struct rawbpf__collector *c)
{
	if (c->macro_depth || !rawbpf__take_section(c))
		return 0;
	if (c->block != RAWBPF__BLOCK_PROG)
		c->block = RAWBPF__BLOCK_NONE;
	return 1;
}

/* Read a directive. The cursor is at it. Return 0 if it is one of the assembler's, in a program. */
static int line_directive(struct rawbpf__collector *c)
{
	struct rawbpf__cursor before = c->parser.cursor;
	const struct line_directive *directive;

	rawbpf__take(c);
	c->directive = c->token;
	directive = directive_find(&c->token);
	if (!directive && line_section(c))
		return 1;
	if (c->section && (!directive || directive->act == rawbpf__local_directive)) {
		if (!rawbpf__section_data(c))
			complain_directive(c);
		return 1;
	}
	if (!directive && c->block == RAWBPF__BLOCK_PROG) {
		c->parser.cursor = before;
		return 0;
	}
	if (!directive) {
		complain_directive(c);
		return 1;
	}
	if (c->macro_depth && !(directive->flags & LINE_MACRO)) {
		rawbpf__complain(&c->text, &c->token, "%s cannot stand in a macro", directive->name);
		return 1;
	}
	if (directive->flags & LINE_PROG && c->block != RAWBPF__BLOCK_PROG) {
		rawbpf__complain(&c->text, &c->token, "%s stands in a program, behind .prog NAME",
				 directive->name);
		return 1;
	}
	if (c->block == RAWBPF__BLOCK_PROG)
		rawbpf__data_end(&c->parser);
	rawbpf__errors_hand(c);
	if (directive->flags & LINE_ENDS || c->block != RAWBPF__BLOCK_PROG) {
		rawbpf__prog_end(c);
		c->block = RAWBPF__BLOCK_NONE;
		c->section = RAWBPF__SECTION_CODE;
	}
	rawbpf__take(c);
	directive->act(c);
	return 1;
}

/* Return 1 if the word at the cursor is a label, and read it. */
static int line_label(struct rawbpf__collector *c)
{
	struct rawbpf__cursor *cursor = &c->parser.cursor;
	const char *end = rawbpf__after_word(cursor, cursor->at);
	const char *colon = rawbpf__after_blanks(cursor, end);
	struct rawbpf__token token;

	if (rawbpf__byte(cursor, colon) != ':')
		return 0;
	rawbpf__lex(cursor, RAWBPF__T_END, &token);
	cursor->at = colon + 1;
	if (c->section)
		rawbpf__section_label(c, &token);
	else if (c->block != RAWBPF__BLOCK_PROG)
		rawbpf__complain(&c->text, &token, "a label stands in a program, behind .prog NAME");
	else if (token.code == RAWBPF__T_R || token.code == RAWBPF__T_W ||
		 token.code == RAWBPF__T_BAD_REGISTER)
		rawbpf__complain(&c->text, &token, "'%.*s' cannot be a label", RAWBPF__TEXT(&token));
	else
		rawbpf__label(c, &token);
	return 1;
}

/* Return the macro that the word at the cursor names, as an index + 1, or 0. */
static unsigned line_macro(struct rawbpf__collector *c)
{
	const struct rawbpf__cursor *cursor = &c->parser.cursor;
	const char *end = rawbpf__after_word(cursor, cursor->at);

	if (end == cursor->at || end - cursor->at > 255)
		return 0;
	return rawbpf__name_of(c, rawbpf__name_get(c, cursor->at, end - cursor->at),
			       RAWBPF__A_MACRO);
}

/* Read a statement of a program: a macro's call, or code. */
static void line_statement(struct rawbpf__collector *c)
{
	unsigned macro = line_macro(c);

	c->tries_code = 1;
	if (c->section) {
		rawbpf__take(c);
		if (c->section != RAWBPF__SECTION_SKIPPED)
			rawbpf__complain(&c->text, &c->token, "this section has no instructions; "
					 ".text begins one that has");
		c->parser.cursor.at = c->parser.cursor.end;
	} else if (c->block != RAWBPF__BLOCK_PROG) {
		rawbpf__take(c);
		rawbpf__complain(&c->text, &c->token, "expected a directive; an instruction stands in a "
				 "program, behind .prog NAME");
		c->parser.cursor.at = c->parser.cursor.end;
	} else if (macro) {
		rawbpf__take(c);
		rawbpf__macro_call(c, macro - 1, rawbpf__line);
	} else if (!rawbpf__code(c)) {
		complain_directive(c);
	}
}

/* Read a line of the block, or one statement of the line. */
static void line_next(struct rawbpf__collector *c)
{
	struct rawbpf__cursor *cursor = &c->parser.cursor;
	int is_block = c->block != RAWBPF__BLOCK_NONE && c->block != RAWBPF__BLOCK_PROG;

	if (!is_block && rawbpf__begins_name(*cursor->at) && line_label(c))
		return;
	if (*cursor->at == '.' && line_directive(c)) {
		cursor->at = cursor->end;
	} else if (c->block == RAWBPF__BLOCK_STD_STRUCT) {
		rawbpf__std_struct_line(c);
	} else if (c->block == RAWBPF__BLOCK_SKIPPED) {
		cursor->at = cursor->end;
	} else if (is_block) {
		rawbpf__take(c);
		if (c->block == RAWBPF__BLOCK_STRUCT)
			rawbpf__struct_line(c);
		else
			rawbpf__test_line(c);
		cursor->at = cursor->end;
	} else {
		line_statement(c);
	}
}

RAWBPF__PRIVATE void rawbpf__line(struct rawbpf__collector *c)
{
	struct rawbpf__cursor *cursor = &c->parser.cursor;

	while (cursor->at < cursor->end && !c->failed) {
		if (rawbpf__is_blank(*cursor->at) || *cursor->at == ';') {
			cursor->at++;
			continue;
		}
		if (*cursor->at == '#' ||
		    (*cursor->at == '/' && rawbpf__byte(cursor, cursor->at + 1) == '/'))
			break;
		line_next(c);
		rawbpf__errors_hand(c);
	}
}
