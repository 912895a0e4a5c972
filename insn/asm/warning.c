/* SPDX-License-Identifier: MIT */
#include "parser.h"

/* Return 1 if the instruction sign-extends its immediate to 64 bits. */
static int extends_sign(const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU64:
		return 1;
	case BPF_JMP:
		return BPF_OP(insn->code) != BPF_CALL;
	case BPF_ST:
		return BPF_SIZE(insn->code) == BPF_DW;
	}
	return 0;
}

/* Warn about 0x80000000 to 0xffffffff. They fit 32 bits, but have the sign bit set. */
static void warn_sign(struct rawbpf__parser *p, const struct rawbpf__token *token,
		      const struct bpf_insn *insn)
{
	unsigned long long extended = (int64_t)(int32_t)token->value;

	if (insn->code == (BPF_ALU64 | BPF_MOV | BPF_K))
		rawbpf__warn(p->text, token, "%.*s is sign-extended to 0x%llx; "
			     "w%lld = NUMBER clears the upper 32 bits", RAWBPF__TEXT(token), extended,
			     (long long)insn->dst_reg);
	else
		rawbpf__warn(p->text, token, "%.*s is sign-extended to 0x%llx; "
			     "use a register set by w1 = NUMBER", RAWBPF__TEXT(token), extended);
}

/* Warn about an immediate that a store truncates: the store writes its low bits. */
static void warn_width(struct rawbpf__parser *p, const struct rawbpf__token *token,
		       const struct bpf_insn *insn)
{
	int bits = BPF_SIZE(insn->code) == BPF_B ? 8 : 16;
	int64_t value = token->value, most = (1 << bits) - 1;

	if (value < -(1 << (bits - 1)) || value > most)
		rawbpf__warn(p->text, token, "%.*s does not fit %lld bits: the store writes %lld",
			     RAWBPF__TEXT(token), (long long)bits, (long long)(value & most));
}

static void warn_immediate(struct rawbpf__parser *p, const struct rawbpf__token *token,
			   const struct bpf_insn *insn)
{
	int is_store = BPF_CLASS(insn->code) == BPF_ST;

	if (extends_sign(insn) && token->value > INT32_MAX && token->value <= UINT32_MAX)
		warn_sign(p, token, insn);
	else if (is_store && (BPF_SIZE(insn->code) == BPF_B || BPF_SIZE(insn->code) == BPF_H))
		warn_width(p, token, insn);
}

/* Warn about "call -1". llvm-objdump prints it for a call that no linker has filled in. */
static void warn_call(struct rawbpf__parser *p, const struct rawbpf__token *token,
		      const struct bpf_insn *insn)
{
	if (token->code != RAWBPF__T_NUMBER || insn->imm != -1)
		return;
	if (insn->src_reg == BPF_PSEUDO_CALL)
		rawbpf__warn(p->text, token, "this call targets itself: no linker has filled in its "
			     "target");
	else
		rawbpf__warn(p->text, token, "no helper has the number %.*s; a call that is not "
			     "linked yet looks like this", RAWBPF__TEXT(token));
}

RAWBPF__PRIVATE void rawbpf__warn_instruction(struct rawbpf__parser *p,
					      const struct rawbpf__pattern *pattern,
					      const struct bpf_insn *insn)
{
	/* The numbers in a listing are those of an existing instruction, and need no warning. */
	int is_listed = p->listing.opcode.code || p->listing.bytes.code;
	unsigned i;

	for (i = 0; i < pattern->count; i++) {
		const struct rawbpf__element *element = &pattern->elements[i];

		if (p->statement.tokens[i].is_later)
			continue;
		if (element->field == RAWBPF__F_CALL)
			warn_call(p, &p->statement.tokens[i], insn);
		if (element->field == RAWBPF__F_IMM && !is_listed)
			warn_immediate(p, &p->statement.tokens[i], insn);
	}
}
