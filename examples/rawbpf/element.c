/* SPDX-License-Identifier: MIT */
#include "element.h"
#include "tool.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- parsing */

struct number {
	uint64_t bits; /* two's complement */
	int is_negative;
};

/* One word of a key or value: known bytes, or a number whose size the other words decide. */
struct piece {
	unsigned char *bytes; /* room for the longest result of its text */
	size_t size;
	int is_number; /* a number without a size */
	int is_string;
	struct number number;
};

static char *parse_hex(const char *text, size_t length, struct piece *piece)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (tool_hex_digit(text[i]) < 0)
			return must_print("'%.*s' contains a character that is no hex digit", (int)length, text);
	if (!length || length % 2)
		return must_print("'%.*s' has an odd number of hex digits, or none", (int)length, text);
	for (i = 0; i < length; i += 2)
		piece->bytes[piece->size++] = tool_hex_digit(text[i]) << 4 | tool_hex_digit(text[i + 1]);
	return NULL;
}

/* Write the lowest `size` bytes of a number, if it fits. */
static char *put_number(struct number number, unsigned size, int is_big_endian, struct piece *piece)
{
	int fits = size >= 8 || (number.is_negative ? -number.bits <= 1ull << (8 * size - 1) :
						      !(number.bits >> 8 * size));

	if (!fits)
		return must_print("%s%llu does not fit into %u byte%s", number.is_negative ? "-" : "",
				  (unsigned long long)(number.is_negative ? -number.bits :
									    number.bits),
				  size, size == 1 ? "" : "s");
	for (unsigned i = 0; i < size; i++) {
		unsigned shift = 8 * (is_big_endian ? size - 1 - i : i);

		piece->bytes[piece->size++] = shift < 64 ? number.bits >> shift :
					      number.is_negative ? 0xff : 0;
	}
	return NULL;
}

static int is_host_big_endian(void)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
}

static int parse_number(const char *text, size_t length, struct number *number)
{
	unsigned long long magnitude;
	char copy[32];

	if (length == 3 && text[0] == '\'' && text[2] == '\'') {
		*number = (struct number){ .bits = (unsigned char)text[1] };
		return 1;
	}
	if (!length || length >= sizeof copy || isspace((unsigned char)text[0]))
		return 0;
	memcpy(copy, text, length);
	copy[length] = '\0';
	number->is_negative = copy[0] == '-';
	if (!tool_number(copy + number->is_negative, &magnitude) ||
	    (number->is_negative && magnitude > 1ull << 63))
		return 0;
	number->bits = number->is_negative ? -magnitude : magnitude;
	number->is_negative &= number->bits != 0; /* -0 is 0 */
	return 1;
}

/* Parse "u32:5", "be16:80", "hex:0a". Returns 0 if the text is none of these. */
static int parse_prefixed(const char *text, size_t length, struct piece *piece, char **problem)
{
	static const struct {
		const char *prefix;
		unsigned char size, is_big_endian;
	} sizes[] = {
		{ "u8:", 1, 0 },   { "u16:", 2, 0 },  { "u32:", 4, 0 }, { "u64:", 8, 0 },
		{ "be16:", 2, 1 }, { "be32:", 4, 1 }, { "be64:", 8, 1 },
	};
	struct number number;

	if (length >= 4 && memcmp(text, "hex:", 4) == 0) {
		*problem = parse_hex(text + 4, length - 4, piece);
		return 1;
	}
	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		size_t prefix = strlen(sizes[i].prefix);

		if (length < prefix || memcmp(text, sizes[i].prefix, prefix) != 0)
			continue;
		if (!parse_number(text + prefix, length - prefix, &number))
			*problem = must_print("'%.*s' is not a number", (int)(length - prefix),
					      text + prefix);
		else
			*problem = put_number(number, sizes[i].size,
					      sizes[i].is_big_endian || is_host_big_endian(), piece);
		return 1;
	}
	return 0;
}

static int parse_address(const char *text, size_t length, struct piece *piece)
{
	char copy[64];

	if (length >= sizeof copy)
		return 0;
	memcpy(copy, text, length);
	copy[length] = '\0';
	piece->size = inet_pton(AF_INET, copy, piece->bytes) == 1 ? 4 :
		      inet_pton(AF_INET6, copy, piece->bytes) == 1 ? 16 : 0;
	return piece->size > 0;
}

/* Parse a string behind its opening quote. Returns its end, or NULL with a problem. */
static const char *parse_string(const char *at, struct piece *piece, char **problem)
{
	piece->is_string = 1;
	for (; *at != '"'; at++) {
		if (!*at) {
			*problem = must_print("the closing \" is missing");
			return NULL;
		}
		if (*at == '\\' && at[1] == 'x' && isxdigit((unsigned char)at[2]) &&
		    isxdigit((unsigned char)at[3])) {
			piece->bytes[piece->size++] = tool_hex_digit(at[2]) << 4 | tool_hex_digit(at[3]);
			at += 3;
		} else {
			if (*at == '\\' && at[1])
				at++;
			piece->bytes[piece->size++] = *at;
		}
	}
	return at + 1;
}

/* Parse the next piece. Returns the text behind it, or NULL with a problem. */
static const char *parse_piece(const char *at, struct piece *piece, char **problem)
{
	size_t length = strcspn(at, " \t\n");

	*piece = (struct piece){ .bytes = piece->bytes };
	if (*at == '"')
		return parse_string(at + 1, piece, problem);
	if (parse_prefixed(at, length, piece, problem))
		return *problem ? NULL : at + length;
	piece->is_number = parse_number(at, length, &piece->number);
	if (!piece->is_number && !parse_address(at, length, piece)) {
		char *shown = text_escape(at, length);

		*problem = must_print(at[0] == '0' && tool_hex_digit(at[1]) >= 0 ?
				      "'%s' begins with 0: write hex:... for bytes, or a number without the 0" :
				      "'%s' is no number, address, hex:..., u32:... or \"string\"", shown);
		free(shown);
		return NULL;
	}
	return at + length;
}

/* All pieces except the number without a size, whose place is `hole`. */
struct pieces {
	unsigned char *bytes;
	size_t size;
	int has_number;
	struct number number;
	size_t hole;
	int ends_with_string;
};

static char *collect(const char *text, struct piece piece, struct pieces *all)
{
	char *problem = NULL;

	for (;;) {
		while (isspace((unsigned char)*text))
			text++;
		if (!*text)
			return NULL;
		text = parse_piece(text, &piece, &problem);
		if (!text)
			return problem;
		if (piece.is_number && all->has_number)
			return must_print("two numbers have no size: write one as u8:, u16:, u32: or u64:");
		all->ends_with_string = piece.is_string;
		if (piece.is_number) {
			all->has_number = 1;
			all->number = piece.number;
			all->hole = all->size;
			continue;
		}
		memcpy(all->bytes + all->size, piece.bytes, piece.size);
		all->size += piece.size;
	}
}

/* Write the pieces to their places, or return what is wrong with them. */
static char *join(const struct pieces *all, const char *what, unsigned char *out, size_t size)
{
	size_t left = size - all->size, hole = all->has_number ? all->hole : all->size;

	if (all->size > size || (all->has_number && left == 0) ||
	    (all->size < size && !all->has_number && !all->ends_with_string))
		return must_print("the %s needs %zu byte%s; the pieces have %zu%s", what, size,
				  size == 1 ? "" : "s", all->size,
				  all->has_number ? " and a number" : "");
	memset(out, 0, size);
	memcpy(out, all->bytes, hole);
	if (all->has_number) {
		struct piece number = { .bytes = out + hole };
		char *problem = put_number(all->number, left, is_host_big_endian(), &number);
		char *whole = problem ? must_print("the %s: %s", what, problem) : NULL;

		free(problem);
		if (whole)
			return whole;
		memcpy(out + hole + left, all->bytes + hole, all->size - hole);
	}
	return NULL;
}

char *element_parse(const char *text, const char *what, void *bytes, size_t size)
{
	/* No text is denser than the address ::. */
	size_t room = 8 * strlen(text) + 8;
	struct piece piece = { .bytes = must_allocate(room) };
	struct pieces all = { .bytes = must_allocate(room) };
	char *problem = collect(text, piece, &all);
	char *whole = problem ? must_print("the %s: %s", what, problem) :
				join(&all, what, bytes, size);

	free(problem);
	free(piece.bytes);
	free(all.bytes);
	return whole;
}

/* ----------------------------------------------------------------------------- formatting */

/* Read bytes as a number, if there are 1, 2, 4 or 8. */
static int number_of(const void *bytes, size_t size, unsigned long long *number)
{
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (size) {
	case 1:
		memcpy(&u8, bytes, 1);
		*number = u8;
		return 1;
	case 2:
		memcpy(&u16, bytes, 2);
		*number = u16;
		return 1;
	case 4:
		memcpy(&u32, bytes, 4);
		*number = u32;
		return 1;
	case 8:
		memcpy(&u64, bytes, 8);
		*number = u64;
		return 1;
	default:
		return 0;
	}
}

char *element_text(const void *bytes, size_t size, const struct element_type *type)
{
	const unsigned char *at = bytes;
	unsigned long long number;
	char *text = NULL;
	size_t length;

	if (type->btf) {
		FILE *out = memory_open(&text, &length);

		typed_add(out, type, bytes, size, 0);
		memory_close(out);
		return text;
	}
	text = must_allocate(3 * size + 32);
	for (size_t i = 0; i < size; i++)
		sprintf(text + (i ? 3 * i - 1 : 0), i ? " %02x" : "%02x", at[i]);
	if (number_of(bytes, size, &number))
		sprintf(text + strlen(text), " (%llu)", number);
	return text;
}

void element_json(FILE *json, const char *name, const void *bytes, size_t size,
		  const struct element_type *type)
{
	const unsigned char *at = bytes;
	unsigned long long number;

	fprintf(json, "\"%s\":\"", name);
	for (size_t i = 0; i < size; i++)
		fprintf(json, "%02x", at[i]);
	putc('"', json);
	if (number_of(bytes, size, &number))
		fprintf(json, ",\"%s_number\":%llu", name, number);
	if (type->btf) {
		fprintf(json, ",\"%s_typed\":", name);
		typed_add(json, type, bytes, size, 1);
	}
}
