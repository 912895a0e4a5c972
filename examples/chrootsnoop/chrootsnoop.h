/* SPDX-License-Identifier: MIT */
/*
 * chrootsnoop shows calls of chroot(2): the process, the result and the path. Its files, in the
 * order in which to read them:
 *
 *	program.c  the two programs that run in the kernel, instruction by instruction
 *	attach.c   loading them, and three ways to attach: kprobe, tracepoint, raw tracepoint
 *	records.c  the maps and the buffer; reading records and counters
 *	output.c   a record as a line, for readers of any speed
 *	main.c     options, signals, and the order of all this
 */
#ifndef EXAMPLES_CHROOTSNOOP_H
#define EXAMPLES_CHROOTSNOOP_H

#include <stddef.h>
#include <stdint.h>

#include <rawbpf.h>

enum way { KPROBE, TRACEPOINT, RAW_TRACEPOINT, WAYS }; /* the best one first */
enum transport { RING, PERF, TRANSPORTS };
enum part { ENTER, EXIT, PARTS }; /* a program for the start of a call, another for its return */

enum {
	COMM = 16,   /* bytes of a thread's name, with its NUL */
	PATH = 4096, /* bytes of the longest path that a system call accepts */
};

struct options {
	int json;
	int way;         /* enum way; -1: the best that this kernel has */
	int transport;   /* enum transport; -1: the same */
	unsigned pid;    /* 0: all */
	char comm[COMM]; /* padded with zeros; "": all */
};

/* What the programs send, cut after the end of the path. */
struct record {
	uint64_t time; /* ns, CLOCK_MONOTONIC */
	uint32_t pid, tid;
	char comm[COMM];
	int64_t result;
	int32_t path_length; /* with the NUL; or the negative errno of reading it */
	char path[PATH];
};

/* The counters of the programs: the last line reports every lost event. */
enum count {
	BEGUN,      /* calls that began */
	ENDED,      /* calls of these that ended */
	PRODUCED,   /* records to send */
	REFUSED,    /* records of these for which the buffer had no room */
	UNREADABLE, /* paths that the programs could not read */
	COUNTS
};

enum {
	LINE = 32 * 1024, /* more than the longest line: a path, 6 bytes for each of its bytes */
	TEXT = 8 * LINE,
};

/* Lines that are not written yet; the last one may be incomplete. */
struct output {
	char text[TEXT];
	size_t length;
	int json;
	int64_t clock;    /* CLOCK_REALTIME - CLOCK_MONOTONIC, in ns */
	int fd;           /* standard output; a terminal: another file, which does not block */
	int signals;      /* signalfd(2): a signal ends waiting for the reader */
	int64_t deadline; /* for the last output, CLOCK_MONOTONIC in ms; 0: no signal has come */
	int is_cut;       /* the last written line is incomplete */
	int is_mute;      /* print no more */
	uint64_t lines;   /* written, with the header */
	int error;        /* an errno of writing, or 0 */
};

struct snoop {
	struct options options;
	enum way way;
	enum transport transport;

	int events, memory, scratch, counts; /* maps */
	int progs[PARTS];
	unsigned prog_count;
	struct rawbpf_link links[PARTS];
	unsigned link_count;
	struct rawbpf_error refusal; /* why attaching failed */
	uint64_t missed;             /* runs of the programs that the kernel missed */

	struct rawbpf_ring ring;
	struct rawbpf_perfbuf perfbuf;
	struct rawbpf_loop loop;
	struct record record;        /* the record to print */
	struct output output;
};

/* main.c: print on stderr what failed and why. Return -1. */
int complain(const char *doing, const struct rawbpf_error *error);

/* program.c: build one of the two programs. Its maps are "memory", "scratch", "counts", "events". */
void program_build(struct rawbpf_build *b, const struct snoop *snoop, enum part part);

/* attach.c: load and attach in one of the ways. Return 0, or -1 after a message. */
int attach_programs(struct snoop *snoop);
void detach_programs(struct snoop *snoop);
extern const char *const way_names[WAYS];

/* records.c: create maps and buffer. Return 0, or -1 after a message. */
int records_open(struct snoop *snoop);
/* Print records until a signal comes or a write fails. Return 0 or the negative errno of reading. */
int records_watch(struct snoop *snoop);
/* Print those that are still in the buffer. Return 0 with the final counts, or a negative errno. */
int records_drain(struct snoop *snoop, uint64_t counts[COUNTS]);
/* Print the last line: events, lost ones, each reason for a missing line. Return the exit status. */
int records_account(struct snoop *snoop, const uint64_t counts[COUNTS]);
extern const char *const transport_names[TRANSPORTS];

/* output.c */
void output_open(struct output *output, int json, int signals);
void output_header(struct output *output);
/* Add a line. If the text is nearly full, write it: the results of output_flush(). */
int output_record(struct output *output, const struct record *record);
/*
 * Write the text. Return 0; 1 if a signal came, and keep the rest; -1 on an error, in output->error.
 * After the deadline drop the rest and return 0.
 */
int output_flush(struct output *output);
/* Find out what to add to the time since boot, which records have. */
void output_set_clock(struct output *output);
/* A signal came: from now on, the reader has little time. */
void output_set_deadline(struct output *output);

#endif
