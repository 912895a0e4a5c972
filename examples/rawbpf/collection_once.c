/* SPDX-License-Identifier: MIT */
/* Run a program of a text once for each packet of --packet, without attaching it. */
#include "collection_run.h"
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

int run_packets(struct run *run)
{
	const struct collection *collection = run->collection;
	const struct run_options *options = &collection->run;
	const struct rawbpf_live_program *program;
	struct once once = { .subcommand = collection->subcommand, .repeat = options->repeat, .r0 = -1,
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
	for (unsigned i = 0; i < collection->tables.show_count; i++)
		if (!collection->tables.shows[i].is_pending)
			collection_print_show(collection, &run->live, &collection->tables.shows[i]);
	status = tool_finish(collection->subcommand);
	return more < 0 ? FAILED : status;
}
