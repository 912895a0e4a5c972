/* SPDX-License-Identifier: MIT */
#include <rawbpf/recipe.h>
#include <rawbpf/uapi.h>

#include "../base/private.h"

#define K(MAJOR, MINOR) ((MAJOR) << 8 | (MINOR))

static const struct rawbpf_map_recipe map_recipes[] = {
#define MAP(TYPE, KEY, VALUE, ENTRIES, FLAGS, WANTS, KERNEL, PURPOSE) \
	{ BPF_MAP_TYPE_##TYPE, KEY, VALUE, ENTRIES, FLAGS, \
	  RAWBPF_MAP_WANTS_##WANTS, KERNEL, PURPOSE },
#include "map_recipe.def"
#undef MAP
};

const struct rawbpf_map_recipe *rawbpf_map_recipe_get(unsigned type)
{
	unsigned at = type - 1; /* the first row is type 1 */

	return at < sizeof map_recipes / sizeof map_recipes[0] ? &map_recipes[at] : NULL;
}

static const struct rawbpf_prog_recipe prog_recipes[] = {
#define PROG(TYPE, ATTACH, FLAGS, WANTS, TARGET, RESULT, RUNS, RUNS_KERNEL, KERNEL, PURPOSE) \
	{ BPF_PROG_TYPE_##TYPE, ATTACH, FLAGS, RAWBPF_PROG_WANTS_##WANTS, TARGET, RESULT, \
	  RAWBPF_PROG_RUNS_##RUNS, RUNS_KERNEL, KERNEL, PURPOSE },
#include "prog_recipe.def"
#undef PROG
};

const struct rawbpf_prog_recipe *rawbpf_prog_recipe_get(unsigned n)
{
	return n < sizeof prog_recipes / sizeof prog_recipes[0] ? &prog_recipes[n] : NULL;
}

#undef K
