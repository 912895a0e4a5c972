/* SPDX-License-Identifier: MIT */
/* A program at each function whose name matches a pattern. Root. Linux 5.10. */
#include "counter.h"

#include <fcntl.h>

enum { FUNCTIONS = 8 };

static uint64_t addresses[FUNCTIONS];
static struct rawbpf_link links[FUNCTIONS];

/* Attach to all functions by one link, which takes a program loaded for that. */
static int attach_at_once(int map, unsigned count)
{
	int prog = counter_load(map, BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI);
	int err = rawbpf_kprobe_multi_attach(&links[0], prog, &(struct rawbpf_kprobe_multi_spec){
		.addresses = addresses, .count = count });

	close(prog); /* the link keeps it */
	return err;
}

/* At the functions' beginnings: arm64 keeps the found places for ftrace. */
static void attach_one_by_one(int map, unsigned count)
{
	int prog = counter_load(map, BPF_PROG_TYPE_KPROBE, 0);
	struct rawbpf_ksym syms[FUNCTIONS];

	for (unsigned i = 0; i < count; i++)
		syms[i].address = addresses[i];
	must(RAWBPF_KSYM_RESOLVE, rawbpf_ksym_resolve(syms, count));
	for (unsigned i = 0; i < count; i++)
		must(RAWBPF_KPROBE_ATTACH,
		     rawbpf_kprobe_attach(&links[i], prog, &(struct rawbpf_kprobe_spec){
			.address = addresses[i] - syms[i].offset }));
	close(prog);
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "kprobe_find");
	int map = counter_create();
	int count = must(RAWBPF_KPROBE_FIND,
			 rawbpf_kprobe_find(addresses, FUNCTIONS, "do_fchowna?"));
	int stored = count < FUNCTIONS ? count : FUNCTIONS;
	int err = attach_at_once(map, stored);

	/* Not in this kernel, or in none before 5.18 */
	if (err == -EOPNOTSUPP || err == -EINVAL)
		attach_one_by_one(map, stored);
	else
		must(RAWBPF_KPROBE_MULTI_ATTACH, err);
	(void)!fchownat(AT_FDCWD, "/no/such/file", 0, 0, 0);
	(void)!fchownat(AT_FDCWD, "/no/such/file", 0, 0, 0);
	for (int i = 0; i < FUNCTIONS; i++)
		rawbpf_link_detach(&links[i]); /* an inert link does nothing */
	printf("%llu calls of %d function\n", counter_read(map), count);
	close(map);
	return done();
}
