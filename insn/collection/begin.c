/* SPDX-License-Identifier: MIT */
#include "resolution.h"

#include <rawbpf/insn.h>

#include "../base/string.h"

enum {
	BEGIN_STATUS = 16,       /* thread_info.status on x86_64, from Linux 5.11 on */
	BEGIN_STATUS_OLD = 8,
	BEGIN_STATUS_SINCE = 5 << 8 | 11,
	BEGIN_NO_WAY = -1
};

/* Return the kind of entry sequence of a place, or BEGIN_NO_WAY. */
static int begin_way(const struct rawbpf_table_place *place, enum rawbpf_way way)
{
	static const uint8_t plain[RAWBPF_WAYS] = { /* + 1 */
		[RAWBPF_WAY_KPROBE] = RAWBPF__ENTRY_KPROBE + 1,
		[RAWBPF_WAY_KRETPROBE] = RAWBPF__ENTRY_KRETPROBE + 1,
		[RAWBPF_WAY_FENTRY] = RAWBPF__ENTRY_FENTRY + 1,
		[RAWBPF_WAY_FEXIT] = RAWBPF__ENTRY_FEXIT + 1,
		[RAWBPF_WAY_LSM] = RAWBPF__ENTRY_LSM + 1,
		[RAWBPF_WAY_TP_BTF] = RAWBPF__ENTRY_TP_BTF + 1,
		[RAWBPF_WAY_RAW_TP] = RAWBPF__ENTRY_RAW_TP + 1,
		[RAWBPF_WAY_UPROBE] = RAWBPF__ENTRY_UPROBE + 1,
		[RAWBPF_WAY_URETPROBE] = RAWBPF__ENTRY_URETPROBE + 1,
	};

	if (place->way == RAWBPF_WAY_SYSCALL)
		return way == RAWBPF_WAY_TRACEPOINT ? RAWBPF__ENTRY_SYSCALL_TRACEPOINT :
		       way == RAWBPF_WAY_RAW_TP ? RAWBPF__ENTRY_SYSCALL_RAW_TP :
						  RAWBPF__ENTRY_SYSCALL_KPROBE;
	if (place->way == RAWBPF_WAY_SYSRET)
		return way == RAWBPF_WAY_TRACEPOINT ? RAWBPF__ENTRY_SYSRET_TRACEPOINT :
		       way == RAWBPF_WAY_RAW_TP ? RAWBPF__ENTRY_SYSRET_RAW_TP :
						  RAWBPF__ENTRY_SYSRET_KRETPROBE;
	return plain[way] - 1;
}

/* -------------------------------------------------------------------------- values */

/* Find the argument, or the constant. */
static int begin_source(struct rawbpf__resolver *r, struct rawbpf__entry_value *value,
			const struct rawbpf_table_place *place, const struct rawbpf_table_arg *arg)
{
	const char *name = rawbpf__resolver_string(r, arg->type);
	struct rawbpf__type type = { .size = 0 };
	struct rawbpf__eval constant;
	int err = arg->type ? rawbpf__type_find(r, &type, name, rawbpf__length(name)) : 0;

	if (err < 0)
		return err;
	if (type.of)
		return rawbpf__resolver_fail(r, -EINVAL, "an argument cannot be a struct '@' of the file",
					     name, 0);
	value->from = type.size ? type.size : 8;
	value->is_signed = type.is_signed;
	value->index = arg->index;
	if (arg->index == RAWBPF_ARG_VALUE) {
		value->kind = RAWBPF__ENTRY_CONSTANT;
		r->kernel.name = NULL;
		err = rawbpf__eval(r, arg->value, &constant);
		value->constant = constant.number;
		if (!err && r->cores && r->kernel.name)
			return rawbpf__resolver_fail(r, -EOPNOTSUPP, "an object file cannot hold '@', a name of "
						     "the running kernel, here", r->kernel.name, 0);
		return err;
	}
	if (arg->index == RAWBPF_ARG_RESULT) {
		value->kind = RAWBPF__ENTRY_RESULT;
		err = place->way == RAWBPF_WAY_FEXIT ? rawbpf__parameter_count(r, place) : 0;
		value->index = err < 0 ? 0 : err;
		return err < 0 ? err : 0;
	}
	value->kind = RAWBPF__ENTRY_ARGUMENT;
	if (err > 0 && r->cores)
		return rawbpf__resolver_fail(r, -EOPNOTSUPP, "an object file cannot hold this: which argument "
					     "points to a struct '@' depends on the kernel", name, 0);
	if (err > 0) { /* a struct of the kernel */
		err = rawbpf__parameter_find(r, place, name);
		value->index = err < 0 ? 0 : err;
	}
	return err < 0 ? err : 0;
}

static int begin_value(struct rawbpf__resolver *r, struct rawbpf__entry_value *value,
		       const struct rawbpf_table_place *place, const struct rawbpf_table_arg *arg)
{
	const char *name = rawbpf__resolver_string(r, arg->slot);
	struct rawbpf__eval slot = { .number = 0 };
	int err = rawbpf__object_find(r, &slot, name);

	if (err)
		return err;
	if (!slot.width)
		return rawbpf__resolver_fail(r, -EINVAL, "'@' is no integer: an argument does not fit",
					     name, 0);
	*value = (struct rawbpf__entry_value){ .width = slot.width, .slot = slot.number };
	return begin_source(r, value, place, arg);
}

/* Fill in the values of a place. */
static int begin_values(struct rawbpf__resolver *r, struct rawbpf__entry_signature *signature,
			const struct rawbpf_table_place *place)
{
	struct rawbpf__entry_value *values = &r->values[place->arg];

	r->line = place->line;
	*signature = (struct rawbpf__entry_signature){
		.values = values, .value_count = place->arg_count,
		.objects = r->zeroed, .object_count = r->zeroed_count };
	for (unsigned i = 0; i < place->arg_count; i++) {
		int err = begin_value(r, &values[i], place, &r->c->args[place->arg + i]);

		if (err)
			return err;
	}
	return 0;
}

/* ---------------------------------------------------------------------- signatures */

/*
 * List the signatures of the system calls that one raw tracepoint program serves. Places with the
 * same arguments share a signature. Calls that this architecture lacks are left out.
 */
static int begin_calls(struct rawbpf__resolver *r, unsigned *count)
{
	const struct rawbpf_table_place *place = &r->c->places[r->unit->place], *shared = NULL;
	unsigned numbers = 0;

	*count = 0;
	for (unsigned i = 0; i < r->unit->place_count; i++) {
		struct rawbpf__entry_signature *signature = &r->signatures[*count];
		struct rawbpf_syscall call;
		int err;

		place = &r->c->places[r->unit->place + i];
		r->line = place->line;
		if (place->way != r->c->places[r->unit->place].way)
			return rawbpf__resolver_fail(r, -EINVAL, "a unit has calls or returns, not both",
						     "", 0);
		err = rawbpf_syscall_find(&call, r->arch, rawbpf__resolver_string(r, place->target));
		if (err == -ENOENT)
			continue;
		if (err)
			return rawbpf__resolver_fail(r, -EOPNOTSUPP, "this architecture is unknown", "", 0);
		if (!shared || place->arg != shared->arg || place->arg_count != shared->arg_count) {
			err = begin_values(r, signature, place);
			if (err)
				return err;
			signature->numbers = &r->numbers[numbers];
			shared = place;
			*count += 1;
		}
		r->numbers[numbers++] = call.number;
		r->signatures[*count - 1].number_count++;
	}
	if (!*count)
		return rawbpf__resolver_fail(r, -ENOENT, "this architecture has no system call '@'",
					     rawbpf__resolver_string(r, place->target), 0);
	return 0;
}

static unsigned begin_task_status(const struct rawbpf__resolver *r)
{
	struct rawbpf_symbol status;

	if (r->env->symbols &&
	    !rawbpf_symbol_find(&status, r->env->symbols, "task_struct.thread_info.status"))
		return status.value;
	return r->env->kernel && r->env->kernel < BEGIN_STATUS_SINCE ? BEGIN_STATUS_OLD :
								       BEGIN_STATUS;
}

static int begin_fail(struct rawbpf__resolver *r, int err)
{
	switch (err) {
	case -ERANGE:
		return rawbpf__resolver_fail(r, err, "there are fewer arguments than the place names",
					     "", 0);
	case -EOVERFLOW:
		return rawbpf__resolver_fail(r, -ERANGE, "a value does not fit its slot", "", 0);
	case -E2BIG:
		return rawbpf__resolver_fail(r, -ERANGE, "the entry sequence is too long", "", 0);
	case -EOPNOTSUPP:
		return rawbpf__resolver_fail(r, err, "where this architecture keeps arguments is unknown",
					     "", 0);
	default:
		return rawbpf__resolver_fail(r, -EOPNOTSUPP, "this way has no such argument or result",
					     "", 0);
	}
}

/* Zero objects where no entry sequence does it. */
static int begin_zero(struct rawbpf__resolver *r, struct bpf_insn *insns, unsigned max)
{
	unsigned count = 0;

	for (unsigned i = 0; i < r->zeroed_count; i++)
		for (unsigned at = 0; at < r->zeroed[i].size; at += 8, count++)
			if (count < max)
				insns[count] = BPF_ST_MEM(BPF_DW, BPF_REG_10,
							  r->zeroed[i].offset + (int)at, 0);
	return (int)count;
}

RAWBPF__PRIVATE int rawbpf__begin(struct rawbpf__resolver *r, struct bpf_insn *insns, unsigned max)
{
	const struct rawbpf_table_place *place = &r->c->places[r->unit->place];
	struct rawbpf__entry entry = { .arch = r->arch, .signatures = r->signatures,
				       .signature_count = 1 };
	int way = r->unit->place_count ? begin_way(place, r->unit->way) : BEGIN_NO_WAY, err;

	if (way == BEGIN_NO_WAY && r->unit->place_count && place->arg_count)
		return rawbpf__resolver_fail(r, -EOPNOTSUPP, "this way has no arguments: r1 is the "
					     "context", "", 0);
	if (way == BEGIN_NO_WAY)
		return begin_zero(r, insns, max);
	entry.way = way;
	if (way == RAWBPF__ENTRY_SYSCALL_RAW_TP || way == RAWBPF__ENTRY_SYSRET_RAW_TP) {
		err = begin_calls(r, &entry.signature_count);
		entry.task_status = begin_task_status(r);
		r->stack = r->stack < 8 ? 8 : r->stack;
	} else if (!place->has_args) {
		return begin_zero(r, insns, max);
	} else {
		err = begin_values(r, r->signatures, place);
	}
	if (err)
		return err;
	err = rawbpf__entry(insns, max, &entry);
	return err < 0 ? begin_fail(r, err) : err;
}
