/* SPDX-License-Identifier: MIT */
/* rawbpf btf offsets: write the numbers of names, for a kernel without BTF. */
#include "btf_offsets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 1024 };

/*
 * Print the explanation of a name's error. `error` is of the name in "sizeof(NAME)", or of the name
 * itself. Returns FAILED.
 */
static int explain(const struct rawbpf_symbols *symbols, const char *name, int error, const char *prefix)
{
	int is_size = strncmp(name, "sizeof(", 7) == 0;
	char inner[LINE_SIZE], why[LINE_SIZE];

	snprintf(inner, sizeof inner, "%s", is_size ? name + 7 : name);
	if (is_size)
		inner[strcspn(inner, ")")] = '\0';
	rawbpf_symbol_explain(why, sizeof why, symbols,
			      is_size ? RAWBPF_SYMBOL_TYPE : RAWBPF_SYMBOL_VALUE, inner, error);
	return tool_fail(&btf_subcommand, "%s%s", prefix, why);
}

/* Print a name's line. A missing name gets one, too, and a warning: it may be mistyped. */
static int print_line(FILE *file, const struct rawbpf_symbols *symbols, const char *name)
{
	char line[LINE_SIZE];
	int length = rawbpf_offsets_format(line, sizeof line, symbols, name, NULL);

	if (length < 0)
		return explain(symbols, name, length, "");
	if ((size_t)length >= sizeof line)
		return tool_fail(&btf_subcommand, "the name is longer than %zu bytes: %.40s...",
				 sizeof line - 100, name);
	fputs(line, file);
	if (strncmp(line, "none ", 5) == 0)
		explain(symbols, name, -ENOENT, "warning: ");
	return OK;
}

static int print_lines(FILE *file, const struct rawbpf_symbols *symbols, const char *release, char **names)
{
	char line[LINE_SIZE];
	int status = OK;

	rawbpf_offsets_format(line, sizeof line, symbols, NULL, release);
	fputs(line, file);
	for (; *names && status == OK; names++)
		status = print_line(file, symbols, *names);
	return status;
}

int btf_offsets_print(const struct rawbpf_btf *btf, const char *release, char **names)
{
	struct rawbpf_symbol_index index = { .size = rawbpf_symbol_index_size(btf) };
	const struct rawbpf_symbols symbols = { .kernel = btf, .index = &index };
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size); /* no part of a file is printed */
	int status = FAILED;

	index.memory = malloc(index.size);
	if (!file || !index.memory)
		tool_fail(&btf_subcommand, "out of memory");
	else
		status = print_lines(file, &symbols, release, names);
	if (file && fclose(file) == 0 && status == OK)
		fputs(text, stdout);
	free(index.memory);
	free(text);
	return status;
}
