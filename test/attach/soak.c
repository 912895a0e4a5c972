/* SPDX-License-Identifier: MIT */
/*
 * usage: soak [NAME]...
 *
 * Attach and detach again and again: memory, descriptors and objects do not grow. Raw tracepoints
 * are attached 100,000 times, every other kind of link 500 times. Names choose the kinds.
 */
#include "../event/reliable.h"

enum { WARM_UP = 16, ROUNDS = 500, RAW_TP_ROUNDS = 100000 };

static char **names;

static int is_asked_for(const char *name)
{
	if (!*names)
		return 1;
	for (char **asked = names; *asked; asked++)
		if (strcmp(*asked, name) == 0)
			return 1;
	return 0;
}

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

/*
 * Hold one attachment, so that others attach and detach fast: a tracepoint's first and last program
 * wait for a grace period. Hold nothing where the kernel accepts only one.
 */
static void hold_one(const struct link_kind *kind)
{
	static struct rawbpf_link held;
	struct rawbpf_link beside = { 0 };
	int map = live_array(1);
	int prog = link_kind_load(kind, map, 0);

	ck_assert_int_eq(kind->attach(&held, prog), 0);
	close(prog);
	prog = link_kind_load(kind, map, 0);
	if (kind->attach(&beside, prog) < 0)
		rawbpf_link_detach(&held);
	rawbpf_link_detach(&beside);
	close(prog);
	close(map);
}

/* Create map and program, attach, detach, close. Returns the id of the former program. */
static unsigned round_of(const struct link_kind *kind)
{
	struct rawbpf_link link;
	int map = live_array(1);
	int prog = link_kind_load(kind, map, 0);
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
	const struct link_kind *kind = &link_kinds[_i];
	int rounds = strcmp(kind->name, "raw_tp") == 0 ? RAW_TP_ROUNDS : ROUNDS;
	struct memory before, after;
	unsigned id = 0;
	int fds;

	if (!is_asked_for(kind->name))
		return;
	reliable_begin();
	if (!reliable_has(kind))
		SKIP("%s: this kernel has none", kind->name);
	hold_one(kind);
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
	reliable_fixture(tests);
	tcase_add_loop_test(tests, test_soak, 0, link_kinds_count);
}

int main(int argc, char **argv)
{
	names = argv + (argc > 0);
	return cgroups_run("soak", add_tests);
}
