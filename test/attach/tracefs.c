/* SPDX-License-Identifier: MIT */
/*
 * Kprobes by way of tracefs, on any kernel: against a stand-in for tracefs, a directory in which
 * kprobe_events is a plain file that keeps what was written to it, and the events that the
 * library would make there exist already, each in truth a tracepoint of the kernel.
 */
#include "../live.h"

#include <signal.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/wait.h>

#define TRACEFS "/sys/kernel/tracing"
#define KPROBE_EVENTS TRACEFS "/kprobe_events"

/* What was written after the first `old` bytes. Commands are one write each, without a newline. */
static const char *written(size_t old)
{
	static char text[65536];
	FILE *file = fopen(KPROBE_EVENTS, "re");
	size_t length;

	ck_assert_ptr_nonnull(file);
	length = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[length] = '\0';
	ck_assert_uint_ge(length, old);
	return text + old;
}

static int attach(struct rawbpf_link *link, int prog, struct rawbpf_kprobe_spec spec)
{
	spec.method = RAWBPF_KPROBE_TRACEFS;
	return rawbpf_kprobe_attach(link, prog, &spec);
}

#define STAND_IN(CONTENT) \
	do { \
		if (!live_stand_in_tracefs(CONTENT)) \
			SKIP("this kernel has no tracepoints of system calls"); \
	} while (0)

#if defined(__x86_64__)
#define WRAPPER "__x64_sys_"
#elif defined(__aarch64__)
#define WRAPPER "__arm64_sys_"
#endif

static const struct {
	struct rawbpf_kprobe_spec spec;
	const char *definition;
} places[] = {
	{ { .symbol = "do_fchownat" }, "p:rawbpf/e0 do_fchownat+0" },
	{ { .symbol = "do_fchownat", .offset = 16 }, "p:rawbpf/e0 do_fchownat+16" },
	{ { .symbol = "module:function", .retprobe = 1 }, "r:rawbpf/e0 module:function+0" },
	{ { .address = 0xffffffff81234567 }, "p:rawbpf/e0 18446744071581156711" },
#ifdef WRAPPER
	{ { .syscall = "fchownat" }, "p:rawbpf/e0 " WRAPPER "fchownat+0" },
	{ { .syscall = "fchownat", .retprobe = 1 }, "r:rawbpf/e0 " WRAPPER "fchownat+0" },
#endif
};

/* The event is made with these words, and removed at the end, once. */
START_TEST(test_places)
{
	struct rawbpf_link link;
	char both[200];
	int prog;

	STAND_IN("");
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(attach(&link, prog, places[_i].spec), 0);
	ck_assert_str_eq(written(0), places[_i].definition);
	ck_assert_int_gt(link.fd, 2);
	ck_assert_uint_eq(link.tracefs_event, 0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	snprintf(both, sizeof both, "%s-:rawbpf/e0 ", places[_i].definition);
	ck_assert_str_eq(written(0), both);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_str_eq(written(0), both);
	close(prog);
}
END_TEST

/* Ours that are left over go first; those of others are let alone. */
START_TEST(test_left_overs)
{
	static const char events[] =
		"p:rawbpf/e0 do_fchownat\n"
		"r8:rawbpf/e3 do_fchownat\n"
		"p:kprobes/e1 do_fchownat\n"
		"p:rawbpf/event do_fchownat\n"
		"p:rawbpf/e2x do_fchownat\n"
		"p:rawbpf/e1024 do_fchownat\n"
		"p:rawbpf/e900000000 do_fchownat\n"
		"p:rawbpf/e4294967297 do_fchownat\n"
		"p:kprobes/p x=:rawbpf/e1 do_fchownat\n"
		"-:rawbpf/e1\n";
	struct rawbpf_link link;
	int prog;

	STAND_IN(events);
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	ck_assert_str_eq(written(sizeof events - 1),
			 "-:rawbpf/e3 -:rawbpf/e0 p:rawbpf/e0 x+0");
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

/* The list is read in pieces: names across their borders and lines of any length. */
START_TEST(test_long_list)
{
	static char events[20000];
	struct rawbpf_link link;
	size_t length = 0;
	int prog, i;

	for (i = 0; i < 40; i++)
		length += sprintf(events + length, "p:kprobes/p%d %0*d\n", i, 300 + i, 0);
	length += sprintf(events + length, "p:rawbpf/e1 do_fchownat\n");
	STAND_IN(events);
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	ck_assert_str_eq(written(length), "-:rawbpf/e1 p:rawbpf/e0 x+0");
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

/* Whatever goes wrong after the event was made, it is removed again. */
START_TEST(test_failures)
{
	struct rawbpf_link link = { .fd = 77, .tracefs_event = 77 };
	const struct rawbpf_kprobe_spec spec = { .symbol = "x" };
	int prog, wrong;

	STAND_IN("");
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	wrong = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	ck_assert_int_eq(attach(&link, wrong, spec), -EINVAL);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_uint_eq(link.tracefs_event, 0);
	ck_assert_str_eq(written(0), "p:rawbpf/e0 x+0-:rawbpf/e0 ");
	ck_assert_int_eq(attach(&link, -1, spec), -EBADF);
	ck_assert_uint_eq(link.tracefs_event, 0);

	unlink(TRACEFS "/events/rawbpf/e0/id");
	live_write_file(KPROBE_EVENTS, "");
	ck_assert_int_eq(attach(&link, prog, spec), -ENOENT);
	ck_assert_str_eq(written(0), "p:rawbpf/e0 x+0-:rawbpf/e0 ");
	live_write_file(TRACEFS "/events/rawbpf/e0/id", "none\n");
	ck_assert_int_eq(attach(&link, prog, spec), -EINVAL);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_uint_eq(link.tracefs_event, 0);

	unlink(KPROBE_EVENTS);
	ck_assert_int_eq(attach(&link, prog, spec), -EOPNOTSUPP);
	close(prog);
	close(wrong);
}
END_TEST

/* Gone from under a link: it detaches all the same, and says what could not be removed. */
START_TEST(test_detach_without_tracefs)
{
	struct rawbpf_link link;
	int prog;

	STAND_IN("");
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	live_hide_directory(TRACEFS);
	live_hide_directory("/sys/kernel/debug");
	ck_assert_int_eq(rawbpf_link_detach(&link), -EOPNOTSUPP);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_uint_eq(link.tracefs_event, 0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

START_TEST(test_release)
{
	struct rawbpf_link link;
	int fd, prog;

	STAND_IN("");
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	fd = rawbpf_link_release(&link);
	ck_assert_int_gt(fd, 2);
	ck_assert_uint_eq(link.tracefs_event, 0);
	close(fd);
	ck_assert_str_eq(written(0), "p:rawbpf/e0 x+0");
	close(prog);
}
END_TEST

/* Who is in the middle of making or removing an event is waited for. */
START_TEST(test_lock)
{
	struct rawbpf_link link;
	int prog, fd, status, ready[2];
	char byte;
	pid_t pid;

	STAND_IN("");
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		fd = open(KPROBE_EVENTS, O_RDWR | O_APPEND | O_CLOEXEC);
		flock(fd, LOCK_EX);
		write(ready[1], "", 1);
		usleep(200 * 1000);
		_exit(write(fd, "p:rawbpf/e0 first\n", 18) != 18);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	ck_assert_str_eq(written(0), "p:rawbpf/e0 first\n-:rawbpf/e0 p:rawbpf/e0 x+0");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(ready[0]);
	close(ready[1]);
	close(prog);
}
END_TEST

START_TEST(test_nobody)
{
	struct rawbpf_link link = { .fd = 77, .tracefs_event = 77 };
	int prog;

	STAND_IN("");
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	live_be_nobody();
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }),
			 -EACCES);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_str_eq(written(0), "");
	close(prog);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_places, 0, RAWBPF_COUNT(places));
	tcase_add_test(tests, test_left_overs);
	tcase_add_test(tests, test_long_list);
	tcase_add_test(tests, test_failures);
	tcase_add_test(tests, test_detach_without_tracefs);
	tcase_add_test(tests, test_release);
	tcase_add_test(tests, test_lock);
	tcase_add_test(tests, test_nobody);
}

int main(void)
{
	return live_run("tracefs", add_tests);
}
