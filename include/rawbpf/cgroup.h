/* SPDX-License-Identifier: MIT */
/*
 * Programs on cgroups: they run for the processes of a cgroup and of those
 * below it, at hooks for devices, sockets, packets, sysctls.
 *
 * A cgroup is a descriptor of its directory in a cgroup v2 file system, opened
 * with O_RDONLY or O_PATH. A program is put there in one of two ways:
 *
 *	rawbpf_cgroup_attach()  a link: gone when the last process that holds it
 *	                        is, unless it is pinned
 *	rawbpf_prog_attach()    stays without anybody to hold it, until it is detached
 *	                        or the cgroup is removed (rawbpf/prog.h)
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

#ifdef __cplusplus
}
#endif
#endif
