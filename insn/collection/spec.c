/* SPDX-License-Identifier: MIT */
#include "resolution.h"

#include "../base/string.h"

/* Compute the size of a key or value: of a type, or the expression. */
static int spec_size(struct rawbpf__resolver *r, unsigned type, unsigned expr, unsigned *size)
{
	const char *name = rawbpf__resolver_string(r, type);
	struct rawbpf__type found;
	int64_t number = 0;
	int err = 0;

	if (type) {
		err = rawbpf__type_find(r, &found, name, rawbpf__length(name));
		number = found.size;
	} else if (expr) {
		err = rawbpf__resolver_range(r, expr, 0, INT32_MAX, "a key or value", &number);
	}
	*size = number;
	return err > 0 ? rawbpf__resolver_fail(r, -EINVAL, "the file has no type '@'", name, 0) : err;
}

static int spec_number(struct rawbpf__resolver *r, unsigned expr, const char *what, unsigned *number)
{
	int64_t value = 0;
	int err = expr ? rawbpf__resolver_range(r, expr, 0, UINT32_MAX, what, &value) : 0;

	*number = value;
	return err;
}

/* A ring without a size gets one by the machine's memory. */
static int spec_ring(struct rawbpf__resolver *r, unsigned size)
{
	if (size >= 4096 ? !(size & (size - 1)) : !size)
		return 0;
	return rawbpf__resolver_fail(r, -EINVAL, "the bytes of a ring are a power of two and whole pages, "
				     "such as 256k, not #", "", size);
}

RAWBPF__PRIVATE int rawbpf__map_describe(struct rawbpf__resolver *r, unsigned index,
					 struct rawbpf_resolved_map *map)
{
	const struct rawbpf_table_map *table = &r->c->maps[index];
	int is_ring = table->type == BPF_MAP_TYPE_RINGBUF; /* value_type is its record's */
	int err = 0;

	*map = (struct rawbpf_resolved_map){ .name = rawbpf__resolver_string(r, table->name),
					     .type = table->type };
	if (table->byte_count)
		map->value = &r->c->bytes[table->byte];
	if (!is_ring)
		err = spec_size(r, table->key_type, table->key_size, &map->key_size);
	if (!err && !is_ring)
		err = spec_size(r, table->value_type, table->value_size, &map->value_size);
	if (!err)
		err = spec_number(r, table->max_entries, "a map", &map->max_entries);
	if (!err)
		err = spec_number(r, table->flags, "a map's flags", &map->flags);
	return !err && is_ring ? spec_ring(r, map->max_entries) : err;
}

int rawbpf_collection_map_resolve(struct rawbpf_resolved_map *map,
				  const struct rawbpf_collection *collection, unsigned index,
				  const struct rawbpf_collection_env *env,
				  struct rawbpf_collection_error *error)
{
	struct rawbpf__resolver r;
	int err = rawbpf__eval_begin(&r, collection, env, error);

	if (err)
		return err;
	r.line = collection->maps[index].line;
	return rawbpf__map_describe(&r, index, map);
}

/* Return the number of the struct that has the field, from 1. */
static unsigned spec_struct_of(const struct rawbpf_collection *c, unsigned field)
{
	unsigned low = 0, high = c->struct_count;

	while (low < high) { /* the first one that ends behind the field */
		unsigned middle = low + (high - low) / 2;

		if (c->structs[middle].field + (unsigned)c->structs[middle].field_count <= field)
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1;
}

int rawbpf_collection_field_resolve(struct rawbpf_resolved_field *out,
				    const struct rawbpf_collection *collection, unsigned field,
				    const struct rawbpf_collection_env *env,
				    struct rawbpf_collection_error *error)
{
	struct rawbpf__resolver r;
	int err = rawbpf__eval_begin(&r, collection, env, error);

	if (!err)
		err = rawbpf__struct_lay(&r, spec_struct_of(collection, field));
	if (err)
		return err;
	*out = (struct rawbpf_resolved_field){ .offset = r.fields[field].offset,
					       .size = r.fields[field].size,
					       .count = r.fields[field].count };
	return 0;
}

int rawbpf_collection_type_size(const struct rawbpf_collection *collection, const char *type,
				const struct rawbpf_collection_env *env,
				struct rawbpf_collection_error *error)
{
	struct rawbpf__resolver r;
	struct rawbpf__type found;
	int err = rawbpf__eval_begin(&r, collection, env, error);

	if (!err)
		err = rawbpf__type_find(&r, &found, type, rawbpf__length(type));
	if (err > 0)
		return rawbpf__resolver_fail(&r, -ENOENT, "the file has no type '@'", type, 0);
	return err ? err : (int)found.size;
}

int rawbpf_collection_expr_evaluate(uint64_t *value, const struct rawbpf_collection *collection,
				    unsigned expr, unsigned line,
				    const struct rawbpf_collection_env *env,
				    struct rawbpf_collection_error *error)
{
	struct rawbpf__resolver r;
	struct rawbpf__eval found;
	int err = rawbpf__eval_begin(&r, collection, env, error);

	if (err)
		return err;
	r.line = line;
	err = rawbpf__eval(&r, expr, &found);
	*value = (uint64_t)found.number;
	return err;
}
