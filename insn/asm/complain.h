/* SPDX-License-Identifier: MIT */
/* Errors and warnings: their places and messages. */
#ifndef RAWBPF_INSN_COMPLAIN_H
#define RAWBPF_INSN_COMPLAIN_H

#include <rawbpf/text.h>

#include "../base/guess.h"
#include "lex.h"

/*
 * Add an error at a token. The format takes these directives of printf(3):
 *
 *	%s	a string of the assembler's own
 *	%.*s	RAWBPF__TEXT(token): escaped, and shortened
 *	%lld	a number
 *	%llx	a number in hexadecimal
 *	%02x	a byte
 */
RAWBPF__PRIVATE void rawbpf__complain(struct rawbpf_text *text, const struct rawbpf__token *token,
				      const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Add a warning in the same way. */
RAWBPF__PRIVATE void rawbpf__warn(struct rawbpf_text *text, const struct rawbpf__token *token,
				  const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Return 1 if the list of errors would keep an error at the token. Otherwise no message needs
 * composing.
 */
RAWBPF__PRIVATE int rawbpf__is_kept(struct rawbpf_text *text, const struct rawbpf__token *token);

#endif
