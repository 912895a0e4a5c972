/* SPDX-License-Identifier: MIT */
/* Maps, fields and expressions of a text; lines and functions of a program; conditions; time. */
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "../doubling.h"
#include "../unit.h"
#include "world.h"

/* ------------------------------------------------------------------------------ maps */

static const char maps_text[] =
	".param size 16 \"-s N: entries\"\n"
	".struct event\n u64 time\n u8 kind\n char name[5] string\n u16 port\n char text[3]\n"
	".struct key\n event first\n u32 number\n"
	".map counts hash key u64 opt.size * 2\n"
	".map config array 4 24 1\n"
	".ring events event 64k\n"
	".ring machine event\n"
	".map broken hash u32 u64 missing\n"
	".prog p\n.at none\n r1 = map config\n r0 = 0\n exit\n";

static void expect_map(struct world *w, unsigned index, const char *name, unsigned type, unsigned key,
		       unsigned value, unsigned entries)
{
	struct rawbpf_collection_error error;
	struct rawbpf_resolved_map map;
	int err = rawbpf_collection_map_resolve(&map, &w->collection, index, &w->env, &error);

	ck_assert_msg(err == 0, "%s", error.at.message);
	ck_assert_str_eq(map.name, name);
	ck_assert_uint_eq(map.type, type);
	ck_assert_uint_eq(map.key_size, key);
	ck_assert_uint_eq(map.value_size, value);
	ck_assert_uint_eq(map.max_entries, entries);
	ck_assert_uint_eq(map.flags, 0);
}

START_TEST(maps)
{
	const struct rawbpf_option options[] = { { "size", 100, NULL } };
	struct world *w = world_open(maps_text, RAWBPF_ARCH_X86_64, NULL);
	struct rawbpf_collection_error error;
	struct rawbpf_resolved_map map;

	expect_map(w, 0, "counts", BPF_MAP_TYPE_HASH, 40, 8, 32);
	expect_map(w, 1, "config", BPF_MAP_TYPE_ARRAY, 4, 24, 1);
	expect_map(w, 2, "events", BPF_MAP_TYPE_RINGBUF, 0, 0, 65536);
	expect_map(w, 3, "machine", BPF_MAP_TYPE_RINGBUF, 0, 0, 0);
	ck_assert_int_eq(rawbpf_collection_map_resolve(&map, &w->collection, 4, &w->env, &error), -ENODATA);
	ck_assert_uint_eq(error.at.line, 15);
	w->env.options = options;
	w->env.option_count = 1;
	w->index.filled = 0;
	expect_map(w, 0, "counts", BPF_MAP_TYPE_HASH, 40, 8, 200);
	world_close(w);
}
END_TEST

static void expect_field(struct world *w, unsigned field, unsigned offset, unsigned size, unsigned count)
{
	struct rawbpf_collection_error error;
	struct rawbpf_resolved_field out;

	ck_assert_int_eq(rawbpf_collection_field_resolve(&out, &w->collection, field, &w->env, &error), 0);
	ck_assert_uint_eq(out.offset, offset);
	ck_assert_uint_eq(out.size, size);
	ck_assert_uint_eq(out.count, count);
}

START_TEST(fields)
{
	struct world *w = world_open(maps_text, RAWBPF_ARCH_X86_64, NULL);
	struct rawbpf_collection_error error;

	expect_field(w, 0, 0, 8, 0);   /* time */
	expect_field(w, 1, 8, 1, 0);   /* kind */
	expect_field(w, 2, 16, 1, 5);  /* name: its length is at 12 */
	expect_field(w, 3, 22, 2, 0);  /* port */
	expect_field(w, 4, 24, 1, 3);  /* text: 27 bytes, 32 in all */
	expect_field(w, 5, 0, 32, 0);  /* key.first */
	expect_field(w, 6, 32, 4, 0);  /* key.number */
	ck_assert_int_eq(rawbpf_collection_type_size(&w->collection, "event", &w->env, &error), 32);
	ck_assert_int_eq(rawbpf_collection_type_size(&w->collection, "key", &w->env, &error), 40);
	ck_assert_int_eq(rawbpf_collection_type_size(&w->collection, "s16", &w->env, &error), 2);
	ck_assert_int_eq(rawbpf_collection_type_size(&w->collection, "evnt", &w->env, &error), -ENOENT);
	ck_assert_str_eq(error.at.message, "the file has no type 'evnt'");
	world_close(w);
}
END_TEST

/* An index that is too small, or missing. */
START_TEST(memory)
{
	struct world *w = world_open(maps_text, RAWBPF_ARCH_X86_64, NULL);
	struct rawbpf_collection_error error;
	struct rawbpf_resolved_map map;

	w->index.size--;
	ck_assert_int_eq(rawbpf_collection_map_resolve(&map, &w->collection, 0, &w->env, &error), -ENOSPC);
	w->index.size++;
	w->env.index = NULL;
	ck_assert_int_eq(rawbpf_collection_map_resolve(&map, &w->collection, 0, &w->env, NULL), -ENOSPC);
	w->env.index = &w->index;
	w->resolved.max = 3;
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_NONE });
	ck_assert_int_eq(w->result, -ENOSPC);
	ck_assert_uint_eq(w->resolved.count, 4);
	w->resolved.max = 4;
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_NONE });
	expect_listing(w, "r1 = map[fd:1] ll\nr0 = 0x0\nexit\n");
	world_close(w);
}
END_TEST

/* --------------------------------------------------------------------- lines, functions */

static const char info_text[] =
	".macro two\n r1 = 1\n r2 = 2\n.endm\n"
	".prog first\n.at kprobe vfs_open(a)\n"
	"\ttwo\n"
	"\tr1 = 3;  r2 = 4 \n"
	"\tcall other\n"
	"\texit\n"
	"other:\tr0 = 0x123456789 ll\n"
	"\texit\n";

START_TEST(lines_and_functions)
{
	static unsigned char bytes[1024];
	struct rawbpf_btf_build b = { .data = bytes, .max = sizeof(bytes) };
	struct bpf_func_info functions[4];
	struct bpf_line_info lines[16];
	struct world *w = world_open(info_text, RAWBPF_ARCH_X86_64, NULL);
	struct rawbpf_resolved_info info = { .btf = &b, .funcs = functions, .func_max = 4, .lines = lines,
					     .line_max = 16, .file = "info.bpf", .text = info_text,
					     .length = sizeof(info_text) - 1 };
	static const struct { unsigned slot, line; const char *text; } wanted[] = {
		{ 0, 6, ".at kprobe vfs_open(a)" }, { 3, 7, "two | r1 = 1" }, { 4, 7, "two | r2 = 2" },
		{ 5, 8, "r1 = 3;  r2 = 4" },
		{ 7, 9, "call other" }, { 8, 10, "exit" }, { 9, 11, "other: r0 = 0x123456789 ll" },
		{ 11, 12, "exit" } };
	struct rawbpf_btf btf;

	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_KPROBE });
	ck_assert_int_eq(w->result, 12);
	ck_assert_int_eq(rawbpf_collection_info_emit(&info, &w->collection, &w->resolved), 0);
	ck_assert_int_eq(rawbpf_btf_parse(&btf, bytes, b.size, NULL), 0);
	ck_assert_uint_eq(info.func_count, 2);
	ck_assert_uint_eq(functions[0].insn_off, 0);
	ck_assert_uint_eq(functions[1].insn_off, 9);
	ck_assert_str_eq(rawbpf_btf_type_name(&btf, functions[0].type_id), "first");
	ck_assert_str_eq(rawbpf_btf_type_name(&btf, functions[1].type_id), "other");
	ck_assert_uint_eq(info.line_count, 8);
	for (unsigned i = 0; i < 8; i++) {
		ck_assert_uint_eq(lines[i].insn_off, wanted[i].slot);
		ck_assert_uint_eq(lines[i].line_col >> 10, wanted[i].line);
		ck_assert_str_eq(rawbpf_btf_string_get(&btf, lines[i].line_off), wanted[i].text);
		ck_assert_str_eq(rawbpf_btf_string_get(&btf, lines[i].file_name_off), "info.bpf");
	}
	info.line_max = 7;
	ck_assert_int_eq(rawbpf_collection_info_emit(&info, &w->collection, &w->resolved), -ENOSPC);
	world_close(w);
}
END_TEST

/* Many lines, and a macro behind them. */
START_TEST(far_lines)
{
	static unsigned char bytes[4096];
	struct rawbpf_btf_build b = { .data = bytes, .max = sizeof(bytes) };
	struct bpf_func_info functions[2];
	struct bpf_line_info lines[8];
	char *text = malloc(1 << 20), *at = text;
	struct rawbpf_resolved_info info = { .btf = &b, .funcs = functions, .func_max = 2, .lines = lines,
					     .line_max = 8 };
	struct rawbpf_btf btf;
	struct world *w;

	for (unsigned i = 1; i <= 9000; i++)
		at += sprintf(at, "# line %u\n", i);
	at += sprintf(at, ".macro one\n r1 = 1\n.endm\n.prog p\n.at none\n");
	for (unsigned i = 9006; i <= 9999; i++)
		at += sprintf(at, "\n");
	at += sprintf(at, " one\n r0 = 0\n exit");
	w = world_open(text, RAWBPF_ARCH_X86_64, NULL);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_NONE });
	expect_listing(w, "r1 = 0x1\nr0 = 0x0\nexit\n");
	info.text = text;
	info.length = at - text;
	ck_assert_int_eq(rawbpf_collection_info_emit(&info, &w->collection, &w->resolved), 0);
	ck_assert_int_eq(rawbpf_btf_parse(&btf, bytes, b.size, NULL), 0);
	ck_assert_uint_eq(info.line_count, 3);
	ck_assert_str_eq(rawbpf_btf_string_get(&btf, lines[0].line_off), "one | r1 = 1");
	ck_assert_uint_eq(lines[0].line_col >> 10, 10000);
	ck_assert_str_eq(rawbpf_btf_string_get(&btf, lines[1].line_off), "r0 = 0");
	ck_assert_str_eq(rawbpf_btf_string_get(&btf, lines[2].line_off), "exit");
	world_close(w);
	free(text);
}
END_TEST

/* A macro's line is that of the prelude that was parsed; tables from a header have none. */
START_TEST(lines_of_the_prelude)
{
	static const char text[] = ".map m hash u64 u32 1\n.prog p\n.at none\n forget m\n r0 = 0\n exit\n";
	static const char other[] = "# no macro\n";
	static unsigned char bytes[4096];
	struct world *w = world_open(text, RAWBPF_ARCH_X86_64, NULL);
	const struct { const char *std; unsigned length; const char *line; } cases[] = {
		{ w->collection.std, w->collection.std_length, "forget m | call get_current_task" },
		{ NULL, 0, "forget m" }, { other, sizeof(other) - 1, "forget m" } };
	struct bpf_func_info function;
	struct bpf_line_info lines[16];

	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_NONE });
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rawbpf_btf_build b = { .data = bytes, .max = sizeof(bytes) };
		struct rawbpf_resolved_info info = { .btf = &b, .funcs = &function, .func_max = 1,
			.lines = lines, .line_max = 16, .text = text, .length = sizeof(text) - 1 };
		struct rawbpf_btf btf;

		w->collection.std = cases[i].std;
		w->collection.std_length = cases[i].length;
		ck_assert_int_eq(rawbpf_collection_info_emit(&info, &w->collection, &w->resolved), 0);
		ck_assert_int_eq(rawbpf_btf_parse(&btf, bytes, b.size, NULL), 0);
		ck_assert_str_eq(rawbpf_btf_string_get(&btf, lines[0].line_off), cases[i].line);
	}
	world_close(w);
}
END_TEST

/* ------------------------------------------------------------------------- conditions */

static void expect_condition(const char *condition, enum rawbpf_arch arch, int result)
{
	char text[256], listing[64];
	struct world *w;

	snprintf(text, sizeof(text), ".prog p\n.at kprobe f\n.if %s\n r0 = 1\n.else\n r0 = 0\n.endif\n"
		 " exit\n", condition);
	snprintf(listing, sizeof(listing), "r0 = 0x%d\nexit\n", result);
	w = world_open(text, arch, NULL);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_KPROBE });
	expect_listing(w, listing);
	world_close(w);
}

START_TEST(conditions)
{
	expect_condition("arch == s390x", RAWBPF_ARCH_S390X, 1);
	expect_condition("arch == s390x", RAWBPF_ARCH_ARM64, 0);
	expect_condition("way == kprobe", RAWBPF_ARCH_ARM64, 1);
	expect_condition("way == fentry", RAWBPF_ARCH_ARM64, 0);
	expect_condition("exists(task_struct.tgid)", RAWBPF_ARCH_ARM64, 0);
	expect_condition("!exists(task_struct.tgid) && arch != x86_64", RAWBPF_ARCH_ARM64, 1);
	expect_condition("exists(task_struct.tgid) && task_struct.tgid > 4", RAWBPF_ARCH_ARM64, 0);
	expect_condition("opt.pid", RAWBPF_ARCH_ARM64, 0);
	expect_condition("self.pid == 1234", RAWBPF_ARCH_ARM64, 1);
}
END_TEST

/* ------------------------------------------------------------------------------ errors */

static void expect_mistake(const char *line, unsigned column, unsigned width, int error,
			   const char *message)
{
	char text[512];
	struct world *w;

	snprintf(text, sizeof(text), ".struct event\n u64 time\n char name[8] string\n.set BIG 5000000000\n"
		 ".map many array u32 u64 4\n.map one array u32 u64 1\n.prog p\n.at kprobe f\n%s\n r0 = 0\n"
		 " exit\n", line);
	w = world_open(text, RAWBPF_ARCH_X86_64, NULL);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_KPROBE });
	expect_reason(w, error, 9, message);
	rawbpf_collection_error_find(&w->resolved.error, text, strlen(text));
	ck_assert_uint_eq(w->resolved.error.at.column, column);
	ck_assert_uint_eq(w->resolved.error.at.width, width);
	world_close(w);
}

START_TEST(mistakes)
{
	expect_mistake(" r1 = BIG", 2, 8, -ERANGE, "5000000000 does not fit 32 bits");
	expect_mistake(" r1 = *(u32 *)(r1 + event.time)", 2, 30, -EINVAL,
		       "the value has 8 bytes: access it as u64 or s64");
	expect_mistake(" *(u64 *)(r1 + event.name.size) = 0", 2, 34, -EINVAL,
		       "the value has 4 bytes: access it with that width");
	expect_mistake(" r1 = *(u64 *)(r1 + event.tme)", 27, 3, -ENOENT,
		       "the struct has no field 'tme' (did you mean 'time'?)");
	expect_mistake(" r1 = &many[0]", 8, 4, -EINVAL,
		       "&many[...] needs an array of 1 element; look others up with map_lookup_elem");
	expect_mistake(" r1 = &one[8]", 8, 3, -ERANGE, "byte 8 is outside of the value of 'one'");
	expect_mistake(" r1 = &one[-1]", 8, 3, -ERANGE, "byte -1 is outside of the value of 'one'");
	expect_mistake(" r1 = EVENT", 7, 5, -ENODATA, "the file has no 'EVENT', and there is neither BTF nor "
		       "an offsets file of the kernel");
}
END_TEST

static void expect_place_refused(const char *places, struct rawbpf_unit unit, enum rawbpf_arch arch,
				 int error, const char *message)
{
	char text[512];
	struct world *w;

	snprintf(text, sizeof(text), ".struct event\n u64 time\n u8 kind\n char name[8]\n.prog p\n%s\n"
		 " .local e event\n r0 = 0\n exit\n", places);
	w = world_open(text, arch, NULL);
	w->env.arch = arch;
	world_resolve(w, unit);
	expect_reason(w, error, unit.place_count > 1 ? 7 : 6, message);
	world_close(w);
}

START_TEST(places)
{
	const struct rawbpf_unit kprobe = { 0, 0, 1, RAWBPF_WAY_KPROBE };

	expect_place_refused(".at kprobe f(a: event)", kprobe, RAWBPF_ARCH_ARM64, -EINVAL,
			     "an argument cannot be a struct 'event' of the file");
	expect_place_refused(".at kprobe f(e.time: event)", kprobe, RAWBPF_ARCH_ARM64, -EINVAL,
			     "an argument cannot be a struct 'event' of the file");
	expect_place_refused(".at kprobe f(e.name)", kprobe, RAWBPF_ARCH_ARM64, -EINVAL,
			     "'e.name' is no integer: an argument does not fit");
	expect_place_refused(".at kprobe f(o.name)", kprobe, RAWBPF_ARCH_ARM64, -ENOENT,
			     "the program has no .local 'o.name'");
	expect_place_refused(".at kprobe f(e.tim)", kprobe, RAWBPF_ARCH_ARM64, -ENOENT,
			     "the struct has no field 'tim' (did you mean 'time'?)");
	expect_place_refused(".at syscall chroot(_, _, _, _, _, _, a)",
			     (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_TRACEPOINT }, RAWBPF_ARCH_ARM64, -ERANGE,
			     "there are fewer arguments than the place names");
	expect_place_refused(".at syscall chroot(a)\n.at sysret chroot -> a",
			     (struct rawbpf_unit){ 0, 0, 2, RAWBPF_WAY_RAW_TP }, RAWBPF_ARCH_ARM64, -EINVAL,
			     "a unit has calls or returns, not both");
	expect_place_refused(".at syscall chroot(e.kind = 300)",
			     (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_TRACEPOINT }, RAWBPF_ARCH_ARM64,
			     -ERANGE, "a value does not fit its slot");
}
END_TEST

/* Scratch values are for programs that nothing preempts. */
START_TEST(scratch)
{
	static const char text[] = ".struct event\n u64 time\n.prog p\n.at uprobe \"f\":g\n"
		" scratch r8, event, out\nout: exit\n.prog q sleepable\n.at fentry f\n"
		" scratch r8, event, out\nout: exit\n.prog r\n.at kprobe f\n scratch r8, event, out\nout: exit\n";
	static const char message[] = "uprobes and sleepable programs can be preempted, and "
				      "'scratch_event' is one for each CPU: use a .local";
	struct world *w = world_open(text, RAWBPF_ARCH_X86_64, NULL);

	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_UPROBE });
	expect_reason(w, -EINVAL, 5, message);
	ck_assert_uint_ge(w->resolved.error.macro_line, RAWBPF_LINE_STD);
	world_resolve(w, (struct rawbpf_unit){ 2, 2, 1, RAWBPF_WAY_KPROBE });
	ck_assert_int_gt(w->result, 0);
	world_close(w);
}
END_TEST

/* -------------------------------------------------------------------------------- time */

enum { LONG_NAMES, MANY_FIELDS, MANY_PROGRAMS, MANY_JUMPS, SETS_OF_SETS, KINDS };

static size_t write_text(char *text, unsigned kind, unsigned n)
{
	char *at = text;

	if (kind == MANY_FIELDS) {
		at += sprintf(at, ".struct s\n");
		for (unsigned i = 0; i < n; i++)
			at += sprintf(at, " u64 f%u\n", i);
	}
	for (unsigned i = 0; kind == SETS_OF_SETS && i < n; i++)
		at += i ? sprintf(at, ".set S%u S%u + S0\n", i, i - 1) : sprintf(at, ".set S0 1\n");
	for (unsigned i = 0; kind == LONG_NAMES && i < n; i++)
		at += sprintf(at, ".set %s%04u %u\n", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", i, i);
	at += sprintf(at, ".prog p\n.at none\n");
	for (unsigned i = 0; i < n; i++) {
		if (kind == LONG_NAMES)
			at += sprintf(at, " r1 = %s%04u\n", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", i);
		else if (kind == MANY_FIELDS)
			at += sprintf(at, " r1 = s.f%u\n", i);
		else if (kind == SETS_OF_SETS)
			at += sprintf(at, " r1 = S%u\n", i);
		else if (kind == MANY_JUMPS)
			at += sprintf(at, "l%u: if r1 == 0 goto l%u\n", i, n - 1 - i);
		else
			at += sprintf(at, " exit\n.prog p%u\n.at none\n", i);
	}
	return at + sprintf(at, " exit\n") - text;
}

static double resolve_time(unsigned kind, unsigned n)
{
	static char text[1 << 20];
	static struct bpf_insn insns[1 << 15];
	struct rawbpf_resolved resolved = { .insns = insns, .max = 1 << 15 };
	size_t length = write_text(text, kind, n);
	struct world *w;
	double begin, end;

	text[length] = '\0';
	w = world_open(text, RAWBPF_ARCH_X86_64, NULL);
	memset(w->index.memory, 0, w->index.size);
	memset(insns, 0, sizeof(insns));
	begin = doubling_time();
	for (unsigned i = 0; i < w->collection.prog_count; i++) {
		struct rawbpf_unit unit = { i, w->collection.progs[i].place, 1, RAWBPF_WAY_NONE };
		int result = rawbpf_collection_resolve(&resolved, &w->collection, &unit, &w->env);

		ck_assert_msg(result > 0, "line %u: %s", resolved.error.at.line, resolved.error.at.message);
	}
	end = doubling_time();
	world_close(w);
	return end - begin;
}

START_TEST(linear)
{
	for (unsigned kind = 0; kind < KINDS; kind++)
		assert_doubling(resolve_time, kind, kind == LONG_NAMES ? 800 : 2000);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, maps);
	tcase_add_test(tests, fields);
	tcase_add_test(tests, memory);
	tcase_add_test(tests, lines_and_functions);
	tcase_add_test(tests, far_lines);
	tcase_add_test(tests, lines_of_the_prelude);
	tcase_add_test(tests, conditions);
	tcase_add_test(tests, mistakes);
	tcase_add_test(tests, places);
	tcase_add_test(tests, scratch);
	tcase_add_test(tests, linear);
}

int main(void)
{
	return unit_run("collection/resolve_spec", add_tests);
}
