/* SPDX-License-Identifier: MIT */
/* Read a program's records in place, in spans of many. CAP_BPF. Linux 5.8. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "ring");

	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64, .repeat = 100 };
	struct rawbpf_ring ring;
	struct rawbpf_span spans[16];
	uint64_t sum = 0;
	int map, prog, n;

	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "events", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 64 * 1024 }));
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_1, offsetof(struct __sk_buff, len)),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8), /* the record: the packet's length */
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -8),
		BPF_MOV64_IMM(BPF_REG_3, 8),
		BPF_MOV64_IMM(BPF_REG_4, BPF_RB_NO_WAKEUP), /* no reader polls: it reads below */
		BPF_EMIT_CALL(BPF_FUNC_ringbuf_output),
		BPF_EXIT_INSN(), /* 0, or -EAGAIN if the ring is full */
	};
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_RING_OPEN, rawbpf_ring_open(&ring, map, NULL, NULL));
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));

	/* Each call returns the former spans' room to the program. */
	while ((n = must(NULL, rawbpf_ring_next(&ring, spans, RAWBPF_COUNT(spans)))) > 0)
		for (const struct rawbpf_span *span = spans; span < spans + n; span++)
			for (unsigned i = 0; i < span->count; i++)
				sum += *(const uint64_t *)((const char *)span->data + i * span->stride);
	printf("%llu records, %llu bytes in all\n", (unsigned long long)ring.source.received,
	       (unsigned long long)sum);
	rawbpf_ring_close(&ring);
	close(prog);
	close(map);
	return done();
}
