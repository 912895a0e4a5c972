/* SPDX-License-Identifier: MIT */
/* Perf buffers: the facts of vm/guest_perfbuf.c that a reader expects, the same on every kernel. */
#include "parts.h"

#include <errno.h>
#include <stdio.h>

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

/* 50 faults are seen on a CPU that has an event. An event does not return with its CPU. */
START_TEST(perf_events_follow)
{
	static const struct {
		const char *name;
		int count;
	} looks[] = { { "gone", 1 }, { "back", 2 }, { "again", 2 }, { "later", 2 } };
	struct boot *boot = &boots[_i];
	char name[64];

	ck_assert_fact_int(boot, "perf_events.one", -E2BIG);
	ck_assert_fact_int(boot, "perf_events.open", 0);
	ck_assert_fact_int(boot, "perf_events.cpu0", 50);
	ck_assert_fact_int(boot, "perf_events.cpu1", 50);
	ck_assert_fact_int(boot, "perf_events.goes", 1);
	ck_assert_fact_int(boot, "perf_events.comes", 1);
	ck_assert_fact_int(boot, "perf_events.unfollowed", 0);
	ck_assert_fact_int(boot, "perf_events.goes_and_comes", 2);
	ck_assert_fact_int(boot, "perf_events.dead", 0);
	ck_assert_fact_int(boot, "perf_events.closed", 0);
	ck_assert_fact_int(boot, "perf_events.without", 0);
	ck_assert_fact_int(boot, "perf_events.without.count", 1);
	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		snprintf(name, sizeof(name), "perf_events.%s", looks[i].name);
		ck_assert_fact_int(boot, name, 0);
		snprintf(name, sizeof(name), "perf_events.%s.count", looks[i].name);
		ck_assert_fact_int(boot, name, looks[i].count);
		snprintf(name, sizeof(name), "perf_events.%s.seen", looks[i].name);
		ck_assert_fact_int(boot, name, 50);
	}
}
END_TEST

void vm_perfbuf_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, perf_events_follow, boot, boot + 1);
	tcase_add_loop_test(kernel, perf_buffers, boot, boot + 1);
	tcase_add_loop_test(kernel, perf_buffers_follow_cpus, boot, boot + 1);
}
