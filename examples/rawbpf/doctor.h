/* SPDX-License-Identifier: MIT */
/* The findings of rawbpf doctor. */
#ifndef EXAMPLES_RAWBPF_DOCTOR_H
#define EXAMPLES_RAWBPF_DOCTOR_H

#include <rawbpf.h>
#include <rawbpf/probe.h>

#include <sys/utsname.h>

enum { DOCTOR_TYPES = 64, DOCTOR_HELPERS = 256, DOCTOR_TEXT = 512 };

/* The state of each type: 1 available, 0 missing, negative an errno. [0] belongs to no type. */
struct doctor_types {
	enum rawbpf_constant kind;
	unsigned end; /* one more than the last type with a name */
	int has[DOCTOR_TYPES];
};

struct doctor_way {
	int has;
	struct rawbpf_error error;
	char why[DOCTOR_TEXT]; /* why it is missing, or the kernel's error */
};

/* A file system's first mount point; "": not mounted. */
struct doctor_mount {
	const char *type;
	const char *without; /* features that then do not work */
	const char *command; /* the command that mounts it */
	char path[256];
};
enum { DOCTOR_MOUNTS = 5 };

/* Settings in /proc/sys, with their names in JSON; the last has no name. */
struct doctor_setting {
	const char *name;
	const char *path;
};
extern const struct doctor_setting doctor_settings[];
enum { DOCTOR_SETTINGS = 8 };

struct doctor {
	struct utsname system;
	int jit;          /* net.core.bpf_jit_enable; negative: unknown */
	long long btf;    /* bytes; -ENOENT: none; other errnos: why it is not readable */
	int isa;          /* negative: an errno */
	unsigned uid;
	uint64_t capabilities;
	int user_namespace; /* this is not the initial one */
	struct doctor_types progs, maps;
	unsigned char helpers[DOCTOR_TYPES][DOCTOR_HELPERS]; /* of each program type, with -v */
	int helper_count[DOCTOR_TYPES]; /* or a negative errno */
	unsigned helper_end;
	struct doctor_way ways[RAWBPF_PROBE_ATTACH_COUNT];
	struct doctor_mount mounts[DOCTOR_MOUNTS];
	unsigned long long memlock, nofile; /* ~0: unlimited */
	long long settings[DOCTOR_SETTINGS]; /* of doctor_settings; LLONG_MIN: unknown */
	char lockdown[32]; /* the mode in force; "": the kernel has no lockdown */
};

/* The relevant capabilities and their names; the last has no name. */
struct doctor_capability {
	int number;
	const char *name;
};
extern const struct doctor_capability doctor_capabilities[];

/* Return "EPERM", valid until the next call. */
const char *doctor_errno(int err);

void doctor_look(struct doctor *doctor, int helpers);
void doctor_tell_json(const struct doctor *doctor, int helpers);

#endif
