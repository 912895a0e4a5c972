/* SPDX-License-Identifier: MIT */
#include <linux/eventpoll.h>
#include <linux/membarrier.h>
#include <rawbpf/map.h>
#include <rawbpf/perfbuf.h>
#include <rawbpf/uapi.h>

#include "../sys/cpu.h"
#include "../sys/file.h"
#include "perf_ring.h"
#include "source.h"

enum {
	SIZE_DEFAULT = 64 * 1024,
	SIZE_MAX_LOG2 = 30,
	LATENCY_DEFAULT = 100,
	LOOK_INTERVAL = 1000,   /* ms between two looks at the list of CPUs */
	LIST_MAX = 4096,        /* bytes of a list of CPUs: sysfs gives a page */
	PAGE_LEAST = 4096,
};

/* 64 bytes: a read of each CPU in turn takes one cache line of each. */
struct rawbpf_perfbuf_cpu {
	struct rawbpf__perf_ring ring;
	struct rawbpf__perf_copy *copy; /* only if the buffer overwrites; see copy_buffers() */
	int fd;         /* the event; 0: no buffer */
	int gone;       /* its CPU is gone, or was since the event was opened: read it a last time */
	uint64_t birth; /* see rawbpf__cpu_birth() */
} __attribute__((aligned(64)));

/* ------------------------------------------------------------------ the memory of the struct */

/* Return the size that fits each use: a list of CPUs; a forward record; the places of backward records. */
static size_t scratch_size(const struct rawbpf_perfbuf_spec *spec)
{
	const size_t size = spec->overwrite ? RAWBPF__PERF_PLACES_SIZE(spec->size)
					    : RAWBPF__PERF_RECORD_MAX;

	return size < LIST_MAX ? LIST_MAX : size;
}

/* Map memory for all possible CPUs. Untouched pages take no memory, as those of CPUs that do not exist. */
static int memory_open(struct rawbpf_perfbuf *perfbuf)
{
	size_t cpus = perfbuf->cpus_max * sizeof *perfbuf->cpus;
	void *memory;
	int err;

	perfbuf->memory_size = cpus + scratch_size(&perfbuf->spec);
	err = rawbpf__mmap(&memory, perfbuf->memory_size, PROT_READ | PROT_WRITE, -1);
	if (err < 0)
		return err;
	perfbuf->cpus = memory;
	return 0;
}

static void *scratch(const struct rawbpf_perfbuf *perfbuf)
{
	return perfbuf->cpus + perfbuf->cpus_max;
}

/* ------------------------------------------------------------------------ one CPU's buffer */

static int output_event_open(const struct rawbpf_perfbuf_spec *spec, unsigned cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = PERF_ATTR_SIZE_VER1,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_RAW,
	};

	if (spec->overwrite) {
		attr.write_backward = 1;
	} else if (spec->latency_ms < 0) {
		attr.wakeup_events = 1;
	} else {
		attr.watermark = 1;
		attr.wakeup_watermark = spec->size / 2;
	}
	return rawbpf__perf_event_open(&attr, -1, cpu);
}

/*
 * Return the size to map. The first page has the architecture's page size. The kernel rounds the
 * requested size up to whole pages and reports where the data is. So the smallest page plus the
 * data is enough.
 */
static size_t mapping_size(const struct rawbpf_perfbuf *perfbuf)
{
	return PAGE_LEAST + (size_t)perfbuf->spec.size;
}

static int ring_open(struct rawbpf__perf_ring *ring, const struct rawbpf_perfbuf *perfbuf,
		     int event)
{
	/* A mapping for reading makes the kernel overwrite unread records. */
	int protection = perfbuf->spec.overwrite ? PROT_READ : PROT_READ | PROT_WRITE;
	void *control;
	int err = rawbpf__mmap(&control, mapping_size(perfbuf), protection, event);

	if (err < 0)
		return err;
	ring->control = control;
	ring->data = (unsigned char *)control + ring->control->data_offset;
	ring->size = perfbuf->spec.size;
	ring->position = 0;
	if (ring->control->data_size == ring->size)
		return 0;
	rawbpf__munmap(control, mapping_size(perfbuf)); /* the caller asked for less than a page */
	return -EINVAL;
}

static size_t copy_size(const struct rawbpf_perfbuf *perfbuf)
{
	return sizeof(struct rawbpf__perf_copy) + perfbuf->spec.size;
}

static int copy_open(struct rawbpf__perf_copy **copy, const struct rawbpf_perfbuf *perfbuf)
{
	void *memory;
	int err = rawbpf__mmap(&memory, copy_size(perfbuf), PROT_READ | PROT_WRITE, -1);

	if (err == 0)
		*copy = memory;
	return err;
}

static void cpu_close(struct rawbpf_perfbuf *perfbuf, unsigned number)
{
	struct rawbpf_perfbuf_cpu *cpu = &perfbuf->cpus[number];

	/* The map holds the event too, and so would the epoll. */
	rawbpf_map_delete(perfbuf->map, &number);
	rawbpf__epoll_delete(perfbuf->source.fd, cpu->fd);
	rawbpf__munmap(cpu->ring.control, mapping_size(perfbuf));
	if (cpu->copy)
		rawbpf__munmap(cpu->copy, copy_size(perfbuf));
	rawbpf__close(cpu->fd);
	*cpu = (struct rawbpf_perfbuf_cpu){ .fd = 0 };
}

static int cpu_open(struct rawbpf_perfbuf *perfbuf, unsigned number, uint64_t birth)
{
	struct rawbpf_perfbuf_cpu *cpu = &perfbuf->cpus[number];
	int err, fd;

	fd = output_event_open(&perfbuf->spec, number);
	if (fd < 0)
		return fd;
	err = ring_open(&cpu->ring, perfbuf, fd);
	if (err < 0) {
		rawbpf__close(fd);
		return err;
	}
	cpu->fd = fd;
	cpu->birth = birth;
	if (perfbuf->cpus_end <= number)
		perfbuf->cpus_end = number + 1;
	err = perfbuf->spec.overwrite
		? copy_open(&cpu->copy, perfbuf)
		: rawbpf__epoll_add(perfbuf->source.fd, fd, EPOLLIN, NULL);
	if (err == 0)
		err = rawbpf_map_update(perfbuf->map, &number, &fd, BPF_ANY);
	if (err < 0)
		cpu_close(perfbuf, number);
	return err;
}

/* ------------------------------------------------------------------- CPUs that come and go */

static void cpus_leave(struct rawbpf_perfbuf *perfbuf, unsigned first, unsigned end)
{
	for (; first < end && first < perfbuf->cpus_max; first++)
		perfbuf->cpus[first].gone = perfbuf->cpus[first].fd > 0;
}

static int cpu_follow(struct rawbpf_perfbuf *perfbuf, unsigned number)
{
	struct rawbpf_perfbuf_cpu *cpu = &perfbuf->cpus[number];
	uint64_t birth;

	if (number >= perfbuf->cpus_max)
		return -E2BIG;
	birth = rawbpf__cpu_birth(number);
	if (!cpu->fd)
		return cpu_open(perfbuf, number, birth);
	cpu->gone |= cpu->birth != birth;
	return 0;
}

/* Try the map's places, without sysfs, as far as CPUs exist. */
static int cpus_try(struct rawbpf_perfbuf *perfbuf)
{
	unsigned cpu;

	for (cpu = 0; cpu < perfbuf->cpus_max; cpu++) {
		int err = cpu_follow(perfbuf, cpu);

		if (err == -EINVAL && cpu > 0) /* no CPU can have this number */
			break;
		if (err < 0 && err != -ENODEV)
			return err;
	}
	return 0;
}

/* Open a buffer for each CPU that is online, and mark those of other CPUs. Returns 0, or the last error. */
static int cpus_follow(struct rawbpf_perfbuf *perfbuf)
{
	unsigned first, last, next = 0;
	const char *list = scratch(perfbuf);
	int length, more, result = 0;

	length = rawbpf__file_read(AT_FDCWD, "/sys/devices/system/cpu/online", scratch(perfbuf),
				   LIST_MAX);
	if (length < 0)
		return length == -ENOENT ? cpus_try(perfbuf) : length;
	while ((more = rawbpf__cpu_range_parse(&list, &first, &last)) > 0) {
		cpus_leave(perfbuf, next, first);
		for (next = first; next <= last; next++) {
			int err = cpu_follow(perfbuf, next);

			if (err < 0 && err != -ENODEV) /* the CPU went offline again */
				result = err;
		}
	}
	if (more < 0)
		return more;
	cpus_leave(perfbuf, next, perfbuf->cpus_max);
	return result;
}

/* ---------------------------------------------------------------------------------- reading */

/* Pause or resume the outputs of all CPUs. Returns 0, or the last error. */
static int pause_outputs(const struct rawbpf_perfbuf *perfbuf, int pause)
{
	int err, result = 0;

	for (unsigned cpu = 0; cpu < perfbuf->cpus_end; cpu++) {
		if (!perfbuf->cpus[cpu].fd)
			continue;
		err = rawbpf__ioctl(perfbuf->cpus[cpu].fd, PERF_EVENT_IOC_PAUSE_OUTPUT, pause);
		result = err < 0 ? err : result;
	}
	return result;
}

/*
 * Copy all CPUs' buffers: the handler may then take its time, and misses no new record. A pause
 * keeps new records from beginning. A record begun before may still be in progress, for as long as
 * an interrupt in between takes. The kernel holds an RCU read lock then.
 */
static int copy_buffers(const struct rawbpf_perfbuf *perfbuf)
{
	int err = pause_outputs(perfbuf, 1);

	if (err == 0)
		err = rawbpf__membarrier(MEMBARRIER_CMD_GLOBAL);
	for (unsigned cpu = 0; cpu < perfbuf->cpus_end && err == 0; cpu++)
		if (perfbuf->cpus[cpu].fd)
			rawbpf__perf_ring_copy(&perfbuf->cpus[cpu].ring, perfbuf->cpus[cpu].copy);
	pause_outputs(perfbuf, 0);
	return err;
}

/*
 * Start the timer, which first expires at once. A poll of a perf event clears its readiness: only
 * the first caller sees it. So adding source.fd to an epoll may hide the first records from that
 * epoll.
 */
static int tick_start(const struct rawbpf_perfbuf *perfbuf)
{
	const struct rawbpf_perfbuf_spec *spec = &perfbuf->spec;
	int is_timed = spec->latency_ms > 0 && !spec->overwrite;

	return rawbpf__timer_start(perfbuf->timer, is_timed ? spec->latency_ms : LOOK_INTERVAL);
}

static int read_cpus(struct rawbpf_perfbuf *perfbuf)
{
	struct rawbpf__perf_reader reader = {
		.source = &perfbuf->source,
		.handle = perfbuf->handle,
		.context = perfbuf->context,
		.scratch = scratch(perfbuf),
	};
	int records = 0;
	int err = perfbuf->spec.overwrite ? copy_buffers(perfbuf) : 0;

	if (err < 0)
		return err;
	for (unsigned turn = 0, next = perfbuf->first; turn < perfbuf->cpus_end; turn++) {
		const unsigned number = next < perfbuf->cpus_end ? next : 0;
		struct rawbpf_perfbuf_cpu *cpu = &perfbuf->cpus[number];
		int got;

		next = number + 1;
		if (!cpu->fd)
			continue;
		perfbuf->cpu = number;
		got = cpu->copy ? rawbpf__perf_ring_hand_over(&cpu->ring, cpu->copy, &reader)
				: rawbpf__perf_ring_read(&cpu->ring, &reader);
		if (got < 0) {
			tick_start(perfbuf); /* more records may be left */
			perfbuf->first = number + 1; /* the next read begins with the other CPUs */
			return got;
		}
		records += got;
		if (cpu->gone) {
			cpu_close(perfbuf, number);
			perfbuf->next_look = 0; /* the CPU may have come back */
		}
	}
	return records;
}

/* Re-arm the timer by reading it; each LOOK_INTERVAL, look which CPUs are online. */
static void tick(struct rawbpf_perfbuf *perfbuf)
{
	uint64_t times;
	int64_t now;

	if (rawbpf__read(perfbuf->timer, &times, sizeof times) < 0)
		return; /* it has not expired */
	now = rawbpf__clock_ms();
	if (now < perfbuf->next_look)
		return;
	perfbuf->next_look = now + LOOK_INTERVAL;
	perfbuf->missing = cpus_follow(perfbuf);
}

int rawbpf_perfbuf_read(struct rawbpf_perfbuf *perfbuf)
{
	if (!perfbuf->source.fd)
		return -EBADF;
	tick(perfbuf);
	return read_cpus(perfbuf);
}

static int source_read(struct rawbpf_source *source)
{
	struct rawbpf_perfbuf *perfbuf = (struct rawbpf_perfbuf *)source;

	tick(perfbuf);
	return perfbuf->spec.overwrite ? 0 : read_cpus(perfbuf);
}

/* ------------------------------------------------------------------------ opening and closing */

static int spec_check(struct rawbpf_perfbuf_spec *spec)
{
	if (!spec->size)
		spec->size = SIZE_DEFAULT;
	if (!spec->latency_ms)
		spec->latency_ms = LATENCY_DEFAULT;
	if (spec->size & (spec->size - 1) || spec->size < PAGE_LEAST ||
	    spec->size >> SIZE_MAX_LOG2 > 1 || spec->latency_ms < RAWBPF_EACH_RECORD)
		return -EINVAL;
	return 0;
}

/* Keep an opened descriptor, or return its error. */
static int keep(int *kept, int fd)
{
	if (fd < 0)
		return fd;
	*kept = fd;
	return 0;
}

static int map_take(struct rawbpf_perfbuf *perfbuf, int map)
{
	struct rawbpf_map_layout layout;
	int err = rawbpf_map_layout_info(&layout, map);

	if (err < 0)
		return err;
	if (layout.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return -EINVAL;
	perfbuf->cpus_max = layout.max_entries < RAWBPF__CPUS_AT_MOST ? layout.max_entries
								      : RAWBPF__CPUS_AT_MOST;
	return keep(&perfbuf->map, rawbpf__dup(map));
}

/* Check for MEMBARRIER_CMD_GLOBAL. It does not wait for CPUs that run without ticks (nohz_full=). */
static int membarrier_check(void)
{
	int commands = rawbpf__membarrier(MEMBARRIER_CMD_QUERY);

	if (commands < 0)
		return commands;
	return commands & MEMBARRIER_CMD_GLOBAL ? 0 : -EOPNOTSUPP;
}

static int any_cpu(const struct rawbpf_perfbuf *perfbuf)
{
	unsigned cpu = 0;

	while (cpu < perfbuf->cpus_max && !perfbuf->cpus[cpu].fd)
		cpu++;
	return cpu < perfbuf->cpus_max;
}

static int open_parts(struct rawbpf_perfbuf *perfbuf, int map)
{
	int err = perfbuf->handle ? spec_check(&perfbuf->spec) : -EINVAL;

	if (err == 0 && perfbuf->spec.overwrite)
		err = membarrier_check();
	if (err == 0)
		err = map_take(perfbuf, map);
	if (err == 0)
		err = keep(&perfbuf->source.fd, rawbpf__epoll_create());
	if (err == 0)
		err = keep(&perfbuf->timer, rawbpf__timer_open());
	if (err == 0)
		err = tick_start(perfbuf);
	if (err == 0)
		err = rawbpf__epoll_add(perfbuf->source.fd, perfbuf->timer, EPOLLIN, NULL);
	if (err == 0)
		err = memory_open(perfbuf);
	if (err == 0)
		err = cpus_follow(perfbuf);
	if (err == 0 && !any_cpu(perfbuf))
		err = -ENODEV;
	return err;
}

int rawbpf_perfbuf_open(struct rawbpf_perfbuf *perfbuf, int map, rawbpf_record_fn *handle,
			void *context, const struct rawbpf_perfbuf_spec *spec)
{
	int err;

	*perfbuf = (struct rawbpf_perfbuf){
		.source.read = source_read,
		.handle = handle,
		.context = context,
		.spec = *RAWBPF__SPEC(spec),
	};
	err = open_parts(perfbuf, map);
	if (err < 0)
		rawbpf_perfbuf_close(perfbuf);
	return err;
}

static void close_if_open(int *fd)
{
	if (*fd)
		rawbpf__close(*fd);
	*fd = 0;
}

void rawbpf_perfbuf_close(struct rawbpf_perfbuf *perfbuf)
{
	unsigned cpu;

	if (perfbuf->cpus) {
		for (cpu = 0; cpu < perfbuf->cpus_max; cpu++)
			if (perfbuf->cpus[cpu].fd)
				cpu_close(perfbuf, cpu);
		rawbpf__munmap(perfbuf->cpus, perfbuf->memory_size);
		perfbuf->cpus = NULL;
	}
	rawbpf__source_leave_loop(&perfbuf->source);
	close_if_open(&perfbuf->timer);
	close_if_open(&perfbuf->source.fd);
	close_if_open(&perfbuf->map);
}
