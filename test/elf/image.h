/* SPDX-License-Identifier: MIT */
/* ELF files for tests: of 32 or 64 bits, in either byte order, written field by field. */
#ifndef RAWBPF_TEST_IMAGE_H
#define RAWBPF_TEST_IMAGE_H

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	IMAGE_SIZE = 0x3000,
	IMAGE_SECTIONS = 14,
	IMAGE_BASE = 0x400000,  /* the file's offset 0 */
	IMAGE_TEXT = 0x1000,    /* offset and, above IMAGE_BASE, address */
	IMAGE_DATA = 0x2000,
	IMAGE_SLOT = IMAGE_BASE + IMAGE_DATA + 0x18, /* puts's slot in the global offset table */
};

/* The sections' numbers. */
enum {
	IMAGE_TEXT_SECTION = 1, IMAGE_DATA_SECTION, IMAGE_BSS_SECTION, IMAGE_NAMES, IMAGE_STRINGS,
	IMAGE_SYMBOLS, IMAGE_DYNAMIC_STRINGS, IMAGE_DYNAMIC_SYMBOLS, IMAGE_VERSIONS, IMAGE_DEFINITIONS,
	IMAGE_RELOCATIONS, IMAGE_STUBS,
};

struct image {
	unsigned char bytes[IMAGE_SIZE];
	int bits, is_big_endian;
	size_t end;       /* the end of the bytes that are placed */
	unsigned next;    /* the next section */
};

struct image_symbol {
	const char *name;
	unsigned char type, bind;
	unsigned short section;
	uint64_t value;
	unsigned short version; /* the version in .dynsym */
};

#define IMAGE_AT(OFFSET) (IMAGE_BASE + IMAGE_TEXT + (OFFSET))
static const struct image_symbol image_symbols[] = {
	{ "file.c", STT_FILE, STB_LOCAL, SHN_ABS, 0, 0 },
	{ "twin", STT_FUNC, STB_LOCAL, IMAGE_TEXT_SECTION, IMAGE_AT(0x20), 0 },
	{ "twin", STT_FUNC, STB_LOCAL, IMAGE_TEXT_SECTION, IMAGE_AT(0x30), 0 },
	{ "main", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, IMAGE_AT(0x10), 0 },
	{ "label", STT_NOTYPE, STB_LOCAL, IMAGE_TEXT_SECTION, IMAGE_AT(0x40), 0 },
	{ "variable", STT_OBJECT, STB_GLOBAL, IMAGE_DATA_SECTION, IMAGE_BASE + IMAGE_DATA, 0 },
	{ "table", STT_NOTYPE, STB_GLOBAL, IMAGE_DATA_SECTION, IMAGE_BASE + IMAGE_DATA, 0 },
	{ "picked", STT_GNU_IFUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, IMAGE_AT(0x50), 0 },
	{ "nowhere", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, 0x1234, 0 },
	{ "puts@V3", STT_FUNC, STB_GLOBAL, SHN_UNDEF, 0, 0 },
	{ "inner@V1", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, IMAGE_AT(0x60), 0 },
	{ "inner@@V2", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, IMAGE_AT(0x70), 0 },
};
static const struct image_symbol image_dynamic_symbols[] = {
	{ "puts", STT_FUNC, STB_GLOBAL, SHN_UNDEF, 0, 4 },
	{ "copy", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, IMAGE_AT(0x80), 2 | 0x8000 },
	{ "copy", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, IMAGE_AT(0x90), 3 },
	{ "old", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, IMAGE_AT(0xa0), 2 | 0x8000 },
	{ "plain", STT_FUNC, STB_WEAK, IMAGE_TEXT_SECTION, IMAGE_AT(0xb0), 1 },
};
#define IMAGE_COUNT(ARRAY) (sizeof(ARRAY) / sizeof *(ARRAY))

static inline void image_put(struct image *image, size_t at, unsigned width, uint64_t value)
{
	for (unsigned i = 0; i < width; i++)
		image->bytes[at + i] = value >> 8 * (image->is_big_endian ? width - 1 - i : i);
}

/* Write a field that 32-bit and 64-bit files have at different places. */
static inline void image_word(struct image *image, size_t at, unsigned at32, unsigned at64,
			      uint64_t value)
{
	image_put(image, at + (image->bits == 64 ? at64 : at32), image->bits / 8, value);
}

/* Append a string at the end, and return its offset from `begin`. */
static inline size_t image_string(struct image *image, size_t begin, const char *string)
{
	size_t at = image->end;

	strcpy((char *)image->bytes + at, string);
	image->end += strlen(string) + 1;
	return at - begin;
}

static inline size_t image_header_size(const struct image *image)
{
	return image->bits == 64 ? 64 : 52;
}

static inline size_t image_section_size(const struct image *image)
{
	return image->bits == 64 ? 64 : 40;
}

/* Return the place of a section's header: the headers stand behind the last section. */
static inline size_t image_section_at(const struct image *image, unsigned section)
{
	return IMAGE_SIZE - (IMAGE_SECTIONS - section) * image_section_size(image);
}

struct image_section {
	const char *name;
	unsigned type, flags;
	uint64_t address, offset, size;
	unsigned link;
	uint64_t entry_size;
};

static inline void image_section(struct image *image, unsigned index,
				 const struct image_section *section)
{
	size_t at = image_section_at(image, index);

	image_put(image, at + 4, 4, section->type);
	image_word(image, at, 8, 8, section->flags);
	image_word(image, at, 12, 16, section->address);
	image_word(image, at, 16, 24, section->offset);
	image_word(image, at, 20, 32, section->size);
	image_put(image, at + (image->bits == 64 ? 40 : 24), 4, section->link);
	image_word(image, at, 36, 56, section->entry_size);
}

static inline size_t image_symbol_size(const struct image *image)
{
	return image->bits == 64 ? 24 : 16;
}

static inline void image_symbol(struct image *image, size_t at, size_t name,
				const struct image_symbol *symbol)
{
	size_t info = at + (image->bits == 64 ? 4 : 12);

	image_put(image, at, 4, name);
	image_put(image, info, 1, symbol->bind << 4 | symbol->type);
	image_put(image, info + 2, 2, symbol->section);
	image_word(image, at, 4, 8, symbol->value);
	image_word(image, at, 8, 16, 8);
}

/* Write two sections: the symbols' names and the symbols. */
static inline void image_write_symbols(struct image *image, unsigned index, unsigned type,
				       const struct image_symbol *symbols, unsigned count)
{
	size_t begin = image->end, names[32], table, size = image_symbol_size(image);

	image_string(image, begin, "");
	for (unsigned i = 0; i < count; i++)
		names[i] = image_string(image, begin, symbols[i].name);
	image_section(image, index, &(struct image_section){
		.type = SHT_STRTAB, .offset = begin, .size = image->end - begin });
	table = image->end = (image->end + 7) & ~(size_t)7;
	for (unsigned i = 0; i < count; i++)
		image_symbol(image, table + (i + 1) * size, names[i], &symbols[i]);
	image->end += (count + 1) * size;
	image_section(image, index + 1, &(struct image_section){
		.type = type, .offset = table, .size = image->end - table, .link = index,
		.entry_size = size });
}

/* The versions of the dynamic symbols, and the definitions 1 (the file's), 2 (V1) and 3 (V2). */
static inline void image_write_versions(struct image *image)
{
	static const char *const versions[] = { "file.so", "V1", "V2" };
	size_t begin = image->end, strings;

	for (unsigned i = 0; i < IMAGE_COUNT(image_dynamic_symbols); i++)
		image_put(image, begin + 2 * (i + 1), 2, image_dynamic_symbols[i].version);
	image->end += 2 * (IMAGE_COUNT(image_dynamic_symbols) + 1);
	image_section(image, IMAGE_VERSIONS, &(struct image_section){
		.type = SHT_GNU_versym, .offset = begin, .size = image->end - begin,
		.link = IMAGE_DYNAMIC_SYMBOLS, .entry_size = 2 });
	strings = image->end = (image->end + 7) & ~(size_t)7;
	begin = strings + 32;
	image->end = strings;
	for (unsigned i = 0; i < 3; i++) {
		size_t at = begin + i * 28, name = image_string(image, strings, versions[i]);

		image_put(image, at, 2, 1);
		image_put(image, at + 4, 2, i + 1);
		image_put(image, at + 6, 2, 1);
		image_put(image, at + 12, 4, 20);
		image_put(image, at + 16, 4, i < 2 ? 28 : 0);
		image_put(image, at + 20, 4, name);
	}
	image_section(image, IMAGE_SECTIONS - 1, &(struct image_section){
		.type = SHT_STRTAB, .offset = strings, .size = image->end - strings });
	image->end = begin + 3 * 28;
	image_section(image, IMAGE_DEFINITIONS, &(struct image_section){
		.type = SHT_GNU_verdef, .offset = begin, .size = 3 * 28, .link = IMAGE_SECTIONS - 1 });
}

/* Write a relocation of `type` for puts, and the `size` bytes of the section .plt. */
static inline void image_write_stub(struct image *image, unsigned machine, unsigned type,
				    const void *code, size_t size)
{
	size_t at = image->end = (image->end + 7) & ~(size_t)7;

	image_put(image, 18, 2, machine);
	image_put(image, at, 8, IMAGE_SLOT);
	image_put(image, at + 8, 8, (uint64_t)1 << 32 | type);
	image_section(image, IMAGE_RELOCATIONS, &(struct image_section){
		.type = SHT_RELA, .offset = at, .size = 24, .link = IMAGE_DYNAMIC_SYMBOLS,
		.entry_size = 24 });
	memcpy(image->bytes + IMAGE_TEXT + 0x800, code, size);
	image_section(image, IMAGE_STUBS, &(struct image_section){
		.type = SHT_PROGBITS, .flags = SHF_ALLOC | SHF_EXECINSTR,
		.address = IMAGE_BASE + IMAGE_TEXT + 0x800, .offset = IMAGE_TEXT + 0x800, .size = size });
}

static inline void image_write_names(struct image *image)
{
	static const char *const names[IMAGE_SECTIONS] = {
		"", ".text", ".data", ".bss", ".shstrtab", ".strtab", ".symtab", ".dynstr", ".dynsym",
		".gnu.version", ".gnu.version_d", ".rela.plt", ".plt", ".versions" };
	size_t begin = image->end;

	for (unsigned i = 0; i < IMAGE_SECTIONS; i++)
		image_put(image, image_section_at(image, i), 4, image_string(image, begin, names[i]));
	image_section(image, IMAGE_NAMES, &(struct image_section){
		.type = SHT_STRTAB, .offset = begin, .size = image->end - begin });
}

static inline void image_segment(struct image *image, unsigned index, unsigned flags,
				 uint64_t offset, uint64_t size)
{
	size_t at = image_header_size(image) + index * (image->bits == 64 ? 56 : 32);

	image_put(image, at, 4, PT_LOAD);
	image_put(image, at + (image->bits == 64 ? 4 : 24), 4, flags);
	image_word(image, at, 4, 8, offset);
	image_word(image, at, 8, 16, IMAGE_BASE + offset);
	image_word(image, at, 16, 32, size);
	image_word(image, at, 20, 40, size);
}

static inline void image_write_header(struct image *image)
{
	static const unsigned char magic[] = { 0x7f, 'E', 'L', 'F' };
	size_t counts = image->bits == 64 ? 54 : 42;

	memcpy(image->bytes, magic, sizeof magic);
	image->bytes[4] = image->bits == 64 ? 2 : 1;
	image->bytes[5] = image->is_big_endian ? 2 : 1;
	image->bytes[6] = 1;
	image_put(image, 16, 2, ET_EXEC);
	image_put(image, 18, 2, EM_X86_64);
	image_word(image, 0, 28, 32, image_header_size(image));
	image_word(image, 0, 32, 40, image_section_at(image, 0));
	image_put(image, counts, 2, image->bits == 64 ? 56 : 32);
	image_put(image, counts + 2, 2, 2);
	image_put(image, counts + 4, 2, image_section_size(image));
	image_put(image, counts + 6, 2, IMAGE_SECTIONS);
	image_put(image, counts + 8, 2, IMAGE_NAMES);
	image_segment(image, 0, PF_R | PF_X, IMAGE_TEXT, 0x1000);
	image_segment(image, 1, PF_R | PF_W, IMAGE_DATA, 0x100);
}

/* Write a file with everything but stubs. */
static inline struct image *image_write(int bits, int is_big_endian)
{
	struct image *image = calloc(1, sizeof *image);

	image->bits = bits;
	image->is_big_endian = is_big_endian;
	image_write_header(image);
	image->end = 0x100;
	image_section(image, IMAGE_TEXT_SECTION, &(struct image_section){
		.type = SHT_PROGBITS, .flags = SHF_ALLOC | SHF_EXECINSTR, .address = IMAGE_AT(0),
		.offset = IMAGE_TEXT, .size = 0x1000 });
	image_section(image, IMAGE_DATA_SECTION, &(struct image_section){
		.type = SHT_PROGBITS, .flags = SHF_ALLOC | SHF_WRITE,
		.address = IMAGE_BASE + IMAGE_DATA, .offset = IMAGE_DATA, .size = 0x100 });
	image_section(image, IMAGE_BSS_SECTION, &(struct image_section){
		.type = SHT_NOBITS, .flags = SHF_ALLOC | SHF_WRITE, .offset = (uint32_t)-1,
		.size = 0x100000 });
	image_write_symbols(image, IMAGE_STRINGS, SHT_SYMTAB, image_symbols,
			    IMAGE_COUNT(image_symbols));
	image_write_symbols(image, IMAGE_DYNAMIC_STRINGS, SHT_DYNSYM, image_dynamic_symbols,
			    IMAGE_COUNT(image_dynamic_symbols));
	image_write_versions(image);
	image_write_names(image);
	return image;
}

/* Four files: 32 and 64 bits, little-endian and big-endian. */
enum { FILES = 4 };
static inline struct image *image_of(int file)
{
	return image_write(file & 1 ? 64 : 32, file >> 1);
}

#endif
