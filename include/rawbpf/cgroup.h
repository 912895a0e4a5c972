/* SPDX-License-Identifier: MIT */
/*
 * Programs on cgroups: they run for the processes of a cgroup and of those
 * below it, at hooks for devices, sockets, packets, sysctls.
 *
 * A cgroup is a descriptor of its directory in a cgroup v2 file system, opened
 * with O_RDONLY or O_PATH. A program is put there in one of two ways:
 *
 *	rawbpf_cgroup_attach()       a link: gone when the last process that holds it
 *	                             is, unless it is pinned
 *	rawbpf_cgroup_prog_attach()  stays without anybody to hold it, until it is
 *	                             detached or the cgroup is removed
 *
 * Several may be attached at the same hook of the same cgroup; the request is
 * granted if all of them, and all in the cgroups above, grant it. `attach_type`
 * is BPF_CGROUP_DEVICE and the like, where 0 is BPF_CGROUP_INET_INGRESS.
 *
 * What any of these functions may return: -EBADF (`cgroup` is not open, or is
 * no directory of cgroup v2; `prog` is not open), -ENOENT (the cgroup has been
 * removed), -ENOMEM. Sources: kernel/bpf/cgroup.c, measured on 6.18.
 */
#ifndef RAWBPF_CGROUP_H
#define RAWBPF_CGROUP_H

#include <rawbpf/link.h>
#include <rawbpf/uapi.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Attach a program by a bpf link; fill `link`. Others beside it are untouched.
 * rawbpf_link_update() then replaces the program, atomically. `anchor`, which names a
 * link: where among the other links (6.17); NULL: at the end.
 *
 * -EINVAL  `prog` is of a type that does not go with `attach_type`; this kernel was built
 *          without CONFIG_CGROUP_BPF; `anchor` names a program, or the kernel takes none
 * -EPERM   a program is attached there, or above, that admits no other beside it;
 *          or CAP_NET_ADMIN is missing, which packet programs (cgroup_skb) need
 * -E2BIG   64 programs are attached there already
 * -ENOENT  what `anchor` names is not attached there
 * -ESTALE  the revision is another by now                             Linux 5.7
 */
int rawbpf_cgroup_attach(struct rawbpf_link *link, int prog, int cgroup, unsigned attach_type,
			 const struct rawbpf_anchor *anchor);

/* How to put a program on a cgroup for good. */
struct rawbpf_cgroup_spec {
	/*
	 * BPF_F_ALLOW_MULTI     beside others: what everybody should use
	 * BPF_F_ALLOW_OVERRIDE  alone; a program in a cgroup below takes its place there
	 * 0                     alone; cgroups below may have none
	 * The last two replace what was attached with the same flag.
	 */
	unsigned flags;
	int replace;                /* the program whose place to take, atomically; 0: none.
	                             * Needs BPF_F_ALLOW_MULTI                        5.6 */
	uint64_t expected_revision; /* only if rawbpf_cgroup_query() would still tell this
	                             * revision; 0: whatever it is                    6.17 */
	unsigned relative;          /* with BPF_F_BEFORE or BPF_F_AFTER: as in struct
	                             * rawbpf_anchor                                  6.17 */
};

/*
 * Attach a program until it is detached by rawbpf_cgroup_prog_detach() or the
 * cgroup is removed. 0, or
 *
 * -EINVAL  the program is attached there already; `prog` is of a type that does not
 *          go with `attach_type` (or is a packet program, and CAP_NET_ADMIN is missing);
 *          `replace` without BPF_F_ALLOW_MULTI; expected_revision before 6.17 (such
 *          kernels tell revision 0); no CONFIG_CGROUP_BPF
 * -ENOENT  the program to be replaced is not attached there, or by a link
 * -EPERM   what is attached there has other flags, or one above admits none below
 * -E2BIG   64 programs are attached there already: then none can be replaced either
 * -ESTALE  the revision is another by now                    Linux 4.10; devices 4.15
 */
int rawbpf_cgroup_prog_attach(int cgroup, int prog, unsigned attach_type,
			      const struct rawbpf_cgroup_spec *spec);

/*
 * Detach what rawbpf_cgroup_prog_attach() attached.
 *
 * -ENOENT  it is not attached there (or by a link, which only its holder ends)
 * -EINVAL  several are attached there, and `prog` is not a program         Linux 4.10
 */
int rawbpf_cgroup_prog_detach(int cgroup, int prog, unsigned attach_type);

/* What to find out about a cgroup's hook, and the answer. */
struct rawbpf_cgroup_query {
	unsigned flags;        /* 0: what is attached there; BPF_F_QUERY_EFFECTIVE: what runs
	                        * there, with what is attached above */
	unsigned *prog_ids;    /* room for `capacity` ids, in the order they run; NULL: count */
	unsigned capacity;
	unsigned count;        /* out: programs, also of those that `prog_ids` has no room for */
	unsigned attach_flags; /* out: BPF_F_ALLOW_MULTI, BPF_F_ALLOW_OVERRIDE or 0 */
	uint64_t revision;     /* out: changes with everything attached, detached or replaced;
	                        * 0: the kernel does not count (before 6.17, or EFFECTIVE) */
};

/*
 * Ask which programs are attached, by link or not. rawbpf_obj_id_open() makes
 * descriptors of their ids.
 *
 * -ENOSPC  `count` is more than `capacity`: the ids that fit were written
 * -EINVAL  not an attach type of cgroups; no CONFIG_CGROUP_BPF
 * -EPERM   CAP_NET_ADMIN is missing                                     Linux 4.15
 */
int rawbpf_cgroup_query(int cgroup, unsigned attach_type, struct rawbpf_cgroup_query *query);

#ifdef __cplusplus
}
#endif
#endif
