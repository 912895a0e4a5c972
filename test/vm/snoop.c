/* SPDX-License-Identifier: MIT */
/*
 * The event tools: snooped.c has the calls that they see, and the lines expected on every kernel.
 */
#include "parts.h"

START_TEST(event_tools)
{
	static const char *const tools[] = { "chrootsnoop", "execsnoop", "opensnoop", "tcpconnect",
					     "flood" };
	static const char *const ways[] = { "kprobe", "tracepoint", "raw_tp", "default" };
	static const char *const transports[] = { "ring", "perf", "default" };

	for (int tool = 0; tool < 5; tool++)
		for (int way = 0; way < (tool < 4 ? 4 : 3); way++)
			for (int transport = 0; transport < (tool < 4 ? 3 : 2); transport++) {
				char name[64];

				snprintf(name, sizeof(name), "%s.%s.%s", tools[tool], ways[way],
					 transports[transport]);
				if (way == 0 && !has_retprobes(&boots[_i])) {
					fact_str(&boots[_i], name);
					continue;
				}
				ck_assert_fact_str(&boots[_i], name, "as expected");
			}
}
END_TEST

/*
 * 50 calls sleep at once. A return probe has room for some, and the tool accounts for the others.
 */
START_TEST(sleeping_calls)
{
	struct boot *boot = &boots[_i];
	int unfinished = fact_int(boot, "sleepers.unfinished");

	if (!has_retprobes(boot)) {
		ck_assert_fact_int(boot, "sleepers.printed", 0);
		fact_int(boot, "sleepers.missed");
		return;
	}
	ck_assert_int_gt(unfinished, 0);
	ck_assert_fact_int(boot, "sleepers.printed", 50 - unfinished);
	ck_assert_fact_int(boot, "sleepers.missed",
			   kernel_of(boot) >= KERNEL(6, 8) ? unfinished : 0);
}
END_TEST

void vm_snoop_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, event_tools, boot, boot + 1);
	tcase_add_loop_test(kernel, sleeping_calls, boot, boot + 1);
}
