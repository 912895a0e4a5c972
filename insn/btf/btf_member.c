/* SPDX-License-Identifier: MIT */
/* Find a member's offset by its path. */
#include "btf.h"
#include "../base/number.h"

enum {
	DEPTH_AT_MOST = 32,        /* unnamed structs in unnamed structs */
	WORK_AT_MOST = 1 << 24, /* for one step of a path; no real struct takes so much */
};

struct btf_search {
	const struct rawbpf_btf *btf;
	const char *name;
	size_t length;
	uint64_t work_left; /* members that the search may look at, types that it may pass */
	uint64_t bit_offset; /* the offset of the found member */
	struct rawbpf_btf_member *member;
};

static int btf_is_composite(const struct btf_type *type)
{
	return type && (rawbpf_btf_type_kind(type) == BTF_KIND_STRUCT ||
			rawbpf_btf_type_kind(type) == BTF_KIND_UNION);
}

/* Count work. Return 0 if the budget is used up. */
static int btf_work(struct btf_search *search, uint64_t work)
{
	if (search->work_left < work)
		return 0;
	search->work_left -= work;
	return 1;
}

/* Return the work of finding a type. Without an index, a walk passes all types before it. */
static uint64_t btf_work_of_type(const struct rawbpf_btf *btf, unsigned id)
{
	return btf->index ? 1 : id;
}

/*
 * Search the struct `id`, at `bit_offset`, for the name. Return 1 if it has the member, 0 if not,
 * or a negative error.
 */
static int btf_search_in(struct btf_search *search, unsigned id, uint64_t bit_offset, int depth)
{
	const struct btf_type *type = rawbpf_btf_type_get(search->btf, id);
	const struct btf_member *members = rawbpf__btf_addition(type);

	for (unsigned i = 0; i < rawbpf_btf_type_vlen(type); i++) {
		const struct btf_member *member = members + i;
		int packed = type->info >> 31; /* one word has a bit field's offset and size */
		uint64_t at = bit_offset + (packed ? member->offset & 0xffffff : member->offset);
		int inner, err;

		if (!btf_work(search, 1))
			return -ELOOP;
		if (member->name_off) {
			if (!rawbpf__btf_names(search->btf, member->name_off, search->name,
					       search->length))
				continue;
			search->bit_offset = at;
			search->member->index = i;
			search->member->type = member->type;
			search->member->bitfield_size = packed ? member->offset >> 24 : 0;
			return 1;
		}
		if (!btf_work(search, btf_work_of_type(search->btf, member->type)))
			return -ELOOP;
		inner = rawbpf_btf_type_resolve(search->btf, member->type);
		if (inner < 0 || !btf_is_composite(rawbpf_btf_type_get(search->btf, inner)))
			continue;
		if (depth == DEPTH_AT_MOST)
			return -ELOOP;
		err = btf_search_in(search, inner, at, depth + 1);
		if (err)
			return err;
	}
	return 0;
}

/* Go to the element of "[NUMBER]" at *path, and move *path behind it. */
static int btf_step_into_array(struct btf_search *search, const char **path, unsigned *id)
{
	int size, array_id = rawbpf_btf_type_resolve(search->btf, *id);
	const struct btf_type *type =
		array_id > 0 ? rawbpf_btf_type_get(search->btf, array_id) : NULL;
	const struct btf_array *array;
	const char *digit = *path + 1;
	unsigned number;

	if (!type || rawbpf_btf_type_kind(type) != BTF_KIND_ARRAY ||
	    !rawbpf__number_parse(&digit, NULL, &number))
		return -EINVAL;
	array = rawbpf__btf_addition(type);
	size = rawbpf_btf_type_size(search->btf, array->type);
	if (*digit != ']' || size < 0)
		return -EINVAL;
	/* The last member may be an array of size 0, with any number of elements. */
	if (array->nelems && number >= array->nelems)
		return -EINVAL;
	search->bit_offset += (uint64_t)number * size * 8;
	*id = array->type;
	*path = digit + 1;
	return 0;
}

/* Go to the member whose name is at *path, and move *path behind it. */
static int btf_step_into_struct(struct btf_search *search, const char **path, unsigned *id)
{
	int found, real = rawbpf_btf_type_resolve(search->btf, *id);

	if (real < 0)
		return real;
	if (!btf_is_composite(rawbpf_btf_type_get(search->btf, real)))
		return -EINVAL;
	search->name = *path;
	search->work_left = WORK_AT_MOST;
	while (**path && **path != '.' && **path != '[')
		++*path;
	search->length = *path - search->name;
	if (!search->length)
		return -EINVAL;
	found = btf_search_in(search, real, search->bit_offset, 0);
	if (found <= 0)
		return found ? found : -ENOENT;
	*id = search->member->type;
	return 0;
}

int rawbpf_btf_member_find(struct rawbpf_btf_member *member, const struct rawbpf_btf *btf,
			   unsigned id, const char *path)
{
	struct btf_search search = { .btf = btf, .member = member };
	int err;

	*member = (struct rawbpf_btf_member){ 0 };
	for (;;) {
		err = btf_step_into_struct(&search, &path, &id);
		while (!err && *path == '[')
			err = btf_step_into_array(&search, &path, &id);
		if (err)
			return err;
		if (!*path)
			break;
		if (*path++ != '.')
			return -EINVAL;
	}
	if (search.bit_offset > UINT32_MAX)
		return -EINVAL;
	member->type = id;
	member->bit_offset = search.bit_offset;
	member->offset = member->bit_offset / 8;
	return 0;
}

/* Return the struct, union or typedef of that name, or -ENOENT. */
static int btf_find_composite(const struct rawbpf_btf *btf, const char *name)
{
	static const unsigned char kinds[] = { BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_TYPEDEF };
	int id = -ENOENT;

	for (unsigned i = 0; i < sizeof kinds && id == -ENOENT; i++)
		id = rawbpf_btf_type_find(btf, kinds[i], name);
	return id;
}

int rawbpf_btf_offset_find(const struct rawbpf_btf *btf, const char *type, const char *path)
{
	struct rawbpf_btf_member member;
	int err, id = btf_find_composite(btf, type);

	if (id < 0)
		return id;
	err = rawbpf_btf_member_find(&member, btf, id, path);
	if (err < 0)
		return err;
	return member.bitfield_size || member.bit_offset % 8 ? -EDOM : (int)member.offset;
}
