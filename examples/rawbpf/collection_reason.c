/* SPDX-License-Identifier: MIT */
/* Print why a collection, or one way of a place, failed. */
#include "collected.h"

#include <string.h>
#include <unistd.h>

static const char *stage_words(const struct rawbpf_live_reason *reason)
{
	switch (reason->stage) {
	case RAWBPF_LIVE_LOAD:
		return "loading ";
	case RAWBPF_LIVE_ATTACH:
		return "attaching ";
	case RAWBPF_LIVE_MAP:
		return "";
	default:
		return "resolving ";
	}
}

/* Print what a place is attached to: its target, or the option that says how often. */
static void print_target(const struct collection *collection, const struct rawbpf_table_place *place)
{
	const struct rawbpf_collection *tables = &collection->tables;
	const struct rawbpf_expr *expr = &tables->exprs[place->expr];
	const char *target = collection_string(collection, place->target), *words;

	if (target[0])
		fprintf(stderr, " %s", collection_shown(target));
	for (unsigned i = 0; place->way == RAWBPF_WAY_PERF && i < tables->param_count; i++) {
		words = collection_string(collection, tables->params[i].words);
		if (expr->op == RAWBPF_EXPR_SYMBOL && words[0] == '-' && words[1] &&
		    strncmp(collection_string(collection, expr->b), "opt.", 4) == 0 &&
		    strcmp(collection_string(collection, expr->b) + 4,
			   collection_string(collection, tables->params[i].name)) == 0)
			fprintf(stderr, " (-%c)", words[1]);
	}
}

/* Print what a reason is about: "enter at syscall chroot by kprobe". */
static void print_subject(const struct collection *collection,
			  const struct rawbpf_live_reason *reason)
{
	const struct rawbpf_collection *tables = &collection->tables;
	const struct rawbpf_table_place *place;
	unsigned prog = 0;

	if (reason->stage == RAWBPF_LIVE_MAP) {
		if (tables->maps[reason->index].line)
			fprintf(stderr, "%s:%u: ", collection->file.name, tables->maps[reason->index].line);
		fprintf(stderr, "map %s", tables->strings + tables->maps[reason->index].name);
		return;
	}
	place = &tables->places[reason->index];
	while (prog + 1 < tables->prog_count && tables->progs[prog + 1].place <= reason->index)
		prog++;
	fprintf(stderr, "%s at %s", tables->strings + tables->progs[prog].name, rawbpf_way_name(place->way));
	print_target(collection, place);
	if (place->way == RAWBPF_WAY_SYSCALL || place->way == RAWBPF_WAY_SYSRET)
		fprintf(stderr, " by %s", rawbpf_way_name(reason->way));
}

static int is_same(const struct rawbpf_live_reason *a, const struct rawbpf_live_reason *b)
{
	return a->mistake.at.line == b->mistake.at.line && a->mistake.at.column == b->mistake.at.column &&
	       a->stage == b->stage && a->error == b->error && strcmp(a->text, b->text) == 0;
}

/* Is the place attached by a later way? A place that ends at `.or none` is not. */
static int is_made_good(const struct collection *collection, const struct rawbpf_live *live,
			const struct rawbpf_live_reason *reason)
{
	const struct rawbpf_collection *tables = &collection->tables;
	unsigned first = reason->index, end = reason->index + 1;

	if (reason->stage == RAWBPF_LIVE_MAP)
		return 0;
	while (tables->places[first].is_or)
		first--;
	while (end < tables->place_count && tables->places[end].is_or)
		end++;
	for (unsigned i = 0; i < live->program_count; i++) {
		const struct rawbpf_unit *unit = &live->programs[i].unit;

		if (unit->way != RAWBPF_WAY_NONE && unit->place < end && unit->place + unit->place_count > first)
			return 1;
	}
	return 0;
}

/* Print a reason once, and all that it is about. */
static void print_reason(const struct collection *collection, const struct rawbpf_live_reason *const *told,
			 unsigned count, unsigned number)
{
	const struct rawbpf_live_reason *reason = told[number];

	for (unsigned i = 0; i < number; i++)
		if (is_same(reason, told[i]))
			return;
	if (reason->mistake.at.line) {
		collection_print_mistake(collection, &reason->mistake);
		return;
	}
	fprintf(stderr, "rawbpf %s: %s", collection->subcommand->name, stage_words(reason));
	print_subject(collection, reason);
	for (unsigned i = number + 1; i < count; i++)
		if (is_same(reason, told[i])) {
			fprintf(stderr, ", ");
			print_subject(collection, told[i]);
		}
	tool_page(stderr, ": %s\n", reason->text[0] ? reason->text : strerror(-reason->error));
}

/* Tell where members come from. A place that needs BTF has a message of its own. */
static void offer_offsets(void)
{
	if (access("/sys/kernel", F_OK) < 0)
		tool_page(stderr, "   A kernel's BTF is in /sys, which is not mounted: mount -t sysfs sysfs /sys\n");
	else
		tool_page(stderr, "   This kernel has no BTF: `rawbpf run --offsets FILE` takes members from a file, and "
			  "rawbpf-run(1), \"Without BTF\", tells how to write it\n");
}

void collection_print_reasons(const struct collection *collection, const struct rawbpf_live *live)
{
	const struct rawbpf_live_reason *told[COLLECTION_REASONS];
	unsigned count = 0;
	int lacks_members = 0;

	for (unsigned i = 0; i < live->reason_count && i < live->spec.reason_max; i++) {
		const struct rawbpf_live_reason *reason = &live->spec.reasons[i];

		if (!collection->run.is_verbose && is_made_good(collection, live, reason))
			continue;
		told[count++] = reason;
		lacks_members |= strstr(reason->mistake.at.message, "neither BTF nor an offsets file") != NULL;
	}
	for (unsigned i = 0; i < count; i++)
		print_reason(collection, told, count, i);
	if (lacks_members)
		offer_offsets();
	if (live->reason_count > live->spec.reason_max)
		fprintf(stderr, "... and %u more reasons\n",
			live->reason_count - live->spec.reason_max);
}
