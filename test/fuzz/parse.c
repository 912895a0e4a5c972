/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: any text, assembled. Errors must lie in the text and print; what assembles must,
 * disassembled, assemble to the same.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/text.h>

enum { SLOTS = 4096, ERRORS = 8, MAPS = 8, SCRATCH = 1 << 20 };

static struct bpf_insn insns[SLOTS];
static unsigned lines[SLOTS];
static char scratch[SCRATCH];

static int parse(const char *text, size_t length, struct bpf_insn *out, struct rawbpf_text_error *errors,
		 struct rawbpf_text *parsed)
{
	static struct rawbpf_text_map maps[MAPS];

	*parsed = (struct rawbpf_text){
		.text = text, .length = length,
		.insns = out, .max = SLOTS, .lines = lines,
		.maps = maps, .map_max = MAPS,
		.errors = errors, .error_max = ERRORS,
		.scratch = scratch, .scratch_size = sizeof scratch,
	};
	return rawbpf_text_parse(parsed);
}

static unsigned count_lines(const char *text, size_t length)
{
	unsigned count = 1;

	for (size_t i = 0; i < length; i++)
		count += text[i] == '\n';
	return count;
}

static void check_errors(const char *text, size_t length, const struct rawbpf_text *parsed)
{
	for (unsigned i = 0; i < parsed->error_count && i < ERRORS; i++) {
		const struct rawbpf_text_error *error = &parsed->errors[i];
		char page[1024];

		if (error->line < 1 || error->line > count_lines(text, length) || error->column < 1 ||
		    !memchr(error->message, '\0', sizeof error->message) || !error->message[0])
			abort();
		rawbpf_text_error_format(page, sizeof page, "fuzz", text, length, error);
		if (!memchr(page, '\0', sizeof page))
			abort();
	}
}

static void check_round_trip(int count)
{
	static char text[SLOTS * 96];
	static struct bpf_insn again[SLOTS];
	struct rawbpf_text parsed;
	size_t length = 0;

	for (int i = 0; i < count;) {
		const char *reason;
		unsigned slots;

		if (rawbpf_insn_check(insns + i, count - i, &reason) < 0)
			return; /* a form that only some values load, such as a shift by 64 */
		length += rawbpf_insn_format(text + length, sizeof text - length, insns + i, count - i,
					     RAWBPF_LLVM, NULL, &slots);
		text[length++] = '\n';
		i += slots;
	}
	if (parse(text, length, again, NULL, &parsed) != count ||
	    memcmp(again, insns, count * sizeof *insns) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rawbpf_text_error errors[ERRORS];
	struct rawbpf_text parsed;
	char *text = malloc(size); /* its very end, where the sanitizer watches */
	int count;

	if (size)
		memcpy(text, data, size);
	count = parse(text, size, insns, errors, &parsed);
	if ((count < 0) != (parsed.error_count > 0) && count != -ENOSPC)
		abort();
	check_errors(text, size, &parsed);
	if (count > 0)
		check_round_trip(count);
	free(text);
	return 0;
}
