/* SPDX-License-Identifier: MIT */
/* Move 1000 elements with a few system calls instead of 3000. CAP_BPF. Linux 5.6. */
#include "api.h"

enum { COUNT = 1000, CAPACITY = 512 };

static uint32_t keys[COUNT];
static uint64_t values[COUNT];

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "map_batch");

	struct rawbpf_map_batch batch = { .keys = keys, .values = values, .capacity = COUNT };
	unsigned seen = 0;
	uint64_t sum = 0;
	uint32_t position;
	int map, more;

	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "squares", .type = BPF_MAP_TYPE_HASH, .key_size = sizeof *keys,
		.value_size = sizeof *values, .max_entries = COUNT }));
	for (uint32_t i = 0; i < COUNT; i++) {
		keys[i] = i;
		values[i] = (uint64_t)i * i;
	}
	must(RAWBPF_MAP_BATCH_UPDATE, rawbpf_map_batch_update(map, &batch));
	printf("set %u elements in one call\n", batch.count);
	batch.capacity = 10; /* the keys 0 to 9, which are still in the array */
	must(RAWBPF_MAP_BATCH_DELETE, rawbpf_map_batch_delete(map, &batch));
	printf("deleted %u\n", batch.count);

	batch.capacity = CAPACITY;
	batch.position = &position;
	do {
		more = must(RAWBPF_MAP_BATCH_LOOKUP, rawbpf_map_batch_lookup(map, &batch));
		for (unsigned i = 0; i < batch.count; i++, seen++)
			sum += values[i];
	} while (more);
	printf("read %u, sum %llu\n", seen, (unsigned long long)sum);

	batch.resume = 0; /* begin again */
	seen = 0;
	do {
		more = must(RAWBPF_MAP_BATCH_TAKE, rawbpf_map_batch_take(map, &batch));
		seen += batch.count;
	} while (more);
	printf("took %u\n", seen);
	close(map);
	return done();
}
