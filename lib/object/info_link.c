/* SPDX-License-Identifier: MIT */
#include <rawbpf/info.h>
#include <rawbpf/uapi.h>

#include "../sys/attr.h"
#include "info.h"
#include "obj.h"
#include "../../insn/base/string.h"

/* Kinds are BPF_LINK_TYPE_*; above them stand the kinds of perf_event links. */
enum {
	INFO_PERF = 32,
	INFO_UPROBE = INFO_PERF + BPF_PERF_EVENT_UPROBE,
	INFO_URETPROBE = INFO_PERF + BPF_PERF_EVENT_URETPROBE,
	INFO_KPROBE = INFO_PERF + BPF_PERF_EVENT_KPROBE,
	INFO_KRETPROBE = INFO_PERF + BPF_PERF_EVENT_KRETPROBE,
	INFO_TRACEPOINT = INFO_PERF + BPF_PERF_EVENT_TRACEPOINT,
	INFO_EVENT = INFO_PERF + BPF_PERF_EVENT_EVENT
};

#define INFO_AT(FIELD) offsetof(struct rawbpf__link_info, FIELD)

/*
 * Offsets of the fields that give the kernel its buffers. 0: no such field; no union member begins
 * there.
 */
static const struct info_link_buffers {
	uint8_t kind;
	uint8_t name, name_size;
	uint8_t count; /* elements in each buffer that follows */
	uint8_t addresses, cookies, ref_ctr_offsets, btf_ids;
} info_link_buffers[] = {
#define INFO_NAME(MEMBER, SIZE) .name = INFO_AT(MEMBER), .name_size = INFO_AT(SIZE)
	{ .kind = BPF_LINK_TYPE_RAW_TRACEPOINT,
	  INFO_NAME(raw_tracepoint.tp_name, raw_tracepoint.tp_name_len) },
	{ .kind = BPF_LINK_TYPE_ITER, INFO_NAME(iter.target_name, iter.target_name_len) },
	{ .kind = BPF_LINK_TYPE_KPROBE_MULTI, .count = INFO_AT(kprobe_multi.count),
	  .addresses = INFO_AT(kprobe_multi.addrs), .cookies = INFO_AT(kprobe_multi.cookies) },
	{ .kind = BPF_LINK_TYPE_UPROBE_MULTI, INFO_NAME(uprobe_multi.path, uprobe_multi.path_size),
	  .count = INFO_AT(uprobe_multi.count), .addresses = INFO_AT(uprobe_multi.offsets),
	  .cookies = INFO_AT(uprobe_multi.cookies),
	  .ref_ctr_offsets = INFO_AT(uprobe_multi.ref_ctr_offsets) },
	{ .kind = BPF_LINK_TYPE_TRACING_MULTI, .count = INFO_AT(tracing_multi.count),
	  .addresses = INFO_AT(tracing_multi.addrs), .cookies = INFO_AT(tracing_multi.cookies),
	  .btf_ids = INFO_AT(tracing_multi.ids) },
	{ .kind = INFO_UPROBE,
	  INFO_NAME(perf_event.uprobe.file_name, perf_event.uprobe.name_len) },
	{ .kind = INFO_KPROBE,
	  INFO_NAME(perf_event.kprobe.func_name, perf_event.kprobe.name_len) },
	{ .kind = INFO_TRACEPOINT,
	  INFO_NAME(perf_event.tracepoint.tp_name, perf_event.tracepoint.name_len) },
};

/* One number of the kernel's info, and its place in the caller's. */
static const struct info_link_field {
	uint8_t kind;
	uint8_t from, from_size;
	uint8_t to, to_size;
} info_link_fields[] = {
#define INFO_FIELD(KIND, FROM, TO)                                                                 \
	{ KIND, INFO_AT(FROM), sizeof(((struct rawbpf__link_info *)0)->FROM),                      \
	  offsetof(struct rawbpf_link_info, TO), sizeof(((struct rawbpf_link_info *)0)->TO) }
	INFO_FIELD(BPF_LINK_TYPE_RAW_TRACEPOINT, raw_tracepoint.cookie, cookie),
	INFO_FIELD(BPF_LINK_TYPE_TRACING, tracing.attach_type, attach_type),
	INFO_FIELD(BPF_LINK_TYPE_TRACING, tracing.target_obj_id, target_obj_id),
	INFO_FIELD(BPF_LINK_TYPE_TRACING, tracing.target_btf_id, target_btf_id),
	INFO_FIELD(BPF_LINK_TYPE_TRACING, tracing.cookie, cookie),
	INFO_FIELD(BPF_LINK_TYPE_CGROUP, cgroup.cgroup_id, cgroup_id),
	INFO_FIELD(BPF_LINK_TYPE_CGROUP, cgroup.attach_type, attach_type),
	INFO_FIELD(BPF_LINK_TYPE_NETNS, netns.netns_ino, netns_ino),
	INFO_FIELD(BPF_LINK_TYPE_NETNS, netns.attach_type, attach_type),
	INFO_FIELD(BPF_LINK_TYPE_XDP, xdp.ifindex, ifindex),
	INFO_FIELD(BPF_LINK_TYPE_PERF_EVENT, perf_event.type, perf_type),
	INFO_FIELD(BPF_LINK_TYPE_KPROBE_MULTI, kprobe_multi.flags, flags),
	INFO_FIELD(BPF_LINK_TYPE_KPROBE_MULTI, kprobe_multi.missed, missed),
	INFO_FIELD(BPF_LINK_TYPE_STRUCT_OPS, struct_ops.map_id, map_id),
	INFO_FIELD(BPF_LINK_TYPE_NETFILTER, netfilter.pf, pf),
	INFO_FIELD(BPF_LINK_TYPE_NETFILTER, netfilter.hooknum, hooknum),
	INFO_FIELD(BPF_LINK_TYPE_NETFILTER, netfilter.priority, priority),
	INFO_FIELD(BPF_LINK_TYPE_NETFILTER, netfilter.flags, flags),
	INFO_FIELD(BPF_LINK_TYPE_TCX, tcx.ifindex, ifindex),
	INFO_FIELD(BPF_LINK_TYPE_TCX, tcx.attach_type, attach_type),
	INFO_FIELD(BPF_LINK_TYPE_UPROBE_MULTI, uprobe_multi.flags, flags),
	INFO_FIELD(BPF_LINK_TYPE_UPROBE_MULTI, uprobe_multi.pid, pid),
	INFO_FIELD(BPF_LINK_TYPE_NETKIT, netkit.ifindex, ifindex),
	INFO_FIELD(BPF_LINK_TYPE_NETKIT, netkit.attach_type, attach_type),
	INFO_FIELD(BPF_LINK_TYPE_SOCKMAP, sockmap.map_id, map_id),
	INFO_FIELD(BPF_LINK_TYPE_SOCKMAP, sockmap.attach_type, attach_type),
	INFO_FIELD(BPF_LINK_TYPE_TRACING_MULTI, tracing_multi.attach_type, attach_type),
	INFO_FIELD(BPF_LINK_TYPE_TRACING_MULTI, tracing_multi.btf_obj_id, target_obj_id),
	INFO_FIELD(INFO_UPROBE, perf_event.uprobe.offset, offset),
	INFO_FIELD(INFO_UPROBE, perf_event.uprobe.cookie, cookie),
	INFO_FIELD(INFO_UPROBE, perf_event.uprobe.ref_ctr_offset, ref_ctr_offset),
	INFO_FIELD(INFO_KPROBE, perf_event.kprobe.offset, offset),
	INFO_FIELD(INFO_KPROBE, perf_event.kprobe.addr, address),
	INFO_FIELD(INFO_KPROBE, perf_event.kprobe.missed, missed),
	INFO_FIELD(INFO_KPROBE, perf_event.kprobe.cookie, cookie),
	INFO_FIELD(INFO_TRACEPOINT, perf_event.tracepoint.cookie, cookie),
	INFO_FIELD(INFO_EVENT, perf_event.event.config, event_config),
	INFO_FIELD(INFO_EVENT, perf_event.event.type, event_type),
	INFO_FIELD(INFO_EVENT, perf_event.event.cookie, cookie),
};

static unsigned info_link_kind(const struct rawbpf__link_info *got)
{
	if (got->type != BPF_LINK_TYPE_PERF_EVENT || !got->perf_event.type)
		return got->type;
	switch (INFO_PERF + got->perf_event.type) {
	case INFO_URETPROBE:
		return INFO_UPROBE;
	case INFO_KRETPROBE:
		return INFO_KPROBE;
	default:
		return INFO_PERF + got->perf_event.type;
	}
}

static uint64_t info_link_number(const void *info, unsigned offset, unsigned size)
{
	const char *at = (const char *)info + offset;

	return size == 8 ? *(const uint64_t *)at : *(const uint32_t *)at;
}

static void info_link_set(void *info, unsigned offset, unsigned size, uint64_t number)
{
	char *at = (char *)info + offset;

	if (size == 8)
		*(uint64_t *)at = number;
	else
		*(uint32_t *)at = number;
}

static void info_link_copy(struct rawbpf_link_info *info, const struct rawbpf__link_info *got,
			   unsigned kind)
{
	for (unsigned i = 0; i < sizeof(info_link_fields) / sizeof(info_link_fields[0]); i++) {
		const struct info_link_field *field = &info_link_fields[i];

		/* perf_event.type belongs to all perf_event kinds */
		if (field->kind == kind || field->kind == got->type)
			info_link_set(info, field->to, field->to_size,
				      info_link_number(got, field->from, field->from_size));
	}
}

static const struct info_link_buffers *info_link_buffers_of(unsigned kind)
{
	for (unsigned i = 0; i < sizeof(info_link_buffers) / sizeof(info_link_buffers[0]); i++)
		if (info_link_buffers[i].kind == kind)
			return &info_link_buffers[i];
	return NULL;
}

/* The arrays of numbers, all of the same count. `pointer` is the offset of the field with its address. */
enum { INFO_NUMBERS = 4 };
struct info_link_numbers {
	unsigned pointer;
	struct rawbpf_info_array *array;
};

static void info_link_numbers_of(struct info_link_numbers numbers[INFO_NUMBERS],
				 struct rawbpf_link_info *info,
				 const struct info_link_buffers *buffers)
{
	numbers[0] = (struct info_link_numbers){ buffers->addresses, &info->addresses };
	numbers[1] = (struct info_link_numbers){ buffers->cookies, &info->cookies };
	numbers[2] = (struct info_link_numbers){ buffers->ref_ctr_offsets, &info->ref_ctr_offsets };
	numbers[3] = (struct info_link_numbers){ buffers->btf_ids, &info->btf_ids };
}

/* Offer a buffer, if the caller has one and the kernel knows the field. Returns whether it did. */
static int info_link_offer(struct rawbpf__link_info *ask, unsigned pointer, int known,
			   const struct rawbpf_info_array *array)
{
	if (!pointer || !array->data || !array->max || (int)pointer + 8 > known)
		return 0;
	info_link_set(ask, pointer, 8, RAWBPF__PTR(array->data));
	return 1;
}

/* Ask once more, with the caller's buffers, if it has any. */
static int info_link_fill(int link, struct rawbpf_link_info *info, struct rawbpf__link_info *got,
			  const struct info_link_buffers *buffers, int known)
{
	struct info_link_numbers numbers[INFO_NUMBERS];
	struct rawbpf__link_info ask;
	unsigned count = 0;
	int err, asked = 0;

	info_link_numbers_of(numbers, info, buffers);
	__builtin_memset(&ask, 0, sizeof(ask));
	if (info_link_offer(&ask, buffers->name, known, &info->name)) {
		info_link_set(&ask, buffers->name_size, 4, info->name.max);
		asked = 1;
	}
	for (unsigned i = 0; i < INFO_NUMBERS; i++) {
		if (!info_link_offer(&ask, numbers[i].pointer, known, numbers[i].array))
			continue;
		if (!count || numbers[i].array->max < count)
			count = numbers[i].array->max;
		asked = 1;
	}
	if (!asked)
		return 0;
	if (buffers->count)
		info_link_set(&ask, buffers->count, 4, count);
	err = rawbpf_obj_info(link, &ask, sizeof(ask));
	if (err == -ENOSPC) /* truncated, as the caller asked; the kernel does not write the numbers again */
		return 0;
	if (err >= 0)
		*got = ask;
	return err < 0 ? err : 0;
}

static int info_link_is_of_tasks(const char *target)
{
	return rawbpf__equal(target, "task") || rawbpf__equal(target, "task_file") ||
	       rawbpf__equal(target, "task_vma");
}

/* Read an iterator's numbers. The name of its target decides which of them have a meaning. */
static int info_link_iter(int link, struct rawbpf_link_info *info)
{
	char target[64] = "";
	struct rawbpf__link_info got;
	int err;

	__builtin_memset(&got, 0, sizeof(got));
	got.iter.target_name = RAWBPF__PTR(target);
	got.iter.target_name_len = sizeof(target);
	err = rawbpf_obj_info(link, &got, sizeof(got));
	if (err < 0)
		return err;
	info->map_id = got.iter.map_id;
	if (info_link_is_of_tasks(target)) {
		info->tid = got.iter.task.tid;
		info->pid = got.iter.task.pid;
	} else if (rawbpf__equal(target, "cgroup")) {
		info->cgroup_id = got.iter.cgroup.cgroup_id;
		info->cgroup_order = got.iter.cgroup.order;
	}
	return 0;
}

/* Set all lengths: the kernel's numbers of the call without buffers, else the length that it wrote. */
static void info_link_count(struct rawbpf_link_info *info, const struct rawbpf__link_info *told,
			    const struct info_link_buffers *buffers)
{
	struct info_link_numbers numbers[INFO_NUMBERS];

	info_link_numbers_of(numbers, info, buffers);
	for (unsigned i = 0; i < INFO_NUMBERS; i++)
		if (numbers[i].pointer)
			numbers[i].array->count = info_link_number(told, buffers->count, 4);
	if (buffers->name)
		info->name.count = info_link_number(told, buffers->name_size, 4);
	if (buffers->name && !info->name.count && info->name.data && info->name.max)
		info->name.count = rawbpf__length(info->name.data) + 1;
}

int rawbpf_link_info(struct rawbpf_link_info *info, int link)
{
	static const struct info_link_buffers none;
	struct rawbpf_link_info out = {
		.name = { info->name.data, info->name.max, 0 },
		.addresses = { info->addresses.data, info->addresses.max, 0 },
		.cookies = { info->cookies.data, info->cookies.max, 0 },
		.ref_ctr_offsets = { info->ref_ctr_offsets.data, info->ref_ctr_offsets.max, 0 },
		.btf_ids = { info->btf_ids.data, info->btf_ids.max, 0 },
	};
	struct rawbpf__link_info told, got;
	const struct info_link_buffers *buffers;
	unsigned kind;
	int err, known;

	__builtin_memset(&told, 0, sizeof(told));
	err = rawbpf__obj_check(link, RAWBPF_OBJ_LINK);
	if (err < 0)
		return err;
	known = rawbpf_obj_info(link, &told, sizeof(told));
	if (known < 0)
		return known;
	kind = info_link_kind(&told);
	buffers = info_link_buffers_of(kind);
	if (!buffers)
		buffers = &none;
	if (out.name.data && out.name.max)
		*(char *)out.name.data = '\0';
	got = told;
	err = info_link_fill(link, &out, &got, buffers, known);
	if (err == 0 && kind == BPF_LINK_TYPE_ITER)
		err = info_link_iter(link, &out);
	if (err < 0)
		return err;
	out.type = got.type;
	out.id = got.id;
	out.prog_id = got.prog_id;
	info_link_copy(&out, &got, kind);
	info_link_count(&out, &told, buffers);
	*info = out;
	return 0;
}
