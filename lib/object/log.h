/* SPDX-License-Identifier: MIT */
/* The logs that the kernel writes about what it is to load. */
#ifndef RAWBPF_LIB_LOG_H
#define RAWBPF_LIB_LOG_H

#include "../sys/sys.h"

/* Where the caller wants the end of the log, and the length of it all, with its NUL. */
struct rawbpf__log {
	char *text;
	size_t size;
	size_t *length; /* or NULL */
	size_t first;   /* bytes of scratch memory to begin with, */
	size_t largest; /* and the most that the kernel takes */
};

/* No log, so far. Returns whether one is wanted. */
RAWBPF__PRIVATE int rawbpf__log_begin(const struct rawbpf__log *log);

/*
 * Load with a log, by `attempt`, into scratch memory that grows until all of it fits: before 6.4
 * the kernel keeps the beginning of a log that does not, and the reason is at the end. Returns
 * what the last attempt did, or `unlogged` when there is no memory.
 */
RAWBPF__PRIVATE int rawbpf__log_load(const struct rawbpf__log *log,
				     int (*attempt)(void *attr, uint64_t scratch, uint32_t size),
				     void *attr, int unlogged);

#endif
