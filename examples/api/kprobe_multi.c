/* SPDX-License-Identifier: MIT */
/* One program at several functions of the kernel, by name: no BTF needed. Root. Linux 5.18. */
#include "api.h"

#include <fcntl.h>

static const char *const functions[] = { "do_fchownat", "do_faccessat" };

/* Counts the calls of this process. */
static int load(int map)
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

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE, .expected_attach_type = BPF_TRACE_KPROBE_MULTI,
		.license = "GPL", .insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

int main(void)
{
	struct rawbpf_link link;
	uint64_t count;
	int map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "calls", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = 1 }));
	int prog = load(map);

	must(RAWBPF_KPROBE_MULTI_ATTACH,
	     rawbpf_kprobe_multi_attach(&link, prog, &(struct rawbpf_kprobe_multi_spec){
		.symbols = functions, .count = RAWBPF_COUNT(functions) }));
	(void)!fchownat(AT_FDCWD, "/no/such/file", 0, 0, 0);
	(void)!access("/no/such/file", R_OK);
	(void)!access("/no/such/file", R_OK);
	rawbpf_link_detach(&link);
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &(uint32_t){ 0 }, &count, 0));
	printf("%llu calls of both\n", (unsigned long long)count);
	close(prog);
	close(map);
	return done();
}
