/* SPDX-License-Identifier: MIT */
#include <rawbpf/map.h>
#include <rawbpf/uapi.h>

#include "../sys/attr.h"
#include "obj.h"
#include "../../insn/base/string.h"

/* Create the map once more, only for the log. A kernel without such logs does not know the command. */
static void log_reason(const struct rawbpf_map_spec *spec,
		       const struct rawbpf__map_create_attr *attr)
{
	struct rawbpf__common_attr common = {
		.log_buf = RAWBPF__PTR(spec->log),
		.log_size = spec->log_size,
		.log_level = 1,
	};
	int fd = rawbpf__bpf_common(BPF_MAP_CREATE | BPF_COMMON_ATTRS, attr, sizeof *attr, &common,
				    sizeof common);

	if (fd >= 0)
		rawbpf__close(fd);
}

int rawbpf_map_create(const struct rawbpf_map_spec *spec)
{
	if (!spec)
		return -EINVAL;

	int wants_log = spec->log && spec->log_size;
	struct rawbpf__map_create_attr attr = {
		.map_type = spec->type,
		.key_size = spec->key_size,
		.value_size = spec->value_size,
		.max_entries = spec->max_entries,
		.map_flags = spec->flags,
		.inner_map_fd = spec->inner_map,
		.numa_node = spec->numa_node,
		.map_ifindex = spec->ifindex,
		.btf_fd = spec->btf,
		.btf_key_type_id = spec->btf_key_type_id,
		.btf_value_type_id = spec->btf_value_type_id,
		.btf_vmlinux_value_type_id = spec->btf_vmlinux_value_type_id,
		.map_extra = spec->map_extra,
		.value_type_btf_obj_fd = spec->btf_vmlinux,
		.map_token_fd = spec->token,
		.excl_prog_hash = RAWBPF__PTR(spec->exclusive_hash),
		.excl_prog_hash_size = spec->exclusive_hash_size,
	};
	int err = rawbpf__name_copy(attr.map_name, spec->name);
	int fd;

	if (wants_log)
		spec->log[0] = '\0';
	if (err < 0)
		return err;
	fd = rawbpf__bpf_fd(BPF_MAP_CREATE, &attr, sizeof attr);
	if (fd < 0 && wants_log)
		log_reason(spec, &attr);
	return fd;
}

/* Run a command on one element. The commands differ only in their number and the use of `value`. */
static int element(unsigned command, int map, const void *key, const void *value, uint64_t flags)
{
	const struct rawbpf__map_elem_attr attr = {
		.map_fd = map,
		.key = RAWBPF__PTR(key),
		.value = RAWBPF__PTR(value),
		.flags = flags,
	};

	return rawbpf__bpf(command, &attr, sizeof attr);
}

int rawbpf_map_lookup(int map, const void *key, void *value, uint64_t flags)
{
	return element(BPF_MAP_LOOKUP_ELEM, map, key, value, flags);
}

int rawbpf_map_update(int map, const void *key, const void *value, uint64_t flags)
{
	return element(BPF_MAP_UPDATE_ELEM, map, key, value, flags);
}

int rawbpf_map_delete(int map, const void *key)
{
	return element(BPF_MAP_DELETE_ELEM, map, key, NULL, 0);
}

int rawbpf_map_next(int map, const void *key, void *next)
{
	return element(BPF_MAP_GET_NEXT_KEY, map, key, next, 0);
}

int rawbpf_map_take(int map, const void *key, void *value, uint64_t flags)
{
	return element(BPF_MAP_LOOKUP_AND_DELETE_ELEM, map, key, value, flags);
}

int rawbpf_map_freeze(int map)
{
	const struct rawbpf__map_elem_attr attr = { .map_fd = map };

	return rawbpf__bpf(BPF_MAP_FREEZE, &attr, sizeof attr.map_fd);
}

static int is_percpu(unsigned type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

int rawbpf_map_layout_info(struct rawbpf_map_layout *layout, int map)
{
	struct bpf_map_info info;
	int cpus = 1;
	int err;

	/* An initialiser would leave padding undefined, which an older kernel rejects with E2BIG. */
	__builtin_memset(&info, 0, sizeof info);
	err = rawbpf_obj_info(map, &info, sizeof info);
	if (err < 0)
		return err;
	err = rawbpf__obj_check(map, RAWBPF_OBJ_MAP);
	if (err < 0)
		return err;
	if (is_percpu(info.type)) {
		cpus = rawbpf_cpu_count();
		if (cpus < 0)
			return cpus;
	}
	*layout = (struct rawbpf_map_layout){
		.type = info.type,
		.key_size = info.key_size,
		.value_size = info.value_size,
		.max_entries = info.max_entries,
		.flags = info.map_flags,
		.cpus = cpus,
		.lookup_size = is_percpu(info.type) ? RAWBPF__ROUND_UP_8(info.value_size) * cpus
						    : info.value_size,
	};
	return 0;
}

int rawbpf_map_percpu_lookup(int map, const struct rawbpf_map_layout *layout, const void *key,
			     void *values, size_t size)
{
	if (size < layout->lookup_size)
		return -ENOSPC;
	return rawbpf_map_lookup(map, key, values, 0);
}

int rawbpf_map_view_open(struct rawbpf_map_view *view, int map, int writable)
{
	struct rawbpf_map_layout layout;
	int err;

	*view = (struct rawbpf_map_view){ 0 };
	err = rawbpf_map_layout_info(&layout, map);
	if (err < 0)
		return err;
	if (layout.type != BPF_MAP_TYPE_ARRAY)
		return -EINVAL;
	view->stride = RAWBPF__ROUND_UP_8(layout.value_size);
	view->size = view->stride * layout.max_entries;
	err = rawbpf__mmap(&view->data, view->size, PROT_READ | (writable ? PROT_WRITE : 0), map);
	if (err < 0)
		*view = (struct rawbpf_map_view){ 0 };
	return err;
}

void rawbpf_map_view_close(struct rawbpf_map_view *view)
{
	if (view->data)
		rawbpf__munmap(view->data, view->size);
	*view = (struct rawbpf_map_view){ 0 };
}
