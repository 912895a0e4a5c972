/* SPDX-License-Identifier: MIT */
/*
 * Leave a map for another process under a name in bpffs, and open it again, read-only. CAP_BPF.
 * Linux 6.5.
 */
#include "api.h"

#include <fcntl.h>

static const char name[] = "rawbpf-example", second[] = "rawbpf-example-2";
static int bpffs;

static void remove_pins(void)
{
	unlinkat(bpffs, name, 0);
	unlinkat(bpffs, second, 0);
}

int main(int argc, char **argv)
{
	const char *mounted = argc > 1 ? argv[1] : "/sys/fs/bpf";
	const uint32_t key = 0;
	uint32_t value = 42;
	char path[4096];
	int map, again, err;

	check_arguments(argc, argv, 0, 1, "obj [BPFFS] (default: /sys/fs/bpf)");
	snprintf(path, sizeof path, "%s/%s", mounted, name);
	bpffs = must_libc(mounted, open(mounted, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "left", .type = BPF_MAP_TYPE_ARRAY, .key_size = sizeof key,
		.value_size = sizeof value, .max_entries = 1 }));
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(map, &key, &value, BPF_ANY));
	must(RAWBPF_OBJ_PIN, rawbpf_obj_pin(map, path));
	atexit(remove_pins);
	/* Name the directory by a descriptor: for a bpffs without a path in this process. */
	must(RAWBPF_OBJ_PIN_AT, rawbpf_obj_pin_at(map, bpffs, second));
	close(map); /* the pins hold the map */

	again = must(RAWBPF_OBJ_OPEN, rawbpf_obj_open(path, BPF_F_RDONLY));
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(again, &key, &value, 0));
	printf("found %u\n", value);
	err = rawbpf_map_update(again, &key, &value, BPF_ANY);
	printf("an update: %s\n", strerror(-err));
	close(again);
	again = must(RAWBPF_OBJ_OPEN_AT, rawbpf_obj_open_at(bpffs, second, 0));
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(again, &key, &(uint32_t){ 43 }, BPF_ANY));
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(again, &key, &value, 0));
	printf("by the other pin: %u\n", value);
	close(again);
	return done();
}
