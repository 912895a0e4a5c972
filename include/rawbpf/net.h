/* SPDX-License-Identifier: MIT */
/*
 * Programs on the path of packets: on network devices (XDP, tcx, netkit), in network namespaces
 * (flow dissector, socket lookup, netfilter), on the sockets of a sockmap.
 *
 * All attach by a bpf link. rawbpf_link_update() replaces the link's program without missing a
 * packet (except for netfilter), and rawbpf_link_pin() lets the link outlive its process. A device
 * is its index, if_nametoindex(3), in the network namespace of the caller. When the device or the
 * namespace disappears, the link stays without effect.
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

/*
 * Do the same on a netkit device, through its primary device `ifindex`: for the packets that this
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
	int priority;   /* lower runs first; neither INT_MIN nor INT_MAX */
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

#ifdef __cplusplus
}
#endif
#endif
