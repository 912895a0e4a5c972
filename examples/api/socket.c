/* SPDX-License-Identifier: MIT */
/* Filter one socket: cut each datagram to its first two bytes. Linux 3.19. */
#include "udp.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "socket");

	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 8 + 2), /* UDP's header is part of the packet here */
		BPF_EXIT_INSN(),
	};
	int prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "cut", .type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
	struct sockaddr_in to;
	int in = udp_open(&to);
	char bytes[8];

	must(RAWBPF_SOCKET_ATTACH, rawbpf_socket_attach(prog, in));
	close(prog); /* the socket holds the program */
	must_libc("sendto", sendto(in, "whole", 5, 0, (void *)&to, sizeof to));
	printf("with the filter: %zd bytes\n", recv(in, bytes, sizeof bytes, 0));
	must(RAWBPF_SOCKET_DETACH, rawbpf_socket_detach(in));
	must_libc("sendto", sendto(in, "whole", 5, 0, (void *)&to, sizeof to));
	printf("without it: %zd bytes\n", recv(in, bytes, sizeof bytes, 0));
	close(in);
	return done();
}
