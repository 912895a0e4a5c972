/* SPDX-License-Identifier: MIT */
/* BPF objects: names, lines and relocations beside the instructions. */
#ifndef EXAMPLES_RAWBPF_ELF_OBJECT_H
#define EXAMPLES_RAWBPF_ELF_OBJECT_H

#include "tool.h"

#include <rawbpf/elf.h>

/* The object's information about one slot. Each is a number plus 1, or 0. */
struct object_slot {
	uint32_t symbol; /* a function begins here: index of its symbol */
	uint32_t reloc;  /* index of the symbol that the loader puts in here */
	uint32_t line;   /* index in `lines` */
};

struct object {
	struct rawbpf_elf elf;
	struct rawbpf_elf_section symbols;
	struct object_section *sections; /* sections with instructions, in the order of the file */
	unsigned section_count;
	struct object_slot *slots;       /* the slots of all sections, one after the other */
	struct rawbpf_elf_line *lines;
};

struct object_section {
	struct rawbpf_elf_section elf;
	struct object_slot *slots;
};

/*
 * Read all but the instructions. Returns FAILED, after a message, if the file is broken or no
 * object for BPF.
 */
int object_read(const struct subcommand *subcommand, const struct file *file, struct object *object);
void object_free(struct object *object);

/* Return the name of the function that begins at a slot, of any bytes, or NULL. */
const char *object_function(const struct object *object, const struct object_slot *slot);
/* Return the same if the assembler accepts it as a label, else NULL. */
const char *object_label(const struct object *object, const struct object_slot *slot);

/*
 * Write what the loader puts into an instruction: "counts", ".bss+0x4", "add", or "". Foreign bytes
 * are escaped. Returns the length, like snprintf(3).
 */
size_t object_reference(char *text, size_t size, const struct object *object,
			const struct object_slot *slot, const struct bpf_insn *insn);

#endif
