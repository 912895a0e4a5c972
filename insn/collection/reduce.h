/* SPDX-License-Identifier: MIT */
/* The tables of a collection, made smaller for a C header. */
#ifndef RAWBPF_INSN_REDUCE_H
#define RAWBPF_INSN_REDUCE_H

#include <rawbpf/collection.h>

#include "../base/private.h"

/*
 * The members of a table's rows, in order. s: a string; e: an expression; p: a presentation and its
 * two arguments; 1, 2, 4: a number of so many bytes. NULL: the table has code of its own.
 */
RAWBPF__PRIVATE const char *rawbpf__table_members(unsigned table);
/* Return the bytes of such a member. */
RAWBPF__PRIVATE unsigned rawbpf__member_size(char member);

/* The tables in the order of RAWBPF_TABLES. */
enum rawbpf__reduced {
#define RAWBPF__REDUCED(NAME, TYPE) RAWBPF__REDUCED_##NAME,
	RAWBPF_TABLES(RAWBPF__REDUCED)
#undef RAWBPF__REDUCED
	RAWBPF__REDUCED_COUNT
};

/*
 * Copy a collection to `memory`, without what only a reader of the text needs: lines of statements,
 * names of labels, the summary, tests. Numbers that no kernel decides go into the instructions.
 * The pure environment has an architecture, or none, and an index. Return 0 or an error of
 * rawbpf_collection_header_format().
 */
RAWBPF__PRIVATE int rawbpf__reduce(struct rawbpf_collection *small,
				   const struct rawbpf_collection *collection,
				   const struct rawbpf_collection_env *env, void *memory, size_t size,
				   struct rawbpf_collection_error *error);

#endif
