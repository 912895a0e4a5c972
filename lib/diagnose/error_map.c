/* SPDX-License-Identifier: MIT */
/* How operations on maps fail. */
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

/* Measured on 6.18; kernel/bpf/syscall.c, map_create(). */
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
		"EINVAL: the map's type refuses these sizes or flags, this kernel does not know "
		"it, or its name is not all [A-Za-z0-9_.]; rawbpf_map_types(7) "
		"has what each type wants\0"
		"E2BIG: the map is larger than its type allows\0"
		"EBADF: the inner map or the BTF is not open\0",
};
RAWBPF__OPERATION(MAP_CREATE, failures_of_map_create);
RAWBPF__OPERATION(MAP_RECIPE_CREATE, failures_of_map_create);
RAWBPF__OPERATION(PROBE_MAP_HAS, failures_of_map_create);

static const struct rawbpf_failures failures_of_map_element = {
	.sentences =
		"EPERM: the map is frozen, or its descriptor or its flags do not allow that "
		"(BPF_F_RDONLY, BPF_F_WRONLY)\0"
		"EACCES: the map is frozen, or its flags do not allow that\0"
		"ENOENT: the map has no such key, or is empty\0"
		"EEXIST: the key is there already; BPF_ANY replaces\0"
		"E2BIG: the map is full, or has no such index; create it with more max_entries\0"
		"EINVAL: its type cannot do that, not with these flags, or not with this key or "
		"value (a prefix that is too long, an inner map of another shape)\0"
		"ENOSPC: the buffer is smaller than what one step of the batch brings; use a larger "
		"one, and go on\0"
		"EBUSY: a program on this CPU is changing the same element, or the map is full of "
		"such; try again\0"
		"EBADF: it is not open, or what is put into it is not\0"
		"ENOTSOCK: its values are descriptors of sockets, and this is another one\0"
		"EFAULT: a pointer is not this process's\0"
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
		"EBADF: it is not open\0"
		"EINVAL: it is not a map\0"
		"ENOENT: the number of CPUs cannot be read; mount sysfs: mount -t sysfs sysfs /sys\0",
};
RAWBPF__OPERATION(MAP_LAYOUT_INFO, failures_of_map_layout_info);
RAWBPF__OPERATION(MAP_ITER_OPEN, failures_of_map_layout_info);

static const struct rawbpf_failures failures_of_map_view_open = {
	.sentences =
		"EBADF: it is not open\0"
		"EINVAL: the map is not an array, was created without BPF_F_MMAPABLE, or its "
		"descriptor is read-only\0"
		"EPERM: the map is frozen; open the view for reading only\0"
		"EACCES: the map's flags or its descriptor do not allow that (BPF_F_RDONLY, "
		"BPF_F_WRONLY, BPF_F_RDONLY_PROG)\0",
};
RAWBPF__OPERATION(MAP_VIEW_OPEN, failures_of_map_view_open);

static const struct rawbpf_failures failures_of_map_freeze = {
	.sentences =
		"EPERM: the map is frozen already, or its descriptor is read-only\0"
		"EBUSY: the map is frozen already, or mapped for writing; close such views first\0"
		"EOPNOTSUPP: maps of this type cannot be frozen\0"
		"EBADF: it is not open\0",
};
RAWBPF__OPERATION(MAP_FREEZE, failures_of_map_freeze);
