/* SPDX-License-Identifier: MIT */
/*
 * Take every kind of link through its life: attach, pin, open, update, revoke, detach. The program
 * counts its runs. The tests run natively and in guests with older and newer kernels.
 */
#ifndef TEST_LINK_KINDS_H
#define TEST_LINK_KINDS_H

#include <rawbpf.h>

/* The path of pinned links; bpffs has to be mounted there. */
#define LINK_KINDS_PIN "/sys/fs/bpf/link-kinds"

struct link_kind {
	const char *name;
	unsigned link_type;     /* BPF_LINK_TYPE_* */
	unsigned prog_type;
	unsigned attach_type;   /* expected_attach_type of the program */
	const char *btf_name;   /* its attach_btf_id's name; NULL: none */
	unsigned btf_kind;
	int result;             /* the program returns this */
	int (*attach)(struct rawbpf_link *link, int prog);
	void (*trigger)(const struct rawbpf_link *link);
	unsigned events;        /* runs of the program per trigger */
	/* count only this system call; its number is the context's second word */
	unsigned only_syscall;
	int only_ours;          /* count only this process */
	int update, force;      /* results of rawbpf_link_update() and rawbpf_link_revoke() */
	struct {                /* the story on kernels older than this one; 0x50a is 5.10 */
		unsigned than;
		const char *story;
	} older[2];
	int trampoline;         /* some architectures lack it */
	const char *lacking;    /* the story on a kernel built without it */
	const char *because;
};

extern const struct link_kind link_kinds[];
extern const unsigned link_kinds_count;

/* A link's story: negative errnos, or counts. The second program, of the update, counts apart. */
struct link_story {
	int load, attach;
	int type;               /* the kernel's link type */
	long long attached;     /* count after the attachment */
	int pin;
	long long pinned;       /* count while only the pin holds the link */
	int open;
	int update;
	long long updated;      /* count of the second program after the update */
	int force;              /* rawbpf_link_revoke() */
	long long forced;       /* count after revoke */
	long long detached;     /* count of both programs after rawbpf_link_detach() */
	int fds_left;           /* open descriptors, more than before */
};

/*
 * Enter a network namespace and make the objects that the kinds attach to. `tgid` is this process's
 * id as the kernel's programs see it. `cgroup` is a directory of cgroup v2 that this process is in,
 * or negative. Returns 0 or a negative errno.
 */
int link_kinds_begin(unsigned tgid, int cgroup);

/* Load a program of this kind that counts in element `slot` of an array of 8-byte values. */
int link_kind_load(const struct link_kind *kind, int map, int slot);

/* Try to attach. Returns 1, 0 if this kernel is expected to lack the kind, or a negative errno. */
int link_kind_try(const struct link_kind *kind, unsigned kernel);

void link_kind_run(const struct link_kind *kind, struct link_story *story);

/*
 * Write a story as one line: the actual one, and the one expected on `kernel` (0x50a is 5.10). Both
 * return the length.
 */
int link_story_format(char *text, size_t size, const struct link_story *story);
int link_story_expect(char *text, size_t size, const struct link_kind *kind, unsigned kernel);

/* Return a function's offset in this program's file, /proc/self/exe. */
uint64_t link_kinds_offset(void (*function)(void));

/* Make a device like `ip link add type KIND`. Returns 0 or a negative errno. */
int link_kinds_device(const char *kind);

#endif
