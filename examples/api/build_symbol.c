/* SPDX-License-Identifier: MIT */
/* Build a program that names the kernel's members, for this kernel and another. No privilege. Linux 5.4. */
#include "api.h"

static const char other[] = "rawbpf offsets 1\nmember list_head.prev 24 8 8\n";

/* Generate: r0 = XDP_PASS if the element at r1 has one before it, else 0. */
static void generate(struct rawbpf_build *b)
{
	rawbpf_build_off_emit(b, BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 0), "list_head.prev");
	rawbpf_build_imm_emit(b, BPF_MOV64_IMM(BPF_REG_0, 0), "XDP_PASS");
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_2, 0, 0), "out");
	rawbpf_build_emit(b, BPF_MOV64_IMM(BPF_REG_0, 0));
	rawbpf_build_label(b, "out");
	rawbpf_build_emit(b, BPF_EXIT_INSN());
}

/* Print the first two instructions, or the mistake. */
static void resolve(struct rawbpf_build *b, const struct rawbpf_symbols *symbols)
{
	struct bpf_insn insns[16];
	char text[256];
	unsigned slots;

	if (rawbpf_build_resolve(b, insns, RAWBPF_COUNT(insns),
				 &(struct rawbpf_env){ .symbols = symbols }) < 0) {
		rawbpf_build_explain(text, sizeof text, &b->error);
		printf("%s\n", text);
		return;
	}
	for (unsigned i = 0; i < 2; i++) {
		rawbpf_insn_format(text, sizeof text, insns + i, 1, RAWBPF_LLVM, NULL, &slots);
		printf("%s%s", text, i ? "\n" : "; ");
	}
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "build_symbol");
	struct rawbpf_build_slot room[32];
	struct rawbpf_build b = { .slots = room, .slot_max = RAWBPF_COUNT(room) }, ids = b;
	struct rawbpf_btf kernel;
	struct rawbpf_offsets offsets;
	const struct rawbpf_symbols here = { .kernel = &kernel }, there = { .offsets = &offsets };

	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	must(NULL, rawbpf_offsets_parse(&offsets, other, sizeof other - 1));
	generate(&b);
	resolve(&b, &here);
	resolve(&b, &there);

	/* Ids of the running kernel: for a call of a function, a variable, a 64-bit number. */
	rawbpf_build_symbol_emit(&ids, BPF_REG_1, "BPF_F_CTXLEN_MASK");
	rawbpf_build_kfunc_call_at(&ids, "no_such_function", 7);
	rawbpf_build_variable_emit(&ids, BPF_REG_2, "runqueues");
	rawbpf_build_kfunc_call(&ids, "bpf_rcu_read_lock");
	resolve(&ids, &here);
	rawbpf_btf_close(&kernel);
	return done();
}
