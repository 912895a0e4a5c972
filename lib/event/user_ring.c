/* SPDX-License-Identifier: MIT */
/* The ring buffer of lib/event/ring.c with the roles exchanged: only the consumer's page is read-only. */
#include <rawbpf/user_ring.h>

#include <linux/eventpoll.h>

#include "ring.h"
#include "../sys/sys.h"

enum {
	USER_RINGBUF = 31, /* BPF_MAP_TYPE_USER_RINGBUF: 5.10's headers do not have this enumerator */
	RECORD_MAX = (1 << 24) - 1, /* limit of a program's dynptr; drains stop for ever at a larger one */
};

static uint32_t *header_of(void *record)
{
	return (uint32_t *)((unsigned char *)record - RAWBPF__RING_HEADER_SIZE);
}

static size_t room_for(uint32_t size)
{
	return ((size_t)size + RAWBPF__RING_HEADER_SIZE + 7) & ~(size_t)7;
}

/* Reserve without waiting. */
static int try_reserve(struct rawbpf_user_ring *ring, uint32_t size, void **record)
{
	/* Acquire: a program has read all bytes before this position before we write there. */
	const unsigned long consumer = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);
	const uint64_t position = rawbpf__ring_own_position(ring->producer);
	const unsigned long producer = position;
	const size_t total = room_for(size);
	uint32_t *header = (uint32_t *)(ring->data + (producer & (ring->size - 1)));

	if (total > ring->size)
		return -E2BIG;
	if (producer - consumer > ring->size)
		return -EBADMSG;
	if (ring->size - (producer - consumer) < total)
		return -ENOSPC;
	header[0] = size | RAWBPF__RING_BUSY;
	header[1] = 0;
	/* Release: a program that sees the position sees that the record is BUSY. */
	rawbpf__ring_set_own_position(ring->producer, position + total);
	*record = header + 2;
	return 0;
}

int rawbpf_user_ring_reserve(void **record, struct rawbpf_user_ring *ring, size_t size,
			     int timeout_ms)
{
	const int64_t end = rawbpf__time_end(timeout_ms);
	struct epoll_event event;
	int err, left = timeout_ms;

	if (!ring->data)
		return -EBADF;
	if (size >= ring->size || size > RECORD_MAX)
		return -E2BIG;
	/*
	 * The kernel reports the ring as writable when a single byte is free, and wakes after each
	 * drain. So wait for edges, and try again. An edge that came since the last wait is not
	 * lost.
	 */
	while ((err = try_reserve(ring, size, record)) == -ENOSPC && left) {
		err = rawbpf__epoll_wait(ring->fd, &event, 1, left);
		if (err < 0)
			return err;
		left = err ? rawbpf__time_left(end, left) : 0;
	}
	return err;
}

/* Clear BUSY. Release: a program that sees the record no longer BUSY sees all bytes written to it. */
static void commit(void *record, uint32_t flag)
{
	uint32_t *header = header_of(record);

	__atomic_store_n(header, (*header & ~RAWBPF__RING_BUSY) | flag, __ATOMIC_RELEASE);
}

void rawbpf_user_ring_submit(struct rawbpf_user_ring *ring, void *record)
{
	(void)ring;
	commit(record, 0);
}

void rawbpf_user_ring_discard(struct rawbpf_user_ring *ring, void *record)
{
	(void)ring;
	commit(record, RAWBPF__RING_DISCARD);
}

/*
 * Discard the records that a killed writer had reserved. No process submits these, and programs
 * would wait at one for ever. The kernel may drain meanwhile; it changes no record.
 */
static int discard_reserved(struct rawbpf_user_ring *ring)
{
	const unsigned long end = *ring->producer;
	unsigned long position = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);

	if (end % 8 || end - position > ring->size)
		return -EBADMSG;
	while (position != end) {
		uint32_t *header = (uint32_t *)(ring->data + (position & (ring->size - 1)));
		const size_t total = room_for(*header & ~(RAWBPF__RING_BUSY | RAWBPF__RING_DISCARD));

		if (total > end - position)
			return -EBADMSG;
		if (*header & RAWBPF__RING_BUSY)
			commit(header + 2, RAWBPF__RING_DISCARD);
		position += total;
	}
	return 0;
}

int rawbpf_user_ring_open(struct rawbpf_user_ring *ring, int map)
{
	struct rawbpf__ring_pages pages;
	int err = rawbpf__ring_map(&pages, map, USER_RINGBUF, PROT_READ, PROT_READ | PROT_WRITE);

	*ring = (struct rawbpf_user_ring){ 0 };
	if (err < 0)
		return err;
	*ring = (struct rawbpf_user_ring){
		.consumer = pages.consumer,
		.producer = pages.producer,
		.data = pages.data,
		.size = pages.size,
		.page = pages.page,
	};
	err = discard_reserved(ring);
	if (err == 0)
		err = rawbpf__epoll_open(&ring->fd, map, EPOLLOUT | EPOLLET);
	if (err < 0)
		rawbpf_user_ring_close(ring);
	return err;
}

void rawbpf_user_ring_close(struct rawbpf_user_ring *ring)
{
	if (ring->fd)
		rawbpf__close(ring->fd);
	rawbpf__ring_unmap(ring->consumer, ring->producer, ring->size, ring->page);
	*ring = (struct rawbpf_user_ring){ 0 };
}
