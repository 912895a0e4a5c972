/* SPDX-License-Identifier: MIT */
/* Read ELF files: header, sections, segments. The functions check every offset and count. */
#include "elf.h"
#include "../base/string.h"

unsigned rawbpf__elf_u16(const struct rawbpf_elf *elf, const unsigned char *at)
{
	return elf->is_big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0];
}

uint32_t rawbpf__elf_u32(const struct rawbpf_elf *elf, const unsigned char *at)
{
	uint32_t first = rawbpf__elf_u16(elf, at), second = rawbpf__elf_u16(elf, at + 2);

	return elf->is_big_endian ? first << 16 | second : second << 16 | first;
}

uint64_t rawbpf__elf_u64(const struct rawbpf_elf *elf, const unsigned char *at)
{
	uint64_t first = rawbpf__elf_u32(elf, at), second = rawbpf__elf_u32(elf, at + 4);

	return elf->is_big_endian ? first << 32 | second : second << 32 | first;
}

/* Read an address, offset or size: its width is that of the file. */
static uint64_t elf_word(const struct rawbpf_elf *elf, const unsigned char *at)
{
	return elf->bits == 64 ? rawbpf__elf_u64(elf, at) : rawbpf__elf_u32(elf, at);
}

/* Choose the place of a field in a 32-bit or a 64-bit file. */
static const unsigned char *elf_field(const struct rawbpf_elf *elf, const unsigned char *at,
				      unsigned at32, unsigned at64)
{
	return at + (elf->bits == 64 ? at64 : at32);
}

static int elf_has(const struct rawbpf_elf *elf, uint64_t offset, uint64_t size)
{
	return offset <= elf->size && size <= elf->size - offset;
}

/* Check that a table lies within the file and that its entries have at least `least` bytes. */
static int elf_table_is_sound(const struct rawbpf_elf *elf, const struct rawbpf_elf_table *table,
			      unsigned least)
{
	if (!table->count)
		return 1;
	return table->entry_size >= least && table->offset <= elf->size &&
	       table->count <= (elf->size - table->offset) / table->entry_size;
}

static const unsigned char *elf_entry(const struct rawbpf_elf *elf,
				      const struct rawbpf_elf_table *table, uint64_t index)
{
	return elf->bytes + table->offset + index * table->entry_size;
}

/* The least bytes of each structure, for 32 and 64 bits. */
enum elf_structure { ELF_HEADER, ELF_SECTION, ELF_SEGMENT };
static unsigned elf_least(const struct rawbpf_elf *elf, enum elf_structure structure)
{
	static const unsigned char least[][2] = {
		[ELF_HEADER] = { 52, 64 }, [ELF_SECTION] = { 40, 64 }, [ELF_SEGMENT] = { 32, 56 },
	};

	return least[structure][elf->bits == 64];
}

/*
 * Read the counts that do not fit into the header's 16 bits. The first section header, which
 * describes no section, then has them.
 */
static void elf_read_large_counts(struct rawbpf_elf *elf)
{
	const struct rawbpf_elf_table first = { elf->sections.offset, 1, elf->sections.entry_size };
	const unsigned char *at;

	if (!elf->sections.offset || !elf_table_is_sound(elf, &first, elf_least(elf, ELF_SECTION)))
		return;
	at = elf_entry(elf, &first, 0);
	if (!elf->sections.count)
		elf->sections.count = elf_word(elf, elf_field(elf, at, 20, 32));
	if (elf->names == ELF_SHN_XINDEX)
		elf->names = rawbpf__elf_u32(elf, elf_field(elf, at, 24, 40));
	if (elf->segments.count == 0xffff)
		elf->segments.count = rawbpf__elf_u32(elf, elf_field(elf, at, 28, 44));
}

static void elf_read_header(struct rawbpf_elf *elf)
{
	const unsigned char *at = elf->bytes, *counts = elf_field(elf, at, 42, 54);

	elf->type = rawbpf__elf_u16(elf, at + 16);
	elf->machine = rawbpf__elf_u16(elf, at + 18);
	elf->segments.offset = elf_word(elf, elf_field(elf, at, 28, 32));
	elf->sections.offset = elf_word(elf, elf_field(elf, at, 32, 40));
	elf->segments.entry_size = rawbpf__elf_u16(elf, counts);
	elf->segments.count = rawbpf__elf_u16(elf, counts + 2);
	elf->sections.entry_size = rawbpf__elf_u16(elf, counts + 4);
	elf->sections.count = rawbpf__elf_u16(elf, counts + 6);
	elf->names = rawbpf__elf_u16(elf, counts + 8);
	elf_read_large_counts(elf);
}

int rawbpf_elf_parse(struct rawbpf_elf *elf, const void *data, size_t size)
{
	static const unsigned char magic[4] = "\177ELF";
	const unsigned char *bytes = data;

	*elf = (struct rawbpf_elf){ .bytes = bytes, .size = size };
	if (size < 6 || !rawbpf__same_bytes(bytes, magic, sizeof magic))
		return -ENOEXEC;
	if (bytes[4] < 1 || bytes[4] > 2 || bytes[5] < 1 || bytes[5] > 2)
		return -ENOEXEC;
	elf->bits = bytes[4] == 2 ? 64 : 32;
	elf->is_big_endian = bytes[5] == 2;
	if (size < elf_least(elf, ELF_HEADER))
		return -EINVAL;
	elf_read_header(elf);
	if (!elf_table_is_sound(elf, &elf->sections, elf_least(elf, ELF_SECTION)) ||
	    !elf_table_is_sound(elf, &elf->segments, elf_least(elf, ELF_SEGMENT)))
		return -EINVAL;
	return 0;
}

/* Fill all fields but the name. */
static int elf_section_fill(struct rawbpf_elf_section *section, const struct rawbpf_elf *elf,
			    uint64_t index)
{
	const unsigned char *at;

	*section = (struct rawbpf_elf_section){ .name = "" };
	if (index >= elf->sections.count)
		return -ENOENT;
	at = elf_entry(elf, &elf->sections, index);
	section->index = index;
	section->type = rawbpf__elf_u32(elf, at + 4);
	section->flags = elf_word(elf, at + 8);
	section->address = elf_word(elf, elf_field(elf, at, 12, 16));
	section->offset = elf_word(elf, elf_field(elf, at, 16, 24));
	section->size = elf_word(elf, elf_field(elf, at, 20, 32));
	section->link = rawbpf__elf_u32(elf, elf_field(elf, at, 24, 40));
	section->info = rawbpf__elf_u32(elf, elf_field(elf, at, 28, 44));
	section->entry_size = elf_word(elf, elf_field(elf, at, 36, 56));
	if (index == 0 || section->type == ELF_SHT_NOBITS)
		return 0;
	if (!elf_has(elf, section->offset, section->size))
		return -EINVAL;
	section->data = elf->bytes + section->offset;
	if (section->entry_size)
		section->count = section->size / section->entry_size;
	return 0;
}

const char *rawbpf__elf_string(const struct rawbpf_elf_section *strings, uint64_t offset)
{
	/* A NUL at the table's end terminates all of its strings. */
	if (!strings->data || offset >= strings->size || strings->data[strings->size - 1])
		return "";
	return (const char *)strings->data + offset;
}

int rawbpf_elf_section_read(struct rawbpf_elf_section *section, const struct rawbpf_elf *elf,
			    uint64_t index)
{
	struct rawbpf_elf_section names;
	int err = elf_section_fill(section, elf, index);

	if (err != -ENOENT && elf->names && elf_section_fill(&names, elf, elf->names) == 0)
		section->name = rawbpf__elf_string(
			&names, rawbpf__elf_u32(elf, elf_entry(elf, &elf->sections, index)));
	return err;
}

int rawbpf_elf_section_find(struct rawbpf_elf_section *section, const struct rawbpf_elf *elf,
			    const char *name)
{
	for (uint64_t i = 1; i < elf->sections.count; i++) {
		int err = rawbpf_elf_section_read(section, elf, i);

		if (rawbpf__equal(section->name, name))
			return err;
	}
	*section = (struct rawbpf_elf_section){ .name = "" };
	return -ENOENT;
}

int rawbpf__elf_section_of(struct rawbpf_elf_section *section, const struct rawbpf_elf *elf,
			   uint32_t type)
{
	for (uint64_t i = 1; i < elf->sections.count; i++) {
		int err = elf_section_fill(section, elf, i);

		if (section->type == type)
			return err;
	}
	*section = (struct rawbpf_elf_section){ .name = "" };
	return -ENOENT;
}

int rawbpf_elf_offset_find(uint64_t *offset, uint32_t *flags, const struct rawbpf_elf *elf,
			   uint64_t address)
{
	for (uint64_t i = 0; i < elf->segments.count; i++) {
		const unsigned char *at = elf_entry(elf, &elf->segments, i);
		uint64_t first = elf_word(elf, elf_field(elf, at, 8, 16));
		uint64_t size = elf_word(elf, elf_field(elf, at, 16, 32));

		if (rawbpf__elf_u32(elf, at) != ELF_PT_LOAD || address < first ||
		    address - first >= size)
			continue;
		*offset = elf_word(elf, elf_field(elf, at, 4, 8)) + (address - first);
		if (flags)
			*flags = rawbpf__elf_u32(elf, elf_field(elf, at, 24, 4));
		return elf_has(elf, *offset, 1) ? 0 : -EINVAL;
	}
	return -ENOENT;
}

int rawbpf_elf_reloc_read(struct rawbpf_elf_reloc *reloc, const struct rawbpf_elf *elf,
			  const struct rawbpf_elf_section *table, uint64_t index)
{
	int has_addend = table->type == ELF_SHT_RELA;
	const unsigned char *at;
	uint64_t info, width = elf->bits / 8;

	*reloc = (struct rawbpf_elf_reloc){ 0 };
	if ((!has_addend && table->type != ELF_SHT_REL) || table->entry_size < width * (2 + has_addend))
		return -EINVAL;
	if (index >= table->count)
		return -ENOENT;
	at = table->data + index * table->entry_size;
	reloc->offset = elf_word(elf, at);
	info = elf_word(elf, at + width);
	reloc->symbol = elf->bits == 64 ? info >> 32 : info >> 8;
	reloc->type = elf->bits == 64 ? (uint32_t)info : info & 0xff;
	if (has_addend)
		reloc->addend = elf->bits == 64 ? (int64_t)elf_word(elf, at + 16)
						: (int32_t)rawbpf__elf_u32(elf, at + 8);
	return 0;
}
