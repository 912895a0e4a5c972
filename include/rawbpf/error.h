/* SPDX-License-Identifier: MIT */
/* Why a call failed, in words: the errno alone has five meanings. */
#ifndef RAWBPF_ERROR_H
#define RAWBPF_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An operation: what is known of how it fails. Objects and not numbers, so that
 * a program links the sentences of those operations only that it names.
 */
struct rawbpf_operation;

extern const struct rawbpf_operation rawbpf_operation_map_create;
extern const struct rawbpf_operation rawbpf_operation_map_element;
extern const struct rawbpf_operation rawbpf_operation_map_freeze;
extern const struct rawbpf_operation rawbpf_operation_prog_load;
extern const struct rawbpf_operation rawbpf_operation_prog_run;
extern const struct rawbpf_operation rawbpf_operation_prog_attach;
extern const struct rawbpf_operation rawbpf_operation_prog_query;
extern const struct rawbpf_operation rawbpf_operation_prog_map_bind;
extern const struct rawbpf_operation rawbpf_operation_prog_stream_read;
extern const struct rawbpf_operation rawbpf_operation_btf_load;
extern const struct rawbpf_operation rawbpf_operation_btf_kernel_open;
extern const struct rawbpf_operation rawbpf_operation_kprobe_attach;
extern const struct rawbpf_operation rawbpf_operation_kprobe_multi_attach;
extern const struct rawbpf_operation rawbpf_operation_uprobe_attach;
extern const struct rawbpf_operation rawbpf_operation_uprobe_multi_attach;
extern const struct rawbpf_operation rawbpf_operation_tracepoint_attach;
extern const struct rawbpf_operation rawbpf_operation_raw_tracepoint_attach;
extern const struct rawbpf_operation rawbpf_operation_perf_event_attach;
extern const struct rawbpf_operation rawbpf_operation_tracing_attach;
extern const struct rawbpf_operation rawbpf_operation_iter_attach;
extern const struct rawbpf_operation rawbpf_operation_struct_ops_attach;
extern const struct rawbpf_operation rawbpf_operation_xdp_attach;
extern const struct rawbpf_operation rawbpf_operation_tcx_attach;
extern const struct rawbpf_operation rawbpf_operation_netkit_attach;
extern const struct rawbpf_operation rawbpf_operation_netfilter_attach;
extern const struct rawbpf_operation rawbpf_operation_netns_attach;
extern const struct rawbpf_operation rawbpf_operation_sockmap_attach;
extern const struct rawbpf_operation rawbpf_operation_cgroup_attach;
extern const struct rawbpf_operation rawbpf_operation_cgroup_detach;
extern const struct rawbpf_operation rawbpf_operation_cgroup_query;
extern const struct rawbpf_operation rawbpf_operation_link_update;
extern const struct rawbpf_operation rawbpf_operation_link_detach;
extern const struct rawbpf_operation rawbpf_operation_obj_pin;
extern const struct rawbpf_operation rawbpf_operation_obj_open;
extern const struct rawbpf_operation rawbpf_operation_obj_info;
extern const struct rawbpf_operation rawbpf_operation_obj_id_next;
extern const struct rawbpf_operation rawbpf_operation_obj_id_open;
extern const struct rawbpf_operation rawbpf_operation_task_fd_info;
extern const struct rawbpf_operation rawbpf_operation_ring_open;
extern const struct rawbpf_operation rawbpf_operation_perfbuf_open;
extern const struct rawbpf_operation rawbpf_operation_token_create;
extern const struct rawbpf_operation rawbpf_operation_prog_stats_open;

#define RAWBPF_MAP_CREATE		(&rawbpf_operation_map_create)
#define RAWBPF_MAP_ELEMENT		(&rawbpf_operation_map_element)
#define RAWBPF_MAP_FREEZE		(&rawbpf_operation_map_freeze)
#define RAWBPF_PROG_LOAD		(&rawbpf_operation_prog_load)
#define RAWBPF_PROG_RUN			(&rawbpf_operation_prog_run)
#define RAWBPF_PROG_ATTACH		(&rawbpf_operation_prog_attach)
#define RAWBPF_PROG_QUERY		(&rawbpf_operation_prog_query)
#define RAWBPF_PROG_MAP_BIND		(&rawbpf_operation_prog_map_bind)
#define RAWBPF_PROG_STREAM_READ		(&rawbpf_operation_prog_stream_read)
#define RAWBPF_BTF_LOAD			(&rawbpf_operation_btf_load)
#define RAWBPF_BTF_KERNEL_OPEN		(&rawbpf_operation_btf_kernel_open)
#define RAWBPF_KPROBE_ATTACH		(&rawbpf_operation_kprobe_attach)
#define RAWBPF_KPROBE_PMU_ATTACH	RAWBPF_KPROBE_ATTACH
#define RAWBPF_KPROBE_MULTI_ATTACH	(&rawbpf_operation_kprobe_multi_attach)
#define RAWBPF_UPROBE_ATTACH		(&rawbpf_operation_uprobe_attach)
#define RAWBPF_UPROBE_MULTI_ATTACH	(&rawbpf_operation_uprobe_multi_attach)
#define RAWBPF_TRACEPOINT_ATTACH	(&rawbpf_operation_tracepoint_attach)
#define RAWBPF_RAW_TRACEPOINT_ATTACH	(&rawbpf_operation_raw_tracepoint_attach)
#define RAWBPF_PERF_EVENT_ATTACH	(&rawbpf_operation_perf_event_attach)
#define RAWBPF_TRACING_ATTACH		(&rawbpf_operation_tracing_attach)
#define RAWBPF_ITER_ATTACH		(&rawbpf_operation_iter_attach)
#define RAWBPF_STRUCT_OPS_ATTACH	(&rawbpf_operation_struct_ops_attach)
#define RAWBPF_XDP_ATTACH		(&rawbpf_operation_xdp_attach)
#define RAWBPF_TCX_ATTACH		(&rawbpf_operation_tcx_attach)
#define RAWBPF_NETKIT_ATTACH		(&rawbpf_operation_netkit_attach)
#define RAWBPF_NETFILTER_ATTACH		(&rawbpf_operation_netfilter_attach)
#define RAWBPF_NETNS_ATTACH		(&rawbpf_operation_netns_attach)
#define RAWBPF_SOCKMAP_ATTACH		(&rawbpf_operation_sockmap_attach)
#define RAWBPF_CGROUP_ATTACH		(&rawbpf_operation_cgroup_attach)
#define RAWBPF_CGROUP_DETACH		(&rawbpf_operation_cgroup_detach)
#define RAWBPF_CGROUP_QUERY		(&rawbpf_operation_cgroup_query)
#define RAWBPF_LINK_UPDATE		(&rawbpf_operation_link_update)
#define RAWBPF_LINK_DETACH		(&rawbpf_operation_link_detach)
#define RAWBPF_OBJ_PIN			(&rawbpf_operation_obj_pin)
#define RAWBPF_OBJ_OPEN			(&rawbpf_operation_obj_open)
#define RAWBPF_OBJ_INFO			(&rawbpf_operation_obj_info)
#define RAWBPF_OBJ_ID_NEXT		(&rawbpf_operation_obj_id_next)
#define RAWBPF_OBJ_ID_OPEN		(&rawbpf_operation_obj_id_open)
#define RAWBPF_TASK_FD_INFO		(&rawbpf_operation_task_fd_info)
#define RAWBPF_RING_OPEN		(&rawbpf_operation_ring_open)
#define RAWBPF_PERFBUF_OPEN		(&rawbpf_operation_perfbuf_open)
#define RAWBPF_TOKEN_CREATE		(&rawbpf_operation_token_create)
#define RAWBPF_PROG_STATS_OPEN		(&rawbpf_operation_prog_stats_open)

/* What was asked for, and the answer. */
struct rawbpf_error {
	const struct rawbpf_operation *operation; /* RAWBPF_*; NULL: any other */
	int error;        /* the negative errno */
	unsigned type;    /* of the map or program: BPF_MAP_TYPE_*, BPF_PROG_TYPE_* */
	const char *name; /* the symbol, tracepoint, cgroup, device, path, if one was asked for */
	int lines;        /* not 0: cause and remedy on lines of their own, as below */
};

/*
 * Write to `text`, terminated, without a newline at the end: what the errno means
 * here, its cause as far as this process can find out, and what to do, in one line:
 *
 *	EPERM: this process lacks CAP_BPF (or CAP_SYS_ADMIN); run it as root (for a trusted ...
 *
 * or, with `lines`, for a terminal, in two or three:
 *
 *	EPERM
 *	   This process lacks CAP_BPF (or CAP_SYS_ADMIN).
 *	   Run it as root (for a trusted group: chmod 750, then setcap cap_bpf+ep).
 *
 * To find the cause it looks at this process's capabilities and user namespace,
 * at kernel.unprivileged_bpf_disabled, kernel.perf_event_paranoid, the memory
 * limit, kernel lockdown, the kernel's version, and whether sysfs, tracefs and
 * bpffs are mounted. It is for people, and its wording changes. Returns the
 * length of the whole text, as snprintf(3).
 */
size_t rawbpf_error_explain(char *text, size_t size, const struct rawbpf_error *error);

#ifdef __cplusplus
}
#endif
#endif
