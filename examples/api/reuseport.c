/* SPDX-License-Identifier: MIT */
/* Two sockets on one port: a program chooses which one receives. Linux 5.3. */
#include "udp.h"

/* Open a socket of the group, bound to *to. The kernel chooses the first one's port. */
static int open_member(struct sockaddr_in *to)
{
	const struct timeval second = { .tv_sec = 1 };
	socklen_t size = sizeof *to;
	int fd = must_libc("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), on = 1;

	must_libc("SO_REUSEPORT", setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
	must_libc("bind", bind(fd, (void *)to, size));
	must_libc("getsockname", getsockname(fd, (void *)to, &size));
	return fd;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "reuseport");

	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 1), /* the socket that was bound second */
		BPF_EXIT_INSN(),
	};
	int prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "second", .type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int first = open_member(&to), second = open_member(&to), i, received = 0;
	char byte;

	/* or second: the program is the group's */
	must(RAWBPF_REUSEPORT_ATTACH, rawbpf_reuseport_attach(prog, first));
	for (i = 0; i < 20; i++) {
		int from = must_libc("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));

		must_libc("sendto", sendto(from, "x", 1, 0, (void *)&to, sizeof to));
		close(from);
		received += recv(second, &byte, 1, 0) == 1;
	}
	printf("the second socket received %d of 20\n", received);
	must(RAWBPF_REUSEPORT_DETACH, rawbpf_reuseport_detach(first));
	close(first);
	close(second);
	close(prog);
	return done();
}
