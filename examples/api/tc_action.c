/* SPDX-License-Identifier: MIT */
/*
 * A program as an action of tc(8): a filter takes every packet that a device sends, and its action
 * decides. Root; the modules cls_bpf and act_bpf. Linux 4.13.
 */
#include "udp.h"

#include <linux/pkt_cls.h>

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "tc_action");

	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, TC_ACT_SHOT),
		BPF_EXIT_INSN(),
	};
	int prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "drop", .type = BPF_PROG_TYPE_SCHED_ACT,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
	struct rawbpf_link link;
	struct sockaddr_in to;
	int in = udp_open_alone(&to);
	const unsigned lo = if_nametoindex("lo");
	char byte;

	must(RAWBPF_TC_ACTION_ATTACH,
	     rawbpf_tc_action_attach(&link, prog, lo, BPF_TCX_EGRESS, NULL));
	must_libc("sendto", sendto(in, "x", 1, 0, (void *)&to, sizeof to));
	printf("with the action: %zd\n", recv(in, &byte, 1, 0));
	must(RAWBPF_LINK_DETACH, rawbpf_link_detach(&link));
	must_libc("sendto", sendto(in, "x", 1, 0, (void *)&to, sizeof to));
	printf("without it: %zd\n", recv(in, &byte, 1, 0));
	return done();
}
