/* SPDX-License-Identifier: MIT */
/* Explains errors of attaching by netlink and to single sockets. */
#include "error.h"

#define SENTENCES_OF_NETLINK                                                                       \
	"ENODEV: the device '@' does not exist\0"                                                  \
	"EAFNOSUPPORT: this process cannot open netlink sockets\0"                                 \
	"EAGAIN: the kernel's answer has no end; list what is attached\0"                          \
	"EBADMSG: the kernel's answer is malformed; list what is attached\0"                       \
	"EOVERFLOW: the kernel's answer has more than 32 KB\0"

static const char of_netlink[] = SENTENCES_OF_NETLINK;

static const struct rawbpf_failures failures_of_xdp_netlink_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.more_sentences = of_netlink,
	.sentences =
		"EBUSY: '@' has a program already; detach or replace it\0"
		"EEXIST: the program to replace does not run on '@' in this mode, '@' runs one in "
		"the other mode, or an upper device runs one\0"
		"EINVAL: the program is not of type xdp, the flags are unknown, or the driver of '@' "
		"refuses\0"
		"EOPNOTSUPP: the driver of '@' cannot run programs itself; use the generic mode "
		"(XDP_FLAGS_SKB_MODE)\0"
		"EBADF: the program or the one to replace is not open\0",
};
RAWBPF__OPERATION(XDP_NETLINK_ATTACH, failures_of_xdp_netlink_attach);

static const struct rawbpf_failures failures_of_xdp_netlink_detach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.more_sentences = of_netlink,
	.sentences =
		"ENOENT: the program does not run on '@' in this mode\0"
		"EBUSY: a bpf link holds the program of '@'; detach or revoke the link\0"
		"EEXIST: an upper device of '@' runs a program; detach that first\0"
		"EINVAL: the program is not of type xdp, or the flags are unknown\0"
		"EBADF: the program is not open\0",
};
RAWBPF__OPERATION(XDP_NETLINK_DETACH, failures_of_xdp_netlink_detach);

static const struct rawbpf_failures failures_of_xdp_query = {
	.more_sentences = of_netlink,
	.sentences = "",
};
RAWBPF__OPERATION(XDP_QUERY, failures_of_xdp_query);

static const char of_filters[] =
	"EEXIST: the priority has a filter of this handle already\0"
	"EBUSY: '@' has an ingress qdisc, which has no egress, in place of clsact\0"
	"ESTALE: the filters changed during each attempt to list them; try again\0"
	"EOPNOTSUPP: the hook of '@' is part of a shared block of filters\0"
	"EBADF: the program or the one to replace is not open\0"
	SENTENCES_OF_NETLINK;

static const struct rawbpf_failures failures_of_tc_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.more_sentences = of_filters,
	.sentences =
		"ENOENT: the kernel lacks the modules sch_ingress or cls_bpf, or the program to "
		"replace is not attached there\0"
		"EINVAL: the program is not of type sched_cls, the priority is over 65535 or has "
		"filters of another kind, or the attach type is not of tcx\0",
};
RAWBPF__OPERATION(TC_ATTACH, failures_of_tc_attach);

static const struct rawbpf_failures failures_of_tc_action_attach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.more_sentences = of_filters,
	.sentences =
		"ENOENT: the kernel lacks the modules sch_ingress, cls_bpf or act_bpf, or the "
		"program to replace is not attached there\0"
		"EINVAL: the program is not of type sched_act, the priority is over 65535 or has "
		"filters of another kind, or the attach type is not of tcx\0",
};
RAWBPF__OPERATION(TC_ACTION_ATTACH, failures_of_tc_action_attach);

static const struct rawbpf_failures failures_of_tc_detach = {
	.capabilities = RAWBPF__NEEDS_NET,
	.more_sentences = of_filters,
	.sentences =
		"ENOENT: no BPF filter of this hook of '@' runs the program there\0"
		"EINVAL: neither a program nor a place is given, the descriptor is not a program's, "
		"or the attach type is not of tcx\0",
};
RAWBPF__OPERATION(TC_DETACH, failures_of_tc_detach);

static const struct rawbpf_failures failures_of_tc_query = {
	.more_sentences = of_netlink,
	.sentences =
		"ENOSPC: more filters are attached than the array has room for\0"
		"ESTALE: the filters changed during each attempt to list them; try again\0"
		"EINVAL: the attach type is not of tcx\0",
};
RAWBPF__OPERATION(TC_QUERY, failures_of_tc_query);

/* -------------------------------------------------------------------------------- sockets */

static const char of_sockets[] =
	"EPERM: the filter of the socket is locked (SO_LOCK_FILTER)\0"
	"ENOTSOCK: the descriptor is not a socket's\0"
	"EBADF: the socket or the program is not open\0"
	"ENOMEM: memory is short, or the program is larger than net.core.optmem_max\0";

static const struct rawbpf_failures failures_of_socket_attach = {
	.more_sentences = of_sockets,
	.sentences = "EINVAL: the program is not of type socket_filter\0",
};
RAWBPF__OPERATION(SOCKET_ATTACH, failures_of_socket_attach);

static const struct rawbpf_failures failures_of_socket_detach = {
	.more_sentences = of_sockets,
	.sentences = "ENOENT: the socket has no filter\0",
};
RAWBPF__OPERATION(SOCKET_DETACH, failures_of_socket_detach);

static const struct rawbpf_failures failures_of_reuseport_attach = {
	.more_sentences = of_sockets,
	.sentences =
		"EINVAL: the socket has no SO_REUSEPORT, or was bound before that was set, or the "
		"program is neither of type socket_filter nor sk_reuseport\0"
		"EOPNOTSUPP: the socket is not of TCP or UDP over IPv4 or IPv6\0",
};
RAWBPF__OPERATION(REUSEPORT_ATTACH, failures_of_reuseport_attach);

static const struct rawbpf_failures failures_of_reuseport_detach = {
	.more_sentences = of_sockets,
	.sentences =
		"ENOENT: the group of the socket has no program\0"
		"EINVAL: the socket has no SO_REUSEPORT\0",
};
RAWBPF__OPERATION(REUSEPORT_DETACH, failures_of_reuseport_detach);
