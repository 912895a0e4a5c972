/* SPDX-License-Identifier: MIT */
#include "resolution.h"

#include "../base/string.h"
#include "../form/opcode.h"

enum { FIX_GOTOL_KERNEL = 6 << 8 | 6 };

/* ------------------------------------------------------------------------- numbers */

/* A load or store of a named thing has its width; of an array or a struct, it stays within. */
static int fix_check_width(struct rawbpf__resolver *r, const struct bpf_insn *insn,
			   const struct rawbpf__eval *place)
{
	unsigned class = BPF_CLASS(insn->code), width = rawbpf__access_size(insn->code);

	if (!place->size || class == BPF_JMP || class == BPF_JMP32)
		return 0;
	if (place->width && !place->is_shifted && place->width != width)
		return rawbpf__resolver_fail(r, -EINVAL, place->width == 8 ?
			"the value has 8 bytes: access it as u64 or s64" :
			"the value has # bytes: access it with that width", "", place->width);
	if (place->inner < 0 || place->inner + width > place->size)
		return rawbpf__resolver_fail(r, -EINVAL, "this is outside of the # bytes that are "
					     "named", "", place->size);
	return 0;
}

static int fix_off(struct rawbpf__resolver *r, struct bpf_insn *insn, unsigned expr)
{
	struct rawbpf__eval value;
	int err = rawbpf__eval(r, expr, &value);

	if (err)
		return err;
	if (value.number < INT16_MIN || value.number > INT16_MAX)
		return rawbpf__resolver_fail(r, -ERANGE, "the offset # does not fit 16 bits; add it to "
					     "the register first", "", value.number);
	insn->off = value.number;
	return fix_check_width(r, insn, &value);
}

/* The bits of the immediate that count: 32, or fewer in a narrow store. */
static unsigned fix_bits(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_ST && rawbpf__access_size(insn->code) < 4 ? 8 * rawbpf__access_size(insn->code) : 32;
}

/* Return 1 if the instruction extends the sign of its immediate to 64 bits. */
static int fix_is_extended(const struct bpf_insn *insn)
{
	unsigned class = BPF_CLASS(insn->code);

	return class == BPF_ALU64 || (class == BPF_JMP && BPF_OP(insn->code) != BPF_CALL) ||
	       (class == BPF_ST && rawbpf__access_size(insn->code) == 8);
}

static int fix_imm(struct rawbpf__resolver *r, struct bpf_insn *insn, unsigned expr)
{
	unsigned bits = fix_bits(insn);
	struct rawbpf__eval value;
	int64_t most = ((int64_t)1 << bits) - 1;
	int err = rawbpf__eval(r, expr, &value);

	if (err)
		return err;
	if (fix_is_extended(insn))
		most = INT32_MAX;
	if (value.number >= -((int64_t)1 << (bits - 1)) && value.number <= most) {
		insn->imm = (int32_t)value.number;
		return 0;
	}
	if (bits == 32 && value.number > 0 && value.number <= UINT32_MAX)
		return rawbpf__resolver_fail(r, -ERANGE, "# would become negative: load it to a register "
					     "with ll", "", value.number);
	return rawbpf__resolver_fail(r, -ERANGE, bits == 32 ? "# does not fit 32 bits" :
				     bits == 16 ? "# does not fit 16 bits" : "# does not fit 8 bits",
				     "", value.number);
}

/* rD = NAME ll: the address of a variable of the kernel, or of a module. */
static int fix_variable(struct rawbpf__resolver *r, struct bpf_insn *insn, const char *name)
{
	const struct rawbpf_symbols *symbols = r->env->symbols;
	struct rawbpf_symbol symbol;
	int err = symbols ? rawbpf_symbol_variable_find(&symbol, symbols, name) : -ENODATA;

	if (err)
		return err;
	if (r->cores)
		return rawbpf__resolver_fail(r, -EOPNOTSUPP, "an object file cannot hold this: '@' is a "
					     "variable of the running kernel", name, 0);
	insn[0].src_reg = BPF_PSEUDO_BTF_ID;
	insn[0].imm = (int32_t)symbol.value;
	insn[1].imm = symbol.module ? symbols->modules[symbol.module - 1].fd : 0;
	return 0;
}

static int fix_imm64(struct rawbpf__resolver *r, struct bpf_insn *insn, unsigned expr)
{
	const struct rawbpf_expr *whole = &r->c->exprs[expr];
	struct rawbpf__eval value;
	int err = rawbpf__eval(r, expr, &value);

	/* No number has the name: a variable may. */
	if (err == -ENOENT && whole->op == RAWBPF_EXPR_SYMBOL) {
		int found = fix_variable(r, insn, rawbpf__resolver_string(r, whole->b));

		return found == -ENOENT ? err : found;
	}
	insn[0].imm = (int32_t)(uint32_t)value.number;
	insn[1].imm = (int32_t)(uint32_t)((uint64_t)value.number >> 32);
	return err;
}

/* -------------------------------------------------------------------------- labels */

static const char *fix_label_name(const struct rawbpf__resolver *r, unsigned label)
{
	const struct rawbpf_table_prog *prog = &r->c->progs[r->unit->prog];

	return rawbpf__resolver_string(r, r->c->labels[prog->label + label]);
}

/* Compute the distance to a label from the slot behind `slot`. */
static int fix_distance(struct rawbpf__resolver *r, const struct rawbpf_resolved *resolved,
			unsigned slot, unsigned label, int *distance)
{
	const char *name = fix_label_name(r, label);

	if (r->labels[label] == UINT32_MAX)
		return rawbpf__resolver_fail(r, -EINVAL, "the label '@' is in a branch that .if leaves "
					     "out", name, 0);
	if (r->labels[label] >= resolved->count)
		return rawbpf__resolver_fail(r, -EINVAL, "no instruction follows the label '@'", name,
					     0);
	*distance = (int)r->labels[label] - (int)slot - 1;
	return 0;
}

/* As in the builder: a goto that is too far becomes a gotol, if the kernel has it. */
static int fix_jump(struct rawbpf__resolver *r, struct bpf_insn *insn, int distance)
{
	if (insn->code == (BPF_JMP32 | BPF_JA)) {
		insn->imm = distance;
		return 0;
	}
	if (distance >= INT16_MIN && distance <= INT16_MAX) {
		insn->off = distance;
		return 0;
	}
	if (insn->code != (BPF_JMP | BPF_JA) || r->env->kernel < FIX_GOTOL_KERNEL)
		return rawbpf__resolver_fail(r, -ERANGE, "the label is # instructions away; a jump "
					     "reaches 32767, gotol more", "", distance);
	insn->code = BPF_JMP32 | BPF_JA;
	insn->imm = distance;
	return 0;
}

static int fix_label(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved,
		     const struct rawbpf_step *step, unsigned slot)
{
	struct bpf_insn *insn = &resolved->insns[slot];
	int distance = 0, err = fix_distance(r, resolved, slot, step->a, &distance);

	if (err)
		return err;
	if (step->kind == RAWBPF_STEP_JUMP)
		return fix_jump(r, insn, distance);
	if (resolved->functions)
		resolved->functions[r->labels[step->a]] =
			r->c->labels[r->c->progs[r->unit->prog].label + step->a];
	insn->imm = distance;
	insn->src_reg = step->kind == RAWBPF_STEP_CALL ? BPF_PSEUDO_CALL : BPF_PSEUDO_FUNC;
	return 0;
}

/* -------------------------------------------------------------------- maps, functions */

/* A per-CPU scratch value is for programs that no other program of this CPU interrupts. */
static int fix_check_scratch(struct rawbpf__resolver *r, unsigned map)
{
	const char *name = rawbpf__resolver_string(r, r->c->maps[map].name);
	int is_uprobe = r->unit->place_count && (r->unit->way == RAWBPF_WAY_UPROBE ||
						 r->unit->way == RAWBPF_WAY_URETPROBE);

	if ((is_uprobe || r->c->progs[r->unit->prog].is_sleepable) &&
	    rawbpf__starts_with(name, "scratch_"))
		return rawbpf__resolver_fail(r, -EINVAL, "uprobes and sleepable programs can be "
					     "preempted, and '@' is one for each CPU: use a .local",
					     name, 0);
	return 0;
}

static int fix_map(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved,
		   const struct rawbpf_step *step, unsigned slot)
{
	struct bpf_insn *insn = &resolved->insns[slot];
	unsigned map = step->a;
	int err = fix_check_scratch(r, map);

	if (err)
		return err;
	insn->src_reg = step->kind == RAWBPF_STEP_VALUE ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD;
	insn->imm = r->env->map_fds ? r->env->map_fds[map] : (int)map;
	if (resolved->maps)
		resolved->maps[slot] = map + 1;
	return 0;
}

/* rD = &MAP[EXPR]: the kernel gives the address only for an array with one element. */
static int fix_value(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved,
		     const struct rawbpf_step *step, unsigned slot)
{
	struct rawbpf_resolved_map map;
	struct rawbpf__eval offset;
	int err = rawbpf__map_describe(r, step->a, &map);

	if (!err)
		err = rawbpf__eval(r, step->b, &offset);
	if (err)
		return err;
	if (map.type != BPF_MAP_TYPE_ARRAY || map.max_entries != 1)
		return rawbpf__resolver_fail(r, -EINVAL, "&@[...] needs an array of 1 element; look "
					     "others up with map_lookup_elem", map.name, 0);
	if (offset.number < 0 || offset.number >= map.value_size)
		return rawbpf__resolver_fail(r, -ERANGE, "byte # is outside of the value of '@'",
					     map.name, offset.number);
	resolved->insns[slot + 1].imm = offset.number;
	return fix_map(r, resolved, step, slot);
}

static int fix_kfunc(struct rawbpf__resolver *r, struct bpf_insn *insn, const char *name)
{
	struct rawbpf_symbol symbol;
	int err = r->cores ? rawbpf__resolver_fail(r, -EOPNOTSUPP, "an object file cannot hold this: '@' is a "
						   "function of the running kernel", name, 0) : 0;

	if (err)
		return err;
	err = r->env->symbols ? rawbpf_symbol_kfunc_find(&symbol, r->env->symbols, name) : -ENODATA;

	if (err < 0) {
		rawbpf__resolver_fail(r, err, "'@' is no label, no helper, and no function of the kernel",
				      name, 0);
		if (r->error && r->env->symbols && err != -ENOENT)
			rawbpf_symbol_explain(r->error->at.message, sizeof(r->error->at.message),
					      r->env->symbols, RAWBPF_SYMBOL_KFUNC, name, err);
		return err;
	}
	insn->src_reg = BPF_PSEUDO_KFUNC_CALL;
	insn->imm = (int32_t)symbol.value;
	insn->off = symbol.module;
	return 0;
}

RAWBPF__PRIVATE int rawbpf__fix(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved,
				const struct rawbpf_step *step, unsigned slot)
{
	struct bpf_insn *insn = &resolved->insns[slot];

	switch (step->kind) {
	case RAWBPF_STEP_JUMP:
	case RAWBPF_STEP_CALL:
	case RAWBPF_STEP_FUNC:
		return fix_label(r, resolved, step, slot);
	case RAWBPF_STEP_KFUNC:
		return fix_kfunc(r, insn, rawbpf__resolver_string(r, step->a));
	case RAWBPF_STEP_OFF:
		return fix_off(r, insn, step->a);
	case RAWBPF_STEP_IMM:
		return fix_imm(r, insn, step->a);
	case RAWBPF_STEP_IMM64:
		return fix_imm64(r, insn, step->a);
	case RAWBPF_STEP_MAP:
		return fix_map(r, resolved, step, slot);
	case RAWBPF_STEP_VALUE:
		return fix_value(r, resolved, step, slot);
	default:
		return 0;
	}
}
