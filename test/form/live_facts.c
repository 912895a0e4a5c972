/* SPDX-License-Identifier: MIT */
/*
 * Helpers and contexts against this kernel: the types that may call a helper, its license, and the
 * access to fields. The tables are Linux 6.18's. Older kernels allow less, and newer ones may allow
 * more.
 */
#include <string.h>

#include <rawbpf.h>

#include "../../insn/form/context.h"
#include "../live.h"
#include "asked.h"

static struct asked asked;

START_TEST(test_helper)
{
	const char *fault = asked_fault(&asked, _i, live_kernel());

	ck_assert_msg(!fault, "%s", fault);
}
END_TEST

/*
 * This kernel has most types and reports the license of most helpers. Otherwise the test above
 * would show little.
 */
START_TEST(test_asked)
{
	unsigned licenses = 0;

	for (unsigned n = 1; n < ASKED_HELPERS; n++)
		licenses += asked.helpers[n].is_gpl >= 0;
	ck_assert_int_ge(__builtin_popcountll(asked.types), 20);
	ck_assert_uint_ge(licenses, live_kernel() >= 0x601 ? 190 : 130);
}
END_TEST

/* The probe agrees, for each type of programs. */
START_TEST(test_probe)
{
	for (unsigned type = 1; type < 64; type++) {
		unsigned char has[ASKED_HELPERS - 1];

		if (!(asked.types >> type & 1))
			continue;
		ck_assert_int_eq(rawbpf_probe_helpers_has(has, type, 1, ASKED_HELPERS - 1, NULL), 0);
		for (unsigned n = 1; n < ASKED_HELPERS; n++)
			ck_assert_msg(has[n - 1] == (asked.helpers[n].types >> type & 1), "%u for %s: %u", n,
				      rawbpf_constant_name(RAWBPF_PROG_TYPE, type), has[n - 1]);
	}
}
END_TEST

/* Does the verifier accept an access to the field, for any attach type? */
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
			int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
				.type = type, .expected_attach_type = attach, .license = "GPL",
				.insns = insns, .insn_count = RAWBPF_COUNT(insns) });

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
	asked_fill(&asked);
	tcase_add_loop_test(tests, test_helper, 1, ASKED_HELPERS);
	tcase_add_test(tests, test_asked);
	tcase_add_test(tests, test_probe);
	tcase_add_test(tests, test_fields);
}

int main(void)
{
	return live_run("live_facts", add_tests);
}
