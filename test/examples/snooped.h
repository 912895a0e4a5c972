/* SPDX-License-Identifier: MIT */
/*
 * The calls that the event tools see, and the lines that they must print: the same natively and in
 * virtual machines. A child makes the calls. The tool watches only this child and prints JSON
 * lines, which are compared one by one.
 */
#ifndef TEST_SNOOPED_H
#define TEST_SNOOPED_H

#include <stddef.h>

struct snooped_run;

struct snooped {
	const char *tool;
	void (*prepare)(void); /* or NULL */
	void (*ready)(void);  /* makes an event with "ready" or port 9 in its line */
	void (*act)(const struct snooped_run *run);
	const char *const *lines; /* without times and ids */
	const char *account;  /* the end of the last line */
};

extern const struct snooped snooped_all[4];

/* The tool's command line. */
struct snooped_run {
	const char *tool;     /* the tool's path */
	const char *way, *transport; /* for -a, -b; NULL: the tool chooses */
	const char *program;  /* a program to execute that ends by itself: workload */
	unsigned (*tgid)(void); /* returns the calling process's id as BPF programs see it */
};

/* Run the tool and make the calls. `problem` becomes the first difference, or "". */
void snooped_check(const struct snooped *snooped, const struct snooped_run *run, char *problem,
		   size_t size);

/*
 * Overload opensnoop: all CPUs open files as fast as they can, `calls` in all, and its output is
 * not read. Printed, lost and unprinted events together must be all calls. At most as many may be
 * absent as opensnoop counts as missed by the kernel.
 */
void snooped_flood(const struct snooped_run *run, unsigned calls, char *problem, size_t size);

/*
 * Calls that sleep, more at once than a return probe has room for. No other process may open files.
 */
enum { SNOOPED_SLEEPERS = 50 };

struct snooped_sleepers {
	unsigned printed, unfinished, missed;
};

void snooped_sleep(const struct snooped_run *run, struct snooped_sleepers *sleepers);

#endif
