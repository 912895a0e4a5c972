/* SPDX-License-Identifier: MIT */
/* Constants of the uapi headers, by name. */
#include <rawbpf/constant.h>

#include "constants.h"
#include "kernel.h"

#include "../base/arch.h"
#include "../base/character.h"
#include "../base/string.h"

/*
 * The names follow one another in this struct. Its offsets take 2 bytes each, where pointers take
 * 8 and need relocations.
 */
#define CONSTANT(NAME, VALUE) char constant_##NAME[sizeof(#NAME)];
#define CONSTANT_OF(ARCH, NAME, VALUE)
static const struct constant_names {
#include "uapi.def"
} constant_names = {
#define CONSTANT(NAME, VALUE) #NAME,
#define CONSTANT_OF(ARCH, NAME, VALUE)
#include "uapi.def"
};

static const uint16_t constant_places[] = {
#define CONSTANT(NAME, VALUE) offsetof(struct constant_names, constant_##NAME),
#define CONSTANT_OF(ARCH, NAME, VALUE)
#include "uapi.def"
};

static const int64_t constant_values[] = {
#define CONSTANT(NAME, VALUE) VALUE,
#define CONSTANT_OF(ARCH, NAME, VALUE)
#include "uapi.def"
};

enum { CONSTANTS = sizeof(constant_places) / sizeof(constant_places[0]) };

/* The values that differ on one architecture. */
static const struct constant_exception {
	uint16_t place;
	uint16_t arch;
	uint32_t value;
} constant_exceptions[] = {
#define CONSTANT(NAME, VALUE)
#define CONSTANT_OF(ARCH, NAME, VALUE) \
	{ offsetof(struct constant_names, constant_##NAME), RAWBPF_ARCH_##ARCH, VALUE },
#include "uapi.def"
};

enum { CONSTANT_EXCEPTIONS = sizeof(constant_exceptions) / sizeof(constant_exceptions[0]) };

static const char *constant_name(unsigned index)
{
	return (const char *)&constant_names + constant_places[index];
}

static int64_t constant_value(enum rawbpf_arch arch, unsigned index)
{
	for (unsigned i = 0; i < CONSTANT_EXCEPTIONS; i++)
		if (constant_exceptions[i].arch == arch &&
		    constant_exceptions[i].place == constant_places[index])
			return constant_exceptions[i].value;
	return constant_values[index];
}

RAWBPF__PRIVATE const char *rawbpf__constant_at(int64_t *value, enum rawbpf_arch arch,
						unsigned index)
{
	if (index >= CONSTANTS)
		return NULL;
	*value = constant_value(arch ? arch : rawbpf__arch_native(), index);
	return constant_name(index);
}

/* Compare a string with `length` bytes: less than, equal to or greater than 0, as strcmp(3). */
static int constant_compare(const char *string, const char *bytes, size_t length)
{
	for (; length; length--, string++, bytes++)
		if (*string != *bytes)
			return (unsigned char)*string - (unsigned char)*bytes;
	return *string != 0;
}

RAWBPF__PRIVATE unsigned rawbpf__constant_from(const char *name, size_t length)
{
	unsigned begin = 0, end = CONSTANTS;

	while (begin < end) {
		unsigned middle = begin + (end - begin) / 2;

		if (constant_compare(constant_name(middle), name, length) < 0)
			begin = middle + 1;
		else
			end = middle;
	}
	return begin;
}

/* ---------------------------------------------------------------- names of form/constant.c */

/* Copy a name in lower case. Return 0 if it does not fit, or has a small letter already. */
static int constant_lower(char *copy, size_t size, const char *name, size_t length)
{
	if (length >= size)
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (rawbpf__is_lower(name[i]))
			return 0;
		copy[i] = rawbpf__is_letter(name[i]) ? rawbpf__lower(name[i]) : name[i];
	}
	copy[length] = '\0';
	return 1;
}

/* The sorts of names that rawbpf_constant_find() knows, and what stands before them. */
static const struct constant_sort {
	char prefix[15];
	uint8_t kind;
} constant_sorts[] = {
	{ "BPF_MAP_TYPE_", RAWBPF_MAP_TYPE },
	{ "BPF_PROG_TYPE_", RAWBPF_PROG_TYPE },
	{ "BPF_LINK_TYPE_", RAWBPF_LINK_TYPE },
	{ "BTF_KIND_", RAWBPF_BTF_KIND },
	{ "BPF_", RAWBPF_ATTACH_TYPE },
};

/* Return the number of BPF_MAP_TYPE_HASH and its like, or -ENOENT. */
static int constant_of_sort(const char *name, size_t length)
{
	const char *end = name + length, *rest = rawbpf__behind(name, end, "BPF_FUNC_");
	char copy[40];

	if (rest && (size_t)(end - rest) < sizeof(copy)) {
		__builtin_memcpy(copy, rest, (size_t)(end - rest));
		copy[end - rest] = '\0';
		return rawbpf_constant_find(RAWBPF_HELPER, copy);
	}
	for (unsigned i = 0; i < sizeof(constant_sorts) / sizeof(constant_sorts[0]); i++) {
		rest = rawbpf__behind(name, end, constant_sorts[i].prefix);
		if (rest && constant_lower(copy, sizeof(copy), rest, (size_t)(end - rest)))
			return rawbpf_constant_find(constant_sorts[i].kind, copy);
	}
	return -ENOENT;
}

RAWBPF__PRIVATE int rawbpf__constant_value(uint64_t *value, enum rawbpf_arch arch,
					   const char *name, size_t length)
{
	unsigned index = rawbpf__constant_from(name, length);
	int64_t found;
	int number;

	if (index < CONSTANTS && rawbpf__equal_bytes(constant_name(index), name, length)) {
		rawbpf__constant_at(&found, arch, index);
		*value = (uint64_t)found;
		return 0;
	}
	number = constant_of_sort(name, length);
	if (number < 0)
		return -ENOENT;
	*value = (unsigned)number;
	return 0;
}
