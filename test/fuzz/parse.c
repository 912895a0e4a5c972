/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: assemble any bytes. The assembler returns within the caller's buffers and the scratch
 * that it asked for. A newline behind the last line does not change the result.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude test/fuzz/parse.c lib/rawbpf.c
 */
#include <errno.h>
#include <rawbpf/text.h>
#include <stdlib.h>
#include <string.h>

enum { ERRORS = 8, MAPS = 4 };

struct outcome {
	struct rawbpf_text text;
	struct bpf_insn *insns;
	unsigned *lines;
	struct rawbpf_text_error errors[ERRORS], warnings[ERRORS];
	struct rawbpf_text_map maps[MAPS];
	int result;
};

static void check(int holds)
{
	if (!holds)
		abort();
}

static void parse(struct outcome *outcome, const char *text, size_t length, unsigned max)
{
	size_t scratch = rawbpf_text_scratch_size(length);

	memset(outcome, 0, sizeof *outcome);
	outcome->insns = calloc(max + 1, sizeof *outcome->insns);
	outcome->lines = calloc(max + 1, sizeof *outcome->lines);
	outcome->text = (struct rawbpf_text){
		.text = text, .length = length, .insns = outcome->insns, .max = max,
		.lines = outcome->lines, .maps = outcome->maps, .map_max = MAPS,
		.errors = outcome->errors, .error_max = ERRORS,
		.warnings = outcome->warnings, .warning_max = ERRORS,
		.scratch = malloc(scratch), .scratch_size = scratch };
	outcome->result = rawbpf_text_parse(&outcome->text);
	free(outcome->text.scratch);
}

static void release(struct outcome *outcome)
{
	free(outcome->insns);
	free(outcome->lines);
}

/* Check that the first `count` errors or warnings come in the order of their places. */
static void check_list(const struct rawbpf_text_error *list, unsigned count, const char *text,
		       size_t length)
{
	unsigned i, kept = count < ERRORS ? count : ERRORS;
	char line[4096];

	for (i = 0; i < kept; i++) {
		const struct rawbpf_text_error *error = &list[i];
		size_t needed = rawbpf_text_error_format(line, sizeof line, "x", text, length, error);

		check(error->line && error->column && error->width);
		check(memchr(error->message, '\0', sizeof error->message) && error->message[0]);
		check(needed < sizeof line && strlen(line) == needed);
		check(rawbpf_text_error_format(line, 20, NULL, text, length, error) > 20);
		if (i)
			check(error[-1].line < error->line || (error[-1].line == error->line &&
							       error[-1].column <= error->column));
	}
}

static void check_errors(const struct outcome *outcome, const char *text, size_t length)
{
	check((outcome->result == -EINVAL) == (outcome->text.error_count > 0));
	check_list(outcome->errors, outcome->text.error_count, text, length);
	check_list(outcome->warnings, outcome->text.warning_count, text, length);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct outcome exact, ended, small;
	unsigned max = size + 1;
	char *text = malloc(size), *line = malloc(size + 1);

	memcpy(text, data, size);
	memcpy(line, data, size);
	line[size] = '\n';
	parse(&exact, text, size, max);
	check(exact.result != -ENOSPC || exact.text.map_count > MAPS);
	check_errors(&exact, text, size);
	parse(&ended, line, size + 1, max);
	check(exact.result == ended.result && exact.text.count == ended.text.count &&
	      exact.text.error_count == ended.text.error_count &&
	      !memcmp(exact.insns, ended.insns, max * sizeof *exact.insns) &&
	      !memcmp(exact.lines, ended.lines, max * sizeof *exact.lines) &&
	      exact.text.warning_count == ended.text.warning_count &&
	      !memcmp(exact.errors, ended.errors, sizeof exact.errors) &&
	      !memcmp(exact.warnings, ended.warnings, sizeof exact.warnings));
	parse(&small, text, size, exact.text.count / 2);
	check(small.text.count == exact.text.count &&
	      (exact.result <= 0 || small.result == -ENOSPC) &&
	      !memcmp(small.insns, exact.insns, small.text.max * sizeof *small.insns));
	release(&exact);
	release(&ended);
	release(&small);
	free(text);
	free(line);
	return 0;
}
