/* SPDX-License-Identifier: MIT */
/* The disassembler's way with templates, for the explainer. */
#ifndef RAWBPF_INSN_FORMAT_H
#define RAWBPF_INSN_FORMAT_H

#include "form.h"

/*
 * A template of LLVM's dialect with the operands of an instruction that is of that form,
 * its numbers decimal, but for 64-bit constants. `at` has room for it, and RAWBPF__PUT_SLACK
 * more; not terminated. 7 bytes after the template's end may be read.
 */
RAWBPF__PRIVATE char *rawbpf__format_plain(char *at, const struct bpf_insn *insns,
					   const struct rawbpf__form *form, const char *text);

#endif
