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
 * tracefs stays behind then, and the next attachment of that way by any
 * process that uses this library removes it.
 */
struct rawbpf_link {
	int fd;                 /* a bpf link, or a perf event with the program set on it; 0: inert */
	unsigned tracefs_event; /* N of the event rawbpf/eN, if the probe was made in tracefs */
	int (*end)(struct rawbpf_link *link); /* private: how to detach; NULL: close fd */
};

/* How a program is put on a perf event: kprobes, tracepoints, uprobes. */
enum rawbpf_bind {
	RAWBPF_BIND_AUTO,  /* by a bpf link where the kernel can, else by ioctl */
	RAWBPF_BIND_LINK,  /* BPF_LINK_CREATE: has a cookie, can be pinned           5.15 */
	RAWBPF_BIND_IOCTL  /* PERF_EVENT_IOC_SET_BPF                                 4.1 */
};

/*
 * Detach. A second time, or on an inert link, does nothing and returns 0. The
 * link is inert afterwards whatever happened; an error says what stayed behind:
 *
 * -EBUSY   the event in tracefs is still in use (the link was pinned, say)
 * -EACCES, -EOPNOTSUPP  tracefs can no longer be written, is no longer mounted
 * -ENOENT  somebody else removed the event
 */
int rawbpf_link_detach(struct rawbpf_link *link);

/*
 * Give away the descriptor that keeps the program attached; the link is inert
 * afterwards. Closing the descriptor detaches. An event made in tracefs stays
 * until the next attachment of that way. -EBADF: the link is inert.
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
 * it is. Links of cgroups can do it, and those of network namespaces and
 * iterators; those of perf events and raw tracepoints cannot.
 *
 * -EBADF      the link is inert; `prog` or `old_prog` is not open
 * -EINVAL     it is not a bpf link (RAWBPF_BIND_IOCTL), one that cannot be updated, or
 *             `prog` is of another type than the program it has
 * -EPERM      the link's program is not `old_prog`
 * -ENOLINK    what it was attached to is gone                              Linux 5.7
 */
int rawbpf_link_update(const struct rawbpf_link *link, int prog, int old_prog);

#ifdef __cplusplus
}
#endif
#endif
