/* SPDX-License-Identifier: MIT */
/* Run a program of a text once for each packet of --packet, without attaching it. */
#include "collection_run.h"
#include "machine.h"
#include "once.h"

#include <stdlib.h>
#include <string.h>

static const char *prog_name(const struct run *run, const struct rawbpf_live_program *program)
{
	const struct collection *collection = run->collection;

	return collection_string(collection, collection->tables.progs[program->unit.prog].name);
}

/* Find the only program that runs on packets, or has the type. Returns NULL after a message. */
static const struct rawbpf_live_program *find_program(const struct run *run, const struct once *once, int any_type)
{
	const struct subcommand *subcommand = run->collection->subcommand;
	const struct rawbpf_live_program *found = NULL;

	for (unsigned i = 0; i < run->live.program_count; i++) {
		const struct rawbpf_live_program *program = &run->live.programs[i];

		if (any_type ? !once_has_packet(program->type) : program->type != once->type)
			continue;
		if (found) {
			tool_fail(subcommand, "both %s and %s would run on the packet%s", prog_name(run, found),
				  prog_name(run, program), any_type ? "; --type chooses one" : "");
			return NULL;
		}
		found = program;
	}
	if (!found)
		tool_fail(subcommand, "%s: no program runs on packets%s; those at xdp, tc, socket and cgroup do",
			  collection_shown(run->collection->file.name), any_type ? "" : " as this --type");
	return found;
}

/* Load the program again with all bits of r0. */
static void record_r0(struct once *once, const struct run *run, const struct rawbpf_live_program *program)
{
	struct rawbpf_resolved resolved = {
		.insns = calloc(program->slots, sizeof *resolved.insns), .max = program->slots };
	int count = !resolved.insns ? -1 :
		    rawbpf_collection_resolve(&resolved, &run->collection->tables, &program->unit, &run->live.env);

	if (count > 0)
		once_record_r0(once, resolved.insns, count);
	free(resolved.insns);
}

/* Print the maps that .show lines name, at the end. */
static int print_maps(const struct run *run)
{
	const struct collection *collection = run->collection;

	for (unsigned i = 0; i < collection->tables.show_count; i++)
		if (!collection->tables.shows[i].is_pending)
			collection_print_show(collection, &run->live, &collection->tables.shows[i]);
	return tool_finish(collection->subcommand);
}

int run_packets(struct run *run)
{
	const struct collection *collection = run->collection;
	const struct run_options *options = &collection->run;
	const struct rawbpf_live_program *program;
	struct once once = { .subcommand = collection->subcommand, .repeat = options->repeat, .r0 = -1,
			     .is_json = options->is_json,
			     .license = collection_string(collection, collection->tables.license) };
	struct packets packets;
	int more, status = once_find_type(&once, options->type);

	if (status != OK)
		return status;
	program = find_program(run, &once, !options->type);
	if (!program || packets_open(&packets, collection->subcommand, options->packet) != OK)
		return FAILED;
	once.type = program->type;
	once.attach_type = program->attach_type;
	once.has_packet = once_has_packet(once.type);
	once.prog = program->fd;
	record_r0(&once, run, program);
	while ((more = packets_next(&packets)) > 0) {
		if (once_run(&once, &packets) != OK)
			return FAILED;
		if (run->live.ring_count && rawbpf_live_run(&run->live, 0) < 0)
			return tool_fail(collection->subcommand, "the ring cannot be read");
	}
	status = print_maps(run);
	return more < 0 ? FAILED : status;
}

/* ------------------------------------------------------------------------- in user space */

/* Return the type of programs on packets that a place makes; 0: none. At `none` it is the kernel's default. */
static unsigned type_of(const struct rawbpf_table_place *place)
{
	if (place->tail)
		return 0;
	switch (place->way) {
	case RAWBPF_WAY_XDP:
		return BPF_PROG_TYPE_XDP;
	case RAWBPF_WAY_TC:
		return BPF_PROG_TYPE_SCHED_CLS;
	case RAWBPF_WAY_NONE:
	case RAWBPF_WAY_SOCKET:
		return BPF_PROG_TYPE_SOCKET_FILTER;
	case RAWBPF_WAY_CGROUP:
		return BPF_PROG_TYPE_CGROUP_SKB;
	default:
		return 0;
	}
}

/* Load the only program on packets, or of the type. Returns OK, or FAILED after a message. */
static int load_machine(struct machine *machine, const struct collection *collection, struct once *once)
{
	const struct rawbpf_collection *tables = &collection->tables;
	int found = -1, any_type = !collection->run.type;
	unsigned type = once->type;

	for (unsigned i = 0; i < tables->prog_count; i++) {
		unsigned of = tables->progs[i].place_count ? type_of(&tables->places[tables->progs[i].place]) : 0;

		if (any_type ? !of : of != type)
			continue;
		if (found >= 0)
			return tool_fail(collection->subcommand, "both %s and %s would run on the packet%s",
					 collection_string(collection, tables->progs[found].name),
					 collection_string(collection, tables->progs[i].name),
					 any_type ? "; --type chooses one" : "");
		found = (int)i;
		once->type = of;
	}
	if (found < 0)
		return tool_fail(collection->subcommand, "%s: no program runs on packets%s; those at xdp, tc, socket "
				 "and cgroup do", collection_shown(collection->file.name),
				 any_type ? "" : " as this --type");
	return machine_load_collection(machine, collection, (unsigned)found, NULL);
}

/* Handle the records of all rings of the machine. */
static int read_rings(struct run *run, struct machine *machine)
{
	for (unsigned i = 0; i < machine->spec.map_count; i++) {
		struct rawbpf_live_record record = { .map = i };

		while (rawbpf_vm_ring_next(&machine->loaded.maps[i], &record.data, &record.size) == 0)
			if (run_record(run, &record) < 0)
				return FAILED;
	}
	return OK;
}

int run_packets_machine(struct run *run, struct once *once)
{
	static struct machine machine;
	struct collection *collection = run->collection;
	const struct program program = { .file = collection->file };
	struct packets packets;
	int more, status;

	machine.subcommand = collection->subcommand;
	if (load_machine(&machine, collection, once) != OK ||
	    packets_open(&packets, collection->subcommand, collection->run.packet) != OK)
		return FAILED;
	once->has_packet = once_has_packet(once->type);
	once_begin_machine(once, &machine);
	collection->machine_maps = machine.loaded.maps;
	run->live.env = machine.loaded.env;
	while ((more = packets_next(&packets)) > 0)
		if (once_run_machine(once, &machine, &program, &packets) != OK || read_rings(run, &machine) != OK)
			return FAILED;
	status = print_maps(run);
	return more < 0 ? FAILED : status;
}
