/* SPDX-License-Identifier: MIT */
/*
 * User ring buffers: records from this process to programs, which read them with
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
 * A ring has one producer in the whole system, and only one thread of it reserves at a time. The
 * producer submits or discards its records in any order; programs read up to the first that is
 * neither.
 */
#ifndef RAWBPF_USER_RING_H
#define RAWBPF_USER_RING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A zeroed ring is closed. All members are private. */
struct rawbpf_user_ring {
	int fd;                        /* an epoll(7) descriptor that waits for room */
	const unsigned long *consumer; /* positions count bytes, and wrap after the largest number */
	unsigned long *producer;
	unsigned char *data;           /* `size` bytes, and the same ones again behind them */
	size_t size;
	size_t page;
};

/*
 * Open the user ring buffer `map` to write where the last producer stopped. The caller may close
 * `map` afterwards. Records that the last producer reserved and did not submit are discarded, for
 * example after it was killed.
 *
 * -EINVAL  not a user ring buffer
 * -EBADF   the descriptor is not open
 * -EACCES  the map's descriptor is read-only
 * -EBADMSG its positions or lengths are impossible
 * -EMFILE, -ENFILE, -ENOMEM, -ENOSPC                                                   Linux 6.1
 */
int rawbpf_user_ring_open(struct rawbpf_user_ring *ring, int map);

/*
 * Close the ring; submitted records stay for programs to read. Do nothing if it is closed or
 * zeroed.
 */
void rawbpf_user_ring_close(struct rawbpf_user_ring *ring);

/*
 * Reserve room for a record of `size` bytes and point *record to it, aligned to 8 bytes and not
 * cleared. While the ring is full, wait up to `timeout_ms` for a program to drain records (-1:
 * forever, 0: do not wait). A program that drains with BPF_RB_NO_WAKEUP wakes no writer.
 *
 * -ENOSPC  no room until the timeout
 * -E2BIG   larger than the ring, including 8 bytes of header; or larger than 16 MiB less a byte,
 *          which no program gets past
 * -EINTR   a signal interrupted the wait
 * -EBADMSG the kernel's position is impossible, as when another process writes to the ring
 * -EBADF   the ring is closed
 */
int rawbpf_user_ring_reserve(void **record, struct rawbpf_user_ring *ring, size_t size,
			     int timeout_ms);

/* Hand a reserved record to programs; or make them skip it. */
void rawbpf_user_ring_submit(struct rawbpf_user_ring *ring, void *record);
void rawbpf_user_ring_discard(struct rawbpf_user_ring *ring, void *record);

#ifdef __cplusplus
}
#endif
#endif
