/* SPDX-License-Identifier: MIT */
/*
 * perf_event_open(2) fails with ENODEV on an offline CPU. An injected fault makes the first CPUs
 * look offline here, and the library takes the next one. test/vm/guest_cpu.c takes CPU 0 offline.
 */
#include "../live.h"

#include "link_kinds.h"

extern int (*rawbpf__fault)(long number);

static int offline, asked;

static int answer(long number)
{
	return number == SYS_perf_event_open && asked++ < offline ? -ENODEV : 0;
}

/* The kinds that open an event of all processes. */
static const char *const kinds[] = { "tracepoint", "tracepoint_ioctl", "uretprobe" };

static const struct link_kind *kind_named(const char *name)
{
	for (unsigned i = 0; i < link_kinds_count; i++)
		if (strcmp(link_kinds[i].name, name) == 0)
			return &link_kinds[i];
	ck_abort_msg("no kind %s", name);
	return NULL;
}

static void prepare(void)
{
	live_mount_bpffs();
	live_mount_tracefs();
	ck_assert_int_eq(link_kinds_begin(live_tgid(), -1), 0);
}

/* The event of CPU 1 sees what all CPUs do. */
START_TEST(test_first)
{
	const struct link_kind *kind = kind_named(kinds[_i]);
	char expected[256], text[256];
	struct link_story story;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP("this machine has one CPU");
	prepare();
	offline = 1;
	rawbpf__fault = answer;
	link_kind_run(kind, &story);
	rawbpf__fault = NULL;
	ck_assert_int_ge(asked, 2);
	link_story_format(text, sizeof text, &story);
	link_story_expect(expected, sizeof expected, kind, live_kernel());
	ck_assert_str_eq(text, expected);
}
END_TEST

/* Every CPU looks offline: the search ends at the kernel's last CPU number, or at its bound. */
START_TEST(test_all)
{
	const struct link_kind *kind = kind_named("tracepoint");
	int prog, map, fds;
	struct rawbpf_link link = { .fd = 77 };

	prepare();
	map = live_array(1);
	prog = link_kind_load(kind, map, 0);
	fds = live_fds();
	offline = 1000000;
	rawbpf__fault = answer;
	ck_assert_int_eq(kind->attach(&link, prog), -ENODEV);
	rawbpf__fault = NULL;
	ck_assert_int_eq(asked, 8192);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_int_eq(live_fds(), fds);
	close(prog);
	close(map);
}
END_TEST

/* All possible CPUs look offline: the kernel itself rejects the number behind them. */
START_TEST(test_possible)
{
	const struct link_kind *kind = kind_named("tracepoint");
	int cpus = rawbpf_cpu_count();
	struct rawbpf_link link;
	int prog, map;

	prepare();
	map = live_array(1);
	prog = link_kind_load(kind, map, 0);
	offline = cpus;
	rawbpf__fault = answer;
	ck_assert_int_eq(kind->attach(&link, prog), -ENODEV);
	rawbpf__fault = NULL;
	ck_assert_int_eq(asked, cpus + 1);
	close(prog);
	close(map);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_first, 0, RAWBPF_COUNT(kinds));
	tcase_add_test(tests, test_all);
	tcase_add_test(tests, test_possible);
}

int main(void)
{
	return live_run("cpu_offline", add_tests);
}
