/* SPDX-License-Identifier: MIT */
/*
 * One loop over any mix of ring buffers and perf buffers.
 *
 *	struct rawbpf_loop loop;
 *
 *	err = rawbpf_loop_open(&loop);
 *	err = rawbpf_loop_add(&loop, &ring.source);
 *	err = rawbpf_loop_add(&loop, &perfbuf.source);
 *	while (!stop && (err = rawbpf_loop_run(&loop, -1)) >= 0)
 *		...
 *	rawbpf_loop_close(&loop);
 *
 * A program that has an epoll(7) loop already needs none: it waits for each source's fd, and reads.
 */
#ifndef RAWBPF_LOOP_H
#define RAWBPF_LOOP_H

#include <rawbpf/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A zeroed loop is closed. */
struct rawbpf_loop {
	int fd; /* an epoll(7) descriptor, readable when a source is: another loop can wait for it,
		 * unless perf buffers are in it, see rawbpf_loop_run() */
};

/* Open the loop. 0, or -EMFILE, -ENFILE, -ENOMEM. On an error the loop is closed. */
int rawbpf_loop_open(struct rawbpf_loop *loop);

/*
 * Add `source` to the loop. It must not move in memory until it or the loop is closed. Closing a
 * source also removes it from the loop. A source is in one loop at a time.
 *
 * -EEXIST  it is in the loop already
 * -EBADF   the source or the loop is closed
 * -ENOMEM, -ENOSPC (/proc/sys/fs/epoll/max_user_watches)                         epoll_ctl(2)
 */
int rawbpf_loop_add(struct rawbpf_loop *loop, struct rawbpf_source *source);

/*
 * Wait until a source has records, for at most `timeout_ms` (-1: forever, 0: do not wait). Then
 * give each source that has records a turn. Return the number of records handed over; 0 if the
 * time passed without one. A turn ends even if records come faster than they are read. So no source
 * waits forever, and the caller can look at its flags between two runs. A record's function may
 * close other sources of the loop.
 *
 * A perf event reports only once that it is readable, to the first caller that asks. If another
 * loop waits for the loop's fd, it is that caller. A run with timeout_ms 0 then finds the records
 * only when the buffer's timer fires: after up to latency_ms, or a second with RAWBPF_EACH_RECORD.
 * Wait for each source's fd instead, and read.
 *
 * -EINTR  a signal interrupted the wait before any record
 * -EBADF  the loop is closed
 * Other errors are those of a source, or the number with which its function stopped. Sources behind
 * that one get their turn in the next run, and nothing is lost.
 */
int rawbpf_loop_run(struct rawbpf_loop *loop, int timeout_ms);

/* Close the loop; its sources stay open. Do nothing if it is closed or zeroed. */
void rawbpf_loop_close(struct rawbpf_loop *loop);

#ifdef __cplusplus
}
#endif
#endif
