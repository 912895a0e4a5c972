/* SPDX-License-Identifier: MIT */
/*
 * A program is resolved in two walks along its steps. The first one decides each .if, and lays out
 * the stack; so the entry sequence is known, and with it the slot of each label. The second one
 * copies the instructions of the branches that are taken, and fills in their fields.
 */
#include "resolution.h"

#include "../base/string.h"

enum { RESOLVE_IF_DEPTH = 64 };

/* The branches around the current step. */
struct resolve_branches {
	uint64_t taken;   /* bit N: the branch at depth N is taken, and those around it */
	unsigned depth;
};

/* The walk is in a program: how many of its slots are taken before the current step. */
struct resolve_walk {
	const struct rawbpf_table_prog *prog;
	struct resolve_branches branches;
	unsigned from;    /* of the program's own slots: those before are done */
	unsigned count;   /* slots taken so far */
};

static int resolve_is_taken(const struct resolve_branches *branches)
{
	return branches->taken >> branches->depth & 1;
}

static void resolve_set_taken(struct resolve_branches *branches, int is_taken)
{
	branches->taken &= ~((uint64_t)1 << branches->depth);
	branches->taken |= (uint64_t)is_taken << branches->depth;
}

static void resolve_line(struct rawbpf__resolver *r, const struct rawbpf_step *step)
{
	r->line = step->a;
	r->macro_line = step->b;
}

/* ----------------------------------------------------------------- the first walk */

static int resolve_if(struct rawbpf__resolver *r, struct resolve_branches *branches,
		      unsigned condition)
{
	int was_taken = resolve_is_taken(branches), err = 0;
	struct rawbpf__eval value = { .number = 0 };

	if (branches->depth + 1 == RESOLVE_IF_DEPTH)
		return rawbpf__resolver_fail(r, -EINVAL, ".if is nested more than # deep", "",
					     RESOLVE_IF_DEPTH);
	if (was_taken)
		err = rawbpf__eval(r, condition, &value);
	branches->depth++;
	resolve_set_taken(branches, value.number != 0);
	return err;
}

/* Handle .else and .endif. */
static int resolve_else(struct rawbpf__resolver *r, struct resolve_branches *branches, int is_end)
{
	int was_taken = resolve_is_taken(branches);

	if (!branches->depth)
		return rawbpf__resolver_fail(r, -EINVAL, "no .if comes before", "", 0);
	branches->depth--;
	if (!is_end) {
		was_taken = !was_taken && resolve_is_taken(branches);
		branches->depth++;
		resolve_set_taken(branches, was_taken);
	}
	return 0;
}

static int resolve_first_step(struct rawbpf__resolver *r, struct resolve_walk *walk,
			      const struct rawbpf_step *step)
{
	if (resolve_is_taken(&walk->branches))
		walk->count += step->slot - walk->from;
	walk->from = step->slot;
	switch (step->kind) {
	case RAWBPF_STEP_IF:
		return resolve_if(r, &walk->branches, step->a);
	case RAWBPF_STEP_ELSE:
	case RAWBPF_STEP_ENDIF:
		return resolve_else(r, &walk->branches, step->kind == RAWBPF_STEP_ENDIF);
	default:
		break;
	}
	if (!resolve_is_taken(&walk->branches))
		return 0;
	if (step->kind == RAWBPF_STEP_LINE)
		resolve_line(r, step);
	else if (step->kind == RAWBPF_STEP_LABEL)
		r->labels[step->a] = walk->count;
	else if (step->kind == RAWBPF_STEP_LOCAL)
		return rawbpf__local_add(r, step->a);
	return 0;
}

/* Decide each .if; count slots; find labels and locals. Return the slots of the body. */
static int resolve_first(struct rawbpf__resolver *r, const struct rawbpf_table_prog *prog)
{
	struct resolve_walk walk = { .prog = prog, .branches = { .taken = 1 } };

	for (unsigned i = 0; i < prog->label_count; i++)
		r->labels[i] = UINT32_MAX;
	for (unsigned i = 0; i < prog->step_count; i++) {
		int err = resolve_first_step(r, &walk, &r->c->steps[prog->step + i]);

		if (err)
			return err;
		r->is_taken[i] = resolve_is_taken(&walk.branches);
	}
	return (int)(walk.count + prog->insn_count - walk.from);
}

/* ---------------------------------------------------------------- the second walk */

static unsigned resolve_said(const struct rawbpf__resolver *r)
{
	return r->line << 16 | (r->macro_line & 0xffff);
}

/* Copy the slots before `to`, if the branch is taken. */
static void resolve_copy(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved,
			 struct resolve_walk *walk, unsigned to, int is_taken)
{
	const struct bpf_insn *insns = &r->c->insns[walk->prog->insn];

	for (; walk->from < to; walk->from++) {
		if (!is_taken)
			continue;
		if (resolved->lines)
			resolved->lines[walk->count] = resolve_said(r);
		if (resolved->maps)
			resolved->maps[walk->count] = 0;
		resolved->insns[walk->count++] = insns[walk->from];
	}
}

/* Return the slots of an instruction that a step refers to. */
static unsigned resolve_slots(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_DW | BPF_IMM) ? 2 : 1;
}

/* Loaders change the offset of a load or store, and the number in arithmetic or a 64-bit load. */
static int resolve_core_check(struct rawbpf__resolver *r, const struct bpf_insn *insn,
			      const struct rawbpf_step *step)
{
	int is_alu = BPF_CLASS(insn->code) == BPF_ALU || BPF_CLASS(insn->code) == BPF_ALU64;

	if (r->kernel.is_part || step->kind == RAWBPF_STEP_VALUE)
		return rawbpf__resolver_fail(r, -EOPNOTSUPP, "an object file holds '@', a name of the running "
					     "kernel, only alone: without a sum", r->kernel.name, 0);
	if (step->kind == RAWBPF_STEP_IMM && !is_alu)
		return rawbpf__resolver_fail(r, -EOPNOTSUPP, "in an object file '@', a name of the running "
					     "kernel, cannot be here: move it to a register first",
					     r->kernel.name, 0);
	return 0;
}

/* Leave a number of the kernel to the loader. In the file's own type the member has the offset 0. */
static int resolve_core(struct rawbpf__resolver *r, struct bpf_insn *insn,
			const struct rawbpf_step *step, unsigned slot)
{
	struct rawbpf__cores *cores = r->cores;
	int err = resolve_core_check(r, insn, step);

	if (err)
		return err;
	if (cores->count == cores->max)
		return rawbpf__resolver_fail(r, -ENOSPC, "more than # names of the kernel", "", cores->max);
	cores->all[cores->count++] = (struct rawbpf__core){ .slot = slot, .line = r->line, .kernel = r->kernel };
	if (r->kernel.op != RAWBPF_EXPR_SYMBOL || !*rawbpf__find(r->kernel.name, '.'))
		return 0;
	if (step->kind == RAWBPF_STEP_OFF)
		insn->off = 0;
	else
		insn->imm = 0;
	if (step->kind == RAWBPF_STEP_IMM64)
		insn[1].imm = 0;
	return 0;
}

static int resolve_second(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved,
			  const struct rawbpf_table_prog *prog)
{
	struct resolve_walk walk = { .prog = prog, .count = resolved->entry_count };
	const struct bpf_insn *insns = &r->c->insns[prog->insn];
	int is_taken = 1;

	for (unsigned i = 0; i < prog->step_count; i++) {
		const struct rawbpf_step *step = &r->c->steps[prog->step + i];
		unsigned end, slot;
		int err;

		resolve_copy(r, resolved, &walk, step->slot, is_taken);
		is_taken = r->is_taken[i];
		if (!is_taken)
			continue;
		if (step->kind == RAWBPF_STEP_LINE)
			resolve_line(r, step);
		if (step->kind < RAWBPF_STEP_JUMP || step->kind >= RAWBPF_STEP_LOCAL)
			continue;
		/* Two steps may refer to one instruction: it is copied before the first one. */
		end = step->slot + resolve_slots(&insns[step->slot]);
		resolve_copy(r, resolved, &walk, end, 1);
		r->kernel.name = NULL;
		slot = walk.count - (walk.from - step->slot);
		err = rawbpf__fix(r, resolved, step, slot);
		if (!err && r->cores && r->kernel.name)
			err = resolve_core(r, &resolved->insns[slot], step, slot);
		if (err)
			return err;
	}
	resolve_copy(r, resolved, &walk, prog->insn_count, is_taken);
	return 0;
}

/* ---------------------------------------------------------------------- a program */

/* Describe the slots of the entry sequence. */
static void resolve_entry_slots(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved)
{
	unsigned line = r->unit->place_count ? r->c->places[r->unit->place].line :
					       r->c->progs[r->unit->prog].line;

	for (unsigned i = 0; i < resolved->entry_count; i++) {
		if (resolved->lines)
			resolved->lines[i] = line << 16;
		if (resolved->maps)
			resolved->maps[i] = 0;
	}
}

/* Lay out the stack, and write the entry sequence. Return all slots. */
static int resolve_begin(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved,
			 const struct rawbpf_table_prog *prog)
{
	int body = resolve_first(r, prog), err = body < 0 ? body : 0, entry;

	r->line = prog->line;
	r->macro_line = 0;
	if (!err)
		err = rawbpf__slots_add(r);
	if (err)
		return err;
	r->line = prog->line;
	err = rawbpf__frame_end(r);
	if (err)
		return err;
	entry = rawbpf__begin(r, resolved->insns, resolved->max);
	if (entry < 0)
		return entry;
	resolved->stack = r->stack;
	resolved->entry_count = entry;
	resolved->count = entry + body;
	for (unsigned i = 0; i < prog->label_count; i++)
		if (r->labels[i] != UINT32_MAX)
			r->labels[i] += entry;
	if (resolved->count > resolved->max)
		return rawbpf__resolver_fail(r, -ENOSPC, "the program has # instructions, more than "
					     "there is room for", "", resolved->count);
	resolve_entry_slots(r, resolved);
	if (resolved->functions) {
		for (unsigned i = 0; i < resolved->count; i++)
			resolved->functions[i] = 0;
		resolved->functions[0] = prog->name;
	}
	return 0;
}

int rawbpf_collection_resolve(struct rawbpf_resolved *resolved,
			      const struct rawbpf_collection *collection,
			      const struct rawbpf_unit *unit,
			      const struct rawbpf_collection_env *env)
{
	return rawbpf__resolve(resolved, collection, unit, env, NULL);
}

RAWBPF__PRIVATE int rawbpf__resolve(struct rawbpf_resolved *resolved,
				    const struct rawbpf_collection *collection,
				    const struct rawbpf_unit *unit,
				    const struct rawbpf_collection_env *env,
				    struct rawbpf__cores *cores)
{
	const struct rawbpf_table_prog *prog = &collection->progs[unit->prog];
	struct rawbpf__resolver r;
	int err = rawbpf__eval_begin(&r, collection, env, &resolved->error);

	resolved->count = resolved->entry_count = resolved->stack = 0;
	resolved->type = resolved->attach_type = resolved->attach_btf_id = 0;
	resolved->attach_btf = 0;
	if (err)
		return err;
	r.unit = unit;
	r.cores = cores;
	r.objects.count = 0;
	r.line = unit->place_count ? collection->places[unit->place].line : prog->line;
	err = rawbpf__way_resolve(&r, resolved);
	if (!err)
		err = resolve_begin(&r, resolved, prog);
	if (!err)
		err = resolve_second(&r, resolved, prog);
	if (err)
		return err;
	resolved->error = (struct rawbpf_collection_error){ .macro_line = 0 };
	return (int)resolved->count;
}
