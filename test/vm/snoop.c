/* SPDX-License-Identifier: MIT */
/* chrootsnoop: snooped.c has the calls that it sees, and the lines expected on every kernel. */
#include "parts.h"

#include <string.h>

/* riscv64's 6.12 has no retprobe, which the tool needs. */
static void expected(struct boot *boot, char *text, size_t size, const char *way)
{
	if (has_retprobes(boot) || strcmp(way, "kprobe")) {
		snprintf(text, size, "as expected");
		return;
	}
	snprintf(text, size,
		 "exit 1: chrootsnoop: attaching to a kprobe: EINVAL|   'chroot' cannot be probed: kprobes rely "
		 "on it, ftrace has its first 8 bytes (before Linux 7 set the offset to 8, without retprobe), the "
		 "offset is inside an instruction, or maxactive is over 4096, without retprobe or with the "
		 "PMU, which has no such setting.");
}

START_TEST(event_tool)
{
	static const char *const tools[] = { "chrootsnoop", "flood" };
	static const char *const ways[] = { "kprobe", "tracepoint", "raw_tp", "default" };
	static const char *const transports[] = { "ring", "perf", "default" };

	for (int flood = 0; flood < 2; flood++)
		for (int way = flood && is_left_out(&boots[_i], "flood.kprobe"); way < 4 - flood; way++)
			for (int transport = 0; transport < 3 - flood; transport++) {
				char name[64], text[512];

				snprintf(name, sizeof(name), "%s.%s.%s", tools[flood], ways[way], transports[transport]);
				expected(&boots[_i], text, sizeof(text), ways[way]);
				ck_assert_fact_str(&boots[_i], name, text);
			}
}
END_TEST

void vm_snoop_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, event_tool, boot, boot + 1);
}
