/* SPDX-License-Identifier: MIT */
/* rawbpf step --test: begin with what a .test block gives, and end with what it expects. */
#include "step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_MEMORY = 1 << 20, MOST_MEMORY = 1 << 30 };

/* Find a test by its name, or by its number from 1 on. Returns its index, or -1 after a message. */
static int find_test(const struct stepper *stepper)
{
	const struct rawbpf_collection *tables = &stepper->collection.tables;
	const char *name = stepper->options.test;
	unsigned long long number;

	for (unsigned i = 0; i < tables->test_count; i++)
		if (strcmp(collection_string(&stepper->collection, tables->tests[i].name), name) == 0)
			return (int)i;
	if (tool_number(name, &number) && number >= 1 && number <= tables->test_count)
		return (int)number - 1;
	tool_fail(&step_subcommand, "%s has no test '%s'", collection_shown(stepper->collection.file.name),
		  collection_shown(name));
	for (unsigned i = 0; i < tables->test_count; i++)
		fprintf(stderr, "   %u  %s\n", i + 1,
			collection_shown(collection_string(&stepper->collection, tables->tests[i].name)));
	return -1;
}

/* Open the test with more and more memory until all fits. Returns its result, or a negative errno. */
static int open_test(struct stepper *stepper, unsigned index, const struct rawbpf_collection_env *env)
{
	struct rawbpf_vm_test_spec spec = { .test = index, .load = {
		.collection = &stepper->collection.tables, .env = env } };
	int result = -ENOSPC;

	for (size_t size = FIRST_MEMORY; result == -ENOSPC && size <= MOST_MEMORY; size *= 2) {
		free(spec.load.memory);
		spec.load.memory = malloc(size);
		spec.load.memory_size = size;
		if (!spec.load.memory)
			return -ENOMEM;
		result = rawbpf_vm_test_open(&stepper->test, &spec);
	}
	return result;
}

/* Refuse options that say what the test says. Returns OK, or FAILED after a message. */
static int check_options(const struct stepper *stepper)
{
	const struct step_options *options = &stepper->options;
	const char *other = options->packet ? "--packet" : options->context ? "--context" :
			    options->type ? "--type" : options->prog ? "--prog" :
			    options->map_count ? "--map" : NULL;

	return other ? tool_fail(&step_subcommand, "%s beside --test: the test sets this itself", other) : OK;
}

int step_test_load(struct stepper *stepper)
{
	const struct collection *collection = &stepper->collection;
	const struct rawbpf_collection_env env = { .symbols = &stepper->symbols, .options = collection->options,
						   .option_count = collection->option_count };
	int index = check_options(stepper) == OK ? find_test(stepper) : -1, result;

	if (index < 0)
		return FAILED;
	stepper->symbols.offsets = collection->run.offsets ? &collection->offsets : NULL;
	result = open_test(stepper, (unsigned)index, &env);
	if (result < 0)
		return tool_fail(&step_subcommand, "test '%s': %s", collection_shown(stepper->options.test),
				 strerror(-result));
	if (result != RAWBPF_VM_PASSED)
		return tool_fail(&step_subcommand, "%s:%u: %s", collection_shown(collection->file.name),
				 stepper->test.line, stepper->test.reason);
	stepper->has_test = 1;
	stepper->loaded = &stepper->test.loaded;
	stepper->context = &stepper->test.context;
	stepper->vm = &stepper->test.vm;
	return OK;
}

/* Keep, or put back, what a look-up changes in LRU maps. */
static void keep_maps(struct stepper *stepper, unsigned char **kept, int is_back)
{
	for (unsigned i = 0; i < stepper->vm->spec.map_count; i++) {
		struct rawbpf_vm_map *map = step_map(stepper, i);

		if (map->type != BPF_MAP_TYPE_LRU_HASH && map->type != BPF_MAP_TYPE_LRU_PERCPU_HASH)
			continue;
		if (!is_back)
			kept[i] = malloc(map->memory_size);
		if (kept[i])
			memcpy(is_back ? map->memory : kept[i], is_back ? kept[i] : map->memory, map->memory_size);
		if (is_back)
			free(kept[i]);
	}
}

int step_test_passes(struct stepper *stepper)
{
	unsigned char **kept = calloc(stepper->vm->spec.map_count + 1, sizeof *kept);
	int result;

	if (!kept)
		return 0;
	keep_maps(stepper, kept, 0);
	result = rawbpf_vm_test_check(&stepper->test);
	keep_maps(stepper, kept, 1);
	free(kept);
	return result == RAWBPF_VM_PASSED;
}
