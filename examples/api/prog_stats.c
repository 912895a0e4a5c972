/* SPDX-License-Identifier: MIT */
/* Count a program's runs and their time, as long as the descriptor is open. Root. Linux 5.8. */
#include "api.h"

static void show(const char *when, int prog)
{
	struct rawbpf_prog_info info = { .type = 0 };

	must(RAWBPF_PROG_INFO, rawbpf_prog_info(&info, prog));
	printf("%s: %llu runs, %s\n", when, (unsigned long long)info.run_cnt,
	       info.run_time_ns ? "timed" : "not timed");
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "prog_stats");

	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64, .repeat = 1000 };
	int prog, stats;

	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	show("before", prog);
	stats = must(RAWBPF_PROG_STATS_OPEN, rawbpf_prog_stats_open(0)); /* for all programs */
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	close(stats); /* stop counting */
	show("after", prog);
	close(prog);
	return done();
}
