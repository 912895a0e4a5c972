/* SPDX-License-Identifier: MIT */
/* Members of the kernel's structs, and fields of contexts and of tracepoints, by BTF. */
#include "kernel.h"

#include "../base/number.h"
#include "../base/string.h"
#include "../btf/btf.h"
#include "../form/context.h"

enum { TRACEPOINT_NAME_AT_MOST = 100 };

RAWBPF__PRIVATE unsigned rawbpf__type_width(const struct rawbpf_btf *btf, unsigned id)
{
	int size = rawbpf_btf_type_size(btf, id), real = rawbpf_btf_type_resolve(btf, id);
	const struct btf_type *type = real > 0 ? rawbpf_btf_type_get(btf, (unsigned)real) : NULL;

	if (!type || !rawbpf__kind_is_in(type, RAWBPF__KIND_ENUMS | 1 << BTF_KIND_INT |
					       1 << BTF_KIND_PTR))
		return 0;
	return size == 1 || size == 2 || size == 4 || size == 8 ? (unsigned)size : 0;
}

static int member_find(struct rawbpf_symbol *symbol, const struct rawbpf__type_place *place,
		       const char *path)
{
	struct rawbpf_btf_member member;
	int size, err = rawbpf_btf_member_find(&member, place->btf, place->id, path);

	if (err)
		return err;
	if (member.bitfield_size || member.bit_offset % 8)
		return -EDOM;
	size = rawbpf_btf_type_size(place->btf, member.type);
	*symbol = (struct rawbpf_symbol){
		.kind = RAWBPF_SYMBOL_MEMBER, .value = member.offset,
		.size = size > 0 ? (unsigned)size : 0,
		.width = rawbpf__type_width(place->btf, member.type),
		.module = place->module, .type = member.type };
	return 0;
}

RAWBPF__PRIVATE int rawbpf__path_in_kernel(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
			   const struct rawbpf__path *path)
{
	struct rawbpf__type_place place;

	if (rawbpf__type_place(&place, symbols, RAWBPF__KIND_COMPOSITES, path->name, path->head))
		return -ENODATA;
	return member_find(symbol, &place, path->rest);
}

/* ---------------------------------------------------------------------------- tracepoints */

RAWBPF__PRIVATE int rawbpf__tracepoint_place(struct rawbpf__type_place *place,
			     const struct rawbpf_symbols *symbols, const char *name, size_t length)
{
	static const char prefix[] = "trace_event_raw_";
	char type[sizeof(prefix) + TRACEPOINT_NAME_AT_MOST];
	const char *record = type;

	if (length > TRACEPOINT_NAME_AT_MOST)
		return -ENOENT;
	__builtin_memcpy(type, prefix, sizeof(prefix) - 1);
	__builtin_memcpy(type + sizeof(prefix) - 1, name, length);
	type[sizeof(prefix) - 1 + length] = '\0';
	if (rawbpf__behind(name, name + length, "sys_enter_"))
		record = "syscall_trace_enter";
	else if (rawbpf__behind(name, name + length, "sys_exit_"))
		record = "syscall_trace_exit";
	return rawbpf__type_place(place, symbols, RAWBPF__KIND_COMPOSITES, record,
				  rawbpf__length(record));
}

/* A string's field has 32 bits: its offset and length. BTF gives it this prefix. */
static int field_of_string(struct rawbpf_symbol *symbol, const struct rawbpf__type_place *place,
			   const char *field)
{
	static const char prefix[] = "__data_loc_";
	char path[sizeof(prefix) + TRACEPOINT_NAME_AT_MOST];
	size_t length = rawbpf__length(field);

	if (length > TRACEPOINT_NAME_AT_MOST)
		return -ENOENT;
	__builtin_memcpy(path, prefix, sizeof(prefix) - 1);
	__builtin_memcpy(path + sizeof(prefix) - 1, field, length + 1);
	return member_find(symbol, place, path);
}

RAWBPF__PRIVATE int rawbpf__path_in_tracepoint(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
			       const struct rawbpf__path *path)
{
	struct rawbpf__type_place place;
	int err;

	if (rawbpf__tracepoint_place(&place, symbols, path->name, path->head))
		return -ENODATA;
	err = member_find(symbol, &place, path->rest);
	if (err == -ENOENT)
		err = field_of_string(symbol, &place, path->rest);
	if (!err)
		symbol->kind = RAWBPF_SYMBOL_FIELD;
	return err;
}

/* ------------------------------------------------------------------------------- contexts */

/* Parse "[NUMBER]" at `at`. Return 1 and the number; 0 at the end of the string; or -EINVAL. */
static int context_index(const char *at, unsigned *number)
{
	if (!*at)
		return 0;
	if (*at++ != '[' || !rawbpf__number_parse(&at, NULL, number) || at[0] != ']' || at[1])
		return -EINVAL;
	return 1;
}

RAWBPF__PRIVATE int rawbpf__path_in_context(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
			    const struct rawbpf__path *path)
{
	const char *end = rawbpf__find(path->rest, '[');
	const struct rawbpf__context *field;
	int has_struct, has_index;
	unsigned number = 0;

	(void)symbols;
	field = rawbpf__context_field(path->name, path->head, path->rest,
				      (size_t)(end - path->rest), &has_struct);
	if (!field)
		return has_struct ? -ENOENT : -ENODATA;
	has_index = context_index(end, &number);
	if (has_index < 0 || (has_index && (field->count == 1 || number >= field->count)))
		return -EINVAL;
	*symbol = (struct rawbpf_symbol){
		.kind = RAWBPF_SYMBOL_CONTEXT, .value = field->offset + number * field->size,
		.size = has_index ? field->size : (unsigned)field->size * field->count,
		.width = has_index || field->count == 1 ? field->size : 0 };
	return 0;
}
