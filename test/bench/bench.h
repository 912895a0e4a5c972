/* SPDX-License-Identifier: MIT */
/* Code that the benches share: clocks, the median, and the exit on errors. */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void fail(const char *what, long result)
{
	fprintf(stderr, "bench: %s: %ld\n", what, result);
	exit(EXIT_FAILURE);
}

/* Read a clock. CLOCK_PROCESS_CPUTIME_ID and _THREAD_ leave out the time of other processes. */
static inline double clock_seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static inline int compare_times(const void *left, const void *right)
{
	double l = *(const double *)left, r = *(const double *)right;

	return (l > r) - (l < r);
}

/* Return the median. This sorts the times. */
static inline double median(double *times, int count)
{
	qsort(times, count, sizeof *times, compare_times);
	return times[count / 2];
}

#endif
