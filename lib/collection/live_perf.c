/* SPDX-License-Identifier: MIT */
#include "live_perf.h"

#include <linux/perf_event.h>

#include <rawbpf/map.h>
#include <rawbpf/perf_events.h>

struct rawbpf_live_events {
	struct rawbpf_perf_events events;
	size_t mapped_size;
	struct rawbpf_perf_events_cpu cpus[];
};

/* Room for CPUs where /sys does not tell how many there are; the events find out. */
enum { LIVE_PERF_CPUS = 1024 };

int rawbpf__live_perf_open(struct rawbpf_live_program *program, uint64_t frequency)
{
	int err, cpus = rawbpf_cpu_count();
	struct rawbpf_live_events *events;
	void *memory;
	size_t size;

	if (cpus == -ENOENT)
		cpus = LIVE_PERF_CPUS;
	if (cpus < 0)
		return cpus;
	size = sizeof *events + cpus * sizeof *events->cpus;
	err = rawbpf__mmap(&memory, size, PROT_READ | PROT_WRITE, -1);
	if (err < 0)
		return err;
	events = memory;
	events->mapped_size = size;
	err = rawbpf_perf_events_open(&events->events, program->fd, events->cpus, cpus,
				      &(struct rawbpf_perf_events_spec){
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK,
		.frequency = frequency });
	if (err < 0)
		rawbpf__munmap(events, size);
	else
		program->events = events;
	return err < 0 ? err : 0;
}

void rawbpf__live_perf_follow(struct rawbpf_live_program *program)
{
	if (program->events)
		rawbpf_perf_events_follow(&program->events->events);
}

void rawbpf__live_perf_close(struct rawbpf_live_program *program)
{
	struct rawbpf_live_events *events = program->events;

	if (!events)
		return;
	rawbpf_perf_events_close(&events->events);
	rawbpf__munmap(events, events->mapped_size);
	program->events = NULL;
}
