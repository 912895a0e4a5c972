/* SPDX-License-Identifier: MIT */
/* Read symbols of ELF files. */
#include "elf.h"

/* Check the table's type and its entries' size. */
static int symbols_are_sound(const struct rawbpf_elf *elf, const struct rawbpf_elf_section *table)
{
	return (table->type == ELF_SHT_SYMTAB || table->type == ELF_SHT_DYNSYM) &&
	       table->entry_size >= (elf->bits == 64 ? 24 : 16);
}

int rawbpf__elf_symbol(struct rawbpf_elf_symbol *symbol, const struct rawbpf_elf *elf,
		       const struct rawbpf__elf_symbols *symbols, uint64_t index)
{
	const unsigned char *at, *info;

	*symbol = (struct rawbpf_elf_symbol){ .name = "" };
	if (index >= symbols->table.count)
		return -ENOENT;
	at = symbols->table.data + index * symbols->table.entry_size;
	info = at + (elf->bits == 64 ? 4 : 12);
	symbol->name = rawbpf__elf_string(&symbols->strings, rawbpf__elf_u32(elf, at));
	symbol->type = info[0] & 15;
	symbol->bind = info[0] >> 4;
	symbol->visibility = info[1] & 3;
	symbol->section = rawbpf__elf_u16(elf, info + 2);
	if (elf->bits == 64) {
		symbol->value = rawbpf__elf_u64(elf, at + 8);
		symbol->size = rawbpf__elf_u64(elf, at + 16);
	} else {
		symbol->value = rawbpf__elf_u32(elf, at + 4);
		symbol->size = rawbpf__elf_u32(elf, at + 8);
	}
	return 0;
}

int rawbpf_elf_symbol_read(struct rawbpf_elf_symbol *symbol, const struct rawbpf_elf *elf,
			   const struct rawbpf_elf_section *table, uint64_t index)
{
	struct rawbpf__elf_symbols symbols = { .table = *table };

	*symbol = (struct rawbpf_elf_symbol){ .name = "" };
	if (!symbols_are_sound(elf, table))
		return -EINVAL;
	rawbpf_elf_section_read(&symbols.strings, elf, table->link);
	return rawbpf__elf_symbol(symbol, elf, &symbols, index);
}

int rawbpf__elf_symbols_of(struct rawbpf__elf_symbols *symbols, const struct rawbpf_elf *elf,
			   uint32_t type)
{
	int err = rawbpf__elf_section_of(&symbols->table, elf, type);

	if (err < 0)
		return err;
	if (!symbols_are_sound(elf, &symbols->table))
		return -EINVAL;
	return rawbpf_elf_section_read(&symbols->strings, elf, symbols->table.link);
}
