/* SPDX-License-Identifier: MIT */
/* A collection that runs: its output, its signals, its command. */
#ifndef EXAMPLES_RAWBPF_COLLECTION_RUN_H
#define EXAMPLES_RAWBPF_COLLECTION_RUN_H

#include "collected.h"

#include <signal.h>
#include <sys/types.h>

enum { OUTPUT_ROOM = 64 * 1024 };

/*
 * Standard output, which may be slow: descriptor 1 becomes a file in memory, so that printing never
 * waits. From there the text goes to the reader while records and signals are waited for.
 */
struct output {
	int fd;            /* the reader; a terminal: another file, which does not block */
	int original;      /* what descriptor 1 was: for the command */
	int is_terminal, is_blocking;
	char text[OUTPUT_ROOM];
	size_t length;     /* of `text`, not written yet */
	off_t taken;       /* bytes of the file in memory that were taken */
	uint64_t dropped;  /* lines that nobody will see */
	int is_cut;        /* the last written line is incomplete */
	int is_mute;       /* print no more records */
	int is_last;       /* pending calls and what follows: a terminal keeps what it took of that */
	int error;         /* an errno, or 0 */
};

struct run {
	struct collection *collection;
	struct rawbpf_live live;
	struct rawbpf_live_reason reasons[COLLECTION_REASONS];
	struct rawbpf_live_losses losses; /* that were told */
	uint64_t records;  /* that passed the filters */
	int64_t *next_ms;  /* of each .show: when it is due */
	int64_t next_losses_ms, next_every_ms;
	int is_iter;       /* all programs are iterators */
	int64_t end_ms;    /* 0: no end is known */
	int64_t deadline_ms; /* of the last output; 0: it has not begun */
	struct output output;
	int signals;       /* signalfd(2) */
	sigset_t unblocked; /* the signal mask before */
	int is_over;       /* a signal came, the command or the time ended */
	int is_signalled;  /* it was a signal */
	int is_asked;      /* SIGUSR1 asks for the pending calls */
	pid_t command;     /* 0: none runs */
	int command_status; /* its exit status, if it ended */
};

int64_t run_now_ms(void);

/* Print a record, unless a filter keeps it out. Returns 0, or a negative number: read no more. */
int run_record(void *context, const struct rawbpf_live_record *record);

/* Tell at once what was lost since the last time, if a second is over. */
void run_tell_losses(struct run *run);

/* ---------------------------------------------------------------- collection_end.c */

/* Wait with signals and the command's end from now on. Returns OK, or FAILED after a message. */
int run_catch_signals(struct run *run);
/* Let the next signal end the process at once. */
void run_stop_catching(struct run *run);
/* Look which signals came, and whether the time is over: is_over, is_asked. */
void run_look(struct run *run);
/* Return the milliseconds until `until` or the end, -1: there is none; 0 in `until`: only the end. */
int run_left(const struct run *run, int64_t until);
/* Does the run last until its time, its command, or a signal ends it? Else its iterators run once. */
int run_is_lasting(const struct run *run);
/* Say what ends the run. */
void run_tell_end(const struct run *run);
/* Start the command. Returns OK, or FAILED after a message. */
int run_command_start(struct run *run);
/* End the command if it still runs. Returns the exit status: its own, unless `status` is not OK. */
int run_command_end(struct run *run, int status);

/* ---------------------------------------------------------------- collection_once.c */

struct once;

/* Run the program that is for packets on those of --packet. Returns an exit status. */
int run_packets(struct run *run);
/* The same in user space. `once` has the type of --type. */
int run_packets_machine(struct run *run, struct once *once);

/* ----------------------------------------------------------------- collection_pin.c */

/* Pin all maps and links in the directory of --pin. Returns OK, or FAILED after a message: none is pinned. */
int run_pin(const struct run *run);

/* -------------------------------------------------------------- collection_output.c */

/* Begin to print into memory. Returns OK, or FAILED after a message. */
int output_open(struct run *run);
/*
 * Write what was printed. Return 0: all is written; 1: the end came before, and the rest is kept; -1:
 * an error. With a deadline: what is left then is dropped.
 */
int output_flush(struct run *run);
/* Write if much was printed; as output_flush(). */
int output_flush_much(struct run *run);
/* Tell something on standard error, if it takes it. */
__attribute__((format(printf, 2, 3))) void output_say(struct run *run, const char *format, ...);

#endif
