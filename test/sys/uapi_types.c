/* SPDX-License-Identifier: MIT */
/*
 * Every type of maps and programs of the kernel's header has its recipe.
 * test/sys/uapi.sh compiles this with the newest header.
 */
#include <check.h>

#include <linux/bpf.h>

enum { MAP_TYPES = __MAX_BPF_MAP_TYPE, PROG_TYPES = __MAX_BPF_PROG_TYPE };

#include "../../insn/recipe/recipe.c"

#include "../unit.h"

START_TEST(test_map_types)
{
	for (unsigned type = 1; type < MAP_TYPES; type++) {
		const struct rawbpf_map_recipe *recipe = rawbpf_map_recipe_get(type);

		ck_assert_msg(recipe && recipe->type == type, "map type %u: no recipe", type);
	}
}
END_TEST

START_TEST(test_prog_types)
{
	unsigned type = 1, n = 0;

	for (; type < PROG_TYPES; type++) {
		const struct rawbpf_prog_recipe *recipe;

		while ((recipe = rawbpf_prog_recipe_get(n)) && recipe->type < type)
			n++;
		ck_assert_msg(recipe && recipe->type == type, "program type %u: no recipe", type);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_map_types);
	tcase_add_test(tests, test_prog_types);
}

int main(void)
{
	return unit_run("uapi_types", add_tests);
}
