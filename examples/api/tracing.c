/* SPDX-License-Identifier: MIT */
/* See a kernel function's results, by its types: fexit. Root. Linux 5.10. */
#include "api.h"

#include <fcntl.h>
#include <linux/btf.h>

enum { ARGUMENTS = 5 }; /* of do_fchownat(): the result follows them */

/* Load a program that stores the result of this process's calls, and counts them. */
static int load(int map)
{
	struct rawbpf_btf kernel;
	int function;

	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	function = must(NULL, rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, "do_fchownat"));
	rawbpf_btf_close(&kernel);
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_DW, BPF_REG_6, BPF_REG_1, 8 * ARGUMENTS),
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
		BPF_JMP32_IMM(BPF_JNE, BPF_REG_0, getpid(), 5), /* outside PID namespaces */
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6, 0),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 8),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_TRACING, .expected_attach_type = BPF_TRACE_FEXIT,
		.attach_btf_id = function, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "tracing");

	struct { int64_t result; uint64_t calls; } value;
	struct rawbpf_link link;
	int map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "result", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = sizeof value, .max_entries = 1 }));
	int prog = load(map);

	must(RAWBPF_TRACING_ATTACH, rawbpf_tracing_attach(&link, prog, NULL));
	for (int i = 0; i < 3; i++)
		(void)!fchownat(AT_FDCWD, "/no/such/file", 0, 0, 0);
	rawbpf_link_detach(&link);
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &(uint32_t){ 0 }, &value, 0));
	printf("%llu calls, the last returned: %s\n", (unsigned long long)value.calls,
	       strerror(-(int)value.result));
	close(prog);
	close(map);
	return done();
}
