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

/* Evaluate an expression of the test after the run. */
RAWBPF__PRIVATE int rawbpf__test_evaluate(struct rawbpf_vm_test *test, unsigned expr,
					  unsigned line, int64_t *value);

/* Set the element of a map, or its field, as a `map` line says. */
RAWBPF__PRIVATE int rawbpf__test_map_set(struct rawbpf_vm_test *test,
					 const struct rawbpf_table_test_line *line);

#endif
