/* SPDX-License-Identifier: MIT */
/* Read and write instructions in either byte order, and find the kernel that loads them. */
#include <rawbpf/form.h>

#include "form.h"
#include "helper.h"

static int query_swaps(enum rawbpf_byte_order order)
{
	if (order == RAWBPF_HOST_ORDER)
		return 0;
	return (order == RAWBPF_BIG_ENDIAN) != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

/* Swap an instruction between the two byte orders. The same swap goes both ways. */
static void query_swap(unsigned char *bytes)
{
	unsigned char copy[8];

	__builtin_memcpy(copy, bytes, sizeof(copy));
	bytes[1] = copy[1] << 4 | copy[1] >> 4;
	bytes[2] = copy[3];
	bytes[3] = copy[2];
	for (unsigned i = 4; i < 8; i++)
		bytes[i] = copy[11 - i];
}

void rawbpf_insn_read(struct bpf_insn *insn, const void *bytes, enum rawbpf_byte_order order)
{
	__builtin_memcpy(insn, bytes, sizeof(*insn));
	if (query_swaps(order))
		query_swap((unsigned char *)insn);
}

void rawbpf_insn_write(void *bytes, const struct bpf_insn *insn, enum rawbpf_byte_order order)
{
	__builtin_memcpy(bytes, insn, sizeof(*insn));
	if (query_swaps(order))
		query_swap(bytes);
}

int rawbpf_insn_kernel_find(const struct bpf_insn *insns, unsigned count)
{
	const struct rawbpf__form *form;
	unsigned helper = 0, kernel;

	if (rawbpf_insn_check(insns, count, NULL))
		return -EINVAL;
	form = rawbpf__form_find(insns, count);
	if (form->shape == RAWBPF__SHAPE_CALL)
		helper = rawbpf__helper_kernel(insns->imm);
	kernel = rawbpf__form_kernel(form);
	return helper > kernel ? helper : kernel;
}

/*
 * Return 1 for a jump back. Kernels before 5.3 reject a program that has one, because it may
 * loop.
 */
static int query_loops(const struct bpf_insn *insn)
{
	unsigned class = insn->code & 7;

	if ((class != BPF_JMP && class != BPF_JMP32) || insn->code == (BPF_JMP | BPF_CALL))
		return 0;
	return insn->off < 0 || (insn->code == (BPF_JMP32 | BPF_JA) && insn->imm < 0);
}

int rawbpf_prog_kernel_find(const struct bpf_insn *insns, unsigned count)
{
	int newest = count > 4096 ? 5 << 8 | 2 : 0;

	if (!count || count > 1000000)
		return -EINVAL;
	while (count) {
		unsigned slots = insns->code == (BPF_LD | BPF_DW | BPF_IMM) ? 2 : 1;
		int kernel = rawbpf_insn_kernel_find(insns, count);

		if (kernel < 0)
			return kernel;
		if (kernel < (5 << 8 | 3) && query_loops(insns))
			kernel = 5 << 8 | 3;
		if (kernel > newest)
			newest = kernel;
		insns += slots;
		count -= slots;
	}
	return newest;
}
