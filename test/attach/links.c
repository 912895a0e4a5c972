/* SPDX-License-Identifier: MIT */
/* Take every kind of link on this kernel through its life: attach, trigger, pin, update, detach. */
#include "cgroups.h"

#include "link_kinds.h"

START_TEST(test_kind)
{
	const struct link_kind *kind = &link_kinds[_i];
	char expected[256], text[256];
	struct link_story story;
	unsigned tgid = live_tgid();
	int cgroup = cgroups_open(cgroups_make(""));

	live_mount_bpffs();
	live_mount_tracefs();
	ck_assert_int_eq(cgroups_enter(cgroup), 0);
	ck_assert_int_eq(link_kinds_begin(tgid, cgroup), 0);
	link_kind_run(kind, &story);
	link_story_format(text, sizeof text, &story);
	link_story_expect(expected, sizeof expected, kind, live_kernel());
	printf("tried native link.%s %s\n", kind->name, text);
	if (kind->lacking && strcmp(text, expected) != 0 && strcmp(text, kind->lacking) == 0)
		SKIP("%s: %s", kind->name, kind->because);
	ck_assert_msg(strcmp(text, expected) == 0, "%s: %s, not %s", kind->name, text, expected);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_loop_test(tests, test_kind, 0, link_kinds_count);
}

int main(void)
{
	struct utsname name;

	/* test/tried.awk reads each kind's story and the kernel's release. */
	if (uname(&name) == 0)
		printf("tried native release %s\n", name.release);
	return cgroups_run("links", add_tests);
}
