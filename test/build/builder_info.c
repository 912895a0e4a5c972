/* SPDX-License-Identifier: MIT */
/* The builder's information about a program: fragments, names of functions, lines. */
#include "builder.h"

START_TEST(test_fragment)
{
	const struct rawbpf_env fragment = { .is_fragment = 1 };

	rawbpf_build_jump_at(&b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 0), "end", 3);
	rawbpf_build_func_emit(&b, BPF_REG_1, "end");
	rawbpf_build_call(&b, "1f");
	rawbpf_build_label(&b, "end");
	rawbpf_build_label(&b, "1");
	ASSERT_RESOLVES(&fragment, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 3),
			RAWBPF_LD_FUNC(BPF_REG_1, 2), BPF_CALL_REL(0));
	assert_fails(NULL, -EINVAL, 0, 3, "end",
		     "instruction 0, line 3: no instruction follows label 'end'");
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "gone", 9);
	assert_fails(&fragment, -ENOENT, 4, 9, "gone",
		     "instruction 4, line 9: the program has no label 'gone'");
}
END_TEST

/* A place's first label that BTF accepts as a name. */
START_TEST(test_label_names)
{
	static const char *const labels[] = { "1", "a b", "a.b", "", "_x9", "second", "\xe4" };
	static const char *const longer = "name";

	ck_assert_ptr_null(rawbpf_build_label_name(&b, 0));
	rawbpf_build_label(&b, "main");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	for (unsigned i = 0; i < RAWBPF_COUNT(labels); i++)
		if (*labels[i])
			rawbpf_build_label(&b, labels[i]);
	rawbpf_build_emit(&b, BPF_LD_IMM64(BPF_REG_1, 1));
	rawbpf_build_label(&b, "1");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	rawbpf_build_label(&b, longer);
	ck_assert_str_eq(rawbpf_build_label_name(&b, 0), "main");
	ck_assert_str_eq(rawbpf_build_label_name(&b, 1), "_x9");
	ck_assert_ptr_null(rawbpf_build_label_name(&b, 2));
	ck_assert_ptr_null(rawbpf_build_label_name(&b, 3)); /* "1" alone */
	ck_assert_ptr_null(rawbpf_build_label_name(&b, 4));
	ck_assert_ptr_eq(rawbpf_build_label_name(&b, 5), longer); /* the end */
	ck_assert_ptr_null(rawbpf_build_label_name(&b, 6));
	ck_assert_ptr_null(rawbpf_build_label_name(&b, ~0u));
}
END_TEST

static void assert_lines(const unsigned (*expected)[2], unsigned count)
{
	struct bpf_line_info infos[16];

	for (unsigned max = 0; max < count; max++)
		ck_assert_int_eq(rawbpf_build_lines_find(&b, infos, max), -ENOSPC);
	memset(infos, 0x55, sizeof infos);
	ck_assert_int_eq(rawbpf_build_lines_find(&b, infos, count), count);
	for (unsigned i = 0; i < count; i++) {
		ck_assert_uint_eq(infos[i].insn_off, expected[i][0]);
		ck_assert_uint_eq(infos[i].line_col, expected[i][1] << 10);
		ck_assert_uint_eq(infos[i].file_name_off, 0);
		ck_assert_uint_eq(infos[i].line_off, 0);
	}
	ck_assert_uint_eq(infos[count].insn_off, 0x55555555);
}

/* A line begins where it changes, and at a label, but never within a 64-bit load. */
START_TEST(test_lines_found)
{
	const struct bpf_insn three[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_LD_IMM64(BPF_REG_1, 1) };
	const struct bpf_insn load[] = { BPF_LD_IMM64(BPF_REG_1, 1) };

	assert_lines(NULL, 0);
	rawbpf_build_emit_at(&b, three, 3, 7);
	rawbpf_build_emit_at(&b, three, 1, 7);
	rawbpf_build_emit_at(&b, three, 1, 0);
	rawbpf_build_emit_at(&b, three, 1, 4194303);
	rawbpf_build_label(&b, "f");
	rawbpf_build_label(&b, "1");
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "f", 4194303);
	rawbpf_build_emit_at(&b, three, 1, 4194304);
	rawbpf_build_emit_at(&b, &load[0], 1, 8);
	rawbpf_build_label(&b, "half");
	rawbpf_build_emit_at(&b, &load[1], 1, 9);
	rawbpf_build_emit_at(&b, three, 1, 8);
	rawbpf_build_label(&b, "end");
	assert_lines((const unsigned[][2]){ { 0, 7 }, { 4, 0 }, { 5, 4194303 }, { 6, 4194303 },
					    { 7, 0 }, { 8, 8 } }, 6);
	rawbpf_build_label(&b, "end");
	ck_assert_int_eq(rawbpf_build_lines_find(&b, NULL, 0), -EEXIST);
}
END_TEST

/* The names of file and lines, exactly as the BTF has them. */
START_TEST(test_lines_named)
{
	static _Alignas(4) char data[256];
	static const char *const text[] = { "first", "second" };
	struct rawbpf_btf_build types = { .data = data, .max = sizeof data };
	struct bpf_line_info infos[4] = { { .line_col = 2 << 10 }, { .line_col = 0 },
					  { .line_col = 1 << 10 | 5 }, { .line_col = 3 << 10 } };
	struct rawbpf_btf btf;

	ck_assert_int_eq(rawbpf_btf_lines_emit(&types, infos, 4, "rules", text, 2), 0);
	ck_assert_int_eq(rawbpf_btf_parse(&btf, data, types.size, NULL), 0);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_str_eq(rawbpf_btf_string_get(&btf, infos[i].file_name_off), "rules");
	ck_assert_str_eq(rawbpf_btf_string_get(&btf, infos[0].line_off), "second");
	ck_assert_uint_eq(infos[1].line_off, 0);
	ck_assert_str_eq(rawbpf_btf_string_get(&btf, infos[2].line_off), "first");
	ck_assert_uint_eq(infos[3].line_off, 0);
	ck_assert_uint_eq(infos[2].line_col, 1 << 10 | 5);

	ck_assert_int_eq(rawbpf_btf_lines_emit(&types, infos, 4, NULL, NULL, 7), 0);
	ck_assert_uint_eq(infos[0].file_name_off, 0);
	ck_assert_uint_eq(infos[0].line_off, 0);
	types.max = types.size + 3;
	ck_assert_int_eq(rawbpf_btf_lines_emit(&types, infos, 4, "abc", NULL, 0), -ENOSPC);
	ck_assert_int_eq(types.error, -ENOSPC);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_fragment);
	tcase_add_test(tests, test_label_names);
	tcase_add_test(tests, test_lines_found);
	tcase_add_test(tests, test_lines_named);
}

int main(void)
{
	return unit_run("builder_info", add_tests);
}
