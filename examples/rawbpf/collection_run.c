/* SPDX-License-Identifier: MIT */
/* Run a collection: attach, print records and maps until its end, then what was lost. */
#include "collection_run.h"
#include "load.h"
#include "once.h"

#include "../token.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { SECOND_MS = 1000 };

/* ---------------------------------------------------------------------------- check */

static void print_place(FILE *stream, const struct collection *collection, unsigned number)
{
	const struct rawbpf_table_place *place = &collection->tables.places[number];

	fprintf(stream, " %s %s", rawbpf_way_name(place->way), collection_shown(collection_string(collection, place->target)));
	if (place->detail)
		fprintf(stream, " %s", collection_shown(collection_string(collection, place->detail)));
}

/* Print a line for each loaded program: its places, its way and its size. */
static void print_check(FILE *stream, const struct run *run)
{
	const struct collection *collection = run->collection;

	for (unsigned i = 0; i < run->live.program_count; i++) {
		const struct rawbpf_live_program *program = &run->live.programs[i];
		const struct rawbpf_unit *unit = &program->unit;

		fprintf(stream, "%s at", collection_string(collection, collection->tables.progs[unit->prog].name));
		for (unsigned j = 0; j < unit->place_count; j++)
			print_place(stream, collection, unit->place + j);
		fprintf(stream, ": %s, %u slots (%u to enter), %u bytes of stack\n", rawbpf_way_name(unit->way),
		       program->slots, program->entry_slots, program->stack);
	}
}

/* ---------------------------------------------------------------------------- records */

/* Does a program of the text run on packets, instead of being attached? */
static int is_once(const struct collection *collection)
{
	return collection->run.packet || collection->run.type || collection->run.repeat;
}

int run_record(void *context, const struct rawbpf_live_record *record)
{
	struct run *run = context;
	const struct rawbpf_collection *tables = &run->collection->tables;
	const char *type = tables->strings + (record->is_iter ? tables->places[record->place].detail :
							       tables->maps[record->map].value_type);

	if (!collection_passes(run->collection, &run->live, type, record->data, record->size))
		return 0;
	run->records++;
	if (run->output.is_mute) {
		run->output.dropped++;
		return 0;
	}
	collection_print_record(run->collection, &run->live, type, record->data, record->size);
	return is_once(run->collection) || output_flush_much(run) == 0 ? 0 : -ECANCELED;
}

/* --------------------------------------------------------------------------- periods */

/* Return the period of a .show line; 0: it has none. */
static uint64_t period(const struct run *run, const struct rawbpf_table_show *show)
{
	struct rawbpf_collection_error mistake;
	uint64_t ms = 0;

	if (show->is_pending || run->collection->every_ms)
		return run->collection->every_ms;
	if (show->every_ms && rawbpf_collection_expr_evaluate(&ms, &run->collection->tables, show->every_ms,
							      show->line, &run->live.env, &mistake) < 0)
		return 0;
	return ms;
}

/* Return whether a time came, and set the next one. The first call only sets it. */
static int is_due(int64_t *next, int64_t now, uint64_t every)
{
	int is_first = !*next;

	if (*next > now)
		return 0;
	*next = now + every;
	return !is_first;
}

void run_tell_losses(struct run *run)
{
	struct rawbpf_live_losses now;

	if (!is_due(&run->next_losses_ms, run_now_ms(), SECOND_MS))
		return;
	if (rawbpf_live_losses_count(&now, &run->live) < 0)
		return;
	if (now.records > run->losses.records)
		output_say(run, "rawbpf %s: %llu events lost so far: they come faster than they are printed\n",
			   run->collection->subcommand->name, (unsigned long long)now.records);
	if (now.entries > run->losses.entries)
		output_say(run, "rawbpf %s: %llu calls or counts lost so far: their map is full\n",
			   run->collection->subcommand->name, (unsigned long long)now.entries);
	run->losses = now;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return !a || b < a ? b : a;
}

/* Print the records of all iterators, below their names. Return 0 or a negative errno. */
static int iterate(struct run *run)
{
	int err;

	collection_print_names_again();
	err = rawbpf_live_iterate(&run->live);
	return err < 0 ? err : 0;
}

/* Print what is due. Set the time when the next is. Return 0 or a negative errno. */
static int print_due(struct run *run, int64_t *next_ms)
{
	const struct rawbpf_collection *tables = &run->collection->tables;
	int64_t now = run_now_ms(), next = 0;
	int err = 0;

	for (unsigned i = 0; i < tables->show_count; i++) {
		uint64_t every = period(run, &tables->shows[i]);

		if (!every)
			continue;
		if (is_due(&run->next_ms[i], now, every) && !tables->shows[i].is_pending)
			collection_print_show(run->collection, &run->live, &tables->shows[i]);
		next = earlier(next, run->next_ms[i]);
	}
	if (run->collection->every_ms) {
		run->is_asked |= is_due(&run->next_every_ms, now, run->collection->every_ms);
		next = earlier(next, run->next_every_ms);
	}
	if (run->is_asked)
		collection_print_pending(run->collection, &run->live);
	if (run->is_asked && run->is_iter)
		err = iterate(run);
	run->is_asked = 0;
	run_tell_losses(run);
	*next_ms = earlier(next, run->next_losses_ms);
	return err;
}

/* Print what is due; wait for records, a signal, or the next time. Return 0 at the end. */
static int step(struct run *run)
{
	struct pollfd fds[] = { { .fd = run->signals, .events = POLLIN },
				{ .fd = run->live.loop.fd ? run->live.loop.fd : -1, .events = POLLIN },
				{ .fd = run->output.fd } };
	int64_t next;
	int err = print_due(run, &next);

	if (err < 0)
		return err == -ECANCELED ? 0 : err;
	err = output_flush(run);
	if (err)
		return err < 0 ? err : 0;
	if (poll(fds, 3, run_left(run, next)) < 0 && errno != EINTR)
		return -errno;
	if (fds[2].revents) { /* POLLERR: the reader went away; POLLNVAL: output is closed */
		run->output.error = fds[2].revents & POLLNVAL ? EBADF : EPIPE;
		return -1;
	}
	run_look(run);
	if (run->is_over)
		return 0;
	err = fds[1].revents ? rawbpf_live_run(&run->live, 0) : 0;
	return err == -ECANCELED ? 0 : err < 0 && err != -EINTR ? err : 1;
}

/* ------------------------------------------------------------------------------ the end */

/* Print all maps at the end, also those with a period: what came since then. */
static void print_last(struct run *run)
{
	const struct rawbpf_collection *tables = &run->collection->tables;

	for (unsigned i = 0; i < tables->show_count; i++)
		if (!tables->shows[i].is_pending)
			collection_print_show(run->collection, &run->live, &tables->shows[i]);
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void print_losses(struct run *run)
{
	struct rawbpf_live_losses losses;
	int err = rawbpf_live_losses_count(&losses, &run->live);

	if (run->output.is_cut)
		output_say(run, "\n");
	if (err < 0)
		output_say(run, "rawbpf %s: the losses cannot be read: %s\n",
			   run->collection->subcommand->name, strerror(-err));
	if (run->live.ring_count || run->records)
		output_say(run, "%llu event%s, %llu lost\n", (unsigned long long)run->records,
			   plural(run->records), (unsigned long long)losses.records);
	if (run->output.dropped)
		output_say(run, "%llu line%s not printed: the output is too slow\n",
			   (unsigned long long)run->output.dropped, plural(run->output.dropped));
	if (losses.entries)
		output_say(run, "%llu calls or counts were lost: their map was full\n",
			   (unsigned long long)losses.entries);
	if (losses.runs)
		output_say(run, "%llu runs of programs or returns were missed by the kernel\n",
			   (unsigned long long)losses.runs);
}

/*
 * Set the time for output from now on. After a signal a user waits for the prompt; else a program
 * that reads a pipe may be slow.
 */
static void set_deadline(struct run *run, int ms)
{
	enum { HOUR_MS = 3600000 };

	run->deadline_ms = run_now_ms() + (run->is_signalled || run->output.is_terminal ? ms : HOUR_MS);
}

/* Print pending calls, records that iterators now write or that are left, and maps. Return 0 or a negative errno. */
static int print_end(struct run *run, int is_late)
{
	enum { TERMINAL_MS = 50, REST_MS = 300 };
	int err = 0, is_behind;

	set_deadline(run, run->output.is_terminal ? TERMINAL_MS : REST_MS);
	output_flush(run);
	is_behind = run->output.is_mute;
	run->output.is_last = 1;
	set_deadline(run, REST_MS);
	collection_print_pending(run->collection, &run->live);
	if (is_late)
		err = iterate(run);
	rawbpf_live_detach(&run->live);
	run_stop_catching(run);
	while (err >= 0 && run->live.ring_count && !run->output.error)
		if ((err = rawbpf_live_run(&run->live, 0)) <= 0)
			break;
	print_last(run);
	set_deadline(run, REST_MS);
	output_flush(run);
	if (is_behind && !run->output.is_terminal)
		run->output.is_cut = 0;
	return err == -ECANCELED ? 0 : err;
}

/* Report a failed write; if the reader went away, as `head` does, end by SIGPIPE. */
static int fail_writing(struct run *run)
{
	run_command_end(run, FAILED);
	if (run->output.error == EPIPE) {
		rawbpf_live_close(&run->live);
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return tool_fail(run->collection->subcommand, "writing: %s", strerror(run->output.error));
}

/*
 * Read until the end, then what is left. Iterators run at the beginning. If a text has only these, -i
 * repeats them; -d or a command without -i delays them to the end. Returns an exit status.
 */
static int read_records(struct run *run)
{
	int is_late = run->is_iter && run_is_lasting(run) && !run->collection->every_ms;
	int err = is_late ? 0 : iterate(run);

	if (err == 0 && run_is_lasting(run))
		while ((err = step(run)) > 0)
			;
	if (err >= 0 || err == -ECANCELED)
		err = print_end(run, is_late);
	if (run->output.error)
		return fail_writing(run);
	if (err < 0)
		tool_fail(run->collection->subcommand, "reading: %s", strerror(-err));
	print_losses(run);
	return run_command_end(run, err < 0 ? FAILED : OK);
}

/* --------------------------------------------------------------------------------- run */

static int has_only_iterators(const struct run *run)
{
	for (unsigned i = 0; i < run->live.program_count; i++)
		if (run->live.programs[i].unit.way != RAWBPF_WAY_ITER)
			return 0;
	return run->live.program_count != 0;
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
	if (run->collection->run.is_check || is_once(run->collection))
		return OK;
	run->is_iter = has_only_iterators(run);
	if (!is_attached(run))
		return tool_fail(run->collection->subcommand, "%s: nothing is attached: the place names no "
				 "device, file or cgroup; `rawbpf run %s -h` prints the options that may name it",
				 run->collection->file.name, run->collection->file.name);
	if (run->collection->run.is_verbose)
		print_check(stderr, run);
	if (!run->collection->run.pin)
		run_tell_end(run);
	return OK;
}

/* What comes after programs are loaded and attached. Returns an exit status. */
static int go_on(struct run *run)
{
	struct collection *collection = run->collection;

	if (collection->run.is_check) {
		print_check(stdout, run);
		return tool_finish(collection->subcommand);
	}
	if (is_once(collection))
		return run_packets(run);
	if (collection->run.pin)
		return run_pin(run);
	if (output_open(run) != OK)
		return FAILED;
	if (run_command_start(run) != OK)
		return run_command_end(run, FAILED);
	if (collection->end_ms)
		run->end_ms = run_now_ms() + collection->end_ms;
	return read_records(run);
}

/* Run once in user space if --vm asks for it, or the kernel refuses. Returns -1: it runs in the kernel. */
static int run_without_kernel(struct run *run)
{
	const struct run_options *options = &run->collection->run;
	struct once once = { .subcommand = run->collection->subcommand, .repeat = options->repeat,
			     .is_json = options->is_json };
	int status;

	if (options->is_vm && !is_once(run->collection))
		return tool_fail(once.subcommand, "--vm runs a program on packets: add --packet FILE, or --type TYPE. "
				 "Without a kernel, `rawbpf test FILE` and `rawbpf step FILE` run any program");
	if (options->is_check || options->is_schema || !is_once(run->collection))
		return -1;
	status = once_find_type(&once, options->type);
	if (status != OK)
		return status;
	return options->is_vm || once_is_refused(&once) ? run_packets_machine(run, &once) : -1;
}

/* Where this process may not use bpf(2), say what runs the text's programs without it. */
static int offer_machine(const struct collection *collection)
{
	const char *name = collection_shown(collection->file.name);

	if (!once_refusal(BPF_PROG_TYPE_KPROBE))
		return FAILED;
	if (collection->tables.test_count)
		tool_page(stderr, "   Without privilege, `rawbpf test %s` runs its .test blocks, and `rawbpf step %s` "
			  "goes through a program\n", name, name);
	else
		tool_page(stderr, "   Without privilege, `rawbpf step %s` goes through a program\n", name);
	return FAILED;
}

/* The members of another kernel are elsewhere, or are not. */
static void warn_of_offsets(const struct collection *collection)
{
	const char *release = collection->offsets.release;
	struct utsname here;

	if (!*release || uname(&here) < 0 || strcmp(release, here.release) == 0)
		return;
	fprintf(stderr, "warning: %s is for Linux %s, and this is %s: fields may be wrong\n",
		collection_shown(collection->run.offsets), release, here.release);
}

int collection_run(struct collection *collection)
{
	static char log[1 << 20];
	static struct run run;
	unsigned flags = 0;
	int status, token = token_use(&flags);
	const struct run_options *options = &collection->run;
	struct rawbpf_live_spec spec = {
		.options = collection->options, .option_count = collection->option_count,
		.way = options->way,
		.until = options->is_schema ? RAWBPF_UNTIL_RESOLVED :
			 options->is_check || is_once(collection) ? RAWBPF_UNTIL_LOADED : RAWBPF_UNTIL_ATTACHED,
		.pins = options->maps, .token = token > 0 ? token : 0, .file = collection->file.name,
		.source = collection->file.data, .handle = run_record, .context = &run,
		.offsets = options->offsets ? &collection->offsets : NULL,
		.log = options->is_verbose ? log : NULL, .log_size = options->is_verbose ? sizeof log : 0,
		.reasons = run.reasons, .reason_max = COLLECTION_REASONS };

	run.collection = collection;
	run.next_ms = calloc(collection->tables.show_count + 1, sizeof *run.next_ms);
	if (!run.next_ms)
		return tool_fail(collection->subcommand, "out of memory");
	status = run_without_kernel(&run);
	if (status >= 0)
		return status;
	if (run_catch_signals(&run) != OK)
		return FAILED;
	warn_of_offsets(collection);
	rawbpf_memlock_raise(); /* maps need it before Linux 5.11; later it is harmless */
	if (rawbpf_live_open(&run.live, &collection->tables, &spec) < 0) {
		run.live.spec = spec; /* it is closed, and keeps its count of reasons */
		collection_print_reasons(collection, &run.live);
		return offer_machine(collection);
	}
	if (options->is_schema) {
		if (is_once(collection))
			once_print_schema();
		collection_print_schemas(collection, &run.live);
		rawbpf_live_close(&run.live);
		return tool_finish(collection->subcommand);
	}
	status = attach(&run);
	if (status == OK) {
		status = go_on(&run);
	} else {
		load_print_log(log);
		offer_machine(collection);
	}
	rawbpf_live_close(&run.live);
	return status;
}

int run_collection(const struct subcommand *subcommand, struct run_options *options,
		   const struct file *file, int argc, char **argv)
{
	static struct collection collection;
	int status;

	collection.subcommand = subcommand;
	collection.file = *file;
	collection.run = *options;
	if (collection_parse(&collection) != OK)
		return FAILED;
	status = collection_options(&collection, argc, argv);
	if (status < 0)
		status = collection_read_offsets(&collection) == OK ? -1 : FAILED;
	return status < 0 ? collection_run(&collection) : status;
}
