/* SPDX-License-Identifier: MIT */
/* rawbpf trace: what the words of the command line ask for, and the text that does it. */
#ifndef EXAMPLES_RAWBPF_TRACE_H
#define EXAMPLES_RAWBPF_TRACE_H

#include <stdio.h>

enum { TRACE_WORDS = 32, TRACE_ARGS = 6, TRACE_NAME = 64 };

enum trace_form { TRACE_KPROBE, TRACE_SYSCALL, TRACE_TRACEPOINT };

/* What a name stands for. */
enum trace_source {
	TRACE_HEAD,  /* the process: time, pid, tid, ppid, uid, comm */
	TRACE_ARG,   /* arg0 to arg5 */
	TRACE_RET,
	TRACE_TOOK,
	TRACE_FIELD, /* a number of a tracepoint's record */
	TRACE_CHARS, /* an array of char in it */
	TRACE_LOC    /* a string of any length in it: its place, a u32 */
};

/* What is done with it: int(), hex(), string(), kstring(). */
enum trace_use { TRACE_PLAIN, TRACE_INT, TRACE_HEX, TRACE_STRING, TRACE_KSTRING, TRACE_USES };

/* A field: of the record, or of a condition. */
struct trace_field {
	char name[TRACE_NAME];
	enum trace_source source;
	enum trace_use use;
	unsigned arg;     /* of ARG */
	unsigned size;    /* bytes, of FIELD */
	int is_signed;    /* of FIELD */
};

struct trace_condition {
	struct trace_field field;
	const char *jump;        /* the operator that jumps away: ">=" for "<" */
	char value[TRACE_NAME];  /* a number or the name of one */
};

struct trace {
	enum trace_form form;
	char group[TRACE_NAME], name[TRACE_NAME]; /* group: of TRACEPOINT */
	struct trace_field fields[TRACE_WORDS];
	unsigned field_count;
	struct trace_condition conditions[TRACE_WORDS];
	unsigned condition_count;
	int has_return;          /* ret or took is named */
	const char *format;      /* of TRACEPOINT: the text of its format file */
};

/* Write the text. */
void trace_write(FILE *text, const struct trace *trace);

#endif
