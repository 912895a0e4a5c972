/* SPDX-License-Identifier: MIT */
/* Show an error with its line, and mark the place. */
#include <rawbpf/text.h>

#include "../base/out.h"
#include "../base/string.h"

/* Append `mark` as often as `byte` has columns when it is shown. */
static void show_as_wide(struct rawbpf__out *out, unsigned char byte, char mark)
{
	int i;

	for (i = rawbpf__is_plain(byte) ? 1 : 4; i; i--)
		rawbpf__out_byte(out, byte == '\t' && mark == ' ' ? '\t' : mark);
}

/* A long line is shown in part: up to SHOWN bytes, from SHOWN_BEFORE bytes before the error. */
#define SHOWN_BEFORE	100
#define SHOWN		160

/* Append the line and, below it, the mark. */
static void show_line(struct rawbpf__out *out, const char *line, size_t length,
		     const struct rawbpf_text_error *error)
{
	size_t column = error->column ? error->column - 1 : 0, from, to, i;
	size_t width = error->width ? error->width : 1;

	if (column > length)
		column = length;
	from = column > SHOWN_BEFORE ? column - SHOWN_BEFORE : 0;
	to = length - from > SHOWN ? from + SHOWN : length;
	if (from)
		rawbpf__out_text(out, "...");
	for (i = from; i < to; i++)
		rawbpf__out_escaped(out, line[i]);
	if (to < length)
		rawbpf__out_text(out, "...");
	rawbpf__out_byte(out, '\n');
	if (from)
		rawbpf__out_text(out, "   ");
	for (i = from; i < column; i++)
		show_as_wide(out, line[i], ' ');
	rawbpf__out_byte(out, '^');
	if (column < to && !rawbpf__is_plain(line[column]))
		rawbpf__out_text(out, "~~~");
	for (i = column + 1; i < to && i - column < width; i++)
		show_as_wide(out, line[i], '~');
	rawbpf__out_byte(out, '\n');
}

size_t rawbpf_text_error_format(char *buffer, size_t size, const char *file, const char *text,
				size_t length, const struct rawbpf_text_error *error)
{
	struct rawbpf__out out = rawbpf__out_begin(buffer, size);
	const char *at = text, *end = text + length, *message = error->message;
	unsigned line;

	if (file) {
		rawbpf__out_string(&out, file);
		rawbpf__out_byte(&out, ':');
	}
	rawbpf__out_number(&out, error->line);
	rawbpf__out_byte(&out, ':');
	rawbpf__out_number(&out, error->column);
	rawbpf__out_text(&out, error->is_warning ? ": warning: " : ": error: ");
	rawbpf__out_line(&out, message, rawbpf__find_byte(message, message + sizeof(error->message), 0) -
			 message);
	rawbpf__out_byte(&out, '\n');
	for (line = 1; at < end && line < error->line; at++)
		line += *at == '\n';
	if (line == error->line)
		show_line(&out, at, rawbpf__find_byte(at, end, '\n') - at, error);
	return out.length;
}
