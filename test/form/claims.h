/* SPDX-License-Identifier: MIT */
/*
 * What pages claim, made executable: claims_made.c prints the lines "as C" of the pages as
 * functions, and claims.c runs these beside the instructions themselves.
 */
#ifndef TEST_CLAIMS_H
#define TEST_CLAIMS_H

#include <linux/bpf.h>
#include <stdint.h>

/* The value of a map, as the program under test has it in r9. */
struct claim_state {
	uint64_t in[3];     /* r0 to r2; where a register is an address: that of `memory` */
	uint64_t memory[4]; /* instructions use memory[1] */
	uint64_t out[3];
	uint64_t taken;     /* by a jump */
	uint64_t done;      /* the program came to its end */
};

enum { CLAIM_PACKET_SIZE = 64, CLAIM_OFF = 8 };

/* What happens to a value of the map, or to the registers in it. */
struct claim {
	struct bpf_insn insns[2];
	const char *c, *does;        /* lines of the page, unwrapped */
	int pointer;                 /* the register that is an address; 0: none */
	int packet;                  /* it loads from a packet */
	unsigned kernel;             /* the first one: 5 << 8 | 12 */
	void (*run)(struct claim_state *state, uint64_t memory, const unsigned char *packet);
};

extern const struct claim claims[];
extern const unsigned claim_count;

/* Add the tests of claims_special.c. */
struct TCase;
void claims_special_add(struct TCase *tests);

#endif
