/* SPDX-License-Identifier: MIT */
/* What links are attached to, in words. */
#ifndef EXAMPLES_RAWBPF_ATTACHED_H
#define EXAMPLES_RAWBPF_ATTACHED_H

#include "object.h"

/* All that is told of a link. Zero it, and free it with link_forget(). */
struct link_told {
	struct rawbpf_link_info info; /* its arrays are malloc-ed, but for the name */
	char name[4096];
};

/* 0 or a negative errno. `arrays`: also those of addresses and the like. */
int link_ask(struct link_told *told, int fd, int arrays);
void link_forget(struct link_told *told);

/* "tcx_ingress eth0": one line, escaped, malloc-ed. */
char *link_words(const struct link_told *told);

#endif
