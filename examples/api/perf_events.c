/* SPDX-License-Identifier: MIT */
/* Run a program at each page fault, on all CPUs. CAP_BPF and CAP_PERFMON. Linux 5.10. */
#include "counter.h"

#include <linux/perf_event.h>
#include <sys/mman.h>

enum { PAGES = 10, CPUS = 1024 };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "perf_events");

	static struct rawbpf_perf_events_cpu cpus[CPUS];
	const long page = sysconf(_SC_PAGESIZE);
	struct rawbpf_perf_events events;
	unsigned long long before;
	volatile char *memory;
	int map = counter_create();
	int prog = counter_load(map, BPF_PROG_TYPE_PERF_EVENT, 0);

	must(RAWBPF_PERF_EVENTS_OPEN, rawbpf_perf_events_open(&events, prog, cpus, CPUS,
		&(struct rawbpf_perf_events_spec){ .type = PERF_TYPE_SOFTWARE,
			.config = PERF_COUNT_SW_PAGE_FAULTS, .period = 1 }));
	memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		must_libc("mmap", -1);
	madvise((void *)memory, PAGES * page, MADV_NOHUGEPAGE);
	/* A program that runs for long does this every second. */
	must(RAWBPF_PERF_EVENTS_FOLLOW, rawbpf_perf_events_follow(&events));
	before = counter_read(map);
	for (int i = 0; i < PAGES; i++)
		memory[i * page] = 1;
	printf("%d new pages: %llu faults\n", PAGES, counter_read(map) - before);
	rawbpf_perf_events_close(&events);
	close(prog);
	close(map);
	return done();
}
