/* SPDX-License-Identifier: MIT */
#include "users.h"

#include <stdlib.h>

void users_add(struct users *users, enum rawbpf_obj_kind kind, unsigned user, unsigned used)
{
	users->list = must_extend(users->list, users->count, sizeof *users->list);
	users->list[users->count] = (struct use){ { used, users->count }, kind, user };
	users->count++;
	users->is_sorted = 0;
}

void users_record(struct users *users, struct record *record, const char *name,
		  enum rawbpf_obj_kind kind, unsigned used)
{
	unsigned first, end, count = 0;
	uint32_t *ids;

	if (!users->is_sorted)
		key_sort(users->list, users->count, sizeof *users->list);
	users->is_sorted = 1;
	first = key_first(users->list, users->count, sizeof *users->list, used);
	for (end = first; end < users->count && users->list[end].used.id == used; end++)
		;
	ids = must_allocate((end - first) * sizeof *ids);
	for (unsigned i = first; i < end; i++)
		if (users->list[i].kind == kind)
			ids[count++] = users->list[i].user;
	if (count)
		record_numbers(record, name, ids, 4, count);
	free(ids);
}
