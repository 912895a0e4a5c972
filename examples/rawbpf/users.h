/* SPDX-License-Identifier: MIT */
/* Which objects use which: programs their maps, programs and maps their BTF. */
#ifndef EXAMPLES_RAWBPF_USERS_H
#define EXAMPLES_RAWBPF_USERS_H

#include "keyed.h"
#include "object.h"

struct users {
	struct use {
		struct key used;
		enum rawbpf_obj_kind kind; /* of the user */
		unsigned user;
	} *list;
	unsigned count;
	int is_sorted;
};

void users_add(struct users *users, enum rawbpf_obj_kind kind, unsigned user, unsigned used);

/* Add the field `name` with the ids of those of a kind that use `used`, if there are any. */
void users_record(struct users *users, struct record *record, const char *name,
		  enum rawbpf_obj_kind kind, unsigned used);

#endif
