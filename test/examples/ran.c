/* SPDX-License-Identifier: MIT */
#include "ran.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The kernel's first address. On s390x the kernel has an address space of its own. */
#ifdef __s390x__
#define KERNEL_FIRST	UINT64_C(0x10000)
#else
#define KERNEL_FIRST	(UINT64_C(1) << 63)
#endif

enum { RAN_TEXT = 1 << 16, RAN_PATIENCE_MS = 120000, RAN_UID = 1234 };

/* A run of the tool, and the process that it watches. */
struct ran {
	pid_t tool, child;
	int out, err, go;       /* the tool's output; a byte to `go` starts the child */
	char text[RAN_TEXT];    /* the output */
	char said[RAN_TEXT];    /* stderr */
	int status;
	char *problem;
	size_t size;
	int64_t begin_ns, end_ns;
};

__attribute__((format(printf, 2, 3))) static void complain(struct ran *run, const char *format, ...)
{
	va_list arguments;
	size_t length = strlen(run->problem);

	va_start(arguments, format);
	vsnprintf(run->problem + length, run->size - length, format, arguments);
	va_end(arguments);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

/* ---------------------------------------------------------------------------- processes */

/* Start the child: it waits for a byte, and then does `work`. */
static void child_start(struct ran *run, void (*work)(void))
{
	int go[2];
	char byte;

	if (pipe2(go, O_CLOEXEC) < 0)
		abort();
	run->child = fork();
	if (run->child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "ran");
		close(go[1]);
		if (setresuid(RAN_UID, 0, RAN_UID) < 0 || read(go[0], &byte, 1) != 1)
			_exit(1);
		work();
		_exit(0);
	}
	close(go[0]);
	run->go = go[1];
}

/* Read until the text has `word` (NULL: the end), or the time is over. Return 1 if so. */
static int read_until(int fd, char *text, const char *word)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t length = strlen(text);
	long got;

	while (!word || !strstr(text, word)) {
		if (length + 1 >= RAN_TEXT || poll(&ready, 1, RAN_PATIENCE_MS) != 1)
			return 0;
		got = read(fd, text + length, RAN_TEXT - 1 - length);
		if (got <= 0)
			return !word;
		length += got;
		text[length] = '\0';
	}
	return 1;
}

/* Start `rawbpf run [--way WAY] TEXT [-LETTER VALUE]`, and wait until it is attached. Return 1 if it is. */
static int tool_start(struct ran *run, const struct ran_setup *setup, const char *way,
		      const char *text, const char *letter, const char *value)
{
	char path[256], *arguments[16] = { (char *)"rawbpf", (char *)"run" };
	int out[2], err[2], count = 2;

	snprintf(path, sizeof path, "%s/%s.bpf", setup->texts, text);
	if (way) {
		arguments[count++] = (char *)"--way";
		arguments[count++] = (char *)way;
	}
	arguments[count++] = path;
	if (letter) {
		arguments[count++] = (char *)letter;
		arguments[count++] = (char *)value;
	}
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		abort();
	run->tool = fork();
	if (run->tool == 0) {
		dup2(out[1], 1);
		dup2(err[1], 2);
		execv(setup->tool, arguments);
		_exit(99);
	}
	close(out[1]);
	close(err[1]);
	run->out = out[0];
	run->err = err[0];
	run->begin_ns = now_ns();
	if (read_until(run->err, run->said, "attached"))
		return 1;
	complain(run, "%s%s", strstr(run->said, "EOPNOTSUPP") ? "no way: " : "not attached: ", run->said);
	return 0;
}

/* Let the child work, and wait for its end. */
static void child_work(struct ran *run)
{
	int status = -1;

	if (write(run->go, "x", 1) != 1 || waitpid(run->child, &status, 0) != run->child || status)
		complain(run, "the child ended with %d\n", status);
	run->child = 0;
	run->end_ns = now_ns();
}

/* End the tool, and read what it printed. */
static void tool_end(struct ran *run)
{
	kill(run->tool, SIGINT);
	if (!read_until(run->out, run->text, NULL))
		complain(run, "the tool did not end\n");
	read_until(run->err, run->said, NULL);
	waitpid(run->tool, &run->status, 0);
	if (run->status && !run->problem[0])
		complain(run, "the tool ended with %d: %s\n", run->status, run->said);
	close(run->out);
	close(run->err);
	if (run->child > 0) {
		kill(run->child, SIGKILL);
		waitpid(run->child, NULL, 0);
	}
	if (run->go)
		close(run->go);
}

/* --------------------------------------------------------------------------- columns */

/* Split a line into words; blanks are between them. Return their number. */
static int split(char *line, char **words, int max)
{
	int count = 0;
	char *save = NULL, *word = strtok_r(line, " ", &save);

	for (; word && count < max; word = strtok_r(NULL, " ", &save))
		words[count++] = word;
	return count;
}

/* Compare the words of a line from `first` on with those wanted, a blank between. */
static void compare_words(struct ran *run, char **words, int first, int count, const char *wanted)
{
	char line[512] = "";

	for (int i = first; i < count; i++) {
		strncat(line, i > first ? " " : "", sizeof line - strlen(line) - 1);
		strncat(line, words[i], sizeof line - strlen(line) - 1);
	}
	if (strcmp(line, wanted) != 0)
		complain(run, "'%s', not '%s'\n", line, wanted);
}

static void compare_time(struct ran *run, const char *word)
{
	long long time = atoll(word);

	if (time < run->begin_ns || time > run->end_ns)
		complain(run, "time %s is not from %lld to %lld\n", word, (long long)run->begin_ns,
			 (long long)run->end_ns);
}

/* Compare the lines behind the header: a time, the head of the child, and `wanted`, line by line. */
static void compare_events(struct ran *run, const struct ran_setup *setup, pid_t child,
			   const char *header, const char *const *wanted)
{
	char *save = NULL, *line = strtok_r(run->text, "\n", &save), *words[32], full[512];
	int count = line ? split(line, words, 32) : 0;

	compare_words(run, words, 0, count, header);
	while ((line = strtok_r(NULL, "\n", &save))) {
		count = split(line, words, 32);
		if (!*wanted) {
			complain(run, "a line too many: %s\n", count > 1 ? words[count - 1] : "");
			return;
		}
		if (count)
			compare_time(run, words[0]);
		snprintf(full, sizeof full, "%d %d %d %d ran %s", child, child,
			 setup->has_btf ? getpid() : 0, RAN_UID, *wanted++);
		compare_words(run, words, 1, count, full);
	}
	if (*wanted)
		complain(run, "missing: %s\n", *wanted);
}

/* Begin a run with a child, whose calls `work` makes, as -p. Return 1 if the tool is attached. */
static int begin(struct ran *run, const struct ran_setup *setup, const char *way, const char *text,
		 void (*work)(void), char *child)
{
	child_start(run, work);
	sprintf(child, "%d", run->child);
	return tool_start(run, setup, way, text, "-p", child);
}

/* ----------------------------------------------------------------------------- fchownat */

static void fchownat_work(void)
{
	for (int i = 0; i < 5; i++)
		syscall(SYS_fchownat, AT_FDCWD, "/nowhere", 0, 0, 0);
}

void ran_fchownat(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	const char *last;

	problem[0] = '\0';
	child_start(&run, fchownat_work);
	if (tool_start(&run, setup, way, "fchownat", NULL, NULL)) {
		child_work(&run);
		if (!read_until(run.out, run.text, "count: 5\n"))
			complain(&run, "no count of 5\n");
	}
	tool_end(&run);
	last = strrchr(run.text, ':');
	if (!problem[0] && setup->is_alone && (!last || atoi(last + 1) != 5))
		complain(&run, "the last count is another: %s", run.text);
}

/* -------------------------------------------------------------------------- chrootsnoop */

static void chrootsnoop_work(void)
{
	syscall(SYS_chroot, "/ran-no-such");
	syscall(SYS_chroot, (char *)8);
	syscall(SYS_chroot, "/");
}

void ran_chrootsnoop(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	static const char *const wanted[] = { "-2 /ran-no-such", "-14 (Bad address)", "0 /", NULL };
	struct ran run = { .problem = problem, .size = size };
	char child[16];
	pid_t pid;

	problem[0] = '\0';
	if (begin(&run, setup, way, "chrootsnoop", chrootsnoop_work, child))
		child_work(&run);
	pid = atoi(child);
	tool_end(&run);
	if (!problem[0])
		compare_events(&run, setup, pid, "TIME PID TID PPID UID COMM RET PATH", wanted);
}

/* ---------------------------------------------------------------------------- opensnoop */

static void opensnoop_work(void)
{
	const struct open_how how = { .flags = O_DIRECTORY };

	syscall(SYS_openat, 77, "ran-relative", O_RDONLY | O_NOFOLLOW, 0);
	syscall(SYS_openat, AT_FDCWD, "/ran-no-such", O_RDWR, 0);
	syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how);
#ifdef SYS_open
	syscall(SYS_open, "/dev/ran-no-such", O_WRONLY, 0);
	syscall(SYS_creat, "/ran-no-such/file", 0600);
#endif
}

void ran_opensnoop(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char child[16], lines[5][64];
	const char *wanted[6] = { lines[0], lines[1], lines[2], lines[3], lines[4], NULL };
	int lowest = dup(0);
	pid_t pid;

	problem[0] = '\0';
	close(lowest);
	if (begin(&run, setup, way, "opensnoop", opensnoop_work, child))
		child_work(&run);
	pid = atoi(child);
	tool_end(&run);
	snprintf(lines[0], sizeof lines[0], "-9 %d 77 ran-relative", O_NOFOLLOW);
	snprintf(lines[1], sizeof lines[1], "-2 %d -100 /ran-no-such", O_RDWR);
	/* the child has the pipe's end where `lowest` was, and opens the next one */
	snprintf(lines[2], sizeof lines[2], "%d %d -100 /", lowest + 1, O_DIRECTORY);
	snprintf(lines[3], sizeof lines[3], "-2 %d -100 /dev/ran-no-such", O_WRONLY);
	snprintf(lines[4], sizeof lines[4], "-2 %d -100 /ran-no-such/file", O_CREAT | O_WRONLY | O_TRUNC);
#ifndef SYS_open
	wanted[3] = NULL;
#endif
	if (!problem[0])
		compare_events(&run, setup, pid, "TIME PID TID PPID UID COMM RET FLAGS DIRFD PATH", wanted);
}

/* ---------------------------------------------------------------------------- ethertype */

/* Bring lo up in a network of our own. */
static int own_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd, err;

	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* Send datagrams to ourselves; nobody answers, since the socket receives them. */
static void send_datagrams(int number)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof to;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	bind(fd, (struct sockaddr *)&to, sizeof to);
	getsockname(fd, (struct sockaddr *)&to, &length);
	while (number--)
		sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to);
	close(fd);
}

/* The test's process moves to another network for this: call it in a child. */
void ran_ethertype(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	int err = own_network();

	problem[0] = '\0';
	if (err < 0) {
		complain(&run, "no network of our own: %s", strerror(-err));
		return;
	}
	if (tool_start(&run, setup, way, "ethertype", "-l", "lo")) {
		send_datagrams(3);
		if (!read_until(run.out, run.text, "\n"))
			complain(&run, "no line\n");
	}
	tool_end(&run);
	run.text[strcspn(run.text, "\n")] = '\0';
	if (!problem[0] && strcmp(run.text, "800                 3") != 0)
		complain(&run, "'%s'", run.text);
}

/* ------------------------------------------------------------------------------- stuck */

static pid_t *stuck_grandchild; /* in shared memory */

/* A vfork(2) that waits for its child sleeps uninterruptibly, but for signals that kill. */
static void stuck_work(void)
{
	if (vfork() == 0) {
		*stuck_grandchild = getpid();
		for (;;)
			pause();
	}
}

/* Wait until the process is in state D. */
static void stuck_await(const char *child)
{
	char path[40], state[256];
	int tries, fd;
	long got;

	snprintf(path, sizeof path, "/proc/%s/stat", child);
	for (tries = 0; tries < RAN_PATIENCE_MS; tries++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			sleep(1); /* without /proc there is nothing to ask */
			return;
		}
		got = read(fd, state, sizeof state - 1);
		close(fd);
		state[got > 0 ? got : 0] = '\0';
		if (strstr(state, "(ran) D"))
			return;
		usleep(1000);
	}
}

/* Find the child's line, and compare its fields. */
static void stuck_compare(struct ran *run, const char *child)
{
	char *save = NULL, *line = strtok_r(run->text, "\n", &save), *words[64], wanted[64];
	int count = line ? split(line, words, 64) : 0;

	compare_words(run, words, 0, count, "PID TID PPID SINCE COMM STACK");
	while ((line = strtok_r(NULL, "\n", &save))) {
		count = split(line, words, 64);
		if (count != 6 || strcmp(words[0], child) != 0)
			continue;
		snprintf(wanted, sizeof wanted, "%s %s %d", child, child, getpid());
		compare_words(run, words, 0, 3, wanted);
		compare_words(run, words, 4, 5, "ran");
		if (strtoull(words[5], NULL, 10) < KERNEL_FIRST)
			complain(run, "no address of the kernel: %s\n", words[5]);
		return;
	}
	complain(run, "the child is missing\n");
}

void ran_stuck(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char child[16];

	problem[0] = '\0';
	stuck_grandchild = mmap(NULL, sizeof *stuck_grandchild, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child_start(&run, stuck_work);
	sprintf(child, "%d", run.child);
	if (write(run.go, "x", 1) != 1)
		complain(&run, "the child is gone\n");
	stuck_await(child);
	if (tool_start(&run, setup, way, "stuck", NULL, NULL))
		read_until(run.out, run.text, NULL);
	if (*stuck_grandchild > 0)
		kill(*stuck_grandchild, SIGKILL);
	tool_end(&run);
	munmap(stuck_grandchild, sizeof *stuck_grandchild);
	if (!problem[0])
		stuck_compare(&run, child);
}
