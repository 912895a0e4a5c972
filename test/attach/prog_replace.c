/* SPDX-License-Identifier: MIT */
/*
 * Replace the caller's old program on a cgroup's hook: the new one takes its place, and the
 * programs of others stay. Later tests race many processes, and one process looks for a gap.
 */
#include "cgroups.h"

#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>

enum { DEVICE = BPF_CGROUP_DEVICE, MULTI = BPF_F_ALLOW_MULTI, PROGRAMS = 64 };

static const unsigned modes[] = { 0, BPF_F_ALLOW_OVERRIDE, MULTI };
enum { MODES = RAWBPF_COUNT(modes) };

static int cgroup;

/* Load a program that returns `result`. */
static int program(const char *name, int result)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, result), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) });

	ck_assert_int_gt(prog, 2);
	return prog;
}

static void begin(void)
{
	live_fds_remember();
	cgroup = cgroups_open(cgroups_make(""));
}

static void end(void)
{
	close(cgroup);
	live_fds_compare();
}

static int attach(int prog, unsigned flags)
{
	return rawbpf_prog_attach(prog, cgroup, DEVICE,
				  &(struct rawbpf_prog_attach_spec){ .flags = flags });
}

static int replace(int prog)
{
	return rawbpf_prog_replace(prog, cgroup, DEVICE, NULL);
}

/* Assert the ids at the hook, in order. `progs` ends with -1. */
static void assert_attached(const int *progs)
{
	unsigned ids[PROGRAMS], i;
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = PROGRAMS };

	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	for (i = 0; progs[i] >= 0; i++) {
		ck_assert_uint_lt(i, query.count);
		ck_assert_uint_eq(ids[i], live_prog_id(progs[i]));
	}
	ck_assert_uint_eq(query.count, i);
}

#define ASSERT_ATTACHED(...) assert_attached((const int[]){ __VA_ARGS__, -1 })

/* ------------------------------------------------------------------------- one process */

START_TEST(test_first)
{
	int mine = program("mine", 1), theirs = program("theirs", 1);

	ck_assert_int_eq(attach(theirs, MULTI), 0);
	ck_assert_int_eq(replace(mine), 0);
	ASSERT_ATTACHED(theirs, mine);
	ck_assert_int_eq(replace(mine), 0); /* it is attached already */
	ASSERT_ATTACHED(theirs, mine);
	close(mine);
	close(theirs);
}
END_TEST

/* The new program takes the old one's place, in the mode that it has. */
START_TEST(test_mode)
{
	int old = program("mine", 1), new = program("mine", 0);
	struct rawbpf_prog_query query = { 0 };

	ck_assert_int_eq(attach(old, modes[_i]), 0);
	ck_assert_int_eq(replace(new), 1);
	ASSERT_ATTACHED(new);
	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	ck_assert_uint_eq(query.attach_flags, modes[_i]);
	close(old);
	close(new);
}
END_TEST

/* Another owner's program that excludes others stays. */
START_TEST(test_of_others)
{
	int theirs = program("theirs", 1), mine = program("mine", 1);

	ck_assert_int_eq(attach(theirs, modes[_i]), 0);
	ck_assert_int_eq(replace(mine), modes[_i] == MULTI ? 0 : -EBUSY);
	if (modes[_i] == MULTI)
		ASSERT_ATTACHED(theirs, mine);
	else
		ASSERT_ATTACHED(theirs);
	close(theirs);
	close(mine);
}
END_TEST

START_TEST(test_override)
{
	int old = program("mine", 1), new = program("mine", 0);
	const struct rawbpf_prog_replace_spec spec = { .flags = BPF_F_ALLOW_OVERRIDE };
	struct rawbpf_prog_query query = { 0 };

	ck_assert_int_eq(rawbpf_prog_replace(old, cgroup, DEVICE, &spec), 0);
	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	ck_assert_uint_eq(query.attach_flags, BPF_F_ALLOW_OVERRIDE);
	ck_assert_int_eq(replace(new), 1); /* with the hook's flags, not the default */
	ASSERT_ATTACHED(new);
	close(old);
	close(new);
}
END_TEST

/* The order stays. If there are several old programs, the last one is replaced. */
START_TEST(test_place)
{
	int first = program("first", 1), a = program("mine", 1), middle = program("middle", 1),
	    b = program("mine", 0), last = program("last", 1), new = program("mine", 1);

	ck_assert_int_eq(attach(first, MULTI), 0);
	ck_assert_int_eq(attach(a, MULTI), 0);
	ck_assert_int_eq(attach(middle, MULTI), 0);
	ck_assert_int_eq(attach(b, MULTI), 0);
	ck_assert_int_eq(attach(last, MULTI), 0);
	ck_assert_int_eq(replace(new), 1);
	ASSERT_ATTACHED(first, middle, new, last);
	close(first);
	close(a);
	close(middle);
	close(b);
	close(last);
	close(new);
}
END_TEST

/* The caller names old programs by name, by tag, or by descriptor. */
START_TEST(test_recognise)
{
	int named = program("other", 1), old = program("mine", 1), new = program("mine", 0),
	    next = program("mine", 1);
	struct bpf_prog_info info;

	memset(&info, 0, sizeof info);
	ck_assert_int_ge(rawbpf_obj_info(new, &info, sizeof info), 0);
	ck_assert_int_eq(attach(named, MULTI), 0);
	ck_assert_int_eq(attach(old, MULTI), 0);
	ck_assert_int_eq(rawbpf_prog_replace(new, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.name = "other" }), 1);
	ASSERT_ATTACHED(new, old);
	ck_assert_int_eq(rawbpf_prog_replace(next, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.tag = info.tag }), 1);
	ASSERT_ATTACHED(next, old);
	ck_assert_int_eq(rawbpf_prog_replace(named, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.old = next }), 1);
	ASSERT_ATTACHED(named, old);
	/* no old one: the new program is attached beside the others */
	ck_assert_int_eq(rawbpf_prog_replace(new, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.name = "nobody" }), 0);
	ASSERT_ATTACHED(named, old, new);
	close(named);
	close(old);
	close(new);
	close(next);
}
END_TEST

/* Where none of ours is attached, must_exist attaches nothing, beside programs of others or alone. */
START_TEST(test_must_exist)
{
	const struct rawbpf_prog_replace_spec by_name = { .must_exist = 1 };
	int old = program("mine", 1), new = program("mine", 0), theirs = program("theirs", 1);
	const struct rawbpf_prog_replace_spec by_prog = { .old = old, .must_exist = 1 };

	ck_assert_int_eq(rawbpf_prog_replace(new, cgroup, DEVICE, &by_name), -ENOENT);
	ASSERT_ATTACHED(-1);
	for (unsigned i = 0; i < MODES; i++) {
		ck_assert_int_eq(attach(theirs, modes[i]), 0);
		ck_assert_int_eq(rawbpf_prog_replace(new, cgroup, DEVICE, &by_name), -ENOENT);
		ck_assert_int_eq(rawbpf_prog_replace(new, cgroup, DEVICE, &by_prog), -ENOENT);
		ASSERT_ATTACHED(theirs);
		ck_assert_int_eq(rawbpf_prog_detach(theirs, cgroup, DEVICE, NULL), 0);
	}
	ck_assert_int_eq(attach(old, MULTI), 0);
	ck_assert_int_eq(rawbpf_prog_replace(new, cgroup, DEVICE, &by_prog), 1);
	ASSERT_ATTACHED(new);
	ck_assert_int_eq(rawbpf_prog_replace(new, cgroup, DEVICE, &by_prog), 0); /* it is attached already */
	ck_assert_int_eq(rawbpf_prog_replace(old, cgroup, DEVICE, &by_name), 1);
	ASSERT_ATTACHED(old);
	close(old);
	close(new);
	close(theirs);
}
END_TEST

/* A link of ours, in any process, goes on with the new program. */
START_TEST(test_link)
{
	int old = program("mine", 1), new = program("mine", 0), theirs = program("theirs", 1);
	struct rawbpf_link link, other;

	ck_assert_int_eq(rawbpf_cgroup_attach(&other, theirs, cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, old, cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(replace(new), 1);
	ASSERT_ATTACHED(theirs, new);
	rawbpf_link_detach(&link);
	ASSERT_ATTACHED(theirs);
	rawbpf_link_detach(&other);
	close(old);
	close(new);
	close(theirs);
}
END_TEST

/* 64 programs: the kernel cannot replace one, unless one of several old ones can go first. */
START_TEST(test_full)
{
	int theirs[PROGRAMS], old = program("mine", 1), old_too = program("mine", 1),
	    new = program("mine", 0), i;
	unsigned ids[PROGRAMS];
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = PROGRAMS };

	ck_assert_int_eq(attach(old, MULTI), 0);
	for (i = 0; i < PROGRAMS - 1; i++) {
		theirs[i] = program("theirs", 1);
		ck_assert_int_eq(attach(theirs[i], MULTI), 0);
	}
	ck_assert_int_eq(replace(new), -E2BIG);
	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	ck_assert_uint_eq(query.count, PROGRAMS);
	ck_assert_uint_eq(ids[0], live_prog_id(old));
	ck_assert_int_eq(rawbpf_prog_detach(theirs[0], cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(attach(old_too, MULTI), 0);
	ck_assert_int_eq(replace(new), 1);
	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	ck_assert_uint_eq(query.count, PROGRAMS - 1);
	ck_assert_uint_eq(ids[PROGRAMS - 2], live_prog_id(new));
	for (i = 0; i < PROGRAMS - 1; i++)
		close(theirs[i]);
	close(old);
	close(old_too);
	close(new);
}
END_TEST

START_TEST(test_arguments)
{
	int mine = program("mine", 1), unnamed = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1),
	    packets = live_prog(BPF_PROG_TYPE_CGROUP_SKB, 1), map = live_array(1);
	const uint8_t tag[8] = { 0 };

	ck_assert_int_eq(replace(unnamed), -EINVAL);
	ck_assert_int_eq(replace(map), -EINVAL);
	ck_assert_int_eq(replace(10000), -EBADF);
	ck_assert_int_eq(rawbpf_prog_replace(mine, map, DEVICE, NULL), -EBADF);
	ck_assert_int_eq(rawbpf_prog_replace(mine, cgroup, BPF_LSM_CGROUP, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_replace(packets, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.name = "x" }), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_replace(mine, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.name = "x", .tag = tag }), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_replace(mine, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.name = "x", .old = mine }), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_replace(mine, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.old = map }), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_replace(mine, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.flags = BPF_F_REPLACE }), -EINVAL);
	ASSERT_ATTACHED(-1);
	close(mine);
	close(unnamed);
	close(packets);
	close(map);
}
END_TEST

/*
 * Without the privilege to query or to open by id, nothing changes. A caller's descriptor needs
 * only the privilege to query.
 */
START_TEST(test_privilege)
{
	int old = program("mine", 1), new = program("mine", 0), status;
	pid_t pid;

	ck_assert_int_eq(attach(old, MULTI), 0);
	pid = cgroups_fork();
	if (pid == 0) {
		live_be_nobody();
		_exit(replace(new) == -EPERM ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ASSERT_ATTACHED(old);
	pid = cgroups_fork();
	if (pid == 0) {
		live_be_nobody_but(1ull << 12 | 1ull << 39); /* CAP_NET_ADMIN, CAP_BPF */
		if (replace(new) != -EPERM)
			_exit(1);
		_exit(rawbpf_prog_replace(new, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
			.old = old }) == 1 ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ASSERT_ATTACHED(new);
	close(old);
	close(new);
}
END_TEST

START_TEST(test_removed)
{
	int mine = program("mine", 1), gone;
	char path[4096];

	strcpy(path, cgroups_make("-gone"));
	gone = cgroups_open(path);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(rawbpf_prog_replace(mine, gone, DEVICE, NULL), -ENOENT);
	close(gone);
	close(mine);
}
END_TEST

/* ------------------------------------------------------- another process in between */

/*
 * Another process acts between two system calls of the call under test, at each place in turn. It
 * may call rawbpf_prog_replace(), too, so two such calls must fit together.
 */
extern int (*rawbpf__fault)(long number);

static int old_one, other_one, foreign;
static unsigned calls, strike_at;
static void (*strike)(void);

static int interfere(long number)
{
	if (number != __NR_bpf || ++calls != strike_at)
		return 0;
	rawbpf__fault = NULL;
	strike();
	rawbpf__fault = interfere;
	return 0;
}

static void replace_too(void)
{
	ck_assert_int_ge(replace(other_one), 0);
}

static void attach_theirs(void)
{
	ck_assert_int_eq(attach(foreign, MULTI), 0);
}

static void detach_old(void)
{
	int err = rawbpf_prog_detach(old_one, cgroup, DEVICE, NULL);

	ck_assert(err == 0 || err == -ENOENT);
}

static void (*const strikes[])(void) = { replace_too, attach_theirs, detach_old };

/* Count the hook's programs with this name. */
static unsigned count_named(const char *name)
{
	unsigned ids[PROGRAMS], i, count = 0;
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = PROGRAMS };

	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	for (i = 0; i < query.count; i++) {
		int prog = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, ids[i], NULL);
		struct bpf_prog_info info;

		ck_assert_int_ge(prog, 0);
		memset(&info, 0, sizeof info);
		ck_assert_int_ge(rawbpf_obj_info(prog, &info, sizeof info), 0);
		count += strcmp(info.name, name) == 0;
		close(prog);
	}
	return count;
}

/* Bit 0 of the loop's number: attach an old program first. */
START_TEST(test_interference)
{
	int has_old = _i & 1, mine = program("mine", 1), result;

	old_one = program("mine", 0);
	other_one = program("mine", 1);
	foreign = program("theirs", 1);
	strike = strikes[_i / 2];
	for (strike_at = 1, calls = 1; calls >= strike_at; strike_at++) {
		unsigned before;

		if (has_old)
			ck_assert_int_eq(attach(old_one, MULTI), 0);
		calls = 0;
		rawbpf__fault = interfere;
		result = replace(mine);
		rawbpf__fault = NULL;
		ck_assert_msg(result == 0 || result == 1, "at call %u: %s", strike_at, strerror(-result));
		ck_assert_msg(count_named("mine") == 1, "at call %u: %u", strike_at, count_named("mine"));
		before = count_named("theirs");
		ck_assert_uint_eq(before, strike == attach_theirs && calls >= strike_at);
		if (before)
			ck_assert_int_eq(rawbpf_prog_detach(foreign, cgroup, DEVICE, NULL), 0);
		if (rawbpf_prog_detach(mine, cgroup, DEVICE, NULL) == -ENOENT)
			ck_assert_int_eq(rawbpf_prog_detach(other_one, cgroup, DEVICE, NULL), 0);
		ASSERT_ATTACHED(-1);
	}
	ck_assert_uint_gt(strike_at, 4); /* it acted at several places */
	close(mine);
	close(old_one);
	close(other_one);
	close(foreign);
}
END_TEST

static int count_calls(long number)
{
	calls += number == __NR_bpf;
	return 0;
}

/*
 * The call opens each program of the hook once. It checks that a caller's descriptor is a program's.
 * Before 6.17 a program alone on its hook takes one more query.
 */
START_TEST(test_calls)
{
	enum { CHECK = 1, INFO = 1, QUERY = 1, OPEN = 1, ATTACH = 1 };
	int old = program("mine", 1), new = program("mine", 0), theirs = program("theirs", 1);

	ck_assert_int_eq(attach(theirs, MULTI), 0);
	ck_assert_int_eq(attach(old, MULTI), 0);
	calls = 0;
	rawbpf__fault = count_calls;
	ck_assert_int_eq(replace(new), 1);
	rawbpf__fault = NULL;
	ck_assert_uint_eq(calls, CHECK + INFO + QUERY + 2 * (OPEN + INFO) + ATTACH);
	calls = 0;
	rawbpf__fault = count_calls;
	ck_assert_int_eq(rawbpf_prog_replace(old, cgroup, DEVICE, &(struct rawbpf_prog_replace_spec){
		.old = new }), 1);
	rawbpf__fault = NULL;
	ck_assert_uint_eq(calls, 2 * (CHECK + INFO) + QUERY + ATTACH);
	close(old);
	close(new);
	close(theirs);
}
END_TEST

/*
 * On a full hook only a link's program can be replaced, wherever it stands. Bit 0: beside a plain old
 * one, which stays.
 */
START_TEST(test_full_link)
{
	int theirs[PROGRAMS], old = program("mine", 1), plain = program("mine", 1),
	    new = program("mine", 0), i, count = PROGRAMS - 1 - _i;
	unsigned ids[PROGRAMS];
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = PROGRAMS };
	struct rawbpf_link link;

	ck_assert_int_eq(rawbpf_cgroup_attach(&link, old, cgroup, DEVICE, NULL), 0);
	for (i = 0; i < count; i++) {
		theirs[i] = program("theirs", 1);
		ck_assert_int_eq(attach(theirs[i], MULTI), 0);
	}
	if (_i)
		ck_assert_int_eq(attach(plain, MULTI), 0);
	calls = strike_at = 0;
	rawbpf__fault = interfere;
	ck_assert_int_eq(replace(new), 1);
	rawbpf__fault = NULL;
	ck_assert_uint_lt(calls, 100 * PROGRAMS); /* a thousand attempts would be more */
	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	ck_assert_uint_eq(query.count, PROGRAMS);
	ck_assert_uint_eq(ids[0], live_prog_id(new));
	ck_assert_uint_eq(ids[PROGRAMS - 1], live_prog_id(_i ? plain : theirs[count - 1]));
	rawbpf_link_detach(&link);
	for (i = 0; i < count; i++)
		close(theirs[i]);
	close(old);
	close(plain);
	close(new);
}
END_TEST

/* -------------------------------------------------------------------- many processes */

enum { RACERS = 4 };

/* Memory that the processes share. */
static struct {
	unsigned ready; /* racers that have loaded their programs */
	unsigned probes;
} volatile *shared;

static void begin_race(void)
{
	begin();
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne((void *)shared, MAP_FAILED);
}

/* Put a program of the name at the hook, alternately two of them. All racers begin at once. */
static void race(unsigned rounds)
{
	int progs[2] = { program("race", 0), program("race", 0) };
	unsigned i;

	__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
	while (shared->ready < RACERS)
		sched_yield();
	for (i = 0; i < rounds; i++) {
		int result = replace(progs[i & 1]);

		if (result < 0)
			_exit(-result);
	}
	_exit(0);
}

/* Open a file in the cgroup again and again. Every program denies it, so a success shows a gap. */
static void probe(void)
{
	if (cgroups_enter(cgroup) < 0)
		_exit(1);
	for (;;) {
		if (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM)
			_exit(2);
		shared->probes++;
	}
}

START_TEST(test_race)
{
	unsigned rounds = unit_long() ? 25000 : 2500, i, ids[PROGRAMS];
	int first = program("race", 0), theirs = program("theirs", 1), status;
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = PROGRAMS };
	pid_t racers[RACERS], prober;

	ck_assert_int_eq(attach(theirs, MULTI), 0);
	ck_assert_int_eq(attach(first, MULTI), 0);
	close(first);
	prober = cgroups_fork();
	if (prober == 0)
		probe();
	while (!shared->probes)
		usleep(1000);
	for (i = 0; i < RACERS; i++) {
		racers[i] = cgroups_fork();
		if (racers[i] == 0)
			race(rounds);
	}
	for (i = 0; i < RACERS; i++) {
		ck_assert_int_eq(waitpid(racers[i], &status, 0), racers[i]);
		ck_assert_msg(status == 0, "racer %u: %s", i, strerror(WEXITSTATUS(status)));
	}
	ck_assert_int_eq(waitpid(prober, &status, WNOHANG), 0); /* it still runs: it found no gap */
	kill(prober, SIGKILL);
	ck_assert_int_eq(waitpid(prober, &status, 0), prober);
	ck_assert_uint_gt(shared->probes, 100);
	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	ck_assert_uint_eq(query.count, 2);
	ck_assert_uint_eq(ids[0], live_prog_id(theirs));
	close(theirs);
}
END_TEST

/* The race without an old program: one racer wins, and one program is left each time. */
START_TEST(test_race_for_first)
{
	unsigned round, rounds = unit_long() ? 1000 : 100, i;
	int status, theirs = program("theirs", 1);
	struct rawbpf_prog_query query = { 0 };
	pid_t racers[RACERS];

	ck_assert_int_eq(attach(theirs, MULTI), 0);
	for (round = 0; round < rounds; round++) {
		int last = program("race", 0);

		shared->ready = 0;
		for (i = 0; i < RACERS; i++) {
			racers[i] = cgroups_fork();
			if (racers[i] == 0)
				race(1);
		}
		for (i = 0; i < RACERS; i++) {
			ck_assert_int_eq(waitpid(racers[i], &status, 0), racers[i]);
			ck_assert_int_eq(status, 0);
		}
		ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
		ck_assert_uint_eq(query.count, 2);
		ck_assert_int_eq(replace(last), 1);
		ck_assert_int_eq(rawbpf_prog_detach(last, cgroup, DEVICE, NULL), 0);
		close(last);
	}
	close(theirs);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_checked_fixture(tests, begin_race, end);
	tcase_add_test(tests, test_first);
	tcase_add_loop_test(tests, test_mode, 0, MODES);
	tcase_add_loop_test(tests, test_of_others, 0, MODES);
	tcase_add_test(tests, test_override);
	tcase_add_test(tests, test_place);
	tcase_add_test(tests, test_recognise);
	tcase_add_test(tests, test_must_exist);
	tcase_add_test(tests, test_link);
	tcase_add_test(tests, test_full);
	tcase_add_test(tests, test_arguments);
	tcase_add_test(tests, test_privilege);
	tcase_add_test(tests, test_removed);
	tcase_add_test(tests, test_calls);
	tcase_add_loop_test(tests, test_full_link, 0, 2);
	tcase_add_loop_test(tests, test_interference, 0, 2 * RAWBPF_COUNT(strikes));
	tcase_add_test(tests, test_race);
	tcase_add_test(tests, test_race_for_first);
}

int main(void)
{
	return cgroups_run("prog_replace", add_tests);
}
