/* SPDX-License-Identifier: MIT */
/* Work on input from outside takes time in proportion to it: twice the input, twice the time. */
#ifndef RAWBPF_TEST_DOUBLING_H
#define RAWBPF_TEST_DOUBLING_H

#include <check.h>
#include <time.h>

/* For twice the input, n log n takes a little more than twice, and quadratic work four times. */
#define DOUBLING_LIMIT 2.6
/* Seconds that an interrupt may add to each of five runs. */
#define DOUBLING_NOISE 0.0003

/*
 * Return the CPU seconds of this process. Many kernels count user time alone in ticks. So `work`
 * has touched its memory before it begins, and makes no system call.
 */
static inline double doubling_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

/* Return the least of five times. `work` returns the time of one run. */
static inline double doubling_least(double (*work)(unsigned kind, unsigned n), unsigned kind,
				    unsigned n)
{
	double least = work(kind, n);

	for (int i = 1; i < 5; i++) {
		double time = work(kind, n);

		if (time < least)
			least = time;
	}
	return least;
}

/*
 * Assert that twice the input takes about twice the time. A run of `n` should take some
 * milliseconds, so that an interrupt hardly matters. Other load may still slow one of the two runs,
 * so the best of five attempts counts.
 */
static inline void assert_doubling(double (*work)(unsigned kind, unsigned n), unsigned kind,
				   unsigned n)
{
	double once = 1, twice = 3;

	for (int i = 0; i < 5 && twice > DOUBLING_LIMIT * once; i++) {
		once = doubling_least(work, kind, n);
		twice = doubling_least(work, kind, 2 * n);
	}
	ck_assert_msg(twice <= DOUBLING_LIMIT * once + DOUBLING_NOISE,
		      "kind %u: %u takes %.1f ms, %u %.1f ms: %.2f times", kind, n, once * 1e3, 2 * n,
		      twice * 1e3, twice / once);
}

#endif
