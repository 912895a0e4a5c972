/* SPDX-License-Identifier: MIT */
#include "symbol.h"

#include "../base/string.h"

RAWBPF__PRIVATE int rawbpf__symbols_room(struct rawbpf__symbols *symbols, size_t size)
{
	if ((size_t)(symbols->end - (const char *)&symbols->all[symbols->count]) >= size)
		return 1;
	symbols->is_full = 1;
	return 0;
}

static struct rawbpf__names symbol_names(struct rawbpf__symbols *symbols)
{
	return (struct rawbpf__names){ .root = &symbols->root, .first = symbols->all[0].links,
				       .stride = sizeof(*symbols->all) / sizeof(unsigned) };
}

static int symbol_is_called(const struct rawbpf__symbol *symbol, const char *name, unsigned length)
{
	return symbol->length == length && rawbpf__same_bytes(symbol->name, name, length);
}

/* Return the only symbol that can have this name, or NULL. */
static struct rawbpf__symbol *symbol_near(struct rawbpf__symbols *symbols, const char *name,
					  unsigned length)
{
	struct rawbpf__names names = symbol_names(symbols);
	unsigned number = rawbpf__names_find(&names, name, length);

	return number ? &symbols->all[number - 1] : NULL;
}

RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol_find(struct rawbpf__symbols *symbols,
							   const char *name, unsigned length)
{
	struct rawbpf__symbol *near = symbol_near(symbols, name, length);

	return near && symbol_is_called(near, name, length) ? near : NULL;
}

RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol_get(struct rawbpf__symbols *symbols,
							  const char *name, unsigned length)
{
	struct rawbpf__symbol *near = symbol_near(symbols, name, length), *symbol;
	struct rawbpf__names names = symbol_names(symbols);

	if (near && symbol_is_called(near, name, length))
		return near;
	if (!rawbpf__symbols_room(symbols, sizeof(*symbol)))
		return NULL;
	symbol = &symbols->all[symbols->count++];
	*symbol = (struct rawbpf__symbol){ .name = name, .length = length };
	rawbpf__names_add(&names, symbols->count, name, length, near ? near->name : NULL,
			  near ? near->length : 0);
	return symbol;
}
