/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: read any bytes as an ELF file in every way, and look for each name that the file has.
 * Results lie in the file.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/elf.h>

enum { LOOKED_AT = 32, FOUND = 4 };

static void find(const struct rawbpf_elf *elf, const char *name)
{
	uint64_t offsets[FOUND + 1] = { [FOUND] = 7 };
	int count = rawbpf_elf_symbol_find(offsets, FOUND, elf, name);

	for (int i = 0; i < count && i < FOUND; i++)
		if (offsets[i] >= elf->size)
			abort();
	if (offsets[FOUND] != 7 || count == 0)
		abort();
}

static void find_stub(const struct rawbpf_elf *elf, const char *name)
{
	char stub[64];

	if (strlen(name) >= sizeof stub - 4)
		return;
	strcpy(stub, name);
	strcat(stub, "@plt");
	find(elf, stub);
}

static void look_at(const struct rawbpf_elf *elf, const struct rawbpf_elf_section *section)
{
	struct rawbpf_elf_section again;
	struct rawbpf_elf_symbol symbol;
	struct rawbpf_elf_reloc reloc;
	uint64_t i;

	if (section->data && (section->offset > elf->size || section->size > elf->size - section->offset))
		abort();
	if (rawbpf_elf_section_find(&again, elf, section->name) == -ENOENT && section->index)
		abort();
	for (i = 0; i < LOOKED_AT && rawbpf_elf_symbol_read(&symbol, elf, section, i) == 0; i++) {
		uint64_t offset;

		find(elf, symbol.name);
		find_stub(elf, symbol.name);
		if (rawbpf_elf_offset_find(&offset, NULL, elf, symbol.value) == 0 && offset >= elf->size)
			abort();
	}
	for (i = 0; i < LOOKED_AT && rawbpf_elf_reloc_read(&reloc, elf, section, i) == 0; i++)
		rawbpf_elf_symbol_read(&symbol, elf, section, reloc.symbol);
}

static void read_lines(const struct rawbpf_elf *elf)
{
	struct rawbpf_elf_lines lines;
	struct rawbpf_elf_line line;
	size_t count = 0;

	rawbpf_elf_lines_parse(&lines, elf);
	while (rawbpf_elf_lines_next(&line, &lines)) {
		if (strlen(line.section) >= elf->size || strlen(line.file) >= elf->size ||
		    strlen(line.text) >= elf->size)
			abort();
		count++;
	}
	if (count > elf->size / 16)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rawbpf_elf_section section;
	struct rawbpf_elf elf;
	uint8_t *copy = malloc(size + !size); /* exactly as large, for the sanitizer */

	memcpy(copy, data, size);
	if (rawbpf_elf_parse(&elf, copy, size) == 0) {
		for (uint64_t i = 0; i < LOOKED_AT; i++)
			if (rawbpf_elf_section_read(&section, &elf, i) == 0)
				look_at(&elf, &section);
		read_lines(&elf);
	}
	free(copy);
	return 0;
}
