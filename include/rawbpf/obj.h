/* SPDX-License-Identifier: MIT */
/*
 * What maps, programs, links and BTF have in common: an id in the kernel, a
 * struct that describes them, and a name in the BPF file system by which they
 * outlive the processes that hold them.
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
 * BPF_F_WRONLY. -ENOENT: nothing there. -EACCES: not a pinned object, or file
 * permissions.                                                      Linux 4.4
 */
int rawbpf_obj_get(const char *path, unsigned flags);

/*
 * Describe the object behind `fd`. `info` is its struct bpf_prog_info,
 * bpf_map_info, bpf_btf_info or bpf_link_info of `size` bytes, zeroed but for
 * the pointers and counts of arrays the kernel is to fill. Returns the bytes
 * the kernel knows: the rest stays as it was.
 *
 * -EBADF: `fd` is not open. -EINVAL: it is of something else. -E2BIG: bytes
 * beyond what the kernel knows are not 0.                           Linux 4.13
 */
int rawbpf_obj_get_info(int fd, void *info, unsigned size);

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
int rawbpf_obj_id_next(enum rawbpf_obj_kind kind, unsigned id, unsigned *next);

/*
 * A descriptor for the object with this id. -ENOENT: it is gone. -EINVAL: no such kind.
 * -EPERM: needs CAP_SYS_ADMIN.
 */
int rawbpf_obj_id_open(enum rawbpf_obj_kind kind, unsigned id);

#ifdef __cplusplus
}
#endif
#endif
