/* SPDX-License-Identifier: MIT */
/* A kprobe at each function whose name matches a pattern. Root. Linux 5.10. */
#include "counter.h"

#include <fcntl.h>

enum { LINKS = 8 };

int main(void)
{
	struct rawbpf_link links[LINKS];
	uint64_t addresses[LINKS];
	int map = counter_create();
	int prog = counter_load(map, BPF_PROG_TYPE_KPROBE, 0);
	int count = must(RAWBPF_KPROBE_FIND, rawbpf_kprobe_find(addresses, LINKS, "do_fchowna?"));

	for (int i = 0; i < count && i < LINKS; i++)
		must(RAWBPF_KPROBE_ATTACH,
		     rawbpf_kprobe_attach(&links[i], prog, &(struct rawbpf_kprobe_spec){
			.address = addresses[i] }));
	(void)!fchownat(AT_FDCWD, "/no/such/file", 0, 0, 0);
	(void)!fchownat(AT_FDCWD, "/no/such/file", 0, 0, 0);
	for (int i = 0; i < count && i < LINKS; i++)
		rawbpf_link_detach(&links[i]);
	printf("%llu calls of %d function\n", counter_read(map), count);
	close(prog);
	close(map);
	return done();
}
