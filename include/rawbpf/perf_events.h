/* SPDX-License-Identifier: MIT */
/*
 * Perf events on all CPUs: run a program on each, at a frequency or after every N events.
 *
 *	struct rawbpf_perf_events_cpu cpus[64];
 *	struct rawbpf_perf_events events;
 *
 *	err = rawbpf_perf_events_open(&events, prog, cpus, 64, &(struct rawbpf_perf_events_spec){
 *		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK, .frequency = 99 });
 *	if (err < 0)
 *		return err;
 *	while (!stop) {
 *		sleep(1);
 *		rawbpf_perf_events_follow(&events);
 *	}
 *	rawbpf_perf_events_close(&events);
 *
 * The program is of type BPF_PROG_TYPE_PERF_EVENT. It runs for all processes.
 */
#ifndef RAWBPF_PERF_EVENTS_H
#define RAWBPF_PERF_EVENTS_H

#include <rawbpf/link.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The event. Exactly one of `frequency` and `period` is not 0. */
struct rawbpf_perf_events_spec {
	unsigned type;      /* PERF_TYPE_* of <linux/perf_event.h>, or a number from
	                     * /sys/bus/event_source/devices/NAME/type */
	uint64_t config;    /* PERF_COUNT_*; type and config 0: CPU cycles */
	uint64_t frequency; /* runs a second, up to kernel.perf_event_max_sample_rate */
	uint64_t period;    /* or events from one run to the next (clocks: ns) */
	enum rawbpf_bind bind;
	uint64_t cookie;    /* for bpf_get_attach_cookie(); needs a bpf link         5.15 */
};

/* The memory for the event of one CPU. */
struct rawbpf_perf_events_cpu {
	struct rawbpf_link link; /* inert: the CPU has no event */
	uint64_t birth;          /* private */
};

/* A zeroed one is closed. The caller's array `cpus` must live until it is closed. */
struct rawbpf_perf_events {
	unsigned count; /* CPUs that have an event now */

	/* private */
	struct rawbpf_perf_events_cpu *cpus;
	unsigned max;
	int prog;
	struct rawbpf_perf_events_spec spec;
};

/*
 * Open the event on each online CPU, and attach `prog` to it. `cpus` has room for the CPUs 0 to
 * `max` - 1; rawbpf_cpu_count() tells how many are possible. The caller may close `prog`.
 *
 * -EINVAL  no spec, or not exactly one of frequency and period; the frequency is over the limit;
 *          no such type or config; the program is of another type; before 5.15 a cookie or
 *          RAWBPF_BIND_LINK
 * -ENOENT  this machine has no such event
 * -EOPNOTSUPP  the event cannot be sampled; a cookie with RAWBPF_BIND_IOCTL
 * -E2BIG   a CPU is online whose number is not less than `max`
 * -ENODEV  no CPU has such an event
 * -EBUSY   another process, or the kernel, uses all counters of the CPU
 * -EACCES, -EPERM  CAP_PERFMON is missing
 * -EBADF   `prog` is not open
 * -EMFILE, -ENFILE, -ENOMEM                                                  Linux 4.9
 */
int rawbpf_perf_events_open(struct rawbpf_perf_events *events, int prog,
			    struct rawbpf_perf_events_cpu *cpus, unsigned max,
			    const struct rawbpf_perf_events_spec *spec);

/*
 * Look for CPUs that went offline or came online. Close the events of CPUs that went offline. Open
 * one for each CPU that came online, also if it was online before: an event ends when its CPU goes
 * offline. Call this function every second or so. It asks the kernel once for each CPU, and reads
 * no file. /sys must be mounted: without it the function sees only CPUs that never had an event.
 *
 * Return 0, or the last error of rawbpf_perf_events_open(): the CPU concerned has no event, the
 * others have theirs, and the next call tries again. -EBADF: closed.
 */
int rawbpf_perf_events_follow(struct rawbpf_perf_events *events);

/* Detach the program from all CPUs, and close the events. Do nothing if closed or zeroed. */
void rawbpf_perf_events_close(struct rawbpf_perf_events *events);

#ifdef __cplusplus
}
#endif
#endif
