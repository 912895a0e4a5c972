/* SPDX-License-Identifier: MIT */
/* Wait for two ring buffers at once; one is for urgent records. CAP_BPF. Linux 5.8. */
#include "api.h"

static const char *names[] = { "urgent", "other" };

static int print(void *context, const void *data, size_t size)
{
	(void)data;
	printf("%s: %zu bytes\n", *(const char *const *)context, size);
	return 0;
}

/* Output one record of 8 bytes to `ring`. */
static int output(int ring)
{
	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64 };
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0),
		BPF_LD_MAP_FD(BPF_REG_1, ring),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -8),
		BPF_MOV64_IMM(BPF_REG_3, 8),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_EMIT_CALL(BPF_FUNC_ringbuf_output),
		BPF_EXIT_INSN(),
	};
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) });
	int err = prog < 0 ? prog : rawbpf_prog_run(prog, &run);

	close(prog);
	return err;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "loop");

	struct rawbpf_ring rings[2];
	struct rawbpf_loop loop;
	int maps[2], records = 0;

	must(RAWBPF_LOOP_OPEN, rawbpf_loop_open(&loop));
	for (unsigned i = 0; i < 2; i++) {
		maps[i] = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
			.name = names[i], .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 64 * 1024 }));
		must(RAWBPF_RING_OPEN, rawbpf_ring_open(rings + i, maps[i], print, names + i));
		must(RAWBPF_LOOP_ADD, rawbpf_loop_add(&loop, &rings[i].source));
	}
	must(RAWBPF_PROG_RUN, output(maps[0]));
	must(RAWBPF_PROG_RUN, output(maps[1]));
	while (records < 2)
		records += must(RAWBPF_LOOP_RUN, rawbpf_loop_run(&loop, -1));
	rawbpf_loop_close(&loop);
	rawbpf_ring_close(rings + 0);
	rawbpf_ring_close(rings + 1);
	return done();
}
