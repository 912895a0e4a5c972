/* SPDX-License-Identifier: MIT */
/*
 * Sources of records: what a ring buffer and a perf buffer are to who reads them. A source has a
 * descriptor that is readable while it may have records, and hands them to a function of the
 * caller's.
 *
 * A ledger closes if the program counts, too: what it produced, and what the helper refused, by the
 * helper's return value. Then produced == received + discarded + refused, once all is read.
 */
#ifndef RAWBPF_SOURCE_H
#define RAWBPF_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Called with each record, in place: `data` is the source's, good until the function returns. It
 * must not read or close the source; others it may close.
 * 0: go on. A negative number: stop; this record counts as received, those behind it stay for the
 * next read, and the number is what the read returns.
 */
typedef int rawbpf_record_fn(void *context, const void *data, size_t size);

/* The first member of every source. Its numbers never go back, and only the reader changes them. */
struct rawbpf_source {
	int fd;              /* wait for it to be readable: poll(2), epoll(7); 0: closed */
	uint64_t received;   /* records handed over */
	uint64_t discarded;  /* records that the program reserved and gave up */
	uint64_t lost;       /* records that the kernel says it had no room for (perf buffers); what it
			      * tells of them is less than the truth */
	/* private: one turn at reading, which ends even if records keep coming; how many, or an error */
	int (*read)(struct rawbpf_source *source);
	int loop;            /* private: the descriptor of the loop that it is in, or 0, */
	int process;         /* and the process that put it there */
};

#ifdef __cplusplus
}
#endif
#endif
