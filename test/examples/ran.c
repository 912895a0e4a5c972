/* SPDX-License-Identifier: MIT */
#include "ran_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's first address. On s390x the kernel has an address space of its own. */
#ifdef __s390x__
#define KERNEL_FIRST	UINT64_C(0x10000)
#else
#define KERNEL_FIRST	(UINT64_C(1) << 63)
#endif

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
	ran_child_start(&run, fchownat_work);
	if (ran_tool_start(&run, setup, way, "fchownat", NULL, NULL)) {
		ran_child_work(&run);
		if (!ran_read_until(run.out, run.text, "count: 5\n"))
			ran_complain(&run, "no count of 5\n");
	}
	ran_tool_end(&run);
	if (run.second.tool && !problem[0] && !strstr(run.json, "{\"map\":\"count\",\"key\":0,\"value\":5}\n"))
		ran_complain(&run, "JSON: %s", run.json);
	last = strrchr(run.text, ':');
	if (!problem[0] && setup->is_alone && (!last || atoi(last + 1) != 5))
		ran_complain(&run, "the last count is another: %s", run.text);
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
	static const char *const wanted[] = { "-2 ENOENT /ran-no-such", "-14 EFAULT (EFAULT)", "0 /", NULL };
	struct ran run = { .problem = problem, .size = size };
	char child[16];
	pid_t pid;

	problem[0] = '\0';
	if (ran_begin(&run, setup, way, "chrootsnoop", chrootsnoop_work, child))
		ran_child_work(&run);
	pid = atoi(child);
	ran_tool_end(&run);
	if (!problem[0])
		ran_compare_events(&run, setup, pid, "TIME PID TID PPID UID COMM RET PATH", wanted);
}

/* ---------------------------------------------------------------------------- opensnoop */

static volatile int *opensnoop_is_read; /* in shared memory */

/* The tool reads directories from /proc, so this process stays until all lines are printed. */
static void opensnoop_work(void)
{
	const struct open_how how = { .flags = O_DIRECTORY };
	int root;

	syscall(SYS_openat, 77, "ran-relative", O_RDONLY | O_NOFOLLOW, 0);
	syscall(SYS_openat, AT_FDCWD, "/ran-no-such", O_RDWR, 0);
	root = syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how);
	if (chdir("/tmp") < 0)
		_exit(2);
	syscall(SYS_openat, root, "ran-no-such", O_RDONLY, 0);
	syscall(SYS_openat, AT_FDCWD, "ran/no/such", O_RDONLY, 0);
#ifdef SYS_open
	syscall(SYS_open, "/dev/ran-no-such", O_WRONLY, 0);
	syscall(SYS_creat, "/ran-no-such/file", 0600);
#endif
	syscall(SYS_openat, AT_FDCWD, "/ran-last", O_RDWR, 0);
	while (!*opensnoop_is_read)
		usleep(1000);
}

void ran_opensnoop(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	int lowest = dup(0), has_proc = access("/proc/self/cwd", F_OK) == 0, count = 0;
	char child[16], lines[8][80];
	const char *wanted[9] = { NULL };
	pid_t pid;

	problem[0] = '\0';
	close(lowest);
	mkdir("/tmp", 01777);
	opensnoop_is_read = mmap(NULL, sizeof *opensnoop_is_read, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ran_begin(&run, setup, way, "opensnoop", opensnoop_work, child)) {
		if (write(run.go, "x", 1) != 1 || !ran_read_until(run.out, run.text, "/ran-last") ||
		    (run.second.tool && !ran_read_until(run.second.out, run.json, "/ran-last")))
			ran_complain(&run, "no last line\n");
		*opensnoop_is_read = 1;
		ran_child_work(&run);
	}
	pid = atoi(child);
	ran_tool_end(&run);
	snprintf(lines[count++], 80, "-9 EBADF O_NOFOLLOW 77 ran-relative");
	snprintf(lines[count++], 80, "-2 ENOENT O_RDWR AT_FDCWD /ran-no-such");
	/* the child has the pipe's end where `lowest` was, and opens the next one */
	snprintf(lines[count++], 80, "%d O_DIRECTORY AT_FDCWD /", lowest + 1);
	snprintf(lines[count++], 80, "-2 ENOENT O_RDONLY %d %sran-no-such", lowest + 1, has_proc ? "/ /" : "");
	snprintf(lines[count++], 80, "-2 ENOENT O_RDONLY AT_FDCWD %sran/no/such", has_proc ? "/tmp/" : "");
#ifdef SYS_open
	snprintf(lines[count++], 80, "-2 ENOENT O_WRONLY AT_FDCWD /dev/ran-no-such");
	snprintf(lines[count++], 80, "-2 ENOENT O_WRONLY|O_CREAT|O_TRUNC AT_FDCWD /ran-no-such/file");
#endif
	snprintf(lines[count++], 80, "-2 ENOENT O_RDWR AT_FDCWD /ran-last");
	while (count--)
		wanted[count] = lines[count];
	if (!problem[0])
		ran_compare_events(&run, setup, pid, "TIME PID TID PPID UID COMM RET FLAGS DIRFD PATH", wanted);
	munmap((void *)opensnoop_is_read, sizeof *opensnoop_is_read);
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
	struct ran_setup one = *setup;
	int err = own_network();

	one.has_json = 0; /* a device takes one such program */
	problem[0] = '\0';
	if (err < 0) {
		ran_complain(&run, "no network of our own: %s", strerror(-err));
		return;
	}
	if (ran_tool_start(&run, &one, way, "ethertype", "-l", "lo")) {
		send_datagrams(3);
		if (!ran_read_until(run.out, run.text, "\n"))
			ran_complain(&run, "no line\n");
	}
	ran_tool_end(&run);
	run.text[strcspn(run.text, "\n")] = '\0';
	if (!problem[0] && strcmp(run.text, "800                 3") != 0)
		ran_complain(&run, "'%s'", run.text);
}

/* ------------------------------------------------------------------------------- stuck */

static volatile pid_t *stuck_grandchild; /* in shared memory */

/* A vfork(2) that waits for its child sleeps uninterruptibly, but for signals that kill. */
static void stuck_work(void)
{
	if (vfork() == 0) {
		*stuck_grandchild = getpid();
		for (;;)
			pause();
	}
}

/* Wait until the process is in state D, for its child: vfork(2) itself may sleep before that. */
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
		if (*stuck_grandchild > 0 && strstr(state, "(ran) D"))
			return;
		usleep(1000);
	}
}

/* Find the child's line, and compare its fields. */
static void stuck_compare(struct ran *run, char *table, const char *child)
{
	char *save = NULL, *line = strtok_r(table, "\n", &save), *words[64], wanted[64];
	int count = line ? ran_split(line, words, 64) : 0;

	ran_compare_words(run, words, 0, count, "PID TID PPID SINCE COMM");
	while ((line = strtok_r(NULL, "\n", &save))) {
		count = ran_split(line, words, 64);
		if (count < 6 || strcmp(words[0], child) != 0)
			continue;
		snprintf(wanted, sizeof wanted, "%s %s %d", child, child, getpid());
		ran_compare_words(run, words, 0, 3, wanted);
		ran_compare_words(run, words, count - 1, count, "ran");
		line = strtok_r(NULL, "\n", &save);
		if (!line || strncmp(line, "    ", 4) != 0 ||
		    (!strstr(line, "+0x") && strtoull(line, NULL, 16) < KERNEL_FIRST))
			ran_complain(run, "no function of the kernel: %s\n", line ? line : "");
		return;
	}
	ran_complain(run, "the child is missing\n");
}

void ran_stuck(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char child[16];

	problem[0] = '\0';
	stuck_grandchild = mmap(NULL, sizeof *stuck_grandchild, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ran_child_start(&run, stuck_work);
	sprintf(child, "%d", run.child);
	if (write(run.go, "x", 1) != 1)
		ran_complain(&run, "the child is gone\n");
	stuck_await(child);
	if (ran_tool_start(&run, setup, way, "stuck", NULL, NULL)) {
		ran_read_until(run.out, run.text, NULL);
		if (run.second.tool)
			ran_read_until(run.second.out, run.json, NULL);
	}
	if (*stuck_grandchild > 0)
		kill(*stuck_grandchild, SIGKILL);
	ran_tool_end(&run);
	munmap((void *)stuck_grandchild, sizeof *stuck_grandchild);
	if (!problem[0])
		stuck_compare(&run, run.text, child);
	if (!problem[0] && run.second.tool)
		stuck_compare(&run, run.rows, child);
}
