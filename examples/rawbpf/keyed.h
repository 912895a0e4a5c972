/* SPDX-License-Identifier: MIT */
/*
 * Lists of structs that begin with a key. Complete lists are sorted, to find the structs of one id.
 */
#ifndef EXAMPLES_RAWBPF_KEYED_H
#define EXAMPLES_RAWBPF_KEYED_H

#include <stdlib.h>

/* `order` is unique: of equal ids, the one added first comes first. */
struct key {
	unsigned id, order;
};

static inline int key_compare(const void *one, const void *other)
{
	const struct key *a = one, *b = other;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static inline void key_sort(void *list, unsigned count, size_t size)
{
	if (count)
		qsort(list, count, size, key_compare);
}

/* Find the first element whose id is not less than `id`. */
static inline unsigned key_first(const void *list, unsigned count, size_t size, unsigned id)
{
	unsigned first = 0, end = count;

	while (first < end) {
		unsigned middle = first + (end - first) / 2;
		const struct key *key = (const void *)((const char *)list + middle * size);

		if (key->id < id)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

#endif
