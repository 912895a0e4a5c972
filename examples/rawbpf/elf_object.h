/* SPDX-License-Identifier: MIT */
/* BPF objects: what compilers and assemblers write beside the instructions. */
#ifndef EXAMPLES_RAWBPF_ELF_OBJECT_H
#define EXAMPLES_RAWBPF_ELF_OBJECT_H

#include "tool.h"

#include <rawbpf/elf.h>

/* What an object says of one slot. Each is a number and 1; 0 is none. */
struct object_slot {
	uint32_t symbol; /* a function begins here: index of its symbol */
	uint32_t reloc;  /* index of the symbol that the loader puts in here */
	uint32_t line;   /* index in `lines` */
};

struct object {
	struct rawbpf_elf elf;
	struct rawbpf_elf_section symbols;
	struct object_section *sections; /* those with instructions, in the order of the file */
	unsigned section_count;
	struct object_slot *slots;       /* of all sections, one after the other */
	struct rawbpf_elf_line *lines;
};

struct object_section {
	struct rawbpf_elf_section elf;
	struct object_slot *slots;
};

/* Read all but the instructions. A message, and FAILED, if it is no object for BPF, or broken. */
int object_read(const struct subcommand *subcommand, const struct file *file, struct object *object);
void object_free(struct object *object);

/* The name of the function that begins at a slot, of any bytes; NULL: none does. */
const char *object_function(const struct object *object, const struct object_slot *slot);
/* The same if the assembler takes it for a label, else NULL. */
const char *object_label(const struct object *object, const struct object_slot *slot);

/*
 * Write what the loader puts into an instruction: "counts", ".bss+0x4", "add"; nothing, if nothing.
 * Foreign bytes are escaped. Returns the length, as snprintf(3).
 */
size_t object_reference(char *text, size_t size, const struct object *object,
			const struct object_slot *slot, const struct bpf_insn *insn);

#endif
