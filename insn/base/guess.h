/* SPDX-License-Identifier: MIT */
/* Guess the name that a mistyped one stands for. */
#ifndef RAWBPF_INSN_GUESS_H
#define RAWBPF_INSN_GUESS_H

#include "private.h"

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
