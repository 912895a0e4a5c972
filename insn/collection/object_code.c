/* SPDX-License-Identifier: MIT */
/* The programs of an object file: each at each of its places. */
#include "object_file.h"

#include "../base/string.h"

/* Return the slots that the program can have at a place. */
static unsigned object_slots(const struct rawbpf__object_file *o, const struct rawbpf_table_prog *prog)
{
	return prog->insn_count + 16 * o->c->arg_count + 256;
}

/* Take the next unit, which is of that program. */
static struct rawbpf__object_unit *object_unit_add(struct rawbpf__object_file *o, unsigned prog, unsigned place)
{
	struct rawbpf__object_unit *unit = &o->units[o->unit_count++];

	unit->prog = prog;
	unit->place = place;
	return unit;
}

/* Check that there is room for the program, or for what it calls. */
static int object_room(struct rawbpf__object_file *o, unsigned prog, unsigned count)
{
	return o->unit_count + count <= RAWBPF__OBJECT_UNITS ? 0 :
	       rawbpf__object_fail(o, -E2BIG, o->c->progs[prog].line, "more than 128 programs, places and "
				   "functions", "");
}

/* Append the unit to the section of its name. */
static void object_join(struct rawbpf__object_file *o, struct rawbpf__object_unit *unit)
{
	while (!rawbpf__equal(o->units[unit->section].name, unit->name))
		unit->section++;
	for (unsigned i = unit->section; &o->units[i] < unit; i++)
		if (o->units[i].section == unit->section)
			unit->offset += o->units[i].count * sizeof(struct bpf_insn);
}

/* ------------------------------------------------------------------------- functions */

RAWBPF__PRIVATE const struct rawbpf__object_unit *rawbpf__object_callee(const struct rawbpf__object_file *o,
									unsigned slot)
{
	const struct bpf_insn *insn = &o->insns[slot];
	int is_call = insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
	int is_address = insn->code == (BPF_LD | BPF_DW | BPF_IMM) && insn->src_reg == BPF_PSEUDO_FUNC;
	unsigned i = 0;

	if (!is_call && !is_address)
		return NULL;
	while (o->units[i].first != slot + insn->imm + 1)
		i++;
	return &o->units[i];
}

static int object_is_jump(const struct bpf_insn *insn)
{
	unsigned class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && operation != BPF_CALL && operation != BPF_EXIT;
}

/* A function stands apart from its program: no jump leaves it, and nothing calls the program. */
static int object_check_apart(struct rawbpf__object_file *o, const struct rawbpf__object_unit *unit)
{
	for (unsigned slot = unit->first; slot < unit->first + unit->count; slot++) {
		const struct bpf_insn *insn = &o->insns[slot];
		const struct rawbpf__object_unit *callee = rawbpf__object_callee(o, slot);
		int distance = insn->code == (BPF_JMP32 | BPF_JA) ? insn->imm : insn->off;

		if (callee && !callee->function)
			return rawbpf__object_fail(o, -EOPNOTSUPP, o->lines[slot] >> 16, "an object file cannot hold "
						   "this: a call of the program '@' itself",
						   o->c->strings + o->c->progs[callee->prog].name);
		if (object_is_jump(insn) && slot + 1 + distance - unit->first >= unit->count)
			return rawbpf__object_fail(o, -EOPNOTSUPP, o->lines[slot] >> 16, "this jump leaves its "
						   "function: an object file holds each function apart", "");
	}
	return 0;
}

/*
 * Make a unit of each function: `info` has their beginnings, the program's first. Lines and names of
 * the kernel are in the order of instructions.
 */
static void object_split(struct rawbpf__object_file *o, struct rawbpf__object_unit *unit,
			const struct rawbpf_resolved *resolved, const struct rawbpf_resolved_info *info)
{
	unsigned base = unit->first, line = unit->line, core = unit->core;

	for (unsigned i = 0; i < info->func_count; i++) {
		struct rawbpf__object_unit *part = i ? object_unit_add(o, unit->prog, unit->place) : unit;
		unsigned end = i + 1 < info->func_count ? info->funcs[i + 1].insn_off : resolved->count;

		if (i) {
			part->function = resolved->functions[info->funcs[i].insn_off];
			__builtin_memcpy(part->name, ".text", sizeof(".text"));
		}
		part->first = base + info->funcs[i].insn_off;
		part->count = base + end - part->first;
		part->func = info->funcs[i].type_id;
		for (part->line = line; line < o->info_count && o->infos[line].insn_off < base + end;)
			line++;
		part->line_count = line - part->line;
		for (part->core = core; core < o->cores.count && o->cores.all[core].slot < base + end;)
			core++;
		part->core_count = core - part->core;
		object_join(o, part);
	}
}

static unsigned object_count_functions(const struct rawbpf_resolved *resolved)
{
	unsigned count = 0;

	for (unsigned i = 1; i < resolved->count; i++)
		count += resolved->functions[i] != 0;
	return count;
}

/* Describe the functions and lines of a program, and set its functions apart. */
static int object_functions(struct rawbpf__object_file *o, struct rawbpf__object_unit *unit,
			    const struct rawbpf_resolved *resolved)
{
	struct bpf_func_info funcs[RAWBPF__OBJECT_UNITS];
	struct rawbpf_resolved_info info = {
		.btf = &o->btf, .funcs = funcs, .func_max = RAWBPF__OBJECT_UNITS, .lines = o->infos + o->info_count,
		.line_max = o->max - o->info_count, .file = o->spec->file, .text = o->spec->text,
		.length = o->spec->length };
	unsigned number = unit - o->units;
	int err = object_room(o, unit->prog, object_count_functions(resolved));

	if (!err)
		err = rawbpf_collection_info_emit(&info, o->c, resolved);
	if (err)
		return err;
	for (unsigned i = 0; i < info.line_count; i++)
		o->infos[o->info_count + i].insn_off += unit->first;
	for (unsigned i = unit->core; i < o->cores.count; i++)
		o->cores.all[i].slot += unit->first;
	unit->line = o->info_count;
	o->info_count += info.line_count;
	object_split(o, unit, resolved, &info);
	for (unsigned i = number; i < o->unit_count && !err; i++)
		err = object_check_apart(o, &o->units[i]);
	return err;
}

/* -------------------------------------------------------------------------- programs */

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
	o->count += resolved.count;
	return object_functions(o, unit, &resolved);
}

static int object_unit(struct rawbpf__object_file *o, unsigned prog, unsigned number)
{
	unsigned place = o->c->progs[prog].place + number;
	struct rawbpf__object_unit *unit;
	int err = object_room(o, prog, 1);

	if (err)
		return err;
	unit = object_unit_add(o, prog, place);
	unit->number = number + 1;
	err = rawbpf__object_name(o, unit->name, place);
	return err ? err : object_resolve(o, unit);
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
	o->core_kinds = rawbpf__object_take(o, o->cores.max, sizeof(*o->core_kinds));
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
