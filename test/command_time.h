/* SPDX-License-Identifier: MIT */
/* Measure the CPU time of a command whose output is discarded, for tests that double its input. */
#ifndef TEST_COMMAND_TIME_H
#define TEST_COMMAND_TIME_H

#include "command.h"
#include "doubling.h"

#include <sys/resource.h>

static inline void command_to_nowhere(void)
{
	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 1);
}

/* Return the CPU seconds of all children that were waited for. */
static inline double command_children(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

/* Run the command, which must succeed and print nothing on stderr. Return its CPU seconds. */
static inline double command_time(const char *const *arguments)
{
	static struct ending end;
	const double start = command_children();

	command_run(&end, command_to_nowhere, arguments);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	return command_children() - start;
}

#endif
