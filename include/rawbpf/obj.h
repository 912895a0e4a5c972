/* SPDX-License-Identifier: MIT */
/*
 * The common parts of maps, programs, links and BTF: an id in the kernel, a struct that describes
 * them, and a name in the BPF file system. The name lets them outlive the processes that hold them.
 * A process that creates such objects may need a higher limit on locked memory, or a token.
 */
#ifndef RAWBPF_OBJ_H
#define RAWBPF_OBJ_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Pin a map, program or link at `path` in a mounted bpffs: it then lives until the file is removed
 * with unlink(2).
 *
 * -EPERM   not on a bpffs, or the last part of the name contains a '.'
 * -EEXIST  the file exists already
 * -ENOENT  the directory does not exist
 * -EINVAL  `fd` is not open, or not a map's, program's or link's    Linux 4.4
 */
int rawbpf_obj_pin(int fd, const char *path);

/*
 * Return a new descriptor for the object that is pinned at `path`. `flags`: 0, or BPF_F_RDONLY or
 * BPF_F_WRONLY for a map (they mean nothing for a program). -ENOENT: no object is pinned there.
 * -EACCES: not a pinned object, or file permissions. -EINVAL: both flags or others, or any for a
 * link.                                                             Linux 4.4
 */
int rawbpf_obj_open(const char *path, unsigned flags);

/*
 * Do the same with `path` relative to an open directory of a bpffs. This process need not see that
 * bpffs. -EBADF: `directory` is not open. -EINVAL: an older kernel.
 *                                                                   Linux 6.5
 */
int rawbpf_obj_pin_at(int fd, int directory, const char *path);
int rawbpf_obj_open_at(int directory, const char *path, unsigned flags);

/*
 * Describe the object behind `fd`. `info` is its struct bpf_prog_info, bpf_map_info, bpf_btf_info
 * or bpf_link_info of `size` bytes. Zero it first, except for the pointers and counts of arrays
 * that the kernel shall fill. Return the number of bytes that the kernel knows; the rest stays
 * unchanged.
 *
 * -EBADF: `fd` is not open. -EINVAL: it is of another kind. -E2BIG: bytes
 * beyond those that the kernel knows are not 0.                     Linux 4.13
 */
int rawbpf_obj_info(int fd, void *info, unsigned size);

enum rawbpf_obj_kind {
	RAWBPF_OBJ_PROG,
	RAWBPF_OBJ_MAP,
	RAWBPF_OBJ_BTF,
	RAWBPF_OBJ_LINK
};

/*
 * Store the smallest id greater than `id` among the system's objects of a kind; begin with 0.
 * -ENOENT: no object has a higher id. -EINVAL: unknown kind. -EPERM: CAP_SYS_ADMIN is missing.
 *                      Linux 4.13 programs and maps, 5.4 BTF, 5.8 links
 */
int rawbpf_obj_id_next(unsigned *next, enum rawbpf_obj_kind kind, unsigned id);

struct rawbpf_obj_id_spec {
	unsigned flags; /* for a map: BPF_F_RDONLY or BPF_F_WRONLY                     4.15 */
	int token;      /* for BTF, with BPF_F_TOKEN_FD: a BPF token                   6.17 */
};

/*
 * Open the object with this id. Return a descriptor.
 *
 * -ENOENT  the object no longer exists
 * -EAGAIN  a link that is still being attached
 * -EINVAL  unknown kind; a flag or a token that this kind does not accept
 * -EBADF   the token is not open
 * -EPERM   CAP_SYS_ADMIN is missing
 *                      Linux 4.13 programs and maps, 4.18 BTF, 5.8 links
 */
int rawbpf_obj_id_open(enum rawbpf_obj_kind kind, unsigned id,
		       const struct rawbpf_obj_id_spec *spec);

/* The perf event or raw tracepoint behind a descriptor of a process. */
struct rawbpf_task_fd_info {
	char *name;           /* room for `name_size` bytes; NULL: not wanted */
	unsigned name_size;
	unsigned name_length; /* out: length of the whole name, without its NUL */
	unsigned prog_id;     /* out */
	unsigned type;        /* out: BPF_FD_TYPE_RAW_TRACEPOINT, _TRACEPOINT, _KPROBE,
	                       * _KRETPROBE, _UPROBE or _URETPROBE, which are 0 to 5 */
	uint64_t offset;      /* out: the probe's offset in the function or in the file */
	uint64_t address;     /* out: the address of a kprobe without a name */
};

/*
 * Find the program that runs through descriptor `fd` of process `pid`, and where it runs: `name` is
 * the tracepoint, function or file. This finds programs that were attached by ioctl, which have no
 * link.
 *
 * -ENOTSUPP  (524) it is another kind of descriptor, or an event without a program
 * -ENOENT    the process does not exist; -EBADF: the process has no such descriptor
 * -ENOSPC    the name does not fit: its beginning was written
 * -EPERM     CAP_SYS_ADMIN is missing                               Linux 4.18
 */
int rawbpf_task_fd_info(struct rawbpf_task_fd_info *info, int pid, int fd);

/* -------------------------------------------- the needs of a process: memory, tokens */

/*
 * Raise this process's limit on locked memory, RLIMIT_MEMLOCK: to infinity, or without
 * CAP_SYS_RESOURCE to its hard limit. Since 5.11 bpf(2) ignores the limit (the kernel charges the
 * memory cgroup), and calling this changes nothing for it. The library never does so by itself: the
 * limit belongs to the process.
 *
 * Return 0, or -EPERM if the limit stays below infinity.           setrlimit(2)
 */
int rawbpf_memlock_raise(void);

/*
 * Create a token, which lets a process in a user namespace use bpf(2). `bpffs` is a descriptor of
 * the root of a BPF file system, opened with O_RDONLY. The caller closes the token with close(2).
 * The mount options delegate_cmds, delegate_maps, delegate_progs and delegate_attachs define what
 * it allows. It is for processes with CAP_BPF (and more, as without a token) in the user namespace
 * that owns the mount. The `token` fields of map, program and BTF specs accept it, with
 * BPF_F_TOKEN_FD in their flags.
 *
 * -EPERM   CAP_BPF is missing in that user namespace; or the caller is in another one
 * -ENOENT  the mount delegates nothing
 * -EOPNOTSUPP  it belongs to the initial user namespace, which needs no token
 * -EINVAL  not a BPF file system, or not its root; an older kernel
 * -EBADF   `bpffs` is not open, or was opened with O_PATH
 *                                       Linux 6.9; kernel/bpf/token.c
 */
int rawbpf_token_create(int bpffs);

/*
 * Do the same with the BPF file system that is mounted at `path`.
 *
 * -ENOENT  `path` does not exist, or the mount delegates nothing
 * -ENOTDIR  `path`, or a part of it, is not a directory; -EACCES: it may not be read
 * Other errors as above; -EMFILE, -ENFILE, -ENOMEM                          Linux 6.9
 */
int rawbpf_token_open(const char *path);

#ifdef __cplusplus
}
#endif
#endif
