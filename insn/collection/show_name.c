/* SPDX-License-Identifier: MIT */
/* Names of numbers: constants of the kernel's interface, by their prefix, and enumerators of BTF. */
#include "../base/string.h"
#include "../btf/btf.h"
#include "../symbol/constants.h"
#include "../symbol/kernel.h"
#include "shown.h"

/* Other names of these numbers are better known. */
static const char name_unused[] =
	"AF_LOCAL\0EFSBADCRC\0EFSCORRUPTED\0EWOULDBLOCK\0O_ACCMODE\0O_NDELAY\0SIGIOT\0SIGPOLL\0";

/* A walk over the constants of a prefix, or over the enumerators of a type. */
struct name_walk {
	enum rawbpf_arch arch;
	const char *prefix;
	int is_plain;    /* 1: names that have a '_' do not count */
	uint64_t bits;   /* those that a number may have; values that need others are skipped */
	unsigned index;  /* of the next row */
	const struct rawbpf_btf *btf;
	const struct btf_type *type; /* NULL: constants */
	const char *name;
	uint64_t value;
};

static struct name_walk name_begin(enum rawbpf_arch arch, const char *prefix, int is_plain)
{
	return (struct name_walk){ .arch = arch, .prefix = prefix, .is_plain = is_plain, .bits = UINT64_MAX,
				   .index = rawbpf__constant_from(prefix, rawbpf__length(prefix)) };
}

/* Begin a walk over the names that a column's numbers may have. */
static struct name_walk name_begin_column(enum rawbpf_arch arch, const struct rawbpf_column *column)
{
	struct name_walk walk = { .arch = arch, .btf = column->btf };

	if (column->btf)
		walk.type = rawbpf_btf_type_get(column->btf, column->type);
	else
		walk = name_begin(arch, column->prefix, 0);
	walk.bits = UINT64_MAX >> (64 - 8 * column->size);
	return walk;
}

/* Go to the next constant. Return 0 behind the last of the prefix. */
static int name_next_constant(struct name_walk *walk)
{
	int64_t value;

	walk->name = rawbpf__constant_at(&value, walk->arch, walk->index++);
	if (!walk->name)
		return 0;
	walk->value = (uint64_t)value;
	return rawbpf__starts_with(walk->name, walk->prefix);
}

/* Does this name count? Ask about the value first: this takes longer, and each record has names. */
static int name_counts(const struct name_walk *walk)
{
	if (walk->type)
		return 1;
	return (!walk->is_plain || !*rawbpf__find(walk->name, '_')) &&
	       rawbpf__list_find(name_unused, walk->name, rawbpf__length(walk->name)) < 0;
}

/* Go to the next enumerator. Return 0 behind the last. */
static int name_next_enumerator(struct name_walk *walk)
{
	unsigned is_wide = rawbpf_btf_type_kind(walk->type) == BTF_KIND_ENUM64;

	while (walk->index < rawbpf_btf_type_vlen(walk->type)) {
		/* the name, the value's low half, and if it is wide the high half */
		const uint32_t *words = (const uint32_t *)rawbpf__btf_addition(walk->type) +
					walk->index++ * (2 + is_wide);

		walk->name = rawbpf_btf_string_get(walk->btf, words[0]);
		walk->value = is_wide ? (uint64_t)words[2] << 32 | words[1] : (uint64_t)(int32_t)words[1];
		if (walk->name)
			return 1;
	}
	return 0;
}

/* Go to the next name whose value fits. Only its bits are left of a negative value. */
static int name_next(struct name_walk *walk)
{
	while (walk->type ? name_next_enumerator(walk) : name_next_constant(walk)) {
		uint64_t above = walk->value & ~(walk->bits >> 1);

		if ((walk->value & ~walk->bits) && above != ~(walk->bits >> 1))
			continue;
		walk->value &= walk->bits;
		return 1;
	}
	return 0;
}

static const char *name_of(struct name_walk walk, uint64_t number)
{
	while (name_next(&walk))
		if (walk.value == (number & walk.bits) && name_counts(&walk))
			return walk.name;
	return NULL;
}

RAWBPF__PRIVATE void rawbpf__name_resolve(struct rawbpf_column *column, const struct rawbpf_symbols *symbols)
{
	struct name_walk walk = name_begin(RAWBPF_ARCH_NATIVE, column->prefix, 0);
	struct rawbpf__type_place place;

	if (!symbols || name_next_constant(&walk) ||
	    rawbpf__type_place(&place, symbols, RAWBPF__KIND_ENUMS, column->prefix, rawbpf__length(column->prefix)))
		return;
	column->btf = place.btf;
	column->type = place.id;
}

/* No program sees these: the kernel calls again after a signal, or turns the errno into another one. */
static const char name_internal[][22] = {
	"ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ENOIOCTLCMD", "ERESTART_RESTARTBLOCK" };

enum { NAME_INTERNAL_FIRST = 512, NAMES_INTERNAL = sizeof(name_internal) / sizeof(name_internal[0]) };

RAWBPF__PRIVATE const char *rawbpf__name_errno(enum rawbpf_arch arch, uint64_t number)
{
	if (number - NAME_INTERNAL_FIRST < NAMES_INTERNAL)
		return name_internal[number - NAME_INTERNAL_FIRST];
	return name_of(name_begin(arch, "E", 1), number);
}

RAWBPF__PRIVATE const char *rawbpf__name_signal(enum rawbpf_arch arch, uint64_t number)
{
	return name_of(name_begin(arch, "SIG", 1), number);
}

RAWBPF__PRIVATE const char *rawbpf__name_family(enum rawbpf_arch arch, uint64_t number)
{
	return name_of(name_begin(arch, "AF_", 0), number);
}

RAWBPF__PRIVATE const char *rawbpf__name_enum(enum rawbpf_arch arch, const struct rawbpf_column *column,
					      uint64_t number)
{
	return name_of(name_begin_column(arch, column), number);
}

/* ---------------------------------------------------------------------------- flags */

static unsigned name_bits(uint64_t number)
{
	unsigned bits = 0;

	for (; number; number &= number - 1)
		bits++;
	return bits;
}

/*
 * Find the name whose value is within `number` and has the most bits, so that O_SYNC wins over O_DSYNC. Return
 * the value, or 0.
 */
static uint64_t name_largest(enum rawbpf_arch arch, const struct rawbpf_column *column, uint64_t number)
{
	struct name_walk walk = name_begin_column(arch, column);
	uint64_t best = 0;

	while (name_next(&walk))
		if ((walk.value & ~number) == 0 && name_bits(walk.value) > name_bits(best) && name_counts(&walk))
			best = walk.value;
	return best;
}

RAWBPF__PRIVATE void rawbpf__name_flags(struct rawbpf__cell *cell, enum rawbpf_arch arch,
					const struct rawbpf_column *column, uint64_t number)
{
	uint64_t values[64], value, rest = number & UINT64_MAX >> (64 - 8 * column->size);
	const char *none = rawbpf__name_enum(arch, column, 0);
	unsigned count = 0;

	while (rest && (value = name_largest(arch, column, rest))) {
		unsigned at = count++;

		for (; at && values[at - 1] > value; at--)
			values[at] = values[at - 1];
		values[at] = value;
		rest &= ~value;
	}
	for (unsigned i = 0; i < count; i++) {
		rawbpf__cell_text(cell, i ? "|" : "");
		rawbpf__cell_string(cell, rawbpf__name_enum(arch, column, values[i]));
	}
	if (rest) {
		rawbpf__cell_text(cell, count ? "|" : "");
		rawbpf__cell_hex(cell, rest);
	}
	if (!number)
		rawbpf__cell_string(cell, none ? none : "0");
}
