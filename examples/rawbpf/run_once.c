/* SPDX-License-Identifier: MIT */
/* rawbpf run of a text without .prog: assemble, create the maps, load, run once, print the results. */
#include "load.h"
#include "once.h"
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Print the elements that are not 0. An array has all elements, most of them 0. */
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

/* Where this process may not use bpf(2), say what runs the program without it. */
static void offer_machine(const struct file *file)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });

	if (map >= 0)
		close(map);
	if (map == -EPERM || map == -ENOSYS)
		fprintf(stderr, "   A machine in user space runs it without the kernel: rawbpf step %s\n",
			file->name ? file->name : "FILE");
}

int run_once(struct program *program, const struct run_options *options)
{
	struct once once = { .subcommand = &run_subcommand, .repeat = options->repeat };
	struct packets packets;
	int fds[TOOL_MAPS], more, status = once_find_type(&once, options->type);

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
	if (load(&once, program, fds, options->is_verbose) != OK) {
		offer_machine(&program->file);
		return FAILED;
	}
	while ((more = packets_next(&packets)) > 0)
		if (once_run(&once, &packets) != OK)
			return FAILED;
	for (unsigned i = 0; i < program->map_count; i++)
		print_map(&program->maps[i], fds[i]);
	status = tool_finish(&run_subcommand);
	return more < 0 ? FAILED : status;
}
