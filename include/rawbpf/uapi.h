/* SPDX-License-Identifier: MIT */
/*
 * The kernel's numbers that are newer than Linux 5.10, under the kernel's own
 * names: for programs that are compiled with older headers than the kernel they
 * run on. Where the system's <linux/bpf.h> has an enumerator of that name, the
 * macro has the same value. The number behind each is the first kernel with it.
 */
#ifndef RAWBPF_UAPI_H
#define RAWBPF_UAPI_H

#include <linux/bpf.h>

/* Commands of bpf(2): the library makes them; their numbers are for traces and seccomp filters. */
#ifndef BPF_PROG_BIND_MAP
#define BPF_PROG_BIND_MAP		35	/* 5.10 */
#endif
#ifndef BPF_TOKEN_CREATE
#define BPF_TOKEN_CREATE		36	/* 6.9 */
#endif
#ifndef BPF_PROG_STREAM_READ_BY_FD
#define BPF_PROG_STREAM_READ_BY_FD	37	/* 6.17 */
#endif
#ifndef BPF_PROG_ASSOC_STRUCT_OPS
#define BPF_PROG_ASSOC_STRUCT_OPS	38	/* 7.0 */
#endif
#ifndef BPF_COMMON_ATTRS
#define BPF_COMMON_ATTRS		(1 << 16) /* 7.2 */
#endif

#ifndef BPF_MAP_TYPE_TASK_STORAGE
#define BPF_MAP_TYPE_TASK_STORAGE	29	/* 5.11 */
#endif
#ifndef BPF_MAP_TYPE_BLOOM_FILTER
#define BPF_MAP_TYPE_BLOOM_FILTER	30	/* 5.16 */
#endif
#ifndef BPF_MAP_TYPE_USER_RINGBUF
#define BPF_MAP_TYPE_USER_RINGBUF	31	/* 6.1 */
#endif
#ifndef BPF_MAP_TYPE_CGRP_STORAGE
#define BPF_MAP_TYPE_CGRP_STORAGE	32	/* 6.2 */
#endif
#ifndef BPF_MAP_TYPE_ARENA
#define BPF_MAP_TYPE_ARENA		33	/* 6.9 */
#endif
#ifndef BPF_MAP_TYPE_INSN_ARRAY
#define BPF_MAP_TYPE_INSN_ARRAY		34	/* 6.19 */
#endif
#ifndef BPF_MAP_TYPE_RHASH
#define BPF_MAP_TYPE_RHASH		35	/* 7.2 */
#endif

#ifndef BPF_PROG_TYPE_SYSCALL
#define BPF_PROG_TYPE_SYSCALL		31	/* 5.14 */
#endif
#ifndef BPF_PROG_TYPE_NETFILTER
#define BPF_PROG_TYPE_NETFILTER		32	/* 6.4 */
#endif

#ifndef BPF_SK_SKB_VERDICT
#define BPF_SK_SKB_VERDICT		38	/* 5.13 */
#endif
#ifndef BPF_SK_REUSEPORT_SELECT
#define BPF_SK_REUSEPORT_SELECT		39	/* 5.14 */
#endif
#ifndef BPF_SK_REUSEPORT_SELECT_OR_MIGRATE
#define BPF_SK_REUSEPORT_SELECT_OR_MIGRATE 40	/* 5.14 */
#endif
#ifndef BPF_PERF_EVENT
#define BPF_PERF_EVENT			41	/* 5.15 */
#endif
#ifndef BPF_TRACE_KPROBE_MULTI
#define BPF_TRACE_KPROBE_MULTI		42	/* 5.18 */
#endif
#ifndef BPF_LSM_CGROUP
#define BPF_LSM_CGROUP			43	/* 6.0 */
#endif
#ifndef BPF_STRUCT_OPS
#define BPF_STRUCT_OPS			44	/* 6.4 */
#endif
#ifndef BPF_NETFILTER
#define BPF_NETFILTER			45	/* 6.4 */
#endif
#ifndef BPF_TCX_INGRESS
#define BPF_TCX_INGRESS			46	/* 6.6 */
#endif
#ifndef BPF_TCX_EGRESS
#define BPF_TCX_EGRESS			47	/* 6.6 */
#endif
#ifndef BPF_TRACE_UPROBE_MULTI
#define BPF_TRACE_UPROBE_MULTI		48	/* 6.6 */
#endif
#ifndef BPF_CGROUP_UNIX_CONNECT
#define BPF_CGROUP_UNIX_CONNECT		49	/* 6.7 */
#endif
#ifndef BPF_CGROUP_UNIX_SENDMSG
#define BPF_CGROUP_UNIX_SENDMSG		50	/* 6.7 */
#endif
#ifndef BPF_CGROUP_UNIX_RECVMSG
#define BPF_CGROUP_UNIX_RECVMSG		51	/* 6.7 */
#endif
#ifndef BPF_CGROUP_UNIX_GETPEERNAME
#define BPF_CGROUP_UNIX_GETPEERNAME	52	/* 6.7 */
#endif
#ifndef BPF_CGROUP_UNIX_GETSOCKNAME
#define BPF_CGROUP_UNIX_GETSOCKNAME	53	/* 6.7 */
#endif
#ifndef BPF_NETKIT_PRIMARY
#define BPF_NETKIT_PRIMARY		54	/* 6.7 */
#endif
#ifndef BPF_NETKIT_PEER
#define BPF_NETKIT_PEER			55	/* 6.7 */
#endif
#ifndef BPF_TRACE_KPROBE_SESSION
#define BPF_TRACE_KPROBE_SESSION	56	/* 6.10 */
#endif
#ifndef BPF_TRACE_UPROBE_SESSION
#define BPF_TRACE_UPROBE_SESSION	57	/* 6.13 */
#endif
#ifndef BPF_TRACE_FSESSION
#define BPF_TRACE_FSESSION		58	/* 7.0 */
#endif
#ifndef BPF_TRACE_FENTRY_MULTI
#define BPF_TRACE_FENTRY_MULTI		59	/* 7.2 */
#endif
#ifndef BPF_TRACE_FEXIT_MULTI
#define BPF_TRACE_FEXIT_MULTI		60	/* 7.2 */
#endif
#ifndef BPF_TRACE_FSESSION_MULTI
#define BPF_TRACE_FSESSION_MULTI	61	/* 7.2 */
#endif

#ifndef BPF_LINK_TYPE_PERF_EVENT
#define BPF_LINK_TYPE_PERF_EVENT	7	/* 5.15 */
#endif
#ifndef BPF_LINK_TYPE_KPROBE_MULTI
#define BPF_LINK_TYPE_KPROBE_MULTI	8	/* 5.18 */
#endif
#ifndef BPF_LINK_TYPE_STRUCT_OPS
#define BPF_LINK_TYPE_STRUCT_OPS	9	/* 5.19 */
#endif
#ifndef BPF_LINK_TYPE_NETFILTER
#define BPF_LINK_TYPE_NETFILTER		10	/* 6.4 */
#endif
#ifndef BPF_LINK_TYPE_TCX
#define BPF_LINK_TYPE_TCX		11	/* 6.6 */
#endif
#ifndef BPF_LINK_TYPE_UPROBE_MULTI
#define BPF_LINK_TYPE_UPROBE_MULTI	12	/* 6.6 */
#endif
#ifndef BPF_LINK_TYPE_NETKIT
#define BPF_LINK_TYPE_NETKIT		13	/* 6.7 */
#endif
#ifndef BPF_LINK_TYPE_SOCKMAP
#define BPF_LINK_TYPE_SOCKMAP		14	/* 6.10 */
#endif
#ifndef BPF_LINK_TYPE_TRACING_MULTI
#define BPF_LINK_TYPE_TRACING_MULTI	15	/* 7.2 */
#endif

/* What the perf event of a link is. */
#ifndef BPF_PERF_EVENT_UPROBE
#define BPF_PERF_EVENT_UPROBE		1	/* 6.6 */
#endif
#ifndef BPF_PERF_EVENT_URETPROBE
#define BPF_PERF_EVENT_URETPROBE	2
#endif
#ifndef BPF_PERF_EVENT_KPROBE
#define BPF_PERF_EVENT_KPROBE		3
#endif
#ifndef BPF_PERF_EVENT_KRETPROBE
#define BPF_PERF_EVENT_KRETPROBE	4
#endif
#ifndef BPF_PERF_EVENT_TRACEPOINT
#define BPF_PERF_EVENT_TRACEPOINT	5
#endif
#ifndef BPF_PERF_EVENT_EVENT
#define BPF_PERF_EVENT_EVENT		6
#endif

/* Flags of maps and pins. */
#ifndef BPF_F_PATH_FD
#define BPF_F_PATH_FD			(1U << 14) /* 6.5 */
#endif
#ifndef BPF_F_VTYPE_BTF_OBJ_FD
#define BPF_F_VTYPE_BTF_OBJ_FD		(1U << 15) /* 6.9 */
#endif
#ifndef BPF_F_TOKEN_FD
#define BPF_F_TOKEN_FD			(1U << 16) /* 6.9 */
#endif
#ifndef BPF_F_SEGV_ON_FAULT
#define BPF_F_SEGV_ON_FAULT		(1U << 17) /* 6.9 */
#endif
#ifndef BPF_F_NO_USER_CONV
#define BPF_F_NO_USER_CONV		(1U << 18) /* 6.9 */
#endif
#ifndef BPF_F_RB_OVERWRITE
#define BPF_F_RB_OVERWRITE		(1U << 19) /* 6.19 */
#endif

/* Flags of programs. */
#ifndef BPF_F_XDP_HAS_FRAGS
#define BPF_F_XDP_HAS_FRAGS		(1U << 5) /* 5.18 */
#endif
#ifndef BPF_F_XDP_DEV_BOUND_ONLY
#define BPF_F_XDP_DEV_BOUND_ONLY	(1U << 6) /* 6.3 */
#endif
#ifndef BPF_F_TEST_XDP_LIVE_FRAMES
#define BPF_F_TEST_XDP_LIVE_FRAMES	(1U << 1) /* 5.18 */
#endif
#ifndef BPF_F_TEST_SKB_CHECKSUM_COMPLETE
#define BPF_F_TEST_SKB_CHECKSUM_COMPLETE (1U << 2) /* 6.19 */
#endif

/* Flags of attaching. */
#ifndef BPF_F_BEFORE
#define BPF_F_BEFORE			(1U << 3) /* 6.6 */
#endif
#ifndef BPF_F_AFTER
#define BPF_F_AFTER			(1U << 4) /* 6.6 */
#endif
#ifndef BPF_F_ID
#define BPF_F_ID			(1U << 5) /* 6.6 */
#endif
#ifndef BPF_F_PREORDER
#define BPF_F_PREORDER			(1U << 6) /* 6.15 */
#endif
#ifndef BPF_F_LINK
#define BPF_F_LINK			(1U << 13) /* 6.4 */
#endif
#ifndef BPF_F_NETFILTER_IP_DEFRAG
#define BPF_F_NETFILTER_IP_DEFRAG	(1U << 0) /* 6.6 */
#endif

/* How a cgroup iterator walks. */
#ifndef BPF_CGROUP_ITER_SELF_ONLY
#define BPF_CGROUP_ITER_SELF_ONLY	1	/* 6.1 */
#endif
#ifndef BPF_CGROUP_ITER_DESCENDANTS_PRE
#define BPF_CGROUP_ITER_DESCENDANTS_PRE	2
#endif
#ifndef BPF_CGROUP_ITER_DESCENDANTS_POST
#define BPF_CGROUP_ITER_DESCENDANTS_POST 3
#endif
#ifndef BPF_CGROUP_ITER_ANCESTORS_UP
#define BPF_CGROUP_ITER_ANCESTORS_UP	4
#endif
#ifndef BPF_CGROUP_ITER_CHILDREN
#define BPF_CGROUP_ITER_CHILDREN	5	/* 6.19 */
#endif

/* The streams that a program writes to. */
#ifndef BPF_STREAM_STDOUT
#define BPF_STREAM_STDOUT		1	/* 6.17 */
#endif
#ifndef BPF_STREAM_STDERR
#define BPF_STREAM_STDERR		2
#endif

#endif
