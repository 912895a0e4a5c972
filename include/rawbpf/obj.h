/* SPDX-License-Identifier: MIT */
/*
 * What maps, programs, links and BTF have in common: an id in the kernel, a
 * struct that describes them, and a name in the BPF file system by which they
 * outlive the processes that hold them. And what a process needs to create any:
 * memory that it may lock, or a token.
 */
#ifndef RAWBPF_OBJ_H
#define RAWBPF_OBJ_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Pin a map, program or link at `path` in a mounted bpffs: it then lives until
 * the file is removed with unlink(2).
 *
 * -EPERM   not on bpffs, or a '.' in the last part of the name
 * -EEXIST  there already
 * -ENOENT  the directory does not exist
 * -EINVAL  `fd` is closed, or no map's, program's or link's         Linux 4.4
 */
int rawbpf_obj_pin(int fd, const char *path);

/*
 * A new descriptor for what is pinned at `path`. `flags`: 0, BPF_F_RDONLY or
 * BPF_F_WRONLY (of a map; of a program they mean nothing). -ENOENT: nothing there.
 * -EACCES: not a pinned object, or file permissions. -EINVAL: both flags or others,
 * or any, of a link.                                                Linux 4.4
 */
int rawbpf_obj_open(const char *path, unsigned flags);

/*
 * The same, with `path` relative to an open directory of bpffs: for one that is
 * mounted where this process does not see it. -EBADF: `directory`. -EINVAL: an
 * older kernel.                                                     Linux 6.5
 */
int rawbpf_obj_pin_at(int fd, int directory, const char *path);
int rawbpf_obj_open_at(int directory, const char *path, unsigned flags);

/*
 * Describe the object behind `fd`. `info` is its struct bpf_prog_info,
 * bpf_map_info, bpf_btf_info or bpf_link_info of `size` bytes, zeroed but for
 * the pointers and counts of arrays the kernel is to fill. Returns the bytes
 * the kernel knows: the rest stays as it was.
 *
 * -EBADF: `fd` is not open. -EINVAL: it is of something else. -E2BIG: bytes
 * beyond what the kernel knows are not 0.                           Linux 4.13
 */
int rawbpf_obj_info(int fd, void *info, unsigned size);

enum rawbpf_obj_kind {
	RAWBPF_OBJ_PROG,
	RAWBPF_OBJ_MAP,
	RAWBPF_OBJ_BTF,
	RAWBPF_OBJ_LINK
};

/*
 * The smallest id greater than `id` among the system's objects of a kind, start
 * with 0. -ENOENT: there are no more. -EINVAL: no such kind. -EPERM: needs CAP_SYS_ADMIN.
 *                      Linux 4.13 programs and maps, 5.4 BTF, 5.8 links
 */
int rawbpf_obj_id_next(unsigned *next, enum rawbpf_obj_kind kind, unsigned id);

struct rawbpf_obj_id_spec {
	unsigned flags; /* of a map: BPF_F_RDONLY or BPF_F_WRONLY                      4.15 */
	int token;      /* of BTF, with BPF_F_TOKEN_FD: a BPF token                    6.17 */
};

/*
 * Open the object with this id: a descriptor.
 *
 * -ENOENT  it is gone
 * -EAGAIN  a link that is still being attached
 * -EINVAL  no such kind; a flag or a token that this kind does not take
 * -EBADF   the token is not open
 * -EPERM   CAP_SYS_ADMIN is missing
 */
int rawbpf_obj_id_open(enum rawbpf_obj_kind kind, unsigned id,
		       const struct rawbpf_obj_id_spec *spec);

/* What a descriptor of a process is the perf event or raw tracepoint of. */
struct rawbpf_task_fd_info {
	char *name;           /* room for `name_size` bytes; NULL: not wanted */
	unsigned name_size;
	unsigned name_length; /* out: of the whole name, without its NUL */
	unsigned prog_id;     /* out */
	unsigned type;        /* out: BPF_FD_TYPE_RAW_TRACEPOINT, _TRACEPOINT, _KPROBE,
	                       * _KRETPROBE, _UPROBE or _URETPROBE, which are 0 to 5 */
	uint64_t offset;      /* out: of the probe, from the function or in the file */
	uint64_t address;     /* out: of a kprobe without a name */
};

/*
 * Ask what program runs through descriptor `fd` of process `pid` and where: `name` is
 * the tracepoint, function or file. The way to see programs that were attached by
 * ioctl, which have no link.
 *
 * -ENOTSUPP  (524) it is another kind of descriptor, or an event without a program
 * -ENOENT    no such process; -EBADF: no such descriptor
 * -ENOSPC    the name does not fit: what does was written
 * -EPERM     CAP_SYS_ADMIN is missing                               Linux 4.18
 */
int rawbpf_task_fd_info(struct rawbpf_task_fd_info *info, int pid, int fd);

/* -------------------------------------------- what the process may do: memory, tokens */

/*
 * Lift this process's limit on locked memory, RLIMIT_MEMLOCK: to infinity, or, without
 * CAP_SYS_RESOURCE, as far as its hard limit allows. Since 5.11 bpf(2) does not
 * look at it (the memory cgroup is charged), and calling this changes nothing
 * for it. The library never does so by itself: a limit belongs to the process.
 *
 * Returns 0, or -EPERM when the limit stays below infinity.        setrlimit(2)
 */
int rawbpf_memlock_raise(void);

/*
 * A token lets a process in a user namespace use bpf(2). Make one of the BPF file
 * system that `bpffs` is a descriptor of (its root, opened with O_RDONLY); close
 * it with close(2). It allows what the mount options delegate_cmds,
 * delegate_maps, delegate_progs and delegate_attachs say,
 * to a process with CAP_BPF (and more, as without a token) in the user namespace
 * that owns the mount. The `token` fields of map, program and BTF specs take it,
 * with BPF_F_TOKEN_FD in their flags.
 *
 * -EPERM   CAP_BPF is missing in that user namespace; or the caller is in another one
 * -ENOENT  the mount delegates nothing
 * -EOPNOTSUPP  it belongs to the first user namespace, where nothing needs a token
 * -EINVAL  not a BPF file system, or not its root; an older kernel
 * -EBADF   `bpffs` is not open, or with O_PATH
 *                                       Linux 6.9; kernel/bpf/token.c
 */
int rawbpf_token_create(int bpffs);

#ifdef __cplusplus
}
#endif
#endif
