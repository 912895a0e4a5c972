/* SPDX-License-Identifier: MIT */
/* SHA-1 and SHA-256 (FIPS 180-4), as far as program tags need them. */
#ifndef RAWBPF_INSN_HASH_H
#define RAWBPF_INSN_HASH_H

#include "private.h"

struct rawbpf__hash {
	/*
	 * Mix a block of 16 words into the state. SHA-1 uses 5 words of the state, SHA-256 uses
	 * 8.
	 */
	void (*block)(uint32_t state[8], const uint32_t words[16]);
	uint32_t state[8];
	uint32_t words[16];
	uint64_t length; /* bytes so far */
};

RAWBPF__PRIVATE struct rawbpf__hash rawbpf__hash_sha1(void);
RAWBPF__PRIVATE struct rawbpf__hash rawbpf__hash_sha256(void);

RAWBPF__PRIVATE void rawbpf__hash_add(struct rawbpf__hash *hash, const void *bytes, size_t count);
/*
 * Finish the hash. Return the first two words of the digest as one number. The digest's first
 * byte is the number's highest byte.
 */
RAWBPF__PRIVATE uint64_t rawbpf__hash_end(struct rawbpf__hash *hash);

#endif
