/* SPDX-License-Identifier: MIT */
/* Tables of a collection, written by hand: what rawbpf_collection_parse() makes of a text. */
#ifndef TEST_TABLES_H
#define TEST_TABLES_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>
#include <rawbpf/collection.h>

enum { TABLE_ROWS = 256, TABLE_BYTES = 16384 };

/* Each array has the name of its member of struct rawbpf_collection, in the singular. */
struct tables {
	char string[TABLE_BYTES];
	unsigned string_count;
#define TABLE(NAME, TYPE) TYPE NAME##_[TABLE_ROWS]; unsigned NAME##_count_;
	RAWBPF_TABLES(TABLE)
#undef TABLE
	struct rawbpf_collection collection;
};

static inline struct rawbpf_collection *tables_end(struct tables *t)
{
	if (t->prog_count_) {
		struct rawbpf_table_prog *prog = &t->prog_[t->prog_count_ - 1];

		prog->insn_count = t->insn_count_ - prog->insn;
		prog->step_count = t->step_count_ - prog->step;
		prog->label_count = t->label_count_ - prog->label;
		prog->place_count = t->place_count_ - prog->place;
	}
#define TABLE(NAME, TYPE) \
	t->collection.NAME##s = t->NAME##_; \
	t->collection.NAME##_count = t->NAME##_count_;
	RAWBPF_TABLES(TABLE)
#undef TABLE
	t->collection.strings = t->string;
	t->collection.string_count = t->string_count;
	return &t->collection;
}

static inline struct tables *tables_begin(void)
{
	struct tables *t = calloc(1, sizeof(*t));

	t->string_count = 1;
	t->expr_count_ = 1; /* element 0 is none */
	return t;
}

static inline unsigned table_string(struct tables *t, const char *string)
{
	unsigned at = t->string_count;

	memcpy(t->string + at, string, strlen(string) + 1);
	t->string_count += strlen(string) + 1;
	return at;
}

/* ------------------------------------------------------------------------ expressions */

static inline unsigned table_expr(struct tables *t, unsigned op, unsigned a, uint32_t b)
{
	t->expr_[t->expr_count_] = (struct rawbpf_expr){ op, a, b };
	return t->expr_count_++;
}

static inline unsigned table_number(struct tables *t, int64_t number)
{
	unsigned expr;

	if (number >= INT32_MIN && number <= UINT32_MAX)
		return table_expr(t, RAWBPF_EXPR_NUMBER, number < 0, (uint32_t)number);
	expr = table_expr(t, RAWBPF_EXPR_WIDE, 0, (uint32_t)number);
	table_expr(t, RAWBPF_EXPR_NUMBER, 0, (uint64_t)number >> 32);
	return expr;
}

static inline unsigned table_symbol(struct tables *t, const char *name)
{
	return table_expr(t, RAWBPF_EXPR_SYMBOL, 0, table_string(t, name));
}

static inline unsigned table_sum(struct tables *t, unsigned a, unsigned b)
{
	return table_expr(t, RAWBPF_EXPR_ADD, a, b);
}

/* ----------------------------------------------------------------------- declarations */

static inline unsigned table_struct(struct tables *t, const char *name)
{
	t->struct_[t->struct_count_] = (struct rawbpf_table_struct){
		.name = table_string(t, name), .field = t->field_count_, .line = 1 };
	return t->struct_count_++;
}

/* Add a field to the last struct. `count` 0: no array. */
static inline unsigned table_field(struct tables *t, const char *type, const char *name,
				   unsigned count, unsigned present)
{
	t->field_[t->field_count_] = (struct rawbpf_table_field){
		.name = table_string(t, name), .type = table_string(t, type),
		.count = count ? table_number(t, count) : 0, .present = present, .line = 2 };
	t->struct_[t->struct_count_ - 1].field_count++;
	return t->field_count_++;
}

static inline unsigned table_set(struct tables *t, const char *name, unsigned expr)
{
	t->set_[t->set_count_] = (struct rawbpf_table_set){ table_string(t, name), expr, 3 };
	return t->set_count_++;
}

static inline unsigned table_map(struct tables *t, const char *name, unsigned type, const char *key,
				 const char *value, unsigned entries)
{
	t->map_[t->map_count_] = (struct rawbpf_table_map){
		.name = table_string(t, name), .type = type, .key_type = table_string(t, key),
		.value_type = table_string(t, value), .max_entries = table_number(t, entries),
		.line = 4 };
	return t->map_count_++;
}

/* --------------------------------------------------------------------------- programs */

static inline unsigned table_prog(struct tables *t, const char *name)
{
	tables_end(t);
	t->prog_[t->prog_count_] = (struct rawbpf_table_prog){
		.name = table_string(t, name), .place = t->place_count_, .line = 10,
		.label = t->label_count_, .insn = t->insn_count_, .step = t->step_count_ };
	return t->prog_count_++;
}

/* Add a place to the last program. The arguments that are added next are its own. */
static inline struct rawbpf_table_place *table_place(struct tables *t, unsigned way,
						     const char *target)
{
	t->place_[t->place_count_] = (struct rawbpf_table_place){
		.way = way, .target = table_string(t, target), .arg = t->arg_count_, .line = 11 };
	return &t->place_[t->place_count_++];
}

static inline void table_arg(struct tables *t, unsigned index, const char *slot, const char *type,
			     unsigned value)
{
	struct rawbpf_table_place *place = &t->place_[t->place_count_ - 1];

	t->arg_[t->arg_count_++] = (struct rawbpf_table_arg){
		.index = index, .slot = table_string(t, slot),
		.type = type ? table_string(t, type) : 0, .value = value };
	place->has_args = 1;
	place->arg_count++;
}

static inline unsigned table_label(struct tables *t, const char *name)
{
	t->label_[t->label_count_] = table_string(t, name);
	return t->label_count_++ - t->prog_[t->prog_count_ - 1].label;
}

/* Add a step before the next instruction. */
static inline void table_step(struct tables *t, unsigned kind, unsigned a, unsigned b)
{
	unsigned slot = t->insn_count_ - t->prog_[t->prog_count_ - 1].insn;

	t->step_[t->step_count_++] = (struct rawbpf_step){ slot, kind, a, b };
}

static inline void table_line(struct tables *t, unsigned line, unsigned macro_line)
{
	table_step(t, RAWBPF_STEP_LINE, line, macro_line);
}

static inline void table_insns(struct tables *t, const struct bpf_insn *insns, unsigned count)
{
	memcpy(&t->insn_[t->insn_count_], insns, count * sizeof(*insns));
	t->insn_count_ += count;
}

#define table_insn(T, ...) \
	table_insns((T), (const struct bpf_insn[]){ __VA_ARGS__ }, \
		    sizeof((const struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn))

static inline void table_local(struct tables *t, const char *name, const char *type, unsigned size)
{
	t->local_[t->local_count_] = (struct rawbpf_table_local){
		.name = table_string(t, name), .type = type ? table_string(t, type) : 0,
		.size = size ? table_number(t, size) : 0 };
	table_step(t, RAWBPF_STEP_LOCAL, t->local_count_++, 0);
}

#endif
