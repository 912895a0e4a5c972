/* SPDX-License-Identifier: MIT */
/* Explains errors of rings, perf buffers and loops. */
#include "error.h"

static const char of_buffers[] =
	"EBADF: the map is not open\0"
	"EBADMSG: the buffer's positions are impossible; make sure that no other process writes to "
	"it\0"
	"EPERM: the map is frozen or read-only\0"
	"ENOSPC: this user's epoll watches are used up; raise "
	"/proc/sys/fs/epoll/max_user_watches\0";

static const struct rawbpf_failures failures_of_ring_open = {
	.more_sentences = of_buffers,
	.sentences =
		"EINVAL: the map is not a ring buffer\0"
		"EACCES: the map's descriptor is read-only\0"
		"EOPNOTSUPP: a 32-bit process cannot read a ring with BPF_F_RB_OVERWRITE\0",
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
		"ENOSPC: the ring is full; try again after a program has drained it\0"
		"E2BIG: the record is larger than the ring, or than 16 MB\0"
		"EINTR: a signal interrupted the wait; try again\0"
		"EBADF: the ring is closed\0",
};
RAWBPF__OPERATION(USER_RING_RESERVE, failures_of_user_ring_reserve);

/* Ask perf_event_open(2) again: it shares errnos with the map and membarrier(2). */
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
		"ENODEV: no CPU could be given a buffer\0"
		"E2BIG: the map has no entry for one of the CPUs; create it with max_entries = "
		"rawbpf_cpu_count()\0"
		"EPERM: the map is frozen or read-only, or this user's locked memory is used up; "
		"raise ulimit -l or kernel.perf_event_mlock_kb\0"
		"ENOSYS: keeping the newest records needs membarrier(2); this kernel has none, or a "
		"seccomp filter hides it\0"
		"EOPNOTSUPP: keeping the newest records needs MEMBARRIER_CMD_GLOBAL of "
		"membarrier(2), which this kernel lacks\0",
};
RAWBPF__OPERATION(PERFBUF_OPEN, failures_of_perfbuf_open);

static const struct rawbpf_failures failures_of_perfbuf_read = {
	.sentences =
		"EBADF: the buffer is closed\0"
		"EBADMSG: a buffer holds bytes that are not a record\0"
		"ENOSYS: a seccomp filter hides membarrier(2)\0",
};
RAWBPF__OPERATION(PERFBUF_READ, failures_of_perfbuf_read);

static const struct rawbpf_failures failures_of_loop = {
	.sentences =
		"EBADF: the source or the loop is closed\0"
		"EEXIST: the source is in the loop already\0"
		"EBADMSG: the content of a source is malformed; make sure that nothing else reads "
		"or writes it\0"
		"EINTR: a signal interrupted the wait before any record; try again\0"
		"ENOSYS: a seccomp filter hides epoll(7)\0"
		"ENOSPC: this user's epoll watches are used up; raise "
		"/proc/sys/fs/epoll/max_user_watches\0",
};
RAWBPF__OPERATION(LOOP_OPEN, failures_of_loop);
RAWBPF__OPERATION(LOOP_ADD, failures_of_loop);
RAWBPF__OPERATION(LOOP_RUN, failures_of_loop);
