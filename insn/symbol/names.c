/* SPDX-License-Identifier: MIT */
#include "names.h"

static unsigned *names_node(const struct rawbpf__names *names, unsigned number)
{
	return names->first + ((ptrdiff_t)number - 1) * names->stride;
}

static unsigned char names_byte(const char *name, size_t length, size_t at)
{
	return at < length ? name[at] : 0;
}

static unsigned names_bit(const char *name, size_t length, unsigned bit)
{
	return names_byte(name, length, (bit - 1) / 8) >> (7 - (bit - 1) % 8) & 1;
}

/* Return the first bit in which two names differ. */
static unsigned names_difference(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned char differing;
	size_t at = 0;

	while (names_byte(a, a_length, at) == names_byte(b, b_length, at))
		at++;
	differing = names_byte(a, a_length, at) ^ names_byte(b, b_length, at);
	return 8 * at + 1 + __builtin_clz(differing) - (8 * sizeof(unsigned) - 8);
}

/*
 * Follow the name's bits down to a name, or to the first node whose bit is `end` or more. Return
 * the link there.
 */
static unsigned *names_walk(const struct rawbpf__names *names, const char *name, size_t length,
			    unsigned end)
{
	unsigned *link = names->root, *node, bit = 0;

	while (node = names_node(names, *link), node[0] > bit && node[0] < end) {
		bit = node[0];
		link = &node[1 + names_bit(name, length, bit)];
	}
	return link;
}

RAWBPF__PRIVATE unsigned rawbpf__names_find(const struct rawbpf__names *names, const char *name,
					    size_t length)
{
	return *names->root ? *names_walk(names, name, length, UINT32_MAX) : 0;
}

RAWBPF__PRIVATE void rawbpf__names_add(const struct rawbpf__names *names, unsigned number,
				       const char *name, size_t length, const char *near,
				       size_t near_length)
{
	unsigned *node = names_node(names, number), *link, own;

	if (!near) {
		node[0] = 0;	/* no bit distinguishes a single name */
		*names->root = number;
		return;
	}
	node[0] = names_difference(name, length, near, near_length);
	link = names_walk(names, name, length, node[0]);
	own = names_bit(name, length, node[0]);
	node[1 + own] = number;
	node[1 + !own] = *link;
	*link = number;
}
