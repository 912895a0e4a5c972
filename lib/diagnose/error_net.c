/* SPDX-License-Identifier: MIT */
/* Explains errors of attaching to networks and cgroups. */
#include <rawbpf/uapi.h>

#include "error.h"

/* A program attached by netlink has no link. "off" alone ends only one of the two modes. */
#define END_OF_XDP                                                                                 \
	"; detach its link, or without a link: ip link set dev @ xdpdrv off, or xdpgeneric off\0"

static const struct rawbpf_failures failures_of_xdp_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.sentences =
		"EINVAL: the device '@' does not exist, or the program is not of type xdp\0"
		"EBUSY: '@' runs a program in this mode" END_OF_XDP
		"EEXIST: '@' runs a program in the other mode" END_OF_XDP
		"EOPNOTSUPP: the driver of '@' cannot run programs itself; use the generic mode "
		"(XDP_FLAGS_SKB_MODE)\0",
};
RAWBPF__OPERATION(XDP_ATTACH, failures_of_xdp_attach);

static const char of_devices[] =
	"ENODEV: the device '@' does not exist\0"
	"ENOENT: the program or link that the anchor names is not attached there\0"
	"ESTALE: the attached programs changed meanwhile; try again\0"
	"EEXIST: the position is taken, or the program is attached already\0"
	"ERANGE: 63 programs are attached there already, or the position does not exist\0";

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
		"EACCES: '@' is the peer device; attach to the primary device\0",
};
RAWBPF__OPERATION(NETKIT_ATTACH, failures_of_netkit_attach);

static const struct rawbpf_failures failures_of_netfilter_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.kernel = RAWBPF__KERNEL(6, 4),
	.sentences =
		"EINVAL: the program is not of type netfilter, or this kernel was built without "
		"CONFIG_NETFILTER_BPF_LINK\0"
		"EAFNOSUPPORT: netfilter programs attach to NFPROTO_IPV4 and NFPROTO_IPV6 alone\0"
		"EBUSY: the hook has a function with that priority; choose another priority\0"
		"ERANGE: the priority is INT_MIN or INT_MAX, or with BPF_F_NETFILTER_IP_DEFRAG at "
		"most -400\0"
		"EPROTO: netfilter has no such hook\0"
		"EOPNOTSUPP: this kernel does not know the flags\0",
};
RAWBPF__OPERATION(NETFILTER_ATTACH, failures_of_netfilter_attach);

static const struct rawbpf_failures failures_of_netns_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.sentences =
		"EINVAL: '@' is not a network namespace, or the program is not of this hook's type\0"
		"EBADF: '@' is not open\0"
		"EEXIST: a flow dissector is attached there, or to the initial namespace\0"
		"E2BIG: the maximum number of programs is attached there already\0",
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
	"EBADF: '@' is not a cgroup v2 directory; /proc/mounts shows where cgroup2 is mounted\0"
	"ENOENT: the cgroup '@' was removed\0"
	"EINVAL: this kernel was built without CONFIG_CGROUP_BPF\0";

static const struct rawbpf_failures failures_of_cgroup_attach = {
	.capabilities_of = capabilities_of_cgroup,
	.einval_is_denial = 1,
	.more_sentences = of_cgroup,
	.sentences =
		"EPERM: '@' or a cgroup above has a program that excludes others (attached without "
		"BPF_F_ALLOW_MULTI)\0"
		"ENOENT: the cgroup '@' was removed, or the program to replace is not "
		"attached to it\0"
		"EINVAL: '@' has the program already, its type does not fit this hook, or this "
		"kernel was built without CONFIG_CGROUP_BPF\0"
		"E2BIG: '@' already has the maximum number of programs\0"
		"ESTALE: the programs of '@' changed meanwhile; try again\0",
};
RAWBPF__OPERATION(CGROUP_ATTACH, failures_of_cgroup_attach);

static const struct rawbpf_failures failures_of_cgroup_detach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.more_sentences = of_cgroup,
	.sentences =
		"ENOENT: the program is not attached to '@', is attached by a link, or '@' was "
		"removed\0"
		"EINVAL: the descriptor is not a program's, or this kernel was built without "
		"CONFIG_CGROUP_BPF\0"
		"ESTALE: the programs of '@' keep changing; try again\0",
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
		"EINVAL: the program's type does not fit this hook, it is attached already, or this "
		"kernel was built without the hook\0"
		"EBADF: the target or the program is not open, or '@' is not a target of this "
		"kind\0"
		"EBUSY: a link holds a program there; detach or revoke the link\0"
		"EEXIST: the program is attached there already, or the hook takes one and has it\0"
		"EOPNOTSUPP: targets of this kind accept no program\0"
		"ENOENT: the program is not attached there\0"
		"ENODEV: the device does not exist\0"
		"ESTALE: the attached programs changed meanwhile; try again\0"
		"E2BIG: the maximum number of programs is attached already\0",
};
RAWBPF__OPERATION(PROG_ATTACH, failures_of_prog_attach);

static const struct rawbpf_failures failures_of_prog_replace = {
	.capabilities = RAWBPF__NEEDS_NET | RAWBPF__NEEDS_ADMIN,
	.more_sentences = of_cgroup,
	.sentences =
		"EPERM: a cgroup above '@' has a program that excludes others (attached without "
		"BPF_F_ALLOW_MULTI)\0"
		"EBUSY: '@' has another program that excludes others (attached without "
		"BPF_F_ALLOW_MULTI); detach it first\0"
		"ENOENT: the cgroup '@' was removed, or it has no old program and must_exist is set\0"
		"E2BIG: '@' has 64 programs, and then the kernel replaces none but a link's; detach one first\0"
		"EINVAL: the program's type does not fit this hook, or not exactly one field of the "
		"spec names the old program\0"
		"ESTALE: the programs of '@' keep changing; try again\0",
};
RAWBPF__OPERATION(PROG_REPLACE, failures_of_prog_replace);

static const struct rawbpf_failures failures_of_prog_detach = {
	.of_cgroups = &failures_of_cgroup_detach,
	.more_sentences = failures_of_prog_attach.sentences,
	.sentences =
		"EINVAL: the program's type does not fit this hook, a link holds the flow dissector, or "
		"this kernel was built without the hook\0"
		"EBUSY: a link holds the program; detach or revoke the link\0",
};
RAWBPF__OPERATION(PROG_DETACH, failures_of_prog_detach);

static const struct rawbpf_failures failures_of_prog_query = {
	.of_cgroups = &failures_of_cgroup_query,
	.capabilities = RAWBPF__NEEDS_NET,
	.sentences =
		"EINVAL: this kernel cannot list the programs there; for XDP use "
		"rawbpf_xdp_query()\0"
		"ENOSPC: more programs are attached than the arrays have room for\0"
		"EBADF: '@' is not a target of this kind, or not open\0"
		"ENOENT: no program is attached there\0"
		"ENODEV: the device does not exist\0",
};
RAWBPF__OPERATION(PROG_QUERY, failures_of_prog_query);
