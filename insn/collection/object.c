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
	OBJECT_SHT_PROGBITS = 1,
	OBJECT_SHF_WRITE = 1,
	OBJECT_SHF_ALLOC = 2,
	OBJECT_STT_OBJECT = 1,
	OBJECT_GLOBAL = 1 << 4,
	OBJECT_EXT_HEADER = 32,
	OBJECT_LINE_COLUMN_BITS = 10
};

struct object_section {
	unsigned name, type, flags, link, info, entry_size;
	size_t offset, size;
};

struct object_writer {
	struct rawbpf__object_file *o;
	unsigned char *data;
	size_t size, length;
	int is_big;
	struct object_section *sections;
	unsigned section_count;
	char *names;            /* of sections and symbols */
	unsigned names_length;
	unsigned *map_symbols;  /* of each map */
	unsigned *map_sections;
	unsigned symbol_count;
};

/* ------------------------------------------------------------------------------------ bytes */

static void object_bytes(struct object_writer *w, const void *bytes, size_t count)
{
	if (w->length < w->size)
		__builtin_memcpy(w->data + w->length, bytes, count < w->size - w->length ? count : w->size - w->length);
	w->length += count;
}

static void object_zeros(struct object_writer *w, size_t count)
{
	if (w->length < w->size)
		__builtin_memset(w->data + w->length, 0, count < w->size - w->length ? count : w->size - w->length);
	w->length += count;
}

static void object_number(struct object_writer *w, uint64_t number, unsigned bytes)
{
	unsigned char all[8];

	for (unsigned i = 0; i < bytes; i++)
		all[w->is_big ? bytes - 1 - i : i] = number >> 8 * i;
	object_bytes(w, all, bytes);
}

static void object_u32(struct object_writer *w, uint32_t number)
{
	object_number(w, number, 4);
}

/* ---------------------------------------------------------------------------------- sections */

static unsigned object_name(struct object_writer *w, const char *name, const char *suffix)
{
	unsigned at = w->names_length;
	struct rawbpf__out out = rawbpf__out_begin(w->names + at, RAWBPF__OBJECT_NAME + 32);

	rawbpf__out_text(&out, name);
	rawbpf__out_text(&out, suffix);
	w->names_length += out.length + 1;
	return at;
}

/* Begin a section at a multiple of 8. Return its number. */
static unsigned object_begin(struct object_writer *w, const char *prefix, const char *name, unsigned type,
			     unsigned flags)
{
	unsigned number = w->section_count++;

	object_zeros(w, -w->length & 7);
	w->sections[number] = (struct object_section){ .name = object_name(w, prefix, name), .type = type,
						       .flags = flags, .offset = w->length };
	return number;
}

static void object_end(struct object_writer *w)
{
	struct object_section *section = &w->sections[w->section_count - 1];

	section->size = w->length - section->offset;
}

/* ------------------------------------------------------------------------------------- code */

/* Write an instruction. The loader fills in what refers to a map. */
static void object_insn(struct object_writer *w, unsigned slot)
{
	const struct rawbpf__object_file *o = w->o;
	struct bpf_insn insn = o->insns[slot];
	unsigned char bytes[8];

	if (o->maps[slot]) {
		insn.imm = insn.src_reg == BPF_PSEUDO_MAP_VALUE ? o->insns[slot + 1].imm : 0;
		insn.src_reg = 0;
	} else if (slot && o->maps[slot - 1]) {
		insn.imm = 0;
	}
	rawbpf_insn_write(bytes, &insn, w->is_big ? RAWBPF_BIG_ENDIAN : RAWBPF_LITTLE_ENDIAN);
	object_bytes(w, bytes, sizeof(bytes));
}

/* Write the programs that are in the section that `first` begins. */
static void object_code(struct object_writer *w, unsigned first)
{
	struct rawbpf__object_file *o = w->o;

	object_begin(w, o->units[first].name, "", OBJECT_SHT_PROGBITS, OBJECT_SHF_ALLOC | ELF_SHF_EXECINSTR);
	for (unsigned i = first; i < o->unit_count; i++)
		for (unsigned j = 0; o->units[i].section == first && j < o->units[i].count; j++)
			object_insn(w, o->units[i].first + j);
	object_end(w);
}

/* The sections of programs come first: the number of the section of `first`. */
static unsigned object_code_section(const struct rawbpf__object_file *o, unsigned first)
{
	unsigned number = 1;

	for (unsigned i = 0; i < first; i++)
		number += o->units[i].section == i;
	return number;
}

static void object_relocs(struct object_writer *w, unsigned first)
{
	struct rawbpf__object_file *o = w->o;
	struct object_section *section = &w->sections[object_begin(w, ".rel", o->units[first].name, ELF_SHT_REL, 0)];

	section->entry_size = OBJECT_RELOC;
	section->info = object_code_section(o, first);
	for (unsigned i = first; i < o->unit_count; i++)
		for (unsigned j = 0; o->units[i].section == first && j < o->units[i].count; j++) {
			unsigned map = o->maps[o->units[i].first + j];

			if (!map)
				continue;
			object_number(w, o->units[i].offset + j * sizeof(struct bpf_insn), 8);
			object_number(w, (uint64_t)w->map_symbols[map - 1] << 32 | OBJECT_R_BPF_64_64, 8);
		}
	object_end(w);
}

/* ------------------------------------------------------------------------------- maps, license */

/* Write the first value of a map as a section. .bss has no bytes in the file. */
static void object_data(struct object_writer *w, unsigned map)
{
	const struct rawbpf_resolved_map *spec = &w->o->specs[map];
	int is_bss = !spec->value && rawbpf__equal(spec->name, ".bss");
	unsigned flags = OBJECT_SHF_ALLOC | (spec->flags & BPF_F_RDONLY_PROG ? 0 : OBJECT_SHF_WRITE);

	w->map_sections[map] = object_begin(w, *spec->name == '.' ? "" : ".data.", spec->name,
					    is_bss ? ELF_SHT_NOBITS : OBJECT_SHT_PROGBITS, flags);
	if (spec->value)
		object_bytes(w, spec->value, spec->value_size);
	else if (!is_bss)
		object_zeros(w, spec->value_size);
	object_end(w);
	w->sections[w->map_sections[map]].size = spec->value_size;
}

static void object_maps_write(struct object_writer *w)
{
	struct rawbpf__object_file *o = w->o;
	unsigned number;

	if (o->var_count) {
		number = object_begin(w, ".maps", "", OBJECT_SHT_PROGBITS, OBJECT_SHF_ALLOC | OBJECT_SHF_WRITE);
		object_zeros(w, o->vars_size);
		object_end(w);
		for (unsigned i = 0; i < o->var_count; i++)
			w->map_sections[o->var_maps[i]] = number;
	}
	for (unsigned i = 0; i < o->c->map_count; i++)
		if (o->is_data[i])
			object_data(w, i);
}

static void object_license(struct object_writer *w)
{
	const char *license = w->o->c->license ? w->o->c->strings + w->o->c->license : "GPL";

	object_begin(w, "license", "", OBJECT_SHT_PROGBITS, OBJECT_SHF_ALLOC | OBJECT_SHF_WRITE);
	object_bytes(w, license, rawbpf__length(license) + 1);
	object_end(w);
}

/* ----------------------------------------------------------------------------------- symbols */

static void object_symbol(struct object_writer *w, unsigned name, unsigned info, unsigned section, uint64_t value,
			  uint64_t size)
{
	object_u32(w, name);
	object_number(w, info, 1);
	object_number(w, 0, 1);
	object_number(w, section, 2);
	object_number(w, value, 8);
	object_number(w, size, 8);
	w->symbol_count++;
}

/* Choose the numbers of the maps' symbols: sections first, for they are local. */
static void object_number_symbols(struct object_writer *w)
{
	struct rawbpf__object_file *o = w->o;
	unsigned number = 1;

	for (unsigned i = 0; i < o->c->map_count; i++)
		if (o->is_data[i])
			w->map_symbols[i] = number++;
	number += o->unit_count;
	for (unsigned i = 0; i < o->var_count; i++)
		w->map_symbols[o->var_maps[i]] = number++;
}

/* Return the name of a program at its place: "p", "p_2". */
static unsigned object_unit_name(struct object_writer *w, const struct rawbpf__object_unit *unit)
{
	char suffix[16];
	struct rawbpf__out out = rawbpf__out_begin(suffix, sizeof(suffix));

	if (unit->number > 1) {
		rawbpf__out_text(&out, "_");
		rawbpf__out_number(&out, unit->number);
	}
	return object_name(w, w->o->c->strings + w->o->c->progs[unit->prog].name, suffix);
}

static void object_symbols(struct object_writer *w)
{
	struct rawbpf__object_file *o = w->o;
	unsigned number = object_begin(w, ".symtab", "", ELF_SHT_SYMTAB, 0);

	object_symbol(w, 0, 0, 0, 0, 0);
	for (unsigned i = 0; i < o->c->map_count; i++)
		if (o->is_data[i])
			object_symbol(w, 0, ELF_STT_SECTION, w->map_sections[i], 0, 0);
	w->sections[number].info = w->symbol_count;
	w->sections[number].entry_size = OBJECT_SYMBOL;
	for (unsigned i = 0; i < o->unit_count; i++)
		object_symbol(w, object_unit_name(w, &o->units[i]), OBJECT_GLOBAL | ELF_STT_FUNC,
			      object_code_section(o, o->units[i].section), o->units[i].offset,
			      o->units[i].count * sizeof(struct bpf_insn));
	for (unsigned i = 0; i < o->var_count; i++)
		object_symbol(w, object_name(w, o->specs[o->var_maps[i]].name, ""), OBJECT_GLOBAL | OBJECT_STT_OBJECT,
			      w->map_sections[o->var_maps[i]], o->vars[i].offset, o->var_sizes[i]);
	object_end(w);
}

/* --------------------------------------------------------------------------------------- BTF */

/* All of BTF's types are 32-bit numbers. */
static void object_btf(struct object_writer *w)
{
	const struct btf_header *header = w->o->btf.data;
	const unsigned char *types = (const unsigned char *)header + header->hdr_len;

	object_begin(w, ".BTF", "", OBJECT_SHT_PROGBITS, 0);
	object_number(w, header->magic, 2);
	object_number(w, header->version, 1);
	object_number(w, header->flags, 1);
	object_u32(w, header->hdr_len);
	object_u32(w, header->type_off);
	object_u32(w, header->type_len);
	object_u32(w, header->str_off);
	object_u32(w, header->str_len);
	for (unsigned i = 0; i < header->type_len; i += 4) {
		uint32_t word;

		__builtin_memcpy(&word, types + i, 4);
		object_u32(w, word);
	}
	object_bytes(w, types + header->str_off, header->str_len);
	object_end(w);
}

/* The kinds of tables in .BTF.ext, in their order: bytes of a record. */
enum { OBJECT_FUNCS, OBJECT_LINES, OBJECT_CORES, OBJECT_TABLES };

static const unsigned object_record[OBJECT_TABLES] = { 8, 16, 16 };

static unsigned object_records(const struct rawbpf__object_unit *unit, unsigned table)
{
	return table == OBJECT_FUNCS ? 1 : table == OBJECT_LINES ? unit->line_count : unit->core_count;
}

static unsigned object_records_of(const struct rawbpf__object_file *o, unsigned first, unsigned table)
{
	unsigned count = 0;

	for (unsigned i = first; i < o->unit_count; i++)
		if (o->units[i].section == first)
			count += object_records(&o->units[i], table);
	return count;
}

/* Return the bytes of a table, which is empty if it has no records. */
static unsigned object_table_size(const struct rawbpf__object_file *o, unsigned table)
{
	unsigned size = 4;

	for (unsigned i = 0; i < o->unit_count; i++)
		if (o->units[i].section == i && object_records_of(o, i, table))
			size += 8 + object_records_of(o, i, table) * object_record[table];
	return size > 4 ? size : 0;
}

static void object_record_write(struct object_writer *w, const struct rawbpf__object_unit *unit, unsigned table,
				unsigned index)
{
	struct rawbpf__object_file *o = w->o;
	const struct bpf_line_info *line = &o->infos[unit->line + index];
	unsigned core = unit->core + index;

	switch (table) {
	case OBJECT_FUNCS:
		object_u32(w, unit->offset);
		object_u32(w, unit->func);
		break;
	case OBJECT_LINES:
		object_u32(w, unit->offset + line->insn_off * sizeof(struct bpf_insn));
		object_u32(w, line->file_name_off);
		object_u32(w, line->line_off);
		object_u32(w, line->line_col);
		break;
	default:
		object_u32(w, unit->offset + o->cores.all[core].slot * sizeof(struct bpf_insn));
		object_u32(w, o->core_types[core]);
		object_u32(w, o->core_paths[core]);
		object_u32(w, 0); /* the offset of a member */
		break;
	}
}

static void object_table(struct object_writer *w, unsigned table)
{
	struct rawbpf__object_file *o = w->o;

	if (!object_table_size(o, table))
		return;
	object_u32(w, object_record[table]);
	for (unsigned first = 0; first < o->unit_count; first++) {
		unsigned count = o->units[first].section == first ? object_records_of(o, first, table) : 0;

		if (!count)
			continue;
		object_u32(w, o->units[first].symbol);
		object_u32(w, count);
		for (unsigned i = first; i < o->unit_count; i++)
			for (unsigned j = 0; o->units[i].section == first && j < object_records(&o->units[i], table); j++)
				object_record_write(w, &o->units[i], table, j);
	}
}

static void object_btf_ext(struct object_writer *w)
{
	unsigned at = 0;

	object_begin(w, ".BTF.ext", "", OBJECT_SHT_PROGBITS, 0);
	object_number(w, BTF_MAGIC, 2);
	object_number(w, BTF_VERSION, 1);
	object_number(w, 0, 1);
	object_u32(w, OBJECT_EXT_HEADER);
	for (unsigned table = 0; table < OBJECT_TABLES; table++) {
		object_u32(w, at);
		object_u32(w, object_table_size(w->o, table));
		at += object_table_size(w->o, table);
	}
	for (unsigned table = 0; table < OBJECT_TABLES; table++)
		object_table(w, table);
	object_end(w);
}

/* --------------------------------------------------------------------------------- the whole */

static void object_headers(struct object_writer *w)
{
	static const unsigned char ident[16] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
	size_t end, offset;

	object_zeros(w, -w->length & 7);
	offset = w->length;
	for (unsigned i = 0; i < w->section_count; i++) {
		const struct object_section *section = &w->sections[i];

		object_u32(w, section->name);
		object_u32(w, section->type);
		object_number(w, section->flags, 8);
		object_number(w, 0, 8);
		object_number(w, section->offset, 8);
		object_number(w, section->size, 8);
		object_u32(w, section->link);
		object_u32(w, section->info);
		object_number(w, section->type ? 8 : 0, 8);
		object_number(w, section->entry_size, 8);
	}
	end = w->length;
	w->length = 0;
	object_bytes(w, ident, sizeof(ident));
	if (w->size > 5)
		w->data[5] = w->is_big ? 2 : 1;
	object_number(w, ELF_ET_REL, 2);
	object_number(w, OBJECT_EM_BPF, 2);
	object_u32(w, 1);
	object_zeros(w, 16);
	object_number(w, offset, 8);
	object_u32(w, 0);
	object_number(w, OBJECT_HEADER, 2);
	object_zeros(w, 4);
	object_number(w, OBJECT_SECTION, 2);
	object_number(w, w->section_count, 2);
	object_number(w, w->section_count - 1, 2);
	w->length = end;
}

static void object_sections(struct object_writer *w)
{
	struct rawbpf__object_file *o = w->o;
	unsigned symbols, first_reloc;

	object_zeros(w, OBJECT_HEADER);
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
	object_btf(w);
	object_btf_ext(w);
	for (unsigned i = first_reloc; i < symbols; i++)
		w->sections[i].link = w->section_count;
	object_symbols(w);
	w->sections[w->section_count - 1].link = w->section_count;
	object_begin(w, ".strtab", "", ELF_SHT_STRTAB, 0);
	object_bytes(w, w->names, w->names_length);
	object_end(w);
	object_headers(w);
}

/* Take the memory of the writer, behind the BTF. */
static int object_writer_begin(struct object_writer *w)
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
						   "machine's byte order", o->c->strings + o->c->maps[i].name);
	return 0;
}

int rawbpf_collection_elf_emit(void *data, size_t size, struct rawbpf_collection_elf *elf)
{
	struct rawbpf__object_file o = { .spec = elf, .c = elf->collection, .at = elf->memory,
					 .end = (char *)elf->memory + elf->memory_size,
					 .fixed = { .arch = elf->env->arch } };
	struct object_writer w = { .o = &o, .data = data, .size = size };
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
