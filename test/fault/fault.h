/* SPDX-License-Identifier: MIT */
/*
 * Let every system call of every operation fail once, with several errors. The operation returns
 * that error, or succeeds in spite of it. It leaves nothing open or mapped. Without a fault, it
 * works the next time. Programs that include this link the library compiled for fault injection.
 */
#ifndef TEST_FAULT_H
#define TEST_FAULT_H

#include "../attach/cgroups.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

extern int (*rawbpf__fault)(long number);

/* An operation releases all that it creates. */
struct fault_operation {
	const char *name;
	int (*run)(void);
	int result; /* the result without a fault */
	int also;   /* another result that it may return with a fault */
};

/* The processes of all tests share these. fault_run() prints them. */
static struct {
	unsigned injected;
	unsigned operations;
} *fault_total;

static struct {
	int error;
	unsigned at;      /* the number of the failing system call, from 1 */
	int ever_after;   /* all later ones fail, too */
	unsigned calls, injected;
	int harmless;     /* the caller repeats the failed call */
} fault_plan;

static inline int fault_inject(long number)
{
	live_stand_in_step();
	/*
	 * The kernel never fails to unmap an existing mapping, or to set a mask that it returned.
	 * So the library need not survive that. (A close() that "fails" has closed.)
	 */
	if (number == SYS_munmap || number == SYS_rt_sigprocmask)
		return 0;
	fault_plan.calls++;
	if (fault_plan.calls != fault_plan.at && !(fault_plan.ever_after && fault_plan.calls > fault_plan.at))
		return 0;
	fault_plan.injected++;
	fault_plan.harmless = fault_plan.error == EINTR && (number == SYS_read || number == SYS_write ||
						number == SYS_flock || number == SYS_sendto ||
						number == SYS_recvfrom);
	return -fault_plan.error;
}

struct fault_held {
	int fds;
	long pages; /* pages of address space in all mappings */
};

/* Count without stdio, whose buffers come and go. */
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

/* Run once with faults. Returns whether a fault occurred. */
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

	operation->run(); /* effects of a first run happen now */
	ck_assert_msg(operation->run() == operation->result, "%s: %d", operation->name,
		      operation->run());
	for (unsigned i = 0; i < RAWBPF_COUNT(errors); i++) {
		for (int ever_after = 0; ever_after < 2; ever_after++) {
			unsigned at;

			/* the library repeats an interrupted read(2) for ever */
			if (ever_after && errors[i] == EINTR)
				continue;
			for (at = 1; fault_once(operation, errors[i], at, ever_after); at++)
				ck_assert_uint_lt(at, 2000);
			ck_assert_msg(at > 1, "%s: no system call", operation->name);
		}
		ck_assert_int_eq(operation->run(), operation->result);
	}
	fault_total->operations++;
	printf("faults: %s\n", operation->name); /* boot.sh ends a machine that prints nothing */
}

/* Detach. A link whose attachment failed must be inert, and a detached one must leave nothing. */
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
