/* SPDX-License-Identifier: MIT */
/* A table of limits: fill it, read it, take an entry, and freeze it. CAP_BPF. Linux 5.14. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "map");

	uint32_t port = 22, next;
	uint64_t limit = 5;
	int map, err;

	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "limits", .type = BPF_MAP_TYPE_HASH,
		.key_size = sizeof port, .value_size = sizeof limit, .max_entries = 16 }));
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(map, &port, &limit, BPF_NOEXIST));
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(map, &(uint32_t){ 80 }, &(uint64_t){ 99 }, 0));
	err = rawbpf_map_update(map, &port, &limit, BPF_NOEXIST);
	printf("port %u again: %s\n", port, strerror(-err));

	must(RAWBPF_MAP_TAKE, rawbpf_map_take(map, &port, &limit, 0));
	printf("took port %u, limit %llu\n", port, (unsigned long long)limit);

	must(RAWBPF_MAP_FREEZE, rawbpf_map_freeze(map));
	err = rawbpf_map_delete(map, &(uint32_t){ 80 });
	printf("delete from the frozen map: %s\n", strerror(-err));

	/* NULL asks for the first key. -ENOENT is the end. */
	for (err = rawbpf_map_next(map, NULL, &next); err == 0;
	     err = rawbpf_map_next(map, &next, &next)) {
		must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &next, &limit, 0));
		printf("port %u, limit %llu\n", next, (unsigned long long)limit);
	}
	if (err != -ENOENT)
		fail(RAWBPF_MAP_NEXT, err);
	close(map);
	return done();
}
