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
 * Who has an epoll(7) loop already does without: it waits for each source's fd, and reads.
 */
#ifndef RAWBPF_LOOP_H
#define RAWBPF_LOOP_H

#include <rawbpf/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zeroed, it is closed. */
struct rawbpf_loop {
	int fd; /* an epoll(7) descriptor: readable when a source is, so another loop can wait for it;
		 * not with perf buffers in it, see rawbpf_loop_run() */
};

/* 0, or -EMFILE, -ENFILE, -ENOMEM. On an error the loop is closed. */
int rawbpf_loop_open(struct rawbpf_loop *loop);

/*
 * Have the loop read `source`, which must stay where it is in memory until it is closed, which also
 * takes it out of the loop, or the loop is. A source is in one loop at a time.
 *
 * -EEXIST  it is in the loop already
 * -EBADF   the source or the loop is closed
 * -ENOMEM, -ENOSPC (/proc/sys/fs/epoll/max_user_watches)                         epoll_ctl(2)
 */
int rawbpf_loop_add(struct rawbpf_loop *loop, struct rawbpf_source *source);

/*
 * Wait until a source has records, up to `timeout_ms` (-1: without an end, 0: not at all), and give
 * every source that has some a turn. Returns how many records were handed over; 0: none, for as
 * long as that. Where more come than are read, each turn ends all the same, so that no source waits for
 * ever and the caller can look at its flags between two runs. A record's function may close other
 * sources of the loop.
 *
 * Perf's events say once that they are readable, to whoever asks first. Who waits for the loop's fd
 * is told, and a run with timeout_ms 0 then finds the perf buffer only when its timer comes, after
 * up to latency_ms, or a second with RAWBPF_EACH_RECORD: there wait for each source's fd, and read.
 *
 * -EINTR  a signal came before any record
 * -EBADF  the loop is closed
 * else the error of a source, or what its function returned to stop. Sources behind that one have
 * their turn in the next run: nothing is lost.
 */
int rawbpf_loop_run(struct rawbpf_loop *loop, int timeout_ms);

/* Twice, or on a zeroed loop, does nothing. The sources stay open. */
void rawbpf_loop_close(struct rawbpf_loop *loop);

#ifdef __cplusplus
}
#endif
#endif
