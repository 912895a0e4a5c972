/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_LIB_RECIPE_H
#define RAWBPF_LIB_RECIPE_H

#include <rawbpf/recipe.h>

#include "../sys/sys.h"

/*
 * Fill `spec` for a load by a recipe, but for the instructions (and the program that it extends).
 * `kernel` may be NULL if the recipe wants nothing of it.
 */
RAWBPF__PRIVATE int rawbpf__recipe_prepare(struct rawbpf_prog_spec *spec,
					   const struct rawbpf_prog_recipe *recipe,
					   const struct rawbpf_btf *kernel);

#endif
