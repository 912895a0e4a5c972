/* SPDX-License-Identifier: MIT */
/*
 * rawbpf_map_types(7) and rawbpf_prog_types(7) have a paragraph for each recipe, and agree with it.
 *
 * usage: recipe_pages MAN_FOLDER
 *
 * A failing test prints how the paragraph should begin.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <rawbpf.h>

#include "../unit.h"

static const char *folder;

static const char *page(const char *name)
{
	static char text[1 << 17];
	char path[4096];
	FILE *file;
	size_t length;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "re");
	ck_assert_msg(file != NULL, "%s: %m", path);
	length = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[length] = '\0';
	return text;
}

/* Make the kernel's name: ours in capitals. */
static const char *in_capitals(const char *name)
{
	static char capitals[64];
	unsigned i = 0;

	for (; name[i] && i < sizeof capitals - 1; i++)
		capitals[i] = toupper((unsigned char)name[i]);
	capitals[i] = '\0';
	return capitals;
}

static void assert_has(const char *text, const char *paragraph)
{
	ck_assert_msg(strstr(text, paragraph) != NULL, "missing:\n%s", paragraph);
}

static const char *map_wants(const struct rawbpf_map_recipe *recipe)
{
	static const char *const words[] = {
		[RAWBPF_MAP_WANTS_BTF] = ", BTF of key and value",
		[RAWBPF_MAP_WANTS_INNER] = ", an inner map",
		[RAWBPF_MAP_WANTS_STRUCT_OPS] = ", the struct's type",
	};

	return words[recipe->wants] ? words[recipe->wants] : "";
}

static const char *map_flags(const struct rawbpf_map_recipe *recipe)
{
	return recipe->flags == BPF_F_NO_PREALLOC ? ", BPF_F_NO_PREALLOC" :
	       recipe->flags == BPF_F_MMAPABLE ? ", BPF_F_MMAPABLE" : "";
}

START_TEST(test_map_types)
{
	const char *text = page("rawbpf_map_types.7");
	const struct rawbpf_map_recipe *recipe;

	for (unsigned type = 1; (recipe = rawbpf_map_recipe_get(type)); type++) {
		char paragraph[400];

		snprintf(paragraph, sizeof paragraph,
			 ".It Dv %s\n"
			 "%c%s.\n"
			 "Key %u, value %u, max_entries %u%s%s.\n"
			 "Linux %u.%u.\n",
			 in_capitals(rawbpf_constant_name(RAWBPF_MAP_TYPE, type)),
			 toupper((unsigned char)recipe->purpose[0]), recipe->purpose + 1,
			 recipe->key_size, recipe->value_size, recipe->max_entries,
			 map_flags(recipe), map_wants(recipe), recipe->kernel >> 8,
			 recipe->kernel & 0xff);
		assert_has(text, paragraph);
	}
}
END_TEST

static const char *runs(const struct rawbpf_prog_recipe *recipe)
{
	static const char *const words[] = {
		[RAWBPF_PROG_RUNS_NOT] = "only where it is attached",
		[RAWBPF_PROG_RUNS_BARE] = "on no input",
		[RAWBPF_PROG_RUNS_PACKET] = "on a packet",
		[RAWBPF_PROG_RUNS_CONTEXT] = "on a struct bpf_sk_lookup",
		[RAWBPF_PROG_RUNS_OTHERS] = "when attached to a test function",
	};

	return words[recipe->runs];
}

static void prog_paragraph(char *text, size_t size, const struct rawbpf_prog_recipe *recipe)
{
	size_t length = snprintf(text, size, ".It Dv %s",
				 in_capitals(rawbpf_constant_name(RAWBPF_PROG_TYPE, recipe->type)));

	if (recipe->expected_attach_type)
		length += snprintf(text + length, size - length, " , BPF_%s",
				   in_capitals(rawbpf_constant_name(RAWBPF_ATTACH_TYPE,
								    recipe->expected_attach_type)));
	length += snprintf(text + length, size - length, "\n%c%s.\n",
			   toupper((unsigned char)recipe->purpose[0]), recipe->purpose + 1);
	if (recipe->flags & BPF_F_SLEEPABLE)
		length += snprintf(text + length, size - length, "Flag BPF_F_SLEEPABLE.\n");
	if (recipe->target)
		length += snprintf(text + length, size - length, "For %s.\n", recipe->target);
	length += snprintf(text + length, size - length, "r0 = %d; runs %s", recipe->result,
			   runs(recipe));
	if (recipe->runs_kernel > recipe->kernel)
		length += snprintf(text + length, size - length, " (%u.%u)",
				   recipe->runs_kernel >> 8, recipe->runs_kernel & 0xff);
	snprintf(text + length, size - length, ".\nLinux %u.%u.\n", recipe->kernel >> 8,
		 recipe->kernel & 0xff);
}

START_TEST(test_prog_types)
{
	const char *text = page("rawbpf_prog_types.7");
	const struct rawbpf_prog_recipe *recipe;

	for (unsigned n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++) {
		char paragraph[600];

		prog_paragraph(paragraph, sizeof paragraph, recipe);
		if (getenv("PRINT"))
			fputs(paragraph, stderr);
		assert_has(text, paragraph);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_map_types);
	tcase_add_test(tests, test_prog_types);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: recipe_pages MAN_FOLDER\n");
		return 2;
	}
	folder = argv[1];
	return unit_run("recipe_pages", add_tests);
}
