/* SPDX-License-Identifier: MIT */
/* Attach one program to the entry of several kernel functions. Root. Linux 7.2. */
#include "counter.h"

#include <fcntl.h>
#include <linux/btf.h>

static const char *const functions[] = { "do_fchownat", "do_faccessat" };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "tracing_multi");

	uint32_t ids[RAWBPF_COUNT(functions)];
	struct rawbpf_btf kernel;
	struct rawbpf_link link;
	int map = counter_create();
	int prog = counter_load(map, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY_MULTI);

	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	for (unsigned i = 0; i < RAWBPF_COUNT(functions); i++)
		ids[i] = must(NULL, rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, functions[i]));
	rawbpf_btf_close(&kernel);
	must(RAWBPF_TRACING_MULTI_ATTACH,
	     rawbpf_tracing_multi_attach(&link, prog, BPF_TRACE_FENTRY_MULTI,
					 &(struct rawbpf_tracing_multi_spec){
		.btf_ids = ids, .count = RAWBPF_COUNT(ids) }));
	(void)!fchownat(AT_FDCWD, "/no/such/file", 0, 0, 0);
	(void)!access("/no/such/file", R_OK);
	(void)!access("/no/such/file", R_OK);
	rawbpf_link_detach(&link);
	printf("%llu calls of %u functions\n", counter_read(map), RAWBPF_COUNT(ids));
	close(prog);
	close(map);
	return done();
}
