/* SPDX-License-Identifier: MIT */
/* How rings, perf buffers and loops fail. */
#include "error.h"

static const char of_buffers[] =
	"EBADF: the map is not open\0"
	"EBADMSG: its positions make no sense; somebody else writes to it\0"
	"EPERM: the map is frozen or read-only\0"
	"ENOSPC: this user may watch no more descriptors; "
	"/proc/sys/fs/epoll/max_user_watches raises that\0";

static const struct rawbpf_failures failures_of_ring_open = {
	.more_sentences = of_buffers,
	.sentences =
		"EINVAL: the map is not a ring buffer\0"
		"EACCES: the map's descriptor is read-only\0"
		"EOPNOTSUPP: a process of 32 bits cannot read a ring with BPF_F_RB_OVERWRITE\0",
};
RAWBPF__OPERATION(RING_OPEN, failures_of_ring_open);

static const struct rawbpf_failures failures_of_user_ring_open = {
	.kernel = RAWBPF__KERNEL(6, 1),
	.more_sentences = of_buffers,
	.sentences =
		"EINVAL: the map is not a user ring buffer\0"
		"EACCES: the map's descriptor is read-only\0",
};
RAWBPF__OPERATION(USER_RING_OPEN, failures_of_user_ring_open);

static const struct rawbpf_failures failures_of_user_ring_reserve = {
	.more_sentences = of_buffers,
	.sentences =
		"ENOSPC: the ring is full; a program has to drain it\0"
		"E2BIG: the record is larger than the ring, or than 16 MB\0"
		"EINTR: a signal came while waiting; try again\0"
		"EBADF: the ring is closed\0",
};
RAWBPF__OPERATION(USER_RING_RESERVE, failures_of_user_ring_reserve);

/* The map, membarrier(2) and perf_event_open(2) have errnos in common: ask the last one again. */
static const char *why_no_perfbuf(const struct rawbpf_error *error)
{
	const struct perf_event_attr output = {
		.type = PERF_TYPE_SOFTWARE,
		.size = PERF_ATTR_SIZE_VER1,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
	};
	int event;

	if (error->error != -EPERM && error->error != -EACCES && error->error != -ENOSYS)
		return NULL;
	event = rawbpf__perf_event_open(&output, -1, 0);
	if (event >= 0)
		rawbpf__close(event);
	if (event != error->error)
		return NULL;
	return event == -ENOSYS ? "this kernel has no perf_event_open(2) (it was built without "
				  "CONFIG_PERF_EVENTS), or a seccomp filter hides it" :
				  "perf_event_open(2) is refused: a security module or a seccomp filter "
				  "does not let this process open events";
}

static const struct rawbpf_failures failures_of_perfbuf_open = {
	.capabilities = RAWBPF__NEEDS_PERFMON,
	.look = why_no_perfbuf,
	.asks_perf = 1,
	.more_sentences = of_buffers,
	.sentences =
		"EINVAL: the map is not a perf event array, or the buffer's size is not 2^n pages\0"
		"ENODEV: no CPU is there to be read from\0"
		"E2BIG: the map has no place for some CPU's number; create it with max_entries of "
		"rawbpf_cpu_count()\0"
		"EPERM: the map is frozen or read-only, or this user may lock no more memory; "
		"ulimit -l and kernel.perf_event_mlock_kb raise that\0"
		"ENOSYS: to keep the newest needs membarrier(2), which this kernel was built without\0"
		"EOPNOTSUPP: to keep the newest needs MEMBARRIER_CMD_GLOBAL of membarrier(2)\0",
};
RAWBPF__OPERATION(PERFBUF_OPEN, failures_of_perfbuf_open);

static const struct rawbpf_failures failures_of_perfbuf_read = {
	.sentences =
		"EBADF: the buffer is closed\0"
		"EBADMSG: something that is no record is in a buffer\0"
		"ENOSYS: a seccomp filter hides membarrier(2)\0",
};
RAWBPF__OPERATION(PERFBUF_READ, failures_of_perfbuf_read);

static const struct rawbpf_failures failures_of_loop = {
	.sentences =
		"EBADF: the source or the loop is closed\0"
		"EEXIST: the source is in the loop already\0"
		"EBADMSG: the content of a source makes no sense; somebody else reads it too\0"
		"EINTR: a signal came before any record; try again\0"
		"ENOSYS: a seccomp filter hides epoll(7)\0"
		"ENOSPC: this user may watch no more descriptors; "
		"/proc/sys/fs/epoll/max_user_watches raises that\0",
};
RAWBPF__OPERATION(LOOP_OPEN, failures_of_loop);
RAWBPF__OPERATION(LOOP_ADD, failures_of_loop);
RAWBPF__OPERATION(LOOP_RUN, failures_of_loop);
