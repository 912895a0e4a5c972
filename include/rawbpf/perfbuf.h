/* SPDX-License-Identifier: MIT */
/*
 * Perf buffers: records from programs, a buffer for each CPU (BPF_MAP_TYPE_PERF_EVENT_ARRAY,
 * bpf_perf_event_output(); Linux 4.4). Where the kernel has ring buffers, 5.8, those are better:
 * one order for all CPUs, less memory, room reserved before the work is done.
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
 * Records of one CPU come in the order they were made; between CPUs there is no order.
 *
 * The ledger: once all is read, source.received and what the helper refused is exactly what the
 * program output. It is refused, with a negative result that the program can count, when the
 * CPU's buffer is full (-ENOSPC), when it has none yet (-ENOENT) or no more (-EOPNOTSUPP). Only
 * outputs of more than 65,516 bytes are taken by the kernel and not written.
 */
#ifndef RAWBPF_PERFBUF_H
#define RAWBPF_PERFBUF_H

#include <rawbpf/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A latency_ms: wake the reader for every record. Each then costs the program a wake-up, 15 to 30
 * times what it costs otherwise.
 */
enum { RAWBPF_EACH_RECORD = -1 };

struct rawbpf_perfbuf_spec {
	unsigned size;       /* bytes of each CPU's buffer: a power of two of pages; 0: 64 KiB */
	int latency_ms;      /* a record waits so long at most; 0: 100; RAWBPF_EACH_RECORD */
	int overwrite;       /* keep the newest records, not the oldest; see rawbpf_perfbuf_read() */
};

/* Zeroed, it is closed. One thread at a time reads it. Do not use it in a child of fork(2). */
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
	unsigned first;      /* whose buffer is read first */
	int map;
	int timer;
	size_t memory_size;
	int64_t next_look;
};

/*
 * Give every CPU that is online a buffer, and put it into `map`, which may be closed afterwards.
 * rawbpf_perfbuf_read() and rawbpf_loop_run() hand records to `handle`. Their data is aligned to
 * 4 bytes, not to 8: copy out what is wider with memcpy(3). Their size is what the program output,
 * rounded up to 4 bytes more than a multiple of 8 (12, 20, 28 ...); the bytes added are undefined.
 * Reading looks once a second at which CPUs there are: one that came gets a buffer, of one that
 * went the last records are handed over.
 *
 * source.fd becomes readable when a buffer is half full, and every latency_ms, whether there are
 * records or not: perf itself has no timer, and what lies below the half would wake nobody. The
 * map has one perf buffer at a time, which empties it when it is closed.
 *
 * -EINVAL  `handle` is NULL, `size` is not a power of two of at least a page or more than 1 GiB,
 *          `latency_ms` less than -1, `map` not a perf event array
 * -E2BIG   a CPU is online whose number is not less than the map's max_entries
 * -EACCES  CAP_PERFMON is missing
 * -EPERM   more memory than kernel.perf_event_mlock_kb and RLIMIT_MEMLOCK allow without
 *          CAP_IPC_LOCK; no CAP_BPF
 * -EBADF   `map` is not open
 * -ENODEV  no CPU could be given one
 * -ENOSYS, -EOPNOTSUPP  `overwrite`, and this kernel has no membarrier(2), or that has no
 *          MEMBARRIER_CMD_GLOBAL
 * -EMFILE, -ENFILE, -ENOMEM                                                  Linux 4.4
 */
int rawbpf_perfbuf_open(struct rawbpf_perfbuf *perfbuf, int map, rawbpf_record_fn *handle,
			void *context, const struct rawbpf_perfbuf_spec *spec);

/*
 * Hand over the records that are there now, CPU by CPU; how many, or the negative number that
 * `handle` returned to stop; then the other CPUs come first the next time. -EBADMSG: something that
 * is no record is in a buffer, whose content is dropped. -EBADF: closed.
 *
 * With `overwrite` all output pauses (what is output meanwhile is refused) until what was begun is
 * done, which takes some milliseconds, and the buffers are copied. Then records are handed over,
 * each CPU's from the oldest that is left to the newest, each once. source.fd tells nothing of
 * records, and a loop hands over none: read when you want to know what happened last.  Linux 4.7
 */
int rawbpf_perfbuf_read(struct rawbpf_perfbuf *perfbuf);

/* The counts in `source` stay. Twice, or on a zeroed perf buffer, does nothing. */
void rawbpf_perfbuf_close(struct rawbpf_perfbuf *perfbuf);

#ifdef __cplusplus
}
#endif
#endif
