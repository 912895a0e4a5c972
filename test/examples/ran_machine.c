/* SPDX-License-Identifier: MIT */
/* The tools of examples/tools that look at programs, memory and disks. */
#include "ran_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE = 512 };

static pid_t *told; /* by the child: processes it made */

static void told_open(void)
{
	told = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* Run a text beside a child; `letter` and `value` are an option, or NULL. Return the child. */
static pid_t run_beside(struct ran *run, const struct ran_setup *setup, const char *way, const char *text,
			void (*work)(void), const char *letter, const char *value)
{
	pid_t pid;

	run->problem[0] = '\0';
	ran_child_start(run, work);
	pid = run->child;
	if (ran_tool_start(run, setup, way, text, letter, value))
		ran_child_work(run);
	ran_tool_end(run);
	return pid;
}

/* ------------------------------------------------------------------------------ execsnoop */

/* A link to the tool. Its path is short enough to be shown as a whole. */
static const char exec_path[] = "/tmp/ran-exec";

/* It prints 64 arguments at most. */
#define SEVENS " 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7"

/* A guest of test/vm has a 32-bit program, which executes its arguments. NULL: there is none. */
static const char *exec_program32(void)
{
	static const char *const paths[] = { "/bin/workload32", "/bin/task32" };

	for (int i = 0; i < 2; i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

/* Execute the 32-bit program, which executes the tool. Tell the error of a kernel that runs none. */
static void exec_32(void)
{
	char *const arguments[] = { (char *)"ran-32", (char *)exec_path, (char *)"--version", NULL };
	const char *path = exec_program32();
	pid_t there;

	if (!path)
		return;
	told[3] = 0;
	there = fork();
	if (there == 0) {
		dup2(2, 1);
		execv(path, arguments);
		told[3] = errno;
		_exit(0);
	}
	waitpid(there, NULL, 0);
	told[2] = there;
}

/* The lines of both. */
static void exec_lines_32(char (*lines)[LINE], const char *path, pid_t child)
{
	const char *failed = told[3] == ENOEXEC ? "-8 ENOEXEC" : NULL;

	lines[1][0] = '\0';
	snprintf(lines[0], LINE, "%d %d %d %d %s %s %s ran-32 %s --version", told[2], told[2], child, RAN_UID,
		 failed ? "ran" : path + sizeof "/bin", failed ? failed : "0", path, exec_path);
	if (!failed)
		snprintf(lines[1], LINE, "%d %d %d %d ran-exec 0 %s %s --version", told[2], told[2], child, RAN_UID,
			 exec_path, exec_path);
}

static void execsnoop_work(void)
{
	/* The kernel reads none of the strings of a call that fails early: these are in memory, on the stack. */
	char x[] = "x", empty[] = "", words[] = "two words", seven[] = "7";
	char *const none[] = { NULL }, *many[70] = { NULL };
	pid_t missing = fork(), there;

	if (missing == 0) {
		execve("/ran-no-such", (char *[]){ x, empty, words, NULL }, none);
		for (int i = 0; i < 69; i++)
			many[i] = seven;
		syscall(SYS_execve, 8, many, none);
		_exit(0);
	}
	waitpid(missing, NULL, 0);
	there = fork();
	if (there == 0) {
		dup2(2, 1); /* stdout is the test's */
		execve(exec_path, (char *[]){ (char *)"ran-zero", (char *)"--version", NULL }, none);
		_exit(0);
	}
	waitpid(there, NULL, 0);
	told[0] = missing;
	told[1] = there;
	exec_32();
}

/* A name that no other process has. */
static char exec_name[16];

static void execsnoop_named_work(void)
{
	char x[] = "x";
	char *const none[] = { NULL };

	prctl(PR_SET_NAME, exec_name);
	execve("/ran-no-such", (char *[]){ x, NULL }, none);
	dup2(2, 1); /* stdout is the test's */
	execve(exec_path, (char *[]){ (char *)"ran-zero", (char *)"--version", NULL }, none);
	_exit(1);
}

/* -c compares the name that a started program has then, so only the call that failed has this one. */
static void execsnoop_by_name(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char line[LINE];
	const char *const wanted[] = { line, NULL };
	pid_t child;

	snprintf(exec_name, sizeof exec_name, "ran-%d", getpid());
	child = run_beside(&run, setup, way, "execsnoop", execsnoop_named_work, "-c", exec_name);
	snprintf(line, LINE, "%d %d %d %d %s -2 ENOENT /ran-no-such x", child, child, getpid(), RAN_UID, exec_name);
	if (!problem[0])
		ran_compare_lines(&run, "TIME PID TID PPID UID COMM RET PATH ARGS", wanted);
}

void ran_execsnoop(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char lines[5][LINE];
	const char *wanted[] = { lines[0], lines[1], lines[2], NULL, NULL, NULL };
	const char *path32 = exec_program32();
	pid_t child;

	told_open();
	mkdir("/tmp", 01777);
	unlink(exec_path);
	if (symlink(setup->tool, exec_path) < 0)
		ran_complain(&run, "no link");
	child = run_beside(&run, setup, way, "execsnoop", execsnoop_work, "-u", "1234");
	snprintf(lines[0], LINE, "%d %d %d %d ran -2 ENOENT /ran-no-such x two words", told[0], told[0], child, RAN_UID);
	snprintf(lines[1], LINE, "%d %d %d %d ran -14 EFAULT (EFAULT)" SEVENS SEVENS SEVENS SEVENS, told[0], told[0], child,
		 RAN_UID);
	snprintf(lines[2], LINE, "%d %d %d %d ran-exec 0 %s ran-zero --version", told[1], told[1], child, RAN_UID,
		 exec_path);
	if (path32) {
		exec_lines_32(&lines[3], path32, child);
		wanted[3] = lines[3];
		wanted[4] = lines[4][0] ? lines[4] : NULL;
	}
	if (!problem[0])
		ran_compare_lines(&run, "TIME PID TID PPID UID COMM RET PATH ARGS", wanted);
	if (!problem[0])
		execsnoop_by_name(setup, way, problem, size);
	unlink(exec_path);
}

/* ----------------------------------------------------------------------------- tcpconnect */

/* Bring lo up in a network of our own. */
static void tcp_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		_exit(2);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		_exit(3);
	close(fd);
}

/* Open a socket with a port of 127.0.0.1, and tell it. */
static int tcp_socket(struct sockaddr_in *address, pid_t *port)
{
	socklen_t length = sizeof *address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(fd, (struct sockaddr *)address, length) < 0 ||
	    getsockname(fd, (struct sockaddr *)address, &length) < 0)
		_exit(4);
	*port = ntohs(address->sin_port);
	return fd;
}

/* Connect to where no route leads: the kernel sends nothing. The addresses are those of documentation. */
static void tcp_unreachable(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = htonl(0xc0000201) };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(80),
				    .sin6_addr.s6_addr = { 0x20, 1, 0xd, 0xb8, [15] = 1 } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd6 = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 || errno != ENETUNREACH ||
	    connect(fd6, (struct sockaddr *)&to6, sizeof to6) == 0 || errno != ENETUNREACH)
		_exit(8);
	close(fd);
	close(fd6);
}

/* Close the last side. On a busy machine the other one's answer is late, and other events would be before it. */
static void tcp_close(int fd)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t length = sizeof info;

	shutdown(fd, SHUT_WR);
	for (int tries = 0; tries < 10000 && info.tcpi_state != TCP_CLOSE; tries++) {
		usleep(1000);
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
			_exit(9);
	}
	close(fd);
}

/* A connection that both sides close, one that nobody takes, and two that cannot begin. */
static void tcpconnect_work(void)
{
	struct sockaddr_in to, from;
	int server, client, accepted;
	char byte;

	tcp_network();
	server = tcp_socket(&to, &told[0]);
	client = tcp_socket(&from, &told[1]);
	if (listen(server, 1) < 0 || connect(client, (struct sockaddr *)&to, sizeof to) < 0)
		_exit(5);
	accepted = accept(server, NULL, NULL);
	close(accepted);
	if (read(client, &byte, 1) != 0) /* the other side has closed: the client is the last one */
		_exit(7);
	tcp_close(client);
	close(server);
	client = tcp_socket(&from, &told[2]);
	if (connect(client, (struct sockaddr *)&to, sizeof to) == 0 || errno != ECONNREFUSED)
		_exit(6);
	close(client);
	tcp_unreachable();
}

/* The line of an event: its network namespace is any, and so is the time with its unit. */
static void tcp_line(char *line, const char *what, int from, int to)
{
	snprintf(line, LINE, "%s * * * 127.0.0.1:%d 127.0.0.1:%d", what, from, to);
}

void ran_tcpconnect(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char lines[7][LINE], child[16];
	const char *wanted[8] = { NULL };
	int accepts, fails, count = 0;
	pid_t pid;

	problem[0] = '\0';
	told_open();
	if (ran_begin(&run, setup, way, "tcpconnect", tcpconnect_work, child))
		ran_child_work(&run);
	pid = atoi(child);
	ran_tool_end(&run);
	/* the tool says what this kernel refuses; x86_64 has all, but for the kernel of some containers */
	accepts = !strstr(run.said, "at kretprobe inet_csk_accept");
	fails = !strstr(run.said, "at fexit tcp_v4_connect");
#ifdef __x86_64__
	if (setup->is_alone && (!accepts || !fails))
		ran_complain(&run, "%s", run.said);
#endif
	tcp_line(lines[count++], "0 TCP_SYN_SENT TCP_ESTABLISHED", told[1], told[0]);
	if (accepts) {
		tcp_line(lines[count++], "0 TCP_LISTEN TCP_ESTABLISHED", told[0], told[1]);
		tcp_line(lines[count++], "0 TCP_FIN_WAIT2 TCP_CLOSE", told[0], told[1]);
	}
	tcp_line(lines[count++], "0 TCP_LAST_ACK TCP_CLOSE", told[1], told[0]);
	tcp_line(lines[count++], "-111 ECONNREFUSED TCP_SYN_SENT TCP_CLOSE", told[2], told[0]);
	if (fails) {
		snprintf(lines[count++], LINE,
			 "-101 ENETUNREACH TCP_CLOSE TCP_CLOSE * 0 ns 0.0.0.0:0 192.0.2.1:80");
		snprintf(lines[count++], LINE,
			 "-101 ENETUNREACH TCP_CLOSE TCP_CLOSE * 0 ns [::]:0 [2001:db8::1]:80");
	}
	while (count--)
		wanted[count] = lines[count];
	if (!problem[0])
		ran_compare_events(&run, setup, pid, "TIME PID TID PPID UID COMM ERROR OLD STATE NETNS TOOK "
				   "SOURCE TARGET", wanted);
}

/* ------------------------------------------------------------------------------- oomsnoop */

enum { OOM_LIMIT = 16 << 20 };

static int oom_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = fd < 0;

	if (!err)
		err = write(fd, text, strlen(text)) < 0;
	close(fd);
	return err ? -1 : 0;
}

/* Make a group with 16 MB. What the test mounts goes with the child's namespace. */
static int oom_group(void)
{
	char limit[16];

	snprintf(limit, sizeof limit, "%d", OOM_LIMIT);
	mkdir("/ran-cgroup", 0700);
	if (mount("none", "/ran-cgroup", "cgroup2", 0, NULL) < 0)
		return -1;
	oom_write("/ran-cgroup/cgroup.subtree_control", "+memory");
	mkdir("/ran-cgroup/ran", 0700);
	return oom_write("/ran-cgroup/ran/memory.max", limit);
}

/* A process that takes four times as much memory. */
static void oomsnoop_work(void)
{
	pid_t killed;
	int status;

	if (oom_group() < 0)
		_exit(2);
	killed = fork();
	if (killed == 0) {
		char *memory = mmap(NULL, 4 * OOM_LIMIT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				    -1, 0);

		if (oom_write("/ran-cgroup/ran/cgroup.procs", "0") < 0)
			_exit(3);
		for (int i = 0; i < 4 * OOM_LIMIT; i += 4096)
			memory[i] = 1;
		_exit(0);
	}
	if (waitpid(killed, &status, 0) != killed || !WIFSIGNALED(status))
		_exit(4);
	told[0] = killed;
	rmdir("/ran-cgroup/ran");
	umount("/ran-cgroup");
}

void ran_oomsnoop(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char line[LINE];
	const char *const wanted[] = { line, NULL };
	int pages = OOM_LIMIT / getpagesize();
	pid_t child;

	told_open();
	child = run_beside(&run, setup, way, "oomsnoop", oomsnoop_work, "-u", "1234");
	snprintf(line, LINE, "%d %d %d %d ran %d ran %d..%d %d 0 3 Memory cgroup out of memory", told[0], told[0],
		 child, RAN_UID, told[0], pages / 2, pages * 2, pages);
	if (!problem[0])
		ran_compare_lines(&run, "TIME PID TID PPID UID COMM VICTIM NAME PAGES TOTAL ORDER CONSTRAINT REASON",
				  wanted);
}

/* ----------------------------------------------------------------------------- biolatency */

enum { BIO_READS = 10, BIO_BLOCK = 4096 };

static int bio_fd;

/* Open a loop device of our own, past the page cache. Its node needs no /dev. */
static int bio_open(void)
{
	int control, number, file, device;

	mknod("/tmp/ran-loop-control", S_IFCHR | 0600, makedev(10, 237));
	control = open("/tmp/ran-loop-control", O_RDWR | O_CLOEXEC);
	unlink("/tmp/ran-loop-control");
	number = ioctl(control, LOOP_CTL_GET_FREE);
	file = open("/tmp/ran-disk", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (number < 0 || ftruncate(file, BIO_READS * BIO_BLOCK) < 0)
		return -1;
	mknod("/tmp/ran-loop", S_IFBLK | 0600, makedev(7, number));
	device = open("/tmp/ran-loop", O_RDONLY | O_DIRECT | O_CLOEXEC);
	unlink("/tmp/ran-loop");
	if (device < 0 || ioctl(device, LOOP_SET_FD, file) < 0)
		return -1;
	close(control);
	close(file);
	return device;
}

static void biolatency_work(void)
{
	static char block[2 * BIO_BLOCK];
	char *aligned = block + BIO_BLOCK - (unsigned long)block % BIO_BLOCK;

	for (int i = 0; i < BIO_READS; i++)
		if (pread(bio_fd, aligned, BIO_BLOCK, i * (off_t)BIO_BLOCK) != BIO_BLOCK)
			_exit(2);
}

static void bio_compare(struct ran *run, const struct ran_setup *setup, long sum)
{
	if (!run->problem[0] && (sum < BIO_READS || (setup->is_alone && sum > BIO_READS)))
		ran_complain(run, "%ld requests, not %d", sum, BIO_READS);
}

void ran_biolatency(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char *save = NULL, *line;
	long sum = 0;

	problem[0] = '\0';
	mkdir("/tmp", 01777);
	bio_fd = bio_open();
	if (bio_fd < 0) {
		ran_complain(&run, "no loop device");
		return;
	}
	run_beside(&run, setup, way, "biolatency", biolatency_work, NULL, NULL);
	ioctl(bio_fd, LOOP_CLR_FD, 0);
	close(bio_fd);
	unlink("/tmp/ran-disk");
	for (line = strtok_r(run.text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (strstr(line, " us  ")) /* "   4..7 us  10  ####" */
			sum += atol(strstr(line, " us  ") + 5);
	bio_compare(&run, setup, sum);
	if (run.second.tool)
		bio_compare(&run, setup, ran_json_sum(run.json, "count"));
}
