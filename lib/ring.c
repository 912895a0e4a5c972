/* SPDX-License-Identifier: MIT */
/*
 * In memory, as the kernel maps it:
 *
 *	page 0     where the consumer is: ours to write
 *	page 1     where the producers are
 *	page 2...  `size` bytes of records, and the same pages again, so that none is ever cut in two
 *
 * A record is a header, of which the first 4 bytes are its length and two flags, and the payload,
 * padded to 8 bytes. BUSY: reserved, not yet submitted. DISCARD: reserved and given up.
 */
#include "ring.h"

#include <linux/bpf.h>
#include <linux/eventpoll.h>
#include <rawbpf/map.h>

#define BUSY ((uint32_t)1 << 31)
#define DISCARD ((uint32_t)1 << 30)

enum {
	HEADER_SIZE = 8,
	SPANS = 32,     /* that one turn of the loop that calls back has at hand */
	RUN = 16,       /* so many equal headers, and it is worth expecting the next one */
};

/*
 * Acquire pairs with the xchg in the kernel's bpf_ringbuf_commit(): once BUSY is clear, the payload
 * is visible. Do not weaken to a plain load; x86 would still pass the tests and arm64 would read
 * stale bytes.
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
	return ring->data + (position & (ring->size - 1));
}

/*
 * Release: what was read from the records before `position` is read before a producer, which loads
 * this with acquire, overwrites them.
 */
static void publish(struct rawbpf_ring *ring)
{
	if (ring->published == ring->position)
		return;
	ring->published = ring->position;
	__atomic_store_n(ring->consumer, ring->position, __ATOMIC_RELEASE);
}

/*
 * Acquire pairs with the release of the kernel's reserve: the headers of all records before the
 * producer's position are those of this lap, BUSY or not, and never the last lap's.
 */
static int find_end(struct rawbpf_ring *ring)
{
	unsigned long end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);

	/* Never < or >: positions wrap. */
	if (end - ring->position > ring->size)
		return -EBADMSG;
	ring->end = end;
	return 0;
}

/*
 * How many records from `record` on, within `room` bytes, have this header. Where the next header
 * is does not depend on this one, so the CPU need not wait for one load before it begins the next:
 * that, and not the work, is what a walk costs.
 */
static unsigned run_length(const unsigned char *record, size_t room, uint32_t header, uint32_t size)
{
	unsigned count = 0;

	for (; room >= size && header_load(record) == header; room -= size) {
		record += size;
		count++;
	}
	return count;
}

/*
 * Hand out records from the position on, up to `max` spans and an eighth of the ring. Sizes that
 * vary go one record at a time, with no branch that depends on them; only what has been equal for a
 * while is expected to go on like that, and has to earn it again when it was not.
 */
static int walk(struct rawbpf_ring *ring, struct rawbpf_span *spans, unsigned max)
{
	const unsigned char *const from = record_at(ring, ring->position);
	const size_t available = ring->end - ring->position;
	size_t limit = available < ring->size / 8 ? available : ring->size / 8;
	size_t walked = 0;
	uint64_t received = 0, discarded = 0;
	uint32_t last = ring->header;
	unsigned repeats = ring->repeats, count = 0;

	while (count < max && walked < limit) {
		const uint32_t header = header_load(from + walked);
		const uint32_t size = record_size(header);
		unsigned records = 1, keep = !(header & DISCARD);

		if (header & BUSY)
			break;
		if (size > limit - walked) {
			if (size > available - walked && count == 0)
				return -EBADMSG;
			if (walked)
				break;
			limit = size; /* one record larger than an eighth */
		}
		spans[count].data = from + walked + HEADER_SIZE;
		spans[count].size = payload_size(header);
		spans[count].stride = size;
		walked += size;

		repeats = header == last ? repeats + 1 : 0;
		last = header;
		if (repeats >= RUN) {
			unsigned more = run_length(from + walked, limit - walked, header, size);

			walked += (size_t)more * size;
			records += more;
			if (more < RUN && limit - walked >= size)
				repeats = 0;
		}
		spans[count].count = records;
		count += keep;
		received += keep ? records : 0;
		discarded += keep ? 0 : records;
	}
	ring->position += walked;
	ring->header = last;
	ring->repeats = repeats;
	ring->source.received += received;
	ring->source.discarded += discarded;
	return count;
}

/* Walk until there is something to hand out, or nothing left. What was handed out is given back. */
static int advance(struct rawbpf_ring *ring, struct rawbpf_span *spans, unsigned max)
{
	for (;;) {
		int count, err;

		publish(ring);
		if (ring->position == ring->end) {
			err = find_end(ring);
			if (err < 0)
				return err;
		}
		count = walk(ring, spans, max);
		if (count || ring->position == ring->published)
			return count;
	}
}

int rawbpf_ring_next(struct rawbpf_ring *ring, struct rawbpf_span *spans, unsigned max)
{
	int count;

	if (!ring->data)
		return -EBADF;
	count = advance(ring, spans, max);
	if (count)
		return count;
	/*
	 * A producer submits a record, and then looks whether the consumer waits for that very one,
	 * to wake it. We publish that we do, and then look whether it is there. Each must see the
	 * other's first half, or the wake-up is lost, and whoever waits for an edge waits for ever.
	 * Release and acquire let our load pass our store; this pairs with the kernel's xchg.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return advance(ring, spans, max);
}

/* Take back what was handed out from `record` on. */
static void rewind_to(struct rawbpf_ring *ring, const unsigned char *record)
{
	unsigned long position = ring->published + (record - record_at(ring, ring->published));
	unsigned long at = position;

	while (at != ring->position) {
		uint32_t header = header_load(record_at(ring, at));

		if (header & DISCARD)
			ring->source.discarded--;
		else
			ring->source.received--;
		at += record_size(header);
	}
	ring->position = position;
}

/* Call back for each record of a span; what stopped it, after the record that did. */
static int hand_over(struct rawbpf_ring *ring, const struct rawbpf_span *span)
{
	const unsigned char *data = span->data;
	unsigned left;

	for (left = span->count; left; left--) {
		int err = ring->handle(ring->context, data, span->size);

		data += span->stride;
		if (err < 0) {
			rewind_to(ring, data - HEADER_SIZE);
			publish(ring);
			return err;
		}
	}
	return 0;
}

/* At least `enough` bytes of records, or all there are. */
static int read_records(struct rawbpf_ring *ring, unsigned long enough)
{
	const unsigned long start = ring->position;
	struct rawbpf_span spans[SPANS];
	int i, err, count, total = 0;

	if (!ring->handle)
		return -EINVAL;
	do {
		count = rawbpf_ring_next(ring, spans, SPANS);
		for (i = 0; i < count; i++) {
			err = hand_over(ring, &spans[i]);
			if (err < 0)
				return err;
			if (__builtin_add_overflow(total, spans[i].count, &total))
				total = __INT_MAX__;
		}
	} while (count > 0 && ring->position - start < enough);
	publish(ring);
	return count < 0 && !total ? count : total;
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

int rawbpf__ring_begin(struct rawbpf_ring *ring, unsigned long *consumer,
		       const unsigned long *producer, const void *data, size_t size)
{
	unsigned long position = __atomic_load_n(consumer, __ATOMIC_RELAXED);

	if (position % 8)
		return -EBADMSG;
	ring->consumer = consumer;
	ring->producer = producer;
	ring->data = data;
	ring->size = size;
	ring->position = ring->published = ring->end = position;
	ring->header = BUSY; /* that no record of a run has */
	ring->source.read = take_turn;
	return find_end(ring);
}

/* The consumer's page, and the producers' with the records: both hold the map, so we need not. */
static int map_pages(struct rawbpf_ring *ring, int map, size_t size)
{
	const int page = rawbpf__page_size();
	void *consumer = NULL, *producer = NULL;
	int err = page;

	if (err > 0)
		err = rawbpf__mmap_shared(&consumer, page, PROT_READ | PROT_WRITE, map, 0);
	if (err < 0)
		return err;
	err = rawbpf__mmap_shared(&producer, page + 2 * size, PROT_READ, map, page);
	if (err < 0) {
		rawbpf__munmap(consumer, page);
		return err;
	}
	ring->page = page;
	ring->consumer = consumer;
	ring->producer = producer;
	ring->size = size;
	return rawbpf__ring_begin(ring, consumer, producer, (char *)producer + page, size);
}

int rawbpf_ring_open(struct rawbpf_ring *ring, int map, rawbpf_record_fn *handle, void *context)
{
	struct rawbpf_map_layout layout;
	int err = rawbpf_map_query(map, &layout);

	*ring = (struct rawbpf_ring){ .handle = handle, .context = context };
	if (err < 0)
		return err;
	if (layout.type != BPF_MAP_TYPE_RINGBUF)
		return -EINVAL;
	err = map_pages(ring, map, layout.max_entries);
	if (err == 0)
		err = rawbpf__epoll_open(&ring->source.fd, map, EPOLLIN);
	if (err < 0)
		rawbpf_ring_close(ring);
	return err;
}

void rawbpf_ring_close(struct rawbpf_ring *ring)
{
	if (ring->source.fd)
		rawbpf__close(ring->source.fd);
	if (ring->page) {
		rawbpf__munmap(ring->consumer, ring->page);
		rawbpf__munmap((void *)ring->producer, ring->page + 2 * ring->size);
	}
	*ring = (struct rawbpf_ring){ .source = {
		.received = ring->source.received,
		.discarded = ring->source.discarded,
	} };
}
