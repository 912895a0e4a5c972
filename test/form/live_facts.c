/* SPDX-License-Identifier: MIT */
/*
 * Helpers and contexts against this kernel: who may call a helper, under which license, who may
 * read and write a field. The tables are of 6.18: older kernels allow less, newer ones maybe more.
 */
#include <string.h>

#include <rawbpf/constant.h>
#include <rawbpf/insn.h>
#include <rawbpf/probe.h>

#include "../../insn/form/context.h"
#include "../../insn/form/helper.h"
#include "../live.h"

static int load(unsigned type, unsigned attach, const char *license, const struct bpf_insn *insns,
		unsigned count, char *log, unsigned log_size)
{
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .expected_attach_type = attach, .license = license, .insns = insns,
		.insn_count = count, .log = log, .log_size = log_size });
}

/* What a kernel may be built without: an answer of "no" proves nothing. */
static int is_optional(unsigned helper)
{
	static const char *const names[] = {
		"probe_write_user", "override_return", "seq_printf", "seq_write", "seq_printf_btf",
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(names); i++)
		if (!strcmp(rawbpf__helper_name(helper), names[i]))
			return 1;
	return 0;
}

START_TEST(test_types)
{
	enum { LAST = 211 };
	unsigned asked = 0;

	for (unsigned type = 1; rawbpf_constant_name(RAWBPF_PROG_TYPE, type); type++) {
		unsigned char has[LAST];

		if (rawbpf_probe_helpers_has(has, type, 1, LAST, NULL) < 0)
			continue;
		for (unsigned n = 1; n <= LAST; n++, asked++) {
			struct rawbpf__helper helper;
			int told;

			ck_assert_int_eq(rawbpf__helper_get(&helper, n), 0);
			told = helper.types >> type & 1;
			if (live_kernel() > 0x612 || is_optional(n))
				continue;
			ck_assert_msg(live_kernel() == 0x612 ? has[n - 1] == told :
				      has[n - 1] <= told, "bpf_%s for %s: %d",
				      rawbpf__helper_name(n),
				      rawbpf_constant_name(RAWBPF_PROG_TYPE, type), has[n - 1]);
		}
	}
	ck_assert_uint_gt(asked, 20 * LAST);
}
END_TEST

/* Is a program under another license refused for that? -1: no type that may call it tells. */
static int wants_gpl(unsigned number, uint64_t types)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(number), BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN(),
	};
	int answer = -1;

	for (unsigned type = 1; type < BPF_PROG_TYPE_TRACING; type++) {
		char log[4096] = "";
		int prog;

		if (!(types >> type & 1))
			continue;
		prog = load(type, 0, "MIT", insns, RAWBPF_COUNT(insns), log, sizeof log);
		if (prog >= 0)
			close(prog);
		if (strstr(log, "cannot call GPL"))
			return 1;
		/* Then its license was asked, and its arguments were wrong. */
		if (prog >= 0 || strstr(log, "expected=") || strstr(log, "!read_ok"))
			answer = 0;
	}
	return answer;
}

START_TEST(test_licenses)
{
	unsigned asked = 0;

	for (unsigned n = 1; n <= 211; n++) {
		struct rawbpf__helper helper;
		int wants;

		ck_assert_int_eq(rawbpf__helper_get(&helper, n), 0);
		if (rawbpf__helper_kernel(n) > live_kernel())
			continue;
		wants = wants_gpl(n, helper.types);
		if (wants < 0)
			continue;
		ck_assert_msg(wants == helper.gpl, "bpf_%s: %d", rawbpf__helper_name(n), wants);
		asked++;
	}
	ck_assert_uint_gt(asked, live_kernel() >= 0x601 ? 130 : 80);
}
END_TEST

/* Does the verifier take an access to a field, for any attach type? */
static int may(unsigned type, const struct rawbpf__context *row, int stores)
{
	static const uint8_t sizes[9] = { [1] = BPF_B, [2] = BPF_H, [4] = BPF_W, [8] = BPF_DW };
	unsigned size = sizes[row->size];

	for (int result = 0; result < 2; result++)
		for (unsigned attach = 0; attach < 58; attach++) {
			const struct bpf_insn insns[] = {
				BPF_MOV64_IMM(BPF_REG_2, 0),
				BPF_RAW_INSN(BPF_MEM | size | (stores ? BPF_STX : BPF_LDX),
					     stores ? 1 : 2, stores ? 2 : 1, row->offset, 0),
				BPF_MOV64_IMM(BPF_REG_0, result),
				BPF_EXIT_INSN(),
			};
			int prog = load(type, attach, "GPL", insns, RAWBPF_COUNT(insns), NULL, 0);

			if (prog < 0)
				continue;
			close(prog);
			return 1;
		}
	return 0;
}

static void check_access(unsigned type, const struct rawbpf__context *row, int told, int stores)
{
	int found = may(type, row, stores);

	ck_assert_msg(live_kernel() >= 0x612 ? found == told : found <= told, "%s of %s, %s: %d",
		      rawbpf__context_name(row), rawbpf_constant_name(RAWBPF_PROG_TYPE, type),
		      stores ? "write" : "read", found);
}

START_TEST(test_fields)
{
	unsigned asked = 0;

	for (unsigned type = 1; rawbpf_constant_name(RAWBPF_PROG_TYPE, type); type++) {
		const struct rawbpf__context *row = rawbpf__context_find(type);

		while (row && (++row)->kind != RAWBPF__CONTEXT_STRUCT) {
			check_access(type, row, row->readers >> type & 1, 0);
			check_access(type, row, row->writers >> type & 1, 1);
			asked++;
		}
	}
	ck_assert_uint_gt(asked, 400);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_types);
	tcase_add_test(tests, test_licenses);
	tcase_add_test(tests, test_fields);
}

int main(void)
{
	return live_run("live_facts", add_tests);
}
