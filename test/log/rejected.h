/* SPDX-License-Identifier: MIT */
/*
 * Programs that the verifier rejects, each for one reason, for the native tests and the vm's guest.
 */
#ifndef TEST_REJECTED_H
#define TEST_REJECTED_H

#include <rawbpf.h>

enum { REJECTED_SLOTS = 64, ANY_REG = -2, ANY_LINE = -2 };

struct rejected {
	const char *hint;      /* its name in insn/log/hint.def */
	unsigned type;
	const char *text;      /* the program; rejected_load() makes the map that it declares */
	/* the text's line that the complaint is about; 0: no line; ANY_LINE: kernels differ */
	int line;
	int reg;               /* the register; -1: no register; ANY_REG: kernels differ */
	unsigned flags;        /* the program's flags */
	const char *license;   /* NULL: "GPL" */
	int unprivileged;      /* load without CAP_PERFMON and its kin */
	struct bpf_insn raw;   /* for slot 1, if not zero: no text makes it */
	const char *machine;   /* the only machine, named as by uname(2); NULL: all */
	unsigned short since;  /* the first kernel: 5 << 8 | 10 */
	unsigned short before; /* the first kernel that accepts it; 0: no kernel does */
};

extern const struct rejected rejected[];
extern const unsigned rejected_count;

/*
 * A program that was assembled and rejected. `rejection` is parsed, and points into the other
 * members.
 */
struct rejected_load {
	struct rawbpf_rejection rejection;
	struct bpf_insn insns[REJECTED_SLOTS];
	unsigned lines[REJECTED_SLOTS];
	char log[32768];
};

/*
 * Load the program. Returns the result of rawbpf_prog_load(). -ENOTRECOVERABLE: the text does not
 * assemble, or the map cannot be made.
 */
int rejected_load(struct rejected_load *load, const struct rejected *rejected);

/*
 * Load the program on this kernel. Returns "accepted", the hint's name, or the complaint of a
 * rejection without a hint. Valid until the next call.
 */
const char *rejected_verdict(struct rejected_load *load, const struct rejected *rejected);

/* Return the library's hint of that name. */
const char *rejected_hint(const char *name);

#endif
