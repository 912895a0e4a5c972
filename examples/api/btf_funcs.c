/* SPDX-License-Identifier: MIT */
/* A function that bpf_loop() calls back; its name and its lines in BTF. CAP_BPF. Linux 5.17. */
#include "api.h"

enum { SLOTS = 32, FUNCS = 4 };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "btf_funcs");
	static _Alignas(4) char data[1024];
	const char *names[FUNCS];
	struct rawbpf_build_slot slots[SLOTS];
	struct rawbpf_build b = { .slots = slots, .slot_max = SLOTS };
	struct rawbpf_btf_build types = { .data = data, .max = sizeof data };
	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64 };
	struct bpf_insn insns[SLOTS];
	struct bpf_func_info infos[FUNCS];
	struct bpf_line_info lines[SLOTS];
	int count, funcs, line_count, btf, prog;

	/* r0 = 1 + 2 + ... + 9. The sum is at r10 - 8. Each call gets its address as r2. */
	rawbpf_build_label(&b, "sum");
	rawbpf_build_emit(&b, BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0), BPF_MOV64_IMM(BPF_REG_1, 10));
	rawbpf_build_func_emit(&b, BPF_REG_2, "add");
	rawbpf_build_emit(&b,
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_EMIT_CALL(BPF_FUNC_loop),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8),
		BPF_EXIT_INSN());
	rawbpf_build_label(&b, "add"); /* r1 = the number of earlier calls, r2 = the caller's r3 */
	rawbpf_build_emit(&b,
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_2, 0),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_3, BPF_REG_1),
		BPF_STX_MEM(BPF_DW, BPF_REG_2, BPF_REG_3, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0), /* continue */
		BPF_EXIT_INSN());
	count = must(NULL, rawbpf_build_resolve(&b, insns, SLOTS, NULL));

	/* rawbpf_prog_btf_load() does this at once, without our names and lines. */
	funcs = must(NULL, rawbpf_btf_funcs_find(insns, count, infos, FUNCS));
	for (int i = 0; i < funcs; i++)
		names[i] = rawbpf_build_label_name(&b, infos[i].insn_off);
	must(NULL, rawbpf_btf_funcs_emit(&types, infos, funcs, names));
	line_count = must(NULL, rawbpf_build_lines_find(&b, lines, SLOTS));
	must(NULL, rawbpf_btf_lines_emit(&types, lines, line_count, __FILE__, NULL, 0));
	btf = must(RAWBPF_BTF_LOAD, rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.data = data, .size = types.size }));
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns,
		.insn_count = count, .btf = btf, .func_info = infos,
		.func_info_size = sizeof *infos, .func_info_count = funcs,
		.line_info = lines, .line_info_size = sizeof *lines, .line_info_count = line_count }));
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	printf("%s at slot %u; the sum: %u\n", names[1], infos[1].insn_off, run.retval);
	close(btf);
	close(prog);
	return done();
}
