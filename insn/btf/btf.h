/* SPDX-License-Identifier: MIT */
/* Declarations that the files on BTF share. */
#ifndef RAWBPF_INSN_BTF_H
#define RAWBPF_INSN_BTF_H

#include <rawbpf/btf.h>

#include "../base/private.h"

/*
 * Parse as rawbpf_btf_parse() does, and write the index on the way: a second walk would take as long.
 * It has a number for each sizeof(struct btf_type) bytes of the data. NULL: without.
 */
RAWBPF__PRIVATE int rawbpf__btf_parse(struct rawbpf_btf *btf, const void *data, size_t size,
				      const struct rawbpf_btf *base, uint32_t *index);

/* How far the types of a BTF were checked: their number, and their bytes. */
struct rawbpf_btf_reached {
	uint32_t count, size;
};

/*
 * Parse as rawbpf_btf_parse() does, without a base, but check types only when somebody looks for them:
 * a text finds most names among the first. `memory` is zeroed. It has room for a struct
 * rawbpf_btf_reached and the index. Functions write to it, so this is for one thread.
 */
RAWBPF__PRIVATE int rawbpf__btf_parse_partly(struct rawbpf_btf *btf, const void *data, size_t size, void *memory);

/* Check types up to that number, from 0. Return 0 if there are fewer: the others are broken, or none. */
RAWBPF__PRIVATE int rawbpf__btf_reach(const struct rawbpf_btf *btf, uint32_t number);

/* Return the data that a type's kind adds to the type. */
RAWBPF__PRIVATE const void *rawbpf__btf_addition(const struct btf_type *type);

/* Return the type behind `type` in memory, or the first for NULL. It must not be the last. */
RAWBPF__PRIVATE const struct btf_type *rawbpf__btf_type_after(const struct rawbpf_btf *btf,
							      const struct btf_type *type);

/* A walk through the types of a BTF, without its base's: set `btf` and zero the rest. */
struct rawbpf__btf_walk {
	const struct rawbpf_btf *btf;
	const struct btf_type *type;
	uint32_t count; /* of the types so far */
};

/* Go to the next type. Return 0 behind the last. An index makes the walk three times as fast. */
static inline int rawbpf__btf_walk_next(struct rawbpf__btf_walk *walk)
{
	const struct rawbpf_btf *btf = walk->btf;

	if (btf->reached ? !rawbpf__btf_reach(btf, walk->count) : walk->count == btf->type_count)
		return 0;
	walk->type = btf->index ? (const void *)(btf->types + btf->index[walk->count]) :
				  rawbpf__btf_type_after(btf, walk->type);
	walk->count++;
	return 1;
}

/* Return the id of the type at which a walk is. */
static inline uint32_t rawbpf__btf_walk_id(const struct rawbpf__btf_walk *walk)
{
	return walk->btf->first_id + walk->count - 1;
}

/* Return 1 if the string at `offset` is the `length` bytes at `name`. */
RAWBPF__PRIVATE int rawbpf__btf_names(const struct rawbpf_btf *btf, uint32_t offset,
				      const char *name, size_t length);

/*
 * Emit an enum of `size` bytes with one enumerator, or with none if its name is NULL. A value that
 * needs 64 bits makes it an ENUM64 of 8 bytes. Return its id.
 */
RAWBPF__PRIVATE int rawbpf__btf_enum_emit(struct rawbpf_btf_build *b, const char *name, unsigned size,
					  const char *enumerator, int64_t value);

#endif
