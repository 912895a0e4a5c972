/* SPDX-License-Identifier: MIT */
/* Explanations of errors, compared word by word. */
#ifndef TEST_EXPLANATION_H
#define TEST_EXPLANATION_H

#include "live.h"

#include <stdint.h>

enum { PERFMON = 38, BPF = 39 };

#define BIT(N) ((uint64_t)1 << (N))
#define BPF_DISABLED "/proc/sys/kernel/unprivileged_bpf_disabled"
#define PARANOID "/proc/sys/kernel/perf_event_paranoid"

#define ROOT_OR(CAPABILITIES) \
	"; run it as root (for a trusted group: chmod 750, then setcap " CAPABILITIES "+ep)"
#define ERROR(OPERATION, ERRNO, TYPE, NAME) \
	{ .operation = OPERATION, .error = ERRNO, .type = TYPE, .name = NAME }

struct explanation {
	struct rawbpf_error error;
	const char *line;
};

static inline void assert_line(const struct explanation *expected)
{
	char text[512];
	size_t length = rawbpf_error_explain(text, sizeof text, &expected->error);

	ck_assert_str_eq(text, expected->line);
	ck_assert_uint_eq(length, strlen(expected->line));
}

static inline void assert_lines(const struct explanation *expected, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		assert_line(&expected[i]);
}

#define ASSERT_LINES(ARRAY) assert_lines(ARRAY, RAWBPF_COUNT(ARRAY))

#endif
