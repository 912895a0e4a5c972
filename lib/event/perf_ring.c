/* SPDX-License-Identifier: MIT */
#include "perf_ring.h"

struct perf_record {
	struct perf_event_header header;
	union {
		struct {
			uint32_t size;
			unsigned char data[];
		} sample;
		struct {
			uint64_t id;
			uint64_t count;
		} lost;
	};
};

/* A positive number: the errors of `handle` are negative. */
enum { CORRUPT = 1 };

enum { SAMPLE_DATA = sizeof(struct perf_event_header) + sizeof(uint32_t) };

/*
 * Load data_head. The kernel's positions are longs in 64-bit fields, and multiples of 8. Acquire
 * pairs with the write barrier before the kernel's store of data_head: the records up to there are
 * readable. With a plain load arm64 would read older bytes.
 */
static inline unsigned long perf_head_acquire(const struct perf_event_mmap_page *control)
{
	unsigned long head;

#ifdef __LP64__
	head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
#else
	head = *(const volatile __u64 *)&control->data_head;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
#endif
	return head & ~7UL;
}

/*
 * Store data_tail. Release pairs with the kernel's control dependency on data_tail: the kernel
 * writes only where we have read all. After a plain store it could overwrite a record that `handle`
 * still reads.
 */
static inline void perf_tail_release(struct perf_event_mmap_page *control, unsigned long tail)
{
#ifdef __LP64__
	__atomic_store_n(&control->data_tail, tail, __ATOMIC_RELEASE);
#else
	__atomic_thread_fence(__ATOMIC_RELEASE);
	*(volatile __u64 *)&control->data_tail = tail;
#endif
}

static inline uint64_t perf_header(const void *record)
{
	uint64_t header;

	__builtin_memcpy(&header, record, sizeof header);
	return header;
}

/*
 * Return the size of the record at the start of `length` bytes; 0 if no whole record is there.
 * `length` is a multiple of 8 and so holds at least a header.
 */
static inline unsigned long perf_record_size(const void *start, unsigned long length)
{
	unsigned long size = ((const struct perf_event_header *)start)->size;

	return size <= length && size % 8 == 0 ? size : 0;
}

/* Hand over and count a record of `size` bytes, if it is the user's. Returns 0, or the reason to stop. */
static inline __attribute__((always_inline)) int
perf_record_deliver(const struct perf_record *record, unsigned long size,
		    const struct rawbpf__perf_reader *reader, int *count)
{
	unsigned data_size;
	int result;

	switch (record->header.type) {
	case PERF_RECORD_SAMPLE:
		if (size < SAMPLE_DATA)
			return CORRUPT;
		data_size = record->sample.size;
		if (data_size > size - SAMPLE_DATA)
			return CORRUPT;
		++*count;
		result = reader->handle(reader->context, record->sample.data, data_size);
		return result < 0 ? result : 0;
	case PERF_RECORD_LOST:
		if (size < sizeof *record)
			return CORRUPT;
		reader->source->lost += record->lost.count;
		return 0;
	default:
		return 0; /* the event asks for no other type */
	}
}

/* Copy from a place in the ring; at the ring's end go on from its start. */
static void copy_out(void *copy, const struct rawbpf__perf_ring *ring, unsigned long offset,
		     unsigned long length)
{
	unsigned long to_end = ring->size - offset;
	unsigned long first = length < to_end ? length : to_end;

	__builtin_memcpy(copy, ring->data + offset, first);
	__builtin_memcpy((unsigned char *)copy + first, ring->data, length - first);
}

/*
 * Hand over the record, and those behind it with the same header that end before `end`. Returns the
 * next record. The loop finds each record by a known size. So the CPU need not wait for one header
 * to find the next. It runs ahead as long as it predicts that the header repeats.
 */
static inline __attribute__((always_inline)) const unsigned char *
perf_records_deliver(const unsigned char *record, unsigned long size, const unsigned char *end,
		     const struct rawbpf__perf_reader *reader, int *count, int *result)
{
	const uint64_t header = perf_header(record);

	do {
		*result = perf_record_deliver((const void *)record, size, reader, count);
		record += size;
	} while (*result == 0 && size <= (size_t)(end - record) && perf_header(record) == header);
	return record;
}

int rawbpf__perf_ring_read(struct rawbpf__perf_ring *ring, const struct rawbpf__perf_reader *reader)
{
	const unsigned long eighth = ring->size / 8;
	const unsigned long head = perf_head_acquire(ring->control);
	unsigned long position = ring->position, published = position;
	int result = head - position > ring->size ? CORRUPT : 0;
	int count = 0;

	while (position != head && result == 0) {
		const unsigned long offset = position & (ring->size - 1);
		const unsigned long to_end = ring->size - offset;
		const unsigned long to_head = head - position;
		const unsigned char *const record = ring->data + offset;
		const unsigned long size = perf_record_size(record, to_head);

		if (size == 0) {
			result = CORRUPT;
		} else if (size > to_end) {
			copy_out(reader->scratch, ring, offset, size);
			result = perf_record_deliver(reader->scratch, size, reader, &count);
			position += size;
		} else {
			const unsigned long room = to_end < to_head ? to_end : to_head;
			const unsigned long part = room < eighth ? room : eighth;
			const unsigned char *end = record + (part > size ? part : size);

			position += perf_records_deliver(record, size, end, reader, &count, &result) -
				    record;
		}
		/* Publish an eighth at a time: a full buffer then has room before this read ends. */
		if (position - published >= eighth) {
			perf_tail_release(ring->control, position);
			published = position;
		}
	}
	if (result == CORRUPT) {
		result = -EBADMSG;
		position = head;
	}
	ring->position = position;
	perf_tail_release(ring->control, position);
	reader->source->received += count;
	return result < 0 ? result : count;
}

void rawbpf__perf_ring_copy(const struct rawbpf__perf_ring *ring, struct rawbpf__perf_copy *copy)
{
	const unsigned long head = perf_head_acquire(ring->control);
	const unsigned long written = ring->position - head;

	copy->head = head;
	copy->length = written < ring->size ? written : ring->size;
	copy_out(copy->data, ring, head & (ring->size - 1), copy->length);
}

int rawbpf__perf_ring_hand_over(struct rawbpf__perf_ring *ring,
				const struct rawbpf__perf_copy *copy,
				const struct rawbpf__perf_reader *reader)
{
	uint32_t *places = reader->scratch;
	unsigned long records = 0, place, size;
	int count = 0, result = 0;

	for (place = 0; place < copy->length; place += size) {
		size = perf_record_size(copy->data + place, copy->length - place);
		if (size == 0)
			break;
		places[records++] = place;
	}
	ring->position = copy->head;
	while (records && result == 0) {
		const void *record;

		place = places[--records];
		record = copy->data + place;
		size = perf_record_size(record, copy->length - place);
		result = perf_record_deliver(record, size, reader, &count);
		if (result == CORRUPT) /* the oldest record, cut at the end of the copy */
			result = 0;
	}
	if (result < 0)
		ring->position += place; /* the next read hands over the newer ones */
	reader->source->received += count;
	return result < 0 ? result : count;
}
