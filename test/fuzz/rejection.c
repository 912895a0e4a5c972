/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: parse any bytes as a program, a builder's labels and a verifier log. Results are
 * within the program and the log, and print.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>

enum { SLOTS = 16, TEXT = 1 << 16 };

static void check(int holds)
{
	if (!holds)
		abort();
}

static void check_part(const struct rawbpf_log_part *part, const char *log, size_t length)
{
	check(!part->length || (part->text >= log && part->text + part->length <= log + length));
}

static void check_parts(struct rawbpf_rejection *r, size_t length)
{
	int err = rawbpf_rejection_parse(r);

	check((err == 0) == (r->complaint.length > 0));
	check(r->index >= -1 && r->index < (int)r->insn_count);
	check(r->previous >= -1 && r->previous < (int)r->insn_count);
	check(r->reg >= -1 && r->reg <= 10);
	check_part(&r->complaint, r->log, length);
	check_part(&r->rest, r->log, length);
	for (int i = 0; i < 11; i++)
		check_part(&r->states[i], r->log, length);
}

static void check_text(const struct rawbpf_rejection *r)
{
	static char text[TEXT];
	char cut[16];
	size_t length = rawbpf_rejection_explain(text, sizeof text, r);

	check(length < sizeof text && strlen(text) == length && text[length - 1] == '\n');
	for (size_t i = 0; i < length; i++)
		check(text[i] == '\n' || text[i] == '\t' || (text[i] >= ' ' && text[i] <= '~'));
	check(rawbpf_rejection_explain(cut, sizeof cut, r) == length &&
	      memcmp(cut, text, sizeof cut - 1) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpf_insn insns[SLOTS];
	unsigned lines[SLOTS];
	struct rawbpf_build_slot slots[2 * SLOTS];
	struct rawbpf_build b = { .slots = slots, .slot_max = 2 * SLOTS };
	unsigned count = size ? data[0] % (SLOTS + 1) : 0;
	char *log;

	if (size < 1 + count * sizeof *insns)
		return 0;
	memcpy(insns, data + 1, count * sizeof *insns);
	data += 1 + count * sizeof *insns;
	size -= 1 + count * sizeof *insns;
	for (unsigned i = 0; i < count; i++) {
		lines[i] = i;
		if (i % 3 == 0)
			rawbpf_build_label_at(&b, i ? "la\tbel" : "\033first", i);
		rawbpf_build_emit_at(&b, &insns[i], 1, i);
	}
	log = malloc(size + 1);
	memcpy(log, data, size);
	log[size] = '\0';
	for (int way = 0; way < 2; way++) {
		struct rawbpf_rejection r = {
			.error = -(int)count, .log = log, .insns = insns, .insn_count = count,
			.file = way ? NULL : "f\033", .lines = way ? NULL : lines,
			.build = way ? &b : NULL };

		check_text(&r);
		check_parts(&r, strlen(log));
	}
	free(log);
	return 0;
}
