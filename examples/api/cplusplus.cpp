// SPDX-License-Identifier: MIT
//
// A call with a spec, in C++. C passes the address of a compound literal, which C++ refuses. Name
// the spec, zero it by `= {}`, and set what is not the default. C++11. CAP_BPF. Linux 5.10.
#include "api.h"

// A descriptor that closes itself.
class descriptor {
public:
	explicit descriptor(int fd) : fd_(fd) {}
	~descriptor() { if (fd_ >= 0) close(fd_); }
	descriptor(const descriptor &) = delete;
	descriptor &operator=(const descriptor &) = delete;
	int get() const { return fd_; }

private:
	int fd_;
};

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "cplusplus");

	rawbpf_map_spec spec = {};
	spec.name = "squares";
	spec.type = BPF_MAP_TYPE_ARRAY;
	spec.key_size = sizeof(uint32_t);
	spec.value_size = sizeof(uint64_t);
	spec.max_entries = 4;

	const descriptor map(must(RAWBPF_MAP_CREATE, rawbpf_map_create(&spec)));

	for (uint32_t key = 0; key < spec.max_entries; key++) {
		const uint64_t square = key * key;
		must(RAWBPF_MAP_UPDATE, rawbpf_map_update(map.get(), &key, &square, BPF_ANY));
	}

	rawbpf_map_iter iter;
	const void *key, *value;
	must(RAWBPF_MAP_ITER_OPEN, rawbpf_map_iter_open(&iter, map.get()));
	while (must(RAWBPF_MAP_ITER_NEXT, rawbpf_map_iter_next(&iter, &key, &value)) > 0)
		printf("%u: %llu\n", *static_cast<const uint32_t *>(key),
		       static_cast<unsigned long long>(*static_cast<const uint64_t *>(value)));
	rawbpf_map_iter_close(&iter);
	return done();
}
