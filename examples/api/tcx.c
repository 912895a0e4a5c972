/* SPDX-License-Identifier: MIT */
/* Attach a program to a device's egress, another before it, and list both. Root. Linux 6.6. */
#include "api.h"

#include <net/if.h>

static int load(const char *name)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, TCX_NEXT), /* the next program decides */
		BPF_EXIT_INSN(),
	};

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = BPF_PROG_TYPE_SCHED_CLS,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

static void print_programs(unsigned device)
{
	unsigned ids[64];
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = RAWBPF_COUNT(ids) };

	must(RAWBPF_PROG_QUERY, rawbpf_prog_query(&query, device, BPF_TCX_EGRESS));
	for (unsigned i = 0; i < query.count; i++) {
		struct rawbpf_prog_info info = { .type = 0 };
		int prog = must(RAWBPF_OBJ_ID_OPEN,
				rawbpf_obj_id_open(RAWBPF_OBJ_PROG, ids[i], NULL));

		must(RAWBPF_PROG_INFO, rawbpf_prog_info(&info, prog));
		printf("%u: %s\n", i + 1, info.name);
		close(prog);
	}
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "tcx");

	const unsigned lo = if_nametoindex("lo");
	int police = load("police"), count = load("count");
	struct rawbpf_link policing, counting;

	must(RAWBPF_TCX_ATTACH,
	     rawbpf_tcx_attach(&policing, police, lo, BPF_TCX_EGRESS, NULL)); /* at the end */
	must(RAWBPF_TCX_ATTACH,
	     rawbpf_tcx_attach(&counting, count, lo, BPF_TCX_EGRESS, &(struct rawbpf_anchor){
		.flags = BPF_F_BEFORE, .relative = police }));
	print_programs(lo);
	rawbpf_link_detach(&counting);
	rawbpf_link_detach(&policing);
	close(count);
	close(police);
	return done();
}
