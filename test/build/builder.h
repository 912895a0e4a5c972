/* SPDX-License-Identifier: MIT */
/* Code that the builder's tests share: an array between guards, exact instructions and mistakes. */
#ifndef TEST_BUILDER_H
#define TEST_BUILDER_H

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>

#include "../unit.h"

enum { ROOM = 64, KERNEL_6_6 = 6 << 8 | 6, KERNEL_6_5 = 6 << 8 | 5 };

/* The builder must not write the first and the last slot. */
static struct rawbpf_build_slot memory[1 + ROOM + 1];
static struct rawbpf_build_slot *const slots = memory + 1;
static struct bpf_insn out[ROOM];
static struct rawbpf_build b;

static inline void begin(void)
{
	memset(memory, 0x55, sizeof memory); /* the slots' content does not matter */
	memset(out, 0x55, sizeof out);
	b = (struct rawbpf_build){ .slots = slots, .slot_max = ROOM };
}

static inline void end(void)
{
	const unsigned char *first = (const unsigned char *)memory;
	const unsigned char *last = (const unsigned char *)(memory + 1 + ROOM);

	for (size_t i = 0; i < sizeof memory[0]; i++)
		ck_assert_msg(first[i] == 0x55 && last[i] == 0x55, "written outside of the slots");
}

static inline void assert_resolves(const struct rawbpf_env *env, const struct bpf_insn *expected,
			    unsigned count)
{
	unsigned i;

	memset(out, 0x55, sizeof out);
	ck_assert_int_eq(rawbpf_build_resolve(&b, out, ROOM, env), count);
	ck_assert_int_eq(b.error.error, 0);
	for (i = 0; i < count; i++)
		ck_assert_msg(memcmp(&out[i], &expected[i], sizeof out[i]) == 0, "instruction %u",
			      i);
}

#define ASSERT_RESOLVES(ENV, ...)                                                                  \
	do {                                                                                       \
		const struct bpf_insn expected[] = { __VA_ARGS__ };                                \
                                                                                                   \
		assert_resolves(ENV, expected, RAWBPF_COUNT(expected));                            \
	} while (0)

static inline void assert_fails(const struct rawbpf_env *env, int error, unsigned index, unsigned line,
			 const char *label, const char *text)
{
	char explained[256];

	ck_assert_int_eq(rawbpf_build_resolve(&b, out, ROOM, env), error);
	ck_assert_int_eq(b.error.error, error);
	ck_assert_uint_eq(b.error.index, index);
	ck_assert_uint_eq(b.error.line, line);
	if (label)
		ck_assert_str_eq(b.error.label, label);
	else
		ck_assert_ptr_null(b.error.label);
	ck_assert_uint_eq(rawbpf_build_explain(explained, sizeof explained, &b.error),
			  strlen(text));
	ck_assert_str_eq(explained, text);
}

#endif
