/* SPDX-License-Identifier: MIT */
/* rawbpf step: the command line. */
#include "step.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PACKET = 512, TYPE, PROG, NUMBER, CONTEXT, TEST, MAP, OFFSETS };

/* Return where an option's text goes, or NULL. */
static const char **text_of(struct stepper *stepper, int letter)
{
	switch (letter) {
	case 'x':
		return &stepper->options.script;
	case PACKET:
		return &stepper->options.packet;
	case TYPE:
		return &stepper->options.type;
	case PROG:
		return &stepper->options.prog;
	case TEST:
		return &stepper->options.test;
	case CONTEXT:
		return &stepper->options.context;
	case OFFSETS:
		return &stepper->collection.run.offsets;
	default:
		return NULL;
	}
}

static int take_map(struct step_options *options)
{
	if (options->map_count == STEP_MAPS) {
		tool_fail(&step_subcommand, "more than %d elements", STEP_MAPS);
		return USAGE;
	}
	options->maps[options->map_count++] = optarg;
	return -1;
}

/* Take an option. Returns -1, or an exit status. */
static int take(struct stepper *stepper, int letter)
{
	struct step_options *options = &stepper->options;
	const char **text = text_of(stepper, letter);

	if (text) {
		*text = optarg;
		return -1;
	}
	switch (letter) {
	case 'j':
		options->is_json = 1;
		return -1;
	case MAP:
		return take_map(options);
	case NUMBER:
		if (tool_number(optarg, &options->number) && options->number >= 1)
			return -1;
		tool_fail(&step_subcommand, "--number wants the number of a packet, from 1 on, not '%s'", optarg);
		return USAGE;
	case 'h':
	case '?':
		return tool_option(&step_subcommand, letter, NULL);
	default:
		return run_keep(&stepper->collection.run, &step_subcommand, letter);
	}
}

/* Parse options. Returns -1, or an exit status. */
static int parse(struct stepper *stepper, int argc, char **argv, const char *letters)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "packet", required_argument, NULL, PACKET },
		{ "type", required_argument, NULL, TYPE },
		{ "prog", required_argument, NULL, PROG },
		{ "test", required_argument, NULL, TEST },
		{ "number", required_argument, NULL, NUMBER },
		{ "context", required_argument, NULL, CONTEXT },
		{ "map", required_argument, NULL, MAP },
		{ "offsets", required_argument, NULL, OFFSETS },
		{ NULL, 0, NULL, 0 },
	};
	int letter, status = -1;

	optind = 0; /* begin anew */
	while (status < 0 && (letter = getopt_long(argc, argv, letters, long_options, NULL)) != -1)
		status = take(stepper, letter);
	return status;
}

/* Parse the options behind the text's name, also the text's own. Returns -1, or an exit status. */
static int parse_behind(struct stepper *stepper, int argc, char **argv)
{
	static const char own[] = "x:jh";
	char name[] = "rawbpf step", of_text[COLLECTION_LETTERS] = "", letters[COLLECTION_LETTERS + 16];
	int has_prog = stepper->collection.tables.prog_count != 0, status;
	size_t length;

	if (has_prog)
		collection_letters(of_text, &stepper->collection);
	length = (size_t)snprintf(letters, sizeof letters, "%s%s", own, has_prog ? "p:t:u:c:" : "");
	for (const char *at = of_text; *at; at++) {
		if (*at == ':' || strchr(own, *at)) /* the stepper's own letters win */
			continue;
		letters[length++] = *at;
		if (at[1] == ':')
			letters[length++] = ':';
	}
	letters[length] = '\0';
	argv[0] = name; /* getopt(3) begins its messages with it */
	status = parse(stepper, argc, argv, letters);
	if (status < 0 && optind != argc)
		status = tool_usage_error(&step_subcommand);
	return status < 0 && has_prog ? collection_take_options(&stepper->collection) : status;
}

/* Return 1 if both sides are a terminal that obeys escape sequences. */
static int has_screen(void)
{
	const char *terminal = getenv("TERM");

	return terminal && *terminal && strcmp(terminal, "dumb") != 0 && isatty(STDIN_FILENO) &&
	       isatty(STDOUT_FILENO);
}

static int step_main(int argc, char **argv)
{
	static struct stepper stepper;
	struct step_options *options = &stepper.options;
	int file, status;

	options->number = 1;
	status = parse(&stepper, argc, argv, "+x:jh");
	file = optind;
	if (status < 0 && file >= argc)
		status = tool_usage_error(&step_subcommand);
	if (status >= 0)
		return status;
	options->path = argv[file];
	if (step_read(&stepper) != OK)
		return FAILED;
	status = parse_behind(&stepper, argc - file, argv + file);
	if (status >= 0)
		return status;
	if (step_load(&stepper) != OK)
		return FAILED;
	if (!options->script && !options->is_json && has_screen())
		return step_screen(&stepper);
	return step_script(&stepper, options->script ? options->script : "s 1000000");
}

const struct subcommand step_subcommand = {
	.name = "step",
	.usage = "FILE [--prog NAME] [--test NAME] [--packet FILE [--number N]]\n"
		 "       [--type TYPE] [--context HEX] [--map ELEMENT] [-x SCRIPT] [-j]",
	.help = "Go through a program of FILE, or of a tool, without root and without a kernel.\n"
		"  --prog NAME, --test NAME   this .prog (default: the first); this .test\n"
		"  --packet FILE, --number N  the packet: all bytes, or packet N of a pcap file\n"
		"  --type TYPE    the type of a text without .prog (default: socket_filter)\n"
		"  --context HEX  the first bytes of the context\n"
		"  --map 'NAME[KEY] = VALUE'  an element that is there before\n"
		"  -x SCRIPT      print what these commands do; ';' separates them\n"
		"  -j             print JSON: a line for each instruction, and each command\n"
		"Behind FILE, options of the text as in `rawbpf run`, and --offsets FILE.\n"
		"Commands; the screen takes them as keys:\n"
		"  s [N]  b [N]   N instructions forward, back\n"
		"  n              to the next line, over calls\n"
		"  l LINE, g N    forward to a line; to step N\n"
		"  u CONDITION    until it holds: r0 == 5, *(u32 *)(r10 - 4) > r1\n"
		"  c              to the end, or to a trap\n"
		"  w BYTE         back to the write of r10-4, packet+12, MAP[KEY], r3\n"
		"  p, q           print registers, stack, packet and maps (not a key); quit\n"
		"Without a terminal, step prints each instruction.\n",
	.main = step_main,
};
