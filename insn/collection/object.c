/* SPDX-License-Identifier: MIT */
/* The bytes of an object file: ELF for EM_BPF, as clang writes it, in either byte order. */
#include "object_file.h"

#include "../base/out.h"
#include "../base/string.h"
#include "../elf/elf.h"

#include <rawbpf/form.h>

enum {
	OBJECT_EM_BPF = 247,
	OBJECT_HEADER = 64,
	OBJECT_SECTION = 64,
	OBJECT_SYMBOL = 24,
	OBJECT_RELOC = 16,
	OBJECT_R_BPF_64_64 = 1,
	OBJECT_R_BPF_64_32 = 10,
	OBJECT_SHT_PROGBITS = 1,
	OBJECT_SHF_WRITE = 1,
	OBJECT_SHF_ALLOC = 2,
	OBJECT_STT_OBJECT = 1,
	OBJECT_GLOBAL = 1 << 4
};

/* ------------------------------------------------------------------------------------- code */

/*
 * Refer to a function by its place in .text. Calls between functions have the distance; the loader
 * fills in others, and addresses.
 */
static void object_call(struct bpf_insn *insn, const struct rawbpf__object_unit *callee,
			const struct rawbpf__object_unit *unit, unsigned slot)
{
	if (insn->code == (BPF_LD | BPF_DW | BPF_IMM)) {
		insn->src_reg = 0;
		insn->imm = callee->offset;
		return;
	}
	insn->imm = callee->offset / sizeof(*insn) - 1;
	if (unit->function)
		insn->imm -= unit->offset / sizeof(*insn) + slot - unit->first;
}

/* Write an instruction. The loader fills in what refers to a map. */
static void object_insn(struct rawbpf__object_writer *w, const struct rawbpf__object_unit *unit, unsigned slot)
{
	const struct rawbpf__object_file *o = w->o;
	const struct rawbpf__object_unit *callee = rawbpf__object_callee(o, slot);
	struct bpf_insn insn = o->insns[slot];
	unsigned char bytes[8];

	if (callee) {
		object_call(&insn, callee, unit, slot);
	} else if (o->maps[slot]) {
		insn.imm = insn.src_reg == BPF_PSEUDO_MAP_VALUE ? o->insns[slot + 1].imm : 0;
		insn.src_reg = 0;
	} else if (slot && o->maps[slot - 1]) {
		insn.imm = 0;
	}
	rawbpf_insn_write(bytes, &insn, w->is_big ? RAWBPF_BIG_ENDIAN : RAWBPF_LITTLE_ENDIAN);
	rawbpf__object_bytes(w, bytes, sizeof(bytes));
}

/* Write the programs that are in the section that `first` begins. */
static void object_code(struct rawbpf__object_writer *w, unsigned first)
{
	struct rawbpf__object_file *o = w->o;

	rawbpf__object_begin(w, o->units[first].name, "", OBJECT_SHT_PROGBITS, OBJECT_SHF_ALLOC | ELF_SHF_EXECINSTR);
	for (unsigned i = first; i < o->unit_count; i++)
		for (unsigned j = 0; o->units[i].section == first && j < o->units[i].count; j++)
			object_insn(w, &o->units[i], o->units[i].first + j);
	rawbpf__object_end(w);
}

/* The sections of programs come first: the number of the section of `first`. */
static unsigned object_code_section(const struct rawbpf__object_file *o, unsigned first)
{
	unsigned number = 1;

	for (unsigned i = 0; i < first; i++)
		number += o->units[i].section == i;
	return number;
}

/* Write what the loader fills in at a slot of the unit. */
static void object_reloc(struct rawbpf__object_writer *w, const struct rawbpf__object_unit *unit, unsigned slot)
{
	const struct rawbpf__object_file *o = w->o;
	const struct rawbpf__object_unit *callee = rawbpf__object_callee(o, slot);
	int is_call = o->insns[slot].code == (BPF_JMP | BPF_CALL);
	unsigned symbol = callee ? w->text_symbol : o->maps[slot] ? w->map_symbols[o->maps[slot] - 1] : 0;

	if (!symbol || (is_call && unit->function))
		return;
	rawbpf__object_number(w, unit->offset + (slot - unit->first) * sizeof(struct bpf_insn), 8);
	rawbpf__object_number(w, (uint64_t)symbol << 32 | (is_call ? OBJECT_R_BPF_64_32 : OBJECT_R_BPF_64_64), 8);
}

static void object_relocs(struct rawbpf__object_writer *w, unsigned first)
{
	struct rawbpf__object_file *o = w->o;
	struct rawbpf__object_section *section = &w->sections[rawbpf__object_begin(w, ".rel", o->units[first].name, ELF_SHT_REL, 0)];

	section->entry_size = OBJECT_RELOC;
	section->info = object_code_section(o, first);
	for (unsigned i = first; i < o->unit_count; i++)
		for (unsigned j = 0; o->units[i].section == first && j < o->units[i].count; j++)
			object_reloc(w, &o->units[i], o->units[i].first + j);
	rawbpf__object_end(w);
}

/* ------------------------------------------------------------------------------- maps, license */

/* Write the first value of a map as a section. .bss has no bytes in the file. */
static void object_data(struct rawbpf__object_writer *w, unsigned map)
{
	const struct rawbpf_resolved_map *spec = &w->o->specs[map];
	int is_bss = !spec->value && rawbpf__equal(spec->name, ".bss");
	unsigned flags = OBJECT_SHF_ALLOC | (spec->flags & BPF_F_RDONLY_PROG ? 0 : OBJECT_SHF_WRITE);

	w->map_sections[map] = rawbpf__object_begin(w, *spec->name == '.' ? "" : ".data.", spec->name,
					    is_bss ? ELF_SHT_NOBITS : OBJECT_SHT_PROGBITS, flags);
	if (spec->value)
		rawbpf__object_bytes(w, spec->value, spec->value_size);
	else if (!is_bss)
		rawbpf__object_zeros(w, spec->value_size);
	rawbpf__object_end(w);
	w->sections[w->map_sections[map]].size = spec->value_size;
}

static void object_maps_write(struct rawbpf__object_writer *w)
{
	struct rawbpf__object_file *o = w->o;
	unsigned number;

	if (o->var_count) {
		number = rawbpf__object_begin(w, ".maps", "", OBJECT_SHT_PROGBITS, OBJECT_SHF_ALLOC | OBJECT_SHF_WRITE);
		rawbpf__object_zeros(w, o->vars_size);
		rawbpf__object_end(w);
		for (unsigned i = 0; i < o->var_count; i++)
			w->map_sections[o->var_maps[i]] = number;
	}
	for (unsigned i = 0; i < o->c->map_count; i++)
		if (o->is_data[i])
			object_data(w, i);
}

static void object_license(struct rawbpf__object_writer *w)
{
	const char *license = w->o->c->license ? w->o->c->strings + w->o->c->license : "GPL";

	rawbpf__object_begin(w, "license", "", OBJECT_SHT_PROGBITS, OBJECT_SHF_ALLOC | OBJECT_SHF_WRITE);
	rawbpf__object_bytes(w, license, rawbpf__length(license) + 1);
	rawbpf__object_end(w);
}

/* ----------------------------------------------------------------------------------- symbols */

static void object_symbol(struct rawbpf__object_writer *w, unsigned name, unsigned info, unsigned section, uint64_t value,
			  uint64_t size)
{
	rawbpf__object_u32(w, name);
	rawbpf__object_number(w, info, 1);
	rawbpf__object_number(w, 0, 1);
	rawbpf__object_number(w, section, 2);
	rawbpf__object_number(w, value, 8);
	rawbpf__object_number(w, size, 8);
	w->symbol_count++;
}

/* Choose the numbers of the symbols of maps and of .text: sections first, for they are local. */
static void object_number_symbols(struct rawbpf__object_writer *w)
{
	struct rawbpf__object_file *o = w->o;
	unsigned number = 1;

	for (unsigned i = 0; i < o->c->map_count; i++)
		if (o->is_data[i])
			w->map_symbols[i] = number++;
	while (w->text < o->unit_count && !o->units[w->text].function)
		w->text++;
	w->text_symbol = number;
	number += (w->text < o->unit_count) + o->unit_count;
	for (unsigned i = 0; i < o->var_count; i++)
		w->map_symbols[o->var_maps[i]] = number++;
}

/* Return the name of a function, or of a program at its place: "p", "p_2". */
static unsigned object_unit_name(struct rawbpf__object_writer *w, const struct rawbpf__object_unit *unit)
{
	char suffix[16];
	struct rawbpf__out out = rawbpf__out_begin(suffix, sizeof(suffix));

	if (unit->function)
		return rawbpf__object_text(w, w->o->c->strings + unit->function, "");
	if (unit->number > 1) {
		rawbpf__out_text(&out, "_");
		rawbpf__out_number(&out, unit->number);
	}
	return rawbpf__object_text(w, w->o->c->strings + w->o->c->progs[unit->prog].name, suffix);
}

/* Write the symbols of all programs, or of all functions. */
static void object_unit_symbols(struct rawbpf__object_writer *w, int are_functions)
{
	struct rawbpf__object_file *o = w->o;

	for (unsigned i = 0; i < o->unit_count; i++)
		if ((o->units[i].function != 0) == are_functions)
			object_symbol(w, object_unit_name(w, &o->units[i]),
				      (are_functions ? 0 : OBJECT_GLOBAL) | ELF_STT_FUNC,
				      object_code_section(o, o->units[i].section), o->units[i].offset,
				      o->units[i].count * sizeof(struct bpf_insn));
}

static void object_symbols(struct rawbpf__object_writer *w)
{
	struct rawbpf__object_file *o = w->o;
	unsigned number = rawbpf__object_begin(w, ".symtab", "", ELF_SHT_SYMTAB, 0);

	object_symbol(w, 0, 0, 0, 0, 0);
	for (unsigned i = 0; i < o->c->map_count; i++)
		if (o->is_data[i])
			object_symbol(w, 0, ELF_STT_SECTION, w->map_sections[i], 0, 0);
	if (w->text < o->unit_count)
		object_symbol(w, 0, ELF_STT_SECTION, object_code_section(o, w->text), 0, 0);
	object_unit_symbols(w, 1);
	w->sections[number].info = w->symbol_count;
	w->sections[number].entry_size = OBJECT_SYMBOL;
	object_unit_symbols(w, 0);
	for (unsigned i = 0; i < o->var_count; i++)
		object_symbol(w, rawbpf__object_text(w, o->specs[o->var_maps[i]].name, ""), OBJECT_GLOBAL | OBJECT_STT_OBJECT,
			      w->map_sections[o->var_maps[i]], o->vars[i].offset, o->var_sizes[i]);
	rawbpf__object_end(w);
}

/* --------------------------------------------------------------------------------- the whole */

static void object_headers(struct rawbpf__object_writer *w)
{
	static const unsigned char ident[16] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
	size_t end, offset;

	rawbpf__object_zeros(w, -w->length & 7);
	offset = w->length;
	for (unsigned i = 0; i < w->section_count; i++) {
		const struct rawbpf__object_section *section = &w->sections[i];

		rawbpf__object_u32(w, section->name);
		rawbpf__object_u32(w, section->type);
		rawbpf__object_number(w, section->flags, 8);
		rawbpf__object_number(w, 0, 8);
		rawbpf__object_number(w, section->offset, 8);
		rawbpf__object_number(w, section->size, 8);
		rawbpf__object_u32(w, section->link);
		rawbpf__object_u32(w, section->info);
		rawbpf__object_number(w, section->type ? 8 : 0, 8);
		rawbpf__object_number(w, section->entry_size, 8);
	}
	end = w->length;
	w->length = 0;
	rawbpf__object_bytes(w, ident, sizeof(ident));
	if (w->size > 5)
		w->data[5] = w->is_big ? 2 : 1;
	rawbpf__object_number(w, ELF_ET_REL, 2);
	rawbpf__object_number(w, OBJECT_EM_BPF, 2);
	rawbpf__object_u32(w, 1);
	rawbpf__object_zeros(w, 16);
	rawbpf__object_number(w, offset, 8);
	rawbpf__object_u32(w, 0);
	rawbpf__object_number(w, OBJECT_HEADER, 2);
	rawbpf__object_zeros(w, 4);
	rawbpf__object_number(w, OBJECT_SECTION, 2);
	rawbpf__object_number(w, w->section_count, 2);
	rawbpf__object_number(w, w->section_count - 1, 2);
	w->length = end;
}

static void object_sections(struct rawbpf__object_writer *w)
{
	struct rawbpf__object_file *o = w->o;
	unsigned symbols, first_reloc;

	rawbpf__object_zeros(w, OBJECT_HEADER);
	w->names_length = 1;
	w->section_count = 1;
	for (unsigned i = 0; i < o->unit_count; i++)
		if (o->units[i].section == i)
			object_code(w, i);
	object_number_symbols(w);
	first_reloc = w->section_count;
	for (unsigned i = 0; i < o->unit_count; i++)
		if (o->units[i].section == i)
			object_relocs(w, i);
	symbols = w->section_count;
	object_license(w);
	object_maps_write(w);
	rawbpf__object_btf(w);
	rawbpf__object_btf_ext(w);
	for (unsigned i = first_reloc; i < symbols; i++)
		w->sections[i].link = w->section_count;
	object_symbols(w);
	w->sections[w->section_count - 1].link = w->section_count;
	rawbpf__object_begin(w, ".strtab", "", ELF_SHT_STRTAB, 0);
	rawbpf__object_bytes(w, w->names, w->names_length);
	rawbpf__object_end(w);
	object_headers(w);
}

/* Take the memory of the writer, behind the BTF. */
static int object_writer_begin(struct rawbpf__object_writer *w)
{
	struct rawbpf__object_file *o = w->o;
	size_t sections = 2 * o->unit_count + o->c->map_count + 8;

	for (unsigned i = 0; i < o->unit_count; i++)
		o->units[i].symbol = rawbpf_btf_string_emit(&o->btf, o->units[i].name);
	if (o->btf.error)
		return o->btf.error;
	o->at += (o->btf.size + 7) & ~(size_t)7;
	w->sections = rawbpf__object_take(o, sections, sizeof(*w->sections));
	w->map_symbols = rawbpf__object_take(o, o->c->map_count, sizeof(*w->map_symbols));
	w->map_sections = rawbpf__object_take(o, o->c->map_count, sizeof(*w->map_sections));
	w->names = rawbpf__object_take(o, sections + o->unit_count + 1, RAWBPF__OBJECT_NAME + 32);
	return o->is_full ? -ENOSPC : 0;
}

static int object_check_data(struct rawbpf__object_file *o, int is_big)
{
	int is_host = is_big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);

	for (unsigned i = 0; i < o->c->map_count && !is_host; i++)
		if (o->c->maps[i].byte_count)
			return rawbpf__object_fail(o, -EOPNOTSUPP, o->c->maps[i].line, "the data in '@' have this "
						   "machine's byte order, not that of the object file", o->c->strings + o->c->maps[i].name);
	return 0;
}

int rawbpf_collection_elf_emit(void *data, size_t size, struct rawbpf_collection_elf *elf)
{
	struct rawbpf__object_file o = { .spec = elf, .c = elf->collection, .at = elf->memory,
					 .end = (char *)elf->memory + elf->memory_size,
					 .fixed = { .arch = elf->env->arch } };
	struct rawbpf__object_writer w = { .o = &o, .data = data, .size = size };
	int err;

	w.is_big = elf->order == RAWBPF_BIG_ENDIAN ||
		   (elf->order == RAWBPF_HOST_ORDER && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	elf->error = (struct rawbpf_collection_error){ .macro_line = 0 };
	o.cores.fixed = &o.fixed;
	err = object_check_data(&o, w.is_big);
	if (!err)
		err = rawbpf__object_code(&o);
	if (!err)
		err = rawbpf__object_types(&o);
	if (!err)
		err = object_writer_begin(&w);
	if (err)
		return err;
	object_sections(&w);
	return w.length > INT32_MAX ? -E2BIG : (int)w.length;
}
