/* SPDX-License-Identifier: MIT */
/* Show a record by the presentations of its fields: as a table and as JSON. No privilege. */
#include "api.h"

static const char text[] =
	".struct event\n"
	"	u64   began     clock\n"
	"	u32   pid       pid\n"
	"	s32   ret       errno\n"
	"	u32   flags     flags O_\n"
	"	char  path[32]  string\n"
	".prog   none\n"
	".at     none\n"
	"	r0 = 0\n"
	"	exit\n";

/* The record of a program. A string has its length in front, with its NUL. */
static const struct {
	uint64_t began;
	uint32_t pid;
	int32_t ret;
	uint32_t flags;
	int32_t path_size;
	char path[32];
} event = { 60000000000, 412, -2, 0101, 10, "/tmp/a\33[m" };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "show");

	static uint64_t memory[1 << 15], index_memory[512];
	static struct rawbpf_column columns[16];
	struct rawbpf_collection_error error = { .macro_line = 0 };
	struct rawbpf_collection_text input = { .text = text, .length = sizeof text - 1,
		.errors = &error, .error_max = 1, .memory = memory, .memory_size = sizeof memory };
	struct rawbpf_collection_index index = { .memory = index_memory, .size = sizeof index_memory };
	const struct rawbpf_collection_env env = { .index = &index };
	const struct rawbpf_show_system system = { .wall_ns = 1764498000000000000 };
	struct rawbpf_show show = { .columns = columns, .max = RAWBPF_COUNT(columns), .width = 80 };
	struct rawbpf_collection collection;
	char line[2048];

	if (rawbpf_collection_parse(&collection, &input) < 0 ||
	    rawbpf_show_resolve(&show, &collection, "event", &env, &error) < 0)
		return API_FAILED;
	rawbpf_show_names_format(line, sizeof line, &show);
	fputs(line, stdout);
	rawbpf_show_record_format(line, sizeof line, &show, &system, &event, sizeof event);
	fputs(line, stdout);
	rawbpf_show_value_format(line, sizeof line, &show, &system, &event, sizeof event);
	puts(line);
	rawbpf_show_json_format(line, sizeof line, &show, &system, &event, sizeof event);
	fputs(line, stdout);
	printf("its schema has %zu bytes\n", rawbpf_show_schema_format(line, sizeof line, &show, "event"));
	return done();
}
