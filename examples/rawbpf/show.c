/* SPDX-License-Identifier: MIT */
/* rawbpf show: print the prelude, whose macros every program file may use. */
#include "tool.h"

#include <getopt.h>
#include <string.h>

int show_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	size_t length;
	const char *std = rawbpf_collection_std_get(&length);
	int option = getopt_long(argc, argv, "h", options, NULL);

	if (option != -1)
		return tool_option(&show_subcommand, option, NULL);
	if (argc - optind != 1)
		return tool_usage_error(&show_subcommand);
	if (strcmp(argv[optind], "std") != 0)
		return tool_fail(&show_subcommand, "there is no text '%s'; the prelude is called std",
				 argv[optind]);
	fwrite(std, 1, length, stdout);
	return tool_finish(&show_subcommand);
}

const struct subcommand show_subcommand = {
	.name = "show",
	.usage = "std",
	.help = "Print the prelude, std: the macros that every program file may use.\n"
		"\n"
		"  -h, --help  print this help\n",
	.main = show_main,
};
