/* SPDX-License-Identifier: MIT */
/* Attach one program to several kernel functions, by name, without BTF. Root. Linux 5.18. */
#include "counter.h"

#include <fcntl.h>

static const char *const functions[] = { "do_fchownat", "do_faccessat" };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "kprobe_multi");

	struct rawbpf_link link;
	int map = counter_create();
	int prog = counter_load(map, BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI);

	must(RAWBPF_KPROBE_MULTI_ATTACH,
	     rawbpf_kprobe_multi_attach(&link, prog, &(struct rawbpf_kprobe_multi_spec){
		.symbols = functions, .count = RAWBPF_COUNT(functions) }));
	(void)!fchownat(AT_FDCWD, "/no/such/file", 0, 0, 0);
	(void)!access("/no/such/file", R_OK);
	(void)!access("/no/such/file", R_OK);
	rawbpf_link_detach(&link);
	printf("%llu calls of both\n", counter_read(map));
	close(prog);
	close(map);
	return done();
}
