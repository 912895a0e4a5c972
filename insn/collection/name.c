/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

static struct rawbpf__name *name_row(const struct rawbpf__collector *c, unsigned name)
{
	return RAWBPF__ROW(c, name, struct rawbpf__name, name - 1);
}

static struct rawbpf__names name_tree(struct rawbpf__collector *c)
{
	return (struct rawbpf__names){ .root = &c->names, .first = name_row(c, 1)->links,
				       .stride = sizeof(struct rawbpf__name) / sizeof(unsigned) };
}

RAWBPF__PRIVATE unsigned rawbpf__name_get(struct rawbpf__collector *c, const char *text,
					  unsigned length)
{
	struct rawbpf__names names = name_tree(c);
	struct rawbpf__name row;
	const struct rawbpf__name *other;
	unsigned near, number;
	char *copy;

	/* Bits behind a name's end are 0 in the tree, so no name ends with a NUL. */
	length = (unsigned)(rawbpf__find_byte(text, text + length, '\0') - text);
	row = (struct rawbpf__name){ .length = length };
	near = rawbpf__names_find(&names, text, length);
	other = near ? name_row(c, near) : NULL;
	if (other && other->length == length && rawbpf__same_bytes(other->text, text, length))
		return near;
	copy = rawbpf__memory_take(c, length);
	if (!copy || !rawbpf__rows_room(c, RAWBPF__TABLE_name, 1))
		return 1;
	__builtin_memcpy(copy, text, length);
	row.text = copy;
	number = rawbpf__rows_add(c, RAWBPF__TABLE_name, &row) + 1;
	names = name_tree(c);
	other = near ? name_row(c, near) : NULL;
	rawbpf__names_add(&names, number, text, length, other ? other->text : NULL,
			  other ? other->length : 0);
	return number;
}

RAWBPF__PRIVATE unsigned rawbpf__name_of(const struct rawbpf__collector *c, unsigned name,
					 enum rawbpf__space space)
{
	return name_row(c, name)->of[space];
}

RAWBPF__PRIVATE void rawbpf__name_is(struct rawbpf__collector *c, unsigned name,
				     enum rawbpf__space space, unsigned index)
{
	name_row(c, name)->of[space] = index + 1;
}

RAWBPF__PRIVATE uint16_t rawbpf__name_string(struct rawbpf__collector *c, unsigned name)
{
	struct rawbpf__name *row = name_row(c, name);
	struct rawbpf__rows *strings = &c->tables[RAWBPF__TABLE_string];

	if (row->string || !row->length || !rawbpf__rows_room(c, RAWBPF__TABLE_string, row->length + 1))
		return row->string;
	row->string = strings->count;
	__builtin_memcpy((char *)strings->all + strings->count, row->text, row->length);
	((char *)strings->all)[strings->count + row->length] = '\0';
	strings->count += row->length + 1;
	return row->string;
}

RAWBPF__PRIVATE uint16_t rawbpf__string(struct rawbpf__collector *c, const char *text,
					unsigned length)
{
	return rawbpf__name_string(c, rawbpf__name_get(c, text, length));
}

/* The parser compares at most this many names with a mistyped one. */
#define NAME_GUESSES 4096

RAWBPF__PRIVATE struct rawbpf__guess rawbpf__name_guess(struct rawbpf__collector *c,
							const struct rawbpf__token *name,
							enum rawbpf__space space, unsigned first)
{
	struct rawbpf__guess guess = { .name = name->start, .length = name->length };
	unsigned number, last = RAWBPF__ROWS(c, name);

	if (last > NAME_GUESSES)
		last = NAME_GUESSES;
	for (number = 1; number <= last && rawbpf__is_kept(&c->text, name); number++)
		if (rawbpf__name_of(c, number, space) > first)
			rawbpf__guess_offer(&guess, name_row(c, number)->text,
					    name_row(c, number)->length);
	/* A name that is known, but cannot stand here, is no guess. */
	if (guess.best && !guess.distance)
		return (struct rawbpf__guess){ .name = name->start };
	return guess;
}
