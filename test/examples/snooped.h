/* SPDX-License-Identifier: MIT */
/*
 * What the event tools are shown, and what they have to say of it: the same natively and in the
 * virtual machines. A child makes the calls; a tool that watches only this child prints JSON lines,
 * which are compared one by one.
 */
#ifndef TEST_SNOOPED_H
#define TEST_SNOOPED_H

#include <stddef.h>

struct snooped_run;

struct snooped {
	const char *tool;
	void (*prepare)(void); /* or NULL */
	void (*ready)(void);  /* something to see, with "ready" or port 9 in its line */
	void (*act)(const struct snooped_run *run);
	const char *const *lines; /* without the times and ids */
	const char *account;  /* what the last line ends with */
};

extern const struct snooped snooped_all[4];

/* How a tool is to be run. */
struct snooped_run {
	const char *tool;     /* its path */
	const char *way, *transport; /* for -a, -b; NULL: its own choice */
	const char *program;  /* one to execute, that ends by itself: workload */
	unsigned (*tgid)(void); /* the id that programs see of the calling process */
};

/* Show it. What is wrong with what it says, or "". */
void snooped_check(const struct snooped *snooped, const struct snooped_run *run, char *problem,
		   size_t size);

/*
 * More than it can take: each CPU opens files as fast as it can, `calls` together, while nobody
 * reads what opensnoop prints. What it printed and what it says was lost or not printed must be all
 * of them, except at most as many as it says that the kernel missed.
 */
void snooped_flood(const struct snooped_run *run, unsigned calls, char *problem, size_t size);

/*
 * Calls that sleep, more at once than a return probe has room for: what opensnoop says of them.
 * There must be nobody else who opens files.
 */
enum { SNOOPED_SLEEPERS = 50 };

struct snooped_sleepers {
	unsigned printed, unfinished, missed;
};

void snooped_sleep(const struct snooped_run *run, struct snooped_sleepers *sleepers);

#endif
