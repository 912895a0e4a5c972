/* SPDX-License-Identifier: MIT */
#include "elf_object.h"

#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_AT_MOST = 128, SLOT_SIZE = 8 };
#ifndef EM_BPF
#define EM_BPF 247
#endif

static int has_instructions(const struct rawbpf_elf_section *section)
{
	return section->type == SHT_PROGBITS && section->flags & SHF_EXECINSTR && section->size;
}

/*
 * Find the sections with instructions. Tables of a sound file do not overlap, so together they are
 * at most as long as the file. Otherwise the work could grow with its square.
 */
static int find_sections(const struct subcommand *subcommand, const struct file *file, struct object *object)
{
	uint64_t used = 0, slots = 0;

	object->sections = calloc(object->elf.sections.count + 1, sizeof *object->sections);
	if (!object->sections)
		return tool_fail(subcommand, "out of memory");
	for (uint64_t i = 1; i < object->elf.sections.count; i++) {
		struct object_section *section = &object->sections[object->section_count];

		if (rawbpf_elf_section_read(&section->elf, &object->elf, i) < 0)
			return tool_fail(subcommand, "%s: the ELF file is broken: section %u ends behind it",
					 file->name, (unsigned)i);
		used += section->elf.data ? section->elf.size : 0;
		if (used > file->size)
			return tool_fail(subcommand, "%s: the ELF file is broken: its sections overlap",
					 file->name);
		if (!has_instructions(&section->elf))
			continue;
		if (section->elf.size % SLOT_SIZE)
			return tool_fail(subcommand, "%s: section %u: %llu bytes are not a multiple of 8",
					 file->name, (unsigned)i, (unsigned long long)section->elf.size);
		slots += section->elf.size / SLOT_SIZE;
		object->section_count++;
	}
	object->slots = calloc(slots + 1, sizeof *object->slots);
	if (!object->slots)
		return tool_fail(subcommand, "out of memory");
	slots = 0;
	for (unsigned i = 0; i < object->section_count; i++) {
		object->sections[i].slots = object->slots + slots;
		slots += object->sections[i].elf.size / SLOT_SIZE;
	}
	if (!object->section_count)
		return tool_fail(subcommand, "%s: no section of the ELF file has instructions", file->name);
	return OK;
}

static int compare_indices(const void *key, const void *element)
{
	const struct object_section *section = element;
	unsigned index = *(const unsigned *)key;

	return (index > section->elf.index) - (index < section->elf.index);
}

/*
 * Return the slot at an offset of a section of that index, or NULL if it has no instructions there.
 */
static struct object_slot *slot_at(const struct object *object, unsigned index, uint64_t offset)
{
	const struct object_section *section = bsearch(&index, object->sections, object->section_count,
						       sizeof *section, compare_indices);

	if (!section || offset >= section->elf.size || offset % SLOT_SIZE)
		return NULL;
	return section->slots + offset / SLOT_SIZE;
}

/*
 * Is it a function? Assemblers give global functions no type. Local labels are a compiler's own:
 * LBB1_2.
 */
static int is_function(const struct rawbpf_elf_symbol *symbol)
{
	return symbol->type == STT_FUNC || (symbol->type == STT_NOTYPE && symbol->bind != STB_LOCAL);
}

static void place_symbols(struct object *object)
{
	struct rawbpf_elf_symbol symbol;

	for (uint64_t i = 1; rawbpf_elf_symbol_read(&symbol, &object->elf, &object->symbols, i) == 0;
	     i++) {
		struct object_slot *slot = slot_at(object, symbol.section, symbol.value);

		if (slot && !slot->symbol && is_function(&symbol))
			slot->symbol = i + 1;
	}
}

static void place_relocs(struct object *object)
{
	struct rawbpf_elf_section table;
	struct rawbpf_elf_reloc reloc;

	for (uint64_t i = 1; rawbpf_elf_section_read(&table, &object->elf, i) == 0; i++)
		for (uint64_t n = 0; rawbpf_elf_reloc_read(&reloc, &object->elf, &table, n) == 0; n++) {
			struct object_slot *slot = slot_at(object, table.info, reloc.offset);

			if (slot)
				slot->reloc = reloc.symbol + 1;
		}
}

static int compare_names(const void *left, const void *right)
{
	const struct object_section *a = left, *b = right;

	return strncmp(a->elf.name, b->elf.name, NAME_AT_MOST);
}

static size_t count_lines(struct rawbpf_elf_lines lines)
{
	struct rawbpf_elf_line line;
	size_t count = 0;

	while (rawbpf_elf_lines_next(&line, &lines))
		count++;
	return count;
}

/* Give each slot its line. `by_name` has room for the sections. */
static void place_lines_of(struct object *object, struct rawbpf_elf_lines *lines,
			   struct object_section *by_name)
{
	struct rawbpf_elf_line line;
	unsigned count = 0;

	for (unsigned i = 0; i < object->section_count; i++)
		by_name[i] = object->sections[i];
	qsort(by_name, object->section_count, sizeof *by_name, compare_names);
	while (rawbpf_elf_lines_next(&line, lines)) {
		struct object_section named = { .elf.name = line.section };
		struct object_section *found = bsearch(&named, by_name, object->section_count,
						       sizeof *by_name, compare_names);
		struct object_slot *slot =
			found ? slot_at(object, found->elf.index, line.offset) : NULL;

		object->lines[count++] = line;
		if (slot)
			slot->line = count;
	}
}

static int place_lines(const struct subcommand *subcommand, const struct file *file, struct object *object)
{
	struct rawbpf_elf_lines lines;
	struct object_section *by_name;
	int err = rawbpf_elf_lines_parse(&lines, &object->elf);

	if (err == -ENOENT)
		return OK;
	if (err < 0)
		return tool_fail(subcommand, "%s: the ELF file is broken: its .BTF or .BTF.ext", file->name);
	object->lines = calloc(count_lines(lines) + 1, sizeof *object->lines);
	by_name = calloc(object->section_count, sizeof *by_name);
	if (object->lines && by_name)
		place_lines_of(object, &lines, by_name);
	else
		err = tool_fail(subcommand, "out of memory");
	free(by_name);
	return err;
}

int object_read(const struct subcommand *subcommand, const struct file *file, struct object *object)
{
	int err = rawbpf_elf_parse(&object->elf, file->data, file->size);

	if (err < 0)
		return tool_fail(subcommand, "%s: the ELF file is broken", file->name);
	if (object->elf.machine != EM_BPF)
		return tool_fail(subcommand, "%s is an ELF file for machine %u, not for BPF (%u)", file->name,
				 object->elf.machine, EM_BPF);
	if (find_sections(subcommand, file, object) != OK)
		return FAILED;
	if (rawbpf_elf_section_find(&object->symbols, &object->elf, ".symtab") == 0) {
		place_symbols(object);
		place_relocs(object);
	}
	return place_lines(subcommand, file, object);
}

void object_free(struct object *object)
{
	free(object->sections);
	free(object->slots);
	free(object->lines);
}

/* Does the assembler take the name for a register? r and w with any number. */
static int is_register(const char *name)
{
	return strchr("rw", name[0]) && name[1] && strspn(name + 1, "0123456789") == strlen(name + 1);
}

/* Can it be a label of the assembler? Labels have letters, digits, _ and . */
static int can_be_label(const char *name)
{
	size_t length = 0;

	for (; length < NAME_AT_MOST && name[length]; length++)
		if (!isalnum((unsigned char)name[length]) && !strchr("_.", name[length]))
			return 0;
	return length && length < NAME_AT_MOST && !isdigit((unsigned char)name[0]) && !is_register(name);
}

const char *object_function(const struct object *object, const struct object_slot *slot)
{
	struct rawbpf_elf_symbol symbol;

	if (!slot->symbol)
		return NULL;
	rawbpf_elf_symbol_read(&symbol, &object->elf, &object->symbols, slot->symbol - 1);
	return symbol.name;
}

const char *object_label(const struct object *object, const struct object_slot *slot)
{
	const char *name = object_function(object, slot);

	return name && can_be_label(name) ? name : NULL;
}

static size_t escape(char *text, size_t size, const char *name)
{
	return rawbpf_terminal_escape(text, size, name, strnlen(name, NAME_AT_MOST));
}

/* Write a reference to a section: a function in it, or bytes of it. */
static size_t refer_to_section(char *text, size_t size, const struct object *object, unsigned index,
			       const struct bpf_insn *insn)
{
	struct rawbpf_elf_section section;
	int is_call = insn->code == (BPF_JMP | BPF_CALL);
	uint64_t offset = is_call ? (insn->imm + 1ll) * SLOT_SIZE : (uint32_t)insn->imm;
	const struct object_slot *slot = slot_at(object, index, offset);
	const char *function = slot ? object_function(object, slot) : NULL;
	size_t length;

	if (function)
		return escape(text, size, function);
	rawbpf_elf_section_read(&section, &object->elf, index);
	length = escape(text, size, section.name);
	if (offset && length < size)
		length += snprintf(text + length, size - length, "+%#llx", (unsigned long long)offset);
	return length;
}

size_t object_reference(char *text, size_t size, const struct object *object,
			const struct object_slot *slot, const struct bpf_insn *insn)
{
	struct rawbpf_elf_symbol symbol;

	if (!slot->reloc ||
	    rawbpf_elf_symbol_read(&symbol, &object->elf, &object->symbols, slot->reloc - 1) < 0)
		return 0;
	if (symbol.type == STT_SECTION)
		return refer_to_section(text, size, object, symbol.section, insn);
	return escape(text, size, symbol.name);
}
