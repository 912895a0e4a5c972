/* SPDX-License-Identifier: MIT */
/*
 * User ring buffers: records from this process to programs, which read them by
 * bpf_user_ringbuf_drain() (BPF_MAP_TYPE_USER_RINGBUF, Linux 6.1).
 *
 *	void *record;
 *
 *	err = rawbpf_user_ring_reserve(&record, &ring, sizeof request, -1);
 *	if (err == 0) {
 *		memcpy(record, &request, sizeof request);
 *		rawbpf_user_ring_submit(&ring, record);
 *	}
 *
 * A ring has one producer in the whole system, and one thread of it reserves at a time. What is
 * reserved is submitted or discarded in any order; programs read up to the first that is neither.
 */
#ifndef RAWBPF_USER_RING_H
#define RAWBPF_USER_RING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zeroed, it is closed. All of it is private. */
struct rawbpf_user_ring {
	int fd;                        /* an epoll(7) descriptor that waits for room */
	const unsigned long *consumer; /* positions count bytes, and wrap after the largest number */
	unsigned long *producer;
	unsigned char *data;           /* `size` bytes, and the same ones again behind them */
	size_t size;
	size_t page;
};

/*
 * Open the user ring buffer `map`, which may be closed afterwards, to write on from where the last
 * producer stopped. What that reserved and did not submit, as when it was killed, is discarded.
 *
 * -EINVAL  not a user ring buffer
 * -EBADF   no descriptor
 * -EACCES  the map was opened for reading only
 * -EBADMSG its positions or lengths make no sense
 * -EMFILE, -ENFILE, -ENOMEM, -ENOSPC                                                   Linux 6.1
 */
int rawbpf_user_ring_open(struct rawbpf_user_ring *ring, int map);

/* Twice, or on a zeroed ring, does nothing. What was submitted stays for programs to read. */
void rawbpf_user_ring_close(struct rawbpf_user_ring *ring);

/*
 * Reserve room for a record of `size` bytes, which *record then points to, aligned to 8 bytes and
 * not cleared. While there is none, wait up to `timeout_ms` for a program to drain some (-1:
 * without an end, 0: not at all). A program that drains with BPF_RB_NO_WAKEUP wakes nobody.
 *
 * -ENOSPC  no room, for as long as that
 * -E2BIG   larger than the ring, 8 bytes of header included; or than 16 MiB less a byte: no program
 *          gets past such a one
 * -EINTR   a signal came while waiting
 * -EBADMSG the kernel's position makes no sense: somebody else writes, too
 * -EBADF   the ring is closed
 */
int rawbpf_user_ring_reserve(void **record, struct rawbpf_user_ring *ring, size_t size,
			     int timeout_ms);

/* Let programs have a reserved record; or have them skip it. */
void rawbpf_user_ring_submit(struct rawbpf_user_ring *ring, void *record);
void rawbpf_user_ring_discard(struct rawbpf_user_ring *ring, void *record);

#ifdef __cplusplus
}
#endif
#endif
