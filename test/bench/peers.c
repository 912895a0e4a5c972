/* SPDX-License-Identifier: MIT */
/*
 * usage: peers start EVENT COMMAND [ARGUMENT]...
 *        peers flood EVENT COMMAND [ARGUMENT]...
 *
 * Measure a tool that shows events. EVENT is open, signal, exec or exit. This process provokes it under
 * a name of its own, and finds the lines with that name in what the tool prints.
 *
 * start: run the tool seven times, each time until it shows an event. Print the medians of its CPU time
 * from exec until then, in milliseconds, and of its peak memory, in KB.
 *
 * flood: provoke 200,000 events in two seconds, then end the tool by SIGINT. Print how many the tool did
 * not show, the rate that was reached, in events a second, and the tool's peak memory, in KB: medians
 * of three runs. The tool prints to a pipe, which is quicker than a terminal.
 *
 * A tool that shows nothing for 20 seconds is killed, and the result is "nothing shown".
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "bench.h"

/* Names of processes: until the tool shows an event, and of the flood. */
#define NAME "rbpf_provoke"
#define FLOOD "rbpf_flood"

extern char **environ;

enum { STARTS = 7, FLOODS = 3, FLOOD_EVENTS = 200000, FLOOD_RATE = 100000, PATIENCE = 20 };

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

static const struct event {
	const char *name;
	void (*provoke)(void);
} events[] = {
	{ "open", provoke_open },
	{ "signal", provoke_signal },
	{ "exec", provoke_exec },
	{ "exit", provoke_exec },
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
	const char *name;	/* looked for in each line */
	size_t matched;		/* how much of the name the output ended with; all of it until the line ends */
	long shown;		/* lines with the name */
};

/* Open a terminal for the tool's output, so that it prints each line at once. */
static void open_terminal(int ends[2])
{
	struct termios raw = { .c_cflag = CS8 | CREAD };

	if (openpty(&ends[0], &ends[1], NULL, &raw, &(struct winsize){ .ws_row = 25, .ws_col = 200 }) < 0)
		fail("openpty", 0);
}

/* Start the tool, with a terminal or a pipe for its output. */
static struct tool tool_start(char **command, bool terminal)
{
	struct tool tool = { .name = NAME };
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
	size_t length = strlen(tool->name);

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			tool->matched = 0;
		else if (tool->matched == length)
			continue;
		else if (text[i] == tool->name[tool->matched])
			tool->matched++;
		else
			tool->matched = text[i] == tool->name[0];
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
	printf("nothing shown\n");
	exit(EXIT_FAILURE);
}

/* -------------------------------------------------------------------------- the measures */

static void measure_start(const struct event *event, char **command)
{
	double times[STARTS], memory[STARTS];

	for (int i = 0; i < STARTS; i++) {
		struct tool tool = tool_start(command, true);

		if (!tool_await(&tool, event))
			give_up(&tool);
		times[i] = tool_cpu(&tool);
		memory[i] = tool_end(&tool);
	}
	printf("%.1f %.0f\n", median(times, STARTS) * 1e3, median(memory, STARTS));
}

/* Provoke events in steps of a millisecond, as a child. It writes the rate that it reached to a pipe. */
static pid_t flood_start(const struct event *event, int rate)
{
	double begin, seconds;
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_NAME, FLOOD);
	begin = clock_seconds(CLOCK_MONOTONIC);
	for (long i = 0; i < FLOOD_EVENTS; i++) {
		while (i % (FLOOD_RATE / 1000) == 0 &&
		       clock_seconds(CLOCK_MONOTONIC) < begin + (double)i / FLOOD_RATE)
			usleep(100);
		event->provoke();
	}
	seconds = clock_seconds(CLOCK_MONOTONIC) - begin;
	dprintf(rate, "%.0f", FLOOD_EVENTS / seconds);
	prctl(PR_SET_NAME, NAME);	/* its SIGCHLD is none of the flood's signals */
	_exit(0);
}

/*
 * Read the tool's output while the flood runs and a second longer, and all that it prints when it
 * ends. Return the rate that the flood reached.
 */
static double flood_read(struct tool *tool, const struct event *event)
{
	char text[32] = "";
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
	if (read(ends[0], text, sizeof text - 1) <= 0)
		fail("the flood's rate", 0);
	close(ends[0]);
	close(ends[1]);
	return atof(text);
}

static void measure_flood(const struct event *event, char **command)
{
	double lost[FLOODS], rates[FLOODS], memory[FLOODS];

	for (int i = 0; i < FLOODS; i++) {
		struct tool tool = tool_start(command, false);

		if (!tool_await(&tool, event))
			give_up(&tool);
		tool.name = FLOOD;
		tool.matched = 0;
		tool.shown = 0;
		rates[i] = flood_read(&tool, event);
		lost[i] = FLOOD_EVENTS - tool.shown;
		memory[i] = tool_end(&tool);
	}
	printf("%.0f %.0f %.0f\n", median(lost, FLOODS), median(rates, FLOODS), median(memory, FLOODS));
}

int main(int argc, char **argv)
{
	if (argc < 4)
		fail("usage: peers start|flood EVENT COMMAND [ARGUMENT]...", 0);
	prctl(PR_SET_NAME, NAME);
	signal(SIGUSR1, SIG_IGN);
	if (!strcmp(argv[1], "start"))
		measure_start(event_find(argv[2]), argv + 3);
	else
		measure_flood(event_find(argv[2]), argv + 3);
	return 0;
}
