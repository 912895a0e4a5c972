/* SPDX-License-Identifier: MIT */
/* Loading a program that was assembled, or read as bytes. Messages explain what is rejected. */
#ifndef EXAMPLES_RAWBPF_LOAD_H
#define EXAMPLES_RAWBPF_LOAD_H

#include "tool.h"

enum { LOAD_SYSCALL = 31 /* BPF_PROG_TYPE_SYSCALL, 5.14 */ };

struct load {
	unsigned type;
	unsigned attach_type;
	const char *name; /* or NULL */
	int verbose;      /* print the verifier's whole log if it rejects the program */
};

/* The flags without which the kernel loads no program of this type. */
unsigned load_flags(unsigned type);

/* Create the maps that the text declares, TOOL_MAPS at most, and put them into the program. */
int load_maps(const struct member *member, struct program *program, int *fds);

/* Load it. A descriptor, or negative after a message. */
int load_program(const struct member *member, const struct program *program,
		 const struct load *load);

#endif
