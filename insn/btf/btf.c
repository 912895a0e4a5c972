/* SPDX-License-Identifier: MIT */
/* Read BTF: its sections and types. The functions check every bound. */
#include "btf.h"
#include "../base/string.h"

enum {
	MODIFIERS_AT_MOST = 32, /* const of a typedef of a const ... */
	SIZE_DEPTH = 32,        /* arrays of arrays */
	HEADER_LEAST = 24,      /* bytes of the oldest header */
};

/*
 * The bytes that each kind adds to its struct btf_type. The BTF's layout section has those of
 * later kinds.
 */
static const struct {
	unsigned char info;    /* once */
	unsigned char element; /* for each of vlen */
} btf_additions[] = {
	[BTF_KIND_INT] = { 4, 0 },
	[BTF_KIND_PTR] = { 0, 0 },
	[BTF_KIND_ARRAY] = { 12, 0 },
	[BTF_KIND_STRUCT] = { 0, 12 },
	[BTF_KIND_UNION] = { 0, 12 },
	[BTF_KIND_ENUM] = { 0, 8 },
	[BTF_KIND_FWD] = { 0, 0 },
	[BTF_KIND_TYPEDEF] = { 0, 0 },
	[BTF_KIND_VOLATILE] = { 0, 0 },
	[BTF_KIND_CONST] = { 0, 0 },
	[BTF_KIND_RESTRICT] = { 0, 0 },
	[BTF_KIND_FUNC] = { 0, 0 },
	[BTF_KIND_FUNC_PROTO] = { 0, 8 },
	[BTF_KIND_VAR] = { 4, 0 },
	[BTF_KIND_DATASEC] = { 0, 12 },
	[BTF_KIND_FLOAT] = { 0, 0 },
	[BTF_KIND_DECL_TAG] = { 4, 0 },
	[BTF_KIND_TYPE_TAG] = { 0, 0 },
	[BTF_KIND_ENUM64] = { 0, 12 },
};

enum {
	KINDS = sizeof btf_additions / sizeof btf_additions[0],
	UNKNOWN = 255, /* the addition of an unknown kind; real ones are multiples of 4 */
};

/*
 * Return the length of the type at `at`, or 0 if it is broken or exceeds `room` bytes. It is inline
 * where all types are walked: a kernel's BTF has more than a hundred thousand.
 */
static inline __attribute__((always_inline)) uint32_t
btf_inline_length(const struct rawbpf_btf *btf, const unsigned char *at, uint32_t room)
{
	const struct btf_type *type = (const void *)at;
	uint64_t length = sizeof *type;
	unsigned kind;

	if (room < sizeof *type)
		return 0;
	kind = rawbpf_btf_type_kind(type);
	if (btf->info_size[kind] == UNKNOWN)
		return 0;
	length += btf->info_size[kind];
	length += (uint64_t)btf->element_size[kind] * rawbpf_btf_type_vlen(type);
	return length <= room ? (uint32_t)length : 0;
}

static uint32_t btf_type_length(const struct rawbpf_btf *btf, const unsigned char *at,
				uint32_t room)
{
	return btf_inline_length(btf, at, room);
}

/* Return 1 if the section lies within the `room` bytes behind the header. */
static int btf_section_is_sound(uint32_t offset, uint32_t length, uint64_t room)
{
	return offset <= room && length <= room - offset;
}

/*
 * Read how much each kind adds. The layout section (Linux 7.x) has the lengths of all kinds. With
 * it the functions can step over kinds that they do not know. The header then has 32 bytes, the
 * section a struct of 4 bytes per kind.
 */
static void btf_read_layout(struct rawbpf_btf *btf, const unsigned char *data,
			    const struct btf_header *header, uint64_t room)
{
	const uint32_t *place = (const void *)(data + HEADER_LEAST);
	const unsigned char *layout;

	for (unsigned kind = 0; kind < sizeof btf->info_size; kind++) {
		int known = kind > 0 && kind < KINDS;

		btf->info_size[kind] = known ? btf_additions[kind].info : UNKNOWN;
		btf->element_size[kind] = known ? btf_additions[kind].element : 0;
	}
	if (header->hdr_len < HEADER_LEAST + 8 || !btf_section_is_sound(place[0], place[1], room))
		return;
	layout = data + header->hdr_len + place[0];
	for (unsigned kind = KINDS; kind < sizeof btf->info_size && kind < place[1] / 4; kind++) {
		if (layout[kind * 4] % 4 || layout[kind * 4 + 1] % 4)
			continue;
		btf->info_size[kind] = layout[kind * 4];
		btf->element_size[kind] = layout[kind * 4 + 1];
	}
}

int rawbpf__btf_reach(const struct rawbpf_btf *btf, uint32_t number)
{
	struct rawbpf_btf_reached *reached = btf->reached;

	if (!reached)
		return number < btf->type_count;
	while (reached->count <= number) {
		uint32_t length = btf_inline_length(btf, btf->types + reached->size, btf->types_size - reached->size);

		if (!length)
			return 0;
		btf->index[reached->count++] = reached->size;
		reached->size += length;
	}
	return 1;
}

/* Count the types, check that each is complete, and write where it is, unless `index` is NULL. */
static int btf_walk(struct rawbpf_btf *btf, uint32_t *index)
{
	uint32_t at = 0, length, count = 0;

	for (; at < btf->types_size; at += length, count++) {
		length = btf_inline_length(btf, btf->types + at, btf->types_size - at);
		if (!length)
			return -EINVAL;
		if (index)
			index[count] = at;
	}
	btf->type_count = count;
	btf->index = index;
	return 0;
}

/*
 * Return the bytes of a pointer: those of `long`, by the names that gcc and clang give it. A kernel's
 * BTF has it among its first types. That of a program may lack it, and BPF has pointers of 8 bytes.
 */
static unsigned char btf_pointer_size(const struct rawbpf_btf *btf)
{
	static const char names[] = "long int\0long unsigned int\0long\0unsigned long\0";
	uint32_t at = 0, length;

	while ((length = btf_type_length(btf, btf->types + at, btf->types_size - at))) {
		const struct btf_type *type = (const void *)(btf->types + at);
		const char *name = rawbpf_btf_string_get(btf, type->name_off);

		if (rawbpf_btf_type_kind(type) == BTF_KIND_INT && name)
			for (unsigned i = 0; i < 4; i++)
				if (rawbpf__equal(name, rawbpf__nth(names, i)))
					return type->size == 4 ? 4 : 8;
		at += length;
	}
	return 8;
}

/* Check the header, and find the types and strings. */
static int btf_parse_header(struct rawbpf_btf *btf, const void *data, size_t size, const struct rawbpf_btf *base)
{
	const struct btf_header *header = data;
	uint64_t room;

	*btf = (struct rawbpf_btf){ .base = base, .first_id = 1 };
	if ((uintptr_t)data % 4 || size < HEADER_LEAST || header->magic != BTF_MAGIC ||
	    header->version != BTF_VERSION || header->hdr_len < HEADER_LEAST ||
	    header->hdr_len > size || header->hdr_len % 4)
		return -EINVAL;
	room = size - header->hdr_len;
	if (!btf_section_is_sound(header->type_off, header->type_len, room) ||
	    !btf_section_is_sound(header->str_off, header->str_len, room) ||
	    header->type_off % 4)
		return -EINVAL;
	btf->types = (const unsigned char *)data + header->hdr_len + header->type_off;
	btf->types_size = header->type_len;
	btf->strings = (const char *)data + header->hdr_len + header->str_off;
	btf->strings_size = header->str_len;
	if (btf->strings_size && btf->strings[btf->strings_size - 1])
		return -EINVAL; /* a string at the end would have no NUL */
	if (base) {
		btf->first_id = rawbpf_btf_type_end(base);
		btf->strings_begin = base->strings_begin + base->strings_size;
	}
	btf_read_layout(btf, data, header, room);
	btf->pointer_size = base ? base->pointer_size : btf_pointer_size(btf);
	return 0;
}

int rawbpf__btf_parse(struct rawbpf_btf *btf, const void *data, size_t size,
		      const struct rawbpf_btf *base, uint32_t *index)
{
	int err = btf_parse_header(btf, data, size, base);

	return err < 0 ? err : btf_walk(btf, index);
}

int rawbpf__btf_parse_partly(struct rawbpf_btf *btf, const void *data, size_t size, void *memory)
{
	int err = btf_parse_header(btf, data, size, NULL);

	btf->reached = memory;
	btf->index = (uint32_t *)(btf->reached + 1);
	return err;
}

int rawbpf_btf_parse(struct rawbpf_btf *btf, const void *data, size_t size,
		     const struct rawbpf_btf *base)
{
	return rawbpf__btf_parse(btf, data, size, base, NULL);
}

int rawbpf_btf_index_set(struct rawbpf_btf *btf, uint32_t *index, size_t count)
{
	return count < btf->type_count ? -ENOSPC : btf_walk(btf, index);
}

unsigned rawbpf_btf_type_end(const struct rawbpf_btf *btf)
{
	if (!btf->reached)
		return btf->first_id + btf->type_count;
	rawbpf__btf_reach(btf, UINT32_MAX);
	return btf->first_id + btf->reached->count;
}

unsigned rawbpf_btf_type_kind(const struct btf_type *type)
{
	return type->info >> 24 & 0x7f;
}

unsigned rawbpf_btf_type_vlen(const struct btf_type *type)
{
	return type->info & 0xffffff;
}

const struct btf_type *rawbpf_btf_type_get(const struct rawbpf_btf *btf, unsigned id)
{
	uint32_t at = 0;

	while (btf && id < btf->first_id)
		btf = btf->base;
	if (!btf || !id || !rawbpf__btf_reach(btf, id - btf->first_id))
		return NULL;
	id -= btf->first_id;
	if (btf->index)
		return (const void *)(btf->types + btf->index[id]);
	while (id--)
		at += btf_type_length(btf, btf->types + at, btf->types_size - at);
	return (const void *)(btf->types + at);
}

const struct btf_type *rawbpf__btf_type_after(const struct rawbpf_btf *btf,
					      const struct btf_type *type)
{
	const unsigned char *at = (const void *)type;

	if (!type)
		return (const void *)btf->types;
	return (const void *)(at + btf_type_length(btf, at, (uint32_t)(btf->types +
						   btf->types_size - at)));
}

const void *rawbpf__btf_addition(const struct btf_type *type)
{
	return type + 1;
}

const char *rawbpf_btf_string_get(const struct rawbpf_btf *btf, unsigned offset)
{
	while (btf && offset < btf->strings_begin)
		btf = btf->base;
	if (!btf || offset - btf->strings_begin >= btf->strings_size)
		return offset ? NULL : "";
	return btf->strings + (offset - btf->strings_begin);
}

const char *rawbpf_btf_type_name(const struct rawbpf_btf *btf, unsigned id)
{
	const struct btf_type *type = rawbpf_btf_type_get(btf, id);

	return type ? rawbpf_btf_string_get(btf, type->name_off) : NULL;
}

int rawbpf__btf_names(const struct rawbpf_btf *btf, uint32_t offset, const char *name,
		      size_t length)
{
	const char *string = rawbpf_btf_string_get(btf, offset);

	return string && rawbpf__equal_bytes(string, name, length);
}

int rawbpf_btf_type_find(const struct rawbpf_btf *btf, unsigned kind, const char *name)
{
	struct rawbpf__btf_walk walk = { .btf = btf };
	size_t length = rawbpf__length(name);

	while (rawbpf__btf_walk_next(&walk))
		if ((!kind || rawbpf_btf_type_kind(walk.type) == kind) &&
		    rawbpf__btf_names(btf, walk.type->name_off, name, length))
			return rawbpf__btf_walk_id(&walk);
	return -ENOENT;
}

static int btf_is_modifier(unsigned kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

int rawbpf_btf_type_resolve(const struct rawbpf_btf *btf, unsigned id)
{
	for (int steps = 0; steps < MODIFIERS_AT_MOST; steps++) {
		const struct btf_type *type;

		if (!id)
			return 0;
		type = rawbpf_btf_type_get(btf, id);
		if (!type)
			return -EINVAL;
		if (!btf_is_modifier(rawbpf_btf_type_kind(type)))
			return id;
		id = type->type;
	}
	return -ELOOP;
}

static int btf_times(int elements, uint32_t each)
{
	int size;

	return __builtin_mul_overflow(elements, each, &size) ? -EOVERFLOW : size;
}

int rawbpf_btf_type_size(const struct rawbpf_btf *btf, unsigned id)
{
	int elements = 1;

	for (int depth = 0; depth < SIZE_DEPTH; depth++) {
		int real = rawbpf_btf_type_resolve(btf, id);
		const struct btf_type *type;
		const struct btf_array *array;

		if (real <= 0)
			return real ? real : -EINVAL;
		type = rawbpf_btf_type_get(btf, real);
		switch (rawbpf_btf_type_kind(type)) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FLOAT:
		case BTF_KIND_DATASEC:
			return btf_times(elements, type->size);
		case BTF_KIND_PTR:
			return btf_times(elements, btf->pointer_size);
		case BTF_KIND_VAR:
			id = type->type;
			break;
		case BTF_KIND_ARRAY:
			array = rawbpf__btf_addition(type);
			if (__builtin_mul_overflow(elements, array->nelems, &elements))
				return -EOVERFLOW;
			id = array->type;
			break;
		default:
			return -EINVAL;
		}
	}
	return -ELOOP;
}
