/* SPDX-License-Identifier: MIT */
/*
 * Random valid programs, whose results are equal wherever they run. A program reads its operands
 * from a map, and writes r0 to r9 and its stack there before it exits. It reads nothing that it has
 * not written before, and no address reaches a result.
 *
 * The map is an array with one value, a struct generated_area. Programs refer to it as number 0 of
 * their maps (attr.fd_array). Each run takes the operands of the next set.
 */
#ifndef TEST_GENERATE_H
#define TEST_GENERATE_H

#include <stdint.h>

#include <rawbpf/insn.h>

#include "../../insn/form/form.h"

enum {
	GENERATED_REGISTERS = 10,
	GENERATED_WORDS = 4,      /* of 8 bytes: of stack, and of scratch memory in the map */
	GENERATED_SETS = 256,     /* a power of 2 */
	GENERATED_SLOTS = 320
};

struct generated_set {
	uint64_t in[GENERATED_REGISTERS];
	uint64_t out[GENERATED_REGISTERS + GENERATED_WORDS]; /* r0 to r9, then the stack */
};

struct generated_area {
	uint64_t runs;
	uint64_t scratch[GENERATED_WORDS];
	struct generated_set sets[GENERATED_SETS];
};

struct generated {
	unsigned count;
	unsigned body, body_end; /* the slots between reading the operands and writing the results */
	unsigned function;       /* its first slot; `count` if there is none */
	struct bpf_insn insns[GENERATED_SLOTS];
	/* 1: instructions from here to the next 1 may be left out together, and no others */
	unsigned char piece[GENERATED_SLOTS];
};

/* How a form may stand in a program. */
enum generated_kind {
	GENERATED_OUT,      /* it cannot: live_random.c has the reasons */
	GENERATED_ALU,      /* registers and numbers only */
	GENERATED_CONSTANT, /* a load of 64 bits */
	GENERATED_LOAD,     /* from memory at src */
	GENERATED_STORE,    /* to memory at dst, also atomic ones */
	GENERATED_JUMP,     /* with a condition */
	GENERATED_GOTO,
	GENERATED_CALL,     /* of a function of the program */
	GENERATED_KINDS
};

/* Return the form's kind for programs of this kernel, 6 << 8 | 18. Newer forms are OUT. */
enum generated_kind generated_kind(const struct rawbpf__form *form, unsigned kernel);

/* Return the next random number. */
uint64_t generated_random(uint64_t *state);

/* Return a random operand: mostly one at a boundary. */
uint64_t generated_operand(uint64_t *state);

/* Return the bytes of a load or store. */
unsigned generated_size(unsigned code);

/* Return boundary number `index` of an immediate, or of an operand; set *end behind the last. */
int32_t generated_immediate(unsigned index, int *end);
uint64_t generated_boundary(unsigned index);
enum { GENERATED_BOUNDARIES = 16 };

/* Make the program of a seed. The same seed and kernel give the same program. */
void generate(struct generated *program, uint64_t seed, unsigned kernel);

/* Make a program with this body. On entry, stack word n is a copy of register n. */
void generate_around(struct generated *program, const struct bpf_insn *body, unsigned count);

#endif
