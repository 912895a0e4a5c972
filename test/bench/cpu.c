/* SPDX-License-Identifier: MIT */
/*
 * usage: cpu WORD COMMAND [ARGUMENT]...
 *
 * Run a command 21 times, each time until it prints WORD; then kill it. Print the median
 * of the CPU time that it took from exec to WORD, user and system, in milliseconds.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

enum { ROUNDS = 21 };

/* Start a command. `*output` becomes the end of a pipe with all that it prints. */
static pid_t start(char **command, int *output)
{
	posix_spawn_file_actions_t actions;
	int ends[2], err;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		fail("pipe", 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
	err = posix_spawnp(&child, command[0], &actions, NULL, command, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		fail(command[0], -err);
	close(ends[1]);
	*output = ends[0];
	return child;
}

static void await_word(int output, const char *word, const char *command)
{
	char text[4096];
	size_t length = 0;

	do {
		ssize_t got = read(output, text + length, sizeof text - 1 - length);

		if (got <= 0)
			fail(command, 0);
		length += got;
		text[length] = '\0';
	} while (!strstr(text, word));
}

static double run(const char *word, char **command)
{
	struct timespec time;
	int output;
	pid_t child = start(command, &output);
	clockid_t clock;

	await_word(output, word, command[0]);
	if (clock_getcpuclockid(child, &clock) || clock_gettime(clock, &time) < 0)
		fail(command[0], 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(output);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	double times[ROUNDS];

	if (argc < 3)
		fail("usage: cpu WORD COMMAND [ARGUMENT]...", 0);
	for (int i = 0; i < ROUNDS; i++)
		times[i] = run(argv[1], argv + 2);
	printf("%.3f\n", median(times, ROUNDS) * 1e3);
	return 0;
}
