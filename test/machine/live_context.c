/* SPDX-License-Identifier: MIT */
/*
 * Compare contexts with this kernel's: each access to each byte, by loading a program that has it;
 * what programs read there, and what their helpers do to packets, by test runs.
 */
#include "../live.h"

#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>

enum { PACKET = 60, MEMORY = 4096 - 320 };

static unsigned char packet[PACKET], memory[MEMORY];
static uint64_t stack[RAWBPF_VM_STACK / 8];

/* A packet with an Ethernet header of IPv4's type, for no address in particular. */
static void packet_begin(void)
{
	unsigned i;

	for (i = 0; i < PACKET; i++)
		packet[i] = i < 12 ? 0 : i == 12 ? 8 : i == 13 ? 0 : (unsigned char)(0x40 + i);
	packet[14] = 0x45;
	packet[23] = 6;
}

/* ----------------------------------------------------------------------------------- accesses */

#define NO_ATTACH UINT32_MAX
static const struct {
	uint32_t type;
	unsigned size;                 /* of the context */
	uint32_t attach[4];            /* at least one of these must allow an access */
} types[] = {
	{ BPF_PROG_TYPE_XDP, sizeof(struct xdp_md), { BPF_XDP_DEVMAP, NO_ATTACH } },
	{ BPF_PROG_TYPE_SOCKET_FILTER, sizeof(struct __sk_buff), { NO_ATTACH } },
	{ BPF_PROG_TYPE_SCHED_CLS, sizeof(struct __sk_buff), { NO_ATTACH } },
	{ BPF_PROG_TYPE_CGROUP_SKB, sizeof(struct __sk_buff), { BPF_CGROUP_INET_EGRESS, NO_ATTACH } },
	{ BPF_PROG_TYPE_LWT_XMIT, sizeof(struct __sk_buff), { NO_ATTACH } },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, sizeof(struct bpf_cgroup_dev_ctx), { NO_ATTACH } },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, sizeof(struct bpf_sock_addr),
	  { BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET6_CONNECT, BPF_CGROUP_UDP4_SENDMSG,
	    BPF_CGROUP_UDP6_SENDMSG } },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, sizeof(struct bpf_sysctl), { NO_ATTACH } },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, sizeof(struct bpf_sockopt),
	  { BPF_CGROUP_GETSOCKOPT, BPF_CGROUP_SETSOCKOPT, NO_ATTACH } },
	{ BPF_PROG_TYPE_CGROUP_SOCK, sizeof(struct bpf_sock),
	  { BPF_CGROUP_INET_SOCK_CREATE, BPF_CGROUP_INET4_POST_BIND, BPF_CGROUP_INET6_POST_BIND, NO_ATTACH } },
	{ BPF_PROG_TYPE_SOCK_OPS, sizeof(struct bpf_sock_ops), { BPF_CGROUP_SOCK_OPS, NO_ATTACH } },
	{ BPF_PROG_TYPE_SK_MSG, sizeof(struct sk_msg_md), { NO_ATTACH } },
	{ BPF_PROG_TYPE_SK_REUSEPORT, sizeof(struct sk_reuseport_md), { BPF_SK_REUSEPORT_SELECT_OR_MIGRATE, NO_ATTACH } },
	{ BPF_PROG_TYPE_SK_LOOKUP, sizeof(struct bpf_sk_lookup), { BPF_SK_LOOKUP, NO_ATTACH } },
	{ BPF_PROG_TYPE_SK_SKB, sizeof(struct __sk_buff), { NO_ATTACH } },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT, 8 * 12, { NO_ATTACH } },
	{ BPF_PROG_TYPE_FLOW_DISSECTOR, sizeof(struct __sk_buff), { NO_ATTACH } },
};

static int kernel_allows(int kind, const struct bpf_insn *insns, unsigned count)
{
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(types[kind].attach); i++) {
		uint32_t attach = types[kind].attach[i];
		int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
			.type = types[kind].type, .insns = insns, .insn_count = count, .license = "GPL",
			.expected_attach_type = attach == NO_ATTACH ? 0 : attach });

		if (prog >= 0) {
			close(prog);
			return 1;
		}
		if (attach == NO_ATTACH)
			break;
	}
	return 0;
}

static int machine_allows(int kind, const struct bpf_insn *insns, unsigned count)
{
	static struct rawbpf_vm_context context;
	static struct rawbpf_vm vm;
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = count };
	struct rawbpf_vm_region *regions[RAWBPF_VM_CONTEXT_REGIONS];
	struct rawbpf_vm_spec spec = { .prog = &prog, .stack = stack, .stack_size = sizeof(stack),
				       .regions = regions, .region_max = RAWBPF_COUNT(regions) };

	ck_assert_int_eq(rawbpf_vm_context_open(&context, &(struct rawbpf_vm_context_spec){
		.prog_type = types[kind].type, .packet = packet, .packet_size = PACKET,
		.memory = memory, .memory_size = sizeof(memory) }), 0);
	ck_assert_int_eq(rawbpf_vm_context_bind(&context, &spec), 0);
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), 0);
	return rawbpf_vm_run(&vm, 10) == RAWBPF_VM_ENDED;
}

START_TEST(test_accesses)
{
	static const unsigned codes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };
	unsigned off, i, store, different = 0, allowed = 0;

	packet_begin();
	for (off = 0; off < types[_i].size + 8; off++)
		for (i = 0; i < 8; i++) {
			store = i / 4;
			const struct bpf_insn insns[] = {
				BPF_MOV64_IMM(BPF_REG_2, 0),
				store ? (struct bpf_insn)BPF_STX_MEM(codes[i % 4], BPF_REG_1, BPF_REG_2, off)
				      : (struct bpf_insn)BPF_LDX_MEM(codes[i % 4], BPF_REG_2, BPF_REG_1, off),
				BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
			int kernel = kernel_allows(_i, insns, RAWBPF_COUNT(insns));
			int ours = machine_allows(_i, insns, RAWBPF_COUNT(insns));

			allowed += kernel;
			different += kernel != ours;
			if (kernel != ours)
				printf("type %u, %s of %u bytes at %u: the kernel's %d, ours %d\n",
				       types[_i].type, store ? "store" : "load", 1u << i % 4, off,
				       kernel, ours);
		}
	fflush(stdout);
	ck_assert_uint_eq(different, 0);
	ck_assert_uint_gt(allowed, 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_accesses, 0, RAWBPF_COUNT(types));
}

int main(void)
{
	return live_run("live_context", add_tests);
}
