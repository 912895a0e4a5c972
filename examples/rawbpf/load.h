/* SPDX-License-Identifier: MIT */
/* Load a program that was assembled, or read as bytes. A message explains a rejection. */
#ifndef EXAMPLES_RAWBPF_LOAD_H
#define EXAMPLES_RAWBPF_LOAD_H

#include "tool.h"

enum { LOAD_SYSCALL = 31 /* BPF_PROG_TYPE_SYSCALL, 5.14 */ };

struct load {
	unsigned type;
	unsigned attach_type;
	unsigned attach_btf_id; /* the target in the kernel's BTF; 0: none */
	const char *name; /* or NULL */
	int verbose;      /* print the verifier's whole log if it rejects the program */
};

/* Return the flags that the kernel requires for this type. */
unsigned load_flags(unsigned type);

/* Create the maps that the text declares, at most TOOL_MAPS, and put them into the program. */
int load_maps(const struct subcommand *subcommand, struct program *program, int *fds);

/* Print the verifier's log, without bytes that a terminal obeys. */
void load_print_log(const char *log);

/* Load a program. Returns a descriptor, or a negative number after a message. */
int load_program(const struct subcommand *subcommand, const struct program *program,
		 const struct load *load);

#endif
