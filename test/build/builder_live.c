/* SPDX-License-Identifier: MIT */
/* The builder's functions that the kernel calls back, and its lines in the verifier's log. */
#include "../live.h"

enum { SLOTS = 64, LOOP = 181, FOR_EACH_MAP_ELEM = 164 };

static struct rawbpf_build_slot slots[SLOTS];
static struct rawbpf_build b;
static struct bpf_insn insns[SLOTS];
static struct bpf_func_info funcs[4];
static struct bpf_line_info lines[SLOTS];
static const char *names[4];
static _Alignas(4) char types_data[2048];
static char verifier_log[16384];
static struct rawbpf_prog_spec spec;

static void begin(void)
{
	memset(slots, 0x55, sizeof slots);
	b = (struct rawbpf_build){ .slots = slots, .slot_max = SLOTS };
}

/* Load the program with its functions and lines. *btf gets the BTF's descriptor. */
static int load(int *btf, const struct rawbpf_env *env, const char *const *text, unsigned text_count)
{
	struct rawbpf_btf_build types = { .data = types_data, .max = sizeof types_data };
	int count = rawbpf_build_resolve(&b, insns, SLOTS, env);
	int func_count = rawbpf_btf_funcs_find(insns, count, funcs, RAWBPF_COUNT(funcs));
	int line_count = rawbpf_build_lines_find(&b, lines, SLOTS);

	ck_assert_int_gt(count, 0);
	ck_assert_int_gt(func_count, 0);
	ck_assert_int_gt(line_count, 0);
	for (int i = 0; i < func_count; i++)
		names[i] = rawbpf_build_label_name(&b, funcs[i].insn_off);
	ck_assert_int_gt(rawbpf_btf_funcs_emit(&types, funcs, func_count, names), 0);
	ck_assert_int_eq(rawbpf_btf_lines_emit(&types, lines, line_count, "some/rules.txt", text, text_count),
			 0);
	*btf = rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = types_data, .size = types.size });
	ck_assert_int_gt(*btf, 2);
	spec = (struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns, .insn_count = count,
		.btf = *btf,
		.func_info = funcs, .func_info_size = sizeof *funcs, .func_info_count = func_count,
		.line_info = lines, .line_info_size = sizeof *lines, .line_info_count = line_count,
		.log = verifier_log, .log_size = sizeof verifier_log,
	};
	return rawbpf_prog_load(&spec);
}

static unsigned run(int prog)
{
	char packet[64] = { 0 };
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };

	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	return run.retval;
}

/* Assert the names of functions that the kernel reports by their types, and the lines. */
static void assert_told(int prog, unsigned func_count, const char *const *expected)
{
	struct bpf_func_info told[4] = { 0 };
	struct bpf_line_info told_lines[SLOTS] = { 0 };
	struct bpf_prog_info info = {
		.func_info = (uintptr_t)told, .nr_func_info = func_count, .func_info_rec_size = sizeof *told,
		.line_info = (uintptr_t)told_lines, .nr_line_info = spec.line_info_count,
		.line_info_rec_size = sizeof *told_lines };
	struct rawbpf_btf btf;

	ck_assert_int_gt(rawbpf_obj_info(prog, &info, sizeof info), 0);
	ck_assert_uint_eq(info.nr_func_info, func_count);
	ck_assert_uint_eq(info.nr_line_info, spec.line_info_count);
	ck_assert_int_eq(rawbpf_btf_open(&btf, spec.btf, NULL), 0);
	for (unsigned i = 0; i < func_count; i++)
		ck_assert_str_eq(rawbpf_btf_type_name(&btf, told[i].type_id), expected[i]);
	/* their offsets after the verifier's rewriting */
	for (unsigned i = 0; i < spec.line_info_count; i++) {
		ck_assert_uint_eq(told_lines[i].line_col, lines[i].line_col);
		ck_assert_str_eq(rawbpf_btf_string_get(&btf, told_lines[i].file_name_off), "some/rules.txt");
	}
	rawbpf_btf_close(&btf);
}

/* r0 = 0 + 1 + ... + 9. bpf_loop() calls a function of this program, which sums up. */
START_TEST(test_loop)
{
	static const char *const expected[] = { "main", "add" };
	int prog, btf;

	if (live_kernel() < 0x511)
		SKIP("bpf_loop is of 5.17");
	rawbpf_build_emit(&b, BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0), BPF_MOV64_IMM(BPF_REG_1, 10));
	rawbpf_build_func_emit(&b, BPF_REG_2, "add");
	rawbpf_build_emit(&b, BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
			  BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8), BPF_MOV64_IMM(BPF_REG_4, 0),
			  BPF_EMIT_CALL(LOOP), BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8),
			  BPF_EXIT_INSN());
	rawbpf_build_label(&b, "1");
	rawbpf_build_label(&b, "add");
	rawbpf_build_emit(&b, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_2, 0),
			  BPF_ALU64_REG(BPF_ADD, BPF_REG_3, BPF_REG_1),
			  BPF_STX_MEM(BPF_DW, BPF_REG_2, BPF_REG_3, 0), BPF_MOV64_IMM(BPF_REG_0, 0),
			  BPF_EXIT_INSN());
	prog = load(&btf, NULL, NULL, 0);
	ck_assert_msg(prog > 2, "%d\n%s", prog, verifier_log);
	ck_assert_uint_eq(run(prog), 45);
	assert_told(prog, 2, expected);
	close(prog);
	close(btf);
}
END_TEST

/* r0 = the sum of a map's values. The callback has no name, or one that BTF does not accept. */
START_TEST(test_for_each)
{
	static const char *const labels[] = { "sum up", "7", "each" };
	static const char *const expected[][2] = {
		{ "main", "func_11" }, { "main", "func_11" }, { "main", "each" } };
	int prog, btf, map = live_array(3);
	const struct rawbpf_map_fd maps[] = { { "values", map } };
	const struct rawbpf_env env = { .map_fds = maps, .map_fd_count = 1 };

	if (live_kernel() < 0x50d)
		SKIP("bpf_for_each_map_elem is of 5.13");
	for (uint32_t key = 0; key < 3; key++)
		ck_assert_int_eq(rawbpf_map_update(map, &key, &(uint64_t){ 100 + key }, 0), 0);
	rawbpf_build_emit(&b, BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0));
	rawbpf_build_map_emit(&b, BPF_REG_1, "values");
	rawbpf_build_func_emit(&b, BPF_REG_2, _i == 1 ? "7f" : labels[_i]);
	rawbpf_build_emit(&b, BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
			  BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8), BPF_MOV64_IMM(BPF_REG_4, 0),
			  BPF_EMIT_CALL(FOR_EACH_MAP_ELEM),
			  BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8), BPF_EXIT_INSN());
	rawbpf_build_label(&b, labels[_i]); /* r3 = &value, r4 = &sum */
	rawbpf_build_emit(&b, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_3, 0),
			  BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_4, 0),
			  BPF_ALU64_REG(BPF_ADD, BPF_REG_1, BPF_REG_3),
			  BPF_STX_MEM(BPF_DW, BPF_REG_4, BPF_REG_1, 0), BPF_MOV64_IMM(BPF_REG_0, 0),
			  BPF_EXIT_INSN());
	prog = load(&btf, &env, NULL, 0);
	ck_assert_msg(prog > 2, "%d\n%s", prog, verifier_log);
	ck_assert_uint_eq(run(prog), 303);
	assert_told(prog, 2, expected[_i]);
	close(prog);
	close(btf);
	close(map);
}
END_TEST

/* The verifier rejects the third rule: its log has the text of the rules up to there, in order. */
START_TEST(test_log_shows_lines)
{
	static const char *const text[] = { "let r0 be one", "  add two", "read beside it", "the end" };
	static const struct bpf_insn rules[] = {
		BPF_MOV64_IMM(BPF_REG_0, 1), BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 2),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, 0), BPF_EXIT_INSN() };
	const char *at = verifier_log;
	char line[100];
	int btf;

	for (unsigned i = 0; i < 4; i++)
		rawbpf_build_emit_at(&b, &rules[i], 1, i + 1);
	ck_assert_int_eq(load(&btf, NULL, text, 4), -EACCES);
	for (unsigned i = 0; i < 3; i++) {
		/* "; add two", since 6.9 with its place behind; leading blanks go */
		snprintf(line, sizeof line, live_kernel() < 0x609 ? "; %s\n" : "; %s @ rules.txt:%u\n",
			 text[i] + strspn(text[i], " "), i + 1);
		at = strstr(at, line);
		ck_assert_msg(at != NULL, "no '%s' in\n%s", line, verifier_log);
		at += strlen(line);
	}
	ck_assert_ptr_null(strstr(verifier_log, "the end"));
	close(btf);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, test_loop);
	tcase_add_loop_test(tests, test_for_each, 0, 3);
	tcase_add_test(tests, test_log_shows_lines);
}

int main(void)
{
	return live_run("builder_live", add_tests);
}
