/* SPDX-License-Identifier: MIT */
/*
 * Execute the claims of pages. claims_made.c prints the lines "as C" of the pages as functions, and
 * claims.c runs them beside the instructions themselves.
 */
#ifndef TEST_CLAIMS_H
#define TEST_CLAIMS_H

#include <linux/bpf.h>
#include <stdint.h>

/* The map's value, to which the program under test has a pointer in r9. */
struct claim_state {
	uint64_t in[3];     /* r0 to r2; a register that is an address is that of `memory` */
	uint64_t memory[4]; /* instructions access memory[1] */
	uint64_t out[3];
	uint64_t taken;     /* the instruction jumped */
	uint64_t done;      /* the program reached its end */
};

enum { CLAIM_PACKET_SIZE = 64, CLAIM_OFF = 8 };

/* An instruction, and its page's claims about the map's value or the registers. */
struct claim {
	struct bpf_insn insns[2];
	const char *c, *does;        /* lines of the page, without line breaks */
	int pointer;                 /* the register that holds an address; 0: no register does */
	int packet;                  /* the instruction loads from a packet */
	unsigned kernel;             /* the first kernel: 5 << 8 | 12 */
	void (*run)(struct claim_state *state, uint64_t memory, const unsigned char *packet);
};

extern const struct claim claims[];
extern const unsigned claim_count;

/* Add the tests of claims_special.c. */
struct TCase;
void claims_special_add(struct TCase *tests);

#endif
