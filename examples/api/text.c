/* SPDX-License-Identifier: MIT */
/* Assemble a text, and show its author the mistakes. No privilege. */
#include "api.h"

/* Assemble. Returns the number of slots, or -1 after showing the errors. */
static int assemble(const char *source, struct bpf_insn *insns, unsigned max)
{
	struct rawbpf_text_error errors[4], warnings[4];
	struct rawbpf_text_map maps[4];
	struct rawbpf_text text = {
		.text = source, .length = strlen(source),
		.insns = insns, .max = max,
		.maps = maps, .map_max = RAWBPF_COUNT(maps),
		.errors = errors, .error_max = RAWBPF_COUNT(errors),
		.warnings = warnings, .warning_max = RAWBPF_COUNT(warnings),
	};
	char shown[512];
	int count;

	text.scratch_size = rawbpf_text_scratch_size(text.length);
	text.scratch = malloc(text.scratch_size);
	if (!text.scratch)
		return -1;
	count = rawbpf_text_parse(&text);
	free(text.scratch);
	for (unsigned i = 0; i < text.error_count && i < text.error_max; i++) {
		rawbpf_text_error_format(shown, sizeof shown, "drop.s", source, text.length, errors + i);
		printf("%s\n", shown);
	}
	for (unsigned i = 0; count >= 0 && i < text.map_count; i++)
		printf("map %s: %u bytes to %u bytes, %u of them\n", maps[i].name, maps[i].key_size,
		       maps[i].value_size, maps[i].max_entries);
	return count < 0 ? -1 : count;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "text");

	struct bpf_insn insns[64];
	int count;

	assemble("r0 = 1\nif r0 == r11 goto out\nout: exit\n", insns, RAWBPF_COUNT(insns));
	count = assemble(".map rules hash 4 8 64\n"
			 "r1 = map rules\n"
			 "r0 = 0\n"
			 "exit\n", insns, RAWBPF_COUNT(insns));
	if (count < 0)
		return API_FAILED;
	printf("%d slots; the first refers to map %d\n", count, insns[0].imm);
	return done();
}
