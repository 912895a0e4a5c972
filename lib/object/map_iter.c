/* SPDX-License-Identifier: MIT */
#include <rawbpf/map.h>

#include "../sys/attr.h"
#include "../sys/sys.h"

/* Large enough to hide the cost of a system call, small enough for the cache. */
enum { SCRATCH_SIZE = 64 * 1024 };

static size_t position_size(const struct rawbpf_map_layout *layout)
{
	/* A hash's position is a 32-bit bucket number; other types' is a key. */
	return RAWBPF__ROUND_UP_8(layout->key_size < 4 ? 4 : layout->key_size);
}

/* Map scratch memory: the position, then `capacity` keys, then as many values. */
static int scratch_open(struct rawbpf_map_iter *iter, size_t capacity)
{
	const struct rawbpf_map_layout *layout = &iter->layout;
	size_t keys = position_size(layout);
	size_t values = keys + RAWBPF__ROUND_UP_8(capacity * layout->key_size);
	char *scratch;
	void *memory;
	int err;

	iter->scratch_size = values + capacity * layout->lookup_size;
	err = rawbpf__mmap(&memory, iter->scratch_size, PROT_READ | PROT_WRITE, -1);
	if (err < 0)
		return err;
	scratch = memory;
	iter->scratch = memory;
	iter->batch.position = scratch;
	iter->batch.keys = scratch + keys;
	iter->batch.values = scratch + values;
	iter->batch.capacity = capacity;
	return 0;
}

/* Make room for more elements at the same position: a hash bucket did not fit. */
static int scratch_grow(struct rawbpf_map_iter *iter)
{
	struct rawbpf_map_iter old = *iter;
	int err = scratch_open(iter, (size_t)old.batch.capacity * 2);

	if (err < 0) {
		*iter = old;
		return err;
	}
	__builtin_memcpy(iter->batch.position, old.batch.position, position_size(&iter->layout));
	rawbpf__munmap(old.scratch, old.scratch_size);
	return 0;
}

static int refill_one(struct rawbpf_map_iter *iter)
{
	struct rawbpf_map_batch *batch = &iter->batch;
	int err;

	do {
		err = rawbpf_map_next(iter->map, batch->resume ? batch->position : NULL,
				      batch->position);
		if (err < 0)
			break;
		batch->resume = 1;
		err = rawbpf_map_lookup(iter->map, batch->position, batch->values, 0);
	} while (err == -ENOENT); /* deleted between the two calls */

	batch->count = err < 0 ? 0 : 1;
	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}

static int refill(struct rawbpf_map_iter *iter)
{
	int more, err;

	iter->at = 0;
	while (!iter->one_by_one) {
		more = rawbpf_map_batch_lookup(iter->map, &iter->batch);
		/* The type has no batches, or the kernel (before 5.6). */
		if ((more == -RAWBPF__ENOTSUPP || more == -EINVAL) && !iter->batch.resume)
			iter->one_by_one = 1;
		else if (more != -ENOSPC)
			return more;
		else if ((err = scratch_grow(iter)) < 0)
			return err;
	}
	return refill_one(iter);
}

int rawbpf_map_iter_open(struct rawbpf_map_iter *iter, int map)
{
	size_t element, capacity;
	int err;

	*iter = (struct rawbpf_map_iter){ .map = map, .more = 1 };
	err = rawbpf_map_layout_info(&iter->layout, map);
	if (err == 0) {
		element = iter->layout.key_size + iter->layout.lookup_size;
		capacity = element < SCRATCH_SIZE ? SCRATCH_SIZE / (element ? element : 1) : 1;
		err = scratch_open(iter, capacity);
	}
	if (err < 0)
		*iter = (struct rawbpf_map_iter){ 0 };
	return err;
}

int rawbpf_map_iter_next(struct rawbpf_map_iter *iter, const void **key, const void **value)
{
	const struct rawbpf_map_batch *batch = &iter->batch;

	while (iter->at == batch->count) {
		if (!iter->more)
			return 0;
		iter->more = refill(iter);
		if (iter->more < 0) {
			int err = iter->more;

			iter->more = 0;
			iter->at = iter->batch.count = 0;
			return err;
		}
	}
	if (iter->one_by_one)
		*key = batch->position;
	else
		*key = (char *)batch->keys + (size_t)iter->at * iter->layout.key_size;
	*value = (char *)batch->values + (size_t)iter->at * iter->layout.lookup_size;
	iter->at++;
	return 1;
}

void rawbpf_map_iter_close(struct rawbpf_map_iter *iter)
{
	if (iter->scratch)
		rawbpf__munmap(iter->scratch, iter->scratch_size);
	*iter = (struct rawbpf_map_iter){ 0 };
}
