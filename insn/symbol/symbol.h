/* SPDX-License-Identifier: MIT */
/* Symbols are names for numbers. The assembler learns some of the numbers only later. */
#ifndef RAWBPF_INSN_SYMBOL_H
#define RAWBPF_INSN_SYMBOL_H

#include "names.h"

enum rawbpf__symbol_kind {
	RAWBPF__UNKNOWN,	/* mentioned, but not yet defined */
	RAWBPF__LABEL,		/* a slot */
	RAWBPF__CONSTANT,
	RAWBPF__A_MAP,		/* its index */
	RAWBPF__A_HELPER,	/* its number, if no label has the name */
	RAWBPF__A_SKIPPED	/* a label of a skipped section; or the section, in a tree of its own */
};

struct rawbpf__symbol {
	const char *name;
	uint64_t value;
	unsigned length;
	unsigned line;			/* the line of its definition */
	unsigned links[RAWBPF__LINKS];	/* its node in the tree of names */
	uint8_t kind;			/* enum rawbpf__symbol_kind */
	uint8_t is_huge;		/* the value is unsigned, and more than INT64_MAX */
};

/*
 * The table keeps symbols in the order of their first mention. It grows towards `end`, and `end`
 * may move towards the table.
 */
struct rawbpf__symbols {
	struct rawbpf__symbol *all;
	const char *end;
	unsigned count;
	unsigned root;			/* the root of the tree of names */
	uint8_t is_full;		/* something did not fit */
};

/* Return 1 if `size` more bytes fit. Otherwise mark the table as full and return 0. */
RAWBPF__PRIVATE int rawbpf__symbols_room(struct rawbpf__symbols *symbols, size_t size);

/* Return the symbol of a name, or NULL if the table has none. */
RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol_find(struct rawbpf__symbols *symbols,
							   const char *name, unsigned length);

/*
 * Return the symbol of a name, and add it if the table has none. Return NULL if the table is
 * full. The table keeps the pointer `name`.
 */
RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol_get(struct rawbpf__symbols *symbols,
							  const char *name, unsigned length);

#endif
