/* SPDX-License-Identifier: MIT */
/*
 * Uprobes: run a program at a function of a user program or library: at its beginning, at an
 * instruction in it, or at its return.
 *
 * A place is a file and an offset in it. The offset of a symbol is its st_value minus the p_vaddr
 * plus the p_offset of its segment. The program (BPF_PROG_TYPE_KPROBE) receives the user's
 * registers as its context; rawbpf_kprobe(3) lists them.
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
	uint64_t offset;          /* the instruction's offset in the file */
	int retprobe;             /* not 0: probe the function's return */
	unsigned ref_ctr_offset;  /* a counter in the file, 16 bits, that is above 0 while it
	                           * is probed: the semaphore of a USDT probe; 0: none  4.20 */
	unsigned pid;             /* of this process alone; 0: of all */
	enum rawbpf_bind bind;
	uint64_t cookie;          /* for bpf_get_attach_cookie(); needs a bpf link      5.15 */
};

/*
 * Attach a loaded program and fill `link`. It probes the processes that run the file now, and those
 * that will. The CPU does not matter.
 *
 * -EOPNOTSUPP  this kernel has no uprobes, or sysfs is not mounted; a cookie with
 *              RAWBPF_BIND_IOCTL
 * -ENOENT      the file does not exist
 * -EINVAL      no spec; no path, not a regular file, an offset past its end; the program
 *              is not of type kprobe, or is sleepable before 6.0; before 5.15 a cookie or
 *              RAWBPF_BIND_LINK
 * -EIO, -ENOTSUPP (524)  the instruction cannot be probed, and a process runs the file
 * -ESRCH       the process does not exist
 * -EACCES      CAP_SYS_ADMIN is missing; CAP_PERFMON is not enough here
 * -EMFILE, -ENFILE, -ENOMEM, -EBADF (`prog`)
 *
 * Sources: perf_event_open(2); kernel/trace/trace_uprobe.c.             Linux 4.17
 */
int rawbpf_uprobe_attach(struct rawbpf_link *link, int prog, const struct rawbpf_uprobe_spec *spec);

/*
 * Write the offsets of a function, by its name, in the file at `path`: at most `max`. Return their
 * number. It may be above `max`, and above 1 for static functions. `name` may have a version,
 * "memcpy@GLIBC_2.2.5", or be that of the stub that calls another file's function, "malloc@plt":
 * rawbpf_elf_symbol_find() has the rules. The function reads the file's tables, not its code. If
 * another process writes to the file meanwhile, the offsets may be wrong. A file that rename(2)
 * replaces is safe.
 *
 *	uint64_t offset;
 *	int count = rawbpf_uprobe_find(&offset, 1, "/usr/lib/x86_64-linux-gnu/libc.so.6", "malloc");
 *
 * -EINVAL   no path or name
 * -EACCES   the file cannot be read; also other errors of open(2)
 * -EISDIR   not a regular file
 * -ENOEXEC  not an ELF file
 * -EBADMSG  broken, or shortened meanwhile
 * -E2BIG    its tables are larger than 1 GiB
 * -EXDEV    the file is for another machine
 * -ENOMEM   no memory for the tables
 * -ESRCH, -ENOMSG, -ENOLINK, -ENXIO, -EDESTADDRREQ, -EOPNOTSUPP: as rawbpf_elf_symbol_find()
 */
int rawbpf_uprobe_find(uint64_t *offsets, unsigned max, const char *path, const char *name);

/* Many places in one file. */
struct rawbpf_uprobe_multi_spec {
	const char *path;
	int path_fd;              /* in place of a path: the file; 0: none                7.3 */
	const uint64_t *offsets;
	const uint64_t *ref_ctr_offsets; /* one each; NULL: none */
	const uint64_t *cookies;         /* one each, for bpf_get_attach_cookie(); NULL: none */
	unsigned count;
	int retprobe;             /* not 0: probe the functions' returns */
	int session;              /* not 0: probe their beginning and, if the program returns 0
	                           * there, also their return                           6.13 */
	unsigned pid;             /* of this process alone; 0: of all */
};

/*
 * Attach a program to all of them by one bpf link, which can be pinned. Load the program with the
 * expected_attach_type BPF_TRACE_UPROBE_MULTI, or BPF_TRACE_UPROBE_SESSION for a session.
 *
 * -EINVAL   no spec; no path, or both; no offsets, one past the file's end; another type of
 *           program; a session with a program that was not loaded for one; an older kernel
 * -E2BIG    more than 1,048,576 places
 * -EBADF    the path is not that of a regular file
 * -ENOENT   the file does not exist
 * -ESRCH    the process does not exist
 * -EFAULT   an array cannot be read
 * -EPERM    CAP_SYS_ADMIN or CAP_PERFMON is missing                     Linux 6.6
 */
int rawbpf_uprobe_multi_attach(struct rawbpf_link *link, int prog,
			       const struct rawbpf_uprobe_multi_spec *spec);

#ifdef __cplusplus
}
#endif
#endif
