/* SPDX-License-Identifier: MIT */
/* Choose a way for each place, load the programs and attach them. */
#include "live_end.h"
#include "live_load.h"
#include "live_place.h"
#include "live_reason.h"

/* The way that a caller names for both: for a function's beginning and its return. */
static enum rawbpf_way live_both(enum rawbpf_way way)
{
	switch (way) {
	case RAWBPF_WAY_KRETPROBE:
		return RAWBPF_WAY_KPROBE;
	case RAWBPF_WAY_FEXIT:
		return RAWBPF_WAY_FENTRY;
	case RAWBPF_WAY_URETPROBE:
		return RAWBPF_WAY_UPROBE;
	default:
		return way;
	}
}

static int live_is_allowed(const struct rawbpf_live *live, enum rawbpf_way way)
{
	return !live->spec.way || live_both(live->spec.way) == live_both(way);
}

static int live_refuse_way(struct rawbpf_live *live, unsigned place, enum rawbpf_way way)
{
	struct rawbpf_live_reason *reason =
		rawbpf__live_reason(live, RAWBPF_LIVE_ATTACH, place, way, -EOPNOTSUPP);

	if (reason) {
		struct rawbpf__out out = rawbpf__out_begin(reason->text, sizeof reason->text);

		rawbpf__out_text(&out, "only the way ");
		rawbpf__out_text(&out, rawbpf_way_name(live->spec.way));
		rawbpf__out_text(&out, " is allowed");
	}
	return -EOPNOTSUPP;
}

/* ------------------------------------------------------------------------------ a program */

/* Load a program for places in one way. It becomes the last of live->programs. */
static int live_add(struct rawbpf_live *live, unsigned prog, unsigned place, unsigned place_count,
		    enum rawbpf_way way)
{
	struct rawbpf_live_program *program = &live->programs[live->program_count];
	int err;

	*program = (struct rawbpf_live_program){ .unit = {
		.prog = prog, .place = place, .place_count = place_count, .way = way } };
	err = rawbpf__live_load(live, program);
	if (err < 0)
		return err;
	live->program_count++;
	return rawbpf__live_tail_fill(live, program);
}

/* Attach the programs from number `first` on, or only check their places. */
static int live_attach_from(struct rawbpf_live *live, unsigned first)
{
	int err = 0;

	if (live->spec.until == RAWBPF_UNTIL_RESOLVED)
		return 0;
	for (unsigned i = first; err == 0 && i < live->program_count; i++)
		err = live->spec.until == RAWBPF_UNTIL_LOADED ?
		      rawbpf__live_place_check(live, &live->programs[i]) :
		      rawbpf__live_place_attach(live, &live->programs[i]);
	return err;
}

/* Load one program and attach it. On an error nothing of it stays. */
static int live_try(struct rawbpf_live *live, unsigned prog, unsigned place, enum rawbpf_way way)
{
	unsigned first = live->program_count;
	int err = live_is_allowed(live, way) ? live_add(live, prog, place, 1, way) :
		  live_refuse_way(live, place, way);

	if (err == 0)
		err = live_attach_from(live, first);
	if (err < 0)
		rawbpf__live_programs_end(live, first, 1);
	return err;
}

/* -------------------------------------------------------------------- all system calls */

/* Return how many places from `place` on one raw tracepoint serves: those alike, without `.or`. */
static unsigned live_alike(const struct rawbpf_collection *collection,
			   const struct rawbpf_table_prog *prog, unsigned place)
{
	const struct rawbpf_table_place *places = collection->places;
	unsigned end = prog->place + prog->place_count, i = place + 1;

	while (i < end && places[i].way == places[place].way && !places[i].is_or)
		i++;
	return i - place;
}

/* Is a place at a system call that only other architectures have? Then nobody can make it here. */
static int live_is_foreign(const struct rawbpf_live *live, const struct rawbpf_table_place *place)
{
	const char *name = rawbpf__live_string(live, place->target);
	struct rawbpf_syscall call;
	int arch;

	if (rawbpf_syscall_find(&call, live->env.arch, name) != -ENOENT)
		return 0;
	for (arch = RAWBPF_ARCH_X86_64; arch <= RAWBPF_ARCH_S390X; arch++)
		if (rawbpf_syscall_find(&call, arch, name) == 0)
			return 1;
	return 0;
}

/* Has a program a place at a system call of this architecture? */
static int live_has_calls(const struct rawbpf_live *live, const struct rawbpf_table_prog *prog)
{
	const struct rawbpf_table_place *places = live->collection->places + prog->place;

	for (unsigned i = 0; i < prog->place_count; i++)
		if (rawbpf__live_is_call(&places[i]) && !live_is_foreign(live, &places[i]))
			return 1;
	return 0;
}

/* Load a program for its system calls in way number `number` of their lists. */
static int live_calls_load(struct rawbpf_live *live, unsigned prog, unsigned number)
{
	const struct rawbpf_collection *collection = live->collection;
	const struct rawbpf_table_prog *table = &collection->progs[prog];
	enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];
	unsigned count;
	int err = 0;

	for (unsigned i = table->place; err == 0 && i < table->place + table->place_count; i += count) {
		const struct rawbpf_table_place *place = &collection->places[i];

		count = 1;
		if (!rawbpf__live_is_call(place) || place->is_or)
			continue;
		rawbpf_collection_ways_find(ways, collection, i);
		if (ways[number] == RAWBPF_WAY_RAW_TP)
			count = live_alike(collection, table, i);
		else if (live_is_foreign(live, place) && live_has_calls(live, table))
			continue;
		err = live_add(live, prog, i, count, ways[number]);
	}
	return err;
}

/* Load all programs at system calls, then attach them. */
static int live_calls_attach(struct rawbpf_live *live, unsigned number)
{
	unsigned first = live->program_count;
	int err = 0;

	for (unsigned i = live->collection->prog_count; err == 0 && i-- > 0;)
		err = live_calls_load(live, i, number);
	if (err == 0)
		err = live_attach_from(live, first);
	if (err < 0)
		rawbpf__live_programs_end(live, first, 1);
	return err;
}

/* Return the first place at a system call that is no alternative to another, or -ENOENT. */
static int live_first_call(const struct rawbpf_collection *collection)
{
	for (unsigned i = 0; i < collection->place_count; i++)
		if (rawbpf__live_is_call(&collection->places[i]) && !collection->places[i].is_or)
			return i;
	return -ENOENT;
}

/* Try the ways for all of them together. */
static int live_all_calls(struct rawbpf_live *live)
{
	enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];
	int place = live_first_call(live->collection), err = -EOPNOTSUPP, is_tried = 0, count;

	if (place < 0)
		return 0;
	count = rawbpf_collection_ways_find(ways, live->collection, place);
	for (int i = 0; err < 0 && i < count; i++) {
		if (!live_is_allowed(live, ways[i]))
			continue;
		err = live_calls_attach(live, i);
		is_tried = 1;
	}
	return is_tried ? err : live_refuse_way(live, place, ways[0]);
}

/* ---------------------------------------------------------------------------- all places */

/* Attach at one place, by the first of its ways that works. */
static int live_place(struct rawbpf_live *live, unsigned prog, unsigned place)
{
	enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];
	int err = -EOPNOTSUPP, count = rawbpf_collection_ways_find(ways, live->collection, place);

	for (int i = 0; err < 0 && i < count; i++)
		err = live_try(live, prog, place, ways[i]);
	return err;
}

/*
 * Attach a program at its places that are not attached yet: of each `.at` and its `.or` lines at
 * the first that works. `calls` is the result for all system calls together.
 */
static int live_program_attach(struct rawbpf_live *live, unsigned prog, int calls)
{
	const struct rawbpf_collection *collection = live->collection;
	unsigned place = collection->progs[prog].place;
	unsigned end = place + collection->progs[prog].place_count;

	while (place < end) {
		int is_call = rawbpf__live_is_call(&collection->places[place]);
		int err = is_call ? calls : live_place(live, prog, place);

		for (place++; place < end && collection->places[place].is_or; place++)
			if (err < 0)
				err = live_place(live, prog, place);
		if (err < 0)
			return err;
	}
	return 0;
}

int rawbpf_live_attach(struct rawbpf_live *live)
{
	int err = 0, calls;

	if (!live->mapped)
		return -EBADF;
	calls = live_all_calls(live);
	for (unsigned i = live->collection->prog_count; err == 0 && i-- > 0;)
		err = live_program_attach(live, i, calls);
	if (err < 0)
		rawbpf__live_programs_end(live, 0, 1);
	return err;
}

int rawbpf_live_detach(struct rawbpf_live *live)
{
	return rawbpf__live_programs_end(live, 0, 0);
}
