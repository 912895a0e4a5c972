/* SPDX-License-Identifier: MIT */
/* A tool's life: make the maps, attach, hand out what comes, and in the end account for it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

/* Of perf buffers, for each CPU, what kernel.perf_event_mlock_kb leaves to everyone as a rule. */
enum { RING_SIZE = 1 << 20, PERF_SIZE = 512 * 1024 };

enum { PATIENCE_MS = 1000 };

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

/* A map, or -1 with a message. */
static int create_map(const struct snoop *snoop, const struct rawbpf_map_spec *spec)
{
	int map = rawbpf_map_create(spec);

	return map >= 0 ? map : snoop_complain(snoop, "creating a map", &(struct rawbpf_error){
		.operation = RAWBPF_MAP_CREATE, .error = map, .type = spec->type });
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
	if (tool->scratch_size)
		snoop->scratch = create_map(snoop, &(struct rawbpf_map_spec){
			.name = "scratch", .type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4,
			.value_size = tool->scratch_size, .max_entries = 1 });
	return snoop->scratch < 0 ? -1 : 0;
}

/* -------------------------------------------------------------------------- records */

/*
 * Write what there is, however long its reader takes, but after a signal only while it takes
 * something each second. 0, or -1: then snoop->write_error says why.
 */
static int flush(struct snoop *snoop)
{
	struct snoop_line *line = &snoop->line;
	struct pollfd fds[] = { { .fd = snoop->signals, .events = POLLIN },
				{ .fd = STDOUT_FILENO, .events = POLLOUT } };
	size_t done = 0;
	ssize_t written;

	if (snoop->write_error)
		return -1;
	for (; done < line->length; done += written) {
		poll(fds, 2, -1);
		if (fds[0].revents && !fds[1].revents && poll(&fds[1], 1, PATIENCE_MS) == 0) {
			snoop->write_error = EINTR;
			return -1;
		}
		/* A pipe that poll(2) finds writable takes this much without waiting. */
		written = line->length - done < PIPE_BUF ? line->length - done : PIPE_BUF;
		written = write(STDOUT_FILENO, line->text + done, written);
		if (written < 0 && errno != EAGAIN) {
			snoop->write_error = errno;
			return -1;
		}
		if (written < 0)
			written = 0;
	}
	line->length = 0;
	return 0;
}

static int handle(void *context, const void *record, size_t size)
{
	struct snoop *snoop = context;

	/* In a perf buffer a record is aligned to 4 bytes only. */
	memcpy(snoop->record, record, size < sizeof snoop->record ? size : sizeof snoop->record);
	snoop_print_begin(&snoop->line);
	snoop->tool->print(&snoop->line, snoop->record);
	snoop_print_end(&snoop->line);
	return sizeof snoop->line.text - snoop->line.length < SNOOP_LINE ? flush(snoop) : 0;
}

/* Programs know the time since boot; what it is on the wall may be set at any moment. */
static void set_clock(struct snoop_line *line)
{
	struct timespec real, monotonic;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_REALTIME, &real);
	line->clock = (real.tv_sec - monotonic.tv_sec) * 1000000000LL + real.tv_nsec -
		      monotonic.tv_nsec;
}

/* --------------------------------------------------------------------------- buffers */

/* 0 or a negative errno; -EINVAL: a kernel without ring buffers, before 5.8. */
static int open_ring(struct snoop *snoop)
{
	snoop->events = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "events", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = RING_SIZE });
	return snoop->events < 0 ? snoop->events
				 : rawbpf_ring_open(&snoop->ring, snoop->events, handle, snoop);
}

static int open_perfbuf(struct snoop *snoop)
{
	int cpus = rawbpf_cpu_count();

	if (cpus < 0)
		return cpus;
	snoop->events = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "events", .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4,
		.value_size = 4, .max_entries = cpus });
	if (snoop->events < 0)
		return snoop->events;
	return rawbpf_perfbuf_open(&snoop->perfbuf, snoop->events, handle, snoop,
				   &(struct rawbpf_perfbuf_spec){ .size = PERF_SIZE });
}

static struct rawbpf_source *source(struct snoop *snoop)
{
	return snoop->transport == SNOOP_RING ? &snoop->ring.source : &snoop->perfbuf.source;
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
	if (err == -ENOENT) { /* how many CPUs there are says /sys/devices/system/cpu */
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
 * Until a signal comes, or output cannot be written; negative: the errno of reading. Perf's events
 * say once that a buffer is half full: after poll(2) a loop would not find them.
 */
static int watch(struct snoop *snoop)
{
	struct pollfd fds[] = { { .fd = snoop->signals, .events = POLLIN },
				{ .fd = source(snoop)->fd, .events = POLLIN },
				{ .fd = STDOUT_FILENO } };
	int err = 0;

	snoop_print_header(&snoop->line, snoop->tool->columns);
	while (err >= 0 && flush(snoop) == 0) {
		if (poll(fds, 3, -1) < 0)
			return -errno;
		if (fds[0].revents)
			return 0;
		if (fds[2].revents) { /* nobody reads any more: POLLERR; it was closed: POLLNVAL */
			snoop->write_error = fds[2].revents & POLLNVAL ? EBADF : EPIPE;
			return -1;
		}
		set_clock(&snoop->line);
		err = snoop->transport == SNOOP_PERF ? rawbpf_perfbuf_read(&snoop->perfbuf)
						     : rawbpf_loop_run(&snoop->loop, 0);
	}
	return err;
}

static int is_balanced(struct snoop *snoop, const uint64_t *counts)
{
	return counts[SNOOP_PRODUCED] == counts[SNOOP_REFUSED] + source(snoop)->received;
}

/*
 * What is still in the buffers. A program that is running when it is detached runs to its end, and
 * what it sends comes a moment later. 0 with the final counts, or a negative errno.
 */
static int drain(struct snoop *snoop, uint64_t *counts)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	const unsigned key = 0;
	int err, tries;

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

/* The last line: what came, what was lost, and whatever else keeps the list from being complete. */
static int account(struct snoop *snoop, const uint64_t *counts)
{
	unsigned long long received = source(snoop)->received, lost = counts[SNOOP_REFUSED];
	char text[256] = "", one[32], many[32];

	snprintf(one, sizeof one, "%s not finished", snoop->tool->what);
	snprintf(many, sizeof many, "%ss not finished", snoop->tool->what);
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

/* A signal that is blocked arrives even if it is ignored: leave nohup(1) and & their way. */
static void add_unless_ignored(sigset_t *signals, int signal)
{
	struct sigaction action;

	if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		sigaddset(signals, signal);
}

/* Ctrl-C and the like wait to be read, so that we always get to detach and account. */
static int catch_signals(struct snoop *snoop)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	add_unless_ignored(&signals, SIGINT);
	add_unless_ignored(&signals, SIGTERM);
	add_unless_ignored(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &signals, SFD_CLOEXEC);
	snoop->signals = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3); /* not stdout, if that was closed */
	if (snoop->signals < 0)
		fprintf(stderr, "%s: signalfd(2): %s\n", snoop->tool->name, strerror(errno));
	if (fd >= 0)
		close(fd);
	return snoop->signals < 0 ? -1 : 0;
}

/* Output that could not be written: say so, or if our reader had enough, as `head` does, end so. */
static int fail_writing(const struct snoop *snoop)
{
	if (snoop->write_error == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	fprintf(stderr, "%s: writing: %s\n", snoop->tool->name,
		snoop->write_error == EINTR ? "ended before its reader took the last lines"
					    : strerror(snoop->write_error));
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
	tzset(); /* it opens a file, which is no event of anybody else */
	rawbpf_memlock_raise(); /* before Linux 5.11 a map needs it; else it does no harm */
	if (catch_signals(&snoop) < 0 || create_maps(&snoop) < 0 || open_buffers(&snoop) < 0 ||
	    snoop_attach(&snoop) < 0)
		return EXIT_FAILURE;
	err = watch(&snoop);
	snoop_detach(&snoop);
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
