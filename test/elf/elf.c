/* SPDX-License-Identifier: MIT */
/* Read ELF files: of both widths and byte orders, cut off anywhere, with extreme fields. */
#include <errno.h>

#include <rawbpf/elf.h>

#include "../guard.h"
#include "../unit.h"
#include "image.h"

/* Four files: 32 and 64 bits, little-endian and big-endian. */
enum { FILES = 4 };
static struct image *image_of(int file)
{
	return image_write(file & 1 ? 64 : 32, file >> 1);
}

static void parse(struct rawbpf_elf *elf, const struct image *image)
{
	ck_assert_int_eq(rawbpf_elf_parse(elf, image->bytes, IMAGE_SIZE), 0);
}

START_TEST(test_header)
{
	struct image *image = image_of(_i);
	struct rawbpf_elf elf;

	parse(&elf, image);
	ck_assert_uint_eq(elf.bits, _i & 1 ? 64 : 32);
	ck_assert_int_eq(elf.is_big_endian, _i >> 1);
	ck_assert_uint_eq(elf.type, ET_EXEC);
	ck_assert_uint_eq(elf.machine, EM_X86_64);
	ck_assert_uint_eq(elf.sections.count, IMAGE_SECTIONS);
	ck_assert_uint_eq(elf.segments.count, 2);
	free(image);
}
END_TEST

START_TEST(test_sections)
{
	struct image *image = image_of(_i);
	struct rawbpf_elf_section section;
	struct rawbpf_elf elf;

	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_section_find(&section, &elf, ".text"), 0);
	ck_assert_uint_eq(section.index, IMAGE_TEXT_SECTION);
	ck_assert_uint_eq(section.flags, SHF_ALLOC | SHF_EXECINSTR);
	ck_assert_uint_eq(section.address, IMAGE_AT(0));
	ck_assert_uint_eq(section.offset, IMAGE_TEXT);
	ck_assert_uint_eq(section.size, 0x1000);
	ck_assert_uint_eq(section.count, 0);
	ck_assert_ptr_eq(section.data, image->bytes + IMAGE_TEXT);
	ck_assert_int_eq(rawbpf_elf_section_find(&section, &elf, ".bss"), 0);
	ck_assert_ptr_null(section.data);
	ck_assert_uint_eq(section.size, 0x100000);
	ck_assert_int_eq(rawbpf_elf_section_find(&section, &elf, ".symtab"), 0);
	ck_assert_uint_eq(section.link, IMAGE_STRINGS);
	ck_assert_uint_eq(section.count, IMAGE_COUNT(image_symbols) + 1);
	ck_assert_int_eq(rawbpf_elf_section_find(&section, &elf, ".tex"), -ENOENT);
	ck_assert_int_eq(rawbpf_elf_section_find(&section, &elf, ".text1"), -ENOENT);
	ck_assert_int_eq(rawbpf_elf_section_read(&section, &elf, 0), 0);
	ck_assert_ptr_null(section.data);
	ck_assert_str_eq(section.name, "");
	ck_assert_int_eq(rawbpf_elf_section_read(&section, &elf, IMAGE_SECTIONS), -ENOENT);
	ck_assert_int_eq(rawbpf_elf_section_read(&section, &elf, UINT64_MAX), -ENOENT);
	free(image);
}
END_TEST

START_TEST(test_symbols)
{
	struct image *image = image_of(_i);
	struct rawbpf_elf_section table;
	struct rawbpf_elf_symbol symbol;
	struct rawbpf_elf elf;

	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_section_find(&table, &elf, ".symtab"), 0);
	for (unsigned i = 0; i < IMAGE_COUNT(image_symbols); i++) {
		ck_assert_int_eq(rawbpf_elf_symbol_read(&symbol, &elf, &table, i + 1), 0);
		ck_assert_str_eq(symbol.name, image_symbols[i].name);
		ck_assert_uint_eq(symbol.value, image_symbols[i].value);
		ck_assert_uint_eq(symbol.size, 8);
		ck_assert_uint_eq(symbol.type, image_symbols[i].type);
		ck_assert_uint_eq(symbol.bind, image_symbols[i].bind);
		ck_assert_uint_eq(symbol.section, image_symbols[i].section);
	}
	ck_assert_int_eq(rawbpf_elf_symbol_read(&symbol, &elf, &table, table.count), -ENOENT);
	ck_assert_str_eq(symbol.name, "");
	ck_assert_int_eq(rawbpf_elf_section_find(&table, &elf, ".text"), 0);
	ck_assert_int_eq(rawbpf_elf_symbol_read(&symbol, &elf, &table, 1), -EINVAL);
	free(image);
}
END_TEST

/* The names, and where each is found, or the errno. */
static const struct {
	const char *name;
	int found;
	unsigned first, second; /* offsets in .text */
} names[] = {
	{ "main", 1, 0x10, 0 },
	{ "twin", 2, 0x20, 0x30 },
	{ "label", 1, 0x40, 0 },
	{ "mai", -ESRCH, 0, 0 },
	{ "main1", -ESRCH, 0, 0 },
	{ "", -ESRCH, 0, 0 },
	{ "@", -ESRCH, 0, 0 },
	{ "@@V1", -ESRCH, 0, 0 },
	{ "file.c", -ESRCH, 0, 0 },
	{ "variable", -ENXIO, 0, 0 },
	{ "table", -ENXIO, 0, 0 },
	{ "nowhere", -ENXIO, 0, 0 },
	{ "picked", -EDESTADDRREQ, 0, 0 },
	{ "puts", -ENOLINK, 0, 0 },
	{ "inner", 1, 0x70, 0 },
	{ "inner@V1", 1, 0x60, 0 },
	{ "inner@V2", 1, 0x70, 0 },
	{ "inner@@V2", 1, 0x70, 0 },
	{ "inner@@V1", -ESRCH, 0, 0 },
	{ "inner@V3", -ESRCH, 0, 0 },
	{ "inner@", -ESRCH, 0, 0 },
	{ "main@V1", -ESRCH, 0, 0 },
	{ "copy", 1, 0x90, 0 },
	{ "copy@V1", 1, 0x80, 0 },
	{ "copy@V2", 1, 0x90, 0 },
	{ "copy@@V2", 1, 0x90, 0 },
	{ "copy@@V1", -ESRCH, 0, 0 },
	{ "copy@V3", -ESRCH, 0, 0 },
	{ "copy@", -ESRCH, 0, 0 },
	{ "old", -ESRCH, 0, 0 },
	{ "old@V1", 1, 0xa0, 0 },
	{ "plain", 1, 0xb0, 0 },
};

START_TEST(test_names)
{
	for (unsigned i = 0; i < IMAGE_COUNT(names); i++) {
		struct image *image = image_of(_i);
		uint64_t offsets[3] = { 7, 7, 7 };
		struct rawbpf_elf elf;

		parse(&elf, image);
		ck_assert_msg(rawbpf_elf_symbol_find(offsets, 2, &elf, names[i].name) == names[i].found,
			      "%s", names[i].name);
		ck_assert_uint_eq(offsets[0], names[i].found > 0 ? IMAGE_TEXT + names[i].first : 7);
		ck_assert_uint_eq(offsets[1], names[i].found > 1 ? IMAGE_TEXT + names[i].second : 7);
		ck_assert_uint_eq(offsets[2], 7);
		/* Without room, the call returns the number alone. */
		ck_assert_int_eq(rawbpf_elf_symbol_find(NULL, 0, &elf, names[i].name), names[i].found);
		free(image);
	}
}
END_TEST

static void section_type_set(struct image *image, unsigned section, unsigned type)
{
	image_put(image, image_section_at(image, section) + 4, 4, type);
}

START_TEST(test_segments)
{
	struct image *image = image_of(_i);
	uint64_t offset;
	struct rawbpf_elf elf;

	parse(&elf, image);
	elf.segments.count = 1025;
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), -EINVAL);
	elf.segments.count = 2;
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), 1);
	free(image);
}
END_TEST

START_TEST(test_stripped)
{
	struct image *image = image_of(_i);
	struct rawbpf_elf elf;
	uint64_t offset;

	parse(&elf, image);
	section_type_set(image, IMAGE_SYMBOLS, SHT_NULL);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "copy"), 1);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), -ESRCH);
	section_type_set(image, IMAGE_DYNAMIC_SYMBOLS, SHT_NULL);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "copy"), -ENOMSG);
	free(image);
}
END_TEST

START_TEST(test_offsets)
{
	struct image *image = image_of(_i);
	struct rawbpf_elf elf;
	uint64_t offset;
	uint32_t flags;

	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_offset_find(&offset, &flags, &elf, IMAGE_AT(0)), 0);
	ck_assert_uint_eq(offset, IMAGE_TEXT);
	ck_assert_uint_eq(flags, PF_R | PF_X);
	ck_assert_int_eq(rawbpf_elf_offset_find(&offset, NULL, &elf, IMAGE_AT(0xfff)), 0);
	ck_assert_uint_eq(offset, IMAGE_TEXT + 0xfff);
	ck_assert_int_eq(rawbpf_elf_offset_find(&offset, &flags, &elf, IMAGE_AT(0x10ff)), 0);
	ck_assert_uint_eq(flags, PF_R | PF_W);
	ck_assert_int_eq(rawbpf_elf_offset_find(&offset, NULL, &elf, IMAGE_AT(0x1100)), -ENOENT);
	ck_assert_int_eq(rawbpf_elf_offset_find(&offset, NULL, &elf, IMAGE_AT(0) - 1), -ENOENT);
	ck_assert_int_eq(rawbpf_elf_offset_find(&offset, NULL, &elf, UINT64_MAX), -ENOENT);
	free(image);
}
END_TEST

/* In an object file a symbol's value counts from its section. */
START_TEST(test_object)
{
	struct image *image = image_of(_i);
	struct rawbpf_elf_section table;
	struct rawbpf_elf elf;
	uint64_t offset;

	image_put(image, 16, 2, ET_REL);
	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), -EINVAL);
	ck_assert_int_eq(rawbpf_elf_section_find(&table, &elf, ".symtab"), 0);
	image_word(image, table.offset + 4 * table.entry_size, 4, 8, 0xfff); /* main */
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), 1);
	ck_assert_uint_eq(offset, IMAGE_TEXT + 0xfff);
	image_word(image, table.offset + 4 * table.entry_size, 4, 8, 0x1000);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), -EINVAL);
	image_word(image, table.offset + 4 * table.entry_size, 4, 8, 0);
	section_type_set(image, IMAGE_TEXT_SECTION, SHT_NOBITS);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), -EINVAL);
	free(image);
}
END_TEST

/* --------------------------------------------------------------------------------- lines */

/*
 * The strings "x", ".text", "f.c", "one", "two" at 1, 3, 9, 13, 17; two lines of .text and one of x,
 * records of 20 bytes. The sections take the places of those of versions.
 */
enum { LINES_STRINGS = 21, LINES_RECORD = 20, LINES_SIZE = 24 + 4 + 2 * 8 + 3 * LINES_RECORD };
enum { LINES_TYPES_AT = 0xe00, LINES_AT = 0xf00 };

static void put_line(struct image *image, size_t at, unsigned offset, unsigned text, unsigned line)
{
	image_put(image, at, 4, offset);
	image_put(image, at + 4, 4, 9);
	image_put(image, at + 8, 4, text);
	image_put(image, at + 12, 4, line << 10 | 7);
}

static struct image *image_with_lines(int file)
{
	static const char strings[LINES_STRINGS] = "\0x\0.text\0f.c\0one\0two";
	struct image *image = image_of(file);
	size_t names, at = LINES_AT + 28;

	image_put(image, LINES_TYPES_AT, 2, 0xeb9f);
	image_put(image, LINES_TYPES_AT + 4, 4, 24);
	image_put(image, LINES_TYPES_AT + 16, 4, 8);
	image_put(image, LINES_TYPES_AT + 20, 4, LINES_STRINGS);
	memcpy(image->bytes + LINES_TYPES_AT + 32, strings, LINES_STRINGS);
	image_put(image, LINES_AT, 2, 0xeb9f);
	image_put(image, LINES_AT + 4, 4, 24);
	image_put(image, LINES_AT + 20, 4, LINES_SIZE - 24);
	image_put(image, LINES_AT + 24, 4, LINES_RECORD);
	image_put(image, at, 4, 3);
	image_put(image, at + 4, 4, 2);
	put_line(image, at + 8, 0, 13, 1);
	put_line(image, at + 28, 64, 17, 0x3fffff);
	image_put(image, at + 48, 4, 1);
	image_put(image, at + 52, 4, 1);
	put_line(image, at + 56, 8, 0, 0);
	image_section(image, IMAGE_VERSIONS, &(struct image_section){
		.type = SHT_PROGBITS, .offset = LINES_TYPES_AT, .size = 32 + LINES_STRINGS });
	image_section(image, IMAGE_DEFINITIONS, &(struct image_section){
		.type = SHT_PROGBITS, .offset = LINES_AT, .size = LINES_SIZE });
	names = image->end;
	image_put(image, image_section_at(image, IMAGE_VERSIONS), 4, image_string(image, names, ".BTF"));
	image_put(image, image_section_at(image, IMAGE_DEFINITIONS), 4,
		  image_string(image, names, ".BTF.ext"));
	image_section(image, IMAGE_NAMES, &(struct image_section){
		.type = SHT_STRTAB, .offset = names, .size = image->end - names });
	return image;
}

static void assert_line(struct rawbpf_elf_lines *lines, const struct rawbpf_elf_line *expected)
{
	struct rawbpf_elf_line line;

	ck_assert_int_eq(rawbpf_elf_lines_next(&line, lines), 1);
	ck_assert_str_eq(line.section, expected->section);
	ck_assert_uint_eq(line.offset, expected->offset);
	ck_assert_str_eq(line.file, "f.c");
	ck_assert_str_eq(line.text, expected->text);
	ck_assert_uint_eq(line.line, expected->line);
	ck_assert_uint_eq(line.column, 7);
}

START_TEST(test_lines)
{
	struct image *image = image_with_lines(_i), *without = image_of(_i);
	struct rawbpf_elf_lines lines;
	struct rawbpf_elf_line line;
	struct rawbpf_elf elf;

	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_lines_parse(&lines, &elf), 0);
	assert_line(&lines, &(struct rawbpf_elf_line){ .section = ".text", .offset = 0, .text = "one",
						       .line = 1 });
	assert_line(&lines, &(struct rawbpf_elf_line){ .section = ".text", .offset = 64,
						       .text = "two", .line = 0x3fffff });
	assert_line(&lines, &(struct rawbpf_elf_line){ .section = "x", .offset = 8, .text = "" });
	ck_assert_int_eq(rawbpf_elf_lines_next(&line, &lines), 0);
	ck_assert_int_eq(rawbpf_elf_lines_next(&line, &lines), 0);
	parse(&elf, without);
	ck_assert_int_eq(rawbpf_elf_lines_parse(&lines, &elf), -ENOENT);
	ck_assert_int_eq(rawbpf_elf_lines_next(&line, &lines), 0);
	free(image);
	free(without);
}
END_TEST

/* The broken part, and the number of lines that are then read. */
static const struct {
	size_t at;
	unsigned value;
	int error, lines;
} broken_lines[] = {
	{ LINES_AT, 0, -EINVAL, 0 },                          /* magic */
	{ LINES_AT + 4, 25, -EINVAL, 0 },                     /* the part ends behind the section */
	{ LINES_AT + 4, 0xffffffff, -EINVAL, 0 },
	{ LINES_AT + 16, 0xffffffff, -EINVAL, 0 },
	{ LINES_AT + 20, 0xffffffff, -EINVAL, 0 },
	{ LINES_AT + 20, 3, -ENOENT, 0 },                     /* no room for the size of records */
	{ LINES_AT + 20, LINES_SIZE - 25, 0, 2 },
	{ LINES_AT + 24, 15, -EINVAL, 0 },                    /* records too short */
	{ LINES_AT + 24, 0xffffffff, 0, 0 },
	{ LINES_AT + 32, 0xffffffff, 0, 3 },                  /* more records than there are: 3 by 20 */
	{ LINES_TYPES_AT, 0, -EINVAL, 0 },
	{ LINES_TYPES_AT + 20, LINES_STRINGS + 1, -EINVAL, 0 },
};

START_TEST(test_lines_broken)
{
	for (unsigned i = 0; i < IMAGE_COUNT(broken_lines); i++) {
		struct image *image = image_with_lines(_i);
		struct rawbpf_elf_lines lines;
		struct rawbpf_elf_line line;
		struct rawbpf_elf elf;
		int count = 0;

		image_put(image, broken_lines[i].at, i == 0 || broken_lines[i].at == LINES_TYPES_AT ? 2 : 4,
			  broken_lines[i].value);
		parse(&elf, image);
		ck_assert_msg(rawbpf_elf_lines_parse(&lines, &elf) == broken_lines[i].error, "%u", i);
		while (rawbpf_elf_lines_next(&line, &lines)) {
			expect(strlen(line.section) + strlen(line.text) + strlen(line.file) < IMAGE_SIZE);
			count++;
		}
		ck_assert_msg(count == broken_lines[i].lines, "%u: %d", i, count);
		free(image);
	}
}
END_TEST

/* --------------------------------------------------------------------------------- stubs */

/* The stub of puts begins at `begin` in .plt, at IMAGE_AT(0x800). Its slot is IMAGE_SLOT. */
static const struct {
	unsigned machine, type, begin, size;
	int is_big_endian;
	unsigned char code[48];
} stubs[] = {
	/* push; jmp; nop, then jmp *0x1802(%rip) behind a stub of another slot */
	{ EM_X86_64, R_X86_64_JUMP_SLOT, 32, 48, 0,
	  { 0xff, 0x35, 0xf2, 0x2f, 0, 0, 0xff, 0x25, 0xf4, 0x2f, 0, 0, 0x0f, 0x1f, 0x40, 0,
	    0xff, 0x25, 0x0a, 0x08, 0, 0, 0x68, 0, 0, 0, 0, 0xe9, 0xe0, 0xff, 0xff, 0xff,
	    0xff, 0x25, 0xf2, 0x07, 0, 0, 0x68, 1, 0, 0, 0, 0xe9, 0xd0, 0xff, 0xff, 0xff } },
	/* endbr64; bnd jmp */
	{ EM_X86_64, R_X86_64_JUMP_SLOT, 0, 16, 0,
	  { 0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25, 0x0d, 0x08, 0, 0, 0x0f, 0x1f, 0x44, 0, 0 } },
	/* the last eight bytes of a section: jmp; nop */
	{ EM_X86_64, R_X86_64_JUMP_SLOT, 0, 8, 0, { 0xff, 0x25, 0x12, 0x08, 0, 0, 0x66, 0x90 } },
	/* bti c; adrp x16, .+0x1000; ldr x17, [x16, #24]; add; br x17 */
	{ EM_AARCH64, R_AARCH64_JUMP_SLOT, 4, 24, 0,
	  { 0x1f, 0x20, 0x03, 0xd5, 0x5f, 0x24, 0x03, 0xd5, 0x10, 0, 0, 0xb0, 0x11, 0x0e, 0x40, 0xf9,
	    0x10, 0x62, 0, 0x91, 0x20, 0x02, 0x1f, 0xd6 } },
	/* larl %r1, .+0x818; lg %r1, 0(%r1); br %r1 */
	{ EM_S390, R_390_JMP_SLOT, 0, 14, 1,
	  { 0xc0, 0x10, 0, 0, 0x04, 0x0c, 0xe3, 0x10, 0x10, 0, 0, 0x04, 0x07, 0xf1 } },
	/* auipc t3, 1; ld t3, -0x7e8(t3); jalr t1, t3; nop */
	{ EM_RISCV, R_RISCV_JUMP_SLOT, 0, 16, 0,
	  { 0x17, 0x1e, 0, 0, 0x03, 0x3e, 0x8e, 0x81, 0x67, 0x03, 0x0e, 0, 0x13, 0, 0, 0 } },
};

START_TEST(test_stub)
{
	struct image *image = image_write(64, stubs[_i].is_big_endian);
	uint64_t offset = 7;
	struct rawbpf_elf elf;

	image_write_stub(image, stubs[_i].machine, stubs[_i].type, stubs[_i].code, stubs[_i].size);
	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "puts@plt"), 1);
	ck_assert_uint_eq(offset, IMAGE_TEXT + 0x800 + stubs[_i].begin);
	ck_assert_int_eq(rawbpf_elf_symbol_find(NULL, 0, &elf, "puts@plt"), 1);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "put@plt"), -ESRCH);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "copy@plt"), -ESRCH);
	image_put(image, 18, 2, EM_PPC64);
	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "puts@plt"), -EOPNOTSUPP);
	free(image);
}
END_TEST

/* ------------------------------------------------------------------------------ hostile */

/* Read everything in the bytes, which end at an inaccessible page. */
static void look_at(const void *bytes, size_t size)
{
	struct rawbpf_elf_section section;
	struct rawbpf_elf_symbol symbol;
	struct rawbpf_elf_reloc reloc;
	struct rawbpf_elf_lines lines;
	struct rawbpf_elf_line line;
	struct rawbpf_elf elf;
	uint64_t offset;

	if (rawbpf_elf_parse(&elf, bytes, size) < 0)
		return;
	for (uint64_t i = 0; i < elf.sections.count; i++) {
		rawbpf_elf_section_read(&section, &elf, i);
		for (uint64_t n = 0; n < 3; n++) {
			if (rawbpf_elf_symbol_read(&symbol, &elf, &section, section.count - n) == 0)
				expect(strlen(symbol.name) < size);
			rawbpf_elf_reloc_read(&reloc, &elf, &section, section.count - n);
		}
		expect(strlen(section.name) < size);
	}
	for (unsigned i = 0; i < IMAGE_COUNT(names); i++)
		rawbpf_elf_symbol_find(&offset, 1, &elf, names[i].name);
	rawbpf_elf_symbol_find(&offset, 1, &elf, "puts@plt");
	rawbpf_elf_offset_find(&offset, NULL, &elf, IMAGE_AT(0));
	rawbpf_elf_lines_parse(&lines, &elf);
	while (rawbpf_elf_lines_next(&line, &lines))
		expect(strlen(line.section) + strlen(line.text) + strlen(line.file) < 3 * size);
}

static struct image *hostile_image(int file)
{
	struct image *image = file & 1 ? image_of(file) : image_with_lines(file);

	if (file & 1)
		image_write_stub(image, EM_X86_64, R_X86_64_JUMP_SLOT, stubs[0].code, stubs[0].size);
	return image;
}

/* The file ends early: at every length near a structure, else at every 61st byte. */
START_TEST(test_cut_off)
{
	struct image *image = hostile_image(_i);
	size_t first = image_section_at(image, 0);

	for (size_t size = 0; size <= IMAGE_SIZE; size += size < 256 || size >= first ? 1 : 61)
		look_at(guard_copy(image->bytes, size, 1), size);
	free(image);
}
END_TEST

/*
 * Each aligned field of the header, the segments, the tables and the section headers is extreme
 * once.
 */
START_TEST(test_extreme)
{
	static const uint64_t extremes[] = { 0, 1, 2, 0x7f, 0xff, 0x7fff, 0xfffe, 0xffff, 0x7fffffff,
					     0xffffffff, 0x7fffffffffffffff, IMAGE_SIZE - 1, IMAGE_SIZE,
					     IMAGE_SIZE + 1, UINT64_MAX };
	struct image *image = hostile_image(_i), *sound = hostile_image(_i);
	unsigned char *guarded = guard_copy(image->bytes, IMAGE_SIZE, 1);
	size_t at = 16, step = unit_long() ? 2 : 4;

	while (at <= IMAGE_SIZE - 8) {
		for (unsigned i = 0; i < IMAGE_COUNT(extremes); i++)
			for (unsigned width = step; width <= 8; width *= 2) {
				image_put(image, at, width, extremes[i]);
				memcpy(guarded + at, image->bytes + at, 8);
				look_at(guarded, IMAGE_SIZE);
			}
		memcpy(image->bytes + at, sound->bytes + at, 8);
		memcpy(guarded + at, sound->bytes + at, 8);
		at += step;
		/* Between these three is code. */
		if (at >= sound->end && at < LINES_TYPES_AT)
			at = LINES_TYPES_AT;
		if (at >= LINES_AT + LINES_SIZE && at < image_section_at(image, 0))
			at = image_section_at(image, 0);
	}
	free(image);
	free(sound);
}
END_TEST

START_TEST(test_not_elf)
{
	struct image *image = image_of(1);
	struct rawbpf_elf elf;

	ck_assert_int_eq(rawbpf_elf_parse(&elf, image->bytes, 0), -ENOEXEC);
	ck_assert_int_eq(rawbpf_elf_parse(&elf, image->bytes, 5), -ENOEXEC);
	ck_assert_int_eq(rawbpf_elf_parse(&elf, image->bytes, 6), -EINVAL);
	ck_assert_int_eq(rawbpf_elf_parse(&elf, image->bytes, 63), -EINVAL);
	ck_assert_int_eq(rawbpf_elf_parse(&elf, image->bytes, IMAGE_SIZE - 1), -EINVAL);
	image->bytes[4] = 3; /* a class other than 32 and 64 bits */
	ck_assert_int_eq(rawbpf_elf_parse(&elf, image->bytes, IMAGE_SIZE), -ENOEXEC);
	image->bytes[4] = 2;
	image->bytes[5] = 0; /* no byte order */
	ck_assert_int_eq(rawbpf_elf_parse(&elf, image->bytes, IMAGE_SIZE), -ENOEXEC);
	free(image);
}
END_TEST

/* Counts above 16 bits stand in the first section header. */
START_TEST(test_large_counts)
{
	struct image *image = image_of(_i);
	size_t counts = image->bits == 64 ? 54 : 42, first = image_section_at(image, 0);
	struct rawbpf_elf_section section;
	struct rawbpf_elf elf;

	image_put(image, counts + 2, 2, 0xffff);
	image_put(image, counts + 6, 2, 0);
	image_put(image, counts + 8, 2, 0xffff);
	image_word(image, first, 20, 32, IMAGE_SECTIONS);
	image_put(image, first + (image->bits == 64 ? 40 : 24), 4, IMAGE_NAMES);
	image_put(image, first + (image->bits == 64 ? 44 : 28), 4, 2);
	parse(&elf, image);
	ck_assert_uint_eq(elf.sections.count, IMAGE_SECTIONS);
	ck_assert_uint_eq(elf.segments.count, 2);
	ck_assert_int_eq(rawbpf_elf_section_find(&section, &elf, ".dynsym"), 0);
	ck_assert_uint_eq(section.index, IMAGE_DYNAMIC_SYMBOLS);
	free(image);
}
END_TEST

/* A table of strings that does not end with a NUL names nothing. */
START_TEST(test_open_strings)
{
	struct image *image = image_of(_i);
	struct rawbpf_elf_section section;
	struct rawbpf_elf elf;
	uint64_t offset;

	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_section_find(&section, &elf, ".strtab"), 0);
	image->bytes[section.offset + section.size - 1] = 'x';
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), -ESRCH);
	free(image);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_header, 0, FILES);
	tcase_add_loop_test(tests, test_sections, 0, FILES);
	tcase_add_loop_test(tests, test_symbols, 0, FILES);
	tcase_add_loop_test(tests, test_names, 0, FILES);
	tcase_add_loop_test(tests, test_segments, 0, FILES);
	tcase_add_loop_test(tests, test_stripped, 0, FILES);
	tcase_add_loop_test(tests, test_lines, 0, FILES);
	tcase_add_loop_test(tests, test_lines_broken, 0, FILES);
	tcase_add_loop_test(tests, test_offsets, 0, FILES);
	tcase_add_loop_test(tests, test_object, 0, FILES);
	tcase_add_loop_test(tests, test_stub, 0, IMAGE_COUNT(stubs));
	tcase_add_loop_test(tests, test_cut_off, 0, FILES);
	tcase_add_loop_test(tests, test_extreme, 0, FILES);
	tcase_add_test(tests, test_not_elf);
	tcase_add_loop_test(tests, test_large_counts, 0, FILES);
	tcase_add_loop_test(tests, test_open_strings, 0, FILES);
}

int main(void)
{
	return unit_run("elf", add_tests);
}
