/* SPDX-License-Identifier: MIT */
/* Read source lines of BPF objects, and files that are cut off anywhere or have extreme fields. */
#include <errno.h>

#include <rawbpf/elf.h>

#include "../guard.h"
#include "../unit.h"
#include "image.h"

static void parse(struct rawbpf_elf *elf, const struct image *image)
{
	ck_assert_int_eq(rawbpf_elf_parse(elf, image->bytes, IMAGE_SIZE), 0);
}

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
		if (broken_lines[i].error)
			ck_assert_uint_eq(lines.room, 0);
		while (rawbpf_elf_lines_next(&line, &lines)) {
			expect(strlen(line.section) + strlen(line.text) + strlen(line.file) < IMAGE_SIZE);
			count++;
		}
		ck_assert_msg(count == broken_lines[i].lines, "%u: %d", i, count);
		free(image);
	}
}
END_TEST

/* ------------------------------------------------------------------------------ hostile */

static const char *const names[] = { "main", "twin", "picked", "puts", "inner", "inner@V1", "copy",
				     "copy@V1", "copy@@V2", "old", "none", "puts@plt" };

/* jmp *0x812(%rip) */
static const unsigned char stub[] = { 0xff, 0x25, 0x12, 0x08, 0, 0, 0x66, 0x90 };

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
		rawbpf_elf_symbol_find(&offset, 1, &elf, names[i]);
	rawbpf_elf_offset_find(&offset, NULL, &elf, IMAGE_AT(0));
	rawbpf_elf_lines_parse(&lines, &elf);
	while (rawbpf_elf_lines_next(&line, &lines))
		expect(strlen(line.section) + strlen(line.text) + strlen(line.file) < 3 * size);
}

static struct image *hostile_image(int file)
{
	struct image *image = file & 1 ? image_of(file) : image_with_lines(file);

	if (file & 1)
		image_write_stub(image, EM_X86_64, R_X86_64_JUMP_SLOT, stub, sizeof stub);
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

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_lines, 0, FILES);
	tcase_add_loop_test(tests, test_lines_broken, 0, FILES);
	tcase_add_loop_test(tests, test_cut_off, 0, FILES);
	tcase_add_loop_test(tests, test_extreme, 0, FILES);
}

int main(void)
{
	return unit_run("elf_hostile", add_tests);
}
