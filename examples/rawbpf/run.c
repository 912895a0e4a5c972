/* SPDX-License-Identifier: MIT */
/* rawbpf run: the options of every text. Attach a text with .prog; run another one once. */
#include "run.h"
#include "texts.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------- values */

/* Read seconds with up to three decimals. Return milliseconds, or -1. */
static int64_t milliseconds(const char *text)
{
	enum { MOST = 1000000 };
	int64_t ms = 0, unit = 1000;

	if (!isdigit((unsigned char)*text))
		return -1;
	for (; isdigit((unsigned char)*text) && ms <= MOST; text++)
		ms = 10 * ms + *text - '0';
	ms *= unit;
	if (*text == '.' && isdigit((unsigned char)text[1]))
		for (text++; isdigit((unsigned char)*text) && unit > 1; text++)
			ms += (*text - '0') * (unit /= 10);
	return *text || !ms || ms > MOST * (int64_t)1000 ? -1 : ms;
}

int64_t run_seconds(const struct subcommand *subcommand, int letter, const char *text)
{
	int64_t ms = text ? milliseconds(text) : 0;

	if (ms < 0)
		tool_fail(subcommand, "-%c wants seconds, 0.001 to 1000000, not '%s'", letter, text);
	return ms;
}

static int take_repeat(const struct subcommand *subcommand, unsigned long long *repeat)
{
	if (tool_number(optarg, repeat) && *repeat >= 1 && *repeat <= 1000000000)
		return -1;
	tool_fail(subcommand, "--repeat wants a number, 1 to 1000000000, not '%s'", optarg);
	return USAGE;
}

static int take_way(const struct subcommand *subcommand, enum rawbpf_way *way)
{
	char names[256] = "";
	int found = rawbpf_way_find(optarg);

	*way = found > 0 ? found : RAWBPF_WAY_NONE;
	if (found > 0)
		return -1;
	for (int i = 1; i < RAWBPF_WAYS; i++)
		snprintf(names + strlen(names), sizeof names - strlen(names), " %s", rawbpf_way_name(i));
	tool_fail(subcommand, "--way wants one of%s, not '%s'", names, optarg);
	return USAGE;
}

static int take_strict(const struct subcommand *subcommand, struct run_options *options)
{
	struct program program;

	options->is_strict = 1;
	return tool_warning_option(subcommand, optarg, &program) == OK ? -1 : USAGE;
}

/* ---------------------------------------------------------------------------- options */

/* Return where an option's text goes, or NULL. */
static const char **text_of(struct run_options *options, int letter)
{
	switch (letter) {
	case 'd':
		return &options->end;
	case 'i':
		return &options->every;
	case 'n':
		return &options->substring;
	case RUN_MAPS:
		return &options->maps;
	case RUN_OFFSETS:
		return &options->offsets;
	case RUN_PIN:
		return &options->pin;
	case RUN_PACKET:
		return &options->packet;
	case RUN_TYPE:
		return &options->type;
	default:
		return NULL;
	}
}

int run_keep(struct run_options *options, const struct subcommand *subcommand, int letter)
{
	if (options->given_count == RUN_GIVEN) {
		tool_fail(subcommand, "more than %d options", RUN_GIVEN);
		return USAGE;
	}
	options->given[options->given_count++] = (struct run_given){ .letter = letter, .argument = optarg };
	return -1;
}

/* Take an option of every text. Returns -1, or an exit status. */
static int take(struct run_options *options, const struct subcommand *subcommand, int letter)
{
	const char **text = text_of(options, letter);

	if (text) {
		*text = optarg;
		return -1;
	}
	switch (letter) {
	case 'j':
		options->is_json = 1;
		return -1;
	case 'v':
		options->is_verbose = 1;
		return -1;
	case RUN_CHECK:
		options->is_check = 1;
		return -1;
	case RUN_SCHEMA:
		options->is_schema = 1;
		return -1;
	case RUN_VM:
		options->is_vm = 1;
		return -1;
	case RUN_WAY:
		return take_way(subcommand, &options->way);
	case RUN_REPEAT:
		return take_repeat(subcommand, &options->repeat);
	default:
		return run_keep(options, subcommand, letter);
	}
}

/* Return the first option of this letter, or NULL. */
static const struct run_given *find_given(const struct run_options *options, int letter)
{
	for (unsigned i = 0; i < options->given_count; i++)
		if (options->given[i].letter == letter)
			return &options->given[i];
	return NULL;
}

int run_parse(struct run_options *options, const struct subcommand *subcommand, int argc, char **argv,
	      const char *letters, int (*help)(void *context), void *context)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "check", no_argument, NULL, RUN_CHECK },
		{ "schema", no_argument, NULL, RUN_SCHEMA },
		{ "way", required_argument, NULL, RUN_WAY },
		{ "maps", required_argument, NULL, RUN_MAPS },
		{ "offsets", required_argument, NULL, RUN_OFFSETS },
		{ "pin", required_argument, NULL, RUN_PIN },
		{ "packet", required_argument, NULL, RUN_PACKET },
		{ "type", required_argument, NULL, RUN_TYPE },
		{ "repeat", required_argument, NULL, RUN_REPEAT },
		{ "vm", no_argument, NULL, RUN_VM },
		{ NULL, 0, NULL, 0 },
	};
	char all[2 * RUN_GIVEN + 32];
	const char *last = NULL;
	int letter, status = -1;

	snprintf(all, sizeof all, "+d:i:jvhn:p:c:u:t:x%s", letters ? letters : "W:r:");
	optind = 0; /* begin anew */
	while (status < 0 && (letter = getopt_long(argc, argv, all, long_options, NULL)) != -1) {
		last = optarg;
		if (letter == '?')
			status = USAGE;
		else if (letter == 'h')
			status = help(context);
		else if (letter == 'W' && !letters)
			status = take_strict(subcommand, options);
		else
			status = take(options, subcommand, letter);
	}
	/* an option's argument may also be "--" */
	if (status >= 0 || argv[optind - 1] == last || strcmp(argv[optind - 1], "--") != 0)
		return status;
	if (optind == argc) {
		tool_fail(subcommand, "-- wants a COMMAND behind it");
		return USAGE;
	}
	options->command = argv + optind;
	optind = argc;
	return -1;
}

/* ------------------------------------------------------------------------------- run */

static int help(void *context)
{
	(void)context;
	return tool_help(&run_subcommand);
}

/* Refuse options that a text without .prog does not have. Returns -1, or USAGE after a message. */
static int check_once(const struct run_options *options, const char *name)
{
	const char *instead = options->end ? "-d: write --packet FILE"
			      : find_given(options, 't') ? "-t: write --type TYPE"
			      : find_given(options, 'r') ? "-r: write --repeat N" : NULL;

	if (instead) {
		tool_fail(&run_subcommand, "%s has no .prog, so it runs once. Instead of %s (--type, --packet and "
			  "--repeat are its options)", name, instead);
		return USAGE;
	}
	if (!options->given_count && !options->every && !options->substring && !options->is_json &&
	    !options->is_check && !options->is_schema && !options->way && !options->maps && !options->offsets && !options->pin &&
	    !options->command)
		return -1;
	tool_fail(&run_subcommand, "%s has no .prog, so it runs once: its options are --type, --packet, "
		  "--repeat, --vm, -Werror and -v", name);
	return USAGE;
}

static int run_main(int argc, char **argv)
{
	static struct run_options options;
	struct program program = { 0 };
	int status = run_parse(&options, &run_subcommand, argc, argv, NULL, help, NULL), file = optind;

	if (status >= 0)
		return status;
	if (text_read(&run_subcommand, argv[file], &program.file) != OK)
		return FAILED;
	if (rawbpf_collection_has(program.file.data, program.file.size))
		return run_collection(&run_subcommand, &options, &program.file, argc - file, argv + file);
	if (file < argc) /* options may also follow the name */
		status = run_parse(&options, &run_subcommand, argc - file, argv + file, NULL, help, NULL);
	if (status < 0)
		status = check_once(&options, program.file.name);
	if (status >= 0)
		return status;
	if (file < argc && optind < argc - file)
		return tool_usage_error(&run_subcommand);
	return run_once(&program, &options);
}

const struct subcommand run_subcommand = {
	.name = "run",
	.usage = "FILE [OPTION]... [-- COMMAND]\n"
		 "       FILE [--type TYPE] [--packet FILE] [--repeat N] [--vm] [-Werror] [-v]",
	.help = "Attach the programs of FILE, and print their records and maps until Ctrl-C, or\n"
		"until COMMAND ends. A FILE without .prog is one program: it runs once.\n"
		"FILE may be the name of a tool: `rawbpf show` lists them. `rawbpf run FILE -h`\n"
		"prints its options. Every FILE has:\n"
		"  -d SECONDS    end after this time\n"
		"  -i SECONDS    print maps, pending calls and iterators so often\n"
		"  -p PID, -t TID, -u UID, -c COMM    only this process, thread, user, name\n"
		"  -x, -n TEXT   only what failed; only records with TEXT in a string\n"
		"  -j, --schema  print JSON; print the JSON Schemas of that\n"
		"  -v            print what was attached, and the verifier's log\n"
		"  --check       load, and print how the programs would be attached\n"
		"  --way WAY     attach by this way only: kprobe, tracepoint, raw_tp, fentry, ...\n"
		"  --pin DIR     leave programs and maps in this directory of a bpffs, and end\n"
		"  --maps DIR    use the maps that are pinned in DIR by their names\n"
		"  --offsets FILE   on a kernel without BTF: what `rawbpf btf offsets` wrote\n"
		"  --packet FILE    run once, on a packet or on each one of a pcap file\n"
		"  --type TYPE, --repeat N, --vm   once, as xdp, ...; N times; in user space\n"
		"It needs root, or CAP_BPF and CAP_PERFMON (CAP_NET_ADMIN for packets). Without\n"
		"these, --packet, --type and a FILE without .prog run in user space, as by --vm.\n",
	.main = run_main,
};
