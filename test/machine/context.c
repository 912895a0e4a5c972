/* SPDX-License-Identifier: MIT */
/* Contexts: what programs read of their fields and packet, and which accesses trap. */
#include "machine.h"

#include <rawbpf/vm_context.h>

#define LOAD(SIZE, OFF) BPF_LDX_MEM(BPF_##SIZE, BPF_REG_0, BPF_REG_1, OFF)
#define MEMBER(STRUCT, FIELD) ((int)offsetof(struct STRUCT, FIELD))
#define END BPF_EXIT_INSN()

enum { PACKET = 20 };
/* Where programs find the packet's first byte. */
#define PACKET_ADDRESS (0x08000000 + RAWBPF_VM_HEADROOM)

struct world {
	struct rawbpf_vm_context context;
	struct rawbpf_vm_region *regions[RAWBPF_VM_CONTEXT_REGIONS];
	unsigned char packet[PACKET], memory[RAWBPF_VM_HEADROOM + PACKET + 10];
};

/* A context of a program type, with a packet of 20 bytes: 0 to 11, IPv4's type, 14 to 19. */
static struct rawbpf_vm_spec world_open(struct world *world, uint32_t type,
					enum rawbpf_byte_order order)
{
	struct rawbpf_vm_spec spec = { .regions = world->regions,
				       .region_max = RAWBPF_VM_CONTEXT_REGIONS };
	unsigned i;

	for (i = 0; i < PACKET; i++)
		world->packet[i] = i == 12 ? 8 : i == 13 ? 0 : (unsigned char)i;
	memset(world->memory, 0xa5, sizeof(world->memory));
	ck_assert_int_eq(rawbpf_vm_context_open(&world->context, &(struct rawbpf_vm_context_spec){
		.prog_type = type, .order = order, .arch = RAWBPF_ARCH_X86_64,
		.packet = world->packet, .packet_size = PACKET, .memory = world->memory,
		.memory_size = sizeof(world->memory) }), 0);
	ck_assert_int_eq(rawbpf_vm_context_bind(&world->context, &spec), 0);
	return spec;
}

static struct world world;

#define WORLD(TYPE) world_open(&world, BPF_PROG_TYPE_##TYPE, RAWBPF_LITTLE_ENDIAN)

/* Programs that end, and their results. */
#define PROGRAM(NAME, TYPE, RESULT, ...) { NAME, BPF_PROG_TYPE_##TYPE, (uint64_t)(RESULT), { __VA_ARGS__ } }
static const struct {
	const char *name;
	uint32_t type;
	uint64_t result;
	struct bpf_insn insns[12];
} programs[] = {
	PROGRAM("data of XDP", XDP, PACKET_ADDRESS, LOAD(W, 0), END),
	PROGRAM("data_end of XDP", XDP, PACKET_ADDRESS + PACKET, LOAD(W, 4), END),
	PROGRAM("data_meta is data", XDP, PACKET_ADDRESS, LOAD(W, 8), END),
	PROGRAM("a byte of the packet", XDP, 19, LOAD(W, 0), BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_0, 19), END),
	PROGRAM("XDP writes to the packet", XDP, 77, LOAD(W, 0), BPF_ST_MEM(BPF_B, BPF_REG_0, 3, 77),
		BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_0, 3), END),

	PROGRAM("tc sees all of the packet", SCHED_CLS, PACKET, LOAD(W, 0), END),
	PROGRAM("a socket does not see the link layer", SOCKET_FILTER, PACKET - 14, LOAD(W, 0), END),
	PROGRAM("the protocol as the bytes in memory", SCHED_CLS, 8, LOAD(W, MEMBER(__sk_buff, protocol)), END),
	PROGRAM("a part of a number", SCHED_CLS, PACKET, LOAD(B, 0), END),
	PROGRAM("skb[0] of tc", SCHED_CLS, 1, BPF_MOV64_REG(BPF_REG_6, BPF_REG_1), BPF_LD_ABS(BPF_H, 0), END),
	PROGRAM("skb[0] of a socket", SOCKET_FILTER, 0x0e0f, BPF_MOV64_REG(BPF_REG_6, BPF_REG_1), BPF_LD_ABS(BPF_H, 0), END),
	PROGRAM("a mark that is set", SCHED_CLS, 5, BPF_MOV64_IMM(BPF_REG_2, 5),
		BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, MEMBER(__sk_buff, mark)),
		LOAD(W, MEMBER(__sk_buff, mark)), END),
	PROGRAM("two words of cb", SOCKET_FILTER, 0x600000005, BPF_MOV64_IMM(BPF_REG_2, 5),
		BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, MEMBER(__sk_buff, cb)), BPF_MOV64_IMM(BPF_REG_2, 6),
		BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, MEMBER(__sk_buff, cb) + 4),
		LOAD(DW, MEMBER(__sk_buff, cb)), END),
	PROGRAM("no socket", SCHED_CLS, 0, LOAD(DW, MEMBER(__sk_buff, sk)), END),
	PROGRAM("data of a cgroup's packet", CGROUP_SKB, 14, LOAD(W, MEMBER(__sk_buff, data)),
		BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_0, 0), END),

	PROGRAM("a register", KPROBE, 0, LOAD(DW, 112), END),
	PROGRAM("a device", CGROUP_DEVICE, 0, LOAD(W, MEMBER(bpf_cgroup_dev_ctx, major)), END),
	PROGRAM("sysctl's position", CGROUP_SYSCTL, 3, BPF_MOV64_IMM(BPF_REG_2, 3),
		BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, MEMBER(bpf_sysctl, file_pos)),
		LOAD(W, MEMBER(bpf_sysctl, file_pos)), END),
	PROGRAM("half an IPv6 address", CGROUP_SOCK_ADDR, 0, LOAD(DW, MEMBER(bpf_sock_addr, user_ip6)), END),
	PROGRAM("the value of an option", CGROUP_SOCKOPT, 19, LOAD(DW, MEMBER(bpf_sockopt, optval)),
		BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_0, 19), END),

	PROGRAM("a packet that begins later", XDP, 2, BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_MOV64_IMM(BPF_REG_2, 2), BPF_EMIT_CALL(BPF_FUNC_xdp_adjust_head),
		BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_6, 0), BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_0, 0), END),
};

static unsigned count_insns(const struct bpf_insn *insns, unsigned count)
{
	while (!insns[count - 1].code)
		count--;
	return count;
}

START_TEST(test_program)
{
	struct machine m;
	const struct bpf_insn *insns = programs[_i].insns;

	ck_assert_int_eq(machine_open(&m, insns, count_insns(insns, RAWBPF_COUNT(programs[_i].insns)),
				      world_open(&world, programs[_i].type, RAWBPF_LITTLE_ENDIAN)), 0);
	ck_assert_msg(rawbpf_vm_run(&m.vm, 100) == RAWBPF_VM_ENDED, "%s: trap %d at %u",
		      programs[_i].name, m.vm.trap.kind, m.vm.trap.insn);
	ck_assert_msg(m.vm.r[0] == programs[_i].result, "%s: %#llx", programs[_i].name,
		      (unsigned long long)m.vm.r[0]);
}
END_TEST

/* Accesses of one instruction that trap. */
static const struct {
	const char *name;
	uint32_t type;
	enum rawbpf_vm_trap_kind kind;
	struct bpf_insn insn;
} refused[] = {
	{ "half of a pointer", BPF_PROG_TYPE_XDP, RAWBPF_VM_TRAP_RIGHTS, LOAD(H, 0) },
	{ "two pointers", BPF_PROG_TYPE_XDP, RAWBPF_VM_TRAP_RIGHTS, LOAD(DW, 0) },
	{ "a store to data", BPF_PROG_TYPE_XDP, RAWBPF_VM_TRAP_RIGHTS, BPF_ST_MEM(BPF_W, BPF_REG_1, 0, 1) },
	{ "behind the struct", BPF_PROG_TYPE_XDP, RAWBPF_VM_TRAP_ACCESS, LOAD(W, 24) },
	{ "across fields", BPF_PROG_TYPE_SCHED_CLS, RAWBPF_VM_TRAP_RIGHTS, LOAD(W, 2) },
	{ "data of a socket filter", BPF_PROG_TYPE_SOCKET_FILTER, RAWBPF_VM_TRAP_RIGHTS,
	  LOAD(W, MEMBER(__sk_buff, data)) },
	{ "a socket filter's mark", BPF_PROG_TYPE_SOCKET_FILTER, RAWBPF_VM_TRAP_RIGHTS,
	  BPF_ST_MEM(BPF_W, BPF_REG_1, MEMBER(__sk_buff, mark), 1) },
	{ "half of a mark", BPF_PROG_TYPE_SCHED_CLS, RAWBPF_VM_TRAP_RIGHTS,
	  BPF_ST_MEM(BPF_H, BPF_REG_1, MEMBER(__sk_buff, mark), 1) },
	{ "a store to a device", BPF_PROG_TYPE_CGROUP_DEVICE, RAWBPF_VM_TRAP_RIGHTS,
	  BPF_ST_MEM(BPF_W, BPF_REG_1, 4, 1) },
	{ "a store to a register", BPF_PROG_TYPE_KPROBE, RAWBPF_VM_TRAP_RIGHTS,
	  BPF_ST_MEM(BPF_DW, BPF_REG_1, 112, 1) },
};

START_TEST(test_refused)
{
	MACHINE(m, world_open(&world, refused[_i].type, RAWBPF_LITTLE_ENDIAN), refused[_i].insn, END);
	traps(m, refused[_i].kind, 0);
	ck_assert_ptr_eq(m.vm.trap.nearest, &world.context.region);
}
END_TEST

/* The packet ends exactly where data_end is. */
START_TEST(test_packet_end)
{
	MACHINE(m, WORLD(XDP), LOAD(W, 0), BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_0, PACKET - 3), END);
	traps(m, RAWBPF_VM_TRAP_ACCESS, 1);
	ck_assert_str_eq(m.vm.trap.nearest->name, "packet");
	ck_assert_uint_eq(m.vm.trap.nearest->size, PACKET);
}
END_TEST

/* In the other byte order, programs read the same numbers. */
START_TEST(test_order)
{
	MACHINE(m, world_open(&world, BPF_PROG_TYPE_SCHED_CLS, RAWBPF_BIG_ENDIAN),
		LOAD(W, 0), BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, MEMBER(__sk_buff, protocol)),
		BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_1, MEMBER(__sk_buff, data)), END);
	ends(m, PACKET);
	ck_assert_uint_eq(m.vm.r[2], 0x0800);
	ck_assert_uint_eq(m.vm.r[3], PACKET_ADDRESS);
}
END_TEST

/* The caller sets numbers by name, but no pointer. */
START_TEST(test_set)
{
	struct rawbpf_vm_spec spec = WORLD(SCHED_CLS);

	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "mark", 0, 7), 0);
	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "cb", 4, 9), 0);
	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "cb", 5, 9), -ENOENT);
	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "data", 0, 9), -EPERM);
	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "arg1", 0, 9), -ENOENT);
	MACHINE(m, spec, LOAD(W, MEMBER(__sk_buff, mark)),
		BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, MEMBER(__sk_buff, cb) + 16), END);
	ends(m, 7);
	ck_assert_uint_eq(m.vm.r[2], 9);
}
END_TEST

/* Arguments of functions, by architecture: the offsets of rawbpf_kprobe(3). */
static const struct {
	enum rawbpf_arch arch;
	int second, result, instruction;
} registers[] = {
	{ RAWBPF_ARCH_X86_64, 104, 80, 128 }, { RAWBPF_ARCH_ARM64, 8, 0, 256 },
	{ RAWBPF_ARCH_RISCV64, 88, 80, 0 }, { RAWBPF_ARCH_S390X, 48, 40, 16 },
};

START_TEST(test_registers)
{
	struct rawbpf_vm_spec spec = { .regions = world.regions, .region_max = RAWBPF_VM_CONTEXT_REGIONS };

	ck_assert_int_eq(rawbpf_vm_context_open(&world.context, &(struct rawbpf_vm_context_spec){
		.prog_type = BPF_PROG_TYPE_KPROBE, .arch = registers[_i].arch }), 0);
	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "arg2", 0, 1002), 0);
	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "result", 0, 1009), 0);
	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "instruction", 0, 0xffffffff81000000), 0);
	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "arg9", 0, 1), -ENOENT);
	ck_assert_int_eq(rawbpf_vm_context_set(&world.context, "arg", 0, 1), -ENOENT);
	ck_assert_int_eq(rawbpf_vm_context_bind(&world.context, &spec), 0);
	MACHINE(m, spec, LOAD(DW, registers[_i].second),
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, registers[_i].result),
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_1, registers[_i].instruction), END);
	ends(m, 1002);
	ck_assert_uint_eq(m.vm.r[2], 1009);
	ck_assert_uint_eq(m.vm.r[3], 0xffffffff81000000);
}
END_TEST

/* A tracepoint's program reads the event, but not its first 8 bytes. */
START_TEST(test_tracepoint)
{
	const uint32_t event[] = { 1, 2, 3, 4 };
	struct rawbpf_vm_spec spec = { .regions = world.regions, .region_max = RAWBPF_VM_CONTEXT_REGIONS };

	ck_assert_int_eq(rawbpf_vm_context_open(&world.context, &(struct rawbpf_vm_context_spec){
		.prog_type = BPF_PROG_TYPE_TRACEPOINT, .fields = event, .fields_size = sizeof(event) }), 0);
	ck_assert_int_eq(rawbpf_vm_context_bind(&world.context, &spec), 0);
	MACHINE(m, spec, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 12), LOAD(W, 4), END);
	traps(m, RAWBPF_VM_TRAP_RIGHTS, 1);
	ck_assert_uint_eq(m.vm.r[2], 4);
}
END_TEST

/* What cannot be a context. */
static const struct {
	struct rawbpf_vm_context_spec spec;
	int result;
} wrong[] = {
	{ { .prog_type = 0 }, -EINVAL },
	{ { .prog_type = 1000 }, -EINVAL },
	{ { .prog_type = BPF_PROG_TYPE_TRACEPOINT }, -EINVAL },
	{ { .prog_type = BPF_PROG_TYPE_SYSCALL, .fields_size = RAWBPF_VM_CONTEXT_SIZE + 1 }, -E2BIG },
	{ { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE, .fields = "", .fields_size = 13 }, -EINVAL },
	{ { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .packet = world.packet, .packet_size = 13,
	    .memory = world.memory, .memory_size = sizeof(world.memory) }, -EINVAL },
	{ { .prog_type = BPF_PROG_TYPE_XDP, .packet = world.packet, .packet_size = 13,
	    .memory = world.memory, .memory_size = sizeof(world.memory) }, 0 }, /* a short frame */
	{ { .prog_type = BPF_PROG_TYPE_XDP, .packet = world.packet, .packet_size = 14,
	    .memory = world.memory, .memory_size = RAWBPF_VM_HEADROOM + 13 }, -ENOSPC },
	{ { .prog_type = BPF_PROG_TYPE_XDP, .packet = world.packet, .packet_size = 14 }, -ENOSPC },
	{ { .prog_type = BPF_PROG_TYPE_XDP, .packet = world.packet, .packet_size = 14,
	    .memory = world.memory, .memory_size = (64u << 20) + 1 }, -E2BIG },
};

START_TEST(test_wrong)
{
	ck_assert_int_eq(rawbpf_vm_context_open(&world.context, &wrong[_i].spec), wrong[_i].result);
}
END_TEST

/* A machine without room for the regions is refused, and stays as it was. */
START_TEST(test_no_room)
{
	struct rawbpf_vm_spec spec = WORLD(XDP);
	struct rawbpf_vm_spec small = { .regions = world.regions, .region_max = 2 };

	ck_assert_int_eq(rawbpf_vm_context_bind(&world.context, &small), -ENOSPC);
	ck_assert_ptr_null(small.context);
	ck_assert_ptr_eq(spec.context, &world.context.region);
}
END_TEST

/* A variable of the kernel is a region. A weak one that is not there is NULL. */
START_TEST(test_variable)
{
	uint64_t jiffies = 77;
	struct rawbpf_vm_region region = { .name = "jiffies", .size = 8, .bytes = (void *)&jiffies,
					   .rights = RAWBPF_VM_READ }, *regions[] = { &region };
	const struct rawbpf_vm_variable variables[] = { { 5, 0, &region }, { 5, 9, NULL } };
	struct rawbpf_vm_spec spec = { .regions = regions, .region_count = 1, .region_max = 1,
				       .variables = variables, .variable_count = 2 };

	MACHINE(m, spec, BPF_LD_IMM64_RAW_FULL(BPF_REG_1, BPF_PSEUDO_BTF_ID, 0, 0, 5, 0), LOAD(DW, 0),
		BPF_LD_IMM64_RAW_FULL(BPF_REG_2, BPF_PSEUDO_BTF_ID, 0, 0, 5, 9),
		BPF_LD_IMM64_RAW_FULL(BPF_REG_2, BPF_PSEUDO_BTF_ID, 0, 0, 6, 0), END);
	m.vm.r[2] = 1;
	traps(m, RAWBPF_VM_TRAP_VARIABLE, 5);
	ck_assert_uint_eq(m.vm.trap.address, 6);
	ck_assert_uint_eq(m.vm.r[0], 77);
	ck_assert_uint_eq(m.vm.r[2], 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_program, 0, RAWBPF_COUNT(programs));
	tcase_add_loop_test(tests, test_refused, 0, RAWBPF_COUNT(refused));
	tcase_add_test(tests, test_packet_end);
	tcase_add_test(tests, test_order);
	tcase_add_test(tests, test_set);
	tcase_add_loop_test(tests, test_registers, 0, RAWBPF_COUNT(registers));
	tcase_add_test(tests, test_tracepoint);
	tcase_add_loop_test(tests, test_wrong, 0, RAWBPF_COUNT(wrong));
	tcase_add_test(tests, test_no_room);
	tcase_add_test(tests, test_variable);
}

int main(void)
{
	return unit_run("machine_context", add_tests);
}
