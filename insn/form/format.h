/* SPDX-License-Identifier: MIT */
/* The disassembler's functions on templates, for the explainer. */
#ifndef RAWBPF_INSN_FORMAT_H
#define RAWBPF_INSN_FORMAT_H

#include "form.h"

/*
 * Fill the operands of an instruction into a template of LLVM's dialect. The instruction has that
 * form. All numbers are decimal, except 64-bit constants. `at` must have room for the text and
 * RAWBPF__PUT_SLACK bytes more. The function does not terminate the text. It may read 7 bytes
 * behind the template's end.
 */
RAWBPF__PRIVATE char *rawbpf__format_plain(char *at, const struct bpf_insn *insns,
					   const struct rawbpf__form *form, const char *text);

#endif
