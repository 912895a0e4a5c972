/* SPDX-License-Identifier: MIT */
/* Count the calls of a function in a program, here our own. Root. Linux 5.10. */
#include "counter.h"

int uprobe_probed(int n);

__attribute__((noinline)) int uprobe_probed(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "uprobe");

	struct rawbpf_link link;
	uint64_t offset;
	int map = counter_create();
	int prog = counter_load(map, BPF_PROG_TYPE_KPROBE, 0);

	must(RAWBPF_UPROBE_FIND, rawbpf_uprobe_find(&offset, 1, "/proc/self/exe", "uprobe_probed"));
	must(RAWBPF_UPROBE_ATTACH, rawbpf_uprobe_attach(&link, prog, &(struct rawbpf_uprobe_spec){
		.path = "/proc/self/exe", .offset = offset, .pid = getpid() }));
	for (int i = 0; i < 5; i++)
		uprobe_probed(i);
	rawbpf_link_detach(&link);
	uprobe_probed(5); /* not counted any more */
	printf("%llu calls\n", counter_read(map));
	close(prog);
	close(map);
	return done();
}
