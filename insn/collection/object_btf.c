/* SPDX-License-Identifier: MIT */
/* The sections .BTF and .BTF.ext: types; where functions, lines and names of the kernel are. */
#include "object_file.h"

enum { OBJECT_EXT_HEADER = 32, OBJECT_PROGBITS = 1 };

/* All of BTF's types are 32-bit numbers. */
RAWBPF__PRIVATE void rawbpf__object_btf(struct rawbpf__object_writer *w)
{
	const struct btf_header *header = w->o->btf.data;
	const unsigned char *types = (const unsigned char *)header + header->hdr_len;

	rawbpf__object_begin(w, ".BTF", "", OBJECT_PROGBITS, 0);
	rawbpf__object_number(w, header->magic, 2);
	rawbpf__object_number(w, header->version, 1);
	rawbpf__object_number(w, header->flags, 1);
	rawbpf__object_u32(w, header->hdr_len);
	rawbpf__object_u32(w, header->type_off);
	rawbpf__object_u32(w, header->type_len);
	rawbpf__object_u32(w, header->str_off);
	rawbpf__object_u32(w, header->str_len);
	for (unsigned i = 0; i < header->type_len; i += 4) {
		uint32_t word;

		__builtin_memcpy(&word, types + i, 4);
		rawbpf__object_u32(w, word);
	}
	rawbpf__object_bytes(w, types + header->str_off, header->str_len);
	rawbpf__object_end(w);
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

static void object_record_write(struct rawbpf__object_writer *w, const struct rawbpf__object_unit *unit, unsigned table,
				unsigned index)
{
	struct rawbpf__object_file *o = w->o;
	const struct bpf_line_info *line = &o->infos[unit->line + index];
	unsigned core = unit->core + index;

	switch (table) {
	case OBJECT_FUNCS:
		rawbpf__object_u32(w, unit->offset);
		rawbpf__object_u32(w, unit->func);
		break;
	case OBJECT_LINES:
		rawbpf__object_u32(w, unit->offset + (line->insn_off - unit->first) * sizeof(struct bpf_insn));
		rawbpf__object_u32(w, line->file_name_off);
		rawbpf__object_u32(w, line->line_off);
		rawbpf__object_u32(w, line->line_col);
		break;
	default:
		rawbpf__object_u32(w, unit->offset + (o->cores.all[core].slot - unit->first) * sizeof(struct bpf_insn));
		rawbpf__object_u32(w, o->core_types[core]);
		rawbpf__object_u32(w, o->core_paths[core]);
		rawbpf__object_u32(w, o->core_kinds[core]);
		break;
	}
}

static void object_table(struct rawbpf__object_writer *w, unsigned table)
{
	struct rawbpf__object_file *o = w->o;

	if (!object_table_size(o, table))
		return;
	rawbpf__object_u32(w, object_record[table]);
	for (unsigned first = 0; first < o->unit_count; first++) {
		unsigned count = o->units[first].section == first ? object_records_of(o, first, table) : 0;

		if (!count)
			continue;
		rawbpf__object_u32(w, o->units[first].symbol);
		rawbpf__object_u32(w, count);
		for (unsigned i = first; i < o->unit_count; i++)
			for (unsigned j = 0; o->units[i].section == first && j < object_records(&o->units[i], table); j++)
				object_record_write(w, &o->units[i], table, j);
	}
}

RAWBPF__PRIVATE void rawbpf__object_btf_ext(struct rawbpf__object_writer *w)
{
	unsigned at = 0;

	rawbpf__object_begin(w, ".BTF.ext", "", OBJECT_PROGBITS, 0);
	rawbpf__object_number(w, BTF_MAGIC, 2);
	rawbpf__object_number(w, BTF_VERSION, 1);
	rawbpf__object_number(w, 0, 1);
	rawbpf__object_u32(w, OBJECT_EXT_HEADER);
	for (unsigned table = 0; table < OBJECT_TABLES; table++) {
		rawbpf__object_u32(w, at);
		rawbpf__object_u32(w, object_table_size(w->o, table));
		at += object_table_size(w->o, table);
	}
	for (unsigned table = 0; table < OBJECT_TABLES; table++)
		object_table(w, table);
	rawbpf__object_end(w);
}
