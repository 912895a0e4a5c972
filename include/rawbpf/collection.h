/* SPDX-License-Identifier: MIT */
/*
 * Collections: programs, maps, structs and parameters that belong together, from one text file.
 * rawbpf_text(5) has the language. Three stages:
 *
 *	rawbpf_collection_parse()	text to tables                pure
 *	rawbpf_collection_resolve()	tables to a program to load   pure; knows the kernel
 *	rawbpf_collection_load() ...	maps, programs, links, events
 */
#ifndef RAWBPF_COLLECTION_H
#define RAWBPF_COLLECTION_H

#include <rawbpf/collection_table.h>
#include <rawbpf/syscall.h>
#include <rawbpf/text.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------ parse */

/* A mistake in a text of programs. Within a macro it has two places: the user's, and the macro's. */
struct rawbpf_collection_error {
	struct rawbpf_text_error at; /* the user's line */
	unsigned macro_line;         /* 0: not in a macro; else as in the tables */
};

/* A text to parse: the caller's memory, and the mistakes. */
struct rawbpf_collection_text {
	const char *text;                /* need not be terminated; any bytes */
	size_t length;
	const char *std;                 /* the prelude; NULL: rawbpf_collection_std_get() */
	size_t std_length;
	void *memory;                    /* for tables and all else: rawbpf_collection_memory_size() */
	size_t memory_size;
	struct rawbpf_collection_error *errors; /* out: the first `error_max`, in their order */
	unsigned error_max;
	struct rawbpf_collection_error *warnings;
	unsigned warning_max;
	unsigned error_count;            /* out: including those beyond error_max */
	unsigned warning_count;
};

/* Return the bytes of memory that suffice for most texts of this length. */
size_t rawbpf_collection_memory_size(size_t length);

/* Return the prelude, std.bpf, and its length. */
const char *rawbpf_collection_std_get(size_t *length);

/*
 * Return 1 if the text has a `.prog` directive, and so is a collection. Without one it is
 * a program for rawbpf_text_parse().
 */
int rawbpf_collection_has(const char *text, size_t length);

/*
 * Parse a text. The tables point into `memory` and stay valid as long as it does; `text` is no
 * longer needed. Return 0, or
 *
 * -EINVAL  the text has errors; `errors` has the first ones
 * -ENOSPC  `memory` is too small: try twice as much
 * -E2BIG   more than 32767 lines, or 65535 elements of one table
 */
int rawbpf_collection_parse(struct rawbpf_collection *collection,
			    struct rawbpf_collection_text *text);

/* ---------------------------------------------------------------------- resolve */

struct rawbpf_symbols; /* the kernel's names: rawbpf/symbol.h */

/* A value for `opt.NAME`: a parameter of the file, or pid, uid, uid_set, tid, failed. */
struct rawbpf_option {
	const char *name;
	uint64_t value;
	const char *text; /* of a string parameter */
};

/* The system that programs are resolved for. Zero is the default of every field. */
struct rawbpf_collection_env {
	enum rawbpf_arch arch;
	const struct rawbpf_symbols *symbols; /* NULL: no name of the kernel is known */
	const struct rawbpf_option *options;  /* what is not here has its default, or 0 */
	unsigned option_count;
	const int *map_fds; /* by the map's index; NULL: instructions get the index */
	unsigned self_pid;  /* `self.pid`: whose calls are left out */
	unsigned kernel;    /* 6 << 8 | 6 for Linux 6.6; 0: unknown */
};

/* A program to load: at one place; by RAW_TP at all its system calls' places. */
struct rawbpf_unit {
	unsigned prog;
	unsigned place, place_count; /* places of the collection, from `place` on */
	enum rawbpf_way way;         /* the place's; for SYSCALL and SYSRET how it is done: TRACEPOINT,
	                              * RAW_TP, KPROBE (with SYSRET: KRETPROBE) */
};

/* A resolved program: the caller's arrays, and the results. */
struct rawbpf_resolved {
	struct bpf_insn *insns;  /* out: `max` slots */
	unsigned max;
	unsigned *lines;         /* out, or NULL: of each slot, the user's line << 16 | macro's line */
	unsigned *maps;          /* out, or NULL: of each slot, map + 1 if it refers to one, else 0 */

	unsigned count;          /* out: slots */
	unsigned entry_count;    /* out: the first of them that are the entry sequence */
	unsigned stack;          /* out: bytes of stack */
	unsigned type;           /* out: BPF_PROG_TYPE_* */
	unsigned attach_type;    /* out: expected_attach_type */
	unsigned attach_btf_id;  /* out: with FENTRY, FEXIT, LSM, TP_BTF, ITER */
	int attach_btf;          /* out: descriptor of the module's BTF, or 0 */
	struct rawbpf_collection_error error; /* out */
};

/* Resolve one program. Return the number of slots, or an error that `error` explains. */
int rawbpf_collection_resolve(struct rawbpf_resolved *resolved,
			      const struct rawbpf_collection *collection,
			      const struct rawbpf_unit *unit,
			      const struct rawbpf_collection_env *env);

/* What a map shall be. */
struct rawbpf_resolved_map {
	const char *name;
	unsigned type, key_size, value_size, max_entries, flags; /* max_entries 0: by the memory */
};

int rawbpf_collection_map_resolve(struct rawbpf_resolved_map *map,
				  const struct rawbpf_collection *collection, unsigned index,
				  const struct rawbpf_collection_env *env,
				  struct rawbpf_collection_error *error);

/* A field of a struct of the file. */
struct rawbpf_resolved_field {
	unsigned offset, size; /* of one element */
	unsigned count;        /* elements; 0: no array */
};

/* Compute the layout of field `field` (an index in `fields`) of its struct. */
int rawbpf_collection_field_resolve(struct rawbpf_resolved_field *out,
				    const struct rawbpf_collection *collection, unsigned field,
				    const struct rawbpf_collection_env *env);

#ifdef __cplusplus
}
#endif
#endif
