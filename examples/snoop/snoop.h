/* SPDX-License-Identifier: MIT */
/*
 * The parts that chrootsnoop, execsnoop, opensnoop and tcpconnect share.
 *
 * Each tool has programs for the kernel and a function. The programs send a record for each event,
 * and the function prints it. All tools share the rest:
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
	int is_success; /* it runs where a call has succeeded, not at the return */
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

/*
 * Where a kprobe sees a function's arguments. On riscv64 the first 8 bytes belong to ftrace, and
 * kernels before 7.x accept no kprobe there.
 */
#ifdef __riscv
enum { SNOOP_FIRST = 8 };
#else
enum { SNOOP_FIRST = 0 };
#endif

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
	const char *columns;  /* the header line after TIME, PID and COMM */
	const char *what;     /* the word for one event, such as "call" */
	enum snoop_way ways[SNOOP_WAYS]; /* the best one first */

	struct snoop_calls calls; /* either these or a place, below */
	/* With tracepoints: the place of success, if not every return is seen. */
	struct rawbpf_tracepoint_spec success;
	/* A place with one program. */
	struct snoop_place place;
	void (*build)(struct snoop_code *code);
	void (*prepare)(void); /* called once before build(); may be NULL */

	unsigned memory_size;  /* bytes stored from the start of an event to its end, */
	unsigned memory_max;   /* and how many events at once */
	unsigned scratch_size; /* bytes of a record that is too large for the stack; or 0 */
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

/* r10 + to = `size` bytes from r3 + offset; r0 is 0, or the negative errno of reading them. */
void snoop_build_read_kernel(struct snoop_code *code, int offset, int size, int to);
void snoop_build_read_user(struct snoop_code *code, int offset, int size, int to);

/*
 * reg = the registers of the caller at the start of the system call; for a raw tracepoint also at
 * its end; a tracepoint does not know them. *(u64 *)(r10 + to) = the stack pointer in those at r3.
 */
void snoop_build_caller(struct snoop_code *code, unsigned reg);
void snoop_build_stack_pointer(struct snoop_code *code, int to);

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

/* Arguments of a function at its entry, in the context of a kprobe. */
extern const int snoop_function_arguments[2];

/* ---------------------------------------------------------------------------- print.c */

/*
 * A line of columns, or a JSON object. Each function adds a column of that width, or a member of
 * that name. A positive width aligns to the right, a negative one to the left; 0 is the last
 * column.
 */
void snoop_print_head(struct snoop_line *line, const struct snoop_head *head);
void snoop_print_number(struct snoop_line *line, const char *name, int width, long long value);
void snoop_print_word(struct snoop_line *line, const char *name, int width, const char *word);
/* A text of `length` bytes with its NUL; or the negative errno of reading it. */
void snoop_print_text(struct snoop_line *line, const char *name, const char *bytes, int length);
/* A member that is an array of `count` texts, one after the other, each with its NUL. */
void snoop_print_list(struct snoop_line *line, const char *name, const char *bytes, unsigned count);
void snoop_print_null(struct snoop_line *line, const char *name);
void snoop_print_flag(struct snoop_line *line, const char *name, int value);
/* A word without escapes. */
void snoop_print_more(struct snoop_line *line, const char *word);
/* Is the line a JSON object? Some values have only a column, or only a member. */
int snoop_is_json(const struct snoop_line *line);

#endif
