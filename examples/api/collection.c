/* SPDX-License-Identifier: MIT */
/* Parse a text of programs, and resolve one for another architecture. No privilege. */
#include "api.h"

static const char text[] =
	".map    sizes hash u32 u64 64\n"
	".prog   write\n"
	".at     syscall write(_, _, size: u32)\n"
	"	.local  one 8\n"
	"	*(u64 *)(r10 + one) = 1\n"
	"	r1 = map sizes; r2 = r10 + size; r3 = r10 + one; r4 = BPF_NOEXIST\n"
	"	call map_update_elem\n"
	"	r0 = 0\n"
	"	exit\n";

/* Print a mistake, with its line. */
static int complain(const struct rawbpf_collection_error *error)
{
	char message[512];

	rawbpf_text_error_format(message, sizeof message, "sizes.bpf", text, sizeof text - 1, &error->at);
	fputs(message, stderr);
	return API_FAILED;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "collection");

	static uint64_t memory[1 << 15], index_memory[512];
	struct rawbpf_collection_error error;
	struct rawbpf_collection_text input = { .text = text, .length = sizeof text - 1,
		.errors = &error, .error_max = 1, .memory = memory, .memory_size = sizeof memory };
	struct rawbpf_collection_index index = { .memory = index_memory, .size = sizeof index_memory };
	const struct rawbpf_symbols symbols = { .arch = RAWBPF_ARCH_S390X };
	const struct rawbpf_collection_env env = { .arch = RAWBPF_ARCH_S390X, .symbols = &symbols,
						   .index = &index };
	enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];
	struct rawbpf_unit unit = { .place_count = 1 };
	struct rawbpf_collection collection;
	struct bpf_insn insns[64];
	struct rawbpf_resolved resolved = { .insns = insns, .max = RAWBPF_COUNT(insns) };
	char line[64];
	unsigned slots;

	if (rawbpf_collection_parse(&collection, &input) < 0)
		return complain(&error);
	rawbpf_collection_ways_find(ways, &collection, 0);
	unit.way = ways[0]; /* a kprobe: no place waits for a result */
	if (rawbpf_collection_resolve(&resolved, &collection, &unit, &env) < 0) {
		rawbpf_collection_error_find(&resolved.error, text, sizeof text - 1);
		return complain(&resolved.error);
	}
	printf("%u bytes of stack, %u slots before the body\n", resolved.stack, resolved.entry_count);
	for (unsigned i = 0; i < resolved.count; i += slots) {
		rawbpf_insn_format(line, sizeof line, &insns[i], resolved.count - i, RAWBPF_LLVM, NULL, &slots);
		printf("%4u  %s\n", i, line);
	}
	return done();
}
