/* SPDX-License-Identifier: MIT */
/* Lines of pages about instructions, helpers and contexts: a name, and in the next column words. */
#ifndef RAWBPF_INSN_PAGE_H
#define RAWBPF_INSN_PAGE_H

#include "../base/out.h"

RAWBPF__PRIVATE void rawbpf__page_words(struct rawbpf__out *out, const char *name, const char *words);
/* "since    Linux 6.12": 6 << 8 | 12 */
RAWBPF__PRIVATE void rawbpf__page_since(struct rawbpf__out *out, unsigned kernel);

#endif
