/* SPDX-License-Identifier: MIT */
/* rawbpf asm -f header, -f elf: a text with .prog, for other programs. */
#include "asm.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* ------------------------------------------------------------------------------ -f elf */

/* Write the object to memory, with more and more of it until it fits. Return its length. */
static int emit_elf(struct rawbpf_collection_elf *elf, char **data)
{
	size_t size = 1 << 16;
	int length;

	elf->memory_size = rawbpf_collection_memory_size(elf->length);
	*data = NULL;
	for (;;) {
		elf->memory = realloc(elf->memory, elf->memory_size);
		*data = realloc(*data, size);
		if (!elf->memory || !*data)
			return -ENOMEM;
		length = rawbpf_collection_elf_emit(*data, size, elf);
		if (length == -ENOSPC && !elf->error.at.line)
			elf->memory_size *= 2;
		else if (length >= 0 && (size_t)length > size)
			size = length;
		else
			return length;
	}
}

/* Return the architecture that the object is for: --arch, or one of the byte order. */
static enum rawbpf_arch elf_arch(const struct asm_options *options)
{
	int is_big = options->order == RAWBPF_BIG_ENDIAN;

	if (options->arch || options->order == RAWBPF_HOST_ORDER)
		return options->arch;
	if (is_big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		return RAWBPF_ARCH_NATIVE;
	return is_big ? RAWBPF_ARCH_S390X : RAWBPF_ARCH_X86_64;
}

int asm_elf(struct collection *collection, const struct asm_options *options)
{
	struct rawbpf_btf kernel = { 0 };
	int has_kernel = rawbpf_btf_kernel_open(&kernel) == 0;
	struct rawbpf_symbol_index symbol_index = { .size = has_kernel ? rawbpf_symbol_index_size(&kernel) : 0 };
	struct rawbpf_symbols symbols = { .arch = elf_arch(options), .kernel = has_kernel ? &kernel : NULL };
	struct rawbpf_collection_index index = { .size = rawbpf_collection_index_size(&collection->tables) };
	struct rawbpf_collection_env env = { .arch = elf_arch(options), .symbols = &symbols, .index = &index };
	struct rawbpf_collection_elf elf = {
		.collection = &collection->tables, .env = &env, .order = options->order,
		.file = collection->file.name, .text = collection->file.data, .length = collection->file.size };
	char *data;
	int length;

	if (options->arch == RAWBPF_ARCH_S390X)
		elf.order = RAWBPF_BIG_ENDIAN;
	else if (options->arch)
		elf.order = RAWBPF_LITTLE_ENDIAN;
	symbol_index.memory = malloc(symbol_index.size + 1);
	index.memory = malloc(index.size);
	symbols.index = has_kernel ? &symbol_index : NULL;
	length = symbol_index.memory && index.memory ? emit_elf(&elf, &data) : -ENOMEM;
	free(symbol_index.memory);
	free(index.memory);
	rawbpf_btf_close(&kernel);
	if (length < 0 && elf.error.at.line) {
		collection_print_mistake(collection, &elf.error);
		return FAILED;
	}
	if (length < 0)
		return tool_fail(collection->subcommand, "%s: %s", collection->file.name, strerror(-length));
	if (asm_open_output(options->output) != OK)
		return FAILED;
	if (isatty(STDOUT_FILENO))
		return tool_fail(collection->subcommand, "a terminal cannot show an object file: use -o FILE");
	fwrite(data, 1, length, stdout);
	return tool_finish(collection->subcommand);
}
