/* SPDX-License-Identifier: MIT */
/* A program on a perf event of all CPUs. One CPU goes offline and online again. */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rawbpf.h>

#include "guest.h"

enum { PAGES = 50, CPUS = 2 };

static struct rawbpf_perf_events_cpu cpus[CPUS];
static struct rawbpf_perf_events events;
static int map;

static int load(void)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
		BPF_JMP32_IMM(BPF_JNE, BPF_REG_0, getpid(), 4),
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_PERF_EVENT, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) });
}

static int64_t counted(void)
{
	uint64_t count = 0;

	rawbpf_map_lookup(map, &(uint32_t){ 0 }, &count, 0);
	return count;
}

/* Touch new pages on a CPU: each is a fault. Returns how many of them the program saw. */
static int64_t faults_on(unsigned cpu)
{
	const long page = sysconf(_SC_PAGESIZE);
	volatile char *memory;
	int64_t before;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set))
		return -1;
	memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise((void *)memory, PAGES * page, MADV_NOHUGEPAGE);
	before = counted();
	for (int i = 0; i < PAGES; i++)
		memory[i * page] = 1;
	before = counted() - before;
	munmap((void *)memory, PAGES * page);
	/* Leave the CPU, which may go offline next. */
	CPU_SET(0, &set);
	CPU_SET(1, &set);
	sched_setaffinity(0, sizeof set, &set);
	return before;
}

static int cpu_switch(const char *to)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC);
	int put = write(fd, to, 1);

	close(fd);
	return put;
}

static void follow(const char *name, unsigned cpu)
{
	fact(rawbpf_perf_events_follow(&events), "perf_events.%s", name);
	fact(events.count, "perf_events.%s.count", name);
	fact(faults_on(cpu), "perf_events.%s.seen", name);
}

void guest_perf_events(void)
{
	const struct rawbpf_perf_events_spec spec = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_PAGE_FAULTS, .period = 1 };
	int prog;

	map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });
	prog = load();
	fact(rawbpf_perf_events_open(&events, prog, cpus, 1, &spec), "perf_events.one");
	fact(rawbpf_perf_events_open(&events, prog, cpus, CPUS, &spec), "perf_events.open");
	fact(faults_on(0), "perf_events.cpu0");
	fact(faults_on(1), "perf_events.cpu1");
	fact(cpu_switch("0"), "perf_events.goes");
	follow("gone", 0);
	fact(cpu_switch("1"), "perf_events.comes");
	fact(faults_on(1), "perf_events.unfollowed");
	follow("back", 1);
	/* The CPU goes and returns between two looks. */
	fact(cpu_switch("0") + cpu_switch("1"), "perf_events.goes_and_comes");
	fact(faults_on(1), "perf_events.dead");
	follow("again", 1);
	rawbpf_perf_events_close(&events);
	fact(faults_on(1), "perf_events.closed");

	cpu_switch("0");
	fact(rawbpf_perf_events_open(&events, prog, cpus, CPUS, &spec), "perf_events.without");
	fact(events.count, "perf_events.without.count");
	cpu_switch("1");
	follow("later", 1);
	rawbpf_perf_events_close(&events);
	close(prog);
	close(map);
}
