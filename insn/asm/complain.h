/* SPDX-License-Identifier: MIT */
/* Errors and warnings: where, and in words. */
#ifndef RAWBPF_INSN_COMPLAIN_H
#define RAWBPF_INSN_COMPLAIN_H

#include <rawbpf/text.h>

#include "lex.h"

/*
 * Add an error at a token. The format has these of printf(3)'s:
 *
 *	%s	a string of ours
 *	%.*s	RAWBPF__TEXT(token): escaped, and not too long
 *	%lld	a number
 *	%llx	a number in hexadecimal
 *	%02x	a byte
 */
RAWBPF__PRIVATE void rawbpf__complain(struct rawbpf_text *text, const struct rawbpf__token *token,
				      const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Add a warning. */
RAWBPF__PRIVATE void rawbpf__warn(struct rawbpf_text *text, const struct rawbpf__token *token,
				  const char *format, ...) __attribute__((format(printf, 3, 4)));

/* May an error there be among the first? Otherwise nobody will read its message. */
RAWBPF__PRIVATE int rawbpf__is_kept(struct rawbpf_text *text, const struct rawbpf__token *token);

/* Which of several names was meant? Offer all; `best` is then one, or NULL. */
struct rawbpf__guess {
	const char *name;
	const char *best;
	unsigned length, best_length;
	unsigned distance;
};
RAWBPF__PRIVATE void rawbpf__guess_offer(struct rawbpf__guess *guess, const char *name,
					 unsigned length);

/* " (did you mean 'x'?)", or nothing: a format and its arguments. */
#define RAWBPF__GUESSED "%s%.*s%s"
#define RAWBPF__GUESS(GUESS) \
	(GUESS)->best ? " (did you mean '" : "", (int)(GUESS)->best_length, (GUESS)->best, \
	(GUESS)->best ? "'?)" : ""

#endif
