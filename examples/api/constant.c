/* SPDX-License-Identifier: MIT */
/* Names of the kernel's numbers, and numbers of names: for options and output. No privilege. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "constant");

	static const char *const given[] = { "hash", "ringbuf", "heap" };
	unsigned count = 0;

	for (unsigned i = 0; i < RAWBPF_COUNT(given); i++) {
		int type = rawbpf_constant_find(RAWBPF_MAP_TYPE, given[i]);

		if (type < 0)
			printf("%s: no such type of maps\n", given[i]);
		else
			printf("%s: type %d\n", given[i], type);
	}
	while (rawbpf_constant_name(RAWBPF_LINK_TYPE, count))
		count++;
	printf("link type 2 of %u: %s\n", count, rawbpf_constant_name(RAWBPF_LINK_TYPE, 2));
	printf("helper 1: bpf_%s()\n", rawbpf_constant_name(RAWBPF_HELPER, 1));
	return done();
}
