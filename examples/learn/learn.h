/* SPDX-License-Identifier: MIT */
/*
 * Functions that the lessons share: show a program as text and as C side by side, load it, run it.
 *
 * Each lesson writes its program twice, as text and as macros. It compares the bytes of both, and
 * fails if they differ.
 */
#ifndef EXAMPLES_LEARN_H
#define EXAMPLES_LEARN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>
#include <rawbpf/form.h>
#include <rawbpf/text.h>

enum { LEARN_SLOTS = 64 };

static inline void learn_fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, err < 0 ? strerror(-err) : "not as expected");
	exit(EXIT_FAILURE);
}

/* Explain an error of the kernel, and exit. */
static inline void learn_refused(const struct rawbpf_operation *operation, int err)
{
	char why[512];

	rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
		.operation = operation, .error = err, .type = BPF_PROG_TYPE_SOCKET_FILTER,
		.lines = 1 });
	fprintf(stderr, "%s\n", why);
	exit(EXIT_FAILURE);
}

/* Show the instruction that the verifier rejected, and why; exit. */
static inline void learn_rejected(const struct bpf_insn *insns, unsigned count, int err,
				  const char *log)
{
	char why[4096];

	rawbpf_rejection_explain(why, sizeof why, &(struct rawbpf_rejection){
		.error = err, .log = log, .insns = insns, .insn_count = count });
	fputs(why, stderr);
	exit(EXIT_FAILURE);
}

static inline void learn_title(const char *title)
{
	printf("\n== %s\n\n", title);
}

static inline int learn_map(const struct rawbpf_map_spec *spec)
{
	int map = rawbpf_map_create(spec);

	if (map < 0)
		learn_refused(RAWBPF_MAP_CREATE, map);
	return map;
}

/* Assemble `text`, in which map number i is maps[i]. Return the number of slots. */
static inline unsigned learn_assemble(const char *text, struct bpf_insn *insns, const int *maps)
{
	static char scratch[64 * 1024];
	struct rawbpf_text_error error = { .message = "" };
	struct rawbpf_text_map declared[8];
	struct rawbpf_text parse = {
		.text = text, .length = strlen(text),
		.insns = insns, .max = LEARN_SLOTS,
		.maps = declared, .map_max = 8,
		.errors = &error, .error_max = 1,
		.scratch = scratch, .scratch_size = sizeof scratch,
	};
	int count = rawbpf_text_parse(&parse);

	if (count < 0) {
		fprintf(stderr, "the text, line %u: %s\n", error.line, error.message);
		exit(EXIT_FAILURE);
	}
	for (int i = 0; i < count; i++)
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) && insns[i].src_reg == BPF_PSEUDO_MAP_FD)
			insns[i].imm = maps[insns[i].imm];
	return count;
}

/* Print the program as text and as C, one instruction a line. */
static inline void learn_show(const struct bpf_insn *insns, unsigned count)
{
	unsigned i = 0, slots;

	while (i < count) {
		char text[128], c[128];

		rawbpf_insn_format(text, sizeof text, insns + i, count - i, RAWBPF_LLVM, NULL, &slots);
		rawbpf_insn_format(c, sizeof c, insns + i, count - i, RAWBPF_C, NULL, NULL);
		printf("  %2u  %-36s  %s\n", i, text, c);
		i += slots;
	}
}

/* Compare text and macros, show them, load the program. */
static inline int learn_load(const char *text, const struct bpf_insn *insns, unsigned count,
			     const int *maps)
{
	static char log[4096];
	struct bpf_insn assembled[LEARN_SLOTS];
	int prog;

	if (learn_assemble(text, assembled, maps) != count ||
	    memcmp(assembled, insns, count * sizeof *insns) != 0)
		learn_fail("the text and the macros", 0);
	learn_show(insns, count);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
		.insns = insns, .insn_count = count,
		.log = log, .log_size = sizeof log });
	if (prog < 0 && log[0])
		learn_rejected(insns, count, prog, log);
	if (prog < 0)
		learn_refused(RAWBPF_PROG_LOAD, prog);
	return prog;
}

/* Run the program in the kernel on a packet with the bytes 0 to 63. Return r0. */
static inline unsigned learn_run(int prog)
{
	unsigned char packet[64];
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };
	int err;

	for (unsigned i = 0; i < sizeof packet; i++)
		packet[i] = i;
	err = rawbpf_prog_run(prog, &run);
	if (err < 0)
		learn_refused(RAWBPF_PROG_RUN, err);
	return run.retval;
}

/* Print the result; exit with an error if it is not the expected one. */
static inline void learn_expect(const char *what, unsigned long long got, unsigned long long expected)
{
	printf("\n  %s: %llu\n", what, got);
	if (got != expected) {
		fprintf(stderr, "expected %llu\n", expected);
		exit(EXIT_FAILURE);
	}
}

#endif
