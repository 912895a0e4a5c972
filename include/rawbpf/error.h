/* SPDX-License-Identifier: MIT */
/* Why a call failed, in words: an errno alone has many meanings. */
#ifndef RAWBPF_ERROR_H
#define RAWBPF_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A function of this library that can fail: rawbpf_map_create() is RAWBPF_MAP_CREATE, and likewise
 * for every function that can fail in the kernel. Operations are objects, not numbers: a program
 * links only the sentences of the operations that it names.
 */
struct rawbpf_failures;

struct rawbpf_operation {
	const struct rawbpf_failures *failures; /* private: the function's errnos, explained */
};

#define RAWBPF_OPERATIONS(X) \
	X(MAP_CREATE) \
	X(MAP_LOOKUP) \
	X(MAP_UPDATE) \
	X(MAP_DELETE) \
	X(MAP_NEXT) \
	X(MAP_TAKE) \
	X(MAP_PERCPU_LOOKUP) \
	X(MAP_BATCH_LOOKUP) \
	X(MAP_BATCH_TAKE) \
	X(MAP_BATCH_UPDATE) \
	X(MAP_BATCH_DELETE) \
	X(MAP_ITER_OPEN) \
	X(MAP_ITER_NEXT) \
	X(MAP_VIEW_OPEN) \
	X(MAP_ARENA_OPEN) \
	X(MAP_FREEZE) \
	X(MAP_LAYOUT_INFO) \
	X(MAP_RECIPE_CREATE) \
	X(BTF_LOAD) \
	X(BTF_OPEN) \
	X(BTF_FD_OPEN) \
	X(BTF_KERNEL_OPEN) \
	X(BTF_MODULE_OPEN) \
	X(MAP_BTF_LOAD) \
	X(PROG_BTF_LOAD) \
	X(STRUCT_OPS_BTF_LOAD) \
	X(PROG_LOAD) \
	X(PROG_RUN) \
	X(PROG_ATTACH) \
	X(PROG_REPLACE) \
	X(PROG_DETACH) \
	X(PROG_QUERY) \
	X(PROG_MAP_BIND) \
	X(PROG_STRUCT_OPS_BIND) \
	X(PROG_STREAM_READ) \
	X(PROG_STATS_OPEN) \
	X(PROG_RECIPE_LOAD) \
	X(PROG_RECIPE_RUN) \
	X(KPROBE_ATTACH) \
	X(KPROBE_PMU_ATTACH) \
	X(KPROBE_FIND) \
	X(KPROBE_MULTI_ATTACH) \
	X(UPROBE_ATTACH) \
	X(UPROBE_FIND) \
	X(UPROBE_MULTI_ATTACH) \
	X(TRACEPOINT_ATTACH) \
	X(RAW_TRACEPOINT_ATTACH) \
	X(PERF_EVENT_ATTACH) \
	X(PERF_EVENTS_OPEN) \
	X(PERF_EVENTS_FOLLOW) \
	X(TRACING_ATTACH) \
	X(TRACING_MULTI_ATTACH) \
	X(ITER_ATTACH) \
	X(ITER_CREATE) \
	X(STRUCT_OPS_ATTACH) \
	X(XDP_ATTACH) \
	X(XDP_NETLINK_ATTACH) \
	X(XDP_NETLINK_DETACH) \
	X(XDP_QUERY) \
	X(TC_ATTACH) \
	X(TC_ACTION_ATTACH) \
	X(TC_DETACH) \
	X(TC_QUERY) \
	X(TCX_ATTACH) \
	X(NETKIT_ATTACH) \
	X(NETFILTER_ATTACH) \
	X(NETNS_ATTACH) \
	X(SOCKMAP_ATTACH) \
	X(SOCKET_ATTACH) \
	X(SOCKET_DETACH) \
	X(REUSEPORT_ATTACH) \
	X(REUSEPORT_DETACH) \
	X(CGROUP_ATTACH) \
	X(LINK_DETACH) \
	X(LINK_REVOKE) \
	X(LINK_OPEN) \
	X(LINK_PIN) \
	X(LINK_UPDATE) \
	X(OBJ_PIN) \
	X(OBJ_PIN_AT) \
	X(OBJ_OPEN) \
	X(OBJ_OPEN_AT) \
	X(OBJ_INFO) \
	X(OBJ_ID_NEXT) \
	X(OBJ_ID_OPEN) \
	X(MAP_INFO) \
	X(PROG_INFO) \
	X(LINK_INFO) \
	X(BTF_INFO) \
	X(TASK_FD_INFO) \
	X(RING_OPEN) \
	X(USER_RING_OPEN) \
	X(USER_RING_RESERVE) \
	X(PERFBUF_OPEN) \
	X(PERFBUF_READ) \
	X(LOOP_OPEN) \
	X(LOOP_ADD) \
	X(LOOP_RUN) \
	X(TOKEN_CREATE) \
	X(TOKEN_OPEN) \
	X(MEMLOCK_RAISE) \
	X(CPU_COUNT) \
	X(KSYM_FIND) \
	X(KSYM_RESOLVE) \
	X(PROBE_MAP_HAS) \
	X(PROBE_PROG_HAS) \
	X(PROBE_HELPERS_HAS) \
	X(PROBE_ISA_FIND) \
	X(PROBE_ATTACH_HAS)

#define RAWBPF_OPERATION(NAME) extern const struct rawbpf_operation RAWBPF_##NAME[1];
RAWBPF_OPERATIONS(RAWBPF_OPERATION)
#undef RAWBPF_OPERATION

/* A failed call: the request and its result. */
struct rawbpf_error {
	const struct rawbpf_operation *operation; /* RAWBPF_<FUNCTION>; NULL: any other */
	int error;        /* the negative errno */
	unsigned type;    /* type of the map or program: BPF_MAP_TYPE_*, BPF_PROG_TYPE_* */
	const char *name; /* the symbol, tracepoint, cgroup, device, path, if one was asked for */
	int lines;        /* not 0: cause and remedy on lines of their own, as below */
};

/*
 * Write to `text` the meaning of the errno, its cause if this process can find it, and a remedy.
 * The text is terminated and does not end with a newline. It is one line:
 *
 *	EPERM: this process lacks CAP_BPF (or CAP_SYS_ADMIN); run it as root (for a trusted ...
 *
 * or, with `lines`, two or three lines for a terminal:
 *
 *	EPERM
 *	   This process lacks CAP_BPF (or CAP_SYS_ADMIN).
 *	   Run it as root (for a trusted group: chmod 750, then setcap cap_bpf+ep).
 *
 * To find the cause, the function looks at this process's capabilities, user namespace and limit on
 * locked memory. It looks at kernel.unprivileged_bpf_disabled, kernel.perf_event_paranoid, kernel
 * lockdown, the kernel's version, and the mounts of sysfs, tracefs and bpffs. For a kprobe it looks
 * at the kernel's symbols and at the functions that it can trace. For a perf buffer it opens an
 * event again. The text is for people, and its wording changes. Return the length of the whole
 * text, as snprintf(3).
 */
size_t rawbpf_error_explain(char *text, size_t size, const struct rawbpf_error *error);

#ifdef __cplusplus
}
#endif
#endif
