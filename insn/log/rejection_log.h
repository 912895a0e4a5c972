/* SPDX-License-Identifier: MIT */
/* Lines of the verifier's log. */
#ifndef RAWBPF_INSN_REJECTION_LOG_H
#define RAWBPF_INSN_REJECTION_LOG_H

#include <rawbpf/rejection.h>

#include "../base/private.h"

/* Registers of a program: bit n for rn. */
RAWBPF__PRIVATE unsigned rawbpf__registers_read(const struct bpf_insn *insn);
RAWBPF__PRIVATE unsigned rawbpf__registers_written(const struct bpf_insn *insn);

/* What to do about a complaint; NULL: no idea. */
RAWBPF__PRIVATE const char *rawbpf__hint_find(const struct rawbpf_log_part *complaint);
/* Is it for what the kernel takes for no instruction? */
RAWBPF__PRIVATE int rawbpf__hint_is_of_encoding(const char *hint);
/* As rawbpf_rejection_parse(), with the hint for the complaint's words alone. */
RAWBPF__PRIVATE int rawbpf__rejection_read(struct rawbpf_rejection *r);
/* The number behind the first `word` of a part: "off=" of "off=-8 size=8". 0: there is none. */
RAWBPF__PRIVATE int rawbpf__log_number(const struct rawbpf_log_part *part, const char *word,
				       int *number);

#endif
