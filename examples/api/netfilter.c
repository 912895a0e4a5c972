/* SPDX-License-Identifier: MIT */
/* A firewall rule without nft: drop short packets of this network namespace. Root. Linux 6.4. */
#include "udp.h"

#include <linux/netfilter.h>

/* The context has pointers to two kernel structs: the state, then the packet. */
static int load(unsigned shortest)
{
	struct rawbpf_btf kernel;
	int length;

	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	length = must(NULL, rawbpf_btf_offset_find(&kernel, "sk_buff", "len"));
	rawbpf_btf_close(&kernel);
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_1, 8), /* the packet: struct sk_buff * */
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_1, length),
		BPF_MOV64_IMM(BPF_REG_0, NF_ACCEPT),
		BPF_JMP_IMM(BPF_JGE, BPF_REG_1, shortest, 1),
		BPF_MOV64_IMM(BPF_REG_0, NF_DROP),
		BPF_EXIT_INSN(),
	};

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "no_short_ones", .type = BPF_PROG_TYPE_NETFILTER,
		.expected_attach_type = BPF_NETFILTER, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "netfilter");

	struct sockaddr_in to;
	int in = udp_open(&to);
	int prog = load(20 + 8 + 2); /* headers of IP and UDP, and two bytes */
	struct rawbpf_link link;
	char bytes[2];

	must(RAWBPF_NETFILTER_ATTACH,
	     rawbpf_netfilter_attach(&link, prog, NFPROTO_IPV4, NF_INET_LOCAL_IN,
				     &(struct rawbpf_netfilter_spec){ .priority = -128 }));
	for (size_t length = 1; length <= 2; length++) {
		must_libc("sendto", sendto(in, "xy", length, 0, (void *)&to, sizeof to));
		printf("%zu bytes: %s\n", length,
		       recv(in, bytes, sizeof bytes, 0) > 0 ? "received" : "dropped");
	}
	rawbpf_link_detach(&link);
	close(prog);
	close(in);
	return done();
}
