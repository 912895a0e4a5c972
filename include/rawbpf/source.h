/* SPDX-License-Identifier: MIT */
/*
 * Sources of records: what a ring buffer and a perf buffer are to who reads them. A source has a
 * descriptor that becomes readable, and hands its records to a function of the caller's.
 */
#ifndef RAWBPF_SOURCE_H
#define RAWBPF_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Called with each record, in place: `data` is the source's, good until the function returns.
 * 0: go on. A negative number: stop; this record counts as received, those behind it stay for the
 * next read, and the number is what the read returns.
 */
typedef int rawbpf_record_fn(void *context, const void *data, size_t size);

/* The first member of every source. Its numbers never go back, and only the reader changes them. */
struct rawbpf_source {
	int fd;              /* poll(2) it for reading; 0: closed */
	uint64_t received;   /* records handed over */
	uint64_t discarded;  /* records that the program reserved and gave up */
	uint64_t lost;       /* records the kernel says it had no room for; what it tells of them is
	                      * less than the truth: count in the program what the helper refused */
	int (*read)(struct rawbpf_source *source); /* private: drain; records read, or an error */
};

#ifdef __cplusplus
}
#endif
#endif
