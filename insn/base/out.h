/* SPDX-License-Identifier: MIT */
/*
 * Text put together in a buffer of the caller's, with snprintf(3)'s promise: always
 * terminated, never over-run, and `length` is what all of it needs.
 */
#ifndef RAWBPF_INSN_OUT_H
#define RAWBPF_INSN_OUT_H

#include "private.h"

struct rawbpf__out {
	char *text;
	size_t size, length;
};

RAWBPF__PRIVATE void rawbpf__out_byte(struct rawbpf__out *out, char byte);
RAWBPF__PRIVATE void rawbpf__out_text(struct rawbpf__out *out, const char *text);
RAWBPF__PRIVATE void rawbpf__out_number(struct rawbpf__out *out, uint64_t number);
RAWBPF__PRIVATE void rawbpf__out_hex(struct rawbpf__out *out, unsigned byte); /* "0f" */

/* What a terminal prints as it is: printable ASCII, and tabs. */
RAWBPF__PRIVATE int rawbpf__is_plain(unsigned char byte);
/* A byte of somebody else's text; what a terminal might obey becomes \xNN. */
RAWBPF__PRIVATE void rawbpf__out_escaped(struct rawbpf__out *out, unsigned char byte);

#endif
