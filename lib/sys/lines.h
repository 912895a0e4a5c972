/* SPDX-License-Identifier: MIT */
/* The lines of a large file of procfs or tracefs, one after the other. */
#ifndef RAWBPF_LIB_LINES_H
#define RAWBPF_LIB_LINES_H

#include "sys.h"

/* A file, a chunk at a time. */
struct rawbpf__lines {
	int fd;
	char *chunk;
	size_t at, end;
};

/* `directory` is AT_FDCWD or a descriptor. Returns 0 or a negative errno with nothing open. */
RAWBPF__PRIVATE int rawbpf__lines_open(struct rawbpf__lines *lines, int directory, const char *path);

/*
 * Set `line` and `end` to the next line, without its newline, valid until the next call. Returns 1,
 * 0 at the end of the file, or a negative errno; -EINVAL: a line of 16 KiB or more.
 */
RAWBPF__PRIVATE int rawbpf__lines_next(struct rawbpf__lines *lines, const char **line,
				       const char **end);

RAWBPF__PRIVATE void rawbpf__lines_close(struct rawbpf__lines *lines);

#endif
