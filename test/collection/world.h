/* SPDX-License-Identifier: MIT */
/* A text of programs, parsed, and one of its programs, resolved. */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>
#include <rawbpf/collection.h>
#include <rawbpf/symbol.h>

enum { SLOTS = 512, LISTING = 16384 };

/* A text that was parsed, and one of its programs that was resolved. */
struct world {
	struct rawbpf_collection collection;
	struct rawbpf_collection_env env;
	struct rawbpf_symbols symbols;
	struct rawbpf_collection_index index;
	void *memory;
	struct bpf_insn insns[SLOTS];
	unsigned lines[SLOTS], maps[SLOTS], functions[SLOTS];
	struct rawbpf_resolved resolved;
	int result;
	char listing[LISTING];
};

static inline struct world *world_open(const char *text, enum rawbpf_arch arch,
				       const struct rawbpf_btf *kernel)
{
	struct world *w = calloc(1, sizeof(*w));
	struct rawbpf_collection_error error = { .macro_line = 0 };
	struct rawbpf_collection_text parsed = {
		.text = text, .length = strlen(text), .errors = &error, .error_max = 1,
		.memory_size = rawbpf_collection_memory_size(strlen(text)) };
	int err;

	do {
		parsed.memory_size *= 2;
		w->memory = parsed.memory = realloc(w->memory, parsed.memory_size);
		err = rawbpf_collection_parse(&w->collection, &parsed);
	} while (err == -ENOSPC);
	ck_assert_msg(err == 0, "%d: line %u: %s", err, error.at.line, error.at.message);
	w->index.size = rawbpf_collection_index_size(&w->collection);
	w->index.memory = malloc(w->index.size);
	w->symbols = (struct rawbpf_symbols){ .arch = arch, .kernel = kernel };
	w->env = (struct rawbpf_collection_env){ .arch = arch, .symbols = &w->symbols,
						 .index = &w->index, .self_pid = 1234 };
	w->resolved = (struct rawbpf_resolved){ .insns = w->insns, .max = SLOTS, .lines = w->lines,
						.maps = w->maps, .functions = w->functions };
	return w;
}

static inline void world_close(struct world *w)
{
	free(w->memory);
	free(w->index.memory);
	free(w);
}

/* Resolve places of a program. The listing has a line for each instruction. */
static inline void world_resolve(struct world *w, struct rawbpf_unit unit)
{
	unsigned used, slots;

	w->listing[0] = '\0';
	w->result = rawbpf_collection_resolve(&w->resolved, &w->collection, &unit, &w->env);
	for (int i = 0; i < w->result; i += slots) {
		used = strlen(w->listing);
		rawbpf_insn_format(w->listing + used, LISTING - used - 1, &w->insns[i], w->result - i,
				   RAWBPF_LLVM, NULL, &slots);
		strcat(w->listing, "\n");
	}
}

static inline void expect_listing(const struct world *w, const char *listing)
{
	ck_assert_msg(w->result >= 0, "line %u: %s", w->resolved.error.at.line,
		      w->resolved.error.at.message);
	ck_assert_str_eq(w->listing, listing);
}

static inline void expect_reason(const struct world *w, int error, unsigned line, const char *message)
{
	ck_assert_int_eq(w->result, error);
	ck_assert_str_eq(w->resolved.error.at.message, message);
	ck_assert_uint_eq(w->resolved.error.at.line, line);
}

#endif
