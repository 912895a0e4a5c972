/* SPDX-License-Identifier: MIT */
/*
 * Each kernel has the types of maps and programs that the recipes claim, and runs those programs.
 */
#include "parts.h"

#include <errno.h>

#include <rawbpf.h>

enum { ENOTSUPP = 524 };

START_TEST(map_types)
{
	struct boot *boot = &boots[_i];
	const struct rawbpf_map_recipe *recipe;

	if (!is_machine(boot, "amd64"))
		return;
	for (unsigned type = 1; (recipe = rawbpf_map_recipe_get(type)); type++) {
		char name[64];

		snprintf(name, sizeof name, "map.%s", rawbpf_constant_name(RAWBPF_MAP_TYPE, type));
		ck_assert_fact_int(boot, name, kernel_of(boot) >= recipe->kernel ? 1 : -EINVAL);
	}
}
END_TEST

static int expected_load(const struct rawbpf_prog_recipe *recipe, unsigned kernel)
{
	if (recipe->type == BPF_PROG_TYPE_LIRC_MODE2)
		return -EINVAL; /* these kernels lack infrared remote controls */
	return kernel >= recipe->kernel ? 1 : -EINVAL;
}

static int expected_run(const struct rawbpf_prog_recipe *recipe, unsigned kernel)
{
	if (recipe->type == BPF_PROG_TYPE_FLOW_DISSECTOR && kernel < KERNEL(6, 0))
		return -EPROTO; /* this kernel reports a result of 0 as 1 */
	if (recipe->runs != RAWBPF_PROG_RUNS_NOT)
		return 0;
	switch (recipe->type) {
	case BPF_PROG_TYPE_TRACING:
		return -EFAULT;
	case BPF_PROG_TYPE_STRUCT_OPS:
		return kernel < KERNEL(6, 1) ? -ENOTSUPP : -EOPNOTSUPP;
	case BPF_PROG_TYPE_LWT_SEG6LOCAL:
		return kernel < KERNEL(6, 2) ? -EINVAL : -ENOTSUPP; /* it needed a packet */
	default:
		return -ENOTSUPP;
	}
}

START_TEST(prog_types)
{
	struct boot *boot = &boots[_i];
	const struct rawbpf_prog_recipe *recipe;

	if (!is_machine(boot, "amd64"))
		return;
	for (unsigned n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++) {
		const char *type = rawbpf_constant_name(RAWBPF_PROG_TYPE, recipe->type);
		int load = expected_load(recipe, kernel_of(boot));
		char name[64];

		snprintf(name, sizeof name, "prog.%s.%u", type, recipe->expected_attach_type);
		ck_assert_fact_int(boot, name, load);
		snprintf(name, sizeof name, "run.%s.%u", type, recipe->expected_attach_type);
		if (load == 1)
			ck_assert_fact_int(boot, name, expected_run(recipe, kernel_of(boot)));
	}
}
END_TEST

START_TEST(types_are_used)
{
	if (is_machine(&boots[_i], "amd64"))
		ck_assert_fact_int(&boots[_i], "types.uses", 0);
}
END_TEST

START_TEST(kernel_btf)
{
	struct boot *boot = &boots[_i];
	bool has_id = kernel_of(boot) >= KERNEL(5, 11);

	if (!is_machine(boot, "amd64"))
		return;
	ck_assert_fact_int(boot, "btf.open", 0);
	ck_assert_fact_int(boot, "btf.comm", 1);
	ck_assert_fact_int(boot, "btf.by_id", has_id ? 0 : -ENOENT);
	ck_assert_fact_int(boot, "btf.same", has_id);
}
END_TEST

void vm_types_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, map_types, boot, boot + 1);
	tcase_add_loop_test(kernel, prog_types, boot, boot + 1);
	tcase_add_loop_test(kernel, types_are_used, boot, boot + 1);
	tcase_add_loop_test(kernel, kernel_btf, boot, boot + 1);
}
