/* SPDX-License-Identifier: MIT */
/*
 * What chrootsnoop has beside its programs, for other tools of its kind, too.
 *
 * A tool has programs for the kernel and a function. The programs send a record for each event, and
 * the function prints it. The rest is here:
 *
 *	main.c    options
 *	run.c     buffers, the loop, signals, the count of lost events
 *	attach.c  three ways to attach: kprobe, tracepoint, raw tracepoint
 *	build.c   pieces of programs
 *	print.c   columns and JSON
 */
#ifndef EXAMPLES_SNOOP_H
#define EXAMPLES_SNOOP_H

#include <stddef.h>
#include <stdint.h>

#include <rawbpf.h>

enum snoop_way { SNOOP_KPROBE, SNOOP_TRACEPOINT, SNOOP_RAW_TRACEPOINT, SNOOP_WAYS };
enum snoop_transport { SNOOP_RING, SNOOP_PERF, SNOOP_TRANSPORTS };

enum {
	SNOOP_COMM = 16,   /* bytes of a thread's name, with its NUL */
	SNOOP_PATH = 4096, /* bytes of the longest path that a system call accepts */
};

struct snoop_options {
	int json;
	int way;       /* enum snoop_way; -1: the best that this kernel has */
	int transport; /* enum snoop_transport; -1: the same */
	unsigned pid;  /* 0: all */
	char comm[SNOOP_COMM]; /* padded with zeros; "": all */
};

/* The first members of every record. */
struct snoop_head {
	uint64_t time; /* ns, CLOCK_MONOTONIC */
	uint32_t pid, tid;
	char comm[SNOOP_COMM];
};

/* The counters of the programs: the last line reports every lost event. */
enum snoop_count {
	SNOOP_BEGUN,      /* calls that began */
	SNOOP_ENDED,      /* calls of these that ended */
	SNOOP_PRODUCED,   /* records to send */
	SNOOP_REFUSED,    /* records of these for which the buffer had no room */
	SNOOP_UNREADABLE, /* texts that the programs could not read */
	SNOOP_COUNTS
};

/* A program under construction, and its purpose. */
struct snoop_code {
	struct rawbpf_build build;
	enum snoop_way way;
	enum snoop_transport transport;
	const struct snoop_options *options;
};

/* A system call that a tool watches. */
struct snoop_call {
	const char *name;
	unsigned number;
};

/* System calls: one program at the start, another at the return. */
struct snoop_calls {
	const struct snoop_call *list;
	unsigned count;
	void (*build_arguments)(struct snoop_code *code, unsigned call); /* store them on the stack */
	void (*build_enter)(struct snoop_code *code); /* the rest, the same for all calls */
	void (*build_exit)(struct snoop_code *code);
};

struct snoop_line;

struct snoop_tool {
	const char *name;
	const char *summary;  /* for --help */
	const char *columns;  /* the header line after TIME, PID and COMM */
	const char *what;     /* the word for one event, such as "call" */
	enum snoop_way ways[SNOOP_WAYS]; /* the best one first */

	struct snoop_calls calls;

	unsigned memory_size;  /* bytes stored from the start of an event to its end, */
	unsigned memory_max;   /* and how many events at once */
	unsigned scratch_size; /* bytes of a record, which may be too large for the stack */
	void (*print)(struct snoop_line *line, const void *record);
};

int snoop_main(int argc, char **argv, const struct snoop_tool *tool);

/* ---------------------------------------------------------------------------- build.c */

/*
 * Pieces of programs. In all of them r6 is the context. They overwrite r0 to r5, and other
 * registers where the comment names them. The maps are "memory", "scratch", "counts" and "events".
 */

/* r6 = the context, and the end: the label "out", and the result 0. */
void snoop_build_begin(struct snoop_code *code);
void snoop_build_end(struct snoop_code *code);

/* counts[what]++ */
void snoop_build_count(struct snoop_code *code, enum snoop_count what);

/* Option -p: go to `label` if this is another process. */
void snoop_build_filter_pid(struct snoop_code *code, const char *label);

/* Option -c: go to `label` if the head at reg + offset has another comm. */
void snoop_build_filter_comm(struct snoop_code *code, unsigned reg, int offset, const char *label);

/* At the start of a system call: go to "out" if a 32-bit program makes it. */
void snoop_build_filter_compat(struct snoop_code *code);

/* *(u64 *)(r10 + to) = argument n of the system call, at its start; n counts from 0. */
void snoop_build_argument(struct snoop_code *code, unsigned n, int to);

/* reg = the result of the system call, at its end. */
void snoop_build_result(struct snoop_code *code, unsigned reg);

/* *(u64 *)(r10 - 8) = the task: the key of the stored values. */
void snoop_build_task(struct snoop_code *code);

/* memory[*(r10 - 8)] = the values at reg + offset. */
void snoop_build_remember(struct snoop_code *code, unsigned reg, int offset);

/* reg = &memory[*(r10 - 8)]; go to "out" if it has no values for this key. */
void snoop_build_recall(struct snoop_code *code, unsigned reg);

/* r8 = room for a record; go to `label` if there is none, which cannot happen. */
void snoop_build_scratch(struct snoop_code *code, const char *label);

/*
 * At the return of a system call with stored values: r7 = the values, r8 = a record with its head,
 * and r1 = the result. Go to "forget" if -c names another thread.
 */
void snoop_build_return(struct snoop_code *code);

/* Fill the struct snoop_head at reg + offset. */
void snoop_build_head(struct snoop_code *code, unsigned reg, int offset);

/*
 * Read the path at r3 into the record at r8: SNOOP_PATH bytes at `path`. The s32 at `length`
 * becomes its length with the NUL, or a negative errno. r9 = the used bytes of the record.
 */
void snoop_build_path(struct snoop_code *code, int path, int length);

/* Count the text as unreadable if the s32 at r8 + `length` is a negative errno. */
void snoop_build_count_unreadable(struct snoop_code *code, int length);

/*
 * Send the record: r9 bytes from r8 on. Then, and from the label "forget" on, delete
 * memory[*(r10 - 8)].
 */
void snoop_build_send(struct snoop_code *code);

/* ---------------------------------------------------------------------------- print.c */

/*
 * A line of columns, or a JSON object. Each function adds a column of that width, or a member of
 * that name. A positive width aligns to the right, a negative one to the left; 0 is the last
 * column.
 */
void snoop_print_head(struct snoop_line *line, const struct snoop_head *head);
void snoop_print_number(struct snoop_line *line, const char *name, int width, long long value);
/* A text of `length` bytes with its NUL; or the negative errno of reading it. */
void snoop_print_text(struct snoop_line *line, const char *name, const char *bytes, int length);

#endif
