/* SPDX-License-Identifier: MIT */
/* Print what a type of maps or programs needs, and make the smallest one. Root. Linux 5.10. */
#include "api.h"

static void try_map(const char *type)
{
	const struct rawbpf_map_recipe *recipe;
	int map;

	recipe = rawbpf_map_recipe_get(must(NULL, rawbpf_constant_find(RAWBPF_MAP_TYPE, type)));
	map = must(RAWBPF_MAP_RECIPE_CREATE, rawbpf_map_recipe_create(recipe->type, NULL));
	printf("%s: %s; keys of %u bytes, since Linux %u.%u\n", type, recipe->purpose,
	       recipe->key_size, recipe->kernel >> 8, recipe->kernel & 255);
	close(map);
}

static void try_prog(const char *type)
{
	const int number = must(NULL, rawbpf_constant_find(RAWBPF_PROG_TYPE, type));
	const struct rawbpf_prog_recipe *recipe;
	int prog;

	for (unsigned n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++) {
		if ((int)recipe->type != number)
			continue;
		printf("%s: %s\n", type, recipe->purpose);
		prog = must(RAWBPF_PROG_RECIPE_LOAD, rawbpf_prog_recipe_load(recipe, NULL, NULL, 0));
		if (recipe->runs == RAWBPF_PROG_RUNS_PACKET) {
			must(RAWBPF_PROG_RECIPE_RUN, rawbpf_prog_recipe_run(recipe, prog));
			printf("run on a packet: %d\n", recipe->result);
		}
		close(prog);
	}
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "recipe");

	try_map("lpm_trie");
	try_prog("xdp");
	return done();
}
