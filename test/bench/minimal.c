/* SPDX-License-Identifier: MIT */
/*
 * The smallest useful program: create a map, load the counter, attach it to fchownat(2), read the
 * count. Its twin minimal_bare.c does the same without the library. The difference is the library's
 * cost in bytes and system calls. With -DRAW_TRACEPOINT it counts all system calls, and runs on
 * kernels without kprobes.
 */
#include <rawbpf.h>

#include "minimal.h"

MAIN
{
	int count = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });
	const struct bpf_insn insns[] = COUNTER(count);
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = PROG_TYPE, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) });
	struct rawbpf_link link;
#ifdef RAW_TRACEPOINT
	int err = rawbpf_raw_tracepoint_attach(&link, prog, &(struct rawbpf_raw_tracepoint_spec){
		.name = "sys_enter" });
#else
	int err = rawbpf_kprobe_pmu_attach(&link, prog, &(struct rawbpf_kprobe_spec){
		.syscall = "fchownat" });
#endif
	const unsigned key = 0;
	uint64_t value;

	if (err == 0)
		err = rawbpf_map_lookup(count, &key, &value, 0);
	END(err < 0);
}
