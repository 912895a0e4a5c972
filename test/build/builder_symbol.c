/* SPDX-License-Identifier: MIT */
/* Steps with names of the kernel get their numbers from BTF, an offsets file, tables or the caller. */
#include "builder.h"

static uint32_t kernel_data[512];
static struct rawbpf_btf kernel;
static struct rawbpf_symbol_module modules[1];
static const struct rawbpf_symbol_value values[] = { { "opt.pid", 42 }, { "far", 32768 },
	{ "top", 0xffffffff }, { "wide", 0x1122334455667788 }, { "minus", (uint64_t)-3 } };
static struct rawbpf_symbols symbols = { .arch = RAWBPF_ARCH_X86_64, .kernel = &kernel,
	.modules = modules, .values = values, .value_count = RAWBPF_COUNT(values) };
static const struct rawbpf_env env = { .symbols = &symbols };
static int kfunc, variable;

static void with_kernel(void)
{
	struct rawbpf_btf_build types = { .data = kernel_data, .max = sizeof kernel_data };
	int u32 = rawbpf_btf_int_emit(&types, "unsigned int", 4, 0);
	int array = rawbpf_btf_array_emit(&types, u32, u32, 4);
	const struct rawbpf_btf_field task[] = { { "pid", u32, 8 }, { "list", array, 16 } };
	int task_id = rawbpf_btf_struct_emit(&types, BTF_KIND_STRUCT, "task", 32, task, 2);
	int proto = rawbpf_btf_func_proto_emit(&types, 0, NULL, 0);

	kfunc = rawbpf_btf_func_emit(&types, "bpf_now", proto, BTF_FUNC_GLOBAL);
	rawbpf_btf_func_emit(&types, "never", proto, BTF_FUNC_GLOBAL);
	rawbpf_btf_decl_tag_emit(&types, "bpf_kfunc", kfunc, -1);
	variable = rawbpf_btf_var_emit(&types, "current", task_id, BTF_VAR_GLOBAL_ALLOCATED);
	ck_assert_int_eq(rawbpf_btf_parse(&kernel, kernel_data, types.size, NULL), 0);
	begin();
}

START_TEST(test_offsets)
{
	rawbpf_build_off_emit(&b, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 0), "task.pid");
	rawbpf_build_off_emit(&b, BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 0), "task.list[3]");
	rawbpf_build_off_emit(&b, BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 0), "task.list");
	rawbpf_build_off_emit(&b, BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 8), "task.list");
	rawbpf_build_off_emit(&b, BPF_ST_MEM(BPF_W, BPF_REG_1, 0, 7), "xdp_md.data_end");
	rawbpf_build_off_emit(&b, BPF_ATOMIC_OP(BPF_W, BPF_ADD, BPF_REG_1, BPF_REG_2, 0), "task.pid");
	rawbpf_build_off_emit(&b, BPF_LDX_MEM(BPF_B, BPF_REG_2, BPF_REG_1, 0), "minus");
	/* Some of a member's bytes: with an offset the caller knows the size. */
	rawbpf_build_off_emit(&b, BPF_LDX_MEM(BPF_B, BPF_REG_2, BPF_REG_1, 1), "task.pid");
	ASSERT_RESOLVES(&env, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 8),
			BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 28),
			BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 16),
			BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 24),
			BPF_ST_MEM(BPF_W, BPF_REG_1, 4, 7),
			BPF_ATOMIC_OP(BPF_W, BPF_ADD, BPF_REG_1, BPF_REG_2, 8),
			BPF_LDX_MEM(BPF_B, BPF_REG_2, BPF_REG_1, -3),
			BPF_LDX_MEM(BPF_B, BPF_REG_2, BPF_REG_1, 9));
}
END_TEST

START_TEST(test_immediates)
{
	rawbpf_build_imm_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 0), "XDP_PASS");
	rawbpf_build_imm_emit(&b, BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8), "task.pid");
	rawbpf_build_imm_emit(&b, BPF_MOV32_IMM(BPF_REG_0, 0), "top");
	rawbpf_build_imm_emit(&b, BPF_JMP32_IMM(BPF_JEQ, BPF_REG_0, 0, 1), "top");
	rawbpf_build_imm_emit(&b, BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0), "top");
	rawbpf_build_imm_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 0), "AT_FDCWD");
	rawbpf_build_symbol_emit(&b, BPF_REG_4, "wide");
	rawbpf_build_symbol_emit(&b, BPF_REG_5, "minus");
	ASSERT_RESOLVES(&env, BPF_MOV64_IMM(BPF_REG_0, 2), BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, 0),
			BPF_MOV32_IMM(BPF_REG_0, -1), BPF_JMP32_IMM(BPF_JEQ, BPF_REG_0, -1, 1),
			BPF_ST_MEM(BPF_W, BPF_REG_10, -4, -1), BPF_MOV64_IMM(BPF_REG_0, -100),
			BPF_LD_IMM64(BPF_REG_4, 0x1122334455667788),
			BPF_LD_IMM64(BPF_REG_5, -3));
}
END_TEST

START_TEST(test_ids)
{
	rawbpf_build_kfunc_call(&b, "bpf_now");
	rawbpf_build_variable_emit(&b, BPF_REG_1, "current");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ASSERT_RESOLVES(&env, BPF_CALL_KFUNC(0, kfunc),
			RAWBPF_LD_BTF_ID(BPF_REG_1, variable, 0),
			BPF_EXIT_INSN());
}
END_TEST

/* The same names, of a module: its number, and its descriptor. */
START_TEST(test_modules)
{
	static struct rawbpf_btf empty;
	static uint32_t data[16];
	struct rawbpf_btf_build none = { .data = data, .max = sizeof data };
	struct rawbpf_symbols of = symbols;
	const struct rawbpf_env with_module = { .symbols = &of };

	rawbpf_btf_int_emit(&none, "int", 4, 0);
	ck_assert_int_eq(rawbpf_btf_parse(&empty, data, none.size, NULL), 0);
	modules[0] = (struct rawbpf_symbol_module){ &kernel, 9 };
	of.kernel = &empty;
	of.module_count = 1;
	rawbpf_build_kfunc_call(&b, "bpf_now");
	rawbpf_build_variable_emit(&b, BPF_REG_1, "current");
	rawbpf_build_off_emit(&b, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 0), "task.pid");
	ASSERT_RESOLVES(&with_module,
			BPF_CALL_KFUNC(1, kfunc),
			RAWBPF_LD_BTF_ID(BPF_REG_1, variable, 9),
			BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 8));
}
END_TEST

/* Labels and maps beside symbols; the same program for another kernel. */
START_TEST(test_mixed)
{
	static const char needs_btf[] = "instruction 0, line 5: 'task.pid' needs the kernel's BTF, or an "
					"offsets file, in rawbpf_env.symbols";
	static const char file[] = "rawbpf offsets 1\nmember task.pid 100 4 4\n";
	struct rawbpf_offsets offsets;
	const struct rawbpf_symbols by_file = { .offsets = &offsets };
	const struct rawbpf_env other = { .symbols = &by_file };

	rawbpf_build_off_emit(&b, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 0), "task.pid");
	rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_2, 1, 0), "task.pid");
	rawbpf_build_imm_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 0), "EPERM");
	rawbpf_build_label(&b, "task.pid");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ASSERT_RESOLVES(&env, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 8),
			BPF_JMP_IMM(BPF_JEQ, BPF_REG_2, 1, 1), BPF_MOV64_IMM(BPF_REG_0, 1),
			BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_offsets_parse(&offsets, file, sizeof file - 1), 0);
	ASSERT_RESOLVES(&other, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 100),
			BPF_JMP_IMM(BPF_JEQ, BPF_REG_2, 1, 1), BPF_MOV64_IMM(BPF_REG_0, 1),
			BPF_EXIT_INSN());
	slots[0].line = 5;
	assert_fails(NULL, -ENODATA, 0, 5, "task.pid", needs_btf);
	assert_fails(&(struct rawbpf_env){ .is_fragment = 1 }, -ENODATA, 0, 5, "task.pid", needs_btf);
}
END_TEST

static void emit_mistake(unsigned which)
{
	static const char *const names[] = { "task.pidd", "never", "task.pid", "far", "wide", "a.",
					     "top", "task.pid", NULL };
	const char *name = names[which];

	switch (which) {
	case 0:
		rawbpf_build_off_emit_at(&b, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 0), name, 5);
		break;
	case 1:
		rawbpf_build_kfunc_call_at(&b, name, 5);
		break;
	case 2:
		rawbpf_build_off_emit_at(&b, BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 0), name, 5);
		break;
	case 3:
		rawbpf_build_off_emit_at(&b, BPF_LDX_MEM(BPF_B, BPF_REG_2, BPF_REG_1, 0), name, 5);
		break;
	case 7:
		rawbpf_build_off_emit_at(&b, BPF_MOV64_IMM(BPF_REG_2, 0), name, 5);
		break;
	default:
		rawbpf_build_imm_emit_at(&b, BPF_MOV64_IMM(BPF_REG_2, 0), name, 5);
		break;
	}
}

static const struct {
	int error;
	const char *label, *says;
} mistakes[] = {
	{ -ENOENT, "task.pidd", "this kernel has no 'task.pidd'" },
	{ -EACCES, "never", "programs may not call 'never': BTF does not mark it as bpf_kfunc" },
	{ -EINVAL, "task.pid", "'task.pid' has another size than the access: use that of its type" },
	{ -ERANGE, "far", "'far' exceeds the 16 bits of an offset: add it to the register" },
	{ -ERANGE, "wide", "'wide' exceeds the 32 bits of a number: load it with "
			   "rawbpf_build_symbol_emit()" },
	{ -EINVAL, "a.", "'a.' is not a valid name of a symbol" },
	{ -ERANGE, "top", "'top' exceeds the 32 bits of a number: load it with "
			  "rawbpf_build_symbol_emit()" },
	{ -EINVAL, "task.pid", "the instruction accesses no memory and has no room for 'task.pid'" },
	{ -EINVAL, "", "'' is not a valid name of a symbol" },
};

START_TEST(test_mistakes)
{
	char text[200];

	rawbpf_build_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 0));
	emit_mistake(_i);
	snprintf(text, sizeof text, "instruction 1, line 5: %s", mistakes[_i].says);
	assert_fails(&env, mistakes[_i].error, 1, 5, mistakes[_i].label, text);
}
END_TEST

/* A full array is the mistake, not a name in a slot that is not there. */
START_TEST(test_full)
{
	b.slot_max = 1;
	rawbpf_build_symbol_emit_at(&b, BPF_REG_1, "wide", 3);
	ck_assert_uint_eq(b.needed, 2);
	assert_fails(&env, -ENOSPC, 0, 3, NULL, "instruction 0, line 3: the array of slots is full");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, with_kernel, end);
	tcase_add_test(tests, test_offsets);
	tcase_add_test(tests, test_immediates);
	tcase_add_test(tests, test_ids);
	tcase_add_test(tests, test_modules);
	tcase_add_test(tests, test_mixed);
	tcase_add_loop_test(tests, test_mistakes, 0, RAWBPF_COUNT(mistakes));
	tcase_add_test(tests, test_full);
}

int main(void)
{
	return unit_run("builder_symbol", add_tests);
}
