/* SPDX-License-Identifier: MIT */
/*
 * Ring buffers: records from programs, one buffer for all CPUs, in order, read in place
 * (BPF_MAP_TYPE_RINGBUF, Linux 5.8).
 *
 * The map has key_size and value_size 0, and max_entries bytes, a power of two of pages. A program
 * writes to it with bpf_ringbuf_output(), or with bpf_ringbuf_reserve() and submit or discard. A
 * ring has one consumer in the whole system, and only one thread of it reads at a time. A second
 * consumer, as through a pinned map, corrupts the ring for both.
 *
 * A full ring refuses records. If its map has BPF_F_RB_OVERWRITE (Linux 6.19), it is a flight
 * recorder: new records overwrite the oldest ones, whether read or not. The same functions read
 * it, but from a copy: they leave out a record that is overwritten while it is copied.
 */
#ifndef RAWBPF_RING_H
#define RAWBPF_RING_H

#include <rawbpf/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A zeroed ring is closed. All members but `source` and `overwritten` are private. */
struct rawbpf_ring {
	struct rawbpf_source source;
	uint64_t overwritten; /* BPF_F_RB_OVERWRITE: bytes that were overwritten before they were read,
			       * of records with their headers (8) and padding (to 8); the kernel
			       * does not say how many records these were */
	rawbpf_record_fn *handle;
	void *context;
	unsigned long *consumer;       /* positions count bytes, and wrap after the largest number */
	const unsigned long *producer;
	const unsigned char *data;     /* `size` bytes, and the same ones again behind them */
	const unsigned char *overwritable; /* BPF_F_RB_OVERWRITE: the map's bytes, twice; */
	unsigned char *copy;               /* then `data` is this copy of them */
	unsigned long origin;          /* the position of the first byte of `data`, modulo `size` */
	size_t size;
	size_t page;
	unsigned long position;        /* bytes before it were handed out */
	uint64_t published;            /* bytes before it were given back to programs */
	unsigned long end;             /* the producer's position, when last read */
};

/*
 * Open the ring buffer `map`, and continue where the last reader stopped. The caller may close
 * `map` afterwards. rawbpf_ring_read() and rawbpf_loop_run() hand records to `handle`, which may be
 * NULL if only rawbpf_ring_next() reads.
 *
 * -EINVAL  not a ring buffer
 * -EBADF   the descriptor is not open
 * -EACCES  the map's descriptor is read-only: the reader writes its position for the program
 * -EBADMSG its positions are impossible
 * -EOPNOTSUPP  BPF_F_RB_OVERWRITE, in a 32-bit process
 * -EMFILE, -ENFILE, -ENOMEM, -ENOSPC                                                   Linux 5.8
 */
int rawbpf_ring_open(struct rawbpf_ring *ring, int map, rawbpf_record_fn *handle, void *context);

/*
 * Close the ring. Do nothing if it is closed or zeroed. Unread records stay in the map. The last
 * spans stay, too: only another rawbpf_ring_next() gives them back.
 */
void rawbpf_ring_close(struct rawbpf_ring *ring);

/*
 * Hand over records until the ring is empty. Return how many. A caller that does so for each
 * wake-up, edge- or level-triggered, misses none.
 *
 * -EBADMSG  the ring's content is impossible, as when another process reads it; no more records
 *           come
 * -EBADF    the ring is closed
 * Other errors are the number with which `handle` stopped.
 */
int rawbpf_ring_read(struct rawbpf_ring *ring);

/*
 * Consecutive records of equal size, in place: record i, of `size` bytes, is at data + i * stride.
 * The stride is a multiple of 8.
 */
struct rawbpf_span {
	const void *data;
	unsigned size;
	unsigned stride;
	unsigned count; /* at least 1 */
};

/*
 * Fill up to `max` spans, in order, and return how many; 0: the ring is empty. Spans are valid
 * until the next call, which gives their room back to programs: call until it returns 0. One call
 * returns at most 4 KB and at most an eighth of the ring, or one larger record. Spans are faster
 * where a reader looks at a few bytes of each record. A callback is faster where it reads whole
 * records of 100 bytes and more. rawbpf_ring(3) has figures.
 *
 *	struct rawbpf_span spans[64];
 *
 *	while ((n = rawbpf_ring_next(&ring, spans, RAWBPF_COUNT(spans))) > 0)
 *		for (struct rawbpf_span *span = spans; span < spans + n; span++)
 *			for (unsigned i = 0; i < span->count; i++)
 *				use((const char *)span->data + i * span->stride, span->size);
 *
 * -EBADMSG, -EBADF  as above
 */
int rawbpf_ring_next(struct rawbpf_ring *ring, struct rawbpf_span *spans, unsigned max);

#ifdef __cplusplus
}
#endif
#endif
