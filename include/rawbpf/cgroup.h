/* SPDX-License-Identifier: MIT */
/*
 * Programs on cgroups run for the processes of a cgroup and of the cgroups below. Their hooks are
 * for devices, sockets, packets and sysctls.
 *
 * A cgroup is a descriptor of its directory in a cgroup v2 file system, opened with O_RDONLY or
 * O_PATH. Two functions attach a program to it:
 *
 *	rawbpf_cgroup_attach()  by a link: it ends with the last process that holds the link,
 *	                        unless the link is pinned
 *	rawbpf_prog_attach()    without a link: it stays until it is detached or the cgroup is
 *	                        removed (rawbpf/prog.h)
 *
 * Several programs may be attached to the same hook of the same cgroup. The request is granted if
 * all of them, and all in the cgroups above, grant it. `attach_type` is BPF_CGROUP_DEVICE and the
 * like, where 0 is BPF_CGROUP_INET_INGRESS.
 *
 * Any of these functions may return:
 *
 * -EBADF   `cgroup` is not open, or is not a cgroup v2 directory; `prog` is not open
 * -ENOENT  the cgroup was removed
 * -ENOMEM
 *
 * Sources: kernel/bpf/cgroup.c, measured on 6.18.
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
 * Attach a program by a bpf link and fill `link`. Programs beside it stay untouched.
 * rawbpf_link_update() then replaces the program atomically. `anchor` names a link and selects the
 * position among the other links (6.17); NULL: at the end.
 *
 * -EINVAL  `prog` is of a type that does not fit `attach_type`; this kernel was built
 *          without CONFIG_CGROUP_BPF; `anchor` names a program, or the kernel accepts none
 * -EPERM   a program that excludes others is attached there or above;
 *          or CAP_NET_ADMIN is missing, which packet programs (cgroup_skb) need
 * -E2BIG   64 programs are attached there already
 * -ENOENT  the link that `anchor` names is not attached there
 * -ESTALE  the attached programs changed: the revision is another          Linux 5.7
 */
int rawbpf_cgroup_attach(struct rawbpf_link *link, int prog, int cgroup, unsigned attach_type,
			 const struct rawbpf_anchor *anchor);

#ifdef __cplusplus
}
#endif
#endif
