/* SPDX-License-Identifier: MIT */
/*
 * Every system call of every operation fails once, each with several errors: what comes out is
 * that error, or success in spite of it; nothing is left open or mapped; and the next time, with
 * no fault, the operation works. For programs that link the library compiled for fault injection.
 */
#ifndef TEST_FAULT_H
#define TEST_FAULT_H

#include "../attach/cgroups.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

extern int (*rawbpf__fault)(long number);

/* From nothing to nothing. */
struct fault_operation {
	const char *name;
	int (*run)(void);
	int result; /* without a fault */
	int also;   /* what it may return besides that and the injected error */
};

/* Shared by the processes of all tests; fault_run() prints them. */
static struct {
	unsigned injected;
	unsigned operations;
} *fault_total;

static struct {
	int error;
	unsigned at;      /* the system call to fail, counted from 1 */
	int ever_after;   /* that one and all later ones */
	unsigned calls, injected;
	int harmless;     /* what failed is to be tried again */
} fault_plan;

static inline int fault_inject(long number)
{
	live_stand_in_step();
	/*
	 * The kernel does not fail to unmap what was mapped or to set a mask that it gave out, so
	 * the library need not survive that. (A close() that "fails" has closed.)
	 */
	if (number == SYS_munmap || number == SYS_rt_sigprocmask)
		return 0;
	fault_plan.calls++;
	if (fault_plan.calls != fault_plan.at && !(fault_plan.ever_after && fault_plan.calls > fault_plan.at))
		return 0;
	fault_plan.injected++;
	fault_plan.harmless = fault_plan.error == EINTR && (number == SYS_read || number == SYS_write ||
						number == SYS_flock);
	return -fault_plan.error;
}

struct fault_held {
	int fds;
	long pages; /* of address space, in all mappings */
};

/* Without stdio, whose buffers come and go. */
static inline struct fault_held fault_held(void)
{
	struct fault_held held = { .fds = live_fds() };
	char size[100] = "";
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	ck_assert_int_gt(read(fd, size, sizeof size - 1), 0);
	close(fd);
	held.pages = strtol(size, NULL, 10);
	ck_assert_int_gt(held.pages, 0);
	return held;
}

static inline int fault_is_allowed(const struct fault_operation *operation, int result)
{
	if (result == operation->result)
		return 1;
	return !fault_plan.harmless && (result == -fault_plan.error ||
					(operation->also && result == operation->also));
}

/* One run with faults; returns whether there were any. */
static inline int fault_once(const struct fault_operation *operation, int error, unsigned at,
			     int ever_after)
{
	struct fault_held before = fault_held(), after;
	int result;

	fault_plan = (typeof(fault_plan)){ .error = error, .at = at, .ever_after = ever_after };
	rawbpf__fault = fault_inject;
	result = operation->run();
	rawbpf__fault = NULL;
	after = fault_held();

	fault_total->injected += fault_plan.injected;
	ck_assert_msg(fault_is_allowed(operation, result), "%s, call %u, error %d: %d",
		      operation->name, at, error, result);
	ck_assert_msg(before.fds == after.fds, "%s, call %u, error %d: %d descriptors",
		      operation->name, at, error, after.fds - before.fds);
	ck_assert_msg(before.pages == after.pages, "%s, call %u, error %d: %ld pages",
		      operation->name, at, error, after.pages - before.pages);
	return fault_plan.injected > 0;
}

static inline void fault_everywhere(const struct fault_operation *operation)
{
	static const int errors[] = { EINTR, EAGAIN, ENOMEM, EPERM, ENOSPC, EMFILE };

	operation->run(); /* what is made once is made now */
	ck_assert_msg(operation->run() == operation->result, "%s: %d", operation->name,
		      operation->run());
	for (unsigned i = 0; i < RAWBPF_COUNT(errors); i++) {
		for (int ever_after = 0; ever_after < 2; ever_after++) {
			unsigned at;

			/* read(2) is tried again when interrupted, for ever if need be */
			if (ever_after && errors[i] == EINTR)
				continue;
			for (at = 1; fault_once(operation, errors[i], at, ever_after); at++)
				ck_assert_uint_lt(at, 2000);
			ck_assert_msg(at > 1, "%s: no system call", operation->name);
		}
		ck_assert_int_eq(operation->run(), operation->result);
	}
	fault_total->operations++;
}

/* A link that was not attached is inert; of one that was, nothing is left. */
static inline int fault_finish(struct rawbpf_link *link, int err)
{
	if (err < 0)
		ck_assert_int_eq(link->fd, 0);
	if (err == 0)
		err = rawbpf_link_detach(link);
	ck_assert_int_eq(link->fd, 0);
	ck_assert_uint_eq(link->tracefs_event, 0);
	return err;
}

static inline int fault_close(int fd)
{
	if (fd < 0)
		return fd;
	ck_assert_int_gt(fd, 2);
	ck_assert_int_eq(close(fd), 0);
	return 0;
}

static inline int fault_run(const char *name, void (*add_tests)(TCase *))
{
	int result;

	fault_total = mmap(NULL, sizeof *fault_total, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fault_total == MAP_FAILED)
		return EXIT_FAILURE;
	result = live_run(name, add_tests);
	printf("faults injected: %u, into %u operations of %s\n", fault_total->injected,
	       fault_total->operations, name);
	return result;
}

#endif
