/* SPDX-License-Identifier: MIT */
/* Raw tracepoints of system calls: several signatures, execve(2), 32-bit calls. */
#include "entered.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "entered_program.h"

/* The slots of a body that tells which signature it came from, and one value of the call. */
static const struct rawbpf__entry_value told[2] = { { .width = 8, .slot = -8 },
						    { .width = 4, .slot = -16 } };

#define TELL(N) { .kind = RAWBPF__ENTRY_CONSTANT, .width = 8, .slot = -8, .constant = N }

/* Attach to sys_enter, or sys_exit. Returns 0 or a negative errno. */
static int attach_calls(struct rawbpf_link *link, int map, enum rawbpf__entry_way way,
			const struct rawbpf__entry_signature *signatures, unsigned count)
{
	const struct entered_target target = { .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT };
	int err, prog = entered_load(map, &target, &(struct rawbpf__entry){
		.way = way, .arch = ENTERED_ARCH, .task_status = entered_task_status(),
		.signatures = signatures, .signature_count = count }, told, RAWBPF_COUNT(told));

	err = prog < 0 ? prog : rawbpf_raw_tracepoint_attach(link, prog,
		&(struct rawbpf_raw_tracepoint_spec){
			.name = way == RAWBPF__ENTRY_SYSCALL_RAW_TP ? "sys_enter" : "sys_exit" });
	close(prog);
	return err;
}

/* openat and close_range share a signature; fchownat and copy_file_range have their own. */
static const int shared_numbers[] = { SYS_openat, 436 /* close_range */ };
static const int fchownat_number = SYS_fchownat, copy_number = SYS_copy_file_range;

#define FAMILY(KIND, INDEX) { \
	{ TELL(1), { .kind = KIND, .index = 0, .width = 4, .slot = -16 } }, \
	{ TELL(2), { .kind = KIND, .index = INDEX, .width = 4, .slot = -16 } }, \
	{ TELL(3), { .kind = KIND, .index = 0, .width = 4, .slot = -16 } } }

static const struct rawbpf__entry_value family[2][3][2] = {
	FAMILY(RAWBPF__ENTRY_ARGUMENT, 2), FAMILY(RAWBPF__ENTRY_RESULT, 0)
};

static void check_family_call(struct entered_seen *seen, bool is_return, char *problem, size_t size)
{
	static const struct {
		long number;
		uint64_t told, argument;
	} calls[] = { { SYS_openat, 1, 0x80000123 }, { 436, 1, 0xfffffff0 }, { SYS_fchownat, 2, 0x7fff0001 },
		      { SYS_copy_file_range, 3, 0xfffffff1 }, { SYS_getppid, 0, 0 }, { SYS_fchown, 0, 0 } };

	for (unsigned i = 0; i < RAWBPF_COUNT(calls) && !problem[0]; i++) {
		uint64_t value = calls[i].argument;
		unsigned nth = calls[i].told == 2 ? 2 : 0;
		long a[6] = { -1, 0, -1, 0, 0, 0 }, got;

		a[nth] = (long)value;
		seen->tgid = getpid();
		memset(&seen->count, 0, sizeof *seen - offsetof(struct entered_seen, count));
		got = syscall(calls[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
		if (is_return && calls[i].told)
			value = (uint32_t)(got < 0 ? -errno : got);
		if (seen->count != (calls[i].told > 0) || seen->values[0] != calls[i].told ||
		    seen->values[1] != value)
			snprintf(problem, size, "call %u: %llu events, signature %llu, %#llx, not %#llx", i,
				 (unsigned long long)seen->count, (unsigned long long)seen->values[0],
				 (unsigned long long)seen->values[1], (unsigned long long)value);
	}
}

void entered_check_family(char *problem, size_t size)
{
	problem[0] = '\0';
	for (int is_return = 0; is_return < 2 && !problem[0]; is_return++) {
		const struct rawbpf__entry_signature signatures[] = {
			{ .numbers = shared_numbers, .number_count = 2,
			  .values = family[is_return][0], .value_count = 2 },
			{ .numbers = &fchownat_number, .number_count = 1,
			  .values = family[is_return][1], .value_count = 2 },
			{ .numbers = &copy_number, .number_count = 1,
			  .values = family[is_return][2], .value_count = 2 },
		};
		struct rawbpf_link link = { 0 };
		int err, map;
		struct entered_seen *seen = entered_open(&map);

		err = attach_calls(&link, map, is_return ? RAWBPF__ENTRY_SYSRET_RAW_TP :
				   RAWBPF__ENTRY_SYSCALL_RAW_TP, signatures, 3);
		if (err < 0)
			snprintf(problem, size, "attach %d", err);
		else
			check_family_call(seen, is_return, problem, size);
		rawbpf_link_detach(&link);
		entered_close(seen, map);
	}
}

/* Run a program in a child: seen->tgid is its process. workload then makes 0 calls. */
static int run_task(struct entered_seen *seen, const char *path)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		seen->tgid = getpid();
		execl(path, path, "0", "0", NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* An execve(2) that succeeds returns 0 into another program. */
void entered_check_execve(const char *path, char *problem, size_t size)
{
	const int number = SYS_execve;
	const struct rawbpf__entry_value values[] = {
		TELL(7), { .kind = RAWBPF__ENTRY_RESULT, .width = 4, .slot = -16 } };
	const struct rawbpf__entry_signature signature = { .numbers = &number, .number_count = 1,
							   .values = values, .value_count = 2 };
	struct rawbpf_link link = { 0 };
	int err, status = 0, map;
	struct entered_seen *seen = entered_open(&map);

	seen->values[1] = 1;
	err = attach_calls(&link, map, RAWBPF__ENTRY_SYSRET_RAW_TP, &signature, 1);
	if (err == 0)
		status = run_task(seen, path);
	problem[0] = '\0';
	if (err < 0 || status || seen->count != 1 || seen->values[0] != 7 || seen->values[1] != 0)
		snprintf(problem, size, "attach %d, status %d, %llu events, signature %llu, result %llu",
			 err, status, (unsigned long long)seen->count,
			 (unsigned long long)seen->values[0], (unsigned long long)seen->values[1]);
	rawbpf_link_detach(&link);
	entered_close(seen, map);
}

/* ------------------------------------------------------------------ 32-bit calls */

/*
 * The number of the 32-bit calls: fchownat(2), on arm64 ioctl(2). On x86_64 and arm64 it is another
 * call's in 64-bit programs.
 */
#if defined(__x86_64__)
enum { COMPAT_NUMBER = 298 };
#elif defined(__s390x__)
enum { COMPAT_NUMBER = 291 };
#else
enum { COMPAT_NUMBER = 54 };
#endif

static void call_by_int80(void)
{
#if defined(__x86_64__)
	for (int i = 0; i < 10; i++) {
		long number = COMPAT_NUMBER;

		__asm__ volatile("int $0x80" : "+a"(number) : "b"(-100L), "c"(0L), "d"(-1L), "S"(-1L), "D"(0L)
				 : "memory", "r8", "r9", "r10", "r11");
	}
#endif
}

long entered_count_compat(const char *task)
{
	const int number = COMPAT_NUMBER;
	const struct rawbpf__entry_value value[] = { TELL(1), { .width = 4, .slot = -16 } };
	const struct rawbpf__entry_signature signature = { .numbers = &number, .number_count = 1,
							   .values = value, .value_count = 2 };
	struct rawbpf_link link = { 0 };
	int err, map;
	struct entered_seen *seen = entered_open(&map);
	long count;

	err = attach_calls(&link, map, RAWBPF__ENTRY_SYSCALL_RAW_TP, &signature, 1);
	seen->tgid = getpid();
	if (err == 0 && task && run_task(seen, task) != 0)
		err = -ECHILD;
	if (err == 0 && !task)
		call_by_int80();
	seen->tgid = getpid();
	syscall(COMPAT_NUMBER, -1L, 0L, 0L, 0L, -1L, -1L);
	count = err < 0 ? err : (long)seen->count;
	rawbpf_link_detach(&link);
	entered_close(seen, map);
	return count;
}
