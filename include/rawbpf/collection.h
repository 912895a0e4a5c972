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
#include <rawbpf/form.h>
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
	const char *name;            /* of resolve: the name in question, of the collection, or NULL */
};

/* A text to parse: the caller's memory, and the mistakes. */
struct rawbpf_collection_text {
	const char *text;                /* need not be terminated; any bytes */
	size_t length;
	const char *std;                 /* the prelude; NULL: rawbpf_collection_std_get() */
	size_t std_length;
	void *memory;                    /* for tables and all else: rawbpf_collection_memory_size() */
	size_t memory_size;
	struct rawbpf_collection_error *errors; /* out: the first found, in the order of their places */
	unsigned error_max;
	struct rawbpf_collection_error *warnings;
	unsigned warning_max;
	unsigned error_count;            /* out: including those beyond error_max */
	unsigned warning_count;
};

/*
 * Return the bytes of memory that suffice for most texts of this length: 96 KB and 64 times as
 * much. The examples need a third of it. A text whose macros make many lines needs more.
 */
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
 * -E2BIG   more than 32767 lines, 256 MB, or 65535 elements of one table; macros make more than
 *          65535 lines, or are nested more than 8 deep
 */
int rawbpf_collection_parse(struct rawbpf_collection *collection,
			    struct rawbpf_collection_text *text);

/* ---------------------------------------------------------------------- resolve */

struct rawbpf_symbols;   /* the kernel's names: <rawbpf/symbol.h> */
struct rawbpf_btf_build; /* <rawbpf/btf.h> */

/*
 * A value for `opt.NAME`: a parameter of the file, or pid, uid, uid_set, tid, failed. With comm_set,
 * comm0 and comm8 are the two halves of a name of 16 bytes, padded with zeros.
 */
struct rawbpf_option {
	const char *name; /* without "opt." */
	uint64_t value;
	const char *text; /* of a string parameter */
};

/*
 * Memory for what all programs of a collection share: names, layouts, constants. Set the first two
 * fields and zero the rest. The first call fills it. Zero `filled` after a change of the
 * environment, but for `map_fds`. One index belongs to one collection and one thread.
 */
struct rawbpf_collection_index {
	void *memory; /* aligned to 8 */
	size_t size;  /* bytes: rawbpf_collection_index_size() */
	int filled;   /* private */
};

/* Return the bytes of memory that an index of this collection needs. */
size_t rawbpf_collection_index_size(const struct rawbpf_collection *collection);

/* The system that programs are resolved for. Zero is the default of every field but `index`. */
struct rawbpf_collection_env {
	enum rawbpf_arch arch;
	const struct rawbpf_symbols *symbols; /* NULL: no name of the kernel is known */
	const struct rawbpf_option *options;  /* an option that is not here has its default, or 0 */
	unsigned option_count;
	const int *map_fds; /* by the map's index; NULL: instructions get the index */
	unsigned self_pid;  /* `self.pid`: whose calls are left out */
	unsigned kernel;    /* 6 << 8 | 6 for Linux 6.6; 0: unknown */
	struct rawbpf_collection_index *index;
};

/* A program to load: at one place; by RAW_TP at all places of system calls. */
struct rawbpf_unit {
	unsigned prog;
	unsigned place, place_count; /* places of the collection, from `place` on; 0 places: none */
	enum rawbpf_way way;         /* the place's; for SYSCALL and SYSRET how it is done: one of
	                              * rawbpf_collection_ways_find() */
};

enum { RAWBPF_WAYS_OF_PLACE = 3 };

/*
 * List the ways to attach at a place, the best first. A place of another kind than SYSCALL and
 * SYSRET has one way, its own. All SYSCALL and SYSRET places of a collection take one way:
 *
 *	with a SYSRET place	TRACEPOINT, RAW_TP, KPROBE (for SYSRET: KRETPROBE)
 *	without			KPROBE, TRACEPOINT, RAW_TP
 *
 * So element N of the lists of two such places belongs together. Return the number of ways.
 */
int rawbpf_collection_ways_find(enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE],
				const struct rawbpf_collection *collection, unsigned place);

/* Return the name of a way as in the text, "raw_tp"; NULL: there is no such way. */
const char *rawbpf_way_name(enum rawbpf_way way);

/* Return the way of a name. -ENOENT: there is no such way. */
int rawbpf_way_find(const char *name);

/* A resolved program: the caller's arrays, and the results. */
struct rawbpf_resolved {
	struct bpf_insn *insns;  /* out: `max` slots */
	unsigned max;
	unsigned *lines;         /* out, or NULL: of each slot, the user's line << 16 | macro's line */
	unsigned *maps;          /* out, or NULL: of each slot, map + 1 if it refers to one, else 0 */
	unsigned *functions;     /* out, or NULL: of each slot, the name of the function that begins there,
	                          * a string of the collection, else 0 */

	unsigned count;          /* out: slots needed, even if more than `max` */
	unsigned entry_count;    /* out: the first of them that are the entry sequence */
	unsigned stack;          /* out: bytes of stack */
	unsigned type;           /* out: BPF_PROG_TYPE_* */
	unsigned attach_type;    /* out: expected_attach_type */
	unsigned attach_btf_id;  /* out: with FENTRY, FEXIT, LSM, TP_BTF, ITER */
	int attach_btf;          /* out: descriptor of the module's BTF, or 0 */
	struct rawbpf_collection_error error; /* out: rawbpf_collection_error_find() has its column */
};

/*
 * Find the place of an error of resolving in the text: set its column and width. They mark the name
 * in question, or else the line's text. Resolve knows no columns, only lines: column 0.
 */
void rawbpf_collection_error_find(struct rawbpf_collection_error *error, const char *text,
				  size_t length);

/*
 * Resolve one program: evaluate its expressions, decide each `.if`, lay out its stack, write its
 * entry sequence. The same environment gives the same instructions. Return the number of slots, or
 * an error, which `error` describes with its line:
 *
 * -ENOENT      the kernel, the file or the options have no such name
 * -ENODATA     the name would be in BTF, and there is none
 * -EINVAL      an expression, type, field, argument or label is wrong where it stands
 * -ERANGE      a number, or the distance of a jump, does not fit its field
 * -EDOM        a bit field, which has no offset in bytes; a division by 0; a shift by more than
 *              63 bits
 * -ELOOP       a constant or struct that contains itself, or is nested more than 64 deep
 * -E2BIG       more than 512 bytes of stack: `error` lists the largest objects
 * -EACCES      programs may not call this function of the kernel
 * -EOPNOTSUPP  this way has no such argument or result, or `arch` is unknown
 * -ENOSPC      `insns` or the index is too small
 */
int rawbpf_collection_resolve(struct rawbpf_resolved *resolved,
			      const struct rawbpf_collection *collection,
			      const struct rawbpf_unit *unit,
			      const struct rawbpf_collection_env *env);

/* What a map shall be. */
struct rawbpf_resolved_map {
	const char *name;
	unsigned type, key_size, value_size, max_entries, flags; /* max_entries 0: by the memory */
	const void *value;   /* of element 0, value_size bytes, or NULL: zeros. With BPF_F_RDONLY_PROG
	                      * the loader freezes the map */
};

/* Compute what a map shall be. Errors of rawbpf_collection_resolve(). */
int rawbpf_collection_map_resolve(struct rawbpf_resolved_map *map,
				  const struct rawbpf_collection *collection, unsigned index,
				  const struct rawbpf_collection_env *env,
				  struct rawbpf_collection_error *error);

/* A field of a struct of the file. */
struct rawbpf_resolved_field {
	unsigned offset, size; /* in bytes; the size of one element */
	unsigned count;        /* elements; 0: no array */
};

/*
 * Compute the place of a field, an index in `fields`, in its struct. Fields are aligned as in C. An
 * array with the presentation STRING or WORDS follows its length, an s32. Errors of
 * rawbpf_collection_resolve().
 */
int rawbpf_collection_field_resolve(struct rawbpf_resolved_field *out,
				    const struct rawbpf_collection *collection, unsigned field,
				    const struct rawbpf_collection_env *env,
				    struct rawbpf_collection_error *error);

/* Return the size in bytes of a type of the file: "u64", "event". Errors as above. */
int rawbpf_collection_type_size(const struct rawbpf_collection *collection, const char *type,
				const struct rawbpf_collection_env *env,
				struct rawbpf_collection_error *error);

/*
 * Evaluate an expression that is no part of a program, such as a place's `expr`. `line` goes to
 * `error`. A negative value is sign-extended. Errors of rawbpf_collection_resolve().
 */
int rawbpf_collection_expr_evaluate(uint64_t *value, const struct rawbpf_collection *collection,
				    unsigned expr, unsigned line,
				    const struct rawbpf_collection_env *env,
				    struct rawbpf_collection_error *error);

/* Names and lines of a program for rawbpf_prog_load(): the caller's arrays, and the results. */
struct rawbpf_resolved_info {
	struct rawbpf_btf_build *btf; /* out: types and strings are added */
	struct bpf_func_info *funcs;  /* out: for rawbpf_prog_spec.func_info */
	unsigned func_max;
	struct bpf_line_info *lines;  /* out: for line_info; resolved->count suffices */
	unsigned line_max;
	const char *file;             /* the file's name, for the log of Linux 6.9 */
	const char *text;             /* the text, for its lines; NULL: without */
	size_t length;

	unsigned func_count;          /* out */
	unsigned line_count;          /* out */
};

/*
 * Describe functions and lines of a program that was resolved with `lines` and `functions`. The
 * verifier's log shows the line of the user, and behind a '|' that of the macro. Return 0 or an
 * error of rawbpf_btf_funcs_find(), rawbpf_btf_lines_emit(). -ENOSPC also: more lines than
 * `line_max`.
 */
int rawbpf_collection_info_emit(struct rawbpf_resolved_info *info,
				const struct rawbpf_collection *collection,
				const struct rawbpf_resolved *resolved);

/* ----------------------------------------------------------------- C, and object files */

/* A collection as C. Set the first fields; zero the rest. */
struct rawbpf_collection_header {
	const struct rawbpf_collection *collection;
	const char *name;      /* of the struct rawbpf_collection: an identifier of C */
	const char *file;      /* the text's name, for the first line; NULL: none */
	enum rawbpf_arch arch; /* only for this one: constants of its headers become numbers; NATIVE: for
				* all */
	void *memory;          /* aligned to 8: rawbpf_collection_memory_size() suffices mostly */
	size_t memory_size;
	struct rawbpf_collection_error error; /* out */
};

/*
 * Write the tables of a collection as constants in C, to be included by a program that calls
 * rawbpf_live_open(). Numbers that neither a kernel nor an option decides are in the instructions.
 * Tests, names of labels and the lines of statements are left out: an error of rawbpf_live_attach()
 * has the line of the place or program. Sections of data keep this machine's byte order. Return the
 * length of the whole text, as snprintf(3), or a negative errno:
 *
 * -EINVAL   `name` is no identifier; `arch` is unknown; or, with a line in `error`, a mistake
 * -ERANGE, -EDOM  a mistake, in `error`
 * -ENOSPC   `memory` is too small: try twice as much
 * -E2BIG    more than 2 GB of text
 */
int rawbpf_collection_header_format(char *text, size_t size, struct rawbpf_collection_header *header);

/* A collection as an object file. Set the first fields; zero the rest. */
struct rawbpf_collection_elf {
	const struct rawbpf_collection *collection;
	const struct rawbpf_collection_env *env; /* `symbols` decide each .if, and tell what members of the
	                                          * kernel are; options have the values given here */
	enum rawbpf_byte_order order;            /* of the machine that runs the programs */
	const char *file;      /* the text's name, and */
	const char *text;      /* the text, for its lines; NULL: without */
	size_t length;
	void *memory;          /* aligned to 8: rawbpf_collection_memory_size() suffices mostly */
	size_t memory_size;
	struct rawbpf_collection_error error; /* out */
};

/*
 * Write a collection as an ELF object for libbpf, bpftool and ip(8): programs in sections that loaders
 * know, .maps, BTF, lines, relocations. The loader finds members, sizes and enumerators of the kernel,
 * and what exists in it.
 * System calls become tracepoints. Functions stand in .text. A ring without a size has 256 KB. Return
 * the length of the whole file, of which `size` bytes are written, or a negative errno:
 *
 * -EOPNOTSUPP  an object file cannot hold something, which `error` names with its line: .or, tail
 *              places, other names of the running kernel, a call of a program
 * -ENOSPC      `memory` is too small: try twice as much
 * -E2BIG       more than 128 programs, places and functions
 * Other errors are those of rawbpf_collection_resolve(), with a line in `error`.
 */
int rawbpf_collection_elf_emit(void *data, size_t size, struct rawbpf_collection_elf *elf);

#ifdef __cplusplus
}
#endif
#endif
