/* SPDX-License-Identifier: MIT */
#include "parser.h"

RAWBPF__PRIVATE void rawbpf__emit(struct rawbpf__parser *p, const struct bpf_insn *insn)
{
	struct rawbpf_text *text = p->text;
	unsigned slot = p->slot++;

	if (slot >= text->max)
		return;
	if (text->lines)
		text->lines[slot] = p->statement.tokens[0].line;
	text->insns[slot] = *insn;
}
