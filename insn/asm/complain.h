/* SPDX-License-Identifier: MIT */
/* Errors and warnings: their places and messages. */
#ifndef RAWBPF_INSN_COMPLAIN_H
#define RAWBPF_INSN_COMPLAIN_H

#include <rawbpf/text.h>

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

/*
 * Guess the name that a mistyped one stands for. The caller offers all names. `best` is then the
 * nearest one, or NULL.
 */
struct rawbpf__guess {
	const char *name;
	const char *best;
	unsigned length, best_length;
	unsigned distance;
};
RAWBPF__PRIVATE void rawbpf__guess_offer(struct rawbpf__guess *guess, const char *name,
					 unsigned length);

/* " (did you mean 'x'?)", or nothing: a format and its arguments */
#define RAWBPF__GUESSED "%s%.*s%s"
#define RAWBPF__GUESS(GUESS) \
	(GUESS)->best ? " (did you mean '" : "", (int)(GUESS)->best_length, (GUESS)->best, \
	(GUESS)->best ? "'?)" : ""

#endif
