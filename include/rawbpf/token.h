/* SPDX-License-Identifier: MIT */
/* BPF tokens: leave to use bpf(2), for a process in a user namespace of its own. */
#ifndef RAWBPF_TOKEN_H
#define RAWBPF_TOKEN_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Make a token of the BPF file system that `bpffs` is a descriptor of (its root,
 * opened with O_RDONLY); close it with close(2). It allows what the mount
 * options delegate_cmds, delegate_maps, delegate_progs and delegate_attachs say,
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
