/* SPDX-License-Identifier: MIT */
/*
 * Making, loading, attaching, detaching, again and again: nothing grows. Raw tracepoints
 * 100,000 times, every other kind of attachment 500 times.
 */
#include "attachments.h"

enum { WARM_UP = 16, ROUNDS = 500, RAW_TRACEPOINT_ROUNDS = 100000 };

struct memory {
	long size, resident; /* in pages */
};

static struct memory memory_of_process(void)
{
	struct memory memory;
	FILE *file = fopen("/proc/self/statm", "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%ld %ld", &memory.size, &memory.resident), 2);
	fclose(file);
	return memory;
}

/* From nothing to nothing; returns the id of the program that was. */
static unsigned round_of(const struct attachment *kind)
{
	struct rawbpf_link link;
	int map = live_array(1);
	int prog = attachment_load(kind);
	unsigned id = live_prog_id(prog);

	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(kind->attach(&link, prog), 0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
	close(map);
	return id;
}

START_TEST(test_soak)
{
	const struct attachment *kind = &attachments[_i];
	int rounds = strcmp(kind->name, "raw_tracepoint") == 0 ? RAW_TRACEPOINT_ROUNDS : ROUNDS;
	struct memory before, after;
	unsigned id = 0;
	int fds;

	if (!attachments_prepare(kind))
		SKIP("%s: this kernel has none", kind->name);
	for (int i = 0; i < WARM_UP; i++)
		round_of(kind);
	fds = live_fds();
	before = memory_of_process();
	for (int i = 0; i < rounds; i++)
		id = round_of(kind);
	after = memory_of_process();
	ck_assert_int_eq(live_fds(), fds);
	ck_assert_int_eq(after.size, before.size);
	ck_assert_int_le(after.resident, before.resident + 16);
	ck_assert(live_is_gone(RAWBPF_OBJ_PROG, id));
	printf("soak: %s, %d rounds\n", kind->name, rounds);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_set_timeout(tests, 300);
	attachments_begin(tests);
	tcase_add_loop_test(tests, test_soak, 0, attachment_count);
}

int main(void)
{
	return live_run("soak", add_tests);
}
