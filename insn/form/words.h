/* SPDX-License-Identifier: MIT */
/* What an instruction does, in words and as a C expression. */
#ifndef RAWBPF_INSN_WORDS_H
#define RAWBPF_INSN_WORDS_H

#include "form.h"

enum rawbpf__words { RAWBPF__WORDS, RAWBPF__EXPRESSION };

/* Not terminated; at most RAWBPF__WORDS_SIZE bytes of `at` are written over. */
RAWBPF__PRIVATE char *rawbpf__words(char *at, const struct bpf_insn *insns,
				    const struct rawbpf__form *form, enum rawbpf__words which);

enum { RAWBPF__WORDS_SIZE = 400 };

#endif
