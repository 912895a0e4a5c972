/* SPDX-License-Identifier: MIT */
/*
 * The names behind the kernel's numbers: the part after BPF_PROG_TYPE_ and its like, in small
 * letters. The names are those of Linux 7.3, whatever the headers or the running kernel.
 * Pure functions.
 */
#ifndef RAWBPF_CONSTANT_H
#define RAWBPF_CONSTANT_H

#ifdef __cplusplus
extern "C" {
#endif

enum rawbpf_constant {
	RAWBPF_MAP_TYPE,    /* BPF_MAP_TYPE_HASH: "hash" */
	RAWBPF_PROG_TYPE,   /* BPF_PROG_TYPE_XDP: "xdp" */
	RAWBPF_ATTACH_TYPE, /* BPF_CGROUP_DEVICE: "cgroup_device" */
	RAWBPF_LINK_TYPE,   /* BPF_LINK_TYPE_PERF_EVENT: "perf_event" */
	RAWBPF_HELPER,      /* BPF_FUNC_map_lookup_elem: "map_lookup_elem" */
	RAWBPF_BTF_KIND     /* BTF_KIND_STRUCT: "struct" */
};

/*
 * Return the name of a number, or NULL if it has none. Count from 0 until NULL to list all names
 * of a kind.
 */
const char *rawbpf_constant_name(enum rawbpf_constant kind, unsigned number);

/* Return the number of a name. -ENOENT: no constant of this kind has the name. */
int rawbpf_constant_find(enum rawbpf_constant kind, const char *name);

#ifdef __cplusplus
}
#endif
#endif
