/* SPDX-License-Identifier: MIT */
/* The logs that the kernel writes about objects that it loads. */
#ifndef RAWBPF_LIB_LOG_H
#define RAWBPF_LIB_LOG_H

#include "../sys/sys.h"

/* The caller's memory for the end of the log, and for the length of the whole log with its NUL. */
struct rawbpf__log {
	char *text;
	size_t size;
	size_t *length; /* or NULL */
	size_t first;   /* bytes of scratch memory to begin with */
	size_t largest; /* the most bytes that the kernel takes */
};

/* Empty the caller's log. Returns whether the caller wants one. */
RAWBPF__PRIVATE int rawbpf__log_begin(const struct rawbpf__log *log);

/*
 * Load with a log, by `attempt`, into scratch memory that grows until the whole log fits. Before
 * 6.4 the kernel keeps the beginning of a log that does not fit. The reason is at the end.
 * Returns the result of the last attempt, or `unlogged` if memory is missing.
 */
RAWBPF__PRIVATE int rawbpf__log_load(const struct rawbpf__log *log,
				     int (*attempt)(void *attr, uint64_t scratch, uint32_t size),
				     void *attr, int unlogged);

#endif
