/* SPDX-License-Identifier: MIT */
/* Find the address of a kernel function, and functions by address. Root. Linux 5.10. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "ksym");

	uint64_t address;
	struct rawbpf_ksym syms[2];
	int count = must(RAWBPF_KSYM_FIND, rawbpf_ksym_find(&address, 1, "do_exit"));

	printf("symbols called do_exit: %d\n", count);
	/* Find all at once: each call reads /proc/kallsyms from end to end. */
	syms[0].address = address;
	syms[1].address = address + 5;
	must(RAWBPF_KSYM_RESOLVE, rawbpf_ksym_resolve(syms, RAWBPF_COUNT(syms)));
	for (unsigned i = 0; i < RAWBPF_COUNT(syms); i++)
		printf("%s+%llu\n", syms[i].name, (unsigned long long)syms[i].offset);
	return done();
}
