/* SPDX-License-Identifier: MIT */
/* Tell a program's author why and where the verifier rejects it. CAP_BPF. Linux 5.10. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "rejection");

	/* This program reads a map's value without a test for a missing key. */
	static char log[4096];
	char why[2048];
	int map, prog;

	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "hosts", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8,
		.max_entries = 8 }));
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns,
		.insn_count = RAWBPF_COUNT(insns), .log = log, .log_size = sizeof log });
	if (!log[0]) /* the failure is not about the instructions */
		must(RAWBPF_PROG_LOAD, prog);

	struct rawbpf_rejection rejection = {
		.error = prog, .log = log, .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
	/* Parts, for a program. */
	if (rawbpf_rejection_parse(&rejection) == 0)
		printf("slot %d, register r%d: %.*s\n", rejection.index, rejection.reg,
		       (int)rejection.complaint.length, rejection.complaint.text);
	/* The whole explanation, for a person. */
	rawbpf_rejection_explain(why, sizeof why, &rejection);
	printf("%s", why);
	close(map);
	return done();
}
