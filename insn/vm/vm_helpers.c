/* SPDX-License-Identifier: MIT */
/* The table of helpers; the clocks, the task, random numbers, loops. */
#include "vm_helper.h"

static int vm_ktime(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_world *world = context;

	(void)vm;
	call->value = world->time;
	world->time += world->time_step;
	return RAWBPF_VM_NUMBER;
}

/* Numbers of splitmix64 (Steele, Lea, Flood): each seed gives its own row. */
static int vm_random(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_world *world = context;
	uint64_t mixed = world->random += UINT64_C(0x9e3779b97f4a7c15);

	(void)vm;
	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	call->value = (uint32_t)(mixed ^ mixed >> 31);
	return RAWBPF_VM_NUMBER;
}

static int vm_cpu(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	const struct rawbpf_vm_world *world = context;

	(void)vm;
	return vm_number(call, world->cpu);
}

/* The machine has one CPU: a variable of each CPU is one variable. */
static int vm_per_cpu(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	const struct rawbpf_vm_world *world = context;
	int other = call->number == BPF_FUNC_per_cpu_ptr && (uint32_t)call->args[1] != world->cpu;

	(void)vm;
	call->value = other ? 0 : call->args[0];
	return RAWBPF_VM_NUMBER;
}

static int vm_pid_tgid(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	const struct rawbpf_vm_world *world = context;

	(void)vm;
	call->value = (uint64_t)world->pid << 32 | world->tid;
	return RAWBPF_VM_NUMBER;
}

static int vm_uid_gid(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	const struct rawbpf_vm_world *world = context;

	(void)vm;
	call->value = (uint64_t)world->gid << 32 | world->uid;
	return RAWBPF_VM_NUMBER;
}

/* What the caller's world says about the task, its cgroup and the attachment. */
static int vm_told(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	const struct rawbpf_vm_world *world = context;

	(void)vm;
	call->value = call->number == BPF_FUNC_get_current_cgroup_id ? world->cgroup :
		      call->number == BPF_FUNC_get_attach_cookie ? world->cookie : world->task;
	return RAWBPF_VM_NUMBER;
}

/* Nobody else has the lock in r1. */
static int vm_lock(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	(void)context;
	return rawbpf_vm_memory_get(vm, call->args[0], 4, RAWBPF_VM_WRITE) ? RAWBPF_VM_SILENT :
									      -EFAULT;
}

/* Copy the name, cut to `size` - 1 bytes, with zeros behind it. */
static int vm_comm(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	const struct rawbpf_vm_world *world = context;
	uint64_t size = (uint32_t)call->args[1], i;
	char *to = rawbpf_vm_memory_get(vm, call->args[0], size, RAWBPF_VM_WRITE);

	if (!to)
		return -EFAULT;
	if (size)
		__builtin_memset(to, 0, (size_t)size);
	for (i = 0; i + 1 < size && i < sizeof(world->comm) && world->comm[i]; i++)
		to[i] = world->comm[i];
	return vm_number(call, 0);
}

/* Call a function up to r1 times, with the round and r3. It returns 1 to stop. */
static int vm_loop_helper(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	uint32_t rounds = (uint32_t)call->args[0];

	(void)vm;
	(void)context;
	if (call->args[3])
		return vm_number(call, -EINVAL);
	if (rounds > 1u << 23)
		return vm_number(call, -E2BIG);
	if (call->round == rounds || (call->round && call->returned))
		return vm_number(call, call->round);
	call->function = call->args[1];
	call->pass[0] = call->round;
	call->pass[1] = call->args[2];
	return RAWBPF_VM_CALLBACK;
}

/* In ascending order of numbers. */
static const struct rawbpf_vm_helper vm_helpers[] = {
	{ BPF_FUNC_map_lookup_elem, 0, rawbpf__vm_map_lookup },
	{ BPF_FUNC_map_update_elem, 0, rawbpf__vm_map_update },
	{ BPF_FUNC_map_delete_elem, 0, rawbpf__vm_map_delete },
	{ BPF_FUNC_probe_read, 0, rawbpf__vm_probe_read },
	{ BPF_FUNC_ktime_get_ns, 0, vm_ktime },
	{ BPF_FUNC_trace_printk, 0, rawbpf__vm_trace_printk },
	{ BPF_FUNC_get_prandom_u32, 0, vm_random },
	{ BPF_FUNC_get_smp_processor_id, 0, vm_cpu },
	{ BPF_FUNC_tail_call, 0, rawbpf__vm_tail_call },
	{ BPF_FUNC_get_current_pid_tgid, 0, vm_pid_tgid },
	{ BPF_FUNC_get_current_uid_gid, 0, vm_uid_gid },
	{ BPF_FUNC_get_current_comm, 0, vm_comm },
	{ BPF_FUNC_perf_event_output, 0, rawbpf__vm_perf_event_output },
	{ BPF_FUNC_csum_diff, 0, rawbpf__vm_csum_diff },
	{ BPF_FUNC_get_current_task, 0, vm_told },
	{ BPF_FUNC_probe_read_str, 0, rawbpf__vm_probe_read_str },
	{ BPF_FUNC_get_current_cgroup_id, 0, vm_told },
	{ BPF_FUNC_map_push_elem, 0, rawbpf__vm_map_push },
	{ BPF_FUNC_map_pop_elem, 0, rawbpf__vm_map_pop },
	{ BPF_FUNC_map_peek_elem, 0, rawbpf__vm_map_peek },
	{ BPF_FUNC_spin_lock, 0, vm_lock },
	{ BPF_FUNC_spin_unlock, 0, vm_lock },
	{ BPF_FUNC_strtol, 0, rawbpf__vm_strtol },
	{ BPF_FUNC_strtoul, 0, rawbpf__vm_strtoul },
	{ BPF_FUNC_probe_read_user, 0, rawbpf__vm_probe_read },
	{ BPF_FUNC_probe_read_kernel, 0, rawbpf__vm_probe_read },
	{ BPF_FUNC_probe_read_user_str, 0, rawbpf__vm_probe_read_str },
	{ BPF_FUNC_probe_read_kernel_str, 0, rawbpf__vm_probe_read_str },
	{ BPF_FUNC_ktime_get_boot_ns, 0, vm_ktime },
	{ BPF_FUNC_ringbuf_output, 0, rawbpf__vm_ring_output },
	{ BPF_FUNC_ringbuf_reserve, 0, rawbpf__vm_ring_reserve },
	{ BPF_FUNC_ringbuf_submit, 0, rawbpf__vm_ring_submit },
	{ BPF_FUNC_ringbuf_discard, 0, rawbpf__vm_ring_discard },
	{ BPF_FUNC_ringbuf_query, 0, rawbpf__vm_ring_query },
	{ BPF_FUNC_copy_from_user, 0, rawbpf__vm_probe_read },
	{ BPF_FUNC_per_cpu_ptr, 0, vm_per_cpu },
	{ BPF_FUNC_this_cpu_ptr, 0, vm_per_cpu },
	{ BPF_FUNC_get_current_task_btf, 0, vm_told },
	{ BPF_FUNC_ktime_get_coarse_ns, 0, vm_ktime },
	{ BPF_FUNC_for_each_map_elem, 0, rawbpf__vm_for_each },
	{ BPF_FUNC_snprintf, 0, rawbpf__vm_snprintf },
	{ BPF_FUNC_get_attach_cookie, 0, vm_told },
	{ BPF_FUNC_trace_vprintk, 0, rawbpf__vm_trace_vprintk },
	{ BPF_FUNC_loop, 0, vm_loop_helper },
	{ BPF_FUNC_strncmp, 0, rawbpf__vm_strncmp },
	{ BPF_FUNC_map_lookup_percpu_elem, 0, rawbpf__vm_map_lookup_cpu },
	{ BPF_FUNC_ktime_get_tai_ns, 0, vm_ktime },
};

void rawbpf_vm_helpers_get(struct rawbpf_vm_helpers *helpers, struct rawbpf_vm_world *world)
{
	*helpers = (struct rawbpf_vm_helpers){
		.helpers = vm_helpers, .count = sizeof(vm_helpers) / sizeof(vm_helpers[0]),
		.context = world };
}
