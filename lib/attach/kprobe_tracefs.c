/* SPDX-License-Identifier: MIT */
#include "../../insn/base/number.h"
#include "../../insn/base/out.h"
#include "../../insn/base/string.h"
#include "../sys/sys.h"
#include "kprobe.h"
#include "tracefs.h"

/*
 * Our kprobe events are rawbpf/e0, rawbpf/e1, ... A process that was killed
 * leaves its event behind; whether the owner lives the kernel tells: an event
 * that is open cannot be removed (EBUSY). Everything from the removal of
 * left-overs to the opening of a new event, and the whole of its end, happens
 * under a lock on kprobe_events, so that nobody takes an event for a left-over
 * that is only just coming or going.
 */
#define GROUP "rawbpf"

enum { EVENTS_AT_MOST = 1024 };

/* kprobe_events, locked until it is closed. */
static int kprobe_events_open(int events)
{
	/* With O_TRUNC this would remove everybody's events. */
	int fd = rawbpf__open(events, "../kprobe_events", O_RDWR | O_APPEND);
	int err;

	if (fd < 0)
		return fd == -ENOENT ? -EOPNOTSUPP : fd;
	err = rawbpf__flock(fd);
	if (err < 0) {
		rawbpf__close(fd);
		return err;
	}
	return fd;
}

/* Write "p:rawbpf/e7 definition", or "-:rawbpf/e7 ". */
static int event_command(int kprobe_events, const char *verb, unsigned number, const char *definition)
{
	char line[640];
	struct rawbpf__out out = rawbpf__out_begin(line, sizeof line);
	long written;

	rawbpf__out_text(&out, verb);
	rawbpf__out_text(&out, ":" GROUP "/e");
	rawbpf__out_number(&out, number);
	rawbpf__out_text(&out, " ");
	rawbpf__out_text(&out, definition);
	written = rawbpf__write(kprobe_events, line, out.length);
	return written < 0 ? written : 0;
}

static int remove_event(int kprobe_events, unsigned number)
{
	return event_command(kprobe_events, "-", number, "");
}

/* The number of the event that a line such as "p:rawbpf/e7 do_fchownat" is about, or -1. */
static int event_number(const char *line)
{
	unsigned number;

	if (line[0] != 'p' && line[0] != 'r')
		return -1;
	while (*line && *line != ':')
		line++;
	if (!rawbpf__starts_with(line, ":" GROUP "/e"))
		return -1;
	line += sizeof ":" GROUP "/e" - 1;
	if (!rawbpf__number_parse(&line, NULL, &number) || *line != ' ' || number >= EVENTS_AT_MOST)
		return -1;
	return number;
}

/* Read kprobe_events through and mark our numbers; the beginning of each line is enough. */
static int find_events(int kprobe_events, unsigned char taken[EVENTS_AT_MOST])
{
	char chunk[1024], line[40];
	unsigned length = 0;
	long got, i;

	while ((got = rawbpf__read(kprobe_events, chunk, sizeof chunk)) > 0) {
		for (i = 0; i < got; i++) {
			int number;

			if (chunk[i] != '\n') {
				if (length < sizeof line - 1)
					line[length++] = chunk[i];
				continue;
			}
			line[length] = '\0';
			length = 0;
			number = event_number(line);
			if (number >= 0)
				taken[number] = 1;
		}
	}
	return got;
}

/* Remove the left-overs; return the lowest number that is free now. */
static int free_number(int kprobe_events)
{
	unsigned char taken[EVENTS_AT_MOST] = { 0 };
	int number, lowest = -EBUSY;
	int err = find_events(kprobe_events, taken);

	if (err < 0)
		return err;
	for (number = EVENTS_AT_MOST - 1; number >= 0; number--)
		if (!taken[number] || remove_event(kprobe_events, number) == 0)
			lowest = number;
	return lowest;
}

static int own_event_open(int events, unsigned number)
{
	char path[32];
	struct rawbpf__out out = rawbpf__out_begin(path, sizeof path);

	rawbpf__out_text(&out, GROUP "/e");
	rawbpf__out_number(&out, number);
	rawbpf__out_text(&out, "/id");
	return rawbpf__tracefs_event_open(events, path);
}

static int create_and_open(struct rawbpf_link *link, int events, int kprobe_events,
			   const char *verb, const char *definition)
{
	int fd, number = free_number(kprobe_events);

	if (number < 0)
		return number;
	fd = event_command(kprobe_events, verb, number, definition);
	if (fd < 0)
		return fd;
	fd = own_event_open(events, number);
	if (fd < 0) {
		remove_event(kprobe_events, number);
		return fd;
	}
	link->fd = fd;
	link->tracefs_event = number;
	return 0;
}

/* Open events/ and, locked, kprobe_events: 0, or a negative errno and neither is open. */
static int tracefs_lock(int *events, int *kprobe_events)
{
	*events = rawbpf__tracefs_events_open();
	if (*events < 0)
		return *events;
	*kprobe_events = kprobe_events_open(*events);
	if (*kprobe_events >= 0)
		return 0;
	rawbpf__close(*events);
	return *kprobe_events;
}

static void tracefs_unlock(int events, int kprobe_events)
{
	rawbpf__close(kprobe_events);
	rawbpf__close(events);
}

/* Close what keeps the event open, its perf event or bpf link, and remove it from tracefs. */
static int tracefs_detach(struct rawbpf_link *link)
{
	int events = -1, kprobe_events = -1;
	int err = tracefs_lock(&events, &kprobe_events);

	rawbpf__close(link->fd);
	if (err < 0)
		return err;
	err = remove_event(kprobe_events, link->tracefs_event);
	tracefs_unlock(events, kprobe_events);
	return err;
}

static int kprobe_tracefs_open(struct rawbpf_link *link, const char *symbol, uint64_t offset,
			       int retprobe)
{
	char definition[544]; /* a symbol of 511 bytes, '+' and a number */
	struct rawbpf__out out = rawbpf__out_begin(definition, sizeof definition);
	int events = -1, kprobe_events = -1;
	int err = tracefs_lock(&events, &kprobe_events);

	if (err < 0)
		return err;
	if (symbol[0]) {
		rawbpf__out_text(&out, symbol);
		rawbpf__out_text(&out, "+");
	}
	rawbpf__out_number(&out, offset);
	err = create_and_open(link, events, kprobe_events, retprobe ? "r" : "p", definition);
	tracefs_unlock(events, kprobe_events);
	if (err == 0)
		link->end = tracefs_detach;
	return err;
}

/* Here, so that a program that asks for the PMU alone links nothing of this file. */
int rawbpf_kprobe_attach(struct rawbpf_link *link, int prog, const struct rawbpf_kprobe_spec *spec)
{
	return rawbpf__kprobe_attach(link, prog, spec,
				     spec->method == RAWBPF_KPROBE_PMU ? NULL : kprobe_tracefs_open);
}
