/* SPDX-License-Identifier: MIT */
/* Look at each message that a socket sends, and drop it by its size. Root. Linux 6.10. */
#include "api.h"

#include <arpa/inet.h>
#include <sys/socket.h>

/* Make a TCP connection of this process with itself. */
static void connect_pair(int *here, int *there)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	int listening = must_libc("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	*here = must_libc("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	must_libc("bind", bind(listening, (void *)&at, sizeof at));
	must_libc("getsockname", getsockname(listening, (void *)&at, &size));
	must_libc("listen", listen(listening, 1));
	must_libc("connect", connect(*here, (void *)&at, sizeof at));
	*there = must_libc("accept", accept4(listening, NULL, NULL, SOCK_CLOEXEC));
	close(listening);
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "sockmap");

	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_1, offsetof(struct sk_msg_md, size)),
		BPF_MOV64_IMM(BPF_REG_0, SK_PASS),
		BPF_JMP_IMM(BPF_JLE, BPF_REG_1, 4, 1),
		BPF_MOV64_IMM(BPF_REG_0, SK_DROP),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_link link;
	char bytes[64];
	int map, prog, here, there;

	connect_pair(&here, &there);
	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "sockets", .type = BPF_MAP_TYPE_SOCKMAP, .key_size = 4, .value_size = 4,
		.max_entries = 1 }));
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SK_MSG, .expected_attach_type = BPF_SK_MSG_VERDICT,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_SOCKMAP_ATTACH, rawbpf_sockmap_attach(&link, prog, map, BPF_SK_MSG_VERDICT));
	/* A socket gets the map's programs when it enters the map. */
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(map, &(uint32_t){ 0 }, &here, BPF_ANY));
	printf("4 bytes: %zd\n", send(here, "good", 4, 0));
	if (send(here, "too long", 8, 0) < 0)
		printf("8 bytes: %s\n", strerror(errno));
	printf("received: %.*s\n", (int)recv(there, bytes, sizeof bytes, 0), bytes);
	rawbpf_link_detach(&link);
	close(prog);
	close(map);
	close(here);
	close(there);
	return done();
}
