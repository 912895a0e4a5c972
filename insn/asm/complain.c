/* SPDX-License-Identifier: MIT */
#include <stdarg.h>

#include "../base/out.h"
#include "parse.h"

/* ----------------------------------------------------------------------- messages */

/* Enough of any name to know it again. */
#define SAID_BYTES 28

static void out_name(struct rawbpf__out *out, const unsigned char *name, unsigned length)
{
	unsigned i, shown = length > SAID_BYTES ? SAID_BYTES - 3 : length;

	for (i = 0; i < shown; i++)
		rawbpf__out_escaped(out, name[i]);
	if (shown < length)
		rawbpf__out_text(out, "...");
}

static void out_code(struct rawbpf__out *out, const struct rawbpf__parser *p, unsigned code)
{
	static const char operators[][6] = { "'|='", "'^='", "'<<'", "'>>'", "'<<='", "'>>='" };

	if (code >= RAWBPF__T_WORD) {
		rawbpf__out_text(out, p->tables->words[code - RAWBPF__T_WORD].text);
	} else if (code == RAWBPF__T_R || code == RAWBPF__T_W) {
		rawbpf__out_text(out, code == RAWBPF__T_R ? "a register r0 to r10" : "w0 to w10");
	} else if (code == RAWBPF__T_NUMBER) {
		rawbpf__out_text(out, "a number");
	} else if (code >= RAWBPF__T_OR_EQUAL && code <= RAWBPF__T_RIGHT_EQUAL) {
		rawbpf__out_text(out, operators[code - RAWBPF__T_OR_EQUAL]);
	} else if (code) {
		rawbpf__out_byte(out, '\'');
		rawbpf__out_byte(out, code < RAWBPF__T_EQUAL ? code + RAWBPF__T_EQUAL : code);
		rawbpf__out_text(out, code < RAWBPF__T_EQUAL ? "='" : "'");
	}
}

static void out_guess(struct rawbpf__out *out, const struct rawbpf__guess *guess)
{
	if (!guess->best)
		return;
	rawbpf__out_text(out, " (did you mean '");
	out_name(out, guess->best, guess->best_length);
	rawbpf__out_text(out, "'?)");
}

static void out_message(struct rawbpf__out *out, const struct rawbpf__parser *p,
			const char *message, va_list arguments)
{
	const struct rawbpf__token *token;

	for (; *message; message++) {
		if (*message != '%') {
			rawbpf__out_byte(out, *message);
			continue;
		}
		switch (*++message) {
		case 's':
			rawbpf__out_text(out, va_arg(arguments, const char *));
			break;
		case 't':
			token = va_arg(arguments, const struct rawbpf__token *);
			out_name(out, token->start, token->length);
			break;
		case 'd':
			rawbpf__out_signed(out, va_arg(arguments, int64_t));
			break;
		case 'x':
			rawbpf__out_hex(out, va_arg(arguments, unsigned));
			break;
		case 'e':
			out_code(out, p, va_arg(arguments, unsigned));
			break;
		case 'g':
			out_guess(out, va_arg(arguments, const struct rawbpf__guess *));
			break;
		}
	}
}

/* ------------------------------------------------------------------- the list of errors */

static int is_before(const struct rawbpf_text_error *a, const struct rawbpf_text_error *b)
{
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Errors are kept in the order of their places; of too many the first. NULL: not this one. */
static struct rawbpf_text_error *error_add(struct rawbpf_text *text,
					   const struct rawbpf_text_error *error)
{
	unsigned n = text->error_count++;

	if (n >= text->error_max) {
		n = text->error_max;
		if (!n || !is_before(error, &text->errors[n - 1]))
			return NULL;
		n--;
	}
	for (; n && is_before(error, &text->errors[n - 1]); n--)
		text->errors[n] = text->errors[n - 1];
	text->errors[n] = *error;
	return &text->errors[n];
}

RAWBPF__PRIVATE int rawbpf__is_kept(const struct rawbpf__parser *p, const unsigned char *at)
{
	return p->text->error_count < p->text->error_max || at < p->last_error;
}

static void complain(struct rawbpf__parser *p, unsigned line, const struct rawbpf__token *token,
		     const char *message, va_list arguments)
{
	struct rawbpf_text_error error = { .line = line, .width = token->length };
	struct rawbpf_text_error *kept;
	struct rawbpf__out out = { .size = sizeof(error.message) };
	const unsigned char *at = token->start;

	if (!rawbpf__is_kept(p, at)) {
		p->text->error_count++;
		return;
	}
	if (at > p->last_error)
		p->last_error = at;
	while (at > p->begin && at[-1] != '\n')
		at--;
	error.column = token->start - at + 1;
	kept = error_add(p->text, &error);
	if (!kept)
		return;
	out.text = kept->message;
	out_message(&out, p, message, arguments);
}

RAWBPF__PRIVATE unsigned rawbpf__line_of(const struct rawbpf__parser *p, const unsigned char *at)
{
	unsigned line = p->line;

	for (; line != p->statement_line && at < p->at; at++)
		line -= *at == '\n';
	return line;
}

RAWBPF__PRIVATE void rawbpf__complain(struct rawbpf__parser *p, const struct rawbpf__token *token,
				      const char *message, ...)
{
	va_list arguments;

	va_start(arguments, message);
	complain(p, rawbpf__line_of(p, token->start), token, message, arguments);
	va_end(arguments);
}

RAWBPF__PRIVATE void rawbpf__complain_at(struct rawbpf__parser *p, unsigned line,
					 const struct rawbpf__token *token, const char *message,
					 ...)
{
	va_list arguments;

	va_start(arguments, message);
	complain(p, line, token, message, arguments);
	va_end(arguments);
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

/* ------------------------------------------------------------------ an error for a reader */

/* What is as wide as `byte` is when it is shown. */
static void out_as_wide(struct rawbpf__out *out, unsigned char byte, char mark)
{
	int i;

	for (i = rawbpf__is_plain(byte) ? 1 : 4; i; i--)
		rawbpf__out_byte(out, byte == '\t' && mark == ' ' ? '\t' : mark);
}

/* Of a long line this much is shown, and from where the error is. */
#define SHOWN_BEFORE	100
#define SHOWN		160

/* The line and, below it, the place. */
static void out_line(struct rawbpf__out *out, const unsigned char *line, size_t length,
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
		out_as_wide(out, line[i], ' ');
	rawbpf__out_byte(out, '^');
	if (column < to && !rawbpf__is_plain(line[column]))
		rawbpf__out_text(out, "~~~");
	for (i = column + 1; i < to && i - column < width; i++)
		out_as_wide(out, line[i], '~');
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
	rawbpf__out_text(&out, ": error: ");
	for (i = 0; i < sizeof(error->message) && error->message[i]; i++)
		rawbpf__out_escaped(&out, error->message[i]);
	rawbpf__out_byte(&out, '\n');
	for (; from < length && line < error->line; from++)
		line += text[from] == '\n';
	for (to = from; to < length && text[to] != '\n'; to++)
		;
	if (line == error->line)
		out_line(&out, (const unsigned char *)text + from, to - from, error);
	return out.length;
}
