/* SPDX-License-Identifier: MIT */
/* The words for traps. */
#include "machine.h"

#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

#define LOAD(SIZE, OFF) BPF_LDX_MEM(BPF_##SIZE, BPF_REG_0, BPF_REG_1, OFF)
#define STORE(SIZE, OFF) BPF_ST_MEM(BPF_##SIZE, BPF_REG_1, OFF, 0)
#define SET(REG, IMM) BPF_MOV64_IMM(BPF_REG_##REG, IMM)
#define END BPF_EXIT_INSN()

static struct world {
	struct rawbpf_vm_context context;
	struct rawbpf_vm_region *regions[8], spare[1];
	struct rawbpf_vm_map map, *maps[1];
	struct rawbpf_vm_world told;
	struct rawbpf_vm_helpers helpers;
	_Alignas(8) unsigned char map_memory[64];
	unsigned char packet[20], memory[400];
} world;

/* A tc program's context, an array `counts` of two elements, all helpers. */
static struct rawbpf_vm_spec world_open(void)
{
	struct rawbpf_vm_spec spec = { .regions = world.regions, .region_max = 8, .maps = world.maps,
				       .map_count = 1, .frames = 2, .helpers = &world.helpers };

	world.map = (struct rawbpf_vm_map){ .name = "counts", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = 8, .max_entries = 2, .flags = BPF_F_RDONLY_PROG, .memory = world.map_memory,
		.memory_size = sizeof(world.map_memory) };
	world.maps[0] = &world.map;
	ck_assert_int_eq(rawbpf_vm_map_open(&world.map), 0);
	rawbpf_vm_helpers_get(&world.helpers, &world.told);
	ck_assert_int_eq(rawbpf_vm_context_open(&world.context, &(struct rawbpf_vm_context_spec){
		.prog_type = BPF_PROG_TYPE_SCHED_CLS, .packet = world.packet, .packet_size = 20,
		.memory = world.memory, .memory_size = sizeof(world.memory) }), 0);
	ck_assert_int_eq(rawbpf_vm_context_bind(&world.context, &spec), 0);
	return spec;
}

static const struct {
	const char *text;
	struct bpf_insn insns[10];
} traps_said[] = {
	{ "instruction 1 reads 8 bytes at packet+14; packet has 20 bytes", { LOAD(W, 76), BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, 14) } },
	{ "instruction 1 writes 1 byte at packet-1; packet has 20 bytes", { BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_1, 76), STORE(B, -1) } },
	{ "instruction 1 reads 4 bytes at 0x0; compare the pointer with 0 first", { SET(1, 0), LOAD(W, 0) } },
	{ "instruction 1 reads 4 bytes at 0x20000; no memory is there, the nearest is packet at 0x8000100",
	  { SET(1, 0x20000), LOAD(W, 0) } },
	{ "instruction 2 reads 8 bytes at counts[1]+1; an element has 8 bytes",
	  { BPF_LD_IMM64_RAW_FULL(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, 0, 0, 0, 8), LOAD(DW, 1) } },
	{ "instruction 2 writes 4 bytes at counts[0]+0; it is read-only",
	  { BPF_LD_IMM64_RAW_FULL(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, 0, 0, 0, 0), STORE(W, 0) } },
	{ "instruction 2 reads 1 byte at counts+0; only helpers can use what is there", { BPF_LD_MAP_FD(BPF_REG_1, 0), LOAD(B, 0) } },
	{ "instruction 0 writes 4 bytes at __sk_buff+76 (data); this type of program may not do that", { STORE(W, 76) } },
	{ "instruction 0 reads 4 bytes at __sk_buff+192; __sk_buff has 192 bytes", { LOAD(W, 192) } },
	{ "instruction 0 reads 8 bytes at r10+0; the stack has 512 bytes", { BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, 0) } },
	{ "instruction 0 writes 8 bytes at r10-520; all active functions together have 512 bytes of stack",
	  { BPF_ST_MEM(BPF_DW, BPF_REG_10, -520, 0) } },
	{ "instruction 1 is atomic, but r10-12 is not a multiple of its size",
	  { SET(2, 0), BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_10, BPF_REG_2, -12) } },
	{ "instruction 0 goes to 11, where no instruction begins; the program has 2 slots", { BPF_JMP_A(10), END } },
	{ "instruction 1 goes to 0x77, where no instruction begins; the program has 2 slots",
	  { SET(1, 0x77), BPF_RAW_INSN(BPF_JMP | BPF_CALL | BPF_X, BPF_REG_1, 0, 0, 0) } },
	{ "instruction 1 is behind the program's last one; end the program with exit", { SET(0, 0) } },
	{ "instruction 0 calls one function too many: 2 may be active at a time", { BPF_CALL_REL(-1), END } },
	{ "instruction 0: helper 9999 is not in the machine's tables of helpers", { BPF_EMIT_CALL(9999) } },
	{ "instruction 0: helper jiffies64 is not in the machine's tables of helpers", { BPF_EMIT_CALL(118) } },
	{ "instruction 0: the kfunc with BTF id 7 is not in the machine's tables of helpers",
	  { BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, 7) } },
	{ "instruction 0: helper map_lookup_elem gets __sk_buff+0 (len), which is not the map or context that it needs",
	  { BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem) } },
	{ "instruction 3: helper map_lookup_elem reads 4 bytes at 0x5; compare the pointer with 0 first",
	  { BPF_LD_MAP_FD(BPF_REG_1, 0), SET(2, 5), BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem) } },
	{ "instruction 0 loads map 3; the machine has 1 map", { BPF_LD_MAP_FD(BPF_REG_1, 3) } },
	{ "instruction 0 loads map 0, byte 16; the values of counts have 16 bytes",
	  { BPF_LD_IMM64_RAW_FULL(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, 0, 0, 0, 16) } },
	{ "instruction 0 loads the kernel's variable with BTF id 12, which the machine does not have",
	  { BPF_LD_IMM64_RAW_FULL(BPF_REG_1, BPF_PSEUDO_BTF_ID, 0, 0, 12, 0) } },
	{ "instruction 2: helper ringbuf_submit fails with errno 14",
	  { BPF_MOV64_REG(BPF_REG_1, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, -8),
	    BPF_EMIT_CALL(BPF_FUNC_ringbuf_submit) } },
};

static unsigned count_slots(const struct bpf_insn *insns)
{
	unsigned count = 10;

	while (count > 1 && !insns[count - 1].code && insns[count - 2].code != (BPF_LD | BPF_DW | BPF_IMM))
		count--;
	return count;
}

START_TEST(test_said)
{
	const struct bpf_insn *insns = traps_said[_i].insns;
	struct machine m;
	char text[200], cut[10];
	size_t length;

	ck_assert_int_eq(machine_open(&m, insns, count_slots(insns), world_open()), 0);
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 100), -EFAULT);
	length = rawbpf_vm_trap_explain(text, sizeof(text), &m.vm);
	ck_assert_str_eq(text, traps_said[_i].text);
	ck_assert_uint_eq(length, strlen(text));
	ck_assert_uint_eq(rawbpf_vm_trap_explain(cut, sizeof(cut), &m.vm), length);
	ck_assert_str_eq(cut, "instructi");
}
END_TEST

START_TEST(test_no_trap)
{
	char text[20];

	MACHINE(m, NO_SPEC, SET(0, 0), END);
	ends(m, 0);
	rawbpf_vm_trap_explain(text, sizeof(text), &m.vm);
	ck_assert_str_eq(text, "no trap");
}
END_TEST

/* An invalid instruction ends rawbpf_vm_open(). A region's name may be hostile. */
START_TEST(test_invalid)
{
	const struct bpf_insn insns[] = { SET(0, 0), { .code = 0xff } };
	struct machine m;
	char text[100];

	ck_assert_int_eq(machine_open(&m, insns, 2, NO_SPEC), -EINVAL);
	rawbpf_vm_trap_explain(text, sizeof(text), &m.vm);
	ck_assert_str_eq(text, "instruction 1 is not valid");
}
END_TEST

START_TEST(test_hostile_name)
{
	unsigned char bytes[4];
	struct rawbpf_vm_region region = { .name = "\033[2J\n", .size = 4, .bytes = bytes }, *regions[1];
	char text[100];

	MACHINE(m, SPEC(.context = &region, .regions = regions, .region_max = 1), LOAD(W, 0), END);
	traps(m, RAWBPF_VM_TRAP_RIGHTS, 0);
	rawbpf_vm_trap_explain(text, sizeof(text), &m.vm);
	ck_assert_str_eq(text, "instruction 0 reads 4 bytes at \\x1b[2J\\x0a+0; only helpers can use what is there");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_said, 0, RAWBPF_COUNT(traps_said));
	tcase_add_test(tests, test_no_trap);
	tcase_add_test(tests, test_invalid);
	tcase_add_test(tests, test_hostile_name);
}

int main(void)
{
	return unit_run("machine_trap", add_tests);
}
