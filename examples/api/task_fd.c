/* SPDX-License-Identifier: MIT */
/* Find the program behind a process's descriptor, and its place. CAP_SYS_ADMIN. Linux 5.10. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "task_fd");

	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	char name[64];
	struct rawbpf_task_fd_info info = { .name = name, .name_size = sizeof name };
	struct rawbpf_prog_info loaded = { .type = 0 };
	struct rawbpf_link link;
	int prog;

	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT, .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_PROG_INFO, rawbpf_prog_info(&loaded, prog));
	must(RAWBPF_RAW_TRACEPOINT_ATTACH,
	     rawbpf_raw_tracepoint_attach(&link, prog, &(struct rawbpf_raw_tracepoint_spec){
		.name = "sched_process_exec" }));

	must(RAWBPF_TASK_FD_INFO, rawbpf_task_fd_info(&info, getpid(), link.fd));
	printf("%s, %s program\n", name, info.prog_id == loaded.id ? "our" : "another");
	rawbpf_link_detach(&link);
	close(prog);
	return done();
}
