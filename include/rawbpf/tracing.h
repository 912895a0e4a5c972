/* SPDX-License-Identifier: MIT */
/*
 * Programs that know the kernel's types. They run
 *
 * - at the beginning or end of a function (fentry, fexit, fsession)
 * - in place of its result (fmod_ret)
 * - at a tracepoint (tp_btf)
 * - at a hook of the Linux security modules
 * - in place of a function of another program (extension)
 * - for each of the kernel's objects (iterators, which print them)
 *
 * attach_btf_id and expected_attach_type of struct rawbpf_prog_spec select the target when the
 * program is loaded. rawbpf/btf.h finds the ids.
 */
#ifndef RAWBPF_TRACING_H
#define RAWBPF_TRACING_H

#include <rawbpf/link.h>
#include <rawbpf/uapi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero, or NULL for a spec: attach as it was loaded. All other fields need BPF_LINK_CREATE. */
struct rawbpf_tracing_spec {
	unsigned attach_type;   /* with a cookie: the program's expected_attach_type */
	uint64_t cookie;        /* for bpf_get_attach_cookie()                       5.19 */
	int target_prog;        /* extension, or tracing of programs: another program than it was
	                         * loaded for, and                                   5.10 */
	unsigned target_btf_id; /* the function's type id in that program's BTF */
};

/*
 * Attach a BPF_PROG_TYPE_TRACING, LSM or EXT program and fill `link`.
 *
 * -EINVAL  another type of program (-EFAULT: a raw tracepoint's); an iterator, which
 *          rawbpf_iter_attach() attaches; attach_type is not the one that it was loaded for; a
 *          target that does not fit; a cookie before 5.19 (of a tp_btf 6.10);
 *          after an extension was detached, no target_prog (5.10: -ENOENT)
 * -EBUSY   the program is on the function already (5.10: -ENOENT); fmod_ret or an extension,
 *          and the function has an extension or other programs already
 * -E2BIG   38 programs are on the function already
 * -EBADF   `prog` or target_prog is not open
 * -ENOTSUPP (524) this architecture cannot attach this way    Linux 5.5, LSM 5.7, extension 5.6
 */
int rawbpf_tracing_attach(struct rawbpf_link *link, int prog,
			  const struct rawbpf_tracing_spec *spec);

/* The functions for one program, by their type ids in the kernel's BTF. */
struct rawbpf_tracing_multi_spec {
	const uint32_t *btf_ids;
	const uint64_t *cookies; /* one each; NULL: none */
	unsigned count;
};

/*
 * Attach one program to many functions. `attach_type` is BPF_TRACE_FENTRY_MULTI,
 * BPF_TRACE_FEXIT_MULTI or BPF_TRACE_FSESSION_MULTI, as it was loaded.
 *
 * -EINVAL  no spec; no ids, one twice or not of a function; not such a program; an older kernel
 * -EFAULT  `btf_ids` or `cookies` cannot be read                       Linux 7.2
 */
int rawbpf_tracing_multi_attach(struct rawbpf_link *link, int prog, unsigned attach_type,
				const struct rawbpf_tracing_multi_spec *spec);

/*
 * The objects that an iterator visits. Its target determines the fields it uses; zero, or NULL for
 * a spec: all objects.
 */
struct rawbpf_iter_spec {
	int map;               /* bpf_map_elem, bpf_sk_storage_map: the map, always needed */

	unsigned cgroup_order; /* cgroup: BPF_CGROUP_ITER_*, always needed            6.1 */
	int cgroup;            /* begin at this descriptor's cgroup; 0: at the root */
	uint64_t cgroup_id;    /* or at the one of this id */

	unsigned tid;          /* task, task_file, task_vma: this thread only         6.1 */
	unsigned pid;          /* or the threads of this process */
	int pidfd;             /* or of this process descriptor */
};

/*
 * Attach an iterator (BPF_PROG_TYPE_TRACING, expected_attach_type BPF_TRACE_ITER, attach_btf_id of
 * the function bpf_iter_TARGET). It runs when the descriptor from rawbpf_iter_create() is read. Its
 * link can be updated. It can be pinned, which makes a file to read.
 *
 * -EINVAL  another type of program; fields of two kinds, or that the target does not use
 *          (some targets take them for their own); an unknown order
 * -EBADF   no `map`, where one is needed; a descriptor that is not open
 * -ENOENT  the cgroup does not exist. (If a process does not exist, later reads return nothing.)
 * -EACCES  the program writes past the end of the map's values
 * -E2BIG   fields that are newer than the kernel                       Linux 5.8
 */
int rawbpf_iter_attach(struct rawbpf_link *link, int prog, const struct rawbpf_iter_spec *spec);

/*
 * Return a descriptor to read(2) the output of the iterator of `link`, from its beginning. The
 * caller closes it with close(2). It keeps the program and works after the link is detached.
 * -EINVAL: not an iterator's link. -EBADF: the link is inert.          Linux 5.8
 */
int rawbpf_iter_create(const struct rawbpf_link *link);

#ifdef __cplusplus
}
#endif
#endif
