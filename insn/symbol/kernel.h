/* SPDX-License-Identifier: MIT */
/* The sources of the kernel's numbers: BTF, formats of tracefs, offsets files, and tables. */
#ifndef RAWBPF_INSN_SYMBOL_KERNEL_H
#define RAWBPF_INSN_SYMBOL_KERNEL_H

#include <rawbpf/btf.h>
#include <rawbpf/symbol.h>

#include "../base/guess.h"
#include "../base/private.h"

/* Sets of BTF kinds: bit N is kind N. */
enum {
	RAWBPF__KIND_COMPOSITES = 1 << BTF_KIND_STRUCT | 1 << BTF_KIND_UNION |
				  1 << BTF_KIND_TYPEDEF,
	RAWBPF__KIND_ENUMS = 1 << BTF_KIND_ENUM | 1 << BTF_KIND_ENUM64,
};

/* Return 1 if the type's kind is in the set. It is inline since it runs for each type of a BTF. */
static inline int rawbpf__kind_is_in(const struct btf_type *type, uint32_t kinds)
{
	unsigned kind = type->info >> 24 & 0x7f;

	return kind < 32 && kinds >> kind & 1;
}

/* A type, in the BTF of the kernel (module 0) or of modules[module - 1]. */
struct rawbpf__type_place {
	const struct rawbpf_btf *btf;
	unsigned module;
	unsigned id;
};

/* Return the BTF of that number, 0 for the kernel's, which may be opened now. NULL: there is none. */
RAWBPF__PRIVATE const struct rawbpf_btf *rawbpf__symbols_btf(const struct rawbpf_symbols *symbols,
							     unsigned module);

/*
 * Find a type of one of the `kinds`, by its name. The kernel wins over modules, then structs and
 * unions over other types, then the smaller id. -ENOENT: no such type.
 */
RAWBPF__PRIVATE int rawbpf__type_place(struct rawbpf__type_place *place,
				       const struct rawbpf_symbols *symbols, uint32_t kinds,
				       const char *name, size_t length);

/* Return the bytes of a load or store of a type, or 0 if one load does not do. */
RAWBPF__PRIVATE unsigned rawbpf__type_width(const struct rawbpf_btf *btf, unsigned id);

/* An enumerator, and the name of its enum, "" if it has none. */
struct rawbpf__enumerator {
	uint64_t value;
	const char *of;
	unsigned module;	/* 0: of the kernel */
};

/* Find an enumerator of the kernel or of a module. -ENOENT: no such enumerator. */
RAWBPF__PRIVATE int rawbpf__enumerator_find(struct rawbpf__enumerator *enumerator,
					    const struct rawbpf_symbols *symbols, const char *name,
					    size_t length);

/* A name with a dot: `head` bytes, then the dot, then `rest`. */
struct rawbpf__path {
	const char *name;
	size_t head;
	const char *rest;
};

/*
 * The sources of a path. Each returns 0 and fills the symbol, or a negative errno. -ENODATA: this
 * source does not know the head.
 */
RAWBPF__PRIVATE int rawbpf__path_in_format(struct rawbpf_symbol *symbol,
					   const struct rawbpf_symbols *symbols,
					   const struct rawbpf__path *path);
RAWBPF__PRIVATE int rawbpf__path_in_kernel(struct rawbpf_symbol *symbol,
					   const struct rawbpf_symbols *symbols,
					   const struct rawbpf__path *path);
RAWBPF__PRIVATE int rawbpf__path_in_offsets(struct rawbpf_symbol *symbol,
					    const struct rawbpf_symbols *symbols,
					    const struct rawbpf__path *path);
RAWBPF__PRIVATE int rawbpf__path_in_context(struct rawbpf_symbol *symbol,
					    const struct rawbpf_symbols *symbols,
					    const struct rawbpf__path *path);
RAWBPF__PRIVATE int rawbpf__path_in_tracepoint(struct rawbpf_symbol *symbol,
					       const struct rawbpf_symbols *symbols,
					       const struct rawbpf__path *path);

/*
 * Find the struct of a tracepoint's record in BTF: trace_event_raw_NAME, or the common one of
 * sys_enter_NAME and sys_exit_NAME. -ENOENT: no such struct.
 */
RAWBPF__PRIVATE int rawbpf__tracepoint_place(struct rawbpf__type_place *place,
					     const struct rawbpf_symbols *symbols,
					     const char *name, size_t length);

/* Return the format of a tracepoint, or NULL. */
RAWBPF__PRIVATE const struct rawbpf_symbol_format *
rawbpf__format_of(const struct rawbpf_symbols *symbols, const char *name, size_t length);

/* Offer the names of a format's fields to a guess. */
RAWBPF__PRIVATE void rawbpf__format_guess(struct rawbpf__guess *guess,
					  const struct rawbpf_symbol_format *format);

/* The sorts of lines in an offsets file. */
enum rawbpf__offsets_sort {
	RAWBPF__OFFSETS_MEMBER,
	RAWBPF__OFFSETS_SIZE,
	RAWBPF__OFFSETS_ENUMERATOR,
	RAWBPF__OFFSETS_NONE
};

/* The first line of an offsets file. */
#define RAWBPF__OFFSETS_HEAD "rawbpf offsets 1"

/* Return the word that a line of this sort begins with. */
RAWBPF__PRIVATE const char *rawbpf__offsets_sort_name(enum rawbpf__offsets_sort sort);

/*
 * Find the line of that sort for a name. -ENOENT: the file says that the kernel lacks the name.
 * -ENODATA: the file does not have it.
 */
RAWBPF__PRIVATE int rawbpf__offsets_find(struct rawbpf_symbol *symbol,
					 const struct rawbpf_offsets *offsets,
					 enum rawbpf__offsets_sort sort, const char *name);

#endif
