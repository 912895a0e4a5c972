/* SPDX-License-Identifier: MIT */
/* The targets of links, in words. */
#ifndef EXAMPLES_RAWBPF_ATTACHED_H
#define EXAMPLES_RAWBPF_ATTACHED_H

#include "object.h"

/* The kernel's information about a link. Zero it, and free it with link_forget(). */
struct link_told {
	struct rawbpf_link_info info; /* its arrays are malloc-ed, except the name */
	char name[4096];
};

/*
 * Ask about a link, with `arrays` also for addresses and other arrays. Returns 0 or a negative
 * errno.
 */
int link_ask(struct link_told *told, int fd, int arrays);
void link_forget(struct link_told *told);

/* Return "tcx_ingress eth0": one line, escaped, malloc-ed. */
char *link_words(const struct link_told *told);

#endif
