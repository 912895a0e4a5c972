/* SPDX-License-Identifier: MIT */
/* Load a program of a collection into a machine. */
#include <rawbpf/vm_collection.h>
#include <rawbpf/vm_map.h>

#include "../base/out.h"
#include "../base/string.h"

enum { LOADED_RING = 1 << 16 };

/* Return `count` elements of `size` bytes of the caller's memory, zeros, or NULL: it is full. */
static void *loaded_take(struct rawbpf_vm_collection *loaded, size_t count, size_t size)
{
	size_t left = loaded->spec.memory_size - loaded->used;
	char *taken = (char *)loaded->spec.memory + loaded->used;

	if (count && size > (SIZE_MAX - 7) / count)
		return NULL;
	size = (count * size + 7) / 8 * 8;
	if (size > left)
		return NULL;
	loaded->used += size;
	__builtin_memset(taken, 0, size);
	return taken;
}

/* Describe an error: the words, and a name of the collection. */
static int loaded_fail(struct rawbpf_vm_collection *loaded, int err, unsigned line,
		       const char *words, const char *name)
{
	struct rawbpf_text_error *at = &loaded->error.at;
	struct rawbpf__out out = rawbpf__out_begin(at->message, sizeof(at->message));

	loaded->error = (struct rawbpf_collection_error){ .name = name };
	at->line = line;
	rawbpf__out_text(&out, words);
	rawbpf__out_text(&out, " '");
	rawbpf__out_string(&out, name);
	rawbpf__out_text(&out, "'");
	return err;
}

static const char *loaded_string(const struct rawbpf_vm_collection *loaded, unsigned string)
{
	return loaded->spec.collection->strings + string;
}

/* ------------------------------------------------------------------------- programs */

/* Return the most slots that a program can have: its own, and those of its entry sequence. */
static size_t loaded_slots(const struct rawbpf_collection *c, const struct rawbpf_table_prog *prog)
{
	return prog->insn_count + 64 * (size_t)prog->place_count + 16 * (size_t)c->arg_count + 256;
}

/* Make a unit the next one. The memory behind its last slot stays free. */
static int loaded_unit_add(struct rawbpf_vm_collection *loaded, const struct rawbpf_unit *unit)
{
	const struct rawbpf_collection *c = loaded->spec.collection;
	struct rawbpf_vm_unit *to = &loaded->units[loaded->unit_count];
	const struct rawbpf_table_prog *prog = &c->progs[unit->prog];
	struct rawbpf_resolved *resolved = &to->resolved;
	size_t max = loaded_slots(c, prog);
	int count;

	*resolved = (struct rawbpf_resolved){
		.max = (unsigned)max, .insns = loaded_take(loaded, max, sizeof(*resolved->insns)),
		.lines = loaded_take(loaded, max, sizeof(unsigned)),
		.maps = loaded_take(loaded, max, sizeof(unsigned)),
		.functions = loaded_take(loaded, max, sizeof(unsigned)) };
	if (!resolved->insns || !resolved->lines || !resolved->maps || !resolved->functions)
		return -ENOSPC;
	count = rawbpf_collection_resolve(resolved, c, unit, &loaded->env);
	loaded->error = resolved->error;
	if (count < 0)
		return count;
	to->unit = *unit;
	to->prog = (struct rawbpf_vm_prog){ .name = loaded_string(loaded, prog->name),
					    .insns = resolved->insns,
					    .insn_count = (unsigned)count };
	loaded->unit_count++;
	return 0;
}

/* List the ways of a place: as a tracepoint, a system call needs no name of the kernel. */
static int loaded_ways(enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE],
		       const struct rawbpf_collection *c, unsigned place)
{
	int count = rawbpf_collection_ways_find(ways, c, place);

	for (int i = count - 1; i > 0; i--)
		if (ways[i] == RAWBPF_WAY_TRACEPOINT) {
			ways[i] = ways[0];
			ways[0] = RAWBPF_WAY_TRACEPOINT;
		}
	return count;
}

/* Resolve the program at the first of its places and ways where that is possible. */
static int loaded_unit_find(struct rawbpf_vm_collection *loaded)
{
	const struct rawbpf_collection *c = loaded->spec.collection;
	struct rawbpf_unit unit = { .prog = loaded->spec.prog };
	const struct rawbpf_table_prog *prog = &c->progs[unit.prog];
	struct rawbpf_collection_error first = { .macro_line = 0 };
	size_t used = loaded->used;
	int result = 0, err;

	if (!prog->place_count)
		return loaded_unit_add(loaded, &unit);
	unit.place_count = 1;
	for (unit.place = prog->place; unit.place < prog->place + (unsigned)prog->place_count; unit.place++) {
		enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];
		int count = loaded_ways(ways, c, unit.place);

		for (int i = 0; i < count; i++) {
			unit.way = ways[i];
			if (loaded->spec.way && unit.way != loaded->spec.way)
				continue;
			loaded->used = used;
			err = loaded_unit_add(loaded, &unit);
			if (!err || err == -ENOSPC)
				return err;
			if (!result)
				first = loaded->error;
			result = result ? result : err;
		}
	}
	loaded->error = first;
	return result ? result : loaded_fail(loaded, -EOPNOTSUPP, prog->line,
					     "no place of this way has the program",
					     loaded_string(loaded, prog->name));
}

/* Resolve the programs whose place is an element of a prog array. */
static int loaded_tails_add(struct rawbpf_vm_collection *loaded)
{
	const struct rawbpf_collection *c = loaded->spec.collection;
	int err = 0;

	for (unsigned i = 0; i < c->prog_count; i++)
		for (unsigned j = 0; j < c->progs[i].place_count && !err; j++) {
			unsigned place = c->progs[i].place + j;

			if (c->places[place].tail)
				err = loaded_unit_add(loaded, &(struct rawbpf_unit){
					.prog = i, .place = place, .place_count = 1,
					.way = c->places[place].way });
		}
	return err;
}

static int loaded_units_open(struct rawbpf_vm_collection *loaded)
{
	const struct rawbpf_collection *c = loaded->spec.collection;
	size_t tails = 0;
	int err;

	for (unsigned i = 0; i < c->place_count; i++)
		tails += c->places[i].tail != 0;
	loaded->units = loaded_take(loaded, 1 + tails, sizeof(*loaded->units));
	if (!loaded->units)
		return -ENOSPC;
	err = loaded_unit_find(loaded);
	return err ? err : loaded_tails_add(loaded);
}

/* ---------------------------------------------------------------------------- maps */

static int loaded_map_open(struct rawbpf_vm_collection *loaded, unsigned index)
{
	struct rawbpf_vm_map *map = &loaded->maps[index];
	struct rawbpf_resolved_map resolved;
	unsigned line = loaded->spec.collection->maps[index].line;
	int err = rawbpf_collection_map_resolve(&resolved, loaded->spec.collection, index,
						&loaded->env, &loaded->error);

	if (err)
		return err;
	*map = (struct rawbpf_vm_map){
		.name = resolved.name, .type = resolved.type, .key_size = resolved.key_size,
		.value_size = resolved.value_size, .max_entries = resolved.max_entries,
		.flags = resolved.flags };
	if (map->type == BPF_MAP_TYPE_RINGBUF && !map->max_entries)
		map->max_entries = loaded->spec.ring_size ? loaded->spec.ring_size : LOADED_RING;
	map->memory_size = rawbpf_vm_map_size(map);
	if (map->memory_size) {
		map->memory = loaded_take(loaded, map->memory_size, 1);
		return map->memory ? 0 : -ENOSPC;
	}
	err = rawbpf_vm_map_open(map);
	return loaded_fail(loaded, err, line, err == -EOPNOTSUPP ?
			   "the machine has no maps of the type of" : "a size or flag is wrong for",
			   map->name);
}

static int loaded_maps_create(struct rawbpf_vm_collection *loaded)
{
	const struct rawbpf_collection *c = loaded->spec.collection;
	struct rawbpf_vm_map **list;
	int err = 0;

	loaded->maps = loaded_take(loaded, c->map_count, sizeof(*loaded->maps));
	list = loaded_take(loaded, c->map_count, sizeof(struct rawbpf_vm_map *));
	if (!loaded->maps || !list)
		return -ENOSPC;
	for (unsigned i = 0; i < c->map_count && !err; i++) {
		list[i] = &loaded->maps[i];
		err = loaded_map_open(loaded, i);
	}
	loaded->machine.maps = list;
	loaded->machine.map_count = c->map_count;
	return err ? err : rawbpf_vm_maps_open(loaded);
}

/* Put a unit into the prog array that its place names. */
static int loaded_tail_fill(struct rawbpf_vm_collection *loaded, struct rawbpf_vm_unit *unit)
{
	const struct rawbpf_table_place *place = &loaded->spec.collection->places[unit->unit.place];
	struct rawbpf_vm_prog *prog = &unit->prog;
	uint64_t element = 0;
	uint32_t key;
	int err = !place->expr ? 0 : rawbpf_collection_expr_evaluate(
		&element, loaded->spec.collection, place->expr, place->line, &loaded->env,
		&loaded->error);

	key = (uint32_t)element;
	if (!err)
		err = rawbpf_vm_map_update(&loaded->maps[place->tail - 1], &key, &prog, BPF_ANY);
	return err == -E2BIG ? loaded_fail(loaded, -EINVAL, place->line,
					   "the element is past the end of the prog array",
					   loaded->maps[place->tail - 1].name) : err;
}

int rawbpf_vm_maps_open(struct rawbpf_vm_collection *loaded)
{
	const struct rawbpf_collection *c = loaded->spec.collection;
	int err = 0;

	for (unsigned i = 0; i < c->map_count && !err; i++) {
		const struct rawbpf_table_map *table = &c->maps[i];
		const uint32_t key = 0;

		err = rawbpf_vm_map_open(&loaded->maps[i]);
		if (!err && table->byte_count)
			err = rawbpf_vm_map_update(&loaded->maps[i], &key, &c->bytes[table->byte],
						   BPF_ANY);
	}
	for (unsigned i = 0; i < loaded->unit_count && !err; i++)
		if (loaded->units[i].unit.place_count && c->places[loaded->units[i].unit.place].tail)
			err = loaded_tail_fill(loaded, &loaded->units[i]);
	return err;
}

/* -------------------------------------------------------------------------------- all */

static int loaded_env_open(struct rawbpf_vm_collection *loaded)
{
	const struct rawbpf_vm_collection_spec *spec = &loaded->spec;

	if (spec->env)
		loaded->env = *spec->env;
	loaded->env.map_fds = NULL;
	loaded->symbols.arch = loaded->env.arch;
	if (!loaded->env.symbols)
		loaded->env.symbols = &loaded->symbols;
	if (loaded->env.index)
		return 0;
	loaded->index.size = rawbpf_collection_index_size(spec->collection);
	loaded->index.memory = loaded_take(loaded, 1, loaded->index.size);
	loaded->env.index = &loaded->index;
	return loaded->index.memory ? 0 : -ENOSPC;
}

/* Take the memory of the machine: its stack and regions. */
static int loaded_machine_open(struct rawbpf_vm_collection *loaded)
{
	struct rawbpf_vm_spec *machine = &loaded->machine;

	machine->prog = &loaded->units[0].prog;
	machine->stack_size = RAWBPF_VM_FRAMES * RAWBPF_VM_STACK;
	machine->stack = loaded_take(loaded, 1, machine->stack_size);
	machine->spare_count = RAWBPF_VM_SPARE;
	machine->spare = loaded_take(loaded, machine->spare_count, sizeof(*machine->spare));
	machine->region_max = 2 * machine->map_count + RAWBPF_VM_SPARE + RAWBPF_VM_REGIONS + 1;
	machine->regions = loaded_take(loaded, machine->region_max, sizeof(struct rawbpf_vm_region *));
	return machine->stack && machine->spare && machine->regions ? 0 : -ENOSPC;
}

int rawbpf_vm_collection_open(struct rawbpf_vm_collection *loaded,
			      const struct rawbpf_vm_collection_spec *spec)
{
	int err;

	__builtin_memset(loaded, 0, sizeof(*loaded));
	if (!spec || !spec->collection || spec->prog >= spec->collection->prog_count)
		return -EINVAL;
	loaded->spec = *spec;
	err = loaded_env_open(loaded);
	if (!err)
		err = loaded_units_open(loaded);
	if (!err)
		err = loaded_maps_create(loaded);
	if (!err)
		err = loaded_machine_open(loaded);
	if (err == -ENOSPC)
		loaded->error = (struct rawbpf_collection_error){ .macro_line = 0 };
	return err;
}
