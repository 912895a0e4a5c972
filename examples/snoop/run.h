/* SPDX-License-Identifier: MIT */
/* Private to snoop/: the state of a running tool. */
#ifndef EXAMPLES_SNOOP_RUN_H
#define EXAMPLES_SNOOP_RUN_H

#include <signal.h>

#include <rawbpf/loop.h>
#include <rawbpf/perfbuf.h>
#include <rawbpf/ring.h>

#include "snoop.h"

enum {
	SNOOP_LINKS = 16,
	SNOOP_RECORD = 16 * 1024, /* more than the largest record */
	SNOOP_LINE = 64 * 1024, /* more than the longest line: 8 KiB of text, 6 bytes for each */
	SNOOP_OUTPUT = 4 * SNOOP_LINE,
};

/* Output that is not written yet; its last line may be incomplete. */
struct snoop_line {
	char text[SNOOP_OUTPUT];
	size_t length;
	int json;
	int members;       /* members of the JSON object so far */
	int64_t clock;     /* CLOCK_REALTIME - CLOCK_MONOTONIC, in ns */
};

struct snoop {
	const struct snoop_tool *tool;
	const struct snoop_options *options;
	enum snoop_way way;
	enum snoop_transport transport;

	int events, memory, scratch, counts; /* maps */
	struct rawbpf_link links[SNOOP_LINKS];
	unsigned link_count;
	int progs[SNOOP_LINKS];
	unsigned prog_count;
	struct rawbpf_error refusal; /* why attaching failed */
	char place[64];    /* and the place */
	uint64_t missed;   /* runs of the programs that the kernel missed */

	struct rawbpf_ring ring;
	struct rawbpf_perfbuf perfbuf;
	struct rawbpf_loop loop;
	int signals;       /* signalfd(2) */
	sigset_t unblocked; /* the signal mask before these signals were blocked */
	uint64_t record[SNOOP_RECORD / 8]; /* the record to print */
	struct snoop_line line;
	int out;           /* standard output; a terminal: another file, which does not block */
	int64_t deadline;  /* for the last output, CLOCK_MONOTONIC in ms; 0: no signal has come */
	int is_cut;        /* the last written line is incomplete */
	int is_mute;       /* print no more */
	uint64_t lines;    /* written, with the header */
	int write_error;   /* an errno, or 0 */
};

/* Print on stderr what failed and why. Return -1. */
int snoop_complain(const struct snoop *snoop, const char *doing, const struct rawbpf_error *error);

/* Load and attach in one of the ways. Return 0, or -1 after a message. */
int snoop_attach(struct snoop *snoop);
void snoop_detach(struct snoop *snoop);

int snoop_run(const struct snoop_tool *tool, const struct snoop_options *options);

extern const char *const snoop_way_names[SNOOP_WAYS];
extern const char *const snoop_transport_names[SNOOP_TRANSPORTS];

/* Begin the header line; begin and end every other line. */
void snoop_print_header(struct snoop_line *line, const char *columns);
void snoop_print_begin(struct snoop_line *line);
void snoop_print_end(struct snoop_line *line);

#endif
