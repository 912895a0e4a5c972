/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

RAWBPF__PRIVATE unsigned rawbpf__user_line(const struct rawbpf__collector *c)
{
	if (c->macro_depth)
		return c->call.line;
	return c->parser.cursor.line + (c->is_std ? RAWBPF_LINE_STD : 0);
}

/* -------------------------------------------------------------------- expressions */

RAWBPF__PRIVATE uint16_t rawbpf__expr_add(struct rawbpf__collector *c, unsigned op, unsigned a,
					  uint32_t b)
{
	const struct rawbpf_expr row = { .op = op, .a = a, .b = b };

	return rawbpf__rows_add(c, RAWBPF__TABLE_expr, &row);
}

RAWBPF__PRIVATE uint16_t rawbpf__expr_number(struct rawbpf__collector *c,
					     const struct rawbpf__value *value)
{
	uint64_t number = value->number;
	uint16_t expr;

	if (value->expr)
		return value->expr;
	if (number <= UINT32_MAX)
		return rawbpf__expr_add(c, RAWBPF_EXPR_NUMBER, 0, number);
	if (!value->is_huge && (int64_t)number >= INT32_MIN && (int64_t)number < 0)
		return rawbpf__expr_add(c, RAWBPF_EXPR_NUMBER, 1, number);
	expr = rawbpf__expr_add(c, RAWBPF_EXPR_WIDE, 0, number);
	rawbpf__expr_add(c, RAWBPF_EXPR_NUMBER, 0, number >> 32);
	return expr;
}

/* ------------------------------------------------------------------------- types */

RAWBPF__PRIVATE int rawbpf__is_type(struct rawbpf__collector *c, unsigned name)
{
	static const char builtin[] = "u64\0u32\0u16\0u8\0s64\0s32\0s16\0s8\0char\0";
	const struct rawbpf__name *row = RAWBPF__ROW(c, name, struct rawbpf__name, name - 1);
	unsigned std;

	if (rawbpf__list_find(builtin, row->text, row->length) >= 0 || row->of[RAWBPF__A_STRUCT])
		return 1;
	std = row->of[RAWBPF__A_STD_STRUCT];
	if (std)
		RAWBPF__ROW(c, macro, struct rawbpf__macro, std - 1)->is_used = 1;
	return std != 0;
}

/* -------------------------------------------------------------------------- maps */

/* Add a map that the prelude names. Its key is a u32. */
static unsigned map_std(struct rawbpf__collector *c, unsigned name, unsigned type, uint16_t value,
			unsigned size)
{
	const struct rawbpf__value bytes = { .number = size }, one = { .number = 1 };
	const struct rawbpf_table_map map = {
		.name = rawbpf__name_string(c, name), .type = type,
		.key_type = rawbpf__string(c, "u32", 3), .value_type = value,
		.value_size = value ? 0 : rawbpf__expr_number(c, &bytes),
		.max_entries = rawbpf__expr_number(c, &one), .line = rawbpf__user_line(c) };

	rawbpf__name_is(c, name, RAWBPF__A_TABLE_MAP, rawbpf__rows_add(c, RAWBPF__TABLE_map, &map));
	return rawbpf__name_of(c, name, RAWBPF__A_TABLE_MAP);
}

/* std_counts has two counters: records that found no room, and calls that were not remembered. */
#define STD_COUNTS_SIZE 16

RAWBPF__PRIVATE unsigned rawbpf__map_find(struct rawbpf__collector *c,
					  const struct rawbpf__token *token)
{
	unsigned name = rawbpf__name_get(c, token->start, token->length), type;
	unsigned map = rawbpf__name_of(c, name, RAWBPF__A_TABLE_MAP);
	struct rawbpf__guess guess;

	if (map)
		return map;
	if (token->length > 8 && rawbpf__same_bytes(token->start, "scratch_", 8)) {
		type = rawbpf__name_get(c, token->start + 8, token->length - 8);
		if (rawbpf__is_type(c, type))
			return map_std(c, name, BPF_MAP_TYPE_PERCPU_ARRAY,
				       rawbpf__name_string(c, type), 0);
	}
	if (rawbpf__equal_bytes("std_counts", token->start, token->length))
		return map_std(c, name, BPF_MAP_TYPE_ARRAY, 0, STD_COUNTS_SIZE);
	guess = rawbpf__name_guess(c, token, RAWBPF__A_TABLE_MAP, 0);
	rawbpf__complain(&c->text, token, "no map '%.*s' before this line" RAWBPF__GUESSED,
			 RAWBPF__TEXT(token), RAWBPF__GUESS(&guess));
	return 0;
}
