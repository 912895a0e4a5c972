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
extern const struct rawbpf_operation rawbpf_operation_prog_load;
extern const struct rawbpf_operation rawbpf_operation_kprobe_attach;
extern const struct rawbpf_operation rawbpf_operation_tracepoint_attach;
extern const struct rawbpf_operation rawbpf_operation_raw_tracepoint_attach;
extern const struct rawbpf_operation rawbpf_operation_cgroup_attach;
extern const struct rawbpf_operation rawbpf_operation_cgroup_detach;
extern const struct rawbpf_operation rawbpf_operation_cgroup_query;
extern const struct rawbpf_operation rawbpf_operation_obj_id_open;

#define RAWBPF_MAP_CREATE		(&rawbpf_operation_map_create)
#define RAWBPF_PROG_LOAD		(&rawbpf_operation_prog_load)
#define RAWBPF_KPROBE_ATTACH		(&rawbpf_operation_kprobe_attach)
#define RAWBPF_TRACEPOINT_ATTACH	(&rawbpf_operation_tracepoint_attach)
#define RAWBPF_RAW_TRACEPOINT_ATTACH	(&rawbpf_operation_raw_tracepoint_attach)
#define RAWBPF_CGROUP_ATTACH		(&rawbpf_operation_cgroup_attach)
#define RAWBPF_CGROUP_DETACH		(&rawbpf_operation_cgroup_detach)
#define RAWBPF_CGROUP_QUERY		(&rawbpf_operation_cgroup_query)
#define RAWBPF_OBJ_ID_OPEN		(&rawbpf_operation_obj_id_open)

/* What was asked for, and the answer. */
struct rawbpf_error {
	const struct rawbpf_operation *operation; /* RAWBPF_*; NULL: any other */
	int error;        /* the negative errno */
	unsigned type;    /* of the map or program: BPF_MAP_TYPE_*, BPF_PROG_TYPE_* */
	const char *name; /* the symbol, system call, tracepoint or cgroup, if one was asked for */
};

/*
 * Write one line to `text`, terminated, without a newline: what the errno means
 * here, its cause as far as this process can find out, and what to do:
 *
 *	EPERM: this process lacks CAP_BPF (or CAP_SYS_ADMIN); run it as root
 *
 * To find the cause it looks at this process's capabilities and user namespace,
 * at kernel.unprivileged_bpf_disabled, kernel.perf_event_paranoid, the memory
 * limit, kernel lockdown, and whether sysfs and tracefs are mounted. It is for
 * people, and its wording changes. Returns the length of the whole line, as
 * snprintf(3).
 */
size_t rawbpf_error_explain(char *text, size_t size, const struct rawbpf_error *error);

#ifdef __cplusplus
}
#endif
#endif
