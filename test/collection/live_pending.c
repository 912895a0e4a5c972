/* SPDX-License-Identifier: MIT */
/*
 * Calls that have not returned: with 1, 12 and 100 of them, exactly those are listed. Entries whose
 * call ended unseen are not.
 */
#include "collected.h"

#include <sys/wait.h>
#include <time.h>

static struct collected collected;
static struct rawbpf_live live;
static struct rawbpf_live_reason reasons[16];

/* The watched call is read(2) of the processes whose parent is this test; they are told by their comm. */
static const char text[] =
	".struct call\n"
	"	head  head\n"
	"	u64   fd\n"
	".map begun hash u64 call 256\n"
	".show begun pending\n"
	".prog enter\n"
	".at syscall read(c.fd)\n"
	"	.local c call\n"
	"	head r10 + c.head\n"
	"	r1 = *(u64 *)(r10 + c.head.comm)\n"
	"	r2 = 0x676e6964616572 ll\n" /* "reading" */
	"	if r1 != r2 goto out\n"
	"	remember begun, r10 + c\n"
	"out:	r0 = 0\n"
	"	exit\n"
	".prog leave\n"
	".at sysret read\n"
	"	forget begun\n"
	"	r0 = 0\n"
	"	exit\n";

enum { MOST = 100 };

static struct readers {
	unsigned count;
	pid_t pids[MOST];
	int pipe[2];
} readers;

/* Wait until a process sleeps in read(2). */
static void await(pid_t pid, const char *beginning)
{
	char path[40], state[64];

	snprintf(path, sizeof path, "/proc/%d/syscall", pid);
	for (int tries = 0; tries < PATIENCE_MS; tries++) {
		FILE *file = fopen(path, "re");

		ck_assert_ptr_nonnull(file);
		state[0] = '\0';
		if (!fgets(state, sizeof state, file))
			state[0] = '\0';
		fclose(file);
		if (strncmp(state, beginning, strlen(beginning)) == 0)
			return;
		usleep(1000);
	}
	ck_abort_msg("process %d: %s", pid, state);
}

static void await_read(pid_t pid)
{
	char beginning[24];

	snprintf(beginning, sizeof beginning, "%d 0x%x ", SYS_read, readers.pipe[0]);
	await(pid, beginning);
}

static void begin_readers(unsigned count)
{
	char byte;

	ck_assert_int_eq(pipe2(readers.pipe, O_CLOEXEC), 0);
	for (readers.count = 0; readers.count < count; readers.count++) {
		pid_t pid = fork();

		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			prctl(PR_SET_NAME, "reading");
			_exit(read(readers.pipe[0], &byte, 1) == 1 ? 0 : 1);
		}
		ck_assert_int_gt(pid, 0);
		readers.pids[readers.count] = pid;
		await_read(pid);
	}
	usleep(2000); /* an age counts milliseconds */
}

/* Let all reads return, and reap the processes. */
static void end_readers(void)
{
	char bytes[MOST] = { 0 };

	ck_assert_int_eq(write(readers.pipe[1], bytes, readers.count), readers.count);
	close(readers.pipe[0]);
	close(readers.pipe[1]);
	for (unsigned i = 0; i < readers.count; i++) {
		int status;

		ck_assert_int_eq(waitpid(readers.pids[i], &status, 0), readers.pids[i]);
		ck_assert_int_eq(status, 0);
	}
}

static void start(enum rawbpf_way way)
{
	int err;

	collected_parse(&collected, text);
	err = rawbpf_live_open(&live, &collected.tables, &(struct rawbpf_live_spec){
		.way = way, .reasons = reasons, .reason_max = RAWBPF_COUNT(reasons) });
	if (err == 0)
		err = rawbpf_live_attach(&live);
	ck_assert_msg(err == 0, "%d: %s", err, reasons[0].text);
}

/* Count the pending calls. Each is one of our processes, once, with its descriptor. */
static unsigned count_pending(void)
{
	struct rawbpf_live_pending pending = { .live = &live, .map = collected_map(&collected, "begun") };
	unsigned char seen[MOST] = { 0 };
	unsigned count = 0;
	int more;

	while ((more = rawbpf_live_pending_next(&pending)) > 0) {
		unsigned i = 0;
		uint64_t fd;

		while (i < readers.count && readers.pids[i] != (pid_t)pending.tid)
			i++;
		ck_assert_msg(i < readers.count, "thread %u", pending.tid);
		ck_assert_int_eq(seen[i]++, 0);
		ck_assert_uint_eq(pending.pid, pending.tid);
		ck_assert_int_eq(pending.is_checked, 1);
		ck_assert_uint_gt(pending.age_ns, 0);
		ck_assert_uint_lt(pending.age_ns, 600 * (uint64_t)1000000000);
		ck_assert_uint_eq(pending.size, 48);
		memcpy(&fd, (const char *)pending.value + 40, sizeof fd);
		ck_assert_uint_eq(fd, readers.pipe[0]);
		count++;
	}
	ck_assert_int_eq(more, 0);
	ck_assert_ptr_null(pending.walk);
	return count;
}

/* All are listed, except those whose beginning the kernel did not show to the program: it counts these. */
static void assert_pending(unsigned count)
{
	struct rawbpf_live_losses losses;
	unsigned listed = count_pending();

	ck_assert_int_eq(rawbpf_live_losses_count(&losses, &live), 0);
	ck_assert_uint_le(listed, count);
	ck_assert_msg(count - listed <= losses.runs, "%u of %u, and %llu missed", listed, count,
		      (unsigned long long)losses.runs);
}

static const unsigned counts[] = { 1, 12, MOST };

START_TEST(test_pending)
{
	static const enum rawbpf_way ways[] = { RAWBPF_WAY_RAW_TP, RAWBPF_WAY_TRACEPOINT };
	unsigned count = counts[_i % RAWBPF_COUNT(counts)];

	live_mount_tracefs();
	start(ways[_i / RAWBPF_COUNT(counts)]);
	ck_assert_uint_eq(count_pending(), 0);
	begin_readers(count);
	assert_pending(count);
	end_readers();
	ck_assert_uint_eq(count_pending(), 0);
	rawbpf_live_close(&live);
}
END_TEST

/* Change the thread of the only entry; its own call goes on. */
static void replace_tid(unsigned tid)
{
	int map = live.map_fds[collected_map(&collected, "begun")];
	unsigned char value[48];
	uint64_t key;

	ck_assert_int_eq(rawbpf_map_next(map, NULL, &key), 0);
	ck_assert_int_eq(rawbpf_map_lookup(map, &key, value, 0), 0);
	memcpy(value + 12, &tid, sizeof tid);
	ck_assert_int_eq(rawbpf_map_update(map, &key, value, 0), 0);
}

/* A thread that ended, one in another call, and one that only computes are in no read(2). */
START_TEST(test_no_false_one)
{
	pid_t gone = fork(), sleeps, computes;
	char call[16];

	if (gone == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(gone, NULL, 0), gone);
	start(RAWBPF_WAY_RAW_TP);
	begin_readers(1);
	replace_tid(gone);
	ck_assert_uint_eq(count_pending(), 0);

	sleeps = fork();
	if (sleeps == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		syscall(SYS_nanosleep, &(struct timespec){ .tv_sec = 3600 }, NULL);
		_exit(0);
	}
	snprintf(call, sizeof call, "%d ", SYS_nanosleep);
	await(sleeps, call);
	replace_tid(sleeps);
	ck_assert_uint_eq(count_pending(), 0);
	kill(sleeps, SIGKILL);
	ck_assert_int_eq(waitpid(sleeps, NULL, 0), sleeps);

	computes = fork();
	if (computes == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (volatile int i = 0;; i++)
			;
	}
	replace_tid(computes);
	ck_assert_uint_eq(count_pending(), 0);
	kill(computes, SIGKILL);
	ck_assert_int_eq(waitpid(computes, NULL, 0), computes);

	replace_tid(readers.pids[0]);
	ck_assert_uint_eq(count_pending(), 1);
	end_readers();
	rawbpf_live_close(&live);
}
END_TEST

/* Without /proc nothing can be checked, and the entry says so. */
START_TEST(test_no_proc)
{
	struct rawbpf_live_pending pending = { .live = &live };

	live_private_mounts();
	start(RAWBPF_WAY_RAW_TP);
	begin_readers(1);
	live_hide_directory("/proc");
	pending.map = collected_map(&collected, "begun");
	ck_assert_int_eq(rawbpf_live_pending_next(&pending), 1);
	ck_assert_uint_eq(pending.tid, readers.pids[0]);
	ck_assert_int_eq(pending.is_checked, 0);
	ck_assert_int_eq(rawbpf_live_pending_next(&pending), 0);
	ck_assert_int_eq(umount2("/proc", MNT_DETACH), 0);
	end_readers();
	rawbpf_live_close(&live);
}
END_TEST

/* A walk that ends early releases its memory; maps without a head have none. */
START_TEST(test_walk)
{
	struct rawbpf_live_pending pending = { .live = &live };

	start(RAWBPF_WAY_RAW_TP);
	begin_readers(2);
	pending.map = collected_map(&collected, "begun");
	ck_assert_int_eq(rawbpf_live_pending_next(&pending), 1);
	ck_assert_ptr_nonnull(pending.walk);
	rawbpf_live_pending_close(&pending);
	ck_assert_ptr_null(pending.walk);
	rawbpf_live_pending_close(&pending);
	pending.map = collected_map(&collected, "std_counts");
	ck_assert_int_eq(rawbpf_live_pending_next(&pending), -EINVAL);
	pending.map = collected.tables.map_count;
	ck_assert_int_eq(rawbpf_live_pending_next(&pending), -EINVAL);
	end_readers();
	rawbpf_live_close(&live);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_pending, 0, 2 * RAWBPF_COUNT(counts));
	tcase_add_test(tests, test_no_false_one);
	tcase_add_test(tests, test_no_proc);
	tcase_add_test(tests, test_walk);
}

int main(void)
{
	return unit_run("live_pending", add_tests);
}
