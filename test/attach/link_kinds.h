/* SPDX-License-Identifier: MIT */
/*
 * Every kind of link, each taken through all that can be done with one, seen from outside by what
 * its program counts: natively, and by guests on kernels of other ages.
 */
#ifndef TEST_LINK_KINDS_H
#define TEST_LINK_KINDS_H

#include <rawbpf.h>

/* Where links are pinned: bpffs has to be mounted. */
#define LINK_KINDS_PIN "/sys/fs/bpf/link-kinds"

struct link_kind {
	const char *name;
	unsigned link_type;     /* BPF_LINK_TYPE_* */
	unsigned prog_type;
	unsigned attach_type;   /* the program's expected_attach_type */
	const char *btf_name;   /* what it is loaded for; NULL: nothing */
	unsigned btf_kind;
	int result;             /* of the program */
	int (*attach)(struct rawbpf_link *link, int prog);
	void (*trigger)(const struct rawbpf_link *link);
	unsigned events;        /* how often a trigger runs the program */
	unsigned only_syscall;  /* count only this one, whose number is the context's second word */
	int only_ours;          /* count only what this process does */
	int update, force;      /* what rawbpf_link_update() and rawbpf_link_revoke() say */
	struct {                /* what becomes of it on kernels older than this, 0x50a for 5.10 */
		unsigned than;
		const char *story;
	} older[2];
	int trampoline;         /* needs what some architectures do not have */
	const char *lacking;    /* or on a kernel that was built without it */
	const char *because;
};

extern const struct link_kind link_kinds[];
extern const unsigned link_kinds_count;

/* What came of it: negative errnos, or counts. A second program, of an update, counts apart. */
struct link_story {
	int load, attach;
	int type;               /* as the kernel tells it */
	long long attached;     /* counted after attaching, */
	int pin;
	long long pinned;       /* with only the pin to hold it, */
	int open;
	int update;
	long long updated;      /* with another program (counted by that), */
	int force;              /* rawbpf_link_revoke() */
	long long forced;       /* after that, */
	long long detached;     /* and after rawbpf_link_detach(): by both programs */
	int fds_left;           /* more descriptors than before */
};

/*
 * Enter a network namespace and make what the kinds need. `tgid` is this process's as the kernel's
 * programs see it, `cgroup` a directory of cgroup v2 that this process is in, or negative.
 * 0, or a negative errno.
 */
int link_kinds_begin(unsigned tgid, int cgroup);

/* A program of this kind that counts in element `slot` of an array of 8-byte values. */
int link_kind_load(const struct link_kind *kind, int map, int slot);

/* Can it be attached? 1, 0 if it is as it should be that it cannot here, or what went wrong. */
int link_kind_try(const struct link_kind *kind, unsigned kernel);

void link_kind_run(const struct link_kind *kind, struct link_story *story);

/*
 * What became of it, as one line, and what should on this kernel, Linux 5.10 being 0x50a. Both
 * return the length.
 */
int link_story_format(char *text, size_t size, const struct link_story *story);
int link_story_expect(char *text, size_t size, const struct link_kind *kind, unsigned kernel);

/* Where a function of this program is in its file, /proc/self/exe. */
uint64_t link_kinds_offset(void (*function)(void));

/* `ip link add type KIND`: 0, or a negative errno. */
int link_kinds_device(const char *kind);

#endif
