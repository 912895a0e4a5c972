/* SPDX-License-Identifier: MIT */
/* Run the .test blocks of a text, and count what they reach. No privilege, no kernel. */
#include "api.h"

#include <rawbpf/vm_test.h>

static const char text[] =
	".prog   keep_ipv4\n"
	".at     xdp\n"
	"	r0 = XDP_DROP\n"
	"	r2 = *(u32 *)(r1 + xdp_md.data)\n"
	"	r3 = *(u32 *)(r1 + xdp_md.data_end)\n"
	"	r4 = r2 + 14\n"
	"	if r4 > r3 goto out\n"
	"	r1 = *(u16 *)(r2 + 12)\n"
	"	r1 = be16 r1\n"
	"	if r1 != 0x800 goto out\n"
	"	r0 = XDP_PASS\n"
	"out:	exit\n"
	".test   \"IPv4 passes\" keep_ipv4\n"
	"	packet *12 0800 *20\n"
	"	expect r0 == XDP_PASS\n"
	".test   \"ARP passes\" keep_ipv4\n"
	"	packet *12 0806 *28\n"
	"	expect r0 == XDP_PASS\n";

enum { SLOTS = 16 };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "vm_test");

	static uint64_t tables[1 << 15], memory[1 << 13];
	static struct rawbpf_vm_test test;
	uint32_t ran[SLOTS] = { 0 }, jumped[SLOTS] = { 0 };
	struct rawbpf_vm_coverage coverage = { .ran = ran, .jumped = jumped, .slots = SLOTS };
	struct rawbpf_collection collection;
	struct rawbpf_collection_text input = { .text = text, .length = sizeof text - 1,
		.memory = tables, .memory_size = sizeof tables };

	if (rawbpf_collection_parse(&collection, &input) < 0)
		return API_FAILED;
	for (unsigned i = 0; i < collection.test_count; i++) {
		int result = rawbpf_vm_test_run(&test, &(struct rawbpf_vm_test_spec){
			.load = { .collection = &collection, .memory = memory, .memory_size = sizeof memory },
			.test = i, .coverage = &coverage });

		if (result < 0)
			return API_FAILED;
		printf("%s: %s\n", collection.strings + collection.tests[i].name,
		       result == RAWBPF_VM_PASSED ? "passed" : test.reason);
	}
	printf("the first jump: %u of %u times\n", jumped[5], ran[5]);
	rawbpf_vm_test_open(&test, &(struct rawbpf_vm_test_spec){
		.load = { .collection = &collection, .memory = memory, .memory_size = sizeof memory } });
	while (rawbpf_vm_run(&test.vm, 1) == RAWBPF_VM_PAUSED)
		printf("%u ", (unsigned)test.vm.r[0]);
	printf("is r0; %d\n", rawbpf_vm_test_check(&test));
	return done();
}
