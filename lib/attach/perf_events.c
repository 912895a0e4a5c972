/* SPDX-License-Identifier: MIT */
#include <rawbpf/perf_events.h>

#include "../sys/cpu.h"
#include "link.h"
#include "perf.h"

static int perf_events_event_open(const struct rawbpf_perf_events_spec *spec, unsigned cpu)
{
	struct perf_event_attr attr = {
		.type = spec->type,
		.size = PERF_ATTR_SIZE_VER1,
		.config = spec->config,
		.sample_period = spec->period ? spec->period : spec->frequency,
		.freq = spec->frequency != 0,
	};

	return rawbpf__perf_event_open(&attr, -1, cpu);
}

/* Open the event of a CPU, which has none yet. */
static int perf_events_cpu_open(struct rawbpf_perf_events *events, unsigned number, uint64_t birth)
{
	struct rawbpf_perf_events_cpu *cpu = &events->cpus[number];
	int err, fd = perf_events_event_open(&events->spec, number);

	if (fd < 0)
		return fd;
	if (number >= events->max) {
		rawbpf__close(fd);
		return -E2BIG;
	}
	rawbpf__link_set(&cpu->link, fd);
	err = rawbpf__perf_attach(&cpu->link, events->prog, events->spec.bind, events->spec.cookie);
	if (err < 0)
		return err;
	cpu->birth = birth;
	events->count++;
	return 0;
}

static void perf_events_cpu_close(struct rawbpf_perf_events *events, unsigned number)
{
	if (!events->cpus[number].link.fd)
		return;
	rawbpf_link_detach(&events->cpus[number].link);
	events->count--;
}

/* Give the CPU an event if it has none that lives. */
static int perf_events_cpu_follow(struct rawbpf_perf_events *events, unsigned number)
{
	uint64_t birth = rawbpf__cpu_birth(number);

	if (number < events->max && events->cpus[number].link.fd) {
		if (events->cpus[number].birth == birth)
			return 0;
		perf_events_cpu_close(events, number);
	}
	return perf_events_cpu_open(events, number, birth);
}

/* Ask about a CPU, by an event without a limit. -ENODEV: it is offline, -EINVAL: it does not exist. */
static int perf_events_cpu_ask(unsigned number)
{
	const struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = PERF_ATTR_SIZE_VER1, .config = PERF_COUNT_SW_DUMMY };
	int fd = rawbpf__perf_event_open(&attr, -1, number);

	if (fd < 0)
		return fd;
	rawbpf__close(fd);
	return 0;
}

/*
 * Follow all CPUs. An offline CPU answers ENODEV, a number behind all CPUs EINVAL. The event itself
 * may be the reason for EINVAL, too: the kernel may have lowered the limit of its frequency. Returns
 * 0, or the last error.
 */
static int perf_events_follow(struct rawbpf_perf_events *events)
{
	int result = 0;

	for (unsigned number = 0; number < RAWBPF__CPUS_AT_MOST; number++) {
		int err = perf_events_cpu_follow(events, number);
		int cpu = err == -EINVAL ? perf_events_cpu_ask(number) : 0;

		if (cpu == -EINVAL)
			break;
		if (err == 0 || err == -ENODEV || cpu == -ENODEV)
			continue;
		result = cpu < 0 ? cpu : err;
		if (!events->count || number >= events->max)
			break;
	}
	return result;
}

int rawbpf_perf_events_follow(struct rawbpf_perf_events *events)
{
	return events->prog ? perf_events_follow(events) : -EBADF;
}

int rawbpf_perf_events_open(struct rawbpf_perf_events *events, int prog,
			    struct rawbpf_perf_events_cpu *cpus, unsigned max,
			    const struct rawbpf_perf_events_spec *spec)
{
	int err;

	*events = (struct rawbpf_perf_events){ .cpus = cpus, .max = max };
	if (!spec || !spec->frequency == !spec->period)
		return -EINVAL;
	events->spec = *spec;
	for (unsigned number = 0; number < max; number++)
		cpus[number] = (struct rawbpf_perf_events_cpu){ .birth = 0 };
	events->prog = rawbpf__dup(prog);
	if (events->prog < 0) {
		err = events->prog;
		events->prog = 0;
		return err;
	}
	err = perf_events_follow(events);
	if (err == 0 && !events->count)
		err = -ENODEV;
	if (err < 0)
		rawbpf_perf_events_close(events);
	return err;
}

void rawbpf_perf_events_close(struct rawbpf_perf_events *events)
{
	if (!events->prog)
		return;
	for (unsigned number = 0; number < events->max; number++)
		perf_events_cpu_close(events, number);
	rawbpf__close(events->prog);
	events->prog = 0;
}
