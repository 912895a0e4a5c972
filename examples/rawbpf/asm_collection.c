/* SPDX-License-Identifier: MIT */
/* rawbpf asm -f header: a text with .prog, for other programs. */
#include "asm.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Return the end of the path, without what follows a dot: "chrootsnoop". */
static const char *name_of(const char *path)
{
	static char name[64];
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *at = slash ? slash + 1 : path ? path : "";
	size_t length = 0;

	if (isdigit((unsigned char)*at))
		name[length++] = '_';
	for (; *at && *at != '.' && length < sizeof name - 1; at++)
		name[length++] = isalnum((unsigned char)*at) ? *at : '_';
	return length ? name : "collection";
}

static const char *file_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Write the header to memory, with more and more of it until it fits. Return its length. */
static int format_header(struct rawbpf_collection_header *header, size_t text_length, char **text)
{
	size_t size = 1 << 16;
	int length;

	header->memory_size = rawbpf_collection_memory_size(text_length);
	*text = NULL;
	for (;;) {
		header->memory = realloc(header->memory, header->memory_size);
		*text = realloc(*text, size);
		if (!header->memory || !*text)
			return -ENOMEM;
		length = rawbpf_collection_header_format(*text, size, header);
		if (length == -ENOSPC)
			header->memory_size *= 2;
		else if (length >= 0 && (size_t)length >= size)
			size = (size_t)length + 1;
		else
			return length;
	}
}

int asm_header(struct collection *collection, const struct asm_options *options)
{
	const char *path = collection->file.name;
	struct rawbpf_collection_header header = {
		.collection = &collection->tables, .arch = options->arch, .file = file_of(path),
		.name = options->name ? options->name : name_of(path) };
	char *text;
	int length = format_header(&header, collection->file.size, &text);

	if (length < 0 && header.error.at.line) {
		collection_print_mistake(collection, &header.error);
		return FAILED;
	}
	if (length == -EINVAL)
		return tool_fail(collection->subcommand, "'%s' is no name in C: use --name NAME",
				 collection_shown(header.name));
	if (length < 0)
		return tool_fail(collection->subcommand, "%s: %s", path, strerror(-length));
	if (asm_open_output(options->output) != OK)
		return FAILED;
	fwrite(text, 1, length, stdout);
	return tool_finish(collection->subcommand);
}
