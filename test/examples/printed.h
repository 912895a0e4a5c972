/* SPDX-License-Identifier: MIT */
/* Assertions about the output and exit status of rawbpf, for its tests. */
#ifndef TEST_PRINTED_H
#define TEST_PRINTED_H

#include "../command.h"

#include <stdarg.h>

static struct ending end;

/* Format a text, for the next call only. */
__attribute__((format(printf, 1, 2))) static inline const char *text(const char *format, ...)
{
	static char texts[4][1024];
	static unsigned next;
	char *out = texts[next++ % 4];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(out, sizeof texts[0], format, arguments);
	va_end(arguments);
	return out;
}

/* Assert that the command succeeds and prints exactly this. */
static inline void assert_prints(const char *const *arguments, const char *out)
{
	command_run(&end, NULL, arguments);
	ck_assert_str_eq(end.err, "");
	ck_assert_str_eq(end.out, out);
	ck_assert_int_eq(end.status, 0);
}

/* Assert that the command fails and prints nothing but this. */
static inline void assert_fails(const char *const *arguments, int status, const char *err)
{
	command_run(&end, NULL, arguments);
	ck_assert_str_eq(end.out, "");
	ck_assert_str_eq(end.err, err);
	ck_assert_int_eq(end.status, status);
}

/*
 * Assert that the command fails with this text up to the errno. rawbpf_error_explain()'s sentence
 * may change.
 */
static inline void assert_refused(const char *const *arguments, const char *err)
{
	command_run(&end, NULL, arguments);
	ck_assert_str_eq(end.out, "");
	ck_assert_msg(strncmp(end.err, err, strlen(err)) == 0, "no '%s' but: %s", err, end.err);
	ck_assert_int_eq(command_lines(end.err), 1);
	ck_assert_int_eq(end.status, 1);
}

/* Assert that the last output contains this. */
static inline void assert_has(const char *part)
{
	ck_assert_msg(strstr(end.out, part) != NULL, "no '%s' in:\n%s", part, end.out);
}

/* Assert that the command succeeds and prints this among other lines. */
static inline void assert_shows(const char *const *arguments, const char *part)
{
	command_run(&end, NULL, arguments);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	assert_has(part);
}

#endif
