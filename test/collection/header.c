/* SPDX-License-Identifier: MIT */
/* A collection as constants in C: what is left in them, and that they make the same programs. */
#include "../unit.h"
#include "tools.h"

#include "../../insn/collection/reduce.h"

enum { MEMORY = 1 << 20, TEXT = 1 << 16, CHROOTSNOOP_BYTES = 2048 };

static _Alignas(8) char memory[MEMORY], index_memory[MEMORY];
static char text[TEXT];

/* --------------------------------------------------------------------- the same programs */

static struct rawbpf_collection small;
static struct world *other;
static unsigned compared;

/* The tables of the text and the small ones make the same instructions, or both make none. */
static void compare_unit(struct world *w, struct rawbpf_unit unit)
{
	world_resolve(w, unit);
	world_resolve(other, unit);
	ck_assert_int_eq(w->result, other->result);
	if (w->result < 0)
		return;
	ck_assert_str_eq(w->listing, other->listing);
	ck_assert_mem_eq(w->insns, other->insns, w->result * sizeof(w->insns[0]));
	ck_assert_mem_eq(w->maps, other->maps, w->result * sizeof(w->maps[0]));
	ck_assert_uint_eq(w->resolved.stack, other->resolved.stack);
	ck_assert_uint_eq(w->resolved.type, other->resolved.type);
	ck_assert_uint_eq(w->resolved.attach_type, other->resolved.attach_type);
	ck_assert_uint_eq(w->resolved.entry_count, other->resolved.entry_count);
	compared++;
}

static void reduce(struct world *w, enum rawbpf_arch arch)
{
	const struct rawbpf_symbols symbols = { .arch = arch };
	struct rawbpf_collection_index index = { .memory = index_memory, .size = MEMORY };
	const struct rawbpf_collection_env env = { .arch = arch, .index = &index,
						   .symbols = arch ? &symbols : NULL };
	struct rawbpf_collection_error error;
	int err = rawbpf__reduce(&small, &w->collection, &env, memory, MEMORY, &error);

	ck_assert_msg(err == 0, "%d: line %u: %s", err, error.at.line, error.at.message);
}

/* A world with the small tables, for all that the text's has. */
static void other_open(const struct world *w)
{
	other = calloc(1, sizeof(*other));
	other->collection = small;
	other->env = w->env;
	other->symbols = w->symbols;
	other->index.size = rawbpf_collection_index_size(&small);
	other->index.memory = malloc(other->index.size);
	other->env.symbols = &other->symbols;
	other->env.index = &other->index;
	other->resolved = (struct rawbpf_resolved){ .insns = other->insns, .max = SLOTS,
		.lines = other->lines, .maps = other->maps, .functions = other->functions };
}

static void compare_tool(unsigned tool, enum rawbpf_arch arch, enum rawbpf_arch reduced_for,
			 const struct rawbpf_option *options, unsigned option_count)
{
	struct world *w = tool_open(tool, arch, NULL);

	w->env.options = options;
	w->env.option_count = option_count;
	w->env.kernel = 6 << 8 | 6;
	reduce(w, reduced_for);
	other_open(w);
	tool_units(w, compare_unit);
	world_close(other);
	world_close(w);
}

/* _i: the architecture */
START_TEST(tools_resolve_to_the_same)
{
	static const struct rawbpf_option options[] = {
		{ "pid", 17, NULL }, { "uid_set", 1, NULL }, { "uid", 1000, NULL }, { "comm_set", 1, NULL },
		{ "comm0", 0x6162636465666768, NULL }, { "tid", 18, NULL }, { "failed", 1, NULL },
	};

	compared = 0;
	for (unsigned tool = 0; tool < TOOLS; tool++) {
		compare_tool(tool, _i, 0, NULL, 0);
		compare_tool(tool, _i, _i, NULL, 0);
		compare_tool(tool, _i, 0, options, sizeof(options) / sizeof(options[0]));
	}
	ck_assert_uint_gt(compared, 100);
}
END_TEST

/* -------------------------------------------------------------------------- what is left */

static unsigned steps_of(const char *body, enum rawbpf_arch arch)
{
	static char program[4096];
	struct world *w;

	snprintf(program, sizeof(program),
		 ".struct pair\n	u32 a\n	u64 b\n.set two opt.pid + 2\n.set three 3\n"
		 ".map m array u32 pair 1\n.prog p\n.at none\n%s	r0 = 0\n	exit\n", body);
	w = world_open(program, RAWBPF_ARCH_X86_64, NULL);
	reduce(w, arch);
	world_close(w);
	return small.step_count;
}

START_TEST(what_the_file_decides_is_no_step)
{
	static const struct { const char *body; unsigned steps; } cases[] = {
		{ "", 0 },
		{ "	r1 = sizeof(pair)\n", 0 },
		{ "	r1 = pair.b + three\n", 0 },
		{ "	.local x pair\n	*(u64 *)(r10 + x.b) = 0\n", 1 }, /* the .local */
		{ "	r1 = opt.pid\n", 1 },
		{ "	r1 = two\n", 1 },
		{ "	r1 = self.pid\n", 1 },
		{ "	r1 = task_struct.tgid\n", 1 },
		{ "	r1 = pair.b + task_struct.tgid\n", 1 },
		{ "	r1 = map m\n", 1 },
		/* A .local in a branch: those behind it move. */
		{ "	.if opt.pid\n	.local x 8\n	r1 = x\n	.endif\n", 4 },
		{ "	.if opt.pid\n	.local x 8\n	.endif\n	.local y 8\n	r1 = y\n", 5 },
		{ "	.local y 8\n	.if opt.pid\n	.local x 8\n	.endif\n	r1 = y\n", 4 },
		/* A name of a .local hides a struct's. */
		{ "	.if opt.pid\n	.local pair pair\n	.endif\n	r1 = pair.b\n", 4 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(steps_of(cases[i].body, 0) == cases[i].steps, "%s: %u steps", cases[i].body,
			      small.step_count);
	ck_assert_uint_eq(steps_of("	r1 = O_CREAT\n", 0), 1);
	ck_assert_uint_eq(steps_of("	r1 = O_CREAT\n", RAWBPF_ARCH_X86_64), 0);
	ck_assert_int_eq(small.insns[0].imm, 0100);
}
END_TEST

/* A text without .if that names nothing of BTF and no option: for an architecture, only jumps and maps are left. _i: it */
START_TEST(without_btf_only_jumps_and_maps_are_left)
{
	static const char text[] =
		".struct key\n	u32 a\n	u64 b\n.map m hash key u64 8\n.set one 1\n.prog p\n.at xdp\n"
		"	r1 = sizeof(key) + one\n	r1 = O_DIRECTORY\n	if r1 == EAGAIN goto out\n	*(u64 *)(r1 + key.b) = O_DIRECT\n"
		"	r2 = *(u32 *)(r1 + xdp_md.data_end)\n	r1 = map m\n	r3 = O_CREAT ll\n"
		"	call f\nout:	r0 = XDP_PASS\n	exit\nf:	r0 = 0\n	exit\n";
	static const unsigned is_left[] = { [RAWBPF_STEP_JUMP] = 1, [RAWBPF_STEP_CALL] = 1, [RAWBPF_STEP_MAP] = 1,
					    [RAWBPF_STEP_LABEL] = 1 };
	struct world *w = world_open(text, _i, NULL);
	unsigned maps = 0;

	reduce(w, _i);
	for (unsigned i = 0; i < small.step_count; i++) {
		unsigned kind = small.steps[i].kind;

		ck_assert_msg(kind < sizeof(is_left) / sizeof(is_left[0]) && is_left[kind], "step %u: %u", i, kind);
		maps += kind == RAWBPF_STEP_MAP;
	}
	ck_assert_uint_eq(maps, 1);
	world_close(w);
}
END_TEST

/* Constant data of chrootsnoop but for its instructions, on a machine with 64 bits. */
START_TEST(chrootsnoop_takes_2_kb)
{
	size_t bytes = 18 * 8 + (sizeof(struct rawbpf_collection) - 18 * sizeof(void *));
	unsigned tool = 0;
	struct world *w;

	while (strcmp(tool_names[tool], "chrootsnoop") != 0)
		tool++;
	w = tool_open(tool, RAWBPF_ARCH_X86_64, NULL);
	reduce(w, 0);
#define ADD(NAME, TYPE) bytes += small.NAME##_count * sizeof(TYPE);
	RAWBPF_TABLES(ADD)
#undef ADD
	bytes -= small.insn_count * sizeof(struct bpf_insn);
	ck_assert_uint_le(bytes, CHROOTSNOOP_BYTES);
	ck_assert_uint_gt(bytes, CHROOTSNOOP_BYTES / 2);
	world_close(w);
}
END_TEST

START_TEST(members_are_those_of_the_structs)
{
	unsigned table = 0, sum;
	const char *members;

#define CHECK(NAME, TYPE) do { \
	members = rawbpf__table_members(table++); \
	for (sum = 0; members && *members; members++) \
		sum += rawbpf__member_size(*members); \
	ck_assert_msg(sum == 0 || sum == sizeof(TYPE), #NAME ": %u", sum); \
} while (0);
	RAWBPF_TABLES(CHECK)
#undef CHECK
}
END_TEST

/* ------------------------------------------------------------------------------ the text */

static struct rawbpf_collection_header header;

static int format(const char *program, const char *name)
{
	struct world *w = world_open(program, RAWBPF_ARCH_X86_64, NULL);
	int length;

	header.collection = &w->collection;
	header.name = name;
	header.file = "dir/a*/b.bpf";
	header.memory = memory;
	if (!header.memory_size)
		header.memory_size = MEMORY;
	length = rawbpf_collection_header_format(text, TEXT, &header);
	world_close(w);
	return length;
}

START_TEST(a_small_one_in_c)
{
	int length = format("# counts *\\\n.map m array u32 u64 1\n.prog p\n.at tracepoint a:b\n"
			    "	r1 = &m[0]\n	r0 = -1\n	exit\n", "small");

	ck_assert_str_eq(text,
		"/* dir/a?/b.bpf: counts ??. Written by `rawbpf asm -f header`. */\n"
		"#ifndef RAWBPF_COLLECTION_small\n"
		"#define RAWBPF_COLLECTION_small\n"
		"\n"
		"#include <rawbpf/collection_table.h>\n"
		"\n"
		"static const char small_strings[] =\n"
		"	\"\\0\" \"m\\0\" \"u32\\0\" \"u64\\0\" \"p\\0\" \"a:b\\0\" \"GPL\";\n"
		"\n"
		"static const struct rawbpf_expr small_exprs[] = {\n"
		"	{ 0, 0, 0 }, { 0, 0, 1 }, { 0, 0, 0 },\n"
		"};\n"
		"\n"
		"static const struct rawbpf_table_map small_maps[] = {\n"
		"	{ 1, 2, 3, 7, 0, 0, 1, 0, 0, 0, 2 },\n"
		"};\n"
		"\n"
		"static const struct rawbpf_table_prog small_progs[] = {\n"
		"	{ 11, 0, 0, 0, 1, 3, 0, 0, 0, 4, 0, 1 },\n"
		"};\n"
		"\n"
		"static const struct rawbpf_table_place small_places[] = {\n"
		"	{ 10, 0, 0, 0, 13, 0, 0, 0, 0, 0, 4 },\n"
		"};\n"
		"\n"
		"static const struct rawbpf_step small_steps[] = {\n"
		"	{ 0, 10, 0, 2 },\n"
		"};\n"
		"\n"
		"static const struct bpf_insn small_insns[] = {\n"
		"	{ 24, 1, 2, 0, 0 }, { 0, 0, 0, 0, 0 }, { 183, 0, 0, 0, -1 }, { 149, 0, 0, 0, 0 },\n"
		"};\n"
		"\n"
		"static const struct rawbpf_collection small = {\n"
		"	.strings = small_strings,\n"
		"	.exprs = small_exprs,\n"
		"	.maps = small_maps,\n"
		"	.progs = small_progs,\n"
		"	.places = small_places,\n"
		"	.steps = small_steps,\n"
		"	.insns = small_insns,\n"
		"	.string_count = 21,\n"
		"	.expr_count = 3,\n"
		"	.map_count = 1,\n"
		"	.prog_count = 1,\n"
		"	.place_count = 1,\n"
		"	.step_count = 1,\n"
		"	.insn_count = 4,\n"
		"	.license = 17,\n"
		"};\n"
		"\n"
		"#endif\n");
	ck_assert_int_eq(length, strlen(text));
}
END_TEST

#define PROGRAM ".struct s\n	u32 a\n.prog p\n.at none\n	.local x s\n"

START_TEST(mistakes)
{
	static const char good[] = PROGRAM "	r0 = 0\n	exit\n";

	ck_assert_int_eq(format(good, "1st"), -EINVAL);
	ck_assert_uint_eq(header.error.at.line, 0);
	ck_assert_int_eq(format(good, "a-b"), -EINVAL);
	ck_assert_int_eq(format(good, ""), -EINVAL);
	ck_assert_int_gt(format(good, "a_1"), 0);
	header.arch = RAWBPF_ARCH_S390X + 1;
	ck_assert_int_eq(format(good, "a"), -EINVAL);
	header.arch = RAWBPF_ARCH_RISCV64;
	ck_assert_int_gt(format(good, "a"), 0);
	ck_assert_ptr_nonnull(strstr(text, "#ifndef __riscv\n#error \"these tables are for riscv64\"\n#endif\n"));
	header.arch = 0;
	/* A mistake that no kernel mends has its line. */
	ck_assert_int_eq(format(PROGRAM "	*(u64 *)(r10 + x.a) = 0\n	exit\n", "a"), -EINVAL);
	ck_assert_uint_eq(header.error.at.line, 6);
	ck_assert_str_eq(header.error.at.message, "the value has 4 bytes: access it with that width");
	/* Another memory is enough, or said to be too small. */
	for (header.memory_size = 8; header.memory_size < MEMORY; header.memory_size += 8)
		if (format(good, "a") != -ENOSPC)
			break;
	ck_assert_uint_gt(header.memory_size, 100);
	ck_assert_uint_lt(header.memory_size, 4096);
	ck_assert_int_gt(format(good, "a"), 0);
}
END_TEST

/* Data keep their bytes, and strings any byte. */
START_TEST(data_and_strings)
{
	ck_assert_int_gt(format(".prog p\n.at none\n	r1 = x ll\n	exit\n.section .rodata\nx:	.byte 1, 255\n",
				"a"), 0);
	ck_assert_ptr_nonnull(strstr(text, "static const uint8_t a_bytes[] = {\n	1, 255,\n};\n"));
	ck_assert_ptr_nonnull(strstr(text, "#if __BYTE_ORDER__ != __ORDER_"));
	ck_assert_int_gt(format(".map m array u32 u64 1\n.show m \"\\\"\\\\?%\xc3\xa9\" end\n.prog p\n.at none\n	exit\n",
				"a"), 0);
	ck_assert_msg(strstr(text, "\"\\042\\134\\077") != NULL && strstr(text, "\\303\\251\\0\"") != NULL,
		      "%s", text);
}
END_TEST

static char file_text[TEXT];

static void read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t length;

	ck_assert_msg(file != NULL, "%s", path);
	length = fread(file_text, 1, TEXT - 1, file);
	file_text[length] = '\0';
	fclose(file);
}

/* The header of the example is that of its text. */
START_TEST(the_example_is_current)
{
	struct world *w;

	read_file(SOURCES "/examples/api/embedded.bpf");
	w = world_open(file_text, RAWBPF_ARCH_X86_64, NULL);
	header = (struct rawbpf_collection_header){ .collection = &w->collection, .name = "embedded",
		.file = "embedded.bpf", .memory = memory, .memory_size = MEMORY };
	ck_assert_int_gt(rawbpf_collection_header_format(text, TEXT, &header), 0);
	read_file(SOURCES "/examples/api/embedded.h");
	ck_assert_msg(strcmp(text, file_text) == 0,
		      "write it again: rawbpf asm -f header -o examples/api/embedded.h examples/api/embedded.bpf");
	world_close(w);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, tools_resolve_to_the_same, RAWBPF_ARCH_X86_64, RAWBPF_ARCH_S390X + 1);
	tcase_add_test(tests, what_the_file_decides_is_no_step);
	tcase_add_loop_test(tests, without_btf_only_jumps_and_maps_are_left, RAWBPF_ARCH_X86_64, RAWBPF_ARCH_S390X + 1);
	tcase_add_test(tests, chrootsnoop_takes_2_kb);
	tcase_add_test(tests, members_are_those_of_the_structs);
	tcase_add_test(tests, a_small_one_in_c);
	tcase_add_test(tests, mistakes);
	tcase_add_test(tests, data_and_strings);
	tcase_add_test(tests, the_example_is_current);
}

int main(void)
{
	return unit_run("collection/header", add_tests);
}
