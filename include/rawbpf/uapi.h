/* SPDX-License-Identifier: MIT */
/*
 * The kernel's numbers and structs, under the kernel's own names: the definitions of <linux/bpf.h>
 * and <linux/btf.h>, and those that headers since Linux 5.4 may lack. If the compiler does not find
 * these headers, <rawbpf/uapi_base.h> has definitions of its own. Programs can then be written and
 * read on systems that have no kernel to run them.
 *
 * A program may include <linux/bpf.h> before or after this header. A private copy of that header,
 * which the compiler does not find by this name, must come first.
 *
 * If the system's header has an enumerator of one of these names, the macro has the same value.
 * The number behind each is the first kernel with it.
 */
#ifndef RAWBPF_UAPI_H
#define RAWBPF_UAPI_H

#include <rawbpf/uapi_base.h>
#include <rawbpf/uapi_func.h>

/* Instructions. */
#ifndef BPF_ATOMIC
#define BPF_ATOMIC			0xc0	/* mode: atomic, the operation in imm; once BPF_XADD */
#endif
#ifndef BPF_MEMSX
#define BPF_MEMSX			0x80	/* mode: load and sign-extend */
#endif
#ifndef BPF_FETCH
#define BPF_FETCH			0x01	/* atomic: return the old value; | BPF_ADD, _OR, ... */
#endif
#ifndef BPF_XCHG
#define BPF_XCHG			0xe1	/* atomic: exchange; includes BPF_FETCH */
#endif
#ifndef BPF_CMPXCHG
#define BPF_CMPXCHG			0xf1	/* atomic: compare with r0, exchange; includes BPF_FETCH */
#endif
#ifndef BPF_LOAD_ACQ
#define BPF_LOAD_ACQ			0x100	/* atomic: load with acquire order */
#endif
#ifndef BPF_STORE_REL
#define BPF_STORE_REL			0x110	/* atomic: store with release order */
#endif
#ifndef BPF_JCOND
#define BPF_JCOND			0xe0	/* jump operation: on a condition of the kernel's */
#endif
#ifndef BPF_MAY_GOTO
#define BPF_MAY_GOTO			0	/* src of such a jump: RAWBPF_MAY_GOTO() */
#endif
#ifndef BPF_PSEUDO_BTF_ID
#define BPF_PSEUDO_BTF_ID		3	/* src of a 64-bit load: variable of the kernel */
#endif
#ifndef BPF_PSEUDO_FUNC
#define BPF_PSEUDO_FUNC			4	/* src of a 64-bit load: function of this program */
#endif
#ifndef BPF_PSEUDO_MAP_IDX
#define BPF_PSEUDO_MAP_IDX		5	/* src of a 64-bit load: map, by index in fd_array */
#endif
#ifndef BPF_PSEUDO_MAP_IDX_VALUE
#define BPF_PSEUDO_MAP_IDX_VALUE	6	/* src of a 64-bit load: its value */
#endif
#ifndef BPF_PSEUDO_KFUNC_CALL
#define BPF_PSEUDO_KFUNC_CALL		2	/* src of a call: function of the kernel */
#endif
#ifndef BPF_ADDR_PERCPU
#define BPF_ADDR_PERCPU			(-1)	/* off of a move; inside the kernel only */
#endif
#ifndef BPF_NOSPEC
#define BPF_NOSPEC			0xc0	/* mode of a store; inside the kernel only */
#endif

/* Commands of bpf(2): the library makes them; their numbers are for traces and seccomp filters. */
#ifndef BPF_PROG_RUN
#define BPF_PROG_RUN			10	/* once BPF_PROG_TEST_RUN */
#endif
#ifndef BPF_MAP_LOOKUP_BATCH
#define BPF_MAP_LOOKUP_BATCH		24	/* 5.6 */
#endif
#ifndef BPF_MAP_LOOKUP_AND_DELETE_BATCH
#define BPF_MAP_LOOKUP_AND_DELETE_BATCH	25	/* 5.6 */
#endif
#ifndef BPF_MAP_UPDATE_BATCH
#define BPF_MAP_UPDATE_BATCH		26	/* 5.6 */
#endif
#ifndef BPF_MAP_DELETE_BATCH
#define BPF_MAP_DELETE_BATCH		27	/* 5.6 */
#endif
#ifndef BPF_LINK_CREATE
#define BPF_LINK_CREATE			28	/* 5.7 */
#endif
#ifndef BPF_LINK_UPDATE
#define BPF_LINK_UPDATE			29	/* 5.7 */
#endif
#ifndef BPF_LINK_GET_FD_BY_ID
#define BPF_LINK_GET_FD_BY_ID		30	/* 5.8 */
#endif
#ifndef BPF_LINK_GET_NEXT_ID
#define BPF_LINK_GET_NEXT_ID		31	/* 5.8 */
#endif
#ifndef BPF_ENABLE_STATS
#define BPF_ENABLE_STATS		32	/* 5.8 */
#endif
#ifndef BPF_ITER_CREATE
#define BPF_ITER_CREATE			33	/* 5.8 */
#endif
#ifndef BPF_LINK_DETACH
#define BPF_LINK_DETACH			34	/* 5.9 */
#endif
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

#ifndef BPF_MAP_TYPE_STRUCT_OPS
#define BPF_MAP_TYPE_STRUCT_OPS		26	/* 5.6 */
#endif
#ifndef BPF_MAP_TYPE_RINGBUF
#define BPF_MAP_TYPE_RINGBUF		27	/* 5.8 */
#endif
#ifndef BPF_MAP_TYPE_INODE_STORAGE
#define BPF_MAP_TYPE_INODE_STORAGE	28	/* 5.10 */
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

#ifndef BPF_PROG_TYPE_TRACING
#define BPF_PROG_TYPE_TRACING		26	/* 5.5 */
#endif
#ifndef BPF_PROG_TYPE_STRUCT_OPS
#define BPF_PROG_TYPE_STRUCT_OPS	27	/* 5.6 */
#endif
#ifndef BPF_PROG_TYPE_EXT
#define BPF_PROG_TYPE_EXT		28	/* 5.6 */
#endif
#ifndef BPF_PROG_TYPE_LSM
#define BPF_PROG_TYPE_LSM		29	/* 5.7 */
#endif
#ifndef BPF_PROG_TYPE_SK_LOOKUP
#define BPF_PROG_TYPE_SK_LOOKUP		30	/* 5.9 */
#endif
#ifndef BPF_PROG_TYPE_SYSCALL
#define BPF_PROG_TYPE_SYSCALL		31	/* 5.14 */
#endif
#ifndef BPF_PROG_TYPE_NETFILTER
#define BPF_PROG_TYPE_NETFILTER		32	/* 6.4 */
#endif

#ifndef BPF_TRACE_RAW_TP
#define BPF_TRACE_RAW_TP		23	/* 5.5 */
#endif
#ifndef BPF_TRACE_FENTRY
#define BPF_TRACE_FENTRY		24	/* 5.5 */
#endif
#ifndef BPF_TRACE_FEXIT
#define BPF_TRACE_FEXIT			25	/* 5.5 */
#endif
#ifndef BPF_MODIFY_RETURN
#define BPF_MODIFY_RETURN		26	/* 5.7 */
#endif
#ifndef BPF_LSM_MAC
#define BPF_LSM_MAC			27	/* 5.7 */
#endif
#ifndef BPF_TRACE_ITER
#define BPF_TRACE_ITER			28	/* 5.8 */
#endif
#ifndef BPF_CGROUP_INET4_GETPEERNAME
#define BPF_CGROUP_INET4_GETPEERNAME	29	/* 5.8 */
#endif
#ifndef BPF_CGROUP_INET6_GETPEERNAME
#define BPF_CGROUP_INET6_GETPEERNAME	30	/* 5.8 */
#endif
#ifndef BPF_CGROUP_INET4_GETSOCKNAME
#define BPF_CGROUP_INET4_GETSOCKNAME	31	/* 5.8 */
#endif
#ifndef BPF_CGROUP_INET6_GETSOCKNAME
#define BPF_CGROUP_INET6_GETSOCKNAME	32	/* 5.8 */
#endif
#ifndef BPF_XDP_DEVMAP
#define BPF_XDP_DEVMAP			33	/* 5.8 */
#endif
#ifndef BPF_CGROUP_INET_SOCK_RELEASE
#define BPF_CGROUP_INET_SOCK_RELEASE	34	/* 5.9 */
#endif
#ifndef BPF_XDP_CPUMAP
#define BPF_XDP_CPUMAP			35	/* 5.9 */
#endif
#ifndef BPF_SK_LOOKUP
#define BPF_SK_LOOKUP			36	/* 5.9 */
#endif
#ifndef BPF_XDP
#define BPF_XDP				37	/* 5.9 */
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

#ifndef BPF_LINK_TYPE_RAW_TRACEPOINT
#define BPF_LINK_TYPE_RAW_TRACEPOINT	1	/* 5.8 */
#endif
#ifndef BPF_LINK_TYPE_TRACING
#define BPF_LINK_TYPE_TRACING		2	/* 5.8 */
#endif
#ifndef BPF_LINK_TYPE_CGROUP
#define BPF_LINK_TYPE_CGROUP		3	/* 5.8 */
#endif
#ifndef BPF_LINK_TYPE_ITER
#define BPF_LINK_TYPE_ITER		4	/* 5.8 */
#endif
#ifndef BPF_LINK_TYPE_NETNS
#define BPF_LINK_TYPE_NETNS		5	/* 5.8 */
#endif
#ifndef BPF_LINK_TYPE_XDP
#define BPF_LINK_TYPE_XDP		6	/* 5.9 */
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

/* The kinds of a link's perf event. */
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
#ifndef BPF_F_MMAPABLE
#define BPF_F_MMAPABLE			(1U << 10)	/* 5.5 */
#endif
#ifndef BPF_F_PRESERVE_ELEMS
#define BPF_F_PRESERVE_ELEMS		(1U << 11)	/* 5.10 */
#endif
#ifndef BPF_F_INNER_MAP
#define BPF_F_INNER_MAP			(1U << 12)	/* 5.10 */
#endif
#ifndef BPF_F_PATH_FD
#define BPF_F_PATH_FD			(1U << 14) /* 6.5 */
#endif
#ifndef BPF_F_VTYPE_BTF_OBJ_FD
#define BPF_F_VTYPE_BTF_OBJ_FD		(1U << 15) /* 6.9 */
#endif
#ifndef BPF_CORE_FIELD_BYTE_OFFSET
#define BPF_CORE_FIELD_BYTE_OFFSET	0	/* 5.17 */
#endif
#ifndef BPF_CORE_FIELD_BYTE_SIZE
#define BPF_CORE_FIELD_BYTE_SIZE		1	/* 5.17 */
#endif
#ifndef BPF_CORE_FIELD_EXISTS
#define BPF_CORE_FIELD_EXISTS		2	/* 5.17 */
#endif
#ifndef BPF_CORE_FIELD_SIGNED
#define BPF_CORE_FIELD_SIGNED		3	/* 5.17 */
#endif
#ifndef BPF_CORE_FIELD_LSHIFT_U64
#define BPF_CORE_FIELD_LSHIFT_U64	4	/* 5.17 */
#endif
#ifndef BPF_CORE_FIELD_RSHIFT_U64
#define BPF_CORE_FIELD_RSHIFT_U64	5	/* 5.17 */
#endif
#ifndef BPF_CORE_TYPE_ID_LOCAL
#define BPF_CORE_TYPE_ID_LOCAL		6	/* 5.17 */
#endif
#ifndef BPF_CORE_TYPE_ID_TARGET
#define BPF_CORE_TYPE_ID_TARGET		7	/* 5.17 */
#endif
#ifndef BPF_CORE_TYPE_EXISTS
#define BPF_CORE_TYPE_EXISTS		8	/* 5.17 */
#endif
#ifndef BPF_CORE_TYPE_SIZE
#define BPF_CORE_TYPE_SIZE		9	/* 5.17 */
#endif
#ifndef BPF_CORE_ENUMVAL_EXISTS
#define BPF_CORE_ENUMVAL_EXISTS		10	/* 5.17 */
#endif
#ifndef BPF_CORE_ENUMVAL_VALUE
#define BPF_CORE_ENUMVAL_VALUE		11	/* 5.17 */
#endif
#ifndef BPF_CORE_TYPE_MATCHES
#define BPF_CORE_TYPE_MATCHES		12	/* 5.19 */
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
#ifndef BPF_F_SLEEPABLE
#define BPF_F_SLEEPABLE			(1U << 4)	/* 5.10 */
#endif
#ifndef BPF_F_TEST_RUN_ON_CPU
#define BPF_F_TEST_RUN_ON_CPU		(1U << 0)	/* 5.10 */
#endif
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
#ifndef BPF_F_REPLACE
#define BPF_F_REPLACE			(1U << 2)	/* 5.6 */
#endif
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

/* Results of programs on tcx. Programs on netkit have the same ones. */
#ifndef TCX_NEXT
#define TCX_NEXT			(-1)	/* 6.6 */
#endif
#ifndef TCX_PASS
#define TCX_PASS			0	/* 6.6 */
#endif
#ifndef TCX_DROP
#define TCX_DROP			2	/* 6.6 */
#endif
#ifndef TCX_REDIRECT
#define TCX_REDIRECT			7	/* 6.6 */
#endif

/* The orders of a cgroup iterator. */
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

/* Ring buffers: flags of bpf_ringbuf_submit(), questions of bpf_ringbuf_query(), headers of records. */
#ifndef BPF_RB_NO_WAKEUP
#define BPF_RB_NO_WAKEUP		(1ULL << 0)	/* 5.8 */
#endif
#ifndef BPF_RB_FORCE_WAKEUP
#define BPF_RB_FORCE_WAKEUP		(1ULL << 1)	/* 5.8 */
#endif
#ifndef BPF_RB_AVAIL_DATA
#define BPF_RB_AVAIL_DATA		0	/* 5.8 */
#endif
#ifndef BPF_RB_RING_SIZE
#define BPF_RB_RING_SIZE		1	/* 5.8 */
#endif
#ifndef BPF_RB_CONS_POS
#define BPF_RB_CONS_POS			2	/* 5.8 */
#endif
#ifndef BPF_RB_PROD_POS
#define BPF_RB_PROD_POS			3	/* 5.8 */
#endif
#ifndef BPF_RINGBUF_BUSY_BIT
#define BPF_RINGBUF_BUSY_BIT		(1U << 31)	/* 5.8 */
#endif
#ifndef BPF_RINGBUF_DISCARD_BIT
#define BPF_RINGBUF_DISCARD_BIT		(1U << 30)	/* 5.8 */
#endif
#ifndef BPF_RINGBUF_HDR_SZ
#define BPF_RINGBUF_HDR_SZ		8	/* 5.8 */
#endif

/* Types. */
#ifndef BTF_KIND_FLOAT
#define BTF_KIND_FLOAT			16	/* 5.13 */
#endif
#ifndef BTF_KIND_DECL_TAG
#define BTF_KIND_DECL_TAG		17	/* 5.16 */
#endif
#ifndef BTF_KIND_TYPE_TAG
#define BTF_KIND_TYPE_TAG		18	/* 5.17 */
#endif
#ifndef BTF_KIND_ENUM64
#define BTF_KIND_ENUM64			19	/* 6.0 */
#endif
#ifndef BTF_FUNC_STATIC
#define BTF_FUNC_STATIC			0	/* 5.6 */
#endif
#ifndef BTF_FUNC_GLOBAL
#define BTF_FUNC_GLOBAL			1	/* 5.6 */
#endif
#ifndef BTF_FUNC_EXTERN
#define BTF_FUNC_EXTERN			2	/* 5.6 */
#endif
#ifndef BTF_VAR_GLOBAL_EXTERN
#define BTF_VAR_GLOBAL_EXTERN		2	/* 5.6 */
#endif

#endif
