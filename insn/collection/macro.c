/* SPDX-License-Identifier: MIT */
#include "../base/put.h"
#include "../base/string.h"
#include "collector.h"

/* ------------------------------------------------------------------- definitions */

static struct rawbpf__macro *macro_row(struct rawbpf__collector *c, unsigned macro)
{
	return RAWBPF__ROW(c, macro, struct rawbpf__macro, macro);
}

/* Take "NAME" or "NAME=TEXT". Return 0 after an error. */
static int macro_parameter(struct rawbpf__collector *c, struct rawbpf__macro *macro)
{
	struct rawbpf__cursor *cursor = &c->parser.cursor;
	struct rawbpf__parameter parameter = { .name = c->token.start, .length = c->token.length };
	const char *end;

	if (macro->parameter_count == RAWBPF__MACRO_PARAMETERS) {
		rawbpf__complain(&c->text, &c->token, "a macro has at most %lld parameters",
				 (long long)RAWBPF__MACRO_PARAMETERS);
		return 0;
	}
	if (!rawbpf__take_name(c, "the name of a parameter"))
		return 0;
	if (c->token.code == '=') {
		end = rawbpf__code_end(cursor->at, cursor->end);
		end = rawbpf__find_byte(cursor->at, end, ',');
		parameter.value = rawbpf__after_blanks(cursor, cursor->at);
		cursor->at = end;
		while (end > parameter.value && rawbpf__is_blank(end[-1]))
			end--;
		parameter.value_length = end > parameter.value ? end - parameter.value : 0;
		rawbpf__take(c);
	}
	rawbpf__rows_add(c, RAWBPF__TABLE_parameter, &parameter);
	macro->parameter_count++;
	return 1;
}

static void macro_parameters(struct rawbpf__collector *c, struct rawbpf__macro *macro)
{
	if (c->token.code == RAWBPF__T_END)
		return;
	do {
		if (!macro_parameter(c, macro))
			return;
	} while (rawbpf__take_char(c, ','));
	rawbpf__take_end(c);
}

/* Take the name of a new macro. One of the prelude gives way to it. */
static unsigned macro_name(struct rawbpf__collector *c)
{
	struct rawbpf__token token = c->token;
	unsigned name = rawbpf__take_name(c, "the name of the macro"), before;

	if (!name)
		return 0;
	before = rawbpf__name_of(c, name, RAWBPF__A_MACRO);
	if (token.code >= RAWBPF__T_WORD)
		rawbpf__complain(&c->text, &token, "'%.*s' is a word of the instructions and cannot "
				 "name a macro", RAWBPF__TEXT(&token));
	else if (before && macro_row(c, before - 1)->is_std == c->is_std)
		rawbpf__complain(&c->text, &token, "'%.*s' is a macro already, defined on line %lld",
				 RAWBPF__TEXT(&token), macro_row(c, before - 1)->line - 1ll);
	else
		return name;
	return 0;
}

/* Add a macro, whose lines begin behind this one. */
static unsigned macro_add(struct rawbpf__collector *c, struct rawbpf__macro *macro)
{
	macro->line = c->parser.cursor.line + 1;
	macro->start = macro->end = c->parser.cursor.end + 1;
	macro->is_std = c->is_std;
	return rawbpf__rows_add(c, RAWBPF__TABLE_macro, macro);
}

RAWBPF__PRIVATE void rawbpf__macro_directive(struct rawbpf__collector *c)
{
	struct rawbpf__macro macro = { .parameter = RAWBPF__ROWS(c, parameter) };

	c->macro_name = c->token;
	macro.name = macro_name(c);
	if (macro.name)
		macro_parameters(c, &macro);
	/* After an error, too, the lines up to .endm are not the program's. */
	macro_add(c, &macro);
	if (macro.name)
		rawbpf__name_is(c, macro.name, RAWBPF__A_MACRO, RAWBPF__ROWS(c, macro) - 1);
	c->block = RAWBPF__BLOCK_MACRO;
}

RAWBPF__PRIVATE void rawbpf__std_struct_directive(struct rawbpf__collector *c)
{
	unsigned name = rawbpf__take_new(c, RAWBPF__A_STD_STRUCT, 0);
	struct rawbpf__macro macro = { .name = name };

	if (!name || !rawbpf__take_end(c))
		return;
	rawbpf__name_is(c, name, RAWBPF__A_STD_STRUCT, macro_add(c, &macro));
	c->block = RAWBPF__BLOCK_STD_STRUCT;
}

RAWBPF__PRIVATE void rawbpf__std_struct_line(struct rawbpf__collector *c)
{
	macro_row(c, RAWBPF__ROWS(c, macro) - 1)->end = c->parser.cursor.end;
	c->parser.cursor.at = c->parser.cursor.end;
}

/* Return the end of the name behind a '\'. */
static const char *after_parameter(const char *at, const char *end)
{
	while (at < end && rawbpf__is_word(*at))
		at++;
	return at;
}

/* Return the number of a macro's parameter, or its count for another name. */
static unsigned parameter_find(struct rawbpf__collector *c, const struct rawbpf__macro *macro,
			       const char *name, unsigned length)
{
	const struct rawbpf__parameter *parameter =
		RAWBPF__ROW(c, parameter, struct rawbpf__parameter, macro->parameter);
	unsigned i;

	for (i = 0; i < macro->parameter_count; i++)
		if (parameter[i].length == length &&
		    rawbpf__same_bytes(parameter[i].name, name, length))
			break;
	return i;
}

static void complain_parameter(struct rawbpf__collector *c, const struct rawbpf__macro *macro,
			       const char *at, const char *end)
{
	const struct rawbpf__parameter *parameter =
		RAWBPF__ROW(c, parameter, struct rawbpf__parameter, macro->parameter);
	struct rawbpf__guess guess = { .name = at + 1, .length = end - at - 1 };
	struct rawbpf__token token;
	unsigned i;

	rawbpf__token_here(&c->parser.cursor, &token);
	token.column += at - token.start;
	token.start = at;
	token.length = end - at;
	for (i = 0; i < macro->parameter_count; i++)
		rawbpf__guess_offer(&guess, parameter[i].name, parameter[i].length);
	rawbpf__complain(&c->text, &token, "'%.*s' is not a parameter of this macro" RAWBPF__GUESSED,
			 RAWBPF__TEXT(&token), RAWBPF__GUESS(&guess));
}

/* Complain about the first "\name" of a line that is no parameter. */
static void macro_check(struct rawbpf__collector *c, const struct rawbpf__macro *macro)
{
	const char *end = rawbpf__code_end(c->parser.cursor.at, c->parser.cursor.end);
	const char *at = rawbpf__find_byte(c->parser.cursor.at, end, '\\'), *behind;

	for (; at < end; at = rawbpf__find_byte(behind, end, '\\')) {
		behind = after_parameter(at + 1, end);
		if (behind < end && behind == at + 1 && (*behind == '@' || *behind == '(')) {
			behind++;
			continue;
		}
		if (parameter_find(c, macro, at + 1, behind - at - 1) == macro->parameter_count) {
			complain_parameter(c, macro, at, behind == at + 1 && at + 1 < end ? at + 2 :
								 behind);
			return;
		}
	}
}

RAWBPF__PRIVATE void rawbpf__macro_body(struct rawbpf__collector *c)
{
	struct rawbpf__cursor *cursor = &c->parser.cursor;
	struct rawbpf__macro *macro = macro_row(c, RAWBPF__ROWS(c, macro) - 1);

	cursor->at = rawbpf__after_blanks(cursor, cursor->at);
	if (rawbpf__byte(cursor, cursor->at) == '.') {
		rawbpf__take(c);
		if (rawbpf__token_is(&c->token, ".endm")) {
			macro->end = cursor->line_start;
			c->block = RAWBPF__BLOCK_NONE;
			rawbpf__take(c);
			rawbpf__take_end(c);
			return;
		}
		if (rawbpf__token_is(&c->token, ".macro"))
			rawbpf__complain(&c->text, &c->token, "a macro in a macro; .endm is missing "
					 "before this line");
		cursor->at = c->token.start;
	}
	if (macro->name && !c->text.error_count)
		macro_check(c, macro);
}

/* ------------------------------------------------------------------------- calls */

struct macro_text {
	const char *start;
	unsigned length;
};

/* Return the end of an argument: a comma or ';' outside of brackets and quotes. */
static const char *argument_end(const char *at, const char *end)
{
	unsigned depth = 0;

	while (at < end) {
		if (*at == '(' || *at == '[')
			depth++;
		else if ((*at == ')' || *at == ']') && depth)
			depth--;
		else if (!depth && (*at == ',' || *at == ';'))
			break;
		at = *at == '"' || *at == '\'' ? rawbpf__quoted_end(at, end) : at + 1;
	}
	return at;
}

/* Read the arguments at the cursor. Return their number, or -1 after an error. */
static int arguments_read(struct rawbpf__collector *c, struct macro_text *arguments)
{
	struct rawbpf__cursor *cursor = &c->parser.cursor;
	const char *end = rawbpf__code_end(cursor->at, cursor->end), *behind;
	unsigned count = 0;

	cursor->at = rawbpf__after_blanks(cursor, cursor->at);
	if (cursor->at >= end || *cursor->at == ';')
		return 0;
	for (;; cursor->at = rawbpf__after_blanks(cursor, cursor->at + 1)) {
		if (count == RAWBPF__MACRO_PARAMETERS) {
			cursor->at = end;
			return count + 1;
		}
		behind = argument_end(cursor->at, end);
		arguments[count].start = cursor->at;
		cursor->at = behind;
		while (behind > arguments[count].start && rawbpf__is_blank(behind[-1]))
			behind--;
		arguments[count].length = behind - arguments[count].start;
		count++;
		if (cursor->at == end || *cursor->at == ';')
			return count;
	}
}

/* Fill in the parameters that the call left out. Return 0 after an error. */
static int arguments_complete(struct rawbpf__collector *c, const struct rawbpf__macro *macro,
			      const struct rawbpf__token *call, struct macro_text *arguments,
			      unsigned count)
{
	const struct rawbpf__parameter *parameter =
		RAWBPF__ROW(c, parameter, struct rawbpf__parameter, macro->parameter);
	unsigned i;

	if (count > macro->parameter_count) {
		rawbpf__complain(&c->text, call, "too many arguments: the macro '%.*s' takes %lld",
				 RAWBPF__TEXT(call), (long long)macro->parameter_count);
		return 0;
	}
	for (i = 0; i < macro->parameter_count; i++) {
		if (i < count && arguments[i].length)
			continue;
		if (!parameter[i].value) {
			rawbpf__complain(&c->text, call, "'%.*s' needs its parameter %.*s",
					 RAWBPF__TEXT(call), (int)parameter[i].length,
					 parameter[i].name);
			return 0;
		}
		arguments[i] = (struct macro_text){ parameter[i].value, parameter[i].value_length };
	}
	return 1;
}

/* A line of a macro with its arguments in place. */
struct macro_out {
	char text[RAWBPF__MACRO_LINE];
	unsigned length;
};

static void out_add(struct macro_out *out, const char *text, unsigned length)
{
	unsigned room = RAWBPF__MACRO_LINE - out->length;

	if (length < room)
		__builtin_memcpy(out->text + out->length, text, length);
	out->length = length < room ? out->length + length : RAWBPF__MACRO_LINE;
}

/* Replace the '\' at `at`. Return the place behind what it stands for. */
static const char *out_replace(struct rawbpf__collector *c, struct macro_out *out,
			       const struct rawbpf__macro *macro, const struct macro_text *arguments,
			       unsigned call, const char *at, const char *end)
{
	char number[24 + RAWBPF__PUT_SLACK];
	const char *behind = after_parameter(at + 1, end);
	unsigned i;

	if (behind == at + 1 && behind < end && *behind == '@') {
		out_add(out, number, rawbpf__put_dec(number, call) - number);
		return behind + 1;
	}
	if (behind == at + 1 && behind < end && *behind == '(')
		return behind + 1 + (behind + 1 < end && behind[1] == ')');
	i = parameter_find(c, macro, at + 1, behind - at - 1);
	if (i < macro->parameter_count)
		out_add(out, arguments[i].start, arguments[i].length);
	return behind;
}

static void out_line(struct rawbpf__collector *c, struct macro_out *out,
		     const struct rawbpf__macro *macro, const struct macro_text *arguments,
		     unsigned call, const char *at, const char *end)
{
	const char *next;

	end = rawbpf__code_end(at, end);
	while (at < end) {
		next = rawbpf__find_byte(at, end, '\\');
		out_add(out, at, next - at);
		at = next < end ? out_replace(c, out, macro, arguments, call, next, end) : end;
	}
}

/* Count a line that a macro makes. Return 0 beyond the limit. */
static int macro_counts(struct rawbpf__collector *c, const struct rawbpf__token *call)
{
	if (++c->macro_lines <= RAWBPF__MACRO_LINES)
		return 1;
	if (!c->failed)
		rawbpf__complain(&c->text, call, "macros make more than %lld lines",
				 (long long)RAWBPF__MACRO_LINES);
	c->failed = -E2BIG;
	return 0;
}

/* Read one line of the macro. */
static void macro_line(struct rawbpf__collector *c, const struct rawbpf__macro *macro,
		       const struct macro_text *arguments, unsigned call, const char *at,
		       const char *end, void (*line)(struct rawbpf__collector *c))
{
	struct macro_out out;

	out.length = 0;
	out_line(c, &out, macro, arguments, call, at, end);
	c->parser.cursor = (struct rawbpf__cursor){ .at = out.text, .line_start = out.text,
						    .line = c->call.line };
	if (out.length < RAWBPF__MACRO_LINE) {
		c->parser.cursor.end = out.text + out.length;
		line(c);
		return;
	}
	rawbpf__complain(&c->text, &c->call, "a line of this macro has more than %lld bytes",
			 RAWBPF__MACRO_LINE - 1ll);
	rawbpf__errors_hand(c);
}

/* Read all lines of the macro. */
static void macro_run(struct rawbpf__collector *c, const struct rawbpf__macro *macro,
		      const struct macro_text *arguments, void (*line)(struct rawbpf__collector *c))
{
	unsigned number = macro->line + (macro->is_std ? RAWBPF_LINE_STD : 0);
	unsigned before = c->macro_line, base = c->if_base, call = c->macro_calls++;
	const char *at = macro->start, *end;

	c->if_base = c->if_depth;
	for (; at < macro->end && !c->failed; at = end + 1, number++) {
		end = rawbpf__find_byte(at, macro->end, '\n');
		c->macro_line = number;
		if (macro_counts(c, &c->call))
			macro_line(c, macro, arguments, call, at, end, line);
	}
	rawbpf__if_end(c, c->if_base);
	c->if_base = base;
	c->macro_line = before;
}

RAWBPF__PRIVATE void rawbpf__macro_call(struct rawbpf__collector *c, unsigned macro,
					void (*line)(struct rawbpf__collector *c))
{
	const struct rawbpf__macro row = *macro_row(c, macro);
	struct macro_text arguments[RAWBPF__MACRO_PARAMETERS];
	struct rawbpf__token call = c->token;
	struct rawbpf__cursor cursor;
	int count = arguments_read(c, arguments);

	if (!arguments_complete(c, &row, &call, arguments, count))
		return;
	if (c->macro_depth == RAWBPF__MACRO_DEPTH) {
		rawbpf__complain(&c->text, &call, "more than %lld macros in each other: does '%.*s' "
				 "call itself?", (long long)RAWBPF__MACRO_DEPTH, RAWBPF__TEXT(&call));
		c->failed = -E2BIG;
		return;
	}
	cursor = c->parser.cursor;
	if (!c->macro_depth)
		c->call = call;
	c->macro_depth++;
	macro_run(c, &row, arguments, line);
	rawbpf__errors_hand(c);
	c->macro_depth--;
	c->parser.cursor = cursor;
}
