/* SPDX-License-Identifier: MIT */
/* Show an element of a map by its .show line, and a histogram. No privilege. */
#include "api.h"

static const char text[] =
	".map    count hash u32 u64 16\n"
	".show   count \"process %-6 %x times\" sort value\n"
	".prog   none\n"
	".at     none\n"
	"	r0 = 0\n"
	"	exit\n";

static char line[2048];

static void show_bars(void)
{
	const struct rawbpf_bars bars = { .map = "usecs", .unit = "us", .width = 40 };
	const uint64_t counts[] = { 0, 0, 3, 9, 1 };

	rawbpf_bars_format(line, sizeof line, &bars, counts, RAWBPF_COUNT(counts));
	fputs(line, stdout);
	rawbpf_bars_json_format(line, sizeof line, &bars, counts, RAWBPF_COUNT(counts));
	fputs(line, stdout);
	printf("its schema has %zu bytes\n", rawbpf_bars_schema_format(line, sizeof line, &bars));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "show_map");

	static uint64_t memory[1 << 15], index_memory[512];
	struct rawbpf_column columns[2];
	struct rawbpf_collection_error error = { .macro_line = 0 };
	struct rawbpf_collection_text input = { .text = text, .length = sizeof text - 1,
		.errors = &error, .error_max = 1, .memory = memory, .memory_size = sizeof memory };
	struct rawbpf_collection_index index = { .memory = index_memory, .size = sizeof index_memory };
	const struct rawbpf_collection_env env = { .index = &index };
	const struct rawbpf_show_system system = { .now_ns = 0 };
	const struct { uint32_t pid, unused; uint64_t count; } element = { 412, 0, 31 };
	struct rawbpf_show show = { .columns = columns, .max = RAWBPF_COUNT(columns) };
	struct rawbpf_collection collection;

	if (rawbpf_collection_parse(&collection, &input) < 0 ||
	    rawbpf_show_map_resolve(&show, &collection, 0, &env, &error) < 0)
		return API_FAILED;
	rawbpf_show_text_format(line, sizeof line, &show, &system, collection.strings + collection.shows[0].text,
				&element, sizeof element);
	fputs(line, stdout);
	show_bars();
	return done();
}
