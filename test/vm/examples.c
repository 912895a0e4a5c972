/* SPDX-License-Identifier: MIT */
/*
 * Each program of examples/api prints on each kernel what it should. On a kernel older than the
 * feature it exits with 77.
 */
#include "parts.h"

#include "../examples/api_examples.h"

/* Debian's s390x has no BTF before 6.12. */
static const char *const of_btf[] = { "build_symbol", "core_relo", "btf", "freplace", "iter", "netfilter", "probe", "prog_stream",
				      "prog_struct_ops", "struct_ops", "symbol", "tracing" };
/* Debian's s390x has no JIT either. These need one: struct_ops, callbacks, streams, trampolines. */
static const char *const of_jit[] = { "map_arena", "btf_funcs", "freplace", "prog_stream", "prog_struct_ops", "struct_ops",
				      "tracing_multi", "user_ring" };

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}
#define IS_ONE_OF(NAME, NAMES) is_one_of(NAME, NAMES, sizeof(NAMES) / sizeof(*(NAMES)))

static bool lacks(struct boot *boot, const struct api_example *example)
{
	const unsigned kernel = kernel_of(boot);
	const char *name = example->name;

	if (is_machine(boot, "s390x"))
		return (kernel < KERNEL(6, 12) && IS_ONE_OF(name, of_btf)) || IS_ONE_OF(name, of_jit);
	if (is_machine(boot, "arm64")) /* callable from one function since 6.4 */
		return (kernel < KERNEL(6, 4) && !strcmp(name, "tracing")) ||
		       !strcmp(name, "tracing_multi");
	/* Debian leaves riscv64's JIT off. 6.12's kprobes reject the places that kprobe_find gives. */
	if (is_machine(boot, "riscv64"))
		return !strcmp(name, "btf_funcs") || !strcmp(name, "freplace") || !strcmp(name, "user_ring") ||
		       !strcmp(name, "map_arena") || (!strcmp(name, "kprobe_find") && !has_retprobes(boot));
	return false;
}

static const char *expected(struct boot *boot, const struct api_example *example)
{
	const unsigned kernel = kernel_of(boot);

	if (kernel < example->kernel || lacks(boot, example))
		return "status 77";
	/* Debian's kernels have CONFIG_FPROBE since 6.12. */
	if (!strcmp(example->name, "kprobe_multi") && !has_fprobe(boot))
		return "status 77";
	/* Without a JIT, the trampoline gets no memory: ENOMEM. */
	if (!strcmp(example->name, "tracing") && is_machine(boot, "s390x"))
		return "status 1";
	return "as expected";
}

START_TEST(api_programs)
{
	struct boot *boot = &boots[_i];

	for (int i = 0; i < API_EXAMPLES; i++) {
		const struct api_example *example = &api_examples[i];
		char name[64];

		if (!example->kernel || example->flags & API_OWN_FILE)
			continue;
		snprintf(name, sizeof(name), "api.%s", example->name);
		ck_assert_fact_str(boot, name, expected(boot, example));
	}
}
END_TEST

void vm_examples_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, api_programs, boot, boot + 1);
}
