/* SPDX-License-Identifier: MIT */
/* rawbpf show: list the tools; print the text of one, or the prelude. */
#include "texts.h"
#include "tool.h"

#include <getopt.h>
#include <string.h>
#include <unistd.h>

const struct text *text_find(const char *name)
{
	for (const struct text *text = texts; text->name; text++)
		if (strcmp(text->name, name) == 0)
			return text;
	return NULL;
}

const char *text_called(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const struct text *text = path ? text_find(slash ? slash + 1 : path) : NULL;

	return text ? text->name : NULL;
}

/* Are the words the same but for one character: another one, one more, or one less? */
static int is_near(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (*a && strcmp(a + 1, b) == 0) || (*b && strcmp(a, b + 1) == 0) ||
	       (*a && *b && strcmp(a + 1, b + 1) == 0);
}

/* Say that neither a file nor a tool has the name. Returns FAILED. */
static int fail_unknown_text(const struct subcommand *subcommand, const char *name)
{
	for (const struct text *text = texts; text->name; text++)
		if (is_near(name, text->name))
			return tool_fail(subcommand, "%s is no file and no tool (did you mean '%s'?)", name, text->name);
	return tool_fail(subcommand, "%s is no file and no tool: `rawbpf show` lists the tools", name);
}

int text_read(const struct subcommand *subcommand, const char *path, struct file *file)
{
	const struct text *text = path ? text_find(path) : NULL;

	if (!text && path && !strchr(path, '/') && strcmp(path, "-") != 0 && access(path, F_OK) < 0)
		return fail_unknown_text(subcommand, path);
	if (!text)
		return tool_read(subcommand, path, file);
	*file = (struct file){ .name = text->name, .data = (char *)text->source, .size = strlen(text->source) };
	return OK;
}

/* Print each tool's name, and its summary: the comment in the first line of its text. */
static int list(void)
{
	for (const struct text *text = texts; text->name; text++)
		tool_page(stdout, "%-12s  %.*s\n", text->name, (int)strcspn(text->source + 2, "\n"),
			  text->source + 2);
	return tool_finish(&show_subcommand);
}

static int print(const char *name)
{
	const struct text *text = text_find(name);
	size_t length;
	const char *std = rawbpf_collection_std_get(&length);

	if (strcmp(name, "std") == 0)
		fwrite(std, 1, length, stdout);
	else if (text)
		fputs(text->source, stdout);
	else
		return tool_fail(&show_subcommand, "no tool is called '%s'; `rawbpf show` lists them, and the "
				 "prelude is called std", name);
	return tool_finish(&show_subcommand);
}

static int show_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	int option = getopt_long(argc, argv, "h", options, NULL);

	if (option != -1)
		return tool_option(&show_subcommand, option, NULL);
	if (argc - optind > 1)
		return tool_usage_error(&show_subcommand);
	return optind < argc ? print(argv[optind]) : list();
}

const struct subcommand show_subcommand = {
	.name = "show",
	.usage = "[NAME]",
	.help = "Print the text of the tool NAME, to be edited and run. Without NAME, list the\n"
		"tools that are part of this file. std is the prelude: the macros that every text\n"
		"may use.\n"
		"\n"
		"`rawbpf run NAME` runs a tool. `rawbpf install-links DIR` gives them names of\n"
		"their own.\n"
		"\n"
		"  -h, --help  print this help\n",
	.main = show_main,
};
