/* SPDX-License-Identifier: MIT */
/* Append the instructions of device filters. */
#ifndef RAWBPF_INSN_DEVICE_CODE_H
#define RAWBPF_INSN_DEVICE_CODE_H

#include <rawbpf/insn.h>

/*
 * Load the request into r3, as access << 3 * type, and the device's numbers into r4 and r5. r1 is
 * the context.
 */
#define RAWBPF__DEVICE_REQUEST \
	BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, access_type)), \
	BPF_MOV32_REG(BPF_REG_3, BPF_REG_2), \
	BPF_ALU32_IMM(BPF_RSH, BPF_REG_3, 16), \
	BPF_ALU32_IMM(BPF_AND, BPF_REG_2, 0xffff), \
	BPF_ALU32_IMM(BPF_MUL, BPF_REG_2, 3), \
	BPF_ALU32_REG(BPF_LSH, BPF_REG_3, BPF_REG_2), \
	BPF_LDX_MEM(BPF_W, BPF_REG_4, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, major)), \
	BPF_LDX_MEM(BPF_W, BPF_REG_5, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, minor))

/* A program that the functions write. `count` grows beyond `max`, too. */
struct rawbpf__device_code {
	struct bpf_insn *insns;
	unsigned max, count;
};

/* Append an instruction. Return its index. */
static inline unsigned rawbpf__device_put(struct rawbpf__device_code *code, struct bpf_insn insn)
{
	if (code->count < code->max)
		code->insns[code->count] = insn;
	return code->count++;
}

/* Let the jump at `at` go to the next instruction. */
static inline void rawbpf__device_land(struct rawbpf__device_code *code, unsigned at)
{
	if (at < code->max)
		code->insns[at].off = (short)(code->count - at - 1);
}

#endif
