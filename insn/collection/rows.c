/* SPDX-License-Identifier: MIT */
#include "collector.h"

static const uint8_t rows_sizes[] = {
#define RAWBPF__SIZE(NAME, TYPE) sizeof(TYPE),
	RAWBPF__COLLECTOR_TABLES(RAWBPF__SIZE)
#undef RAWBPF__SIZE
};

/* What the rows of a table are to the author of a text. NULL: the table's name says it. */
static const char *const rows_words[RAWBPF__TABLE_COUNT] = {
	[RAWBPF__TABLE_string] = "bytes of names and strings",
	[RAWBPF__TABLE_expr] = "parts of expressions",
	[RAWBPF__TABLE_insn] = "instructions",
	[RAWBPF__TABLE_step] = "lines, jumps and names of programs",
	[RAWBPF__TABLE_mention] = "jumps and calls in one program",
};

static const char *const rows_names[] = {
#define RAWBPF__NAME(NAME, TYPE) #NAME "s",
	RAWBPF__COLLECTOR_TABLES(RAWBPF__NAME)
#undef RAWBPF__NAME
};

/* Tables begin with room for so many rows. */
#define ROWS_FIRST 8

/* Indices have 16 bits, and some are stored with 1 added. */
#define ROWS_MOST 65535

RAWBPF__PRIVATE char *rawbpf__memory_take(struct rawbpf__collector *c, size_t size)
{
	char *taken = c->at;

	size = (size + 7) & ~(size_t)7;
	if ((size_t)(c->end - c->at) < size) {
		c->failed = -ENOSPC;
		return NULL;
	}
	c->at += size;
	return taken;
}

/* Move a table to a larger place. The old place stays unused: together these are no larger. */
static int rows_move(struct rawbpf__collector *c, enum rawbpf__table table, unsigned max)
{
	struct rawbpf__rows *rows = &c->tables[table];
	void *all = rawbpf__memory_take(c, (size_t)max * rows_sizes[table]);

	if (!all)
		return 0;
	if (rows->count)
		__builtin_memcpy(all, rows->all, (size_t)rows->count * rows_sizes[table]);
	rows->all = all;
	rows->max = max;
	return 1;
}

RAWBPF__PRIVATE int rawbpf__rows_begin(struct rawbpf__collector *c, void *memory, size_t size)
{
	uintptr_t start = ((uintptr_t)memory + 7) & ~(uintptr_t)7;
	unsigned table;

	if (!memory || size < 8)
		return 0;
	c->at = (char *)start;
	c->end = (char *)memory + size;
	for (table = 0; table < RAWBPF__TABLE_COUNT; table++)
		if (!rows_move(c, table, ROWS_FIRST))
			return 0;
	return 1;
}

/* Say at the current line which table is full. */
static void rows_complain(struct rawbpf__collector *c, enum rawbpf__table table)
{
	const char *words = rows_words[table] ? rows_words[table] : rows_names[table];
	struct rawbpf__token token;

	if (c->failed)
		return;
	rawbpf__token_here(&c->parser.cursor, &token);
	rawbpf__complain(&c->text, &token, "a file has at most %lld %s", (long long)ROWS_MOST, words);
}

RAWBPF__PRIVATE int rawbpf__rows_room(struct rawbpf__collector *c, enum rawbpf__table table,
				      unsigned count)
{
	struct rawbpf__rows *rows = &c->tables[table];
	unsigned needed = rows->count + count;

	if (needed > ROWS_MOST && table != RAWBPF__TABLE_name) {
		rows_complain(c, table);
		c->failed = -E2BIG;
		return 0;
	}
	return needed <= rows->max ||
	       rows_move(c, table, needed > 2 * rows->max ? needed : 2 * rows->max);
}

RAWBPF__PRIVATE unsigned rawbpf__rows_add(struct rawbpf__collector *c, enum rawbpf__table table,
					  const void *row)
{
	struct rawbpf__rows *rows = &c->tables[table];

	if (!rawbpf__rows_room(c, table, 1))
		return 0;
	__builtin_memcpy((char *)rows->all + (size_t)rows->count * rows_sizes[table], row,
			 rows_sizes[table]);
	return rows->count++;
}

RAWBPF__PRIVATE void rawbpf__rows_end(const struct rawbpf__collector *c,
				      struct rawbpf_collection *collection)
{
#define RAWBPF__POINT(NAME, TYPE) \
	collection->NAME##s = c->tables[RAWBPF__TABLE_##NAME].all; \
	collection->NAME##_count = c->tables[RAWBPF__TABLE_##NAME].count;
	RAWBPF_TABLES(RAWBPF__POINT)
#undef RAWBPF__POINT
}
