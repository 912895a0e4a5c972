/* SPDX-License-Identifier: MIT */
/* Every kind of link does on each kernel what test/link_kinds.c says of it. */
#include "vm_parts.h"

#include "link_kinds.h"

START_TEST(every_kind_of_link)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "links", 0);
	for (unsigned i = 0; i < link_kinds_count; i++) {
		char name[64], expected[256];

		snprintf(name, sizeof(name), "link.%s", link_kinds[i].name);
		link_story_expect(expected, sizeof(expected), &link_kinds[i], kernel_of(boot));
		ck_assert_fact_str(boot, name, expected);
	}
}
END_TEST

void vm_links_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, every_kind_of_link, boot, boot + 1);
}
