/* SPDX-License-Identifier: MIT */
/*
 * Programs on the path of packets: on network devices (XDP, tcx, netkit), in network namespaces
 * (flow dissector, socket lookup, netfilter), on the sockets of a sockmap.
 *
 * Most attach by a bpf link. rawbpf_link_update() replaces the link's program without missing a
 * packet (except for netfilter), and rawbpf_link_pin() lets the link outlive its process. A device
 * is its index, if_nametoindex(3), in the network namespace of the caller. When the device or the
 * namespace disappears, the link stays without effect.
 *
 * XDP and tc also attach by netlink, as ip(8) and tc(8) do. Such a program has no bpf link: it
 * runs until it is detached or its device disappears, also after its process has ended. These
 * functions list and detach what other tools attached, too.
 *
 * Any of these functions may return:
 *
 * -EBADF   `prog` or a descriptor is not open
 * -EINVAL  the program is not of the type named, or was loaded for another attach type;
 *          the kernel is older than the version named
 * -EPERM   CAP_NET_ADMIN or CAP_BPF is missing
 * -ENOMEM
 *
 * Measured on 5.10 to 7.3.
 */
#ifndef RAWBPF_NET_H
#define RAWBPF_NET_H

#include <rawbpf/link.h>
#include <rawbpf/uapi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Run a BPF_PROG_TYPE_XDP program on every packet that `ifindex` receives, before the network stack
 * sees it. `flags` 0 selects the driver's mode if it has one, else the generic mode.
 * XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE and XDP_FLAGS_HW_MODE (<linux/if_link.h>) force a mode.
 *
 * -EBUSY       the device has such a link already
 * -EEXIST      it runs a program in the other mode, or one that was attached by netlink
 * -EINVAL      the device does not exist; unknown flags
 * -EOPNOTSUPP  it cannot run programs in this mode                     Linux 5.9
 */
int rawbpf_xdp_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned flags);

/* Options of rawbpf_xdp_netlink_attach(). NULL: the device must have no program. */
struct rawbpf_xdp_netlink_spec {
	int replace;      /* the program to replace, atomically; 0: none */
	char *text;       /* the kernel's own words, in English, if it refuses; NULL: not wanted */
	size_t text_size;
};

/*
 * Do as rawbpf_xdp_attach(), without a bpf link: by netlink. `flags`: 0 or a mode. The program
 * stays when the process ends. rawbpf_link_detach() detaches it, if it is still the one that
 * runs; rawbpf_link_release() and close(2) leave it there. The link holds a descriptor of the
 * program. rawbpf_link_pin(), _update() and _revoke() return -EINVAL.
 *
 * No call of this function replaces a program but `spec->replace`. -EPERM, -EBADF as above, or
 *
 * -EBUSY   the device has a program, or a bpf link holds its program
 * -EEXIST  `spec->replace` is not what runs there; a program runs in the other mode; an upper
 *          device, a bond's for example, has one
 * -EINVAL  other flags; not an XDP program; the driver's reason: spec->text
 * -ENODEV  the device does not exist
 * -EOPNOTSUPP  it cannot run programs in this mode
 *          Of netlink itself: -ENOMEM; -EAGAIN, -EBADMSG, -EOVERFLOW (no answer, a
 *          malformed one, one over 32 KB); -EAFNOSUPPORT                Linux 5.7
 */
int rawbpf_xdp_netlink_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned flags,
			      const struct rawbpf_xdp_netlink_spec *spec);

/*
 * Detach `prog` from a device, whoever attached it by netlink: in the mode `flags`, 0 for the
 * default mode. The kernel compares the program and detaches it in one step.
 * rawbpf_obj_id_open() opens a program by the id that rawbpf_xdp_query() found.
 *
 * -ENOENT  it does not run there in this mode
 * -EBUSY   a bpf link holds it: detach or revoke that
 * -EEXIST  an upper device has a program
 * -EINVAL, -ENODEV, -EPERM, -EBADF and those of netlink as above       Linux 5.7
 */
int rawbpf_xdp_netlink_detach(int prog, unsigned ifindex, unsigned flags);

/* The ids of a device's XDP programs, attached by a link or by netlink. 0: no program. */
struct rawbpf_xdp_query {
	unsigned skb_prog_id; /* generic mode: XDP_FLAGS_SKB_MODE */
	unsigned drv_prog_id; /* in the driver: XDP_FLAGS_DRV_MODE */
	unsigned hw_prog_id;  /* in the device: XDP_FLAGS_HW_MODE */
};

/*
 * List the XDP programs of a device. The call needs no capability. -ENODEV: it does not exist.
 * Errors of netlink as above. Linux 4.19
 */
int rawbpf_xdp_query(struct rawbpf_xdp_query *query, unsigned ifindex);

/*
 * Run a BPF_PROG_TYPE_SCHED_CLS program on the packets of a device, behind XDP and before qdiscs
 * and filters. `attach_type`: BPF_TCX_INGRESS or BPF_TCX_EGRESS. Several programs run in their
 * order until one decides; TCX_NEXT runs the next. `anchor` selects the position; NULL: at the
 * end.
 *
 * -ENODEV   the device does not exist
 * -EEXIST   the program is attached there already
 * -ENOENT   the program or link that `anchor` names is not attached there; -EBADF: it is not open
 * -ESTALE   the attached programs changed: the revision is another
 * -ERANGE   63 programs are attached there already; before one and after another that are
 *           not neighbours                                             Linux 6.6
 */
int rawbpf_tcx_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned attach_type,
		      const struct rawbpf_anchor *anchor);

/* The place of a filter, to attach or to detach. NULL: all zero. */
struct rawbpf_tc_spec {
	unsigned priority; /* 1 to 65535, lower runs first. 0: before all others; to detach: any */
	unsigned handle;   /* number of the filter in its priority. 0: a free one; to detach: any */
	int replace;       /* attach: replace this program; 0: none. rawbpf_tc_detach() ignores it */
	char *text;        /* the kernel's own words, in English, if it refuses; NULL: not wanted */
	size_t text_size;
};

/*
 * Run a BPF_PROG_TYPE_SCHED_CLS program on the packets of a device, on kernels before 6.6, too: as
 * a filter of tc(8) with direct action. `attach_type` is BPF_TCX_INGRESS or BPF_TCX_EGRESS: the
 * hook is the same, and tcx programs run first. The result of the program decides: TC_ACT_OK,
 * TC_ACT_SHOT, ... (<linux/pkt_cls.h>); TC_ACT_UNSPEC (-1) runs the next filter.
 *
 * Without `spec->replace` the call creates the device's clsact qdisc, which has these hooks, if
 * there is none. The qdisc stays, also if the kernel then rejects the program. The filter is of all protocols and chain 0. It stays when the process ends.
 * link->tc is its place. rawbpf_link_detach() removes the filter if it still runs the program;
 * rawbpf_link_release() and close(2) leave it there. The link holds a descriptor of the program.
 * rawbpf_link_pin(), _update() and _revoke() return -EINVAL.
 *
 * Without `spec->replace` the call replaces nothing. With it the call looks for the filter that
 * runs that program. A priority or a handle limits the search. The call replaces the filter's
 * program in place. The filter then has direct action, and loses the name, the class and the
 * actions that another tool gave it. The kernel does not guard this: if another process replaces the filter between
 * the two steps, the call replaces that one. The result of rawbpf_tc_query() shows it.
 *
 * -ENODEV   the device does not exist
 * -EEXIST   the priority has a filter of this handle
 * -EINVAL   not a SCHED_CLS program; another attach type; a priority over 65535; the priority has
 *           filters of another kind or protocol
 * -ENOENT   the kernel has no clsact qdisc or no BPF filters (modules sch_ingress, cls_bpf);
 *           `spec->replace` is not there
 * -EBUSY    egress: the device has an ingress qdisc in place of clsact
 * -EOPNOTSUPP  the hook is part of a shared block
 *           -EPERM, -EBADF; errors of netlink as above; -ESTALE: the filters changed during each
 *           of 16 attempts to list them                                Linux 4.5
 */
int rawbpf_tc_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned attach_type,
		     const struct rawbpf_tc_spec *spec);

/*
 * Do the same with a BPF_PROG_TYPE_SCHED_ACT program: it becomes the action of a filter that takes
 * every packet. -ENOENT: the kernel has no BPF actions (module act_bpf), too. Linux 4.1
 */
int rawbpf_tc_action_attach(struct rawbpf_link *link, int prog, unsigned ifindex,
			    unsigned attach_type, const struct rawbpf_tc_spec *spec);

/*
 * Remove the filter that runs `prog`, whoever attached it: at spec's priority and handle, or else
 * the first one. With `prog` 0 both must be given, and the program may be any. The qdisc stays.
 * The kernel does not compare the program: if another process replaces the filter between the
 * look and the removal, the call removes that one.
 *
 * -ENOENT  no BPF filter there runs it
 * -EINVAL  neither program nor place; not a program; another attach type
 * -ENODEV, -EPERM, -EBADF, -ESTALE and those of netlink as above       Linux 4.1
 */
int rawbpf_tc_detach(int prog, unsigned ifindex, unsigned attach_type,
		     const struct rawbpf_tc_spec *spec);

/* A BPF filter of tc, whoever attached it. */
struct rawbpf_tc_filter {
	unsigned priority;
	unsigned handle;
	unsigned chain;
	unsigned protocol; /* ETH_P_* of the packets that it sees; ETH_P_ALL: all */
	unsigned flags;    /* TCA_BPF_FLAG_ACT_DIRECT: the program's result decides */
	unsigned prog_id;  /* 0: classic BPF */
	unsigned action_prog_id; /* the first program among its actions; 0: none */
	char name[64];     /* as the other tool called it, cut; "": not at all. Escape it. */
};

struct rawbpf_tc_query {
	struct rawbpf_tc_filter *filters; /* in the order in which they run; NULL: not wanted */
	unsigned capacity;
	unsigned count; /* out: filters, including those that do not fit */
};

/*
 * List the BPF filters of a device's hook. The call needs no capability. Filters of other kinds,
 * and those on other qdiscs, are not listed.
 *
 * -ENOSPC  `count` is more than `capacity`: the entries that fit were written
 * -ENODEV  the device does not exist
 * -EINVAL, -ESTALE and those of netlink as above                       Linux 4.13
 */
int rawbpf_tc_query(struct rawbpf_tc_query *query, unsigned ifindex, unsigned attach_type);

/*
 * Do as rawbpf_tcx_attach() on a netkit device, through its primary device `ifindex`: for the packets that this
 * device sends (BPF_NETKIT_PRIMARY) or its peer sends (BPF_NETKIT_PEER). Program type, results and
 * errors are the same; NETKIT_NEXT is TCX_NEXT's number.
 *
 * -ENXIO    the device is not netkit
 * -EACCES   it is the peer device                                      Linux 6.7
 */
int rawbpf_netkit_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned attach_type,
			 const struct rawbpf_anchor *anchor);

/*
 * Attach to a network namespace. `netns` is a descriptor of a file like /proc/self/ns/net:
 *
 *	BPF_FLOW_DISSECTOR  parses packets; one program
 *	BPF_SK_LOOKUP       chooses the socket for a new connection or a
 *	                    datagram; up to 64 programs, in order          5.9
 *
 * -EEXIST  a flow dissector is attached there without a link, or in the initial namespace
 * -E2BIG   a flow dissector is attached there; 64 other programs are
 * -EINVAL  not a descriptor of a network namespace                     Linux 5.8
 */
int rawbpf_netns_attach(struct rawbpf_link *link, int prog, int netns, unsigned attach_type);

/* The position in netfilter, besides the hook. NULL: priority 0, no flags. */
struct rawbpf_netfilter_spec {
	int priority;   /* lower runs first; INT_MIN and INT_MAX are invalid */
	unsigned flags; /* BPF_F_NETFILTER_IP_DEFRAG: defragment datagrams first      6.6 */
};

/*
 * Run a BPF_PROG_TYPE_NETFILTER program in the caller's network namespace, beside the rules of
 * nftables. `family`: NFPROTO_IPV4 or NFPROTO_IPV6. `hook`: NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN,
 * ... (<linux/netfilter.h>). The result is NF_DROP or NF_ACCEPT. Its link cannot be updated.
 *
 * -EAFNOSUPPORT  another family
 * -EBUSY         the hook has a function with that priority
 * -ERANGE        priority INT_MIN or INT_MAX; with BPF_F_NETFILTER_IP_DEFRAG also -400, the
 *                priority of defragmentation, or less
 * -EPROTO        netfilter has no such hook
 * -EOPNOTSUPP    unknown flags                                         Linux 6.4
 */
int rawbpf_netfilter_attach(struct rawbpf_link *link, int prog, unsigned family, unsigned hook,
			    const struct rawbpf_netfilter_spec *spec);

/*
 * Run a program on the data that the sockets of a sockmap or sockhash receive or send.
 * `attach_type` is BPF_SK_SKB_STREAM_PARSER, BPF_SK_SKB_STREAM_VERDICT, BPF_SK_SKB_VERDICT
 * (BPF_PROG_TYPE_SK_SKB) or BPF_SK_MSG_VERDICT (BPF_PROG_TYPE_SK_MSG). Before 6.10 use
 * rawbpf_prog_attach(), whose attachment lasts as long as the map.
 *
 * -EBUSY   the map has such a program already
 * -EINVAL  `map` is another kind of map                                Linux 6.10
 */
int rawbpf_sockmap_attach(struct rawbpf_link *link, int prog, int map, unsigned attach_type);

/*
 * Run a BPF_PROG_TYPE_SOCKET_FILTER program on each packet that `socket` receives. Its result is
 * the number of bytes that the socket keeps; 0 drops the packet. It replaces the socket's filter,
 * also one of classic BPF. It stays until it is detached or the socket is closed. The call needs no
 * capability.
 *
 * -EINVAL    another type of program
 * -EPERM     the socket's filter is locked (SO_LOCK_FILTER)
 * -ENOTSOCK, -EBADF
 * -ENOMEM    the program is larger than net.core.optmem_max            Linux 3.19
 */
int rawbpf_socket_attach(int prog, int socket);

/* Remove a socket's filter, eBPF or classic BPF. -ENOENT: it has none. -EPERM, ... as above. */
int rawbpf_socket_detach(int socket);

/*
 * Let a program choose which socket of a group with SO_REUSEPORT receives: for TCP a connection,
 * for UDP a datagram. `socket` is one of them, bound or with SO_REUSEPORT set. The program serves
 * the whole group, and replaces the group's program. A BPF_PROG_TYPE_SOCKET_FILTER program returns
 * the index of a socket in the order in which they were bound. A BPF_PROG_TYPE_SK_REUSEPORT program
 * selects one of a map with bpf_sk_select_reuseport() (4.19).
 *
 * -EINVAL    the socket has no SO_REUSEPORT, or was bound before; another type of program
 * -ENOTSUPP  (524) SK_REUSEPORT: not a TCP or UDP socket of IPv4 or IPv6
 * -EPERM, -ENOTSOCK, -EBADF, -ENOMEM as above                          Linux 4.5, TCP 4.6
 */
int rawbpf_reuseport_attach(int prog, int socket);

/*
 * Remove the program of the socket's group: the kernel distributes by a hash again. -ENOENT: it has
 * none. -EINVAL: the socket has no SO_REUSEPORT. -EPERM, ... as above. Linux 5.3
 */
int rawbpf_reuseport_detach(int socket);

#ifdef __cplusplus
}
#endif
#endif
