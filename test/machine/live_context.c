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

/* Run a program in the machine. Return 0, or -EFAULT for a trap. */
static int run_in_machine(uint32_t type, const struct bpf_insn *insns, unsigned count,
			  const struct __sk_buff *fields, uint64_t *r0)
{
	static struct rawbpf_vm_context context;
	static struct rawbpf_vm vm;
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = count };
	struct rawbpf_vm_region *regions[RAWBPF_VM_CONTEXT_REGIONS];
	struct rawbpf_vm_spec spec = { .prog = &prog, .stack = stack, .stack_size = sizeof(stack),
				       .regions = regions, .region_max = RAWBPF_COUNT(regions) };
	int err;

	ck_assert_int_eq(rawbpf_vm_context_open(&context, &(struct rawbpf_vm_context_spec){
		.prog_type = type, .packet = packet, .packet_size = PACKET, .memory = memory,
		.memory_size = sizeof(memory), .fields = fields,
		.fields_size = fields ? sizeof(*fields) : 0 }), 0);
	ck_assert_int_eq(rawbpf_vm_context_bind(&context, &spec), 0);
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), 0);
	err = rawbpf_vm_run(&vm, 10);
	*r0 = vm.r[0];
	return err;
}

static int machine_allows(int kind, const struct bpf_insn *insns, unsigned count)
{
	uint64_t r0;

	return run_in_machine(types[kind].type, insns, count, NULL, &r0) == RAWBPF_VM_ENDED;
}

START_TEST(test_accesses)
{
	static const unsigned codes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };
	unsigned off, i, store, different = 0, allowed = 0;

	if (live_kernel() < 0x612)
		SKIP("the machine allows what Linux 6.18 allows");
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

/* ------------------------------------------------------------------------------------- values */

/* What differs: addresses; the upper half of `protocol`, for which the kernel reads the lower one. */
static const struct {
	unsigned begin, end;
} others[] = {
	{ offsetof(struct __sk_buff, protocol) + 2, offsetof(struct __sk_buff, vlan_present) },
	{ offsetof(struct __sk_buff, data), offsetof(struct __sk_buff, napi_id) },
	{ offsetof(struct __sk_buff, data_meta), offsetof(struct __sk_buff, flow_keys) },
	{ offsetof(struct __sk_buff, sk), offsetof(struct __sk_buff, gso_size) },
};

static int is_other(unsigned off)
{
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(others); i++)
		if (off >= others[i].begin && off < others[i].end)
			return 1;
	return 0;
}

static const struct {
	uint32_t type;
	int has_fields; /* the caller sets some */
} runs[] = {
	{ BPF_PROG_TYPE_SCHED_CLS, 0 }, { BPF_PROG_TYPE_SCHED_CLS, 1 },
	{ BPF_PROG_TYPE_SOCKET_FILTER, 0 }, { BPF_PROG_TYPE_SOCKET_FILTER, 1 },
};

/* Run natively. Return 0, or a negative errno if the kernel refuses the program. */
static int run_natively(uint32_t type, const struct bpf_insn *insns, unsigned count,
			struct __sk_buff *fields, uint64_t *r0)
{
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .insns = insns, .insn_count = count, .license = "GPL" });
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = PACKET, .ctx_in = fields,
				       .ctx_size_in = fields ? sizeof(*fields) : 0 };

	if (prog < 0)
		return prog;
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	close(prog);
	*r0 = run.retval;
	return 0;
}

START_TEST(test_values)
{
	static const unsigned codes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };
	struct __sk_buff set = { .mark = 0x11223344, .priority = 5, .cb = { 1, 2, 0x80000003, 4, 5 },
				 .tstamp = 0x1122334455667788, .gso_segs = 0, .ifindex = 1 };
	struct __sk_buff *fields = runs[_i].has_fields ? &set : NULL;
	unsigned off, size, compared = 0, different = 0;

	packet_begin();
	for (off = 0; off < sizeof(set); off++)
		for (size = 0; size < 4 && !is_other(off); size++) {
			const struct bpf_insn insns[] = { /* both halves */
				BPF_LDX_MEM(codes[size], BPF_REG_2, BPF_REG_1, off),
				BPF_MOV64_REG(BPF_REG_0, BPF_REG_2), BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
				BPF_ALU64_IMM(BPF_MUL, BPF_REG_0, 0x10001),
				BPF_ALU64_REG(BPF_XOR, BPF_REG_0, BPF_REG_2),
				BPF_MOV32_REG(BPF_REG_0, BPF_REG_0), BPF_EXIT_INSN() };
			uint64_t kernel, ours;

			if (run_natively(runs[_i].type, insns, RAWBPF_COUNT(insns), fields, &kernel))
				continue;
			ck_assert_int_eq(run_in_machine(runs[_i].type, insns, RAWBPF_COUNT(insns), fields, &ours), 0);
			compared++;
			different += kernel != ours;
			if (kernel != ours)
				printf("type %u, %u bytes at %u: the kernel's %#llx, ours %#llx\n", runs[_i].type,
				       1u << size, off, (unsigned long long)kernel, (unsigned long long)ours);
		}
	fflush(stdout);
	ck_assert_uint_eq(different, 0);
	ck_assert_uint_gt(compared, 100);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_accesses, 0, RAWBPF_COUNT(types));
	tcase_add_loop_test(tests, test_values, 0, RAWBPF_COUNT(runs));
}

int main(void)
{
	return live_run("live_context", add_tests);
}
