/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: parse any bytes as a collection, and resolve all that it has: maps, fields, and each
 * program by each way, on an architecture that the size of the input chooses. A mistake has a
 * message and a line. The same environment gives the same instructions. With less room the result
 * is -ENOSPC, and nothing is written behind the room. Then write it as C and as an object file.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude test/fuzz/resolve.c lib/rawbpf.c
 */
#include <errno.h>
#include <rawbpf/btf.h>
#include <rawbpf/collection.h>
#include <rawbpf/elf.h>
#include <rawbpf/symbol.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 14, FUNCTIONS = 64, BTF_BYTES = 1 << 18, FORM_BYTES = 1 << 20 };

static struct rawbpf_collection collection;
static struct rawbpf_collection_env env;
static const char *text;
static size_t text_length;

static void check(int holds)
{
	if (!holds)
		abort();
}

static void check_error(int result, struct rawbpf_collection_error *error)
{
	if (result >= 0)
		return;
	check(error->at.message[0] && memchr(error->at.message, '\0', sizeof error->at.message));
	rawbpf_collection_error_find(error, text, text_length);
	check(error->at.column && error->at.width);
}

/* Describe the lines and functions of a resolved program. */
static void describe(struct rawbpf_resolved *resolved)
{
	static unsigned bytes[BTF_BYTES / sizeof(unsigned)];
	static struct bpf_func_info functions[FUNCTIONS];
	static struct bpf_line_info lines[SLOTS];
	struct rawbpf_btf_build b = { .data = bytes, .max = sizeof bytes };
	struct rawbpf_resolved_info info = {
		.btf = &b, .funcs = functions, .func_max = FUNCTIONS, .lines = lines,
		.line_max = SLOTS, .file = "fuzz", .text = text, .length = text_length };
	struct rawbpf_btf btf;

	if (rawbpf_collection_info_emit(&info, &collection, resolved) < 0)
		return;
	check(rawbpf_btf_parse(&btf, bytes, b.size, NULL) == 0);
	for (unsigned i = 0; i < info.line_count; i++) {
		check(lines[i].insn_off < resolved->count);
		check(!i || lines[i].insn_off > lines[i - 1].insn_off);
		check(rawbpf_btf_string_get(&btf, lines[i].line_off) != NULL);
	}
}

static void resolve(struct rawbpf_unit unit)
{
	static struct bpf_insn insns[SLOTS], again[SLOTS];
	static unsigned lines[SLOTS], maps[SLOTS], functions[SLOTS];
	struct rawbpf_resolved resolved = { .insns = insns, .max = SLOTS, .lines = lines, .maps = maps,
					    .functions = functions };
	struct rawbpf_resolved second = { .insns = again, .max = SLOTS };
	int result = rawbpf_collection_resolve(&resolved, &collection, &unit, &env);

	check_error(result, &resolved.error);
	check(rawbpf_collection_resolve(&second, &collection, &unit, &env) == result);
	if (result <= 0)
		return;
	check(!memcmp(insns, again, result * sizeof *insns));
	check((unsigned)result == resolved.count && resolved.entry_count <= resolved.count);
	check(resolved.stack <= 512 && resolved.stack % 8 == 0);
	for (int i = 0; i < result; i++)
		check(maps[i] <= collection.map_count && functions[i] < collection.string_count);
	describe(&resolved);
	second.insns = malloc((result - 1) * sizeof *insns);
	second.max = result - 1;
	check(rawbpf_collection_resolve(&second, &collection, &unit, &env) == -ENOSPC);
	check(second.count == resolved.count);
	free(second.insns);
}

static void resolve_prog(unsigned index)
{
	const struct rawbpf_table_prog *prog = &collection.progs[index];

	for (unsigned i = 0; i < prog->place_count; i++) {
		struct rawbpf_unit unit = { index, prog->place + i, 1, RAWBPF_WAY_NONE };
		enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];
		int count = rawbpf_collection_ways_find(ways, &collection, unit.place);

		for (int way = 0; way < count; way++) {
			unit.way = ways[way];
			unit.place_count = count > 1 && unit.way == RAWBPF_WAY_RAW_TP ?
					   prog->place_count - i : 1;
			resolve(unit);
		}
	}
}

static void resolve_all(void)
{
	struct rawbpf_collection_error error;

	for (unsigned i = 0; i < collection.map_count; i++) {
		struct rawbpf_resolved_map map;

		check_error(rawbpf_collection_map_resolve(&map, &collection, i, &env, &error), &error);
	}
	for (unsigned i = 0; i < collection.field_count; i++) {
		struct rawbpf_resolved_field field;

		check_error(rawbpf_collection_field_resolve(&field, &collection, i, &env, &error), &error);
	}
	for (unsigned i = 0; i < collection.prog_count; i++)
		resolve_prog(i);
}

/* Write the collection as C, and as an object file in the byte order that `order` chooses. */
static void write_forms(size_t order)
{
	static _Alignas(8) char memory[FORM_BYTES], out[FORM_BYTES];
	struct rawbpf_collection_header header = {
		.collection = &collection, .name = "fuzz", .arch = order % 5, .memory = memory,
		.memory_size = sizeof memory };
	struct rawbpf_collection_elf object = {
		.collection = &collection, .env = &env, .file = "fuzz", .text = text, .length = text_length,
		.order = order % 3, .memory = memory, .memory_size = sizeof memory };
	int length = rawbpf_collection_header_format(out, sizeof out, &header);
	struct rawbpf_elf elf;

	check(length < 0 || (size_t)length >= sizeof out || strlen(out) == (size_t)length);
	if (header.error.at.line)
		check_error(length, &header.error);
	length = rawbpf_collection_elf_emit(out, sizeof out, &object);
	if (object.error.at.line)
		check_error(length, &object.error);
	if (length > 0 && (size_t)length <= sizeof out)
		check(rawbpf_elf_parse(&elf, out, length) == 0 && elf.sections.count >= 6);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct rawbpf_collection_index index = { .memory = NULL };
	struct rawbpf_symbols symbols = { .arch = 1 + size % 4 };
	struct rawbpf_collection_text input = { .memory = malloc(1 << 20), .memory_size = 1 << 20 };

	text = input.text = malloc(size);
	text_length = input.length = size;
	memcpy((char *)text, data, size);
	if (!rawbpf_collection_parse(&collection, &input)) {
		index.size = rawbpf_collection_index_size(&collection);
		index.memory = malloc(index.size);
		env = (struct rawbpf_collection_env){ .arch = symbols.arch, .symbols = &symbols,
						      .index = &index, .self_pid = 1 };
		resolve_all();
		index.filled = 0;
		write_forms(size);
		free(index.memory);
	}
	free((char *)text);
	free(input.memory);
	return 0;
}
