/* SPDX-License-Identifier: MIT */
/*
 * Collections at places that not every kernel has, and what is lost there: exact counts. The guests of
 * test/vm run this program, too, and skip nothing but a module's function on 5.10.
 */
#include "../attach/cgroups.h"
#include "started.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define MAP ".map count array u32 u64 1\n.param cgroup \"\" \"-l CGROUP: where\"\n"
#define COUNT_AND(RESULT) \
	"	r1 = &count[0]\n	r2 = 1\n	lock *(u64 *)(r1 + 0) += r2\nout:	r0 = " RESULT "\n	exit\n"
#define OWN "	call get_current_pid_tgid\n	r0 >>= 32\n	if r0 != opt.pid goto out\n"

#define NO_LSM "EOPNOTSUPP: the kernel has not started the security module bpf (/sys/kernel/security/lsm), " \
	"and calls no such program; boot with bpf in lsm="

static int has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe", F_OK) == 0;
}

static void sockets(unsigned times)
{
	while (times--)
		close(socket(AF_UNIX, SOCK_STREAM, 0));
}

static void priorities(unsigned times)
{
	while (times--)
		getpriority(PRIO_PROCESS, 0);
}

static void forks(unsigned times)
{
	while (times--) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
	}
}

/* --------------------------------------------------------------------------- counts */

static const struct {
	const char *name, *text;
	void (*call)(unsigned times);
	unsigned first; /* the kernel that runs it: Debian's 5.10 does not start the LSM "bpf", and we say so */
} ways[] = {
	{ "tp_btf", MAP ".prog p\n.at tp_btf task_newtask\n" OWN COUNT_AND("0"), forks, 0 },
	{ "fentry", MAP ".prog p\n.at fentry __x64_sys_getpriority\n" OWN COUNT_AND("0"), priorities, 0 },
	{ "fexit", MAP ".prog p\n.at fexit __x64_sys_getpriority -> result\n"
	  "	r7 = *(u64 *)(r10 + result)\n" OWN "	if r7 != 20 goto out\n" COUNT_AND("0"), priorities, 0 },
	{ "lsm", MAP ".prog p\n.at lsm socket_create\n" OWN COUNT_AND("0"), sockets, 0x601 },
};

START_TEST(test_watched)
{
	int err;

	live_private_mounts();
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL); /* the modules; EBUSY: it is mounted */
	err = start(ways[_i].text);
	if (err < 0)
		rawbpf_live_close(&live);
	if (err == -EPERM && !has_kprobes())
		SKIP("%s: this kernel refuses such programs (EPERM)", ways[_i].name);
	if (live_kernel() < ways[_i].first) {
		ck_assert_int_eq(err, -EOPNOTSUPP);
		ck_assert_str_eq(reasons[0].text, NO_LSM);
		return;
	}
	ck_assert_msg(err == 0, "%s: %d: %s", ways[_i].name, err, reasons[0].text);
	ways[_i].call(5);
	ck_assert_uint_eq(count(), 5);
	ck_assert_int_eq(rawbpf_live_detach(&live), 0);
	ways[_i].call(1);
	ck_assert_uint_eq(count(), 5);
	rawbpf_live_close(&live);
}
END_TEST

START_TEST(test_cgroup)
{
	int cgroup;

	options[1].text = cgroups_make("");
	cgroup = cgroups_open(options[1].text);
	must_start(MAP ".prog p\n.at cgroup inet_sock_create cgroup\n" COUNT_AND("1"));
	ck_assert_int_eq(cgroups_enter(cgroup), 0);
	for (int i = 0; i < 4; i++)
		close(socket(AF_INET, SOCK_DGRAM, 0));
	ck_assert_uint_eq(count(), 4);
	rawbpf_live_close(&live);
	close(cgroup);
}
END_TEST

/* A function of a module, which the kernel itself does not have: the verifier takes it by its name. */
START_TEST(test_module)
{
	static const char text[] =
		".prog p\n.at tc ingress\n.local tuple 16\n.local opts 16\n"
		"	*(u64 *)(r10 + tuple) = 0\n	*(u32 *)(r10 + tuple + 8) = 0\n"
		"	*(u64 *)(r10 + opts) = 0\n	*(u64 *)(r10 + opts + 8) = 0\n"
		"	r2 = r10 + tuple\n	r3 = 12\n	r4 = r10 + opts\n	r5 = 16\n"
		"	call bpf_skb_ct_lookup\n	if r0 == 0 goto out\n"
		"	r1 = r0\n	call bpf_ct_release\nout:	r0 = -1\n	exit\n";

	if (live_kernel() < 0x601 || access("/sys/kernel/btf/nf_conntrack", F_OK) != 0)
		SKIP("no module nf_conntrack with functions for programs");
	must_start(text);
	ck_assert_int_gt(live.programs[0].fd, 2);
	ck_assert_uint_ge(live.symbols.module_count, 1);
	rawbpf_live_close(&live);
}
END_TEST

/* The CPU that runs the program has the calling task in its queue. Debian's 5.10 has no variables in BTF. */
START_TEST(test_variable)
{
	static const char text[] =
		MAP ".prog p\n.at raw_tp sys_enter\n" OWN
		"	r1 = runqueues ll\n	call this_cpu_ptr\n	r3 = *(u32 *)(r0 + rq.nr_running)\n"
		"	r2 = &count[0]\n	*(u64 *)(r2 + 0) = r3\nout:	r0 = 0\n	exit\n";
	int err = start(text);

	if (live_kernel() < 0x50b) {
		ck_assert_int_eq(err, -ENOENT);
		ck_assert_ptr_nonnull(strstr(reasons[0].text, "'runqueues'"));
	} else if (err == -ENOENT && strstr(reasons[0].text, "address for kernel symbol 'runqueues'")) {
		rawbpf_live_close(&live);
		SKIP("/proc/kallsyms has no variables");
	} else {
		ck_assert_msg(err == 0, "%d: %s", err, reasons[0].text);
		getppid();
		ck_assert_uint_ge(count(), 1);
		ck_assert_uint_lt(count(), 100000);
	}
	rawbpf_live_close(&live);
}
END_TEST

/* --------------------------------------------------------------------------- losses */

/* Let `n` processes call getppid(2) once. */
static void callers(unsigned n)
{
	while (n--) {
		pid_t child = fork();

		if (child == 0) {
			syscall(SYS_getppid);
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
}

#define CALLERS ".prog enter\n.at syscall getppid\n	call get_current_uid_gid\n	w0 = w0\n" \
	"	if r0 != 54321 goto out\n"

static const char *const full[] = {
	".struct call\n\tu64 time\n.map calls hash u64 call 1\n" CALLERS
	".local c call\n	*(u64 *)(r10 + c.time) = 1\n	remember calls, r10 + c\nout:	r0 = 0\n	exit\n",
	".map counts hash u32 u64 1\n" CALLERS
	".local pid 4\n	call get_current_pid_tgid\n	*(u32 *)(r10 + pid) = r0\n"
	"	count counts, r10 + pid\nout:	r0 = 0\n	exit\n",
};

/* A map for one caller: the second and the third find it full. */
START_TEST(test_entries_lost)
{
	struct rawbpf_live_losses losses;

	must_start(full[_i]);
	if (fork() == 0) {
		if (setuid(54321) == 0)
			callers(3);
		_exit(0);
	}
	wait(NULL);
	ck_assert_int_eq(rawbpf_live_losses_count(&losses, &live), 0);
	ck_assert_uint_eq(losses.entries, 2);
	ck_assert_uint_eq(losses.records, 0);
	rawbpf_live_close(&live);
}
END_TEST

#define RETURNS MAP ".prog p\n.at kretprobe __x64_sys_pause maxactive 1\n" COUNT_AND("0")

/* Return when the process waits in pause(2). */
static void wait_for_pause(pid_t child)
{
	char path[32], call[8] = "";

	snprintf(path, sizeof path, "/proc/%d/syscall", (int)child);
	while (atoi(call) != SYS_pause) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		ck_assert_int_ge(fd, 0);
		if (read(fd, call, sizeof call - 1) < 0)
			call[0] = '\0';
		close(fd);
		sched_yield();
	}
}

/* A return probe with room for one call: while that one hangs, it misses four. */
START_TEST(test_returns_missed)
{
	struct rawbpf_live_losses losses;
	pid_t children[5];

	if (!has_kprobes())
		SKIP("this kernel has no kprobes");
	must_start(RETURNS);
	for (int i = 0; i < 5; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			pause();
			_exit(0);
		}
		wait_for_pause(children[i]);
	}
	ck_assert_int_eq(rawbpf_live_losses_count(&losses, &live), 0);
	/* Links of perf events are of 5.15, their counts of 6.7. */
	ck_assert_uint_eq(losses.runs, live_kernel() >= 0x607 ? 4 : 0);
	for (int i = 0; i < 5; i++)
		kill(children[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	rawbpf_live_close(&live);
}
END_TEST

/* ------------------------------------------------------------------------- left-overs */

/* Return how many events of the library tracefs has. */
static unsigned events(void)
{
	FILE *file = fopen("/sys/kernel/tracing/kprobe_events", "re");
	char line[256];
	unsigned found = 0;

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file))
		found += strstr(line, ":rawbpf/") != NULL;
	fclose(file);
	return found;
}

/* After kill -9 no program runs, and an event without effect stays. The next attachment removes it. */
START_TEST(test_left_over)
{
	int ready[2];
	pid_t child;
	char byte;

	if (!has_kprobes())
		SKIP("this kernel has no kprobes");
	live_mount_tracefs();
	ck_assert_int_eq(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		if (start(RETURNS) == 0 && write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_uint_eq(events(), 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	ck_assert_uint_eq(events(), 1);
	must_start(RETURNS);
	ck_assert_uint_eq(events(), 1);
	rawbpf_live_close(&live);
	ck_assert_uint_eq(events(), 0);
	close(ready[0]);
	close(ready[1]);
}
END_TEST

static void add_tests(TCase *tests)
{
	options[1] = (struct rawbpf_option){ .name = "cgroup", .text = "" };
	live_watch_fds(tests);
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_loop_test(tests, test_watched, 0, RAWBPF_COUNT(ways));
	tcase_add_test(tests, test_cgroup);
	tcase_add_test(tests, test_module);
	tcase_add_test(tests, test_variable);
	tcase_add_loop_test(tests, test_entries_lost, 0, RAWBPF_COUNT(full));
	tcase_add_test(tests, test_returns_missed);
	tcase_add_test(tests, test_left_over);
}

int main(void)
{
	return unit_run("live_ways", add_tests);
}
