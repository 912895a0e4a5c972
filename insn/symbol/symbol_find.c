/* SPDX-License-Identifier: MIT */
/* Find the number of a name: ask one source after another. */
#include "constants.h"
#include "kernel.h"

#include "../base/string.h"
#include "../btf/btf.h"

static int find_value(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
		      const char *name)
{
	for (unsigned i = 0; i < symbols->value_count; i++)
		if (rawbpf__equal(symbols->values[i].name, name)) {
			symbol->kind = RAWBPF_SYMBOL_VALUE;
			symbol->value = symbols->values[i].value;
			return 0;
		}
	return -ENOENT;
}

/* Return the error for a name that no source has. */
static int not_found(const struct rawbpf_symbols *symbols)
{
	return rawbpf__symbols_btf(symbols, 0) ? -ENOENT : -ENODATA;
}

/* Find a name without a dot. */
static int find_word(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
		     const char *name)
{
	size_t length = rawbpf__length(name);
	struct rawbpf__enumerator enumerator;

	symbol->kind = RAWBPF_SYMBOL_CONSTANT;
	if (!rawbpf__constant_value(&symbol->value, symbols->arch, name, length))
		return 0;
	symbol->kind = RAWBPF_SYMBOL_ENUMERATOR;
	if (!rawbpf__enumerator_find(&enumerator, symbols, name, length)) {
		symbol->value = enumerator.value;
		return 0;
	}
	return rawbpf__symbols_btf(symbols, 0) || !symbols->offsets ? not_found(symbols) :
	       rawbpf__offsets_find(symbol, symbols->offsets, RAWBPF__OFFSETS_ENUMERATOR, name);
}

typedef int path_source(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
			const struct rawbpf__path *path);

static int find_path(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
		     const struct rawbpf__path *path)
{
	static path_source *const sources[] = {
		rawbpf__path_in_format, rawbpf__path_in_kernel, rawbpf__path_in_offsets,
		rawbpf__path_in_context, rawbpf__path_in_tracepoint };

	for (unsigned i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		int err = sources[i](symbol, symbols, path);

		if (err != -ENODATA)
			return err;
	}
	return not_found(symbols);
}

int rawbpf_symbol_find(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
		       const char *name)
{
	const char *dot = rawbpf__find(name, '.');
	struct rawbpf__path path = { .name = name, .head = (size_t)(dot - name), .rest = dot + 1 };

	*symbol = (struct rawbpf_symbol){ .value = 0 };
	if (!path.head || (*dot && !*path.rest))
		return -EINVAL;
	if (!find_value(symbol, symbols, name))
		return 0;
	return *dot ? find_path(symbol, symbols, &path) : find_word(symbol, symbols, name);
}

/* ---------------------------------------------------------------------------------- sizes */

/* Return the size of a type. */
static int size_of_type(const struct rawbpf_symbols *symbols, const char *name)
{
	struct rawbpf__type_place place;
	struct rawbpf_symbol symbol;
	int err;

	if (!rawbpf__type_place(&place, symbols, RAWBPF__KIND_COMPOSITES | RAWBPF__KIND_ENUMS,
				name, rawbpf__length(name)))
		return rawbpf_btf_type_size(place.btf, place.id);
	if (rawbpf__symbols_btf(symbols, 0) || !symbols->offsets)
		return not_found(symbols);
	err = rawbpf__offsets_find(&symbol, symbols->offsets, RAWBPF__OFFSETS_SIZE, name);
	return err ? err : (int)symbol.size;
}

int rawbpf_symbol_size(const struct rawbpf_symbols *symbols, const char *name)
{
	struct rawbpf_symbol symbol;
	int err;

	if (!*name)
		return -EINVAL;
	if (!*rawbpf__find(name, '.'))
		return size_of_type(symbols, name);
	err = rawbpf_symbol_find(&symbol, symbols, name);
	if (err)
		return err;
	return symbol.size ? (int)symbol.size : -EINVAL;
}

/* ------------------------------------------------------------------------------ existence */

/* Return 0 if an error says only that the name does not exist, or that nothing knows it. */
static int real_error(int error)
{
	return error == -ENOENT || error == -ENODATA || error == -EACCES ? 0 : error;
}

int rawbpf_symbol_has(int *has, const struct rawbpf_symbols *symbols, const char *name)
{
	struct rawbpf_symbol symbol;
	int err = rawbpf_symbol_find(&symbol, symbols, name);

	*has = 1;
	if (!err || err == -EDOM)
		return 0;
	*has = 0;
	if (real_error(err) || *rawbpf__find(name, '.'))
		return real_error(err);
	err = rawbpf_symbol_size(symbols, name);
	if (err == -ENOENT || err == -ENODATA)
		err = rawbpf_symbol_kfunc_find(&symbol, symbols, name);
	if (err == -ENOENT || err == -ENODATA)
		err = rawbpf_symbol_variable_find(&symbol, symbols, name);
	*has = err >= 0;
	return err < 0 ? real_error(err) : 0;
}
