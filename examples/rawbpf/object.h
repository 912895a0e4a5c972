/* SPDX-License-Identifier: MIT */
/* Objects of the kernel: all of a kind, or one by id, name or path; and the paths of their pins. */
#ifndef EXAMPLES_RAWBPF_OBJECT_H
#define EXAMPLES_RAWBPF_OBJECT_H

#include "record.h"
#include "tool.h"

/*
 * Call `visit` with a descriptor and an id of each object of a kind. Stop when it returns something
 * else than OK, and return that. The descriptor is closed after the call. FAILED: after a message.
 */
int object_each(const struct subcommand *subcommand, enum rawbpf_obj_kind kind,
		int (*visit)(void *context, int fd, unsigned id), void *context);

/* Do the same, and print the `table` that results. */
int object_list(const struct subcommand *subcommand, enum rawbpf_obj_kind kind,
		int (*visit)(void *context, int fd, unsigned id), void *context, struct table *table);

/*
 * Open an object. `which` is its id, its name, or a path in bpffs, which has a '/'. A link has its
 * program's name. Returns a descriptor, or -1 after a message.
 */
int object_open(const struct subcommand *subcommand, enum rawbpf_obj_kind kind, const char *which);

/* Open it, call `ask` with the descriptor, and close it. Returns OK, or FAILED after a message. */
int object_ask(const struct subcommand *subcommand, enum rawbpf_obj_kind kind, const char *which,
	       int (*ask)(void *context, int fd), void *context);

/* Read a program's name by its id; "": the program is gone. */
void object_prog_name(unsigned id, char name[64]);

/* Add a number by its name, or by its digits if it has none: always a string. */
void object_record_constant(struct record *record, const char *field, enum rawbpf_constant kind,
			    unsigned number);

/* Read a number that only /proc has about a descriptor: "NAME:\tNUMBER". -1: it is missing. */
long long object_fdinfo(int fd, const char *name);

/* Add "pinned": the object's paths in every mounted bpffs. The search runs once. */
void object_record_pins(struct record *record, enum rawbpf_obj_kind kind, unsigned id);

/* Print that the kernel returned an error for an object, and why. Returns FAILED. */
int object_fail(const struct subcommand *subcommand, const char *what,
		const struct rawbpf_operation *operation, int err);

/* Do the same with the name and the type in `error`. */
int object_fail_at(const struct subcommand *subcommand, const char *what, const struct rawbpf_error *error);

/* The arguments of a subcommand: `-j` anywhere, and its own letters. */
struct arguments {
	int json;
	const char *options[128]; /* by letter: its argument, or ""; NULL: not given */
	char **rest;      /* the arguments behind the verb; NULL ends them */
	int count;
};

/* A verb of a subcommand: its options, the number of its arguments, and its function. */
struct verb {
	const char *name;
	int least, most;
	const char *usage; /* its arguments, in messages */
	int (*run)(const struct arguments *arguments);
	const char *options; /* the letters of its options, besides -j */
};

/*
 * Run the verb `pin OBJECT PATH`: give the object a name in bpffs. Returns OK, or FAILED after a
 * message.
 */
int object_pin(const struct subcommand *subcommand, enum rawbpf_obj_kind kind,
	       const struct arguments *arguments);

/* Parse the arguments of a subcommand with verbs, and run one of these. */
int object_main(const struct subcommand *subcommand, int argc, char **argv);

#endif
