/* SPDX-License-Identifier: MIT */
/*
 * Helpers for the machine of rawbpf/vm.h: those of the kernel that need no kernel. What they tell a
 * program about the time, the task and the CPU is the caller's, so each run can be repeated.
 *
 *	struct rawbpf_vm_world world = { .time = 1000, .pid = 42, .comm = "test" };
 *	struct rawbpf_vm_helpers helpers;
 *
 *	rawbpf_vm_helpers_get(&helpers, &world);
 *	... .helpers = &helpers ...
 *
 * helpers.next may name another table. To replace a helper, put a table of one's own before.
 *
 * Maps		map_lookup_elem, map_update_elem, map_delete_elem, map_push_elem, map_pop_elem,
 *		map_peek_elem, map_lookup_percpu_elem, for_each_map_elem, tail_call
 * Rings	ringbuf_output, ringbuf_reserve, ringbuf_submit, ringbuf_discard, ringbuf_query,
 *		perf_event_output
 * The task	get_current_pid_tgid, get_current_uid_gid, get_current_comm, get_current_task,
 *		get_current_task_btf, get_current_cgroup_id, get_smp_processor_id,
 *		get_attach_cookie
 * Time		ktime_get_ns, ktime_get_boot_ns, ktime_get_coarse_ns, ktime_get_tai_ns
 * Memory	probe_read, probe_read_user, probe_read_kernel, and each with _str;
 *		copy_from_user, csum_diff
 * Variables	per_cpu_ptr, this_cpu_ptr
 * Texts		strtol, strtoul, strncmp, snprintf, trace_printk, trace_vprintk
 * Others	get_prandom_u32, loop, spin_lock, spin_unlock
 */
#ifndef RAWBPF_VM_HELPER_H
#define RAWBPF_VM_HELPER_H

#include <rawbpf/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What helpers tell a program. All zero is a world, too. */
struct rawbpf_vm_world {
	uint64_t time;          /* ns: what all clocks show */
	uint64_t time_step;     /* ns: they move on by it each time they are read */
	uint32_t pid, tid;      /* the upper and lower half of get_current_pid_tgid */
	uint32_t uid, gid;
	uint32_t cpu;
	char comm[16];
	uint64_t task;          /* what get_current_task gives: an address of a region, or any number */
	uint64_t cgroup;        /* the id of the task's cgroup */
	uint64_t cookie;        /* of the attachment */
	uint64_t random;        /* the seed of get_prandom_u32; changes with each number */
	char *trace;            /* the text of trace_printk; NULL: none is kept */
	size_t trace_size;
	size_t trace_length;    /* out: bytes of the whole text, also what did not fit */
};

/* Make `helpers` the table of the library's helpers, with no table after it. */
void rawbpf_vm_helpers_get(struct rawbpf_vm_helpers *helpers, struct rawbpf_vm_world *world);

#ifdef __cplusplus
}
#endif
#endif
