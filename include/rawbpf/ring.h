/* SPDX-License-Identifier: MIT */
/*
 * Ring buffers: records from programs, one buffer for all CPUs, in order, read in place
 * (BPF_MAP_TYPE_RINGBUF, Linux 5.8).
 *
 * The map has key_size and value_size 0, and max_entries bytes, a power of two of pages. A program
 * writes to it by bpf_ringbuf_output(), or by bpf_ringbuf_reserve() and submit or discard. A ring
 * has one consumer in the whole system, and one thread of it reads at a time: a second one, as
 * through a pinned map, corrupts it for both.
 *
 * A full ring refuses records. One whose map has BPF_F_RB_OVERWRITE (Linux 6.19) overwrites the
 * oldest ones instead, read or not, like a flight recorder. It is read the same way, but from a
 * copy: a record that is overwritten while it is copied is left out.
 */
#ifndef RAWBPF_RING_H
#define RAWBPF_RING_H

#include <rawbpf/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zeroed, it is closed. All but `source` and `overwritten` is private. */
struct rawbpf_ring {
	struct rawbpf_source source;
	uint64_t overwritten; /* BPF_F_RB_OVERWRITE: bytes that were overwritten before they were read,
			       * of records with their headers (8) and padding (to 8); how many
			       * records that were, the kernel does not tell */
	rawbpf_record_fn *handle;
	void *context;
	unsigned long *consumer;       /* positions count bytes, and wrap after the largest number */
	const unsigned long *producer;
	const unsigned char *data;     /* `size` bytes, and the same ones again behind them */
	const unsigned char *overwritable; /* NULL; or what was said of `data`, */
	unsigned char *copy;               /* which is this copy then */
	unsigned long origin;          /* the position of the first byte of `data`, modulo `size` */
	size_t size;
	size_t page;
	unsigned long position;        /* what is before it was handed out */
	uint64_t published;            /* what is before it was given back to the program */
	unsigned long end;             /* the producer's position, when last looked at */
};

/*
 * Open the ring buffer `map`, which may be closed afterwards, to read on from where the last reader
 * stopped. rawbpf_ring_read() and rawbpf_loop_run() hand records to `handle`, which may be NULL
 * where rawbpf_ring_next() alone reads.
 *
 * -EINVAL  not a ring buffer
 * -EBADF   no descriptor
 * -EACCES  the map was opened for reading only: who reads tells the program how far
 * -EBADMSG its positions make no sense
 * -EOPNOTSUPP  BPF_F_RB_OVERWRITE, in a process of 32 bits
 * -EMFILE, -ENFILE, -ENOMEM, -ENOSPC                                                   Linux 5.8
 */
int rawbpf_ring_open(struct rawbpf_ring *ring, int map, rawbpf_record_fn *handle, void *context);

/*
 * Twice, or on a zeroed ring, does nothing. What was not read stays in the map; so do the last
 * spans, which only another rawbpf_ring_next() gives back.
 */
void rawbpf_ring_close(struct rawbpf_ring *ring);

/*
 * Hand over records until there are no more; returns how many. No wake-up is lost if this is called
 * for each, be they edge- or level-triggered.
 *
 * -EBADMSG  the ring's content makes no sense (somebody else reads it too): nothing more comes
 * -EBADF    the ring is closed
 * else what `handle` returned to stop
 */
int rawbpf_ring_read(struct rawbpf_ring *ring);

/*
 * Records that lie one behind the other and are of equal size, in place: record i, of `size` bytes,
 * is at data + i * stride, which is a multiple of 8.
 */
struct rawbpf_span {
	const void *data;
	unsigned size;
	unsigned stride;
	unsigned count; /* at least 1 */
};

/*
 * Fill up to `max` spans, in order, and return how many; 0: the ring is empty. Spans are valid until
 * the next call, which gives their room back to the program: call until it returns 0. One call hands
 * out at most 4 KB and at most an eighth of the ring, or one larger record. Spans are the faster way
 * where a reader looks at a few bytes of each record; a callback is faster where it reads whole
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
