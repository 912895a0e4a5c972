/* SPDX-License-Identifier: MIT */
/* The programs of an object file: each at each of its places. */
#include "object_file.h"

#include "../base/string.h"

/* Return the slots that the program can have at a place. */
static unsigned object_slots(const struct rawbpf__object_file *o, const struct rawbpf_table_prog *prog)
{
	return prog->insn_count + 16 * o->c->arg_count + 256;
}

/* Describe the function and the lines of a unit. */
static int object_info(struct rawbpf__object_file *o, struct rawbpf__object_unit *unit,
		       const struct rawbpf_resolved *resolved)
{
	struct bpf_func_info func[2] = { { 0 } };
	struct rawbpf_resolved_info info = {
		.btf = &o->btf, .funcs = func, .func_max = 2, .lines = o->infos + o->info_count,
		.line_max = o->max - o->info_count, .file = o->spec->file, .text = o->spec->text,
		.length = o->spec->length };
	int err = rawbpf_collection_info_emit(&info, o->c, resolved);

	if (err)
		return err;
	unit->func = func[0].type_id;
	unit->line = o->info_count;
	unit->line_count = info.line_count;
	o->info_count += info.line_count;
	return 0;
}

/* A function needs a section of its own, which this writer does not have. */
static int object_no_functions(struct rawbpf__object_file *o, const struct rawbpf_resolved *resolved)
{
	for (unsigned i = 1; i < resolved->count; i++)
		if (resolved->functions[i])
			return rawbpf__object_fail(o, -EOPNOTSUPP, resolved->lines[i] >> 16, "-f elf writes no "
						   "functions besides programs: '@'",
						   o->c->strings + resolved->functions[i]);
	return 0;
}

static int object_resolve(struct rawbpf__object_file *o, struct rawbpf__object_unit *unit)
{
	const struct rawbpf_table_place *place = &o->c->places[unit->place];
	unsigned way = place->way == RAWBPF_WAY_SYSCALL || place->way == RAWBPF_WAY_SYSRET ?
		       RAWBPF_WAY_TRACEPOINT : place->way;
	const struct rawbpf_unit place_unit = { .prog = unit->prog, .place = unit->place,
						.place_count = 1, .way = way };
	struct rawbpf_resolved resolved = {
		.insns = o->insns + o->count, .max = o->max - o->count, .lines = o->lines + o->count,
		.maps = o->maps + o->count, .functions = o->functions + o->count };
	int err;

	unit->first = o->count;
	unit->core = o->cores.count;
	err = rawbpf__resolve(&resolved, o->c, &place_unit, o->spec->env, &o->cores);
	if (err < 0) {
		o->spec->error = resolved.error;
		return err;
	}
	unit->count = resolved.count;
	unit->core_count = o->cores.count - unit->core;
	o->count += resolved.count;
	err = object_no_functions(o, &resolved);
	return err ? err : object_info(o, unit, &resolved);
}

static int object_unit(struct rawbpf__object_file *o, unsigned prog, unsigned number)
{
	const struct rawbpf_table_prog *table = &o->c->progs[prog];
	struct rawbpf__object_unit *unit;
	int err;

	if (o->unit_count == RAWBPF__OBJECT_UNITS)
		return rawbpf__object_fail(o, -E2BIG, table->line, "more than 128 programs and places", "");
	unit = &o->units[o->unit_count];
	unit->prog = prog;
	unit->place = table->place + number;
	unit->number = number + 1;
	err = rawbpf__object_name(o, unit->name, unit->place);
	if (err)
		return err;
	while (!rawbpf__equal(o->units[unit->section].name, unit->name))
		unit->section++;
	for (unsigned i = unit->section; i < o->unit_count; i++)
		if (o->units[i].section == unit->section)
			unit->offset += o->units[i].count * sizeof(struct bpf_insn);
	o->unit_count++;
	return object_resolve(o, unit);
}

RAWBPF__PRIVATE int rawbpf__object_code(struct rawbpf__object_file *o)
{
	const struct rawbpf_collection *c = o->c;

	for (unsigned i = 0; i < c->prog_count && o->max < 1 << 24; i++)
		o->max += object_slots(o, &c->progs[i]) * (c->progs[i].place_count ? c->progs[i].place_count : 1);
	o->units = rawbpf__object_take(o, RAWBPF__OBJECT_UNITS, sizeof(*o->units));
	o->insns = rawbpf__object_take(o, o->max, sizeof(*o->insns));
	o->lines = rawbpf__object_take(o, o->max, sizeof(*o->lines));
	o->maps = rawbpf__object_take(o, o->max, sizeof(*o->maps));
	o->functions = rawbpf__object_take(o, o->max, sizeof(*o->functions));
	o->infos = rawbpf__object_take(o, o->max, sizeof(*o->infos));
	o->cores.max = c->step_count + 1;
	o->cores.all = rawbpf__object_take(o, o->cores.max, sizeof(*o->cores.all));
	o->core_types = rawbpf__object_take(o, o->cores.max, sizeof(*o->core_types));
	o->core_paths = rawbpf__object_take(o, o->cores.max, sizeof(*o->core_paths));
	o->is_data = rawbpf__object_take(o, c->map_count, 1);
	o->specs = rawbpf__object_take(o, c->map_count, sizeof(*o->specs));
	o->vars = rawbpf__object_take(o, c->map_count, sizeof(*o->vars));
	o->var_sizes = rawbpf__object_take(o, c->map_count, sizeof(*o->var_sizes));
	o->var_maps = rawbpf__object_take(o, c->map_count, sizeof(*o->var_maps));
	o->btf.max = (size_t)(o->end - o->at) & ~(size_t)7;
	o->btf.data = o->at;
	if (o->is_full)
		return -ENOSPC;
	for (unsigned i = 0; i < c->prog_count; i++)
		for (unsigned place = 0; place < c->progs[i].place_count; place++) {
			int err = object_unit(o, i, place);

			if (err)
				return err;
		}
	return 0;
}
