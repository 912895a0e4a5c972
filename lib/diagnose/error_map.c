/* SPDX-License-Identifier: MIT */
/* Explains errors of operations on maps. */
#include <rawbpf/uapi.h>

#include "error.h"

enum { NEWER_MAP_TYPES = 29 }; /* BPF_MAP_TYPE_TASK_STORAGE, the first that is not in 5.10 */

static unsigned short kernel_of_map(unsigned type)
{
	static const unsigned short kernels[] = {
		RAWBPF__KERNEL(5, 11), RAWBPF__KERNEL(5, 16), RAWBPF__KERNEL(6, 1),
		RAWBPF__KERNEL(6, 2), RAWBPF__KERNEL(6, 9), RAWBPF__KERNEL(6, 19),
		RAWBPF__KERNEL(7, 2),
	};
	unsigned newer = type - NEWER_MAP_TYPES;

	return newer < sizeof kernels / sizeof kernels[0] ? kernels[newer] : 0;
}

/* Return the capabilities that a map type needs: measured on 6.18; kernel/bpf/syscall.c, map_create(). */
static uint64_t capabilities_of_map(unsigned type)
{
	static const uint64_t of_net_admin =
		RAWBPF__BIT(BPF_MAP_TYPE_DEVMAP) | RAWBPF__BIT(BPF_MAP_TYPE_DEVMAP_HASH) |
		RAWBPF__BIT(BPF_MAP_TYPE_SOCKMAP) | RAWBPF__BIT(BPF_MAP_TYPE_SOCKHASH) |
		RAWBPF__BIT(BPF_MAP_TYPE_XSKMAP);
	uint64_t bit = type < 64 ? RAWBPF__BIT(type) : 0;

	return bit & of_net_admin ? RAWBPF__NEEDS_NET : 0;
}

static const struct rawbpf_failures failures_of_map_create = {
	.capabilities = RAWBPF__NEEDS_BPF,
	.capabilities_of = capabilities_of_map,
	.kernel_of = kernel_of_map,
	.sentences =
		"EINVAL: the type rejects these sizes or flags, this kernel lacks it, or the name "
		"is not of [A-Za-z0-9_.]; see rawbpf_map_types(7)\0"
		"E2BIG: the map is larger than its type allows\0"
		"EBADF: the inner map or the BTF is not open\0",
};
RAWBPF__OPERATION(MAP_CREATE, failures_of_map_create);
RAWBPF__OPERATION(MAP_RECIPE_CREATE, failures_of_map_create);
RAWBPF__OPERATION(PROBE_MAP_HAS, failures_of_map_create);

static const struct rawbpf_failures failures_of_map_element = {
	.sentences =
		"EPERM: the map is frozen, or its descriptor or flags forbid this (BPF_F_RDONLY, "
		"BPF_F_WRONLY)\0"
		"EACCES: the map is frozen, or its flags forbid this\0"
		"ENOENT: the map has no such key, or is empty\0"
		"EEXIST: the key exists already; BPF_ANY replaces its value\0"
		"E2BIG: the map is full, or has no such index; create it with a larger "
		"max_entries\0"
		"EINVAL: the type lacks this operation or flag, or rejects the key (prefix too "
		"long) or value (other inner map)\0"
		"ENOSPC: the buffer is smaller than one step of the batch; go on with a larger "
		"one\0"
		"EBUSY: a program is changing this part of the map; try again\0"
		"EBADF: the map is not open, or the descriptor in the value is not\0"
		"ENOTSOCK: the map's values are sockets, and this descriptor is of something "
		"else\0"
		"EFAULT: a pointer is outside this process's memory\0"
		"EOPNOTSUPP: its type cannot do that\0",
};
RAWBPF__OPERATION(MAP_LOOKUP, failures_of_map_element);
RAWBPF__OPERATION(MAP_UPDATE, failures_of_map_element);
RAWBPF__OPERATION(MAP_DELETE, failures_of_map_element);
RAWBPF__OPERATION(MAP_NEXT, failures_of_map_element);
RAWBPF__OPERATION(MAP_TAKE, failures_of_map_element);
RAWBPF__OPERATION(MAP_BATCH_LOOKUP, failures_of_map_element);
RAWBPF__OPERATION(MAP_BATCH_TAKE, failures_of_map_element);
RAWBPF__OPERATION(MAP_BATCH_UPDATE, failures_of_map_element);
RAWBPF__OPERATION(MAP_BATCH_DELETE, failures_of_map_element);
RAWBPF__OPERATION(MAP_ITER_NEXT, failures_of_map_element);

static const struct rawbpf_failures failures_of_map_percpu_lookup = {
	.more_sentences = failures_of_map_element.sentences,
	.sentences = "ENOSPC: the buffer is smaller than the layout's lookup_size\0",
};
RAWBPF__OPERATION(MAP_PERCPU_LOOKUP, failures_of_map_percpu_lookup);

static const struct rawbpf_failures failures_of_map_layout_info = {
	.sentences =
		"EBADF: the map is not open\0"
		"EINVAL: the descriptor is not a map's\0"
		"ENOENT: the number of CPUs cannot be read; mount sysfs: mount -t sysfs sysfs /sys\0",
};
RAWBPF__OPERATION(MAP_LAYOUT_INFO, failures_of_map_layout_info);
RAWBPF__OPERATION(MAP_ITER_OPEN, failures_of_map_layout_info);

static const struct rawbpf_failures failures_of_map_view_open = {
	.sentences =
		"EBADF: the map is not open\0"
		"EINVAL: the map is not an array, was created without BPF_F_MMAPABLE, or its "
		"descriptor is read-only\0"
		"EPERM: the map is frozen; open the view read-only\0"
		"EACCES: the map's flags or descriptor forbid this (BPF_F_RDONLY, BPF_F_WRONLY, "
		"BPF_F_RDONLY_PROG)\0",
};
RAWBPF__OPERATION(MAP_VIEW_OPEN, failures_of_map_view_open);

static const struct rawbpf_failures failures_of_map_arena_open = {
	.kernel = RAWBPF__KERNEL(6, 9),
	.sentences =
		"EBADF: the map is not open\0"
		"EINVAL: the map is not an arena, or it has another address (map_extra, or that of its "
		"first mapping)\0"
		"EBUSY: other memory is at the arena's address, or the arena is mapped already\0"
		"EPERM: the map's descriptor is read-only or write-only\0"
		"EACCES: the map's descriptor is read-only or write-only\0",
};
RAWBPF__OPERATION(MAP_ARENA_OPEN, failures_of_map_arena_open);

static const struct rawbpf_failures failures_of_map_freeze = {
	.sentences =
		"EPERM: the map is frozen already, or its descriptor is read-only\0"
		"EBUSY: the map is frozen already, or mapped for writing; close its writable views "
		"first\0"
		"EOPNOTSUPP: maps of this type cannot be frozen\0"
		"EBADF: the map is not open\0",
};
RAWBPF__OPERATION(MAP_FREEZE, failures_of_map_freeze);
