/* SPDX-License-Identifier: MIT */
/*
 * The table of operations and capabilities, on this kernel. For each set, a process that holds only
 * that set tries each operation.
 *
 * usage: capabilities TABLE
 */
#include "../attach/cgroups.h"

#include "capability.h"

static const char *table;

static int is_setting(const char *path, int expected)
{
	FILE *file = fopen(path, "re");
	int value = -100;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%d", &value), 1);
	fclose(file);
	return value == expected;
}

START_TEST(test_capabilities)
{
	static struct capability_row rows[200];
	int count = capability_read(table, rows, RAWBPF_COUNT(rows)), tried = 0, wrong = 0;
	unsigned kernel = live_kernel();

	if (!is_setting("/proc/sys/kernel/unprivileged_bpf_disabled", 2) ||
	    !is_setting("/proc/sys/kernel/perf_event_paranoid", 2))
		SKIP("the table is for unprivileged_bpf_disabled and perf_event_paranoid 2");
	ck_assert_int_ge(count, 80);
	ck_assert_int_eq(capability_begin(cgroups_open(cgroups_make(""))), 0);
	for (int i = 0; i < count; i++) {
		const struct capability_row *row = &rows[i];

		if (kernel < row->since || (row->before && kernel >= row->before))
			continue;
		for (int set = 0; set < CAPABILITY_SETS; set++) {
			const char *answer = capability_try(row->operation, set);

			ck_assert_msg(answer != NULL, "%s: no such operation", row->operation);
			tried++;
			if (strcmp(answer, row->answers[set]) == 0)
				continue;
			printf("%s, with %s: %s, not %s\n", row->operation, capability_sets[set], answer,
			       row->answers[set]);
			wrong++;
		}
	}
	printf("%d tried\n", tried);
	ck_assert_int_eq(wrong, 0);
	ck_assert_int_ge(tried, 70 * CAPABILITY_SETS);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_test(tests, test_capabilities);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return EXIT_FAILURE;
	table = argv[1];
	return cgroups_run("capabilities", add_tests);
}
