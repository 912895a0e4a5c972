/* SPDX-License-Identifier: MIT */
/* Read the types of a module, whose ids follow the kernel's. Root. Linux 5.11. */
#include "api.h"

int main(int argc, char **argv)
{
	struct rawbpf_btf kernel, module;
	unsigned first, end;

	check_arguments(argc, argv, 1, 1, "btf_module MODULE (a loaded one, such as nf_conntrack)");
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
