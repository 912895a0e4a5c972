/* SPDX-License-Identifier: MIT */
/* Objects of the kernel: all of a kind, one by id, name or path, and where they are pinned. */
#ifndef EXAMPLES_RAWBPF_OBJECT_H
#define EXAMPLES_RAWBPF_OBJECT_H

#include "record.h"
#include "tool.h"

/*
 * Call `visit` with a descriptor and id of each object of a kind until it returns something else
 * than OK, which is returned. The descriptor is closed after it. Else FAILED, after a message.
 */
int object_each(const struct member *member, enum rawbpf_obj_kind kind,
		int (*visit)(void *context, int fd, unsigned id), void *context);

/* The same for all that `table` then has; print it. */
int object_list(const struct member *member, enum rawbpf_obj_kind kind,
		int (*visit)(void *context, int fd, unsigned id), void *context, struct table *table);

/*
 * Open an object: `which` is its id, its name, or a path in bpffs, which has a '/'. A link is
 * called as its program. A descriptor, or -1 after a message.
 */
int object_open(const struct member *member, enum rawbpf_obj_kind kind, const char *which);

/* Open it and `ask` with the descriptor, which is closed then. OK, or FAILED after a message. */
int object_ask(const struct member *member, enum rawbpf_obj_kind kind, const char *which,
	       int (*ask)(void *context, int fd), void *context);

/* An object's name as the kernel has it; "" for none. */
void object_name(enum rawbpf_obj_kind kind, int fd, char name[64]);

/* The name of a program by its id; "" if it is gone. */
void object_prog_name(unsigned id, char name[64]);

/* Add a number by its name, or, if it has none, its digits: a string in either case. */
void object_record_constant(struct record *record, const char *field, enum rawbpf_constant kind,
			    unsigned number);

/* What only /proc tells of a descriptor: "NAME:\tNUMBER". -1: nothing. */
long long object_fdinfo(int fd, const char *name);

/* Add "pinned": its paths in every bpffs that is mounted. They are looked for once. */
void object_record_pins(struct record *record, enum rawbpf_obj_kind kind, unsigned id);

/* Complain that the kernel refused something about an object, and why. FAILED. */
int object_fail(const struct member *member, const char *what,
		const struct rawbpf_operation *operation, int err);

/* The same, with the name and the type of `error`. */
int object_fail_at(const struct member *member, const char *what, const struct rawbpf_error *error);

/* The arguments of a member: `-j` anywhere, and letters of its own. */
struct arguments {
	int json;
	const char *options[128]; /* by letter: what was given with it, or ""; NULL: not given */
	char **rest;      /* what follows the verb; the last is NULL */
	int count;
};

/* What a member does: how many arguments and which options each verb takes, and its function. */
struct verb {
	const char *name;
	int least, most;
	const char *usage; /* its arguments, for messages */
	int (*run)(const struct arguments *arguments);
	const char *options; /* the letters that it takes, besides -j */
};

/* The verb `pin OBJECT PATH`: give the object a name in bpffs. OK, or FAILED after a message. */
int object_pin(const struct member *member, enum rawbpf_obj_kind kind,
	       const struct arguments *arguments);

/* Parse the arguments of a member that has verbs, and run one of these. */
int object_main(const struct member *member, int argc, char **argv);

#endif
