/* SPDX-License-Identifier: MIT */
/* Send settings to a program. A run uses the last one. CAP_BPF. Linux 6.1. */
#include "api.h"

/* The function behind the exit gets each record: r1, a dynptr; r2, the caller's r3. */
static int load(int map)
{
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		RAWBPF_LD_FUNC(BPF_REG_2, 7),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_EMIT_CALL(BPF_FUNC_user_ringbuf_drain),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8),
		BPF_EXIT_INSN(),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_1),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_2),
		BPF_MOV64_IMM(BPF_REG_2, 8),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_MOV64_IMM(BPF_REG_5, 0),
		BPF_EMIT_CALL(BPF_FUNC_dynptr_read), /* copy 8 bytes from offset 0 of r3 to r1 */
		BPF_MOV64_IMM(BPF_REG_0, 0), /* continue; 1: stop */
		BPF_EXIT_INSN(),
	};
	struct rawbpf_prog_spec spec = { .type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
					 .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
	struct bpf_func_info infos[2];

	must(RAWBPF_PROG_BTF_LOAD, rawbpf_prog_btf_load(&spec, infos, 2)); /* for the callback */
	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&spec));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "user_ring");
	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64 };
	struct rawbpf_user_ring ring;
	void *record;
	int map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "settings", .type = BPF_MAP_TYPE_USER_RINGBUF, .max_entries = 64 * 1024 }));
	int prog = load(map);

	must(RAWBPF_USER_RING_OPEN, rawbpf_user_ring_open(&ring, map)); /* map may be closed now */
	close(map);
	for (uint64_t setting = 1; setting <= 10; setting++) {
		must(RAWBPF_USER_RING_RESERVE, rawbpf_user_ring_reserve(&record, &ring, sizeof setting, 1000));
		memcpy(record, &setting, sizeof setting);
		if (setting == 10) /* discard this record */
			rawbpf_user_ring_discard(&ring, record);
		else
			rawbpf_user_ring_submit(&ring, record);
	}
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	printf("the program uses setting %u\n", run.retval);
	rawbpf_user_ring_close(&ring);
	close(prog);
	return done();
}
