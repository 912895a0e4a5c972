/* SPDX-License-Identifier: MIT */
/*
 * Messages of netlink(7), in memory: build requests, read answers. These functions do not call the
 * kernel. A datagram holds messages, a message holds attributes, an attribute may hold attributes:
 *
 *	| header 16 | fixed part | attribute | attribute | ... | header 16 | ...
 *	              (4 bytes: size with these 4, type) value, padding to 4
 *
 * Another process may have written the sizes: no function reads behind the bytes that it got.
 */
#ifndef RAWBPF_LIB_NETLINK_MESSAGE_H
#define RAWBPF_LIB_NETLINK_MESSAGE_H

#include <linux/netlink.h>

#include "../sys/sys.h"

/* Bytes that others wrote, with their end. */
struct rawbpf__bytes {
	const unsigned char *at, *end;
};

/* A request. Of one that is too long, `header.nlmsg_len` is 0. */
struct rawbpf__request {
	struct nlmsghdr header;
	unsigned char rest[240];
};

/* Begin a request with its fixed part. */
RAWBPF__PRIVATE void rawbpf__request_begin(struct rawbpf__request *request, unsigned type,
					   unsigned flags, const void *fixed, size_t size);
/* Append an attribute. Return its place. */
RAWBPF__PRIVATE size_t rawbpf__request_add(struct rawbpf__request *request, unsigned type,
					   const void *value, size_t size);
RAWBPF__PRIVATE void rawbpf__request_add_u32(struct rawbpf__request *request, unsigned type,
					     uint32_t value);
/*
 * Append an attribute of attributes. Attributes that are added until the end of `place` are inside
 * it.
 */
RAWBPF__PRIVATE size_t rawbpf__request_nest(struct rawbpf__request *request, unsigned type);
RAWBPF__PRIVATE void rawbpf__request_end(struct rawbpf__request *request, size_t place);

struct rawbpf__message {
	struct nlmsghdr header;
	struct rawbpf__bytes body; /* fixed part and attributes */
};

/*
 * Copy the fixed part of a message to `fixed` and leave the attributes in `body`. -EBADMSG: the
 * message is shorter.
 */
RAWBPF__PRIVATE int rawbpf__message_fixed(void *fixed, size_t size, struct rawbpf__bytes *body);

/* Make the text empty, if there is one: most errors come without words. */
static inline void rawbpf__words_clear(char *text, size_t size)
{
	if (text && size)
		text[0] = '\0';
}

/* An answer to one request, as far as it was read. */
struct rawbpf__answer {
	uint32_t sequence; /* the request's: messages with another one are ignored */
	int (*take)(void *context, const struct rawbpf__message *message); /* or NULL */
	void *context;
	int error;         /* the first one of `take`; it is not called again */
	int is_stale;      /* the listed objects changed meanwhile */
	char *text;        /* the kernel's own words */
	size_t text_size;  /* 0: not wanted */
};

/*
 * Read a datagram, and call `take` with each message that carries data. Return 1 at the end of the
 * answer, 0 before it, the kernel's errno, or -EBADMSG.
 */
RAWBPF__PRIVATE int rawbpf__answer_read(struct rawbpf__answer *answer,
					struct rawbpf__bytes datagram);

/* Return the value of the first attribute of that type. `at` is NULL if there is none. */
RAWBPF__PRIVATE struct rawbpf__bytes rawbpf__attribute(struct rawbpf__bytes attributes,
						       unsigned type);
/* Return a number of 4 bytes, or 0 if there is none. */
RAWBPF__PRIVATE uint32_t rawbpf__attribute_u32(struct rawbpf__bytes attributes, unsigned type);
/* Copy a string to `text`, terminated and cut to its size. Without one, `text` is "". */
RAWBPF__PRIVATE void rawbpf__attribute_text(char *text, size_t size,
					    struct rawbpf__bytes attributes, unsigned type);

#endif
