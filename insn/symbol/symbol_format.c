/* SPDX-License-Identifier: MIT */
/*
 * Fields of tracepoints, by the text of tracefs. A line describes a field:
 *
 *	field:char comm[16];	offset:8;	size:16;	signed:0;
 *
 * The kernel writes the text, but a caller may take it from elsewhere. Lines of another form are
 * no fields.
 */
#include "kernel.h"

#include "../base/character.h"
#include "../base/number.h"
#include "../base/string.h"

struct format_field {
	const char *name;
	size_t length;
	unsigned offset, size;
	unsigned count;   /* elements; 0: no array, or one of unknown length */
	int is_array;
};

/* Parse "PREFIX" and a number up to ';' in the line at *at, and move *at behind it. */
static int field_number(const char **at, const char *end, const char *prefix, unsigned *number)
{
	const char *behind;

	while (*at < end && (**at == '\t' || **at == ' '))
		++*at;
	behind = rawbpf__behind(*at, end, prefix);
	if (!behind || !rawbpf__number_parse(&behind, end, number) || behind == end ||
	    *behind != ';')
		return 0;
	*at = behind + 1;
	return 1;
}

/* Take the last word of a declaration as the name, without an array's length behind it. */
static int field_declaration(struct format_field *field, const char *at, const char *end)
{
	const char *name;

	if (end > at && end[-1] == ']') {
		const char *digits;

		while (end > at && *--end != '[')
			;
		digits = end + 1;
		field->is_array = 1;
		if (!rawbpf__number_parse(&digits, NULL, &field->count) || *digits != ']')
			field->count = 0;
	}
	for (name = end; name > at && rawbpf__is_word(name[-1]); name--)
		;
	field->name = name;
	field->length = (size_t)(end - name);
	return field->length > 0;
}

/* Parse a line. Return 0 if it describes no field. */
static int field_line(struct format_field *field, const char *at, const char *end)
{
	const char *declaration, *semicolon;

	*field = (struct format_field){ .name = NULL };
	while (at < end && (*at == '\t' || *at == ' '))
		at++;
	declaration = rawbpf__behind(at, end, "field:");
	if (!declaration)
		return 0;
	semicolon = rawbpf__find_byte(declaration, end, ';');
	if (semicolon == end || !field_declaration(field, declaration, semicolon))
		return 0;
	at = semicolon + 1;
	return field_number(&at, end, "offset:", &field->offset) &&
	       field_number(&at, end, "size:", &field->size);
}

RAWBPF__PRIVATE const struct rawbpf_symbol_format *rawbpf__format_of(const struct rawbpf_symbols *symbols,
						     const char *name, size_t length)
{
	for (unsigned i = 0; i < symbols->format_count; i++)
		if (rawbpf__equal_bytes(symbols->formats[i].name, name, length))
			return &symbols->formats[i];
	return NULL;
}

/* Go to the next field of the text at *at. Return 0 at the end. */
static int field_next(struct format_field *field, const char **at, const char *end)
{
	while (*at < end) {
		const char *line = *at;

		*at = rawbpf__line_after(line, end);
		if (field_line(field, line, *at))
			return 1;
	}
	return 0;
}

RAWBPF__PRIVATE void rawbpf__format_guess(struct rawbpf__guess *guess, const struct rawbpf_symbol_format *format)
{
	const char *at = format->text;
	struct format_field field;

	while (field_next(&field, &at, format->text + format->size))
		if (field.length <= UINT32_MAX)
			rawbpf__guess_offer(guess, field.name, (unsigned)field.length);
}

static unsigned field_width(unsigned size)
{
	return size == 1 || size == 2 || size == 4 || size == 8 ? size : 0;
}

/* Fill the symbol from a field, or from the element "[NUMBER]" of it. */
static int field_symbol(struct rawbpf_symbol *symbol, const struct format_field *field,
			 const char *index)
{
	unsigned number, size;

	*symbol = (struct rawbpf_symbol){
		.kind = RAWBPF_SYMBOL_FIELD, .value = field->offset, .size = field->size,
		.width = field->is_array ? 0 : field_width(field->size) };
	if (!*index)
		return 0;
	index++;
	if (!field->count || field->size % field->count ||
	    !rawbpf__number_parse(&index, NULL, &number) || index[0] != ']' || index[1] ||
	    number >= field->count)
		return -EINVAL;
	size = field->size / field->count;
	symbol->value += (uint64_t)number * size;
	symbol->size = size;
	symbol->width = field_width(size);
	return 0;
}

RAWBPF__PRIVATE int rawbpf__path_in_format(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
			   const struct rawbpf__path *path)
{
	const struct rawbpf_symbol_format *format =
		rawbpf__format_of(symbols, path->name, path->head);
	const char *bracket = rawbpf__find(path->rest, '[');
	struct format_field field;
	const char *at;

	if (!format)
		return -ENODATA;
	at = format->text;
	while (field_next(&field, &at, format->text + format->size))
		if (field.length == (size_t)(bracket - path->rest) &&
		    rawbpf__same_bytes(field.name, path->rest, field.length))
			return field_symbol(symbol, &field, bracket);
	return -ENOENT;
}
