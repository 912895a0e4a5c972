/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_LIB_RECIPE_H
#define RAWBPF_LIB_RECIPE_H

#include <rawbpf/recipe.h>

#include "../sys/sys.h"

/*
 * Fill `spec` with all that loading by a recipe takes but the instructions (and what it extends).
 * `kernel` may be NULL where nothing is wanted of it.
 */
RAWBPF__PRIVATE int rawbpf__recipe_prepare(struct rawbpf_prog_spec *spec,
					   const struct rawbpf_prog_recipe *recipe,
					   const struct rawbpf_btf *kernel);

#endif
