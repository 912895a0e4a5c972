/* SPDX-License-Identifier: MIT */
/* Print the threads of a process, written by the kernel: an iterator. Root. Linux 6.1. */
#include "api.h"

#include <linux/btf.h>
#include <sys/prctl.h>

/* Write each thread's name, 16 bytes. Context: struct bpf_iter_meta *, struct task_struct *. */
static int load(void)
{
	struct rawbpf_btf kernel;
	int comm, function;

	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	comm = must(NULL, rawbpf_btf_offset_find(&kernel, "task_struct", "comm"));
	function = must(NULL, rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, "bpf_iter_task"));
	rawbpf_btf_close(&kernel);
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_1, 8),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_3, 0, 10), /* NULL: the end */
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_1, 0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_1, 0), /* meta->seq */
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_3, comm),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_2, -16),
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_3, comm + 8),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_2, -8),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -16),
		BPF_MOV64_IMM(BPF_REG_3, 16),
		BPF_EMIT_CALL(BPF_FUNC_seq_write),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "threads", .type = BPF_PROG_TYPE_TRACING, .license = "GPL",
		.expected_attach_type = BPF_TRACE_ITER, .attach_btf_id = function,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "iter");
	struct rawbpf_link link;
	char name[16], text[64];
	int prog = load(), file;

	must(RAWBPF_ITER_ATTACH, rawbpf_iter_attach(&link, prog, &(struct rawbpf_iter_spec){
		.pid = getpid() }));
	prctl(PR_SET_NAME, "example");
	file = must(RAWBPF_ITER_CREATE, rawbpf_iter_create(&link));
	while (must_libc("read", read(file, name, sizeof name)) == sizeof name) {
		rawbpf_terminal_escape(text, sizeof text, name, strlen(name)); /* any bytes */
		printf("a thread called %s\n", text);
	}
	close(file);
	rawbpf_link_detach(&link);
	close(prog);
	return done();
}
