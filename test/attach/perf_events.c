/* SPDX-License-Identifier: MIT */
/* A program on a perf event of all CPUs: the counts of each CPU, and the errors. */
#include "../live.h"

#include <linux/perf_event.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>

enum { CPUS = 1024, PAGES = 100 };

static struct rawbpf_perf_events_cpu cpus[CPUS];

/* Create a map with a number for each CPU. The program adds 1 if this process runs it. */
static int counts_create(void)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = CPUS });
}

static int counts_load(int map, unsigned tgid)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
		BPF_JMP32_IMM(BPF_JNE, BPF_REG_0, tgid, 10),
		BPF_EMIT_CALL(BPF_FUNC_get_smp_processor_id),
		BPF_STX_MEM(BPF_W, BPF_REG_10, BPF_REG_0, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2),
		BPF_MOV64_IMM(BPF_REG_1, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_PERF_EVENT, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) });
}

static uint64_t counted(int map, unsigned cpu)
{
	uint64_t count = 0;

	ck_assert_int_eq(rawbpf_map_lookup(map, &cpu, &count, 0), 0);
	return count;
}

/* Move to a CPU. Returns 0 if this process may not, or if the CPU is offline. */
static int enter_cpu(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof set, &set) == 0;
}

static const struct rawbpf_perf_events_spec of_faults = {
	.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_PAGE_FAULTS, .period = 1 };

/* Each new page is one fault, on the CPU where this process runs, and on no other. */
START_TEST(test_counts)
{
	const long page = sysconf(_SC_PAGESIZE);
	struct rawbpf_perf_events events;
	int map = counts_create(), prog = counts_load(map, live_tgid());
	unsigned entered = 0;

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_perf_events_open(&events, prog, cpus, CPUS, &of_faults), 0);
	close(prog);
	ck_assert_uint_eq(events.count, sysconf(_SC_NPROCESSORS_ONLN));
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		uint64_t before, all = 0, all_before = 0;
		volatile char *memory;

		if (!enter_cpu(cpu))
			continue;
		entered++;
		memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		ck_assert_ptr_ne((void *)memory, MAP_FAILED);
		madvise((void *)memory, PAGES * page, MADV_NOHUGEPAGE);
		for (unsigned i = 0; i < CPUS; i++)
			all_before += counted(map, i);
		before = counted(map, cpu);
		for (int i = 0; i < PAGES; i++)
			memory[i * page] = 1;
		ck_assert_uint_eq(counted(map, cpu) - before, PAGES);
		for (unsigned i = 0; i < CPUS; i++)
			all += counted(map, i);
		ck_assert_uint_eq(all - all_before, PAGES);
		munmap((void *)memory, PAGES * page);
	}
	ck_assert_uint_gt(entered, 0);
	ck_assert_int_eq(rawbpf_perf_events_follow(&events), 0);
	ck_assert_uint_eq(events.count, sysconf(_SC_NPROCESSORS_ONLN));
	rawbpf_perf_events_close(&events);
	ck_assert_uint_eq(events.count, 0);
	rawbpf_perf_events_close(&events);
	ck_assert_int_eq(rawbpf_perf_events_follow(&events), -EBADF);
	close(map);
}
END_TEST

/* A clock at a frequency runs the program on each CPU that this process keeps busy. */
START_TEST(test_frequency)
{
	struct rawbpf_perf_events events;
	int map = counts_create(), prog = counts_load(map, live_tgid());

	ck_assert_int_eq(rawbpf_perf_events_open(&events, prog, cpus, CPUS,
		&(struct rawbpf_perf_events_spec){ .type = PERF_TYPE_SOFTWARE,
			.config = PERF_COUNT_SW_CPU_CLOCK, .frequency = 500 }), 0);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		while (enter_cpu(cpu) && counted(map, cpu) < 10)
			;
	rawbpf_perf_events_close(&events);
	close(prog);
	close(map);
}
END_TEST

/* The program no longer runs once the events are closed. */
START_TEST(test_close)
{
	struct rawbpf_perf_events events;
	int map = counts_create(), prog = counts_load(map, live_tgid());
	uint64_t before = 0, after = 0;
	char *memory;

	ck_assert_int_eq(rawbpf_perf_events_open(&events, prog, cpus, CPUS, &of_faults), 0);
	rawbpf_perf_events_close(&events);
	for (unsigned i = 0; i < CPUS; i++)
		before += counted(map, i);
	memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(memory, 1, 1 << 20);
	for (unsigned i = 0; i < CPUS; i++)
		after += counted(map, i);
	ck_assert_uint_eq(after, before);
	munmap(memory, 1 << 20);
	close(prog);
	close(map);
}
END_TEST

static const struct {
	struct rawbpf_perf_events_spec spec;
	int error;
} refusals[] = {
	{ { .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK }, -EINVAL },
	{ { .type = PERF_TYPE_SOFTWARE, .frequency = 1, .period = 1 }, -EINVAL },
	{ { .type = PERF_TYPE_SOFTWARE, .frequency = 1ull << 40 }, -EINVAL },
	{ { .type = PERF_TYPE_SOFTWARE, .config = 9999, .period = 1 }, -ENOENT },
	{ { .type = 0x7fffffff, .period = 1 }, -ENOENT },
	{ { .type = PERF_TYPE_SOFTWARE, .frequency = 1, .cookie = 1, .bind = RAWBPF_BIND_IOCTL },
	  -EOPNOTSUPP },
};

START_TEST(test_refusals)
{
	struct rawbpf_perf_events events;
	int map = counts_create(), prog = counts_load(map, 0);

	ck_assert_int_eq(rawbpf_perf_events_open(&events, prog, cpus, CPUS, &refusals[_i].spec),
			 refusals[_i].error);
	ck_assert_uint_eq(events.count, 0);
	ck_assert_int_eq(rawbpf_perf_events_follow(&events), -EBADF);
	rawbpf_perf_events_close(&events);
	close(prog);
	close(map);
}
END_TEST

START_TEST(test_other_refusals)
{
	struct rawbpf_perf_events events;
	int map = counts_create(), prog = counts_load(map, 0);
	int filter = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);

	ck_assert_int_eq(rawbpf_perf_events_open(&events, prog, cpus, CPUS, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_perf_events_open(&events, filter, cpus, CPUS, &of_faults), -EINVAL);
	ck_assert_int_eq(rawbpf_perf_events_open(&events, -1, cpus, CPUS, &of_faults), -EBADF);
	ck_assert_int_eq(rawbpf_perf_events_open(&events, prog, NULL, 0, &of_faults), -E2BIG);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		ck_assert_int_eq(rawbpf_perf_events_open(&events, prog, cpus, 1, &of_faults), -E2BIG);
	live_be_nobody();
	ck_assert_int_eq(rawbpf_perf_events_open(&events, prog, cpus, CPUS, &of_faults), -EACCES);
	rawbpf_perf_events_close(&events);
	close(filter);
	close(prog);
	close(map);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_counts);
	tcase_add_test(tests, test_frequency);
	tcase_add_test(tests, test_close);
	tcase_add_loop_test(tests, test_refusals, 0, RAWBPF_COUNT(refusals));
	tcase_add_test(tests, test_other_refusals);
}

int main(void)
{
	return live_run("perf_events", add_tests);
}
