/* SPDX-License-Identifier: MIT */
/*
 * Functions that the lessons share: explain, show a program as bytes, text and C, run it.
 *
 * A machine in user space runs the lessons, without privilege. With -k, the kernel runs them.
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
#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

enum { LEARN_SLOTS = 64, LEARN_MAPS = 4, LEARN_PROGS = 4, LEARN_PACKET = 64, LEARN_BUDGET = 100000 };

/* The machine's maps and programs. Its descriptors are indices in these arrays. */
static struct {
	int in_kernel;
	struct rawbpf_vm_map maps[LEARN_MAPS];
	struct rawbpf_vm_prog progs[LEARN_PROGS];
	unsigned map_count, prog_count;
} learn;

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

/* Take the arguments: -k. Print the title, and what the lesson explains. */
static inline void learn_begin(int argc, char **argv, const char *title, const char *words)
{
	learn.in_kernel = argc == 2 && strcmp(argv[1], "-k") == 0;
	if (argc > 1 && !learn.in_kernel) {
		fprintf(stderr, "usage: %s [-k]\n  -k  run the program in the kernel (root)\n", argv[0]);
		exit(2);
	}
	printf("\n== %s\n\n%s\n", title, words);
}

/* ----------------------------------------------------------------------------------- maps */

/* Create a map. Return its descriptor. */
static inline int learn_map(const struct rawbpf_map_spec *spec)
{
	struct rawbpf_vm_map *map = &learn.maps[learn.map_count];
	int fd = learn.in_kernel ? rawbpf_map_create(spec) : (int)learn.map_count++;

	if (learn.in_kernel) {
		if (fd < 0)
			learn_refused(RAWBPF_MAP_CREATE, fd);
		return fd;
	}
	*map = (struct rawbpf_vm_map){ .name = spec->name, .type = spec->type,
		.key_size = spec->key_size, .value_size = spec->value_size,
		.max_entries = spec->max_entries };
	map->memory_size = rawbpf_vm_map_size(map);
	map->memory = malloc(map->memory_size);
	if (rawbpf_vm_map_open(map) < 0)
		learn_fail("creating a map", 0);
	return fd;
}

static inline void learn_update(int map, const void *key, const void *value)
{
	int err = learn.in_kernel ? rawbpf_map_update(map, key, value, BPF_ANY) :
				    rawbpf_vm_map_update(&learn.maps[map], key, value, BPF_ANY);

	if (err < 0)
		learn_fail("updating a map", err);
}

static inline void learn_lookup(int map, const void *key, void *value)
{
	int err = learn.in_kernel ? rawbpf_map_lookup(map, key, value, 0) :
				    rawbpf_vm_map_lookup(&learn.maps[map], key, value);

	if (err < 0)
		learn_fail("looking up an element", err);
}

/* Put a program into an array of programs. */
static inline void learn_put(int map, unsigned element, int prog)
{
	struct rawbpf_vm_prog *pointer = &learn.progs[learn.in_kernel ? 0 : prog];

	learn_update(map, &element, learn.in_kernel ? (void *)&prog : (void *)&pointer);
}

/* ------------------------------------------------------------------------------- programs */

/* Assemble `text`, in which map number i is maps[i]. Return the number of slots, and their lines. */
static inline unsigned learn_assemble(const char *text, struct bpf_insn *insns, unsigned *lines, const int *maps)
{
	static char scratch[64 * 1024];
	struct rawbpf_text_error error = { .message = "" };
	struct rawbpf_text_map declared[8];
	struct rawbpf_text parse = {
		.text = text, .length = strlen(text),
		.insns = insns, .max = LEARN_SLOTS, .lines = lines,
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

/* Print the next line of the text. Lines of labels and maps have no slot beside them. */
static inline const char *learn_show_line(const char *text, int has_slot)
{
	const char *end = strchr(text, '\n');

	printf("%*s%.*s\n", has_slot ? 1 : 33, "", (int)(end - text), text);
	return end + 1;
}

/* Print a slot's number and bytes. */
static inline void learn_show_slot(unsigned slot, const struct bpf_insn *insn)
{
	unsigned char bytes[8];

	memcpy(bytes, insn, sizeof bytes);
	printf("  %4u  ", slot);
	for (unsigned i = 0; i < sizeof bytes; i++)
		printf("%02x ", bytes[i]);
}

/* Print the program as bytes, as the text's lines, and below each of these as its macro. */
static inline void learn_show(const char *text, const struct bpf_insn *insns, const unsigned *lines, unsigned count)
{
	unsigned line = 1, slots;

	printf("  slot  bytes                    text, and its macro below\n");
	for (unsigned i = 0; i < count; i += slots) {
		char c[128];

		for (; line < lines[i]; line++)
			text = learn_show_line(text, 0);
		rawbpf_insn_format(c, sizeof c, insns + i, count - i, RAWBPF_C, NULL, &slots);
		learn_show_slot(i, insns + i);
		text = learn_show_line(text, 1);
		line++;
		if (slots == 2)
			learn_show_slot(i + 1, insns + i + 1);
		printf("%*s%s\n", slots == 2 ? 1 : strlen(c) > 47 ? 80 - (int)strlen(c) : 33, "", c);
	}
}

/* Load a program into the kernel. Return its descriptor. */
static inline int learn_load_kernel(const struct bpf_insn *insns, unsigned count)
{
	static char log[4096];
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
		.insns = insns, .insn_count = count,
		.log = log, .log_size = sizeof log });

	if (prog < 0 && log[0])
		learn_rejected(insns, count, prog, log);
	if (prog < 0)
		learn_refused(RAWBPF_PROG_LOAD, prog);
	return prog;
}

/* Compare text and macros, show them, load the program. `insns` stays the caller's. */
static inline int learn_load(const char *text, const struct bpf_insn *insns, unsigned count,
			     const int *maps)
{
	struct bpf_insn assembled[LEARN_SLOTS];
	unsigned lines[LEARN_SLOTS];

	if (learn_assemble(text, assembled, lines, maps) != count ||
	    memcmp(assembled, insns, count * sizeof *insns) != 0)
		learn_fail("the text and the macros", 0);
	learn_show(text, insns, lines, count);
	if (learn.in_kernel)
		return learn_load_kernel(insns, count);
	learn.progs[learn.prog_count] = (struct rawbpf_vm_prog){ .insns = insns, .insn_count = count };
	return (int)learn.prog_count++;
}

/* Run the program in the machine, as a socket filter on a packet. Return r0. */
static inline unsigned long long learn_run_machine(int prog, const unsigned char *packet)
{
	static unsigned long long stack[RAWBPF_VM_FRAMES * RAWBPF_VM_STACK / 8];
	static unsigned char memory[RAWBPF_VM_HEADROOM + LEARN_PACKET];
	static struct rawbpf_vm vm;
	struct rawbpf_vm_region *regions[2 * LEARN_MAPS + RAWBPF_VM_CONTEXT_REGIONS];
	struct rawbpf_vm_map *maps[LEARN_MAPS];
	struct rawbpf_vm_world world = { .pid = 1 };
	struct rawbpf_vm_context context;
	struct rawbpf_vm_helpers helpers;
	struct rawbpf_vm_spec spec = {
		.prog = &learn.progs[prog], .stack = stack, .stack_size = sizeof stack,
		.regions = regions, .region_max = RAWBPF_COUNT(regions),
		.maps = maps, .map_count = learn.map_count, .helpers = &helpers };
	char why[512];

	for (unsigned i = 0; i < learn.map_count; i++)
		maps[i] = &learn.maps[i];
	rawbpf_vm_helpers_get(&helpers, &world);
	if (rawbpf_vm_context_open(&context, &(struct rawbpf_vm_context_spec){
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .packet = packet,
		.packet_size = LEARN_PACKET, .memory = memory, .memory_size = sizeof memory }) < 0 ||
	    rawbpf_vm_context_bind(&context, &spec) < 0 || rawbpf_vm_open(&vm, &spec) < 0)
		learn_fail("preparing the machine", 0);
	if (rawbpf_vm_run(&vm, LEARN_BUDGET) == RAWBPF_VM_ENDED)
		return vm.r[0];
	rawbpf_vm_trap_explain(why, sizeof why, &vm);
	fprintf(stderr, "%s\n", why);
	exit(EXIT_FAILURE);
}

/* Run the program on a packet with the bytes 0 to 63. Return r0; the kernel gives its low half. */
static inline unsigned long long learn_run(int prog)
{
	unsigned char packet[LEARN_PACKET];
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };
	int err;

	for (unsigned i = 0; i < sizeof packet; i++)
		packet[i] = i;
	if (!learn.in_kernel)
		return learn_run_machine(prog, packet);
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
