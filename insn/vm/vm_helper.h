/* SPDX-License-Identifier: MIT */
/* The helpers of the machine, by the files that have them. */
#ifndef RAWBPF_INSN_VM_HELPER_H
#define RAWBPF_INSN_VM_HELPER_H

#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

#include "../base/private.h"

/* vm_helper_map.c */
RAWBPF__PRIVATE rawbpf_vm_helper_fn rawbpf__vm_map_lookup, rawbpf__vm_map_lookup_cpu, rawbpf__vm_map_update,
	rawbpf__vm_map_delete, rawbpf__vm_map_push, rawbpf__vm_map_pop, rawbpf__vm_map_peek,
	rawbpf__vm_for_each, rawbpf__vm_tail_call;

/* vm_helper_ring.c */
RAWBPF__PRIVATE rawbpf_vm_helper_fn rawbpf__vm_ring_output, rawbpf__vm_ring_reserve,
	rawbpf__vm_ring_submit, rawbpf__vm_ring_discard, rawbpf__vm_ring_query,
	rawbpf__vm_perf_event_output;

/* vm_helper_text.c */
RAWBPF__PRIVATE rawbpf_vm_helper_fn rawbpf__vm_strtol, rawbpf__vm_strtoul, rawbpf__vm_strncmp;

/* vm_helper_format.c */
RAWBPF__PRIVATE rawbpf_vm_helper_fn rawbpf__vm_snprintf, rawbpf__vm_trace_printk,
	rawbpf__vm_trace_vprintk;

/* vm_helper_memory.c */
RAWBPF__PRIVATE rawbpf_vm_helper_fn rawbpf__vm_probe_read, rawbpf__vm_probe_read_str,
	rawbpf__vm_csum_diff;

/* Answer with a number, a negative errno too. */
static inline int vm_number(struct rawbpf_vm_call *call, int64_t number)
{
	call->value = (uint64_t)number;
	return RAWBPF_VM_NUMBER;
}

#endif
