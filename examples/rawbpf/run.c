/* SPDX-License-Identifier: MIT */
/* rawbpf run: assemble, create the maps, load, run once in the kernel, print the results. */
#include "../token.h"
#include "collected.h"
#include "load.h"
#include "texts.h"

#include <errno.h>
#include <getopt.h>
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

struct run_options {
	int type; /* index in `types` */
	const char *data_path;
	const char *path;
	long repeat;
	int verbose;
	int is_check;        /* of collections */
	enum rawbpf_way way;
	const char *pins, *offsets;
};

static int load(const struct program *program, const struct run_options *options)
{
	return load_program(&run_subcommand, program, &(struct load){
		.type = types[options->type].type, .verbose = options->verbose });
}

/* ------------------------------------------------------------------------- r0 */

/*
 * Load the program as the function of another one that stores all 64 bits of r0 in a map. The
 * result of a test run has only 32. Returns a descriptor, or a negative errno if the program cannot
 * be a function: because of its stack, its levels of calls, or its packet loads.
 */
static int load_as_function(const struct program *program, const struct run_options *options,
			    int map)
{
	const struct bpf_insn caller[] = {
		BPF_CALL_REL(4), /* the context stays in r1 */
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	size_t size = program->count * sizeof *program->insns;
	unsigned flags = load_flags(types[options->type].type);
	struct bpf_insn *insns = malloc(sizeof caller + size);
	int prog, token = token_use(&flags);

	if (!insns)
		return -ENOMEM;
	memcpy(insns, caller, sizeof caller);
	memcpy(insns + RAWBPF_COUNT(caller), program->insns, size);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = types[options->type].type,
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

/* Run the program. `r0` is the map where it stores r0, or negative. */
static int run_program(const struct program *program, int prog, int r0,
		       const struct run_options *options, const struct file *data, const int *fds)
{
	static unsigned char out[65536];
	int has_packet = options->type < TYPES - 2;
	struct rawbpf_prog_run run = {
		.data_in = has_packet ? data->data : NULL,
		.data_size_in = has_packet ? data->size : 0,
		.data_out = has_packet ? out : NULL,
		.data_size_out = has_packet ? sizeof out : 0,
		.ctx_in = !has_packet && data->size ? data->data : NULL,
		.ctx_size_in = !has_packet ? data->size : 0,
		.repeat = has_packet ? options->repeat : 0,
	};
	int err = rawbpf_prog_run(prog, &run);

	if (err < 0) {
		char why[512];

		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_PROG_RUN, .error = err,
			.type = types[options->type].type, .lines = 1 });
		return tool_fail(&run_subcommand, "running the program: %s", why);
	}
	print_r0(run.retval, r0);
	if (has_packet) {
		printf("time  %u ns\n", run.duration);
		if (run.data_size_out == data->size && memcmp(out, data->data, data->size) == 0) {
			printf("data  %zu bytes, unchanged\n", data->size);
		} else {
			printf("data  %u bytes\n", run.data_size_out);
			print_bytes("  ", out, run.data_size_out);
		}
	}
	for (unsigned i = 0; i < program->map_count; i++)
		print_map(&program->maps[i], fds[i]);
	return tool_finish(&run_subcommand);
}

/* Run a program without .prog once. program->file was read. */
static int run(struct program *program, const struct run_options *options)
{
	static char zeros[64];
	struct file data = { .name = "zeros", .data = zeros, .size = sizeof zeros };
	int fds[TOOL_MAPS], prog, r0, recorder;

	if (options->type >= TYPES - 2)
		data.size = 0;
	if (options->data_path && tool_read(&run_subcommand, options->data_path, &data) != OK)
		return FAILED;
	if (tool_assemble(&run_subcommand, program, 1) != OK)
		return FAILED;
	if (load_maps(&run_subcommand, program, fds) != OK)
		return FAILED;
	prog = load(program, options);
	if (prog < 0)
		return FAILED;
	r0 = create_r0_map();
	recorder = r0 < 0 ? r0 : load_as_function(program, options, r0);
	return recorder < 0 ? run_program(program, prog, -1, options, &data, fds)
			    : run_program(program, recorder, r0, options, &data, fds);
}

static int find_type(const char *name)
{
	for (int i = 0; i < TYPES; i++)
		if (strcmp(types[i].name, name) == 0)
			return i;
	fprintf(stderr, "rawbpf run: -t wants one of");
	for (int i = 0; i < TYPES; i++)
		fprintf(stderr, " %s", types[i].name);
	fprintf(stderr, ", not '%s'\n", name);
	return -1;
}

/* Return the way of --way, or -1 after a message. */
static int find_way(const char *name)
{
	int way = rawbpf_way_find(name);

	if (way > 0)
		return way;
	fprintf(stderr, "rawbpf run: --way wants one of");
	for (way = 1; way < RAWBPF_WAYS; way++)
		fprintf(stderr, " %s", rawbpf_way_name(way));
	fprintf(stderr, ", not '%s'\n", name);
	return -1;
}

enum { OPTION_CHECK = 512, OPTION_WAY, OPTION_MAPS, OPTION_OFFSETS };

/* Take an option of the subcommand. Returns -1, or an exit status. */
static int take_option(struct run_options *options, struct program *program, int letter)
{
	char *end;
	int way;

	switch (letter) {
	case 't':
		options->type = find_type(optarg);
		return options->type < 0 ? USAGE : -1;
	case 'd':
		options->data_path = optarg;
		return -1;
	case 'r':
		options->repeat = strtol(optarg, &end, 10);
		if (end != optarg && !*end && options->repeat >= 1 && options->repeat <= 1000000000)
			return -1;
		tool_fail(&run_subcommand, "-r wants a number, 1 to 1000000000, not '%s'", optarg);
		return USAGE;
	case 'W':
		return tool_warning_option(&run_subcommand, optarg, program) == OK ? -1 : USAGE;
	case 'v':
		options->verbose = 1;
		return -1;
	case OPTION_CHECK:
		options->is_check = 1;
		return -1;
	case OPTION_WAY:
		way = find_way(optarg);
		options->way = way < 0 ? RAWBPF_WAY_NONE : way;
		return way < 0 ? USAGE : -1;
	case OPTION_MAPS:
		options->pins = optarg;
		return -1;
	case OPTION_OFFSETS:
		options->offsets = optarg;
		return -1;
	default:
		return tool_option(&run_subcommand, letter, NULL);
	}
}

/* Parse the options up to the next argument that is none. Returns -1, or an exit status. */
static int parse_options(struct run_options *options, struct program *program, int argc, char **argv)
{
	static const struct option long_options[] = { { "help", no_argument, NULL, 'h' },
						      { "check", no_argument, NULL, OPTION_CHECK },
						      { "way", required_argument, NULL, OPTION_WAY },
						      { "maps", required_argument, NULL, OPTION_MAPS },
						      { "offsets", required_argument, NULL, OPTION_OFFSETS },
						      { NULL, 0, NULL, 0 } };
	int letter, status = -1;

	while (status < 0 && (letter = getopt_long(argc, argv, "+t:d:r:W:vh", long_options, NULL)) != -1)
		status = take_option(options, program, letter);
	return status;
}

/* Run a text with .prog; what follows its name are its own options. */
static int run_collection(const struct run_options *options, const struct file *file, int argc,
			  char **argv)
{
	static struct collection collection;
	int status;

	collection.subcommand = &run_subcommand;
	collection.file = *file;
	collection.way = options->way;
	collection.is_check = options->is_check;
	collection.verbose = options->verbose;
	collection.pins = options->pins;
	collection.offsets_path = options->offsets;
	if (collection_read_offsets(&collection) != OK || collection_parse(&collection) != OK)
		return FAILED;
	status = collection_options(&collection, argc, argv);
	return status < 0 ? collection_run(&collection) : status;
}

/* Read a file, or take the text of the tool of this name. A path has a '/', so ./NAME is a file. */
static int read_text(const char *path, struct file *file)
{
	const struct text *text = path ? text_find(path) : NULL;

	if (!text)
		return tool_read(&run_subcommand, path, file);
	*file = (struct file){ .name = text->name, .data = (char *)text->source,
			       .size = strlen(text->source) };
	return OK;
}

int run_main(int argc, char **argv)
{
	struct run_options options = { .repeat = 1 };
	struct program program = { 0 };
	int status = parse_options(&options, &program, argc, argv), file;

	if (status >= 0)
		return status;
	file = optind;
	if (read_text(argv[file], &program.file) != OK)
		return FAILED;
	if (rawbpf_collection_has(program.file.data, program.file.size))
		return run_collection(&options, &program.file, argc - file, argv + file);
	optind += file < argc; /* options may also follow the name of a plain program */
	status = parse_options(&options, &program, argc, argv);
	if (status >= 0)
		return status;
	if (optind < argc || options.is_check || options.way || options.pins || options.offsets)
		return tool_usage_error(&run_subcommand);
	return run(&program, &options);
}

const struct subcommand run_subcommand = {
	.name = "run",
	.usage = "[-t TYPE] [-d DATA-FILE] [-r REPEAT] [-Werror] [-v] [FILE]\n"
		 "       [--check] [--way WAY] [--maps DIR] [--offsets FILE] [-v] FILE [OPTION]...",
	.help = "Assemble the program in FILE (or standard input), create its maps, and run it in\n"
		"the kernel on a packet. Print r0, the time, the packet after the run, and the\n"
		"maps.\n"
		"\n"
		"If FILE has .prog directives, load its programs, attach them, and print records\n"
		"and maps until Ctrl-C. `rawbpf run FILE -h` prints the options of FILE, which may\n"
		"be the name of a tool: `rawbpf show` lists them.\n"
		"\n"
		"  -t TYPE       socket_filter (default), sched_cls, sched_act, xdp, cgroup_skb,\n"
		"                raw_tp or syscall; the last two receive a context instead\n"
		"  -d DATA-FILE  read the packet or context (default: a packet of 64 zeros)\n"
		"  -r REPEAT     run it this many times and print the average\n"
		"  -Werror       treat warnings of the assembler as errors\n"
		"  -v            print the verifier's whole log if it rejects the program\n"
		"  --check       load the programs, and print how they would be attached\n"
		"  --way WAY     attach by this way only: kprobe, tracepoint, raw_tp, fentry, ...\n"
		"  --maps DIR    use the maps that are pinned in DIR by their names\n"
		"  --offsets FILE  on a kernel without BTF: what `rawbpf btf offsets` wrote elsewhere\n"
		"  -h, --help    print this help\n"
		"\n"
		"It needs root, or CAP_BPF (and CAP_NET_ADMIN or CAP_PERFMON for other types).\n",
	.main = run_main,
};
