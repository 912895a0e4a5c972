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

/*
 * Print that a link attaches the program there, and how to detach it. `place` has the program's id
 * and the attach type, device, map, namespace and cgroup, each 0 where that kind of link has none.
 * Returns 0, without a message, if there is no such link.
 */
int link_fail_held(const struct subcommand *subcommand, const struct rawbpf_link_info *place);

#endif
