/* SPDX-License-Identifier: MIT */
/* Coverage of tests: lines, instructions, and both sides of each jump. */
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Return the most slots that a program can have, as rawbpf_vm_collection_open() reckons. */
static unsigned slots_of(const struct rawbpf_collection *c, const struct rawbpf_table_prog *prog)
{
	return prog->insn_count + 64 * prog->place_count + 16 * c->arg_count + 256;
}

int coverage_open(struct coverage *coverage, const struct collection *collection)
{
	const struct rawbpf_collection *c = &collection->tables;

	coverage->progs = calloc(c->prog_count, sizeof *coverage->progs);
	coverage->units = calloc(c->prog_count, sizeof *coverage->units);
	for (unsigned i = 0; coverage->progs && coverage->units && i < c->prog_count; i++) {
		struct rawbpf_vm_coverage *prog = &coverage->progs[i];

		prog->slots = slots_of(c, &c->progs[i]);
		prog->ran = calloc(prog->slots, sizeof *prog->ran);
		prog->jumped = calloc(prog->slots, sizeof *prog->jumped);
		if (!prog->ran || !prog->jumped)
			return tool_fail(collection->subcommand, "out of memory");
	}
	return coverage->progs && coverage->units ? OK : tool_fail(collection->subcommand, "out of memory");
}

static void *copy(const void *from, size_t size)
{
	void *to = malloc(size ? size : 1);

	return to ? memcpy(to, from, size) : NULL;
}

void coverage_take(struct coverage *coverage, const struct rawbpf_vm_test *test)
{
	for (unsigned i = 0; i < test->loaded.unit_count; i++) {
		const struct rawbpf_vm_unit *unit = &test->loaded.units[i];
		struct rawbpf_vm_unit *to = &coverage->units[unit->unit.prog];

		if (to->resolved.count)
			continue;
		*to = *unit;
		to->resolved.insns = copy(unit->resolved.insns, unit->resolved.count * sizeof *to->resolved.insns);
		to->resolved.lines = copy(unit->resolved.lines, unit->resolved.count * sizeof(unsigned));
		if (!to->resolved.insns || !to->resolved.lines)
			to->resolved.count = 0;
	}
}

static int is_conditional(const struct bpf_insn *insn)
{
	unsigned op = BPF_OP(insn->code);

	return (BPF_CLASS(insn->code) == BPF_JMP || BPF_CLASS(insn->code) == BPF_JMP32) &&
	       op != BPF_JA && op != BPF_CALL && op != BPF_EXIT;
}

/* An instruction of the text. Each program's first ones may be its entry sequence. */
struct slot {
	unsigned line;
	unsigned order;   /* among all instructions */
	unsigned number;  /* in its program */
	int is_conditional;
	uint32_t ran, jumped;
};

/* All instructions, by lines. */
struct slots {
	struct slot *all;
	unsigned count;
};

static int compare(const void *one, const void *other)
{
	const struct slot *a = one, *b = other;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void add_prog(struct slots *slots, const struct rawbpf_resolved *unit,
		     const struct rawbpf_vm_coverage *counts)
{
	unsigned wide;

	for (unsigned i = 0; i < unit->count; i += wide) {
		wide = unit->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) ? 2 : 1;
		slots->all[slots->count] = (struct slot){
			.line = unit->lines[i] >> 16, .order = slots->count, .number = i,
			.is_conditional = is_conditional(&unit->insns[i]), .ran = counts->ran[i],
			.jumped = counts->jumped[i] };
		slots->count++;
	}
}

/* List the instructions of all programs that were loaded. */
static struct slots list(const struct coverage *coverage, const struct collection *collection)
{
	struct slots slots = { .count = 0 };
	size_t count = 1;

	for (unsigned i = 0; i < collection->tables.prog_count; i++)
		count += coverage->units[i].resolved.count;
	slots.all = malloc(count * sizeof *slots.all);
	for (unsigned i = 0; slots.all && i < collection->tables.prog_count; i++)
		add_prog(&slots, &coverage->units[i].resolved, &coverage->progs[i]);
	if (slots.all)
		qsort(slots.all, slots.count, sizeof *slots.all, compare);
	return slots;
}

/* Take the instructions of a line off the list. They are `slots->all` up to the result. */
static unsigned of_line(const struct slots *slots, unsigned line)
{
	unsigned count = 0;

	while (count < slots->count && slots->all[count].line <= line)
		count++;
	return count;
}

/* A line ran as often as the one of its instructions that ran most often. */
static uint32_t times(const struct slot *slots, unsigned count)
{
	uint32_t most = 0;

	for (unsigned i = 0; i < count; i++)
		most = slots[i].ran > most ? slots[i].ran : most;
	return most;
}

struct totals {
	unsigned lines, reached_lines, slots, reached_slots, sides, reached_sides;
};

static void add(struct totals *totals, const struct slot *slots, unsigned count)
{
	totals->lines += count != 0;
	totals->reached_lines += times(slots, count) != 0;
	for (unsigned i = 0; i < count; i++) {
		totals->slots++;
		totals->reached_slots += slots[i].ran != 0;
		if (!slots[i].is_conditional)
			continue;
		totals->sides += 2;
		totals->reached_sides += (slots[i].jumped != 0) + (slots[i].ran > slots[i].jumped);
	}
}

static unsigned lines_of(const struct collection *collection)
{
	unsigned count = 0;

	for (const char *at = collection->file.data; (at = strchr(at, '\n')); at++)
		count++;
	return count;
}

/* Call `print` for each line of the text, with its instructions. Returns the sums. */
static struct totals each_line(const struct coverage *coverage, const struct collection *collection,
			       void (*print)(void *context, unsigned line, const struct slot *slots,
					     unsigned count), void *context)
{
	struct slots slots = list(coverage, collection);
	struct slot *all = slots.all;
	struct totals totals = { .lines = 0 };
	unsigned last = lines_of(collection);

	for (unsigned line = 1; line <= last && all; line++) {
		unsigned count = of_line(&slots, line);

		add(&totals, slots.all, count);
		print(context, line, slots.all, count);
		slots.all += count;
		slots.count -= count;
	}
	free(all);
	return totals;
}

/* ----------------------------------------------------------------------------- listing */

static void print_line(void *collection, unsigned line, const struct slot *slots, unsigned count)
{
	char ran[16] = "";

	if (count)
		snprintf(ran, sizeof ran, times(slots, count) ? "%u" : "-----", times(slots, count));
	printf("# %6s |", ran);
	collection_print_line(stdout, collection, line);
	putchar('\n');
	for (unsigned i = 0; i < count; i++) {
		const struct slot *slot = &slots[i];

		if (!slot->is_conditional || !slot->ran)
			continue;
		printf("#        | jumps %u, goes on %u%s\n", slot->jumped, slot->ran - slot->jumped,
		       !slot->jumped ? "  <- never jumps" :
		       slot->jumped == slot->ran ? "  <- always jumps" : "");
	}
}

void coverage_print(const struct coverage *coverage, const struct collection *collection)
{
	struct totals totals = each_line(coverage, collection, print_line, (void *)collection);

	printf("# lines %u of %u, instructions %u of %u, sides of jumps %u of %u\n", totals.reached_lines,
	       totals.lines, totals.reached_slots, totals.slots, totals.reached_sides, totals.sides);
}

/* -------------------------------------------------------------------------------- lcov */

static void write_line(void *context, unsigned line, const struct slot *slots, unsigned count)
{
	FILE *to = context;

	if (count)
		fprintf(to, "DA:%u,%u\n", line, times(slots, count));
	for (unsigned i = 0; i < count; i++) {
		if (!slots[i].is_conditional)
			continue;
		if (slots[i].ran)
			fprintf(to, "BRDA:%u,%u,0,%u\nBRDA:%u,%u,1,%u\n", line, slots[i].order, slots[i].jumped,
				line, slots[i].order, slots[i].ran - slots[i].jumped);
		else
			fprintf(to, "BRDA:%u,%u,0,-\nBRDA:%u,%u,1,-\n", line, slots[i].order, line,
				slots[i].order);
	}
}

static void write_all(FILE *to, const struct coverage *coverage, const struct collection *collection)
{
	struct totals totals;

	fprintf(to, "TN:\nSF:%s\n", collection->file.name);
	totals = each_line(coverage, collection, write_line, to);
	fprintf(to, "BRF:%u\nBRH:%u\nLF:%u\nLH:%u\nend_of_record\n", totals.sides,
		totals.reached_sides, totals.lines, totals.reached_lines);
}

int coverage_write(const struct coverage *coverage, const struct collection *collection,
		   const char *path)
{
	FILE *to = fopen(path, "w");
	int failed = !to;

	if (to) {
		write_all(to, coverage, collection);
		failed = ferror(to);
		failed |= fclose(to) != 0;
	}
	return failed ? tool_fail(collection->subcommand, "writing %s: %s", path, strerror(errno)) : OK;
}
