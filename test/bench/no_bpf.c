/* SPDX-License-Identifier: MIT */
/*
 * The libc calls of examples/fchownat-count.c and nothing else, with the shape of its main loop:
 * how large that program would be if it did not count anything.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 { NULL, 0, NULL, 0 } };
	double interval = 1;
	long line, times = 0;
	unsigned long long *count;
	sigset_t signals;
	char *end;
	int letter, err = 0;

	while ((letter = getopt_long(argc, argv, "i:n:h", options, NULL)) != -1) {
		errno = 0;
		if (letter == 'i')
			interval = strtod(optarg, &end);
		else if (letter == 'n')
			times = strtol(optarg, &end, 10);
		else if (strcmp(argv[0], "help") == 0)
			return puts("help") < 0;
		else
			return fputs("usage\n", stdout) < 0;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	count = malloc(8);
	if (!count)
		return 1;
	for (line = 1; line != times; line++) {
		struct timespec time = { .tv_sec = (time_t)interval };

		*count = line;
		if (printf("count: %llu\n", *count) < 0 || fflush(stdout) != 0) {
			err = errno;
			break;
		}
		if (sigtimedwait(&signals, NULL, &time) > 0)
			break;
	}
	free(count);
	if (err == EPIPE)
		raise(SIGPIPE);
	if (err)
		fprintf(stderr, "writing the count: %s\n", strerror(err));
	return err != 0;
}
