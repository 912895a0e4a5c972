/* SPDX-License-Identifier: MIT */
/*
 * One CPU's perf buffer in memory, and the walk over its records. These functions make no system
 * call. No content, however corrupt, leads them out of the buffer or into an endless loop.
 *
 * control: a page, with
 *	data_head	how far the kernel has written: bytes since the start, or backwards from it
 *	data_tail	how far we have read; only forward buffers have it
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
	unsigned long size;     /* bytes of data */
	unsigned long position; /* end of the records handed over; in a backward buffer downwards from 0 */
};

struct rawbpf__perf_reader {
	struct rawbpf_source *source;
	rawbpf_record_fn *handle;
	void *context;
	void *scratch; /* see below */
};

/*
 * Hand over the records that a forward buffer holds now. `scratch` is RAWBPF__PERF_RECORD_MAX
 * bytes, for a record that the buffer's end cuts in two. Returns the number of records, or the
 * negative number of `handle` that stopped it. -EBADMSG: the buffer is corrupt; the function skips
 * the rest of it.
 */
RAWBPF__PRIVATE int rawbpf__perf_ring_read(struct rawbpf__perf_ring *ring,
					   const struct rawbpf__perf_reader *reader);

/* The bytes of a backward buffer, the newest record first. */
struct rawbpf__perf_copy {
	unsigned long head;   /* how far the kernel had written */
	unsigned long length; /* bytes in data[] */
	unsigned char data[]; /* room for the whole buffer */
};

/*
 * Copy the bytes written since the last time, at most what fits: step 1 of reading a backward
 * buffer. The kernel must not write to the buffer meanwhile. A record in progress is already before
 * the head, over the oldest ones, and the buffer does not mark it.
 */
RAWBPF__PRIVATE void rawbpf__perf_ring_copy(const struct rawbpf__perf_ring *ring,
					    struct rawbpf__perf_copy *copy);

/*
 * Hand over such a copy's records, the oldest first: step 2. A new record may overwrite the oldest
 * one's end; the function leaves that one out. `scratch` is RAWBPF__PERF_PLACES_SIZE(size of the
 * buffer) bytes. Returns as rawbpf__perf_ring_read() does.
 */
RAWBPF__PRIVATE int rawbpf__perf_ring_hand_over(struct rawbpf__perf_ring *ring,
						const struct rawbpf__perf_copy *copy,
						const struct rawbpf__perf_reader *reader);

/* The size of memory for the places of all records in so many bytes. */
#define RAWBPF__PERF_PLACES_SIZE(bytes) ((size_t)(bytes) / 8 * sizeof(uint32_t))

#endif
