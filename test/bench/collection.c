/* SPDX-License-Identifier: MIT */
/*
 * usage: collection FILE...
 *
 * Texts of programs: the CPU time to parse all of them, and to resolve all of their programs by the
 * best way. Names come from this kernel's BTF. Its index is filled in the first round, and stays.
 */
#include <fcntl.h>
#include <unistd.h>

#include <rawbpf.h>
#include <rawbpf/collection.h>
#include <rawbpf/symbol.h>

#include "bench.h"

enum { ROUNDS = 41, FILES = 32, BYTES = 65536, SLOTS = 4096 };

struct file {
	const char *name;
	char text[BYTES];
	size_t length;
	void *memory;
	size_t memory_size;
	struct rawbpf_collection collection;
	struct rawbpf_collection_index index;
};

static struct file files[FILES];
static unsigned file_count;

static void file_open(const char *name)
{
	struct file *file = &files[file_count++];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, file->text, BYTES);

	close(fd);
	if (length <= 0 || length == BYTES)
		fail(name, length);
	file->name = name;
	file->length = length;
	file->memory_size = rawbpf_collection_memory_size(length);
	file->memory = malloc(file->memory_size);
}

static void parse_all(void)
{
	for (unsigned i = 0; i < file_count; i++) {
		struct rawbpf_collection_text text = {
			.text = files[i].text, .length = files[i].length,
			.memory = files[i].memory, .memory_size = files[i].memory_size };
		int err = rawbpf_collection_parse(&files[i].collection, &text);

		if (err < 0)
			fail(files[i].name, err);
	}
}

/* Resolve the program at its first place by the best way. Return the number of its slots. */
static unsigned resolve(struct file *file, unsigned prog, const struct rawbpf_symbols *symbols)
{
	static struct bpf_insn insns[SLOTS];
	static unsigned lines[SLOTS];
	struct rawbpf_collection_env env = { .symbols = symbols, .index = &file->index, .self_pid = 1 };
	struct rawbpf_resolved resolved = { .insns = insns, .max = SLOTS, .lines = lines };
	struct rawbpf_unit unit = { .prog = prog, .place = file->collection.progs[prog].place,
				    .place_count = 1 };
	enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];
	int result;

	rawbpf_collection_ways_find(ways, &file->collection, unit.place);
	unit.way = ways[0];
	result = rawbpf_collection_resolve(&resolved, &file->collection, &unit, &env);
	if (result < 0) {
		fprintf(stderr, "%s:%u: %s\n", file->name, resolved.error.at.line,
			resolved.error.at.message);
		fail(file->name, result);
	}
	return result;
}

/* Resolve all programs. The index of each file is filled anew. */
static unsigned resolve_all(const struct rawbpf_symbols *symbols, unsigned *programs)
{
	unsigned slots = 0;

	*programs = 0;
	for (unsigned i = 0; i < file_count; i++) {
		files[i].index.filled = 0;
		for (unsigned prog = 0; prog < files[i].collection.prog_count; prog++) {
			slots += resolve(&files[i], prog, symbols);
			*programs += 1;
		}
	}
	return slots;
}

int main(int argc, char **argv)
{
	static double parse_times[ROUNDS], resolve_times[ROUNDS];
	struct rawbpf_btf kernel;
	struct rawbpf_symbol_index index = { .memory = NULL };
	struct rawbpf_symbols symbols = { .kernel = &kernel, .index = &index };
	unsigned slots = 0, programs = 0;
	double first;
	int err = rawbpf_btf_kernel_open(&kernel);

	if (err < 0)
		fail("BTF", err);
	index.size = rawbpf_symbol_index_size(&kernel);
	index.memory = malloc(index.size);
	for (int i = 1; i < argc && i <= FILES; i++)
		file_open(argv[i]);
	parse_all();
	for (unsigned i = 0; i < file_count; i++) {
		files[i].index.size = rawbpf_collection_index_size(&files[i].collection);
		files[i].index.memory = malloc(files[i].index.size);
	}
	first = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
	resolve_all(&symbols, &programs);
	first = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - first;
	for (int round = 0; round < ROUNDS; round++) {
		double start = clock_seconds(CLOCK_PROCESS_CPUTIME_ID), middle;

		parse_all();
		middle = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
		slots = resolve_all(&symbols, &programs);
		parse_times[round] = middle - start;
		resolve_times[round] = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - middle;
	}
	printf("%u texts, %u programs, %u slots\n", file_count, programs, slots);
	printf("%-64s %8.3f ms\n", "parse (median)", median(parse_times, ROUNDS) * 1e3);
	printf("%-64s %8.3f ms\n", "resolve (median)", median(resolve_times, ROUNDS) * 1e3);
	printf("%-64s %8.3f ms\n", "resolve the first time, which fills the index of BTF", first * 1e3);
	return 0;
}
