/* SPDX-License-Identifier: MIT */
/* rawbpf step: the command line. */
#include "step.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PACKET = 512, TYPE, PROG, NUMBER, CONTEXT };

/* Take an option. Returns -1, or an exit status. */
static int take(struct step_options *options, int letter)
{
	switch (letter) {
	case 'x':
		options->script = optarg;
		return -1;
	case 'j':
		options->is_json = 1;
		return -1;
	case PACKET:
		options->packet = optarg;
		return -1;
	case TYPE:
		options->type = optarg;
		return -1;
	case PROG:
		options->prog = optarg;
		return -1;
	case CONTEXT:
		options->context = optarg;
		return -1;
	case NUMBER:
		if (tool_number(optarg, &options->number) && options->number >= 1)
			return -1;
		tool_fail(&step_subcommand, "--number wants the number of a packet, from 1 on, not '%s'", optarg);
		return USAGE;
	default:
		return tool_option(&step_subcommand, letter, NULL);
	}
}

/* Return 1 if both sides are a terminal that obeys escape sequences. */
static int has_screen(void)
{
	const char *terminal = getenv("TERM");

	return terminal && *terminal && strcmp(terminal, "dumb") != 0 && isatty(STDIN_FILENO) &&
	       isatty(STDOUT_FILENO);
}

int step_main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "packet", required_argument, NULL, PACKET },
		{ "type", required_argument, NULL, TYPE },
		{ "prog", required_argument, NULL, PROG },
		{ "number", required_argument, NULL, NUMBER },
		{ "context", required_argument, NULL, CONTEXT },
		{ NULL, 0, NULL, 0 },
	};
	static struct stepper stepper;
	struct step_options *options = &stepper.options;
	int letter, status = -1;

	options->number = 1;
	while (status < 0 && (letter = getopt_long(argc, argv, "x:jh", long_options, NULL)) != -1)
		status = take(options, letter);
	if (status >= 0)
		return status;
	if (argc - optind != 1)
		return tool_usage_error(&step_subcommand);
	options->path = argv[optind];
	if (step_load(&stepper) != OK)
		return FAILED;
	if (!options->script && !options->is_json && has_screen())
		return step_screen(&stepper);
	return step_script(&stepper, options->script ? options->script : "s 1000000");
}

const struct subcommand step_subcommand = {
	.name = "step",
	.usage = "FILE [--prog NAME] [--packet FILE [--number N]] [--type TYPE]\n"
		 "       [--context HEX] [-x SCRIPT] [-j]",
	.help = "Go through a program of FILE, or of a tool, without root and without a kernel.\n"
		"  --prog NAME    of several .prog, this one (default: the first)\n"
		"  --packet FILE  the packet: of a pcap file, or all bytes (default: 64 zeros)\n"
		"  --number N     packet N of the pcap file (default: 1)\n"
		"  --type TYPE    the type of a text without .prog (default: socket_filter)\n"
		"  --context HEX  the first bytes of the context\n"
		"  -x SCRIPT      print what these commands do; ';' separates them\n"
		"  -j             print JSON: a line for each instruction, and each command\n"
		"Commands; the screen takes them as keys:\n"
		"  s [N]  b [N]   N instructions forward, back\n"
		"  n              to the next line, over calls\n"
		"  l LINE, g N    forward to a line; to step N\n"
		"  u CONDITION    until it holds: r0 == 5, *(u32 *)(r10 - 4) > r1\n"
		"  c              to the end, or to a trap\n"
		"  w BYTE         back to the write of r10-4, packet+12, MAP[KEY], r3\n"
		"  p              print registers, stack, packet and maps (not a key)\n"
		"  q              quit\n"
		"Without a terminal, step prints each instruction.\n",
	.main = step_main,
};
