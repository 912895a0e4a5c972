/* SPDX-License-Identifier: MIT */
#include <rawbpf/loop.h>

#include <linux/eventpoll.h>

#include "sys.h"

/* Sources that one wait finds; others have their turn in the next. */
enum { EVENTS = 64 };

int rawbpf_loop_open(struct rawbpf_loop *loop)
{
	int fd = rawbpf__epoll_create();

	loop->fd = fd < 0 ? 0 : fd;
	return fd < 0 ? fd : 0;
}

int rawbpf_loop_add(struct rawbpf_loop *loop, struct rawbpf_source *source)
{
	if (!loop->fd || !source->fd)
		return -EBADF;
	return rawbpf__epoll_add(loop->fd, source->fd, EPOLLIN, source);
}

/* A turn for each: how many records in all, or the first error. */
static int take_turns(const struct epoll_event *events, int count)
{
	int i, total = 0;

	for (i = 0; i < count; i++) {
		struct rawbpf_source *source = (void *)(uintptr_t)events[i].data;
		int records = source->read(source);

		if (records < 0)
			return records;
		if (__builtin_add_overflow(total, records, &total))
			total = __INT_MAX__;
	}
	return total;
}

/*
 * Level-triggered: what a turn leaves is found again. A source may turn out to have no record, as
 * when all were discarded; then the wait goes on for the rest of the time.
 */
int rawbpf_loop_run(struct rawbpf_loop *loop, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	const int64_t end = rawbpf__time_end(timeout_ms);
	int count, records;

	if (!loop->fd)
		return -EBADF;
	for (;;) {
		count = rawbpf__epoll_wait(loop->fd, events, EVENTS, timeout_ms);
		if (count <= 0)
			return count;
		records = take_turns(events, count);
		if (records || !timeout_ms)
			return records;
		timeout_ms = rawbpf__time_left(end, timeout_ms);
	}
}

void rawbpf_loop_close(struct rawbpf_loop *loop)
{
	if (loop->fd)
		rawbpf__close(loop->fd);
	loop->fd = 0;
}
