/* SPDX-License-Identifier: MIT */
/* rawbpf install-links: give each tool a name of its own, a symbolic link to this file. */
#include "texts.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* Write the path of this program. Without /proc, it is the one that it was called by. */
static int own_path(char path[PATH_MAX])
{
	const char *called = (const char *)getauxval(AT_EXECFN);

	if (realpath("/proc/self/exe", path) || (called && realpath(called, path)))
		return 0;
	return -errno;
}

/* Return 1 if the link of this name leads to `target`. */
static int is_ours(int dir, const char *name, const char *target)
{
	char found[PATH_MAX];
	ssize_t length = readlinkat(dir, name, found, sizeof found);

	return length == (ssize_t)strlen(target) && memcmp(found, target, length) == 0;
}

/* Make a link, and say so. Whatever has its name stays. */
static int install(int dir, const char *directory, const char *name, const char *target)
{
	int err = symlinkat(target, dir, name) < 0 ? errno : 0;

	if (!err)
		printf("%s/%s: a link to %s\n", directory, name, target);
	else if (err == EEXIST && is_ours(dir, name, target))
		printf("%s/%s: was there already\n", directory, name);
	else if (err == EEXIST)
		return tool_fail(&install_links_subcommand, "%s/%s is another file, which stays; remove it "
				 "first if the link shall have its name", directory, name);
	else
		return tool_fail(&install_links_subcommand, "%s/%s: %s", directory, name, strerror(err));
	return OK;
}

static int install_all(const char *directory)
{
	char path[PATH_MAX], folder[PATH_MAX];
	const char *target = path;
	int err = own_path(path), status = OK, dir;

	if (err < 0)
		return tool_fail(&install_links_subcommand, "the path of this program is not known: %s",
				 strerror(-err));
	dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return tool_fail(&install_links_subcommand, "%s: %s", directory, strerror(errno));
	/* beside the program, a link needs no folder: it stays right if both move */
	if (realpath(directory, folder) && strncmp(folder, path, strlen(folder)) == 0 &&
	    strrchr(path, '/') == path + (folder[1] ? strlen(folder) : 0))
		target = strrchr(path, '/') + 1;
	for (const struct text *text = texts; text->name; text++)
		if (install(dir, directory, text->name, target) != OK)
			status = FAILED;
	close(dir);
	return tool_finish(&install_links_subcommand) == OK ? status : FAILED;
}

static int install_links_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	int option = getopt_long(argc, argv, "h", options, NULL);

	if (option != -1)
		return tool_option(&install_links_subcommand, option, NULL);
	if (argc - optind != 1)
		return tool_usage_error(&install_links_subcommand);
	return install_all(argv[optind]);
}

const struct subcommand install_links_subcommand = {
	.name = "install-links",
	.usage = "DIR",
	.help = "Make a symbolic link in DIR for each tool that `rawbpf show` lists. Called by\n"
		"such a name, rawbpf is that tool: `opensnoop -x` is `rawbpf run opensnoop -x`.\n"
		"Files that are there stay. A name that another file has is a failure, after all\n"
		"other links.\n"
		"\n"
		"  -h, --help  print this help\n",
	.main = install_links_main,
};
