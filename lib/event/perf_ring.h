/* SPDX-License-Identifier: MIT */
/*
 * One CPU's perf buffer as it lies in memory, and the walk over its records. No system call is
 * made here, and no content, however corrupt, leads out of the buffer or into an endless loop.
 *
 * control: a page, with
 *	data_head	how far the kernel has written: bytes since the start, or backwards from it
 *	data_tail	how far we have read, which only forward buffers have
 * data: a power of two of bytes, used as a ring. Records begin at multiples of 8:
 *	0  u32 type
 *	4  u16 misc
 *	6  u16 size, of all of it: a multiple of 8
 *	8  PERF_RECORD_SAMPLE: u32 size of the data, the data
 *	8  PERF_RECORD_LOST: u64 id, u64 records lost before this place
 */
#ifndef RAWBPF_LIB_PERF_RING_H
#define RAWBPF_LIB_PERF_RING_H

#include <rawbpf/source.h>

#include "../sys/sys.h"

/* A record's size has 16 bits. */
enum { RAWBPF__PERF_RECORD_MAX = 65536 };

struct rawbpf__perf_ring {
	struct perf_event_mmap_page *control;
	const unsigned char *data;
	unsigned long size;     /* of the data */
	unsigned long position; /* how far was handed over; of a backward buffer, downwards from 0 */
};

struct rawbpf__perf_reader {
	struct rawbpf_source *source;
	rawbpf_record_fn *handle;
	void *context;
	void *scratch; /* see below */
};

/*
 * Hand over what a forward buffer holds now. `scratch` is RAWBPF__PERF_RECORD_MAX bytes, for a
 * record that the buffer's end cuts in two. How many, or what stopped it: a negative number of
 * handle's, or -EBADMSG for a corrupt buffer, of which the rest is skipped.
 */
RAWBPF__PRIVATE int rawbpf__perf_ring_read(struct rawbpf__perf_ring *ring,
					   const struct rawbpf__perf_reader *reader);

/* What was in a backward buffer, the newest record first. */
struct rawbpf__perf_copy {
	unsigned long head;   /* how far the kernel had written */
	unsigned long length; /* of the data */
	unsigned char data[]; /* room for the whole buffer */
};

/*
 * A backward buffer is read in two steps. Copy what was written since the last time, at most what
 * fits. Nobody may be writing to it: a record that is being written is before the head already,
 * over the oldest ones, and nothing tells.
 */
RAWBPF__PRIVATE void rawbpf__perf_ring_copy(const struct rawbpf__perf_ring *ring,
					    struct rawbpf__perf_copy *copy);

/*
 * Hand over such a copy's records, the oldest first. Of the oldest the end may be overwritten: it
 * is left out. `scratch` is RAWBPF__PERF_PLACES_SIZE(size of the buffer) bytes. Result as above.
 */
RAWBPF__PRIVATE int rawbpf__perf_ring_hand_over(struct rawbpf__perf_ring *ring,
						const struct rawbpf__perf_copy *copy,
						const struct rawbpf__perf_reader *reader);

/* Room for the places of all records that are in so many bytes. */
#define RAWBPF__PERF_PLACES_SIZE(bytes) ((size_t)(bytes) / 8 * sizeof(uint32_t))

#endif
