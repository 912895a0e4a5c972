/* SPDX-License-Identifier: MIT */
/* Object files of collections: their sections, symbols, relocations and bytes; what they cannot hold. */
#include "../unit.h"
#include "world.h"

#include "../../insn/btf/btf.h"

#include <rawbpf/btf.h>
#include <rawbpf/elf.h>
#include <rawbpf/form.h>

enum { MEMORY = 1 << 20, FILE_SIZE = 1 << 16 };

static _Alignas(8) char memory[MEMORY];
static _Alignas(8) unsigned char file[FILE_SIZE];
static struct rawbpf_collection_elf object;
static struct rawbpf_btf kernel, *with_kernel; /* NULL: without BTF */

/* Write the object of a text. `memory_size` 0: all. */
static int emit_with(const char *text, enum rawbpf_byte_order order, size_t memory_size)
{
	struct world *w = world_open(text, RAWBPF_ARCH_X86_64, NULL);
	int length;

	memset(file, 0xee, sizeof(file));
	object = (struct rawbpf_collection_elf){
		.collection = &w->collection, .env = &w->env, .order = order, .file = "x.bpf", .text = text,
		.length = strlen(text), .memory = memory, .memory_size = memory_size ? memory_size : MEMORY };
	w->env.symbols = &(struct rawbpf_symbols){ .arch = RAWBPF_ARCH_X86_64, .kernel = with_kernel };
	length = rawbpf_collection_elf_emit(file, FILE_SIZE, &object);
	world_close(w);
	return length;
}

static int emit(const char *text)
{
	return emit_with(text, RAWBPF_LITTLE_ENDIAN, 0);
}

static struct rawbpf_elf elf;

static struct rawbpf_elf_section section(const char *name)
{
	struct rawbpf_elf_section found = { .size = 0 };

	ck_assert_msg(rawbpf_elf_section_find(&found, &elf, name) == 0, "%s", name);
	return found;
}

static void parse(int length)
{
	ck_assert_msg(length > 0, "%d: line %u: %s", length, object.error.at.line, object.error.at.message);
	ck_assert_int_eq(rawbpf_elf_parse(&elf, file, length), 0);
	ck_assert_uint_eq(elf.bits, 64);
	ck_assert_uint_eq(elf.type, 1);      /* ET_REL */
	ck_assert_uint_eq(elf.machine, 247); /* EM_BPF */
}

static void expect_symbol(unsigned index, const char *name, unsigned type, unsigned bind, const char *of,
			  uint64_t value, uint64_t size)
{
	struct rawbpf_elf_section table = section(".symtab");
	struct rawbpf_elf_symbol symbol;

	ck_assert_int_eq(rawbpf_elf_symbol_read(&symbol, &elf, &table, index), 0);
	ck_assert_str_eq(symbol.name, name);
	ck_assert_uint_eq(symbol.type, type);
	ck_assert_uint_eq(symbol.bind, bind);
	ck_assert_uint_eq(symbol.section, section(of).index);
	ck_assert_uint_eq(symbol.value, value);
	ck_assert_uint_eq(symbol.size, size);
}

#define SMALL \
	".map m hash u32 u64 8\n.map total array u32 u64 1\n.license MIT\n" \
	".prog p\n.at xdp\n	r1 = map m\n	r2 = &total[4]\n	r0 = -2\n	exit\n" \
	".prog q\n.at xdp\n	r0 = 258\n	exit\n"

/* RFC 9669's encoding: the loader's part is 0, or the place in the value. */
static const unsigned char little[] = {
	0x18, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x18, 0x02, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0xb7, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x95, 0, 0, 0, 0, 0, 0, 0,
	0xb7, 0, 0, 0, 2, 1, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0 };
static const unsigned char big[] = {
	0x18, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x18, 0x20, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0,
	0xb7, 0, 0, 0, 0xff, 0xff, 0xff, 0xfe, 0x95, 0, 0, 0, 0, 0, 0, 0,
	0xb7, 0, 0, 0, 0, 0, 1, 2, 0x95, 0, 0, 0, 0, 0, 0, 0 };

static void expect_reloc_of(const char *of, unsigned index, unsigned offset, unsigned symbol, unsigned type)
{
	char name[32];
	struct rawbpf_elf_section table;
	struct rawbpf_elf_reloc reloc;

	snprintf(name, sizeof(name), ".rel%s", of);
	table = section(name);
	ck_assert_uint_eq(table.info, section(of).index);
	ck_assert_uint_eq(table.link, section(".symtab").index);
	ck_assert_int_eq(rawbpf_elf_reloc_read(&reloc, &elf, &table, index), 0);
	ck_assert_uint_eq(reloc.offset, offset);
	ck_assert_uint_eq(reloc.symbol, symbol);
	ck_assert_uint_eq(reloc.type, type);
}

enum { R_BPF_64_64 = 1, R_BPF_64_32 = 10 };

static void expect_reloc(unsigned index, unsigned offset, unsigned symbol)
{
	expect_reloc_of("xdp", index, offset, symbol, R_BPF_64_64);
}

/* _i: the byte order */
START_TEST(sections_symbols_relocations)
{
	int is_big = _i == RAWBPF_BIG_ENDIAN;

	parse(emit_with(SMALL, _i, 0));
	ck_assert_int_eq(elf.is_big_endian, is_big);
	ck_assert_uint_eq(section("xdp").size, sizeof(little));
	ck_assert_mem_eq(section("xdp").data, is_big ? big : little, sizeof(little));
	ck_assert_uint_eq(section("xdp").flags, 2 | 4); /* ALLOC, EXECINSTR */
	ck_assert_str_eq((const char *)section("license").data, "MIT");
	ck_assert_uint_eq(section(".data.total").size, 8);
	ck_assert_uint_eq(section(".maps").size, 4 * 8);
	ck_assert_uint_eq(section(".symtab").count, 5);
	ck_assert_uint_eq(section(".symtab").info, 2); /* the first global one */
	expect_symbol(1, "", 3, 0, ".data.total", 0, 0);
	expect_symbol(2, "p", 2, 1, "xdp", 0, 48);
	expect_symbol(3, "q", 2, 1, "xdp", 48, 16);
	expect_symbol(4, "m", 1, 1, ".maps", 0, 32);
	ck_assert_uint_eq(section(".relxdp").count, 2);
	expect_reloc(0, 0, 4);
	expect_reloc(1, 16, 1);
}
END_TEST

#define FUNCTIONS \
	".prog p\n.at xdp\n.at tc ingress\n	r1 = g ll\n	call f\n	exit\n" \
	"f:	r0 = 1\n	call g\n	exit\ng:	r0 = 2\n	exit\n"

/* What a compiler makes of static functions: a call from .text has its distance, others the place in .text. */
static const unsigned char calls[] = {
	0x18, 0x01, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x95, 0, 0, 0, 0, 0, 0, 0 };
static const unsigned char called[] = {
	0xb7, 0, 0, 0, 1, 0, 0, 0, 0x85, 0x10, 0, 0, 1, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0,
	0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0 };

START_TEST(functions)
{
	struct rawbpf_elf_lines found;
	struct rawbpf_elf_line line;
	unsigned lines = 0;

	parse(emit(FUNCTIONS));
	ck_assert_mem_eq(section("xdp").data, calls, sizeof(calls));
	ck_assert_uint_eq(section(".text").size, 2 * sizeof(called));
	ck_assert_mem_eq(section(".text").data, called, sizeof(called));
	ck_assert_mem_eq(section(".text").data + sizeof(called), called, sizeof(called));
	ck_assert_uint_eq(section(".text").flags, 2 | 4); /* ALLOC, EXECINSTR */
	ck_assert_uint_eq(section(".symtab").count, 8);
	ck_assert_uint_eq(section(".symtab").info, 6); /* the first global one */
	expect_symbol(1, "", 3, 0, ".text", 0, 0);
	expect_symbol(2, "f", 2, 0, ".text", 0, 24);
	expect_symbol(3, "g", 2, 0, ".text", 24, 16);
	expect_symbol(4, "f", 2, 0, ".text", 40, 24);
	expect_symbol(5, "g", 2, 0, ".text", 64, 16);
	expect_symbol(6, "p", 2, 1, "xdp", 0, 32);
	expect_symbol(7, "p_2", 2, 1, "tc", 0, 32);
	ck_assert_uint_eq(section(".relxdp").count, 2);
	expect_reloc_of("xdp", 0, 0, 1, R_BPF_64_64);
	expect_reloc_of("xdp", 1, 16, 1, R_BPF_64_32);
	ck_assert_uint_eq(section(".rel.text").count, 0);
	/* The second place has its own functions, at 64 and 40. */
	ck_assert_uint_eq(section("tc").data[4], 64);
	ck_assert_uint_eq(section("tc").data[20], 40 / 8 - 1);
	ck_assert_int_eq(rawbpf_elf_lines_parse(&found, &elf), 0);
	while (rawbpf_elf_lines_next(&line, &found))
		if (strcmp(line.section, ".text") == 0 && lines++ == 3)
			ck_assert_msg(line.offset == 24 && line.line == 10, "%u: line %u", (unsigned)line.offset, line.line);
	ck_assert_uint_eq(lines, 10);
}
END_TEST

/* Programs, places and functions are 128 at most. */
START_TEST(many_functions)
{
	char *text = malloc(1 << 16), *at = text;

	at += sprintf(at, ".prog p\n.at xdp\n");
	for (unsigned i = 0; i < 128; i++)
		at += sprintf(at, "	call f%u\n", i);
	for (unsigned i = 0; i < 128; i++)
		at += sprintf(at, "	exit\nf%u: r0 = 0\n", i);
	sprintf(at, "	exit\n");
	ck_assert_int_eq(emit(text), -E2BIG);
	ck_assert_uint_eq(object.error.at.line, 1);
	ck_assert_ptr_nonnull(strstr(object.error.at.message, "128 programs"));
	at = strstr(text, "	call f0\n"); /* one less */
	memset(at, ' ', strlen("	call f0"));
	parse(emit(text));
	free(text);
}
END_TEST

/* Return the length of the array that the member of a map's struct points to. */
static unsigned number_of(const struct rawbpf_btf *btf, int type, const char *name)
{
	struct rawbpf_btf_member member;
	const struct btf_type *pointer;
	const struct btf_array *array;

	ck_assert_msg(rawbpf_btf_member_find(&member, btf, type, name) == 0, "%s", name);
	pointer = rawbpf_btf_type_get(btf, member.type);
	ck_assert_uint_eq(rawbpf_btf_type_kind(pointer), BTF_KIND_PTR);
	array = (const void *)(rawbpf_btf_type_get(btf, pointer->type) + 1);
	return array->nelems;
}

START_TEST(types_of_maps)
{
	struct rawbpf_elf_section data;
	struct rawbpf_btf btf;
	static _Alignas(8) char copy[FILE_SIZE];
	int var;

	parse(emit_with(".struct e\n	u64 a\n	u32 b\n.ring r e\n.map m lru_hash e u64 7 BPF_F_NO_COMMON_LRU\n"
			".prog p\n.at socket\n	r1 = map m\n	r1 = map r\n	exit\n", RAWBPF_HOST_ORDER, 0));
	data = section(".BTF");
	memcpy(copy, data.data, data.size);
	ck_assert_int_eq(rawbpf_btf_parse(&btf, copy, data.size, NULL), 0);
	ck_assert_int_gt(rawbpf_btf_type_find(&btf, BTF_KIND_DATASEC, ".maps"), 0);
	ck_assert_int_gt(rawbpf_btf_type_find(&btf, BTF_KIND_FUNC, "p"), 0);
	var = rawbpf_btf_type_find(&btf, BTF_KIND_VAR, "m");
	ck_assert_int_gt(var, 0);
	var = rawbpf_btf_type_get(&btf, var)->type;
	ck_assert_uint_eq(number_of(&btf, var, "type"), BPF_MAP_TYPE_LRU_HASH);
	ck_assert_uint_eq(number_of(&btf, var, "key_size"), 16);
	ck_assert_uint_eq(number_of(&btf, var, "value_size"), 8);
	ck_assert_uint_eq(number_of(&btf, var, "max_entries"), 7);
	ck_assert_uint_eq(number_of(&btf, var, "map_flags"), 1 << 1);
	var = rawbpf_btf_type_get(&btf, rawbpf_btf_type_find(&btf, BTF_KIND_VAR, "r"))->type;
	ck_assert_uint_eq(number_of(&btf, var, "type"), BPF_MAP_TYPE_RINGBUF);
	ck_assert_uint_eq(number_of(&btf, var, "max_entries"), 1 << 18);
}
END_TEST

/* The lines of the second program of a section count from the section's beginning. */
START_TEST(lines)
{
	static const struct { unsigned offset, line; const char *text; } expected[] = {
		{ 0, 6, "r1 = map m" }, { 16, 7, "r2 = &total[4]" }, { 32, 8, "r0 = -2" }, { 40, 9, "exit" },
		{ 48, 12, "r0 = 258" }, { 56, 13, "exit" },
	};
	struct rawbpf_elf_lines found;
	struct rawbpf_elf_line line;
	unsigned count = 0;

	parse(emit_with(SMALL, RAWBPF_BIG_ENDIAN, 0));
	ck_assert_int_eq(rawbpf_elf_lines_parse(&found, &elf), 0);
	while (rawbpf_elf_lines_next(&line, &found)) {
		ck_assert_uint_lt(count, sizeof(expected) / sizeof(expected[0]));
		ck_assert_str_eq(line.section, "xdp");
		ck_assert_str_eq(line.file, "x.bpf");
		ck_assert_uint_eq(line.offset, expected[count].offset);
		ck_assert_uint_eq(line.line, expected[count].line);
		ck_assert_str_eq(line.text, expected[count++].text);
	}
	ck_assert_uint_eq(count, sizeof(expected) / sizeof(expected[0]));
}
END_TEST

START_TEST(names_of_sections)
{
	static const struct { const char *place, *section; } cases[] = {
		{ "none", "socket" }, { "socket", "socket" }, { "xdp", "xdp" }, { "tc ingress", "tc" },
		{ "syscall chroot", "tracepoint/syscalls/sys_enter_chroot" },
		{ "sysret chroot", "tracepoint/syscalls/sys_exit_chroot" },
		{ "kprobe do_exit", "kprobe/do_exit" }, { "kretprobe do_exit", "kretprobe/do_exit" },
		{ "fentry do_exit", "fentry/do_exit" }, { "fexit do_exit", "fexit/do_exit" },
		{ "lsm file_open", "lsm/file_open" }, { "tp_btf sched_switch", "tp_btf/sched_switch" },
		{ "raw_tp sys_enter", "raw_tp/sys_enter" }, { "tracepoint sched:sched_switch",
							      "tracepoint/sched/sched_switch" },
		{ "uprobe \"/bin/true\":main", "uprobe//bin/true:main" }, { "iter task", "iter/task" },
		{ "perf 99", "perf_event" }, { "cgroup inet_egress", "cgroup_skb/egress" },
		{ "cgroup device", "cgroup/dev" }, { "cgroup inet4_connect", "cgroup/connect4" },
	};
	char text[256];

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), ".prog p\n.at %s\n	r0 = 0\n	exit\n", cases[i].place);
		parse(emit(text));
		ck_assert_uint_eq(section(cases[i].section).index, 1);
	}
	/* A program at several places is several programs. */
	parse(emit(".prog p\n.at xdp\n.at tc ingress\n.at xdp\n	exit\n"));
	expect_symbol(1, "p", 2, 1, "xdp", 0, 8);
	expect_symbol(2, "p_2", 2, 1, "tc", 0, 8);
	expect_symbol(3, "p_3", 2, 1, "xdp", 8, 8);
}
END_TEST

START_TEST(what_no_object_file_holds)
{
	static const struct { const char *text; unsigned line; const char *message; } cases[] = {
		{ ".prog p\n.at raw_tp a\n.or kprobe b\n	exit\n", 3, ".or" },
		{ ".map t prog_array u32 u32 1\n.prog p\n.at tail t[0] xdp\n	exit\n", 3, "prog_array" },
		{ ".prog p\n.at none\np:	call p\n	exit\n", 3, "a call of the program 'p' itself" },
		{ ".prog p\n.at none\n	call f\n	exit\nf:	r0 = 0\n	goto g\ng:	call g\n	exit\n", 6,
		  "this jump leaves its function" },
		{ ".prog p\n.at none\n	if r1 == 0 goto f\n	call f\nf:	r0 = 0\n	exit\n", 3,
		  "this jump leaves its function" },
		{ ".prog p\n.at none\n	call no_such_function_of_the_kernel\n	exit\n", 3,
		  "'no_such_function_of_the_kernel' is a function of the running kernel" },
		{ ".map m array u32 u64 1\n.prog p\n.at none\n	r1 = map m\n	r2 = &m[0]\n	exit\n", 4,
		  "the address of a value of 'm' is also used" },
		{ ".prog p\n.at tp_btf a(b: request)\n	exit\n", 2, "points to a struct 'request'" },
		{ ".param f \"x\" \"-f FILE: a file\"\n.prog p\n.at uprobe f:main\n	exit\n", 3, "the parameter 'f'" },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(emit(cases[i].text) == -EOPNOTSUPP, "%s", cases[i].text);
		ck_assert_msg(strstr(object.error.at.message, cases[i].message) != NULL, "%s",
			      object.error.at.message);
		ck_assert_uint_eq(object.error.at.line, cases[i].line);
	}
	/* Without BTF, a name of the kernel is unknown. */
	ck_assert_int_eq(emit(".prog p\n.at none\n	r1 = task_struct.pid\n	exit\n"), -ENODATA);
	ck_assert_uint_eq(object.error.at.line, 3);
	ck_assert_int_eq(emit_with(".prog p\n.at none\n	r1 = x ll\n	exit\n.section .rodata\nx:	.long 1\n",
				   __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? RAWBPF_LITTLE_ENDIAN : RAWBPF_BIG_ENDIAN, 0),
			 -EOPNOTSUPP);
}
END_TEST

/* ------------------------------------------------------------------- names of the kernel */

/* struct task_struct { int tgid; u64 start; char comm[16]; union part part; }; enum pid_type; typedef int pid_t; */
static void kernel_make(void)
{
	static _Alignas(8) unsigned char bytes[4096];
	struct rawbpf_btf_build b = { .data = bytes, .max = sizeof(bytes) };
	int integer = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	int wide = rawbpf_btf_int_emit(&b, "u64", 8, 0), letter = rawbpf_btf_int_emit(&b, "char", 1, 0);
	struct rawbpf_btf_field of_part = { "low", integer, 0 }, fields[] = {
		{ "tgid", integer, 0 }, { "start", wide, 8 },
		{ "comm", rawbpf_btf_array_emit(&b, letter, integer, 16), 16 },
		{ "part", rawbpf_btf_struct_emit(&b, BTF_KIND_UNION, "part", 8, &of_part, 1), 32 } };

	rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "task_struct", 40, fields, 4);
	rawbpf__btf_enum_emit(&b, "pid_type", 4, "PIDTYPE_SID", 3);
	rawbpf__btf_enum_emit(&b, "wide_type", 8, "WIDE", 0x123456789a);
	rawbpf__btf_enum_emit(&b, NULL, 4, "NAMELESS", 5);
	rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, "pid_t", integer);
	ck_assert_int_eq(b.error, 0);
	ck_assert_int_eq(rawbpf_btf_parse(&kernel, bytes, b.size, NULL), 0);
	with_kernel = &kernel;
}

#define CORE_FORMS \
	"	r2 = *(u32 *)(r1 + tgid)\n	r2 = *(u64 *)(r1 + task_struct.start)\n	r2 += task_struct.part.low\n" \
	"	r2 = task_struct.start ll\n	r2 = sizeof(task_struct.comm)\n	r2 = exists(task_struct.part)\n" \
	"	r2 = exists(task_struct)\n	r2 = sizeof(task_struct)\n	r2 = exists(PIDTYPE_SID)\n" \
	"	r2 = PIDTYPE_SID\n	r2 = WIDE ll\n	r2 = sizeof(pid_t)\n	r2 = sizeof(part)\n"

/* Where each number is, what a loader does with it, and the type that it looks for. */
static const struct {
	unsigned slot, kind;
	const char *path;
	unsigned type_kind;
	const char *name;
	unsigned size;
	int64_t number; /* in the file: what the file's own type has */
} forms[] = {
	{ 1, 0, "0:0", BTF_KIND_STRUCT, "task_struct", 4, 0 },
	{ 2, 0, "0:0", BTF_KIND_STRUCT, "task_struct", 8, 0 },
	{ 3, 0, "0:0:0", BTF_KIND_STRUCT, "task_struct", 4, 0 },
	{ 4, 0, "0:0", BTF_KIND_STRUCT, "task_struct", 8, 0 },
	{ 6, 1, "0:0", BTF_KIND_STRUCT, "task_struct", 16, 16 },
	{ 7, 2, "0:0", BTF_KIND_STRUCT, "task_struct", 8, 1 },
	{ 8, 8, "0", BTF_KIND_STRUCT, "task_struct", 40, 1 },
	{ 9, 9, "0", BTF_KIND_STRUCT, "task_struct", 40, 40 },
	{ 10, 10, "0", BTF_KIND_ENUM, "pid_type", 4, 1 },
	{ 11, 11, "0", BTF_KIND_ENUM, "pid_type", 4, 3 },
	{ 12, 11, "0", BTF_KIND_ENUM64, "wide_type", 8, 0x123456789a },
	{ 14, 9, "0", BTF_KIND_TYPEDEF, "pid_t", 4, 4 },
	{ 15, 9, "0", BTF_KIND_UNION, "part", 8, 8 },
};

static uint32_t word_at(const unsigned char *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, 4);
	return word;
}

/* Return the number in the instruction: of an immediate, two of them, or the offset. */
static int64_t number_at(const unsigned char *slot)
{
	if ((slot[0] & 7) == 1)
		return (int16_t)(slot[2] | slot[3] << 8);
	return slot[0] == 0x18 ? (int64_t)((uint64_t)word_at(slot + 12) << 32 | word_at(slot + 4)) :
				 (int32_t)word_at(slot + 4);
}

START_TEST(names_of_the_kernel)
{
	static _Alignas(8) unsigned char copy[FILE_SIZE];
	const unsigned char *ext, *records;
	struct rawbpf_btf btf;

	kernel_make();
	parse(emit_with(".set other task_struct.start\n.set tgid task_struct.tgid\n.set seven 7\n.prog p\n.at none\n"
			"	r2 = seven\n" CORE_FORMS "	exit\n", RAWBPF_HOST_ORDER, 0));
	memcpy(copy, section(".BTF").data, section(".BTF").size);
	ck_assert_int_eq(rawbpf_btf_parse(&btf, copy, section(".BTF").size, NULL), 0);
	ext = section(".BTF.ext").data;
	ck_assert_uint_eq(word_at(ext + 28), 4 + 8 + 16 * sizeof(forms) / sizeof(forms[0]));
	records = ext + 32 + word_at(ext + 24) + 4 + 8;
	for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++, records += 16) {
		const struct btf_type *type = rawbpf_btf_type_get(&btf, word_at(records + 4));

		ck_assert_uint_eq(word_at(records), 8 * forms[i].slot);
		ck_assert_uint_eq(word_at(records + 12), forms[i].kind);
		ck_assert_str_eq(rawbpf_btf_string_get(&btf, word_at(records + 8)), forms[i].path);
		ck_assert_uint_eq(rawbpf_btf_type_kind(type), forms[i].type_kind);
		ck_assert_str_eq(rawbpf_btf_string_get(&btf, type->name_off), forms[i].name);
		ck_assert_int_eq(rawbpf_btf_type_size(&btf, word_at(records + 4)), forms[i].size);
		if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
			ck_assert_int_eq(number_at(section("socket").data + 8 * forms[i].slot), forms[i].number);
	}
	with_kernel = NULL;
}
END_TEST

START_TEST(names_that_no_loader_finds)
{
	static const struct { const char *line, *message; } cases[] = {
		{ "	r1 = tgid + 1", "'task_struct.tgid', a name of the running kernel, only alone" },
		{ "	r1 = task_struct.tgid + task_struct.tgid", "only alone" },
		{ "	if r1 == PIDTYPE_SID goto x", "'PIDTYPE_SID', a name of the running kernel, cannot be here" },
		{ "	*(u32 *)(r10 - 4) = PIDTYPE_SID", "move it to a register first" },
		{ "	r1 = &m[sizeof(pid_t)]", "only alone" },
		{ "	r1 = exists(task_struct.nothing)", "no type, member or enumerator 'task_struct.nothing'" },
		{ "	r1 = NAMELESS", "'NAMELESS' is of the running kernel, and loaders do not find it" },
		{ "	.local y sizeof(task_struct)", "'task_struct', a name of the running kernel, as a size" },
	};
	char text[512];

	kernel_make();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), ".map m array u32 u64 1\n.set tgid task_struct.tgid\n.prog p\n.at none\n"
			 "%s\nx:	exit\n", cases[i].line);
		ck_assert_msg(emit(text) == -EOPNOTSUPP, "%s", cases[i].line);
		ck_assert_uint_eq(object.error.at.line, 5);
		ck_assert_msg(strstr(object.error.at.message, cases[i].message) != NULL, "%s: %s", cases[i].line,
			      object.error.at.message);
	}
	ck_assert_int_eq(emit(".map m array u32 sizeof(task_struct) 1\n.prog p\n.at none\n	exit\n"), -EOPNOTSUPP);
	ck_assert_uint_eq(object.error.at.line, 1);
	ck_assert_int_eq(emit(".prog p\n.at kprobe f(a = PIDTYPE_SID)\n	exit\n"), -EOPNOTSUPP);
	ck_assert_uint_eq(object.error.at.line, 2);
	with_kernel = NULL;
}
END_TEST

/* The memory is enough, or said to be too small; a short file is the beginning of the whole. */
START_TEST(room)
{
	static unsigned char whole[FILE_SIZE];
	int length = emit(SMALL), enough = 0;
	struct world *w;

	parse(length);
	memcpy(whole, file, length);
	for (size_t size = 8; size < MEMORY; size += 1024) {
		int result = emit_with(SMALL, RAWBPF_LITTLE_ENDIAN, size);

		ck_assert_int_eq(result, enough || result != -ENOSPC ? length : -ENOSPC);
		enough = result == length;
	}
	ck_assert_int_eq(enough, 1);
	w = world_open(SMALL, RAWBPF_ARCH_X86_64, NULL);
	w->env.symbols = &(struct rawbpf_symbols){ .arch = RAWBPF_ARCH_X86_64 };
	object.collection = &w->collection;
	object.env = &w->env;
	object.memory_size = MEMORY;
	for (int size = 0; size < length; size += 7) {
		memset(file, 0xee, sizeof(file));
		ck_assert_int_eq(rawbpf_collection_elf_emit(file, size, &object), length);
		ck_assert_mem_eq(file, whole, size);
		ck_assert_uint_eq(file[size], 0xee);
	}
	world_close(w);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, sections_symbols_relocations, RAWBPF_LITTLE_ENDIAN, RAWBPF_BIG_ENDIAN + 1);
	tcase_add_test(tests, functions);
	tcase_add_test(tests, many_functions);
	tcase_add_test(tests, types_of_maps);
	tcase_add_test(tests, lines);
	tcase_add_test(tests, names_of_sections);
	tcase_add_test(tests, what_no_object_file_holds);
	tcase_add_test(tests, names_of_the_kernel);
	tcase_add_test(tests, names_that_no_loader_finds);
	tcase_add_test(tests, room);
}

int main(void)
{
	return unit_run("collection/object", add_tests);
}
