/* SPDX-License-Identifier: MIT */
/* Kprobes through tracefs beside other users of it, and links while CPU 0 is offline. */
#include "parts.h"

#include <errno.h>
#include <string.h>

#include "../attach/link_kinds.h"

/*
 * A process that holds a lock on kprobe_events delays each attachment by 2 s, and leaves no link
 * attached.
 */
START_TEST(tracefs_locked)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "locked.attach", 0);
	ck_assert_fact_int(boot, "locked.attach_again", -EBUSY);
	ck_assert_int_ge(fact_int(boot, "locked.attach_again.ms"), 1000);
	ck_assert_fact_int(boot, "locked.detach", 0);
	ck_assert_fact_int(boot, "locked.attach_later", 0);
	ck_assert_fact_int(boot, "locked.detach_later", 0);
}
END_TEST

START_TEST(tracefs_others)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "others.attach", 0);
	ck_assert_fact_int(boot, "others.detach", 0);
	ck_assert_fact_int(boot, "others.left", 4);
}
END_TEST

/* Twice as many events take twice the work, not four times. */
START_TEST(tracefs_growth)
{
	long long once = fact_int(&boots[_i], "tracefs.work_30");

	ck_assert_int_gt(once, 0);
	ck_assert_int_gt(fact_int(&boots[_i], "tracefs.work_60"), once);
	ck_assert_int_le(fact_int(&boots[_i], "tracefs.work_60") * 10, once * 26);
}
END_TEST

START_TEST(first_cpu_offline)
{
	static const char *const kinds[] = { "kprobe", "tracepoint", "tracepoint_ioctl", "uretprobe" };
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "cpu", 0);
	/* There CPU 0 stays online. */
	if (is_machine(boot, "amd64") || (is_machine(boot, "s390x") && kernel_of(boot) >= KERNEL(6, 12))) {
		ck_assert_fact_int(boot, "cpu.offline", -ENOENT);
		return;
	}
	ck_assert_fact_int(boot, "cpu.offline", 0);
	ck_assert_fact_str(boot, "cpu.online", "1");
	for (unsigned i = 0; i < link_kinds_count; i++) {
		for (unsigned k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
			char name[64], expected[256];

			if (strcmp(link_kinds[i].name, kinds[k]))
				continue;
			snprintf(name, sizeof(name), "cpu.link.%s", kinds[k]);
			link_story_expect(expected, sizeof(expected), &link_kinds[i], kernel_of(boot));
			ck_assert_fact_str(boot, name, expected);
		}
	}
	ck_assert_fact_int(boot, "cpu.back", 0);
}
END_TEST

void vm_attach_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, tracefs_locked, boot, boot + 1);
	tcase_add_loop_test(kernel, tracefs_others, boot, boot + 1);
	tcase_add_loop_test(kernel, tracefs_growth, boot, boot + 1);
	tcase_add_loop_test(kernel, first_cpu_offline, boot, boot + 1);
}
