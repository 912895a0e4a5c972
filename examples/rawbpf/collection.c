/* SPDX-License-Identifier: MIT */
/* Parse a collection, and print its mistakes like a compiler. */
#include "collected.h"

#include <errno.h>
#include <rawbpf/escape.h>
#include <stdlib.h>
#include <string.h>

enum { MISTAKES = 20 };

const char *collection_shown(const char *string)
{
	static char shown[4][256];
	static unsigned next;

	next = (next + 1) % 4;
	rawbpf_terminal_escape(shown[next], sizeof shown[next], string, strlen(string));
	return shown[next];
}

/* Find the beginning of a line, or NULL. Most lines are asked for in order: go on from the last. */
static const char *find_line(const char *text, const char *end, unsigned line)
{
	static const char *of, *at;
	static unsigned number;

	if (of != text || line < number) {
		of = at = text;
		number = 1;
	}
	for (; at && number < line; number++) {
		at = memchr(at, '\n', end - at);
		at = at ? at + 1 : NULL;
	}
	return at;
}

void collection_print_line(FILE *stream, const struct collection *collection, unsigned line)
{
	size_t length = collection->file.size;
	const char *text = collection->file.data, *end;

	if (line & RAWBPF_LINE_STD)
		text = rawbpf_collection_std_get(&length);
	end = text + length;
	for (text = find_line(text, end, line & (RAWBPF_LINE_STD - 1)); text && text < end && *text != '\n'; text++)
		if (*text == '\t' || (*text >= ' ' && *text < 127))
			fputc(*text, stream);
		else
			fprintf(stream, "\\x%02x", (unsigned char)*text);
}

/* Print the line of a macro in which a mistake is. */
static void print_macro_line(const struct collection *collection, unsigned line)
{
	fprintf(stderr, "%s:%u: in this line of a macro\n",
		line & RAWBPF_LINE_STD ? "std.bpf" : collection->file.name, line & (RAWBPF_LINE_STD - 1));
	collection_print_line(stderr, collection, line);
	fputc('\n', stderr);
}

void collection_print_mistake(const struct collection *collection,
			      const struct rawbpf_collection_error *mistake)
{
	const struct file *file = &collection->file;
	struct rawbpf_collection_error found = *mistake;
	char text[1024];

	if (!found.at.column)
		rawbpf_collection_error_find(&found, file->data, file->size);
	rawbpf_text_error_format(text, sizeof text, file->name, file->data, file->size, &found.at);
	fputs(text, stderr);
	if (mistake->macro_line)
		print_macro_line(collection, mistake->macro_line);
}

static void print_mistakes(const struct collection *collection,
			   const struct rawbpf_collection_error *mistakes, unsigned count,
			   const char *what)
{
	for (unsigned i = 0; i < count && i < MISTAKES; i++)
		collection_print_mistake(collection, &mistakes[i]);
	if (count > MISTAKES)
		fprintf(stderr, "... and %u more %s\n", count - MISTAKES, what);
}

/* Parse with more and more memory until the tables fit. */
static int parse(struct collection *collection, struct rawbpf_collection_text *text)
{
	int err;

	text->memory_size = rawbpf_collection_memory_size(text->length);
	do {
		free(text->memory);
		text->memory = malloc(text->memory_size);
		if (!text->memory)
			return -ENOMEM;
		err = rawbpf_collection_parse(&collection->tables, text);
		text->memory_size *= 2;
	} while (err == -ENOSPC);
	return err;
}

int collection_parse(struct collection *collection)
{
	struct rawbpf_collection_error errors[MISTAKES], warnings[MISTAKES];
	struct file *file = &collection->file;
	struct rawbpf_collection_text text = {
		.length = file->size, .errors = errors, .error_max = MISTAKES,
		.warnings = warnings, .warning_max = MISTAKES };
	char *copy = malloc(file->size + 1);
	int err;

	if (!copy)
		return tool_fail(collection->subcommand, "out of memory");
	memcpy(copy, file->data, file->size);
	copy[file->size] = '\0';
	file->data = copy;
	text.text = copy;
	err = parse(collection, &text);
	print_mistakes(collection, errors, text.error_count, "errors");
	print_mistakes(collection, warnings, text.warning_count, "warnings");
	if (err == 0 && text.warning_count && collection->run.is_strict)
		return tool_fail(collection->subcommand, "%s: -Werror treats warnings as errors", file->name);
	if (err == 0 || text.error_count)
		return err == 0 ? OK : FAILED;
	return tool_fail(collection->subcommand, "%s: %s", file->name, strerror(-err));
}

int collection_read_offsets(struct collection *collection)
{
	struct file file;
	int err;

	if (!collection->run.offsets)
		return OK;
	if (tool_read(collection->subcommand, collection->run.offsets, &file) != OK)
		return FAILED;
	err = rawbpf_offsets_parse(&collection->offsets, file.data, file.size);
	if (err == -EINVAL)
		return tool_fail(collection->subcommand, "%s:%u: not a line of an offsets file; `rawbpf btf "
				 "offsets` writes one", file.name, collection->offsets.error_line);
	return err < 0 ? tool_fail(collection->subcommand, "%s: %s", file.name, strerror(-err)) : OK;
}
