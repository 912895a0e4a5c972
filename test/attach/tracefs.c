/* SPDX-License-Identifier: MIT */
/*
 * Kprobes through tracefs, on any kernel. The stand-in for tracefs is a directory in which
 * kprobe_events is a plain file that keeps all writes. The events that the library makes there are
 * really a tracepoint of the kernel.
 */
#include "../live.h"

#include <signal.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>

#define TRACEFS "/sys/kernel/tracing"
#define KPROBE_EVENTS TRACEFS "/kprobe_events"

extern int (*rawbpf__fault)(long number);

/* The n-th write from now on fails with EBUSY, as if another process held the event open. */
static int busy_write;
static unsigned lock_calls;
/* Another process that holds the lock, and the flock(2) call before which it ends; or 0. */
static pid_t locker;
static unsigned locker_ends_at;

static void end_locker(void)
{
	kill(locker, SIGKILL);
	ck_assert_int_eq(waitpid(locker, NULL, 0), locker);
}

static int before_call(long number)
{
	live_stand_in_step();
	lock_calls += number == SYS_flock;
	if (locker_ends_at && lock_calls == locker_ends_at) {
		locker_ends_at = 0;
		end_locker();
	}
	return number == SYS_write && busy_write && --busy_write == 0 ? -EBUSY : 0;
}

/*
 * Return the text written after the first `old` bytes, with T for this thread. A command is one
 * write without a newline.
 */
static const char *written(size_t old)
{
	static char text[65536], short_text[65536];
	FILE *file = fopen(KPROBE_EVENTS, "re");
	char *to = short_text, thread[16];
	const char *at;
	size_t length;

	ck_assert_ptr_nonnull(file);
	length = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[length] = '\0';
	ck_assert_uint_ge(length, old);
	snprintf(thread, sizeof thread, "/e%d_", (int)syscall(SYS_gettid));
	for (at = text + old; *at;) {
		if (strncmp(at, thread, strlen(thread)) == 0) {
			to = stpcpy(to, "/eT_");
			at += strlen(thread);
		} else {
			*to++ = *at++;
		}
	}
	*to = '\0';
	return short_text;
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
		rawbpf__fault = before_call; \
	} while (0)

#if defined(__x86_64__)
#define WRAPPER "__x64_sys_"
#define COMPAT "__ia32_compat_sys_"
#elif defined(__aarch64__)
#define WRAPPER "__arm64_sys_"
#define COMPAT "__arm64_compat_sys_"
#endif

static const struct {
	struct rawbpf_kprobe_spec spec;
	const char *definition;
} places[] = {
	{ { .symbol = "do_fchownat" }, "p:rawbpf/eT_0 do_fchownat+0" },
	{ { .symbol = "do_fchownat", .offset = 16 }, "p:rawbpf/eT_0 do_fchownat+16" },
	{ { .symbol = "module:function", .retprobe = 1 }, "r:rawbpf/eT_0 module:function+0" },
	{ { .address = 0xffffffff81234567 }, "p:rawbpf/eT_0 18446744071581156711" },
	{ { .symbol = "f", .retprobe = 1, .maxactive = 4294967295 }, "r4294967295:rawbpf/eT_0 f+0" },
#ifdef WRAPPER
	{ { .syscall = "fchownat" }, "p:rawbpf/eT_0 " WRAPPER "fchownat+0" },
	{ { .syscall = "fchownat", .retprobe = 1 }, "r:rawbpf/eT_0 " WRAPPER "fchownat+0" },
	{ { .syscall = "fchownat", .compat = 1 }, "p:rawbpf/eT_0 " COMPAT "fchownat+0" },
	{ { .syscall = "uname", .compat = 1 }, "p:rawbpf/eT_0 " COMPAT "newuname+0" },
	{ { .syscall = "chown16", .compat = 1, .retprobe = 1, .maxactive = 7 },
	  "r7:rawbpf/eT_0 " COMPAT "chown16+0" },
#endif
};

/* The library makes the event with this line, and removes it once at the end. */
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
	ck_assert_uint_eq(link.tracefs_event, (uint64_t)syscall(SYS_gettid) << 32);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	snprintf(both, sizeof both, "%s-:rawbpf/eT_0 ", places[_i].definition);
	ck_assert_str_eq(written(0), both);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_str_eq(written(0), both);
	close(prog);
}
END_TEST

/* The library removes our left-over events first, and leaves those of others alone. */
START_TEST(test_left_overs)
{
	static const char events[] =
		"p:rawbpf/e1_0 do_fchownat\n"
		"r8:rawbpf/e4194303_4294967295 do_fchownat\n"
		"p:kprobes/e1_0 do_fchownat\n"
		"p:rawbpf/event do_fchownat\n"
		"p:rawbpf/e2 do_fchownat\n"
		"p:rawbpf/e2x do_fchownat\n"
		"p:rawbpf/e2_ do_fchownat\n"
		"p:rawbpf/e_2 do_fchownat\n"
		"p:rawbpf/e2_0x do_fchownat\n"
		"p:rawbpf/e2_0_0 do_fchownat\n"
		"p:rawbpf/e4294967296_0 do_fchownat\n"
		"p:rawbpf/e2_4294967296 do_fchownat\n"
		"p:rawbpf2/e2_0 do_fchownat\n"
		"p:kprobes/p x=:rawbpf/e1_0 do_fchownat\n"
		"-:rawbpf/e1_0\n";
	struct rawbpf_link link;
	int prog;

	STAND_IN(events);
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	ck_assert_str_eq(written(sizeof events - 1),
			 "-:rawbpf/e4194303_4294967295 -:rawbpf/e1_0 p:rawbpf/eT_0 x+0");
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

/* The library reads the list in pieces: a name may cross a border, and a line have any length. */
START_TEST(test_long_list)
{
	static char events[20000];
	struct rawbpf_link link;
	size_t length = 0;
	int prog, i;

	for (i = 0; i < 40; i++)
		length += sprintf(events + length, "p:kprobes/p%d %0*d\n", i, 300 + i, 0);
	length += sprintf(events + length, "p:rawbpf/e1_7 do_fchownat\n");
	STAND_IN(events);
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	ck_assert_str_eq(written(length), "-:rawbpf/e1_7 p:rawbpf/eT_0 x+0");
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

/* A thread that holds its first event does not read the list: the left-over event stays. */
START_TEST(test_second)
{
	static const char events[] = "p:rawbpf/e1_0 do_fchownat\n";
	struct rawbpf_link first, second, third;
	unsigned number, other;
	char end;
	int progs[3];

	STAND_IN("");
	/* the stand-in has one tracepoint, which takes a program once */
	for (int i = 0; i < 3; i++)
		progs[i] = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(attach(&first, progs[0], (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	live_stand_in_step();
	live_stand_in_list(events);
	busy_write = 1;
	ck_assert_int_eq(attach(&second, progs[1], (struct rawbpf_kprobe_spec){ .symbol = "y" }), 0);
	ck_assert_int_eq(sscanf(written(sizeof events - 1), "p:rawbpf/eT_%u y+0%c", &number, &end), 1);
	ck_assert_uint_ne(number, 0);
	ck_assert_uint_eq(second.tracefs_event, (uint64_t)syscall(SYS_gettid) << 32 | number);
	live_stand_in_step();
	live_stand_in_list(events);
	busy_write = 1;
	ck_assert_int_eq(attach(&third, progs[2], (struct rawbpf_kprobe_spec){ .symbol = "z" }), 0);
	ck_assert_int_eq(sscanf(written(sizeof events - 1), "p:rawbpf/eT_%u z+0%c", &other, &end), 1);
	ck_assert_uint_ne(other, number);
	ck_assert_int_eq(rawbpf_link_detach(&third), 0);
	ck_assert_int_eq(rawbpf_link_detach(&second), 0);
	ck_assert_int_eq(rawbpf_link_detach(&first), 0);
	for (int i = 0; i < 3; i++)
		close(progs[i]);
}
END_TEST

/* If a later step fails, the library removes the event again. */
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
	ck_assert_str_eq(written(0), "p:rawbpf/eT_0 x+0-:rawbpf/eT_0 ");
	ck_assert_int_eq(attach(&link, -1, spec), -EBADF);
	ck_assert_uint_eq(link.tracefs_event, 0);

	strcpy(live_stand_in_id, "none\n");
	live_stand_in_list("");
	ck_assert_int_eq(attach(&link, prog, spec), -EINVAL);
	ck_assert_str_eq(written(0), "p:rawbpf/eT_0 x+0-:rawbpf/eT_0 ");
	ck_assert_int_eq(link.fd, 0);
	ck_assert_uint_eq(link.tracefs_event, 0);
	live_stand_in_step();

	unlink(KPROBE_EVENTS);
	ck_assert_int_eq(attach(&link, prog, spec), -EOPNOTSUPP);
	close(prog);
	close(wrong);
}
END_TEST

/* tracefs disappears under a link: detaching works, and returns an error for the event. */
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
	ck_assert_str_eq(written(0), "p:rawbpf/eT_0 x+0");
	close(prog);
}
END_TEST

/* Hold a lock on kprobe_events in another process. The lock is held when this returns. */
static void start_locker(void)
{
	int ready[2], fd;
	char byte;

	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	locker = fork();
	if (locker == 0) {
		fd = open(KPROBE_EVENTS, O_RDONLY | O_CLOEXEC);
		flock(fd, LOCK_EX);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(0);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Attaching waits for a process that is making an event. */
START_TEST(test_lock)
{
	struct rawbpf_link link;
	int prog;

	STAND_IN("");
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	start_locker();
	locker_ends_at = 2;
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	ck_assert_uint_eq(lock_calls, 2);
	ck_assert_str_eq(written(0), "p:rawbpf/eT_0 x+0");
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

/* A lock held for ever keeps each attachment waiting for 2 s. Detaching does not wait. */
START_TEST(test_locked)
{
	struct rawbpf_link link, other = { .fd = 77, .tracefs_event = 77 };
	unsigned before;
	double begin;
	int prog;

	STAND_IN("");
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	start_locker();
	begin = seconds();
	ck_assert_int_eq(attach(&other, prog, (struct rawbpf_kprobe_spec){ .symbol = "y" }), -EBUSY);
	ck_assert_double_ge(seconds() - begin, 1.5);
	ck_assert_uint_le(lock_calls, 1 + 401); /* 5 ms between two tries */
	ck_assert_int_eq(other.fd, 0);
	ck_assert_uint_eq(other.tracefs_event, 0);
	before = lock_calls;
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_uint_eq(lock_calls, before);
	ck_assert_str_eq(written(0), "p:rawbpf/eT_0 x+0-:rawbpf/eT_0 ");
	end_locker();
	close(prog);
}
END_TEST

/* The probe ends before the library asks tracefs: then its event can be removed. */
START_TEST(test_detach_order)
{
	struct rawbpf_link link;
	int prog, fds;

	STAND_IN("");
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	fds = live_fds();
	ck_assert_int_eq(attach(&link, prog, (struct rawbpf_kprobe_spec){ .symbol = "x" }), 0);
	busy_write = 1;
	ck_assert_int_eq(rawbpf_link_detach(&link), -EBUSY);
	ck_assert_int_eq(live_fds(), fds);
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
	tcase_add_test(tests, test_second);
	tcase_add_test(tests, test_lock);
	tcase_add_test(tests, test_locked);
	tcase_add_test(tests, test_detach_order);
	tcase_add_test(tests, test_nobody);
}

int main(void)
{
	return live_run("tracefs", add_tests);
}
