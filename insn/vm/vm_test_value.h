/* SPDX-License-Identifier: MIT */
/* Elements of maps in tests, expressions about them, and failures in words. */
#ifndef RAWBPF_INSN_VM_TEST_VALUE_H
#define RAWBPF_INSN_VM_TEST_VALUE_H

#include <rawbpf/vm_test.h>

#include "../base/out.h"
#include "../base/private.h"

/* The functions return 0, or 1 after they wrote test->reason. */

/* Begin test->reason for the line. The caller appends words. */
RAWBPF__PRIVATE struct rawbpf__out rawbpf__test_fail(struct rawbpf_vm_test *test, unsigned line);

/* Write the words, and a name in quotes unless it is NULL. Return 1. */
RAWBPF__PRIVATE int rawbpf__test_refuse(struct rawbpf_vm_test *test, unsigned line,
					const char *words, const char *name);

/* Return a string of the test's collection. */
RAWBPF__PRIVATE const char *rawbpf__test_string(const struct rawbpf_vm_test *test, unsigned string);

/* Evaluate an expression of the test after the run. */
RAWBPF__PRIVATE int rawbpf__test_evaluate(struct rawbpf_vm_test *test, unsigned expr,
					  unsigned line, int64_t *value);

/* Store a number of `size` bytes in the host's order. Return 1 if it does not fit. */
RAWBPF__PRIVATE int rawbpf__test_put(unsigned char *bytes, unsigned size, int64_t value);

/* Set the element of a map, or its field, as a `map` line says. */
RAWBPF__PRIVATE int rawbpf__test_map_set(struct rawbpf_vm_test *test,
					 const struct rawbpf_table_test_line *line);

/* ------------------------------------------------------------------- vm_test_context.c */

/* Return the next blank-separated word, and move *at behind it; NULL: there is none. */
RAWBPF__PRIVATE const char *rawbpf__test_word(const char **at, size_t *length);

/* Make packet and context. The result may also be -ENOSPC. */
RAWBPF__PRIVATE int rawbpf__test_context_open(struct rawbpf_vm_test *test);

#endif
