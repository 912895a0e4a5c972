/* SPDX-License-Identifier: MIT */
/* The BTF of an object file: what maps are, and the members of the kernel that programs read. */
#include "object_file.h"

#include "../base/out.h"
#include "../base/string.h"
#include "../btf/btf.h"
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

/* A map whose size only a kernel tells is an error. */
static int object_map_describe(struct rawbpf__object_file *o, unsigned map)
{
	struct rawbpf__resolver r;
	int err = rawbpf__eval_begin(&r, o->c, o->spec->env, &o->spec->error);

	if (err)
		return err;
	r.cores = &o->cores;
	r.line = o->c->maps[map].line;
	return rawbpf__map_describe(&r, map, &o->specs[map]);
}

static int object_maps(struct rawbpf__object_file *o, int integer)
{
	int err = object_find_data(o);

	for (unsigned i = 0; i < o->c->map_count && !err; i++) {
		err = object_map_describe(o, i);
		if (err || o->is_data[i])
			continue;
		o->var_maps[o->var_count] = i;
		object_map(o, &o->specs[i], integer);
	}
	if (!err && o->var_count)
		rawbpf_btf_datasec_emit(&o->btf, ".maps", o->vars_size, o->vars, o->var_sizes, o->var_count);
	return err;
}

/* -------------------------------------------------------------------- names of the kernel */

/* What a loader fills in: numbers of the format. */
enum object_core_kind {
	OBJECT_FIELD_OFFSET = 0, OBJECT_FIELD_SIZE = 1, OBJECT_FIELD_EXISTS = 2,
	OBJECT_TYPE_EXISTS = 8, OBJECT_TYPE_SIZE = 9, OBJECT_ENUM_EXISTS = 10, OBJECT_ENUM_VALUE = 11
};

static const struct btf_type *object_resolved(const struct rawbpf_btf *kernel, unsigned id)
{
	int resolved = rawbpf_btf_type_resolve(kernel, id);

	return resolved > 0 ? rawbpf_btf_type_get(kernel, resolved) : NULL;
}

/* Add a type that is no array, as object_like() does. */
static int object_like_one(struct rawbpf_btf_build *b, const struct rawbpf_btf *kernel, const struct btf_type *type)
{
	const uint32_t *bits = (const void *)(type + 1);

	switch (rawbpf_btf_type_kind(type)) {
	case BTF_KIND_INT:
		return rawbpf_btf_int_emit(b, rawbpf_btf_string_get(kernel, type->name_off), type->size,
					   *bits >> 24 & 7);
	case BTF_KIND_PTR:
		return rawbpf_btf_ref_emit(b, BTF_KIND_PTR, NULL, 0);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return rawbpf_btf_struct_emit(b, rawbpf_btf_type_kind(type), NULL, type->size, NULL, 0);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return rawbpf__btf_enum_emit(b, NULL, type->size, NULL, 0);
	default:
		return 0;
	}
}

/* Add a type that the loader takes for the same as the kernel's, of the same size. Return 0 if there is none. */
static int object_like(struct rawbpf_btf_build *b, const struct rawbpf_btf *kernel, unsigned id, int integer)
{
	const struct btf_type *type = object_resolved(kernel, id);
	const struct btf_array *array;
	int element;

	if (!type || rawbpf_btf_type_kind(type) != BTF_KIND_ARRAY)
		return type ? object_like_one(b, kernel, type) : 0;
	array = (const void *)(type + 1);
	type = object_resolved(kernel, array->type);
	element = type ? object_like_one(b, kernel, type) : 0;
	return element > 0 ? rawbpf_btf_array_emit(b, element, integer, array->nelems) : element;
}

/*
 * Add "struct HEAD { struct { TYPE LAST; } NEXT; }" for HEAD.NEXT.LAST, all at offset 0 and of `size`
 * bytes, from the last member on. The members' numbers are "0:0:0".
 */
static int object_core_struct(struct rawbpf__object_file *o, unsigned core, int type, unsigned size, unsigned kind)
{
	const char *name = o->cores.all[core].kernel.name, *rest = rawbpf__find(name, '.') + 1;
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
						    start == rest ? head : NULL, size, &field, 1);
		rawbpf__out_text(&numbers, ":0");
	}
	o->core_types[core] = field.type;
	o->core_paths[core] = rawbpf_btf_string_emit(&o->btf, path);
	return numbers.length < sizeof(path) && !*rawbpf__find(rest, '[') ? 0 : -EOPNOTSUPP;
}

static int object_core_member(struct rawbpf__object_file *o, unsigned core, int integer)
{
	const struct rawbpf_symbols *symbols = o->spec->env->symbols;
	const struct rawbpf__kernel_name *kernel = &o->cores.all[core].kernel;
	struct rawbpf__type_place place;
	struct rawbpf_symbol symbol;
	int type;

	if (rawbpf_symbol_find(&symbol, symbols, kernel->name) || !symbol.type ||
	    rawbpf__type_place(&place, symbols, RAWBPF__KIND_COMPOSITES, kernel->name,
			       rawbpf__find(kernel->name, '.') - kernel->name) || place.module)
		return -EOPNOTSUPP;
	type = object_like(&o->btf, symbols->kernel, symbol.type, integer);
	if (type <= 0)
		return type ? type : -EOPNOTSUPP;
	o->core_kinds[core] = kernel->op == RAWBPF_EXPR_SIZEOF ? OBJECT_FIELD_SIZE :
			      kernel->op == RAWBPF_EXPR_EXISTS ? OBJECT_FIELD_EXISTS : OBJECT_FIELD_OFFSET;
	return object_core_struct(o, core, type, symbol.size,
				  rawbpf_btf_type_kind(rawbpf_btf_type_get(symbols->kernel, place.id)));
}

static int object_core_type(struct rawbpf__object_file *o, unsigned core, const struct rawbpf__type_place *place,
			    int integer)
{
	const struct btf_type *type = rawbpf_btf_type_get(place->btf, place->id);
	const char *name = o->cores.all[core].kernel.name;
	unsigned kind = rawbpf_btf_type_kind(type);
	int id;

	if (place->module)
		return -EOPNOTSUPP;
	if (kind == BTF_KIND_TYPEDEF) {
		id = object_like(&o->btf, place->btf, place->id, integer);
		id = id > 0 ? rawbpf_btf_ref_emit(&o->btf, BTF_KIND_TYPEDEF, name, id) : id;
	} else if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) {
		id = rawbpf_btf_struct_emit(&o->btf, kind, name, type->size, NULL, 0);
	} else {
		id = rawbpf__btf_enum_emit(&o->btf, name, type->size, NULL, 0);
	}
	o->core_types[core] = id;
	o->core_kinds[core] = o->cores.all[core].kernel.op == RAWBPF_EXPR_SIZEOF ? OBJECT_TYPE_SIZE :
										   OBJECT_TYPE_EXISTS;
	return id > 0 ? 0 : id ? id : -EOPNOTSUPP;
}

/* The loader finds an enumerator by its name and that of its enum. */
static int object_core_enumerator(struct rawbpf__object_file *o, unsigned core)
{
	const struct rawbpf__kernel_name *kernel = &o->cores.all[core].kernel;
	struct rawbpf__enumerator found;

	if (kernel->op == RAWBPF_EXPR_SIZEOF ||
	    rawbpf__enumerator_find(&found, o->spec->env->symbols, kernel->name, rawbpf__length(kernel->name)) ||
	    found.module || !found.of || !*found.of)
		return -EOPNOTSUPP;
	o->core_kinds[core] = kernel->op == RAWBPF_EXPR_EXISTS ? OBJECT_ENUM_EXISTS : OBJECT_ENUM_VALUE;
	o->core_types[core] = rawbpf__btf_enum_emit(&o->btf, found.of, 4, kernel->name, (int64_t)found.value);
	return o->btf.error;
}

static int object_core_word(struct rawbpf__object_file *o, unsigned core, int integer)
{
	const struct rawbpf__kernel_name *kernel = &o->cores.all[core].kernel;
	struct rawbpf__type_place place;

	o->core_paths[core] = rawbpf_btf_string_emit(&o->btf, "0");
	if (kernel->op != RAWBPF_EXPR_SYMBOL &&
	    !rawbpf__type_place(&place, o->spec->env->symbols, RAWBPF__KIND_COMPOSITES | RAWBPF__KIND_ENUMS,
				kernel->name, rawbpf__length(kernel->name)))
		return object_core_type(o, core, &place, integer);
	return object_core_enumerator(o, core);
}

static int object_core(struct rawbpf__object_file *o, unsigned core, int integer)
{
	const struct rawbpf_symbols *symbols = o->spec->env->symbols;
	const char *name = o->cores.all[core].kernel.name;
	int err = !symbols || !symbols->kernel ? -EOPNOTSUPP : *rawbpf__find(name, '.') ?
		  object_core_member(o, core, integer) : object_core_word(o, core, integer);

	if (err == -EOPNOTSUPP)
		return rawbpf__object_fail(o, err, o->cores.all[core].line,
			o->cores.all[core].kernel.op == RAWBPF_EXPR_EXISTS ?
			"an object file cannot hold this: no type, member or enumerator '@' is in this kernel's "
			"BTF, so its kind is unknown" :
			"an object file cannot hold this: '@' is of the running kernel, and loaders do not find it "
			"by name", name);
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
