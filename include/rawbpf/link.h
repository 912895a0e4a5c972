/* SPDX-License-Identifier: MIT */
/*
 * Links: one struct rawbpf_link is one program attached in one place, by any of the kernel's
 * ways to attach.
 */
#ifndef RAWBPF_LINK_H
#define RAWBPF_LINK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The place of a filter of rawbpf_tc_attach() on its device. */
struct rawbpf_tc_place {
	uint32_t handle;
	uint16_t priority;
	uint16_t attach_type;
};

/*
 * A zeroed link is inert: detaching it does nothing. The functions that attach fill one, and leave
 * it inert when they fail. A process that ends, even if it is killed, detaches its links. Two
 * things stay: an event in tracefs, without effect, and a program attached by netlink, which runs
 * on.
 *
 * Before a thread makes its first event in tracefs, it removes left-overs. These are events named
 * rawbpf/eT_N (T and N are numbers), of any process, that no process holds open. It removes no
 * other event.
 */
struct rawbpf_link {
	int fd;           /* a bpf link, or a perf event that the program is set on; by netlink:
	                   * the program; 0: inert */
	unsigned ifindex; /* by netlink: the device; else 0 */
	union {
		uint64_t tracefs_event; /* T << 32 | N of the event rawbpf/eT_N, if it was made in
		                         * tracefs */
		unsigned xdp_flags;     /* of rawbpf_xdp_netlink_attach(): the mode */
		struct rawbpf_tc_place tc;
	};
	int (*end)(struct rawbpf_link *link); /* private: detaches; NULL: close fd */
};

/*
 * A position among the programs of one hook of a network device or cgroup. A zeroed one, or NULL
 * instead: the end.
 */
struct rawbpf_anchor {
	unsigned flags;    /* BPF_F_BEFORE or BPF_F_AFTER `relative`; | BPF_F_LINK: a link,
	                    * not a program; | BPF_F_ID: its id, not a descriptor;
	                    * cgroup: | BPF_F_PREORDER */
	unsigned relative; /* 0: before, or after, all others */
	uint64_t expected_revision; /* only if a query would still return this revision; 0:
	                             * in any case */
};

/* The way to attach a program to a perf event: kprobes, tracepoints, uprobes. */
enum rawbpf_bind {
	RAWBPF_BIND_AUTO,  /* by a bpf link where the kernel can, else by ioctl */
	RAWBPF_BIND_LINK,  /* BPF_LINK_CREATE: has a cookie, can be pinned           5.15 */
	RAWBPF_BIND_IOCTL  /* PERF_EVENT_IOC_SET_BPF                                 4.1 */
};

/*
 * Detach the program. A second time, or on an inert link, do nothing and return 0. The link is
 * inert afterwards in any case. The function waits for no lock. (5.10 ends links of functions and
 * raw tracepoints a few milliseconds later.) An error says why an event, without effect, stayed
 * behind in tracefs:
 *
 * -EBUSY   the event is still in use, as when the link was pinned
 * -EACCES, -EOPNOTSUPP  tracefs can no longer be written, is no longer mounted
 *
 * For an attachment by netlink the error says why the program still runs, as in
 * rawbpf_xdp_netlink_detach() and rawbpf_tc_detach(). If the program or its device is no longer
 * there, the result is 0.
 */
int rawbpf_link_detach(struct rawbpf_link *link);

/*
 * Detach the program from its target for every holder: descriptors and pins of other holders then
 * refer to a link without effect. The struct keeps its descriptor until rawbpf_link_detach(). Links
 * of cgroups, network devices and namespaces, netfilter, sockmaps and struct_ops support this.
 *
 * -EBADF       the link is inert
 * -EOPNOTSUPP  links of this kind end only with their last holder
 * -EINVAL      the link is not a bpf link                              Linux 5.9
 */
int rawbpf_link_revoke(struct rawbpf_link *link);

/*
 * Return the descriptor that keeps the program attached, and leave the link inert. Closing the
 * descriptor detaches the program. An event in tracefs stays, as after a process that was killed.
 * By netlink the descriptor is the program's, and closing it detaches nothing.
 * -EBADF: the link is inert.
 */
int rawbpf_link_release(struct rawbpf_link *link);

/*
 * Pin the attachment at `path` in bpffs: it outlives this process, until the file is removed.
 * -EINVAL: the link is not a bpf link (RAWBPF_BIND_IOCTL, netlink), and only those can be pinned.
 * -EBADF: it is inert. Other errors as in rawbpf_obj_pin(). Linux 5.7
 */
int rawbpf_link_pin(const struct rawbpf_link *link, const char *path);

/* Fill `link` from a pinned one. -EINVAL: the pinned object is not a link. Linux 5.7 */
int rawbpf_link_open(struct rawbpf_link *link, const char *path);

/*
 * Replace the program of a bpf link: either the old or the new program sees each event. If
 * `old_prog` is not 0, replace the program only if it is `old_prog`. Links of cgroups, iterators,
 * network namespaces, XDP, tcx, netkit and sockmaps support this. Links of perf events,
 * tracepoints, functions and netfilter do not. For a struct_ops link `prog` and `old_prog` are
 * maps (6.4).
 *
 * -EBADF      the link is inert; `prog` or `old_prog` is not open
 * -EINVAL     the link is not a bpf link (RAWBPF_BIND_IOCTL, netlink), or cannot be updated;
 *             `prog` is of another type than the link's program
 * -EOPNOTSUPP the link is of netfilter
 * -EPERM      the link's program is not `old_prog`
 * -ENOLINK    the link's target no longer exists                           Linux 5.7
 */
int rawbpf_link_update(const struct rawbpf_link *link, int prog, int old_prog);

/* The way to attach a program to a perf event. NULL: RAWBPF_BIND_AUTO, no cookie. */
struct rawbpf_perf_event_spec {
	enum rawbpf_bind bind;
	uint64_t cookie; /* for bpf_get_attach_cookie(); needs a bpf link             5.15 */
};

/*
 * Run `prog` on a perf event that the caller opened, for any task and CPU: a
 * BPF_PROG_TYPE_PERF_EVENT program on a sampling event, or a program for tracepoints and probes on
 * such an event. The caller keeps and closes `event`; the link does not need it. (Bound by ioctl,
 * the program runs until both are closed.)
 *
 * -ENOTTY      not a perf event, by ioctl
 * -EINVAL      the event runs no programs, or not of this type; before 5.15 a cookie or
 *              RAWBPF_BIND_LINK
 * -EEXIST      the event has a program already
 * -EOPNOTSUPP  a cookie with RAWBPF_BIND_IOCTL
 * -EBADF       `event` or `prog` is not open, or `event` is not a perf event
 *                                                                      Linux 4.9
 */
int rawbpf_perf_event_attach(struct rawbpf_link *link, int prog, int event,
			     const struct rawbpf_perf_event_spec *spec);

/*
 * Make the kernel use the operations in a map of type STRUCT_OPS, until the link ends. The map was
 * created with BPF_F_LINK and filled.
 *
 * -EINVAL  another kind of map, one without BPF_F_LINK, not filled, or an older kernel
 * -EEXIST  operations of that name are registered; -EBADF: `map`        Linux 6.4
 */
int rawbpf_struct_ops_attach(struct rawbpf_link *link, int map);

#ifdef __cplusplus
}
#endif
#endif
