/* SPDX-License-Identifier: MIT */
/* rawbpf step: from a text and a packet to a machine at its first instruction. */
#include "step.h"
#include "texts.h"

#include <errno.h>
#include <rawbpf/constant.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_MEMORY = 1 << 20, MOST_MEMORY = 1 << 30, RECORDS = 16 << 20, ROOM = 256 };

static int out_of_memory(void)
{
	return tool_fail(&step_subcommand, "out of memory");
}

/* ------------------------------------------------------------------------------- the text */

/* Remember where each line begins. */
static int find_lines(struct stepper *stepper)
{
	const struct file *file = &stepper->collection.file;
	const char *at = file->data, *end = at + file->size;
	unsigned count = 1, i = 0;

	for (; at < end; at++)
		count += *at == '\n';
	stepper->lines = calloc(count + 1, sizeof *stepper->lines);
	if (!stepper->lines)
		return out_of_memory();
	for (at = file->data; i < count; i++) {
		stepper->lines[i] = at;
		while (at < end && *at != '\n')
			at++;
		at += at < end;
	}
	stepper->lines[count] = end;
	stepper->line_count = count;
	return OK;
}

/* Find the program of --prog; without it, the first one. Returns its index, or -1 after a message. */
static int find_prog(const struct stepper *stepper)
{
	const struct rawbpf_collection *tables = &stepper->collection.tables;
	const char *name = stepper->options.prog;
	char names[STEP_LINE] = "";

	for (unsigned i = 0; i < tables->prog_count; i++) {
		const char *one = collection_string(&stepper->collection, tables->progs[i].name);

		if (!name || strcmp(one, name) == 0)
			return (int)i;
		snprintf(names + strlen(names), sizeof names - strlen(names), " %s", collection_shown(one));
	}
	tool_fail(&step_subcommand, "%s has no program '%s'; it has%s", stepper->collection.file.name,
		  collection_shown(name), names);
	return -1;
}

/* Load a program of a text with .prog. It takes more and more memory until all fits. */
static int load_collection(struct stepper *stepper)
{
	struct rawbpf_vm_collection_spec spec = { .collection = &stepper->collection.tables };
	int prog, err = -ENOSPC;

	stepper->collection.subcommand = &step_subcommand;
	if (collection_parse(&stepper->collection) != OK)
		return FAILED;
	prog = find_prog(stepper);
	if (prog < 0)
		return FAILED;
	spec.prog = (unsigned)prog;
	for (spec.memory_size = FIRST_MEMORY; err == -ENOSPC && spec.memory_size <= MOST_MEMORY;
	     spec.memory_size *= 2) {
		free(spec.memory);
		spec.memory = malloc(spec.memory_size);
		if (!spec.memory)
			return out_of_memory();
		err = rawbpf_vm_collection_open(&stepper->loaded, &spec);
	}
	if (err < 0 && stepper->loaded.error.at.message[0]) {
		collection_print_mistake(&stepper->collection, &stepper->loaded.error);
		return FAILED;
	}
	if (err < 0)
		return tool_fail(&step_subcommand, "%s cannot run without a kernel: %s",
				 stepper->collection.file.name, strerror(-err));
	stepper->spec = stepper->loaded.machine;
	stepper->prog_type = stepper->loaded.units[0].resolved.type;
	return OK;
}

static int create_map(struct stepper *stepper, unsigned index)
{
	const struct rawbpf_text_map *text = &stepper->program.maps[index];
	struct rawbpf_vm_map *map = &stepper->maps[index];
	int err;

	*map = (struct rawbpf_vm_map){ .name = text->name, .type = text->type, .key_size = text->key_size,
		.value_size = text->value_size, .max_entries = text->max_entries, .flags = text->flags };
	stepper->map[index] = map;
	map->memory_size = rawbpf_vm_map_size(map);
	if (map->memory_size > MOST_MEMORY)
		return out_of_memory();
	map->memory = calloc(1, map->memory_size ? map->memory_size : 1);
	if (!map->memory)
		return out_of_memory();
	err = rawbpf_vm_map_open(map);
	return err < 0 ? tool_fail(&step_subcommand, "map %s: %s", collection_shown(text->name), strerror(-err))
		       : OK;
}

/* Assemble a text without .prog. */
static int load_program(struct stepper *stepper)
{
	static uint64_t stack[RAWBPF_VM_FRAMES * RAWBPF_VM_STACK / 8];
	static struct rawbpf_vm_region *regions[2 * TOOL_MAPS + ROOM], spare[ROOM];
	struct program *program = &stepper->program;

	program->file = stepper->collection.file;
	if (tool_assemble(&step_subcommand, program, 1) != OK)
		return FAILED;
	for (unsigned i = 0; i < program->map_count; i++)
		if (create_map(stepper, i) != OK)
			return FAILED;
	stepper->prog = (struct rawbpf_vm_prog){ .insns = program->insns, .insn_count = program->count };
	stepper->spec = (struct rawbpf_vm_spec){
		.prog = &stepper->prog, .stack = stack, .stack_size = sizeof stack, .regions = regions,
		.region_max = RAWBPF_COUNT(regions), .spare = spare, .spare_count = RAWBPF_COUNT(spare),
		.maps = stepper->map, .map_count = program->map_count };
	stepper->prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	return OK;
}

/* ------------------------------------------------------------------------------- the lines */

unsigned step_line(const struct stepper *stepper, const struct rawbpf_vm_prog *prog, unsigned slot,
		   unsigned *macro)
{
	*macro = 0;
	if (slot >= prog->insn_count)
		return 0;
	if (prog == &stepper->prog)
		return stepper->program.lines[slot];
	for (unsigned i = 0; i < stepper->loaded.unit_count; i++)
		if (prog == &stepper->loaded.units[i].prog) {
			unsigned line = stepper->loaded.units[i].resolved.lines[slot];

			*macro = line & 0xffff;
			return line >> 16;
		}
	return 0;
}

struct rawbpf_vm_map *step_map(const struct stepper *stepper, unsigned index)
{
	return stepper->vm.spec.maps[index];
}

/* ------------------------------------------------------------------------------- the context */

/* Go to the packet that the program gets. */
static int find_packet(const struct stepper *stepper, struct packets *packets)
{
	const struct step_options *options = &stepper->options;
	int got = 1;

	if (packets_open(packets, &step_subcommand, options->packet) != OK)
		return FAILED;
	while (got > 0 && packets->number < options->number)
		got = packets_next(packets);
	if (got == 0)
		return tool_fail(&step_subcommand, "%s has no packet %llu", packets->file.name, options->number);
	return got < 0 ? FAILED : OK;
}

static int find_type(struct stepper *stepper)
{
	const char *type = stepper->options.type;
	int found = type ? rawbpf_constant_find(RAWBPF_PROG_TYPE, type) : (int)stepper->prog_type;

	if (found <= 0)
		return tool_fail(&step_subcommand, "--type wants the name of a program type, such as xdp, "
				 "sched_cls or socket_filter, not '%s'", collection_shown(type));
	stepper->prog_type = (unsigned)found;
	return OK;
}

/* Read the bytes of --context in place. Returns their number, or -1 after a message. */
static int read_context(const char *text, unsigned char *bytes, size_t size)
{
	size_t count = 0;

	for (; text && *text; text++) {
		int high = tool_hex_digit(text[0]), low = high < 0 ? -1 : tool_hex_digit(text[1]);

		if (*text == ' ')
			continue;
		if (low < 0 || count == size)
			return tool_fail(&step_subcommand, "--context wants up to %zu bytes as pairs of hex digits",
					 size), -1;
		bytes[count++] = (unsigned char)(high << 4 | low);
		text++;
	}
	return (int)count;
}

static int open_context(struct stepper *stepper)
{
	static unsigned char fields[1024];
	struct rawbpf_vm_context_spec spec = { .prog_type = stepper->prog_type, .fields = fields };
	struct packets packets;
	int given = read_context(stepper->options.context, fields, sizeof fields), err;

	if (given < 0 || find_packet(stepper, &packets) != OK)
		return FAILED;
	spec.fields_size = (size_t)given;
	spec.packet = packets.data;
	spec.packet_size = packets.size;
	spec.memory_size = RAWBPF_VM_HEADROOM + packets.size + ROOM;
	spec.memory = calloc(1, spec.memory_size);
	if (!spec.memory)
		return out_of_memory();
	err = rawbpf_vm_context_open(&stepper->context, &spec);
	if (err == -EINVAL && !given) { /* a type whose context has any size */
		spec.fields_size = sizeof fields;
		err = rawbpf_vm_context_open(&stepper->context, &spec);
	}
	if (err == -EINVAL && packets.size < 14)
		return tool_fail(&step_subcommand, "%s: a packet of %zu bytes; programs of this type get 14 or more",
				 packets.file.name, packets.size);
	if (!err)
		err = rawbpf_vm_context_bind(&stepper->context, &stepper->spec);
	return err < 0 ? tool_fail(&step_subcommand, "the context of a program of type %s: %s",
				   rawbpf_constant_name(RAWBPF_PROG_TYPE, stepper->prog_type), strerror(-err)) : OK;
}

/* ------------------------------------------------------------------------------- the machine */

static int open_machine(struct stepper *stepper)
{
	int err = rawbpf_vm_open(&stepper->vm, &stepper->spec);
	char text[STEP_LINE];

	if (!err)
		return OK;
	rawbpf_vm_trap_explain(text, sizeof text, &stepper->vm);
	return tool_fail(&step_subcommand, "%s: %s", stepper->collection.file.name,
			 stepper->vm.trap.kind ? text : strerror(-err));
}

static int open_undo(struct stepper *stepper)
{
	const struct rawbpf_vm_area areas[] = {
		{ &stepper->context, sizeof stepper->context },
		{ stepper->context.spec.memory, stepper->context.spec.memory_size },
		{ &stepper->world, sizeof stepper->world },
		{ stepper->trace, sizeof stepper->trace },
	};
	struct rawbpf_vm_undo_spec spec = { .areas = areas, .area_count = RAWBPF_COUNT(areas) };
	int err;

	spec.memory_size = rawbpf_vm_undo_size(&stepper->vm, &spec) + RECORDS;
	spec.memory = malloc(spec.memory_size);
	if (!spec.memory)
		return out_of_memory();
	err = rawbpf_vm_undo_open(&stepper->undo, &stepper->vm, &spec);
	return err < 0 ? tool_fail(&step_subcommand, "records: %s", strerror(-err)) : OK;
}

/* Read a file, or take the text of the tool of this name. A path has a '/', so ./NAME is a file. */
static int read_text(const struct stepper *stepper, struct file *file)
{
	const struct text *text = text_find(stepper->options.path);

	if (!text)
		return tool_read(&step_subcommand, stepper->options.path, file);
	*file = (struct file){ .name = text->name, .data = (char *)text->source, .size = strlen(text->source) };
	return OK;
}

int step_load(struct stepper *stepper)
{
	struct file *file = &stepper->collection.file;
	int status;

	if (read_text(stepper, file) != OK)
		return FAILED;
	status = rawbpf_collection_has(file->data, file->size) ? load_collection(stepper) : load_program(stepper);
	if (status == OK && stepper->options.prog && stepper->prog.insns)
		return tool_fail(&step_subcommand, "%s has no .prog, so --prog finds nothing", file->name);
	if (status != OK || find_lines(stepper) != OK || find_type(stepper) != OK)
		return FAILED;
	stepper->world = (struct rawbpf_vm_world){
		.time = 1000000000, .time_step = 1000, .pid = 42, .tid = 42, .uid = 1000, .gid = 1000,
		.comm = "step", .random = 1, .trace = stepper->trace, .trace_size = sizeof stepper->trace };
	rawbpf_vm_helpers_get(&stepper->helpers, &stepper->world);
	stepper->spec.helpers = &stepper->helpers;
	if (open_context(stepper) != OK || open_machine(stepper) != OK)
		return FAILED;
	return open_undo(stepper);
}
