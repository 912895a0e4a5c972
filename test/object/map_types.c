/* SPDX-License-Identifier: MIT */
/*
 * Every type of maps and programs in the newest header has a recipe, and exists from exactly its
 * kernel on. Each type of maps is used for its purpose.
 */
#include "map_types.h"

enum { SLOTS = 64, MAPS = 4 };

static void patch_maps(struct bpf_insn *insns, int count, const int *maps)
{
	for (int i = 0; i < count; i++)
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW)) {
			if (insns[i].src_reg == BPF_PSEUDO_MAP_FD)
				insns[i].imm = maps[insns[i].imm];
			i++;
		}
}

int map_types_load(unsigned type, const char *text, const int *maps,
		   const struct rawbpf_prog_spec *spec)
{
	/* The text only declares names. The sizes are those of the descriptors. */
	static const char names[] = ".map a hash 4 4 1\n.map b hash 4 4 1\n"
				    ".map c hash 4 4 1\n.map d hash 4 4 1\n";
	static char scratch[1 << 17], log[1 << 16];
	char whole[4096];
	struct bpf_insn insns[SLOTS];
	struct rawbpf_text_map declared[MAPS];
	struct rawbpf_text_error error = { 0 };
	struct rawbpf_text parsed = {
		.text = whole, .length = snprintf(whole, sizeof whole, "%s%s", names, text),
		.insns = insns, .max = SLOTS, .maps = declared, .map_max = MAPS,
		.errors = &error, .error_max = 1,
		.scratch = scratch, .scratch_size = sizeof scratch,
	};
	struct rawbpf_prog_spec asked = spec ? *spec : (struct rawbpf_prog_spec){ 0 };
	int count = rawbpf_text_parse(&parsed), prog;

	ck_assert_msg(count > 0, "line %u: %s", error.line - MAPS, error.message);
	patch_maps(insns, count, maps);
	asked.type = type;
	asked.license = "GPL";
	asked.insns = insns;
	asked.insn_count = count;
	asked.log = log;
	asked.log_size = sizeof log;
	prog = rawbpf_prog_load(&asked);
	ck_assert_msg(prog > 2, "%d\n%s", prog, log);
	return prog;
}

unsigned map_types_run(int prog, int with_packet)
{
	static const char packet[64];
	struct rawbpf_prog_run run = {
		.data_in = with_packet ? packet : NULL,
		.data_size_in = with_packet ? sizeof packet : 0,
	};
	int err = rawbpf_prog_run(prog, &run);

	ck_assert_msg(err == 0, "running it: %d", err);
	return run.retval;
}

/* -------------------------------------------------------------------------------- the tables */

static const struct map_use *const uses[] = { map_uses_values, map_uses_kernel, map_uses_net };

static const TTest **use_of(unsigned type)
{
	for (unsigned list = 0; list < RAWBPF_COUNT(uses); list++)
		for (const struct map_use *use = uses[list]; use->type; use++)
			if (use->type == type)
				return use->test;
	return NULL;
}

/* The newest header's names decide. test/form/constant.c compares them. */
START_TEST(test_every_map_type)
{
	unsigned type = 1;

	for (; rawbpf_constant_name(RAWBPF_MAP_TYPE, type); type++) {
		const char *name = rawbpf_constant_name(RAWBPF_MAP_TYPE, type);
		const struct rawbpf_map_recipe *recipe = rawbpf_map_recipe_get(type);

		ck_assert_msg(recipe && recipe->type == type, "%s has no recipe", name);
		ck_assert_msg(use_of(type) != NULL, "%s has no test", name);
	}
	ck_assert_uint_ge(type, 36);
	ck_assert_ptr_null(rawbpf_map_recipe_get(type));
	ck_assert_ptr_null(rawbpf_map_recipe_get(0));
	ck_assert_int_eq(rawbpf_map_recipe_create(0, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_map_recipe_create(type, NULL), -EINVAL);
}
END_TEST

START_TEST(test_every_prog_type)
{
	const struct rawbpf_prog_recipe *recipe;
	unsigned type = 0, n;

	for (n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++) {
		ck_assert_msg(recipe->type == type || recipe->type == type + 1,
			      "after type %u comes %u", type, recipe->type);
		type = recipe->type;
		ck_assert_ptr_nonnull(rawbpf_constant_name(RAWBPF_PROG_TYPE, type));
	}
	ck_assert_uint_ge(type, 32);
	ck_assert_ptr_null(rawbpf_constant_name(RAWBPF_PROG_TYPE, type + 1));
}
END_TEST

START_TEST(test_create)
{
	struct rawbpf_btf kernel;
	const struct rawbpf_map_recipe *recipe;
	struct rawbpf_map_layout layout;

	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
	for (unsigned type = 1; (recipe = rawbpf_map_recipe_get(type)); type++) {
		int map = rawbpf_map_recipe_create(type, type % 2 ? &kernel : NULL);

		ck_assert_msg(live_kernel() >= recipe->kernel ? map > 2 : map == -EINVAL,
			      "map type %u: %d", type, map);
		printf("tried native map.%s %d\n", rawbpf_constant_name(RAWBPF_MAP_TYPE, type),
		       map > 2 ? 1 : map);
		if (map < 0)
			continue;
		ck_assert_int_eq(rawbpf_map_layout_info(&layout, map), 0);
		ck_assert_uint_eq(layout.type, type);
		close(map);
	}
	rawbpf_btf_close(&kernel);
}
END_TEST

/*
 * Return why a kernel that is new enough rejects the type: how it was built, or that it reserves
 * the type.
 */
static const char *why_not(const struct rawbpf_prog_recipe *recipe, int result)
{
	if (recipe->type == BPF_PROG_TYPE_LIRC_MODE2 && result == -EINVAL)
		return "was built without infrared remote controls";
	if (result == -ENOENT && recipe->target)
		return "has no such function";
	if (result == -EPERM && (recipe->wants == RAWBPF_PROG_WANTS_FUNC ||
				 recipe->wants == RAWBPF_PROG_WANTS_PROG))
		return "refuses programs on functions (EPERM, without a log)";
	return NULL;
}

/* Return the errno with which the kernel refuses to test-run the type. */
static int expected_not_to_run(const struct rawbpf_prog_recipe *recipe)
{
	switch (recipe->type) {
	case BPF_PROG_TYPE_TRACING:
		return -EFAULT;
	case BPF_PROG_TYPE_STRUCT_OPS:
		return live_kernel() < 0x601 ? -ENOTSUPP : -EOPNOTSUPP;
	case BPF_PROG_TYPE_LWT_SEG6LOCAL: /* up to 6.1 or later, it runs on a packet */
		return live_kernel() < 0x602 ? -EINVAL : -ENOTSUPP;
	default:
		return -ENOTSUPP;
	}
}

START_TEST(test_load_and_run)
{
	const struct rawbpf_prog_recipe *recipe = rawbpf_prog_recipe_get(_i);
	const char *name = rawbpf_constant_name(RAWBPF_PROG_TYPE, recipe->type), *reason;
	char log[4096];
	int result, prog = rawbpf_prog_recipe_load(recipe, NULL, log, sizeof log);

	printf("tried native prog.%s.%u %d\n", name, recipe->expected_attach_type,
	       prog > 2 ? 1 : prog); /* for test/tried.awk */
	reason = live_kernel() < recipe->kernel ? "is too old" : why_not(recipe, prog);
	if (prog < 0 && reason)
		SKIP("%s: this kernel %s", name, reason);
	ck_assert_msg(prog > 2, "%s: %d\n%s", name, prog, log);
	result = rawbpf_prog_recipe_run(recipe, prog);
	if (recipe->runs == RAWBPF_PROG_RUNS_NOT)
		ck_assert_msg(result == expected_not_to_run(recipe), "%s: %d", name, result);
	else if (recipe->type == BPF_PROG_TYPE_FLOW_DISSECTOR && live_kernel() < 0x600)
		ck_assert_int_eq(result, -EPROTO); /* 5.10 reports its result 0 as 1 */
	else
		ck_assert_msg(result == 0, "%s: %d", name, result);
	close(prog);
}
END_TEST

static void add_tests(TCase *tests)
{
	unsigned recipes = 0;

	while (rawbpf_prog_recipe_get(recipes))
		recipes++;
	map_types_begin(tests);
	live_watch_fds(tests);
	tcase_add_test(tests, test_every_map_type);
	tcase_add_test(tests, test_every_prog_type);
	tcase_add_loop_test(tests, test_load_and_run, 0, recipes);
	/* Last, because 5.10 knows struct_ops only after a program with BTF was loaded. */
	tcase_add_test(tests, test_create);
	for (unsigned list = 0; list < RAWBPF_COUNT(uses); list++)
		for (const struct map_use *use = uses[list]; use->type; use++)
			if (use == uses[list] || use->test != use[-1].test)
				tcase_add_test(tests, *use->test);
}

int main(void)
{
	rawbpf_memlock_raise();
	return live_run("map_types", add_tests);
}
