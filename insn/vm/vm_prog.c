/* SPDX-License-Identifier: MIT */
/* Check a program before it runs: the loop relies on valid instructions. */
#include "machine.h"
#include "../form/form.h"

int rawbpf_vm_prog_check(struct rawbpf_vm_prog *prog, unsigned *insn)
{
	unsigned i, slots;

	if (prog->checked)
		return 0;
	if (!prog->insn_count || prog->insn_count > 1000000)
		return -E2BIG;
	for (i = 0; i < prog->insn_count; i += slots)
		if (!rawbpf__form_take(prog->insns + i, prog->insn_count - i, &slots)) {
			if (insn)
				*insn = i;
			return -EINVAL;
		}
	prog->checked = 1;
	return 0;
}
