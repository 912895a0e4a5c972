/* SPDX-License-Identifier: MIT */
/* Ring buffers: the facts of vm/guest_ring.c that a reader expects, the same on every kernel. */
#include "parts.h"

#include <errno.h>

START_TEST(ring_buffers)
{
	static const struct {
		const char *name;
		int value;
	} facts[] = {
		{ "ring.output.open", 0 },
		{ "ring.output.received", 10000 },
		{ "ring.output.discarded", 0 },
		{ "ring.output.damaged", 0 },
		{ "ring.output.unexplained", 0 },
		{ "ring.sizes.open", 0 },
		{ "ring.sizes.received", 10000 },
		{ "ring.sizes.discarded", 0 },
		{ "ring.sizes.damaged", 0 },
		{ "ring.sizes.unexplained", 0 },
		{ "ring.reserve.open", 0 },
		{ "ring.reserve.received", 7500 },
		{ "ring.reserve.discarded", 2500 },
		{ "ring.reserve.damaged", 0 },
		{ "ring.reserve.unexplained", 0 },
		{ "ring.full.received", 65535 / 64 },
		{ "ring.full.refused", 2000 - 65535 / 64 },
		{ "ring.loop.open", 0 },
		{ "ring.loop.add", 0 },
		{ "ring.overload.produced", 200000 },
		{ "ring.overload.refused", 1 },
		{ "ring.overload.unexplained", 0 },
		{ "ring.overload.damaged", 0 },
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		ck_assert_fact_int(&boots[_i], facts[i].name, facts[i].value);
}
END_TEST

START_TEST(ring_buffers_overwritten)
{
	static const struct {
		const char *name;
		int value;
	} facts[] = {
		{ "ring.newest.last", 10000 },
		{ "ring.newest.received", 2 * (65535 / 64) },
		{ "ring.newest.overwritten", 10000 - 2 * (65535 / 64) },
		{ "ring.newest.damaged", 0 },
		{ "ring.newest.unexplained", 0 },
		{ "ring.newest_sizes.last", 5000 },
		{ "ring.newest_sizes.full", 1 },
		{ "ring.newest_sizes.damaged", 0 },
		{ "ring.newest_sizes.unexplained_bytes", 0 },
		{ "ring.newest_overload.received", 1 },
		{ "ring.newest_overload.overwritten", 1 },
		{ "ring.newest_overload.damaged", 0 },
		{ "ring.newest_overload.unexplained", 0 },
		{ "ring.newest_wakes.missed", 0 },
		{ "ring.newest_wakes.received", 5000 },
	};
	bool has = kernel_of(&boots[_i]) >= KERNEL(6, 19);

	ck_assert_fact_int(&boots[_i], "ring.newest.open", has ? 0 : -EINVAL);
	for (size_t i = 0; has && i < sizeof(facts) / sizeof(*facts); i++)
		ck_assert_fact_int(&boots[_i], facts[i].name, facts[i].value);
}
END_TEST

START_TEST(user_ring_buffers)
{
	/*
	 * The helper calls the program's function back, which needs a JIT: Debian's s390x has none.
	 */
	bool has = kernel_of(&boots[_i]) >= KERNEL(6, 1) && !is_machine(&boots[_i], "s390x");

	ck_assert_fact_int(&boots[_i], "user_ring.open", has ? 0 : -EINVAL);
	ck_assert_fact_int(&boots[_i], "user_ring.count", has ? 750 : 0);
	/* 1 to 1000 without the multiples of 4 */
	ck_assert_fact_int(&boots[_i], "user_ring.sum", has ? 500500 - 125500 : 0);
}
END_TEST

START_TEST(faults)
{
	if (is_machine(&boots[_i], "amd64") && !is_left_out(&boots[_i], "events.faults"))
		ck_assert_fact_int(&boots[_i], "events.faults", 0);
}
END_TEST

START_TEST(processor_ids)
{
	struct boot *boot = &boots[_i];
	/* since 6.10; not known whether 7.2 mended it */
	bool wrong = is_machine(boot, "riscv64");

	ck_assert_fact_int(boot, "processor_id", wrong ? 0 : 1);
	ck_assert_fact_int(boot, "processor_id.jit", 1);
}
END_TEST

void vm_ring_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, ring_buffers, boot, boot + 1);
	tcase_add_loop_test(kernel, ring_buffers_overwritten, boot, boot + 1);
	tcase_add_loop_test(kernel, user_ring_buffers, boot, boot + 1);
	tcase_add_loop_test(kernel, faults, boot, boot + 1);
	tcase_add_loop_test(kernel, processor_ids, boot, boot + 1);
}
