/* SPDX-License-Identifier: MIT */
/* Code of the tests that attach collections: parse a text, and find its maps. */
#ifndef TEST_COLLECTED_H
#define TEST_COLLECTED_H

#include "../live.h"

#include <rawbpf/live.h>

/* A text and its tables. */
struct collected {
	struct rawbpf_collection tables;
	const char *text;
	_Alignas(8) char memory[1 << 20];
};

static inline void collected_parse(struct collected *collected, const char *text)
{
	static struct rawbpf_collection_error errors[4];
	struct rawbpf_collection_text parsed = {
		.text = text, .length = strlen(text), .memory = collected->memory,
		.memory_size = sizeof collected->memory, .errors = errors, .error_max = 4 };
	int err = rawbpf_collection_parse(&collected->tables, &parsed);

	collected->text = text;
	ck_assert_msg(err == 0, "%d: line %u: %s", err, errors[0].at.line, errors[0].at.message);
}

/* Return the index of a map. */
static inline unsigned collected_map(const struct collected *collected, const char *name)
{
	for (unsigned i = 0; i < collected->tables.map_count; i++)
		if (strcmp(collected->tables.strings + collected->tables.maps[i].name, name) == 0)
			return i;
	ck_abort_msg("no map %s", name);
}

/* Return element 0 of an array of u64. */
static inline uint64_t collected_count(const struct collected *collected, const struct rawbpf_live *live,
				       const char *name)
{
	int map = live->map_fds[collected_map(collected, name)];
	const unsigned key = 0;
	uint64_t value;

	ck_assert_int_eq(rawbpf_map_lookup(map, &key, &value, 0), 0);
	return value;
}

#endif
