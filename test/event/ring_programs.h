/* SPDX-License-Identifier: MIT */
/*
 * Programs that write records to a ring buffer, and count them in a ledger: natively, in guests on
 * other kernels, and in the bench.
 *
 * Every 8 bytes of a record hold the same number. Its highest 16 bits are the CPU. The others count
 * the program's records there, from 1.
 */
#ifndef TEST_RING_PROGRAMS_H
#define TEST_RING_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>

enum ring_producer_way { RING_OUTPUT, RING_RESERVE };

struct ring_producer {
	unsigned type;               /* the program's type */
	enum ring_producer_way way;
	/* A multiple of 8, up to 256; with reserve also 0, or more: then the first 8 bytes are written. */
	unsigned size;
	/* output only: 8 to 256 bytes, depending on the record's number */
	int varies;
	unsigned discard;            /* reserve only: discard every n-th record; 0: keep all */
	int flags;                   /* BPF_RB_NO_WAKEUP, ... */
};

/* The programs' counts, summed over all CPUs. */
struct ring_ledger {
	uint64_t produced;           /* records that programs tried to write */
	uint64_t refused;            /* records without room */
	uint64_t discarded;
};

/* Create a ring, ... Each returns a descriptor or a negative errno. */
int ring_create(unsigned size);
int ring_overwriting_create(unsigned size); /* -EINVAL before Linux 6.19 */
int ring_ledger_create(void);
int ring_producer_load(const struct ring_producer *producer, int ring, int ledger);

int ring_ledger_read(struct ring_ledger *sum, int ledger);

/* Run a BPF_PROG_TYPE_SOCKET_FILTER `count` times on this CPU. Returns 0 or a negative errno. */
int ring_produce(int prog, unsigned count);

/*
 * A program that drains a user ring buffer. It returns the number of records. Element 0 of an array
 * sums these numbers, and the first 8 bytes of each record.
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

/* Return the size of a record that varies. No branch predictor guesses it. */
static inline unsigned ring_size_of(uint64_t number)
{
	uint64_t mixed = RING_COUNT(number) * RING_MIX;

	mixed = (mixed ^ mixed >> 15) * RING_MIX;
	return (mixed >> 20 & 0xf8) + 8;
}

/* Does the whole record have the number that the program wrote? */
int ring_is_whole(const void *data, size_t size);

#endif
