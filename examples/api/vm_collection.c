/* SPDX-License-Identifier: MIT */
/* Run a program of a text in user space, and read its map. No privilege, no kernel. */
#include "api.h"

#include <rawbpf/vm_collection.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

static const char text[] =
	".map    calls hash u32 u64 16\n"
	".prog   by_number\n"
	".at     raw_tp sys_enter\n"
	"	.local  number u32\n"
	"	r1 = *(u64 *)(r1 + 8)\n"
	"	*(u32 *)(r10 + number) = r1\n"
	"	count   calls, r10 + number\n"
	"	r0 = 0\n"
	"	exit\n";

static const uint64_t numbers[] = { 257, 3, 257 };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "vm_collection");

	static uint64_t tables[1 << 15], memory[1 << 14];
	struct rawbpf_collection collection;
	struct rawbpf_collection_text input = { .text = text, .length = sizeof text - 1,
		.memory = tables, .memory_size = sizeof tables };
	static struct rawbpf_vm_collection loaded;
	uint64_t arguments[2], count;
	struct rawbpf_vm_region context = { .name = "context", .size = sizeof arguments,
		.bytes = (unsigned char *)arguments, .rights = RAWBPF_VM_READ };
	struct rawbpf_vm_world world = { .pid = 42 };
	struct rawbpf_vm_helpers helpers;
	static struct rawbpf_vm vm;
	uint32_t key;

	if (rawbpf_collection_parse(&collection, &input) < 0 ||
	    rawbpf_vm_collection_open(&loaded, &(struct rawbpf_vm_collection_spec){
		.collection = &collection, .memory = memory, .memory_size = sizeof memory }) < 0)
		return API_FAILED; /* loaded.error has the line and a message */
	rawbpf_vm_helpers_get(&helpers, &world);
	loaded.machine.helpers = &helpers;
	loaded.machine.context = &context;
	for (unsigned i = 0; i < RAWBPF_COUNT(numbers); i++) {
		arguments[1] = numbers[i];
		if (rawbpf_vm_open(&vm, &loaded.machine) < 0 ||
		    rawbpf_vm_run(&vm, 10000) != RAWBPF_VM_ENDED)
			return API_FAILED;
	}
	key = 257;
	if (rawbpf_vm_map_lookup(&loaded.maps[0], &key, &count) == 0)
		printf("call %u: %llu\n", key, (unsigned long long)count);
	rawbpf_vm_maps_open(&loaded);
	if (rawbpf_vm_map_next(&loaded.maps[0], NULL, &key) == -ENOENT)
		printf("empty again\n");
	return done();
}
