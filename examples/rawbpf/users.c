/* SPDX-License-Identifier: MIT */
#include "users.h"

#include <stdlib.h>

void users_add(struct users *users, enum rawbpf_obj_kind kind, unsigned user, unsigned used)
{
	users->list = must_grow(users->list, users->count + 1, sizeof *users->list);
	users->list[users->count++] = (struct use){ kind, user, used };
}

void users_record(const struct users *users, struct record *record, const char *name,
		  enum rawbpf_obj_kind kind, unsigned used)
{
	uint32_t *ids = must_allocate(users->count * sizeof *ids);
	unsigned count = 0;

	for (unsigned i = 0; i < users->count; i++)
		if (users->list[i].used == used && users->list[i].kind == kind)
			ids[count++] = users->list[i].user;
	if (count)
		record_numbers(record, name, ids, 4, count);
	free(ids);
}
