/* SPDX-License-Identifier: MIT */
/* rawbpf asm -l: the instructions that each statement of a collection became. */
#include "collected.h"

#include <rawbpf/constant.h>
#include <stdlib.h>
#include <string.h>

/* Print the user's line, if it is another than before, and that of a macro. */
static void print_lines(const struct collection *collection, unsigned line, unsigned before)
{
	if (line >> 16 != before >> 16) {
		printf("%5u  ", line >> 16);
		collection_print_line(stdout, collection, line >> 16);
		putchar('\n');
	}
	if (line & 0xffff && line != before) {
		printf("  %s:%u  ", line & RAWBPF_LINE_STD ? "std" : "macro", line & (RAWBPF_LINE_STD - 1));
		collection_print_line(stdout, collection, line & 0xffff);
		putchar('\n');
	}
}

static void print_insns(const struct collection *collection, const struct rawbpf_resolved *resolved)
{
	unsigned slots, before = 0;
	char text[256];

	for (unsigned i = 0; i < resolved->count; i += slots) {
		const char *map = resolved->maps[i] ? collection_string(collection,
			collection->tables.maps[resolved->maps[i] - 1].name) : "";

		print_lines(collection, resolved->lines[i], before);
		before = resolved->lines[i];
		rawbpf_insn_format(text, sizeof text, &resolved->insns[i], resolved->count - i, RAWBPF_LLVM,
				   NULL, &slots);
		printf("\t\t%5u: %s%s%s\n", i, text, map[0] ? "        # map " : "", map);
	}
}

/* Resolve a program again, and print it. Returns OK, or FAILED after a message. */
static int list_program(const struct collection *collection, const struct rawbpf_live *live,
			const struct rawbpf_live_program *program)
{
	const struct rawbpf_unit *unit = &program->unit;
	struct rawbpf_resolved resolved = {
		.insns = calloc(program->slots, sizeof *resolved.insns), .max = program->slots,
		.lines = calloc(program->slots, sizeof *resolved.lines),
		.maps = calloc(program->slots, sizeof *resolved.maps) };
	int count;

	if (!resolved.insns || !resolved.lines || !resolved.maps)
		return tool_fail(collection->subcommand, "out of memory");
	count = rawbpf_collection_resolve(&resolved, &collection->tables, unit, &live->env);
	if (count >= 0) {
		printf("%s at %s %s by %s: %u slots, %u bytes of stack\n",
		       collection_string(collection, collection->tables.progs[unit->prog].name),
		       rawbpf_way_name(collection->tables.places[unit->place].way),
		       collection_shown(collection_string(collection,
				collection->tables.places[unit->place].target)),
		       rawbpf_way_name(unit->way), program->slots, program->stack);
		print_insns(collection, &resolved);
	}
	free(resolved.insns);
	free(resolved.lines);
	free(resolved.maps);
	return count < 0 ? FAILED : OK;
}

/* Print the sizes of structs and maps. */
static void list_sizes(const struct collection *collection, const struct rawbpf_live *live)
{
	const struct rawbpf_collection *tables = &collection->tables;
	struct rawbpf_collection_error mistake;
	struct rawbpf_resolved_map map;

	for (unsigned i = 0; i < tables->struct_count; i++) {
		const char *name = tables->strings + tables->structs[i].name;
		int size = rawbpf_collection_type_size(tables, name, &live->env, &mistake);

		if (size >= 0)
			printf("struct %s: %d bytes\n", name, size);
	}
	for (unsigned i = 0; i < tables->map_count; i++) {
		if (rawbpf_collection_map_resolve(&map, tables, i, &live->env, &mistake) < 0)
			continue;
		printf("map %s: %s, key %u, value %u, ", map.name,
		       rawbpf_constant_name(RAWBPF_MAP_TYPE, map.type), map.key_size, map.value_size);
		if (map.max_entries)
			printf("max_entries %u\n", map.max_entries);
		else
			printf("by the machine's memory\n");
	}
}

int collection_list(struct collection *collection)
{
	static struct rawbpf_live_reason reasons[COLLECTION_REASONS];
	struct rawbpf_live live;
	struct rawbpf_live_spec spec = { .until = RAWBPF_UNTIL_RESOLVED, .file = collection->file.name,
					 .reasons = reasons, .reason_max = COLLECTION_REASONS };
	int status = OK, err = rawbpf_live_open(&live, &collection->tables, &spec);

	if (err == 0)
		err = rawbpf_live_attach(&live);
	if (err < 0) {
		live.spec = spec; /* it is closed, and keeps its count of reasons */
		collection_print_reasons(collection, &live);
		return FAILED;
	}
	list_sizes(collection, &live);
	for (unsigned i = 0; status == OK && i < live.program_count; i++)
		status = list_program(collection, &live, &live.programs[i]);
	rawbpf_live_close(&live);
	return status == OK ? tool_finish(collection->subcommand) : status;
}
