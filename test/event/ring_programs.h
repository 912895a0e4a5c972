/* SPDX-License-Identifier: MIT */
/*
 * Programs that write records to a ring buffer and keep a ledger of what they did: natively, in
 * guests on other kernels, and in the bench.
 *
 * Every 8 bytes of a record hold the same number: the CPU in the highest 16 bits, and how many the
 * program has produced there, from 1.
 */
#ifndef TEST_RING_PROGRAMS_H
#define TEST_RING_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>

enum ring_producer_way { RING_OUTPUT, RING_RESERVE };

struct ring_producer {
	unsigned type;               /* of the program */
	enum ring_producer_way way;
	unsigned size;               /* a multiple of 8, up to 256; 0 only where it is reserved */
	int varies;                  /* output only: 8 to 256 bytes, by the record's number */
	unsigned discard;            /* reserve only: every how many records is given up; 0: none */
	int flags;                   /* BPF_RB_NO_WAKEUP, ... */
};

/* What the program wrote down, of all CPUs. */
struct ring_ledger {
	uint64_t produced;           /* records it tried to write */
	uint64_t refused;            /* for which there was no room */
	uint64_t discarded;
};

/* Descriptors, or negative errnos. */
int ring_create(unsigned size);
int ring_overwriting_create(unsigned size); /* -EINVAL before Linux 6.19 */
int ring_ledger_create(void);
int ring_producer_load(const struct ring_producer *producer, int ring, int ledger);

int ring_ledger_read(struct ring_ledger *sum, int ledger);

/* Run a BPF_PROG_TYPE_SOCKET_FILTER `count` times on this CPU; 0 or a negative errno. */
int ring_produce(int prog, unsigned count);

/*
 * The other way round: a program that drains a user ring buffer, returns how many records it got,
 * and adds them, and the first 8 bytes of each, to the sum that is element 0 of an array.
 */
struct ring_sum {
	uint64_t count, sum;
};

int ring_user_create(unsigned size); /* -EINVAL before Linux 6.1 */
int ring_sum_create(void);
int ring_drainer_load(int ring, int sum, int flags);

#define RING_CPU(NUMBER) ((unsigned)((NUMBER) >> 48))
#define RING_COUNT(NUMBER) ((NUMBER) & 0xffffffffffffULL)

#define RING_MIX 0x2c1b3c6d

/* The size of a record that varies: what no branch predictor guesses. */
static inline unsigned ring_size_of(uint64_t number)
{
	uint64_t mixed = RING_COUNT(number) * RING_MIX;

	mixed = (mixed ^ mixed >> 15) * RING_MIX;
	return (mixed >> 20 & 0xf8) + 8;
}

/* Is all of the record what the program wrote? */
int ring_is_whole(const void *data, size_t size);

#endif
