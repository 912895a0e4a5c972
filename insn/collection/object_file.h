/* SPDX-License-Identifier: MIT */
/*
 * An object file of a collection. Each of its parts calls only those before it:
 *
 *	object_room.c	memory, errors
 *	object_name.c	names of sections, by which loaders know places
 *	object_code.c	programs
 *	object_type.c	BTF: maps, members of the kernel's structs, lines
 *	object_write.c	bytes, sections
 *	object_btf.c	sections of BTF
 *	object.c	the file
 */
#ifndef RAWBPF_INSN_OBJECT_FILE_H
#define RAWBPF_INSN_OBJECT_FILE_H

#include <rawbpf/btf.h>
#include <rawbpf/collection.h>

#include "resolution.h"

enum {
	RAWBPF__OBJECT_UNITS = 128,
	RAWBPF__OBJECT_NAME = 192,	/* bytes of a section's name, with a NUL */
	RAWBPF__OBJECT_RING = 1 << 18	/* bytes of a ring whose size the text leaves open */
};

/* A program at a place, or one of its functions. */
struct rawbpf__object_unit {
	unsigned prog, place;
	unsigned first, count;		/* its instructions, among all */
	unsigned line, line_count;	/* its lines */
	unsigned core, core_count;	/* its names of the kernel */
	unsigned func;			/* the id of its function */
	unsigned function;		/* a string: its name; 0: it is the program itself */
	unsigned number;		/* 1: the program's first place */
	unsigned section;		/* the unit that begins its section */
	unsigned offset;		/* in bytes, in its section */
	unsigned symbol;		/* offset of its name */
	char name[RAWBPF__OBJECT_NAME];	/* of the section */
};

struct rawbpf__object_file {
	struct rawbpf_collection_elf *spec;
	const struct rawbpf_collection *c;
	char *at, *end;			/* the memory that is left */
	int is_full;

	struct rawbpf__object_unit *units;
	unsigned unit_count;
	struct bpf_insn *insns;
	unsigned *lines, *maps, *functions;
	unsigned count, max;		/* of instructions */
	struct bpf_line_info *infos;	/* their slots are among all instructions */
	unsigned info_count;
	struct rawbpf_symbols fixed;
	struct rawbpf__cores cores;
	unsigned *core_types, *core_paths, *core_kinds; /* of each: the file's type, the path's string */
	uint8_t *is_data;		/* of each map: it is a section of its own */
	struct rawbpf_resolved_map *specs; /* of each map */
	struct rawbpf_btf_field *vars;	/* of the maps in .maps: type and offset */
	unsigned *var_sizes, *var_maps;
	unsigned var_count, vars_size;
	struct rawbpf_btf_build btf;
};

/* object_room.c */

/* Take memory, aligned to 8. Return NULL, and set is_full, if there is too little. */
RAWBPF__PRIVATE void *rawbpf__object_take(struct rawbpf__object_file *o, size_t count, size_t size);
/* Describe an error at a line, and return it. @ and # are as in rawbpf__resolver_fail(). */
RAWBPF__PRIVATE int rawbpf__object_fail(struct rawbpf__object_file *o, int error, unsigned line,
					const char *sentence, const char *name);

/* object_name.c: write the name of the section of a place. */
RAWBPF__PRIVATE int rawbpf__object_name(struct rawbpf__object_file *o, char *name, unsigned number);

/* object_code.c */

/* Resolve all programs. */
RAWBPF__PRIVATE int rawbpf__object_code(struct rawbpf__object_file *o);
/* Return the function that an instruction calls or loads the address of, or NULL. */
RAWBPF__PRIVATE const struct rawbpf__object_unit *rawbpf__object_callee(const struct rawbpf__object_file *o,
									unsigned slot);

/* object_type.c: add all types that are not of functions. */
RAWBPF__PRIVATE int rawbpf__object_types(struct rawbpf__object_file *o);

/* A section, and what writes the file. */
struct rawbpf__object_section {
	unsigned name, type, flags, link, info, entry_size;
	size_t offset, size;
};

struct rawbpf__object_writer {
	struct rawbpf__object_file *o;
	unsigned char *data;
	size_t size, length;
	int is_big;
	struct rawbpf__object_section *sections;
	unsigned section_count;
	char *names;            /* of sections and symbols */
	unsigned names_length;
	unsigned *map_symbols;  /* of each map */
	unsigned *map_sections;
	unsigned text;          /* the first function, or unit_count */
	unsigned text_symbol;   /* of the functions' section */
	unsigned symbol_count;
};

/* object_write.c */

RAWBPF__PRIVATE void rawbpf__object_bytes(struct rawbpf__object_writer *w, const void *bytes, size_t count);
RAWBPF__PRIVATE void rawbpf__object_zeros(struct rawbpf__object_writer *w, size_t count);
/* Write a number of this many bytes, in the file's byte order. */
RAWBPF__PRIVATE void rawbpf__object_number(struct rawbpf__object_writer *w, uint64_t number, unsigned bytes);
RAWBPF__PRIVATE void rawbpf__object_u32(struct rawbpf__object_writer *w, uint32_t number);
/* Add a name of a section or symbol. Return its place among the names. */
RAWBPF__PRIVATE unsigned rawbpf__object_text(struct rawbpf__object_writer *w, const char *name, const char *suffix);
/* Begin a section at a multiple of 8. Return its number. */
RAWBPF__PRIVATE unsigned rawbpf__object_begin(struct rawbpf__object_writer *w, const char *prefix, const char *name,
					      unsigned type, unsigned flags);
RAWBPF__PRIVATE void rawbpf__object_end(struct rawbpf__object_writer *w);

/* object_btf.c: write the sections. */
RAWBPF__PRIVATE void rawbpf__object_btf(struct rawbpf__object_writer *w);
RAWBPF__PRIVATE void rawbpf__object_btf_ext(struct rawbpf__object_writer *w);

#endif
