/* SPDX-License-Identifier: MIT */
/*
 * What processes hold: programs and links; and, since links of perf events do not tell before
 * Linux 6.6 what these are of, perf events.
 */
#ifndef EXAMPLES_RAWBPF_HELD_H
#define EXAMPLES_RAWBPF_HELD_H

#include "attached.h"

/*
 * Describe the event of such a link, if a process that holds the link also holds one event, and no
 * more, that runs its program. /proc is read once.
 */
void held_describe(struct link_told *told);

/* Add "held_by": the other processes that have a descriptor of a program or of a link of it. */
void held_record(struct record *record, unsigned prog);

#endif
