/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: parse any bytes as a collection. The tables that result are whole: each index and
 * string is one of its table. With less memory the result is the same, or -ENOSPC.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude test/fuzz/collection.c lib/rawbpf.c
 */
#include <errno.h>
#include <rawbpf/collection.h>
#include <stdlib.h>
#include <string.h>

enum { ERRORS = 8 };

struct outcome {
	struct rawbpf_collection collection;
	struct rawbpf_collection_text text;
	struct rawbpf_collection_error errors[ERRORS], warnings[ERRORS];
	int result;
};

static void check(int holds)
{
	if (!holds)
		abort();
}

static void parse(struct outcome *outcome, const char *text, size_t length, size_t memory)
{
	memset(outcome, 0, sizeof *outcome);
	outcome->text = (struct rawbpf_collection_text){
		.text = text, .length = length, .memory = malloc(memory), .memory_size = memory,
		.errors = outcome->errors, .error_max = ERRORS,
		.warnings = outcome->warnings, .warning_max = ERRORS };
	outcome->result = rawbpf_collection_parse(&outcome->collection, &outcome->text);
}

/* ---------------------------------------------------------------------- the tables */

static const struct rawbpf_collection *c;

static void string(unsigned at)
{
	check(at < c->string_count && (!at || !c->strings[at - 1]));
}

static void expr(unsigned index)
{
	check(index < c->expr_count);
}

static void span(unsigned first, unsigned count, unsigned all)
{
	check(first <= all && count <= all - first);
}

/* An expression's operands stand before it. */
static void check_exprs(void)
{
	for (unsigned i = 1; i < c->expr_count; i++) {
		const struct rawbpf_expr *e = &c->exprs[i];

		check(e->op <= RAWBPF_EXPR_FIELD);
		switch (e->op) {
		case RAWBPF_EXPR_NUMBER:
			break;
		case RAWBPF_EXPR_WIDE:
			check(i + 1 < c->expr_count && e[1].op == RAWBPF_EXPR_NUMBER);
			break;
		case RAWBPF_EXPR_SYMBOL:
		case RAWBPF_EXPR_SIZEOF:
		case RAWBPF_EXPR_EXISTS:
			string(e->b);
			break;
		case RAWBPF_EXPR_COUNT:
		case RAWBPF_EXPR_ELEMENT:
			check((e->a < c->map_count || e->a == RAWBPF_MAP_PACKET) && e->b < i);
			break;
		case RAWBPF_EXPR_FIELD:
			string(e->b);
			check(e->a && e->a < i && c->exprs[e->a].op == RAWBPF_EXPR_ELEMENT);
			break;
		default:
			check(e->a && e->a < i && e->b < i);
		}
	}
}

static void check_declarations(void)
{
	for (unsigned i = 0; i < c->struct_count; i++) {
		string(c->structs[i].name);
		span(c->structs[i].field, c->structs[i].field_count, c->field_count);
	}
	for (unsigned i = 0; i < c->field_count; i++) {
		string(c->fields[i].name);
		string(c->fields[i].type);
		expr(c->fields[i].count);
		check(c->fields[i].present <= RAWBPF_PRESENT_HIDDEN);
	}
	for (unsigned i = 0; i < c->map_count; i++) {
		string(c->maps[i].key_type);
		string(c->maps[i].value_type);
		expr(c->maps[i].key_size);
		expr(c->maps[i].value_size);
		expr(c->maps[i].max_entries);
		expr(c->maps[i].flags);
		span(c->maps[i].byte, c->maps[i].byte_count, c->byte_count);
	}
	for (unsigned i = 0; i < c->show_count; i++)
		check(c->shows[i].map < c->map_count);
	for (unsigned i = 0; i < c->param_count; i++) {
		string(c->params[i].words);
		expr(c->params[i].value);
	}
	for (unsigned i = 0; i < c->local_count; i++) {
		string(c->locals[i].type);
		expr(c->locals[i].size);
		check(!c->locals[i].type != !c->locals[i].size);
	}
}

static void check_step(const struct rawbpf_table_prog *prog, const struct rawbpf_step *step)
{
	switch (step->kind) {
	case RAWBPF_STEP_LINE:
		check(step->a);
		break;
	case RAWBPF_STEP_LABEL:
	case RAWBPF_STEP_JUMP:
	case RAWBPF_STEP_CALL:
	case RAWBPF_STEP_FUNC:
		check(step->a < prog->label_count);
		break;
	case RAWBPF_STEP_KFUNC:
		string(step->a);
		break;
	case RAWBPF_STEP_VALUE:
		expr(step->b);
		/* fall through */
	case RAWBPF_STEP_MAP:
		check(step->a < c->map_count && step->slot + 1 < prog->insn_count);
		break;
	case RAWBPF_STEP_LOCAL:
		check(step->a < c->local_count);
		break;
	case RAWBPF_STEP_ELSE:
	case RAWBPF_STEP_ENDIF:
		break;
	default:
		check(step->kind < RAWBPF_STEP_ELSE && step->a);
		expr(step->a);
	}
}

static void check_prog(const struct rawbpf_table_prog *prog)
{
	const struct rawbpf_step *step = &c->steps[prog->step];
	unsigned slot = 0, depth = 0;

	string(prog->name);
	span(prog->place, prog->place_count, c->place_count);
	span(prog->label, prog->label_count, c->label_count);
	span(prog->insn, prog->insn_count, c->insn_count);
	span(prog->step, prog->step_count, c->step_count);
	check(prog->place_count);
	for (unsigned i = 0; i < prog->step_count; i++, step++) {
		check(step->slot >= slot && step->slot <= prog->insn_count);
		slot = step->slot;
		depth += step->kind == RAWBPF_STEP_IF;
		check(depth || (step->kind != RAWBPF_STEP_ELSE && step->kind != RAWBPF_STEP_ENDIF));
		depth -= step->kind == RAWBPF_STEP_ENDIF;
		check_step(prog, step);
	}
	check(!depth);
}

static void check_tables(const struct rawbpf_collection *collection)
{
	c = collection;
	check(c->string_count && !c->strings[c->string_count - 1]);
	string(c->license);
	string(c->summary);
	check_exprs();
	check_declarations();
	for (unsigned i = 0; i < c->prog_count; i++)
		check_prog(&c->progs[i]);
	for (unsigned i = 0; i < c->place_count; i++) {
		string(c->places[i].target);
		string(c->places[i].detail);
		check(c->places[i].way < RAWBPF_WAYS && c->places[i].tail <= c->map_count);
		span(c->places[i].arg, c->places[i].arg_count, c->arg_count);
	}
	for (unsigned i = 0; i < c->test_count; i++) {
		check(c->tests[i].prog < c->prog_count);
		span(c->tests[i].first, c->tests[i].count, c->test_line_count);
	}
}

/* ---------------------------------------------------------------------- the errors */

static void check_list(const struct rawbpf_collection_error *list, unsigned count, unsigned lines)
{
	for (unsigned i = 0; i < count && i < ERRORS; i++) {
		const struct rawbpf_text_error *error = &list[i].at;

		check(error->line && (error->line & ~RAWBPF_LINE_STD) <= lines && error->column &&
		      error->width);
		check(memchr(error->message, '\0', sizeof error->message) && error->message[0]);
		if (i)
			check(list[i - 1].at.line < error->line ||
			      (list[i - 1].at.line == error->line &&
			       list[i - 1].at.column <= error->column));
	}
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	check(a->result == b->result && a->text.error_count == b->text.error_count &&
	      !memcmp(a->errors, b->errors, sizeof a->errors) &&
	      !memcmp(a->warnings, b->warnings, sizeof a->warnings));
	if (a->result)
		return;
#define SAME(NAME, TYPE) \
	check(a->collection.NAME##_count == b->collection.NAME##_count && \
	      !memcmp(a->collection.NAME##s, b->collection.NAME##s, \
		      a->collection.NAME##_count * sizeof(TYPE)));
	RAWBPF_TABLES(SAME)
#undef SAME
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char *text = malloc(size), *line = malloc(size + 1);
	size_t memory = 1 << 20;
	struct outcome whole, ended, small;
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	memcpy(text, data, size);
	memcpy(line, data, size);
	line[size] = '\n';
	parse(&whole, text, size, memory);
	check((whole.result == -EINVAL) == (whole.text.error_count > 0 && whole.result != -E2BIG &&
					    whole.result != -ENOSPC));
	check_list(whole.errors, whole.text.error_count, lines);
	check_list(whole.warnings, whole.text.warning_count, lines);
	if (!whole.result)
		check_tables(&whole.collection);
	parse(&ended, line, size + 1, memory);
	check_same(&whole, &ended);
	parse(&small, text, size, rawbpf_collection_memory_size(size) / 8);
	if (small.result != -ENOSPC)
		check_same(&whole, &small);
	free(whole.text.memory);
	free(ended.text.memory);
	free(small.text.memory);
	free(text);
	free(line);
	return 0;
}
