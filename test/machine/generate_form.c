/* SPDX-License-Identifier: MIT */
/* See generate.h: numbers at boundaries, random ones, and the kinds of forms. */
#include <limits.h>

#include "generate.h"

uint64_t generated_random(uint64_t *state)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

uint64_t generated_boundary(unsigned index)
{
	static const uint64_t boundaries[GENERATED_BOUNDARIES] = {
		0, 1, 2, 31, 32, 63, 64, (uint64_t)-1, (uint64_t)-2, INT_MAX,
		UINT64_C(0x80000000), (uint64_t)INT_MIN, UINT64_C(0x100000000), INT64_MAX,
		(uint64_t)INT64_MIN, UINT64_C(0x8123456789abcdef),
	};

	return boundaries[index % GENERATED_BOUNDARIES];
}

int32_t generated_immediate(unsigned index, int *end)
{
	static const int32_t numbers[] = {
		0, 1, -1, 2, -2, 7, 8, 15, 31, 32, 33, 63, 127, 128, -128, 255, 256, 32767, 32768,
		-32768, 65535, INT_MAX, INT_MIN, INT_MIN + 1, 0x12345678, -0x12345678,
	};

	*end = index >= sizeof(numbers) / sizeof(numbers[0]);
	return numbers[*end ? 0 : index];
}

uint64_t generated_operand(uint64_t *state)
{
	uint64_t number = generated_random(state), kind = generated_random(state);

	if (kind % 4 == 0)
		return number;
	if (kind % 4 == 1)
		return number >> (kind >> 8) % 64;
	number = generated_boundary((unsigned)(number >> 32));
	return kind % 16 == 2 ? number + (kind >> 8) % 7 - 3 : number;
}

enum generated_kind generated_kind(const struct rawbpf__form *form, unsigned kernel)
{
#define KIND(SHAPE, NAME) [RAWBPF__SHAPE_##SHAPE] = GENERATED_##NAME
	static const uint8_t kinds[RAWBPF__SHAPE_COUNT] = {
		KIND(ALU64_K, ALU), KIND(SHIFT64_K, ALU), KIND(DIV64_K, ALU), KIND(SDIV64_K, ALU),
		KIND(ALU64_X, ALU), KIND(SDIV64_X, ALU), KIND(MOV64_K, ALU), KIND(MOV64_X, ALU),
		KIND(MOVSX64, ALU), KIND(NEG64, ALU), KIND(ALU32_K, ALU), KIND(SHIFT32_K, ALU),
		KIND(DIV32_K, ALU), KIND(SDIV32_K, ALU), KIND(ALU32_X, ALU), KIND(SDIV32_X, ALU),
		KIND(MOV32_K, ALU), KIND(MOV32_X, ALU), KIND(MOVSX32, ALU), KIND(NEG32, ALU),
		KIND(END, ALU), KIND(BSWAP, ALU), KIND(LD64, CONSTANT),
		KIND(JMP64_K, JUMP), KIND(JMP64_X, JUMP), KIND(JMP32_K, JUMP), KIND(JMP32_X, JUMP),
		KIND(JA, GOTO), KIND(JA32, GOTO), KIND(MAY_GOTO, GOTO), KIND(CALL_LOCAL, CALL),
		KIND(LDX64, LOAD), KIND(LDX32, LOAD), KIND(LDXSX, LOAD), KIND(LOAD_ACQ64, LOAD),
		KIND(LOAD_ACQ32, LOAD), KIND(STX64, STORE), KIND(STX32, STORE), KIND(ST, STORE),
		KIND(LOCK64, STORE), KIND(FETCH64, STORE), KIND(XCHG64, STORE), KIND(CMPXCHG64, STORE),
		KIND(LOCK32, STORE), KIND(FETCH32, STORE), KIND(XCHG32, STORE), KIND(CMPXCHG32, STORE),
		KIND(STORE_REL64, STORE), KIND(STORE_REL32, STORE),
	};
	unsigned first = rawbpf__form_kernel(form), shape = form->shape;

	/* A signed division of the smallest number by -1 may trap in kernels before 6.12. */
	if (kernel < (6 << 8 | 12) &&
	    (shape == RAWBPF__SHAPE_SDIV64_K || shape == RAWBPF__SHAPE_SDIV64_X ||
	     shape == RAWBPF__SHAPE_SDIV32_K || shape == RAWBPF__SHAPE_SDIV32_X))
		return GENERATED_OUT;
	return first && first <= kernel ? (enum generated_kind)kinds[shape] : GENERATED_OUT;
}

unsigned generated_size(unsigned code)
{
	switch (BPF_SIZE(code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	default:
		return 8;
	}
}
