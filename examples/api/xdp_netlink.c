/* SPDX-License-Identifier: MIT */
/*
 * An XDP program without a bpf link, as `ip link` attaches it: it outlives its process. Another
 * process finds and detaches it. Root. Linux 5.7.
 */
#include "api.h"

#include <linux/if_link.h>
#include <net/if.h>

static int load(const char *name)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, XDP_PASS), BPF_EXIT_INSN() };

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = BPF_PROG_TYPE_XDP, .insns = insns, .insn_count = 2 }));
}

/* Return the program that runs there, whoever attached it: a descriptor, or 0. */
static int find(const char *when, unsigned device)
{
	struct rawbpf_xdp_query query;
	struct rawbpf_prog_info info = { .type = 0 };
	int prog;

	must(RAWBPF_XDP_QUERY, rawbpf_xdp_query(&query, device));
	if (!query.skb_prog_id) {
		printf("%s: nothing\n", when);
		return 0;
	}
	prog = must(RAWBPF_OBJ_ID_OPEN,
		    rawbpf_obj_id_open(RAWBPF_OBJ_PROG, query.skb_prog_id, NULL));
	must(RAWBPF_PROG_INFO, rawbpf_prog_info(&info, prog));
	printf("%s: %s\n", when, info.name);
	return prog;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "xdp_netlink");

	const unsigned lo = if_nametoindex("lo"), mode = XDP_FLAGS_SKB_MODE;
	int old = load("version_1"), new = load("version_2"), found;
	struct rawbpf_link link;
	char why[256];
	const struct rawbpf_xdp_netlink_spec in_its_place = {
		.replace = old, .text = why, .text_size = sizeof why };

	must(RAWBPF_XDP_NETLINK_ATTACH, rawbpf_xdp_netlink_attach(&link, old, lo, mode, NULL));
	close(rawbpf_link_release(&link)); /* as after our exit */
	close(find("attached", lo));
	must(RAWBPF_XDP_NETLINK_ATTACH,
	     rawbpf_xdp_netlink_attach(&link, new, lo, mode, &in_its_place));
	rawbpf_link_release(&link);
	found = find("replaced", lo);
	must(RAWBPF_XDP_NETLINK_DETACH, rawbpf_xdp_netlink_detach(found, lo, mode));
	find("detached", lo);
	return done();
}
