/* SPDX-License-Identifier: MIT */
/*
 * Tracepoints: places that the kernel's authors chose and keep. Programs run for all processes on
 * all CPUs.
 */
#ifndef RAWBPF_TRACEPOINT_H
#define RAWBPF_TRACEPOINT_H

#include <rawbpf/link.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A classic tracepoint, as under events/ in tracefs: "syscalls", "sys_enter_fchownat". */
struct rawbpf_tracepoint_spec {
	const char *group;
	const char *name;
	enum rawbpf_bind bind;
	uint64_t cookie; /* for bpf_get_attach_cookie(); needs a bpf link             5.15 */
};

/*
 * Attach a BPF_PROG_TYPE_TRACEPOINT program and fill `link`. Its context is the record that the
 * event's `format` file describes. Attaching the first program to a tracepoint takes some 10 ms (an
 * RCU grace period). Detaching the last one takes as long.
 *
 * -ENOENT      this kernel has no such tracepoint
 * -EOPNOTSUPP  tracefs is mounted neither on /sys/kernel/tracing nor on
 *              /sys/kernel/debug/tracing; a cookie with RAWBPF_BIND_IOCTL
 * -EACCES      tracefs cannot be read, CAP_PERFMON is missing, or the program reads past
 *              the record's end
 * -EINVAL      no spec, no group or name, or not a file's name; not a tracepoint program; before
 *              5.15 a cookie or RAWBPF_BIND_LINK
 * -EEXIST      this program is attached to this tracepoint already
 * -E2BIG       64 programs are attached to it already
 * -ENAMETOOLONG, -EBADF (`prog`), -EMFILE, -ENFILE, -ENOMEM          Linux 4.7
 */
int rawbpf_tracepoint_attach(struct rawbpf_link *link, int prog,
			     const struct rawbpf_tracepoint_spec *spec);

/* A raw tracepoint, by its name alone ("sys_enter"): the arguments as the kernel passes them. */
struct rawbpf_raw_tracepoint_spec {
	const char *name;
	uint64_t cookie; /*                                                            6.10 */
};

/*
 * Attach a BPF_PROG_TYPE_RAW_TRACEPOINT program and fill `link`. It needs no file system. The
 * context is an array of u64, one for each argument of the tracepoint.
 *
 * -ENOENT      this kernel has no such tracepoint
 * -EINVAL      no spec, no name; not a raw tracepoint program, or it reads past the arguments; a
 *              cookie, before 6.10
 * -EBADF       `prog`                                                Linux 4.17
 */
int rawbpf_raw_tracepoint_attach(struct rawbpf_link *link, int prog,
				 const struct rawbpf_raw_tracepoint_spec *spec);

#ifdef __cplusplus
}
#endif
#endif
