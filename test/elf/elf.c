/* SPDX-License-Identifier: MIT */
/* Read ELF files of both widths and byte orders. elf_hostile.c has broken files. */
#include <errno.h>

#include <rawbpf/elf.h>

#include "../unit.h"
#include "image.h"

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
	ck_assert_str_eq(section.name, "");
	ck_assert_uint_eq(section.index, 0);
	ck_assert_uint_eq(section.size, 0);
	ck_assert_ptr_null(section.data);
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

/* A number, as the checksum of a kernel module's symbol, has no section: it is not code. */
START_TEST(test_object_number)
{
	static const struct {
		unsigned section;
		int error;
	} places[] = {
		{ SHN_ABS, -ENXIO }, { SHN_COMMON, -ENXIO }, { SHN_LORESERVE, -ENXIO },
		{ SHN_XINDEX, -EINVAL }, { IMAGE_SECTIONS, -EINVAL }, { SHN_LORESERVE - 1, -EINVAL },
	};
	struct image *image = image_of(_i);
	struct rawbpf_elf_section table;
	struct rawbpf_elf elf;
	uint64_t offset;

	image_put(image, 16, 2, ET_REL);
	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_section_find(&table, &elf, ".symtab"), 0);
	for (unsigned i = 0; i < IMAGE_COUNT(places); i++) {
		image_put(image, table.offset + 5 * table.entry_size + (elf.bits == 64 ? 6 : 14), 2,
			  places[i].section); /* label */
		ck_assert_msg(rawbpf_elf_symbol_find(&offset, 1, &elf, "label") == places[i].error,
			      "%u", i);
	}
	free(image);
}
END_TEST

/* On arm, bit 0 of a function's value says that its code is Thumb. Elsewhere it counts. */
START_TEST(test_thumb)
{
	struct image *image = image_of(_i);
	struct rawbpf_elf_section table;
	struct rawbpf_elf elf;
	uint64_t offset;

	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_section_find(&table, &elf, ".symtab"), 0);
	image_word(image, table.offset + 4 * table.entry_size, 4, 8, IMAGE_AT(0x11));  /* main */
	image_word(image, table.offset + 5 * table.entry_size, 4, 8, IMAGE_AT(0x41));  /* label */
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), 1);
	ck_assert_uint_eq(offset, IMAGE_TEXT + 0x11);
	image_put(image, 18, 2, EM_ARM);
	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), 1);
	ck_assert_uint_eq(offset, IMAGE_TEXT + 0x10);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "label"), 1);
	ck_assert_uint_eq(offset, IMAGE_TEXT + 0x41);
	image_put(image, 16, 2, ET_REL);
	parse(&elf, image);
	image_word(image, table.offset + 4 * table.entry_size, 4, 8, 0x11);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "main"), 1);
	ck_assert_uint_eq(offset, IMAGE_TEXT + 0x10);
	free(image);
}
END_TEST

/* Without numbers of versions, all functions match. No other section's bytes count as versions. */
START_TEST(test_no_versions)
{
	struct image *image = image_of(_i);
	struct rawbpf_elf_section last;
	struct rawbpf_elf elf;
	uint64_t offsets[3] = { 7, 7, 7 };

	parse(&elf, image);
	section_type_set(image, IMAGE_VERSIONS, SHT_NOTE);
	ck_assert_int_eq(rawbpf_elf_section_read(&last, &elf, IMAGE_SECTIONS - 1), 0);
	ck_assert_uint_ge(last.size, 2 * (IMAGE_COUNT(image_dynamic_symbols) + 1));
	memset(image->bytes + last.offset, 0xff, last.size);
	ck_assert_int_eq(rawbpf_elf_symbol_find(offsets, 3, &elf, "copy"), 2);
	ck_assert_uint_eq(offsets[0], IMAGE_TEXT + 0x80);
	ck_assert_uint_eq(offsets[1], IMAGE_TEXT + 0x90);
	ck_assert_int_eq(rawbpf_elf_symbol_find(offsets, 3, &elf, "old"), 1);
	ck_assert_int_eq(rawbpf_elf_symbol_find(offsets, 3, &elf, "plain"), 1);
	ck_assert_int_eq(rawbpf_elf_symbol_find(offsets, 3, &elf, "copy@V1"), -ESRCH);
	free(image);
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
	section_type_set(image, IMAGE_STUBS, SHT_NOBITS);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "puts@plt"), -ESRCH);
	image_put(image, 18, 2, EM_PPC64);
	parse(&elf, image);
	ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, "puts@plt"), -EOPNOTSUPP);
	free(image);
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
	for (unsigned at = 4; at <= 5; at++) { /* the width, the byte order */
		static const unsigned char none[] = { 0, 3, 255 };
		unsigned char sound = image->bytes[at];

		for (unsigned i = 0; i < sizeof none; i++) {
			image->bytes[at] = none[i];
			ck_assert_int_eq(rawbpf_elf_parse(&elf, image->bytes, IMAGE_SIZE), -ENOEXEC);
		}
		image->bytes[at] = sound;
		ck_assert_int_eq(rawbpf_elf_parse(&elf, image->bytes, IMAGE_SIZE), 0);
	}
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
	tcase_add_loop_test(tests, test_offsets, 0, FILES);
	tcase_add_loop_test(tests, test_object, 0, FILES);
	tcase_add_loop_test(tests, test_object_number, 0, FILES);
	tcase_add_loop_test(tests, test_thumb, 0, FILES);
	tcase_add_loop_test(tests, test_no_versions, 0, FILES);
	tcase_add_loop_test(tests, test_stub, 0, IMAGE_COUNT(stubs));
	tcase_add_test(tests, test_not_elf);
	tcase_add_loop_test(tests, test_large_counts, 0, FILES);
	tcase_add_loop_test(tests, test_open_strings, 0, FILES);
}

int main(void)
{
	return unit_run("elf", add_tests);
}
