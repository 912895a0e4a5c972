/* SPDX-License-Identifier: MIT */
/* A TCP congestion control of three small programs: a struct_ops. Root. Linux 6.4. */
#include "api.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static const char control[] = "rawbpf_example";

/* Load a program for one function of the struct, which returns `result`. */
static int load(const struct rawbpf_btf *kernel, unsigned type, const char *member, int result)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, result), BPF_EXIT_INSN() };
	struct rawbpf_btf_member found;

	must(NULL, rawbpf_btf_member_find(&found, kernel, type, member));
	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = member, .type = BPF_PROG_TYPE_STRUCT_OPS, .license = "GPL",
		.attach_btf_id = type, .expected_attach_type = found.index,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "struct_ops");

	static const char *const members[] = { "ssthresh", "undo_cwnd", "cong_avoid" };
	static _Alignas(8) unsigned char value[4096]; /* struct tcp_congestion_ops, and a header */
	struct rawbpf_map_spec spec = { .name = "control", .flags = BPF_F_LINK };
	struct rawbpf_struct_ops_btf ops;
	struct rawbpf_btf kernel;
	struct rawbpf_link link;
	unsigned char *data;
	int map, fd;

	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	must(RAWBPF_STRUCT_OPS_BTF_LOAD,
	     rawbpf_struct_ops_btf_load(&spec, &ops, &kernel, "tcp_congestion_ops"));
	data = value + ops.data_offset;
	/* Each function pointer's place takes its program's descriptor. */
	for (unsigned i = 0; i < RAWBPF_COUNT(members); i++)
		*(uint64_t *)(data + rawbpf_btf_offset_find(&kernel, "tcp_congestion_ops",
							    members[i])) =
			load(&kernel, ops.type, members[i], 2);
	strcpy((char *)data + rawbpf_btf_offset_find(&kernel, "tcp_congestion_ops", "name"), control);
	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&spec));
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(map, &(uint32_t){ 0 }, value, 0));
	must(RAWBPF_STRUCT_OPS_ATTACH, rawbpf_struct_ops_attach(&link, map));

	fd = must_libc("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	must_libc("setsockopt", setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, control, strlen(control)));
	printf("a connection uses %s\n", control);
	close(fd);
	rawbpf_link_detach(&link);
	close(map);
	rawbpf_btf_close(&kernel);
	return done();
}
