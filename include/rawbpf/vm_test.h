/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of programs: the `.test` blocks of a collection, in the machine of rawbpf/vm.h. They
 * need no privilege, no kernel and no libc. rawbpf_text(5) has their language.
 *
 *	static struct rawbpf_vm_test test;
 *
 *	for (unsigned i = 0; i < collection.test_count; i++)
 *		if (rawbpf_vm_test_run(&test, &(struct rawbpf_vm_test_spec){
 *			.load = { .collection = &collection, .memory = memory, .memory_size = size },
 *			.test = i }) != RAWBPF_VM_PASSED)
 *			fprintf(stderr, "line %u: %s\n", test.line, test.reason);
 *
 * Functions return a result >= 0 or a negative errno.
 */
#ifndef RAWBPF_VM_TEST_H
#define RAWBPF_VM_TEST_H

#include <rawbpf/vm_collection.h>
#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How often the slots of a program ran: the caller's arrays, to which each run adds. */
struct rawbpf_vm_coverage {
	uint32_t *ran;          /* of each slot */
	uint32_t *jumped;       /* of each conditional jump: how often it went to its target */
	unsigned slots;         /* room in both arrays; later slots are not counted */
};

struct rawbpf_vm_test;

/*
 * See a test before its first instruction: maps have their elements, vm is open. Return 0, or 1 to
 * let the test fail; the function then sets test->reason.
 */
typedef int rawbpf_vm_test_begin_fn(struct rawbpf_vm_test *test, void *context);

struct rawbpf_vm_test_spec {
	struct rawbpf_vm_collection_spec load; /* the test chooses `prog`; the packet is in its memory, too */
	unsigned test;          /* an index in `tests` of the collection */
	uint64_t budget;        /* a program that runs more instructions fails; 0: a million */
	struct rawbpf_vm_coverage *coverage; /* of each program of the collection; NULL: not counted */
	rawbpf_vm_test_begin_fn *begin; /* or NULL */
	void *begin_context;
};

/* What a `helper` line gives, call by call. */
struct rawbpf_vm_test_helper {
	uint32_t number;        /* BPF_FUNC_* */
	unsigned line;
	const char *rest;       /* the values that are left, a part of the collection */
};

enum { RAWBPF_VM_TEST_HELPERS = 64 };

/* A test that ran. Read all of it, until the next run. */
struct rawbpf_vm_test {
	struct rawbpf_vm_test_spec spec;
	struct rawbpf_vm_collection loaded; /* maps, after the run */
	struct rawbpf_vm_context context;   /* context.bytes: the packet after the run */
	struct rawbpf_vm_world world;       /* process 1, thread 1, "test"; time 0 */
	struct rawbpf_vm vm;                /* r[0], the trap */
	const unsigned char *packet, *fields; /* as the test gives them */
	size_t packet_size, fields_size;
	struct rawbpf_vm_test_helper values[RAWBPF_VM_TEST_HELPERS];
	unsigned value_count;

	unsigned line;          /* of what failed, in the text; 0: unknown */
	char reason[512];       /* why it failed, as one line of printable ASCII */

	/* private */
	struct rawbpf_vm_helper answers[RAWBPF_VM_TEST_HELPERS];
	struct rawbpf_vm_helpers given, helpers;
	struct rawbpf_vm_coverage *jump; /* of the program whose conditional jump ran last */
	const struct rawbpf_vm_prog *jump_prog;
	unsigned jump_slot;
};

enum { RAWBPF_VM_FAILED, RAWBPF_VM_PASSED };

/*
 * Run a test: rawbpf_vm_test_open(), rawbpf_vm_run(), rawbpf_vm_test_check(). Return
 * RAWBPF_VM_PASSED, or RAWBPF_VM_FAILED with `line` and `reason`. A program that cannot be loaded
 * without a kernel fails its tests.
 *
 * Without a `packet` line, programs of packets get 64 zeros. Without a `context` line, the
 * context's fields are 0. Conditions count as far as they can: && and || end early.
 *
 * -EINVAL  no such test
 * -ENOSPC  `memory` is too small: try twice as much
 */
int rawbpf_vm_test_run(struct rawbpf_vm_test *test, const struct rawbpf_vm_test_spec *spec);

/*
 * Only prepare a test: load its program, fill the maps, make packet and context. test->vm then
 * stands before its first instruction. The test must not move from now on. The results are those of
 * rawbpf_vm_test_run(); RAWBPF_VM_PASSED: the program can run.
 */
int rawbpf_vm_test_open(struct rawbpf_vm_test *test, const struct rawbpf_vm_test_spec *spec);

/*
 * Compare what the program did with what the test expects. Return RAWBPF_VM_PASSED, or
 * RAWBPF_VM_FAILED with `line` and `reason`. A program that trapped, or has not ended, has failed.
 */
int rawbpf_vm_test_check(struct rawbpf_vm_test *test);

#ifdef __cplusplus
}
#endif
#endif
