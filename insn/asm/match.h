/* SPDX-License-Identifier: MIT */
/*
 * Which instruction a statement is: the one whose template has the statement's tokens.
 *
 * Comparing a statement with all templates would take many times longer than all the rest. So an
 * index tells which templates have the statement's hash: that of its tokens' codes, in which all
 * registers rN are the same, and all numbers and names are.
 */
#ifndef RAWBPF_INSN_MATCH_H
#define RAWBPF_INSN_MATCH_H

#include "statement.h"
#include "template.h"

enum {
	RAWBPF__BUCKETS = 512,
	/* Each form in two dialects, and what only we write. */
#define FORM(...) +1
#define ALSO(...) +1
	RAWBPF__FORMS = 0
#include "../form/form.def"
	,
	RAWBPF__PATTERNS = 2 * RAWBPF__FORMS + 3
};

/* A way to write a form. */
struct rawbpf__pattern {
	const struct rawbpf__form *form;
	uint16_t next;			/* of the same bucket, from 1 */
	uint16_t count;
	struct rawbpf__element elements[RAWBPF__ELEMENTS];
};

struct rawbpf__index {
	uint16_t buckets[RAWBPF__BUCKETS];	/* the first pattern, from 1 */
	unsigned count;
	struct rawbpf__pattern patterns[RAWBPF__PATTERNS];
};

/* All patterns of the table of forms. */
RAWBPF__PRIVATE void rawbpf__index_make(struct rawbpf__index *index);

/*
 * The pattern whose elements the statement's tokens are; NULL: none. `opcode` is that of the
 * instruction, or -1: unknown.
 */
RAWBPF__PRIVATE const struct rawbpf__pattern *
rawbpf__match(const struct rawbpf__index *index, const struct rawbpf__statement *statement,
	      int opcode);

/* What the tokens that match any instruction may be followed by. */
struct rawbpf__expected {
	unsigned matching;		/* how many of the statement's tokens do */
	unsigned count;
	uint16_t codes[128];		/* in order; 0: the statement's end */
};

RAWBPF__PRIVATE void rawbpf__expected_find(struct rawbpf__expected *expected,
					   const struct rawbpf__index *index,
					   const struct rawbpf__statement *statement);

#endif
