/* SPDX-License-Identifier: MIT */
/* The texts of examples/tools, which are part of the binary: tools by name. */
#ifndef EXAMPLES_RAWBPF_TEXTS_H
#define EXAMPLES_RAWBPF_TEXTS_H

#include "tool.h"

struct text {
	const char *name;   /* of the tool; NULL behind the last text */
	const char *source;
};

/* texts.awk makes them of the files, sorted by name. */
extern const struct text texts[];

/* Return the text of a name, or NULL. */
const struct text *text_find(const char *name);

/*
 * Read a file, or take the text of the tool of this name; NULL and "-" are standard input. A path has
 * a '/', so ./NAME is a file. Returns OK, or FAILED after a message.
 */
int text_read(const struct subcommand *subcommand, const char *path, struct file *file);

/*
 * Return the name of the tool that a path, or argv[0], calls: what follows its last '/'. NULL if no
 * tool has this name.
 */
const char *text_called(const char *path);

#endif
