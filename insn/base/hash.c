/* SPDX-License-Identifier: MIT */
#include "hash.h"

static uint32_t hash_rotate_right(uint32_t word, unsigned bits)
{
	return word >> bits | word << (32 - bits);
}

static uint32_t hash_rotate_left(uint32_t word, unsigned bits)
{
	return hash_rotate_right(word, 32 - bits);
}

static uint32_t hash_choose(uint32_t x, uint32_t y, uint32_t z)
{
	return (x & y) ^ (~x & z);
}

static uint32_t hash_majority(uint32_t x, uint32_t y, uint32_t z)
{
	return (x & y) ^ (x & z) ^ (y & z);
}

/* ---------------------------------------------------------------------------- SHA-1 */

static uint32_t hash_sha1_mix(unsigned round, uint32_t x, uint32_t y, uint32_t z)
{
	switch (round / 20) {
	case 0:
		return hash_choose(x, y, z) + 0x5a827999;
	case 1:
		return (x ^ y ^ z) + 0x6ed9eba1;
	case 2:
		return hash_majority(x, y, z) + 0x8f1bbcdc;
	default:
		return (x ^ y ^ z) + 0xca62c1d6;
	}
}

static void hash_sha1_block(uint32_t state[8], const uint32_t words[16])
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], w[80];
	unsigned i;

	for (i = 0; i < 80; i++) {
		uint32_t next;

		w[i] = i < 16 ? words[i]
			      : hash_rotate_left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
		next = hash_rotate_left(a, 5) + hash_sha1_mix(i, b, c, d) + e + w[i];
		e = d;
		d = c;
		c = hash_rotate_left(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

RAWBPF__PRIVATE struct rawbpf__hash rawbpf__hash_sha1(void)
{
	return (struct rawbpf__hash){
		.block = hash_sha1_block,
		.state = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 } };
}

/* -------------------------------------------------------------------------- SHA-256 */

/* The fractions of the cube roots of the first 64 primes. */
static const uint32_t hash_sha256_roots[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t hash_turn(uint32_t word, unsigned a, unsigned b, unsigned c)
{
	return hash_rotate_right(word, a) ^ hash_rotate_right(word, b) ^ hash_rotate_right(word, c);
}

static uint32_t hash_shift(uint32_t word, unsigned a, unsigned b, unsigned c)
{
	return hash_rotate_right(word, a) ^ hash_rotate_right(word, b) ^ word >> c;
}

static void hash_sha256_block(uint32_t state[8], const uint32_t words[16])
{
	uint32_t s[8], w[64];
	unsigned i, j;

	__builtin_memcpy(s, state, sizeof s);
	for (i = 0; i < 64; i++) {
		uint32_t first, second;

		w[i] = i < 16 ? words[i]
			      : hash_shift(w[i - 2], 17, 19, 10) + w[i - 7] +
					hash_shift(w[i - 15], 7, 18, 3) + w[i - 16];
		first = s[7] + hash_turn(s[4], 6, 11, 25) + hash_choose(s[4], s[5], s[6]) +
			hash_sha256_roots[i] + w[i];
		second = hash_turn(s[0], 2, 13, 22) + hash_majority(s[0], s[1], s[2]);
		for (j = 7; j > 0; j--)
			s[j] = s[j - 1];
		s[4] += first;
		s[0] = first + second;
	}
	for (i = 0; i < 8; i++)
		state[i] += s[i];
}

RAWBPF__PRIVATE struct rawbpf__hash rawbpf__hash_sha256(void)
{
	return (struct rawbpf__hash){
		.block = hash_sha256_block,
		.state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
			   0x1f83d9ab, 0x5be0cd19 } };
}

/* ------------------------------------------------------------------------------ both */

static void hash_byte(struct rawbpf__hash *hash, unsigned char byte)
{
	unsigned at = hash->length++ % 64;
	uint32_t *word = &hash->words[at / 4];

	*word = *word << 8 | byte;
	if (at == 63)
		hash->block(hash->state, hash->words);
}

RAWBPF__PRIVATE void rawbpf__hash_add(struct rawbpf__hash *hash, const void *bytes, size_t count)
{
	const unsigned char *at = bytes;

	while (count--)
		hash_byte(hash, *at++);
}

/*
 * Append the padding: a bit 1, then bits 0 up to 8 bytes before a block's end. The block's last 8
 * bytes are the message's length in bits.
 */
RAWBPF__PRIVATE uint64_t rawbpf__hash_end(struct rawbpf__hash *hash)
{
	uint64_t bits = hash->length * 8;
	unsigned i;

	hash_byte(hash, 0x80);
	while (hash->length % 64 != 56)
		hash_byte(hash, 0);
	for (i = 0; i < 8; i++)
		hash_byte(hash, bits >> (56 - 8 * i));
	return (uint64_t)hash->state[0] << 32 | hash->state[1];
}
