/* SPDX-License-Identifier: MIT */
/* Putting a program on a perf event: what kprobes and tracepoints share. */
#ifndef RAWBPF_LIB_PERF_H
#define RAWBPF_LIB_PERF_H

#include <rawbpf/link.h>

#include "sys.h"

/*
 * Put `prog` on the perf event that link->fd is. If it cannot be, the event is
 * closed (and removed from tracefs, if it is ours) and the link inert.
 */
RAWBPF__PRIVATE int rawbpf__perf_attach(struct rawbpf_link *link, int prog, enum rawbpf_bind bind,
					uint64_t cookie);

#endif
