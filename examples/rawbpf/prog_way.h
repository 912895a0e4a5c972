/* SPDX-License-Identifier: MIT */
/* The ways to attach a program: the names of their types, their targets, their links. */
#ifndef EXAMPLES_RAWBPF_PROG_WAY_H
#define EXAMPLES_RAWBPF_PROG_WAY_H

#include "object.h"

struct way;

/* A program and its target. */
struct request {
	int prog;
	const struct way *way;
	unsigned attach_type;
	const char *target; /* NULL: the one that the program was loaded for */
	/*
	 * The target: a descriptor, a device's index, or the index of an event or of a netfilter hook.
	 * -1: only its name counts.
	 */
	int place;
	const char *name;    /* a probe's function, or a uprobe's file: the target up to its offset */
	uint64_t offset;     /* a probe's */
	int priority;        /* of a netfilter program */
	uint64_t rate;       /* of a perf event */
	int is_period;       /* the rate is a number of events, not a frequency */
};

/* The way to attach one attach type, or several with a common beginning. */
struct way {
	const char *name; /* a '*' at the end stands for anything */
	/* opens the target; OK, or a status after a message. NULL: the program has its target */
	int (*open)(struct request *request);
	int (*attach)(struct rawbpf_link *link, const struct request *request);
	const struct rawbpf_operation *operation;
	enum { BY_LINK, UNLINKED, BY_NET } without; /* without a link: never, here, or by rawbpf net */
	/* in place of `attach`: pins several links in a directory; OK, or a status after a message */
	int (*attach_all)(const struct request *request, const char *path);
};
/* The last one has no name. */
extern const struct way prog_ways[];

/* Open the target. */
int way_open_cgroup(struct request *request);
int way_open_device(struct request *request);
int way_open_map(struct request *request);
int way_open_events(struct request *request);

/* Attach to a perf event on each CPU. */
int way_attach_events(const struct request *request, const char *path);

/* Print that the kernel returned an error for a program, and why. Returns FAILED. */
int way_fail(const struct request *request, const char *what, const struct rawbpf_operation *operation,
	     int err);

/* Print that the link cannot be pinned, and why. Returns FAILED. */
int way_fail_pin(const char *path, int err);

/* Print that the target is malformed. Returns USAGE. */
int way_fail_syntax(const struct request *request, const char *why);

#endif
