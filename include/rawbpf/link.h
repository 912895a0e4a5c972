/* SPDX-License-Identifier: MIT */
/*
 * Links: one struct rawbpf_link is one program attached in one place, however
 * the kernel came to do it.
 */
#ifndef RAWBPF_LINK_H
#define RAWBPF_LINK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Zeroed, a link is inert: detaching it does nothing. The functions that
 * attach fill one, and leave it inert when they fail. A process that ends,
 * however it ends, detaches its links; only an event that had to be made in
 * tracefs stays behind then. A thread that attaches that way, and holds no first event
 * of its own yet, removes such left-overs: events named rawbpf/eT_N, T and N numbers,
 * whoever made them, that nobody holds open. It removes no other event.
 */
struct rawbpf_link {
	int fd;                 /* a bpf link, or a perf event with the program set on it; 0: inert */
	uint64_t tracefs_event; /* T << 32 | N of the event rawbpf/eT_N, if it was made in tracefs */
	int (*end)(struct rawbpf_link *link); /* private: how to detach; NULL: close fd */
};

/*
 * Where among the programs of one hook of a network device or cgroup. Zeroed, and
 * wherever NULL is passed instead: at the end.
 */
struct rawbpf_anchor {
	unsigned flags;    /* BPF_F_BEFORE or BPF_F_AFTER `relative`; | BPF_F_LINK: that is a
	                    * link, not a program; | BPF_F_ID: and its id, not a descriptor;
	                    * cgroup: | BPF_F_PREORDER */
	unsigned relative; /* 0: before, or after, all others */
	uint64_t expected_revision; /* only if a query would still tell this revision; 0:
	                             * whatever it is */
};

/* How a program is put on a perf event: kprobes, tracepoints, uprobes. */
enum rawbpf_bind {
	RAWBPF_BIND_AUTO,  /* by a bpf link where the kernel can, else by ioctl */
	RAWBPF_BIND_LINK,  /* BPF_LINK_CREATE: has a cookie, can be pinned           5.15 */
	RAWBPF_BIND_IOCTL  /* PERF_EVENT_IOC_SET_BPF                                 4.1 */
};

/*
 * Detach. A second time, or on an inert link, does nothing and returns 0. (5.10 ends
 * links of functions and raw tracepoints a few milliseconds later.) The
 * link is inert afterwards whatever happened. It waits for no lock. An error says why
 * an event, without effect, stayed behind in tracefs:
 *
 * -EBUSY   the event is still in use (the link was pinned, say)
 * -EACCES, -EOPNOTSUPP  tracefs can no longer be written, is no longer mounted
 */
int rawbpf_link_detach(struct rawbpf_link *link);

/*
 * Detach the program from what it is attached to, for everyone: whoever else holds
 * the link, by a descriptor or a pin, then holds one without effect. The struct
 * keeps its descriptor until rawbpf_link_detach(). Links of cgroups, network
 * devices and namespaces, netfilter, sockmaps and struct_ops can do it.
 *
 * -EBADF       it is inert
 * -EOPNOTSUPP  its kind cannot: those end with their last holder
 * -EINVAL      it is not a bpf link                                    Linux 5.9
 */
int rawbpf_link_revoke(struct rawbpf_link *link);

/*
 * Give away the descriptor that keeps the program attached; the link is inert
 * afterwards. Closing the descriptor detaches. An event made in tracefs stays,
 * as one of a process that was killed. -EBADF: the link is inert.
 */
int rawbpf_link_release(struct rawbpf_link *link);

/*
 * Pin the attachment at `path` in bpffs: it outlives this process, until the
 * file is removed. -EINVAL: it is not a bpf link (RAWBPF_BIND_IOCTL), which
 * alone can be pinned. -EBADF: it is inert. Else as rawbpf_obj_pin(). Linux 5.7
 */
int rawbpf_link_pin(const struct rawbpf_link *link, const char *path);

/* Fill `link` from one that is pinned. -EINVAL: what is pinned there is not a link. Linux 5.7 */
int rawbpf_link_open(struct rawbpf_link *link, const char *path);

/*
 * Replace the program of a bpf link: every event is seen by the old one or by
 * the new one. `old_prog`: only if that is the link's program now; 0: whatever
 * it is. Links of cgroups, iterators, network namespaces, XDP, tcx, netkit and
 * sockmaps can do it; those of perf events, tracepoints, functions and netfilter
 * cannot. For a struct_ops link `prog` and `old_prog` are maps (6.4).
 *
 * -EBADF      the link is inert; `prog` or `old_prog` is not open
 * -EINVAL     it is not a bpf link (RAWBPF_BIND_IOCTL), one that cannot be updated, or
 *             `prog` is of another type than the program it has
 * -EOPNOTSUPP it is of netfilter
 * -EPERM      the link's program is not `old_prog`
 * -ENOLINK    what it was attached to is gone                              Linux 5.7
 */
int rawbpf_link_update(const struct rawbpf_link *link, int prog, int old_prog);

/* How to put a program on a perf event of one's own. NULL: RAWBPF_BIND_AUTO, no cookie. */
struct rawbpf_perf_event_spec {
	enum rawbpf_bind bind;
	uint64_t cookie; /* for bpf_get_attach_cookie(); needs a bpf link             5.15 */
};

/*
 * Run `prog` on a perf event that the caller opened, for whichever task and CPU: a
 * BPF_PROG_TYPE_PERF_EVENT program on a sampling event of hardware or software, or
 * one of the types for tracepoints and probes on such an event. The caller keeps
 * and closes `event`; the link does not need it. (Bound by ioctl, the program runs
 * until both are closed.)
 *
 * -ENOTTY      not a perf event, by ioctl
 * -EINVAL      an event that runs no programs; the program's type; before 5.15 a cookie or
 *              RAWBPF_BIND_LINK
 * -EEXIST      the event has a program
 * -EOPNOTSUPP  a cookie with RAWBPF_BIND_IOCTL
 * -EBADF       `event` or `prog` is not open, or `event` not a perf event
 *                                                                      Linux 4.9
 */
int rawbpf_perf_event_attach(struct rawbpf_link *link, int prog, int event,
			     const struct rawbpf_perf_event_spec *spec);

/*
 * Make the operations in a map of type STRUCT_OPS, created with BPF_F_LINK and
 * filled, those of the kernel, until the link ends.
 *
 * -EINVAL  another map, one without BPF_F_LINK, not filled, or an older kernel
 * -EEXIST  operations of that name are there; -EBADF: `map`             Linux 6.4
 */
int rawbpf_struct_ops_attach(struct rawbpf_link *link, int map);

#ifdef __cplusplus
}
#endif
#endif
