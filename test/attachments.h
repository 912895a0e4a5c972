/* SPDX-License-Identifier: MIT */
/*
 * Every kind of attachment, on a target of this process's own where there is such a thing: for the
 * tests that do the same with all of them.
 */
#ifndef TEST_ATTACHMENTS_H
#define TEST_ATTACHMENTS_H

#include "live.h"

struct attachment {
	const char *name;
	unsigned type;                 /* of the program */
	unsigned expected_attach_type; /* of the program */
	const char *btf_name;          /* what its attach_btf_id is the type of; NULL: none */
	int result;                    /* what the program returns, so as to be in nobody's way */
	int (*attach)(struct rawbpf_link *link, int prog);
	int is_alone;                  /* a second one beside it is refused */
	unsigned since;                /* the first kernel, as live_kernel(); 0: 5.10 has it */
};

extern const struct attachment attachments[];
extern const unsigned attachment_count;

/* For all tests of the case: a cgroup of their own. */
void attachments_begin(TCase *tests);

/*
 * Make ready what they are attached to, in this process alone, and try this kind: 0 if this kernel
 * has none. Any other failure than that fails the test.
 */
int attachments_prepare(const struct attachment *kind);

/* A program for it, or the negative errno of loading it. */
int attachment_load(const struct attachment *kind);

#endif
