/* SPDX-License-Identifier: MIT */
/* A program that BPF_PROG_TEST_RUN runs once for each packet. */
#ifndef EXAMPLES_RAWBPF_ONCE_H
#define EXAMPLES_RAWBPF_ONCE_H

#include "packets.h"

struct once {
	const struct subcommand *subcommand; /* for messages */
	unsigned type, attach_type; /* BPF_PROG_TYPE_*; expected_attach_type */
	int has_packet;             /* else it receives a context, or nothing */
	unsigned long long repeat;  /* 0: once */
	int is_json;                /* print an object for each packet */
	const char *license;        /* NULL: GPL */
	int prog;                   /* it is loaded */
	int r0;                     /* a map where it stores all of r0; negative: there is none */
};

/* Find the type of --type; NULL: socket_filter. Returns OK, or USAGE after a message. */
int once_find_type(struct once *once, const char *name);

/* Do programs of this type run on a packet? */
int once_has_packet(unsigned type);

/* Load a program again, so that it stores all 64 bits of r0, if that is possible. */
void once_record_r0(struct once *once, const struct bpf_insn *insns, unsigned count);

/* Run it on the current packet, and print the results. Returns OK, or FAILED after a message. */
int once_run(const struct once *once, const struct packets *packets);

/* ----------------------------------------------------------------------- run_machine.c */

struct machine;

/* Does the kernel refuse programs of this type, or all of bpf(2)? Returns 0 or 1. */
int once_refusal(unsigned type);

/* As once_refusal(); if it does, say why on standard error. */
int once_is_refused(const struct once *once);

/* Give the machine the program's type, and a process and clock like this one's. */
void once_begin_machine(const struct once *once, struct machine *machine);

/* As once_run(), in user space. The program has the text's name, and the lines of one without .prog. */
int once_run_machine(const struct once *once, struct machine *machine, const struct program *program,
		     const struct packets *packets);

/* ------------------------------------------------------------------------------ results */

/* What a program did on a packet. */
struct once_result {
	uint64_t r0;
	int is_low;             /* only the low 32 bits of r0 are known */
	int64_t ns, steps;      /* the average time; the instructions of the last run; -1: not known */
	const unsigned char *data; /* what the packet became; NULL: there was none */
	size_t size;
};

/* Print it: lines, or an object of JSON. */
void once_print(const struct once *once, const struct packets *packets, const struct once_result *result);

/* Print the JSON Schema of these objects. */
void once_print_schema(void);

/* Print bytes in hexadecimal, 16 on a line. */
void once_print_bytes(const char *indent, const unsigned char *bytes, size_t size);

#endif
