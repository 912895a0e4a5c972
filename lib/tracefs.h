/* SPDX-License-Identifier: MIT */
/* tracefs: where tracepoints have their ids, and where kprobes are made on kernels with no PMU. */
#ifndef RAWBPF_LIB_TRACEFS_H
#define RAWBPF_LIB_TRACEFS_H

#include "sys.h"

/* The directory events/ of tracefs, from which all else is reached. -EOPNOTSUPP: not mounted. */
RAWBPF__PRIVATE int rawbpf__tracefs_events_open(void);

/* Open the event whose id is in "GROUP/NAME/id" as a perf event, system-wide. */
RAWBPF__PRIVATE int rawbpf__tracefs_event_open(int events, const char *id_path);

/*
 * Make a kprobe event of ours and open it as a perf event; return that and set
 * *number to 1 + N of its name, rawbpf/eN. `definition` is what follows the name
 * in kprobe_events: "symbol+offset". Left-overs of dead processes are removed
 * first. -EOPNOTSUPP: no tracefs, or none with kprobes.
 */
RAWBPF__PRIVATE int rawbpf__tracefs_kprobe_open(const char *definition, int retprobe,
						unsigned *number);

/* Close what keeps the event open, its perf event or bpf link, and remove it from tracefs. */
RAWBPF__PRIVATE int rawbpf__tracefs_kprobe_close(int fd, unsigned number);

#endif
