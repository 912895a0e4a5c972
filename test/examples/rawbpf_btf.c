/* SPDX-License-Identifier: MIT */
/*
 * rawbpf btf, map dump and prog dump, on types that the test makes: every kind exactly, JSON whose
 * types do not depend on the data, and large input. The first argument is the command's path.
 */
#include "../command_time.h"
#include "../object/objects.h"
#include "printed.h"

#include <rawbpf/btf.h>
#include <rawbpf/symbol.h>
#include <rawbpf/map.h>
#include <rawbpf/prog.h>
#include <stdlib.h>

/* ------------------------------------------------------------------------- types in a file */

static char path[] = "/tmp/rawbpf-btf-XXXXXX";

static void file_make(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void file_remove(void)
{
	unlink(path);
	strcpy(path + sizeof path - 7, "XXXXXX");
}

static void file_write(const struct rawbpf_btf_build *b)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(b->data, 1, b->size, file), b->size);
	ck_assert_int_eq(fclose(file), 0);
}

/* Write one type of each kind that has more than a name and a size. */
static void file_write_kinds(void)
{
	static uint32_t data[512];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	const int u32 = rawbpf_btf_int_emit(&b, "unsigned int", 4, 0);
	const int s64 = rawbpf_btf_int_emit(&b, "long", 8, BTF_INT_SIGNED);
	const int boolean = rawbpf_btf_int_emit(&b, "_Bool", 1, BTF_INT_BOOL);
	const int array = rawbpf_btf_array_emit(&b, s64, u32, 3);
	const struct rawbpf_btf_field fields[] = { { "all", array, 0 }, { "is", boolean, 24 } };
	const struct rawbpf_btf_field parameters[] = { { "count", u32, 0 }, { "", 0, 0 } };
	int proto, variable;

	rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "pair", 32, fields, 2);
	proto = rawbpf_btf_func_proto_emit(&b, s64, parameters, 2);
	rawbpf_btf_func_emit(&b, "sum", proto, BTF_FUNC_GLOBAL);
	variable = rawbpf_btf_var_emit(&b, "limit", u32, BTF_VAR_STATIC);
	rawbpf_btf_datasec_emit(&b, ".bss", 8, &(struct rawbpf_btf_field){ NULL, variable, 4 },
				&(unsigned){ 4 }, 1);
	rawbpf_btf_decl_tag_emit(&b, "user", 5, 1);
	ck_assert_int_gt(b.size, 0);
	file_write(&b);
}

START_TEST(test_kinds)
{
	file_write_kinds();
	assert_prints(ARGS("btf", "dump", path, "*"),
		      "     1  int         unsigned int  size 4  unsigned\n"
		      "     2  int         long  size 8  signed\n"
		      "     3  int         _Bool  size 1  bool\n"
		      "     4  array       -  long[3]\n"
		      "     5  struct      pair  size 32  2 inside\n"
		      "        +0  long[3] all\n"
		      "        +24  _Bool is\n"
		      "     6  func_proto  -  long(unsigned int, ...)\n"
		      "        unsigned int count\n"
		      "        ...\n"
		      "     7  func        sum  global  long(unsigned int, ...)\n"
		      "     8  var         limit  static  unsigned int\n"
		      "     9  datasec     .bss  size 8  1 inside\n"
		      "        +4  unsigned int limit  size 4\n"
		      "    10  decl_tag    user  component 1  struct pair\n");
}
END_TEST

START_TEST(test_kinds_json)
{
	file_write_kinds();
	assert_prints(
		ARGS("btf", "-j", "dump", path),
		"{\"id\":1,\"kind\":\"int\",\"name\":\"unsigned int\",\"c\":\"unsigned int\",\"size\":4,"
		"\"encoding\":\"unsigned\",\"bits\":32,\"bit_offset\":0}\n"
		"{\"id\":2,\"kind\":\"int\",\"name\":\"long\",\"c\":\"long\",\"size\":8,"
		"\"encoding\":\"signed\",\"bits\":64,\"bit_offset\":0}\n"
		"{\"id\":3,\"kind\":\"int\",\"name\":\"_Bool\",\"c\":\"_Bool\",\"size\":1,"
		"\"encoding\":\"bool\",\"bits\":8,\"bit_offset\":0}\n"
		"{\"id\":4,\"kind\":\"array\",\"name\":\"\",\"c\":\"long[3]\",\"type\":2,\"index_type\":1,"
		"\"count\":3}\n"
		"{\"id\":5,\"kind\":\"struct\",\"name\":\"pair\",\"c\":\"struct pair\",\"size\":32,\"inside\":["
		"{\"name\":\"all\",\"type\":4,\"c\":\"long[3]\",\"bit_offset\":0,\"bits\":0},"
		"{\"name\":\"is\",\"type\":3,\"c\":\"_Bool\",\"bit_offset\":192,\"bits\":0}]}\n"
		"{\"id\":6,\"kind\":\"func_proto\",\"name\":\"\",\"c\":\"long(unsigned int, ...)\",\"type\":2,"
		"\"inside\":[{\"name\":\"count\",\"type\":1,\"c\":\"unsigned int\"},"
		"{\"name\":\"\",\"type\":0,\"c\":\"...\"}]}\n"
		"{\"id\":7,\"kind\":\"func\",\"name\":\"sum\",\"c\":\"long sum(unsigned int, ...)\",\"type\":6,"
		"\"linkage\":\"global\"}\n"
		"{\"id\":8,\"kind\":\"var\",\"name\":\"limit\",\"c\":\"unsigned int limit\",\"type\":1,"
		"\"linkage\":\"static\"}\n"
		"{\"id\":9,\"kind\":\"datasec\",\"name\":\".bss\",\"c\":\"section .bss\",\"size\":8,\"inside\":["
		"{\"name\":\"limit\",\"type\":1,\"c\":\"unsigned int\",\"bit_offset\":32,\"size\":4}]}\n"
		"{\"id\":10,\"kind\":\"decl_tag\",\"name\":\"user\",\"c\":\"tag user\",\"type\":5,"
		"\"component\":1}\n");
}
END_TEST

/* An offsets file of these types reads back as their numbers; missing names stand in it, too. */
START_TEST(test_offsets)
{
	static struct ending ending;
	struct rawbpf_offsets offsets;
	const struct rawbpf_symbols symbols = { .offsets = &offsets };
	struct rawbpf_symbol symbol;

	file_write_kinds();
	command_run(&ending, NULL, ARGS("btf", "offsets", path, "pair.all[2]", "pair.is", "pair.si",
					"sizeof(pair)", "sizeof(paire)"));
	ck_assert_int_eq(ending.status, 0);
	ck_assert_str_eq(strstr(ending.out, "member"),
			 "member pair.all[2] 16 8 8\nmember pair.is 24 1 1\nnone pair.si\n"
			 "size pair 32\nnone paire\n");
	ck_assert_str_eq(ending.err,
		"rawbpf btf: warning: pair has no member 'si' in this kernel's BTF (did you mean 'is'?)\n"
		"rawbpf btf: warning: this kernel's BTF has no type 'paire' (did you mean 'pair'?)\n");
	ck_assert_int_eq(rawbpf_offsets_parse(&offsets, ending.out, strlen(ending.out)), 0);
	ck_assert_str_eq(offsets.release, "");
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &symbols, "pair.is"), 0);
	ck_assert_uint_eq(symbol.value, 24);
	/* No part of a file is printed. */
	assert_fails(ARGS("btf", "offsets", path, "pair.is", "pair.all[3]"), 1,
		     "rawbpf btf: 'pair.all[3]' is not a valid name of a symbol: members follow dots, and "
		     "indices within an array stand in brackets\n");
	assert_fails(ARGS("btf", "-j", "offsets", path, "a"), 1,
		     "rawbpf btf: an offsets file is no JSON: leave out -j\n");
	assert_fails(ARGS("btf", "offsets"), 2, "usage: rawbpf btf offsets [FILE] NAME...\n");
}
END_TEST

/* The width of a bit field, in the form of the kernel's BTF. */
START_TEST(test_bit_fields)
{
	static const char strings[] = "\0int\0bits\0low\0high";
	static struct {
		struct btf_header header;
		struct btf_type integer;
		uint32_t encoding;
		struct btf_type bits;
		struct btf_member members[2];
		char strings[sizeof strings];
	} types = {
		.header = { .magic = 0xeb9f, .version = 1, .hdr_len = sizeof types.header,
			    .type_len = offsetof(typeof(types), strings) - sizeof types.header,
			    .str_off = offsetof(typeof(types), strings) - sizeof types.header,
			    .str_len = sizeof strings },
		.integer = { 1, BTF_KIND_INT << 24, { 4 } },
		.encoding = BTF_INT_SIGNED << 24 | 32,
		.bits = { 5, 1u << 31 | BTF_KIND_STRUCT << 24 | 2, { 4 } },
		.members = { { 10, 1, 3 << 24 | 0 }, { 14, 1, 13u << 24 | 3 } },
	};

	memcpy(types.strings, strings, sizeof strings);
	file_write(&(struct rawbpf_btf_build){
		.data = &types, .size = offsetof(typeof(types), strings) + sizeof strings });
	assert_prints(ARGS("btf", "dump", path, "bits"),
		      "     2  struct      bits  size 4  2 inside\n"
		      "        +0  int low:3\n"
		      "        +0 bit 3  int high:13\n");
	assert_shows(ARGS("btf", "-j", "dump", path, "bits"),
		     "\"inside\":[{\"name\":\"low\",\"type\":1,\"c\":\"int\",\"bit_offset\":0,\"bits\":3},"
		     "{\"name\":\"high\",\"type\":1,\"c\":\"int\",\"bit_offset\":3,\"bits\":13}]}\n");
}
END_TEST

/* ---------------------------------------------------------------------------- values of maps */

/* Make an array of one element of type `id`, the last one of `b`. */
static int map_make(struct rawbpf_btf_build *b, int key, int id, unsigned size)
{
	int map, btf = rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = b->data, .size = b->size });

	ck_assert_int_gt(btf, 2);
	map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = own_name(), .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = size,
		.max_entries = 1, .btf = btf, .btf_key_type_id = key, .btf_value_type_id = id });
	ck_assert_int_gt(map, 2);
	close(btf);
	return map;
}

/* In JSON a type looks the same, whatever its data is. */
START_TEST(test_json_types)
{
	static const struct {
		unsigned char bytes[8];
		const char *json;
	} cases[] = {
		{ "ab\0\0\1xy", "{\"comm\":\"ab\",\"raw\":[1,120],\"is\":true}" },
		{ "\x1b[1m\0\0\0", "{\"comm\":\"\\u001b[1m\",\"raw\":[0,0],\"is\":false}" },
		{ "\0\0\0\0ab\2", "{\"comm\":\"\",\"raw\":[97,98],\"is\":true}" },
	};
	static uint32_t data[256];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	const int u32 = rawbpf_btf_int_emit(&b, "unsigned int", 4, 0);
	/* as pahole writes it */
	const int character = rawbpf_btf_int_emit(&b, "char", 1, BTF_INT_SIGNED);
	const int u8 = rawbpf_btf_int_emit(&b, "unsigned char", 1, 0);
	const int boolean = rawbpf_btf_int_emit(&b, "_Bool", 1, BTF_INT_BOOL);
	const int comm = rawbpf_btf_array_emit(&b, character, u32, 4);
	const int raw = rawbpf_btf_array_emit(&b, u8, u32, 2);
	const struct rawbpf_btf_field fields[] = { { "comm", comm, 0 }, { "raw", raw, 4 }, { "is", boolean, 6 } };
	const int type = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "value", 8, fields, 3);
	const int map = map_make(&b, u32, type, 8);

	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		char part[128];

		ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 0 }, cases[i].bytes, BPF_ANY), 0);
		snprintf(part, sizeof part, "\"value_typed\":%s", cases[i].json);
		assert_shows(ARGS("map", "-j", "get", own_name(), "0"), part);
	}
	close(map);
}
END_TEST

/* Each union contains the next one 8 times, so one int has 8 to the 14th members. */
START_TEST(test_nested_unions)
{
	static uint32_t data[2048];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	const int u32 = rawbpf_btf_int_emit(&b, "unsigned int", 4, 0);
	int map, inner = u32;

	for (int depth = 0; depth < 14; depth++) {
		struct rawbpf_btf_field fields[8];

		for (int i = 0; i < 8; i++)
			fields[i] = (struct rawbpf_btf_field){ (char[]){ 'a' + i, 0 }, inner, 0 };
		inner = rawbpf_btf_struct_emit(&b, BTF_KIND_UNION, "u", 4, fields, 8);
	}
	map = map_make(&b, u32, inner, 4);
	command_run(&end, NULL, ARGS("map", "dump", own_name()));
	ck_assert_int_eq(end.status, 0);
	ck_assert_ptr_nonnull(strstr(end.out, "..."));
	command_run(&end, NULL, ARGS("map", "-j", "dump", own_name()));
	ck_assert_int_eq(end.status, 0);
	ck_assert_ptr_nonnull(strstr(end.out, "\"...\":null"));
	close(map);
}
END_TEST

/* ------------------------------------------------------------------------------ large input */

/* Dump a chain of typedefs and structs, each of the one before. */
static double dump_file(unsigned json, unsigned n)
{
	const size_t room = 64 * (size_t)n + 1024;
	struct rawbpf_btf_build b = { .data = malloc(room), .max = room };
	int type = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);

	while (n--) {
		const struct rawbpf_btf_field field = { "a", type, 0 };

		type = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "s", 4, &field, 1);
	}
	ck_assert_int_gt(type, 0);
	file_write(&b);
	free(b.data);
	return command_time(json ? ARGS("btf", "-j", "dump", path) : ARGS("btf", "dump", path));
}

/* Dump a map whose value is a struct of n arrays. */
static double dump_map(unsigned json, unsigned n)
{
	const size_t room = 64 * (size_t)n + 1024;
	struct rawbpf_btf_build b = { .data = malloc(room), .max = room };
	struct rawbpf_btf_field *fields = calloc(n, sizeof *fields);
	const int u32 = rawbpf_btf_int_emit(&b, "unsigned int", 4, 0);
	const int pair = rawbpf_btf_array_emit(&b, u32, u32, 2);
	double time;
	int map;

	for (unsigned i = 0; i < n; i++)
		fields[i] = (struct rawbpf_btf_field){ "", pair, 8 * i };
	map = map_make(&b, u32,
		       rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "large", 8 * n, fields, n), 8 * n);
	time = command_time(json ? ARGS("map", "-j", "dump", own_name()) : ARGS("map", "dump", own_name()));
	free(fields);
	free(b.data);
	close(map);
	return time;
}

/* Dump a program of n instructions, each with a source line. */
static double dump_prog(unsigned json, unsigned n)
{
	struct bpf_insn *insns = calloc(n, sizeof *insns);
	struct bpf_line_info *lines = calloc(n, sizeof *lines);
	const struct bpf_func_info function = { .type_id = 3 };
	int btf = objects_btf(), prog;
	double time;

	for (unsigned i = 0; i < n; i++) {
		insns[i] = (struct bpf_insn)BPF_MOV64_IMM(BPF_REG_0, i);
		lines[i] = (struct bpf_line_info){ .insn_off = i, .file_name_off = S_FILE,
						   .line_off = S_LINE_0, .line_col = (i + 1) << 10 };
	}
	insns[n - 1] = (struct bpf_insn)BPF_EXIT_INSN();
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
		.insns = insns, .insn_count = n, .btf = btf, .func_info = &function,
		.func_info_size = sizeof function, .func_info_count = 1,
		.line_info_size = sizeof *lines, .line_info = lines, .line_info_count = n });
	ck_assert_int_gt(prog, 2);
	time = command_time(json ? ARGS("prog", "-j", "dump", own_name()) : ARGS("prog", "dump", own_name()));
	free(insns);
	free(lines);
	close(prog);
	close(btf);
	return time;
}

START_TEST(test_large_file)
{
	assert_doubling(dump_file, _i, 5000);
}
END_TEST

START_TEST(test_large_map)
{
	assert_doubling(dump_map, _i, 8000);
}
END_TEST

START_TEST(test_large_prog)
{
	assert_doubling(dump_prog, _i, 20000);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, file_make, file_remove);
	tcase_add_test(tests, test_kinds);
	tcase_add_test(tests, test_kinds_json);
	tcase_add_test(tests, test_offsets);
	tcase_add_test(tests, test_bit_fields);
	tcase_add_test(tests, test_json_types);
	tcase_add_test(tests, test_nested_unions);
	tcase_add_loop_test(tests, test_large_file, 0, 2);
	tcase_add_loop_test(tests, test_large_map, 0, 2);
	tcase_add_loop_test(tests, test_large_prog, 0, 2);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_btf RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	return live_run("rawbpf_btf", add_tests);
}
