/* SPDX-License-Identifier: MIT */
/* The mounts that this process sees. */
#ifndef EXAMPLES_RAWBPF_MOUNTS_H
#define EXAMPLES_RAWBPF_MOUNTS_H

#include <stdio.h>

struct mounts {
	const char *path, *type; /* of the mount at hand, until the next call */
	FILE *list;
	char *line;
	size_t room;
};

/* Open the list. Returns 0 if there is no /proc. */
int mounts_open(struct mounts *mounts);
/* Go to the next mount. Returns 0 behind the last one. */
int mounts_next(struct mounts *mounts);
void mounts_close(struct mounts *mounts);

#endif
