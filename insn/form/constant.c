/* SPDX-License-Identifier: MIT */
#include "constant.h"

#include "../base/string.h"
#include "helper.h"

static const char name_map_types[] =
	"unspec\0hash\0array\0prog_array\0perf_event_array\0percpu_hash\0percpu_array\0"
	"stack_trace\0cgroup_array\0lru_hash\0lru_percpu_hash\0lpm_trie\0array_of_maps\0"
	"hash_of_maps\0devmap\0sockmap\0cpumap\0xskmap\0sockhash\0cgroup_storage\0"
	"reuseport_sockarray\0percpu_cgroup_storage\0queue\0stack\0sk_storage\0devmap_hash\0"
	"struct_ops\0ringbuf\0inode_storage\0task_storage\0bloom_filter\0user_ringbuf\0"
	"cgrp_storage\0arena\0insn_array\0rhash\0";

static const char name_prog_types[] =
	"unspec\0socket_filter\0kprobe\0sched_cls\0sched_act\0tracepoint\0xdp\0perf_event\0"
	"cgroup_skb\0cgroup_sock\0lwt_in\0lwt_out\0lwt_xmit\0sock_ops\0sk_skb\0cgroup_device\0"
	"sk_msg\0raw_tracepoint\0cgroup_sock_addr\0lwt_seg6local\0lirc_mode2\0sk_reuseport\0"
	"flow_dissector\0cgroup_sysctl\0raw_tracepoint_writable\0cgroup_sockopt\0tracing\0"
	"struct_ops\0ext\0lsm\0sk_lookup\0syscall\0netfilter\0";

static const char name_attach_types[] =
	"cgroup_inet_ingress\0cgroup_inet_egress\0cgroup_inet_sock_create\0cgroup_sock_ops\0"
	"sk_skb_stream_parser\0sk_skb_stream_verdict\0cgroup_device\0sk_msg_verdict\0"
	"cgroup_inet4_bind\0cgroup_inet6_bind\0cgroup_inet4_connect\0cgroup_inet6_connect\0"
	"cgroup_inet4_post_bind\0cgroup_inet6_post_bind\0cgroup_udp4_sendmsg\0"
	"cgroup_udp6_sendmsg\0lirc_mode2\0flow_dissector\0cgroup_sysctl\0cgroup_udp4_recvmsg\0"
	"cgroup_udp6_recvmsg\0cgroup_getsockopt\0cgroup_setsockopt\0trace_raw_tp\0"
	"trace_fentry\0trace_fexit\0modify_return\0lsm_mac\0trace_iter\0"
	"cgroup_inet4_getpeername\0cgroup_inet6_getpeername\0cgroup_inet4_getsockname\0"
	"cgroup_inet6_getsockname\0xdp_devmap\0cgroup_inet_sock_release\0xdp_cpumap\0sk_lookup\0"
	"xdp\0sk_skb_verdict\0sk_reuseport_select\0sk_reuseport_select_or_migrate\0perf_event\0"
	"trace_kprobe_multi\0lsm_cgroup\0struct_ops\0netfilter\0tcx_ingress\0tcx_egress\0"
	"trace_uprobe_multi\0cgroup_unix_connect\0cgroup_unix_sendmsg\0cgroup_unix_recvmsg\0"
	"cgroup_unix_getpeername\0cgroup_unix_getsockname\0netkit_primary\0netkit_peer\0"
	"trace_kprobe_session\0trace_uprobe_session\0trace_fsession\0trace_fentry_multi\0"
	"trace_fexit_multi\0trace_fsession_multi\0";

static const char name_link_types[] =
	"unspec\0raw_tracepoint\0tracing\0cgroup\0iter\0netns\0xdp\0perf_event\0kprobe_multi\0"
	"struct_ops\0netfilter\0tcx\0uprobe_multi\0netkit\0sockmap\0tracing_multi\0";

static const char name_btf_kinds[] =
	"void\0int\0ptr\0array\0struct\0union\0enum\0fwd\0typedef\0volatile\0const\0restrict\0"
	"func\0func_proto\0var\0datasec\0float\0decl_tag\0type_tag\0enum64\0";

RAWBPF__PRIVATE const char *rawbpf__name_map_types(void)
{
	return name_map_types;
}

/* Return the names of a kind other than helpers, in the same layout. */
static const char *name_list(enum rawbpf_constant kind)
{
	switch (kind) {
	case RAWBPF_MAP_TYPE:
		return name_map_types;
	case RAWBPF_PROG_TYPE:
		return name_prog_types;
	case RAWBPF_ATTACH_TYPE:
		return name_attach_types;
	case RAWBPF_LINK_TYPE:
		return name_link_types;
	case RAWBPF_BTF_KIND:
		return name_btf_kinds;
	default:
		return "";
	}
}

const char *rawbpf_constant_name(enum rawbpf_constant kind, unsigned number)
{
	const char *name;

	if (kind == RAWBPF_HELPER)
		return rawbpf__helper_name(number);
	for (name = name_list(kind); *name && number; number--)
		name = rawbpf__nth(name, 1);
	return *name ? name : NULL;
}

int rawbpf_constant_find(enum rawbpf_constant kind, const char *name)
{
	size_t length = rawbpf__length(name);

	if (kind == RAWBPF_HELPER)
		return rawbpf__helper_find(name, length);
	return rawbpf__list_find(name_list(kind), name, length);
}
