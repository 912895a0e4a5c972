/* SPDX-License-Identifier: MIT */
#include "tracefs.h"

#include "../sys/file.h"
#include "perf.h"

/* Systems before /sys/kernel/tracing, and some since, mount tracefs only inside debugfs. */
int rawbpf__tracefs_events_open(void)
{
	int fd = rawbpf__open(AT_FDCWD, "/sys/kernel/tracing/events", O_PATH);

	if (fd == -ENOENT)
		fd = rawbpf__open(AT_FDCWD, "/sys/kernel/debug/tracing/events", O_PATH);
	/* To callers, ENOENT means that tracefs lacks the event. Here tracefs itself is missing. */
	return fd == -ENOENT ? -EOPNOTSUPP : fd;
}

int rawbpf__tracefs_event_open(int events, const char *id_path)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = PERF_ATTR_SIZE_VER1 };
	int id = rawbpf__file_number(events, id_path, "");

	if (id < 0)
		return id;
	attr.config = id;
	return rawbpf__event_open(&attr);
}
