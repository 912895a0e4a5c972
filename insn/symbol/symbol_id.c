/* SPDX-License-Identifier: MIT */
/* The BTF ids of functions that programs call, and of the kernel's variables. */
#include "kernel.h"

#include "../base/string.h"
#include "../btf/btf.h"

/*
 * Tell whether the BTF marks functions as callable, and this one: a tag "bpf_kfunc" on a function.
 * Return 1 if `id` has the mark; 0 if others have it; or -ENOENT if no function has it.
 */
static int kfunc_is_marked(const struct rawbpf_btf *btf, unsigned id)
{
	static const char mark[] = "bpf_kfunc";
	struct rawbpf__btf_walk walk = { .btf = btf };
	int answer = -ENOENT;

	while (rawbpf__btf_walk_next(&walk)) {
		if (rawbpf_btf_type_kind(walk.type) != BTF_KIND_DECL_TAG ||
		    !rawbpf__btf_names(btf, walk.type->name_off, mark, sizeof(mark) - 1))
			continue;
		if (walk.type->type == id)
			return 1;
		answer = 0;
	}
	return answer;
}

int rawbpf_symbol_kfunc_find(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
			     const char *name)
{
	struct rawbpf__type_place place;
	int marked;

	*symbol = (struct rawbpf_symbol){ .kind = RAWBPF_SYMBOL_KFUNC };
	if (!rawbpf__symbols_btf(symbols, 0))
		return -ENODATA;
	if (rawbpf__type_place(&place, symbols, 1 << BTF_KIND_FUNC, name, rawbpf__length(name)))
		return -ENOENT;
	marked = kfunc_is_marked(place.btf, place.id);
	if (marked == -ENOENT && place.module)
		marked = kfunc_is_marked(rawbpf__symbols_btf(symbols, 0), 0);
	if (!marked)
		return -EACCES;
	symbol->value = place.id;
	symbol->module = place.module;
	return 0;
}

int rawbpf_symbol_variable_find(struct rawbpf_symbol *symbol,
				const struct rawbpf_symbols *symbols, const char *name)
{
	struct rawbpf__type_place place;
	const struct btf_type *type;
	int size;

	*symbol = (struct rawbpf_symbol){ .kind = RAWBPF_SYMBOL_VARIABLE };
	if (!rawbpf__symbols_btf(symbols, 0))
		return -ENODATA;
	if (rawbpf__type_place(&place, symbols, 1 << BTF_KIND_VAR, name, rawbpf__length(name)))
		return -ENOENT;
	type = rawbpf_btf_type_get(place.btf, place.id);
	size = rawbpf_btf_type_size(place.btf, place.id);
	symbol->value = place.id;
	symbol->module = place.module;
	symbol->type = type->type;
	symbol->size = size > 0 ? (unsigned)size : 0;
	symbol->width = rawbpf__type_width(place.btf, type->type);
	return 0;
}
