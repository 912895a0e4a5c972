/* SPDX-License-Identifier: MIT */
#include <rawbpf/map.h>

#include "../sys/attr.h"
#include "../sys/sys.h"

static int batch_call(unsigned command, int map, struct rawbpf_map_batch *batch, const void *from,
		      void *to)
{
	struct rawbpf__map_batch_attr attr = {
		.in_batch = RAWBPF__PTR(from),
		.out_batch = RAWBPF__PTR(to),
		.keys = RAWBPF__PTR(batch->keys),
		.values = RAWBPF__PTR(batch->values),
		.count = batch->capacity,
		.map_fd = map,
		.elem_flags = batch->elem_flags,
	};
	int err = rawbpf__bpf(command, &attr, sizeof attr);

	/*
	 * The kernel writes `count` only once it has begun. If it rejects the call before that, our
	 * own number stands there. After a later error `count` is smaller than that.
	 */
	batch->count = err < 0 && err != -ENOENT && attr.count == batch->capacity ? 0 : attr.count;
	return err;
}

static int read_batch(unsigned command, int map, struct rawbpf_map_batch *batch)
{
	int err;

	batch->count = 0;
	if (!batch->capacity) /* the kernel would report success, and never an end */
		return -EINVAL;
	err = batch_call(command, map, batch, batch->resume ? batch->position : NULL,
			 batch->position);
	if (err == -ENOENT)
		return 0;
	if (err < 0)
		return err;
	batch->resume = 1;
	return 1;
}

int rawbpf_map_batch_lookup(int map, struct rawbpf_map_batch *batch)
{
	return read_batch(BPF_MAP_LOOKUP_BATCH, map, batch);
}

int rawbpf_map_batch_take(int map, struct rawbpf_map_batch *batch)
{
	return read_batch(BPF_MAP_LOOKUP_AND_DELETE_BATCH, map, batch);
}

int rawbpf_map_batch_update(int map, struct rawbpf_map_batch *batch)
{
	return batch_call(BPF_MAP_UPDATE_BATCH, map, batch, NULL, NULL);
}

int rawbpf_map_batch_delete(int map, struct rawbpf_map_batch *batch)
{
	return batch_call(BPF_MAP_DELETE_BATCH, map, batch, NULL, NULL);
}
