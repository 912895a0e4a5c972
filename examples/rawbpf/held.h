/* SPDX-License-Identifier: MIT */
/* What processes hold: before Linux 6.6 links of perf events do not tell what these are of. */
#ifndef EXAMPLES_RAWBPF_HELD_H
#define EXAMPLES_RAWBPF_HELD_H

#include "attached.h"

/*
 * Describe the event of such a link, if a process that holds the link also holds one event, and no
 * more, that runs its program. /proc is read once.
 */
void held_describe(struct link_told *told);

#endif
