/* SPDX-License-Identifier: MIT */
/* Describe an instruction's effect in words and as a C expression. */
#ifndef RAWBPF_INSN_WORDS_H
#define RAWBPF_INSN_WORDS_H

#include "form.h"

enum rawbpf__words { RAWBPF__WORDS, RAWBPF__EXPRESSION };

/*
 * Write the text without a terminator. The function overwrites at most RAWBPF__WORDS_SIZE bytes
 * of `at`.
 */
RAWBPF__PRIVATE char *rawbpf__words(char *at, const struct bpf_insn *insns,
				    const struct rawbpf__form *form, enum rawbpf__words which);

enum { RAWBPF__WORDS_SIZE = 400 };

#endif
