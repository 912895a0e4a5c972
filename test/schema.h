/* SPDX-License-Identifier: MIT */
/*
 * Compare JSON with a schema: places, and the types allowed there. A place is its keys with dots
 * between them. * is any key, [] any element of an array. The types are o(bject), a(rray),
 * s(tring), n(umber), b(oolean) and z, null.
 */
#ifndef TEST_SCHEMA_H
#define TEST_SCHEMA_H

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

struct schema {
	const char *place, *types;
};

/* Does `pattern` match `place`? */
static inline int schema_matches(const char *pattern, const char *place)
{
	for (;;) {
		size_t length = strcspn(place, "."), wanted = strcspn(pattern, ".");

		if (!(wanted == 1 && pattern[0] == '*') &&
		    (wanted != length || strncmp(pattern, place, length) != 0))
			return 0;
		if (!place[length] || !pattern[wanted])
			return !place[length] && !pattern[wanted];
		place += length + 1;
		pattern += wanted + 1;
	}
}

static inline void schema_check_type(const struct schema *schema, const char *place, char type)
{
	for (; schema->place; schema++)
		if (schema_matches(schema->place, place)) {
			ck_assert_msg(strchr(schema->types, type), "%s is '%c', not one of '%s'",
				      place, type, schema->types);
			return;
		}
	ck_abort_msg("'%s' is not in the schema", place);
}

/* Return the position behind a string whose first quote is at `json`. */
static inline const char *schema_string(const char *json)
{
	for (json++; *json != '"'; json++) {
		ck_assert_msg((unsigned char)*json >= ' ', "a string without an end");
		json += *json == '\\';
	}
	return json + 1;
}

/* Check a value at a place, a buffer of 256 bytes. Return the position behind it. */
static inline const char *schema_value(const struct schema *schema, const char *json, char *place)
{
	static const char types[] = "{o[a\"stbfbnz";
	const char *type = strchr(types, *json), end = *json == '{' ? '}' : ']';
	size_t depth = strlen(place);

	schema_check_type(schema, place, type ? type[1] : 'n');
	if (*json == '"')
		return schema_string(json);
	if (*json != '{' && *json != '[') {
		size_t length = strspn(json, "truefalsn+-.0123456789E");

		ck_assert_uint_gt(length, 0);
		return json + length;
	}
	for (json++; *json != end; json += *json == ',') {
		const char *key = json;
		int length = 2;

		if (end == '}') {
			json = schema_string(key++);
			length = (int)(json - 1 - key);
			ck_assert_int_eq(*json++, ':');
		}
		snprintf(place + depth, 256 - depth, "%s%.*s", depth ? "." : "", length,
			 end == '}' ? key : "[]");
		json = schema_value(schema, json, place);
		place[depth] = '\0';
		ck_assert_msg(*json == ',' || *json == end, "'%.20s' behind a value", json);
	}
	return json + 1;
}

/* Check lines that are an object each: all members have types that the schema allows. */
static inline void schema_check(const struct schema *schema, const char *lines)
{
	while (*lines) {
		char place[256] = "";

		ck_assert_int_eq(*lines, '{');
		lines = schema_value(schema, lines, place);
		ck_assert_int_eq(*lines++, '\n');
	}
}

#endif
