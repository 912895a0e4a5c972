/* SPDX-License-Identifier: MIT */
/* Memory: regions, their bounds and rights, the stack, both byte orders, accesses that may fault. */
#include "machine.h"

#define LOAD(SIZE, OFF)  BPF_LDX_MEM(SIZE, BPF_REG_0, BPF_REG_1, OFF)
#define STORE(SIZE, OFF) BPF_ST_MEM(SIZE, BPF_REG_1, OFF, 0x5a)

static const int sizes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };

/* Open a machine whose r1 is at a region, and run one instruction of it. */
static int touch(struct machine *m, struct rawbpf_vm_region *region, struct bpf_insn insn,
		 uint64_t offset)
{
	static struct bpf_insn insns[2];
	static struct rawbpf_vm_region *regions[1];

	insns[0] = insn;
	insns[1] = BPF_EXIT_INSN();
	ck_assert_int_eq(machine_open(m, insns, 2, SPEC(.context = region, .regions = regions,
							.region_max = 1)), 0);
	m->vm.r[1] = region->address + offset;
	return rawbpf_vm_run(&m->vm, 1);
}

/* Every size at every offset around a region of 16 bytes: inside, all bytes; else a trap. */
START_TEST(test_bounds)
{
	static unsigned char bytes[16 + 16];
	const unsigned size = 1u << _i;
	struct machine m;
	int offset;

	for (offset = -20; offset < 36; offset++) {
		struct rawbpf_vm_region region = { .name = "packet", .bytes = bytes, .size = 16,
			.rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE };
		int inside = offset >= 0 && offset + size <= 16, i;

		ck_assert_int_eq(touch(&m, &region, LOAD(sizes[_i], offset), 0),
				 inside ? RAWBPF_VM_PAUSED : -EFAULT);
		ck_assert_uint_eq(m.vm.executed, (unsigned)inside);
		if (!inside) {
			ck_assert_int_eq(m.vm.trap.kind, RAWBPF_VM_TRAP_ACCESS);
			ck_assert_uint_eq(m.vm.trap.address, region.address + (uint64_t)(int64_t)offset);
			ck_assert_uint_eq(m.vm.trap.size, size);
			ck_assert_uint_eq(m.vm.trap.rights, RAWBPF_VM_READ);
			ck_assert_ptr_eq(m.vm.trap.nearest, &region);
		}
		region.address = 0;
		memset(bytes, 0, sizeof(bytes));
		ck_assert_int_eq(touch(&m, &region, STORE(sizes[_i], offset), 0),
				 inside ? RAWBPF_VM_PAUSED : -EFAULT);
		for (i = 0; i < (int)sizeof(bytes); i++)
			if (!inside || i < offset || i >= offset + (int)size)
				ck_assert_uint_eq(bytes[i], 0);
	}
}
END_TEST

/* A second access through the same register is checked as the first was. */
START_TEST(test_window)
{
	static unsigned char bytes[16];
	struct rawbpf_vm_region region = { .name = "packet", .bytes = bytes, .size = 16,
		.rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE };
	struct rawbpf_vm_region *regions[1];
	unsigned offset = (unsigned)_i;

	MACHINE(m, SPEC(.context = &region, .regions = regions, .region_max = 1),
		LOAD(BPF_DW, 8), STORE(BPF_W, 0), LOAD(BPF_W, offset), BPF_EXIT_INSN());
	if (offset <= 12)
		ck_assert_int_eq(rawbpf_vm_run(&m.vm, 9), RAWBPF_VM_ENDED);
	else
		traps(m, RAWBPF_VM_TRAP_ACCESS, 2);
}
END_TEST

/* Regions at both ends of the addresses: address plus size do not overflow. */
START_TEST(test_overflow)
{
	static unsigned char bytes[16];
	struct rawbpf_vm_region region = { .name = "top", .bytes = bytes, .size = 16,
		.rights = RAWBPF_VM_READ, .address = UINT64_MAX - 15 };
	struct machine m;

	bytes[15] = 7;
	ck_assert_int_eq(touch(&m, &region, LOAD(BPF_B, 15), 0), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(m.vm.r[0], 7);
	ck_assert_int_eq(touch(&m, &region, LOAD(BPF_H, 15), 0), -EFAULT);
	ck_assert_int_eq(m.vm.trap.kind, RAWBPF_VM_TRAP_ACCESS);
	ck_assert_ptr_eq(m.vm.trap.nearest, &region);
	ck_assert_int_eq(touch(&m, &region, LOAD(BPF_DW, 0), 16), -EFAULT);
	ck_assert_int_eq(touch(&m, &region, LOAD(BPF_DW, -8), 16), RAWBPF_VM_PAUSED);
	region.address = 1;
	ck_assert_int_eq(touch(&m, &region, LOAD(BPF_DW, -2), 0), -EFAULT);
	ck_assert_int_eq(touch(&m, &region, LOAD(BPF_W, 0), UINT64_MAX), -EFAULT);
	ck_assert_int_eq(touch(&m, &region, LOAD(BPF_W, 1), UINT64_MAX), RAWBPF_VM_PAUSED);
}
END_TEST

START_TEST(test_rights)
{
	static unsigned char bytes[8];
	struct rawbpf_vm_region region = { .name = "constants", .bytes = bytes, .size = 8,
		.rights = RAWBPF_VM_READ };
	struct machine m;

	ck_assert_int_eq(touch(&m, &region, LOAD(BPF_DW, 0), 0), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(touch(&m, &region, STORE(BPF_DW, 0), 0), -EFAULT);
	ck_assert_int_eq(m.vm.trap.kind, RAWBPF_VM_TRAP_RIGHTS);
	ck_assert_uint_eq(m.vm.trap.rights, RAWBPF_VM_WRITE);
	ck_assert_ptr_eq(m.vm.trap.nearest, &region);
	/* An atomic needs the right to write, a handle's bytes do not exist. */
	ck_assert_int_eq(touch(&m, &region, (struct bpf_insn)BPF_ATOMIC_OP(BPF_DW, BPF_ADD, 1, 0, 0),
			       0), -EFAULT);
	ck_assert_int_eq(touch(&m, &region, (struct bpf_insn)BPF_ATOMIC_OP(BPF_DW, BPF_LOAD_ACQ, 0,
									   1, 0), 0),
			 RAWBPF_VM_PAUSED);
	region = (struct rawbpf_vm_region){ .name = "handle", .size = 8 };
	ck_assert_int_eq(touch(&m, &region, LOAD(BPF_DW, 0), 0), -EFAULT);
	ck_assert_int_eq(m.vm.trap.kind, RAWBPF_VM_TRAP_RIGHTS);
	ck_assert_ptr_eq(m.vm.trap.nearest, &region);
}
END_TEST

START_TEST(test_alignment)
{
	/* An atomic's address is a multiple of its size. */
	MACHINE(m, NO_SPEC, BPF_ATOMIC_OP(BPF_W, BPF_ADD, 10, 1, -6), BPF_EXIT_INSN());
	traps(m, RAWBPF_VM_TRAP_ALIGN, 0);
	MACHINE(acquire, NO_SPEC, BPF_ATOMIC_OP(BPF_H, BPF_LOAD_ACQ, 0, 10, -3), BPF_EXIT_INSN());
	traps(acquire, RAWBPF_VM_TRAP_ALIGN, 0);
	MACHINE(wide, NO_SPEC, BPF_ATOMIC_OP(BPF_DW, BPF_ADD, 10, 1, -12), BPF_EXIT_INSN());
	traps(wide, RAWBPF_VM_TRAP_ALIGN, 0);
	MACHINE(load, NO_SPEC, BPF_LDX_MEM(BPF_DW, 0, 10, -13), BPF_EXIT_INSN());
	ends(load, 0);
}
END_TEST

/* An access stays inside an element: of 12 bytes, each 16 bytes, the last one cut. */
START_TEST(test_elements)
{
	static unsigned char bytes[40];
	struct rawbpf_vm_region region = { .name = "values", .bytes = bytes, .size = sizeof(bytes),
		.rights = RAWBPF_VM_READ, .element = 12, .stride = 16 };
	struct machine m;
	int offset;

	for (offset = 0; offset < 48; offset++) {
		int in_element = offset % 16 + 4 <= 12 && offset + 4 <= (int)sizeof(bytes);

		ck_assert_int_eq(touch(&m, &region, LOAD(BPF_W, offset), 0),
				 in_element ? RAWBPF_VM_PAUSED : -EFAULT);
	}
}
END_TEST

START_TEST(test_add)
{
	static unsigned char bytes[0x3000];
	struct rawbpf_vm_region *regions[6];
	struct rawbpf_vm_region a = { .name = "a", .bytes = bytes, .size = 0x1800,
		.rights = RAWBPF_VM_READ }, b = a, c = a, far = a, many = a;

	MACHINE(m, SPEC(.regions = regions, .region_max = 4), BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &a), 0);
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &b), 0);
	ck_assert_uint_gt(a.address, 0);
	ck_assert_uint_lt(b.address + b.size, UINT32_MAX);
	/* Between two regions an unused page finds accesses past the end. */
	ck_assert_uint_ge(b.address, a.address + a.size + 0x1000);
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &a), -EEXIST);
	c.address = a.address + a.size - 1;
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &c), -EEXIST);
	c.address = a.address - c.size + 1;
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &c), -EEXIST);
	c.address = a.address - c.size;
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &c), 0);
	far.address = UINT64_MAX - far.size + 1;
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &far), 0);
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &many), -ENOSPC);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&m.vm, a.address - 1), &c);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&m.vm, a.address), &a);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&m.vm, a.address + a.size - 1), &a);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&m.vm, a.address + a.size), NULL);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&m.vm, UINT64_MAX), &far);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&m.vm, 0), NULL);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&m.vm, m.vm.r[10] - 1), &m.vm.frames[0].stack);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&m.vm, m.vm.r[10]), NULL);
	ck_assert_int_eq(rawbpf_vm_region_delete(&m.vm, &many), -ENOENT);
	ck_assert_int_eq(rawbpf_vm_region_delete(&m.vm, &a), 0);
	ck_assert_int_eq(rawbpf_vm_region_delete(&m.vm, &a), -ENOENT);
	ck_assert_ptr_eq(rawbpf_vm_region_find(&m.vm, a.address), NULL);
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &many), 0);
}
END_TEST

/* A region may move on to another machine, where its address is taken. */
START_TEST(test_next_machine)
{
	static unsigned char bytes[16];
	struct rawbpf_vm_region *regions[2];
	struct rawbpf_vm_region a = { .name = "a", .bytes = bytes, .size = 16,
		.rights = RAWBPF_VM_READ }, b = a, fixed = a;
	const struct rawbpf_vm_spec spec = { .regions = regions, .region_max = 2 };
	uint64_t address;

	MACHINE(first, spec, BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_region_add(&first.vm, &a), 0);
	address = a.address;
	MACHINE(second, spec, BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_region_add(&second.vm, &a), 0);
	ck_assert_uint_eq(a.address, address);
	MACHINE(third, spec, BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_region_add(&third.vm, &b), 0);
	ck_assert_uint_eq(b.address, address);
	ck_assert_int_eq(rawbpf_vm_region_add(&third.vm, &a), 0);
	ck_assert_uint_ne(a.address, address);
	MACHINE(fourth, spec, BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_region_add(&fourth.vm, &b), 0);
	fixed.address = address;
	ck_assert_int_eq(rawbpf_vm_region_add(&fourth.vm, &fixed), -EEXIST);
	/* Growing into another one's bytes does not move it. */
	fixed.address = address + 16;
	ck_assert_int_eq(rawbpf_vm_region_add(&fourth.vm, &fixed), 0);
	a = b;
	a.size = 17;
	ck_assert_int_eq(rawbpf_vm_region_update(&fourth.vm, &b, &a), -EEXIST);
	ck_assert_uint_eq(b.size, 16);
}
END_TEST

START_TEST(test_bad_region)
{
	static unsigned char bytes[64];
	const struct rawbpf_vm_region bad[] = {
		{ .bytes = bytes, .size = 0, .rights = RAWBPF_VM_READ },
		{ .bytes = NULL, .size = 4, .rights = RAWBPF_VM_READ },
		{ .bytes = bytes, .size = 64, .element = 8, .stride = 7, .rights = RAWBPF_VM_READ },
		{ .bytes = bytes, .size = 64, .address = UINT64_MAX - 62, .rights = RAWBPF_VM_READ },
		{ .bytes = bytes, .size = 64, .address = 0x6fffffff, .rights = RAWBPF_VM_READ },
		{ .bytes = bytes, .size = UINT64_MAX, .rights = RAWBPF_VM_READ },
	};
	static const int errors[] = { -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EEXIST, -ENOSPC };
	struct rawbpf_vm_region region = bad[_i], *regions[2];

	MACHINE(m, SPEC(.regions = regions, .region_max = 2), BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &region), errors[_i]);
	ck_assert_uint_eq(m.vm.region_count, 0);
}
END_TEST

/* Only a machine of 64 bits has memory of more than 4 GB. The test touches no byte of it. */
START_TEST(test_vast_region)
{
	static unsigned char bytes[1];
	struct rawbpf_vm_region *regions[2], region = { .bytes = bytes, .size = UINT64_C(1) << 33,
		.address = UINT64_C(1) << 32, .rights = RAWBPF_VM_READ };
	int is_narrow = sizeof(size_t) == 4;

	MACHINE(m, SPEC(.regions = regions, .region_max = 2), BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &region), is_narrow ? -EINVAL : 0);
	ck_assert_uint_eq(m.vm.region_count, is_narrow ? 0 : 1);
}
END_TEST

/* Addresses of regions that are gone come back when all others are used up. */
START_TEST(test_used_up)
{
	static unsigned char bytes[1]; /* the test touches no byte of these */
	struct rawbpf_vm_region a = { .name = "a", .bytes = bytes, .size = 0x20000000,
		.rights = RAWBPF_VM_READ }, b = a, c = a, d = a, *regions[4];

	MACHINE(m, SPEC(.regions = regions, .region_max = 4), BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &a), 0);
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &b), 0);
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &c), -ENOSPC);
	ck_assert_int_eq(rawbpf_vm_region_delete(&m.vm, &a), 0);
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &d), 0);
	ck_assert_uint_eq(d.address, a.address);
}
END_TEST

/* Regions may end where the reserved addresses begin, and begin where these end. */
START_TEST(test_reserved)
{
	static unsigned char bytes[64];
	struct rawbpf_vm_region below = { .name = "below", .bytes = bytes, .size = 64,
		.rights = RAWBPF_VM_READ, .address = 0x60000000 - 64 }, above = below, inside = below;
	struct rawbpf_vm_region *regions[4];

	MACHINE(m, SPEC(.regions = regions, .region_max = 4), BPF_EXIT_INSN());
	inside.address++;
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &inside), -EEXIST);
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &below), 0);
	inside.address = 0x7000ffff;
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &inside), -EEXIST);
	above.address = 0x70010000;
	ck_assert_int_eq(rawbpf_vm_region_add(&m.vm, &above), 0);
}
END_TEST

/* A region that shrinks or goes is gone at once, also for a register that has used it. */
START_TEST(test_update)
{
	static unsigned char bytes[32];
	struct rawbpf_vm_region region = { .name = "packet", .bytes = bytes, .size = 32,
		.rights = RAWBPF_VM_READ }, to, *regions[1];

	MACHINE(m, SPEC(.context = &region, .regions = regions, .region_max = 1),
		LOAD(BPF_B, 31), LOAD(BPF_B, 30), LOAD(BPF_B, 31), LOAD(BPF_B, 29),
		BPF_EXIT_INSN());
	to = region;
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 1), RAWBPF_VM_PAUSED);
	to.size = 31;
	ck_assert_int_eq(rawbpf_vm_region_update(&m.vm, &region, &to), 0);
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 1), RAWBPF_VM_PAUSED);
	traps(m, RAWBPF_VM_TRAP_ACCESS, 2);
	ck_assert_int_eq(region.chosen, 1); /* it still finds another address in the next machine */
	to.size = 0;
	ck_assert_int_eq(rawbpf_vm_region_update(&m.vm, &region, &to), -EINVAL);
	ck_assert_uint_eq(region.size, 31);
	m.vm.trap.kind = RAWBPF_VM_NO_TRAP;
	m.vm.pc = 3;
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 1), RAWBPF_VM_PAUSED);
	ck_assert_int_eq(rawbpf_vm_region_delete(&m.vm, &region), 0);
	m.vm.pc = 3;
	traps(m, RAWBPF_VM_TRAP_ACCESS, 3);
}
END_TEST

/* The order of a machine's memory is its own, whatever the host's is. */
START_TEST(test_order)
{
	static const unsigned char ordered[2][8] = {
		{ 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 },
		{ 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88 } };
	const uint64_t value = UINT64_C(0x1122334455667788);
	const unsigned size = 1u << _i % 4;
	const int big = _i / 4;
	static unsigned char bytes[8];
	struct rawbpf_vm_region region = { .name = "packet", .bytes = bytes, .size = 8,
		.rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE }, *regions[1];

	memset(bytes, 0, sizeof(bytes));
	MACHINE(m, SPEC(.context = &region, .regions = regions, .region_max = 1,
			.order = big ? RAWBPF_BIG_ENDIAN : RAWBPF_LITTLE_ENDIAN),
		BPF_STX_MEM(sizes[_i % 4], BPF_REG_1, BPF_REG_2, 0), LOAD(sizes[_i % 4], 0),
		BPF_EXIT_INSN());
	m.vm.r[2] = value;
	ends(m, value & UINT64_MAX >> (64 - 8 * size));
	ck_assert_mem_eq(bytes, ordered[big] + (big ? 8 - size : 0), size);
}
END_TEST

/* The marks of the verifier: loads give 0 instead of a trap, and stores to an arena do nothing. */
START_TEST(test_may_fault)
{
	MACHINE(load, NO_SPEC, BPF_MOV64_IMM(BPF_REG_0, 7), BPF_RAW_INSN(0x39, 0, 1, 0, 0),
		BPF_EXIT_INSN());
	ends(load, 0);
	ck_assert_int_eq(load.vm.trap.kind, RAWBPF_VM_NO_TRAP);
	MACHINE(store, NO_SPEC, BPF_MOV64_IMM(BPF_REG_0, 7), BPF_RAW_INSN(0xbb, 1, 0, 0, 0),
		BPF_RAW_INSN(0xba, 1, 0, 0, 0), BPF_EXIT_INSN());
	ends(store, 7);
	MACHINE(plain, NO_SPEC, BPF_LDX_MEMSX(BPF_W, 0, 1, 0), BPF_EXIT_INSN());
	traps(plain, RAWBPF_VM_TRAP_ACCESS, 0);
	MACHINE(atomic, NO_SPEC, BPF_RAW_INSN(0xfb, 1, 0, 0, 0), BPF_EXIT_INSN());
	traps(atomic, RAWBPF_VM_TRAP_ACCESS, 0);
	MACHINE(stack, NO_SPEC, BPF_ST_MEM(BPF_B, 10, -8, 0x80), BPF_RAW_INSN(0x51, 0, 10, -8, 0),
		BPF_EXIT_INSN());
	ends(stack, UINT64_C(0xffffffffffffff80));
}
END_TEST

START_TEST(test_stack)
{
	/* All 512 bytes, and no more, in either direction. They read as zeros. */
	MACHINE(m, NO_SPEC, BPF_LDX_MEM(BPF_DW, 0, 10, -8), BPF_LDX_MEM(BPF_DW, 1, 10, -512),
		BPF_ALU64_REG(BPF_OR, 0, 1), BPF_EXIT_INSN());
	ends(m, 0);
	ck_assert_uint_eq(m.vm.frames[0].used, 512);
	MACHINE(below, NO_SPEC, BPF_ST_MEM(BPF_B, 10, -513, 1), BPF_EXIT_INSN());
	traps(below, RAWBPF_VM_TRAP_STACK, 0);
	ck_assert_ptr_eq(below.vm.trap.nearest, &below.vm.frames[0].stack);
	MACHINE(above, NO_SPEC, BPF_LDX_MEM(BPF_B, 0, 10, 0), BPF_EXIT_INSN());
	traps(above, RAWBPF_VM_TRAP_ACCESS, 0);
	MACHINE(across, NO_SPEC, BPF_LDX_MEM(BPF_W, 0, 10, -3), BPF_EXIT_INSN());
	traps(across, RAWBPF_VM_TRAP_ACCESS, 0);
}
END_TEST

/*
 * The program stores at r10 - r1, its function at r10 - r2, then at the program's stack. Kernels
 * count a function's bytes in steps of 16, and all together: at most 512.
 */
static const struct {
	unsigned main, callee, good, limit;
} depths[] = {
	{ 8, 496, 1, 0 }, { 16, 496, 1, 0 }, { 17, 496, 0, 0 }, { 496, 9, 1, 0 },
	{ 496, 17, 0, 0 }, { 256, 256, 1, 0 }, { 257, 256, 0, 0 }, { 512, 512, 1, 1024 },
	{ 32, 17, 0, 48 }, { 32, 16, 1, 48 },
};

START_TEST(test_stack_depth)
{
	MACHINE(m, SPEC(.stack_limit = depths[_i].limit),
		BPF_MOV64_REG(3, 10), BPF_ALU64_REG(BPF_SUB, 3, 1), BPF_ST_MEM(BPF_B, 3, 0, 1),
		BPF_CALL_REL(1), BPF_EXIT_INSN(),
		BPF_MOV64_REG(4, 10), BPF_ALU64_REG(BPF_SUB, 4, 2), BPF_ST_MEM(BPF_B, 4, 0, 2),
		BPF_LDX_MEM(BPF_B, 0, 3, 0), BPF_EXIT_INSN());
	m.vm.r[1] = depths[_i].main;
	m.vm.r[2] = depths[_i].callee;
	if (depths[_i].good)
		ends(m, 1);
	else
		traps(m, RAWBPF_VM_TRAP_STACK, 7);
}
END_TEST

/* When a function returns, its stack ends, also for a register that points there. */
START_TEST(test_stack_ends)
{
	MACHINE(m, NO_SPEC, BPF_CALL_REL(2), BPF_LDX_MEM(BPF_B, 3, 3, -8), BPF_EXIT_INSN(),
		BPF_MOV64_REG(3, 10), BPF_ST_MEM(BPF_B, 3, -8, 1), BPF_LDX_MEM(BPF_B, 0, 3, -8),
		BPF_EXIT_INSN());
	traps(m, RAWBPF_VM_TRAP_ACCESS, 1);
	/* A function that is called again finds zeros, too. */
	MACHINE(again, NO_SPEC, BPF_CALL_REL(2), BPF_CALL_REL(1), BPF_EXIT_INSN(),
		BPF_LDX_MEM(BPF_DW, 0, 10, -24), BPF_ST_MEM(BPF_DW, 10, -24, 5), BPF_EXIT_INSN());
	ends(again, 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_bounds, 0, 4);
	tcase_add_loop_test(tests, test_window, 0, 18);
	tcase_add_test(tests, test_overflow);
	tcase_add_test(tests, test_rights);
	tcase_add_test(tests, test_alignment);
	tcase_add_test(tests, test_elements);
	tcase_add_test(tests, test_add);
	tcase_add_test(tests, test_next_machine);
	tcase_add_loop_test(tests, test_bad_region, 0, 6);
	tcase_add_test(tests, test_vast_region);
	tcase_add_test(tests, test_used_up);
	tcase_add_test(tests, test_reserved);
	tcase_add_test(tests, test_update);
	tcase_add_loop_test(tests, test_order, 0, 8);
	tcase_add_test(tests, test_may_fault);
	tcase_add_test(tests, test_stack);
	tcase_add_loop_test(tests, test_stack_depth, 0, RAWBPF_COUNT(depths));
	tcase_add_test(tests, test_stack_ends);
}

int main(void)
{
	return unit_run("the machine's memory", add_tests);
}
