/* SPDX-License-Identifier: MIT */
/* Tables that fit the terminal. */
#include "record.h"
#include "tool.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A column shrinks to NARROW before another is left out, and to TIGHT when no other can be. */
enum { NARROW = 12, TIGHT = 6, GAP = 2 };

struct column {
	const char *name;
	char *heading;
	int width, least;
	int is_numeric; /* all of its cells are numbers, which align to the right */
};

struct layout {
	struct column columns[FIELDS];
	unsigned count;
};

size_t text_piece(const char *text, int width)
{
	size_t at = 0, cut = 0;

	for (int columns = 0; text[at]; columns++) {
		size_t next = at + 1;

		while ((text[next] & 0xc0) == 0x80)
			next++;
		if (text[at] == ' ')
			cut = at;
		if (columns == width)
			return cut ? cut : at;
		if (text[at] == ',' || text[at] == '/')
			cut = next;
		at = next;
	}
	return at;
}

const char *text_next(const char *text, size_t length)
{
	text += length;
	if (*text == ' ')
		text++;
	return *text ? text : NULL;
}

void table_add(struct table *table, struct record *record)
{
	if (table->json) {
		record_print(record, 1);
		return;
	}
	table->rows = must_extend(table->rows, table->count, sizeof *table->rows);
	table->rows[table->count++] = *record;
}

static const struct field *find_field(const struct record *record, const char *name)
{
	static const struct field none = { .text = NULL };

	for (unsigned i = 0; i < record->count; i++)
		if (strcmp(record->fields[i].name, name) == 0)
			return &record->fields[i];
	return &none;
}

static const char *cell_of(const struct field *field)
{
	return field->text ? field->text : "-";
}

/* Count the columns of a text in UTF-8. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static char *heading_of(const char *name)
{
	char *heading = must_print("%s", name);

	for (char *c = heading; *c; c++)
		*c = *c == '_' ? ' ' : toupper((unsigned char)*c);
	return heading;
}

static int longest_word(const char *text)
{
	int longest = 0;

	while (text) {
		int length = (int)strcspn(text, " ");

		longest = larger(longest, length);
		text = text_next(text, length);
	}
	return longest;
}

/* Measure a column: the width of its cells, and the least width. Numbers stay whole. */
static void measure(struct column *column, const char *name, const struct table *table)
{
	int numbers = 0, texts = 0, cells = 1;

	column->name = name;
	column->heading = heading_of(name);
	for (unsigned i = 0; i < table->count; i++) {
		const struct field *field = find_field(&table->rows[i], name);

		numbers += field->is_number;
		texts += field->text && !field->is_number;
		cells = larger(cells, width_of(cell_of(field)));
	}
	column->is_numeric = numbers && !texts;
	column->width = larger(cells, width_of(column->heading));
	column->least = larger(cells, longest_word(column->heading));
	if (!column->is_numeric && column->least > NARROW)
		column->least = NARROW;
}

static int total(const struct layout *layout, int of_least)
{
	int width = -GAP;

	for (unsigned c = 0; c < layout->count; c++)
		width += GAP + (of_least ? layout->columns[c].least : layout->columns[c].width);
	return width;
}

static void leave_out(struct layout *layout, const char *name)
{
	unsigned kept = 0;

	for (unsigned c = 0; c < layout->count; c++) {
		if (strcmp(layout->columns[c].name, name) == 0)
			free(layout->columns[c].heading);
		else
			layout->columns[kept++] = layout->columns[c];
	}
	layout->count = kept;
}

static void tighten(struct layout *layout)
{
	for (unsigned c = 0; c < layout->count; c++)
		if (!layout->columns[c].is_numeric && layout->columns[c].least > TIGHT)
			layout->columns[c].least = TIGHT;
}

/* Leave out columns that do not fit even if all are narrow. Then narrow the widest ones. */
static void fit(struct layout *layout, const struct table *table, int most)
{
	const char *const *optional = table->optional;

	while (total(layout, 1) > most && optional && *optional)
		leave_out(layout, *optional++);
	if (total(layout, 1) > most)
		tighten(layout);
	while (total(layout, 0) > most) {
		struct column *widest = NULL;

		for (unsigned c = 0; c < layout->count; c++) {
			struct column *column = &layout->columns[c];

			if (column->width > column->least && (!widest || column->width > widest->width))
				widest = column;
		}
		if (!widest)
			return;
		widest->width--;
	}
}

/* Print a row, in as many lines as its cells take. */
static void print_row(const struct layout *layout, const char **cells)
{
	for (int more = 1; more;) {
		int owed = 0; /* blanks to print before the next cell */

		more = 0;
		for (unsigned c = 0; c < layout->count; c++) {
			const struct column *column = &layout->columns[c];
			const char *text = cells[c] ? cells[c] : "";
			int length = (int)text_piece(text, column->width), width;
			char *piece = must_print("%.*s", length, text);

			width = width_of(piece);
			if (column->is_numeric)
				owed += column->width - width;
			if (width) {
				printf("%*s%s", owed, "", piece);
				owed = 0;
			}
			owed += GAP + (column->is_numeric ? 0 : column->width - width);
			free(piece);
			cells[c] = cells[c] ? text_next(text, length) : NULL;
			more |= cells[c] != NULL;
		}
		putchar('\n');
	}
}

void table_print(struct table *table)
{
	struct layout layout = { .count = 0 };
	const char *cells[FIELDS];

	if (table->json)
		return;
	for (; table->columns[layout.count]; layout.count++)
		measure(&layout.columns[layout.count], table->columns[layout.count], table);
	fit(&layout, table, (int)tool_width());
	for (unsigned c = 0; c < layout.count; c++)
		cells[c] = layout.columns[c].heading;
	print_row(&layout, cells);
	for (unsigned i = 0; i < table->count; i++) {
		for (unsigned c = 0; c < layout.count; c++)
			cells[c] = cell_of(find_field(&table->rows[i], layout.columns[c].name));
		print_row(&layout, cells);
		record_free(&table->rows[i]);
	}
	for (unsigned c = 0; c < layout.count; c++)
		free(layout.columns[c].heading);
	free(table->rows);
}
