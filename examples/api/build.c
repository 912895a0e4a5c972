/* SPDX-License-Identifier: MIT */
/*
 * Generate a program from a list of rules: labels in place of counted jumps, a call of a function,
 * and an array that grows with the list. CAP_BPF. Linux 5.10.
 */
#include "api.h"

enum { ROOM = 16 }; /* slots for one step of the loop, and for the function behind it */

static const struct { unsigned port, verdict; } rules[] = { { 22, 1 }, { 80, 2 }, { 443, 2 } };

/* Generate: r0 = the verdict for the port in the packet's first 4 bytes. */
static void generate(struct rawbpf_build *b)
{
	rawbpf_build_call(b, "port"); /* its argument is r1, the packet */
	for (unsigned i = 0; i < RAWBPF_COUNT(rules); i++) {
		if (b->slot_max - b->needed < ROOM) /* realloc(3) may return NULL: the builder keeps that mistake */
			rawbpf_build_slots_set(b, realloc(b->slots, 2 * b->slot_max * sizeof *b->slots),
					       2 * b->slot_max);
		rawbpf_build_jump(b, BPF_JMP32_IMM(BPF_JNE, BPF_REG_0, rules[i].port, 0), "1f");
		rawbpf_build_emit(b, BPF_MOV64_IMM(BPF_REG_0, rules[i].verdict), BPF_EXIT_INSN());
		rawbpf_build_label(b, "1"); /* a digit: each jump to "1f" goes to the next "1" */
	}
	rawbpf_build_emit(b, BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN());
	rawbpf_build_label(b, "port");
	rawbpf_build_emit(b, BPF_MOV64_IMM(BPF_REG_2, 0),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8),
		BPF_MOV64_IMM(BPF_REG_4, 4),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0),
		BPF_EMIT_CALL(BPF_FUNC_skb_load_bytes),
		BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_10, -8),
		BPF_EXIT_INSN());
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "build");
	uint32_t packet[16] = { [4] = 80 };
	struct rawbpf_prog_run run = { .data_in = (char *)packet + 2, .data_size_in = 60 };
	struct rawbpf_build b = { .slots = calloc(ROOM, sizeof *b.slots), .slot_max = ROOM };
	struct bpf_insn insns[64];
	int count, prog;
	char why[256];

	generate(&b);
	count = rawbpf_build_resolve(&b, insns, RAWBPF_COUNT(insns), NULL);
	if (count < 0) { /* a mistake in the generator, with its line */
		rawbpf_build_explain(why, sizeof why, &b.error);
		fprintf(stderr, "%s\n", why);
		return API_FAILED;
	}
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns, .insn_count = count }));
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run)); /* it sees the bytes behind 14 */
	printf("%d slots; the verdict for port %u is %u\n", count, packet[4], run.retval);
	close(prog);
	free(b.slots);
	return done();
}
