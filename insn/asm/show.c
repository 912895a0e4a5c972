/* SPDX-License-Identifier: MIT */
/* An error as a reader wants it: with its line, and the place marked. */
#include <rawbpf/text.h>

#include "../base/out.h"

/* What is as wide as `byte` is when it is shown. */
static void show_as_wide(struct rawbpf__out *out, unsigned char byte, char mark)
{
	int i;

	for (i = rawbpf__is_plain(byte) ? 1 : 4; i; i--)
		rawbpf__out_byte(out, byte == '\t' && mark == ' ' ? '\t' : mark);
}

/* Of a long line this much is shown, and from where the error is. */
#define SHOWN_BEFORE	100
#define SHOWN		160

/* The line and, below it, the place. */
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
	struct rawbpf__out out = { .text = buffer, .size = size };
	size_t from = 0, to;
	unsigned line = 1, i;

	if (size)
		buffer[0] = '\0';
	for (; file && *file; file++)
		rawbpf__out_escaped(&out, *file);
	if (file)
		rawbpf__out_byte(&out, ':');
	rawbpf__out_number(&out, error->line);
	rawbpf__out_byte(&out, ':');
	rawbpf__out_number(&out, error->column);
	rawbpf__out_text(&out, error->is_warning ? ": warning: " : ": error: ");
	for (i = 0; i < sizeof(error->message) && error->message[i]; i++)
		rawbpf__out_escaped(&out, error->message[i]);
	rawbpf__out_byte(&out, '\n');
	for (; from < length && line < error->line; from++)
		line += text[from] == '\n';
	for (to = from; to < length && text[to] != '\n'; to++)
		;
	if (line == error->line)
		show_line(&out, text + from, to - from, error);
	return out.length;
}
