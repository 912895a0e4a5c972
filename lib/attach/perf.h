/* SPDX-License-Identifier: MIT */
/* Putting a program on a perf event: common to kprobes and tracepoints. */
#ifndef RAWBPF_LIB_PERF_H
#define RAWBPF_LIB_PERF_H

#include <rawbpf/link.h>

#include "../sys/sys.h"

/* A PMU of probes, named by its files in sysfs. */
struct rawbpf__pmu {
	const char *type;
	const char *retprobe; /* names the bit of `config` */
};

#define RAWBPF__PMU(NAME)                                                                          \
	{                                                                                          \
		"/sys/bus/event_source/devices/" NAME "/type",                                     \
		"/sys/bus/event_source/devices/" NAME "/format/retprobe",                          \
	}

/* Open an event of all processes on the first CPU that is online. */
RAWBPF__PRIVATE int rawbpf__event_open(const struct perf_event_attr *attr);

/*
 * Open a probe as a perf event. `pid` 0 stands for all processes. -EOPNOTSUPP: the kernel has no
 * such PMU, or sysfs is not mounted.
 */
RAWBPF__PRIVATE int rawbpf__probe_open(struct perf_event_attr *attr, const struct rawbpf__pmu *pmu,
				       int retprobe, unsigned pid);

/*
 * Put `prog` on the perf event link->fd. On an error, close the event, remove it from tracefs if it
 * is ours, and leave the link inert.
 */
RAWBPF__PRIVATE int rawbpf__perf_attach(struct rawbpf_link *link, int prog, enum rawbpf_bind bind,
					uint64_t cookie);

#endif
