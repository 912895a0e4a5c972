/* SPDX-License-Identifier: MIT */
/* Check whether a kernel would load an instruction, and find the mistake if not. */
#include <rawbpf/form.h>

#include "form.h"
#include "../base/string.h"

enum check_problem {
	CHECK_OK,
	CHECK_MISSING,
	CHECK_OPCODE,
	CHECK_HALF,
	CHECK_DST,
	CHECK_DST_USED,
	CHECK_R10,
	CHECK_SRC,
	CHECK_SRC_USED,
	CHECK_SRC_KIND,
	CHECK_OFF_USED,
	CHECK_OFF_KIND,
	CHECK_OFF_INDEX,
	CHECK_IMM_USED,
	CHECK_IMM_KIND,
	CHECK_IMM_CAST,
	CHECK_ZERO_DIVISOR,
	CHECK_SHIFT32,
	CHECK_SHIFT64,
	CHECK_SECOND_MISSING,
	CHECK_SECOND,
	CHECK_SECOND_IMM,
	CHECK_NO_KERNEL
};

/* The sentences are in the order of enum check_problem. */
static const char check_sentences[] =
	"\0"
	"the instruction is missing\0"
	"no instruction has this opcode\0"
	"opcode 0 is only the second half of a 64-bit load\0"
	"dst is not a register: registers are r0 to r10\0"
	"dst must be 0: this instruction does not use it\0"
	"r10 is the frame pointer, which is read-only\0"
	"src is not a register: registers are r0 to r10\0"
	"src must be 0: this instruction does not use it\0"
	"this instruction has no kind with this src\0"
	"off must be 0: this instruction does not use it\0"
	"this instruction has no variant with this off\0"
	"off is an index and must not be negative\0"
	"imm must be 0: this instruction does not use it\0"
	"this instruction does not allow this imm\0"
	"imm must be 1 or 0x10000: address spaces are 0 and 1\0"
	"the divisor must not be 0\0"
	"a 32-bit shift must be by 0 to 31 bits\0"
	"a 64-bit shift must be by 0 to 63 bits\0"
	"the second half of the 64-bit load is missing\0"
	"all of a 64-bit load's second half but imm must be 0\0"
	"imm of the second half must be 0 for this kind of load\0"
	"no kernel loads this instruction";

/* The fields of the first slot. The last field tells most about a wrong instruction. */
enum { CHECK_FIELD_IMM, CHECK_FIELD_OFF, CHECK_FIELD_SRC, CHECK_FIELD_DST, CHECK_FIELDS };

/* The problem of a field that breaks its rule. */
static const uint8_t check_problems[CHECK_FIELDS][RAWBPF__RULES] = {
	[CHECK_FIELD_IMM] = {
		[RAWBPF__ZERO] = CHECK_IMM_USED, [RAWBPF__FIX] = CHECK_IMM_KIND,
		[RAWBPF__NOT0] = CHECK_ZERO_DIVISOR, [RAWBPF__CAST] = CHECK_IMM_CAST,
		[RAWBPF__SHIFT32] = CHECK_SHIFT32, [RAWBPF__SHIFT64] = CHECK_SHIFT64,
	},
	[CHECK_FIELD_OFF] = {
		[RAWBPF__ZERO] = CHECK_OFF_USED, [RAWBPF__FIX] = CHECK_OFF_KIND,
		[RAWBPF__INDEX] = CHECK_OFF_INDEX,
	},
	[CHECK_FIELD_SRC] = {
		[RAWBPF__ZERO] = CHECK_SRC_USED, [RAWBPF__FIX] = CHECK_SRC_KIND,
		[RAWBPF__REG] = CHECK_SRC,
	},
	[CHECK_FIELD_DST] = { [RAWBPF__ZERO] = CHECK_DST_USED, [RAWBPF__REG] = CHECK_DST },
};

static enum check_problem check_second(const struct rawbpf__shape *shape,
				       const struct bpf_insn *insns, unsigned count, int fix)
{
	if (shape->next == RAWBPF__NONE)
		return CHECK_OK;
	if (count < 2)
		return CHECK_SECOND_MISSING;
	if (insns[1].code || insns[1].dst_reg || insns[1].src_reg || insns[1].off)
		return CHECK_SECOND;
	return rawbpf__rule_holds(shape->next, insns[1].imm, fix, 1) ? CHECK_OK : CHECK_SECOND_IMM;
}

/* Return the register that an instruction writes besides r0, or -1. */
static int check_written(const struct bpf_insn *insn, unsigned shape)
{
	switch (insn->code & 7) {
	case BPF_LDX:
	case BPF_ALU:
	case BPF_ALU64:
		return insn->dst_reg;
	case BPF_LD:
		return insn->code == (BPF_LD | BPF_DW | BPF_IMM) ? insn->dst_reg : -1;
	case BPF_STX:
		if (shape == RAWBPF__SHAPE_LOAD_ACQ32 || shape == RAWBPF__SHAPE_LOAD_ACQ64)
			return insn->dst_reg;
		return insn->code >> 5 == 6 && insn->imm & BPF_FETCH && insn->imm < BPF_CMPXCHG ?
		       insn->src_reg : -1;
	default:
		return -1;
	}
}

/*
 * Compare an instruction with a form. *good becomes the number of right fields: the author meant
 * the form with most of them.
 */
static enum check_problem check_form(const struct rawbpf__form *form, const struct bpf_insn *insns,
				     unsigned count, unsigned *good)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	const struct {
		int32_t value;
		uint8_t rule;
	} fields[CHECK_FIELDS] = {
		{ insns->imm, shape->imm }, { insns->off, shape->off },
		{ insns->src_reg, shape->src }, { insns->dst_reg, shape->dst },
	};
	enum check_problem problem = check_second(shape, insns, count, form->fix);
	unsigned i;

	*good = !problem;
	for (i = 0; i < CHECK_FIELDS; i++) {
		unsigned rule = fields[i].rule;

		if (!rawbpf__rule_holds(rule, fields[i].value, form->fix, 1))
			problem = check_problems[i][rule];
		else /* src counts most where it selects the form */
			*good += i == CHECK_FIELD_SRC && rule == RAWBPF__FIX ? 8 : 1;
	}
	if (!problem && check_written(insns, form->shape) == BPF_REG_10)
		problem = CHECK_R10;
	if (!problem && !form->kernel)
		problem = CHECK_NO_KERNEL;
	return problem;
}

static enum check_problem check_insn(const struct bpf_insn *insns, unsigned count)
{
	const struct rawbpf__form *form = count ? rawbpf__form_first(insns->code) : NULL;
	enum check_problem best = CHECK_OPCODE;
	unsigned good, most = 0;

	if (!count)
		return CHECK_MISSING;
	if (!form)
		return insns->code ? CHECK_OPCODE : CHECK_HALF;
	do {
		enum check_problem problem = check_form(form, insns, count, &good);

		if (!problem)
			return CHECK_OK;
		/* Among equally good forms the last one counts: it knows of variants. */
		if (good >= most && (form->kernel || problem == CHECK_NO_KERNEL)) {
			most = good;
			best = problem;
		}
	} while ((++form)->code == insns->code);
	return best;
}

int rawbpf_insn_check(const struct bpf_insn *insns, unsigned count, const char **reason)
{
	enum check_problem problem = check_insn(insns, count);

	if (reason)
		*reason = problem ? rawbpf__nth(check_sentences, problem) : NULL;
	return problem ? -EINVAL : 0;
}
