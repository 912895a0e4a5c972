/* SPDX-License-Identifier: MIT */
/*
 * Tracepoints, kprobes and their links. The programs count getppid(2) of this process alone, so
 * that counts are exact whatever else runs.
 */
#include "../live.h"

#include <stdint.h>

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };
enum { FUNC_GET_ATTACH_COOKIE = 174 }; /* 5.15 */
enum { CALLS = 1000 };

#define RAW BPF_PROG_TYPE_RAW_TRACEPOINT
#define CLASSIC BPF_PROG_TYPE_TRACEPOINT

/* A program, and the map in which it counts. */
struct counter {
	int map;
	int prog;
};

/* Load a program that adds 1, or the attachment's cookie, for every getppid(2) of this process. */
static struct counter counter_open(unsigned type, int by_cookie)
{
	struct counter counter = { .map = live_array(1) };
	const struct bpf_insn insns[] = {
		BPF_MOV64_REG(R6, R1),
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, R0, 32),
		BPF_JMP_IMM(BPF_JNE, R0, live_tgid(), 13),
		/*
		 * A raw tracepoint sees every system call; the number is its second argument. A
		 * classic one has the number at the same place, in a record of 12 bytes.
		 */
		BPF_LDX_MEM(type == RAW ? BPF_DW : BPF_W, R2, R6, 8),
		BPF_JMP_IMM(BPF_JNE, R2, SYS_getppid, 11),
		BPF_MOV64_REG(R1, R6),
		by_cookie ? BPF_EMIT_CALL(FUNC_GET_ATTACH_COOKIE) : BPF_MOV64_IMM(R0, 1),
		BPF_MOV64_REG(R7, R0),
		BPF_ST_MEM(BPF_W, R10, -4, 0),
		BPF_MOV64_REG(R2, R10),
		BPF_ALU64_IMM(BPF_ADD, R2, -4),
		BPF_LD_MAP_FD(R1, counter.map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, R0, 0, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, R0, R7, 0),
		BPF_MOV64_IMM(R0, 0),
		BPF_EXIT_INSN(),
	};
	char log[2000] = "";

	counter.prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "count_getppid",
		.type = type,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
		.log = log,
		.log_size = sizeof log,
	});
	ck_assert_msg(counter.prog > 2, "%d: %s", counter.prog, log);
	return counter;
}

static void counter_close(struct counter *counter)
{
	close(counter->prog);
	close(counter->map);
}

static uint64_t count(const struct counter *counter)
{
	uint64_t value;
	uint32_t key = 0;

	ck_assert_int_eq(rawbpf_map_lookup(counter->map, &key, &value, 0), 0);
	return value;
}

static void call(void)
{
	int i;

	for (i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
}

static int attach_raw(struct rawbpf_link *link, int prog, uint64_t cookie)
{
	return rawbpf_raw_tracepoint_attach(link, prog, &(struct rawbpf_raw_tracepoint_spec){
		.name = "sys_enter", .cookie = cookie });
}

static int attach_classic(struct rawbpf_link *link, int prog, enum rawbpf_bind bind,
			  uint64_t cookie)
{
	return rawbpf_tracepoint_attach(link, prog, &(struct rawbpf_tracepoint_spec){
		.group = "syscalls", .name = "sys_enter_getppid", .bind = bind, .cookie = cookie });
}

static void assert_inert(const struct rawbpf_link *link)
{
	ck_assert_int_eq(link->fd, 0);
	ck_assert_uint_eq(link->tracefs_event, 0);
}

/*
 * Assert that an attached program counts every call, and that a detached one counts none. Detach
 * twice.
 */
static void assert_counts(struct rawbpf_link *link, const struct counter *counter, uint64_t each)
{
	uint64_t before = count(counter);

	ck_assert_int_gt(link->fd, 2);
	ck_assert_int_eq(fcntl(link->fd, F_GETFD), FD_CLOEXEC);
	call();
	ck_assert_uint_eq(count(counter) - before, each * CALLS);
	ck_assert_int_eq(rawbpf_link_detach(link), 0);
	assert_inert(link);
	ck_assert_int_eq(rawbpf_link_detach(link), 0);
	call();
	ck_assert_uint_eq(count(counter) - before, each * CALLS);
}

/* -------------------------------------------------------------- raw tracepoints */

START_TEST(test_raw)
{
	struct counter counter = counter_open(RAW, 0);
	struct rawbpf_link link;
	int again;

	for (again = 0; again < 3; again++) {
		ck_assert_int_eq(attach_raw(&link, counter.prog, 0), 0);
		assert_counts(&link, &counter, 1);
	}
	counter_close(&counter);
}
END_TEST

/* The link alone keeps the program. Two links of one program count twice. */
START_TEST(test_raw_twice)
{
	struct counter counter = counter_open(RAW, 0);
	struct rawbpf_link links[2];

	ck_assert_int_eq(attach_raw(&links[0], counter.prog, 0), 0);
	ck_assert_int_eq(attach_raw(&links[1], counter.prog, 0), 0);
	close(counter.prog);
	call();
	ck_assert_uint_eq(count(&counter), 2 * CALLS);
	ck_assert_int_eq(rawbpf_link_detach(&links[0]), 0);
	assert_counts(&links[1], &counter, 1);
	close(counter.map);
}
END_TEST

START_TEST(test_raw_cookie)
{
	struct counter counter;
	struct rawbpf_link link;

	if (live_kernel() < 0x60a) {
		counter = counter_open(RAW, 0);
		ck_assert_int_eq(attach_raw(&link, counter.prog, 5), -EINVAL);
		assert_inert(&link);
	} else {
		counter = counter_open(RAW, 1);
		ck_assert_int_eq(attach_raw(&link, counter.prog, 5), 0);
		assert_counts(&link, &counter, 5);
	}
	counter_close(&counter);
}
END_TEST

/* Load a program that reads argument 12. No tracepoint has that many. */
static int load_reading(unsigned type, int offset)
{
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_DW, R0, R1, offset),
		BPF_MOV64_IMM(R0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) });

	ck_assert_int_gt(prog, 2);
	return prog;
}

START_TEST(test_raw_refused)
{
	struct counter counter = counter_open(RAW, 0);
	int classic = live_prog(CLASSIC, 0), filter = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	int greedy = load_reading(RAW, 8 * 11);
	const struct {
		const char *what;
		int prog;
		const char *name;
		int error;
	} cases[] = {
		{ "unknown name", counter.prog, "no_such_tracepoint", -ENOENT },
		{ "no name", counter.prog, "", -EINVAL },
		{ "NULL for a name", counter.prog, NULL, -EINVAL },
		{ "hostile name", counter.prog, "sys_enter\n", -ENOENT },
		{ "classic program", classic, "sys_enter", -EINVAL },
		{ "socket filter", filter, "sys_enter", -EINVAL },
		{ "past the arguments", greedy, "sys_enter", -EINVAL },
		{ "no program", -1, "sys_enter", -EBADF },
		{ "map for a program", counter.map, "sys_enter", -EINVAL },
	};
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(cases); i++) {
		struct rawbpf_link link = { .fd = 77, .tracefs_event = 77 };
		int err = rawbpf_raw_tracepoint_attach(&link, cases[i].prog,
						       &(struct rawbpf_raw_tracepoint_spec){
							       .name = cases[i].name });

		ck_assert_msg(err == cases[i].error, "%s: %d", cases[i].what, err);
		assert_inert(&link);
	}
	counter_close(&counter);
	close(classic);
	close(filter);
	close(greedy);
}
END_TEST

/* ---------------------------------------------------------- classic tracepoints */

static int has_tracepoint(void)
{
	return access("/sys/kernel/tracing/events/syscalls/sys_enter_getppid/id", F_OK) == 0;
}

START_TEST(test_classic)
{
	struct counter counter = counter_open(CLASSIC, 0);
	enum rawbpf_bind bind = _i;
	struct rawbpf_link link;
	int err;

	live_mount_tracefs();
	if (!has_tracepoint()) {
		counter_close(&counter);
		SKIP("this kernel has no tracepoints of system calls");
	}
	err = attach_classic(&link, counter.prog, bind, 0);
	if (bind == RAWBPF_BIND_LINK && live_kernel() < 0x50f) {
		ck_assert_int_eq(err, -EINVAL);
		assert_inert(&link);
	} else {
		ck_assert_int_eq(err, 0);
		assert_counts(&link, &counter, 1);
	}
	counter_close(&counter);
}
END_TEST

START_TEST(test_classic_cookie)
{
	struct counter counter;
	struct rawbpf_link link;

	if (live_kernel() < 0x50f)
		SKIP("cookies are newer than this kernel");
	live_mount_tracefs();
	if (!has_tracepoint())
		SKIP("this kernel has no tracepoints of system calls");
	counter = counter_open(CLASSIC, 1);
	ck_assert_int_eq(attach_classic(&link, counter.prog, RAWBPF_BIND_IOCTL, 7), -EOPNOTSUPP);
	assert_inert(&link);
	ck_assert_int_eq(attach_classic(&link, counter.prog, RAWBPF_BIND_AUTO, 7), 0);
	assert_counts(&link, &counter, 7);
	ck_assert_int_eq(attach_classic(&link, counter.prog, RAWBPF_BIND_LINK, 0), 0);
	assert_counts(&link, &counter, 0);
	counter_close(&counter);
}
END_TEST

/* A classic tracepoint takes a program once, and another one beside it. */
START_TEST(test_classic_twice)
{
	struct counter counters[] = { counter_open(CLASSIC, 0), counter_open(CLASSIC, 0) };
	struct rawbpf_link links[2];

	live_mount_tracefs();
	if (!has_tracepoint())
		SKIP("this kernel has no tracepoints of system calls");
	ck_assert_int_eq(attach_classic(&links[0], counters[0].prog, RAWBPF_BIND_AUTO, 0), 0);
	ck_assert_int_eq(attach_classic(&links[1], counters[0].prog, RAWBPF_BIND_AUTO, 0), -EEXIST);
	assert_inert(&links[1]);
	ck_assert_int_eq(attach_classic(&links[1], counters[1].prog, RAWBPF_BIND_AUTO, 0), 0);
	assert_counts(&links[0], &counters[0], 1);
	ck_assert_uint_eq(count(&counters[1]), 2 * CALLS);
	ck_assert_int_eq(rawbpf_link_detach(&links[1]), 0);
	counter_close(&counters[0]);
	counter_close(&counters[1]);
}
END_TEST

/* tracefs at its older place, below debugfs. */
START_TEST(test_classic_in_debugfs)
{
	struct counter counter = counter_open(CLASSIC, 0);
	struct rawbpf_link link;

	live_private_mounts();
	live_hide_directory("/sys/kernel/tracing");
	if (mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) != 0 ||
	    access("/sys/kernel/debug/tracing/events/syscalls", F_OK) != 0) {
		counter_close(&counter);
		SKIP("this kernel has no tracefs in debugfs");
	}
	ck_assert_int_eq(attach_classic(&link, counter.prog, RAWBPF_BIND_AUTO, 0), 0);
	assert_counts(&link, &counter, 1);
	counter_close(&counter);
}
END_TEST

#define LONG_NAME "0123456789012345678901234567890123456789012345678901234567890123456789" \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234" \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"

START_TEST(test_classic_refused)
{
	struct counter counter = counter_open(CLASSIC, 0);
	int raw = live_prog(RAW, 0), kprobe = live_prog(BPF_PROG_TYPE_KPROBE, 0);
	int greedy = load_reading(CLASSIC, 4000);
	const struct {
		const char *what;
		int prog;
		const char *group, *name;
		int error;
	} cases[] = {
		{ "unknown name", counter.prog, "syscalls", "sys_enter_nothing", -ENOENT },
		{ "unknown group", counter.prog, "nothing", "sys_enter_getppid", -ENOENT },
		{ "path for a name", counter.prog, "syscalls", "a/b", -EINVAL },
		{ "path for a group", counter.prog, "syscalls/..", "sys_enter_getppid", -EINVAL },
		{ "way out", counter.prog, "..", "..", -EINVAL },
		{ "no name", counter.prog, "syscalls", "", -EINVAL },
		{ "no group", counter.prog, "", "sys_enter_getppid", -EINVAL },
		{ "NULL for a name", counter.prog, "syscalls", NULL, -EINVAL },
		{ "NULL for a group", counter.prog, NULL, "sys_enter_getppid", -EINVAL },
		{ "a file, not an event", counter.prog, "syscalls", "enable", -ENOTDIR },
		{ "long name", counter.prog, "syscalls", LONG_NAME, -ENOENT },
		{ "longer name", counter.prog, "syscalls", LONG_NAME "0123456789", -ENAMETOOLONG },
		{ "raw program", raw, "syscalls", "sys_enter_getppid", -EINVAL },
		{ "kprobe program", kprobe, "syscalls", "sys_enter_getppid", -EINVAL },
		{ "past the record", greedy, "syscalls", "sys_enter_getppid", -EACCES },
		{ "no program", -1, "syscalls", "sys_enter_getppid", -EBADF },
		{ "map for a program", counter.map, "syscalls", "sys_enter_getppid", -EINVAL },
	};
	unsigned i, bind;

	live_mount_tracefs();
	if (!has_tracepoint())
		SKIP("this kernel has no tracepoints of system calls");
	for (i = 0; i < RAWBPF_COUNT(cases); i++) {
		for (bind = RAWBPF_BIND_AUTO; bind <= RAWBPF_BIND_IOCTL; bind++) {
			struct rawbpf_link link = { .fd = 77, .tracefs_event = 77 };
			int err = rawbpf_tracepoint_attach(&link, cases[i].prog,
							   &(struct rawbpf_tracepoint_spec){
								   .group = cases[i].group,
								   .name = cases[i].name,
								   .bind = bind });

			ck_assert_msg(err == cases[i].error, "%s, bind %u: %d", cases[i].what, bind,
				      err);
			assert_inert(&link);
		}
	}
	counter_close(&counter);
	close(raw);
	close(kprobe);
	close(greedy);
}
END_TEST

START_TEST(test_no_tracefs)
{
	struct counter counter = counter_open(CLASSIC, 0);
	struct rawbpf_link link;

	live_private_mounts();
	live_hide_directory("/sys/kernel/tracing");
	live_hide_directory("/sys/kernel/debug");
	ck_assert_int_eq(attach_classic(&link, counter.prog, RAWBPF_BIND_AUTO, 0), -EOPNOTSUPP);
	assert_inert(&link);
	live_hide_directory("/sys");
	ck_assert_int_eq(attach_classic(&link, counter.prog, RAWBPF_BIND_AUTO, 0), -EOPNOTSUPP);
	counter_close(&counter);
}
END_TEST

START_TEST(test_classic_as_nobody)
{
	struct counter counter = counter_open(CLASSIC, 0);
	struct rawbpf_link link;

	live_mount_tracefs();
	live_be_nobody();
	ck_assert_int_eq(attach_classic(&link, counter.prog, RAWBPF_BIND_AUTO, 0), -EACCES);
	assert_inert(&link);
	counter_close(&counter);
}
END_TEST

/* ------------------------------------------------------------------------ links */

START_TEST(test_release)
{
	struct counter counter = counter_open(RAW, 0);
	struct rawbpf_link link;
	int fd;

	ck_assert_int_eq(attach_raw(&link, counter.prog, 0), 0);
	fd = rawbpf_link_release(&link);
	ck_assert_int_gt(fd, 2);
	assert_inert(&link);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	call();
	ck_assert_uint_eq(count(&counter), CALLS);
	close(fd);
	call();
	ck_assert_uint_eq(count(&counter), CALLS);
	counter_close(&counter);
}
END_TEST

START_TEST(test_inert)
{
	struct rawbpf_link link = { 0 };

	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_int_eq(rawbpf_link_release(&link), -EBADF);
	ck_assert_int_eq(rawbpf_link_pin(&link, "/sys/fs/bpf/inert"), -EBADF);
	assert_inert(&link);
}
END_TEST

/* Bpf links can be pinned, and then go on counting. Perf events with a program cannot. */
START_TEST(test_pin)
{
	struct counter counter = counter_open(CLASSIC, 0);
	struct rawbpf_link link;

	live_mount_tracefs();
	live_mount_bpffs();
	if (!has_tracepoint())
		SKIP("this kernel has no tracepoints of system calls");
	ck_assert_int_eq(attach_classic(&link, counter.prog, RAWBPF_BIND_IOCTL, 0), 0);
	ck_assert_int_eq(rawbpf_link_pin(&link, "/sys/fs/bpf/pinned"), -EINVAL);
	assert_counts(&link, &counter, 1);
	if (live_kernel() >= 0x50f) {
		ck_assert_int_eq(attach_classic(&link, counter.prog, RAWBPF_BIND_LINK, 0), 0);
		ck_assert_int_eq(rawbpf_link_pin(&link, "/sys/fs/bpf/pinned"), 0);
		ck_assert_int_eq(rawbpf_link_detach(&link), 0);
		call();
		ck_assert_uint_eq(count(&counter), 2 * CALLS);
		ck_assert_int_eq(rawbpf_link_open(&link, "/sys/fs/bpf/pinned"), 0);
		ck_assert_int_eq(unlink("/sys/fs/bpf/pinned"), 0);
		assert_counts(&link, &counter, 1);
		ck_assert_uint_eq(count(&counter), 3 * CALLS);
	}
	counter_close(&counter);
}
END_TEST

/* --------------------------------------------------------------------- kprobes */

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONGEST HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN "1" /* 511 bytes */

static const struct {
	const char *what;
	int error;
	struct rawbpf_kprobe_spec spec;
} bad_places[] = {
	{ "no place", -EINVAL, { .retprobe = 1 } },
	{ "symbol and system call", -EINVAL, { .symbol = "do_fchownat", .syscall = "fchownat" } },
	{ "symbol and address", -EINVAL, { .symbol = "do_fchownat", .address = 0x1000 } },
	{ "system call and address", -EINVAL, { .syscall = "fchownat", .address = 0x1000 } },
	{ "offset of a system call", -EINVAL, { .syscall = "fchownat", .offset = 4 } },
	{ "offset of an address", -EINVAL, { .address = 0x1000, .offset = 4 } },
	{ "offset of nothing", -EINVAL, { .offset = 4 } },
	{ "empty symbol", -EINVAL, { .symbol = "" } },
	{ "empty system call", -EINVAL, { .syscall = "" } },
	{ "blank in a symbol", -EINVAL, { .symbol = "do_fchownat x=%di" } },
	{ "newline in a symbol", -EINVAL, { .symbol = "do_fchownat\n-:kprobes/e0" } },
	{ "tab in a system call", -EINVAL, { .syscall = "fchownat\t" } },
	{ "offset in a symbol", -EINVAL, { .symbol = "do_fchownat+4" } },
	{ "byte above ASCII", -EINVAL, { .symbol = "do_\xc3\xa9" } },
	{ "DEL", -EINVAL, { .symbol = "do_\x7f" } },
	{ "symbol of 512 bytes", -ENAMETOOLONG, { .symbol = LONGEST "2" } },
	{ "system call of 511 bytes", -ENAMETOOLONG, { .syscall = LONGEST } },
};

START_TEST(test_bad_places)
{
	struct rawbpf_link link = { .fd = 77, .tracefs_event = 77 };
	int err, prog = live_prog(BPF_PROG_TYPE_KPROBE, 0);

	ck_assert_int_gt(prog, 2);
	err = rawbpf_kprobe_attach(&link, prog, &bad_places[_i].spec);
	ck_assert_msg(err == bad_places[_i].error, "%s: %d", bad_places[_i].what, err);
	assert_inert(&link);
	link = (struct rawbpf_link){ .fd = 77, .tracefs_event = 77 };
	err = rawbpf_kprobe_pmu_attach(&link, prog, &bad_places[_i].spec);
	ck_assert_msg(err == bad_places[_i].error, "%s, PMU alone: %d", bad_places[_i].what, err);
	assert_inert(&link);
	close(prog);
}
END_TEST

static int has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe", F_OK) == 0 ||
	       access("/sys/kernel/tracing/kprobe_events", F_OK) == 0;
}

START_TEST(test_no_kprobes)
{
	static const struct rawbpf_kprobe_spec specs[] = {
		{ .symbol = "do_fchownat" },
		{ .symbol = "do_fchownat", .offset = 8, .retprobe = 1 },
		{ .symbol = LONGEST },
		{ .syscall = "fchownat" },
		{ .syscall = "fchownat", .retprobe = 1 },
		{ .address = 0x1000 },
		{ .symbol = "do_fchownat", .bind = RAWBPF_BIND_IOCTL, .cookie = 7 },
	};
	int prog = live_prog(BPF_PROG_TYPE_KPROBE, 0), mounted;
	unsigned i, method;

	live_private_mounts();
	for (mounted = 0; mounted < 2; mounted++) {
		if (mounted)
			live_mount_tracefs();
		if (has_kprobes()) {
			close(prog);
			SKIP("this kernel has kprobes");
		}
		for (i = 0; i < RAWBPF_COUNT(specs); i++) {
			for (method = 0; method <= RAWBPF_KPROBE_TRACEFS; method++) {
				struct rawbpf_kprobe_spec spec = specs[i];
				struct rawbpf_link link = { .fd = 77, .tracefs_event = 77 };

				spec.method = method;
				ck_assert_int_eq(rawbpf_kprobe_attach(&link, prog, &spec),
						 -EOPNOTSUPP);
				assert_inert(&link);
				link = (struct rawbpf_link){ .fd = 77, .tracefs_event = 77 };
				ck_assert_int_eq(rawbpf_kprobe_pmu_attach(&link, prog, &spec),
						 method == RAWBPF_KPROBE_TRACEFS ? -EINVAL
										 : -EOPNOTSUPP);
				assert_inert(&link);
			}
		}
	}
	close(prog);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_raw);
	tcase_add_test(tests, test_raw_twice);
	tcase_add_test(tests, test_raw_cookie);
	tcase_add_test(tests, test_raw_refused);
	tcase_add_loop_test(tests, test_classic, RAWBPF_BIND_AUTO, RAWBPF_BIND_IOCTL + 1);
	tcase_add_test(tests, test_classic_cookie);
	tcase_add_test(tests, test_classic_twice);
	tcase_add_test(tests, test_classic_in_debugfs);
	tcase_add_test(tests, test_classic_refused);
	tcase_add_test(tests, test_no_tracefs);
	tcase_add_test(tests, test_classic_as_nobody);
	tcase_add_test(tests, test_release);
	tcase_add_test(tests, test_inert);
	tcase_add_test(tests, test_pin);
	tcase_add_loop_test(tests, test_bad_places, 0, RAWBPF_COUNT(bad_places));
	tcase_add_test(tests, test_no_kprobes);
}

int main(void)
{
	return live_run("tracepoint", add_tests);
}
