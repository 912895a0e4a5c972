/* SPDX-License-Identifier: MIT */
/*
 * Create a map on any kernel. Before 5.11, maps and programs count against RLIMIT_MEMLOCK. Raise
 * the limit only if it rejected a map. CAP_BPF; CAP_SYS_RESOURCE to raise. Linux 5.10.
 */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "memlock");

	const struct rawbpf_map_spec spec = {
		.name = "large", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 1024,
		.max_entries = 1024 };
	int map = rawbpf_map_create(&spec);

	if (map == -EPERM) {
		must(RAWBPF_MEMLOCK_RAISE, rawbpf_memlock_raise());
		map = rawbpf_map_create(&spec);
	}
	must(RAWBPF_MAP_CREATE, map);
	printf("created a map of 1 MiB\n");
	close(map);
	return done();
}
