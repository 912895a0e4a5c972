/* SPDX-License-Identifier: MIT */
/* Perf buffers: the facts of vm/guest_perfbuf.c that a reader expects, the same on every kernel. */
#include "parts.h"

/* Records of 40 bytes take 56 in a buffer of 4096, one on each of two CPUs. */
enum { FIT = 4096 / 56, CPUS = 2 };

START_TEST(perf_buffers)
{
	static const struct {
		const char *name;
		int value;
	} facts[] = {
		{ "open", 0 },
		{ "received", 100 * 20 * CPUS },
		{ "damaged", 0 },
		{ "unexplained", 0 },
		{ "full.received", FIT * CPUS },
		{ "full.refused", (1000 - FIT) * CPUS },
		{ "full.received_later", CPUS },
		{ "full.lost", (1000 - FIT) * CPUS },
		{ "full.unexplained", 0 },
		{ "full.damaged", 0 },
		{ "overload.produced", 100000 * CPUS },
		{ "overload.unexplained", 0 },
		{ "overload.refused", 1 },
		{ "overload.lost_is_refused", 1 },
		{ "overload.damaged", 0 },
		{ "newest.received", FIT * CPUS },
		{ "newest.next", 1000 * CPUS },
		{ "newest.refused", 0 },
		{ "newest.damaged", 0 },
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		char name[64];

		snprintf(name, sizeof(name), "perfbuf.%s", facts[i].name);
		ck_assert_fact_int(&boots[_i], name, facts[i].value);
	}
	/* At most ten a second for two seconds. A busy host makes the machine miss some. */
	ck_assert_int_ge(fact_int(&boots[_i], "perfbuf.idle.wakes"), 1);
	ck_assert_int_le(fact_int(&boots[_i], "perfbuf.idle.wakes"), 21);
}
END_TEST

START_TEST(perf_buffers_follow_cpus)
{
	static const struct {
		const char *name;
		int value;
	} facts[] = {
		{ "goes", 1 },
		{ "last_records", 10 },
		{ "other", 0 },
		{ "other_received", 20 },
		{ "comes", 1 },
		{ "again", 10 },
		{ "goes_again", 1 },
		{ "comes_at_once", 1 },
		{ "again_at_once", 10 },
		{ "missing", 0 },
		{ "unexplained", 0 },
		{ "damaged", 0 },
		{ "came_later", 10 },
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		char name[64];

		snprintf(name, sizeof(name), "perfbuf.cpu.%s", facts[i].name);
		ck_assert_fact_int(&boots[_i], name, facts[i].value);
	}
}
END_TEST

void vm_perfbuf_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, perf_buffers, boot, boot + 1);
	tcase_add_loop_test(kernel, perf_buffers_follow_cpus, boot, boot + 1);
}
