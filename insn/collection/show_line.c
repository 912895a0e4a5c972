/* SPDX-License-Identifier: MIT */
/* Records as lines: a table, "name=value", and the text of a .show line. */
#include "../base/character.h"
#include "../base/string.h"
#include "shown.h"

enum { LINE_LEAST = 8 };

/* A line of a table that is being written. */
struct line {
	struct rawbpf__out *out;
	size_t columns; /* so far */
	size_t place;   /* where the next column begins, if those before fit */
};

/* Return 1 if no column with a width follows. */
static int line_is_last(const struct rawbpf_show *show, unsigned index)
{
	while (++index < show->count)
		if (rawbpf__is_table_column(&show->columns[index]))
			return 0;
	return 1;
}

/* Return where a column begins that has `more` blanks in front. */
static size_t line_start_of(const struct line *line, size_t more)
{
	size_t place = line->place + more, least = line->columns + RAWBPF__SHOWN_GAP;

	return line->columns && place < least ? least : place;
}

/* Begin a column: fill the room in front of it. */
static void line_move(struct line *line, size_t more)
{
	size_t place = line_start_of(line, more);

	rawbpf__out_repeat(line->out, ' ', place - line->columns);
	line->columns = place;
}

/* Go on below. */
static void line_break(struct line *line)
{
	rawbpf__out_byte(line->out, '\n');
	line->columns = 0;
	line->place = RAWBPF__SHOWN_INDENT;
}

static void line_step(struct line *line, const struct rawbpf_column *column)
{
	line->place += column->width + RAWBPF__SHOWN_GAP;
}

static unsigned line_limit(const struct rawbpf_show *show)
{
	return show->width ? show->width : 80;
}

/* Return the columns that a value needs. */
static size_t line_measure(const struct rawbpf__shown *shown, const struct rawbpf_column *column)
{
	struct rawbpf__out out = rawbpf__out_begin(NULL, 0);
	struct rawbpf__cell cell = rawbpf__cell_begin(&out, rawbpf__endless);

	rawbpf__value_text(&cell, shown, column);
	return cell.columns;
}

/* Return the columns that the values behind one take in this record: at most their widths, but the last all. */
static size_t line_behind(const struct rawbpf__shown *shown, unsigned index)
{
	const struct rawbpf_show *show = shown->show;
	size_t sum = 0;

	while (++index < show->count && !show->columns[index].is_below && sum < line_limit(show)) {
		const struct rawbpf_column *column = &show->columns[index];
		size_t needed;

		if (!rawbpf__is_table_column(column))
			continue;
		needed = rawbpf__look_of(column)->is_left ? line_measure(shown, column) : column->width;
		if (needed > column->width && !line_is_last(show, index))
			needed = column->width;
		sum += RAWBPF__SHOWN_GAP + needed;
	}
	return sum;
}

/*
 * Return the columns that a value may have. A long value also takes what the values behind it leave: so
 * a path is whole where there are no arguments.
 */
static size_t line_room(const struct rawbpf__shown *shown, const struct line *line, unsigned index)
{
	const struct rawbpf_show *show = shown->show;
	const struct rawbpf_column *column = &show->columns[index];
	size_t used = line->columns, is_last = line_is_last(show, index);
	size_t least = is_last ? LINE_LEAST : column->width;

	if (show->is_whole || !rawbpf__look_of(column)->may_cut)
		return rawbpf__endless;
	if (!is_last && line_measure(shown, column) <= least)
		return least;
	used += line_behind(shown, index);
	return line_limit(show) > used + least ? line_limit(show) - used : least;
}

/* Does a value that needs so many columns, or is cut, end behind the terminal's last one? */
static int line_is_full(const struct line *line, const struct rawbpf_show *show, unsigned index, size_t needed)
{
	const struct rawbpf_column *column = &show->columns[index];
	size_t least = line_is_last(show, index) ? LINE_LEAST : column->width;

	if (rawbpf__look_of(column)->may_cut && needed > least)
		needed = least;
	return !show->is_whole && line->columns && line_start_of(line, 0) + needed > line_limit(show);
}

static void line_value(struct line *line, const struct rawbpf__shown *shown, unsigned index)
{
	const struct rawbpf_column *column = &shown->show->columns[index];
	int is_left = rawbpf__look_of(column)->is_left;
	size_t needed = is_left && shown->show->is_whole ? 0 : line_measure(shown, column);
	size_t blanks = !is_left && needed < column->width ? column->width - needed : 0;
	struct rawbpf__cell cell;

	if (column->is_below || line_is_full(line, shown->show, index, blanks + needed))
		line_break(line);
	line_move(line, blanks);
	cell = rawbpf__cell_begin(line->out, line_room(shown, line, index));
	rawbpf__value_text(&cell, shown, column);
	line->columns += cell.columns;
	line_step(line, column);
}

/* Write a stack below the record, a line for each function. */
static void line_stack(struct rawbpf__out *out, const struct rawbpf__shown *shown,
		       const struct rawbpf_column *column)
{
	size_t room = shown->show->is_whole ? rawbpf__endless : line_limit(shown->show) - RAWBPF__SHOWN_INDENT;
	unsigned depth = rawbpf__value_depth(shown, column);

	for (unsigned i = 0; i < depth; i++) {
		struct rawbpf__cell cell;

		rawbpf__out_repeat(out, ' ', RAWBPF__SHOWN_INDENT);
		cell = rawbpf__cell_begin(out, room);
		rawbpf__value_frame(&cell, shown, column, i);
		rawbpf__out_byte(out, '\n');
	}
}

size_t rawbpf_show_record_format(char *text, size_t size, const struct rawbpf_show *show,
				 const struct rawbpf_show_system *system, const void *data,
				 size_t data_size)
{
	const struct rawbpf__shown shown = { show, system, data, data_size };
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	struct line line = { .out = &out };

	for (unsigned i = 0; i < show->count; i++)
		if (rawbpf__is_table_column(&show->columns[i]))
			line_value(&line, &shown, i);
	rawbpf__out_byte(&out, '\n');
	for (unsigned i = 0; i < show->count; i++)
		if (show->columns[i].present == RAWBPF_PRESENT_KSTACK)
			line_stack(&out, &shown, &show->columns[i]);
	return out.length;
}

size_t rawbpf_show_names_format(char *text, size_t size, const struct rawbpf_show *show)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	struct line line = { .out = &out };

	for (unsigned i = 0; i < show->count; i++) {
		const struct rawbpf_column *column = &show->columns[i];
		const char *name = column->name;

		if (!rawbpf__is_table_column(column))
			continue;
		if (i == show->key_count && show->map && column->field == RAWBPF_NO_FIELD)
			name = show->map;
		if (column->is_below)
			line_break(&line);
		line_move(&line, rawbpf__look_of(column)->is_left || rawbpf__length(name) > column->width ? 0 :
				 column->width - rawbpf__length(name));
		for (const char *at = name; *at; at++)
			rawbpf__out_byte(&out, rawbpf__is_lower(*at) ? rawbpf__upper(*at) :
					       rawbpf__is_printable(*at) ? *at : '?');
		line.columns += rawbpf__length(name);
		line_step(&line, column);
	}
	rawbpf__out_byte(&out, '\n');
	return out.length;
}

/* ---------------------------------------------------------------------- name=value */

/* Write the columns from `first` to `end`. */
static void line_pairs(struct rawbpf__out *out, const struct rawbpf__shown *shown, unsigned first, unsigned end)
{
	const struct rawbpf_show *show = shown->show;
	unsigned written = 0;

	for (unsigned i = first; i < end; i++) {
		const struct rawbpf_column *column = &show->columns[i];
		struct rawbpf__cell cell;

		if (!rawbpf__look_of(column)->json || column->is_named)
			continue;
		if (written++)
			rawbpf__out_byte(out, ' ');
		if (column->field != RAWBPF_NO_FIELD) {
			rawbpf__out_text(out, column->name);
			rawbpf__out_byte(out, '=');
		}
		cell = rawbpf__cell_begin(out, rawbpf__endless);
		rawbpf__value_text(&cell, shown, column);
	}
}

size_t rawbpf_show_value_format(char *text, size_t size, const struct rawbpf_show *show,
				const struct rawbpf_show_system *system, const void *data,
				size_t data_size)
{
	const struct rawbpf__shown shown = { show, system, data, data_size };
	struct rawbpf__out out = rawbpf__out_begin(text, size);

	line_pairs(&out, &shown, show->key_count, show->count);
	return out.length;
}

/* ------------------------------------------------------------- the text of a .show line */

/* What stands behind a %: "-8x". */
struct line_part {
	unsigned width;
	int is_left, is_zero;
	char letter; /* u, d, x, or 0: by the presentation */
};

static const char *line_part_parse(struct line_part *part, const char *at)
{
	*part = (struct line_part){ .is_left = *at == '-' };
	at += part->is_left;
	part->is_zero = *at == '0';
	for (; rawbpf__is_decimal(*at); at++)
		if (part->width < 1000)
			part->width = part->width * 10 + (unsigned)(*at - '0');
	if (*at == 'u' || *at == 'd' || *at == 'x')
		part->letter = *at++;
	return at;
}

/* Write a number by its letter, or a key or value by its presentation. */
static void line_part_write(struct rawbpf__out *out, const struct rawbpf__shown *shown,
				 const struct line_part *part, unsigned first, unsigned end)
{
	const struct rawbpf_column *column = &shown->show->columns[first];
	int is_number = first + 1 == end && !column->count && column->size <= 8 &&
			column->present != RAWBPF_PRESENT_BYTES && rawbpf__value_count(shown, column);
	uint64_t number;

	if (!is_number || !part->letter) {
		line_pairs(out, shown, first, end);
		return;
	}
	number = rawbpf__value_load(shown, column, 0);
	if (part->letter == 'd')
		rawbpf__out_signed(out, (int64_t)number);
	else if (part->letter == 'u')
		rawbpf__out_number(out, number);
	else
		rawbpf__out_hex(out, column->size < 8 ? number & ((UINT64_C(1) << 8 * column->size) - 1) : number);
}

static void line_part_run(struct rawbpf__out *out, const struct rawbpf__shown *shown,
			       const struct line_part *part, int is_key)
{
	const struct rawbpf_show *show = shown->show;
	unsigned first = is_key ? 0 : show->key_count, end = is_key ? show->key_count : show->count;
	struct rawbpf__out measured = rawbpf__out_begin(NULL, 0);
	size_t room;

	if (first == end)
		return;
	line_part_write(&measured, shown, part, first, end);
	room = part->width > measured.length ? part->width - measured.length : 0;
	if (!part->is_left)
		rawbpf__out_repeat(out, part->is_zero ? '0' : ' ', room);
	line_part_write(out, shown, part, first, end);
	if (part->is_left)
		rawbpf__out_repeat(out, ' ', room);
}

size_t rawbpf_show_text_format(char *text, size_t size, const struct rawbpf_show *show,
			       const struct rawbpf_show_system *system, const char *string,
			       const void *data, size_t data_size)
{
	const struct rawbpf__shown shown = { show, system, data, data_size };
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	const char *first = rawbpf__find(string, '%');
	int is_key = *first && *rawbpf__find(first + 1, '%');

	while (*string) {
		struct line_part part;
		const char *end = rawbpf__find(string, '%');
		struct rawbpf__cell cell = rawbpf__cell_begin(&out, rawbpf__endless);

		rawbpf__cell_bytes(&cell, string, (size_t)(end - string));
		string = end;
		if (!*string)
			break;
		string = line_part_parse(&part, string + 1);
		line_part_run(&out, &shown, &part, is_key);
		is_key = 0;
	}
	rawbpf__out_byte(&out, '\n');
	return out.length;
}
