/* SPDX-License-Identifier: MIT */
/* rawbpf run of a text without .prog: assemble, create the maps, load, run once, print the results. */
#include "load.h"
#include "machine.h"
#include "once.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Print all elements of a map of the kernel. */
static void print_map(const struct rawbpf_text_map *map, int fd)
{
	struct rawbpf_map_iter iter;
	const void *key, *value;
	int err = rawbpf_map_iter_open(&iter, fd);

	printf("map %s\n", map->name);
	while (err >= 0 && (err = rawbpf_map_iter_next(&iter, &key, &value)) > 0) {
		once_print_bytes("  key   ", key, iter.layout.key_size);
		once_print_bytes("  value ", value, iter.layout.lookup_size);
	}
	rawbpf_map_iter_close(&iter);
	if (err < 0)
		printf("  (cannot be listed: %s)\n", strerror(-err));
}

/* Create the maps, and load the program. Returns OK, or FAILED after a message. */
static int load(struct once *once, struct program *program, int *fds, int is_verbose)
{
	if (load_maps(&run_subcommand, program, fds) != OK)
		return FAILED;
	once->prog = load_program(&run_subcommand, program, &(struct load){
		.type = once->type, .verbose = is_verbose });
	if (once->prog < 0)
		return FAILED;
	once_record_r0(once, program->insns, program->count);
	return OK;
}

/* Print a map of the machine in the same way. */
static void print_machine_map(struct rawbpf_vm_map *map)
{
	unsigned char key[512], *value = calloc(1, map->value_size + 1);
	int err;

	printf("map %s\n", map->name);
	for (err = rawbpf_vm_map_next(map, NULL, key); value && !err; err = rawbpf_vm_map_next(map, key, key)) {
		if (rawbpf_vm_map_lookup(map, key, value) < 0)
			continue;
		once_print_bytes("  key   ", key, map->key_size);
		once_print_bytes("  value ", value, map->value_size);
	}
	free(value);
	if (err && err != -ENOENT)
		printf("  (cannot be listed: %s)\n", strerror(-err));
}

/* Run the program on all packets, in the machine or, without one, in the kernel. Print its maps. */
static int run_packets_of(const struct once *once, struct machine *machine, const struct program *program,
			  struct packets *packets, const int *fds)
{
	int more, status;

	while ((more = packets_next(packets)) > 0) {
		status = machine ? once_run_machine(once, machine, program, packets) : once_run(once, packets);
		if (status != OK)
			return FAILED;
	}
	for (unsigned i = 0; i < program->map_count; i++)
		if (machine)
			print_machine_map(&machine->maps[i]);
		else
			print_map(&program->maps[i], fds[i]);
	status = tool_finish(&run_subcommand);
	return more < 0 ? FAILED : status;
}

int run_once(struct program *program, const struct run_options *options)
{
	static struct machine machine;
	struct once once = { .subcommand = &run_subcommand, .repeat = options->repeat };
	struct packets packets;
	int fds[TOOL_MAPS], status = once_find_type(&once, options->type);

	machine.subcommand = &run_subcommand; /* with an initialiser, the file would hold all of it */
	if (status != OK)
		return status;
	if (packets_open(&packets, &run_subcommand, options->packet) != OK)
		return FAILED;
	if (!once.has_packet && packets.is_pcap)
		return tool_fail(&run_subcommand, "a program of this type receives no packet, but a context");
	if (!once.has_packet && !options->packet)
		packets.file.size = 0;
	program->warnings_are_errors = options->is_strict;
	if (tool_assemble(&run_subcommand, program, 1) != OK)
		return FAILED;
	if (!program->count)
		return tool_fail(&run_subcommand, "%s: the text has no instruction", program->file.name);
	if (options->is_vm || once_is_refused(&once)) {
		once_begin_machine(&once, &machine);
		return machine_load_program(&machine, program) != OK ? FAILED :
		       run_packets_of(&once, &machine, program, &packets, NULL);
	}
	return load(&once, program, fds, options->is_verbose) != OK ? FAILED :
	       run_packets_of(&once, NULL, program, &packets, fds);
}
