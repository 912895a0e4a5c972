/* SPDX-License-Identifier: MIT */
/* Run a program at each page fault of this process. CAP_BPF and CAP_PERFMON. Linux 5.10. */
#include "api.h"

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { PAGES = 10 };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "perf_event");

	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof attr,
		.config = PERF_COUNT_SW_PAGE_FAULTS, .sample_period = 1 };
	const long page = sysconf(_SC_PAGESIZE);
	struct rawbpf_link link;
	volatile char *memory;
	uint64_t before, after;
	int map, prog, event;

	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "faults", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = 1 }));
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0), /* 0: no sample for readers of the event */
		BPF_EXIT_INSN(),
	};
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_PERF_EVENT, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));
	event = must_libc("perf_event_open", syscall(SYS_perf_event_open, &attr, 0, -1, -1,
						     PERF_FLAG_FD_CLOEXEC));
	must(RAWBPF_PERF_EVENT_ATTACH, rawbpf_perf_event_attach(&link, prog, event, NULL));

	memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		must_libc("mmap", -1);
	madvise((void *)memory, PAGES * page, MADV_NOHUGEPAGE);
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &(uint32_t){ 0 }, &before, 0));
	for (int i = 0; i < PAGES; i++)
		memory[i * page] = 1;
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &(uint32_t){ 0 }, &after, 0));
	printf("%d new pages: %llu faults\n", PAGES, (unsigned long long)(after - before));
	rawbpf_link_detach(&link);
	close(event);
	close(prog);
	close(map);
	return done();
}
