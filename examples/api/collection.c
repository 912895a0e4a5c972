/* SPDX-License-Identifier: MIT */
/*
 * Parse a text of programs, resolve one of them for another architecture, and print its
 * instructions. Pure functions: they run without privilege, and without Linux.
 */
#include "api.h"

static const char text[] =
	".map    sizes hash u32 u64 64\n"
	".prog   write\n"
	".at     syscall write(_, _, size: u32)\n"
	"	.local  one 8\n"
	"	*(u64 *)(r10 + one) = 1\n"
	"	r1 = map sizes\n"
	"	r2 = r10 + size\n"
	"	r3 = r10 + one\n"
	"	r4 = BPF_NOEXIST\n"
	"	call map_update_elem\n"
	"	r0 = 0\n"
	"	exit\n";

enum { SLOTS = 64 };

static int complain(struct rawbpf_collection_error *error)
{
	char message[512];

	rawbpf_text_error_format(message, sizeof message, "sizes.bpf", text, sizeof text - 1, &error->at);
	fputs(message, stderr);
	return API_FAILED;
}

/* Resolve the first program by this way, and print it. */
static int show(const struct rawbpf_collection *collection, const struct rawbpf_collection_env *env,
		enum rawbpf_way way)
{
	struct bpf_insn insns[SLOTS];
	struct rawbpf_resolved resolved = { .insns = insns, .max = SLOTS };
	const struct rawbpf_unit unit = { .prog = 0, .place = 0, .place_count = 1, .way = way };
	unsigned slots;

	if (rawbpf_collection_resolve(&resolved, collection, &unit, env) < 0) {
		rawbpf_collection_error_find(&resolved.error, text, sizeof text - 1);
		return complain(&resolved.error);
	}
	printf("%u bytes of stack, %u slots before the body\n", resolved.stack, resolved.entry_count);
	for (unsigned i = 0; i < resolved.count; i += slots) {
		char line[64];

		rawbpf_insn_format(line, sizeof line, &insns[i], resolved.count - i, RAWBPF_LLVM, NULL,
				   &slots);
		printf("%4u  %s\n", i, line);
	}
	return 0;
}

int main(void)
{
	struct rawbpf_collection collection;
	struct rawbpf_collection_error error;
	struct rawbpf_collection_text input = {
		.text = text, .length = sizeof text - 1, .errors = &error, .error_max = 1,
		.memory_size = rawbpf_collection_memory_size(sizeof text - 1) };
	struct rawbpf_symbols symbols = { .arch = RAWBPF_ARCH_S390X };
	struct rawbpf_collection_index index = { .memory = NULL };
	struct rawbpf_collection_env env = { .arch = RAWBPF_ARCH_S390X, .symbols = &symbols,
					     .index = &index };
	enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];
	int failed;

	input.memory = malloc(input.memory_size);
	if (rawbpf_collection_parse(&collection, &input) < 0)
		return complain(&error);
	index.size = rawbpf_collection_index_size(&collection);
	index.memory = malloc(index.size);
	rawbpf_collection_ways_find(ways, &collection, 0);
	failed = show(&collection, &env, ways[0]); /* a kprobe: no place waits for a result */
	free(index.memory);
	free(input.memory);
	return failed ? failed : done();
}
