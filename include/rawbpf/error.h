/* SPDX-License-Identifier: MIT */
/* Why a call failed, in words: the errno alone has five meanings. */
#ifndef RAWBPF_ERROR_H
#define RAWBPF_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rawbpf_operation {
	RAWBPF_MAP_CREATE,
	RAWBPF_PROG_LOAD,
	RAWBPF_KPROBE_ATTACH,
	RAWBPF_TRACEPOINT_ATTACH,
	RAWBPF_RAW_TRACEPOINT_ATTACH
};

/* What was asked for, and the answer. */
struct rawbpf_error {
	enum rawbpf_operation operation;
	int error;        /* the negative errno */
	unsigned type;    /* of the map or program: BPF_MAP_TYPE_*, BPF_PROG_TYPE_* */
	const char *name; /* the symbol, system call or tracepoint, if one was asked for */
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
