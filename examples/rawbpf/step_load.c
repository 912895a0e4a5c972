/* SPDX-License-Identifier: MIT */
/* rawbpf step: from a text and a packet to a machine at its first instruction. */
#include "step.h"
#include "texts.h"

#include <errno.h>
#include <rawbpf/constant.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 16 << 20 };

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

/* Open the kernel's BTF: a name needs it. */
static void open_kernel(void *context)
{
	struct stepper *stepper = context;

	stepper->symbols.open_kernel = NULL;
	if (rawbpf_btf_kernel_open(&stepper->kernel) == 0)
		stepper->symbols.kernel = &stepper->kernel;
}

/* Load a program of a text with .prog. */
static int load_collection(struct stepper *stepper)
{
	int prog = find_prog(stepper);

	if (prog < 0)
		return FAILED;
	stepper->symbols.context = stepper;
	if (stepper->collection.run.offsets)
		stepper->symbols.offsets = &stepper->collection.offsets;
	else
		stepper->symbols.open_kernel = open_kernel;
	stepper->loaded = &stepper->machine.loaded;
	return machine_load_collection(&stepper->machine, &stepper->collection, (unsigned)prog, &stepper->symbols);
}

/* Load a text without .prog. */
static int load_program(struct stepper *stepper)
{
	stepper->program.file = stepper->collection.file;
	stepper->machine.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	if (tool_assemble(&step_subcommand, &stepper->program, 1) != OK)
		return FAILED;
	return !stepper->program.count ?
	       tool_fail(&step_subcommand, "%s: the text has no instruction", stepper->program.file.name) :
	       machine_load_program(&stepper->machine, &stepper->program);
}

/* ------------------------------------------------------------------------------- the lines */

unsigned step_line(const struct stepper *stepper, const struct rawbpf_vm_prog *prog, unsigned slot,
		   unsigned *macro)
{
	*macro = 0;
	if (slot >= prog->insn_count)
		return 0;
	if (prog == &stepper->machine.prog)
		return stepper->program.lines[slot];
	for (unsigned i = 0; stepper->loaded && i < stepper->loaded->unit_count; i++)
		if (prog == &stepper->loaded->units[i].prog) {
			unsigned line = stepper->loaded->units[i].resolved.lines[slot];

			*macro = line & 0xffff;
			return line >> 16;
		}
	return 0;
}

struct rawbpf_vm_map *step_map(const struct stepper *stepper, unsigned index)
{
	return (stepper->vm ? &stepper->vm->spec : &stepper->machine.spec)->maps[index];
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
	int found = type ? rawbpf_constant_find(RAWBPF_PROG_TYPE, type) : (int)stepper->machine.prog_type;

	if (found <= 0)
		return tool_fail(&step_subcommand, "--type wants the name of a program type, such as xdp, "
				 "sched_cls or socket_filter, not '%s'", collection_shown(type));
	stepper->machine.prog_type = (unsigned)found;
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
	struct packets packets;
	int given = read_context(stepper->options.context, fields, sizeof fields);

	stepper->context = &stepper->own_context;
	if (given < 0 || find_packet(stepper, &packets) != OK)
		return FAILED;
	return machine_open_context(&stepper->machine, &stepper->machine.spec, stepper->context, &packets, fields,
				    (size_t)given, sizeof fields);
}

/* ------------------------------------------------------------------------------- the machine */

static int open_machine(struct stepper *stepper)
{
	int err = rawbpf_vm_open(&stepper->own_vm, &stepper->machine.spec);
	char text[STEP_LINE];

	stepper->vm = &stepper->own_vm;
	if (!err)
		return OK;
	rawbpf_vm_trap_explain(text, sizeof text, stepper->vm);
	return tool_fail(&step_subcommand, "%s: %s", stepper->collection.file.name,
			 stepper->vm->trap.kind ? text : strerror(-err));
}

static int open_undo(struct stepper *stepper)
{
	const struct rawbpf_vm_area areas[] = {
		{ stepper->context, sizeof *stepper->context },
		{ stepper->context->spec.memory, stepper->context->spec.memory_size },
		{ &stepper->machine.world, sizeof stepper->machine.world },
		{ stepper->trace, sizeof stepper->trace },
		{ &stepper->test.world, sizeof stepper->test.world },
		{ stepper->test.values, sizeof stepper->test.values },
	};
	struct rawbpf_vm_undo_spec spec = { .areas = areas, .area_count = RAWBPF_COUNT(areas) };
	int err;

	spec.memory_size = rawbpf_vm_undo_size(stepper->vm, &spec) + RECORDS;
	spec.memory = malloc(spec.memory_size);
	if (!spec.memory)
		return out_of_memory();
	err = rawbpf_vm_undo_open(&stepper->undo, stepper->vm, &spec);
	return err < 0 ? tool_fail(&step_subcommand, "records: %s", strerror(-err)) : OK;
}

int step_read(struct stepper *stepper)
{
	struct collection *collection = &stepper->collection;

	collection->subcommand = stepper->machine.subcommand = &step_subcommand;
	if (text_read(&step_subcommand, stepper->options.path, &collection->file) != OK)
		return FAILED;
	return rawbpf_collection_has(collection->file.data, collection->file.size) ? collection_parse(collection) : OK;
}

/* Load the program of the text, with what --packet, --map and the others give it. */
static int load(struct stepper *stepper)
{
	const struct file *file = &stepper->collection.file;
	int has_prog = stepper->collection.tables.prog_count != 0;

	if (stepper->options.prog && !has_prog)
		return tool_fail(&step_subcommand, "%s has no .prog, so --prog finds nothing", file->name);
	if ((has_prog ? load_collection(stepper) : load_program(stepper)) != OK || find_type(stepper) != OK)
		return FAILED;
	stepper->machine.world = (struct rawbpf_vm_world){
		.time = 1000000000, .time_step = 1000, .pid = 42, .tid = 42, .uid = 1000, .gid = 1000,
		.comm = "step", .random = 1, .trace = stepper->trace, .trace_size = sizeof stepper->trace };
	rawbpf_vm_helpers_get(&stepper->helpers, &stepper->machine.world);
	stepper->machine.spec.helpers = &stepper->helpers;
	stepper->machine.spec.check = rawbpf_vm_unset_check;
	return open_context(stepper) != OK || step_map_set(stepper) != OK || open_machine(stepper) != OK ? FAILED : OK;
}

int step_load(struct stepper *stepper)
{
	if (find_lines(stepper) != OK || collection_read_offsets(&stepper->collection) != OK)
		return FAILED;
	if ((stepper->options.test ? step_test_load(stepper) : load(stepper)) != OK)
		return FAILED;
	return open_undo(stepper);
}
