/* SPDX-License-Identifier: MIT */
/*
 * usage: peers start EVENT MARK COMMAND [ARGUMENT]...
 *        peers flood EVENT MARK COMMAND [ARGUMENT]...
 *
 * Measure a tool that shows events. EVENT is a name in the table `events`. This process provokes it under
 * the name rbpf_provoke, and finds the lines with MARK in what the tool prints. Both run at a real-time
 * priority, so that a busy machine delays neither.
 *
 * start: run the tool seven times, each time until it shows an event. Print the medians of its CPU time
 * from exec until then, in milliseconds, and of its peak memory, in KB.
 *
 * flood: provoke up to 100,000 events a second for two seconds, under the name rbpf_flood, then end the
 * tool by SIGINT. Print how many of them the tool did not show, the rate that was reached, in events a
 * second, and the tool's peak memory, in KB: medians of three runs. The tool prints to a pipe, which is
 * quicker than a terminal.
 *
 * A tool that shows nothing for 60 seconds is killed, and the result is "nothing shown".
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "bench.h"

/* Names of processes: until the tool shows an event, and of the flood. */
#define NAME "rbpf_provoke"
#define FLOOD "rbpf_flood"

extern char **environ;

enum { STARTS = 7, FLOODS = 3, FLOOD_SECONDS = 2, FLOOD_RATE = 100000, PATIENCE = 60 };

/* -------------------------------------------------------------------------- what is provoked */

static void provoke_open(void)
{
	syscall(SYS_openat, AT_FDCWD, "/no/such/file", O_RDONLY);
}

/* The process ignores this signal; it is sent all the same. */
static void provoke_signal(void)
{
	kill(getpid(), SIGUSR1);
}

static void provoke_exec(void)
{
	char *command[] = { "./" NAME, NULL };
	pid_t child;

	if (posix_spawn(&child, command[0], NULL, NULL, command, environ))
		fail(command[0], 0);
	waitpid(child, NULL, 0);
}

/* This mount(2) fails. */
static void provoke_mount(void)
{
	mount("none", "/no/such/directory", "tmpfs", 0, NULL);
}

static void provoke_module(void)
{
	syscall(SYS_delete_module, NAME, O_NONBLOCK);
}

/* The kernel asks for CAP_SYS_ADMIN before it looks at the length, which is wrong. */
static void provoke_capability(void)
{
	syscall(SYS_sethostname, "", -1);
}

/* Nothing listens at this port. */
static void provoke_connect(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		fail("port 9 is in use", 0);
	close(fd);
}

/* Read a block of the device that peers.sh made, past the page cache. */
static void provoke_disk(void)
{
	static char block[4096] __attribute__((aligned(4096)));
	int fd = open("disk", O_RDONLY | O_DIRECT);

	if (pread(fd, block, sizeof block, 0) != sizeof block)
		fail("disk", 0);
	close(fd);
}

/* A child takes more memory than the cgroup that peers.sh made may have. */
static void provoke_oom(void)
{
	enum { SIZE = 32 << 20 };
	pid_t child = fork();
	int fd;

	if (child == 0) {
		fd = open("/sys/fs/cgroup/" NAME "/cgroup.procs", O_WRONLY);
		if (write(fd, "0", 1) == 1)
			memset(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, SIZE);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

/* Use the CPU for a while: a sample may find this process. */
static void provoke_sample(void)
{
	double end = clock_seconds(CLOCK_MONOTONIC) + 0.005;

	while (clock_seconds(CLOCK_MONOTONIC) < end)
		;
}

static const struct event {
	const char *name;
	void (*provoke)(void);
} events[] = {
	{ "open", provoke_open },
	{ "signal", provoke_signal },
	{ "exec", provoke_exec },
	{ "exit", provoke_exec },
	{ "mount", provoke_mount },
	{ "disk", provoke_disk },
	{ "sample", provoke_sample },
	{ "module", provoke_module },
	{ "capability", provoke_capability },
	{ "connect", provoke_connect },
	{ "oom", provoke_oom },
};

static const struct event *event_find(const char *name)
{
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (!strcmp(events[i].name, name))
			return &events[i];
	fail("no such event", 0);
	return NULL;
}

/* -------------------------------------------------------------------------- the tool */

struct tool {
	pid_t pid;
	int output;
	const char *mark;	/* looked for in each line */
	size_t matched;		/* how much of the mark the output ended with; all of it until the line ends */
	long shown;		/* lines with the mark */
};

/* Open a terminal for the tool's output, so that it prints each line at once. */
static void open_terminal(int ends[2])
{
	struct termios raw = { .c_cflag = CS8 | CREAD };

	if (openpty(&ends[0], &ends[1], NULL, &raw, &(struct winsize){ .ws_row = 25, .ws_col = 200 }) < 0)
		fail("openpty", 0);
}

/* Start the tool, with a terminal or a pipe for its output. Its command stands behind the mark. */
static struct tool tool_start(char **words, bool terminal)
{
	struct tool tool = { .mark = words[0] };
	char **command = words + 1;
	int ends[2];

	if (terminal)
		open_terminal(ends);
	else if (pipe(ends) < 0)
		fail("pipe", 0);
	tool.output = ends[0];
	tool.pid = fork();
	if (tool.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGUSR1, SIG_DFL);
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		execvp(command[0], command);
		_exit(127);
	}
	close(ends[1]);
	return tool;
}

static void tool_count(struct tool *tool, const char *text, size_t size)
{
	size_t length = strlen(tool->mark);

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			tool->matched = 0;
		else if (tool->matched == length)
			continue;
		else if (text[i] == tool->mark[tool->matched])
			tool->matched++;
		else
			tool->matched = text[i] == tool->mark[0];
		tool->shown += tool->matched == length;
	}
}

/* Read what the tool prints within some milliseconds. Return false at its end. */
static bool tool_read(struct tool *tool, int milliseconds)
{
	struct pollfd ready = { .fd = tool->output, .events = POLLIN };
	char text[1 << 16];
	ssize_t got;

	if (poll(&ready, 1, milliseconds) == 0)
		return true;
	got = read(tool->output, text, sizeof text);
	if (got > 0)
		tool_count(tool, text, got);
	return got > 0;
}

static double tool_cpu(const struct tool *tool)
{
	clockid_t clock;

	if (clock_getcpuclockid(tool->pid, &clock))
		fail("the tool's clock", 0);
	return clock_seconds(clock);
}

/* End the tool. Return its peak memory in KB. */
static double tool_end(struct tool *tool)
{
	struct rusage usage;

	kill(tool->pid, SIGKILL);
	wait4(tool->pid, NULL, 0, &usage);
	close(tool->output);
	return usage.ru_maxrss;
}

/* Provoke an event each millisecond until the tool shows one. Return false if it does not. */
static bool tool_await(struct tool *tool, const struct event *event)
{
	double end = clock_seconds(CLOCK_MONOTONIC) + PATIENCE;

	while (tool->shown == 0 && clock_seconds(CLOCK_MONOTONIC) < end) {
		event->provoke();
		if (!tool_read(tool, 1))
			return false;
	}
	return tool->shown > 0;
}

static void give_up(struct tool *tool)
{
	tool_end(tool);
	fprintf(stderr, "nothing shown\n");
	exit(EXIT_FAILURE);
}

/* -------------------------------------------------------------------------- the measures */

static void measure_start(const struct event *event, char **words)
{
	double times[STARTS], memory[STARTS];

	for (int i = 0; i < STARTS; i++) {
		struct tool tool = tool_start(words, true);

		if (!tool_await(&tool, event))
			give_up(&tool);
		times[i] = tool_cpu(&tool);
		memory[i] = tool_end(&tool);
	}
	printf("%.1f %.0f\n", median(times, STARTS) * 1e3, median(memory, STARTS));
}

struct flood {
	long events;
	double rate;	/* events a second */
};

/* Provoke events in steps of a millisecond. */
static struct flood flood_run(const struct event *event)
{
	double begin = clock_seconds(CLOCK_MONOTONIC), seconds = 0;
	struct flood flood = { 0 };

	while (seconds < FLOOD_SECONDS && flood.events < FLOOD_SECONDS * FLOOD_RATE) {
		for (int i = 0; i < FLOOD_RATE / 1000; i++)
			event->provoke();
		flood.events += FLOOD_RATE / 1000;
		while ((seconds = clock_seconds(CLOCK_MONOTONIC) - begin) < (double)flood.events / FLOOD_RATE)
			usleep(100);
	}
	flood.rate = flood.events / seconds;
	return flood;
}

/* Start the flood as a child, which writes what it did to a pipe. */
static pid_t flood_start(const struct event *event, int report)
{
	struct flood flood;
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_NAME, FLOOD);
	flood = flood_run(event);
	if (write(report, &flood, sizeof flood) != sizeof flood)
		fail("the flood's report", 0);
	prctl(PR_SET_NAME, NAME);	/* its SIGCHLD is none of the flood's signals */
	_exit(0);
}

/*
 * Read the tool's output while the flood runs and a second longer, and all that it prints when it
 * ends. Return what the flood did.
 */
static struct flood flood_read(struct tool *tool, const struct event *event)
{
	struct flood flood;
	double end = 0;
	int ends[2];
	pid_t child;

	if (pipe(ends) < 0)
		fail("pipe", 0);
	child = flood_start(event, ends[1]);
	while (end == 0 || clock_seconds(CLOCK_MONOTONIC) < end) {
		tool_read(tool, 100);
		if (end == 0 && waitpid(child, NULL, WNOHANG) == child)
			end = clock_seconds(CLOCK_MONOTONIC) + 1;
	}
	kill(tool->pid, SIGINT);
	end = clock_seconds(CLOCK_MONOTONIC) + PATIENCE;
	while (tool_read(tool, 100) && clock_seconds(CLOCK_MONOTONIC) < end)
		;
	if (read(ends[0], &flood, sizeof flood) != sizeof flood)
		fail("the flood's report", 0);
	close(ends[0]);
	close(ends[1]);
	return flood;
}

static void measure_flood(const struct event *event, char **words)
{
	double lost[FLOODS], rates[FLOODS], memory[FLOODS];
	struct flood flood;

	for (int i = 0; i < FLOODS; i++) {
		struct tool tool = tool_start(words, false);

		if (!tool_await(&tool, event))
			give_up(&tool);
		tool.mark = FLOOD;
		tool.matched = 0;
		tool.shown = 0;
		flood = flood_read(&tool, event);
		rates[i] = flood.rate;
		lost[i] = flood.events - tool.shown;
		memory[i] = tool_end(&tool);
	}
	printf("%.0f %.0f %.0f\n", median(lost, FLOODS), median(rates, FLOODS), median(memory, FLOODS));
}

int main(int argc, char **argv)
{
	if (argc < 5)
		fail("usage: peers start|flood EVENT MARK COMMAND [ARGUMENT]...", 0);
	prctl(PR_SET_NAME, NAME);
	sched_setscheduler(0, SCHED_RR, &(struct sched_param){ .sched_priority = 1 });
	signal(SIGUSR1, SIG_IGN);
	if (!strcmp(argv[1], "start"))
		measure_start(event_find(argv[2]), argv + 3);
	else
		measure_flood(event_find(argv[2]), argv + 3);
	return 0;
}
