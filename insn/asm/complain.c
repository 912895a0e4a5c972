/* SPDX-License-Identifier: MIT */
#include "complain.h"

#include <stdarg.h>

#include "../base/out.h"
#include "../base/string.h"

/* ----------------------------------------------------------------------- messages */

/* Enough of any name to know it again. */
#define SAID_BYTES 28

static void out_name(struct rawbpf__out *out, const char *name, unsigned length)
{
	unsigned shown = length > SAID_BYTES ? SAID_BYTES - 3 : length;

	rawbpf__out_line(out, name, shown);
	if (shown < length)
		rawbpf__out_text(out, "...");
}

/* What "%" and `directive` stand for; 0: another character. */
static int out_argument(struct rawbpf__out *out, const char *directive, va_list *arguments)
{
	unsigned length;

	if (rawbpf__starts_with(directive, "s")) {
		rawbpf__out_text(out, va_arg(*arguments, const char *));
		return 1;
	}
	if (rawbpf__starts_with(directive, ".*s")) {
		length = va_arg(*arguments, int);
		out_name(out, va_arg(*arguments, const char *), length);
		return 3;
	}
	if (rawbpf__starts_with(directive, "lld")) {
		rawbpf__out_signed(out, va_arg(*arguments, long long));
		return 3;
	}
	rawbpf__out_hex(out, va_arg(*arguments, unsigned));
	return 3;
}

static void out_message(struct rawbpf__out *out, const char *format, va_list *arguments)
{
	for (; *format; format++)
		if (*format == '%')
			format += out_argument(out, format + 1, arguments);
		else
			rawbpf__out_byte(out, *format);
}

/* ------------------------------------------------------------------- the list of errors */

static int is_before(const struct rawbpf__token *token, const struct rawbpf_text_error *error)
{
	return token->line != error->line ? token->line < error->line :
					    token->column < error->column;
}

RAWBPF__PRIVATE int rawbpf__is_kept(const struct rawbpf_text *text,
				    const struct rawbpf__token *token)
{
	return text->error_count < text->error_max ||
	       (text->error_max && is_before(token, &text->errors[text->error_max - 1]));
}

/* Errors are kept in the order of their places; of too many the first. */
static struct rawbpf_text_error *error_add(struct rawbpf_text *text,
					   const struct rawbpf__token *token)
{
	unsigned n = text->error_count++;

	if (n >= text->error_max)
		n = text->error_max - 1;
	for (; n && is_before(token, &text->errors[n - 1]); n--)
		text->errors[n] = text->errors[n - 1];
	text->errors[n] = (struct rawbpf_text_error){
		.line = token->line, .column = token->column, .width = token->length };
	return &text->errors[n];
}

RAWBPF__PRIVATE void rawbpf__complain(struct rawbpf_text *text, const struct rawbpf__token *token,
				      const char *format, ...)
{
	struct rawbpf_text_error *error;
	struct rawbpf__out out;
	va_list arguments;

	if (!rawbpf__is_kept(text, token)) {
		text->error_count++;
		return;
	}
	error = error_add(text, token);
	out = rawbpf__out_begin(error->message, sizeof(error->message));
	va_start(arguments, format);
	out_message(&out, format, &arguments);
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
static unsigned edit_distance(const char *a, unsigned a_length, const char *b,
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

RAWBPF__PRIVATE void rawbpf__guess_offer(struct rawbpf__guess *guess, const char *name,
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
