/* SPDX-License-Identifier: MIT */
/*
 * usage: cpu COMMAND [ARGUMENT]...
 *
 * Run a command 21 times, its output discarded. Print the median of its CPU time from exec to exit,
 * user and system, in milliseconds.
 */
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

enum { ROUNDS = 21 };

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec * 1e-6;
}

static double run(char **command)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	int status, err;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	err = posix_spawnp(&child, command[0], &actions, NULL, command, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		fail(command[0], -err);
	if (wait4(child, &status, 0, &usage) != child || status)
		fail(command[0], status);
	return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int main(int argc, char **argv)
{
	double times[ROUNDS];

	if (argc < 2)
		fail("usage: cpu COMMAND [ARGUMENT]...", 0);
	for (int i = 0; i < ROUNDS; i++)
		times[i] = run(argv + 1);
	printf("%.3f\n", median(times, ROUNDS) * 1e3);
	return 0;
}
