/* SPDX-License-Identifier: MIT */
/* What the texts of records need of this machine. */
#ifndef EXAMPLES_RAWBPF_COLLECTION_SYSTEM_H
#define EXAMPLES_RAWBPF_COLLECTION_SYSTEM_H

#include <rawbpf/show.h>

/* Return this machine as of now. */
const struct rawbpf_show_system *system_now(void);

/* Look up functions of the kernel, all at once: each look-up reads all symbols. Sorts the addresses. */
void system_look_up(uint64_t *addresses, size_t count);

/* Is nothing cut? Only lines on a terminal are. */
int system_is_whole(void);

#endif
