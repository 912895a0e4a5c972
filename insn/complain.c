/* SPDX-License-Identifier: MIT */
#include "parse.h"

/* ----------------------------------------------------------------------- messages */

static void say_byte(struct rawbpf__complaint *c, char byte)
{
	if (!c->error || c->length + 1 >= sizeof(c->error->message))
		return;
	c->error->message[c->length++] = byte;
	c->error->message[c->length] = '\0';
}

RAWBPF__PRIVATE void rawbpf__say(struct rawbpf__complaint *c, const char *words)
{
	while (*words)
		say_byte(c, *words++);
}

RAWBPF__PRIVATE void rawbpf__say_number(struct rawbpf__complaint *c, uint64_t number)
{
	if (number > 9)
		rawbpf__say_number(c, number / 10);
	say_byte(c, '0' + number % 10);
}

RAWBPF__PRIVATE void rawbpf__say_hex(struct rawbpf__complaint *c, unsigned number)
{
	say_byte(c, "0123456789abcdef"[number >> 4 & 15]);
	say_byte(c, "0123456789abcdef"[number & 15]);
}

/* Enough of any name to know it again. */
#define SAID_BYTES 28

RAWBPF__PRIVATE void rawbpf__say_text(struct rawbpf__complaint *c, const unsigned char *text,
				      unsigned length)
{
	unsigned i, shown = length > SAID_BYTES ? SAID_BYTES - 3 : length;

	for (i = 0; i < shown; i++) {
		if (text[i] >= ' ' && text[i] <= '~') {
			say_byte(c, text[i]);
			continue;
		}
		rawbpf__say(c, "\\x");
		rawbpf__say_hex(c, text[i]);
	}
	if (shown < length)
		rawbpf__say(c, "...");
}

RAWBPF__PRIVATE void rawbpf__say_token(struct rawbpf__complaint *c,
				       const struct rawbpf__token *token)
{
	rawbpf__say(c, "'");
	rawbpf__say_text(c, token->start, token->length);
	rawbpf__say(c, "'");
}

/* ------------------------------------------------------------------- the list of errors */

static int is_before(const struct rawbpf_text_error *a, const struct rawbpf_text_error *b)
{
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Errors are kept in the order of their places; of too many the first. */
RAWBPF__PRIVATE struct rawbpf__complaint rawbpf__complain(struct rawbpf__parser *p, unsigned line,
							  const unsigned char *start,
							  unsigned width)
{
	struct rawbpf_text *text = p->text;
	struct rawbpf_text_error error = { .line = line, .column = 1, .width = width };
	unsigned n = text->error_count++;
	const unsigned char *at = start;

	if (!text->error_max)
		return (struct rawbpf__complaint){ .error = NULL };
	if (n >= text->error_max) {
		n = text->error_max - 1;
		if (line > text->errors[n].line)
			return (struct rawbpf__complaint){ .error = NULL };
	}
	while (at > p->begin && at[-1] != '\n')
		at--;
	error.column = start - at + 1;
	if (n < text->error_count - 1 && !is_before(&error, &text->errors[n]))
		return (struct rawbpf__complaint){ .error = NULL };
	for (; n && is_before(&error, &text->errors[n - 1]); n--)
		text->errors[n] = text->errors[n - 1];
	text->errors[n] = error;
	return (struct rawbpf__complaint){ .error = &text->errors[n] };
}

RAWBPF__PRIVATE struct rawbpf__complaint rawbpf__complain_token(struct rawbpf__parser *p,
								const struct rawbpf__token *token)
{
	return rawbpf__complain(p, token->line, token->start, token->length);
}

/* ------------------------------------------------------------------- did you mean...? */

#define GUESS_LENGTH 40		/* longer names nobody mistypes */
#define GUESS_DISTANCE 2

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	return a < b ? a < c ? a : c : b < c ? b : c;
}

/* Letters to add, drop, change or swap with their neighbour to make `a` of `b`. */
static unsigned edit_distance(const unsigned char *a, unsigned a_length, const unsigned char *b,
			      unsigned b_length)
{
	unsigned char rows[3][GUESS_LENGTH + 1];
	unsigned i, j;

	for (j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (i = 1; i <= a_length; i++) {
		unsigned char *row = rows[i % 3], *above = rows[(i - 1) % 3];
		unsigned char *second = rows[(i + 1) % 3];

		row[0] = i;
		for (j = 1; j <= b_length; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1,
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    second[j - 2] + 1 < row[j])
				row[j] = second[j - 2] + 1;
		}
	}
	return rows[a_length % 3][b_length];
}

RAWBPF__PRIVATE void rawbpf__guess_offer(struct rawbpf__guess *guess, const void *name,
					 unsigned length)
{
	unsigned distance, limit = guess->length > 4 ? GUESS_DISTANCE : guess->length / 2;

	if (length > GUESS_LENGTH || guess->length > GUESS_LENGTH ||
	    length > guess->length + limit || length + limit < guess->length)
		return;
	distance = edit_distance(guess->name, guess->length, name, length);
	if (distance > limit || (guess->best && distance >= guess->distance))
		return;
	guess->best = name;
	guess->best_length = length;
	guess->distance = distance;
}

RAWBPF__PRIVATE void rawbpf__say_guess(struct rawbpf__complaint *c,
				       const struct rawbpf__guess *guess)
{
	if (!guess->best)
		return;
	rawbpf__say(c, " (did you mean '");
	rawbpf__say_text(c, guess->best, guess->best_length);
	rawbpf__say(c, "'?)");
}

/* ------------------------------------------------------------------ an error for a reader */

struct complain_out {
	char *text;
	size_t size, length;
};

static void out_byte(struct complain_out *out, char byte)
{
	if (out->length + 1 < out->size) {
		out->text[out->length] = byte;
		out->text[out->length + 1] = '\0';
	}
	out->length++;
}

static void out_text(struct complain_out *out, const char *text)
{
	while (*text)
		out_byte(out, *text++);
}

static void out_number(struct complain_out *out, unsigned number)
{
	if (number > 9)
		out_number(out, number / 10);
	out_byte(out, '0' + number % 10);
}

static int is_plain(unsigned char byte)
{
	return (byte >= ' ' && byte <= '~') || byte == '\t';
}

/* A byte of somebody else's text; what a terminal might obey becomes \xNN. */
static void out_escaped(struct complain_out *out, unsigned char byte)
{
	if (is_plain(byte)) {
		out_byte(out, byte);
		return;
	}
	out_text(out, "\\x");
	out_byte(out, "0123456789abcdef"[byte >> 4]);
	out_byte(out, "0123456789abcdef"[byte & 15]);
}

/* `count` times what is as wide as `byte` is when it is shown. */
static void out_as_wide(struct complain_out *out, unsigned char byte, char mark)
{
	int i;

	for (i = is_plain(byte) ? 1 : 4; i; i--)
		out_byte(out, byte == '\t' && mark == ' ' ? '\t' : mark);
}

/* Of a long line this much is shown, and from where the error is. */
#define SHOWN_BEFORE	100
#define SHOWN		160

/* The line and, below it, the place. */
static void out_line(struct complain_out *out, const unsigned char *line, size_t length,
		     const struct rawbpf_text_error *error)
{
	size_t column = error->column ? error->column - 1 : 0, from, to, i;
	size_t width = error->width ? error->width : 1;

	if (column > length)
		column = length;
	from = column > SHOWN_BEFORE ? column - SHOWN_BEFORE : 0;
	to = length - from > SHOWN ? from + SHOWN : length;
	if (from)
		out_text(out, "...");
	for (i = from; i < to; i++)
		out_escaped(out, line[i]);
	if (to < length)
		out_text(out, "...");
	out_byte(out, '\n');
	if (from)
		out_text(out, "   ");
	for (i = from; i < column; i++)
		out_as_wide(out, line[i], ' ');
	out_byte(out, '^');
	if (column < to && !is_plain(line[column]))
		out_text(out, "~~~");
	for (i = column + 1; i < to && i - column < width; i++)
		out_as_wide(out, line[i], '~');
	out_byte(out, '\n');
}

size_t rawbpf_text_error_format(char *buffer, size_t size, const char *file, const char *text,
				size_t length, const struct rawbpf_text_error *error)
{
	struct complain_out out = { .text = buffer, .size = size };
	size_t from = 0, to;
	unsigned line = 1, i;

	if (size)
		buffer[0] = '\0';
	for (; file && *file; file++)
		out_escaped(&out, *file);
	if (file)
		out_byte(&out, ':');
	out_number(&out, error->line);
	out_byte(&out, ':');
	out_number(&out, error->column);
	out_text(&out, ": error: ");
	for (i = 0; i < sizeof(error->message) && error->message[i]; i++)
		out_escaped(&out, error->message[i]);
	out_byte(&out, '\n');
	for (; from < length && line < error->line; from++)
		line += text[from] == '\n';
	for (to = from; to < length && text[to] != '\n'; to++)
		;
	if (line == error->line)
		out_line(&out, (const unsigned char *)text + from, to - from, error);
	return out.length;
}
