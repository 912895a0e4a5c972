/* SPDX-License-Identifier: MIT */
#include "reduce.h"

#include "../base/string.h"
#include "fold.h"

/* ------------------------------------------------------------------------------ the tables */

RAWBPF__PRIVATE const char *rawbpf__table_members(unsigned table)
{
	static const char members[RAWBPF__REDUCED_COUNT][16] = {
		[RAWBPF__REDUCED_struct] = "s222",
		[RAWBPF__REDUCED_field] = "ssep2",
		[RAWBPF__REDUCED_map] = "s2sseeee222",
		[RAWBPF__REDUCED_show] = "2pse11112",
		[RAWBPF__REDUCED_param] = "sess2",
		[RAWBPF__REDUCED_set] = "se2",
		[RAWBPF__REDUCED_local] = "sse",
		[RAWBPF__REDUCED_prog] = "s1122222-4444",
		[RAWBPF__REDUCED_place] = "1111sse2222",
		[RAWBPF__REDUCED_arg] = "11sse",
		[RAWBPF__REDUCED_label] = "s",
		[RAWBPF__REDUCED_byte] = "1",
	};

	return members[table][0] ? members[table] : NULL;
}

RAWBPF__PRIVATE unsigned rawbpf__member_size(char member)
{
	switch (member) {
	case 'p': return 6;
	case '1': return 1;
	case '4': return 4;
	default: return 2;
	}
}

enum { REDUCE_WINDOW = 256 }; /* equal expressions among so many become one */

struct reduce {
	const struct rawbpf_collection *from;
	struct rawbpf_collection *to;
	char *at, *end;         /* the memory that is left */
	int is_full;
	char *strings;
	struct rawbpf_expr *exprs;
	uint16_t *string_now;   /* of each old string: the new one; 0: not there yet */
	uint16_t *expr_now;     /* of each old expression: 1 if needed, then the new one */
};

static void *reduce_take(struct reduce *d, size_t count, size_t size)
{
	size_t bytes = (count * size + 7) / 8 * 8;
	void *taken = d->at;

	if (bytes > (size_t)(d->end - d->at)) {
		d->is_full = 1;
		return NULL;
	}
	d->at += bytes;
	return taken;
}

/* ------------------------------------------------------------------- strings, expressions */

static uint16_t reduce_string(struct reduce *d, uint16_t string)
{
	const char *text = d->from->strings + string;
	size_t length = rawbpf__length(text) + 1;

	if (!string || d->string_now[string])
		return d->string_now[string];
	__builtin_memcpy(d->strings + d->to->string_count, text, length);
	d->string_now[string] = d->to->string_count;
	d->to->string_count += length;
	return d->string_now[string];
}

static int reduce_names(unsigned op)
{
	return op == RAWBPF_EXPR_SYMBOL || op == RAWBPF_EXPR_SIZEOF || op == RAWBPF_EXPR_EXISTS;
}

/* Note that the expressions are needed of which this one is made. */
static void reduce_need_parts(struct reduce *d, unsigned expr)
{
	const struct rawbpf_expr *row = &d->from->exprs[expr];

	if (row->op == RAWBPF_EXPR_WIDE || row->op == RAWBPF_EXPR_NUMBER || reduce_names(row->op))
		return;
	d->expr_now[row->a] = 1;
	if (row->op >= RAWBPF_EXPR_ADD)
		d->expr_now[row->b] = 1;
}

static uint16_t reduce_expr_add(struct reduce *d, const struct rawbpf_expr *row)
{
	unsigned count = d->to->expr_count, i = count > REDUCE_WINDOW ? count - REDUCE_WINDOW : 1;

	for (; i < count && row->op != RAWBPF_EXPR_WIDE; i++)
		if (d->exprs[i].op == row->op && d->exprs[i].a == row->a && d->exprs[i].b == row->b &&
		    d->exprs[i - 1].op != RAWBPF_EXPR_WIDE)
			return i;
	d->exprs[d->to->expr_count++] = row[0];
	if (row->op == RAWBPF_EXPR_WIDE)
		d->exprs[d->to->expr_count++] = row[1];
	return count;
}

static void reduce_expr(struct reduce *d, unsigned expr)
{
	struct rawbpf_expr row[2] = { d->from->exprs[expr] };

	if (row->op == RAWBPF_EXPR_WIDE) {
		row[1] = d->from->exprs[expr + 1];
	} else if (reduce_names(row->op)) {
		row->b = reduce_string(d, row->b);
	} else if (row->op != RAWBPF_EXPR_NUMBER) {
		row->a = d->expr_now[row->a];
		row->b = row->op >= RAWBPF_EXPR_ADD ? d->expr_now[row->b] : 0;
	}
	d->expr_now[expr] = reduce_expr_add(d, row);
}

/* Copy the needed expressions. The parts of one come before it. */
static void reduce_exprs(struct reduce *d)
{
	d->expr_now[0] = 0;
	for (unsigned i = d->from->expr_count; i-- > 1;)
		if (d->expr_now[i])
			reduce_need_parts(d, i);
	d->exprs[d->to->expr_count++] = (struct rawbpf_expr){ .op = 0 };
	for (unsigned i = 1; i < d->from->expr_count; i++)
		if (d->expr_now[i])
			reduce_expr(d, i);
}

/* ------------------------------------------------------------------------------------ rows */

/* What to do with the rows of a table. */
enum reduce_pass { REDUCE_NEED, REDUCE_RENUMBER };

static void reduce_member(struct reduce *d, enum reduce_pass pass, char kind, uint16_t *member)
{
	if (kind == 'e' && pass == REDUCE_NEED)
		d->expr_now[*member] = 1;
	else if (kind == 'e')
		*member = d->expr_now[*member];
	else if (pass == REDUCE_RENUMBER)
		*member = reduce_string(d, *member);
}

/* The arguments of a presentation are strings, but for one. */
static void reduce_present(struct reduce *d, enum reduce_pass pass, uint16_t *present)
{
	reduce_member(d, pass, present[0] == RAWBPF_PRESENT_LINEAR ? 'e' : 's', &present[1]);
	reduce_member(d, pass, 's', &present[2]);
}

static void reduce_row(struct reduce *d, enum reduce_pass pass, const char *members, char *row)
{
	for (; *members; members++) {
		uint16_t *member = (uint16_t *)(void *)row;

		if (*members == 's' || *members == 'e')
			reduce_member(d, pass, *members, member);
		else if (*members == 'p')
			reduce_present(d, pass, member);
		row += rawbpf__member_size(*members);
	}
}

static void reduce_rows(struct reduce *d, enum reduce_pass pass, unsigned table, const void *rows,
			size_t size, unsigned count)
{
	const char *members = rawbpf__table_members(table);

	for (unsigned i = 0; members && i < count; i++)
		reduce_row(d, pass, members, (char *)(uintptr_t)rows + i * size);
}

static void reduce_all_rows(struct reduce *d, enum reduce_pass pass)
{
#define REDUCE_ROWS(NAME, TYPE) \
	reduce_rows(d, pass, RAWBPF__REDUCED_##NAME, d->to->NAME##s, sizeof(TYPE), d->to->NAME##_count);
	RAWBPF_TABLES(REDUCE_ROWS)
#undef REDUCE_ROWS
}

/* ----------------------------------------------------------------------------------- steps */

/* Do what a step's numbers are. */
static void reduce_step(struct reduce *d, enum reduce_pass pass, struct rawbpf_step *step)
{
	switch (step->kind) {
	case RAWBPF_STEP_OFF:
	case RAWBPF_STEP_IMM:
	case RAWBPF_STEP_IMM64:
	case RAWBPF_STEP_IF:
		reduce_member(d, pass, 'e', &step->a);
		break;
	case RAWBPF_STEP_VALUE:
		reduce_member(d, pass, 'e', &step->b);
		break;
	case RAWBPF_STEP_KFUNC:
		reduce_member(d, pass, 's', &step->a);
		break;
	default:
		break;
	}
}

/* Keep the names of functions, and of no other labels. */
static void reduce_labels(struct reduce *d, const struct rawbpf_table_prog *prog, uint16_t *labels)
{
	const struct rawbpf_step *steps = d->to->steps + prog->step;

	for (unsigned i = 0; i < prog->label_count; i++)
		labels[prog->label + i] = 0;
	for (unsigned i = 0; i < prog->step_count; i++)
		if (steps[i].kind == RAWBPF_STEP_CALL || steps[i].kind == RAWBPF_STEP_FUNC)
			labels[prog->label + steps[i].a] = d->from->labels[prog->label + steps[i].a];
}

/* Copy the steps that have to be done when the program is loaded. */
static int reduce_prog(struct reduce *d, unsigned number, const struct rawbpf_collection_env *env,
		       struct rawbpf_table_prog *prog, struct rawbpf_step *steps,
		       struct rawbpf_collection_error *error)
{
	struct bpf_insn *insns = (struct bpf_insn *)(uintptr_t)d->to->insns + prog->insn;
	unsigned first = prog->step, count = prog->step_count;
	struct rawbpf__fold fold;
	int err = rawbpf__fold_begin(&fold, d->from, env, number, error);

	prog->step = d->to->step_count;
	for (unsigned i = 0; i < count && err >= 0; i++) {
		const struct rawbpf_step *step = &d->from->steps[first + i];

		err = rawbpf__fold_step(&fold, insns, step);
		if (err == 0 && step->kind != RAWBPF_STEP_LINE)
			steps[d->to->step_count++] = *step;
	}
	prog->step_count = d->to->step_count - prog->step;
	return err < 0 ? err : 0;
}

static int reduce_progs(struct reduce *d, const struct rawbpf_collection_env *env,
			struct rawbpf_collection_error *error)
{
	struct rawbpf_table_prog *progs = (struct rawbpf_table_prog *)(uintptr_t)d->to->progs;
	struct rawbpf_step *steps = (struct rawbpf_step *)(uintptr_t)d->to->steps;

	d->to->step_count = 0;
	for (unsigned i = 0; i < d->to->prog_count; i++) {
		int err = reduce_prog(d, i, env, &progs[i], steps, error);

		if (err)
			return err;
		reduce_labels(d, &progs[i], (uint16_t *)(uintptr_t)d->to->labels);
	}
	return 0;
}

static void reduce_steps(struct reduce *d, enum reduce_pass pass)
{
	struct rawbpf_step *steps = (struct rawbpf_step *)(uintptr_t)d->to->steps;

	for (unsigned i = 0; i < d->to->step_count; i++)
		reduce_step(d, pass, &steps[i]);
}

/* ------------------------------------------------------------------------------- the whole */

/* Copy all tables, and make room for the notes. Return 0 if the memory is full. */
static int reduce_begin(struct reduce *d)
{
	const struct rawbpf_collection *from = d->from;

	*d->to = *from;
	d->to->test_count = d->to->test_line_count = 0;
#define REDUCE_COPY(NAME, TYPE) do { \
	void *copy = reduce_take(d, d->to->NAME##_count, sizeof(TYPE)); \
	if (copy && d->to->NAME##_count) \
		__builtin_memcpy(copy, from->NAME##s, d->to->NAME##_count * sizeof(TYPE)); \
	d->to->NAME##s = copy; \
} while (0);
	RAWBPF_TABLES(REDUCE_COPY)
#undef REDUCE_COPY
	d->string_now = reduce_take(d, from->string_count, sizeof(*d->string_now));
	d->expr_now = reduce_take(d, from->expr_count, sizeof(*d->expr_now));
	if (d->is_full)
		return 0;
	for (unsigned i = 0; i < from->string_count; i++)
		d->string_now[i] = 0;
	for (unsigned i = 0; i < from->expr_count; i++)
		d->expr_now[i] = 0;
	d->strings = (char *)(uintptr_t)d->to->strings;
	d->exprs = (struct rawbpf_expr *)(uintptr_t)d->to->exprs;
	d->to->string_count = 1;
	d->to->expr_count = 0;
	return 1;
}

RAWBPF__PRIVATE int rawbpf__reduce(struct rawbpf_collection *small,
				   const struct rawbpf_collection *collection,
				   const struct rawbpf_collection_env *env, void *memory, size_t size,
				   struct rawbpf_collection_error *error)
{
	struct reduce d = { .from = collection, .to = small, .at = memory, .end = (char *)memory + size };
	int err;

	if (!reduce_begin(&d))
		return -ENOSPC;
	err = reduce_progs(&d, env, error);
	if (err)
		return err;
	reduce_steps(&d, REDUCE_NEED);
	reduce_all_rows(&d, REDUCE_NEED);
	reduce_exprs(&d);
	reduce_steps(&d, REDUCE_RENUMBER);
	reduce_all_rows(&d, REDUCE_RENUMBER);
	small->license = reduce_string(&d, collection->license);
	small->summary = 0;
	return 0;
}
