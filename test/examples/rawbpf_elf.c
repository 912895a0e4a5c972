/* SPDX-License-Identifier: MIT */
/*
 * rawbpf disasm on ELF files that no compiler writes. test/elf/objects.sh has those of compilers.
 * The first argument is the command's path.
 */
#include "../command_time.h"

#include <sys/mman.h>

#include "../elf/image.h"

static struct ending end;

static const char *file_of(const void *bytes, size_t size)
{
	static char path[64];
	int file = memfd_create("object", MFD_CLOEXEC);

	ck_assert_int_eq(write(file, bytes, size), (long)size);
	snprintf(path, sizeof path, "/proc/%d/fd/%d", getpid(), file);
	return path;
}

/* Two sections of instructions with one function each, a call of one, and a load from a section. */
static const struct image_symbol symbols[] = {
	{ "first", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, 0, 0 },
	{ "second\n\33[2J", STT_FUNC, STB_GLOBAL, IMAGE_DATA_SECTION, 0, 0 },
	{ "third", STT_NOTYPE, STB_GLOBAL, IMAGE_DATA_SECTION, 8, 0 },
	{ "inside", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, 4, 0 },
	{ "behind", STT_FUNC, STB_GLOBAL, IMAGE_TEXT_SECTION, 56, 0 },
	{ "", STT_SECTION, STB_LOCAL, IMAGE_DATA_SECTION, 0, 0 },
	{ "a\tmap\33", STT_OBJECT, STB_GLOBAL, SHN_UNDEF, 0, 0 },
};

struct reference {
	uint64_t offset;
	unsigned symbol;
};
static const struct reference references[] = {
	{ 0, 6 }, { 8, 2 }, { 16, 7 }, { 24, 6 }, { 32, 1000 }, { 44, 1 }, { 1 << 20, 1 },
};

static void put_insn(struct image *image, size_t at, const struct bpf_insn *insn)
{
	rawbpf_insn_write(image->bytes + at, insn,
			  image->is_big_endian ? RAWBPF_BIG_ENDIAN : RAWBPF_LITTLE_ENDIAN);
}

static struct image *object_write(int is_big_endian)
{
	static const struct bpf_insn insns[] = {
		BPF_CALL_REL(0), BPF_CALL_REL(-1), BPF_LD_IMM64(BPF_REG_1, 4), BPF_CALL_REL(0),
		BPF_JMP_A(-6), BPF_EXIT_INSN(), BPF_EXIT_INSN() };
	struct image *image = calloc(1, sizeof *image);
	size_t at;

	image->bits = 64;
	image->is_big_endian = is_big_endian;
	image_write_header(image);
	image_put(image, 16, 2, ET_REL);
	image_put(image, 18, 2, 247); /* EM_BPF */
	image->end = 0x100;
	image_write_symbols(image, IMAGE_STRINGS, SHT_SYMTAB, symbols, IMAGE_COUNT(symbols));
	at = image->end = (image->end + 7) & ~(size_t)7;
	for (unsigned i = 0; i < IMAGE_COUNT(references); i++, image->end += 16) {
		image_put(image, image->end, 8, references[i].offset);
		image_put(image, image->end + 8, 8, (uint64_t)references[i].symbol << 32 | 1);
	}
	image_section(image, IMAGE_RELOCATIONS, &(struct image_section){
		.type = SHT_REL, .offset = at, .size = image->end - at, .link = IMAGE_SYMBOLS,
		.entry_size = 16 });
	image_put(image, image_section_at(image, IMAGE_RELOCATIONS) + 44, 4, IMAGE_TEXT_SECTION);
	for (unsigned i = 0; i < IMAGE_COUNT(insns); i++)
		put_insn(image, IMAGE_TEXT + 8 * i, &insns[i]);
	put_insn(image, IMAGE_DATA, &insns[6]);
	put_insn(image, IMAGE_DATA + 8, &insns[6]);
	image_section(image, IMAGE_TEXT_SECTION, &(struct image_section){
		.type = SHT_PROGBITS, .flags = SHF_EXECINSTR, .offset = IMAGE_TEXT, .size = 56 });
	image_section(image, IMAGE_DATA_SECTION, &(struct image_section){
		.type = SHT_PROGBITS, .flags = SHF_EXECINSTR, .offset = IMAGE_DATA, .size = 16 });
	image_write_names(image);
	return image;
}

static const char *object_file(const struct image *image)
{
	return file_of(image->bytes, IMAGE_SIZE);
}

static void assert_prints(const char *const *arguments, const char *out)
{
	command_run(&end, NULL, arguments);
	ck_assert_str_eq(end.err, "");
	ck_assert_str_eq(end.out, out);
	ck_assert_int_eq(end.status, 0);
}

START_TEST(test_object)
{
	const char *path = object_file(object_write(_i));

	assert_prints(ARGS("disasm", path),
		      "// section .text\n"
		      "first:\n"
		      "call pc+0x0\t// third\n"
		      "call pc-0x1\t// second\\x0a\\x1b[2J\n"
		      "r1 = 0x4 ll\t// a\\x09map\\x1b\n"
		      "call pc+0x0\n"
		      "goto first\n"
		      "exit\n"
		      "\n// section .data\n"
		      "// second\\x0a\\x1b[2J:\n"
		      "exit\n"
		      "third:\n"
		      "exit\n");
	/* The file's byte order counts, not the option. */
	assert_prints(ARGS("disasm", "-d", "kernel", "-l", "--big-endian", path),
		      "// section .text\n"
		      "first:\n"
		      "       0:\t(85) call pc+0\t// third\n"
		      "       1:\t(85) call pc-1\t// second\\x0a\\x1b[2J\n"
		      "       2:\t(18) r1 = 0x4\t// a\\x09map\\x1b\n"
		      "       4:\t(85) call pc+0\n"
		      "       5:\t(05) goto first\n"
		      "       6:\t(95) exit\n"
		      "\n// section .data\n"
		      "// second\\x0a\\x1b[2J:\n"
		      "       0:\t(95) exit\n"
		      "third:\n"
		      "       1:\t(95) exit\n");
	assert_prints(ARGS("disasm", "-d", "c", path),
		      "// section .text\n"
		      "// first:\n"
		      "BPF_CALL_REL(0),\t// third\n"
		      "BPF_CALL_REL(-1),\t// second\\x0a\\x1b[2J\n"
		      "BPF_LD_IMM64(BPF_REG_1, 0x4),\t// a\\x09map\\x1b\n"
		      "BPF_CALL_REL(0),\n"
		      "BPF_JMP_A(-6),\n"
		      "BPF_EXIT_INSN(),\n"
		      "\n// section .data\n"
		      "// second\\x0a\\x1b[2J:\n"
		      "BPF_EXIT_INSN(),\n"
		      "// third:\n"
		      "BPF_EXIT_INSN(),\n");
}
END_TEST

/* The assembler takes r and w with a number for registers, so they are no labels. */
START_TEST(test_registers)
{
	static const struct {
		const char *name;
		int is_label;
	} functions[] = {
		{ "r0", 0 }, { "w10", 0 }, { "r123", 0 }, { "w00", 0 },
		{ "r", 1 }, { "w", 1 }, { "r1x", 1 }, { "x1", 1 }, { "fp", 1 }, { "r_1", 1 },
	};

	for (unsigned i = 0; i < IMAGE_COUNT(functions); i++) {
		struct image *image = object_write(0);
		char *name = memmem(image->bytes, IMAGE_SIZE, "third", sizeof "third"), label[32];

		strcpy(name, functions[i].name);
		command_run(&end, NULL, ARGS("disasm", object_file(image)));
		ck_assert_int_eq(end.status, 0);
		snprintf(label, sizeof label, "\n%s%s:\nexit\n", functions[i].is_label ? "" : "// ",
			 functions[i].name);
		ck_assert_msg(strstr(end.out, label) != NULL, "%s", end.out);
		command_run(&end, NULL, ARGS("asm", file_of(end.out, strlen(end.out))));
		ck_assert_str_eq(end.err, "");
		ck_assert_int_eq(end.status, 0);
		free(image);
	}
}
END_TEST

static void assert_refused(const struct image *image, size_t size, const char *why)
{
	const char *path = file_of(image->bytes, size);
	char err[256];

	snprintf(err, sizeof err, "rawbpf disasm: %s%s\n", path, why);
	command_run(&end, NULL, ARGS("disasm", path));
	ck_assert_str_eq(end.err, err);
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(end.status, 1);
}

START_TEST(test_refused)
{
	struct image *image = object_write(_i);
	size_t text = image_section_at(image, IMAGE_TEXT_SECTION);

	assert_refused(image, 6, ": the ELF file is broken");
	assert_refused(image, IMAGE_SIZE - 1, ": the ELF file is broken");
	image_put(image, 18, 2, EM_X86_64);
	assert_refused(image, IMAGE_SIZE, " is an ELF file for machine 62, not for BPF (247)");
	image_put(image, 18, 2, 247);
	image_put(image, text + 32, 8, 9);
	assert_refused(image, IMAGE_SIZE, ": section 1: 9 bytes are not a multiple of 8");
	image_put(image, text + 32, 8, IMAGE_SIZE);
	assert_refused(image, IMAGE_SIZE, ": the ELF file is broken: section 1 ends behind it");
	image_put(image, text + 24, 8, 0);
	assert_refused(image, IMAGE_SIZE, ": the ELF file is broken: its sections overlap");
	image_put(image, text + 32, 8, 0);
	image_put(image, image_section_at(image, IMAGE_DATA_SECTION) + 8, 8, 0);
	assert_refused(image, IMAGE_SIZE, ": no section of the ELF file has instructions");
	free(image);
}
END_TEST

/*
 * A native object whose instructions each have a source line, a function and a reference. All names
 * are longer than those that disasm shows, and it escapes each of their bytes.
 */
enum { LONG_INSNS = 64, LONG_NAME = 300, LONG_TEXT = 1, LONG_STRINGS, LONG_SYMBOLS, LONG_RELOCS,
       LONG_TYPES, LONG_LINES, LONG_SECTIONS };
enum { NAME_SYMTAB = 1, NAME_BTF = 9, NAME_EXT = 14, NAME_LONG = 23,
       NAME_FILE = NAME_LONG + LONG_NAME + 1, NAME_SOURCE = NAME_FILE + LONG_NAME + 1,
       NAMES = NAME_SOURCE + LONG_NAME + 1 };

struct long_part { /* the header of .BTF or .BTF.ext */
	uint16_t magic, version;
	uint32_t header_size, first_at, first_size, second_at, second_size;
};
struct long_object {
	Elf64_Ehdr header;
	Elf64_Shdr sections[LONG_SECTIONS];
	Elf64_Sym symbols[LONG_INSNS + 2];
	Elf64_Rel relocs[LONG_INSNS];
	unsigned char insns[LONG_INSNS][8];
	char names[NAMES];
	struct {
		struct long_part header;
		char names[NAMES];
	} types;
	struct {
		struct long_part header;
		uint32_t record_size, section, count;
		struct {
			uint32_t offset, file, source, line;
		} records[LONG_INSNS];
	} lines;
};

#define LONG_SECTION(MEMBER, ...)                                                                  \
	{ .sh_offset = offsetof(struct long_object, MEMBER),                                       \
	  .sh_size = sizeof ((struct long_object *)0)->MEMBER, __VA_ARGS__ }

/* What varies: the references are functions, or an offset; the first lines of the source are shorter. */
struct long_names {
	int to_section;
	unsigned shorter;
};
enum {
	LONG_SHOWN = 200,
	LONG_SHORTER = 150,
	/* bytes of output: a headline, and each function with its instruction */
	LONG_WITHOUT_LINES = sizeof "// section \n" - 1 + 4 * 128 +
			     LONG_INSNS * (sizeof "// :\nr1 = 0x7fffffff\t// \n" - 1 + 2 * 4 * 128),
};

static void long_fill(struct long_object *object, const struct long_names *names)
{
	static const struct bpf_insn insn = BPF_MOV64_IMM(BPF_REG_1, 0x7fffffff);

	memcpy(object->names, "\0.symtab\0.BTF\0.BTF.ext", NAME_LONG);
	memset(object->names + NAME_LONG, 1, LONG_NAME);
	memset(object->names + NAME_FILE, 2, LONG_NAME);
	memset(object->names + NAME_SOURCE, 3, LONG_NAME);
	memcpy(object->types.names, object->names, NAMES);
	object->symbols[LONG_INSNS + 1] = (Elf64_Sym){ .st_info = STT_SECTION, .st_shndx = LONG_TEXT };
	for (unsigned i = 0; i < LONG_INSNS; i++) {
		rawbpf_insn_write(object->insns[i], &insn, RAWBPF_HOST_ORDER);
		object->symbols[i + 1] = (Elf64_Sym){ .st_name = NAME_LONG, .st_info = STT_FUNC,
						      .st_shndx = LONG_TEXT, .st_value = 8 * i };
		object->relocs[i] = (Elf64_Rel){
			8 * i, ELF64_R_INFO(names->to_section ? LONG_INSNS + 1ull : i + 1ull, 1) };
		object->lines.records[i].offset = 8 * i;
		object->lines.records[i].file = NAME_FILE;
		object->lines.records[i].source =
			NAME_SOURCE + (i < names->shorter ? LONG_NAME - LONG_SHORTER : 0);
		object->lines.records[i].line = (4000000 + i) << 10;
	}
}

static struct long_object *long_object(const struct long_names *names)
{
	static const struct long_object empty = {
		.header = { .e_ident = ELFMAG "\2\1\1", .e_type = ET_REL, .e_machine = 247,
			    .e_shoff = offsetof(struct long_object, sections),
			    .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = LONG_SECTIONS,
			    .e_shstrndx = LONG_STRINGS },
		.sections = {
			[LONG_TEXT] = LONG_SECTION(insns, .sh_name = NAME_LONG, .sh_type = SHT_PROGBITS,
						   .sh_flags = SHF_EXECINSTR),
			[LONG_STRINGS] = LONG_SECTION(names, .sh_type = SHT_STRTAB),
			[LONG_SYMBOLS] = LONG_SECTION(symbols, .sh_name = NAME_SYMTAB,
						      .sh_type = SHT_SYMTAB, .sh_link = LONG_STRINGS,
						      .sh_entsize = sizeof(Elf64_Sym)),
			[LONG_RELOCS] = LONG_SECTION(relocs, .sh_type = SHT_REL, .sh_link = LONG_SYMBOLS,
						     .sh_info = LONG_TEXT,
						     .sh_entsize = sizeof(Elf64_Rel)),
			[LONG_TYPES] = LONG_SECTION(types, .sh_name = NAME_BTF, .sh_type = SHT_PROGBITS),
			[LONG_LINES] = LONG_SECTION(lines, .sh_name = NAME_EXT, .sh_type = SHT_PROGBITS),
		},
		.types.header = { 0xeb9f, 1, sizeof(struct long_part), 0, 0, 0, NAMES },
		.lines = { .header = { 0xeb9f, 1, sizeof(struct long_part), 0, 0, 0,
				       12 + sizeof empty.lines.records },
			   .record_size = 16, .section = NAME_LONG, .count = LONG_INSNS },
	};
	struct long_object *object = malloc(sizeof *object);

	*object = empty;
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		object->header.e_ident[EI_DATA] = ELFDATA2MSB;
	long_fill(object, names);
	return object;
}

static char *put_escapes(char *at, unsigned byte, unsigned count)
{
	while (count--)
		at += sprintf(at, "\\x%02x", byte);
	return at;
}

static size_t long_expected(char *text, const struct long_names *names)
{
	char *at = put_escapes(text + sprintf(text, "// section "), 1, 128);

	*at++ = '\n';
	for (unsigned i = 0; i < LONG_INSNS; i++) {
		at = put_escapes(at + sprintf(at, "// "), 3,
				 i < names->shorter ? LONG_SHORTER : LONG_SHOWN);
		at = put_escapes(at + sprintf(at, " @ "), 2, 100);
		at = put_escapes(at + sprintf(at, ":%u\n// ", 4000000 + i), 1, 128);
		at += sprintf(at, ":\n%8u:\tr1 = 0x7fffffff\t// ", i);
		at = put_escapes(at, 1, 128);
		at += sprintf(at, "%s\n", names->to_section ? "+0x7fffffff" : "");
	}
	return at - text;
}

static int long_output;

static void to_long_output(void)
{
	dup2(long_output, 1);
}

static void assert_long_names(const struct long_names *names)
{
	enum { ROOM = 1 << 18 };
	struct long_object *object = long_object(names);
	char *expected = malloc(ROOM), *printed = malloc(ROOM);
	size_t length = long_expected(expected, names);

	long_output = memfd_create("output", MFD_CLOEXEC);
	command_run(&end, to_long_output, ARGS("disasm", "-l", file_of(object, sizeof *object)));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_eq(pread(long_output, printed, ROOM, 0), (long)length);
	ck_assert_mem_eq(printed, expected, length);
	close(long_output);
	free(printed);
	free(expected);
	free(object);
}

/*
 * An instruction takes up to 2,284 bytes, and all of them several pages of disasm's output. Steps of
 * 200 bytes put each part of an instruction at the end of a page.
 */
START_TEST(test_long_names)
{
	for (unsigned shorter = 0; shorter < 12; shorter++)
		assert_long_names(&(struct long_names){ .to_section = _i, .shorter = shorter });
}
END_TEST

/* A file whose table of lines is empty has no lines. A broken table is reported. */
START_TEST(test_lines_broken)
{
	struct long_object *object = long_object(&(struct long_names){ 0 });
	const char *path;
	char err[256];

	for (unsigned size = 0; size < 4; size++) {
		object->lines.header.second_size = size;
		long_output = memfd_create("output", MFD_CLOEXEC);
		command_run(&end, to_long_output, ARGS("disasm", file_of(object, sizeof *object)));
		ck_assert_str_eq(end.err, "");
		ck_assert_int_eq(end.status, 0);
		ck_assert_int_eq(lseek(long_output, 0, SEEK_END), LONG_WITHOUT_LINES);
		close(long_output);
	}
	object->lines.header.magic = 0;
	path = file_of(object, sizeof *object);
	command_run(&end, NULL, ARGS("disasm", path));
	snprintf(err, sizeof err,
		 "rawbpf disasm: %s: the ELF file is broken: its .BTF or .BTF.ext\n", path);
	ck_assert_str_eq(end.err, err);
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(end.status, 1);
	free(object);
}
END_TEST

/* n sections of one instruction each, or one of n, with n symbols and relocations at its beginning. */
enum { SECTIONS, SLOTS, KINDS };

static void *large_object(unsigned kind, unsigned n, size_t *size)
{
	unsigned sections = kind == SECTIONS ? n : 1, slots = kind == SECTIONS ? 1 : n, at;
	const unsigned count = sections + 4;
	char *bytes = calloc(1, *size = 4096 + count * sizeof(Elf64_Shdr) + n * 48 + 64);
	Elf64_Ehdr *header = (void *)bytes;
	Elf64_Shdr *section = (void *)(bytes + sizeof *header);
	Elf64_Off end = sizeof *header + count * sizeof *section;

	memcpy(header->e_ident, ELFMAG "\2\1\1", 7);
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		header->e_ident[EI_DATA] = ELFDATA2MSB;
	header->e_machine = 247;
	header->e_type = ET_REL;
	header->e_shoff = sizeof *header;
	header->e_shentsize = sizeof *section;
	section[0].sh_size = count;
	for (unsigned i = 1; i <= sections; i++, end += 8 * slots)
		section[i] = (Elf64_Shdr){ .sh_type = SHT_PROGBITS, .sh_flags = SHF_EXECINSTR,
					   .sh_offset = end, .sh_size = 8 * slots };
	at = sections + 1;
	section[at] = (Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = end, .sh_size = 9 };
	memcpy(bytes + end, ".symtab\0", 9);
	header->e_shstrndx = SHN_XINDEX;
	section[0].sh_link = at;
	end += 16;
	section[at + 1] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB, .sh_offset = end, .sh_link = at,
					.sh_size = n * 24ul, .sh_entsize = 24 };
	for (unsigned i = 0; i < n; i++, end += 24)
		*(Elf64_Sym *)(bytes + end) = (Elf64_Sym){ .st_name = 1, .st_shndx = 1,
							   .st_info = STT_FUNC };
	section[at + 2] = (Elf64_Shdr){ .sh_type = SHT_REL, .sh_offset = end, .sh_link = at + 1,
					.sh_info = 1, .sh_size = n * 16ul, .sh_entsize = 16 };
	return bytes;
}

static double show_time(unsigned kind, unsigned n)
{
	static const char *path;
	static unsigned made;
	size_t size;
	void *bytes;

	if (made != n) {
		bytes = large_object(kind, n, &size);
		path = file_of(bytes, size);
		free(bytes);
		made = n;
	}
	return command_time(ARGS("disasm", "-l", path));
}

START_TEST(test_doubling)
{
	double once = doubling_least(show_time, _i, 60000), twice = doubling_least(show_time, _i, 120000);

	ck_assert_msg(twice <= DOUBLING_LIMIT * once + 0.02, "%u: %.1f ms, then %.1f", _i, once * 1e3,
		      twice * 1e3);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_object, 0, 2);
	tcase_add_loop_test(tests, test_refused, 0, 2);
	tcase_add_test(tests, test_registers);
	tcase_add_loop_test(tests, test_long_names, 0, 2);
	tcase_add_test(tests, test_lines_broken);
	tcase_add_loop_test(tests, test_doubling, 0, KINDS);
}

int main(int argc, char **argv)
{
	command_path = argc > 1 ? argv[1] : "rawbpf";
	return live_run("rawbpf_elf", add_tests);
}
