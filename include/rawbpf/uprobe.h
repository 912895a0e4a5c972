/* SPDX-License-Identifier: MIT */
/*
 * uprobes: run a program where a function of a user program or library begins,
 * at an instruction in it, or where it returns.
 *
 * A place is a file and an offset in it: that of a symbol is its st_value minus
 * the p_vaddr plus the p_offset of the segment it is in. The program
 * (BPF_PROG_TYPE_KPROBE) gets the user's registers as its context; what is where
 * in them: rawbpf_kprobe(3).
 */
#ifndef RAWBPF_UPROBE_H
#define RAWBPF_UPROBE_H

#include <rawbpf/link.h>
#include <rawbpf/uapi.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One place. */
struct rawbpf_uprobe_spec {
	const char *path;
	uint64_t offset;          /* of the instruction in the file */
	int retprobe;             /* not 0: where the function returns */
	unsigned ref_ctr_offset;  /* a counter in the file, 16 bits, that is above 0 while it
	                           * is probed: the semaphore of a USDT probe; 0: none  4.20 */
	unsigned pid;             /* of this process alone; 0: of all */
	enum rawbpf_bind bind;
	uint64_t cookie;          /* for bpf_get_attach_cookie(); needs a bpf link      5.15 */
};

/*
 * Attach a loaded program; fill `link`. Processes that run the file already are
 * probed too, and those that will. The CPU does not matter.
 *
 * -EOPNOTSUPP  this kernel has no uprobes, or sysfs is not mounted; a cookie with
 *              RAWBPF_BIND_IOCTL
 * -ENOENT      no such file
 * -EINVAL      no spec; no path, not a regular file, an offset past its end; the program
 *              is not of type kprobe, or is sleepable before 6.0; before 5.15 a cookie or
 *              RAWBPF_BIND_LINK
 * -EIO, -ENOTSUPP (524)  the instruction cannot be probed: where a process runs the file
 * -ESRCH       no such process
 * -EACCES      CAP_PERFMON is not enough here: it takes CAP_SYS_ADMIN
 * -EMFILE, -ENFILE, -ENOMEM, -EBADF (`prog`)
 *
 * Sources: perf_event_open(2); kernel/trace/trace_uprobe.c.             Linux 4.17
 */
int rawbpf_uprobe_attach(struct rawbpf_link *link, int prog, const struct rawbpf_uprobe_spec *spec);

/* Many places in one file. */
struct rawbpf_uprobe_multi_spec {
	const char *path;
	int path_fd;              /* in place of a path: the file; 0: none                7.3 */
	const uint64_t *offsets;
	const uint64_t *ref_ctr_offsets; /* one each; NULL: none */
	const uint64_t *cookies;         /* one each, for bpf_get_attach_cookie(); NULL: none */
	unsigned count;
	int retprobe;             /* not 0: where the functions return */
	int session;              /* not 0: where they begin, and if the program returns 0 there, also
	                           * where they return                                  6.13 */
	unsigned pid;             /* of this process alone; 0: of all */
};

/*
 * Attach a program to all of them at once, by one bpf link that can be pinned. It
 * was loaded with expected_attach_type BPF_TRACE_UPROBE_MULTI, or
 * BPF_TRACE_UPROBE_SESSION for a session.
 *
 * -EINVAL   no spec; no path, or both; no offsets, one past the file's end; another type of
 *           program; a session with a program that was not loaded for one; an older kernel
 * -E2BIG    more than 1,048,576
 * -EBADF    the path is not a regular file's
 * -ENOENT   no such file
 * -ESRCH    no such process
 * -EFAULT   an array cannot be read
 * -EPERM    CAP_SYS_ADMIN or CAP_PERFMON is missing                     Linux 6.6
 */
int rawbpf_uprobe_multi_attach(struct rawbpf_link *link, int prog,
			       const struct rawbpf_uprobe_multi_spec *spec);

#ifdef __cplusplus
}
#endif
#endif
