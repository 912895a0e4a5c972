/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that processes hold: programs, links, and perf events. Before Linux 6.6, a perf
 * event's link does not describe its event.
 */
#ifndef EXAMPLES_RAWBPF_HELD_H
#define EXAMPLES_RAWBPF_HELD_H

#include "attached.h"

/*
 * Describe the event of such a link. A process has to hold the link and exactly one event of the
 * link's program. /proc is read once.
 */
void held_describe(struct link_told *told);

/* Add "held_by": the other processes with a descriptor of the program or of a link of it. */
void held_record(struct record *record, unsigned prog);

#endif
