/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

static struct rawbpf_table_struct *struct_last(struct rawbpf__collector *c)
{
	return RAWBPF__ROW(c, struct, struct rawbpf_table_struct, RAWBPF__ROWS(c, struct) - 1);
}

RAWBPF__PRIVATE void rawbpf__struct_begin(struct rawbpf__collector *c, unsigned name, unsigned line)
{
	const struct rawbpf_table_struct row = { .name = rawbpf__name_string(c, name),
						 .field = RAWBPF__ROWS(c, field), .line = line };

	rawbpf__name_is(c, name, RAWBPF__A_STRUCT, rawbpf__rows_add(c, RAWBPF__TABLE_struct, &row));
}

RAWBPF__PRIVATE void rawbpf__struct_directive(struct rawbpf__collector *c)
{
	unsigned name = rawbpf__take_new(c, RAWBPF__A_STRUCT, 0);

	c->block = RAWBPF__BLOCK_SKIPPED;
	if (!name || !rawbpf__take_end(c))
		return;
	rawbpf__struct_begin(c, name, rawbpf__user_line(c));
	c->block = RAWBPF__BLOCK_STRUCT;
}

/* Take the type of a field: one that an earlier line declares. */
static uint16_t struct_type(struct rawbpf__collector *c)
{
	struct rawbpf__token token = c->token;
	struct rawbpf__guess guess;
	unsigned name = rawbpf__take_name(c, "the type of a field");
	const char *own;

	if (!name)
		return 0;
	own = RAWBPF__ROW(c, string, char, struct_last(c)->name);
	if (rawbpf__is_type(c, name) && !rawbpf__equal_bytes(own, token.start, token.length))
		return rawbpf__name_string(c, name);
	guess = rawbpf__name_guess(c, &token, RAWBPF__A_STRUCT, 0);
	rawbpf__complain(&c->text, &token, "no type '%.*s' before this line; expected u64, s32, "
			 "char, ... or a struct" RAWBPF__GUESSED, RAWBPF__TEXT(&token),
			 RAWBPF__GUESS(&guess));
	return 0;
}

/*
 * Complain about the words behind a field that are no presentation, or a map's. `token` is the first
 * of them.
 */
static int struct_end(struct rawbpf__collector *c, const struct rawbpf_table_field *field,
		      const struct rawbpf__token *token)
{
	struct rawbpf__guess guess;

	if (field->present == RAWBPF_PRESENT_LOG2 || field->present == RAWBPF_PRESENT_LINEAR) {
		rawbpf__complain(&c->text, token, "'%.*s' draws a map, whose elements are counts, and not a field; "
				 "write it behind the map: .show MAP %.*s ...", RAWBPF__TEXT(token), RAWBPF__TEXT(token));
		return 0;
	}
	if (field->present || !rawbpf__token_is_name(&c->token))
		return rawbpf__take_end(c);
	guess = rawbpf__present_guess(&c->token);
	rawbpf__complain(&c->text, &c->token, "'%.*s' is not a presentation; expected string, pid, "
			 "hex, ..." RAWBPF__GUESSED, RAWBPF__TEXT(&c->token),
			 RAWBPF__GUESS(&guess));
	return 0;
}

RAWBPF__PRIVATE void rawbpf__struct_line(struct rawbpf__collector *c)
{
	struct rawbpf_table_field field = { .line = rawbpf__user_line(c) };
	struct rawbpf__token token;
	unsigned name;

	field.type = struct_type(c);
	name = field.type ? rawbpf__take_new(c, RAWBPF__A_FIELD, struct_last(c)->field) : 0;
	if (!name)
		return;
	field.name = rawbpf__name_string(c, name);
	if (rawbpf__take_char(c, '[')) {
		field.count = rawbpf__take_expr(c);
		if (!field.count)
			return;
		if (!rawbpf__take_char(c, ']')) {
			rawbpf__take_wrong(c, "']'");
			return;
		}
	}
	token = c->token;
	if (!rawbpf__take_present(c, &field.present, field.args) || !struct_end(c, &field, &token))
		return;
	rawbpf__name_is(c, name, RAWBPF__A_FIELD, rawbpf__rows_add(c, RAWBPF__TABLE_field, &field));
	struct_last(c)->field_count++;
}
