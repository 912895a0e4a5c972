/* SPDX-License-Identifier: MIT */
/*
 * Execute the instructions whose pages have no C line that a test could run: jumps, calls, maps,
 * arenas. The table says where an instruction is executed, if not here.
 */
#include <string.h>
#include <sys/mman.h>

#include <rawbpf/form.h>

#include "../../insn/form/form.h"
#include "../live.h"
#include "claims.h"

/* Instructions by shape. claims.c executes the first four. */
static const struct special {
	uint8_t shape;
	const char *where;
} specials[] = {
#define IN(SHAPE, WHERE) { RAWBPF__SHAPE_##SHAPE, WHERE }
	IN(JA, "test_jumps"),
	IN(JA32, "test_jumps"),
	IN(CALL, "test_lost_registers"),
	IN(CALL_LOCAL, "test_lost_registers, test_calls"),
	IN(EXIT, "test_calls"),
	IN(MAY_GOTO, "test_may_goto"),
	IN(KFUNC, "test_kfunc"),
	IN(CAST, "test_casts"),
	IN(MAP_FD, "test_maps"),
	IN(MAP_VALUE, "test_maps"),
	IN(MAP_IDX, "test_maps"),
	IN(MAP_IDX_VALUE, "test_maps"),
	IN(FUNC, "test_callback"),
	IN(VAR, "test_variable"),
	IN(GOTOX, "test_jump_table of test/object/map_types_values.c, which the guests run, too"),
	IN(KFUNC_MOD, "call_function of test/vm/guest_modules.c"),
	IN(VAR_MOD, "read_variable of test/vm/guest_modules.c"),
#undef IN
};

static int is_special(const struct rawbpf__form *form)
{
	for (unsigned i = 0; i < RAWBPF_COUNT(specials); i++)
		if (specials[i].shape == form->shape)
			return 1;
	return 0;
}

static int is_claimed(const struct rawbpf__form *form)
{
	for (unsigned n = 0; n < claim_count; n++)
		if (rawbpf__form_find(claims[n].insns, 2) == form)
			return 1;
	return 0;
}

/*
 * The tests execute each form that some kernel loads, in exactly one of two ways, and no other
 * form.
 */
START_TEST(test_every_form)
{
	const struct rawbpf__form *form;

	for (unsigned row = 0; (form = rawbpf__form_at(row)); row++)
		ck_assert_msg(is_claimed(form) + is_special(form) == !!form->kernel,
			      "row %u, opcode %02x: %d, %d", row, form->code, is_claimed(form),
			      is_special(form));
}
END_TEST

/* ------------------------------------------------------------------------------- programs */

static char log_text[8192];

static int load(const struct bpf_insn *insns, unsigned count, const int *fd_array)
{
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns,
		.insn_count = count, .fd_array = fd_array, .log = log_text,
		.log_size = sizeof log_text });
}

#define LOAD(INSNS) load(INSNS, RAWBPF_COUNT(INSNS), NULL)

static uint32_t run(int prog)
{
	static const char packet[64];
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };

	ck_assert_msg(prog > 2, "%d: %s", prog, log_text);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	close(prog);
	return run.retval;
}

static int says(const struct bpf_insn *insns, const char *words)
{
	char page[4096];

	rawbpf_insn_explain(page, sizeof page, insns, 2, RAWBPF_HOST_ORDER, 0, NULL);
	for (char *at = page; (at = strstr(at, "\n           ")); )
		memmove(at + 1, at + 12, strlen(at + 12) + 1), *at = ' ';
	return strstr(page, words) != NULL;
}

/* A call returns all 64 bits. The caller's r6 to r9 stay. */
START_TEST(test_calls)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_6, -1),
		BPF_MOV64_IMM(BPF_REG_1, 5),
		BPF_CALL_REL(5),
		BPF_LD_IMM64(BPF_REG_2, 0x1122334455667788),
		BPF_JMP_REG(BPF_JNE, BPF_REG_0, BPF_REG_2, 1),
		BPF_ALU64_REG(BPF_SUB, BPF_REG_0, BPF_REG_6),
		BPF_EXIT_INSN(),
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1), /* slot 8, 5 behind slot 3 */
		BPF_LD_IMM64(BPF_REG_0, 0x1122334455667783),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_6),
		BPF_EXIT_INSN(),
	};

	ck_assert(says(&insns[2], "at pc+5, counted from the next slot"));
	ck_assert_uint_eq(run(LOAD(insns)), 0x55667789);
}
END_TEST

/* A loop that only this jump ends. It lands where its page says. */
START_TEST(test_may_goto)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 0),
		RAWBPF_MAY_GOTO(3),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1),
		BPF_ALU64_IMM(BPF_AND, BPF_REG_0, 0xffffff),
		BPF_JMP_A(-4),
		BPF_ALU64_IMM(BPF_OR, BPF_REG_0, 1 << 24),
		BPF_EXIT_INSN(),
	};
	uint32_t result;

	if (live_kernel() < 0x609)
		SKIP("may_goto is of 6.9");
	ck_assert(says(&insns[1], "Continue. When the loop's iteration budget is used up, jump 3 "
				  "slots forward, counted from the next one."));
	result = run(LOAD(insns));
	ck_assert_uint_eq(result >> 24, 1);
	ck_assert_uint_gt(result & 0xffffff, 1000);
}
END_TEST

START_TEST(test_callback)
{
	enum { LOOP = 181 };
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0),
		BPF_MOV64_IMM(BPF_REG_1, 5),
		RAWBPF_LD_FUNC(BPF_REG_2, 7),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_EMIT_CALL(LOOP),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8),
		BPF_EXIT_INSN(),
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_2, 0), /* slot 10, 7 behind slot 3 */
		BPF_ALU64_REG(BPF_ADD, BPF_REG_3, BPF_REG_1),
		BPF_STX_MEM(BPF_DW, BPF_REG_2, BPF_REG_3, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	struct bpf_func_info infos[2];
	struct rawbpf_prog_spec spec = { .type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
					 .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
	int btf;

	if (live_kernel() < 0x511)
		SKIP("bpf_loop is of 5.17");
	ck_assert(says(&insns[2], "at pc+7, counted from this second half"));
	btf = rawbpf_prog_btf_load(&spec, infos, 2);
	ck_assert_int_gt(btf, 2);
	ck_assert_uint_eq(run(rawbpf_prog_load(&spec)), 0 + 1 + 2 + 3 + 4);
	close(btf);
}
END_TEST

/* ----------------------------------------------------------------------------------- maps */

enum { VALUE = 16 };

/*
 * Return the first byte of the value that `load_map` gives. If it gives the map itself, look the
 * value up.
 */
static int load_of_map(const struct bpf_insn load_map[2], int is_map, const int *map)
{
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		load_map[0], load_map[1],
		is_map ? BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem) : BPF_MOV64_REG(BPF_REG_0, BPF_REG_1),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 1),
		BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	return load(insns, RAWBPF_COUNT(insns), map);
}

static void check_value_at(int index, int map, unsigned byte)
{
	const struct bpf_insn by_fd[] = { BPF_LD_MAP_VALUE(BPF_REG_1, map, byte) };
	const struct bpf_insn by_index[] = { RAWBPF_LD_MAP_IDX_VALUE(BPF_REG_1, 0, byte) };
	const struct bpf_insn *insns = index ? by_index : by_fd;
	char words[64];

	snprintf(words, sizeof words, "the address of byte %u in the value", byte);
	ck_assert(says(insns, words));
	if (byte < VALUE)
		ck_assert_uint_eq(run(load_of_map(insns, 0, &map)), 100 + byte);
	else
		ck_assert_int_lt(load_of_map(insns, 0, &map), 0);
}

/* By descriptor and by index; the value's first byte, its last, and the byte behind it. */
START_TEST(test_maps)
{
	unsigned char value[VALUE];
	int map = live_map(BPF_MAP_TYPE_ARRAY, 4, VALUE, 1), other = live_array(1);
	const struct bpf_insn by_fd[] = { BPF_LD_MAP_FD(BPF_REG_1, map) };
	const struct bpf_insn by_index[] = { RAWBPF_LD_MAP_IDX(BPF_REG_1, 1) };

	for (unsigned i = 0; i < VALUE; i++)
		value[i] = 100 + i;
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 0 }, value, BPF_ANY), 0);
	ck_assert_uint_eq(run(load_of_map(by_fd, 1, NULL)), 100);
	check_value_at(0, map, 0);
	check_value_at(0, map, VALUE - 1);
	check_value_at(0, map, VALUE);
	if (live_kernel() >= 0x50e) {
		ck_assert(says(by_index, "number 1 of fd_array"));
		ck_assert_uint_eq(run(load_of_map(by_index, 1, (const int[]){ other, map })), 100);
		check_value_at(1, map, 0);
		check_value_at(1, map, VALUE - 1);
		check_value_at(1, map, VALUE);
	}
	close(other);
	close(map);
}
END_TEST

/* ------------------------------------------------------------------------ arenas and kfuncs */

/* The context of a BPF_PROG_TYPE_SYSCALL program. */
struct call_context {
	uint64_t in, out;
};

static int load_syscall(const struct bpf_insn *insns, unsigned count)
{
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SYSCALL, .flags = BPF_F_SLEEPABLE, .license = "GPL",
		.insns = insns, .insn_count = count, .log = log_text, .log_size = sizeof log_text });
}

/* Cast an address of user space to the kernel's, store a number through it, and cast it back. */
static uint64_t cast_both_ways(int prog, uint64_t address)
{
	struct call_context context = { .in = address };
	struct rawbpf_prog_run run = { .ctx_in = &context, .ctx_size_in = sizeof context };

	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	return context.out;
}

START_TEST(test_casts)
{
	size_t size = sysconf(_SC_PAGESIZE);
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARENA, .max_entries = 1, .flags = BPF_F_MMAPABLE });
	const struct bpf_insn insns[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_LD_MAP_FD(BPF_REG_1, map), /* the arena */
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_6, 0),
		RAWBPF_ADDR_SPACE_CAST(BPF_REG_2, BPF_REG_2, 0, 1),
		BPF_ST_MEM(BPF_DW, BPF_REG_2, 0, 77),
		RAWBPF_ADDR_SPACE_CAST(BPF_REG_3, BPF_REG_2, 1, 0),
		BPF_STX_MEM(BPF_DW, BPF_REG_6, BPF_REG_3, 8),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	uint64_t *page, *last;
	int prog;

	if (live_kernel() < 0x609)
		SKIP("arenas are of 6.9");
	ck_assert(says(&insns[4], "the arena pointer r2, moved from address space 1 to 0"));
	ck_assert(says(&insns[6], "the arena pointer r2, moved from address space 0 to 1"));
	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	ck_assert(page != MAP_FAILED);
	last = page + size / sizeof *page - 1;
	page[0] = last[0] = 1; /* touching a page creates it */
	prog = load_syscall(insns, RAWBPF_COUNT(insns));
	ck_assert_msg(prog > 2, "%s", log_text);
	ck_assert_uint_eq(cast_both_ways(prog, (uintptr_t)page), (uintptr_t)page);
	ck_assert_uint_eq(page[0], 77);
	ck_assert_uint_eq(cast_both_ways(prog, (uintptr_t)last), (uintptr_t)last);
	ck_assert_uint_eq(last[0], 77);
	/* At an address without a page, the store does nothing. NULL stays NULL. */
	ck_assert_uint_eq(cast_both_ways(prog, 0), 0);
	munmap(page, size);
	close(prog);
	close(map);
}
END_TEST

static int type_id(unsigned kind, const char *name)
{
	struct rawbpf_btf kernel;
	int id = rawbpf_btf_kernel_open(&kernel);

	if (id == 0)
		id = rawbpf_btf_type_find(&kernel, kind, name);
	rawbpf_btf_close(&kernel);
	return id;
}

#define ITERATOR BPF_MOV64_REG(BPF_REG_1, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, -8)

/* Call kfuncs with negative numbers. r0 holds their result. Read `reg` behind one of them. */
static int load_kfuncs(unsigned reg)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_6, 0),
		ITERATOR,
		BPF_MOV64_IMM(BPF_REG_2, -3),
		BPF_MOV64_IMM(BPF_REG_3, 2),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_MOV64_IMM(BPF_REG_5, 0),
		BPF_CALL_KFUNC(0, type_id(BTF_KIND_FUNC, "bpf_iter_num_new")),
		BPF_MOV64_REG(BPF_REG_7, reg),
		ITERATOR,
		BPF_CALL_KFUNC(0, type_id(BTF_KIND_FUNC, "bpf_iter_num_next")),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 4),
		BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_0, 0),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_6, BPF_REG_0),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_6, 100),
		BPF_JMP_A(-8),
		ITERATOR,
		BPF_CALL_KFUNC(0, type_id(BTF_KIND_FUNC, "bpf_iter_num_destroy")),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_6),
		BPF_EXIT_INSN(),
	};

	ck_assert(says(&insns[7], "The result is in r0; r1 to r5 are lost."));
	return load_syscall(insns, RAWBPF_COUNT(insns));
}

START_TEST(test_kfunc)
{
	struct rawbpf_prog_run run = { .ctx_in = NULL };
	int prog;

	if (type_id(BTF_KIND_FUNC, "bpf_iter_num_new") < 0 || live_kernel() < 0x607)
		SKIP("no bpf_iter_num_new for programs of this type");
	prog = load_kfuncs(BPF_REG_0);
	ck_assert_msg(prog > 2, "%d: %s", prog, log_text);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(run.retval, 5 * 100 - 3 - 2 - 1 + 0 + 1);
	close(prog);
	for (unsigned reg = BPF_REG_1; reg <= BPF_REG_5; reg++) {
		ck_assert_int_lt(load_kfuncs(reg), 0);
		ck_assert_ptr_nonnull(strstr(log_text, "!read_ok"));
	}
}
END_TEST

/* The address of a per-CPU variable: CPU 0 has one, CPU -1 has none. */
START_TEST(test_variable)
{
	int id = type_id(BTF_KIND_VAR, "runqueues");
	const struct bpf_insn insns[] = {
		RAWBPF_LD_BTF_ID(BPF_REG_1, id, 0),
		BPF_MOV64_IMM(BPF_REG_2, 0),
		BPF_EMIT_CALL(BPF_FUNC_per_cpu_ptr),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 1),
		BPF_MOV64_IMM(BPF_REG_0, 1),
		BPF_EXIT_INSN(),
	};
	int prog;

	if (id < 0)
		SKIP("the kernel's BTF has no variable runqueues");
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns), .log = log_text, .log_size = sizeof log_text });
	if (prog == -ENOENT)
		SKIP("/proc/kallsyms has no variables");
	ck_assert_msg(prog > 2, "%d: %s", prog, log_text);
	ck_assert_uint_eq(run(prog), 1);
}
END_TEST

void claims_special_add(TCase *tests)
{
	tcase_add_test(tests, test_every_form);
	tcase_add_test(tests, test_calls);
	tcase_add_test(tests, test_may_goto);
	tcase_add_test(tests, test_callback);
	tcase_add_test(tests, test_maps);
	tcase_add_test(tests, test_casts);
	tcase_add_test(tests, test_kfunc);
	tcase_add_test(tests, test_variable);
}
