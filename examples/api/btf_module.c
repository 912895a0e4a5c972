/* SPDX-License-Identifier: MIT */
/*
 * The types of a module, which go on where the kernel's end.
 *
 * usage: btf_module MODULE	one that is loaded, as nf_conntrack. Root. Linux 5.11.
 */
#include "api.h"

int main(int argc, char **argv)
{
	struct rawbpf_btf kernel, module;
	unsigned first, end;

	if (argc != 2) {
		fprintf(stderr, "usage: btf_module MODULE\n");
		return API_FAILED;
	}
	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	must(RAWBPF_BTF_MODULE_OPEN, rawbpf_btf_module_open(&module, argv[1], &kernel));
	first = rawbpf_btf_type_end(&kernel);
	end = rawbpf_btf_type_end(&module);
	printf("%u types of its own, the last one: %s\n", end - first,
	       rawbpf_btf_type_name(&module, end - 1));
	rawbpf_btf_close(&module);
	rawbpf_btf_close(&kernel);
	return done();
}
