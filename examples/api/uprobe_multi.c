/* SPDX-License-Identifier: MIT */
/* One link for many functions, told apart by a cookie. Root. Linux 6.6. */
#include "api.h"

extern const char __executable_start[]; /* from the linker: the file's beginning in memory */

__attribute__((noinline)) static int hash(int n) { __asm__ volatile("" : "+r"(n)); return n + 1; }
__attribute__((noinline)) static int sort(int n) { __asm__ volatile("" : "+r"(n)); return n - 1; }

#define OFFSET(FUNCTION) ((uintptr_t)(FUNCTION) - (uintptr_t)__executable_start)

/* Load a program that adds 1 to the value whose offset in `map` is the cookie. */
static int load(int map)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_attach_cookie), /* r1 is the context */
		BPF_ALU64_IMM(BPF_AND, BPF_REG_0, 8), /* tells the verifier the bounds */
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_1, BPF_REG_0),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE, .expected_attach_type = BPF_TRACE_UPROBE_MULTI,
		.license = "GPL", .insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "uprobe_multi");

	const uint64_t offsets[] = { OFFSET(hash), OFFSET(sort) }, cookies[] = { 0, 8 };
	struct rawbpf_link link;
	uint64_t counts[2];
	int map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "calls", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = sizeof counts, .max_entries = 1 }));
	int prog = load(map);

	must(RAWBPF_UPROBE_MULTI_ATTACH,
	     rawbpf_uprobe_multi_attach(&link, prog, &(struct rawbpf_uprobe_multi_spec){
		.path = "/proc/self/exe", .offsets = offsets, .cookies = cookies, .count = 2,
		.pid = getpid() }));
	hash(1);
	for (int i = 0; i < 3; i++)
		sort(i);
	rawbpf_link_detach(&link);
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &(uint32_t){ 0 }, counts, 0));
	printf("hash: %llu, sort: %llu\n", (unsigned long long)counts[0],
	       (unsigned long long)counts[1]);
	close(prog);
	close(map);
	return done();
}
