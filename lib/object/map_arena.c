/* SPDX-License-Identifier: MIT */
#include <rawbpf/info.h>
#include <rawbpf/map.h>

#include "../sys/sys.h"

int rawbpf_map_arena_open(struct rawbpf_map_view *view, int map, void *address)
{
	struct rawbpf_map_info info = { 0 };
	int err;

	*view = (struct rawbpf_map_view){ 0 };
	err = rawbpf_map_info(&info, map);
	if (err < 0)
		return err;
	if (info.type != BPF_MAP_TYPE_ARENA)
		return -EINVAL;
	view->stride = rawbpf__page_size();
	view->size = view->stride * info.max_entries;
	err = rawbpf__mmap_near(&view->data, address ? address : (void *)(uintptr_t)info.map_extra,
				view->size, map);
	if (err < 0)
		*view = (struct rawbpf_map_view){ 0 };
	return err;
}
