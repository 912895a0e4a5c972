/* SPDX-License-Identifier: MIT */
/* BTF that we write reads back the same. Broken BTF is rejected, or read only within its bounds. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <rawbpf.h>

#include "../../insn/btf/btf.h"
#include "../guard.h"
#include "../unit.h"

static uint32_t memory[1024];

/* The types' ids, checked where the types are made. */
enum { INT = 1, CHAR, PTR, NAMED, INNER, OUTER, TYPEDEF, ARRAY };

/*
 *	struct outer {                  0
 *		int first;              0
 *		struct {                8
 *			char a;         8
 *			int b;          12
 *		};
 *		struct named n[3];      16, each { char *p; int q } of 16
 *	};
 */
static struct rawbpf_btf_build built(void)
{
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	const struct rawbpf_btf_field named[] = { { "p", PTR, 0 }, { "q", INT, 8 } };
	const struct rawbpf_btf_field inner[] = { { "a", CHAR, 0 }, { "b", INT, 4 } };
	const struct rawbpf_btf_field outer[] = {
		{ "first", INT, 0 }, { NULL, INNER, 8 }, { "n", ARRAY, 16 } };

	memset(memory, 0xff, sizeof memory);
	ck_assert_int_eq(rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED), INT);
	ck_assert_int_eq(rawbpf_btf_int_emit(&b, "char", 1, BTF_INT_CHAR), CHAR);
	ck_assert_int_eq(rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, CHAR), PTR);
	ck_assert_int_eq(rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "named", 16, named, 2), NAMED);
	ck_assert_int_eq(rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, NULL, 8, inner, 2), INNER);
	ck_assert_int_eq(rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "outer", 64, outer, 3), OUTER);
	ck_assert_int_eq(rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, "outer_t", OUTER), TYPEDEF);
	ck_assert_int_eq(rawbpf_btf_array_emit(&b, NAMED, INT, 3), ARRAY);
	ck_assert_int_eq(b.error, 0);
	return b;
}

static struct rawbpf_btf parsed(const struct rawbpf_btf_build *b)
{
	struct rawbpf_btf btf;

	ck_assert_int_eq(rawbpf_btf_parse(&btf, b->data, b->size, NULL), 0);
	return btf;
}

START_TEST(test_written_is_read)
{
	struct rawbpf_btf_build b = built();
	struct rawbpf_btf btf = parsed(&b);
	uint32_t index[8];
	int indexed;

	ck_assert_uint_eq(rawbpf_btf_type_end(&btf), 9);
	ck_assert_int_eq(rawbpf_btf_index_set(&btf, index, 7), -ENOSPC);
	for (indexed = 0; indexed < 2; indexed++) {
		ck_assert_ptr_null(rawbpf_btf_type_get(&btf, 0));
		ck_assert_ptr_null(rawbpf_btf_type_get(&btf, 9));
		ck_assert_ptr_null(rawbpf_btf_type_get(&btf, -1));
		ck_assert_uint_eq(rawbpf_btf_type_kind(rawbpf_btf_type_get(&btf, ARRAY)),
				  BTF_KIND_ARRAY);
		ck_assert_uint_eq(rawbpf_btf_type_vlen(rawbpf_btf_type_get(&btf, OUTER)), 3);
		ck_assert_str_eq(rawbpf_btf_type_name(&btf, OUTER), "outer");
		ck_assert_str_eq(rawbpf_btf_type_name(&btf, PTR), "");
		ck_assert_ptr_null(rawbpf_btf_type_name(&btf, 9));
		ck_assert_int_eq(rawbpf_btf_type_find(&btf, 0, "outer_t"), TYPEDEF);
		ck_assert_int_eq(rawbpf_btf_type_find(&btf, BTF_KIND_STRUCT, "named"), NAMED);
		ck_assert_int_eq(rawbpf_btf_type_find(&btf, BTF_KIND_UNION, "named"), -ENOENT);
		ck_assert_int_eq(rawbpf_btf_type_find(&btf, 0, "name"), -ENOENT);
		ck_assert_int_eq(rawbpf_btf_type_find(&btf, 0, "named2"), -ENOENT);
		ck_assert_int_eq(rawbpf_btf_type_resolve(&btf, TYPEDEF), OUTER);
		ck_assert_int_eq(rawbpf_btf_type_resolve(&btf, 0), 0);
		ck_assert_int_eq(rawbpf_btf_type_resolve(&btf, 9), -EINVAL);
		ck_assert_int_eq(rawbpf_btf_type_size(&btf, TYPEDEF), 64);
		ck_assert_int_eq(rawbpf_btf_type_size(&btf, ARRAY), 48);
		ck_assert_int_eq(rawbpf_btf_type_size(&btf, PTR), 8);
		ck_assert_int_eq(rawbpf_btf_type_size(&btf, 0), -EINVAL);
		ck_assert_int_eq(rawbpf_btf_index_set(&btf, index, 8), 0);
	}
}
END_TEST

/* Types are checked as far as somebody looks, and answers are the same. A broken type ends the BTF. */
START_TEST(test_partly)
{
	struct rawbpf_btf_build b = built();
	uint32_t reached[2 + 64] = { 0 };
	struct rawbpf_btf_member member;
	struct rawbpf_btf btf;
	struct btf_type *inner;

	ck_assert_int_eq(rawbpf__btf_parse_partly(&btf, b.data, b.size, reached), 0);
	ck_assert_uint_eq(reached[0], 0);
	ck_assert_int_eq(rawbpf_btf_type_find(&btf, BTF_KIND_STRUCT, "named"), NAMED);
	ck_assert_uint_eq(reached[0], NAMED);
	ck_assert_str_eq(rawbpf_btf_type_name(&btf, OUTER), "outer");
	ck_assert_uint_eq(reached[0], OUTER);
	ck_assert_int_eq(rawbpf_btf_member_find(&member, &btf, OUTER, "n[2].q"), 0);
	ck_assert_uint_eq(member.offset, 56);
	ck_assert_uint_eq(reached[0], ARRAY);
	ck_assert_ptr_null(rawbpf_btf_type_get(&btf, 9));
	ck_assert_int_eq(rawbpf_btf_type_find(&btf, 0, "no_such"), -ENOENT);
	ck_assert_uint_eq(rawbpf_btf_type_end(&btf), 9);

	inner = (struct btf_type *)(uintptr_t)rawbpf_btf_type_get(&btf, INNER);
	inner->info = 99u << 24;
	memset(reached, 0, sizeof reached);
	ck_assert_int_eq(rawbpf__btf_parse_partly(&btf, b.data, b.size, reached), 0);
	ck_assert_uint_eq(rawbpf_btf_type_end(&btf), INNER);
	ck_assert_str_eq(rawbpf_btf_type_name(&btf, NAMED), "named");
	ck_assert_ptr_null(rawbpf_btf_type_get(&btf, INNER));
	ck_assert_int_eq(rawbpf_btf_type_find(&btf, 0, "outer"), -ENOENT);
	memset(reached, 0, sizeof reached);
	ck_assert_int_eq(rawbpf__btf_parse_partly(&btf, b.data, b.size - 200, reached), -EINVAL);
}
END_TEST

START_TEST(test_offsets)
{
	static const struct {
		const char *type, *path;
		int offset;
	} cases[] = {
		{ "outer", "first", 0 },
		{ "outer", "a", 8 },
		{ "outer", "b", 12 },
		{ "outer_t", "n", 16 },
		{ "outer", "n[0].q", 24 },
		{ "outer", "n[2].p", 48 },
		{ "outer", "n[2].q", 56 },
		{ "outer", "n[1]", 32 },
		{ "named", "q", 8 },
		{ "outer", "n[3].q", -EINVAL },
		{ "outer", "n[].q", -EINVAL },
		{ "outer", "n[0]q", -EINVAL },
		{ "outer", "n[0]xq", -EINVAL },
		{ "outer", "n[0", -EINVAL },
		{ "outer", "n[99999999999]", -EINVAL },
		{ "outer", "n.q", -EINVAL },
		{ "outer", "first.x", -EINVAL },
		{ "outer", "first[0]", -EINVAL },
		{ "outer", "", -EINVAL },
		{ "outer", "first.", -EINVAL },
		{ "outer", ".first", -EINVAL },
		{ "outer", "q", -ENOENT },
		{ "outer", "firs", -ENOENT },
		{ "outer", "first1", -ENOENT },
		{ "int", "first", -ENOENT },
		{ "nobody", "first", -ENOENT },
	};
	struct rawbpf_btf_build b = built();
	struct rawbpf_btf btf = parsed(&b);

	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		int offset = rawbpf_btf_offset_find(&btf, cases[i].type, cases[i].path);

		ck_assert_msg(offset == cases[i].offset, "%s.%s: %d", cases[i].type, cases[i].path,
			      offset);
	}
}
END_TEST

START_TEST(test_member)
{
	struct rawbpf_btf_build b = built();
	struct rawbpf_btf btf = parsed(&b);
	struct btf_type *named = (void *)rawbpf_btf_type_get(&btf, NAMED);
	struct btf_member *q = (struct btf_member *)(named + 1) + 1;
	struct rawbpf_btf_member member;

	ck_assert_int_eq(rawbpf_btf_member_find(&member, &btf, OUTER, "n[1].q"), 0);
	ck_assert_uint_eq(member.index, 1);
	ck_assert_uint_eq(member.type, INT);
	ck_assert_uint_eq(member.offset, 40);
	ck_assert_uint_eq(member.bit_offset, 320);
	ck_assert_uint_eq(member.bitfield_size, 0);

	/* int q : 5, at bit 67: a bit field's word has its offset and size */
	named->info |= 1u << 31;
	q->offset = 5 << 24 | 67;
	ck_assert_int_eq(rawbpf_btf_member_find(&member, &btf, NAMED, "q"), 0);
	ck_assert_uint_eq(member.bit_offset, 67);
	ck_assert_uint_eq(member.offset, 8);
	ck_assert_uint_eq(member.bitfield_size, 5);
	ck_assert_int_eq(rawbpf_btf_offset_find(&btf, "named", "q"), -EDOM);
	ck_assert_int_eq(rawbpf_btf_offset_find(&btf, "named", "p"), 0);
}
END_TEST

static void assert_format(struct rawbpf_btf_build *b, int id, const char *expected)
{
	struct rawbpf_btf btf = parsed(b);
	char text[100], cut[8];
	size_t length = rawbpf_btf_type_format(text, sizeof text, &btf, id);

	ck_assert_str_eq(text, expected);
	ck_assert_uint_eq(length, strlen(expected));
	ck_assert_uint_eq(rawbpf_btf_type_format(cut, sizeof cut, &btf, id), length);
	ck_assert_int_eq(strncmp(cut, expected, 7), 0);
	ck_assert_uint_eq(rawbpf_btf_type_format(NULL, 0, &btf, id), length);
}

START_TEST(test_format)
{
	struct rawbpf_btf_build b = built();
	int p = PTR, i = INT, function, constant;
	const struct rawbpf_btf_field parameters[] = { { "s", PTR, 0 }, { "", 0, 0 } };

	assert_format(&b, 0, "void");
	assert_format(&b, INT, "int");
	assert_format(&b, PTR, "char *");
	assert_format(&b, NAMED, "struct named");
	assert_format(&b, INNER, "struct (unnamed)");
	assert_format(&b, TYPEDEF, "outer_t");
	assert_format(&b, ARRAY, "struct named[3]");
	assert_format(&b, 99, "(broken)");
	assert_format(&b, rawbpf_btf_array_emit(&b, p, i, 4), "char *[4]");
	assert_format(&b, rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, ARRAY),
		      "struct named (*)[3]");
	assert_format(&b, rawbpf_btf_ref_emit(&b, BTF_KIND_CONST, NULL, ARRAY), "struct named[3]");
	assert_format(&b, rawbpf_btf_ref_emit(&b, BTF_KIND_CONST, NULL, PTR), "char *const");
	constant = rawbpf_btf_ref_emit(&b, BTF_KIND_CONST, NULL, INT);
	assert_format(&b, rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, constant), "const int *");
	constant = rawbpf_btf_ref_emit(&b, BTF_KIND_VOLATILE, NULL, constant);
	assert_format(&b, constant, "const volatile int");
	function = rawbpf_btf_func_proto_emit(&b, p, parameters, 2);
	assert_format(&b, function, "char *(char *, ...)");
	assert_format(&b, rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, function),
		      "char *(*)(char *, ...)");
	assert_format(&b, rawbpf_btf_func_emit(&b, "f", function, BTF_FUNC_GLOBAL),
		      "char *f(char *, ...)");
	function = rawbpf_btf_func_proto_emit(&b, 0, NULL, 0);
	assert_format(&b, rawbpf_btf_func_emit(&b, "g\n", function, 0), "void g\\x0a(void)");
	assert_format(&b, rawbpf_btf_var_emit(&b, "v", INT, 0), "int v");
	assert_format(&b, rawbpf_btf_decl_tag_emit(&b, "t", INT, -1), "tag t");
}
END_TEST

/* Every step fails with one byte less than it needs, and works with just enough. */
/* Each kind by its name, or around void. */
START_TEST(test_format_of_kinds)
{
	static const struct {
		uint32_t info;
		const char *text;
	} kinds[] = {
		{ BTF_KIND_INT << 24, "x" }, { BTF_KIND_PTR << 24, "void *" },
		{ BTF_KIND_STRUCT << 24, "struct x" }, { BTF_KIND_UNION << 24, "union x" },
		{ BTF_KIND_ENUM << 24, "enum x" }, { BTF_KIND_FWD << 24, "struct x" },
		{ BTF_KIND_FWD << 24 | 1u << 31, "union x" }, { BTF_KIND_TYPEDEF << 24, "x" },
		{ BTF_KIND_VOLATILE << 24, "volatile void" }, { BTF_KIND_CONST << 24, "const void" },
		{ BTF_KIND_RESTRICT << 24, "restrict void" }, { BTF_KIND_FUNC << 24, "void x" },
		{ BTF_KIND_VAR << 24, "void x" }, { BTF_KIND_DATASEC << 24, "section x" },
		{ 16 << 24, "x" }, { 17 << 24, "tag x" }, { 18 << 24, "void" }, { 19 << 24, "enum x" },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(kinds); i++) {
		struct {
			struct btf_header header;
			uint32_t words[8];
		} bytes = { .header = { .magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = 24,
					.type_len = 12, .str_off = 12, .str_len = 3 },
			    .words = { 1, kinds[i].info } };
		unsigned kind = kinds[i].info >> 24 & 31;
		struct rawbpf_btf btf;
		char text[64];

		if (kind == BTF_KIND_INT || kind == BTF_KIND_VAR || kind == 17)
			bytes.header.type_len = bytes.header.str_off = 16;
		memcpy(&bytes.words[bytes.header.str_off / 4], "\0x", 3);
		ck_assert_int_eq(rawbpf_btf_parse(&btf, &bytes, sizeof bytes, NULL), 0);
		rawbpf_btf_type_format(text, sizeof text, &btf, 1);
		ck_assert_msg(strcmp(text, kinds[i].text) == 0, "kind %u: %s", kind, text);
	}
}
END_TEST

START_TEST(test_room)
{
	struct rawbpf_btf_build b = built();
	size_t needed = b.size, max;

	for (max = 0; max <= needed; max += 1) {
		struct rawbpf_btf btf;

		b = (struct rawbpf_btf_build){ .data = memory, .max = max };
		memset(memory, 0xff, sizeof memory);
		rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
		rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "s", 4,
				       (struct rawbpf_btf_field[]){ { "member", 1, 0 } }, 1);
		ck_assert_uint_le(b.size, max);
		ck_assert_uint_eq(((unsigned char *)memory)[max], 0xff);
		/* header, the empty string, 16 + "int", 24 + "s" + "member" */
		ck_assert_int_eq(b.error, max < 24 + 1 + 16 + 4 + 24 + 2 + 7 ? -ENOSPC : 0);
		if (!b.error) {
			ck_assert_int_eq(rawbpf_btf_parse(&btf, memory, b.size, NULL), 0);
			ck_assert_int_eq(rawbpf_btf_offset_find(&btf, "s", "member"), 0);
		}
	}
}
END_TEST

START_TEST(test_steps_refuse)
{
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	size_t size;

	ck_assert_int_eq(rawbpf_btf_int_emit(&b, "int", 3, 0), -EINVAL);
	/* later steps do nothing after the first error */
	size = b.size;
	ck_assert_int_eq(rawbpf_btf_int_emit(&b, "int", 4, 0), -EINVAL);
	ck_assert_uint_eq(b.size, size);
	ck_assert_int_eq(b.error, -EINVAL);

	b = (struct rawbpf_btf_build){ .data = memory, .max = sizeof memory };
	ck_assert_int_eq(rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, -ENOENT), -EINVAL);
	b = (struct rawbpf_btf_build){ .data = memory, .max = sizeof memory };
	ck_assert_int_eq(rawbpf_btf_ref_emit(&b, BTF_KIND_INT, NULL, 1), -EINVAL);
	b = (struct rawbpf_btf_build){ .data = memory, .max = sizeof memory };
	ck_assert_int_eq(rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, NULL, 1), -EINVAL);
	b = (struct rawbpf_btf_build){ .data = (char *)memory + 2, .max = 100 };
	ck_assert_int_eq(rawbpf_btf_int_emit(&b, "int", 4, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_btf_string_emit(&b, "x"), -EINVAL);
	/* the innermost error is returned */
	b = (struct rawbpf_btf_build){ .data = memory, .max = 30 };
	ck_assert_int_eq(rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL,
					     rawbpf_btf_int_emit(&b, "int", 4, 0)), -ENOSPC);
}
END_TEST

static struct rawbpf_btf_build fresh(void)
{
	return (struct rawbpf_btf_build){ .data = memory, .max = sizeof memory };
}

/* The last number that each step takes, and the first that it rejects. */
START_TEST(test_limits)
{
	enum { MOST = 0xffff };
	static uint32_t room[4 * (MOST + 10)];
	static struct rawbpf_btf_field fields[MOST + 1];
	static unsigned sizes[MOST + 1];
	struct rawbpf_btf_build b;

#define LIMIT(LAST, FIRST) \
	b = (struct rawbpf_btf_build){ .data = room, .max = sizeof room }; \
	ck_assert_int_eq(LAST, 1); \
	b = (struct rawbpf_btf_build){ .data = room, .max = sizeof room }; \
	ck_assert_int_eq(FIRST, -EINVAL); \
	ck_assert_int_eq(b.error, -EINVAL)

	LIMIT(rawbpf_btf_int_emit(&b, "i", 16, 0), rawbpf_btf_int_emit(&b, "i", 32, 0));
	LIMIT(rawbpf_btf_int_emit(&b, "i", 1, 0), rawbpf_btf_int_emit(&b, "i", 0, 0));
	LIMIT(rawbpf_btf_int_emit(&b, "i", 4, 7), rawbpf_btf_int_emit(&b, "i", 4, 8));
	LIMIT(rawbpf_btf_func_emit(&b, "f", 1, BTF_FUNC_EXTERN), rawbpf_btf_func_emit(&b, "f", 1, 3));
	LIMIT(rawbpf_btf_var_emit(&b, "v", 1, BTF_VAR_GLOBAL_EXTERN),
	      rawbpf_btf_var_emit(&b, "v", 1, 3));
	LIMIT(rawbpf_btf_array_emit(&b, 0, 0, 1), rawbpf_btf_array_emit(&b, -1, 0, 1));
	LIMIT(rawbpf_btf_array_emit(&b, 0, 0, 1), rawbpf_btf_array_emit(&b, 0, -1, 1));
	LIMIT(rawbpf_btf_struct_emit(&b, BTF_KIND_UNION, "s", 0, fields, MOST),
	      rawbpf_btf_struct_emit(&b, BTF_KIND_UNION, "s", 0, fields, MOST + 1));
	LIMIT(rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "s", 0, fields, 1),
	      rawbpf_btf_struct_emit(&b, BTF_KIND_ENUM, "s", 0, fields, 1));
	LIMIT(rawbpf_btf_func_proto_emit(&b, 0, fields, MOST),
	      rawbpf_btf_func_proto_emit(&b, 0, fields, MOST + 1));
	LIMIT(rawbpf_btf_datasec_emit(&b, "d", 0, fields, sizes, MOST),
	      rawbpf_btf_datasec_emit(&b, "d", 0, fields, sizes, MOST + 1));
	LIMIT(rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, "t", 0),
	      rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, "", 0));
	LIMIT(rawbpf_btf_decl_tag_emit(&b, "t", 0, -1), rawbpf_btf_decl_tag_emit(&b, "t", -1, -1));
	fields[0].type = -1;
	LIMIT(rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "s", 0, fields, 0),
	      rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "s", 0, fields, 1));
	LIMIT(rawbpf_btf_func_proto_emit(&b, 0, fields, 0),
	      rawbpf_btf_func_proto_emit(&b, 0, fields, 1));
	LIMIT(rawbpf_btf_datasec_emit(&b, "d", 0, fields, sizes, 0),
	      rawbpf_btf_datasec_emit(&b, "d", 0, fields, sizes, 1));
}
END_TEST

/* Reading returns what each step wrote: encodings, linkages, offsets, sizes. */
START_TEST(test_fields)
{
	struct rawbpf_btf_build b = fresh();
	const struct btf_type *type;
	const uint32_t *more;
	struct rawbpf_btf btf;

	rawbpf_btf_int_emit(&b, "i", 16, BTF_INT_BOOL);
	rawbpf_btf_func_emit(&b, "f", 9, BTF_FUNC_EXTERN);
	rawbpf_btf_var_emit(&b, "v", 1, BTF_VAR_GLOBAL_EXTERN);
	rawbpf_btf_datasec_emit(&b, ".data", 40, (struct rawbpf_btf_field[]){ { NULL, 3, 24 } },
				(unsigned[]){ 16 }, 1);
	rawbpf_btf_decl_tag_emit(&b, "t", 1, 7);
	btf = parsed(&b);
	type = rawbpf_btf_type_get(&btf, 1);
	ck_assert_uint_eq(type->size, 16);
	ck_assert_uint_eq(*(const uint32_t *)(type + 1), BTF_INT_BOOL << 24 | 128);
	type = rawbpf_btf_type_get(&btf, 2);
	ck_assert_uint_eq(rawbpf_btf_type_vlen(type), BTF_FUNC_EXTERN);
	ck_assert_uint_eq(type->type, 9);
	type = rawbpf_btf_type_get(&btf, 3);
	ck_assert_uint_eq(*(const uint32_t *)(type + 1), BTF_VAR_GLOBAL_EXTERN);
	type = rawbpf_btf_type_get(&btf, 4);
	more = (const uint32_t *)(type + 1);
	ck_assert_uint_eq(type->size, 40);
	ck_assert_uint_eq(more[0], 3);
	ck_assert_uint_eq(more[1], 24);
	ck_assert_uint_eq(more[2], 16);
	type = rawbpf_btf_type_get(&btf, 5);
	ck_assert_uint_eq(*(const uint32_t *)(type + 1), 7);
}
END_TEST

START_TEST(test_section)
{
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	int type = rawbpf_btf_int_emit(&b, "int", 4, 0);
	int var = rawbpf_btf_var_emit(&b, "counter", type, BTF_VAR_GLOBAL_ALLOCATED);
	int section = rawbpf_btf_datasec_emit(&b, ".bss", 4,
		(struct rawbpf_btf_field[]){ { NULL, var, 0 } }, (unsigned[]){ 4 }, 1);
	struct rawbpf_btf btf = parsed(&b);

	ck_assert_int_eq(section, 3);
	ck_assert_str_eq(rawbpf_btf_type_name(&btf, 3), ".bss");
	ck_assert_int_eq(rawbpf_btf_type_size(&btf, 3), 4);
	ck_assert_int_eq(rawbpf_btf_type_size(&btf, 2), 4);
	ck_assert_int_eq(rawbpf_btf_string_emit(&b, "counter"), 1 + 4 + 8 + 5);
	ck_assert_str_eq(rawbpf_btf_string_get(&btf, 1), "int");
}
END_TEST

/* The second BTF's ids and strings continue the first one's. */
START_TEST(test_base)
{
	struct rawbpf_btf_build b = built();
	struct rawbpf_btf base = parsed(&b), module;
	static uint32_t more[100];
	struct rawbpf_btf_build m = { .data = more, .max = sizeof more };
	struct btf_type *type;

	rawbpf_btf_ref_emit(&m, BTF_KIND_TYPEDEF, "mine", NAMED);
	ck_assert_int_eq(rawbpf_btf_parse(&module, more, m.size, &base), 0);
	type = (struct btf_type *)rawbpf_btf_type_get(&module, 9);
	type->name_off += base.strings_size;
	ck_assert_uint_eq(rawbpf_btf_type_end(&module), 10);
	ck_assert_str_eq(rawbpf_btf_type_name(&module, 9), "mine");
	ck_assert_str_eq(rawbpf_btf_type_name(&module, NAMED), "named");
	ck_assert_int_eq(rawbpf_btf_type_find(&module, 0, "mine"), 9);
	ck_assert_int_eq(rawbpf_btf_type_find(&module, 0, "named"), -ENOENT);
	ck_assert_int_eq(rawbpf_btf_offset_find(&module, "mine", "q"), 8);
}
END_TEST

/* ----------------------------------------------------------------------------- what is broken */

START_TEST(test_broken)
{
	struct rawbpf_btf_build b = built();
	struct btf_header *header = b.data, good = *header;
	struct rawbpf_btf btf;
	size_t size = b.size, cut;

	for (cut = 0; cut < size; cut++)
		ck_assert_int_eq(rawbpf_btf_parse(&btf, memory, cut, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_btf_parse(&btf, (char *)memory + 1, size, NULL), -EINVAL);

#define BROKEN(FIELD, VALUE) \
	header->FIELD = (VALUE); \
	ck_assert_int_eq(rawbpf_btf_parse(&btf, memory, size, NULL), -EINVAL); \
	*header = good; \
	ck_assert_int_eq(rawbpf_btf_parse(&btf, memory, size, NULL), 0)

	BROKEN(magic, 0x9feb);
	BROKEN(version, 2);
	BROKEN(hdr_len, 20);
	BROKEN(hdr_len, 25);
	BROKEN(hdr_len, UINT32_MAX);
	BROKEN(type_off, 2);
	BROKEN(type_off, UINT32_MAX - 3);
	BROKEN(type_len, good.type_len + 100);
	BROKEN(type_len, good.type_len - 4);
	BROKEN(type_len, UINT32_MAX);
	BROKEN(str_off, UINT32_MAX);
	BROKEN(str_len, UINT32_MAX);
	BROKEN(str_len, good.str_len - 1); /* no NUL at the end */
}
END_TEST

/* Headers of any length, at the end of readable memory. Each one that is too short is rejected. */
START_TEST(test_header_lengths)
{
	const struct btf_header empty = { .magic = BTF_MAGIC, .version = BTF_VERSION };
	struct rawbpf_btf btf;

	for (unsigned length = 0; length <= 40; length++) {
		unsigned char bytes[40] = { 0 };
		const size_t size = length < sizeof empty ? sizeof empty : length;
		struct btf_header *header;

		memcpy(bytes, &empty, sizeof empty);
		header = guard_copy(bytes, size, 4);
		header->hdr_len = length;
		ck_assert_int_eq(rawbpf_btf_parse(&btf, header, size, NULL),
				 length >= 24 && length % 4 == 0 ? 0 : -EINVAL);
		ck_assert_int_eq(rawbpf_btf_parse(&btf, guard_copy(bytes, length, 4), length, NULL),
				 -EINVAL);
	}
}
END_TEST

/* Each bound of the sections: the last byte is accepted, one more is not. */
/* The bytes behind the common three words of a type: for each, and for each of its elements. */
START_TEST(test_kinds)
{
	static const struct {
		unsigned char kind, bytes, element;
	} kinds[] = {
		{ 1, 4, 0 }, { 2, 0, 0 }, { 3, 12, 0 }, { 4, 0, 12 }, { 5, 0, 12 }, { 6, 0, 8 },
		{ 7, 0, 0 }, { 8, 0, 0 }, { 9, 0, 0 }, { 10, 0, 0 }, { 11, 0, 0 }, { 12, 0, 0 },
		{ 13, 0, 8 }, { 14, 4, 0 }, { 15, 0, 12 }, { 16, 0, 0 }, { 17, 4, 0 }, { 18, 0, 0 },
		{ 19, 0, 12 },
	};
	enum { ELEMENTS = 3 };

	for (unsigned i = 0; i < RAWBPF_COUNT(kinds); i++) {
		const uint32_t length = 12 + kinds[i].bytes + ELEMENTS * kinds[i].element;
		struct {
			struct btf_header header;
			uint32_t words[32];
		} bytes = { .header = { .magic = BTF_MAGIC, .version = BTF_VERSION,
					.hdr_len = 24, .type_len = length + 16, .str_off = length + 16,
					.str_len = 4 } };
		struct rawbpf_btf btf;

		bytes.words[1] = (uint32_t)kinds[i].kind << 24 | ELEMENTS;
		bytes.words[length / 4] = 1; /* "x", an int */
		bytes.words[length / 4 + 1] = 1u << 24;
		memcpy(&bytes.words[length / 4 + 4], "\0x", 3);
		ck_assert_int_eq(rawbpf_btf_parse(&btf, &bytes, 24 + length + 20, NULL), 0);
		ck_assert_msg(btf.type_count == 2, "kind %u: %u types", kinds[i].kind, btf.type_count);
		ck_assert_int_eq(rawbpf_btf_type_find(&btf, BTF_KIND_INT, "x"), 2);
		bytes.header.type_len = length - 4; /* too short by a word */
		ck_assert_int_eq(rawbpf_btf_parse(&btf, &bytes, 24 + length + 20, NULL), -EINVAL);
		bytes.header.type_len = length;
		bytes.words[1] = i ? 20u << 24 : 0; /* kinds that do not exist */
		ck_assert_int_eq(rawbpf_btf_parse(&btf, &bytes, 24 + length + 20, NULL), -EINVAL);
	}
}
END_TEST

START_TEST(test_section_bounds)
{
	struct rawbpf_btf_build b = built();
	struct btf_header *header = guard_copy(memory, b.size, 4), good = *header;
	const size_t size = b.size;
	struct rawbpf_btf btf;

	ck_assert_int_eq(rawbpf_btf_parse(&btf, header, size, NULL), 0);
	ck_assert_int_eq(rawbpf_btf_parse(&btf, header, size - 1, NULL), -EINVAL);
	header->str_off++;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, header, size, NULL), -EINVAL);
	*header = good;
	header->str_off += good.str_len;
	header->str_len = 0;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, header, size, NULL), 0);
	ck_assert_str_eq(rawbpf_btf_string_get(&btf, 0), "");
	ck_assert_ptr_null(rawbpf_btf_string_get(&btf, 1));
	header->str_off++;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, header, size, NULL), -EINVAL);
	*header = good;
	header->type_len = size - good.hdr_len + 4;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, header, size, NULL), -EINVAL);
	*header = good;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, header, size, NULL), 0);
	ck_assert_str_eq(rawbpf_btf_string_get(&btf, good.str_len - 1), "");
	ck_assert_ptr_null(rawbpf_btf_string_get(&btf, good.str_len));
}
END_TEST

START_TEST(test_loops)
{
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	struct rawbpf_btf_member member;
	struct rawbpf_btf btf;
	char text[2000];
	/* a struct with two unnamed members of its own type */
	const struct rawbpf_btf_field self[] = { { NULL, 4, 0 }, { NULL, 4, 0 } };

	rawbpf_btf_ref_emit(&b, BTF_KIND_CONST, NULL, 1);
	rawbpf_btf_array_emit(&b, 2, 2, 1);
	rawbpf_btf_array_emit(&b, 1, 1, UINT32_MAX);
	rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "self", 4, self, 2);
	rawbpf_btf_func_proto_emit(&b, 5, (struct rawbpf_btf_field[]){
		{ NULL, 5, 0 }, { NULL, 5, 0 }, { NULL, 5, 0 }, { NULL, 5, 0 } }, 4);
	btf = parsed(&b);
	ck_assert_int_eq(rawbpf_btf_type_resolve(&btf, 1), -ELOOP);
	ck_assert_int_eq(rawbpf_btf_type_size(&btf, 1), -ELOOP);
	ck_assert_int_eq(rawbpf_btf_type_size(&btf, 2), -ELOOP);
	ck_assert_int_eq(rawbpf_btf_type_size(&btf, 3), -EOVERFLOW);
	ck_assert_int_eq(rawbpf_btf_member_find(&member, &btf, 4, "x"), -ELOOP);
	for (unsigned id = 0; id < 7; id++)
		ck_assert_uint_lt(rawbpf_btf_type_format(text, sizeof text, &btf, id), 20000);
}
END_TEST

/*
 * A struct with MANY unnamed members of a late type. With an index, the search finds the member
 * behind them. Without an index, the search would walk over 40 million types, so it gives up.
 */
START_TEST(test_search_is_bounded)
{
	enum { TYPES = 1000, MANY = 40000 };
	static uint32_t data[16 * TYPES + 4 * MANY], index[TYPES + 2];
	static struct rawbpf_btf_field fields[MANY + 1];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	const int integer = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	struct rawbpf_btf_member member;
	struct rawbpf_btf btf;
	int outer, inner = 0;

	for (int i = 0; i < TYPES; i++)
		inner = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, NULL, 4,
					       &(struct rawbpf_btf_field){ "a", integer, 0 }, 1);
	for (int i = 0; i < MANY; i++)
		fields[i] = (struct rawbpf_btf_field){ NULL, inner, 0 };
	fields[MANY] = (struct rawbpf_btf_field){ "last", integer, 0 };
	outer = rawbpf_btf_struct_emit(&b, BTF_KIND_UNION, "outer", 4, fields, MANY + 1);
	ck_assert_int_eq(outer, TYPES + 2);
	btf = parsed(&b);
	ck_assert_int_eq(rawbpf_btf_member_find(&member, &btf, outer, "last"), -ELOOP);
	ck_assert_int_eq(rawbpf_btf_index_set(&btf, index, RAWBPF_COUNT(index)), 0);
	ck_assert_int_eq(rawbpf_btf_member_find(&member, &btf, outer, "last"), 0);
	ck_assert_uint_eq(member.index, MANY);
}
END_TEST

/* A type may be const, volatile or a typedef 31 times; a longer chain may be a circle. */
START_TEST(test_modifiers)
{
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	int id = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	struct rawbpf_btf btf;

	for (unsigned i = 0; i < 32; i++)
		id = rawbpf_btf_ref_emit(&b, BTF_KIND_CONST, NULL, id);
	btf = parsed(&b);
	ck_assert_int_eq(rawbpf_btf_type_resolve(&btf, (unsigned)id - 1), 1);
	ck_assert_int_eq(rawbpf_btf_type_resolve(&btf, (unsigned)id), -ELOOP);
}
END_TEST

/* The search looks at 16 million members once each: a few less pass, a few more do not. */
START_TEST(test_search_bound)
{
	enum { INNER = 0xffff, FITS = 255, TOO_MANY = 257 };
	/* 12 bytes and a name for each */
	static uint32_t data[4 * (INNER + TOO_MANY + 20)], index[3];
	static struct rawbpf_btf_field inner[INNER], fields[TOO_MANY + 1];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	struct rawbpf_btf_member member;
	struct rawbpf_btf btf;
	unsigned count = _i ? TOO_MANY : FITS;

	for (unsigned i = 0; i < INNER; i++)
		inner[i] = (struct rawbpf_btf_field){ "a", 1, 0 };
	for (unsigned i = 0; i < count; i++)
		fields[i] = (struct rawbpf_btf_field){ NULL, 2, 0 };
	fields[count] = (struct rawbpf_btf_field){ "last", 1, 0 };
	rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	ck_assert_int_eq(rawbpf_btf_struct_emit(&b, BTF_KIND_UNION, NULL, 4, inner, INNER), 2);
	ck_assert_int_eq(rawbpf_btf_struct_emit(&b, BTF_KIND_UNION, "outer", 4, fields, count + 1), 3);
	btf = parsed(&b);
	ck_assert_int_eq(rawbpf_btf_index_set(&btf, index, RAWBPF_COUNT(index)), 0);
	ck_assert_int_eq(rawbpf_btf_member_find(&member, &btf, 3, "last"), _i ? -ELOOP : 0);
}
END_TEST

/* The reader steps over an unknown kind, if the BTF has a layout that tells the kind's length. */
START_TEST(test_layout)
{
	enum { NEW_KIND = 100 };
	static struct {
		struct btf_header header;
		uint32_t layout_off, layout_len;
		struct btf_type unknown;
		uint32_t added[1 + 2 * 3];
		struct btf_type typedefed;
		char strings[4];
		unsigned char layout[NEW_KIND + 1][4];
	} data = {
		.header = { .magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = 32,
			    .type_len = 12 + 28 + 12, .str_off = 52, .str_len = 4 },
		.layout_off = 56, .layout_len = sizeof data.layout,
		.unknown = { .info = (uint32_t)NEW_KIND << 24 | 3 },
		.typedefed = { .name_off = 1, .info = BTF_KIND_TYPEDEF << 24 },
		.strings = "\0t2",
		.layout[NEW_KIND] = { 4, 8 },
	};
	struct rawbpf_btf btf;

	memmove((char *)&data + 24, &data.layout_off, 8);
	ck_assert_uint_eq(offsetof(typeof(data), unknown), 32);
	ck_assert_int_eq(rawbpf_btf_parse(&btf, &data, sizeof data, NULL), 0);
	ck_assert_int_eq(rawbpf_btf_type_find(&btf, BTF_KIND_TYPEDEF, "t2"), 2);
	/* The reader ignores a layout that is cut off: the kind stays unknown. */
	((uint32_t *)&data)[7] += 4;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, guard_copy(&data, sizeof data, 4), sizeof data, NULL),
			 -EINVAL);
	((uint32_t *)&data)[7] -= 4;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, guard_copy(&data, sizeof data, 4), sizeof data, NULL), 0);
	/*
	 * A layout with odd lengths, or with a kind behind its end, does not describe the kind
	 * either.
	 */
	data.layout[NEW_KIND][0] = 5;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, &data, sizeof data, NULL), -EINVAL);
	data.layout[NEW_KIND][0] = 4;
	data.layout[NEW_KIND][1] = 9;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, &data, sizeof data, NULL), -EINVAL);
	data.layout[NEW_KIND][1] = 8;
	((uint32_t *)&data)[7] -= 4;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, &data, sizeof data, NULL), -EINVAL);
	((uint32_t *)&data)[7] += 4;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, &data, sizeof data, NULL), 0);
	/* A layout changes no kind that is known without. */
	data.layout[BTF_KIND_TYPEDEF][0] = 4;
	ck_assert_int_eq(rawbpf_btf_parse(&btf, &data, sizeof data, NULL), 0);
}
END_TEST

/* -------------------------------------------------------------------------------- recipes */

START_TEST(test_functions)
{
	const struct bpf_insn insns[] = {
		BPF_LD_IMM64_RAW_FULL(BPF_REG_2, BPF_PSEUDO_FUNC, 0, 0, 6, 0), /* 7 */
		BPF_CALL_REL(2),                                               /* 5 */
		BPF_CALL_REL(3),                                               /* 7 */
		BPF_EXIT_INSN(),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	struct bpf_func_info infos[3];
	struct bpf_insn outside = BPF_CALL_REL(1);
	struct rawbpf_btf btf;

	ck_assert_int_eq(rawbpf_btf_funcs_find(insns, RAWBPF_COUNT(insns), infos, 3), 3);
	ck_assert_uint_eq(infos[0].insn_off, 0);
	ck_assert_uint_eq(infos[1].insn_off, 5);
	ck_assert_uint_eq(infos[2].insn_off, 7);
	ck_assert_int_eq(rawbpf_btf_funcs_find(insns, RAWBPF_COUNT(insns), infos, 2), -ENOSPC);
	ck_assert_int_eq(rawbpf_btf_funcs_find(&outside, 1, infos, 3), -EINVAL);
	outside.imm = -2;
	ck_assert_int_eq(rawbpf_btf_funcs_find(&outside, 1, infos, 3), -EINVAL);

	ck_assert_int_eq(rawbpf_btf_funcs_find(insns, RAWBPF_COUNT(insns), infos, 3), 3);
	ck_assert_int_eq(rawbpf_btf_funcs_emit(&b, infos, 3,
					       (const char *[]){ NULL, "called", NULL }), 5);
	btf = parsed(&b);
	ck_assert_str_eq(rawbpf_btf_type_name(&btf, infos[0].type_id), "main");
	ck_assert_str_eq(rawbpf_btf_type_name(&btf, infos[1].type_id), "called");
	ck_assert_str_eq(rawbpf_btf_type_name(&btf, infos[2].type_id), "func_7");
	assert_format(&b, infos[2].type_id, "int func_7(void)");
}
END_TEST

/* The sizes of the kernel's structs: one fits a value of its size, and not of a byte less. */
START_TEST(test_specials)
{
	static const struct {
		const char *name;
		unsigned size;
	} specials[] = {
		{ "bpf_refcount", 4 }, { "bpf_res_spin_lock", 4 }, { "bpf_spin_lock", 4 },
		{ "bpf_task_work", 8 }, { "bpf_timer", 16 }, { "bpf_wq", 16 },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(specials); i++) {
		const struct rawbpf_btf_special special = { specials[i].name, 4 };
		struct rawbpf_btf_map map = { .type = BPF_MAP_TYPE_HASH, .key_size = 4,
					      .value_size = 4 + specials[i].size };
		struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
		struct rawbpf_btf btf;

		ck_assert_int_gt(rawbpf_btf_map_emit(&b, &map, &special, 1), 0);
		btf = parsed(&b);
		ck_assert_int_eq(rawbpf_btf_type_size(&btf, (unsigned)rawbpf_btf_type_find(
			&btf, BTF_KIND_STRUCT, specials[i].name)), specials[i].size);
		b = (struct rawbpf_btf_build){ .data = memory, .max = sizeof memory };
		map.value_size--;
		ck_assert_int_eq(rawbpf_btf_map_emit(&b, &map, &special, 1), -EINVAL);
	}
}
END_TEST

START_TEST(test_map_recipe)
{
	static const struct {
		unsigned type, key_size, value_size;
		const char *key, *value;
	} cases[] = {
		{ BPF_MAP_TYPE_HASH, 4, 8, "key", "value" },
		{ BPF_MAP_TYPE_HASH, 20, 24, "struct key", "struct value" },
		{ BPF_MAP_TYPE_LPM_TRIE, 8, 1, "struct key", "value" },
		{ BPF_MAP_TYPE_QUEUE, 0, 3, "void", "struct value" },
	};
	struct rawbpf_btf_map map = { .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 24 };
	const struct rawbpf_btf_special locked[] = { { "bpf_spin_lock", 0 }, { "bpf_timer", 8 } };
	struct rawbpf_btf_build b;
	struct rawbpf_btf btf;

	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		struct rawbpf_btf_map asked = { .type = cases[i].type,
			.key_size = cases[i].key_size, .value_size = cases[i].value_size };

		b = (struct rawbpf_btf_build){ .data = memory, .max = sizeof memory };
		ck_assert_int_gt(rawbpf_btf_map_emit(&b, &asked, NULL, 0),
				 (int)asked.key_type_id);
		btf = parsed(&b);
		assert_format(&b, asked.key_type_id, cases[i].key);
		assert_format(&b, asked.value_type_id, cases[i].value);
		ck_assert_int_eq(rawbpf_btf_type_size(&btf, asked.value_type_id),
				 cases[i].value_size);
		if (cases[i].key_size)
			ck_assert_int_eq(rawbpf_btf_type_size(&btf, asked.key_type_id),
					 cases[i].key_size);
	}
	b = (struct rawbpf_btf_build){ .data = memory, .max = sizeof memory };
	ck_assert_int_gt(rawbpf_btf_map_emit(&b, &map, locked, 2), 0);
	btf = parsed(&b);
	ck_assert_int_eq(rawbpf_btf_offset_find(&btf, "value", "bpf_timer"), 8);
	map.value_size = 23;
	ck_assert_int_eq(rawbpf_btf_map_emit(&b, &map, locked, 2), -EINVAL);
	ck_assert_int_eq(rawbpf_btf_map_emit(&b, &map, (struct rawbpf_btf_special[]){ { "x", 0 } },
					     1), -EINVAL);
	map.value_size = 0;
	ck_assert_int_eq(rawbpf_btf_map_emit(&b, &map, NULL, 0), -EINVAL);
}
END_TEST

/* A pointer is as large as `long`: in the BTF itself, in its base, at the end of it. */
START_TEST(test_pointer_size)
{
	static const struct {
		const char *name;
		unsigned size;
		int pointer;
	} cases[] = {
		{ "long int", 4, 4 },
		{ "long unsigned int", 4, 4 },
		{ "long", 4, 4 },
		{ "unsigned long", 4, 4 },
		{ "long int", 8, 8 },
		{ "unsigned long", 8, 8 },
		{ "long int", 16, 8 },
		{ "long long int", 4, 8 },
		{ "long long unsigned int", 4, 8 },
		{ "lon", 4, 8 },
		{ "", 4, 8 },
	};
	uint32_t data[64], more[64];

	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
		struct rawbpf_btf_build m = { .data = more, .max = sizeof more };
		struct rawbpf_btf base, module;
		int pointer = rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, 0), array;

		rawbpf_btf_ref_emit(&b, BTF_KIND_FWD, "long int", 0); /* no integer */
		array = rawbpf_btf_array_emit(&b, pointer, pointer, 3);
		rawbpf_btf_int_emit(&b, cases[i].name, cases[i].size, 0);
		rawbpf_btf_int_emit(&m, "long int", 12 - cases[i].pointer, 0);
		ck_assert_int_eq(m.error, 0);
		base = parsed(&b);
		ck_assert_int_eq(rawbpf_btf_parse(&module, more, m.size, &base), 0);
		ck_assert_msg(rawbpf_btf_type_size(&base, pointer) == cases[i].pointer, "%u", i);
		ck_assert_msg(rawbpf_btf_type_size(&module, array) == 3 * cases[i].pointer, "%u", i);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_pointer_size);
	tcase_add_test(tests, test_written_is_read);
	tcase_add_test(tests, test_partly);
	tcase_add_test(tests, test_offsets);
	tcase_add_test(tests, test_member);
	tcase_add_test(tests, test_format);
	tcase_add_test(tests, test_format_of_kinds);
	tcase_add_test(tests, test_room);
	tcase_add_test(tests, test_steps_refuse);
	tcase_add_test(tests, test_limits);
	tcase_add_test(tests, test_fields);
	tcase_add_test(tests, test_section);
	tcase_add_test(tests, test_base);
	tcase_add_test(tests, test_broken);
	tcase_add_test(tests, test_header_lengths);
	tcase_add_test(tests, test_kinds);
	tcase_add_test(tests, test_section_bounds);
	tcase_add_test(tests, test_loops);
	tcase_add_test(tests, test_modifiers);
	tcase_add_test(tests, test_search_is_bounded);
	tcase_add_loop_test(tests, test_search_bound, 0, 2);
	tcase_add_test(tests, test_layout);
	tcase_add_test(tests, test_functions);
	tcase_add_test(tests, test_specials);
	tcase_add_test(tests, test_map_recipe);
}

int main(void)
{
	return unit_run("btf", add_tests);
}
