/* SPDX-License-Identifier: MIT */
#include "tracefs.h"

#include "file.h"
#include "text.h"

int rawbpf__tracefs_events_open(void)
{
	int fd = rawbpf__open(AT_FDCWD, "/sys/kernel/tracing/events", O_PATH);

	if (fd == -ENOENT)
		fd = rawbpf__open(AT_FDCWD, "/sys/kernel/debug/tracing/events", O_PATH);
	return fd == -ENOENT ? -EOPNOTSUPP : fd;
}

int rawbpf__tracefs_event_open(int events, const char *id_path)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = PERF_ATTR_SIZE_VER1 };
	int id = rawbpf__file_number(events, id_path, "");

	if (id < 0)
		return id;
	attr.config = id;
	return rawbpf__perf_event_open(&attr, 0);
}

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
	struct rawbpf__text text = { .buffer = line, .size = sizeof line };
	long written;

	rawbpf__text_add(&text, verb);
	rawbpf__text_add(&text, ":" GROUP "/e");
	rawbpf__text_add_dec(&text, number);
	rawbpf__text_add(&text, " ");
	rawbpf__text_add(&text, definition);
	written = rawbpf__write(kprobe_events, line, text.length);
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
	if (!rawbpf__number_parse(&line, &number) || *line != ' ' || number >= EVENTS_AT_MOST)
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
	struct rawbpf__text text = { .buffer = path, .size = sizeof path };

	rawbpf__text_add(&text, GROUP "/e");
	rawbpf__text_add_dec(&text, number);
	rawbpf__text_add(&text, "/id");
	return rawbpf__tracefs_event_open(events, path);
}

static int create_and_open(int events, int kprobe_events, const char *verb, const char *definition,
			   unsigned *number)
{
	int fd, n = free_number(kprobe_events);

	if (n < 0)
		return n;
	fd = event_command(kprobe_events, verb, n, definition);
	if (fd < 0)
		return fd;
	fd = own_event_open(events, n);
	if (fd < 0)
		remove_event(kprobe_events, n);
	else
		*number = n + 1;
	return fd;
}

int rawbpf__tracefs_kprobe_open(const char *definition, int retprobe, unsigned *number)
{
	int kprobe_events, fd, events = rawbpf__tracefs_events_open();

	if (events < 0)
		return events;
	fd = kprobe_events = kprobe_events_open(events);
	if (kprobe_events >= 0) {
		fd = create_and_open(events, kprobe_events, retprobe ? "r" : "p", definition,
				     number);
		rawbpf__close(kprobe_events);
	}
	rawbpf__close(events);
	return fd;
}

int rawbpf__tracefs_kprobe_close(int fd, unsigned number)
{
	int events = rawbpf__tracefs_events_open();
	int kprobe_events = events < 0 ? events : kprobe_events_open(events);
	int err = kprobe_events;

	rawbpf__close(fd);
	if (kprobe_events >= 0) {
		err = remove_event(kprobe_events, number - 1);
		rawbpf__close(kprobe_events);
	}
	if (events >= 0)
		rawbpf__close(events);
	return err;
}
