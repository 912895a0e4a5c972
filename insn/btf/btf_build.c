/* SPDX-License-Identifier: MIT */
/*
 * Write BTF. The strings stand directly behind the types, and move to make room for each new
 * type. So the buffer holds complete BTF after every step.
 */
#include "btf.h"
#include "../base/string.h"

enum {
	BTF_HEADER_SIZE = 24, /* without the fields of 7.x, which older kernels reject */
};

static int btf_fail(struct rawbpf_btf_build *b, int error)
{
	if (!b->error)
		b->error = error;
	return b->error;
}

/* Write the header and the empty string at offset 0, unless an earlier step did. */
static int btf_begin(struct rawbpf_btf_build *b)
{
	struct btf_header *header = b->data;

	if (b->error || b->size)
		return b->error;
	if ((uintptr_t)b->data % 4)
		return btf_fail(b, -EINVAL);
	if (b->max < BTF_HEADER_SIZE + 1)
		return btf_fail(b, -ENOSPC);
	__builtin_memset(b->data, 0, BTF_HEADER_SIZE + 1);
	header->magic = BTF_MAGIC;
	header->version = BTF_VERSION;
	header->hdr_len = BTF_HEADER_SIZE;
	header->str_len = 1;
	b->size = BTF_HEADER_SIZE + 1;
	return 0;
}

int rawbpf_btf_string_emit(struct rawbpf_btf_build *b, const char *string)
{
	struct btf_header *header = b->data;
	int offset;
	size_t size;

	if (btf_begin(b) < 0)
		return b->error;
	if (!string || !*string)
		return 0;
	size = rawbpf__length(string) + 1;
	if (size > b->max - b->size)
		return btf_fail(b, -ENOSPC);
	__builtin_memcpy((char *)b->data + b->size, string, size);
	offset = header->str_len;
	header->str_len += size;
	b->size += size;
	return offset;
}

/*
 * Move the strings up by `size` bytes, a multiple of 4, and zero their old place. Return this
 * place, or NULL without room.
 */
static void *btf_make_room(struct rawbpf_btf_build *b, size_t size)
{
	struct btf_header *header = b->data;
	char *strings = (char *)b->data + BTF_HEADER_SIZE + header->type_len;
	uint32_t left = header->str_len;

	if (size > b->max - b->size)
		return NULL;
	/*
	 * The loop copies from the strings' end, since both places overlap. Blocks of 8 bytes do
	 * not: a type has 12 bytes or more.
	 */
	for (; left >= 8; left -= 8)
		__builtin_memcpy(strings + size + left - 8, strings + left - 8, 8);
	while (left--)
		strings[size + left] = strings[left];
	__builtin_memset(strings, 0, size);
	header->type_len += size;
	header->str_off += size;
	b->size += size;
	return strings;
}

/*
 * Add a type, with `size` zeroed bytes for the data of its kind. Return the place of these bytes,
 * or NULL after an error. Later strings do not move them.
 */
static void *btf_add(struct rawbpf_btf_build *b, unsigned kind, unsigned vlen, const char *name,
		     uint32_t size_or_type, size_t size)
{
	struct btf_type *type;
	int name_off;

	if (btf_begin(b) < 0)
		return NULL;
	if ((int)size_or_type < 0) {
		btf_fail(b, -EINVAL);
		return NULL;
	}
	type = btf_make_room(b, sizeof *type + size);
	name_off = type ? rawbpf_btf_string_emit(b, name) : btf_fail(b, -ENOSPC);
	if (name_off < 0)
		return NULL;
	type->name_off = name_off;
	type->info = kind << 24 | vlen;
	type->size = size_or_type;
	b->id++;
	return type + 1;
}

static int btf_id(const struct rawbpf_btf_build *b)
{
	return b->error ? b->error : (int)b->id;
}

int rawbpf_btf_int_emit(struct rawbpf_btf_build *b, const char *name, unsigned size,
			unsigned encoding)
{
	uint32_t *bits;

	if (!size || size > 16 || size & (size - 1) || encoding > 7)
		return btf_fail(b, -EINVAL);
	bits = btf_add(b, BTF_KIND_INT, 0, name, size, sizeof *bits);
	if (bits)
		*bits = encoding << 24 | size * 8;
	return btf_id(b);
}

int rawbpf_btf_ref_emit(struct rawbpf_btf_build *b, unsigned kind, const char *name, int type)
{
	int named = kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_FWD || kind == BTF_KIND_TYPE_TAG;
	int unnamed = kind == BTF_KIND_PTR || kind == BTF_KIND_CONST ||
		      kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT;

	if ((!named && !unnamed) || (named && (!name || !*name)))
		return btf_fail(b, -EINVAL);
	btf_add(b, kind, 0, named ? name : NULL, type, 0);
	return btf_id(b);
}

int rawbpf_btf_array_emit(struct rawbpf_btf_build *b, int element, int index, unsigned count)
{
	struct btf_array *array;

	if (element < 0 || index < 0)
		return btf_fail(b, -EINVAL);
	array = btf_add(b, BTF_KIND_ARRAY, 0, NULL, 0, sizeof *array);
	if (array)
		*array = (struct btf_array){ element, index, count };
	return btf_id(b);
}

/* Emit the name of a field whose type exists. Return the name's offset, or a negative error. */
static int btf_field_name(struct rawbpf_btf_build *b, const struct rawbpf_btf_field *field)
{
	int name_off = rawbpf_btf_string_emit(b, field->name);

	return name_off < 0 || field->type < 0 ? btf_fail(b, -EINVAL) : name_off;
}

int rawbpf_btf_struct_emit(struct rawbpf_btf_build *b, unsigned kind, const char *name,
			   unsigned size, const struct rawbpf_btf_field *fields, unsigned count)
{
	struct btf_member *members;

	if ((kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION) || count > 0xffff)
		return btf_fail(b, -EINVAL);
	members = btf_add(b, kind, count, name, size, count * sizeof *members);
	for (unsigned i = 0; members && i < count; i++) {
		int name_off = btf_field_name(b, &fields[i]);

		if (name_off < 0)
			return name_off;
		members[i] = (struct btf_member){ name_off, fields[i].type, fields[i].offset * 8 };
	}
	return btf_id(b);
}

RAWBPF__PRIVATE int rawbpf__btf_enum_emit(struct rawbpf_btf_build *b, const char *name, unsigned size,
					  const char *enumerator, int64_t value)
{
	int is_wide = value < INT32_MIN || value > UINT32_MAX, name_off;
	uint32_t *words = btf_add(b, is_wide ? BTF_KIND_ENUM64 : BTF_KIND_ENUM, enumerator != NULL, name,
				  is_wide ? 8 : size, !enumerator ? 0 : is_wide ? 12 : 8);

	if (!words || !enumerator)
		return btf_id(b);
	name_off = rawbpf_btf_string_emit(b, enumerator);
	if (name_off < 0)
		return name_off;
	words[0] = name_off;
	words[1] = (uint32_t)value;
	if (is_wide)
		words[2] = (uint32_t)((uint64_t)value >> 32);
	return btf_id(b);
}

int rawbpf_btf_func_proto_emit(struct rawbpf_btf_build *b, int result,
			       const struct rawbpf_btf_field *parameters, unsigned count)
{
	struct btf_param *params;

	if (count > 0xffff)
		return btf_fail(b, -EINVAL);
	params = btf_add(b, BTF_KIND_FUNC_PROTO, count, NULL, result, count * sizeof *params);
	for (unsigned i = 0; params && i < count; i++) {
		int name_off = btf_field_name(b, &parameters[i]);

		if (name_off < 0)
			return name_off;
		params[i] = (struct btf_param){ name_off, parameters[i].type };
	}
	return btf_id(b);
}

int rawbpf_btf_func_emit(struct rawbpf_btf_build *b, const char *name, int proto, unsigned linkage)
{
	if (linkage > BTF_FUNC_EXTERN)
		return btf_fail(b, -EINVAL);
	btf_add(b, BTF_KIND_FUNC, linkage, name, proto, 0);
	return btf_id(b);
}

int rawbpf_btf_var_emit(struct rawbpf_btf_build *b, const char *name, int type, unsigned linkage)
{
	struct btf_var *var;

	if (linkage > BTF_VAR_GLOBAL_EXTERN)
		return btf_fail(b, -EINVAL);
	var = btf_add(b, BTF_KIND_VAR, 0, name, type, sizeof *var);
	if (var)
		var->linkage = linkage;
	return btf_id(b);
}

int rawbpf_btf_datasec_emit(struct rawbpf_btf_build *b, const char *name, unsigned size,
			    const struct rawbpf_btf_field *vars, const unsigned *sizes,
			    unsigned count)
{
	struct btf_var_secinfo *infos;

	if (count > 0xffff)
		return btf_fail(b, -EINVAL);
	infos = btf_add(b, BTF_KIND_DATASEC, count, name, size, count * sizeof *infos);
	for (unsigned i = 0; infos && i < count; i++) {
		if (vars[i].type < 0)
			return btf_fail(b, -EINVAL);
		infos[i] = (struct btf_var_secinfo){ vars[i].type, vars[i].offset, sizes[i] };
	}
	return btf_id(b);
}

int rawbpf_btf_decl_tag_emit(struct rawbpf_btf_build *b, const char *tag, int type, int component)
{
	int32_t *index = btf_add(b, BTF_KIND_DECL_TAG, 0, tag, type, sizeof *index);

	if (index)
		*index = component;
	return btf_id(b);
}
