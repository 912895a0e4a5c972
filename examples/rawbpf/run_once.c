/* SPDX-License-Identifier: MIT */
/* rawbpf run of one program: assemble, create the maps, load, run once, print the results. */
#include "../token.h"
#include "load.h"
#include "packets.h"
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The types that BPF_PROG_TEST_RUN runs on a packet, or without one. */
static const struct {
	const char *name;
	unsigned type;
} types[] = {
	{ "socket_filter", BPF_PROG_TYPE_SOCKET_FILTER },
	{ "sched_cls", BPF_PROG_TYPE_SCHED_CLS },
	{ "sched_act", BPF_PROG_TYPE_SCHED_ACT },
	{ "xdp", BPF_PROG_TYPE_XDP },
	{ "cgroup_skb", BPF_PROG_TYPE_CGROUP_SKB },
	{ "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT },
	{ "syscall", LOAD_SYSCALL },
};
enum { TYPES = sizeof types / sizeof types[0] };

/* A program that runs once. */
struct once {
	struct program *program;
	const struct run_options *options;
	unsigned type;       /* BPF_PROG_TYPE_* */
	int has_packet;      /* else it receives a context, or nothing */
	int fds[TOOL_MAPS];
	int prog, r0;        /* r0: the map where it stores r0, or negative */
};

/* Find the type of --type. Returns OK, or USAGE after a message. */
static int find_type(struct once *once, const char *name)
{
	char names[128] = "";

	for (int i = 0; i < TYPES; i++) {
		once->type = types[i].type;
		once->has_packet = i < TYPES - 2;
		if (!name || strcmp(types[i].name, name) == 0)
			return OK;
		snprintf(names + strlen(names), sizeof names - strlen(names), " %s", types[i].name);
	}
	tool_fail(&run_subcommand, "--type wants one of%s, not '%s'", names, name);
	return USAGE;
}

/* ------------------------------------------------------------------------- r0 */

/*
 * Load the program as the function of another one that stores all 64 bits of r0 in a map. The
 * result of a test run has only 32. Returns a descriptor, or a negative errno if the program cannot
 * be a function: because of its stack, its levels of calls, or its packet loads.
 */
static int load_as_function(const struct once *once, int map)
{
	const struct program *program = once->program;
	const struct bpf_insn caller[] = {
		BPF_CALL_REL(4), /* the context stays in r1 */
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	size_t size = program->count * sizeof *program->insns;
	unsigned flags = load_flags(once->type);
	struct bpf_insn *insns = malloc(sizeof caller + size);
	int prog, token = token_use(&flags);

	if (!insns)
		return -ENOMEM;
	memcpy(insns, caller, sizeof caller);
	memcpy(insns + RAWBPF_COUNT(caller), program->insns, size);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = once->type,
		.token = token,
		.flags = flags,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(caller) + program->count,
	});
	free(insns);
	return prog;
}

/* Create the map for r0. Returns a descriptor or a negative errno. */
static int create_r0_map(void)
{
	unsigned flags = 0;
	int token = token_use(&flags);

	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.token = token, .flags = flags,
		.name = "r0", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = 1 });
}

/* Print all of r0, if the map has it. */
static void print_r0(uint32_t low, int map)
{
	const unsigned key = 0;
	uint64_t r0;

	if (map >= 0 && rawbpf_map_lookup(map, &key, &r0, 0) == 0 && (uint32_t)r0 == low)
		printf("r0    %llu (0x%llx)\n", (unsigned long long)r0, (unsigned long long)r0);
	else
		printf("r0    %u (0x%x), low 32 bits\n", low, low);
}

/* ------------------------------------------------------------------------- running */

static void print_bytes(const char *indent, const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%s%02x%s", i % 16 ? " " : indent, bytes[i],
		       i % 16 == 15 || i + 1 == size ? "\n" : "");
}

/* Print the elements that are not 0. An array has all elements, most of them 0. */
static int print_map(const struct rawbpf_text_map *map, int fd)
{
	struct rawbpf_map_iter iter;
	const void *key, *value;
	int err = rawbpf_map_iter_open(&iter, fd);

	printf("map %s\n", map->name);
	while (err >= 0 && (err = rawbpf_map_iter_next(&iter, &key, &value)) > 0) {
		print_bytes("  key   ", key, iter.layout.key_size);
		print_bytes("  value ", value, iter.layout.lookup_size);
	}
	rawbpf_map_iter_close(&iter);
	if (err < 0)
		printf("  (cannot be listed: %s)\n", strerror(-err));
	return OK;
}

/* Print what a packet became. */
static void print_data(const struct packets *packets, const unsigned char *out, size_t size)
{
	if (size == packets->size && memcmp(out, packets->data, size) == 0) {
		printf("data  %zu bytes, unchanged\n", size);
	} else {
		printf("data  %zu bytes\n", size);
		print_bytes("  ", out, size);
	}
}

/* Run the program on the current packet. Returns OK, or FAILED after a message. */
static int run_packet(const struct once *once, const struct packets *packets)
{
	static unsigned char out[65536];
	int has_packet = once->has_packet;
	struct rawbpf_prog_run run = {
		.data_in = has_packet ? packets->data : NULL,
		.data_size_in = has_packet ? packets->size : 0,
		.data_out = has_packet ? out : NULL,
		.data_size_out = has_packet ? sizeof out : 0,
		.ctx_in = !has_packet && packets->size ? packets->data : NULL,
		.ctx_size_in = !has_packet ? packets->size : 0,
		.repeat = !has_packet ? 0 : once->options->repeat ? once->options->repeat : 1,
	};
	int err = rawbpf_prog_run(once->prog, &run);
	char why[512];

	if (err < 0) {
		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_PROG_RUN, .error = err, .type = once->type, .lines = 1 });
		return packets->is_pcap ? tool_fail(&run_subcommand, "packet %u: %s", packets->number, why) :
		       tool_fail(&run_subcommand, "running the program: %s", why);
	}
	if (packets->is_pcap)
		printf("packet %u\n", packets->number);
	print_r0(run.retval, once->r0);
	if (has_packet) {
		printf("time  %u ns\n", run.duration);
		print_data(packets, out, run.data_size_out);
	}
	return OK;
}

/* Create the maps, and load the program. Returns OK, or FAILED after a message. */
static int load(struct once *once)
{
	int recorder;

	if (load_maps(&run_subcommand, once->program, once->fds) != OK)
		return FAILED;
	once->prog = load_program(&run_subcommand, once->program, &(struct load){
		.type = once->type, .verbose = once->options->is_verbose });
	if (once->prog < 0)
		return FAILED;
	once->r0 = create_r0_map();
	recorder = once->r0 < 0 ? once->r0 : load_as_function(once, once->r0);
	if (recorder < 0)
		once->r0 = -1;
	else
		once->prog = recorder;
	return OK;
}

int run_once(struct program *program, const struct run_options *options)
{
	struct once once = { .program = program, .options = options };
	struct packets packets;
	int more, status = find_type(&once, options->type);

	if (status != OK)
		return status;
	if (packets_open(&packets, &run_subcommand, options->packet) != OK)
		return FAILED;
	if (!once.has_packet && packets.is_pcap)
		return tool_fail(&run_subcommand, "a program of this type receives no packet, but a context");
	if (!once.has_packet && !options->packet)
		packets.file.size = 0;
	program->warnings_are_errors = options->is_strict;
	if (tool_assemble(&run_subcommand, program, 1) != OK || load(&once) != OK)
		return FAILED;
	while ((more = packets_next(&packets)) > 0)
		if (run_packet(&once, &packets) != OK)
			return FAILED;
	for (unsigned i = 0; i < program->map_count; i++)
		print_map(&program->maps[i], once.fds[i]);
	status = tool_finish(&run_subcommand);
	return more < 0 ? FAILED : status;
}
