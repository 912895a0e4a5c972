/* SPDX-License-Identifier: MIT */
/* Names of the running kernel: the numbers of its BTF, with an index and without. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>

#include "../live.h"

enum { EVERY = 97, EVERY_LONG = 7 }; /* types that the short and the long mode step over */

static struct rawbpf_btf kernel;
static struct rawbpf_symbol_index names;
static struct rawbpf_symbols indexed = { .kernel = &kernel, .index = &names };
static struct rawbpf_symbols walking = { .kernel = &kernel };

static void open_kernel(void)
{
	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
	names = (struct rawbpf_symbol_index){ .size = rawbpf_symbol_index_size(&kernel) };
	names.memory = malloc(names.size);
	memset(names.memory, 0xff, names.size);
}

static void close_kernel(void)
{
	free(names.memory);
	rawbpf_btf_close(&kernel);
}

/* Return the name of a type, or NULL if it is no struct with one. */
static const char *struct_name(unsigned id)
{
	const struct btf_type *type = rawbpf_btf_type_get(&kernel, id);
	const char *name = rawbpf_btf_type_name(&kernel, id);

	return rawbpf_btf_type_kind(type) == BTF_KIND_STRUCT && *name ? name : NULL;
}

/* The members of a struct have the offsets that rawbpf_btf_offset_find() finds. */
static unsigned check_members(const char *name)
{
	int id = rawbpf_btf_type_find(&kernel, BTF_KIND_STRUCT, name);
	const struct btf_type *type = rawbpf_btf_type_get(&kernel, (unsigned)id);
	const struct btf_member *members = (const void *)(type + 1);
	unsigned checked = 0;

	for (unsigned i = 0; i < rawbpf_btf_type_vlen(type); i++) {
		const char *member = rawbpf_btf_string_get(&kernel, members[i].name_off);
		struct rawbpf_symbol symbol;
		char path[512];
		int offset, err;

		if (!*member)
			continue;
		snprintf(path, sizeof path, "%s.%s", name, member);
		offset = rawbpf_btf_offset_find(&kernel, name, member);
		err = rawbpf_symbol_find(&symbol, &indexed, path);
		ck_assert_msg((err ? err : (int)symbol.value) == offset, "%s: %d, %d", path, err, offset);
		checked++;
	}
	return checked;
}

START_TEST(test_members)
{
	unsigned end = rawbpf_btf_type_end(&kernel), checked = 0;

	for (unsigned id = 1; id < end; id += unit_long() ? EVERY_LONG : EVERY) {
		const char *name = struct_name(id);

		if (!name)
			continue;
		checked += check_members(name);
		ck_assert_int_eq(rawbpf_symbol_size(&indexed, name), rawbpf_symbol_size(&walking, name));
	}
	ck_assert_uint_gt(checked, 200);
}
END_TEST

/* What every kernel has, and this machine's headers. */
START_TEST(test_known)
{
	struct rawbpf_symbol symbol, other;
	int has;

	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &indexed, "list_head.prev"), 0);
	ck_assert_uint_eq(symbol.value, sizeof(void *));
	ck_assert_uint_eq(symbol.width, sizeof(void *));
	ck_assert_int_eq(rawbpf_symbol_size(&indexed, "task_struct.comm"), 16);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &indexed, "xdp_md.data_end"), 0);
	ck_assert_uint_eq(symbol.value, offsetof(struct xdp_md, data_end));
	ck_assert_int_eq(symbol.kind, RAWBPF_SYMBOL_MEMBER);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &indexed, "PIDTYPE_TGID"), 0);
	ck_assert_int_eq(rawbpf_symbol_find(&other, &walking, "PIDTYPE_TGID"), 0);
	ck_assert_uint_eq(symbol.value, 1);
	ck_assert_uint_eq(other.value, 1);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &indexed, "sys_enter_openat.args[1]"), 0);
	ck_assert_uint_eq(symbol.value, 24);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &indexed, "sched_process_exec.pid"), 0);
	ck_assert_int_eq(symbol.kind, RAWBPF_SYMBOL_FIELD);
	ck_assert_int_eq(rawbpf_symbol_has(&has, &indexed, "task_struct.no_such_member"), 0);
	ck_assert_int_eq(has, 0);
	ck_assert_int_eq(rawbpf_symbol_variable_find(&symbol, &indexed, "runqueues"), 0);
	ck_assert_str_eq(rawbpf_btf_type_name(&kernel, (unsigned)symbol.value), "runqueues");
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &indexed, "no_such_function"), -ENOENT);
}
END_TEST

/* An offsets file of this kernel answers as its BTF does. */
START_TEST(test_offsets_file)
{
	static const char *const asked[] = { "task_struct.tgid", "task_struct.comm", "list_head.prev",
		"PIDTYPE_TGID", "sched_process_exec.pid", "task_struct.no_such_member" };
	char text[4096];
	size_t length = (size_t)rawbpf_offsets_format(text, sizeof text, &indexed, NULL, "test");
	struct rawbpf_offsets offsets;
	const struct rawbpf_symbols by_file = { .offsets = &offsets };

	for (unsigned i = 0; i < sizeof asked / sizeof asked[0]; i++)
		length += (size_t)rawbpf_offsets_format(text + length, sizeof text - length, &indexed,
							asked[i], NULL);
	ck_assert_int_eq(rawbpf_offsets_parse(&offsets, text, length), 0);
	for (unsigned i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		struct rawbpf_symbol here, there;

		ck_assert_int_eq(rawbpf_symbol_find(&here, &indexed, asked[i]),
				 rawbpf_symbol_find(&there, &by_file, asked[i]));
		ck_assert_uint_eq(here.value, there.value);
		ck_assert_uint_eq(here.size, there.size);
		ck_assert_uint_eq(here.width, there.width);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, open_kernel, close_kernel);
	tcase_add_test(tests, test_members);
	tcase_add_test(tests, test_known);
	tcase_add_test(tests, test_offsets_file);
}

int main(void)
{
	return live_run("live_symbol", add_tests);
}
