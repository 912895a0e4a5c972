/* SPDX-License-Identifier: MIT */
/* The options of the snoop tools. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static const char usage[] =
	"usage: %s [-j] [-p PID] [-c COMM]\n"
	"       [-a kprobe|tracepoint|raw_tp] [-b ring|perf]\n";

static const char help[] =
	"%s\n"
	"Ctrl-C ends it; it then prints on stderr how many events came, and how many were\n"
	"lost.\n"
	"\n"
	"  -j, --json        print one JSON object on each line\n"
	"  -p, --pid PID     show only this process\n"
	"  -c, --comm COMM   show only threads of this name\n"
	"  -a, --attach WAY  attach only by kprobe, tracepoint or raw_tp\n"
	"                    (default: the first of %s, %s, %s\n"
	"                    that the kernel has)\n"
	"  -b, --buffer KIND use only ring or perf (default: ring, before Linux 5.8 perf)\n"
	"  -h, --help        print this help\n"
	"      --version     print the version\n"
	"\n"
	"It needs root, or CAP_BPF and CAP_PERFMON.\n";

/* Flush standard output. Return the exit status. */
static int finish_output(const char *name)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	fprintf(stderr, "%s: writing: %s\n", name, strerror(errno));
	return EXIT_FAILURE;
}

static int show_help(const struct snoop_tool *tool)
{
	const char *const *names = snoop_way_names;

	printf(usage, tool->name);
	printf(help, tool->summary, names[tool->ways[0]], names[tool->ways[1]],
	       names[tool->ways[2]]);
	return finish_output(tool->name);
}

static int show_version(const struct snoop_tool *tool)
{
	printf("%s " RAWBPF_VERSION "\n", tool->name);
	return finish_output(tool->name);
}

/* Return the index of a word among `count`, or -1. */
static int find_word(const char *word, const char *const *words, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/* Set an option. Return NULL, or a description of the values that it accepts. */
static const char *parse_option(struct snoop_options *options, int letter, const char *value)
{
	unsigned long pid;
	char *end;

	switch (letter) {
	case 'p':
		errno = 0;
		pid = strtoul(value, &end, 10);
		if (*value < '0' || *value > '9' || *end || errno || pid < 1 || pid > 4194304)
			return "a process id, 1 to 4194304";
		options->pid = (unsigned)pid;
		return NULL;
	case 'c':
		if (!*value || strlen(value) >= SNOOP_COMM)
			return "a name of 1 to 15 bytes";
		strcpy(options->comm, value);
		return NULL;
	case 'a':
		options->way = find_word(value, snoop_way_names, SNOOP_WAYS);
		return options->way < 0 ? "kprobe, tracepoint or raw_tp" : NULL;
	default:
		options->transport = find_word(value, snoop_transport_names, SNOOP_TRANSPORTS);
		return options->transport < 0 ? "ring or perf" : NULL;
	}
}

int snoop_main(int argc, char **argv, const struct snoop_tool *tool)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "pid", required_argument, NULL, 'p' },
		{ "comm", required_argument, NULL, 'c' },
		{ "attach", required_argument, NULL, 'a' },
		{ "buffer", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct snoop_options options = { .way = -1, .transport = -1 };
	const char *wanted;
	int letter;

	while ((letter = getopt_long(argc, argv, "jp:c:a:b:h", long_options, NULL)) != -1) {
		switch (letter) {
		case 'h':
			return show_help(tool);
		case 'V':
			return show_version(tool);
		case 'j':
			options.json = 1;
			break;
		case '?':
			fprintf(stderr, usage, tool->name);
			return 2;
		default:
			wanted = parse_option(&options, letter, optarg);
			if (wanted) {
				fprintf(stderr, "%s: -%c wants %s, not '%s'\n", tool->name, letter,
					wanted, optarg);
				return 2;
			}
		}
	}
	if (optind < argc) {
		fprintf(stderr, "%s: unexpected argument '%s'\n", tool->name, argv[optind]);
		fprintf(stderr, usage, tool->name);
		return 2;
	}
	return snoop_run(tool, &options);
}
