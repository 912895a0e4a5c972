/* SPDX-License-Identifier: MIT */
#include "../../insn/base/number.h"
#include "../../insn/base/out.h"
#include "../../insn/base/string.h"
#include "../sys/sys.h"
#include "kprobe.h"
#include "syscall_entry.h"
#include "tracefs.h"

/*
 * Our kprobe events have the names rawbpf/eTHREAD_N, with the id of the thread that made them. A
 * killed process leaves its events behind. The kernel refuses to remove an event that a process
 * still holds open (EBUSY).
 *
 * Only a thread that holds no first event, eTHREAD_0, looks for left-overs. So it reads the list of
 * all events once, not with each attachment. A thread does not use the numbers of further events
 * again soon. It holds no lock where an event ends, and the name must not belong to another event
 * already.
 *
 * A thread locks kprobe_events from the look at the first event to the opening of the new one. A
 * process in another PID namespace may have a thread of the same id. Two probes of one name are one
 * event.
 */
#define GROUP "rawbpf"

enum {
	LEFT_OVERS_AT_MOST = 32768, /* removed at a time */
	LOCK_WAIT_MS = 2000,
	LOCK_STEP_MS = 5,
};

/*
 * Lock kprobe_events; -EBUSY after LOCK_WAIT_MS. The lock ends when `fd` is closed. Any process
 * that can read kprobe_events can hold it for ever.
 */
static int tracefs_lock(int fd)
{
	int64_t end = rawbpf__time_end(LOCK_WAIT_MS);
	int err, tries = 0;

	for (;;) {
		err = rawbpf__flock(fd);
		if (err != -EAGAIN && err != -EINTR)
			return err;
		if (++tries > LOCK_WAIT_MS / LOCK_STEP_MS || !rawbpf__time_left(end, LOCK_WAIT_MS))
			return -EBUSY;
		rawbpf__sleep(LOCK_STEP_MS);
	}
}

/* Open kprobe_events. O_TRUNC in `flags` would remove the events of all programs. */
static int kprobe_events_open(int events, int flags)
{
	int fd = rawbpf__open(events, "../kprobe_events", flags);

	return fd == -ENOENT ? -EOPNOTSUPP : fd;
}

/* Append the event's name: "rawbpf/e1234_0". */
static void add_event(struct rawbpf__out *out, uint64_t event)
{
	rawbpf__out_text(out, GROUP "/e");
	rawbpf__out_number(out, event >> 32);
	rawbpf__out_text(out, "_");
	rawbpf__out_number(out, (uint32_t)event);
}

/* Write "p:rawbpf/e1234_0 definition", or "-:rawbpf/e1234_0 ". */
static int event_command(int kprobe_events, const char *verb, uint64_t event, const char *definition)
{
	char line[640];
	struct rawbpf__out out = rawbpf__out_begin(line, sizeof line);
	long written;

	rawbpf__out_text(&out, verb);
	rawbpf__out_text(&out, ":");
	add_event(&out, event);
	rawbpf__out_text(&out, " ");
	rawbpf__out_text(&out, definition);
	written = rawbpf__write(kprobe_events, line, out.length);
	return written < 0 ? written : 0;
}

static int remove_event(int kprobe_events, uint64_t event)
{
	return event_command(kprobe_events, "-", event, "");
}

/* Write the path of one of the event's files; "" stands for the event's directory. */
static void event_path(char path[48], uint64_t event, const char *file)
{
	struct rawbpf__out out = rawbpf__out_begin(path, 48);

	add_event(&out, event);
	rawbpf__out_text(&out, file);
}

static int event_exists(int events, uint64_t event)
{
	char path[48];
	int fd;

	event_path(path, event, "");
	fd = rawbpf__open(events, path, O_PATH);
	if (fd >= 0)
		rawbpf__close(fd);
	return fd >= 0;
}

/* ------------------------------------------------------------------------- left-overs */

/* Return the event in a line such as "p:rawbpf/e1234_0 do_fchownat"; 0: it is none of ours. */
static uint64_t event_parse(const char *line)
{
	unsigned thread, number;

	if (line[0] != 'p' && line[0] != 'r')
		return 0;
	line = rawbpf__behind(rawbpf__find(line, ':'), NULL, ":" GROUP "/e");
	if (!line || !rawbpf__number_parse(&line, NULL, &thread) || *line++ != '_' ||
	    !rawbpf__number_parse(&line, NULL, &number) || *line != ' ')
		return 0;
	return (uint64_t)thread << 32 | number;
}

/* Read kprobe_events through; the beginning of each line is enough. Returns how many events are ours. */
static int find_events(int kprobe_events, uint64_t found[LEFT_OVERS_AT_MOST])
{
	char chunk[1024], line[64];
	unsigned length = 0, count = 0;
	long got, i;

	while ((got = rawbpf__read(kprobe_events, chunk, sizeof chunk)) > 0) {
		for (i = 0; i < got; i++) {
			if (chunk[i] != '\n') {
				if (length < sizeof line - 1)
					line[length++] = chunk[i];
				continue;
			}
			line[length] = '\0';
			length = 0;
			if (count < LEFT_OVERS_AT_MOST && (found[count] = event_parse(line)))
				count++;
		}
	}
	return got < 0 ? (int)got : (int)count;
}

/* Remove our events that no process holds open. */
static int tracefs_sweep(int events, int kprobe_events)
{
	enum { SIZE = LEFT_OVERS_AT_MOST * sizeof(uint64_t) };
	int err, count, list = kprobe_events_open(events, O_RDONLY);
	void *found;

	if (list < 0)
		return list;
	err = rawbpf__mmap(&found, SIZE, PROT_READ | PROT_WRITE, -1);
	if (err == 0) {
		err = count = find_events(list, found);
		while (count > 0)
			remove_event(kprobe_events, ((uint64_t *)found)[--count]);
		rawbpf__munmap(found, SIZE);
	}
	rawbpf__close(list);
	return err < 0 ? err : 0;
}

/* ---------------------------------------------------------------------------- events */

/* Choose a name that no event has: this thread's first one if it is free, after a look for left-overs. */
static int choose_event(int events, int kprobe_events, uint64_t *event)
{
	const uint64_t first = (uint64_t)rawbpf__thread_id() << 32;

	*event = first;
	if (event_exists(events, first)) {
		int err = remove_event(kprobe_events, first);

		*event |= (uint32_t)(rawbpf__clock_ms() << 10) | (kprobe_events & 1023);
		while (event_exists(events, *event))
			++*event;
		if (err == -EBUSY)
			return 0;
	}
	return tracefs_sweep(events, kprobe_events);
}

static int create_and_open(struct rawbpf_link *link, int events, int kprobe_events,
			   const char *verb, const char *definition)
{
	char path[48];
	uint64_t event;
	int fd, err = choose_event(events, kprobe_events, &event);

	if (err == 0)
		err = event_command(kprobe_events, verb, event, definition);
	if (err < 0)
		return err;
	event_path(path, event, "/id");
	fd = rawbpf__tracefs_event_open(events, path);
	if (fd < 0) {
		remove_event(kprobe_events, event);
		return fd;
	}
	link->fd = fd;
	link->tracefs_event = event;
	return 0;
}

/* Open events/ and kprobe_events. Returns 0, or a negative errno with neither open. */
static int tracefs_open(int *events, int *kprobe_events)
{
	*events = rawbpf__tracefs_events_open();
	if (*events < 0)
		return *events;
	*kprobe_events = kprobe_events_open(*events, O_RDWR | O_APPEND);
	if (*kprobe_events >= 0)
		return 0;
	rawbpf__close(*events);
	return *kprobe_events;
}

static void tracefs_close(int events, int kprobe_events)
{
	rawbpf__close(kprobe_events);
	rawbpf__close(events);
}

/*
 * Close the perf event or bpf link that keeps the event open, then remove the event from tracefs.
 * If the event no longer exists, another process removed it as a left-over.
 */
static int tracefs_detach(struct rawbpf_link *link)
{
	int events = -1, kprobe_events = -1, err;

	rawbpf__close(link->fd);
	err = tracefs_open(&events, &kprobe_events);
	if (err < 0)
		return err;
	err = remove_event(kprobe_events, link->tracefs_event);
	tracefs_close(events, kprobe_events);
	return err == -ENOENT ? 0 : err;
}

/* Append "p", "r", or "r64" for a maxactive of 64. */
static void add_verb(struct rawbpf__out *out, const struct rawbpf_kprobe_spec *spec)
{
	rawbpf__out_text(out, spec->retprobe ? "r" : "p");
	if (spec->maxactive)
		rawbpf__out_number(out, spec->maxactive);
}

static int kprobe_tracefs_open(struct rawbpf_link *link, const char *symbol, uint64_t offset,
			       const struct rawbpf_kprobe_spec *spec)
{
	char verb[16];
	char definition[544]; /* a symbol of 511 bytes, '+' and a number */
	struct rawbpf__out out = rawbpf__out_begin(definition, sizeof definition);
	struct rawbpf__out verb_out = rawbpf__out_begin(verb, sizeof verb);
	int events = -1, kprobe_events = -1;
	int err = tracefs_open(&events, &kprobe_events);

	if (err < 0)
		return err;
	if (symbol[0]) {
		rawbpf__out_text(&out, symbol);
		rawbpf__out_text(&out, "+");
	}
	rawbpf__out_number(&out, offset);
	add_verb(&verb_out, spec);
	err = tracefs_lock(kprobe_events);
	if (err == 0)
		err = create_and_open(link, events, kprobe_events, verb, definition);
	tracefs_close(events, kprobe_events);
	if (err == 0)
		link->end = tracefs_detach;
	return err;
}

static int by_both(struct rawbpf_link *link, int prog, const struct rawbpf_kprobe_spec *spec)
{
	int by_pmu_alone = spec && spec->method == RAWBPF_KPROBE_PMU;

	return rawbpf__kprobe_attach(link, prog, spec, by_pmu_alone ? NULL : kprobe_tracefs_open);
}

/*
 * Attach to the first of the functions by which 32-bit programs may enter the call. For a function
 * that does not exist tracefs answers -EINVAL.
 */
static int compat_attach(struct rawbpf_link *link, int prog, struct rawbpf_kprobe_spec *spec)
{
	const char *syscall = spec->syscall;
	char symbol[544]; /* a name that is cut is still too long for a symbol of 511 bytes */
	int err = -ENOENT;

	if (!syscall || !syscall[0] || spec->symbol || spec->address || spec->offset)
		return -EINVAL;
	spec->compat = 0;
	spec->syscall = NULL;
	spec->symbol = symbol;
	spec->offset = spec->retprobe ? 0 : RAWBPF__SYSCALL_ENTRY_OFFSET;
	for (unsigned n = 0; rawbpf__syscall_compat_entry(symbol, sizeof symbol, syscall, n); n++) {
		err = by_both(link, prog, spec);
		if (err != -ENOENT && err != -EINVAL)
			break;
	}
	return err;
}

/*
 * Attach a kprobe by the PMU or tracefs. This function is in this file: a caller of
 * rawbpf_kprobe_pmu_attach() alone links nothing of it.
 */
int rawbpf_kprobe_attach(struct rawbpf_link *link, int prog, const struct rawbpf_kprobe_spec *spec)
{
	struct rawbpf_kprobe_spec at;

	if (!spec || (!spec->compat && !spec->maxactive))
		return by_both(link, prog, spec);
	*link = (struct rawbpf_link){ 0 };
	if (spec->maxactive && (!spec->retprobe || spec->method == RAWBPF_KPROBE_PMU))
		return -EINVAL;
	at = *spec;
	if (at.maxactive)
		at.method = RAWBPF_KPROBE_TRACEFS;
	return at.compat ? compat_attach(link, prog, &at) : by_both(link, prog, &at);
}
