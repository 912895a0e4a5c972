/* SPDX-License-Identifier: MIT */
#include "complain.h"

#include <stdarg.h>

#include "../base/out.h"
#include "../base/string.h"

/* ----------------------------------------------------------------------- messages */

/* A message shows this many bytes of a name, enough to recognise it. */
#define SAID_BYTES 28

static void out_name(struct rawbpf__out *out, const char *name, unsigned length)
{
	unsigned shown = length > SAID_BYTES ? SAID_BYTES - 3 : length;

	rawbpf__out_line(out, name, shown);
	if (shown < length)
		rawbpf__out_text(out, "...");
}

/* Append the argument of the directive behind a "%". Return the length of the directive. */
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
	if (rawbpf__starts_with(directive, "llx")) {
		rawbpf__out_hex(out, va_arg(*arguments, unsigned long long));
		return 3;
	}
	rawbpf__out_hex_byte(out, va_arg(*arguments, unsigned));
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

/* This is the list of errors or the list of warnings. */
struct complain_list {
	struct rawbpf_text_error *all;
	unsigned max, *count;
};

static struct complain_list list_errors(struct rawbpf_text *text)
{
	return (struct complain_list){ text->errors, text->error_max, &text->error_count };
}

static struct complain_list list_warnings(struct rawbpf_text *text)
{
	return (struct complain_list){ text->warnings, text->warning_max, &text->warning_count };
}

static int list_keeps(const struct complain_list *list, const struct rawbpf__token *token)
{
	return *list->count < list->max || (list->max && is_before(token, &list->all[list->max - 1]));
}

/*
 * Add an entry. The list is in the order of places and keeps the first entries. Return NULL if it
 * does not keep this one.
 */
static struct rawbpf_text_error *list_add(const struct complain_list *list,
					  const struct rawbpf__token *token)
{
	int is_kept = list_keeps(list, token);
	unsigned n = *list->count < list->max ? *list->count : list->max - 1;

	*list->count += 1;
	if (!is_kept)
		return NULL;
	for (; n && is_before(token, &list->all[n - 1]); n--)
		list->all[n] = list->all[n - 1];
	list->all[n] = (struct rawbpf_text_error){
		.line = token->line, .column = token->column, .width = token->length };
	return &list->all[n];
}

static void say(struct rawbpf_text_error *error, const char *format, va_list *arguments)
{
	struct rawbpf__out out = rawbpf__out_begin(error->message, sizeof(error->message));

	out_message(&out, format, arguments);
}

RAWBPF__PRIVATE int rawbpf__is_kept(struct rawbpf_text *text, const struct rawbpf__token *token)
{
	struct complain_list list = list_errors(text);

	return list_keeps(&list, token);
}

RAWBPF__PRIVATE void rawbpf__complain(struct rawbpf_text *text, const struct rawbpf__token *token,
				      const char *format, ...)
{
	struct complain_list list = list_errors(text);
	struct rawbpf_text_error *error = list_add(&list, token);
	va_list arguments;

	if (!error)
		return;
	va_start(arguments, format);
	say(error, format, &arguments);
	va_end(arguments);
}

RAWBPF__PRIVATE void rawbpf__warn(struct rawbpf_text *text, const struct rawbpf__token *token,
				  const char *format, ...)
{
	struct complain_list list = list_warnings(text);
	struct rawbpf_text_error *warning = list_add(&list, token);
	va_list arguments;

	if (!warning)
		return;
	warning->is_warning = 1;
	va_start(arguments, format);
	say(warning, format, &arguments);
	va_end(arguments);
}
