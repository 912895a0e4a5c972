/* SPDX-License-Identifier: MIT */
/* How attaching to networks and cgroups fails. */
#include <linux/bpf.h>

#include "error.h"

uint64_t rawbpf__capabilities_of_net(unsigned type)
{
	(void)type;
	return RAWBPF__BIT(CAP_NET_ADMIN);
}

const struct rawbpf_operation rawbpf_operation_xdp_attach = {
	.capabilities = rawbpf__capabilities_of_net,
	.sentences =
		"EINVAL: there is no device '@', or the program is not of type xdp\0"
		"EBUSY: '@' has such a link already; `ip link show` tells\0"
		"EEXIST: '@' runs a program of the other mode, or one attached by netlink; "
		"`ip link set dev @ xdp off` removes that\0"
		"EOPNOTSUPP: the driver of '@' cannot run programs itself; use XDP_FLAGS_SKB_MODE\0",
};

static unsigned short kernel_of_tcx(unsigned type)
{
	(void)type;
	return RAWBPF__KERNEL(6, 6);
}

static const char of_devices[] =
	"ENODEV: there is no device '@'\0"
	"ENOENT: what the place is counted from is not attached there\0"
	"ESTALE: somebody else attached or detached programs meanwhile; try again\0"
	"EEXIST: the place is taken, or the program is attached already\0"
	"ERANGE: 64 programs are attached there already, or there is no such place\0";

const struct rawbpf_operation rawbpf_operation_tcx_attach = {
	.capabilities = rawbpf__capabilities_of_net,
	.kernel = kernel_of_tcx,
	.more_sentences = of_devices,
	.sentences =
		"EINVAL: the program is not of type sched_cls, or this kernel was built without "
		"CONFIG_NET_XGRESS\0",
};

static unsigned short kernel_of_netkit(unsigned type)
{
	(void)type;
	return RAWBPF__KERNEL(6, 7);
}

const struct rawbpf_operation rawbpf_operation_netkit_attach = {
	.capabilities = rawbpf__capabilities_of_net,
	.kernel = kernel_of_netkit,
	.more_sentences = of_devices,
	.sentences =
		"EINVAL: the program is not of type sched_cls, or this kernel was built without "
		"CONFIG_NETKIT\0"
		"ENXIO: '@' is not a netkit device\0"
		"EACCES: '@' is the peer's end; attach at the primary one\0",
};

static unsigned short kernel_of_netfilter(unsigned type)
{
	(void)type;
	return RAWBPF__KERNEL(6, 4);
}

const struct rawbpf_operation rawbpf_operation_netfilter_attach = {
	.capabilities = rawbpf__capabilities_of_net,
	.kernel = kernel_of_netfilter,
	.sentences =
		"EINVAL: the program is not of type netfilter, or this kernel was built without "
		"CONFIG_NETFILTER_BPF_LINK\0"
		"EAFNOSUPPORT: netfilter programs are for NFPROTO_IPV4 and NFPROTO_IPV6\0"
		"EBUSY: something is at that hook with that priority; choose another one\0"
		"ERANGE: INT_MIN and INT_MAX are no priorities\0"
		"EPROTO: there is no such hook\0"
		"EOPNOTSUPP: this kernel does not know the flags\0",
};

const struct rawbpf_operation rawbpf_operation_netns_attach = {
	.capabilities = rawbpf__capabilities_of_net,
	.sentences =
		"EINVAL: '@' is not a network namespace, or the program is not of this hook's type\0"
		"EBADF: '@' is not open\0"
		"EEXIST: a flow dissector is attached there, or to the first namespace\0"
		"E2BIG: as many programs as can be are attached there already\0",
};

static unsigned short kernel_of_sockmap(unsigned type)
{
	(void)type;
	return RAWBPF__KERNEL(6, 10);
}

const struct rawbpf_operation rawbpf_operation_sockmap_attach = {
	.capabilities = rawbpf__capabilities_of_net,
	.kernel = kernel_of_sockmap,
	.sentences =
		"EINVAL: the map is neither a sockmap nor a sockhash, or the program is not of this "
		"hook's type\0"
		"EBUSY: the map has such a program already\0"
		"EBADF: the map or the program is not open\0",
};

static uint64_t capabilities_of_cgroup(unsigned type)
{
	return type == BPF_PROG_TYPE_CGROUP_SKB ? RAWBPF__BIT(CAP_NET_ADMIN) : 0;
}

static const char of_cgroup[] =
	"EBADF: '@' is not a directory of cgroup v2; those are where /proc/mounts has 'cgroup2'\0"
	"ENOENT: the cgroup '@' was removed\0"
	"EINVAL: this kernel was built without CONFIG_CGROUP_BPF\0";

const struct rawbpf_operation rawbpf_operation_cgroup_attach = {
	.capabilities = capabilities_of_cgroup,
	.einval_is_denial = 1,
	.more_sentences = of_cgroup,
	.sentences =
		"EPERM: a program is attached to '@', or to a cgroup above, that admits no "
		"other (without BPF_F_ALLOW_MULTI)\0"
		"ENOENT: the cgroup '@' was removed, or the program to replace is not "
		"attached to it\0"
		"EINVAL: the program is attached to '@' already, its type is not one for "
		"this hook, or this kernel was built without CONFIG_CGROUP_BPF\0"
		"E2BIG: as many programs as can be are attached to '@' already\0"
		"ESTALE: somebody else attached or detached programs of '@' meanwhile; try "
		"again\0",
};

const struct rawbpf_operation rawbpf_operation_cgroup_detach = {
	.capabilities = capabilities_of_cgroup,
	.more_sentences = of_cgroup,
	.sentences =
		"ENOENT: the program is not attached to '@', or by a link; or '@' was "
		"removed\0",
};

const struct rawbpf_operation rawbpf_operation_cgroup_query = {
	.capabilities = rawbpf__capabilities_of_net,
	.more_sentences = of_cgroup,
	.sentences = "",
};
