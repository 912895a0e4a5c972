/* SPDX-License-Identifier: MIT */
/* Load programs, read the verifier's log of rejected ones, and run them with test data. */
#include "../live.h"

#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };

static const struct bpf_insn two[] = { BPF_MOV64_IMM(R0, 2), BPF_EXIT_INSN() };
static const struct bpf_insn unset[] = { BPF_MOV64_REG(R0, R2), BPF_EXIT_INSN() };

#define INSNS(ARRAY) .insns = ARRAY, .insn_count = RAWBPF_COUNT(ARRAY)

static int load(unsigned type, const struct bpf_insn *insns, unsigned count)
{
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .license = "GPL", .insns = insns, .insn_count = count });

	ck_assert_int_gt(prog, 2);
	return prog;
}

/* --------------------------------------------------------------------- loading */

START_TEST(test_load)
{
	struct bpf_prog_info info;
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "fifteen.letters", .type = BPF_PROG_TYPE_SOCKET_FILTER, INSNS(two) });

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(fcntl(prog, F_GETFD), FD_CLOEXEC);
	memset(&info, 0, sizeof info);
	ck_assert_int_gt(rawbpf_obj_info(prog, &info, sizeof info), 0);
	ck_assert_str_eq(info.name, "fifteen.letters");
	ck_assert_uint_eq(info.type, BPF_PROG_TYPE_SOCKET_FILTER);
	ck_assert_uint_eq(info.gpl_compatible, 0);
	close(prog);

	prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	memset(&info, 0, sizeof info);
	ck_assert_int_gt(rawbpf_obj_info(prog, &info, sizeof info), 0);
	ck_assert_str_eq(info.name, "");
	ck_assert_uint_eq(info.gpl_compatible, 1);
	close(prog);
}
END_TEST

static const struct bpf_insn forever[] = { BPF_JMP_A(-1), BPF_EXIT_INSN() };
static const struct bpf_insn no_exit[] = { BPF_MOV64_IMM(R0, 0) };
static const struct bpf_insn no_such_map[] = {
	BPF_LD_MAP_FD(R1, 9999), BPF_MOV64_IMM(R0, 0), BPF_EXIT_INSN() };
static const struct bpf_insn gpl_only[] = {
	BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns), BPF_EMIT_CALL(BPF_FUNC_get_current_task),
	BPF_MOV64_IMM(R0, 0), BPF_EXIT_INSN() };
static const struct bpf_insn too_complex[] = {
	BPF_MOV64_IMM(R0, 0),
	BPF_ALU64_IMM(BPF_ADD, R0, 1),
	BPF_JMP_IMM(BPF_JLT, R0, 600000, -2),
	BPF_EXIT_INSN(),
};

#define FILTER .type = BPF_PROG_TYPE_SOCKET_FILTER

static const struct {
	const char *what;
	int error;
	struct rawbpf_prog_spec spec;
	const char *reason; /* part of the log */
} rejected[] = {
	{ "reads an unset register", -EACCES, { FILTER, INSNS(unset) }, "R2 !read_ok\n" },
	{ "never ends", -EINVAL, { FILTER, INSNS(forever) }, "" },
	{ "falls off its end", -EINVAL, { FILTER, INSNS(no_exit) },
	  "last insn is not an exit or jmp" },
	{ "map that is not open", -EBADF, { FILTER, INSNS(no_such_map) }, "" },
	{ "helper for GPL alone", -EINVAL,
	  { .type = BPF_PROG_TYPE_RAW_TRACEPOINT, INSNS(gpl_only) },
	  "GPL" },
	{ "name of 16 bytes", -ENAMETOOLONG,
	  { FILTER, INSNS(two), .name = "sixteen__letters" }, "" },
	{ "letter in a name", -EINVAL, { FILTER, INSNS(two), .name = "a/b" }, "" },
	{ "unknown type", -EINVAL, { .type = 9999, INSNS(two) }, "" },
	{ "unknown flag", -EINVAL, { FILTER, INSNS(two), .flags = 1u << 30 }, "" },
	{ "attach type of another", -EINVAL, { .type = BPF_PROG_TYPE_SK_LOOKUP, INSNS(two) }, "" },
	{ "nothing", -E2BIG, { FILTER, .insns = two }, "" },
	{ "too long", -E2BIG, { FILTER, .insns = two, .insn_count = 1000001 }, "" },
	{ "not our memory", -EFAULT, { FILTER, .insn_count = 2 }, "" },
};

START_TEST(test_rejected)
{
	struct rawbpf_prog_spec spec = rejected[_i].spec;
	char log[4096];
	size_t length = 99;
	int prog;

	/* the same without a log and with one */
	prog = rawbpf_prog_load(&spec);
	ck_assert_msg(prog == rejected[_i].error, "%s: %d", rejected[_i].what, prog);
	memset(log, 'x', sizeof log);
	spec.log = log;
	spec.log_size = sizeof log;
	spec.log_length = &length;
	prog = rawbpf_prog_load(&spec);
	ck_assert_msg(prog == rejected[_i].error, "%s: %d", rejected[_i].what, prog);
	ck_assert_ptr_nonnull(memchr(log, '\0', sizeof log));
	ck_assert_msg(strstr(log, rejected[_i].reason), "%s: '%s'", rejected[_i].what, log);
	ck_assert_uint_eq(length, strlen(log) + 1);
}
END_TEST

START_TEST(test_too_complex)
{
	struct rawbpf_prog_spec spec = { FILTER, INSNS(too_complex) };

	ck_assert_int_eq(rawbpf_prog_load(&spec), -E2BIG);
}
END_TEST

/* ---------------------------------------------------------------------- the log */

/* If the log does not fit, its end is kept, exactly, for every size. */
START_TEST(test_small_log)
{
	char whole[1024], log[1024 + 8];
	size_t whole_length, length, size;
	struct rawbpf_prog_spec spec = {
		FILTER, INSNS(unset), .log = whole, .log_size = sizeof whole,
		.log_length = &whole_length };

	ck_assert_int_eq(rawbpf_prog_load(&spec), -EACCES);
	ck_assert_uint_eq(whole_length, strlen(whole) + 1);
	ck_assert_ptr_nonnull(strstr(whole, "R2 !read_ok\n"));
	ck_assert_ptr_nonnull(strstr(whole, "\nprocessed ")); /* the last line is always there */
	spec.log = log;
	spec.log_length = &length;
	for (size = 1; size <= whole_length + 1; size++) {
		size_t kept = size < whole_length ? size : whole_length;

		memset(log, 'x', sizeof log);
		spec.log_size = size;
		ck_assert_int_eq(rawbpf_prog_load(&spec), -EACCES);
		ck_assert_uint_eq(length, whole_length);
		ck_assert_str_eq(log, whole + whole_length - kept);
		ck_assert_int_eq(log[size], 'x');
	}
}
END_TEST

/* A loop of 100000 rounds, then a mistake: the full log would have megabytes. */
START_TEST(test_large_log)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(R6, 0),
		BPF_ALU64_IMM(BPF_ADD, R6, 1),
		BPF_JMP_IMM(BPF_JLT, R6, 100000, -2),
		BPF_MOV64_REG(R0, R2),
		BPF_EXIT_INSN(),
	};
	enum { SIZE = 64 << 20, SMALL = 200 };
	char *whole = malloc(SIZE), end[SMALL];
	size_t whole_length = 0, length = 0;
	struct rawbpf_prog_spec spec = {
		FILTER, INSNS(insns), .log = whole, .log_size = SIZE, .log_length = &whole_length };

	ck_assert_int_eq(rawbpf_prog_load(&spec), -EACCES);
	ck_assert_uint_gt(whole_length, 1 << 20);
	ck_assert_uint_lt(whole_length, SIZE);
	ck_assert_uint_eq(whole_length, strlen(whole) + 1);
	ck_assert_ptr_nonnull(strstr(whole + whole_length - 200, "R2 !read_ok\n"));
	/* the log also has the beginning, before the loop */
	ck_assert_ptr_nonnull(strstr(whole, "0: (b7) r6 = 0"));

	spec.log = end;
	spec.log_size = sizeof end;
	spec.log_length = &length;
	ck_assert_int_eq(rawbpf_prog_load(&spec), -EACCES);
	/* The last line has counts, and may have a time. The lines above are equal. */
	ck_assert_ptr_nonnull(strstr(end, "R2 !read_ok\n"));
	ck_assert_uint_eq(strlen(end), SMALL - 1);
	ck_assert_uint_gt(length, 1 << 20);
	free(whole);
}
END_TEST

START_TEST(test_log_of_success)
{
	static const struct {
		unsigned level;
		int instructions, statistics;
	} cases[] = {
		{ 0, 0, 0 },
		{ 1, 0, 1 }, /* the verifier drops level 1's instructions on success */
		{ 2, 1, 1 },
		{ 4, 0, 1 },
		{ 1 | 4, 0, 1 },
	};
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(cases); i++) {
		char log[2048] = "left from before";
		size_t length = 99;
		int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
			FILTER, INSNS(two), .log = log, .log_size = sizeof log,
			.log_length = &length, .log_level = cases[i].level });

		ck_assert_int_gt(prog, 2);
		ck_assert_int_eq(!!strstr(log, "(b7) r0 = 2"), cases[i].instructions);
		ck_assert_int_eq(!!strstr(log, "processed 2 insns"), cases[i].statistics);
		ck_assert_uint_eq(length, strlen(log) + 1);
		close(prog);
	}
}
END_TEST

START_TEST(test_no_log)
{
	char log[16] = "untouched";
	size_t length = 99;
	struct rawbpf_prog_spec spec = { FILTER, INSNS(unset), .log_level = 1, .log_size = 100,
					 .log_length = &length };

	ck_assert_int_eq(rawbpf_prog_load(&spec), -EACCES);
	ck_assert_uint_eq(length, 99);
	spec.log = log;
	spec.log_size = 0;
	ck_assert_int_eq(rawbpf_prog_load(&spec), -EACCES);
	ck_assert_str_eq(log, "untouched");
	ck_assert_uint_eq(length, 99);
	spec.log_size = sizeof log;
	spec.log_level = 1 << 10;
	ck_assert_int_eq(rawbpf_prog_load(&spec), -EINVAL);
	ck_assert_str_eq(log, "");
	ck_assert_uint_eq(length, 1);
}
END_TEST

/* The verifier accepts the program, but no descriptor is free: a log would mislead. */
START_TEST(test_no_descriptor)
{
	char log[1000] = "left from before";
	struct rawbpf_prog_spec spec = { FILTER, INSNS(two), .log = log, .log_size = sizeof log };
	const int map = live_array(1); /* the lowest free number */
	struct rlimit before, none;

	ck_assert_int_gt(map, 2);
	close(map);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ map, before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(rawbpf_prog_load(&spec), -EMFILE);
	ck_assert_str_eq(log, "");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
END_TEST

/* ------------------------------------------------------------------ privilege */

static void load_is_refused(void)
{
	char log[100] = "left from before";
	size_t length = 99;
	struct rawbpf_prog_spec spec = {
		FILTER, INSNS(two), .log = log, .log_size = sizeof log, .log_length = &length };

	ck_assert_int_eq(rawbpf_prog_load(&spec), -EPERM);
	ck_assert_str_eq(log, "");
	ck_assert_uint_eq(length, 1);
	ck_assert_int_eq(live_array(1), -EPERM);
}

START_TEST(test_nobody)
{
	int disabled = 0;
	FILE *file = fopen("/proc/sys/kernel/unprivileged_bpf_disabled", "r");

	if (!file || fscanf(file, "%d", &disabled) != 1 || disabled < 1) {
		if (file)
			fclose(file);
		SKIP("this kernel lets everybody load socket filters");
	}
	fclose(file);
	live_be_nobody();
	load_is_refused();
	/* All capabilities, but in a user namespace. */
	if (unshare(CLONE_NEWUSER) != 0)
		SKIP("no user namespaces: %m");
	load_is_refused();
}
END_TEST

/* A descriptor is the permission: a process without privileges uses those that root opened. */
START_TEST(test_inherited)
{
	char packet[14] = { 0 };
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 7);

	if (live_kernel() < 0x510)
		SKIP("5.15 and older refuse bpf(2) as a whole");
	live_be_nobody();
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(run.retval, 7);
	close(prog);
}
END_TEST

/* --------------------------------------------------------------------- running */

/* Pass the packet on with its first byte 0x42. */
static const struct bpf_insn stamp[] = {
	BPF_LDX_MEM(BPF_W, R2, R1, offsetof(struct xdp_md, data)),
	BPF_LDX_MEM(BPF_W, R3, R1, offsetof(struct xdp_md, data_end)),
	BPF_MOV64_REG(R4, R2),
	BPF_ALU64_IMM(BPF_ADD, R4, 1),
	BPF_JMP_REG(BPF_JGT, R4, R3, 1),
	BPF_ST_MEM(BPF_B, R2, 0, 0x42),
	BPF_MOV64_IMM(R0, XDP_PASS),
	BPF_EXIT_INSN(),
};

START_TEST(test_run_packet)
{
	unsigned char in[40], out[64];
	struct rawbpf_prog_run run = {
		.data_in = in, .data_size_in = sizeof in,
		.data_out = out, .data_size_out = sizeof out };
	int prog = load(BPF_PROG_TYPE_XDP, stamp, RAWBPF_COUNT(stamp));

	memset(in, 'i', sizeof in);
	memset(out, 'o', sizeof out);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(run.retval, XDP_PASS);
	ck_assert_uint_eq(run.data_size_out, sizeof in);
	ck_assert_int_eq(out[0], 0x42);
	ck_assert_int_eq(memcmp(out + 1, in + 1, sizeof in - 1), 0);
	ck_assert_int_eq(out[sizeof in], 'o');
	ck_assert_int_eq(in[0], 'i');

	/* a short buffer gets what fits, and the size is complete */
	memset(out, 'o', sizeof out);
	run.data_size_out = 10;
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), -ENOSPC);
	ck_assert_uint_eq(run.data_size_out, sizeof in);
	ck_assert_int_eq(out[0], 0x42);
	ck_assert_int_eq(out[9], 'i');
	ck_assert_int_eq(out[10], 'o');

	/* no buffer */
	run.data_out = NULL;
	run.data_size_out = 10;
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(run.data_size_out, sizeof in);
	close(prog);
}
END_TEST

START_TEST(test_run_refused)
{
	static const struct {
		const char *what;
		unsigned type, data, ctx;
		int error;
	} cases[] = {
		{ "no packet", BPF_PROG_TYPE_SOCKET_FILTER, 0, 0, -EINVAL },
		{ "packet of 13 bytes", BPF_PROG_TYPE_SOCKET_FILTER, 13, 0, -EINVAL },
		{ "packet of 14 bytes", BPF_PROG_TYPE_SOCKET_FILTER, 14, 0, 0 },
		{ "packet of 13 bytes for tc", BPF_PROG_TYPE_SCHED_CLS, 13, 0, -EINVAL },
		{ "packet of 13 bytes for XDP", BPF_PROG_TYPE_XDP, 13, 0, -EINVAL },
		{ "kprobe", BPF_PROG_TYPE_KPROBE, 0, 0, -ENOTSUPP },
		{ "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0, 0, -ENOTSUPP },
		{ "perf event", BPF_PROG_TYPE_PERF_EVENT, 0, 0, -ENOTSUPP },
		{ "packet for a raw tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, 14, 0, -EINVAL },
	};
	static char bytes[64];
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(cases); i++) {
		struct rawbpf_prog_run run = {
			.data_in = cases[i].data ? bytes : NULL, .data_size_in = cases[i].data };
		int err, prog = live_prog(cases[i].type, 0);

		ck_assert_int_gt(prog, 2);
		err = rawbpf_prog_run(prog, &run);
		/* Linux 5.18 and some later ones reject a packet of 14 bytes as too short. */
		if (cases[i].data == 14 && cases[i].error == 0 && err == -EINVAL)
			err = 0;
		ck_assert_msg(err == cases[i].error, "%s: %d", cases[i].what, err);
		close(prog);
	}
}
END_TEST

START_TEST(test_run_bad_descriptor)
{
	struct rawbpf_prog_run run = { 0 };
	int map = live_array(1);

	ck_assert_int_eq(rawbpf_prog_run(-1, &run), -EBADF);
	ck_assert_int_eq(rawbpf_prog_run(map, &run), -EINVAL);
	close(map);
}
END_TEST

/* The program runs exactly as often as asked. */
START_TEST(test_repeat)
{
	static const struct {
		unsigned repeat, runs;
	} cases[] = { { 0, 1 }, { 1, 1 }, { 1000, 1000 } };
	char packet[64] = { 0 };
	uint64_t value, sum = 0;
	uint32_t key = 0;
	unsigned i;
	int map = live_array(1);
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, R10, -4, 0),
		BPF_MOV64_REG(R2, R10),
		BPF_ALU64_IMM(BPF_ADD, R2, -4),
		BPF_LD_MAP_FD(R1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, R0, 0, 2),
		BPF_MOV64_IMM(R1, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, R0, R1, 0),
		BPF_MOV64_IMM(R0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = load(BPF_PROG_TYPE_SOCKET_FILTER, insns, RAWBPF_COUNT(insns));

	for (i = 0; i < RAWBPF_COUNT(cases); i++) {
		struct rawbpf_prog_run run = {
			.data_in = packet, .data_size_in = sizeof packet,
			.repeat = cases[i].repeat };

		ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
		sum += cases[i].runs;
		ck_assert_int_eq(rawbpf_map_lookup(map, &key, &value, 0), 0);
		ck_assert_uint_eq(value, sum);
	}
	close(prog);
	close(map);
}
END_TEST

/* The program gets the context and changes it. */
START_TEST(test_run_context)
{
	static const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_W, R0, R1, offsetof(struct __sk_buff, mark)),
		BPF_MOV64_REG(R2, R0),
		BPF_ALU64_IMM(BPF_ADD, R2, 1),
		BPF_STX_MEM(BPF_W, R1, R2, offsetof(struct __sk_buff, mark)),
		BPF_EXIT_INSN(),
	};
	char packet[64] = { 0 };
	struct __sk_buff in, out;
	struct rawbpf_prog_run run = {
		.data_in = packet, .data_size_in = sizeof packet,
		.ctx_in = &in, .ctx_size_in = sizeof in,
		.ctx_out = &out, .ctx_size_out = sizeof out };
	int prog = load(BPF_PROG_TYPE_SCHED_CLS, insns, RAWBPF_COUNT(insns));

	memset(&in, 0, sizeof in);
	memset(&out, 0, sizeof out);
	in.mark = 41;
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(run.retval, 41);
	ck_assert_uint_eq(out.mark, 42);
	ck_assert_uint_eq(run.ctx_size_out, sizeof out);
	/* a context for a type that takes none */
	close(prog);
	prog = live_prog(BPF_PROG_TYPE_SCHED_CLS, 0);
	in.len = 1; /* a field that callers may not set */
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), -EINVAL);
	close(prog);
}
END_TEST

START_TEST(test_run_on_cpu)
{
	static const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_smp_processor_id), BPF_EXIT_INSN() };
	int prog = load(BPF_PROG_TYPE_RAW_TRACEPOINT, insns, RAWBPF_COUNT(insns));
	unsigned cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct rawbpf_prog_run run;

	for (cpu = 0; cpu < cpus; cpu++) {
		run = (struct rawbpf_prog_run){ .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu };
		ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
		ck_assert_uint_eq(run.retval, cpu);
	}
	run = (struct rawbpf_prog_run){ .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = 1u << 30 };
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), -ENXIO);
	run = (struct rawbpf_prog_run){ .cpu = 1 };
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), -EINVAL);
	close(prog);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_load);
	tcase_add_loop_test(tests, test_rejected, 0, RAWBPF_COUNT(rejected));
	tcase_add_test(tests, test_too_complex);
	tcase_add_test(tests, test_small_log);
	tcase_add_test(tests, test_large_log);
	tcase_add_test(tests, test_log_of_success);
	tcase_add_test(tests, test_no_log);
	tcase_add_test(tests, test_no_descriptor);
	tcase_add_test(tests, test_nobody);
	tcase_add_test(tests, test_inherited);
	tcase_add_test(tests, test_run_packet);
	tcase_add_test(tests, test_run_refused);
	tcase_add_test(tests, test_run_bad_descriptor);
	tcase_add_test(tests, test_repeat);
	tcase_add_test(tests, test_run_context);
	tcase_add_test(tests, test_run_on_cpu);
}

int main(void)
{
	return live_run("prog", add_tests);
}
