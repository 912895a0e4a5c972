/* SPDX-License-Identifier: MIT */
/* Read a program's output from its stream, not from the kernel's log. Root. Linux 6.17. */
#include "api.h"

#include <linux/btf.h>

/* Load a program that prints a number, and returns the kernel function's result. */
static int load(void)
{
	struct rawbpf_btf kernel;
	int function, format;

	format = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "format", .type = BPF_MAP_TYPE_ARRAY, .flags = BPF_F_RDONLY_PROG,
		.key_size = 4, .value_size = 16, .max_entries = 1 }));
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(format, &(uint32_t){ 0 }, "answer: %d\n\0\0\0\0", 0));
	must(RAWBPF_MAP_FREEZE, rawbpf_map_freeze(format)); /* the format must be constant */
	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	function = rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, "bpf_stream_vprintk");
	if (function < 0) /* its name on Linux 6.18 and older */
		function = rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, "bpf_stream_vprintk_impl");
	if (function == -ENOENT) /* this kernel has no streams */
		fail(RAWBPF_PROG_STREAM_READ, -EINVAL);
	rawbpf_btf_close(&kernel);
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_1, BPF_STREAM_STDOUT),
		BPF_LD_MAP_VALUE(BPF_REG_2, format, 0),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 42),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8),
		BPF_MOV64_IMM(BPF_REG_4, 8), /* size of the arguments */
		BPF_MOV64_IMM(BPF_REG_5, 0),
		BPF_CALL_KFUNC(0, function),
		BPF_EXIT_INSN(),
	};

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SYSCALL, .flags = BPF_F_SLEEPABLE, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "prog_stream");

	struct rawbpf_prog_run run = { .flags = 0 };
	int prog = load(), tries = 0;
	char text[256];
	long length;

	do /* the kernel's stream memory may be empty: it fails with -ENOMEM, and then refills it */
		must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	while ((int)run.retval == -ENOMEM && tries++ < 1000);
	must(NULL, (int)run.retval);
	length = must(RAWBPF_PROG_STREAM_READ,
		      rawbpf_prog_stream_read(prog, BPF_STREAM_STDOUT, text, sizeof text));
	printf("%.*s", (int)length, text);
	close(prog);
	return done();
}
