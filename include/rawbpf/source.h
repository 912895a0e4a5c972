/* SPDX-License-Identifier: MIT */
/*
 * Sources of records: the common part of ring buffers and perf buffers, for their reader. A source
 * has a descriptor that is readable while it may have records. It hands each record to a function
 * of the caller.
 *
 * A program can count the records that it produced, and those that its helper refused, by the
 * helper's return value. After the last read produced == received + discarded + refused.
 */
#ifndef RAWBPF_SOURCE_H
#define RAWBPF_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Handle one record, in place: `data` points into the source and is valid until the function
 * returns. The function must not read or close its own source; it may close others.
 * Return 0 to continue. A negative number stops the reading: this record counts as received, the
 * records behind it stay for the next read, and the read returns the number.
 */
typedef int rawbpf_record_fn(void *context, const void *data, size_t size);

/* The first member of every source. Its numbers never decrease; only the reader changes them. */
struct rawbpf_source {
	int fd;              /* wait until it is readable: poll(2), epoll(7); 0: closed */
	uint64_t received;   /* records handed over */
	uint64_t discarded;  /* records that the program reserved and discarded */
	uint64_t lost;       /* records that did not fit (perf buffers), as far as the kernel reports
			      * them; it does not report all */
	/* private: one turn of reading, which ends even if records keep coming; a count or an error */
	int (*read)(struct rawbpf_source *source);
	int loop;            /* private: the descriptor of the loop that it is in, or 0, */
	int process;         /* and the process that put it there */
};

#ifdef __cplusplus
}
#endif
#endif
