/* SPDX-License-Identifier: MIT */
/*
 * A program on what a device receives, also before Linux 6.6: a filter of tc(8), which is listed,
 * replaced and removed. Root; the module cls_bpf. Linux 4.13.
 */
#include "udp.h"

#include <linux/pkt_cls.h>

static int load(const char *name, int verdict)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, verdict), BPF_EXIT_INSN() };

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = BPF_PROG_TYPE_SCHED_CLS,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

static void print_filters(unsigned device)
{
	struct rawbpf_tc_filter filters[64];
	struct rawbpf_tc_query query = { .filters = filters, .capacity = RAWBPF_COUNT(filters) };

	must(RAWBPF_TC_QUERY, rawbpf_tc_query(&query, device, BPF_TCX_INGRESS));
	for (unsigned i = 0; i < query.count; i++)
		printf("priority %u, handle %u: a program%s\n", filters[i].priority, filters[i].handle,
		       filters[i].flags & TCA_BPF_FLAG_ACT_DIRECT ? " that decides" : "");
}

static void try_datagram(const char *when, int in, const struct sockaddr_in *to)
{
	char byte;

	must_libc("sendto", sendto(in, "x", 1, 0, (const void *)to, sizeof *to));
	printf("%s: %zd\n", when, recv(in, &byte, 1, 0));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "tc");

	int drop = load("drop", TC_ACT_SHOT), pass = load("pass", TC_ACT_OK);
	struct rawbpf_link link;
	struct sockaddr_in to;
	int in = udp_open_alone(&to);
	const unsigned lo = if_nametoindex("lo");

	must(RAWBPF_TC_ATTACH, rawbpf_tc_attach(&link, drop, lo, BPF_TCX_INGRESS,
		&(struct rawbpf_tc_spec){ .priority = 7, .handle = 1 }));
	close(rawbpf_link_release(&link)); /* the filter stays, as after our exit */
	print_filters(lo);
	try_datagram("dropped", in, &to);
	must(RAWBPF_TC_ATTACH, rawbpf_tc_attach(&link, pass, lo, BPF_TCX_INGRESS,
		&(struct rawbpf_tc_spec){ .replace = drop }));
	rawbpf_link_release(&link);
	try_datagram("replaced", in, &to);
	must(RAWBPF_TC_DETACH, rawbpf_tc_detach(pass, lo, BPF_TCX_INGRESS, NULL));
	print_filters(lo);
	return done();
}
