/* SPDX-License-Identifier: MIT */
/* Read records from a perf buffer, for kernels without ring buffers. Root. Linux 5.10. */
#include "api.h"

static int print(void *context, const void *data, size_t size)
{
	uint32_t length;

	(void)context;
	if (size < sizeof length)
		return -EBADMSG; /* stop reading */
	memcpy(&length, data, sizeof length);
	printf("a packet of %u bytes\n", length);
	return 0;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "perfbuf");

	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64, .repeat = 3 };
	struct rawbpf_perfbuf perfbuf;
	int map, prog, cpus;

	cpus = must(RAWBPF_CPU_COUNT, rawbpf_cpu_count());
	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "events", .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4,
		.value_size = 4, .max_entries = cpus }));
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, offsetof(struct __sk_buff, len)),
		BPF_STX_MEM(BPF_W, BPF_REG_10, BPF_REG_2, -4), /* r1 is still the context */
		BPF_LD_MAP_FD(BPF_REG_2, map),
		BPF_MOV32_IMM(BPF_REG_3, -1), /* BPF_F_CURRENT_CPU */
		BPF_MOV64_REG(BPF_REG_4, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_4, -4),
		BPF_MOV64_IMM(BPF_REG_5, 4),
		BPF_EMIT_CALL(BPF_FUNC_perf_event_output),
		BPF_EXIT_INSN(), /* 0, or the negative errno of a record that was not written */
	};
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SCHED_CLS, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_PERFBUF_OPEN, rawbpf_perfbuf_open(&perfbuf, map, print, NULL, NULL));
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	must(RAWBPF_PERFBUF_READ, rawbpf_perfbuf_read(&perfbuf));
	printf("%llu records, %llu lost\n", (unsigned long long)perfbuf.source.received,
	       (unsigned long long)perfbuf.source.lost);
	rawbpf_perfbuf_close(&perfbuf);
	close(prog);
	close(map);
	return done();
}
