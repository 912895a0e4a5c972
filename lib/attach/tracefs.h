/* SPDX-License-Identifier: MIT */
/* tracefs, where tracepoints have their ids. */
#ifndef RAWBPF_LIB_TRACEFS_H
#define RAWBPF_LIB_TRACEFS_H

#include "../sys/sys.h"

/* Open the directory events/ of tracefs, which leads to all else. -EOPNOTSUPP: it is not mounted. */
RAWBPF__PRIVATE int rawbpf__tracefs_events_open(void);

/* Open the event whose id is in "GROUP/NAME/id" as a perf event, system-wide. */
RAWBPF__PRIVATE int rawbpf__tracefs_event_open(int events, const char *id_path);

#endif
