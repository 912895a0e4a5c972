/* SPDX-License-Identifier: MIT */
/* rtnetlink(7): questions to the kernel's network part, and its answers. */
#ifndef RAWBPF_LIB_NETLINK_H
#define RAWBPF_LIB_NETLINK_H

#include "netlink_message.h"

struct rawbpf__netlink {
	int fd;
	uint32_t sequence;
	void *buffer; /* the buffer of a datagram */
	char *text;   /* the kernel's own words about the last request; NULL: not wanted */
	size_t text_size;
};

/* Open a socket of NETLINK_ROUTE. `text` may be NULL. */
RAWBPF__PRIVATE int rawbpf__netlink_open(struct rawbpf__netlink *netlink, char *text, size_t size);
RAWBPF__PRIVATE void rawbpf__netlink_close(struct rawbpf__netlink *netlink);

/*
 * Send a request, and call `take` with each message of the answer that carries data, if it is not
 * NULL. The request has NLM_F_ACK or NLM_F_DUMP. Return 0, or a negative errno: the kernel's, that
 * of `take`, or
 *
 * -ESTALE    what was listed changed meanwhile
 * -EOVERFLOW a datagram is longer than the buffer
 * -EBADMSG   the answer is not well-formed; -EAGAIN: it lacks its end
 */
RAWBPF__PRIVATE int rawbpf__netlink_ask(struct rawbpf__netlink *netlink,
					struct rawbpf__request *request,
					int (*take)(void *context,
						    const struct rawbpf__message *message),
					void *context);

/* Write the id of a program. */
RAWBPF__PRIVATE int rawbpf__netlink_prog_id(unsigned *id, int prog);

#endif
