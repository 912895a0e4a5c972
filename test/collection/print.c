/* SPDX-License-Identifier: MIT */
#include "print.h"

#include <rawbpf/form.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void parse_text(struct parsed *parsed, const char *text, size_t length, const char *std)
{
	size_t size = rawbpf_collection_memory_size(length);

	memset(parsed, 0x5a, sizeof *parsed);
	parsed->text = (struct rawbpf_collection_text){
		.text = text, .length = length, .std = std, .std_length = std ? strlen(std) : 0,
		.memory = malloc(size), .memory_size = size,
		.errors = parsed->errors, .error_max = 16,
		.warnings = parsed->warnings, .warning_max = 16 };
	parsed->result = rawbpf_collection_parse(&parsed->collection, &parsed->text);
}

void parse_free(struct parsed *parsed)
{
	free(parsed->text.memory);
}

/* ------------------------------------------------------------------- expressions */

static const char *const operators[] = {
	[RAWBPF_EXPR_NEGATE] = "-",	[RAWBPF_EXPR_NOT] = "!",
	[RAWBPF_EXPR_ADD] = "+",	[RAWBPF_EXPR_SUBTRACT] = "-",
	[RAWBPF_EXPR_MULTIPLY] = "*",	[RAWBPF_EXPR_DIVIDE] = "/",
	[RAWBPF_EXPR_AND] = "&",	[RAWBPF_EXPR_OR] = "|",
	[RAWBPF_EXPR_SHIFT_LEFT] = "<<", [RAWBPF_EXPR_SHIFT_RIGHT] = ">>",
	[RAWBPF_EXPR_EQUAL] = "==",	[RAWBPF_EXPR_UNEQUAL] = "!=",
	[RAWBPF_EXPR_LESS] = "<",	[RAWBPF_EXPR_GREATER] = ">",
	[RAWBPF_EXPR_BOTH] = "&&",	[RAWBPF_EXPR_EITHER] = "||",
};

static const char *map_name(const struct rawbpf_collection *c, unsigned map)
{
	return map == RAWBPF_MAP_PACKET ? "packet" : &c->strings[c->maps[map].name];
}

static void expr(FILE *to, const struct rawbpf_collection *c, unsigned index)
{
	const struct rawbpf_expr *e = &c->exprs[index];
	const char *string = index && e->op >= RAWBPF_EXPR_SYMBOL && e->op <= RAWBPF_EXPR_EXISTS ?
			     &c->strings[e->b] : NULL;

	if (!index) {
		fputs("none", to);
		return;
	}
	switch (e->op) {
	case RAWBPF_EXPR_NUMBER:
		fprintf(to, "%lld", e->a ? (long long)(int)e->b : (long long)e->b);
		break;
	case RAWBPF_EXPR_WIDE:
		fprintf(to, "0x%llx", (unsigned long long)e[1].b << 32 | e->b);
		break;
	case RAWBPF_EXPR_SYMBOL:
		fputs(string, to);
		break;
	case RAWBPF_EXPR_SIZEOF:
	case RAWBPF_EXPR_EXISTS:
		fprintf(to, "%s(%s)", e->op == RAWBPF_EXPR_SIZEOF ? "sizeof" : "exists", string);
		break;
	case RAWBPF_EXPR_NEGATE:
	case RAWBPF_EXPR_NOT:
		fputs(operators[e->op], to);
		expr(to, c, e->a);
		break;
	case RAWBPF_EXPR_FIELD:
		expr(to, c, e->a);
		fputs(&c->strings[e->b], to);
		break;
	case RAWBPF_EXPR_ELEMENT:
		fprintf(to, "%s[", map_name(c, e->a));
		expr(to, c, e->b);
		fputs("]", to);
		break;
	case RAWBPF_EXPR_COUNT:
		fprintf(to, "count(%s)", map_name(c, e->a));
		break;
	default:
		fputs("(", to);
		expr(to, c, e->a);
		fprintf(to, " %s ", operators[e->op]);
		expr(to, c, e->b);
		fputs(")", to);
	}
}

const char *tables_expr(const struct rawbpf_collection *collection, unsigned index)
{
	static char text[4096];
	FILE *to = fmemopen(text, sizeof text, "w");

	expr(to, collection, index);
	fclose(to);
	return text;
}

/* ------------------------------------------------------------------ declarations */

/* A line of the prelude has "std:" before it. */
static void line(FILE *to, unsigned number)
{
	if (number & RAWBPF_LINE_STD)
		fprintf(to, "std:%u", number & ~RAWBPF_LINE_STD);
	else
		fprintf(to, "%u", number);
}

static void named(FILE *to, const char *name, const struct rawbpf_collection *c, unsigned index)
{
	fprintf(to, " %s ", name);
	expr(to, c, index);
}

static void present(FILE *to, const struct rawbpf_collection *c, unsigned kind, const uint16_t args[2])
{
	if (kind)
		fprintf(to, " present %u", kind);
	if (kind == RAWBPF_PRESENT_LINEAR)
		named(to, "step", c, args[0]);
	else if (args[0])
		fprintf(to, " %s %s", &c->strings[args[0]], &c->strings[args[1]]);
}

static void structs(FILE *to, const struct rawbpf_collection *c)
{
	for (unsigned i = 0; i < c->struct_count; i++) {
		const struct rawbpf_table_struct *s = &c->structs[i];

		line(to, s->line);
		fprintf(to, " struct %s\n", &c->strings[s->name]);
		for (unsigned j = s->field; j < s->field + s->field_count; j++) {
			const struct rawbpf_table_field *field = &c->fields[j];

			line(to, field->line);
			fprintf(to, "   %s %s", &c->strings[field->type], &c->strings[field->name]);
			if (field->count)
				named(to, "count", c, field->count);
			present(to, c, field->present, field->args);
			fputs("\n", to);
		}
	}
}

static void type_or_size(FILE *to, const char *name, const struct rawbpf_collection *c, unsigned type,
			 unsigned size)
{
	if (type)
		fprintf(to, " %s %s", name, &c->strings[type]);
	if (size)
		named(to, name, c, size);
}

static void maps(FILE *to, const struct rawbpf_collection *c)
{
	for (unsigned i = 0; i < c->map_count; i++) {
		const struct rawbpf_table_map *map = &c->maps[i];

		line(to, map->line);
		fprintf(to, " map %s type %u", &c->strings[map->name], map->type);
		type_or_size(to, "key", c, map->key_type, map->key_size);
		type_or_size(to, "value", c, map->value_type, map->value_size);
		named(to, "max", c, map->max_entries);
		if (map->flags)
			named(to, "flags", c, map->flags);
		if (map->byte_count)
			fputs(" bytes", to);
		for (unsigned j = map->byte; j < map->byte + map->byte_count; j++)
			fprintf(to, " %02x", c->bytes[j]);
		fputs("\n", to);
	}
	for (unsigned i = 0; i < c->show_count; i++) {
		const struct rawbpf_table_show *show = &c->shows[i];

		line(to, show->line);
		fprintf(to, " show %s", &c->strings[c->maps[show->map].name]);
		present(to, c, show->present, show->args);
		if (show->text)
			fprintf(to, " '%s'", &c->strings[show->text]);
		if (show->every_ms)
			named(to, "every", c, show->every_ms);
		fprintf(to, "%s%s%s\n", show->at_end ? " end" : "", show->is_pending ? " pending" : "",
			show->sort == 1 ? " by key" : show->sort ? " by value" : "");
	}
}

static void numbers(FILE *to, const struct rawbpf_collection *c)
{
	for (unsigned i = 0; i < c->param_count; i++) {
		line(to, c->params[i].line);
		fprintf(to, " param %s", &c->strings[c->params[i].name]);
		if (c->params[i].value)
			named(to, "=", c, c->params[i].value);
		else
			fprintf(to, " = '%s'", &c->strings[c->params[i].text]);
		fprintf(to, " '%s'\n", &c->strings[c->params[i].words]);
	}
	for (unsigned i = 0; i < c->set_count; i++) {
		line(to, c->sets[i].line);
		fprintf(to, " set %s", &c->strings[c->sets[i].name]);
		named(to, "=", c, c->sets[i].value);
		fputs("\n", to);
	}
}

/* ---------------------------------------------------------------------- programs */

static void places(FILE *to, const struct rawbpf_collection *c, const struct rawbpf_table_prog *prog)
{
	for (unsigned i = prog->place; i < prog->place + prog->place_count; i++) {
		const struct rawbpf_table_place *place = &c->places[i];

		line(to, place->line);
		fprintf(to, "   %s way %u %s", place->is_or ? "or" : "at", place->way,
			&c->strings[place->target]);
		if (place->detail)
			fprintf(to, " %s", &c->strings[place->detail]);
		if (place->is_param)
			fputs(" param", to);
		if (place->tail)
			fprintf(to, " tail %s", &c->strings[c->maps[place->tail - 1].name]);
		if (place->expr)
			named(to, "expr", c, place->expr);
		if (place->has_args)
			fputs(" args", to);
		for (unsigned j = place->arg; j < place->arg + place->arg_count; j++) {
			const struct rawbpf_table_arg *arg = &c->args[j];

			fprintf(to, " %d:%s", arg->index == RAWBPF_ARG_RESULT ? -1 :
				arg->index == RAWBPF_ARG_VALUE ? -2 : arg->index,
				&c->strings[arg->slot]);
			if (arg->type)
				fprintf(to, ":%s", &c->strings[arg->type]);
			if (arg->value)
				named(to, "=", c, arg->value);
		}
		fputs("\n", to);
	}
}

static void step(FILE *to, const struct rawbpf_collection *c, const struct rawbpf_table_prog *prog,
		 const struct rawbpf_step *s)
{
	static const char *const kinds[] = { "line", "label", "jump", "call", "func", "kfunc", "off",
					     "imm", "imm64", "map", "value", "local", "if", "else",
					     "endif" };

	fprintf(to, "   %u %s", s->slot, kinds[s->kind]);
	switch (s->kind) {
	case RAWBPF_STEP_LINE:
		fprintf(to, " %u ", s->a);
		line(to, s->b);
		break;
	case RAWBPF_STEP_LABEL:
	case RAWBPF_STEP_JUMP:
	case RAWBPF_STEP_CALL:
	case RAWBPF_STEP_FUNC:
		fprintf(to, " %s", &c->strings[c->labels[prog->label + s->a]]);
		break;
	case RAWBPF_STEP_KFUNC:
		fprintf(to, " %s", &c->strings[s->a]);
		break;
	case RAWBPF_STEP_MAP:
		fprintf(to, " %s", &c->strings[c->maps[s->a].name]);
		break;
	case RAWBPF_STEP_VALUE:
		named(to, &c->strings[c->maps[s->a].name], c, s->b);
		break;
	case RAWBPF_STEP_LOCAL:
		fprintf(to, " %s", &c->strings[c->locals[s->a].name]);
		type_or_size(to, "is", c, c->locals[s->a].type, c->locals[s->a].size);
		break;
	case RAWBPF_STEP_ELSE:
	case RAWBPF_STEP_ENDIF:
		break;
	default:
		named(to, "=", c, s->a);
	}
	fputs("\n", to);
}

static void code(FILE *to, const struct rawbpf_collection *c, const struct rawbpf_table_prog *prog)
{
	const struct rawbpf_step *s = &c->steps[prog->step], *end = s + prog->step_count;

	for (unsigned slot = 0, slots = 1; slot < prog->insn_count; slot += slots) {
		char text[128];

		for (; s < end && s->slot <= slot; s++)
			step(to, c, prog, s);
		rawbpf_insn_format(text, sizeof text, &c->insns[prog->insn + slot],
				   prog->insn_count - slot, RAWBPF_KERNEL, NULL, &slots);
		fprintf(to, "%u: %s\n", slot, text);
	}
	for (; s < end; s++)
		step(to, c, prog, s);
}

static void tests(FILE *to, const struct rawbpf_collection *c)
{
	static const char *const kinds[] = { "packet", "context", "map", "helper", "expect" };

	for (unsigned i = 0; i < c->test_count; i++) {
		const struct rawbpf_table_test *test = &c->tests[i];

		line(to, test->line);
		fprintf(to, " test '%s' %s\n", &c->strings[test->name],
			&c->strings[c->progs[test->prog].name]);
		for (unsigned j = test->first; j < test->first + test->count; j++) {
			line(to, c->test_lines[j].line);
			fprintf(to, "   %s", kinds[c->test_lines[j].kind]);
			if (c->test_lines[j].text)
				fprintf(to, " '%s'", &c->strings[c->test_lines[j].text]);
			else
				named(to, "", c, c->test_lines[j].expr);
			fputs("\n", to);
		}
	}
}

char *tables_print(const struct rawbpf_collection *c)
{
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	fprintf(to, "license %s summary %s\n", &c->strings[c->license], &c->strings[c->summary]);
	structs(to, c);
	maps(to, c);
	numbers(to, c);
	for (unsigned i = 0; i < c->prog_count; i++) {
		line(to, c->progs[i].line);
		fprintf(to, " prog %s%s\n", &c->strings[c->progs[i].name],
			c->progs[i].is_sleepable ? " sleepable" : "");
		places(to, c, &c->progs[i]);
		code(to, c, &c->progs[i]);
	}
	tests(to, c);
	fclose(to);
	return text;
}
