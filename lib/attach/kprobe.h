/* SPDX-License-Identifier: MIT */
/* Common to both ways to attach a kprobe. */
#ifndef RAWBPF_LIB_KPROBE_H
#define RAWBPF_LIB_KPROBE_H

#include <rawbpf/kprobe.h>

#include "../sys/sys.h"

/* Make an event in tracefs, at `offset` from `symbol`, or at that address if `symbol` is "". */
typedef int rawbpf__tracefs_open_fn(struct rawbpf_link *link, const char *symbol, uint64_t offset,
				    const struct rawbpf_kprobe_spec *spec);

/* Attach by the PMU. Without one, attach with `tracefs_open`, which may be NULL. */
RAWBPF__PRIVATE int rawbpf__kprobe_attach(struct rawbpf_link *link, int prog,
					  const struct rawbpf_kprobe_spec *spec,
					  rawbpf__tracefs_open_fn *tracefs_open);

/*
 * On riscv64 a function's first instructions belong to ftrace, and kprobes before 7.x reject them.
 * Arguments are still in place 8 bytes on.
 */
#if defined(__riscv)
enum { RAWBPF__SYSCALL_ENTRY_OFFSET = 8 };
#else
enum { RAWBPF__SYSCALL_ENTRY_OFFSET = 0 };
#endif

#endif
