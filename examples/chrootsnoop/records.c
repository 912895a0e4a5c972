/* SPDX-License-Identifier: MIT */
/* The maps that the programs fill, and the buffer through which they send records. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rawbpf/loop.h>
#include <rawbpf/perfbuf.h>
#include <rawbpf/ring.h>

#include "../token.h"
#include "chrootsnoop.h"

enum {
	CALLS = 8192,           /* calls that have begun and not returned, at once */
	RING_SIZE = 1 << 20,
	PERF_SIZE = 512 * 1024, /* for each CPU: mostly what kernel.perf_event_mlock_kb allows */
};

/* ---------------------------------------------------------------------------- maps */

/* Create a map, with the token of the environment. Return a descriptor or a negative errno. */
static int create_with_token(const struct rawbpf_map_spec *spec)
{
	struct rawbpf_map_spec with = *spec;

	with.token = token_use(&with.flags);
	return rawbpf_map_create(&with);
}

/* Create a map. Return its descriptor, or -1 after a message. */
static int create_map(const struct rawbpf_map_spec *spec)
{
	int map = create_with_token(spec);

	return map >= 0 ? map : complain("creating a map", &(struct rawbpf_error){
		.operation = RAWBPF_MAP_CREATE, .error = map, .type = spec->type });
}

/* Open the token now: later calls use it. Return 0, or -1 after a message. */
static int open_token(void)
{
	unsigned flags = 0;
	int token = token_use(&flags);

	return token >= 0 ? 0 : complain("opening the token of " TOKEN_VARIABLE,
		&(struct rawbpf_error){ .operation = RAWBPF_TOKEN_OPEN, .error = token,
					.name = token_path() });
}

static int create_maps(struct snoop *snoop)
{
	snoop->counts = create_map(&(struct rawbpf_map_spec){
		.name = "counts", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = COUNTS * sizeof(uint64_t), .max_entries = 1 });
	if (snoop->counts < 0)
		return -1;
	snoop->memory = create_map(&(struct rawbpf_map_spec){
		.name = "memory", .type = BPF_MAP_TYPE_HASH, .key_size = 8,
		.value_size = sizeof(uint64_t), .max_entries = CALLS });
	if (snoop->memory < 0)
		return -1;
	snoop->scratch = create_map(&(struct rawbpf_map_spec){
		.name = "scratch", .type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4,
		.value_size = sizeof(struct record), .max_entries = 1 });
	return snoop->scratch < 0 ? -1 : 0;
}

/* --------------------------------------------------------------------------- buffer */

static int handle(void *context, const void *record, size_t size)
{
	struct snoop *snoop = context;

	/* A perf buffer aligns records to only 4 bytes. */
	memcpy(&snoop->record, record, size < sizeof snoop->record ? size : sizeof snoop->record);
	return output_record(&snoop->output, &snoop->record) == 0 ? 0 : -ECANCELED;
}

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

const char *const transport_names[TRANSPORTS] = { [RING] = "ring", [PERF] = "perf" };

static const struct {
	int (*open)(struct snoop *snoop);
	unsigned map_type;
	const struct rawbpf_operation *operation;
} transports[TRANSPORTS] = {
	[RING] = { open_ring, BPF_MAP_TYPE_RINGBUF, RAWBPF_RING_OPEN },
	[PERF] = { open_perfbuf, BPF_MAP_TYPE_PERF_EVENT_ARRAY, RAWBPF_PERFBUF_OPEN },
};

static struct rawbpf_source *source(struct snoop *snoop)
{
	return snoop->transport == RING ? &snoop->ring.source : &snoop->perfbuf.source;
}

static int open_buffer(struct snoop *snoop)
{
	int wanted = snoop->options.transport, err;

	snoop->transport = wanted < 0 ? RING : (enum transport)wanted;
	err = transports[snoop->transport].open(snoop);
	if (err == -EINVAL && wanted < 0) {
		snoop->transport = PERF;
		err = open_perfbuf(snoop);
	}
	if (err == -ENOENT) { /* /sys/devices/system/cpu holds the number of CPUs */
		fputs("chrootsnoop: opening a buffer: sysfs is not mounted on /sys\n", stderr);
		return -1;
	}
	if (err < 0)
		return complain("opening a buffer", &(struct rawbpf_error){
			.operation = snoop->events < 0 ? RAWBPF_MAP_CREATE
						       : transports[snoop->transport].operation,
			.error = err,
			.type = transports[snoop->transport].map_type,
		});
	err = rawbpf_loop_open(&snoop->loop);
	if (err == 0)
		err = rawbpf_loop_add(&snoop->loop, source(snoop));
	return err == 0 ? 0 : complain("making the loop", &(struct rawbpf_error){ .error = err });
}

int records_open(struct snoop *snoop)
{
	if (open_token() < 0 || create_maps(snoop) < 0)
		return -1;
	return open_buffer(snoop);
}

/* -------------------------------------------------------------------------- reading */

/* A perf event reports a half full buffer only once: after poll(2) here the loop would not see it. */
int records_watch(struct snoop *snoop)
{
	struct output *output = &snoop->output;
	struct pollfd fds[] = { { .fd = output->signals, .events = POLLIN },
				{ .fd = source(snoop)->fd, .events = POLLIN },
				{ .fd = output->fd } };
	int err = 0;

	output_header(output);
	while (err >= 0 && output_flush(output) == 0) {
		if (poll(fds, 3, -1) < 0)
			return -errno;
		if (fds[0].revents)
			return 0;
		if (fds[2].revents) { /* POLLERR: the reader went away; POLLNVAL: output is closed */
			output->error = fds[2].revents & POLLNVAL ? EBADF : EPIPE;
			return -1;
		}
		output_set_clock(output);
		err = snoop->transport == PERF ? rawbpf_perfbuf_read(&snoop->perfbuf)
					       : rawbpf_loop_run(&snoop->loop, 0);
	}
	return err == -ECANCELED ? 0 : err;
}

static int is_balanced(struct snoop *snoop, const uint64_t *counts)
{
	return counts[PRODUCED] == counts[REFUSED] + source(snoop)->received;
}

/*
 * A program that runs while it is detached runs to its end, and sends its record a moment later. So
 * read until the counts agree, for half a second.
 */
int records_drain(struct snoop *snoop, uint64_t counts[COUNTS])
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	const unsigned key = 0;
	int err, tries;

	output_flush(&snoop->output); /* after a signal the text has no room for another line */
	for (tries = 0; tries < 50; tries++) {
		output_set_clock(&snoop->output);
		err = snoop->transport == RING ? rawbpf_ring_read(&snoop->ring)
					       : rawbpf_perfbuf_read(&snoop->perfbuf);
		if (err < 0 || output_flush(&snoop->output) < 0)
			return err;
		err = rawbpf_map_lookup(snoop->counts, &key, counts, 0);
		if (err < 0 || is_balanced(snoop, counts))
			return err;
		nanosleep(&moment, NULL);
	}
	return 0;
}

/* ------------------------------------------------------------------------- the last line */

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
	const uint64_t headers = !snoop->options.json, lines = snoop->output.lines;

	return source(snoop)->received - (lines > headers ? lines - headers : 0);
}

int records_account(struct snoop *snoop, const uint64_t counts[COUNTS])
{
	unsigned long long received = source(snoop)->received, lost = counts[REFUSED];
	char text[256] = "";

	if (snoop->output.is_cut)
		fputc('\n', stderr);
	add_part(text, sizeof text, unprinted(snoop), "not printed", "not printed");
	add_part(text, sizeof text, counts[UNREADABLE], "unreadable", "unreadable");
	add_part(text, sizeof text, counts[BEGUN] - counts[ENDED], "call not finished",
		 "calls not finished");
	add_part(text, sizeof text, snoop->missed, "run missed by the kernel",
		 "runs missed by the kernel");
	fprintf(stderr, "%llu %s, %llu lost%s\n", received, received == 1 ? "event" : "events", lost,
		text);
	if (is_balanced(snoop, counts))
		return EXIT_SUCCESS;
	fprintf(stderr, "chrootsnoop: but the programs sent %llu\n",
		(unsigned long long)counts[PRODUCED] - lost);
	return EXIT_FAILURE;
}
