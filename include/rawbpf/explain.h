/* SPDX-License-Identifier: MIT */
/* What an instruction is made of and does, in words: the page on the wall. */
#ifndef RAWBPF_EXPLAIN_H
#define RAWBPF_EXPLAIN_H

#include <rawbpf/text.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Explain the first instruction of `insns`, over several lines, each ended by a
 * newline: its bytes in `order` and text; each byte with its fields; what it does,
 * in words and as a C expression; the macro that writes it; conformance group of
 * RFC 9669 and first kernel. With `colour` not 0, ANSI colours tell the fields apart.
 * Returns the length of the whole text, as snprintf(3).
 */
size_t rawbpf_insn_explain(char *text, size_t size, const struct bpf_insn *insns, unsigned count,
			   enum rawbpf_byte_order order, int colour, unsigned *slots);

#ifdef __cplusplus
}
#endif
#endif
