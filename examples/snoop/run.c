/* SPDX-License-Identifier: MIT */
/* Run a tool: create the maps, attach, print records until a signal, and print the last line. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../token.h"
#include "run.h"

/* The size of a perf buffer, for each CPU: mostly what kernel.perf_event_mlock_kb allows. */
enum { RING_SIZE = 1 << 20, PERF_SIZE = 512 * 1024 };

/*
 * The time for output after a signal. A user at a terminal waits for the prompt; a program that
 * reads a pipe needs the last lines.
 */
enum { TERMINAL_MS = 50, PIPE_MS = 300 };

const char *const snoop_transport_names[SNOOP_TRANSPORTS] = {
	[SNOOP_RING] = "ring",
	[SNOOP_PERF] = "perf",
};

int snoop_complain(const struct snoop *snoop, const char *doing, const struct rawbpf_error *error)
{
	struct rawbpf_error in_lines = *error;
	char why[512];

	in_lines.lines = 1;
	rawbpf_error_explain(why, sizeof why, &in_lines);
	fprintf(stderr, "%s: %s: %s\n", snoop->tool->name, doing, why);
	return -1;
}

/* ---------------------------------------------------------------------------- maps */

/* Create a map, with the token of the environment. Return a descriptor or a negative errno. */
static int create_with_token(const struct rawbpf_map_spec *spec)
{
	struct rawbpf_map_spec with = *spec;

	with.token = token_use(&with.flags);
	return rawbpf_map_create(&with);
}

/* Create a map. Return its descriptor, or -1 after a message. */
static int create_map(const struct snoop *snoop, const struct rawbpf_map_spec *spec)
{
	int map = create_with_token(spec);

	return map >= 0 ? map : snoop_complain(snoop, "creating a map", &(struct rawbpf_error){
		.operation = RAWBPF_MAP_CREATE, .error = map, .type = spec->type });
}

/* Open the token now: later calls use it. Return 0, or -1 after a message. */
static int open_token(const struct snoop *snoop)
{
	unsigned flags = 0;
	int token = token_use(&flags);

	return token >= 0 ? 0 : snoop_complain(snoop, "opening the token of " TOKEN_VARIABLE,
		&(struct rawbpf_error){ .operation = RAWBPF_TOKEN_OPEN, .error = token,
					.name = token_path() });
}

static int create_maps(struct snoop *snoop)
{
	const struct snoop_tool *tool = snoop->tool;

	snoop->counts = create_map(snoop, &(struct rawbpf_map_spec){
		.name = "counts", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = SNOOP_COUNTS * sizeof(uint64_t), .max_entries = 1 });
	if (snoop->counts < 0)
		return -1;
	snoop->memory = create_map(snoop, &(struct rawbpf_map_spec){
		.name = "memory", .type = BPF_MAP_TYPE_HASH, .key_size = 8,
		.value_size = tool->memory_size, .max_entries = tool->memory_max });
	if (snoop->memory < 0)
		return -1;
	snoop->scratch = create_map(snoop, &(struct rawbpf_map_spec){
		.name = "scratch", .type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4,
		.value_size = tool->scratch_size, .max_entries = 1 });
	return snoop->scratch < 0 ? -1 : 0;
}

/* -------------------------------------------------------------------------- records */

static struct rawbpf_source *source(struct snoop *snoop)
{
	return snoop->transport == SNOOP_RING ? &snoop->ring.source : &snoop->perfbuf.source;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Wait for the reader. Return 1 if it accepts output; 0 after a signal or the deadline. */
static int wait_for_reader(const struct snoop *snoop)
{
	struct pollfd fds[] = { { .fd = snoop->out, .events = POLLOUT },
				{ .fd = snoop->signals, .events = POLLIN } };
	int64_t left;

	if (!snoop->deadline) {
		poll(fds, 2, -1);
		return !fds[1].revents;
	}
	left = snoop->deadline - now_ms();
	return left > 0 && poll(fds, 1, (int)left) > 0;
}

/* Return how much to write at once: whole lines, so that output never stops within one. */
static size_t whole_lines(const char *text, size_t length)
{
	const char *end;

	if (length <= PIPE_BUF)
		return length;
	end = memrchr(text, '\n', PIPE_BUF);
	return end ? (size_t)(end + 1 - text) : PIPE_BUF;
}

/*
 * Stop printing, because the reader is too slow; only count records from now on. Let a terminal
 * drop the lines that it has not shown yet: the last line would wait for them.
 */
static void stop_printing(struct snoop *snoop)
{
	if (isatty(snoop->out)) {
		signal(SIGTTOU, SIG_IGN); /* it would stop a background process */
		tcflush(snoop->out, TCOFLUSH);
		snoop->is_cut = 1;
	}
	snoop->is_mute = 1;
	snoop->line.length = 0;
}

/*
 * Write the output. Return 0; 1 if a signal came, and keep the rest; -1 on an error, in
 * snoop->write_error. After the deadline drop the rest and return 0.
 */
static int flush(struct snoop *snoop)
{
	struct snoop_line *line = &snoop->line;
	size_t done = 0;
	ssize_t written;

	if (snoop->write_error)
		return -1;
	for (; done < line->length && wait_for_reader(snoop); done += written) {
		/* A pipe that poll(2) finds writable takes this much without waiting. */
		written = write(snoop->out, line->text + done,
				whole_lines(line->text + done, line->length - done));
		if (written < 0 && errno != EAGAIN) {
			snoop->write_error = errno;
			return -1;
		}
		if (written < 0)
			written = 0;
	}
	if (done)
		snoop->is_cut = line->text[done - 1] != '\n';
	for (size_t i = 0; i < done; i++)
		snoop->lines += line->text[i] == '\n';
	line->length -= done;
	memmove(line->text, line->text + done, line->length);
	if (!line->length || !snoop->deadline)
		return line->length > 0;
	stop_printing(snoop);
	return 0;
}

static int handle(void *context, const void *record, size_t size)
{
	struct snoop *snoop = context;

	if (snoop->is_mute)
		return 0;
	/* A perf buffer aligns records to only 4 bytes. */
	memcpy(snoop->record, record, size < sizeof snoop->record ? size : sizeof snoop->record);
	snoop_print_begin(&snoop->line);
	snoop->tool->print(&snoop->line, snoop->record);
	snoop_print_end(&snoop->line);
	if (sizeof snoop->line.text - snoop->line.length >= SNOOP_LINE)
		return 0;
	return flush(snoop) == 0 ? 0 : -ECANCELED;
}

static int64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/*
 * Programs have the time since boot; someone may set the wall clock at any moment. The difference
 * of the clocks lies between real - after and real - before. These are far apart if another process
 * ran in between. So keep the old difference while it is possible: a new one could print an earlier
 * time.
 */
static void set_clock(struct snoop_line *line)
{
	int64_t before = now(CLOCK_MONOTONIC), real = now(CLOCK_REALTIME);
	int64_t after = now(CLOCK_MONOTONIC);

	if (line->clock < real - after || line->clock > real - before)
		line->clock = real - after;
}

/* --------------------------------------------------------------------------- buffers */

/* Return 0 or a negative errno; -EINVAL: kernels before 5.8 have no ring buffers. */
static int open_ring(struct snoop *snoop)
{
	snoop->events = create_with_token(&(struct rawbpf_map_spec){
		.name = "events", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = RING_SIZE });
	return snoop->events < 0 ? snoop->events
				 : rawbpf_ring_open(&snoop->ring, snoop->events, handle, snoop);
}

static int open_perfbuf(struct snoop *snoop)
{
	int cpus = rawbpf_cpu_count();

	if (cpus < 0)
		return cpus;
	snoop->events = create_with_token(&(struct rawbpf_map_spec){
		.name = "events", .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4,
		.value_size = 4, .max_entries = cpus });
	if (snoop->events < 0)
		return snoop->events;
	return rawbpf_perfbuf_open(&snoop->perfbuf, snoop->events, handle, snoop,
				   &(struct rawbpf_perfbuf_spec){ .size = PERF_SIZE });
}

static const struct {
	int (*open)(struct snoop *snoop);
	unsigned map_type;
	const struct rawbpf_operation *operation;
} transports[SNOOP_TRANSPORTS] = {
	[SNOOP_RING] = { open_ring, BPF_MAP_TYPE_RINGBUF, RAWBPF_RING_OPEN },
	[SNOOP_PERF] = { open_perfbuf, BPF_MAP_TYPE_PERF_EVENT_ARRAY, RAWBPF_PERFBUF_OPEN },
};

static int open_buffers(struct snoop *snoop)
{
	int wanted = snoop->options->transport, err;

	snoop->transport = wanted < 0 ? SNOOP_RING : (enum snoop_transport)wanted;
	err = transports[snoop->transport].open(snoop);
	if (err == -EINVAL && wanted < 0) {
		snoop->transport = SNOOP_PERF;
		err = open_perfbuf(snoop);
	}
	if (err == -ENOENT) { /* /sys/devices/system/cpu holds the number of CPUs */
		fprintf(stderr, "%s: opening a buffer: sysfs is not mounted on /sys\n",
			snoop->tool->name);
		return -1;
	}
	if (err < 0)
		return snoop_complain(snoop, "opening a buffer", &(struct rawbpf_error){
			.operation = snoop->events < 0 ? RAWBPF_MAP_CREATE
						       : transports[snoop->transport].operation,
			.error = err,
			.type = transports[snoop->transport].map_type,
		});
	err = rawbpf_loop_open(&snoop->loop);
	if (err == 0)
		err = rawbpf_loop_add(&snoop->loop, source(snoop));
	return err == 0 ? 0 : snoop_complain(snoop, "making the loop",
					     &(struct rawbpf_error){ .error = err });
}

/* ------------------------------------------------------------------------- watching */

/*
 * Print records until a signal comes or a write fails. Return 0 or the negative errno of reading. A
 * perf event reports a half full buffer only once: after a poll(2) here the loop would not see it.
 */
static int watch(struct snoop *snoop)
{
	struct pollfd fds[] = { { .fd = snoop->signals, .events = POLLIN },
				{ .fd = source(snoop)->fd, .events = POLLIN },
				{ .fd = snoop->out } };
	int err = 0;

	snoop_print_header(&snoop->line, snoop->tool->columns);
	while (err >= 0 && flush(snoop) == 0) {
		if (poll(fds, 3, -1) < 0)
			return -errno;
		if (fds[0].revents)
			return 0;
		if (fds[2].revents) { /* POLLERR: the reader went away; POLLNVAL: output is closed */
			snoop->write_error = fds[2].revents & POLLNVAL ? EBADF : EPIPE;
			return -1;
		}
		set_clock(&snoop->line);
		err = snoop->transport == SNOOP_PERF ? rawbpf_perfbuf_read(&snoop->perfbuf)
						     : rawbpf_loop_run(&snoop->loop, 0);
	}
	return err == -ECANCELED ? 0 : err;
}

static int is_balanced(struct snoop *snoop, const uint64_t *counts)
{
	return counts[SNOOP_PRODUCED] == counts[SNOOP_REFUSED] + source(snoop)->received;
}

/*
 * Print the records that are still in the buffers. A program that runs while it is detached runs to
 * its end, and sends its record a moment later. Return 0 with the final counts, or a negative
 * errno.
 */
static int drain(struct snoop *snoop, uint64_t *counts)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	const unsigned key = 0;
	int err, tries;

	flush(snoop); /* after a signal the buffer has no room for another line */
	for (tries = 0; tries < 50; tries++) {
		set_clock(&snoop->line);
		err = snoop->transport == SNOOP_RING ? rawbpf_ring_read(&snoop->ring)
						     : rawbpf_perfbuf_read(&snoop->perfbuf);
		if (err < 0 || flush(snoop) < 0)
			return err;
		err = rawbpf_map_lookup(snoop->counts, &key, counts, 0);
		if (err < 0 || is_balanced(snoop, counts))
			return err;
		nanosleep(&moment, NULL);
	}
	return 0;
}

/* -------------------------------------------------------------------------- account */

static void add_part(char *text, size_t size, uint64_t number, const char *one, const char *many)
{
	size_t length = strlen(text);

	if (number)
		snprintf(text + length, size - length, ", %llu %s", (unsigned long long)number,
			 number == 1 ? one : many);
}

/* Return how many records became no line: each line but the header is a record. */
static uint64_t unprinted(struct snoop *snoop)
{
	const uint64_t headers = !snoop->options->json;

	return source(snoop)->received - (snoop->lines > headers ? snoop->lines - headers : 0);
}

/* Print the last line: the events, the lost ones, and every other reason for a missing line. */
static int account(struct snoop *snoop, const uint64_t *counts)
{
	unsigned long long received = source(snoop)->received, lost = counts[SNOOP_REFUSED];
	char text[256] = "", one[32], many[32];

	if (snoop->is_cut)
		fputc('\n', stderr);

	snprintf(one, sizeof one, "%s not finished", snoop->tool->what);
	snprintf(many, sizeof many, "%ss not finished", snoop->tool->what);
	add_part(text, sizeof text, unprinted(snoop), "not printed", "not printed");
	add_part(text, sizeof text, counts[SNOOP_UNREADABLE], "unreadable", "unreadable");
	add_part(text, sizeof text, counts[SNOOP_BEGUN] - counts[SNOOP_ENDED], one, many);
	add_part(text, sizeof text, snoop->missed, "run missed by the kernel",
		 "runs missed by the kernel");
	fprintf(stderr, "%llu %s, %llu lost%s\n", received, received == 1 ? "event" : "events", lost,
		text);
	if (is_balanced(snoop, counts))
		return EXIT_SUCCESS;
	fprintf(stderr, "%s: but the programs sent %llu\n", snoop->tool->name,
		(unsigned long long)counts[SNOOP_PRODUCED] - lost);
	return EXIT_FAILURE;
}

/* ------------------------------------------------------------------------------ run */

/* A blocked signal arrives even if it is ignored. Do not block those that nohup(1) or & ignores. */
static void add_unless_ignored(sigset_t *signals, int signal)
{
	struct sigaction action;

	if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		sigaddset(signals, signal);
}

/* Ctrl-C and other signals wait to be read, so that the tool always detaches and counts. */
static int catch_signals(struct snoop *snoop)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	add_unless_ignored(&signals, SIGINT);
	add_unless_ignored(&signals, SIGTERM);
	add_unless_ignored(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, &snoop->unblocked);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	snoop->signals = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3); /* above 2: stdout may be closed */
	if (snoop->signals < 0)
		fprintf(stderr, "%s: signalfd(2): %s\n", snoop->tool->name, strerror(errno));
	if (fd >= 0)
		close(fd);
	return snoop->signals < 0 ? -1 : 0;
}

/*
 * Let the next signal end the process at once. timeout(1) sends each signal twice: count all that
 * came while the programs were detached as one.
 */
static void stop_catching(struct snoop *snoop)
{
	struct signalfd_siginfo signal;

	while (read(snoop->signals, &signal, sizeof signal) > 0)
		;
	sigprocmask(SIG_SETMASK, &snoop->unblocked, NULL);
}

/* Print no more to a terminal that is behind when the signal comes. */
static void set_deadline(struct snoop *snoop)
{
	int is_behind = snoop->line.length > 0;

	snoop->deadline = now_ms() + (!isatty(snoop->out) ? PIPE_MS : is_behind ? 0 : TERMINAL_MS);
}

/*
 * Open the terminal again, with O_NONBLOCK. poll(2) may report a terminal as writable although
 * write(2) then waits for seconds. The shell shares the open file, so this flag must not be set
 * there.
 */
static int open_output(void)
{
	int fd = -1;

	if (isatty(STDOUT_FILENO))
		fd = open("/proc/self/fd/1", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? STDOUT_FILENO : fd;
}

/* Report a failed write; if the reader went away, as `head` does, end by SIGPIPE. */
static int fail_writing(const struct snoop *snoop)
{
	if (snoop->write_error == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	fprintf(stderr, "%s: writing: %s\n", snoop->tool->name, strerror(snoop->write_error));
	return EXIT_FAILURE;
}

int snoop_run(const struct snoop_tool *tool, const struct snoop_options *options)
{
	static struct snoop snoop;
	uint64_t counts[SNOOP_COUNTS] = { 0 };
	int err;

	snoop.tool = tool;
	snoop.options = options;
	snoop.line.json = options->json;
	snoop.out = open_output();
	tzset(); /* it opens a file, before opensnoop would show that */
	rawbpf_memlock_raise(); /* maps need it before Linux 5.11; later it is harmless */
	if (catch_signals(&snoop) < 0 || open_token(&snoop) < 0 || create_maps(&snoop) < 0 || open_buffers(&snoop) < 0 ||
	    snoop_attach(&snoop) < 0)
		return EXIT_FAILURE;
	err = watch(&snoop);
	snoop_detach(&snoop);
	stop_catching(&snoop);
	set_deadline(&snoop);
	if (err >= 0 && !snoop.write_error)
		err = drain(&snoop, counts);
	if (snoop.write_error)
		return fail_writing(&snoop);
	if (err < 0) {
		fprintf(stderr, "%s: reading the buffer: %s\n", tool->name, strerror(-err));
		return EXIT_FAILURE;
	}
	return account(&snoop, counts);
}
