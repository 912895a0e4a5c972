/* SPDX-License-Identifier: MIT */
/* Pages are made for 80 columns. A narrower terminal gets each long line in pieces. */
#include "tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Return the bytes of a character, and count its column. A colour has none. */
static size_t character(const char *at, unsigned *column)
{
	size_t length = 1;

	if (*at == '\33') {
		length = strcspn(at, "m");
		return length + (at[length] == 'm');
	}
	while ((at[length] & 0xc0) == 0x80)
		length++;
	++*column;
	return length;
}

/* Find the column where a line's second piece begins: the last one of a table's that leaves room. */
static unsigned find_indent(const char *line, const char *end, unsigned width)
{
	unsigned column = 0, indent = 0, blanks = 2;

	while (line < end && column <= width / 2) {
		if (*line != ' ' && blanks >= 2)
			indent = column;
		blanks = *line == ' ' ? blanks + 1 : 0;
		line += character(line, &column);
	}
	return indent;
}

/* Return the end of the piece that fits: before a blank, or inside a word that is too long. */
static const char *find_cut(const char *at, const char *end, unsigned column, unsigned width)
{
	const char *cut = NULL, *first = at + strspn(at, " ");

	while (at < end && (column < width || *at == ' ' || *at == '\33')) {
		if (*at == ' ' && at > first)
			cut = at;
		if (column >= width && *at == ' ')
			return at;
		at += character(at, &column);
	}
	return at == end || !cut ? at : cut;
}

static void print_line(FILE *stream, const char *line, const char *end, unsigned width)
{
	unsigned indent = find_indent(line, end, width), column = 0;

	for (;;) {
		const char *cut = find_cut(line, end, column, width), *last = cut;

		while (last > line && last[-1] == ' ')
			last--;
		fprintf(stream, "%*s%.*s\n", column, "", (int)(last - line), line);
		line = cut + strspn(cut, " ");
		if (line >= end)
			return;
		column = indent;
	}
}

void tool_page(FILE *stream, const char *format, ...)
{
	unsigned width = tool_width();
	va_list arguments;
	char *page;

	va_start(arguments, format);
	if (vasprintf(&page, format, arguments) < 0)
		page = NULL;
	va_end(arguments);
	for (const char *end, *line = page; line && *line; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		print_line(stream, line, end, width);
	}
	free(page);
}
