/* SPDX-License-Identifier: MIT */
/* Drop datagrams to one port before the network stack sees them. CAP_NET_ADMIN. Linux 5.9. */
#include "udp.h"

#include <linux/if_link.h>
#include <net/if.h>

/* The headers: 14 bytes of Ethernet, 20 of IP, then UDP's, whose second field is the port. */
static int load(uint16_t port)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, XDP_PASS),
		BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, offsetof(struct xdp_md, data)),
		BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_1, offsetof(struct xdp_md, data_end)),
		BPF_MOV64_REG(BPF_REG_4, BPF_REG_2),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_4, 14 + 20 + 8),
		BPF_JMP_REG(BPF_JGT, BPF_REG_4, BPF_REG_3, 5), /* the packet is too short */
		BPF_LDX_MEM(BPF_B, BPF_REG_4, BPF_REG_2, 14 + 9),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_4, IPPROTO_UDP, 3),
		BPF_LDX_MEM(BPF_H, BPF_REG_4, BPF_REG_2, 14 + 20 + 2),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_4, htons(port), 1),
		BPF_MOV64_IMM(BPF_REG_0, XDP_DROP),
		BPF_EXIT_INSN(),
	};

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "drop_port", .type = BPF_PROG_TYPE_XDP,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "xdp");

	struct sockaddr_in to;
	int in = udp_open(&to);
	struct rawbpf_link link;
	char byte;
	int prog;

	prog = load(ntohs(to.sin_port));
	must(RAWBPF_XDP_ATTACH,
	     rawbpf_xdp_attach(&link, prog, if_nametoindex("lo"), XDP_FLAGS_SKB_MODE));
	must_libc("sendto", sendto(in, "x", 1, 0, (void *)&to, sizeof to));
	printf("with the program: %zd\n", recv(in, &byte, 1, 0));
	rawbpf_link_detach(&link);
	must_libc("sendto", sendto(in, "x", 1, 0, (void *)&to, sizeof to));
	printf("without it: %zd\n", recv(in, &byte, 1, 0));
	close(in);
	close(prog);
	return done();
}
