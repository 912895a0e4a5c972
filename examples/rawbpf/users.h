/* SPDX-License-Identifier: MIT */
/* Uses of objects: programs use maps, and programs and maps use BTF. */
#ifndef EXAMPLES_RAWBPF_USERS_H
#define EXAMPLES_RAWBPF_USERS_H

#include "keyed.h"
#include "object.h"

struct users {
	struct use {
		struct key used;
		enum rawbpf_obj_kind kind; /* the user's kind */
		unsigned user;
	} *list;
	unsigned count;
	int is_sorted;
};

void users_add(struct users *users, enum rawbpf_obj_kind kind, unsigned user, unsigned used);

/* Add the field `name` with the ids of users of a kind, if any use `used`. */
void users_record(struct users *users, struct record *record, const char *name,
		  enum rawbpf_obj_kind kind, unsigned used);

#endif
