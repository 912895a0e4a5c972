/* SPDX-License-Identifier: MIT */
/* The tools of examples/tools that look at processes: ends, signals, mounts, modules, rights, time. */
#include "ran_run.h"

#include <fcntl.h>
#include <glob.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 256 };

/* What the child tells the test: processes it made, and how many ms one lived. */
static pid_t *told;

static void told_open(void)
{
	told = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* Run a text beside a child, for which `letter` and `value` select; NULL: its own id. Return the child. */
static pid_t run_beside(struct ran *run, const struct ran_setup *setup, const char *way, const char *text,
			void (*work)(void), const char *letter, const char *value)
{
	char child[16];
	pid_t pid;

	run->problem[0] = '\0';
	ran_child_start(run, work);
	pid = run->child;
	snprintf(child, sizeof child, "%d", pid);
	if (ran_tool_start(run, setup, way, text, letter ? letter : "-p", letter ? value : child))
		ran_child_work(run);
	ran_tool_end(run);
	return pid;
}

/* ------------------------------------------------------------------------------ exitsnoop */

/* A process that lives for 300 ms, or longer on a busy machine, and one that is killed. */
static void exitsnoop_work(void)
{
	struct timespec begin, end;
	pid_t sleeper, killed;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	sleeper = fork();
	if (sleeper == 0) {
		usleep(300000);
		_exit(7);
	}
	waitpid(sleeper, NULL, 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	killed = fork();
	if (killed == 0)
		for (;;)
			pause();
	if (killed < 0)
		_exit(1);
	kill(killed, SIGKILL);
	waitpid(killed, NULL, 0);
	told[0] = sleeper;
	told[1] = killed;
	told[2] = (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000 + 1;
}

void ran_exitsnoop(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char lines[3][LINE];
	const char *const wanted[] = { lines[0], lines[1], lines[2], NULL };
	pid_t child;

	told_open();
	child = run_beside(&run, setup, way, "exitsnoop", exitsnoop_work, "-u", "1234");
	snprintf(lines[0], LINE, "%d %d %d %d ran 7 0 0 300..%d ms", told[0], told[0], child, RAN_UID, told[2]);
	snprintf(lines[1], LINE, "%d %d %d %d ran 0 9 SIGKILL 0 * *", told[1], told[1], child, RAN_UID);
	snprintf(lines[2], LINE, "%d %d %d %d ran 0 0 0 * *", child, child, getpid(), RAN_UID);
	if (!problem[0])
		ran_compare_lines(&run, "TIME PID TID PPID UID COMM STATUS SIGNAL CORE AGE", wanted);
}

/* ------------------------------------------------------------------------------- sigsnoop */

static void sigsnoop_work(void)
{
	pid_t killed = fork();

	if (killed == 0)
		for (;;)
			pause();
	if (killed < 0)
		_exit(1);
	signal(SIGUSR1, SIG_IGN);
	syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
	kill(killed, SIGUSR2);
	waitpid(killed, NULL, 0);
	told[0] = killed;
}

void ran_sigsnoop(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	char lines[3][LINE];
	const char *const wanted[] = { lines[0], lines[1], lines[2], NULL };
	pid_t child;

	told_open();
	child = run_beside(&run, setup, way, "sigsnoop", sigsnoop_work, NULL, NULL);
	/* by tgkill(2) to the thread, ignored; by kill(2); and at its end to the parent */
	snprintf(lines[0], LINE, "%d SIGUSR1 %d %d 0 SI_TKILL 1 ran", SIGUSR1, child, child);
	snprintf(lines[1], LINE, "%d SIGUSR2 %d %d 1 SI_USER 0 ran", SIGUSR2, told[0], told[0]);
	snprintf(lines[2], LINE, "%d SIGCHLD %d %d 1 1 0..2 *", SIGCHLD, getpid(), getpid());
	if (!problem[0])
		ran_compare_events(&run, setup, child, "TIME PID TID PPID UID COMM SIGNAL TARGET THREAD GROUP "
				   "CODE RESULT NAME", wanted);
}

/* ----------------------------------------------------------------------------- mountsnoop */

/* The kernel reads none of fsconfig's strings, so read them first: their page is there then. */
static char mount_key[] = "key", mount_value[] = "value";

static void mountsnoop_work(void)
{
	mount_key[0] = 'k';
	mount_value[0] = 'v';
	syscall(SYS_mount, "none", "/", "ran-no-such", MS_RDONLY | MS_NOSUID, NULL);
	syscall(SYS_umount2, "/ran-no-such", MNT_DETACH | UMOUNT_NOFOLLOW);
	syscall(SYS_fsopen, "ran-no-such", 0);
	syscall(SYS_fsconfig, -1, 1, mount_key, mount_value, 0);
	syscall(SYS_move_mount, -1, "/ran-from", -1, "/ran-to", 0);
}

void ran_mountsnoop(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	static const char *const wanted[] = {
		"mount -19 ENODEV * * MS_RDONLY|MS_NOSUID 0 0x0 ran-no-such none /",
		"umount -2 ENOENT * * 0 MNT_DETACH|0x8 0x0 /ran-no-such", "fsopen -19 ENODEV * * 0 0 0x0 ran-no-such",
		"fsconfig -22 EINVAL * * 0 0 0x1 key value", "move_mount -2 ENOENT * * 0 0 0x0 /ran-from /ran-to", NULL
	};
	struct ran run = { .problem = problem, .size = size };
	pid_t child = run_beside(&run, setup, way, "mountsnoop", mountsnoop_work, NULL, NULL);

	if (!problem[0])
		ran_compare_events(&run, setup, child, "TIME PID TID PPID UID COMM CALL RET TOOK FLAGS UMOUNT OTHER "
				   "FSTYPE SOURCE TARGET", wanted);
}

/* ------------------------------------------------------------------------------- modsnoop */

/* A guest of test/vm has the files of its modules. Remove one that nobody uses, and load it again. */
static void modsnoop_reload(void)
{
	static char image[1 << 20];
	glob_t found;
	ssize_t length;
	int fd;

	if (glob("/modules/*-drop_monitor*", 0, NULL, &found) != 0)
		return;
	fd = open(found.gl_pathv[0], O_RDONLY | O_CLOEXEC);
	length = read(fd, image, sizeof image);
	close(fd);
	if (length <= 0 || syscall(SYS_delete_module, "drop_monitor", O_NONBLOCK) < 0 ||
	    syscall(SYS_init_module, image, length, "") < 0)
		_exit(3);
	told[0] = 1;
}

/* No module is in this file; no protocol family 36 is loaded, so the kernel asks for one. */
static void modsnoop_work(void)
{
	int fd = syscall(SYS_memfd_create, "ran-module", 0);

	if (write(fd, "no module", 9) != 9)
		_exit(1);
	syscall(SYS_finit_module, fd, "a=1", 0);
	syscall(SYS_init_module, "no module", 9, "b=2");
	syscall(SYS_delete_module, "ran_no_such", O_NONBLOCK);
	socket(36, SOCK_DGRAM, 0);
	modsnoop_reload();
}

void ran_modsnoop(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	const char *wanted[] = {
		setup->has_btf ? "finit_module -8 ENOEXEC * * memfd:ran-module a=1" :
				  "finit_module -8 ENOEXEC * * a=1",
		"init_module -8 ENOEXEC * * b=2", "delete_module -2 ENOENT * * ran_no_such",
		"request 0 0 ns net-pf-36", "delete_module 0 * * drop_monitor",
		setup->has_btf ? "load 0 0 ns drop_monitor" : "init_module 0 * *",
		setup->has_btf ? "init_module 0 * *" : NULL, NULL
	};
	struct ran run = { .problem = problem, .size = size };
	pid_t child;

	told_open();
	child = run_beside(&run, setup, way, "modsnoop", modsnoop_work, NULL, NULL);
	if (!told[0])
		wanted[4] = NULL;
	if (!problem[0])
		ran_compare_events(&run, setup, child, "TIME PID TID PPID UID COMM CALL RET TOOK NAME ARGS",
				   wanted);
}

/* -------------------------------------------------------------------------------- capable */

static void capable_work(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	if (setresuid(RAN_UID, RAN_UID, RAN_UID) < 0)
		_exit(1);
	syscall(SYS_sethostname, "ran", 3);
	syscall(SYS_settimeofday, &now, NULL);
}

/*
 * Delete lines with the capability CAP_SETUID, which not each kernel asks for, and those of what was
 * granted before: where memory is short, the kernel asks whether a process may take more.
 */
static void capable_drop(char *text)
{
	char *line = text, *next;

	for (; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (memmem(line, next - line, " CAP_SETUID ", 12) || memmem(line, next - line, " 0\n", 3)) {
			memmove(line, next, strlen(next) + 1);
			next = line;
		}
	}
}

void ran_capable(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	static const char *const missing[] = { "CAP_SYS_ADMIN -1 EPERM", "CAP_SYS_TIME -1 EPERM", NULL };
	const char *const *wanted = missing;
	struct ran run = { .problem = problem, .size = size };
	pid_t child = run_beside(&run, setup, way, "capable", capable_work, NULL, NULL);

	capable_drop(run.text);
	capable_drop(run.rows);
#if defined(__s390x__) || defined(__aarch64__)
	static const char *const unknown[] = { "CAP_SYS_ADMIN 1", "CAP_SYS_TIME 1", NULL };

	if (!strstr(run.text, " -1 ")) /* without fexit, the result is not known */
		wanted = unknown;
#endif
	if (!problem[0])
		ran_compare_events(&run, setup, child, "TIME PID TID PPID UID COMM CAPABILITY RET", wanted);
}

/* -------------------------------------------------------------------------------- profile */

/* Spend 300 ms of CPU. */
static void profile_work(void)
{
	struct timespec spent;

	do {
		syscall(SYS_getppid);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	} while (!spent.tv_sec && spent.tv_nsec < 300000000);
}

/* Return how many samples of the child a table has. */
static long profile_sum(char *table)
{
	char *save = NULL, *line;
	long sum = 0;

	for (line = strtok_r(table, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (strstr(line, "ran") && strrchr(line, ' '))
			sum += atol(strrchr(line, ' ') + 1);
	return sum;
}

/* Return how many samples of the child there were; -1: JSON has another number, not within a third. */
static long profile_once(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	struct ran run = { .problem = problem, .size = size };
	long sum, json;

	run_beside(&run, setup, way, "profile", profile_work, NULL, NULL);
	json = profile_sum(run.rows);
	sum = profile_sum(run.text);
	return run.second.tool && labs(json - sum) > sum / 3 ? -1 : sum;
}

/*
 * 99 samples a second are 30 here. An emulated machine that waits for its host meanwhile gets the
 * timer's interrupts late, and several as one: try again then.
 */
void ran_profile(const struct ran_setup *setup, const char *way, char *problem, size_t size)
{
	long sum = 0;

	for (int tries = 0; tries < 3; tries++) {
		sum = profile_once(setup, way, problem, size);
		if (problem[0] || (sum >= 15 && sum <= 60))
			return;
	}
	snprintf(problem, size, "%ld samples", sum);
}
