/* SPDX-License-Identifier: MIT */
/* Values with a lock: no reader sees half an update. CAP_BPF. Linux 5.10. */
#include "api.h"

struct value {
	uint32_t lock; /* struct bpf_spin_lock; look-ups do not copy it */
	uint32_t packets;
	uint64_t bytes;
};

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "btf_map");

	const struct rawbpf_btf_special lock = { "bpf_spin_lock", offsetof(struct value, lock) };
	struct rawbpf_map_spec spec = { .name = "traffic", .type = BPF_MAP_TYPE_HASH,
		.key_size = 4, .value_size = sizeof(struct value), .max_entries = 8 };
	struct value value = { .packets = 3, .bytes = 4500 };
	const uint32_t key = 1;
	int map;

	must(RAWBPF_MAP_BTF_LOAD, rawbpf_map_btf_load(&spec, &lock, 1)); /* sets spec.btf */
	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&spec));
	close(spec.btf);
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(map, &key, &value, BPF_F_LOCK));
	memset(&value, 0, sizeof value);
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &key, &value, BPF_F_LOCK));
	printf("%u packets, %llu bytes\n", value.packets, (unsigned long long)value.bytes);
	close(map);

	/* Write the same types to memory, for a loader of one's own. */
	static _Alignas(4) char data[1024];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	struct rawbpf_btf_map types = { .type = BPF_MAP_TYPE_HASH, .key_size = 4,
					.value_size = sizeof value };
	must(NULL, rawbpf_btf_map_emit(&b, &types, &lock, 1));
	printf("types %u and %u, of %zu bytes of BTF\n", types.key_type_id, types.value_type_id, b.size);
	return done();
}
