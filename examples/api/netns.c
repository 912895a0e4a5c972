/* SPDX-License-Identifier: MIT */
/* One socket for many ports: a program chooses a datagram's socket (sk_lookup). Root. Linux 5.9. */
#include "api.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

/* Send datagrams for ports from 7000 on to the socket in `map`. Others go as without a program. */
static int load(int map)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_6, 60), /* bpf_sk_lookup.local_port */
		BPF_JMP_IMM(BPF_JLT, BPF_REG_2, 7000, 14),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_ST_MEM(BPF_W, BPF_REG_2, 0, 0),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 7),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_0),
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_0), /* the context is not needed any more */
		BPF_MOV64_IMM(BPF_REG_3, 0),
		BPF_EMIT_CALL(BPF_FUNC_sk_assign),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		BPF_EMIT_CALL(BPF_FUNC_sk_release),
		BPF_MOV64_IMM(BPF_REG_0, SK_PASS),
		BPF_EXIT_INSN(),
	};
	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SK_LOOKUP, .expected_attach_type = BPF_SK_LOOKUP,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "netns");
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int in = must_libc("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	int netns = must_libc("open", open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
	struct rawbpf_link link;
	int map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_SOCKMAP, .key_size = 4, .value_size = 8, .max_entries = 1 }));
	int prog = load(map);

	setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ 1, 0 }, sizeof(struct timeval));
	must_libc("bind", bind(in, (void *)&at, sizeof at));
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(map, &(uint32_t){ 0 }, &(uint64_t){ in }, 0));
	must(RAWBPF_NETNS_ATTACH, rawbpf_netns_attach(&link, prog, netns, BPF_SK_LOOKUP));
	for (unsigned port = 6999; port <= 7000; port++) {
		at.sin_port = htons(port);
		must_libc("sendto", sendto(in, "x", 1, 0, (void *)&at, sizeof at));
		printf("port %u: %zd\n", port, recv(in, &(char){ 0 }, 1, 0));
	}
	rawbpf_link_detach(&link);
	return done();
}
