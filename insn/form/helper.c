/* SPDX-License-Identifier: MIT */
#include "helper.h"
#include "../base/string.h"

/* The names follow one another, in the order of numbers. */
static const char rawbpf__helper_names[] =
#define HELPER(NAME, ...) #NAME "\0"
#include "helper.def"
;

enum {
#define HELPER(NAME, ...) RAWBPF__HELPER_##NAME,
#include "helper.def"
	RAWBPF__HELPERS
};

RAWBPF__PRIVATE const char *rawbpf__helper_name(uint32_t number)
{
	return number < RAWBPF__HELPERS ? rawbpf__nth(rawbpf__helper_names, number) : NULL;
}

RAWBPF__PRIVATE int rawbpf__helper_find(const char *name, size_t length)
{
	if (length > 4 && rawbpf__starts_with(name, "bpf_"))
		name += 4, length -= 4;
	return rawbpf__list_find(rawbpf__helper_names, name, length);
}

/* Each row has a kernel and the last helper that it brought. New helpers get increasing numbers. */
static const struct rawbpf__helper_step {
	uint8_t kernel;		/* 5 << 5 | 12 */
	uint8_t last;
} rawbpf__helper_steps[] = {
	{ 3 << 5 | 19, 3 }, { 4 << 5 | 1, 11 }, { 4 << 5 | 2, 16 }, { 4 << 5 | 3, 22 },
	{ 4 << 5 | 4, 25 }, { 4 << 5 | 5, 26 }, { 4 << 5 | 6, 30 }, { 4 << 5 | 8, 36 },
	{ 4 << 5 | 9, 41 }, { 4 << 5 | 10, 44 }, { 4 << 5 | 11, 45 }, { 4 << 5 | 12, 47 },
	{ 4 << 5 | 13, 50 }, { 4 << 5 | 14, 53 }, { 4 << 5 | 15, 57 }, { 4 << 5 | 16, 59 },
	{ 4 << 5 | 17, 64 }, { 4 << 5 | 18, 80 }, { 4 << 5 | 19, 83 }, { 4 << 5 | 20, 90 },
	{ 5 << 5 | 0, 92 }, { 5 << 5 | 1, 98 }, { 5 << 5 | 2, 108 }, { 5 << 5 | 3, 110 },
	{ 5 << 5 | 5, 115 }, { 5 << 5 | 6, 118 }, { 5 << 5 | 7, 124 }, { 5 << 5 | 8, 135 },
	{ 5 << 5 | 9, 141 }, { 5 << 5 | 10, 155 }, { 5 << 5 | 11, 162 }, { 5 << 5 | 12, 163 },
	{ 5 << 5 | 13, 165 }, { 5 << 5 | 14, 168 }, { 5 << 5 | 15, 175 }, { 5 << 5 | 16, 179 },
	{ 5 << 5 | 17, 185 }, { 5 << 5 | 18, 193 }, { 5 << 5 | 19, 203 }, { 6 << 5 | 0, 207 },
	{ 6 << 5 | 1, 209 }, { 6 << 5 | 2, 211 },
};

RAWBPF__PRIVATE unsigned rawbpf__helper_kernel(uint32_t number)
{
	const struct rawbpf__helper_step *step = rawbpf__helper_steps;

	if (!number || number >= RAWBPF__HELPERS)
		return 0;
	while (step->last < number)
		step++;
	return (step->kernel >> 5) << 8 | (step->kernel & 31);
}
