/* SPDX-License-Identifier: MIT */
/*
 * Registers without a value: the machine traps at the instruction at which the running kernel's
 * verifier rejects the program, for the same register; where the kernel takes it, both end. The
 * kernel takes callbacks with BTF alone: those run in the machine only.
 */
#include "../live.h"

#include <rawbpf/vm.h>
#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>

enum { INSNS = 16, FINE = -1 };

#define SET(REG, IMM) BPF_MOV64_IMM(BPF_REG_##REG, IMM)
#define COPY(REG, FROM) BPF_MOV64_REG(BPF_REG_##REG, BPF_REG_##FROM)
#define TIME BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns)
#define END BPF_EXIT_INSN()
#define LOOP(DISTANCE) \
	SET(1, 2), BPF_LD_IMM64_RAW_FULL(BPF_REG_2, BPF_PSEUDO_FUNC, 0, 0, (DISTANCE), 0), SET(3, 0), SET(4, 0), \
	BPF_EMIT_CALL(BPF_FUNC_loop)
#define FUNCTION(DISTANCE) BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, DISTANCE)

static const struct {
	const char *name;
	int insn, reg; /* the one that reads, and what; or FINE */
	struct bpf_insn insns[INSNS];
} programs[] = {
	{ "no result", 0, 0, { END } },
	{ "a result", FINE, 0, { SET(0, 0), END } },
	{ "r1 and r10 at the start", FINE, 0, { COPY(0, 1), COPY(2, 10), SET(0, 0), END } },
	{ "r2 at the start", 0, 2, { COPY(0, 2), END } },
	{ "r9 at the start", 0, 9, { BPF_ALU64_IMM(BPF_ADD, BPF_REG_9, 1), SET(0, 0), END } },
	{ "a copy in 32 bits", 0, 3, { BPF_MOV32_REG(BPF_REG_0, BPF_REG_3), END } },
	{ "a sum", 1, 3, { SET(0, 0), BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_3), END } },
	{ "a sum in place", 0, 0, { BPF_ALU32_IMM(BPF_ADD, BPF_REG_0, 3), END } },
	{ "a negation", 0, 0, { BPF_RAW_INSN(BPF_ALU64 | BPF_NEG, 0, 0, 0, 0), END } },
	{ "a byte order", 0, 4, { BPF_ENDIAN(BPF_TO_BE, BPF_REG_4, 16), SET(0, 0), END } },
	{ "a store of it", 0, 7, { BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_7, -8), SET(0, 0), END } },
	{ "a store by it", 0, 7, { BPF_ST_MEM(BPF_DW, BPF_REG_7, -8, 0), SET(0, 0), END } },
	{ "a load by it", 0, 5, { BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_5, 0), END } },
	{ "a load gives a value", FINE, 0, { BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0), BPF_LDX_MEM(BPF_W, BPF_REG_5, BPF_REG_10, -8),
	  COPY(0, 5), END } },
	{ "a comparison", 1, 4, { SET(0, 0), BPF_JMP_REG(BPF_JEQ, BPF_REG_0, BPF_REG_4, 0), END } },
	{ "a comparison in 32 bits", 1, 8, { SET(0, 0), BPF_JMP32_IMM(BPF_JEQ, BPF_REG_8, 0, 0), END } },
	{ "a jump", FINE, 0, { SET(0, 0), BPF_JMP_A(0), END } },
	{ "an atomic sum", 1, 3, { BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0),
	  BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_10, BPF_REG_3, -8), SET(0, 0), END } },
	{ "a comparison with r0", 2, 0, { BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0), SET(3, 1),
	  BPF_ATOMIC_OP(BPF_DW, BPF_CMPXCHG, BPF_REG_10, BPF_REG_3, -8), SET(0, 0), END } },
	{ "a fetched value", FINE, 0, { BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0), SET(3, 1),
	  BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_10, BPF_REG_3, -8), COPY(0, 3), END } },
	{ "r1 after a helper", 1, 1, { TIME, COPY(0, 1), END } },
	{ "r5 after a helper", 2, 5, { SET(5, 1), TIME, COPY(0, 5), END } },
	{ "r6 after a helper", FINE, 0, { SET(6, 1), TIME, COPY(0, 6), END } },
	{ "r1 that is set again", FINE, 0, { TIME, SET(1, 7), COPY(0, 1), END } },
	{ "only one way sets it", 5, 3, { SET(3, 1), TIME, SET(0, 0), BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 1), SET(3, 2), COPY(0, 3), END } },
	{ "r2 after a packet load", 3, 2, { COPY(6, 1), SET(2, 1), BPF_LD_ABS(BPF_B, 0), COPY(0, 2), END } },
	{ "a packet load without r6", 0, 6, { BPF_LD_ABS(BPF_B, 0), END } },
	{ "an index of a packet load", 1, 4, { COPY(6, 1), BPF_LD_IND(BPF_B, BPF_REG_4, 0), END } },
	{ "a function's arguments", FINE, 0, { SET(3, 5), FUNCTION(1), END, COPY(0, 3), END } },
	{ "a function without one", 2, 4, { FUNCTION(1), END, COPY(0, 4), END } },
	{ "a function has no r6 of its caller", 3, 6, { SET(6, 5), FUNCTION(1), END, COPY(0, 6), END } },
	{ "its caller keeps r6", FINE, 0, { SET(6, 5), FUNCTION(2), COPY(0, 6), END, SET(0, 1), END } },
	{ "its caller loses r3", 2, 3, { SET(3, 5), FUNCTION(2), COPY(0, 3), END, SET(0, 1), END } },
	{ "its caller has no r7", 1, 7, { FUNCTION(2), COPY(0, 7), END, SET(7, 1), SET(0, 1), END } },
	{ "a callback's argument", FINE, 0, { LOOP(6), SET(0, 0), END, COPY(0, 1), SET(0, 0), END } },
	{ "a callback has no r6", 8, 6, { LOOP(6), SET(0, 0), END, COPY(0, 6), SET(0, 0), END } },
	{ "r3 after callbacks", 6, 3, { LOOP(6), COPY(0, 3), END, SET(0, 0), END } },
};

static unsigned count_of(const struct bpf_insn *insns)
{
	unsigned count = INSNS;

	while (!insns[count - 1].code)
		count--;
	return count;
}

/* Return 1 if the program ends; 0 with the trap's instruction and register. */
static int run_in_machine(const struct bpf_insn *insns, unsigned count, int *insn, int *reg)
{
	static struct rawbpf_vm vm;
	static struct rawbpf_vm_context context;
	static uint64_t stack[RAWBPF_VM_FRAMES * RAWBPF_VM_STACK / 8];
	static unsigned char packet[64], memory[RAWBPF_VM_HEADROOM + 64];
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = count };
	struct rawbpf_vm_world world = { .time = 1 };
	struct rawbpf_vm_helpers helpers;
	struct rawbpf_vm_region *regions[RAWBPF_VM_CONTEXT_REGIONS];
	struct rawbpf_vm_spec spec = { .prog = &prog, .stack = stack, .stack_size = sizeof(stack), .regions = regions,
		.region_max = RAWBPF_COUNT(regions), .helpers = &helpers, .check = rawbpf_vm_unset_check };
	int result;

	rawbpf_vm_helpers_get(&helpers, &world);
	ck_assert_int_eq(rawbpf_vm_context_open(&context, &(struct rawbpf_vm_context_spec){
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .packet = packet, .packet_size = sizeof(packet),
		.memory = memory, .memory_size = sizeof(memory) }), 0);
	ck_assert_int_eq(rawbpf_vm_context_bind(&context, &spec), 0);
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), 0);
	result = rawbpf_vm_run(&vm, 1000);
	if (result == RAWBPF_VM_ENDED)
		return 1;
	ck_assert_int_eq(result, -EFAULT);
	ck_assert_int_eq(vm.trap.kind, RAWBPF_VM_TRAP_UNSET);
	*insn = (int)vm.trap.insn;
	*reg = (int)vm.trap.address;
	return 0;
}

START_TEST(test_program)
{
	static char log[8192];
	const struct bpf_insn *insns = programs[_i].insns;
	unsigned count = count_of(insns);
	int insn = FINE, reg = 0, prog;
	char *said;

	run_in_machine(insns, count, &insn, &reg);
	ck_assert_msg(insn == programs[_i].insn, "%s: the machine traps at %d", programs[_i].name, insn);
	ck_assert_int_eq(reg, programs[_i].reg);

	if (insns[1].src_reg == BPF_PSEUDO_FUNC)
		return;
	log[0] = '\0';
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){ .type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
		.insns = insns, .insn_count = count, .log = log, .log_size = sizeof(log), .log_level = 1 });
	if (insn == FINE) {
		ck_assert_msg(prog > 2, "%s: %d, %s", programs[_i].name, prog, log);
		close(prog);
		return;
	}
	ck_assert_msg(prog == -EACCES, "%s: the kernel says %d, %s", programs[_i].name, prog, log);
	said = strstr(log, " !read_ok");
	ck_assert_msg(said && said[-1] - '0' == reg, "%s: %s", programs[_i].name, log);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_program, 0, RAWBPF_COUNT(programs));
}

int main(void)
{
	return live_run("live_unset", add_tests);
}
