/* SPDX-License-Identifier: MIT */
/*
 * Write lines of pages about instructions, helpers and contexts: a name, and words in the next
 * column.
 */
#ifndef RAWBPF_INSN_PAGE_H
#define RAWBPF_INSN_PAGE_H

#include "../base/out.h"

RAWBPF__PRIVATE void rawbpf__page_words(struct rawbpf__out *out, const char *name, const char *words);
/* Append "since    Linux 6.12" for 6 << 8 | 12. */
RAWBPF__PRIVATE void rawbpf__page_since(struct rawbpf__out *out, unsigned kernel);

#endif
