/* SPDX-License-Identifier: MIT */
/*
 * What chrootsnoop, execsnoop, opensnoop and tcpconnect share.
 *
 * Each of them is two things: programs for the kernel, which notice something and send a record of
 * it, and a function that prints such a record. All else is the same and stands here once:
 *
 *	main.c    options
 *	run.c     buffers, the loop, signals, the count of what was lost
 *	attach.c  the three ways to be called: kprobe, tracepoint, raw tracepoint
 *	build.c   what their programs have in common, in pieces
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
	SNOOP_PATH = 4096, /* of a path: the most that a system call takes */
};

struct snoop_options {
	int json;
	int way;       /* enum snoop_way; -1: the best that this kernel has */
	int transport; /* enum snoop_transport; -1: likewise */
	unsigned pid;  /* 0: all */
	char comm[SNOOP_COMM]; /* filled up with zeros; "": all */
};

/* How every record begins. */
struct snoop_head {
	uint64_t time; /* ns, CLOCK_MONOTONIC */
	uint32_t pid, tid;
	char comm[SNOOP_COMM];
};

/* What the programs count, so that nothing is lost without a word. */
enum snoop_count {
	SNOOP_BEGUN,      /* calls remembered, until they end */
	SNOOP_ENDED,      /* of these */
	SNOOP_PRODUCED,   /* records that were to be sent */
	SNOOP_REFUSED,    /* of these: there was no room */
	SNOOP_UNREADABLE, /* texts that could not be read */
	SNOOP_COUNTS
};

/* A program while it is being put together, and what it is for. */
struct snoop_code {
	struct rawbpf_build build;
	enum snoop_way way;
	enum snoop_transport transport;
	const struct snoop_options *options;
	int is_success; /* it runs where a call is known to succeed, and not where it returns */
};

/* A system call that a tool watches. */
struct snoop_call {
	const char *name;
	unsigned number;
};

/* System calls: a program at their beginning, another at their end. */
struct snoop_calls {
	const struct snoop_call *list;
	unsigned count;
	void (*build_arguments)(struct snoop_code *code, unsigned call); /* put them on the stack */
	void (*build_enter)(struct snoop_code *code); /* what follows, the same for all calls */
	void (*build_exit)(struct snoop_code *code);
};

/* A place in the kernel that a tool watches, for each of the ways. */
struct snoop_place {
	struct rawbpf_kprobe_spec kprobe;
	struct rawbpf_tracepoint_spec tracepoint;
	struct rawbpf_raw_tracepoint_spec raw_tracepoint;
};

struct snoop_line;

struct snoop_tool {
	const char *name;
	const char *summary;  /* for --help */
	const char *columns;  /* what the header line has behind TIME, PID and COMM */
	const char *what;     /* "call": what is begun and ended */
	enum snoop_way ways[SNOOP_WAYS]; /* the best one first */

	struct snoop_calls calls; /* either these, or a place, below */
	/* With tracepoints: where they succeed, if that is not always seen where they return. */
	struct rawbpf_tracepoint_spec success;
	/* A place, and one program. */
	struct snoop_place place;
	void (*build)(struct snoop_code *code);
	void (*prepare)(void); /* called once before that, if it is not NULL */

	unsigned memory_size;  /* what is remembered from the beginning to the end: bytes, */
	unsigned memory_max;   /* and how often */
	unsigned scratch_size; /* a record, if it is too large for the stack */
	void (*print)(struct snoop_line *line, const void *record);
};

int snoop_main(int argc, char **argv, const struct snoop_tool *tool);

/* ---------------------------------------------------------------------------- build.c */

/*
 * Pieces of programs. In all of them r6 is the context; r0 to r5 are used up, and further
 * registers where it is said. The maps are "memory", "scratch", "counts" and "events".
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

/* Where a system call begins: go to "out" if a 32-bit program makes it, by its own numbers. */
void snoop_build_filter_compat(struct snoop_code *code);

/* r10 + to = `size` bytes from r3 + offset; r0 is 0, or negative: they could not be read. */
void snoop_build_read_kernel(struct snoop_code *code, int offset, int size, int to);
void snoop_build_read_user(struct snoop_code *code, int offset, int size, int to);

/*
 * reg = the registers of the system call's caller, where it begins; for a raw tracepoint also where
 * it ends; a tracepoint does not know them. *(u64 *)(r10 + to) = the stack pointer in those at r3.
 */
void snoop_build_caller(struct snoop_code *code, unsigned reg);
void snoop_build_stack_pointer(struct snoop_code *code, int to);

/* *(u64 *)(r10 + to) = argument n of the system call, where it begins; n counts from 0. */
void snoop_build_argument(struct snoop_code *code, unsigned n, int to);

/* reg = the result of the system call, where it ends. */
void snoop_build_result(struct snoop_code *code, unsigned reg);

/* *(u64 *)(r10 - 8) = the task: the key of what is remembered from the beginning to the end. */
void snoop_build_task(struct snoop_code *code);

/* memory[*(r10 - 8)] = what reg + offset points to. */
void snoop_build_remember(struct snoop_code *code, unsigned reg, int offset);

/* reg = &memory[*(r10 - 8)]; go to "out" if nothing is remembered. */
void snoop_build_recall(struct snoop_code *code, unsigned reg);

/* r8 = room for a record; go to `label` if there is none, which cannot be. */
void snoop_build_scratch(struct snoop_code *code, const char *label);

/*
 * Where a system call returns that was remembered: r7 = what is remembered, r8 = a record with its
 * head, and r1 = the result. Go to "forget" if -c is for another.
 */
void snoop_build_return(struct snoop_code *code);

/* Fill the struct snoop_head at reg + offset. */
void snoop_build_head(struct snoop_code *code, unsigned reg, int offset);

/*
 * Read the path that r3 points to into the record r8 points to: SNOOP_PATH bytes at `path`,
 * its length with the NUL, or a negative errno, in the s32 at `length`; and r9 = r8's bytes in use.
 */
void snoop_build_path(struct snoop_code *code, int path, int length);

/* Count it if the length, the s32 at r8 + `length`, is a negative errno. */
void snoop_build_count_unreadable(struct snoop_code *code, int length);

/*
 * Send the record: r9 bytes from r8 on. Then, and from the label "forget" on, delete
 * memory[*(r10 - 8)].
 */
void snoop_build_send(struct snoop_code *code);

/* Arguments of a plain function where it begins, in the context of a kprobe. */
extern const int snoop_function_arguments[2];

/* ---------------------------------------------------------------------------- print.c */

/*
 * A line as columns, or as an object of JSON: every function adds a column, of that width (to the
 * right; if it is negative, to the left; 0: the last column), or a member of that name.
 */
void snoop_print_head(struct snoop_line *line, const struct snoop_head *head);
void snoop_print_number(struct snoop_line *line, const char *name, int width, long long value);
void snoop_print_word(struct snoop_line *line, const char *name, int width, const char *word);
/* A text of `length` bytes with its NUL; a negative errno: it could not be read. */
void snoop_print_text(struct snoop_line *line, const char *name, const char *bytes, int length);
/* A member that is an array, of `count` texts one behind the other, each with its NUL. */
void snoop_print_list(struct snoop_line *line, const char *name, const char *bytes, unsigned count);
void snoop_print_null(struct snoop_line *line, const char *name);
void snoop_print_flag(struct snoop_line *line, const char *name, int value);
/* A word of ours, as it is. */
void snoop_print_more(struct snoop_line *line, const char *word);
/* For what has a column, or a member, but not both. */
int snoop_is_json(const struct snoop_line *line);

#endif
