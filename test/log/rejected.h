/* SPDX-License-Identifier: MIT */
/* Programs that the verifier refuses, each for one reason: for the native tests and the vm's guest. */
#ifndef TEST_REJECTED_H
#define TEST_REJECTED_H

#include <rawbpf.h>

enum { REJECTED_SLOTS = 64, ANY_REG = -2, ANY_LINE = -2 };

struct rejected {
	const char *hint;      /* its name in insn/log/hint.def */
	unsigned type;
	const char *text;      /* the program; its map, if it declares one, is made */
	int line;              /* of the text, that the complaint is about; 0: of none;
				* ANY_LINE: kernels differ */
	int reg;               /* the register; -1: none; ANY_REG: kernels differ */
	unsigned flags;        /* of the program */
	const char *license;   /* NULL: "GPL" */
	int unprivileged;      /* without CAP_PERFMON, as far as BPF goes */
	struct bpf_insn raw;   /* for slot 1, if it is not zero: no text makes it */
	const char *machine;   /* the only one where this holds, as uname(2) has it; NULL: all */
	unsigned short since;  /* the kernel: 5 << 8 | 10 */
	unsigned short before; /* what was refused before that one; 0: still is */
};

extern const struct rejected rejected[];
extern const unsigned rejected_count;

/* Assembled, loaded, refused: `rejection` is parsed, and points into what follows. */
struct rejected_load {
	struct rawbpf_rejection rejection;
	struct bpf_insn insns[REJECTED_SLOTS];
	unsigned lines[REJECTED_SLOTS];
	char log[32768];
};

/* What rawbpf_prog_load() said; -ENOTRECOVERABLE: the text does not assemble, or no map. */
int rejected_load(struct rejected_load *load, const struct rejected *rejected);

/*
 * What this kernel does with the program: "accepted", the name of the hint, or, where there is none, the
 * complaint. Valid until the next call.
 */
const char *rejected_verdict(struct rejected_load *load, const struct rejected *rejected);

/* The hint of that name in the library. */
const char *rejected_hint(const char *name);

#endif
