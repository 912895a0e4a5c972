/* SPDX-License-Identifier: MIT */
/* Describe the lines and functions of a program in BTF, as the kernel takes it. No privilege. */
#include "api.h"

static const char text[] =
	".macro  twice reg\n"
	"	\\reg += \\reg\n"
	".endm\n"
	".prog   length\n"
	".at     xdp\n"
	"	r0 = 21\n"
	"	twice r0\n"
	"	exit\n";

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "collection_info");

	static uint64_t memory[1 << 15], index_memory[512];
	static char data[4096];
	struct rawbpf_collection_text input = { .text = text, .length = sizeof text - 1,
		.memory = memory, .memory_size = sizeof memory };
	struct rawbpf_collection_index index = { .memory = index_memory, .size = sizeof index_memory };
	const struct rawbpf_collection_env env = { .index = &index };
	const struct rawbpf_unit unit = { .place_count = 1, .way = RAWBPF_WAY_XDP };
	struct rawbpf_collection collection;
	struct bpf_insn insns[16];
	unsigned lines[16], functions[16];
	struct rawbpf_resolved resolved = { .insns = insns, .max = RAWBPF_COUNT(insns),
		.lines = lines, .functions = functions };
	struct rawbpf_btf_build build = { .data = data, .max = sizeof data };
	struct bpf_func_info funcs[1];
	struct bpf_line_info infos[RAWBPF_COUNT(insns)];
	struct rawbpf_resolved_info info = { .btf = &build, .funcs = funcs, .func_max = 1,
		.lines = infos, .line_max = RAWBPF_COUNT(infos), .file = "length.bpf",
		.text = text, .length = sizeof text - 1 };
	struct rawbpf_btf btf;

	if (rawbpf_collection_parse(&collection, &input) < 0 ||
	    rawbpf_collection_index_size(&collection) > sizeof index_memory ||
	    rawbpf_collection_resolve(&resolved, &collection, &unit, &env) < 0 ||
	    rawbpf_collection_info_emit(&info, &collection, &resolved) < 0 ||
	    rawbpf_btf_parse(&btf, data, build.size, NULL) < 0)
		return API_FAILED;
	printf("function at %u: %s\n", funcs[0].insn_off, rawbpf_btf_type_name(&btf, funcs[0].type_id));
	for (unsigned i = 0; i < info.line_count; i++)
		printf("slot %u, line %u: %s\n", infos[i].insn_off, infos[i].line_col >> 10,
		       rawbpf_btf_string_get(&btf, infos[i].line_off));
	return done();
}
