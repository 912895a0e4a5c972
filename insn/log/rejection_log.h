/* SPDX-License-Identifier: MIT */
/* Lines of the verifier's log. */
#ifndef RAWBPF_INSN_REJECTION_LOG_H
#define RAWBPF_INSN_REJECTION_LOG_H

#include <rawbpf/rejection.h>

#include "../base/private.h"

/* Return the registers that an instruction reads or writes: bit n for rn. */
RAWBPF__PRIVATE unsigned rawbpf__registers_read(const struct bpf_insn *insn);
RAWBPF__PRIVATE unsigned rawbpf__registers_written(const struct bpf_insn *insn);

/* Return the hint for a complaint, or NULL if the table has none. */
RAWBPF__PRIVATE const char *rawbpf__hint_find(const struct rawbpf_log_part *complaint);
/* Return 1 if the hint is for an instruction that the kernel does not know. */
RAWBPF__PRIVATE int rawbpf__hint_is_of_encoding(const char *hint);
/* Do the work of rawbpf_rejection_parse(). The hint depends on the complaint's words alone. */
RAWBPF__PRIVATE int rawbpf__rejection_read(struct rawbpf_rejection *r);
/*
 * Read the number behind the first `word` of a part: "off=" of "off=-8 size=8". Return 0 if the
 * part has none.
 */
RAWBPF__PRIVATE int rawbpf__log_number(const struct rawbpf_log_part *part, const char *word,
				       int *number);

#endif
