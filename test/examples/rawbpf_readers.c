/* SPDX-License-Identifier: MIT */
/*
 * rawbpf and readers of the kernel's files take time in proportion to their input: objects, pins,
 * mounts, symbols, bytes of files. The first argument is the command's path. test/readers.c has the
 * functions that need no kernel.
 */
#include "../attach/cgroups.h"
#include "../command_time.h"
#include "../object/objects.h"

#include <linux/perf_event.h>

#include <rawbpf/ksym.h>

/* -------------------------------------------------------------------------------- objects */

enum { MOST = 2000 };

static int maps[MOST], progs[MOST], events[MOST];
static struct rawbpf_link links[MOST];
static unsigned made;

static int program(unsigned type, int map)
{
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(BPF_REG_1, map), BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = type, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) });
}

/* Make n programs, each with its own map. */
static void make_programs(unsigned n)
{
	for (; made < n; made++) {
		maps[made] = live_array(1);
		progs[made] = program(BPF_PROG_TYPE_SOCKET_FILTER, maps[made]);
		ck_assert_int_gt(progs[made], 2);
	}
}

static void make_types(unsigned n)
{
	static _Alignas(4) char data[256];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };

	ck_assert_int_gt(rawbpf_btf_int_emit(&b, "int", 4, 0), 0);
	for (; made < n; made++) {
		maps[made] = rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = data, .size = b.size });
		ck_assert_int_gt(maps[made], 2);
	}
}

/* Make n links of one program, which this process holds. */
static void make_links(unsigned n)
{
	if (!made) {
		maps[0] = live_array(1);
		progs[0] = program(BPF_PROG_TYPE_PERF_EVENT, maps[0]);
	}
	for (; made < n; made++) {
		struct perf_event_attr attr = {
			.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_PAGE_FAULTS_MAJ,
			.sample_period = 1 << 30, .size = sizeof attr };

		events[made] = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
		ck_assert_int_gt(events[made], 2);
		ck_assert_int_eq(rawbpf_perf_event_attach(&links[made], progs[0], events[made], NULL), 0);
	}
}

/* Make n pinned maps, and pin one more everywhere. */
static void make_pins(unsigned n)
{
	char path[64];

	if (!made) {
		live_private_mounts();
		ck_assert_int_eq(mount("bpf", "/mnt", "bpf", 0, NULL), 0);
	}
	for (; made < n; made++) {
		maps[made] = live_array(1);
		snprintf(path, sizeof path, "/mnt/%u", made);
		ck_assert_int_eq(rawbpf_obj_pin(maps[made], path), 0);
		snprintf(path, sizeof path, "/mnt/first%u", made);
		ck_assert_int_eq(rawbpf_obj_pin(maps[0], path), 0);
	}
}

static void make_mounts(unsigned n)
{
	if (!made) {
		live_private_mounts();
		ck_assert_int_eq(mount("none", "/mnt", "tmpfs", 0, NULL), 0);
	}
	for (; made < n; made++) {
		char point[64];

		snprintf(point, sizeof point, "/mnt/%u", made);
		ck_assert_int_eq(mkdir(point, 0755), 0);
		ck_assert_int_eq(mount(point, point, NULL, MS_BIND, NULL), 0);
	}
}

/* Below the test's own; each has a program. */
static void make_cgroups(unsigned n)
{
	char path[sizeof cgroups_path + 32];

	if (!made)
		progs[0] = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1);
	for (; made < n; made++) {
		int cgroup;

		snprintf(path, sizeof path, "%s/%d.%u", cgroups_path, (int)getpid(), made);
		ck_assert_msg(mkdir(path, 0755) == 0, "%s: %m", path);
		cgroup = cgroups_open(path);
		ck_assert_int_eq(rawbpf_prog_attach(progs[0], cgroup, BPF_CGROUP_DEVICE,
			&(struct rawbpf_prog_attach_spec){ .flags = BPF_F_ALLOW_MULTI }), 0);
		close(cgroup);
	}
}

static const struct listed {
	void (*make)(unsigned n);
	unsigned n;
	const char *arguments[5];
} lists[] = {
	{ make_programs, 240, { "prog", "list" } },
	{ make_programs, 240, { "prog", "-j", "list" } },
	{ make_programs, 240, { "map", "list" } },
	{ make_programs, 240, { "map", "-j", "list" } },
	{ make_links, 200, { "link", "list" } },
	{ make_links, 200, { "link", "-j", "list" } },
	{ make_links, 200, { "prog", "-j", "list" } },
	{ make_pins, 300, { "map", "-j", "list" } },
	{ make_types, 300, { "btf", "list" } },
	{ make_types, 300, { "btf", "-j", "list" } },
	{ make_cgroups, 150, { "cgroup", "tree", cgroups_path } }, /* the last two: cgroups */
	{ make_cgroups, 150, { "cgroup", "-j", "tree", cgroups_path } },
};

static double list_time(unsigned kind, unsigned n)
{
	lists[kind].make(n);
	return command_time(lists[kind].arguments);
}

/*
 * Return the least of five times. The caller subtracts the time for 0: the machine's own objects,
 * and the command's start.
 */
static double least_of_five(unsigned kind, unsigned n)
{
	return doubling_least(list_time, kind, n);
}

/* Other tests make objects, too, and slow some runs: the best of five attempts counts. */
START_TEST(test_list)
{
	unsigned n = lists[_i].n;
	double none = 0, once = 0, twice = 1;

	for (int i = 0; i < 5 && twice - none > DOUBLING_LIMIT * (once - none) + 0.01; i++) {
		none = least_of_five(_i, 0);
		once = least_of_five(_i, n);
		twice = least_of_five(_i, 2 * n);
	}
	ck_assert_msg(twice - none <= DOUBLING_LIMIT * (once - none) + 0.01,
		      "%s %s: %.1f ms, with %u %.1f, with %u %.1f", lists[_i].arguments[0],
		      lists[_i].arguments[1], none * 1e3, n, once * 1e3, 2 * n, twice * 1e3);
}
END_TEST

/* Dump a map of n elements. The type decides between batches and single keys. */
static double dump_time(unsigned kind, unsigned n)
{
	static const unsigned types[] = { BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LPM_TRIE };
	int map = objects_map(own_name(), types[kind], 8, 8, n);
	double time;

	for (uint32_t i = 0; i < n; i++)
		ck_assert_int_eq(rawbpf_map_update(map, (const uint32_t[]){ 32, i }, &(uint64_t){ i },
						   BPF_ANY), 0);
	time = command_time(ARGS("map", "-j", "dump", own_name()));
	close(map);
	return time;
}

START_TEST(test_elements)
{
	assert_doubling(dump_time, _i, 10000);
}
END_TEST

/* ---------------------------------------------------------------------------------- files */

static char path[] = "/tmp/rawbpf-readers-XXXXXX";

static void file_make(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void file_remove(void)
{
	unlink(path);
	strcpy(path + sizeof path - 7, "XXXXXX");
}

static const struct written {
	const char *part;  /* repeated in the file; NULL: bytes of instructions */
	unsigned n;        /* repetitions */
	const char *arguments[5];
} files[] = {
	{ "r0 = 1\n", 20000, { "asm", path } },
	{ "r0 = 1\n", 20000, { "asm", "-f", "c", path } },
	{ "goto +0\n", 20000, { "explain", path } },
	{ NULL, 20000, { "disasm", path } },
	{ NULL, 20000, { "disasm", "-l", path } },
	{ NULL, 20000, { "disasm", "-d", "c", path } },
	{ "b7 00 00 00 01 00 00 00\n", 20000, { "disasm", "-f", "hex", path } },
};

static double file_time(unsigned kind, unsigned n)
{
	const struct written *of = &files[kind];
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	for (unsigned i = 0; i < n; i++) {
		/* Each jump has its own target, which needs a label. */
		const struct bpf_insn insn = i + 1 < n ? (struct bpf_insn)BPF_JMP32_A(n / 2 - i) :
							 (struct bpf_insn)BPF_EXIT_INSN();

		if (of->part)
			fputs(of->part, file);
		else
			fwrite(&insn, sizeof insn, 1, file);
	}
	ck_assert_int_eq(fclose(file), 0);
	return command_time(of->arguments);
}

START_TEST(test_file)
{
	file_make();
	assert_doubling(file_time, _i, files[_i].n);
	file_remove();
}
END_TEST

/* -------------------------------------------------------------------------------- symbols */

enum symbols { RESOLVE, FIND, MATCH };

/* Find n functions by address, n places of one name, or n functions by a pattern. */
static double symbols_time(unsigned kind, unsigned n)
{
	struct rawbpf_ksym *syms = calloc(n, sizeof *syms);
	uint64_t *addresses = calloc(n, sizeof *addresses);
	char *text = malloc(48 * (size_t)n + 1), *at = text;
	double start;

	for (unsigned i = 0; i < n; i++) {
		at += sprintf(at, kind == MATCH ? "%016llx f%u\n" : "%016llx t f%u\n", 0xffffffff81000000 + 16ull * i, kind == FIND ? 0 : i);
		syms[i].address = 0xffffffff81000000 + 16ull * (i * 7919ull % n) + 4;
	}
	if (kind == MATCH)
		live_write_file("/sys/kernel/tracing/available_filter_functions_addrs", text);
	else
		live_fake_file("/proc/kallsyms", text);
	start = doubling_time();
	if (kind == RESOLVE)
		ck_assert_int_eq(rawbpf_ksym_resolve(syms, n), n);
	else if (kind == MATCH)
		ck_assert_int_eq(rawbpf_kprobe_find(addresses, n, "*f*"), n);
	else
		ck_assert_int_eq(rawbpf_ksym_find(addresses, n, "f0"), n);
	start = doubling_time() - start;
	umount2("/proc/kallsyms", MNT_DETACH);
	free(syms);
	free(addresses);
	free(text);
	return start;
}

START_TEST(test_symbols)
{
	live_private_mounts();
	live_mount_tracefs();
	live_hide_directory("/sys/kernel/tracing");
	mkdir("/sys/kernel/tracing/events", 0755);
	assert_doubling(symbols_time, _i, 10000);
}
END_TEST

/* ---------------------------------------------------------------------------------- mounts */

static double explain_time(unsigned kind, unsigned n)
{
	char text[512];
	double start;

	(void)kind;
	make_mounts(n);
	start = doubling_time();
	for (unsigned i = 0; i < 10; i++)
		rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){
			.operation = RAWBPF_TRACEPOINT_ATTACH, .error = -EOPNOTSUPP });
	return doubling_time() - start;
}

/* An explanation looks for tracefs among the mounts. The doctor looks for four file systems. */
START_TEST(test_mounts)
{
	const double none = doubling_least(explain_time, 0, 0);
	const double once = doubling_least(explain_time, 0, MOST);
	const double twice = doubling_least(explain_time, 0, 2 * MOST);

	ck_assert_msg(twice - none <= DOUBLING_LIMIT * (once - none) + 0.01, "%.1f, %.1f, %.1f ms",
		      none * 1e3, once * 1e3, twice * 1e3);
}
END_TEST

START_TEST(test_doctor)
{
	double none, once, twice;

	none = command_time(ARGS("doctor", "-j"));
	make_mounts(MOST);
	once = command_time(ARGS("doctor", "-j"));
	make_mounts(2 * MOST);
	twice = command_time(ARGS("doctor", "-j"));
	ck_assert_msg(twice - none <= DOUBLING_LIMIT * (once - none) + 0.1, "%.0f, %.0f, %.0f ms",
		      none * 1e3, once * 1e3, twice * 1e3);
}
END_TEST

static void add_tests(TCase *tests)
{
	char path[2048];

	if (cgroups_find(path, sizeof path)) {
		tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
		tcase_add_loop_test(tests, test_list, 0, RAWBPF_COUNT(lists));
	} else {
		printf("skip: test_list: cgroup v2 is not mounted\n");
		tcase_add_loop_test(tests, test_list, 0, RAWBPF_COUNT(lists) - 2);
	}
	tcase_add_loop_test(tests, test_elements, 0, 2);
	tcase_add_loop_test(tests, test_file, 0, RAWBPF_COUNT(files));
	tcase_add_loop_test(tests, test_symbols, 0, 3);
	tcase_add_test(tests, test_mounts);
	tcase_add_test(tests, test_doctor);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_readers RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	return live_run("rawbpf_readers", add_tests);
}
