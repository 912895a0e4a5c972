/* SPDX-License-Identifier: MIT */
/* Symbols: names that stand for numbers, some of which are known only later. */
#ifndef RAWBPF_INSN_SYMBOL_H
#define RAWBPF_INSN_SYMBOL_H

#include "names.h"

enum rawbpf__symbol_kind {
	RAWBPF__UNKNOWN,	/* mentioned, and not yet defined */
	RAWBPF__LABEL,		/* a slot */
	RAWBPF__CONSTANT,
	RAWBPF__A_MAP,		/* its index */
	RAWBPF__A_HELPER	/* its number, if no label has the name */
};

struct rawbpf__symbol {
	const char *name;
	uint64_t value;
	unsigned length;
	unsigned line;			/* of its definition */
	unsigned links[RAWBPF__LINKS];	/* in the tree of names */
	uint8_t kind;			/* enum rawbpf__symbol_kind */
	uint8_t is_huge;		/* the value is unsigned, and more than INT64_MAX */
};

/* Symbols in order of their first mention. They grow towards `end`, which may come nearer. */
struct rawbpf__symbols {
	struct rawbpf__symbol *all;
	const char *end;
	unsigned count;
	unsigned root;			/* of the tree of names */
	uint8_t is_full;		/* something did not fit */
};

/* Are there `size` more bytes? If not, the table is full. */
RAWBPF__PRIVATE int rawbpf__symbols_room(struct rawbpf__symbols *symbols, size_t size);

/* The symbol of a name; NULL: there is none. */
RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol_find(struct rawbpf__symbols *symbols,
							   const char *name, unsigned length);

/* The symbol of a name, added if there is none; NULL: the table is full. `name` is kept. */
RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol_get(struct rawbpf__symbols *symbols,
							  const char *name, unsigned length);

#endif
