/* SPDX-License-Identifier: MIT */
/*
 * Perf buffers: records from programs, a buffer for each CPU (BPF_MAP_TYPE_PERF_EVENT_ARRAY,
 * bpf_perf_event_output(); Linux 4.4). Kernels from 5.8 on have ring buffers, which are better: one
 * order for all CPUs, less memory, room reserved before the work is done.
 *
 *	struct rawbpf_perfbuf perfbuf;
 *
 *	err = rawbpf_perfbuf_open(&perfbuf, map, print, NULL, NULL);
 *	for (;;) {
 *		poll(&(struct pollfd){ .fd = perfbuf.source.fd, .events = POLLIN }, 1, -1);
 *		err = rawbpf_perfbuf_read(&perfbuf);
 *	}
 *	rawbpf_perfbuf_close(&perfbuf);
 *
 * Records of one CPU are in the order in which they were made. Records of different CPUs have none.
 *
 * The ledger: after the last read, source.received plus the records that the helper refused is
 * exactly the number of outputs. The helper refuses a record with a negative result, which the
 * program can count: the CPU's buffer is full (-ENOSPC), not there yet (-ENOENT) or not there any
 * more (-EOPNOTSUPP). The kernel accepts only outputs of more than 65,516 bytes without writing
 * them.
 */
#ifndef RAWBPF_PERFBUF_H
#define RAWBPF_PERFBUF_H

#include <rawbpf/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A latency_ms: wake the reader for every record. Each then costs the program a wake-up: 15 to 30
 * times the normal cost on an AMD EPYC (family 25, model 17).
 */
enum { RAWBPF_EACH_RECORD = -1 };

struct rawbpf_perfbuf_spec {
	unsigned size;       /* bytes of each CPU's buffer: a power of two of pages; 0: 64 KiB */
	int latency_ms;      /* longest time until a record wakes the reader; 0: 100; or
			      * RAWBPF_EACH_RECORD */
	int overwrite;       /* keep the newest records, not the oldest; see rawbpf_perfbuf_read() */
};

/* A zeroed one is closed. One thread at a time reads it. Do not use it in a child of fork(2). */
struct rawbpf_perfbuf {
	struct rawbpf_source source;
	unsigned cpu;        /* while `handle` runs: the CPU its record is from */
	int missing;         /* why a CPU that came later has no buffer (a negative errno), or 0 */

	/* private */
	rawbpf_record_fn *handle;
	void *context;
	struct rawbpf_perfbuf_spec spec;
	struct rawbpf_perfbuf_cpu *cpus;
	unsigned cpus_max;   /* places in the map */
	unsigned cpus_end;   /* behind the last one that had a buffer */
	unsigned first;      /* the CPU whose buffer is read first */
	int map;
	int timer;
	size_t memory_size;
	int64_t next_look;
};

/*
 * Give every online CPU a buffer, and put it into `map`, which the caller may close afterwards.
 * rawbpf_perfbuf_read() and rawbpf_loop_run() hand records to `handle`. A record is aligned to 4
 * bytes, not to 8: copy wider fields with memcpy(3). Its size is the output's, rounded up to 12,
 * 20, 28 ...: 4 bytes more than a multiple of 8. The bytes added are undefined. Once a second,
 * reading looks for new and lost CPUs. A new CPU gets a buffer; the last records of a CPU that went
 * offline are handed over.
 *
 * source.fd becomes readable when a buffer is half full, and every latency_ms, whether records came
 * or not. Perf itself has no timer, and records in a buffer less than half full would wake no
 * reader. A map serves one perf buffer at a time, which empties the map when it is closed.
 *
 * -EINVAL  `handle` is NULL, `size` is not a power of two of at least a page or more than 1 GiB,
 *          `latency_ms` less than -1, `map` not a perf event array
 * -E2BIG   a CPU is online whose number is not less than the map's max_entries
 * -EACCES  CAP_PERFMON is missing
 * -EPERM   more memory than kernel.perf_event_mlock_kb and RLIMIT_MEMLOCK allow without
 *          CAP_IPC_LOCK; no CAP_BPF
 * -EBADF   `map` is not open
 * -ENODEV  no CPU could be given a buffer
 * -ENOSYS, -EOPNOTSUPP  `overwrite`, and this kernel has no membarrier(2), or that has no
 *          MEMBARRIER_CMD_GLOBAL
 * -EMFILE, -ENFILE, -ENOMEM                                                  Linux 4.4
 */
int rawbpf_perfbuf_open(struct rawbpf_perfbuf *perfbuf, int map, rawbpf_record_fn *handle,
			void *context, const struct rawbpf_perfbuf_spec *spec);

/*
 * Hand over the records that are there now, CPU by CPU. Return how many, or the negative number
 * with which `handle` stopped; the next read then begins with the other CPUs. -EBADMSG: a buffer
 * holds bytes that are not a record, and its content is dropped. -EBADF: closed.
 *
 * With `overwrite` the function first pauses all output and waits until no record is being
 * written. Then it copies the buffers. This takes some milliseconds, and the helper refuses
 * records meanwhile. Then it hands over each CPU's records from the oldest to the newest, each
 * once. source.fd does not report records, and a loop hands over none: read after an event that
 * matters.
 *                                                                                       Linux 4.7
 */
int rawbpf_perfbuf_read(struct rawbpf_perfbuf *perfbuf);

/* Close it; the counts in `source` stay. Do nothing if it is closed or zeroed. */
void rawbpf_perfbuf_close(struct rawbpf_perfbuf *perfbuf);

#ifdef __cplusplus
}
#endif
#endif
