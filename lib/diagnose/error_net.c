/* SPDX-License-Identifier: MIT */
/* How attaching to networks and cgroups fails. */
#include <rawbpf/uapi.h>

#include "error.h"

/* Who attached it by netlink has no link, and "off" alone is of one of the two modes. */
#define END_OF_XDP                                                                                 \
	"; end that one's link, or if it has none: ip link set dev @ xdpdrv off, or xdpgeneric off\0"

static const struct rawbpf_failures failures_of_xdp_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.sentences =
		"EINVAL: there is no device '@', or the program is not of type xdp\0"
		"EBUSY: '@' runs a program in this mode" END_OF_XDP
		"EEXIST: '@' runs a program in the other mode" END_OF_XDP
		"EOPNOTSUPP: the driver of '@' cannot run programs itself; use XDP_FLAGS_SKB_MODE\0",
};
RAWBPF__OPERATION(XDP_ATTACH, failures_of_xdp_attach);

static const char of_devices[] =
	"ENODEV: there is no device '@'\0"
	"ENOENT: what the place is counted from is not attached there\0"
	"ESTALE: somebody else attached or detached programs meanwhile; try again\0"
	"EEXIST: the place is taken, or the program is attached already\0"
	"ERANGE: 63 programs are attached there already, or there is no such place\0";

static const struct rawbpf_failures failures_of_tcx_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.kernel = RAWBPF__KERNEL(6, 6),
	.more_sentences = of_devices,
	.sentences =
		"EINVAL: the program is not of type sched_cls, or this kernel was built without "
		"CONFIG_NET_XGRESS\0",
};
RAWBPF__OPERATION(TCX_ATTACH, failures_of_tcx_attach);

static const struct rawbpf_failures failures_of_netkit_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.kernel = RAWBPF__KERNEL(6, 7),
	.more_sentences = of_devices,
	.sentences =
		"EINVAL: the program is not of type sched_cls, or this kernel was built without "
		"CONFIG_NETKIT\0"
		"ENXIO: '@' is not a netkit device\0"
		"EACCES: '@' is the peer's end; attach at the primary one\0",
};
RAWBPF__OPERATION(NETKIT_ATTACH, failures_of_netkit_attach);

static const struct rawbpf_failures failures_of_netfilter_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.kernel = RAWBPF__KERNEL(6, 4),
	.sentences =
		"EINVAL: the program is not of type netfilter, or this kernel was built without "
		"CONFIG_NETFILTER_BPF_LINK\0"
		"EAFNOSUPPORT: netfilter programs are for NFPROTO_IPV4 and NFPROTO_IPV6\0"
		"EBUSY: something is at that hook with that priority; choose another one\0"
		"ERANGE: INT_MIN and INT_MAX are no priorities, and with BPF_F_NETFILTER_IP_DEFRAG "
		"the priority has to be above -400\0"
		"EPROTO: there is no such hook\0"
		"EOPNOTSUPP: this kernel does not know the flags\0",
};
RAWBPF__OPERATION(NETFILTER_ATTACH, failures_of_netfilter_attach);

static const struct rawbpf_failures failures_of_netns_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.sentences =
		"EINVAL: '@' is not a network namespace, or the program is not of this hook's type\0"
		"EBADF: '@' is not open\0"
		"EEXIST: a flow dissector is attached there, or to the first namespace\0"
		"E2BIG: as many programs as can be are attached there already\0",
};
RAWBPF__OPERATION(NETNS_ATTACH, failures_of_netns_attach);

static const struct rawbpf_failures failures_of_sockmap_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.kernel = RAWBPF__KERNEL(6, 10),
	.sentences =
		"EINVAL: the map is neither a sockmap nor a sockhash, or the program is not of this "
		"hook's type\0"
		"EBUSY: the map has such a program already\0"
		"EBADF: the map or the program is not open\0",
};
RAWBPF__OPERATION(SOCKMAP_ATTACH, failures_of_sockmap_attach);

static uint64_t capabilities_of_cgroup(unsigned type)
{
	return type == BPF_PROG_TYPE_CGROUP_SKB ? RAWBPF__NEEDS_NET : 0;
}

static const char of_cgroup[] =
	"EBADF: '@' is not a directory of cgroup v2; those are where /proc/mounts has 'cgroup2'\0"
	"ENOENT: the cgroup '@' was removed\0"
	"EINVAL: this kernel was built without CONFIG_CGROUP_BPF\0";

static const struct rawbpf_failures failures_of_cgroup_attach = {
	.capabilities_of = capabilities_of_cgroup,
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
RAWBPF__OPERATION(CGROUP_ATTACH, failures_of_cgroup_attach);

static const struct rawbpf_failures failures_of_cgroup_detach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.more_sentences = of_cgroup,
	.sentences =
		"ENOENT: the program is not attached to '@', or by a link; or '@' was "
		"removed\0"
		"EINVAL: what is to be detached is not a program, or this kernel was built "
		"without CONFIG_CGROUP_BPF\0"
		"ESTALE: others attach and detach programs of '@' all the time; try again\0",
};

static const struct rawbpf_failures failures_of_cgroup_query = {
	.capabilities = RAWBPF__NEEDS_NET,
	.more_sentences = of_cgroup,
	.sentences = "",
};

/* --------------------------------------------------- without a link, cgroups among others */

static const struct rawbpf_failures failures_of_prog_attach = {
	.of_cgroups = &failures_of_cgroup_attach,
	.sentences =
		"EINVAL: the program's type is not one for this hook, it is attached already, or "
		"this kernel was built without the hook\0"
		"EBADF: the target or the program is not open, or '@' is not such a target\0"
		"EBUSY: another program is there; detach it first\0"
		"EOPNOTSUPP: this kind of target takes none\0"
		"ENOENT: the program is not attached there\0"
		"ENODEV: there is no such device\0"
		"ESTALE: somebody else attached or detached programs meanwhile; try again\0"
		"E2BIG: as many programs as can be are attached already\0",
};
RAWBPF__OPERATION(PROG_ATTACH, failures_of_prog_attach);

static const struct rawbpf_failures failures_of_prog_detach = {
	.of_cgroups = &failures_of_cgroup_detach,
	.more_sentences = failures_of_prog_attach.sentences,
	.sentences = "",
};
RAWBPF__OPERATION(PROG_DETACH, failures_of_prog_detach);

static const struct rawbpf_failures failures_of_prog_query = {
	.of_cgroups = &failures_of_cgroup_query,
	.capabilities = RAWBPF__NEEDS_NET,
	.sentences =
		"EINVAL: this kernel cannot say what is attached there; XDP is asked by netlink\0"
		"ENOSPC: there are more programs than the arrays have room for\0"
		"EBADF: '@' is not such a target, or not open\0"
		"ENOENT: nothing is attached there\0"
		"ENODEV: there is no such device\0",
};
RAWBPF__OPERATION(PROG_QUERY, failures_of_prog_query);
