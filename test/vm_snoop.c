/* SPDX-License-Identifier: MIT */
/* The event tools: what they are shown and have to say is in snooped.c, on every kernel the same. */
#include "vm_parts.h"

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
				ck_assert_fact_str(&boots[_i], name, "as expected");
			}
}
END_TEST

void vm_snoop_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, event_tools, boot, boot + 1);
}
