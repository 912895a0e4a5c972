/* SPDX-License-Identifier: MIT */
/* Run a collection: attach, print records and maps until a signal, then what was lost. */
#include "collected.h"
#include "load.h"

#include "../token.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* What runs. */
struct run {
	struct collection *collection;
	struct rawbpf_live live;
	struct rawbpf_live_reason reasons[COLLECTION_REASONS];
	uint64_t records;
	int64_t *next_ms; /* of each .show: when it is due */
};

/* ---------------------------------------------------------------------------- check */

static void print_place(const struct collection *collection, unsigned number)
{
	const struct rawbpf_table_place *place = &collection->tables.places[number];

	printf(" %s %s", rawbpf_way_name(place->way), collection_shown(collection_string(collection, place->target)));
	if (place->detail)
		printf(" %s", collection_shown(collection_string(collection, place->detail)));
}

/* Print a line for each loaded program: its places, its way and its size. */
static int print_check(const struct run *run)
{
	const struct collection *collection = run->collection;

	for (unsigned i = 0; i < run->live.program_count; i++) {
		const struct rawbpf_live_program *program = &run->live.programs[i];
		const struct rawbpf_unit *unit = &program->unit;

		printf("%s at", collection_string(collection, collection->tables.progs[unit->prog].name));
		for (unsigned j = 0; j < unit->place_count; j++)
			print_place(collection, unit->place + j);
		printf(": %s, %u slots (%u to enter), %u bytes of stack\n", rawbpf_way_name(unit->way),
		       program->slots, program->entry_slots, program->stack);
	}
	return tool_finish(collection->subcommand);
}

/* ---------------------------------------------------------------------------- records */

static int handle(void *context, const struct rawbpf_live_record *record)
{
	struct run *run = context;
	const struct rawbpf_collection *tables = &run->collection->tables;
	unsigned type = record->is_iter ? tables->places[record->place].detail :
			tables->maps[record->map].value_type;

	run->records++;
	return collection_print_record(run->collection, &run->live, tables->strings + type, record->data,
				       record->size);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* Return the period of a .show line; 0: it has none. */
static uint64_t period(const struct run *run, const struct rawbpf_table_show *show)
{
	struct rawbpf_collection_error mistake;
	uint64_t ms = 0;

	if (show->every_ms && rawbpf_collection_expr_evaluate(&ms, &run->collection->tables, show->every_ms,
							      show->line, &run->live.env, &mistake) < 0)
		return 0;
	return ms;
}

/* Print what is due. Return the time until the next is, -1: never. */
static int print_due(struct run *run)
{
	const struct rawbpf_collection *tables = &run->collection->tables;
	int64_t now = now_ms(), wait = -1;

	for (unsigned i = 0; i < tables->show_count; i++) {
		uint64_t every = period(run, &tables->shows[i]);

		if (!every)
			continue;
		if (run->next_ms[i] <= now) {
			if (run->next_ms[i])
				collection_print_show(run->collection, &run->live, &tables->shows[i]);
			run->next_ms[i] = now + every;
		}
		if (wait < 0 || run->next_ms[i] - now < wait)
			wait = run->next_ms[i] - now;
	}
	fflush(stdout);
	return wait > 1000000 ? 1000000 : (int)wait;
}

/* Wait for records, the next .show, or a signal. Return 0 at a signal or if stdout is gone. */
static int step(struct run *run, int signals)
{
	struct pollfd fds[] = { { .fd = signals, .events = POLLIN },
				{ .fd = run->live.loop.fd ? run->live.loop.fd : -1, .events = POLLIN } };
	int err, wait = print_due(run);

	if (ferror(stdout))
		return 0;
	if (poll(fds, 2, wait) < 0 && errno != EINTR)
		return -errno;
	if (fds[0].revents)
		return 0;
	if (!fds[1].revents)
		return 1;
	err = rawbpf_live_run(&run->live, 0);
	return err < 0 && err != -EINTR ? err : 1;
}

/* ------------------------------------------------------------------------------ the end */

/* Print what the .show lines print at the end: maps without a period, or with "end". */
static void print_last(struct run *run)
{
	const struct rawbpf_collection *tables = &run->collection->tables;

	for (unsigned i = 0; i < tables->show_count; i++)
		if (!tables->shows[i].is_pending && (tables->shows[i].at_end || !tables->shows[i].every_ms))
			collection_print_show(run->collection, &run->live, &tables->shows[i]);
}

static void print_losses(const struct run *run)
{
	struct rawbpf_live_losses losses;
	int err = rawbpf_live_losses_count(&losses, &run->live);

	fflush(stdout);
	if (err < 0)
		fprintf(stderr, "rawbpf run: the losses cannot be read: %s\n", strerror(-err));
	if (run->live.ring_count || run->records)
		fprintf(stderr, "%llu event%s, %llu lost\n", (unsigned long long)run->records,
			run->records == 1 ? "" : "s", (unsigned long long)losses.records);
	if (losses.entries)
		fprintf(stderr, "%llu calls were not remembered: their map was full\n",
			(unsigned long long)losses.entries);
	if (losses.runs)
		fprintf(stderr, "%llu runs of programs or returns were missed by the kernel\n",
			(unsigned long long)losses.runs);
}

/* Read until a signal, then what is left. Returns an exit status. */
static int read_records(struct run *run, int signals)
{
	int has_iter = 0, only_iter = run->live.program_count != 0, err = 1;

	for (unsigned i = 0; i < run->live.program_count; i++) {
		has_iter |= run->live.programs[i].unit.way == RAWBPF_WAY_ITER;
		only_iter &= run->live.programs[i].unit.way == RAWBPF_WAY_ITER;
	}
	if (has_iter)
		err = rawbpf_live_iterate(&run->live);
	while (err > 0 && !only_iter)
		err = step(run, signals);
	collection_print_pending(run->collection, &run->live);
	rawbpf_live_detach(&run->live);
	while (err >= 0 && run->live.ring_count && (err = rawbpf_live_run(&run->live, 0)) > 0)
		;
	print_last(run);
	print_losses(run);
	if (err < 0 && !ferror(stdout))
		return tool_fail(run->collection->subcommand, "reading: %s", strerror(-err));
	return tool_finish(run->collection->subcommand);
}

/* --------------------------------------------------------------------------------- run */

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Does any program run? A place without its device, file or cgroup only loads one. */
static int is_attached(const struct run *run)
{
	for (unsigned i = 0; i < run->live.program_count; i++) {
		const struct rawbpf_live_program *program = &run->live.programs[i];

		if (program->link.fd || program->events || program->unit.way == RAWBPF_WAY_ITER)
			return 1;
	}
	return 0;
}

static int attach(struct run *run)
{
	int err = rawbpf_live_attach(&run->live);

	collection_print_reasons(run->collection, &run->live);
	if (err < 0)
		return FAILED;
	if (run->collection->is_check)
		return OK;
	if (!is_attached(run))
		return tool_fail(run->collection->subcommand, "%s: nothing is attached: the place names no "
				 "device, file or cgroup; `rawbpf run %s -h` prints the options that may name it",
				 run->collection->file.name, run->collection->file.name);
	fprintf(stderr, "attached; Ctrl-C ends it\n");
	return OK;
}

int collection_run(struct collection *collection)
{
	static char log[1 << 20];
	struct run run = { .collection = collection };
	unsigned flags = 0;
	int status, signals, token = token_use(&flags);
	struct rawbpf_live_spec spec = {
		.options = collection->options, .option_count = collection->option_count,
		.way = collection->way, .until = collection->is_check ? RAWBPF_UNTIL_LOADED : RAWBPF_UNTIL_ATTACHED,
		 .pins = collection->pins,
		.token = token > 0 ? token : 0, .file = collection->file.name,
		.source = collection->file.data, .handle = handle, .context = &run,
		.reasons = run.reasons, .reason_max = COLLECTION_REASONS };

	if (collection->offsets_path)
		spec.offsets = &collection->offsets;
	if (collection->verbose) {
		spec.log = log;
		spec.log_size = sizeof log;
	}
	run.next_ms = calloc(collection->tables.show_count + 1, sizeof *run.next_ms);
	signals = block_signals();
	if (!run.next_ms || signals < 0)
		return tool_fail(collection->subcommand, "out of memory");
	rawbpf_memlock_raise(); /* maps need it before Linux 5.11; later it is harmless */
	if (rawbpf_live_open(&run.live, &collection->tables, &spec) < 0) {
		run.live.spec = spec; /* it is closed, and keeps its count of reasons */
		collection_print_reasons(collection, &run.live);
		return FAILED;
	}
	status = attach(&run);
	if (status == OK)
		status = collection->is_check ? print_check(&run) : read_records(&run, signals);
	else
		load_print_log(log);
	rawbpf_live_close(&run.live);
	return status;
}
