/* SPDX-License-Identifier: MIT */
/*
 * A program that the verifier rejected: read its log, and join it to the program. Pure functions
 * over the caller's memory: no system calls, no libc, no allocation. They accept any text as a log.
 *
 *	char log[4096], why[2048];
 *	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){ ...
 *		.log = log, .log_size = sizeof log });
 *
 *	if (prog < 0 && log[0]) {
 *		rawbpf_rejection_explain(why, sizeof why, &(struct rawbpf_rejection){
 *			.error = prog, .log = log, .insns = insns, .insn_count = count });
 *		fputs(why, stderr);
 *	}
 */
#ifndef RAWBPF_REJECTION_H
#define RAWBPF_REJECTION_H

#include <rawbpf/uapi.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rawbpf_build;

/* A part of the log, not terminated. Length 0: the log has no such part. */
struct rawbpf_log_part {
	const char *text;
	size_t length;
};

/* The program, and the result of rawbpf_prog_load(). Unknown fields may be zero. */
struct rawbpf_rejection {
	int error;                        /* the negative errno */
	const char *log;                  /* terminated; its end is enough */
	const struct bpf_insn *insns;     /* as they were loaded */
	unsigned insn_count;
	const char *file;                 /* the source's name, for people */
	const unsigned *lines;            /* source line of each slot, as rawbpf_text.lines */
	const char *source;               /* or NULL: the text of `lines`, terminated; jumps are
					   * shown as in that text */
	const struct rawbpf_build *build; /* or the builder, which knows lines and labels */

	int index;                        /* out: the instruction, in slots; -1: none */
	int previous;                     /* out: the one before it on the verifier's path; or -1 */
	struct rawbpf_log_part complaint; /* out: the line with the complaint */
	struct rawbpf_log_part rest;      /* out: this line and the rest, but statistics */
	int reg;                          /* out: the register of the complaint; -1: unknown */
	struct rawbpf_log_part states[11]; /* out: the content of r0 to r10 before it, if known */
	const char *hint;                 /* out: the remedy, in a few sentences; NULL: unknown */
};

/*
 * Find the complaint in the log, and its place: fill the fields called "out". Return 0, or -ENOENT
 * if the log has no complaint. The wording of logs differs between kernels; the hints are for those
 * of 5.10 to 7.3.
 */
int rawbpf_rejection_parse(struct rawbpf_rejection *rejection);

/*
 * Parse the rejection and explain it, in lines that each end with a newline:
 *
 *	the verifier rejected the program (EACCES) at instruction 7
 *	   6: r1 = 1
 *	   7: lock *(u64 *)(r0 + 0) += r1                   count.s:12
 *	                    ^~ r0 is map_value_or_null(id=1,map=count,ks=4,vs=8)
 *	   R0 invalid mem access 'map_value_or_null'
 *	   The pointer may be NULL: test it against 0 ...
 *
 * Bytes of the log and of names that are not printable ASCII become \xNN. The wording changes.
 * Return the length of the whole text, as snprintf(3).
 */
size_t rawbpf_rejection_explain(char *text, size_t size, const struct rawbpf_rejection *rejection);

#ifdef __cplusplus
}
#endif
#endif
