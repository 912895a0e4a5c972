/* SPDX-License-Identifier: MIT */
/* What rawbpf doctor finds out, before it tells. */
#ifndef EXAMPLES_RAWBPF_DOCTOR_H
#define EXAMPLES_RAWBPF_DOCTOR_H

#include <rawbpf.h>
#include <rawbpf/probe.h>

#include <sys/utsname.h>

enum { DOCTOR_TYPES = 64, DOCTOR_HELPERS = 256, DOCTOR_TEXT = 512 };

/* Of each type: 1 it has, 0 it has not, a negative errno: refused. [0] is of no type. */
struct doctor_types {
	enum rawbpf_constant kind;
	unsigned end; /* of the types that have a name */
	int has[DOCTOR_TYPES];
};

struct doctor_way {
	int has;
	struct rawbpf_error error;
	char why[DOCTOR_TEXT]; /* it has not, or it is refused */
};

/* A file system, where it is mounted first; "": nowhere. */
struct doctor_mount {
	const char *type;
	const char *without; /* what does not work then */
	const char *command; /* that mounts it */
	char path[256];
};
enum { DOCTOR_MOUNTS = 5 };

/* What /proc/sys says, by the names that stand in JSON too; the last has none. */
struct doctor_setting {
	const char *name;
	const char *path;
};
extern const struct doctor_setting doctor_settings[];
enum { DOCTOR_SETTINGS = 8 };

struct doctor {
	struct utsname system;
	int jit;          /* net.core.bpf_jit_enable; negative: cannot be told */
	long long btf;    /* bytes; -ENOENT: none; else why it cannot be had */
	int isa;          /* negative: an errno */
	unsigned uid;
	uint64_t capabilities;
	int user_namespace; /* not the machine's first */
	struct doctor_types progs, maps;
	unsigned char helpers[DOCTOR_TYPES][DOCTOR_HELPERS]; /* of each program type, with -v */
	int helper_count[DOCTOR_TYPES]; /* or an errno */
	unsigned helper_end;
	struct doctor_way ways[RAWBPF_PROBE_ATTACH_COUNT];
	struct doctor_mount mounts[DOCTOR_MOUNTS];
	unsigned long long memlock, nofile; /* ~0: unlimited */
	long long settings[DOCTOR_SETTINGS]; /* of doctor_settings; LLONG_MIN: cannot be told */
	char lockdown[32]; /* the mode in force; "": no such thing here */
};

/* The capabilities that matter, and their names; the last has none. */
struct doctor_capability {
	int number;
	const char *name;
};
extern const struct doctor_capability doctor_capabilities[];

/* "EPERM"; valid until the next call. */
const char *doctor_errno(int err);

void doctor_look(struct doctor *doctor, int helpers);
/* With all that it has, and the helpers, if they were looked for. */
void doctor_tell(const struct doctor *doctor, int verbose);
void doctor_tell_json(const struct doctor *doctor, int helpers);

#endif
