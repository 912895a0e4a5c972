/* SPDX-License-Identifier: MIT */
/*
 * Find types and enumerators by their names. A search walks through BTF until it finds the name,
 * and adds all names on its way to the caller's index. The next search first looks there, and walks
 * on from where the last one stopped. Most names are found early: a kernel's BTF begins with the
 * types that all files share.
 *
 * The index keeps chains of all names with the same hash. The hash reads at most the first bytes of
 * a name, so long strings do not make it slow. Names that share a hash make a search as slow as the
 * walk without an index, but not slower.
 */
#include "kernel.h"

#include "../base/string.h"
#include "../btf/btf.h"

/* The sorts of names, each with its own walk. Programs name structs most of the time. */
enum index_sort { INDEX_STRUCTS, INDEX_OTHERS, INDEX_FUNCS, INDEX_ENUMERATORS };

enum {
	INDEX_HEADS = 1 << 13, /* of types, and of enumerators */
	INDEX_ALL_HEADS = 2 * INDEX_HEADS,
	INDEX_HASHED = 24,     /* bytes of a name */
	INDEX_SMALLEST = 8     /* bytes that a name takes in BTF: an enumerator */
};

#define INDEX_STRUCT_KINDS (1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION)
#define INDEX_OTHER_KINDS \
	(1u << BTF_KIND_TYPEDEF | 1u << BTF_KIND_VAR | (unsigned)RAWBPF__KIND_ENUMS)
#define INDEX_FUNC_KINDS (1u << BTF_KIND_FUNC)
#define INDEX_ALL_KINDS (INDEX_STRUCT_KINDS | INDEX_OTHER_KINDS | INDEX_FUNC_KINDS)

/* A name: bytes from the start of the types. */
struct index_node {
	uint32_t type;
	uint32_t which; /* the id of a type, or the place of an enumerator */
	uint32_t next;  /* the number of a node, from 1; 0 ends the chain */
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
static uint32_t *index_head(const struct rawbpf_symbol_index *index, enum index_sort sort,
			    const char *name, size_t length)
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < length && i < INDEX_HASHED && name[i]; i++)
		hash = (hash ^ (unsigned char)name[i]) * 0x01000193;
	return &index->memory[(sort == INDEX_ENUMERATORS ? INDEX_HEADS : 0) +
			      (hash ^ hash >> 15) % INDEX_HEADS];
}

/* Add a name. Return 0 if there is no room. */
static int index_add(struct rawbpf_symbol_index *index, enum index_sort sort, const char *name,
		     struct index_node node)
{
	size_t used = INDEX_ALL_HEADS * sizeof(uint32_t) + index->count * sizeof(node);
	uint32_t *head;

	if (index->size - used < sizeof(node))
		return 0;
	head = index_head(index, sort, name, INDEX_HASHED);
	node.next = *head;
	*index_node(index, ++index->count) = node;
	*head = index->count;
	return 1;
}

static uint32_t index_offset(const struct rawbpf_btf *btf, const void *place)
{
	return (uint32_t)((const unsigned char *)place - btf->types);
}

/* Return the index for the BTF of that number, or NULL. Begin it if it is new. */
static struct rawbpf_symbol_index *index_of(const struct rawbpf_symbols *symbols, unsigned module)
{
	struct rawbpf_symbol_index *index = symbols->index;
	size_t heads = INDEX_ALL_HEADS * sizeof(uint32_t);

	if (module || !index || index->size < heads)
		return NULL;
	if (!index->walked[0] && !index->walked[1] && !index->walked[2] && !index->walked[3])
		__builtin_memset(index->memory, 0, heads);
	return index;
}

/* Continue the walk for a sort of names. Without an index, begin it. */
static struct rawbpf__btf_walk index_walk(const struct rawbpf_symbol_index *index,
					  enum index_sort sort, const struct rawbpf_btf *btf)
{
	struct rawbpf__btf_walk walk = { .btf = btf };

	if (index && index->walked[sort]) {
		walk.count = index->walked[sort];
		walk.type = (const void *)(btf->types + index->at[sort]);
	}
	return walk;
}

/* Keep how far the index has the names: all of the type at which the walk is. */
static void index_keep(struct rawbpf_symbol_index *index, enum index_sort sort,
		       const struct rawbpf__btf_walk *walk)
{
	index->walked[sort] = walk->count;
	index->at[sort] = index_offset(walk->btf, walk->type);
}

/* --------------------------------------------------------------------------------- types */

RAWBPF__PRIVATE const struct rawbpf_btf *rawbpf__symbols_btf(const struct rawbpf_symbols *symbols,
							     unsigned module)
{
	if (!module && !symbols->kernel && symbols->open_kernel)
		symbols->open_kernel(symbols->context);
	if (!module)
		return symbols->kernel;
	return module <= symbols->module_count ? symbols->modules[module - 1].btf : NULL;
}

/* A search for a type. Of several the one with the smallest id is found. */
struct type_search {
	const struct rawbpf_btf *btf;
	const char *name;
	size_t length;
	uint32_t kinds;
	unsigned id; /* of the found type; 0: none */
};

static void type_offer(struct type_search *search, const struct btf_type *type, uint32_t id)
{
	if ((!search->id || id < search->id) && type->name_off &&
	    rawbpf__kind_is_in(type, search->kinds) &&
	    rawbpf__btf_names(search->btf, type->name_off, search->name, search->length))
		search->id = id;
}

static int index_add_type(struct rawbpf_symbol_index *index, enum index_sort sort,
			  const struct rawbpf__btf_walk *walk)
{
	const char *name = walk->type->name_off ?
			   rawbpf_btf_string_get(walk->btf, walk->type->name_off) : NULL;
	struct index_node node = { .type = index_offset(walk->btf, walk->type),
				   .which = rawbpf__btf_walk_id(walk) };

	return !name || index_add(index, sort, name, node);
}

/* Search the names that the index has. */
static void type_search_index(struct type_search *search, enum index_sort sort,
			      const struct rawbpf_symbol_index *index)
{
	uint32_t number = *index_head(index, sort, search->name, search->length);

	for (; number; number = index_node(index, number)->next) {
		const struct index_node *node = index_node(index, number);

		type_offer(search, (const void *)(search->btf->types + node->type), node->which);
	}
}

/* Search the types of these kinds that the index does not have, and add them as far as they fit. */
static void type_search_walk(struct type_search *search, enum index_sort sort, uint32_t kinds,
			     struct rawbpf_symbol_index *index)
{
	struct rawbpf__btf_walk walk = index_walk(index, sort, search->btf);

	while (!search->id && rawbpf__btf_walk_next(&walk)) {
		if (rawbpf__kind_is_in(walk.type, kinds)) {
			if (index && !index_add_type(index, sort, &walk))
				index = NULL;
			type_offer(search, walk.type, rawbpf__btf_walk_id(&walk));
		}
		if (index)
			index_keep(index, sort, &walk);
	}
}

/* Search the types of the search's kinds that are in `kinds`, unless there is one already. */
static void type_search(struct type_search *search, enum index_sort sort, uint32_t kinds,
			struct rawbpf_symbol_index *index)
{
	if (search->id || !(search->kinds & kinds))
		return;
	if (index)
		type_search_index(search, sort, index);
	type_search_walk(search, sort, kinds, index);
}

/* Return 1 if there is a module of that number. Programs use only functions and variables of modules. */
static int symbols_has(const struct rawbpf_symbols *symbols, unsigned module, uint32_t kinds)
{
	int is_of_modules = kinds == INDEX_FUNC_KINDS || kinds == 1u << BTF_KIND_VAR;

	if (module > symbols->module_count && symbols->open_modules && is_of_modules)
		symbols->open_modules(symbols->context);
	return module <= symbols->module_count;
}

RAWBPF__PRIVATE int rawbpf__type_place(struct rawbpf__type_place *place,
				       const struct rawbpf_symbols *symbols, uint32_t kinds,
				       const char *name, size_t length)
{
	for (unsigned module = 0; symbols_has(symbols, module, kinds); module++) {
		struct type_search search = { .btf = rawbpf__symbols_btf(symbols, module),
					      .name = name, .length = length, .kinds = kinds };
		struct rawbpf_symbol_index *index;

		if (!search.btf || !length)
			continue;
		index = index_of(symbols, module);
		type_search(&search, INDEX_STRUCTS, INDEX_STRUCT_KINDS, index);
		type_search(&search, INDEX_OTHERS, INDEX_OTHER_KINDS, index);
		type_search(&search, INDEX_FUNCS, INDEX_FUNC_KINDS, index);
		type_search(&search, INDEX_OTHERS, ~INDEX_ALL_KINDS, NULL);
		if (!search.id)
			continue;
		*place = (struct rawbpf__type_place){ search.btf, module, search.id };
		return 0;
	}
	return -ENOENT;
}

/* --------------------------------------------------------------------------- enumerators */

/* Return the bytes of an enumerator. Those of both kinds begin with their name. */
static size_t enumerator_size(const struct btf_type *type)
{
	return rawbpf_btf_type_kind(type) == BTF_KIND_ENUM64 ? 12 : sizeof(struct btf_enum);
}

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

/* A search for an enumerator. Of several the first in BTF is found. */
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

/* Search an enum, and add its enumerators to the index. Return 0 if they do not fit. */
static int enumerator_search_enum(struct enumerator_search *search, const struct btf_type *type,
				  struct rawbpf_symbol_index *index)
{
	const struct rawbpf_btf *btf = search->btf;
	const unsigned char *place = rawbpf__btf_addition(type);
	int fits = index != NULL;

	for (unsigned left = rawbpf_btf_type_vlen(type); left; left--) {
		const struct btf_enum *enumerator = (const void *)place;
		const char *name = rawbpf_btf_string_get(btf, enumerator->name_off);

		if (name && fits)
			fits = index_add(index, INDEX_ENUMERATORS, name, (struct index_node){
				.type = index_offset(btf, type), .which = index_offset(btf, place) });
		enumerator_offer(search, type, place);
		place += enumerator_size(type);
	}
	return fits;
}

static void enumerator_search_walk(struct enumerator_search *search,
				   struct rawbpf_symbol_index *index)
{
	struct rawbpf__btf_walk walk = index_walk(index, INDEX_ENUMERATORS, search->btf);

	while (!search->place && rawbpf__btf_walk_next(&walk)) {
		if (rawbpf__kind_is_in(walk.type, RAWBPF__KIND_ENUMS) &&
		    !enumerator_search_enum(search, walk.type, index))
			index = NULL;
		if (index)
			index_keep(index, INDEX_ENUMERATORS, &walk);
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

RAWBPF__PRIVATE int rawbpf__enumerator_find(struct rawbpf__enumerator *enumerator,
					    const struct rawbpf_symbols *symbols, const char *name,
					    size_t length)
{
	for (unsigned module = 0; module <= symbols->module_count; module++) {
		struct enumerator_search search = { .btf = rawbpf__symbols_btf(symbols, module),
						    .name = name, .length = length };
		struct rawbpf_symbol_index *index;

		if (!search.btf || !length)
			continue;
		index = index_of(symbols, module);
		if (index)
			enumerator_search_index(&search, index);
		enumerator_search_walk(&search, index);
		if (!search.place)
			continue;
		*enumerator = (struct rawbpf__enumerator){
			.value = enumerator_value(search.btf, search.type, search.place), .module = module,
			.of = rawbpf_btf_string_get(search.btf, search.type->name_off) };
		return 0;
	}
	return -ENOENT;
}
