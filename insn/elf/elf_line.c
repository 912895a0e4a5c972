/* SPDX-License-Identifier: MIT */
/*
 * Source lines of BPF objects. The section .BTF.ext has them, a list for each section of
 * instructions; the section .BTF has the strings.
 */
#include "elf.h"

enum { LINE_MAGIC = 0xeb9f, LINE_HEADER = 24, LINE_RECORD = 16 };

/* Find what follows a BTF header: the part at `offset`, `size` bytes long. */
static int line_part(const unsigned char **at, const struct rawbpf_elf *elf,
		     const struct rawbpf_elf_section *section, unsigned offset_at, uint32_t *size)
{
	uint64_t begin;

	if (!section->data || section->size < LINE_HEADER ||
	    rawbpf__elf_u16(elf, section->data) != LINE_MAGIC)
		return -EINVAL;
	begin = (uint64_t)rawbpf__elf_u32(elf, section->data + 4) +
		rawbpf__elf_u32(elf, section->data + offset_at);
	*size = rawbpf__elf_u32(elf, section->data + offset_at + 4);
	if (begin > section->size || *size > section->size - begin)
		return -EINVAL;
	*at = section->data + begin;
	return 0;
}

int rawbpf_elf_lines_parse(struct rawbpf_elf_lines *lines, const struct rawbpf_elf *elf)
{
	struct rawbpf_elf_section types, section;
	int err = rawbpf_elf_section_find(&section, elf, ".BTF.ext");

	*lines = (struct rawbpf_elf_lines){ .elf = elf };
	if (!err)
		err = rawbpf_elf_section_find(&types, elf, ".BTF");
	if (!err)
		err = line_part(&lines->strings, elf, &types, 16,
				&lines->strings_size);
	if (!err)
		err = line_part(&lines->at, elf, &section, 16, &lines->room);
	if (!err && lines->room < 4)
		err = -ENOENT;
	if (!err) {
		lines->record_size = rawbpf__elf_u32(elf, lines->at);
		lines->at += 4;
		lines->room -= 4;
		err = lines->record_size < LINE_RECORD ? -EINVAL : 0;
	}
	if (err)
		lines->room = 0;
	return err;
}

static const char *line_string(const struct rawbpf_elf_lines *lines, uint32_t offset)
{
	const struct rawbpf_elf_section strings = { .data = lines->strings,
						    .size = lines->strings_size };

	return rawbpf__elf_string(&strings, offset);
}

/* Take `size` bytes, or return NULL if fewer are left. */
static const unsigned char *line_take(struct rawbpf_elf_lines *lines, uint32_t size)
{
	const unsigned char *at = lines->at;

	if (size > lines->room)
		return NULL;
	lines->at += size;
	lines->room -= size;
	return at;
}

int rawbpf_elf_lines_next(struct rawbpf_elf_line *line, struct rawbpf_elf_lines *lines)
{
	const struct rawbpf_elf *elf = lines->elf;
	const unsigned char *at;
	uint32_t column;

	while (!lines->left) {
		at = line_take(lines, 8);
		if (!at)
			return 0;
		lines->section = line_string(lines, rawbpf__elf_u32(elf, at));
		lines->left = rawbpf__elf_u32(elf, at + 4);
	}
	at = line_take(lines, lines->record_size);
	if (!at) {
		lines->room = lines->left = 0;
		return 0;
	}
	lines->left--;
	column = rawbpf__elf_u32(elf, at + 12);
	*line = (struct rawbpf_elf_line){
		.section = lines->section,
		.offset = rawbpf__elf_u32(elf, at),
		.file = line_string(lines, rawbpf__elf_u32(elf, at + 4)),
		.text = line_string(lines, rawbpf__elf_u32(elf, at + 8)),
		.line = column >> 10,
		.column = column & 0x3ff,
	};
	return 1;
}
