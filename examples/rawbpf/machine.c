/* SPDX-License-Identifier: MIT */
/* From a text to a machine in user space. */
#include "machine.h"

#include <errno.h>
#include <rawbpf/constant.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_MEMORY = 1 << 20, MOST_MEMORY = 1 << 30, ROOM = 256 };

static int out_of_memory(const struct machine *machine)
{
	return tool_fail(machine->subcommand, "out of memory");
}

/* ------------------------------------------------------------------------- without .prog */

static int create_map(struct machine *machine, const struct rawbpf_text_map *text, unsigned index)
{
	struct rawbpf_vm_map *map = &machine->maps[index];
	int err;

	*map = (struct rawbpf_vm_map){ .name = text->name, .type = text->type, .key_size = text->key_size,
		.value_size = text->value_size, .max_entries = text->max_entries, .flags = text->flags };
	machine->map[index] = map;
	map->memory_size = rawbpf_vm_map_size(map);
	if (map->memory_size > MOST_MEMORY)
		return out_of_memory(machine);
	map->memory = calloc(1, map->memory_size ? map->memory_size : 1);
	if (!map->memory)
		return out_of_memory(machine);
	err = rawbpf_vm_map_open(map);
	return err < 0 ? tool_fail(machine->subcommand, "map %s: %s", collection_shown(text->name), strerror(-err))
		       : OK;
}

int machine_load_program(struct machine *machine, struct program *program)
{
	static uint64_t stack[RAWBPF_VM_FRAMES * RAWBPF_VM_STACK / 8];
	static struct rawbpf_vm_region *regions[2 * TOOL_MAPS + ROOM], spare[ROOM];

	for (unsigned i = 0; i < program->map_count; i++)
		if (create_map(machine, &program->maps[i], i) != OK)
			return FAILED;
	machine->prog = (struct rawbpf_vm_prog){ .insns = program->insns, .insn_count = program->count };
	machine->spec = (struct rawbpf_vm_spec){
		.prog = &machine->prog, .stack = stack, .stack_size = sizeof stack, .regions = regions,
		.region_max = RAWBPF_COUNT(regions), .spare = spare, .spare_count = RAWBPF_COUNT(spare),
		.maps = machine->map, .map_count = program->map_count };
	return OK;
}

/* ---------------------------------------------------------------------------- with .prog */

/* Load with more and more memory until all fits. Returns a negative errno, or 0. */
static int load(struct machine *machine, struct rawbpf_vm_collection_spec *spec)
{
	int err = -ENOSPC;

	for (spec->memory_size = FIRST_MEMORY; err == -ENOSPC && spec->memory_size <= MOST_MEMORY;
	     spec->memory_size *= 2) {
		free(spec->memory);
		spec->memory = malloc(spec->memory_size);
		if (!spec->memory)
			return -ENOMEM;
		err = rawbpf_vm_collection_open(&machine->loaded, spec);
	}
	return err;
}

int machine_load_collection(struct machine *machine, const struct collection *collection, unsigned prog,
			    struct rawbpf_symbols *symbols)
{
	struct rawbpf_collection_env env = { .symbols = symbols, .options = collection->options,
					     .option_count = collection->option_count };
	struct rawbpf_vm_collection_spec spec = { .collection = &collection->tables, .prog = prog, .env = &env };
	int err = load(machine, &spec);

	if (err < 0 && machine->loaded.error.at.message[0]) {
		collection_print_mistake(collection, &machine->loaded.error);
		return FAILED;
	}
	if (err < 0)
		return tool_fail(machine->subcommand, "%s cannot run without a kernel: %s",
				 collection_shown(collection->file.name), strerror(-err));
	machine->spec = machine->loaded.machine;
	machine->prog_type = machine->loaded.units[0].resolved.type;
	return OK;
}

/* --------------------------------------------------------------------------- the context */

int machine_open_context(const struct machine *machine, struct rawbpf_vm_spec *spec,
			 struct rawbpf_vm_context *context, const struct packets *packets,
			 const unsigned char *fields, size_t given, size_t size)
{
	struct rawbpf_vm_context_spec of = {
		.prog_type = machine->prog_type, .fields = fields, .fields_size = given,
		.packet = packets->data, .packet_size = packets->size,
		.memory_size = RAWBPF_VM_HEADROOM + packets->size + ROOM };
	int err;

	of.memory = calloc(1, of.memory_size);
	if (!of.memory)
		return out_of_memory(machine);
	err = rawbpf_vm_context_open(context, &of);
	if (err == -EINVAL && !given) { /* a type whose context has any size */
		of.fields_size = size;
		err = rawbpf_vm_context_open(context, &of);
	}
	if (err == -EINVAL && packets->size < 14)
		return tool_fail(machine->subcommand, "%s: a packet of %zu bytes; programs of this type get 14 or "
				 "more", collection_shown(packets->file.name), packets->size);
	if (!err)
		err = rawbpf_vm_context_bind(context, spec);
	return err < 0 ? tool_fail(machine->subcommand, "the context of a program of type %s: %s",
				   rawbpf_constant_name(RAWBPF_PROG_TYPE, machine->prog_type), strerror(-err)) : OK;
}
