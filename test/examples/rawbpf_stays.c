/* SPDX-License-Identifier: MIT */
/*
 * `rawbpf run` while calls hang: it lists them when it is asked, on a terminal that takes nothing, too. And
 * what --pin leaves.
 */
#include "../command.h"

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <time.h>

static struct ending end;

/* Calls of read(2) by processes called "reading". */
static const char hanging[] =
	".struct call\n\thead head\n\tu64 fd\n"
	".map begun hash u64 call 256\n.show begun pending\n"
	".prog enter\n.at syscall read(c.fd)\n\t.local c call\n"
	"	filter out\n	head r10 + c.head\n	remember begun, r10 + c\nout:	r0 = 0\n	exit\n"
	".prog leave\n.at sysret read\n	forget begun\n	r0 = 0\n	exit\n";

/* As many records as the machine can make: each system call of a process is one. */
static const char flooding[] =
	".struct event\n\tu64 number\n\tu64 other\n"
	".ring events event 64k\n"
	".prog p\n.at raw_tp sys_enter(_, number)\n"
	"	.local e event\n	filter out\n"
	"	r1 = *(u64 *)(r10 + number)\n	*(u64 *)(r10 + e.number) = r1\n	*(u64 *)(r10 + e.other) = r1\n"
	"	r2 = r10 + e\n	send events, r2, sizeof(event)\nout:	r0 = 0\n	exit\n";

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* --------------------------------------------------------------------------- hanging calls */

/* A process that reads a pipe when it is told, and waits for a second byte. */
struct reader {
	pid_t pid;
	int pipe;
	char id[16];
};

static struct reader reader_start(void)
{
	struct reader reader;
	int fds[2];
	char byte;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	reader.pid = fork();
	if (reader.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fds[1]);
		for (int i = 0; i < 2; i++)
			if (read(fds[0], &byte, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(fds[0]);
	reader.pipe = fds[1];
	snprintf(reader.id, sizeof reader.id, "%d", reader.pid);
	return reader;
}

static void reader_go(const struct reader *reader)
{
	ck_assert_int_eq(write(reader->pipe, "x", 1), 1);
}

static void reader_end(const struct reader *reader)
{
	close(reader->pipe);
	ck_assert_int_eq(kill(reader->pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(reader->pid, NULL, 0), reader->pid);
}

START_TEST(test_asked)
{
	struct reader reader = reader_start();
	const char *path = command_text_file(hanging);
	struct process process = command_start(NULL, ARGS("run", "--way", "raw_tp", path, "-p", reader.id));
	char said[64];
	int lines;

	command_await(process.err, "attached;");
	reader_go(&reader);
	usleep(50 * 1000);
	kill(process.pid, SIGUSR1);
	command_await(process.out, "\n");
	kill(process.pid, SIGUSR1);
	command_await(process.out, "\n");
	kill(process.pid, SIGINT);
	command_finish(&process, &end);
	lines = command_lines(end.out);
	snprintf(said, sizeof said, "pid=%s ", reader.id);
	ck_assert_ptr_nonnull(strstr(end.out, said));
	ck_assert_int_ge(lines, 1);
	ck_assert_int_eq(end.status, 0);
	reader_end(&reader);
	unlink(path);
}
END_TEST

/* A call that returned in time is not listed. */
START_TEST(test_every)
{
	struct reader reader = reader_start();
	const char *path = command_text_file(hanging);
	struct process process = command_start(NULL, ARGS("run", "--way", "raw_tp", path, "-p", reader.id, "-i", "0.2"));

	command_await(process.err, "attached;");
	reader_go(&reader);
	command_await(process.out, "\n");
	command_await(process.out, "\n");
	reader_go(&reader);
	usleep(300 * 1000);
	kill(process.pid, SIGUSR1);
	usleep(100 * 1000);
	ck_assert_int_eq(fcntl(process.out, F_SETFL, O_NONBLOCK), 0);
	while (read(process.out, end.out, TEXT) > 0)
		;
	fcntl(process.out, F_SETFL, 0);
	kill(process.pid, SIGINT);
	command_finish(&process, &end);
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(waitpid(reader.pid, NULL, 0), reader.pid);
	close(reader.pipe);
	unlink(path);
}
END_TEST

/* -------------------------------------------------------------------------- hanging memory */

/* Calls of openat(2), with the path, which is read when a call is shown. */
static const char opening[] =
	".struct call\n\thead head\n\tu64 path user string\n"
	".map begun hash u64 call 256\n.show begun pending\n"
	".prog enter\n.at syscall openat(_, c.path)\n\t.local c call\n"
	"	filter out\n	head r10 + c.head\n	remember begun, r10 + c\nout:	r0 = 0\n	exit\n"
	".prog leave\n.at sysret openat\n	forget begun\n	r0 = 0\n	exit\n";

/* Return a page that is never there: whoever touches it hangs. */
static char *hanging_page(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register registered = { .range = { (unsigned long)page, 4096 },
					      .mode = UFFDIO_REGISTER_MODE_MISSING };

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) < 0 || ioctl(fd, UFFDIO_REGISTER, &registered) < 0)
		_exit(2);
	return page;
}

/* Start a process "opening" that opens a file when it is told, and hangs: `path`, or NULL: hanging memory. */
static pid_t opener_start(const char *path, int go)
{
	pid_t pid = fork();
	char byte;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "opening");
	if (!path)
		path = hanging_page();
	if (read(go, &byte, 1) == 1)
		syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	_exit(3);
}

/* Ask until `count` calls are listed at once; without the paths that cannot be read it takes less than a second. */
static void await_calls(const struct process *process, int count)
{
	size_t length = 0;
	int64_t begin;

	for (int tries = 0; tries < 200; tries++) {
		length = 0;
		begin = now_ms();
		kill(process->pid, SIGUSR1);
		usleep(50 * 1000);
		while (poll(&(struct pollfd){ .fd = process->out, .events = POLLIN }, 1, length ? 0 : 500) == 1)
			command_read(process->out, end.out, &length, 4096);
		ck_assert_int_lt(now_ms() - begin, 1000);
		if (length && command_lines(end.out) == count)
			return;
	}
	ck_abort_msg("%d calls: %s", count, end.out);
}

/* A path is read from the process that hangs; if its memory hangs, too, not for long. -n needs the path. */
START_TEST(test_hanging_memory)
{
	const char *text = command_text_file(opening);
	char fifo[64];
	struct process all, some;
	pid_t openers[2];
	int go[2];

	snprintf(fifo, sizeof fifo, "/tmp/rawbpf-stays-%d", getpid());
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	openers[0] = opener_start(fifo, go[0]);
	openers[1] = opener_start(NULL, go[0]);
	all = command_start(NULL, ARGS("run", text, "-c", "opening"));
	some = command_start(NULL, ARGS("run", text, "-c", "opening", "-n", "rawbpf-stays-"));
	command_await(all.err, "attached;");
	command_await(some.err, "attached;");
	ck_assert_int_eq(write(go[1], "xx", 2), 2);
	await_calls(&all, 2);
	ck_assert_msg(strstr(end.out, fifo) && strstr(end.out, "path=(ETIMEDOUT)"), "%s", end.out);
	await_calls(&some, 1);
	ck_assert_msg(strstr(end.out, fifo) != NULL, "%s", end.out);
	for (int i = 0; i < 2; i++) {
		int64_t begin = now_ms();

		kill((i ? some : all).pid, SIGINT);
		command_finish(i ? &some : &all, &end);
		ck_assert_int_lt(now_ms() - begin, 1000);
		ck_assert_int_eq(end.status, 0);
		ck_assert_int_eq(command_lines(end.out), 2 - i);
	}
	for (int i = 0; i < 2; i++) {
		kill(openers[i], SIGKILL);
		ck_assert_int_eq(waitpid(openers[i], NULL, 0), openers[i]);
	}
	close(go[0]);
	close(go[1]);
	unlink(fifo);
	unlink(text);
}
END_TEST

/* ------------------------------------------------------------------------------- terminal */

static int terminal; /* its other end */

static void to_terminal(void)
{
	int fd = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);

	dup2(fd, 1);
}

/* A slow terminal: the prompt is back at once, and the calls that hang were printed. */
START_TEST(test_terminal)
{
	static char both[sizeof hanging + sizeof flooding], said[64];
	struct reader reader = reader_start();
	struct process process;
	size_t length = 0;
	const char *path;
	pid_t caller = fork();
	char drop[4096];
	int64_t begin;
	int status;

	if (caller == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			syscall(SYS_getppid);
	}
	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(terminal, 0);
	ck_assert_int_eq(grantpt(terminal), 0);
	ck_assert_int_eq(unlockpt(terminal), 0);
	snprintf(both, sizeof both, "%s%s", hanging, flooding);
	path = command_text_file(both);
	process = command_start(to_terminal, ARGS("run", "--way", "raw_tp", path));
	command_await(process.err, "attached;");
	reader_go(&reader);
	for (int i = 0; i < 10; i++) { /* 11 KB a second */
		ck_assert_int_gt(read(terminal, drop, 550), 0);
		usleep(50 * 1000);
	}
	begin = now_ms();
	kill(process.pid, SIGINT);
	ck_assert_int_eq(waitpid(process.pid, &status, 0), process.pid);
	ck_assert_int_lt(now_ms() - begin, 1000);
	ck_assert_int_eq(status, 0);
	end.err[read(process.err, end.err, TEXT - 1)] = '\0';
	ck_assert_msg(strstr(end.err, " events, ") != NULL, "%s", end.err);
	ck_assert_int_eq(fcntl(terminal, F_SETFL, O_NONBLOCK), 0);
	while (length < TEXT - 1 && (status = read(terminal, end.out + length, TEXT - 1 - length)) > 0)
		length += status;
	end.out[length] = '\0';
	snprintf(said, sizeof said, "pid=%s ", reader.id);
	ck_assert_ptr_nonnull(strstr(end.out, said));
	reader_end(&reader);
	kill(caller, SIGKILL);
	ck_assert_int_eq(waitpid(caller, NULL, 0), caller);
	close(process.out);
	close(process.err);
	close(terminal);
	unlink(path);
}
END_TEST

/* ------------------------------------------------------------------------------------ pins */

static const char counting[] =
	".map count array u32 u64 1\n.show count end\n"
	".prog p\n.at raw_tp sys_enter\n"
	"	r1 = &count[0]\n	r2 = 1\n	lock *(u64 *)(r1 + 0) += r2\n	r0 = 0\n	exit\n"
	".prog q\n.at raw_tp sys_exit\n	r0 = 0\n	exit\n";

static uint64_t counted(void)
{
	int map = rawbpf_obj_open("/sys/fs/bpf/count", 0);
	const unsigned key = 0;
	uint64_t value;

	ck_assert_int_ge(map, 0);
	ck_assert_int_eq(rawbpf_map_lookup(map, &key, &value, 0), 0);
	close(map);
	return value;
}

/* The program runs until its link is removed. */
START_TEST(test_pinned)
{
	const char *path = command_text_file(counting);
	uint64_t before;

	live_mount_bpffs();
	command_run(&end, NULL, ARGS("run", path, "--pin", "/sys/fs/bpf"));
	ck_assert_str_eq(end.err, "pinned in /sys/fs/bpf; remove the link_* there to end it\n");
	ck_assert_int_eq(end.status, 0);
	before = counted();
	ck_assert_uint_gt(counted(), before);
	command_run(&end, NULL, ARGS("run", path, "--pin", "/sys/fs/bpf"));
	ck_assert_ptr_nonnull(strstr(end.err, "--pin: /sys/fs/bpf/count exists already; "));
	ck_assert_int_eq(end.status, 1);
	ck_assert_int_eq(access("/sys/fs/bpf/link_p", F_OK), 0);
	ck_assert_int_eq(unlink("/sys/fs/bpf/count"), 0);
	ck_assert_int_eq(unlink("/sys/fs/bpf/link_p"), 0);
	ck_assert_int_eq(unlink("/sys/fs/bpf/link_q"), 0);
	unlink(path);
}
END_TEST

/* Nothing stays if something cannot. */
START_TEST(test_not_pinned)
{
	const char *path = command_text_file(counting);

	live_mount_bpffs();
	ck_assert_int_eq(mkdir("/sys/fs/bpf/link_q", 0700), 0);
	command_run(&end, NULL, ARGS("run", path, "--pin", "/sys/fs/bpf"));
	ck_assert_ptr_nonnull(strstr(end.err, "--pin: /sys/fs/bpf/link_q exists already; "));
	ck_assert_int_eq(end.status, 1);
	ck_assert_int_ne(access("/sys/fs/bpf/count", F_OK), 0);
	ck_assert_int_ne(access("/sys/fs/bpf/link_p", F_OK), 0);
	command_run(&end, NULL, ARGS("run", path, "--pin", "/tmp"));
	ck_assert_ptr_nonnull(strstr(end.err, "--pin: /tmp/count: Operation not permitted; the directory must exist, "));
	ck_assert_int_eq(end.status, 1);
	unlink(path);
	/* a perf event is no bpf link */
	path = command_text_file(".prog p\n.at perf 49\n\tr0 = 0\n\texit\n");
	command_run(&end, NULL, ARGS("run", path, "--pin", "/sys/fs/bpf"));
	ck_assert_msg(strstr(end.err, "--pin: p by perf is attached by an ioctl of a perf event") != NULL, "%s", end.err);
	ck_assert_int_eq(end.status, 1);
	unlink(path);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_asked);
	tcase_add_test(tests, test_every);
	tcase_add_test(tests, test_hanging_memory);
	tcase_add_test(tests, test_terminal);
	tcase_add_test(tests, test_pinned);
	tcase_add_test(tests, test_not_pinned);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return EXIT_FAILURE;
	command_path = argv[1];
	return unit_run("rawbpf_stays", add_tests);
}
