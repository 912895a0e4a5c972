/* SPDX-License-Identifier: MIT */
/*
 * The kernel maps this into memory:
 *
 *	page 0     the consumer's position: ours to write
 *	page 1     the producers' position
 *	page 2...  `size` bytes of records, and the same pages again: the end cuts no record in two
 *
 * A record is a header and the payload, padded to 8 bytes.
 *
 * With BPF_F_RB_OVERWRITE producers do not wait for the consumer, but overwrite the oldest records.
 * Page 1 then has the oldest record's position too. On 7.3 it is the third number; no kernel header
 * states this. The same walk goes over a copy, without the records overwritten before the copy was
 * complete.
 */
#include "ring.h"

#include <linux/eventpoll.h>
#include <rawbpf/map.h>
#include <rawbpf/uapi.h>

#include "source.h"

#define BUSY RAWBPF__RING_BUSY
#define DISCARD RAWBPF__RING_DISCARD
#define INLINE static inline __attribute__((always_inline))

enum {
	HEADER_SIZE = RAWBPF__RING_HEADER_SIZE,
	OLDEST = 2,       /* index on page 1 of the oldest record's position */
	SPANS_MAX = 4096, /* bytes of records in one call's spans */
	LINE = 64,
	AHEAD = 8 * LINE, /* how far the walk fetches ahead */
};

/*
 * Load a record's header. Acquire pairs with the xchg in the kernel's bpf_ringbuf_commit(): once
 * BUSY is clear, the payload is visible. Do not weaken this to a plain load: x86 would still pass
 * the tests, and arm64 would read stale bytes.
 */
static inline uint32_t header_load(const unsigned char *record)
{
	return __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
}

static inline uint32_t payload_size(uint32_t header)
{
	return header & ~(BUSY | DISCARD);
}

static inline uint32_t record_size(uint32_t header)
{
	return (payload_size(header) + HEADER_SIZE + 7) & ~(uint32_t)7;
}

static const unsigned char *record_at(const struct rawbpf_ring *ring, unsigned long position)
{
	return ring->data + ((position - ring->origin) & (ring->size - 1));
}

/*
 * Give the records before `position` back. Release orders our reads of them before this store. A
 * producer loads the position with acquire, and only then overwrites those records.
 */
static void publish(struct rawbpf_ring *ring)
{
	const unsigned long more = ring->position - (unsigned long)ring->published;

	if (!more)
		return;
	ring->published += more;
	rawbpf__ring_set_own_position(ring->consumer, ring->published);
}

/* Count the unread bytes before `position` as lost. (With longs of 32 bits, modulo 4 GiB at a time.) */
static void skip_to(struct rawbpf_ring *ring, unsigned long position)
{
	ring->overwritten += position - ring->position;
	ring->position = position;
}

/*
 * Copy the bytes from the position to `end`, at most the ring. Each load is an acquire, in
 * ascending order. So it reads a header before its payload. A payload is visible if its header is
 * not BUSY, as in header_load(). The function reads all of the copy before any later load.
 */
static void copy_to(struct rawbpf_ring *ring, unsigned long end)
{
	const size_t offset = ring->position & (ring->size - 1);
	const unsigned long *from = (const unsigned long *)(ring->overwritable + offset);
	unsigned char *to = ring->copy;

	ring->origin = ring->position;
	for (size_t left = end - ring->position; left; left -= sizeof *from, to += sizeof *from) {
		const unsigned long word = __atomic_load_n(from++, __ATOMIC_ACQUIRE);

		__builtin_memcpy(to, &word, sizeof word);
	}
}

/*
 * Copy the newest records. A producer first moves the oldest record's position out of its way. Then
 * it writes its header, moves the producer's position, and writes its payload. So all spoiled bytes
 * of the copy are before the oldest record's position, which we load again after the copying.
 *
 * (This holds exactly on x86 and s390x, where stores become visible in the order they are made.
 * arm64 and riscv64 may show the payload first, while a store stays in a CPU's buffer. The kernel
 * has no barrier between the two.)
 */
static int copy_newest(struct rawbpf_ring *ring)
{
	unsigned long end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	/* `oldest` is as new as `end`, whose release covers it, or newer. */
	const unsigned long oldest = __atomic_load_n(ring->producer + OLDEST, __ATOMIC_ACQUIRE);
	unsigned long overtaken;

	if ((end | oldest) % 8)
		return -EBADMSG;
	if (end - oldest > ring->size)
		end = oldest; /* newer by a whole ring: no record before `end` is left */
	if (end - ring->position > end - oldest)
		skip_to(ring, oldest);
	copy_to(ring, end);
	ring->end = end;
	overtaken = __atomic_load_n(ring->producer + OLDEST, __ATOMIC_ACQUIRE) - oldest;
	if (overtaken > end - oldest)
		overtaken = end - oldest;
	if (overtaken > ring->position - oldest)
		skip_to(ring, oldest + overtaken);
	return 0;
}

/*
 * Find how far the producers are. Acquire pairs with the release of the kernel's reserve. So every
 * header before the producer's position is of this lap, BUSY or not, and never of the last.
 */
static int find_end(struct rawbpf_ring *ring)
{
	unsigned long end;

	if (ring->overwritable)
		return copy_newest(ring);
	end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	/* Compare differences, never positions: positions wrap. */
	if (end - ring->position > ring->size)
		return -EBADMSG;
	ring->end = end;
	return 0;
}

/* The destination of records: spans, or the caller's function. */
struct sink {
	struct rawbpf_ring *ring;
	struct rawbpf_span *span, *end;
	rawbpf_record_fn *handle;
	void *context;
	uint64_t records; /* taken so far */
	int stop; /* not 0: take no more */
};

/* Take the record, and those behind it with the same header, before `end`. Returns the next record. */
typedef const unsigned char *take_fn(struct sink *sink, const unsigned char *record,
				     uint32_t header, uint32_t size, const unsigned char *end);

INLINE const unsigned char *take_span(struct sink *sink, const unsigned char *record,
				      uint32_t header, uint32_t size, const unsigned char *end)
{
	const unsigned char *const last = end - size;
	const unsigned char *next = record + size;
	unsigned count = 1;

	for (; next <= last && header_load(next) == header; next += size)
		count++;
	*sink->span++ = (struct rawbpf_span){ record + HEADER_SIZE, payload_size(header), size,
					      count };
	sink->records += count;
	sink->stop = sink->span == sink->end;
	return next;
}

INLINE const unsigned char *take_call(struct sink *sink, const unsigned char *record,
				      uint32_t header, uint32_t size, const unsigned char *end)
{
	const unsigned char *const last = end - size;
	int err;

	do {
		err = sink->handle(sink->context, record + HEADER_SIZE, payload_size(header));
		sink->records++;
		record += size;
	} while (err >= 0 && record <= last && header_load(record) == header);
	if (err < 0)
		sink->stop = err;
	return record;
}

/*
 * Pass records from the position on to `take`: at most `most` bytes, or one record.
 *
 * The walk fetches headers long before it needs them. A loop of its own goes through records whose
 * header repeats, by a size that is known. There the CPU need not wait for a header. It runs ahead
 * as long as it predicts that the header repeats. The cost of a walk is not the work, but the wait
 * for one header to locate the next.
 */
INLINE int walk(struct sink *result, take_fn *take, size_t most)
{
	struct sink sink = *result; /* a local copy stays in registers */
	struct rawbpf_ring *const ring = sink.ring;
	const unsigned char *const start = record_at(ring, ring->position);
	const unsigned char *record = start;
	const size_t available = ring->end - ring->position;
	const unsigned char *end = start + (available < most ? available : most);
	uint64_t discarded = 0;
	int err = 0;

	while (record < end && !sink.stop) {
		const uint32_t header = header_load(record);
		const uint32_t size = record_size(header);

		if (header & BUSY)
			break;
		if (size > (size_t)(end - record)) {
			if (size > available - (record - start))
				err = -EBADMSG;
			if (record != start || err)
				break;
			end = start + size; /* one record larger than `most` */
		}
		for (int line = 0; line < 4; line++)
			__builtin_prefetch(record + AHEAD + line * LINE);
		if (header & DISCARD) {
			discarded++;
			record += size;
		} else {
			record = take(&sink, record, header, size, end);
		}
	}
	ring->position += record - start;
	ring->source.received += sink.records;
	ring->source.discarded += discarded;
	*result = sink;
	return record != start ? 0 : err;
}

/* Return the bytes that producers get back at once: a full ring has room long before a read ends. */
static size_t eighth(const struct sink *sink)
{
	return sink->ring->size / 8;
}

/*
 * Walk to spans. The caller reads the payloads of the spans after this walk has read their headers.
 * SPANS_MAX keeps both passes within the CPU's first cache.
 */
static int walk_to_spans(struct sink *sink)
{
	const size_t most = eighth(sink);

	return walk(sink, take_span, most < SPANS_MAX ? most : SPANS_MAX);
}

static int walk_to_function(struct sink *sink)
{
	return walk(sink, take_call, eighth(sink));
}

/*
 * Give the records handed out before back to the producers. Then walk until records are found, or
 * none are left.
 */
static int advance(struct sink *sink, int (*walk_to)(struct sink *))
{
	struct rawbpf_ring *const ring = sink->ring;
	unsigned long start;
	int err = 0;

	do {
		publish(ring);
		start = ring->position;
		if (start == ring->end)
			err = find_end(ring);
		if (err == 0)
			err = walk_to(sink);
		/* A BUSY record stays BUSY in the copy: copy it again. */
		if (ring->overwritable && ring->position == start)
			ring->end = start;
	} while (err == 0 && !sink->records && ring->position != start);
	return err;
}

/*
 * Advance; without a record, advance once more behind a full fence. A producer submits a record,
 * then checks whether the consumer waits for that very one, to wake it. We publish that we wait,
 * then check whether the record is there. Each side must see the other's first half. Otherwise the
 * wake-up is lost, and a consumer that waits for an edge waits for ever. Release and acquire let
 * our load pass our store. The full fence does not; it pairs with the kernel's xchg.
 */
static int advance_or_wait(struct sink *sink, int (*walk_to)(struct sink *))
{
	int err = advance(sink, walk_to);

	if (err == 0 && !sink->records) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		err = advance(sink, walk_to);
	}
	return err;
}

int rawbpf_ring_next(struct rawbpf_ring *ring, struct rawbpf_span *spans, unsigned max)
{
	struct sink sink = { .ring = ring, .span = spans, .end = spans + max };
	int err;

	if (!ring->data)
		return -EBADF;
	if (!max)
		return 0;
	err = advance_or_wait(&sink, walk_to_spans);
	return err < 0 ? err : sink.span - spans;
}

/* Read at least `enough` bytes of records, or all of them. */
static int read_records(struct rawbpf_ring *ring, unsigned long enough)
{
	const unsigned long start = ring->position;
	int err, total = 0;

	if (!ring->data)
		return -EBADF;
	if (!ring->handle)
		return -EINVAL;
	do {
		struct sink sink = { .ring = ring, .handle = ring->handle,
				     .context = ring->context };

		err = advance_or_wait(&sink, walk_to_function);
		if (sink.stop) {
			publish(ring);
			return sink.stop;
		}
		if (err < 0 || !sink.records)
			break;
		if (__builtin_add_overflow(total, sink.records, &total))
			total = __INT_MAX__;
	} while (ring->position - start < enough);
	publish(ring);
	return total ? total : err;
}

int rawbpf_ring_read(struct rawbpf_ring *ring)
{
	return read_records(ring, ~0ul);
}

static int take_turn(struct rawbpf_source *source)
{
	struct rawbpf_ring *ring = (struct rawbpf_ring *)source;

	return read_records(ring, ring->size);
}

int rawbpf__ring_begin(struct rawbpf_ring *ring, const struct rawbpf__ring_pages *pages, void *copy)
{
	const uint64_t position = rawbpf__ring_own_position(pages->consumer);

	ring->consumer = pages->consumer;
	ring->producer = pages->producer;
	ring->data = copy ? copy : pages->data;
	ring->overwritable = copy ? pages->data : NULL;
	ring->copy = copy;
	ring->size = pages->size;
	ring->page = pages->page;
	ring->published = position;
	ring->position = ring->end = position;
	ring->source.read = take_turn;
	if (position % 8)
		return -EBADMSG;
	return copy ? 0 : find_end(ring);
}

int rawbpf__ring_map(struct rawbpf__ring_pages *pages, int map, unsigned type,
		     int consumer_protection, int producer_protection)
{
	struct rawbpf_map_layout layout;
	void *consumer = NULL, *producer = NULL;
	size_t size;
	int page, err = rawbpf_map_layout_info(&layout, map);

	if (err < 0)
		return err;
	if (layout.type != type)
		return -EINVAL;
	size = layout.max_entries;
	page = rawbpf__page_size();
	if (page < 0)
		return page;
	err = rawbpf__mmap_shared(&consumer, page, consumer_protection, map, 0);
	if (err < 0)
		return err;
	err = rawbpf__mmap_shared(&producer, page + 2 * size, producer_protection, map, page);
	if (err < 0) {
		rawbpf__munmap(consumer, page);
		return err;
	}
	*pages = (struct rawbpf__ring_pages){ consumer, producer, (unsigned char *)producer + page,
					      size, page, layout.flags & BPF_F_RB_OVERWRITE };
	return 0;
}

void rawbpf__ring_unmap(const unsigned long *consumer, const unsigned long *producer, size_t size,
			size_t page)
{
	if (!page)
		return;
	rawbpf__munmap(consumer, page);
	rawbpf__munmap(producer, page + 2 * size);
}

int rawbpf_ring_open(struct rawbpf_ring *ring, int map, rawbpf_record_fn *handle, void *context)
{
	struct rawbpf__ring_pages pages;
	void *copy = NULL;
	int err = rawbpf__ring_map(&pages, map, BPF_MAP_TYPE_RINGBUF, PROT_READ | PROT_WRITE,
				   PROT_READ);

	*ring = (struct rawbpf_ring){ .handle = handle, .context = context };
	if (err < 0)
		return err;
	if (pages.overwrites && sizeof(long) < 8)
		err = -EOPNOTSUPP; /* the numbers' places depend on the kernel's longs */
	else if (pages.overwrites)
		err = rawbpf__mmap(&copy, pages.size, PROT_READ | PROT_WRITE, -1);
	if (err < 0) {
		rawbpf__ring_unmap(pages.consumer, pages.producer, pages.size, pages.page);
		return err;
	}
	err = rawbpf__ring_begin(ring, &pages, copy);
	if (err == 0)
		err = rawbpf__epoll_open(&ring->source.fd, map, EPOLLIN);
	if (err < 0)
		rawbpf_ring_close(ring);
	return err;
}

void rawbpf_ring_close(struct rawbpf_ring *ring)
{
	rawbpf__source_leave_loop(&ring->source);
	if (ring->source.fd)
		rawbpf__close(ring->source.fd);
	if (ring->overwritable)
		rawbpf__munmap(ring->copy, ring->size);
	rawbpf__ring_unmap(ring->consumer, ring->producer, ring->size, ring->page);
	/* The caller can still read the ledger. */
	*ring = (struct rawbpf_ring){ .source = {
		.received = ring->source.received,
		.discarded = ring->source.discarded,
	}, .overwritten = ring->overwritten };
}
