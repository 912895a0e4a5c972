/* SPDX-License-Identifier: MIT */
/* How operations on maps and BTF fail. */
#include <linux/bpf.h>

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

uint64_t rawbpf__capabilities_of_bpf(unsigned type)
{
	(void)type;
	return RAWBPF__BIT(RAWBPF__CAP_BPF);
}

/* Measured on 6.18; kernel/bpf/syscall.c, map_create(). */
uint64_t rawbpf__capabilities_of_map(unsigned type)
{
	static const uint64_t of_net_admin =
		RAWBPF__BIT(BPF_MAP_TYPE_DEVMAP) | RAWBPF__BIT(BPF_MAP_TYPE_DEVMAP_HASH) |
		RAWBPF__BIT(BPF_MAP_TYPE_SOCKMAP) | RAWBPF__BIT(BPF_MAP_TYPE_SOCKHASH) |
		RAWBPF__BIT(BPF_MAP_TYPE_XSKMAP);
	uint64_t bit = type < 64 ? RAWBPF__BIT(type) : 0;

	return RAWBPF__BIT(RAWBPF__CAP_BPF) |
	       (bit & of_net_admin ? RAWBPF__BIT(CAP_NET_ADMIN) : 0);
}

const struct rawbpf_operation rawbpf_operation_map_create = {
	.capabilities = rawbpf__capabilities_of_map,
	.kernel = kernel_of_map,
	.sentences =
		"EINVAL: the map's type refuses these sizes or flags, this kernel does not know "
		"it, or its name is not all [A-Za-z0-9_.]; rawbpf_map_types(7) "
		"has what each type wants\0"
		"E2BIG: the map is larger than its type allows\0"
		"EBADF: the inner map or the BTF is not open\0",
};

const struct rawbpf_operation rawbpf_operation_map_element = {
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

const struct rawbpf_operation rawbpf_operation_map_freeze = {
	.sentences =
		"EPERM: the map is frozen already, or its descriptor is read-only\0"
		"EBUSY: the map is frozen already, or mapped for writing; close such views first\0"
		"EOPNOTSUPP: maps of this type cannot be frozen\0"
		"EBADF: it is not open\0",
};

static const char of_btf[] =
	"EPERM: a security module, a seccomp filter or the kernel's configuration refuses it\0";

const struct rawbpf_operation rawbpf_operation_btf_load = {
	.capabilities = rawbpf__capabilities_of_bpf,
	.more_sentences = of_btf,
	.sentences =
		"EINVAL: the BTF is broken, or has a kind that this kernel does not know; its log "
		"says which type\0"
		"E2BIG: the BTF is larger than 16 MB\0",
};

static const char *why_no_kernel_btf(const struct rawbpf_error *error)
{
	if (error->error != -ENOENT && error->error != -EPERM)
		return NULL;
	if (!rawbpf__exists("/sys/kernel"))
		return "sysfs is not mounted, and without it the kernel's BTF takes CAP_SYS_ADMIN; "
		       "mount it: mount -t sysfs sysfs /sys";
	if (!rawbpf__exists("/sys/kernel/btf/vmlinux"))
		return "this kernel has no BTF; it was built without CONFIG_DEBUG_INFO_BTF";
	return NULL;
}

const struct rawbpf_operation rawbpf_operation_btf_kernel_open = {
	.look = why_no_kernel_btf,
	.sentences =
		"ENOENT: the kernel's BTF is not to be found\0"
		"EINVAL: what the kernel gives is not sound BTF\0",
};
