/* SPDX-License-Identifier: MIT */
/* Elements of maps in tests, and expressions about them. */
#include <rawbpf/vm_map.h>

#include "vm_test_value.h"
#include "vm_map.h"
#include "../base/string.h"
#include "../collection/apply.h"

enum { TEST_DEPTH = 64, TEST_BYTES = 1024 };

RAWBPF__PRIVATE struct rawbpf__out rawbpf__test_fail(struct rawbpf_vm_test *test, unsigned line)
{
	test->line = line;
	return rawbpf__out_begin(test->reason, sizeof(test->reason));
}

RAWBPF__PRIVATE int rawbpf__test_refuse(struct rawbpf_vm_test *test, unsigned line,
					const char *words, const char *name)
{
	struct rawbpf__out out = rawbpf__test_fail(test, line);

	rawbpf__out_text(&out, words);
	if (name) {
		rawbpf__out_text(&out, " '");
		rawbpf__out_string(&out, name);
		rawbpf__out_text(&out, "'");
	}
	return 1;
}

/* ------------------------------------------------------------------------------ numbers */

/* The lowest byte of N bytes is the first one, or the last. */
static unsigned test_byte(unsigned i, unsigned size)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? size - 1 - i : i;
}

static void test_put(unsigned char *bytes, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++)
		bytes[test_byte(i, size)] = (unsigned char)(value >> 8 * i);
}

static int64_t test_get(const unsigned char *bytes, unsigned size, int is_signed)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)bytes[test_byte(i, size)] << 8 * i;
	if (is_signed && size < 8 && value >> (8 * size - 1) & 1)
		value |= UINT64_MAX << 8 * size;
	return (int64_t)value;
}

/* Return 1 if so many bytes can hold the number, signed or not. */
static int test_fits(int64_t value, unsigned size)
{
	if (size >= 8)
		return 1;
	return value >= -(INT64_C(1) << (8 * size - 1)) && value < INT64_C(1) << 8 * size;
}

/* ------------------------------------------------------------------------------ fields */

/* A number in a value, or a struct of the file there. */
struct test_field {
	const char *type;
	unsigned offset, size;
	unsigned is_array;
};

RAWBPF__PRIVATE const char *rawbpf__test_string(const struct rawbpf_vm_test *test, unsigned string)
{
	return test->spec.load.collection->strings + string;
}

/* Return the field of a struct that the first part of ".a.b" names, or -1. */
static int test_field_find(const struct rawbpf_vm_test *test, const char *type, const char *path)
{
	const struct rawbpf_collection *c = test->spec.load.collection;
	const char *end = rawbpf__find(path + 1, '.');

	for (unsigned i = 0; i < c->struct_count; i++) {
		const struct rawbpf_table_struct *table = &c->structs[i];

		for (unsigned j = 0; j < table->field_count && rawbpf__equal(rawbpf__test_string(test, table->name), type); j++)
			if (rawbpf__equal_bytes(rawbpf__test_string(test, c->fields[table->field + j].name),
						path + 1, (size_t)(end - path - 1)))
				return (int)(table->field + j);
	}
	return -1;
}

/* Follow ".a.b" into a value. */
static int test_field(struct rawbpf_vm_test *test, unsigned line, const char *path,
		      struct test_field *at)
{
	const struct rawbpf_collection *c = test->spec.load.collection;

	for (; *path == '.'; path = rawbpf__find(path + 1, '.')) {
		struct rawbpf_resolved_field laid = { .offset = 0 };
		int field = test_field_find(test, at->type, path);

		if (field < 0 || at->is_array)
			return rawbpf__test_refuse(test, line, "the value has no field", path);
		if (rawbpf_collection_field_resolve(&laid, c, (unsigned)field, &test->loaded.env,
						    &test->loaded.error))
			return rawbpf__test_refuse(test, line, test->loaded.error.at.message, NULL);
		at->type = rawbpf__test_string(test, c->fields[field].type);
		at->offset += laid.offset;
		at->size = laid.size;
		at->is_array = laid.count;
	}
	return 0;
}

/* Find the number that ".a.b", or "" for all of the value, means. */
static int test_number(struct rawbpf_vm_test *test, unsigned line, unsigned map, const char *path,
		       struct test_field *at)
{
	const struct rawbpf_table_map *table = &test->spec.load.collection->maps[map];

	*at = (struct test_field){ .type = rawbpf__test_string(test, table->value_type),
				   .size = test->loaded.maps[map].value_size };
	if (table->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return rawbpf__test_refuse(test, line, "records have no type and can only be counted in",
					   test->loaded.maps[map].name);
	if (table->type == BPF_MAP_TYPE_RINGBUF) {
		int size = rawbpf_collection_type_size(test->spec.load.collection, at->type,
						       &test->loaded.env, &test->loaded.error);

		at->size = size < 0 ? 0 : (unsigned)size;
	}
	if (test_field(test, line, path, at))
		return 1;
	if (at->is_array || !at->size || at->size > 8)
		return rawbpf__test_refuse(test, line, "only numbers of up to 8 bytes can be compared; "
					   "name a field of", test->loaded.maps[map].name);
	return 0;
}

/* ---------------------------------------------------------------------------- elements */

/* Write the key of an element. */
static int test_key(struct rawbpf_vm_test *test, unsigned line, const struct rawbpf_vm_map *map,
		    int64_t key, unsigned char bytes[8])
{
	if (map->key_size > 8 || !test_fits(key, map->key_size))
		return rawbpf__test_refuse(test, line, map->key_size > 8 ?
					   "tests name keys of up to 8 bytes, and more has" :
					   "this number is no key of", map->name);
	test_put(bytes, map->key_size, (uint64_t)key);
	return 0;
}

static int test_missing(struct rawbpf_vm_test *test, unsigned line, const char *name, int64_t key)
{
	struct rawbpf__out out = rawbpf__test_fail(test, line);

	rawbpf__out_string(&out, name);
	rawbpf__out_text(&out, " has no element ");
	rawbpf__out_signed(&out, key);
	return 1;
}

/*
 * Set *bytes and *size to what comes out of a map without keys behind `index` others. -ENOENT: there
 * is none. -EINVAL: the map has keys.
 */
static int test_record(const struct rawbpf_vm_map *map, uint64_t index, const void **bytes, size_t *size)
{
	switch (map->type) {
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return rawbpf__vm_ring_peek(map, index, bytes, size);
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		*size = map->value_size;
		return rawbpf__vm_queue_read(map, index, bytes);
	default:
		return -EINVAL;
	}
}

/* Find the bytes of an element, or of a record. */
static int test_bytes(struct rawbpf_vm_test *test, unsigned line, unsigned index, int64_t key,
		      const unsigned char **bytes, size_t *size)
{
	struct rawbpf_vm_map *map = &test->loaded.maps[index];
	unsigned char name[8];
	const void *record = NULL;
	void *found = NULL;
	int err = test_record(map, (uint64_t)key, &record, size);

	if (err == -ENOENT)
		return test_missing(test, line, map->name, key);
	if (!err) {
		*bytes = record;
		return 0;
	}
	*size = map->value_size;
	if (!map->ops->lookup || rawbpf__vm_holds_pointers(map))
		return rawbpf__test_refuse(test, line, "no element can be looked up in", map->name);
	if (test_key(test, line, map, key, name))
		return 1;
	if (map->ops->lookup(map, name, &found) || !found)
		return test_missing(test, line, map->name, key);
	*bytes = found;
	return 0;
}

/* Evaluate MAP[KEY].FIELD, where the field may be "". */
static int test_element(struct rawbpf_vm_test *test, const struct rawbpf_expr *expr, unsigned line,
			const char *path, int64_t *value)
{
	const unsigned char *bytes = NULL;
	struct test_field at;
	size_t size = 0;
	int64_t key;

	if (rawbpf__test_evaluate(test, expr->b, line, &key))
		return 1;
	if (expr->a == RAWBPF_MAP_PACKET) {
		if (key < 0 || (uint64_t)key >= test->context.size)
			return test_missing(test, line, "packet", key);
		*value = test->context.bytes[key];
		return 0;
	}
	if (test_number(test, line, expr->a, path, &at) ||
	    test_bytes(test, line, expr->a, key, &bytes, &size))
		return 1;
	if (at.offset + at.size > size)
		return rawbpf__test_refuse(test, line, "the record ends before this field, in",
					   test->loaded.maps[expr->a].name);
	*value = test_get(bytes + at.offset, at.size, *at.type == 's' && at.type[1] <= '9');
	return 0;
}

static int test_count(struct rawbpf_vm_test *test, unsigned index, unsigned line, int64_t *value)
{
	struct rawbpf_vm_map *map = &test->loaded.maps[index];
	unsigned char key[512];
	const void *record;
	size_t size;
	int err;

	*value = 0;
	if (index == RAWBPF_MAP_PACKET) {
		*value = (int64_t)test->context.size;
		return 0;
	}
	while (!(err = test_record(map, (uint64_t)*value, &record, &size)))
		++*value;
	if (err == -ENOENT)
		return 0;
	if (!map->ops->next)
		return rawbpf__test_refuse(test, line, "elements cannot be counted in", map->name);
	for (err = map->ops->next(map, NULL, key); !err; err = map->ops->next(map, key, key))
		++*value;
	return 0;
}

/* ------------------------------------------------------------------------- expressions */

static int test_eval(struct rawbpf_vm_test *test, unsigned index, unsigned line, unsigned depth,
		     int64_t *value);

static int test_operation(struct rawbpf_vm_test *test, const struct rawbpf_expr *expr,
			  unsigned line, unsigned depth, int64_t *value)
{
	int is_unary = expr->op == RAWBPF_EXPR_NEGATE || expr->op == RAWBPF_EXPR_NOT;
	int64_t a, b = 0;

	if (test_eval(test, expr->a, line, depth + 1, &a))
		return 1;
	if ((expr->op == RAWBPF_EXPR_BOTH && !a) || (expr->op == RAWBPF_EXPR_EITHER && a)) {
		*value = a != 0;
		return 0;
	}
	if (!is_unary && test_eval(test, expr->b, line, depth + 1, &b))
		return 1;
	if (rawbpf__expr_apply(value, expr->op, a, b))
		return rawbpf__test_refuse(test, line, "a division by 0, or a shift by more than 63 bits",
					   NULL);
	return 0;
}

static int test_eval(struct rawbpf_vm_test *test, unsigned index, unsigned line, unsigned depth,
		     int64_t *value)
{
	const struct rawbpf_collection *c = test->spec.load.collection;
	const struct rawbpf_expr *expr = &c->exprs[index];
	uint64_t number = 0;

	if (depth == TEST_DEPTH)
		return rawbpf__test_refuse(test, line, "this expression is nested too deeply", NULL);
	switch (expr->op) {
	case RAWBPF_EXPR_ELEMENT:
		return test_element(test, expr, line, "", value);
	case RAWBPF_EXPR_FIELD:
		return test_element(test, &c->exprs[expr->a], line, rawbpf__test_string(test, expr->b), value);
	case RAWBPF_EXPR_COUNT:
		return test_count(test, expr->a, line, value);
	case RAWBPF_EXPR_SYMBOL:
		if (rawbpf__equal(rawbpf__test_string(test, expr->b), "r0")) {
			*value = (int64_t)test->vm.r[0];
			return 0;
		}
		break;
	case RAWBPF_EXPR_NUMBER:
	case RAWBPF_EXPR_WIDE:
	case RAWBPF_EXPR_SIZEOF:
	case RAWBPF_EXPR_EXISTS:
		break;
	default:
		return test_operation(test, expr, line, depth, value);
	}
	if (rawbpf_collection_expr_evaluate(&number, c, index, line, &test->loaded.env,
					    &test->loaded.error))
		return rawbpf__test_refuse(test, line, test->loaded.error.at.message, NULL);
	*value = (int64_t)number;
	return 0;
}

RAWBPF__PRIVATE int rawbpf__test_put(unsigned char *bytes, unsigned size, int64_t value)
{
	test_put(bytes, size, (uint64_t)value);
	return !test_fits(value, size);
}

RAWBPF__PRIVATE int rawbpf__test_evaluate(struct rawbpf_vm_test *test, unsigned expr,
					  unsigned line, int64_t *value)
{
	return test_eval(test, expr, line, 0, value);
}

/* --------------------------------------------------------------------------- map lines */

/* Store a number in the element, which keeps its other bytes. */
static int test_store(struct rawbpf_vm_test *test, unsigned line, struct rawbpf_vm_map *map,
		      const struct test_field *at, int64_t key, int64_t value)
{
	unsigned char name[8], bytes[TEST_BYTES] = { 0 };
	void *found = NULL;
	int err;

	if (map->value_size > sizeof(bytes))
		return rawbpf__test_refuse(test, line, "tests store values of up to 1024 bytes, and more "
					   "has", map->name);
	if (map->ops->lookup && test_key(test, line, map, key, name))
		return 1;
	if (map->ops->lookup && !map->ops->lookup(map, name, &found) && found)
		__builtin_memcpy(bytes, found, map->value_size);
	test_put(bytes + at->offset, at->size, (uint64_t)value);
	err = map->ops->push ? map->ops->push(map, bytes, BPF_ANY) :
	      map->ops->update ? map->ops->update(map, name, bytes, BPF_ANY) : -EOPNOTSUPP;
	return err ? rawbpf__test_refuse(test, line, "there is no room for this element in",
					 map->name) : 0;
}

RAWBPF__PRIVATE int rawbpf__test_map_set(struct rawbpf_vm_test *test,
					 const struct rawbpf_table_test_line *line)
{
	const struct rawbpf_collection *c = test->spec.load.collection;
	const struct rawbpf_expr *equal = &c->exprs[line->expr], *element = &c->exprs[equal->a];
	const char *path = "";
	struct rawbpf_vm_map *map;
	struct test_field at;
	int64_t key, value;

	if (element->op == RAWBPF_EXPR_FIELD) {
		path = rawbpf__test_string(test, element->b);
		element = &c->exprs[element->a];
	}
	if (element->a == RAWBPF_MAP_PACKET)
		return rawbpf__test_refuse(test, line->line, "the packet is no map; use a packet line",
					   NULL);
	map = &test->loaded.maps[element->a];
	if (map->type == BPF_MAP_TYPE_RINGBUF || rawbpf__vm_holds_pointers(map))
		return rawbpf__test_refuse(test, line->line, "a test cannot fill", map->name);
	if (rawbpf__test_evaluate(test, element->b, line->line, &key) ||
	    rawbpf__test_evaluate(test, equal->b, line->line, &value) ||
	    test_number(test, line->line, element->a, path, &at))
		return 1;
	if (!test_fits(value, at.size))
		return rawbpf__test_refuse(test, line->line, "this number does not fit a value of",
					   map->name);
	return test_store(test, line->line, map, &at, key, value);
}
