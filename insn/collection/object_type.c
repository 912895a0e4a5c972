/* SPDX-License-Identifier: MIT */
/* The BTF of an object file: what maps are, and the members of the kernel that programs read. */
#include "object_file.h"

#include "../base/out.h"
#include "../base/string.h"
#include "../symbol/kernel.h"

enum {
	OBJECT_PATH = 34,	/* bytes of "0:0:0", with a NUL: 16 members */
	OBJECT_NAME = 64	/* bytes of a struct's or member's name, with a NUL */
};

/* ------------------------------------------------------------------------------------ maps */

/* A number in the BTF of a map is the length of an array that the member points to. */
static struct rawbpf_btf_field object_map_number(struct rawbpf_btf_build *b, const char *name, int integer,
						 unsigned number, unsigned index)
{
	return (struct rawbpf_btf_field){
		.name = name, .offset = 8 * index,
		.type = rawbpf_btf_ref_emit(b, BTF_KIND_PTR, NULL,
					    rawbpf_btf_array_emit(b, integer, integer, number)) };
}

/* Add the variable of a map, as libbpf reads it. */
static void object_map(struct rawbpf__object_file *o, const struct rawbpf_resolved_map *map, int integer)
{
	struct rawbpf_btf_build *b = &o->btf;
	struct rawbpf_btf_field fields[5];
	unsigned count = 0, entries = map->max_entries;
	int type;

	if (map->type == BPF_MAP_TYPE_RINGBUF && !entries)
		entries = RAWBPF__OBJECT_RING;
	fields[count++] = object_map_number(b, "type", integer, map->type, 0);
	if (map->key_size)
		fields[count] = object_map_number(b, "key_size", integer, map->key_size, count), count++;
	if (map->value_size)
		fields[count] = object_map_number(b, "value_size", integer, map->value_size, count), count++;
	fields[count] = object_map_number(b, "max_entries", integer, entries, count), count++;
	if (map->flags)
		fields[count] = object_map_number(b, "map_flags", integer, map->flags, count), count++;
	type = rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, NULL, 8 * count, fields, count);
	o->vars[o->var_count] = (struct rawbpf_btf_field){
		.type = rawbpf_btf_var_emit(b, map->name, type, BTF_VAR_GLOBAL_ALLOCATED),
		.offset = o->vars_size };
	o->var_sizes[o->var_count++] = 8 * count;
	o->vars_size += 8 * count;
}

/* The maps whose first value programs have the address of are sections, as variables in C are. */
static int object_find_data(struct rawbpf__object_file *o)
{
	for (unsigned i = 0; i < o->count; i++)
		if (o->maps[i] && o->insns[i].src_reg == BPF_PSEUDO_MAP_VALUE)
			o->is_data[o->maps[i] - 1] = 1;
	for (unsigned i = 0; i < o->count; i++) {
		unsigned map = o->maps[i];

		if (map && o->insns[i].src_reg != BPF_PSEUDO_MAP_VALUE && o->is_data[map - 1])
			return rawbpf__object_fail(o, -EOPNOTSUPP, o->lines[i] >> 16, "an object file cannot "
						   "hold this: the address of a value of '@' is also used",
						   o->c->strings + o->c->maps[map - 1].name);
	}
	return 0;
}

static int object_maps(struct rawbpf__object_file *o, int integer)
{
	int err = object_find_data(o);

	for (unsigned i = 0; i < o->c->map_count && !err; i++) {
		err = rawbpf_collection_map_resolve(&o->specs[i], o->c, i, o->spec->env, &o->spec->error);
		if (err || o->is_data[i])
			continue;
		o->var_maps[o->var_count] = i;
		object_map(o, &o->specs[i], integer);
	}
	if (!err && o->var_count)
		rawbpf_btf_datasec_emit(&o->btf, ".maps", o->vars_size, o->vars, o->var_sizes, o->var_count);
	return err;
}

/* ------------------------------------------------------------------- members of the kernel */

/* Add a type that the loader takes for the same as the kernel's. Return 0 if there is none. */
static int object_like(struct rawbpf_btf_build *b, const struct rawbpf_btf *kernel, unsigned id, int integer)
{
	int resolved = rawbpf_btf_type_resolve(kernel, id);
	const struct btf_type *type = resolved > 0 ? rawbpf_btf_type_get(kernel, resolved) : NULL;
	const struct btf_array *array;
	int element;

	switch (type ? rawbpf_btf_type_kind(type) : 0) {
	case BTF_KIND_INT:
		return integer;
	case BTF_KIND_PTR:
		return rawbpf_btf_ref_emit(b, BTF_KIND_PTR, NULL, 0);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, NULL, 0, NULL, 0);
	case BTF_KIND_ARRAY:
		array = (const void *)(type + 1);
		resolved = rawbpf_btf_type_resolve(kernel, array->type);
		type = resolved > 0 ? rawbpf_btf_type_get(kernel, resolved) : NULL;
		if (!type || rawbpf_btf_type_kind(type) == BTF_KIND_ARRAY)
			return 0;
		element = object_like(b, kernel, array->type, integer);
		return element > 0 ? rawbpf_btf_array_emit(b, element, integer, 1) : element;
	default:
		return 0;
	}
}

/*
 * Add "struct HEAD { struct { TYPE LAST; } NEXT; }" for HEAD.NEXT.LAST, all at offset 0, from the last
 * member on. The members' numbers are "0:0:0".
 */
static int object_core_struct(struct rawbpf__object_file *o, unsigned core, int type, unsigned kind)
{
	const char *name = o->cores.all[core].name, *rest = rawbpf__find(name, '.') + 1;
	const char *end = name + rawbpf__length(name), *start = end;
	char head[OBJECT_NAME], part[OBJECT_NAME], path[OBJECT_PATH];
	struct rawbpf__out numbers = rawbpf__out_begin(path, sizeof(path)), out;
	struct rawbpf_btf_field field = { .name = part, .type = type };

	out = rawbpf__out_begin(head, sizeof(head));
	rawbpf__out_bytes(&out, name, rest - 1 - name);
	rawbpf__out_byte(&numbers, '0');
	for (; start > rest; end = start - 1) {
		for (start = end; start > rest && start[-1] != '.'; start--)
			;
		if (out.length >= sizeof(head) || end - start >= OBJECT_NAME)
			return -EOPNOTSUPP;
		out = rawbpf__out_begin(part, sizeof(part));
		rawbpf__out_bytes(&out, start, end - start);
		field.type = rawbpf_btf_struct_emit(&o->btf, start == rest ? kind : BTF_KIND_STRUCT,
						    start == rest ? head : NULL, 8, &field, 1);
		rawbpf__out_text(&numbers, ":0");
	}
	o->core_types[core] = field.type;
	o->core_paths[core] = rawbpf_btf_string_emit(&o->btf, path);
	return numbers.length < sizeof(path) && !*rawbpf__find(rest, '[') ? 0 : -EOPNOTSUPP;
}

static int object_core(struct rawbpf__object_file *o, unsigned core, int integer)
{
	const struct rawbpf_symbols *symbols = o->spec->env->symbols;
	const char *name = o->cores.all[core].name, *dot = rawbpf__find(name, '.');
	struct rawbpf__type_place place;
	struct rawbpf_symbol symbol;
	int err = -EOPNOTSUPP, type = 0;
	unsigned kind;

	if (*dot && symbols && symbols->kernel && !rawbpf_symbol_find(&symbol, symbols, name) && symbol.type &&
	    !rawbpf__type_place(&place, symbols, RAWBPF__KIND_COMPOSITES, name, dot - name) && !place.module)
		type = object_like(&o->btf, symbols->kernel, symbol.type, integer);
	if (type < 0)
		return type;
	if (type) {
		kind = rawbpf_btf_type_kind(rawbpf_btf_type_get(symbols->kernel, place.id));
		err = object_core_struct(o, core, type, kind);
	}
	if (err == -EOPNOTSUPP)
		return rawbpf__object_fail(o, err, o->cores.all[core].line, "an object file cannot hold this: "
					   "'@' is of the running kernel, and no member that loaders find", name);
	return err;
}

RAWBPF__PRIVATE int rawbpf__object_types(struct rawbpf__object_file *o)
{
	int integer = rawbpf_btf_int_emit(&o->btf, "int", 4, BTF_INT_SIGNED);
	int err = object_maps(o, integer);

	for (unsigned i = 0; i < o->cores.count && !err; i++)
		err = object_core(o, i, integer);
	return err ? err : o->btf.error;
}
