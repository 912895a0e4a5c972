/* SPDX-License-Identifier: MIT */
/* The texts in examples/tools: each of their programs, by each way. */
#ifndef TEST_TOOLS_H
#define TEST_TOOLS_H

#include <stdio.h>

#include "world.h"

static const char *const tool_names[] = {
	"biolatency", "capable", "chrootsnoop", "ethertype", "execsnoop", "exitsnoop", "fchownat", "lookup",
	"modsnoop", "mountsnoop", "oomsnoop", "opensnoop", "profile", "sigsnoop", "stuck", "tcpconnect",
};

enum { TOOLS = sizeof(tool_names) / sizeof(tool_names[0]) };

/* The text of the tool that was opened last. */
static char tool_text[65536];

static inline struct world *tool_open(unsigned tool, enum rawbpf_arch arch, const struct rawbpf_btf *kernel)
{
	char path[512];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), SOURCES "/examples/tools/%s.bpf", tool_names[tool]);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	length = fread(tool_text, 1, sizeof(tool_text) - 1, file);
	tool_text[length] = '\0';
	fclose(file);
	return world_open(tool_text, arch, kernel);
}

/* Call `use` for each unit of the text: at each place by each way, but all calls of a raw tracepoint. */
static inline void tool_units(struct world *w, void (*use)(struct world *w, struct rawbpf_unit unit))
{
	const struct rawbpf_collection *c = &w->collection;

	for (unsigned prog = 0; prog < c->prog_count; prog++)
		for (unsigned i = 0; i < c->progs[prog].place_count; i++) {
			struct rawbpf_unit unit = { .prog = prog, .place = c->progs[prog].place + i };
			enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];
			int count = rawbpf_collection_ways_find(ways, c, unit.place);

			for (int way = 0; way < count; way++) {
				int is_all = count > 1 && ways[way] == RAWBPF_WAY_RAW_TP;

				unit.way = ways[way];
				unit.place_count = is_all ? c->progs[prog].place_count : 1;
				if (!is_all || !i)
					use(w, unit);
			}
		}
}

#endif
