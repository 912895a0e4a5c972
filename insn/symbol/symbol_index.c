/* SPDX-License-Identifier: MIT */
/*
 * Find types and enumerators by their names. The caller's index keeps chains of all names with the
 * same hash. It has parts, each of which the first look-up of its sort fills.
 *
 * The hash reads at most the first bytes of a name, so long strings make no part slow. Names that
 * share a hash make a look-up as slow as the walk without an index, but not slower.
 */
#include "kernel.h"

#include "../base/string.h"
#include "../btf/btf.h"

enum {
	INDEX_HEADS = 1 << 13, /* of types, and of enumerators */
	INDEX_ALL_HEADS = 2 * INDEX_HEADS,
	INDEX_HASHED = 24,     /* bytes of a name */
	INDEX_SMALLEST = 8     /* bytes that a name takes in BTF: an enumerator */
};

/*
 * The parts. Bits of `kinds` say which are complete. Most programs name structs alone, and filling
 * that part takes most of their time.
 */
enum index_part {
	INDEX_STRUCTS = 1,
	INDEX_OTHERS = 2,
	INDEX_ENUMERATORS = 4,
	INDEX_FULL = 8 /* the memory was too small for a part */
};

#define INDEX_STRUCT_KINDS (1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION)
#define INDEX_OTHER_KINDS \
	(1u << BTF_KIND_TYPEDEF | 1u << BTF_KIND_VAR | (unsigned)RAWBPF__KIND_ENUMS)

/* A name: bytes from the start of the types. */
struct index_node {
	uint32_t type;
	uint32_t which; /* the id of a type, or the place of an enumerator */
	uint32_t next;    /* the number of a node, from 1; 0 ends the chain */
};

size_t rawbpf_symbol_index_size(const struct rawbpf_btf *kernel)
{
	return INDEX_ALL_HEADS * sizeof(uint32_t) +
	       kernel->types_size / INDEX_SMALLEST * sizeof(struct index_node);
}

static struct index_node *index_node(const struct rawbpf_symbol_index *index, uint32_t number)
{
	return (struct index_node *)(index->memory + INDEX_ALL_HEADS) + (number - 1);
}

/* Return the head of the chain for the name, which ends at a NUL or after `length` bytes. */
static uint32_t *index_head(const struct rawbpf_symbol_index *index, enum index_part part,
			    const char *name, size_t length)
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < length && i < INDEX_HASHED && name[i]; i++)
		hash = (hash ^ (unsigned char)name[i]) * 0x01000193;
	return &index->memory[(part == INDEX_ENUMERATORS ? INDEX_HEADS : 0) +
			      (hash ^ hash >> 15) % INDEX_HEADS];
}

/* Add a name. Return 0 if there is no room. */
static int index_add(struct rawbpf_symbol_index *index, enum index_part part, const char *name,
		     struct index_node node)
{
	size_t used = INDEX_ALL_HEADS * sizeof(uint32_t) + index->count * sizeof(node);
	uint32_t *head;

	if (index->size - used < sizeof(node))
		return 0;
	head = index_head(index, part, name, INDEX_HASHED);
	node.next = *head;
	*index_node(index, ++index->count) = node;
	*head = index->count;
	return 1;
}

static uint32_t index_offset(const struct rawbpf_btf *btf, const void *place)
{
	return (uint32_t)((const unsigned char *)place - btf->types);
}

/* Return the name of the enumerator at `place`. Both kinds begin with it. */
static const char *enumerator_name(const struct rawbpf_btf *btf, const void *place)
{
	const struct btf_enum *enumerator = place;

	return rawbpf_btf_string_get(btf, enumerator->name_off);
}

static size_t enumerator_size(const struct btf_type *type)
{
	return rawbpf_btf_type_kind(type) == BTF_KIND_ENUM64 ? 12 : sizeof(struct btf_enum);
}

static int index_add_enumerators(struct rawbpf_symbol_index *index, const struct rawbpf_btf *btf,
				 const struct btf_type *type)
{
	const unsigned char *place = rawbpf__btf_addition(type);

	for (unsigned left = rawbpf_btf_type_vlen(type); left; left--) {
		const char *name = enumerator_name(btf, place);
		struct index_node node = { .type = index_offset(btf, type),
					   .which = index_offset(btf, place) };

		if (name && !index_add(index, INDEX_ENUMERATORS, name, node))
			return 0;
		place += enumerator_size(type);
	}
	return 1;
}

static int index_add_type(struct rawbpf_symbol_index *index, const struct rawbpf__btf_walk *walk)
{
	const char *name = walk->type->name_off ?
			   rawbpf_btf_string_get(walk->btf, walk->type->name_off) : NULL;
	struct index_node node = { .type = index_offset(walk->btf, walk->type),
				   .which = rawbpf__btf_walk_id(walk) };

	return !name || index_add(index, INDEX_STRUCTS, name, node);
}

/* Add the names of a part. Return 0 if they do not fit. */
static int index_fill(struct rawbpf_symbol_index *index, const struct rawbpf_btf *btf,
		      enum index_part part)
{
	uint32_t kinds = part == INDEX_STRUCTS ? INDEX_STRUCT_KINDS :
			 part == INDEX_OTHERS ? INDEX_OTHER_KINDS : RAWBPF__KIND_ENUMS;
	struct rawbpf__btf_walk walk = { .btf = btf };
	int fits = 1;

	while (fits && rawbpf__btf_walk_next(&walk))
		if (rawbpf__kind_is_in(walk.type, kinds))
			fits = part == INDEX_ENUMERATORS ?
			       index_add_enumerators(index, btf, walk.type) :
			       index_add_type(index, &walk);
	return fits;
}

/* Return 1 if the index of that module has the part, which this call may fill. */
static int index_has(const struct rawbpf_symbols *symbols, unsigned module, enum index_part part)
{
	struct rawbpf_symbol_index *index = symbols->index;
	size_t heads = INDEX_ALL_HEADS * sizeof(uint32_t);

	if (module || !index || index->size < heads)
		return 0;
	if (!index->kinds)
		__builtin_memset(index->memory, 0, heads);
	if (!(index->kinds & (part | INDEX_FULL)))
		index->kinds |= index_fill(index, symbols->kernel, part) ? part : INDEX_FULL;
	return (index->kinds & part) != 0;
}

/* --------------------------------------------------------------------------------- types */

RAWBPF__PRIVATE const struct rawbpf_btf *rawbpf__symbols_btf(const struct rawbpf_symbols *symbols, unsigned module)
{
	if (!module)
		return symbols->kernel;
	return module <= symbols->module_count ? symbols->modules[module - 1].btf : NULL;
}

/* The type that a search prefers so far. */
struct type_search {
	const struct rawbpf_btf *btf;
	const char *name;
	size_t length;
	uint32_t kinds;
	unsigned kind, id; /* of the found type; id 0: none */
};

static void type_offer(struct type_search *search, const struct btf_type *type, uint32_t id)
{
	unsigned kind = rawbpf_btf_type_kind(type);

	if (!rawbpf__kind_is_in(type, search->kinds) || !type->name_off ||
	    !rawbpf__btf_names(search->btf, type->name_off, search->name, search->length))
		return;
	if (!search->id || kind < search->kind || (kind == search->kind && id < search->id)) {
		search->kind = kind;
		search->id = id;
	}
}

static void type_search_walk(struct type_search *search)
{
	struct rawbpf__btf_walk walk = { .btf = search->btf };

	while (rawbpf__btf_walk_next(&walk))
		type_offer(search, walk.type, rawbpf__btf_walk_id(&walk));
}

static void type_search_index(struct type_search *search, const struct rawbpf_symbol_index *index)
{
	uint32_t number = *index_head(index, INDEX_STRUCTS, search->name, search->length);

	for (; number; number = index_node(index, number)->next) {
		const struct index_node *node = index_node(index, number);
		const struct btf_type *type = (const void *)(search->btf->types + node->type);

		type_offer(search, type, node->which);
	}
}

/* Search those of the search's kinds that are in `kinds`, by the index if that has the part. */
static void type_search_part(struct type_search *search, const struct rawbpf_symbols *symbols,
			     unsigned module, enum index_part part, uint32_t kinds)
{
	uint32_t all = search->kinds;

	search->kinds = all & kinds;
	if (search->kinds && !search->id) {
		if (part != INDEX_FULL && index_has(symbols, module, part))
			type_search_index(search, symbols->index);
		else
			type_search_walk(search);
	}
	search->kinds = all;
}

/* Search a BTF for the type. Structs win, so the other parts are searched only without one. */
static void type_search(struct type_search *search, const struct rawbpf_symbols *symbols,
			unsigned module)
{
	type_search_part(search, symbols, module, INDEX_STRUCTS, INDEX_STRUCT_KINDS);
	type_search_part(search, symbols, module, INDEX_OTHERS, INDEX_OTHER_KINDS);
	type_search_part(search, symbols, module, INDEX_FULL,
			 ~(INDEX_STRUCT_KINDS | INDEX_OTHER_KINDS));
}

RAWBPF__PRIVATE int rawbpf__type_place(struct rawbpf__type_place *place,
				       const struct rawbpf_symbols *symbols, uint32_t kinds,
				       const char *name, size_t length)
{
	for (unsigned module = 0; module <= symbols->module_count; module++) {
		struct type_search search = { .btf = rawbpf__symbols_btf(symbols, module),
					      .name = name, .length = length, .kinds = kinds };

		if (!search.btf || !length)
			continue;
		type_search(&search, symbols, module);
		if (!search.id)
			continue;
		*place = (struct rawbpf__type_place){ search.btf, module, search.id };
		return 0;
	}
	return -ENOENT;
}

/* --------------------------------------------------------------------------- enumerators */

/* Return 1 if the BTF marks signed enums, as that of newer kernels does. */
static int btf_marks_signs(const struct rawbpf_btf *btf)
{
	struct rawbpf__btf_walk walk = { .btf = btf };

	while (rawbpf__btf_walk_next(&walk))
		if (rawbpf_btf_type_kind(walk.type) == BTF_KIND_ENUM64 ||
		    (rawbpf_btf_type_kind(walk.type) == BTF_KIND_ENUM && walk.type->info >> 31))
			return 1;
	return 0;
}

/*
 * Return the value of an enumerator. In BTF without marks a 32-bit value may be negative or large;
 * it is then negative, since such values are more frequent.
 */
static uint64_t enumerator_value(const struct rawbpf_btf *btf, const struct btf_type *type,
				 const void *place)
{
	const uint32_t *words = place; /* the name, the value's low half, its high half */

	if (rawbpf_btf_type_kind(type) == BTF_KIND_ENUM64)
		return (uint64_t)words[2] << 32 | words[1];
	if ((int32_t)words[1] < 0 && !(type->info >> 31) && btf_marks_signs(btf))
		return words[1];
	return (uint64_t)(int32_t)words[1];
}

/* An enumerator's search. Of several the one with the smallest place in BTF is found. */
struct enumerator_search {
	const struct rawbpf_btf *btf;
	const char *name;
	size_t length;
	const struct btf_type *type;
	const unsigned char *place; /* NULL: none */
};

static void enumerator_offer(struct enumerator_search *search, const struct btf_type *type,
			     const unsigned char *place)
{
	const struct btf_enum *enumerator = (const void *)place;

	if ((search->place && search->place < place) ||
	    !rawbpf__btf_names(search->btf, enumerator->name_off, search->name, search->length))
		return;
	search->type = type;
	search->place = place;
}

static void enumerator_search_walk(struct enumerator_search *search)
{
	struct rawbpf__btf_walk walk = { .btf = search->btf };

	while (rawbpf__btf_walk_next(&walk)) {
		const unsigned char *place = rawbpf__btf_addition(walk.type);
		unsigned left = rawbpf__kind_is_in(walk.type, RAWBPF__KIND_ENUMS) ?
				rawbpf_btf_type_vlen(walk.type) : 0;

		for (; left; left--, place += enumerator_size(walk.type))
			enumerator_offer(search, walk.type, place);
	}
}

static void enumerator_search_index(struct enumerator_search *search,
				    const struct rawbpf_symbol_index *index)
{
	uint32_t number = *index_head(index, INDEX_ENUMERATORS, search->name, search->length);

	for (; number; number = index_node(index, number)->next) {
		const struct index_node *node = index_node(index, number);

		enumerator_offer(search, (const void *)(search->btf->types + node->type),
				 search->btf->types + node->which);
	}
}

RAWBPF__PRIVATE int rawbpf__enumerator_find(uint64_t *value, const struct rawbpf_symbols *symbols,
			    const char *name, size_t length)
{
	for (unsigned module = 0; module <= symbols->module_count; module++) {
		struct enumerator_search search = { .btf = rawbpf__symbols_btf(symbols, module),
						    .name = name, .length = length };

		if (!search.btf || !length)
			continue;
		if (index_has(symbols, module, INDEX_ENUMERATORS))
			enumerator_search_index(&search, symbols->index);
		else
			enumerator_search_walk(&search);
		if (!search.place)
			continue;
		*value = enumerator_value(search.btf, search.type, search.place);
		return 0;
	}
	return -ENOENT;
}
