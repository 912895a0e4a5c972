/* SPDX-License-Identifier: MIT */
/* The prelude's filter: each option lets calls of one process through, and no others. */
#include "collected.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static const char text[] = ".map count array u32 u64 1\n"
			   ".prog p\n.at syscall getppid\n"
			   "	filter out\n	r1 = &count[0]\n	r2 = 1\n"
			   "	lock *(u64 *)(r1 + 0) += r2\nout:	r0 = 0\n	exit\n";

static struct collected collected;
static struct rawbpf_live live;
static struct rawbpf_live_reason reasons[4];

enum { CALLS = 5 };

/* Let a process of this name make calls when the pipe is closed. Return its id. */
static int caller(const char *comm, int pipe_fds[2])
{
	int child;

	ck_assert_int_eq(pipe(pipe_fds), 0);
	child = fork();
	if (child == 0) {
		char byte;

		close(pipe_fds[1]);
		prctl(PR_SET_NAME, comm);
		while (read(pipe_fds[0], &byte, 1) > 0)
			;
		for (int i = 0; i < CALLS; i++)
			syscall(SYS_getppid);
		_exit(0);
	}
	close(pipe_fds[0]);
	return child;
}

/* Count the calls of a process of this name, "filtered by me", that pass these options. */
static uint64_t passing(const char *comm, struct rawbpf_option *options, unsigned count, const char *own)
{
	struct rawbpf_live_spec spec = { .options = options, .option_count = count, .reasons = reasons,
					 .reason_max = 4 };
	int pipe_fds[2], child = caller(comm, pipe_fds), err, status;
	uint64_t counted;

	for (unsigned i = 0; i < count; i++)
		if (strcmp(options[i].name, own) == 0)
			options[i].value = child;
	live_mount_tracefs();
	collected_parse(&collected, text);
	err = rawbpf_live_open(&live, &collected.tables, &spec);
	if (err == 0)
		err = rawbpf_live_attach(&live);
	ck_assert_msg(err == 0, "%d: %s", err, reasons[0].text);
	close(pipe_fds[1]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	counted = collected_count(&collected, &live, "count");
	rawbpf_live_close(&live);
	return counted;
}

static uint64_t passing_comm(const char *comm, const char *wanted)
{
	struct rawbpf_option options[] = { { .name = "comm_set", .value = 1 }, { .name = "comm0" },
					   { .name = "comm8" } };
	char name[16] = "";

	strcpy(name, wanted);
	memcpy(&options[1].value, name, 8);
	memcpy(&options[2].value, name + 8, 8);
	return passing(comm, options, 3, "");
}

START_TEST(the_filter_compares_names)
{
	ck_assert_uint_eq(passing_comm("filtered by me", "filtered by me"), CALLS);
	ck_assert_uint_eq(passing_comm("filtered by me", "filtered by"), 0);
	ck_assert_uint_eq(passing_comm("filtered", "filtered by me"), 0);
}
END_TEST

START_TEST(the_filter_compares_numbers)
{
	struct rawbpf_option pid[] = { { .name = "pid" } }, tid[] = { { .name = "tid" } };
	struct rawbpf_option uid[] = { { .name = "pid" }, { .name = "uid_set", .value = 1 },
				       { .name = "uid", .value = getuid() } };

	ck_assert_uint_eq(passing("a", pid, 1, "pid"), CALLS);
	ck_assert_uint_eq(passing("a", tid, 1, "tid"), CALLS);
	ck_assert_uint_eq(passing("a", uid, 3, "pid"), CALLS);
	uid[2].value++;
	ck_assert_uint_eq(passing("a", uid, 3, "pid"), 0);
	pid[0].value = tid[0].value = 1;
	ck_assert_uint_eq(passing("a", pid, 1, ""), 0);
	ck_assert_uint_eq(passing("a", tid, 1, ""), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, the_filter_compares_names);
	tcase_add_test(tests, the_filter_compares_numbers);
}

int main(void)
{
	return unit_run("live_filter", add_tests);
}
