/* SPDX-License-Identifier: MIT */
/*
 * Every function that reads input from outside takes time in proportion to it: a table of all.
 * test/symbol/hostile.c has the assembler and the builder, and test/examples/rawbpf_readers.c the
 * readers that need a kernel.
 */
#include <check.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>
#include <rawbpf/collection.h>
#include <rawbpf/form.h>

#include "doubling.h"
#include "event/ring_fake.h"
#include "event/perf_ring.h"
#include "unit.h"

/* ------------------------------------------------------------------------------ logs */

/* Lines that a log may repeat, before and behind a complaint. */
static const char *const log_lines[] = {
	"0: (b7) r0 = 0                        ; R0_w=0\n",
	"; x = 1; @ f.c:1\n",
	"from 0 to 0: R0=0 R1=ctx() R10=fp0\n",
	"0: R1=ctx() R10=fp0\n",
	"R0=0 R1=1 R2=2 R3=3 R4=4 R5=5 R6=6 R7=7 R8=8 R9=9 R10=fp0\n",
	"caller:\n R6=0\ncallee:\n frame1: R1=1\n",
	"Causal path:\n  0: r0 = 0\n",
	"Reason: x\nSuggestion: y\n",
	"R0 invalid mem access 'scalar'\n",
	"processed 1 insns (limit 1000000) max_states_per_insn 0\n",
	"\n",
	"x",
	"\33[",
	"mark_precise: frame0: last_idx 0 first_idx 0 subseq_idx -1\n",
	"Unreleased reference id=1 alloc_insn=0\n",
};

static char *log_make(const char *line, size_t n)
{
	size_t length = strlen(line);
	char *log = malloc(n + length + 256), *at = log;

	at += sprintf(at, "0: (b7) r0 = 0\n");
	while (at < log + n) {
		memcpy(at, line, length);
		at += length;
	}
	strcpy(at, "\n1: (79) r0 = *(u64 *)(r0 +0)\nR0 invalid mem access 'scalar'\n");
	return log;
}

static double explain_log(unsigned kind, unsigned n)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 0), BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, 0),
		BPF_EXIT_INSN() };
	struct rawbpf_rejection rejection = { .error = -EACCES, .insns = insns, .insn_count = 3 };
	char *log = log_make(log_lines[kind], n), *text = malloc(2 * n + 4096);
	double start;

	memset(text, 1, 2 * n + 4096);
	rejection.log = log;
	start = doubling_time();
	rawbpf_rejection_parse(&rejection);
	rawbpf_rejection_explain(text, 2 * n + 4096, &rejection);
	start = doubling_time() - start;
	free(log);
	free(text);
	return start;
}

/* ---------------------------------------------------------------------- instructions */

/* Instructions that a program may repeat. */
static const struct bpf_insn programs[][2] = {
	{ BPF_MOV64_IMM(BPF_REG_0, 0), BPF_MOV64_IMM(BPF_REG_0, 0) },
	{ BPF_LD_IMM64(BPF_REG_1, 0x1122334455667788) },
	{ BPF_JMP_A(-1), BPF_JMP_A(-1) },
	{ BPF_CALL_REL(0x7fffffff), BPF_CALL_REL(-0x7fffffff) },
	{ BPF_RAW_INSN(0x18, 15, 15, -1, -1), BPF_RAW_INSN(0xff, 15, 15, -1, -1) },
	{ BPF_RAW_INSN(0xfb, 11, 11, -1, 0xf1), BPF_RAW_INSN(0xe3, 11, 11, -1, 0xe1) },
};

enum program_reader { FORMAT, EXPLAIN, CHECK, KERNEL, MACHINE, PROGRAM_READERS };

static void read_program(enum program_reader reader, const struct bpf_insn *insns, unsigned count)
{
	unsigned slots = 1;

	if (reader == KERNEL)
		rawbpf_prog_kernel_find(insns, count);
	else if (reader == MACHINE)
		rawbpf_vm_prog_check(&(struct rawbpf_vm_prog){ .insns = insns, .insn_count = count }, NULL);
	else
		for (unsigned i = 0; i < count; i += slots) {
			char text[4096];

			if (reader == FORMAT)
				rawbpf_insn_format(text, sizeof text, insns + i, count - i,
						   RAWBPF_LLVM, NULL, &slots);
			else if (reader == EXPLAIN)
				rawbpf_insn_explain(text, sizeof text, insns + i, count - i,
						    RAWBPF_HOST_ORDER, 1, &slots);
			else
				rawbpf_insn_check(insns + i, count - i, NULL);
		}
}

static double read_programs(unsigned kind, unsigned n)
{
	enum program_reader reader = kind % PROGRAM_READERS;
	unsigned count = reader == EXPLAIN ? n / 10 : n;
	struct bpf_insn *insns = malloc(count * sizeof *insns);
	double start;

	for (unsigned i = 0; i < count; i++)
		insns[i] = programs[kind / PROGRAM_READERS][i % 2];
	start = doubling_time();
	read_program(reader, insns, count);
	start = doubling_time() - start;
	free(insns);
	return start;
}

/* ---------------------------------------------------------------------------- escapes */

static const char *const escaped[] = { "a", "\1", "\"", "\\", "\xff", "\xc3\xa9", "\xf0\x9f", "\xe2\x80" };

static double escape(unsigned kind, unsigned n)
{
	const char *part = escaped[kind / 2];
	size_t length = strlen(part), room = 6 * (size_t)n + 16;
	char *bytes = malloc(n + 8), *text = malloc(room);
	double start;

	for (unsigned i = 0; i < n; i += length)
		memcpy(bytes + i, part, length);
	memset(text, 1, room);
	start = doubling_time();
	if (kind % 2)
		rawbpf_json_escape(text, room, bytes, n);
	else
		rawbpf_terminal_escape(text, room, bytes, n);
	start = doubling_time() - start;
	free(bytes);
	free(text);
	return start;
}

/* ------------------------------------------------------------------------------- BTF */

enum types { CHAIN, STRUCTS, FIELDS, TYPEDEFS, TYPES };

/* Make n types, or one of n members. The last one is called "last". */
static void types_make(struct rawbpf_btf_build *b, enum types types, unsigned n)
{
	struct rawbpf_btf_field *fields = calloc(n, sizeof *fields);
	int type = rawbpf_btf_int_emit(b, "int", 4, BTF_INT_SIGNED), integer = type;

	for (unsigned i = 0; types != FIELDS && i < n; i++) {
		const struct rawbpf_btf_field field = { "a", types == CHAIN ? type : integer, 0 };

		type = types == TYPEDEFS ? rawbpf_btf_ref_emit(b, BTF_KIND_TYPEDEF, "t", type) :
		       rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, i % 2 ? "" : "s", 4, &field, 1);
	}
	for (unsigned i = 0; types == FIELDS && i < n; i++)
		fields[i] = (struct rawbpf_btf_field){ "", integer, 4 * i };
	if (types == FIELDS)
		fields[n - 1].name = "last";
	rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, "last", 4 * n, fields, types == FIELDS ? n : 0);
	ck_assert_int_eq(b->error, 0);
	free(fields);
}

/* Return the types, made once: writing takes longer than reading. */
static const struct rawbpf_btf_build *types_get(enum types types, unsigned n)
{
	static struct {
		struct rawbpf_btf_build b;
		enum types types;
		unsigned n;
	} made;
	const size_t room = 48 * (size_t)n + 4096;

	if (made.n != n || made.types != types) {
		free(made.b.data);
		made.b = (struct rawbpf_btf_build){ .data = malloc(room), .max = room };
		made.types = types;
		made.n = n;
		types_make(&made.b, types, n);
	}
	return &made.b;
}

enum btf_reader { PARSE, FIND, MEMBER, EACH, BTF_READERS };

static void read_types(struct rawbpf_btf *btf, enum btf_reader reader, uint32_t *index, unsigned n)
{
	struct rawbpf_btf_member member;
	int id = rawbpf_btf_type_find(btf, 0, "last");

	rawbpf_btf_index_set(btf, index, n + 8);
	if (reader == MEMBER)
		rawbpf_btf_member_find(&member, btf, id, "last");
	for (unsigned i = 1; reader == EACH && i < rawbpf_btf_type_end(btf); i++) {
		char text[256];

		rawbpf_btf_type_format(text, sizeof text, btf, i);
		rawbpf_btf_type_size(btf, i);
	}
}

static double read_btf(unsigned kind, unsigned n)
{
	uint32_t *index = calloc(n + 8, sizeof *index);
	const struct rawbpf_btf_build *b = types_get(kind / BTF_READERS, n);
	struct rawbpf_btf btf;
	double start = doubling_time();

	ck_assert_int_eq(rawbpf_btf_parse(&btf, b->data, b->size, NULL), 0);
	if (kind % BTF_READERS != PARSE)
		read_types(&btf, kind % BTF_READERS, index, n);
	start = doubling_time() - start;
	free(index);
	return start;
}

/* -------------------------------------------------------------------------- ELF files */

/* Tables of n entries each: symbols that all are "f@@V", their versions, relocations, stubs, lines. */
enum { ELF_STRINGS = 1, ELF_SYMBOLS, ELF_VERSIONS, ELF_DEFINITIONS, ELF_RELOCATIONS, ELF_STUBS,
       ELF_TYPES, ELF_LINES, ELF_TABLES };

static const struct {
	const char *name;
	unsigned type, entry_size;
} elf_tables[ELF_TABLES] = {
	[ELF_STRINGS] = { ".strtab", SHT_STRTAB, 1 },
	[ELF_SYMBOLS] = { ".dynsym", SHT_DYNSYM, sizeof(Elf64_Sym) },
	[ELF_VERSIONS] = { ".gnu.version", SHT_GNU_versym, 2 },
	[ELF_DEFINITIONS] = { ".gnu.version_d", SHT_GNU_verdef, sizeof(Elf64_Verdef) },
	[ELF_RELOCATIONS] = { ".rela.plt", SHT_RELA, sizeof(Elf64_Rela) },
	[ELF_STUBS] = { ".plt", SHT_PROGBITS, 16 },
	[ELF_TYPES] = { ".BTF", SHT_PROGBITS, 1 },
	[ELF_LINES] = { ".BTF.ext", SHT_PROGBITS, 16 },
};

/* The strings, "f" at 1 and "V" at 3, end with a long one; the names of sections follow. */
static size_t elf_strings(char *strings, Elf64_Shdr *sections, unsigned n)
{
	size_t at = n + 64;

	memset(strings, 'f', n + 63);
	memcpy(strings, "\0f\0V", 5);
	for (unsigned i = 1; i < ELF_TABLES; i++) {
		sections[i].sh_name = at;
		at += strlen(strcpy(strings + at, elf_tables[i].name)) + 1;
	}
	return at;
}

static void elf_fill(char *bytes, const Elf64_Shdr *sections, unsigned n)
{
	const uint32_t types[] = { BTF_MAGIC | 1 << 16, 24, 0, 0, 0, 0 };
	const uint32_t lines[] = { BTF_MAGIC | 1 << 16, 24, 0, 0, 0, 16 * n - 32, 16, 1, n };
	Elf64_Sym *symbols = (void *)(bytes + sections[ELF_SYMBOLS].sh_offset);
	Elf64_Verdef *definitions = (void *)(bytes + sections[ELF_DEFINITIONS].sh_offset);
	Elf64_Rela *relocations = (void *)(bytes + sections[ELF_RELOCATIONS].sh_offset);

	for (unsigned i = 0; i < n; i++) {
		symbols[i] = (Elf64_Sym){ .st_name = 1, .st_info = STT_FUNC, .st_shndx = 1 };
		definitions[i].vd_next = sizeof *definitions;
		relocations[i] = (Elf64_Rela){ 1, ELF64_R_INFO(i, 7), 0 };
	}
	memcpy(bytes + sections[ELF_TYPES].sh_offset, types, sizeof types);
	memcpy(bytes + sections[ELF_LINES].sh_offset, lines, sizeof lines);
}

static char *elf_make(unsigned n, size_t *size)
{
	const size_t header_size = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
	size_t sections_size = (n + ELF_TABLES) * sizeof(Elf64_Shdr), end = header_size + sections_size;
	char *bytes = calloc(1, end + 200 * (size_t)n + 4096);
	Elf64_Ehdr *header = (void *)bytes;
	Elf64_Shdr *sections = (void *)(bytes + header_size);

	*header = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB },
		.e_type = ET_DYN, .e_machine = EM_X86_64, .e_phoff = sizeof *header, .e_phnum = 1,
		.e_phentsize = sizeof(Elf64_Phdr), .e_shoff = header_size,
		.e_shentsize = sizeof *sections, .e_shstrndx = ELF_STRINGS };
	*(Elf64_Phdr *)(header + 1) = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_X, .p_filesz = 64 };
	sections[0].sh_size = n + ELF_TABLES;
	for (unsigned i = 1; i < ELF_TABLES; i++) {
		sections[i].sh_type = elf_tables[i].type;
		sections[i].sh_entsize = elf_tables[i].entry_size;
		sections[i].sh_link = ELF_STRINGS;
		sections[i].sh_offset = end;
		sections[i].sh_size = i == ELF_STRINGS ? elf_strings(bytes + end, sections, n)
						       : (size_t)n * elf_tables[i].entry_size;
		end = (end + sections[i].sh_size + 7) & ~(size_t)7;
	}
	elf_fill(bytes, sections, n);
	*size = end;
	return bytes;
}

static const char *const elf_names[] = { "f", "g", "f@V", "f@plt", "g@plt", "@", NULL };

static double read_elf(unsigned kind, unsigned n)
{
	struct rawbpf_elf_section section;
	struct rawbpf_elf_lines lines;
	struct rawbpf_elf_line line;
	struct rawbpf_elf elf;
	uint64_t offset;
	unsigned count = 0;
	size_t size;
	char *bytes = elf_make(n, &size);
	double start = doubling_time();

	ck_assert_int_eq(rawbpf_elf_parse(&elf, bytes, size), 0);
	if (elf_names[kind]) {
		ck_assert_int_eq(rawbpf_elf_symbol_find(&offset, 1, &elf, elf_names[kind]),
				 kind == 0 ? (int)n - 1 : -ESRCH);
	} else {
		rawbpf_elf_section_find(&section, &elf, "none");
		ck_assert_int_eq(rawbpf_elf_lines_parse(&lines, &elf), 0);
		while (rawbpf_elf_lines_next(&line, &lines))
			count++;
		ck_assert_uint_eq(count, n - 3);
	}
	start = doubling_time() - start;
	free(bytes);
	return start;
}

/* ------------------------------------------------------------------------------ rings */

static int handle(void *context, const void *data, size_t size)
{
	(void)data;
	*(size_t *)context += size;
	return 0;
}

/* Reading a record takes 2 ns, so the test reads the same records again and again. */
enum { RING_SIZE = 1 << 20, AGAIN = 60 };

static void ring_fill(struct fake_ring *fake, unsigned overwrites, unsigned sizes, unsigned n)
{
	(overwrites ? fake_ring_open_overwriting : fake_ring_open)(fake, RING_SIZE, 0);
	if (overwrites)
		memset(fake->copy, 1, RING_SIZE);
	for (unsigned i = 0; i < n; i++)
		expect(fake_ring_put(fake, i, sizes ? 8 * (i * 7 % 9) : 8, i % 5 ? 0 : FAKE_DISCARD) == 1);
}

static size_t ring_drain(struct rawbpf_ring *ring, unsigned by_spans)
{
	struct rawbpf_span spans[8];
	size_t sum = 0;
	int count;

	if (!by_spans)
		return rawbpf_ring_read(ring);
	while ((count = rawbpf_ring_next(ring, spans, RAWBPF_COUNT(spans))) > 0)
		for (int i = 0; i < count; i++)
			sum += spans[i].count;
	return sum;
}

/*
 * Read by callback, by spans, and from a ring that overwrites. Records have one size, or several.
 */
static double read_ring(unsigned kind, unsigned n)
{
	struct rawbpf_ring ring;
	struct fake_ring fake;
	size_t sum = 0;
	double start;

	ring_fill(&fake, kind / 2 == 2, kind % 2, n);
	start = doubling_time();
	for (unsigned i = 0; i < AGAIN; i++) {
		fake.consumer = 0;
		ck_assert_int_eq(fake_ring_begin(&ring, &fake, handle, &sum), 0);
		ck_assert_uint_eq(ring_drain(&ring, kind / 2 == 1), n - n / 5);
	}
	start = doubling_time() - start;
	fake_ring_close(&fake);
	return start;
}

static void perf_ring_fill(struct fake *fake, unsigned backward, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (backward)
			fake_advance(fake, -24);
		fake_sample(fake, fake->control.data_head, &(uint64_t){ i }, 8);
		if (!backward)
			fake_advance(fake, 24);
	}
}

/* Read forward, or backward, where the reader finds the records from the newest on. */
static double read_perf_ring(unsigned backward, unsigned n)
{
	struct fake fake = { .size = RING_SIZE, .data = malloc(RING_SIZE) };
	struct rawbpf__perf_copy *copy = calloc(1, sizeof *copy + RING_SIZE);
	struct rawbpf_source source = { 0 };
	size_t sum = 0;
	const struct rawbpf__perf_reader reader = {
		&source, handle, &sum, calloc(1, RAWBPF__PERF_PLACES_SIZE(RING_SIZE)) };
	double start;

	perf_ring_fill(&fake, backward, n);
	start = doubling_time();
	for (unsigned i = 0; i < AGAIN; i++) {
		struct rawbpf__perf_ring ring = { &fake.control, fake.data, RING_SIZE, 0 };
		int got;

		if (backward)
			rawbpf__perf_ring_copy(&ring, copy);
		got = backward ? rawbpf__perf_ring_hand_over(&ring, copy, &reader) :
				 rawbpf__perf_ring_read(&ring, &reader);
		ck_assert_int_eq(got, n);
	}
	start = doubling_time() - start;
	free(fake.data);
	free(copy);
	free(reader.scratch);
	return start;
}

/* ---------------------------------------------------------------------- program files */

/* A text's beginning, and the line that it repeats with another number each time. */
static const struct {
	const char *begin, *line;
} collections[] = {
	{ "", "# a comment %u\n" },
	{ "", ".set A%u B + (5 * 4)\n" },
	{ "", ".map m%u array u32 u64 1\n" },
	{ ".struct s\n", "\tu8 f%u[4] hex\n" },
	{ ".prog p\n.at none\n", "l%u: r1 = *(u64 *)(r10 + c.x)\n" },
	{ ".prog p\n.at none\n", "r1 = A%u + 1\n" },
	{ ".prog p\n.at none\n", "call k%u\n" },
	{ ".macro m a\n\\a: exit\n.endm\n.prog p\n.at none\n", "m l%u\n" },
	{ ".prog p\n.at none\n", "head r10 + x%u\n" },
	/* errors */
	{ ".prog p\n.at none\n", "goto missing%u\n" },
	{ ".prog p\n.at none\n", "wrong%u r1\n" },
	{ "", ".wrong%u\n" },
	{ ".macro m a\n", "\\b%u\n" },
	{ ".prog p\n.at none\n", ".if a%u\n" },
};

static double parse_collection(unsigned kind, unsigned n)
{
	size_t room = 48 * (size_t)n + 256, memory = 8192 * (size_t)n + (1 << 20);
	struct rawbpf_collection_error errors[8];
	struct rawbpf_collection collection;
	struct rawbpf_collection_text text = { .errors = errors, .error_max = 8, .memory_size = memory };
	char *bytes = malloc(room), *at = bytes + sprintf(bytes, "%s", collections[kind].begin);
	double start;

	/* A head is 30 lines. */
	for (unsigned i = 0; i < (kind == 8 ? n / 8 : n); i++)
		at += sprintf(at, collections[kind].line, i);
	text.text = bytes;
	text.length = at - bytes;
	text.memory = malloc(memory);
	memset(text.memory, 1, memory);
	start = doubling_time();
	rawbpf_collection_parse(&collection, &text);
	start = doubling_time() - start;
	free(bytes);
	free(text.memory);
	return start;
}

/* ---------------------------------------------------------------------------- symbols */

/* What a text of tracefs or an offsets file may repeat. */
static const char *const symbol_lines[] = {
	"\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n",
	"\tfield:int ", "field:x;", "\t", "[", "\n",
};

static char *symbol_text(const char *begin, const char *line, unsigned n)
{
	size_t length = strlen(line);
	char *text = malloc(n + length + strlen(begin) + 1), *at = text;

	at += sprintf(at, "%s", begin);
	while (at < text + n) {
		memcpy(at, line, length);
		at += length;
	}
	*at = '\0';
	return text;
}

static double read_format(unsigned kind, unsigned n)
{
	char *text = symbol_text("", symbol_lines[kind], n), why[200];
	const struct rawbpf_symbol_format format = { "x", text, strlen(text) };
	const struct rawbpf_symbols symbols = { .formats = &format, .format_count = 1 };
	struct rawbpf_symbol symbol;
	double start = doubling_time();

	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &symbols, "x.none"), -ENOENT);
	rawbpf_symbol_explain(why, sizeof why, &symbols, RAWBPF_SYMBOL_VALUE, "x.none", -ENOENT);
	start = doubling_time() - start;
	free(text);
	return start;
}

/* An offsets file has at most 64 KB, so the test reads the same one again and again. */
static double read_offsets(unsigned kind, unsigned n)
{
	static const char *const lines[] = { "none a\n", "enumerator A 18446744073709551615\n", "\n" };
	char *text = symbol_text("rawbpf offsets 1\n", lines[kind], n);
	struct rawbpf_offsets offsets;
	const struct rawbpf_symbols symbols = { .offsets = &offsets };
	struct rawbpf_symbol symbol;
	double start = doubling_time();

	for (unsigned i = 0; i < AGAIN; i++) {
		ck_assert_int_eq(rawbpf_offsets_parse(&offsets, text, strlen(text)), 0);
		rawbpf_symbol_find(&symbol, &symbols, "none.such");
	}
	start = doubling_time() - start;
	free(text);
	return start;
}

/* Names that all differ, that are all the same, or that have the same hash in the index. */
static const char *const symbol_names[] = { "%u", "same", "a_beginning_that_is_longer_than_hashes_%u" };

static struct rawbpf_btf symbol_btf(void **data, const char *name, unsigned n)
{
	struct rawbpf_btf_build b = { .data = malloc(n * 80 + 100), .max = n * 80 + 100 };
	struct rawbpf_btf btf;

	for (unsigned i = 0; i < n; i++) {
		char text[64];

		snprintf(text, sizeof text, name, i);
		rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, text, 8, NULL, 0);
	}
	ck_assert_int_eq(rawbpf_btf_parse(&btf, b.data, b.size, NULL), 0);
	*data = b.data;
	return btf;
}

/* Fill an index, and ask it for names; or ask without one, and explain what is missing. */
static double read_symbols(unsigned kind, unsigned n)
{
	void *data;
	const struct rawbpf_btf btf = symbol_btf(&data, symbol_names[kind / 2], n);
	struct rawbpf_symbol_index index = { .size = rawbpf_symbol_index_size(&btf) };
	struct rawbpf_symbols symbols = { .kernel = &btf };
	struct rawbpf_symbol symbol;
	char why[200];
	double start;

	index.memory = malloc(index.size);
	memset(index.memory, 1, index.size);
	symbols.index = kind % 2 ? &index : NULL;
	start = doubling_time();
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &symbols, "samee.none"), -ENOENT);
	rawbpf_symbol_find(&symbol, &symbols, "a_beginning_that_is_longer_than_hashes_1x.none");
	rawbpf_symbol_explain(why, sizeof why, &symbols, RAWBPF_SYMBOL_VALUE, "samee.none", -ENOENT);
	start = doubling_time() - start;
	free(index.memory);
	free(data);
	return start;
}

/* ------------------------------------------------------------------------------ names */

/* Look up long names that do not exist, and format errors in a long line. */
static double find_names(unsigned kind, unsigned n)
{
	char *name = malloc(n + 1), text[512];
	const struct rawbpf_text_error error = { .line = 1, .column = n, .width = n, .message = "x" };
	struct rawbpf_syscall call;
	double start;

	memset(name, kind == 2 ? '\t' : 'f', n);
	name[n] = '\0';
	start = doubling_time();
	if (kind == 0)
		rawbpf_syscall_find(&call, RAWBPF_ARCH_NATIVE, name);
	else if (kind == 1)
		rawbpf_constant_find(RAWBPF_HELPER, name);
	else
		rawbpf_text_error_format(text, sizeof text, "file", name, n, &error);
	start = doubling_time() - start;
	free(name);
	return start;
}

static const struct {
	const char *name;
	double (*work)(unsigned kind, unsigned n);
	unsigned kinds, n;
} readers[] = {
	{ "rejections", explain_log, RAWBPF_COUNT(log_lines), 50000 },
	{ "programs", read_programs, RAWBPF_COUNT(programs) * PROGRAM_READERS, 10000 },
	{ "escapes", escape, 2 * RAWBPF_COUNT(escaped), 100000 },
	{ "BTF", read_btf, TYPES * BTF_READERS, 4000 },
	{ "ELF files", read_elf, RAWBPF_COUNT(elf_names), 30000 },
	{ "rings", read_ring, 6, 8000 },
	{ "perf rings", read_perf_ring, 2, 16000 },
	{ "program files", parse_collection, RAWBPF_COUNT(collections), 4000 },
	{ "formats of tracefs", read_format, RAWBPF_COUNT(symbol_lines), 400000 },
	{ "offsets files", read_offsets, 3, 30000 },
	{ "symbols", read_symbols, 6, 2000 },
	{ "names", find_names, 3, 1000000 },
};

START_TEST(test_reader)
{
	for (unsigned kind = 0; kind < readers[_i].kinds; kind++)
		assert_doubling(readers[_i].work, kind, readers[_i].n);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_reader, 0, RAWBPF_COUNT(readers));
}

int main(void)
{
	return unit_run("readers", add_tests);
}
