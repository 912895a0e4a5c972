/* SPDX-License-Identifier: MIT */
/*
 * CO-RE records that the kernel applies: the program returns what the kernel put into its
 * instruction, and the kernel's BTF says what that must be.
 */
#include "../live.h"

#include <rawbpf/btf.h>
#include <stdint.h>

enum { LOCAL_OFFSET = 4, LOCAL_SIZE = 4 };

static struct rawbpf_btf kernel;

/* Types as the program knows them: two members of task_struct, and others that no kernel has. */
static struct {
	uint32_t data[256];
	int size, task, nothing, missing; /* ids */
	int member_0, member_1, type; /* access strings */
} local;

static int local_make(struct bpf_func_info *info)
{
	struct rawbpf_btf_build b = { .data = local.data, .max = sizeof local.data };
	int number = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	const struct rawbpf_btf_field task[] = { { "pid", number, 0 }, { "tgid", number, LOCAL_OFFSET } };
	const struct rawbpf_btf_field other[] = { { "no_such_member", number, 0 } };

	local.task = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "task_struct", 8, task, 2);
	local.missing = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "task_struct", 4, other, 1);
	local.nothing = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "no_such_struct", 4, other, 1);
	local.member_0 = rawbpf_btf_string_emit(&b, "0:0");
	local.member_1 = rawbpf_btf_string_emit(&b, "0:1");
	local.type = rawbpf_btf_string_emit(&b, "0");
	*info = (struct bpf_func_info){ .insn_off = 0 };
	ck_assert_int_gt(rawbpf_btf_funcs_emit(&b, info, 1, NULL), 0);
	local.size = b.size;
	return rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = local.data, .size = b.size });
}

static int load_insns(const struct bpf_insn *insns, unsigned count,
		      const struct rawbpf_core_relo *relo, char *log, size_t size)
{
	struct bpf_func_info info;
	int prog, btf = local_make(&info);

	ck_assert_int_gt(btf, 2);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns, .insn_count = count,
		.btf = btf, .func_info = &info, .func_info_size = sizeof info, .func_info_count = 1,
		.core_relos = relo, .core_relo_count = 1, .log = log, .log_size = size });
	close(btf);
	return prog;
}

/* Load `r0 = 5; r0 = value; exit` with a record. Returns a descriptor or a negative errno. */
static int load(int32_t value, const struct rawbpf_core_relo *relo, char *log, size_t size)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 5),
		BPF_MOV64_IMM(BPF_REG_0, value),
		BPF_EXIT_INSN(),
	};

	return load_insns(insns, RAWBPF_COUNT(insns), relo, log, size);
}

static unsigned returned(int prog)
{
	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64 };

	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	return run.retval;
}

#define NEEDS_RECORDS() \
	do { \
		if (live_kernel() < 0x511) \
			SKIP("records need Linux 5.17"); \
		if (rawbpf_btf_kernel_open(&kernel) != 0) \
			SKIP("this kernel has no BTF"); \
		close(local_make(&(struct bpf_func_info){ 0 })); \
	} while (0)

/* The program's value is checked, and replaced by the kernel's. */
START_TEST(test_values)
{
	char log[4096] = "";
	int task, prog;

	NEEDS_RECORDS();
	task = rawbpf_btf_type_find(&kernel, BTF_KIND_STRUCT, "task_struct");
	const struct {
		int32_t local;
		struct rawbpf_core_relo relo;
		int64_t expected;
	} cases[] = {
		{ 0, { 8, local.task, local.member_0, BPF_CORE_FIELD_BYTE_OFFSET },
		  rawbpf_btf_offset_find(&kernel, "task_struct", "pid") },
		{ LOCAL_OFFSET, { 8, local.task, local.member_1, BPF_CORE_FIELD_BYTE_OFFSET },
		  rawbpf_btf_offset_find(&kernel, "task_struct", "tgid") },
		{ 4, { 8, local.task, local.member_1, BPF_CORE_FIELD_BYTE_SIZE }, 4 },
		{ 1, { 8, local.task, local.member_1, BPF_CORE_FIELD_EXISTS }, 1 },
		{ 1, { 8, local.missing, local.member_0, BPF_CORE_FIELD_EXISTS }, 0 },
		{ 1, { 8, local.nothing, local.type, BPF_CORE_TYPE_EXISTS }, 0 },
		{ 1, { 8, local.task, local.type, BPF_CORE_TYPE_EXISTS }, 1 },
		{ 8, { 8, local.task, local.type, BPF_CORE_TYPE_SIZE },
		  rawbpf_btf_type_size(&kernel, task) },
		{ local.task, { 8, local.task, local.type, BPF_CORE_TYPE_ID_TARGET }, task },
	};
	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		prog = load(cases[i].local, &cases[i].relo, log, sizeof log);
		ck_assert_msg(prog > 2, "%u: %d\n%s", i, prog, log);
		ck_assert_int_eq(returned(prog), cases[i].expected);
		close(prog);
	}
	/* The offsets are not those that the program had. */
	ck_assert_int_ne(cases[1].expected, LOCAL_OFFSET);
	rawbpf_btf_close(&kernel);
}
END_TEST

START_TEST(test_refusals)
{
	char log[4096];

	NEEDS_RECORDS();
	const struct {
		int32_t local;
		struct rawbpf_core_relo relo;
		const char *log; /* a part of what the kernel says */
	} cases[] = {
		{ 0, { 4, local.task, local.member_0, BPF_CORE_FIELD_BYTE_OFFSET }, "Invalid core_relo" },
		{ 0, { 24, local.task, local.member_0, BPF_CORE_FIELD_BYTE_OFFSET }, "Invalid core_relo" },
		{ 0, { 8, 9999, local.member_0, BPF_CORE_FIELD_BYTE_OFFSET }, "bad type id" },
		{ 0, { 8, local.task, 1 << 20, BPF_CORE_FIELD_BYTE_OFFSET }, "failed: -22" },
		{ 0, { 8, local.task, local.member_0, 99 }, "failed: -22" },
		{ 77, { 8, local.task, local.member_0, BPF_CORE_FIELD_BYTE_OFFSET }, "unexpected insn" },
		{ 0, { 8, local.missing, local.member_0, BPF_CORE_FIELD_BYTE_OFFSET }, "no matching targets" },
		{ 0, { 8, local.nothing, local.member_0, BPF_CORE_FIELD_BYTE_OFFSET }, "no matching targets" },
	};
	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		int err = load(cases[i].local, &cases[i].relo, log, sizeof log);

		ck_assert_msg(err == -EINVAL && strstr(log, cases[i].log), "%u: %d\n%s", i, err, log);
	}
	rawbpf_btf_close(&kernel);
}
END_TEST

/* The kernel lacks the member. The program loads where no path reaches the instruction. */
START_TEST(test_unreached)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 5),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 5, 1),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	char log[4096] = "";
	int prog;

	NEEDS_RECORDS();
	prog = load_insns(insns, RAWBPF_COUNT(insns), &(struct rawbpf_core_relo){
		16, local.missing, local.member_0, BPF_CORE_FIELD_BYTE_OFFSET }, log, sizeof log);
	ck_assert_msg(prog > 2, "%d\n%s", prog, log);
	ck_assert_uint_eq(returned(prog), 5);
	close(prog);
	rawbpf_btf_close(&kernel);
}
END_TEST

/* An older kernel does not know the field, and the kernel reads no records without func_info. */
START_TEST(test_without)
{
	static const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 4), BPF_EXIT_INSN() };
	struct bpf_func_info info;
	int prog, btf = local_make(&info);
	struct rawbpf_core_relo relo = { 0, local.task, local.member_1, BPF_CORE_FIELD_BYTE_OFFSET };
	struct rawbpf_prog_spec spec = { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns,
		.insn_count = RAWBPF_COUNT(insns), .btf = btf, .core_relos = &relo,
		.core_relo_count = 1 };

	prog = rawbpf_prog_load(&spec);
	if (live_kernel() < 0x511) {
		ck_assert_int_eq(prog, -E2BIG);
	} else {
		ck_assert_int_gt(prog, 2);
		ck_assert_uint_eq(returned(prog), 4);
		close(prog);
	}
	close(btf);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_without);
	tcase_add_test(tests, test_values);
	tcase_add_test(tests, test_refusals);
	tcase_add_test(tests, test_unreached);
}

int main(void)
{
	return live_run("core_relo", add_tests);
}
