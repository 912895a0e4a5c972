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

/* Print bytes in hexadecimal, 16 on a line. */
void once_print_bytes(const char *indent, const unsigned char *bytes, size_t size);

#endif
