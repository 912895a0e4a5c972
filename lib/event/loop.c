/* SPDX-License-Identifier: MIT */
#include <rawbpf/loop.h>

#include <linux/eventpoll.h>

#include "../sys/sys.h"

/* At most so many turns in one run: other sources have theirs in the next. */
enum { TURNS = 64 };

int rawbpf_loop_open(struct rawbpf_loop *loop)
{
	int fd = rawbpf__epoll_create();

	loop->fd = fd < 0 ? 0 : fd;
	return fd < 0 ? fd : 0;
}

int rawbpf_loop_add(struct rawbpf_loop *loop, struct rawbpf_source *source)
{
	int err;

	if (!loop->fd || !source->fd)
		return -EBADF;
	err = rawbpf__epoll_add(loop->fd, source->fd, EPOLLIN, source);
	if (err == 0) {
		source->loop = loop->fd;
		source->process = rawbpf__process_id();
	}
	return err;
}

static int is_among(const struct rawbpf_source *source, struct rawbpf_source *const *had, int turns)
{
	while (turns--)
		if (had[turns] == source)
			return 1;
	return 0;
}

/*
 * Ask epoll for one source at a time, when its turn has come. So epoll no longer finds a source
 * that another source's function closed. The sources behind one that stopped stay for the next
 * time. A perf event reports only once that it is readable.
 *
 * epoll moves a reported source to the end of its queue. So all have had a turn when one comes
 * again. epoll reported that one as ready, so it has another turn. Returns the number of turns, or
 * the first error.
 */
static int take_turns(struct rawbpf_loop *loop, int timeout_ms, int *total)
{
	struct rawbpf_source *had[TURNS];
	int records, turns = 0, again = 0;

	while (loop->fd && turns < TURNS && !again) {
		struct epoll_event event;
		int count = rawbpf__epoll_wait(loop->fd, &event, 1, turns ? 0 : timeout_ms);

		if (count <= 0)
			return turns ? turns : count;
		had[turns] = (void *)(uintptr_t)event.data;
		again = is_among(had[turns], had, turns);
		records = had[turns]->read(had[turns]);
		if (records < 0)
			return records;
		if (__builtin_add_overflow(*total, records, total))
			*total = __INT_MAX__;
		turns++;
	}
	return turns;
}

/*
 * Give ready sources their turns, and count their records. The loop is level-triggered: the next
 * wait finds the records that a turn leaves. A ready source may have no record to hand over, as
 * when all were discarded. Then the wait goes on for the rest of the time.
 */
int rawbpf_loop_run(struct rawbpf_loop *loop, int timeout_ms)
{
	const int64_t end = rawbpf__time_end(timeout_ms);
	int turns, total = 0;

	if (!loop->fd)
		return -EBADF;
	for (;;) {
		turns = take_turns(loop, timeout_ms, &total);
		if (turns <= 0)
			return turns;
		if (total || !timeout_ms)
			return total;
		timeout_ms = rawbpf__time_left(end, timeout_ms);
	}
}

void rawbpf_loop_close(struct rawbpf_loop *loop)
{
	if (loop->fd)
		rawbpf__close(loop->fd);
	loop->fd = 0;
}
