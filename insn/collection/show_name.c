/* SPDX-License-Identifier: MIT */
/* Names of numbers: constants of the kernel's interface, by their prefix. */
#include "../base/string.h"
#include "../symbol/constants.h"
#include "shown.h"

/* Other names of these numbers are better known. */
static const char name_unused[] =
	"AF_LOCAL\0EFSBADCRC\0EFSCORRUPTED\0EWOULDBLOCK\0O_ACCMODE\0O_NDELAY\0SIGIOT\0SIGPOLL\0";

/* A walk over the constants of a prefix. */
struct name_walk {
	enum rawbpf_arch arch;
	const char *prefix;
	int is_plain;    /* 1: names that have a '_' do not count */
	unsigned index;  /* of the next row */
	const char *name;
	uint64_t value;
};

static struct name_walk name_begin(enum rawbpf_arch arch, const char *prefix, int is_plain)
{
	return (struct name_walk){ .arch = arch, .prefix = prefix, .is_plain = is_plain,
				   .index = rawbpf__constant_from(prefix, rawbpf__length(prefix)) };
}

static int name_next(struct name_walk *walk)
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
	return (!walk->is_plain || !*rawbpf__find(walk->name, '_')) &&
	       rawbpf__list_find(name_unused, walk->name, rawbpf__length(walk->name)) < 0;
}

static const char *name_of(struct name_walk walk, uint64_t number)
{
	while (name_next(&walk))
		if (walk.value == number && name_counts(&walk))
			return walk.name;
	return NULL;
}

RAWBPF__PRIVATE const char *rawbpf__name_errno(enum rawbpf_arch arch, uint64_t number)
{
	return name_of(name_begin(arch, "E", 1), number);
}

RAWBPF__PRIVATE const char *rawbpf__name_signal(enum rawbpf_arch arch, uint64_t number)
{
	return name_of(name_begin(arch, "SIG", 1), number);
}

RAWBPF__PRIVATE const char *rawbpf__name_enum(enum rawbpf_arch arch, const char *prefix, uint64_t number)
{
	return name_of(name_begin(arch, prefix, 0), number);
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
 * Find the constant within `number` that has the most bits, so that O_SYNC wins over O_DSYNC. Return
 * its value, or 0.
 */
static uint64_t name_largest(enum rawbpf_arch arch, const char *prefix, uint64_t number)
{
	struct name_walk walk = name_begin(arch, prefix, 0);
	uint64_t best = 0;

	while (name_next(&walk))
		if ((walk.value & ~number) == 0 && name_bits(walk.value) > name_bits(best) && name_counts(&walk))
			best = walk.value;
	return best;
}

RAWBPF__PRIVATE void rawbpf__name_flags(struct rawbpf__cell *cell, enum rawbpf_arch arch,
					const char *prefix, uint64_t number)
{
	uint64_t values[64], value, rest = number;
	const char *none = rawbpf__name_enum(arch, prefix, 0);
	unsigned count = 0;

	while (rest && (value = name_largest(arch, prefix, rest))) {
		unsigned at = count++;

		for (; at && values[at - 1] > value; at--)
			values[at] = values[at - 1];
		values[at] = value;
		rest &= ~value;
	}
	for (unsigned i = 0; i < count; i++) {
		rawbpf__cell_text(cell, i ? "|" : "");
		rawbpf__cell_text(cell, rawbpf__name_enum(arch, prefix, values[i]));
	}
	if (rest) {
		rawbpf__cell_text(cell, count ? "|" : "");
		rawbpf__cell_hex(cell, rest);
	}
	if (!number)
		rawbpf__cell_text(cell, none ? none : "0");
}
