/* SPDX-License-Identifier: MIT */
/*
 * The event tools: snooped.c has the calls that they see, and the lines expected on every kernel.
 */
#include "parts.h"

#include <string.h>

/*
 * riscv64's 6.12 has no retprobe, which the tools of system calls need, and no kprobe at a function's
 * beginning. tcpconnect probes behind it.
 */
static void expected(struct boot *boot, char *text, size_t size, const char *tool, const char *way)
{
	bool is_flood = !strcmp(tool, "flood");
	const char *program = is_flood ? "opensnoop" : tool;
	const char *call = !strcmp(tool, "chrootsnoop") ? "chroot" :
			   !strcmp(tool, "execsnoop")   ? "execve" : "openat";

	if (has_retprobes(boot) || strcmp(way, "kprobe") || !strcmp(tool, "tcpconnect")) {
		snprintf(text, size, "as expected");
		return;
	}
	snprintf(text, size,
		 "exit 1%s: %s: attaching to a kprobe: EINVAL|   '%s' cannot be probed: kprobes rely on it, "
		 "ftrace has its first 8 bytes (before Linux 7 set the offset to 8, without retprobe), the "
		 "offset is inside an instruction, or maxactive is over 4096, without retprobe or with the "
		 "PMU, which has no such setting.",
		 is_flood ? ", 20000 calls, 0 of them printed" : "", program, call);
}

START_TEST(event_tools)
{
	static const char *const tools[] = { "chrootsnoop", "execsnoop", "opensnoop", "tcpconnect",
					     "flood" };
	static const char *const ways[] = { "kprobe", "tracepoint", "raw_tp", "default" };
	static const char *const transports[] = { "ring", "perf", "default" };

	for (int tool = 0; tool < 5; tool++)
		for (int way = 0; way < (tool < 4 ? 4 : 3); way++)
			for (int transport = 0; transport < (tool < 4 ? 3 : 2); transport++) {
				char name[64], text[512];

				snprintf(name, sizeof(name), "%s.%s.%s", tools[tool], ways[way],
					 transports[transport]);
				expected(&boots[_i], text, sizeof(text), tools[tool], ways[way]);
				ck_assert_fact_str(&boots[_i], name, text);
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
		ck_assert_fact_int(boot, "sleepers.unfinished", 0);
		ck_assert_fact_int(boot, "sleepers.missed", 0);
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
