/* SPDX-License-Identifier: MIT */
/* Values by their BTF types: in C's notation, or as JSON. */
#include "element.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

struct value {
	const struct rawbpf_btf *btf;
	const unsigned char *bytes;
	size_t size;
	int json;
	int depth;
};

enum {
	DEEPEST = 16,
	ROW = 512, /* elements of an array that are put together before they join the rest */
};

static void add_value(char **text, const struct value *value, unsigned id);

/* `bits` bits from `bit` on, in this machine's order; at most 64. */
static int read_bits(const struct value *value, unsigned bit, unsigned bits, uint64_t *number)
{
	uint64_t read = 0;

	if (bits > 64 || (bit + (size_t)bits + 7) / 8 > value->size)
		return 0;
	for (unsigned i = 0; i < bits; i++) {
		unsigned at = bit + i;
		int is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
		unsigned one = value->bytes[at / 8] >> (is_big ? 7 - at % 8 : at % 8) & 1;

		read |= (uint64_t)one << (is_big ? bits - 1 - i : i);
	}
	*number = read;
	return 1;
}

static void add_unknown(char **text, const struct value *value)
{
	text_add(text, value->json ? "null" : "?");
}

static void add_number(char **text, uint64_t number, unsigned bits, int is_signed)
{
	if (is_signed && bits < 64 && number >> (bits - 1) & 1)
		number |= ~0ull << bits;
	if (is_signed)
		text_add(text, "%lld", (long long)number);
	else
		text_add(text, "%llu", (unsigned long long)number);
}

/* Of `bits` bits. Before 6.0 no enumeration said that its values have a sign. */
static const char *enumerator(const struct value *value, const struct btf_type *type,
			      uint64_t number, unsigned bits)
{
	int is_wide = rawbpf_btf_type_kind(type) == BTF_KIND_ENUM64;
	const uint32_t *at = (const uint32_t *)(type + 1);
	uint64_t mask = bits < 64 ? (1ull << bits) - 1 : ~0ull;

	for (unsigned i = 0; i < rawbpf_btf_type_vlen(type); i++, at += is_wide ? 3 : 2) {
		uint64_t wanted = is_wide ? (uint64_t)at[2] << 32 | at[1] : at[1];
		uint64_t with_sign = is_wide ? wanted : (uint64_t)(int64_t)(int32_t)at[1];

		if (wanted == number || (with_sign & mask) == number)
			return rawbpf_btf_string_get(value->btf, at[0]);
	}
	return NULL;
}

/* Integers, enumerations and pointers, from any bit on. */
static void add_scalar(char **text, const struct value *value, const struct btf_type *type,
		       unsigned bit, unsigned bits)
{
	unsigned kind = rawbpf_btf_type_kind(type);
	int encoding = kind == BTF_KIND_INT ? *(const uint32_t *)(type + 1) >> 24 & 15 : 0;
	int is_enum = kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
	const char *name = NULL;
	uint64_t number;

	if (!read_bits(value, bit, bits, &number)) {
		add_unknown(text, value);
		return;
	}
	if (is_enum)
		name = enumerator(value, type, number, bits);
	if (name) {
		char *shown = value->json ? json_escape(name, strlen(name)) :
					    text_escape(name, strlen(name));

		text_add(text, "%s", shown);
		free(shown);
	} else if (kind == BTF_KIND_PTR && !value->json) {
		text_add(text, "0x%llx", (unsigned long long)number);
	} else if (encoding & BTF_INT_BOOL && number < 2) {
		text_add(text, number ? "true" : "false");
	} else {
		add_number(text, number, bits,
			   is_enum ? type->info >> 31 : encoding & BTF_INT_SIGNED);
	}
}

/* An array of char that is text up to its NUL, and zeros from there on. */
static int is_text(const struct value *value, const struct btf_type *element)
{
	size_t length = strnlen((const char *)value->bytes, value->size);

	if (rawbpf_btf_type_kind(element) != BTF_KIND_INT || element->size != 1 || !value->size)
		return 0;
	for (size_t i = 0; i < value->size; i++)
		if (i < length ? value->bytes[i] < ' ' : value->bytes[i] != 0)
			return 0;
	return length > 0;
}

static void add_string(char **text, const struct value *value)
{
	size_t length = strnlen((const char *)value->bytes, value->size);
	char *shown = value->json ? json_escape(value->bytes, length) :
				    text_escape(value->bytes, length);

	if (value->json) {
		text_add(text, "%s", shown);
	} else {
		text_add(text, "\"");
		for (char *at = shown, *end; *at; at = end + (*end == '"')) {
			end = at + strcspn(at, "\"");
			text_add(text, *end ? "%.*s\\x22" : "%.*s", (int)(end - at), at);
		}
		text_add(text, "\"");
	}
	free(shown);
}

static void add_array(char **text, const struct value *value, const struct btf_type *type)
{
	const struct btf_array *array = (const struct btf_array *)(type + 1);
	int element = rawbpf_btf_type_resolve(value->btf, array->type);
	int size = element > 0 ? rawbpf_btf_type_size(value->btf, element) : 0;
	struct value each = *value;
	char *row = NULL;

	if (size <= 0) {
		add_unknown(text, value);
		return;
	}
	if (is_text(value, rawbpf_btf_type_get(value->btf, element))) {
		add_string(text, value);
		return;
	}
	text_add(text, value->json ? "[" : "{ ");
	for (unsigned i = 0; i < array->nelems && (i + 1ull) * size <= value->size; i++) {
		if (i)
			text_add(&row, value->json ? "," : ", ");
		each.bytes = value->bytes + (size_t)i * size;
		each.size = size;
		add_value(&row, &each, element);
		if (i % ROW == ROW - 1) { /* else the whole text is gone through for each */
			text_add(text, "%s", row);
			row[0] = '\0';
		}
	}
	text_add(text, "%s%s", row ? row : "", value->json ? "]" : " }");
	free(row);
}

static void add_name(char **text, const struct value *value, unsigned offset, unsigned index)
{
	const char *name = rawbpf_btf_string_get(value->btf, offset);
	char *shown, *own = NULL;

	if (!name || !*name)
		name = own = must_print("unnamed_%u", index);
	shown = value->json ? json_escape(name, strlen(name)) : text_escape(name, strlen(name));
	if (index)
		text_add(text, value->json ? "," : ", ");
	text_add(text, value->json ? "%s:" : ".%s = ", shown);
	free(shown);
	free(own);
}

static void add_member(char **text, const struct value *value, unsigned id, unsigned bit,
		       unsigned bits)
{
	int resolved = rawbpf_btf_type_resolve(value->btf, id);
	int size = resolved > 0 ? rawbpf_btf_type_size(value->btf, resolved) : -1;
	struct value inside = *value;

	if (bits && resolved > 0) {
		add_scalar(text, value, rawbpf_btf_type_get(value->btf, resolved), bit, bits);
		return;
	}
	if (size < 0 || bit % 8 || bit / 8 + (size_t)size > value->size) {
		add_unknown(text, value);
		return;
	}
	inside.bytes = value->bytes + bit / 8;
	inside.size = size;
	add_value(text, &inside, resolved);
}

static void add_struct(char **text, const struct value *value, const struct btf_type *type)
{
	const struct btf_member *member = (const struct btf_member *)(type + 1);
	int has_bits = type->info >> 31;

	text_add(text, value->json ? "{" : "{ ");
	for (unsigned i = 0; i < rawbpf_btf_type_vlen(type); i++) {
		add_name(text, value, member[i].name_off, i);
		add_member(text, value, member[i].type,
			   has_bits ? member[i].offset & 0xffffff : member[i].offset,
			   has_bits ? member[i].offset >> 24 : 0);
	}
	text_add(text, value->json ? "}" : " }");
}

/* The variables of a section such as .bss: what a map of global data has for a value. */
static void add_section(char **text, const struct value *value, const struct btf_type *type)
{
	const struct btf_var_secinfo *var = (const struct btf_var_secinfo *)(type + 1);

	text_add(text, value->json ? "{" : "{ ");
	for (unsigned i = 0; i < rawbpf_btf_type_vlen(type); i++) {
		const struct btf_type *variable = rawbpf_btf_type_get(value->btf, var[i].type);

		add_name(text, value, variable ? variable->name_off : 0, i);
		if (variable && var[i].offset < value->size)
			add_member(text, value, variable->type, var[i].offset * 8, 0);
		else
			add_unknown(text, value);
	}
	text_add(text, value->json ? "}" : " }");
}

static void add_value(char **text, const struct value *value, unsigned id)
{
	int resolved = rawbpf_btf_type_resolve(value->btf, id);
	const struct btf_type *type =
		resolved > 0 ? rawbpf_btf_type_get(value->btf, resolved) : NULL;
	struct value deeper = *value;

	if (!type || ++deeper.depth > DEEPEST) {
		add_unknown(text, value);
		return;
	}
	switch (rawbpf_btf_type_kind(type)) {
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_PTR:
		add_scalar(text, value, type, 0, 8 * value->size);
		break;
	case BTF_KIND_ARRAY:
		add_array(text, &deeper, type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		add_struct(text, &deeper, type);
		break;
	case BTF_KIND_DATASEC:
		add_section(text, &deeper, type);
		break;
	default:
		add_unknown(text, value);
	}
}

void typed_add(char **text, const struct element_type *type, const void *bytes, size_t size,
	       int json)
{
	const struct value value = { .btf = type->btf, .bytes = bytes, .size = size, .json = json };

	add_value(text, &value, type->id);
}
