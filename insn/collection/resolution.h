/* SPDX-License-Identifier: MIT */
/*
 * Resolving: the tables of a collection become instructions that can be loaded. Each of its parts
 * calls only those before it. Layouts need expressions, and call them by a pointer:
 *
 *	resolver.c	memory that all programs of a collection share; its names; errors
 *	layout.c	types and structs of the file
 *	frame.c		objects on the stack
 *	way_name.c	names of ways to attach
 *	eval.c		symbols and expressions
 *	way.c		ways to attach: program types, BTF ids, parameters of kernel functions
 *	begin.c		the entry sequence
 *	spec.c		maps, fields, other expressions
 *	fix.c		fields of instructions that expressions, labels and maps decide
 *	resolve.c	a program
 *	info.c		lines and functions of a program
 *	mark.c		the column of an error
 */
#ifndef RAWBPF_INSN_RESOLUTION_H
#define RAWBPF_INSN_RESOLUTION_H

#include <rawbpf/collection.h>
#include <rawbpf/symbol.h>

#include "../symbol/names.h"
#include "entry.h"

/* ------------------------------------------------------------------------- the index */

/* A name, and its node in a tree of names. */
struct rawbpf__named {
	unsigned links[RAWBPF__LINKS];
	unsigned name;		/* a string of the collection */
};

/* A table whose rows begin with a struct rawbpf__named, and a tree of them. */
struct rawbpf__tree {
	unsigned *root;
	struct rawbpf__named *rows;
	unsigned stride;	/* bytes of a row */
	unsigned count;		/* the rows that a guess may offer */
};

/* The value of an expression. Its sum may be the offset of something that has a name. */
struct rawbpf__eval {
	int64_t number;
	int64_t inner;		/* offset of the place in the named thing */
	uint32_t size;		/* of the named thing, in bytes; 0: there is none */
	uint8_t width;		/* of a load of the whole thing; 0: it is an array or a struct */
	uint8_t is_shifted;	/* a number was added to the thing's offset */
};

enum rawbpf__state { RAWBPF__STATE_NONE, RAWBPF__STATE_BUSY, RAWBPF__STATE_DONE };

struct rawbpf__laid_struct {
	struct rawbpf__named named;
	unsigned fields;	/* the root of the tree of fields */
	uint32_t size, align;
	uint32_t has_padding;
	uint32_t state;		/* enum rawbpf__state */
};

struct rawbpf__laid_field {
	struct rawbpf__named named;
	uint32_t offset;
	uint32_t size;		/* of one element */
	uint32_t count;		/* 0: no array */
	uint32_t of;		/* the number of its struct, from 1; 0: an integer */
	uint8_t width;		/* of an integer that is no array, else 0 */
	uint8_t is_signed;
	uint8_t has_size;	/* the s32 before it has its length */
	uint8_t unused;
};

struct rawbpf__known_set {
	struct rawbpf__named named;
	uint32_t state;
	uint32_t round;		/* of the state: slots and `way` differ in the next one */
	struct rawbpf__eval value;
};

/* Who names an object. Macros share theirs; a program has no object with the name of a macro's. */
enum rawbpf__owner { RAWBPF__OWNER_PROGRAM, RAWBPF__OWNER_MACRO, RAWBPF__OWNER_PLACE };

/* An object on the stack: a slot of an argument, or a local. */
struct rawbpf__object {
	struct rawbpf__named named;
	uint32_t size, align;
	uint32_t of;		/* as in a field */
	int32_t offset;		/* from r10 */
	uint16_t line;
	uint8_t width;		/* of a scalar, else 0 */
	uint8_t is_signed;
	uint8_t is_zeroed;	/* the entry sequence zeroes it */
	uint8_t owner;		/* enum rawbpf__owner */
	uint8_t unused[2];
};

/* The index begins with this. */
struct rawbpf__index {
	unsigned structs, sets, params;	/* roots */
	unsigned round;			/* of resolving, from 1 */
};

/* A name of the kernel in an expression. */
struct rawbpf__kernel_name {
	const char *name;	/* NULL: there is none */
	uint16_t op;		/* SYMBOL: its number; SIZEOF, EXISTS */
	uint16_t is_part;	/* the expression is not this alone */
};

/* A number of the kernel that the loader of an object file fills in. */
struct rawbpf__core {
	unsigned slot;
	unsigned line;
	struct rawbpf__kernel_name kernel;
};

/* What the loader of an object file fills in, and the names that are the same on all kernels. */
struct rawbpf__cores {
	const struct rawbpf_symbols *fixed;
	struct rawbpf__core *all;
	unsigned count, max;
};

/* ------------------------------------------------------------------------ the resolver */

struct rawbpf__resolver {
	const struct rawbpf_collection *c;
	const struct rawbpf_collection_env *env;
	const struct rawbpf_unit *unit;	/* NULL: no program */
	struct rawbpf_collection_error *error;
	unsigned line, macro_line;	/* for errors */
	unsigned depth;			/* of expressions and structs in each other */
	unsigned round;			/* of the index */
	unsigned sets_tried;		/* so many of the first ones */
	enum rawbpf_arch arch;
	int (*eval)(struct rawbpf__resolver *r, unsigned expr, struct rawbpf__eval *value);

	/* In the index. */
	struct rawbpf__tree structs, sets, params, objects;
	struct rawbpf__laid_field *fields;
	unsigned *labels;		/* the slot of each label of the program; UINT32_MAX: none */
	uint8_t *is_taken;		/* of each step of the program */
	struct rawbpf__entry_signature *signatures;
	struct rawbpf__entry_value *values;
	struct rawbpf__entry_object *zeroed;
	int *numbers;			/* of system calls */

	struct rawbpf__cores *cores;	/* of an object file; NULL: numbers of the kernel stay */
	struct rawbpf__kernel_name kernel; /* in the last expression, if `cores` */

	unsigned object_root, zeroed_count;
	unsigned stack;			/* bytes that objects take so far */
};

static inline const char *rawbpf__resolver_string(const struct rawbpf__resolver *r, unsigned string)
{
	return r->c->strings + string;
}

/* resolver.c */

/* Prepare all but `eval`. Fill the index if that was not done. */
RAWBPF__PRIVATE int rawbpf__resolver_begin(struct rawbpf__resolver *r,
					   const struct rawbpf_collection *c,
					   const struct rawbpf_collection_env *env,
					   struct rawbpf_collection_error *error);
/*
 * Describe an error at the current line and return it. In the sentence, @ stands for the name and
 * # for the number.
 */
RAWBPF__PRIVATE int rawbpf__resolver_fail(struct rawbpf__resolver *r, int error,
					  const char *sentence, const char *name, int64_t number);
/* Say that a table has no such name, and offer the nearest one. Return 0 if none is near. */
RAWBPF__PRIVATE int rawbpf__resolver_guess(struct rawbpf__resolver *r,
					   const struct rawbpf__tree *tree, const char *sentence,
					   const char *name, size_t length);
/* Say the same, with or without an offer. Return -ENOENT. */
RAWBPF__PRIVATE int rawbpf__resolver_missing(struct rawbpf__resolver *r,
					     const struct rawbpf__tree *tree, const char *sentence,
					     const char *name, size_t length);
/* Return row `number` of the table, from 1. */
RAWBPF__PRIVATE void *rawbpf__tree_row(const struct rawbpf__tree *tree, unsigned number);
/* Return the number of the row that has the name, or 0. */
RAWBPF__PRIVATE unsigned rawbpf__tree_find(const struct rawbpf__resolver *r,
					   const struct rawbpf__tree *tree, const char *name,
					   size_t length);
/* Give the row `number` its name. Return 0 if another row has it. */
RAWBPF__PRIVATE int rawbpf__tree_add(const struct rawbpf__resolver *r,
				     const struct rawbpf__tree *tree, unsigned number,
				     unsigned name);
/* Return the fields of the struct of this number, from 1. */
RAWBPF__PRIVATE struct rawbpf__tree rawbpf__fields_of(const struct rawbpf__resolver *r,
						      unsigned of);
/* Evaluate an expression that is a size or a number of elements, from `least` to `most`. */
RAWBPF__PRIVATE int rawbpf__resolver_range(struct rawbpf__resolver *r, unsigned expr, int64_t least,
				       int64_t most, const char *what, int64_t *number);

/* layout.c */

struct rawbpf__type {
	uint32_t size, align;
	uint32_t of;		/* the number of a struct of the file, from 1; 0: an integer */
	uint8_t is_signed;
	uint8_t has_padding;
};

/* Describe a type of the file. Return 1 if there is none of this name; or an error. */
RAWBPF__PRIVATE int rawbpf__type_find(struct rawbpf__resolver *r, struct rawbpf__type *type,
				      const char *name, size_t length);
/* Lay out the struct of this number, from 1. */
RAWBPF__PRIVATE int rawbpf__struct_lay(struct rawbpf__resolver *r, unsigned number);
/*
 * Find the member ".head.time" of a struct of the file. `inside` has the struct's own offset, and
 * becomes the member's.
 */
RAWBPF__PRIVATE int rawbpf__member_find(struct rawbpf__resolver *r, struct rawbpf__eval *inside,
					unsigned of, const char *path);

/* frame.c */

/* Find the object and its member: "c", "c.head.time". Return 1 if no object has the name. */
RAWBPF__PRIVATE int rawbpf__object_find(struct rawbpf__resolver *r, struct rawbpf__eval *value,
					const char *name);
/* Put a `.local` on the stack. */
RAWBPF__PRIVATE int rawbpf__local_add(struct rawbpf__resolver *r, unsigned local);
/* Put the slots of the arguments of the unit's places on the stack, if they are new. */
RAWBPF__PRIVATE int rawbpf__slots_add(struct rawbpf__resolver *r);
/* Check the size of the stack, and list the objects that the entry sequence zeroes. */
RAWBPF__PRIVATE int rawbpf__frame_end(struct rawbpf__resolver *r);

/* eval.c */

/* Begin to resolve. */
RAWBPF__PRIVATE int rawbpf__eval_begin(struct rawbpf__resolver *r,
				       const struct rawbpf_collection *c,
				       const struct rawbpf_collection_env *env,
				       struct rawbpf_collection_error *error);
RAWBPF__PRIVATE int rawbpf__eval(struct rawbpf__resolver *r, unsigned expr,
				 struct rawbpf__eval *value);

/* way.c */

/* Fill in the type, attach type and BTF id of the unit's program. */
RAWBPF__PRIVATE int rawbpf__way_resolve(struct rawbpf__resolver *r,
					struct rawbpf_resolved *resolved);
/* Return the first parameter of the place's function that points to the struct, from 0. */
RAWBPF__PRIVATE int rawbpf__parameter_find(struct rawbpf__resolver *r,
					   const struct rawbpf_table_place *place,
					   const char *type);
/* Return the number of parameters of the place's function. */
RAWBPF__PRIVATE int rawbpf__parameter_count(struct rawbpf__resolver *r,
					    const struct rawbpf_table_place *place);

/* begin.c */

/* Write the entry sequence. Return its length, which may be more than `max`. */
RAWBPF__PRIVATE int rawbpf__begin(struct rawbpf__resolver *r, struct bpf_insn *insns,
				  unsigned max);

/* spec.c */

RAWBPF__PRIVATE int rawbpf__map_describe(struct rawbpf__resolver *r, unsigned index,
					 struct rawbpf_resolved_map *map);

/* fix.c */

/* Do what a step wants with the instruction at `slot` of the program. */
RAWBPF__PRIVATE int rawbpf__fix(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved,
				const struct rawbpf_step *step, unsigned slot);

/* resolve.c */

/* Do as rawbpf_collection_resolve(), and list what the loader of an object file fills in. */
RAWBPF__PRIVATE int rawbpf__resolve(struct rawbpf_resolved *resolved,
				    const struct rawbpf_collection *collection,
				    const struct rawbpf_unit *unit,
				    const struct rawbpf_collection_env *env,
				    struct rawbpf__cores *cores);

#endif
