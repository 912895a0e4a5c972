/* SPDX-License-Identifier: MIT */
/* Random rule lists for the tests of device filters, and the devices to ask about. */
#ifndef TEST_BUILD_DEVICE_H
#define TEST_BUILD_DEVICE_H

#include <rawbpf.h>
#include <stdint.h>

enum { DEVICE_ACCESS = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE };

static inline unsigned device_random(unsigned *seed, unsigned end)
{
	*seed = *seed * 1664525 + 1013904223;
	return (unsigned)((uint64_t)*seed * end >> 32);
}

/*
 * Pick from few numbers, so that rules meet. They include the smallest, the largest and neighbours.
 */
static inline int device_random_number(unsigned *seed, int max)
{
	static const int near[] = { 0, 1, 2, 3, 7 };
	unsigned pick = device_random(seed, 8);

	if (pick < 5)
		return near[pick];
	return pick == 5 ? max : pick == 6 ? max - 1 : (int)device_random(seed, (unsigned)max + 1);
}

/* Make a rule. One in `any` matches any major number, one in `any` any minor number. */
static inline struct rawbpf_device_rule device_random_rule(unsigned *seed, unsigned any)
{
	struct rawbpf_device_rule rule = {
		.allow = (int)device_random(seed, 2),
		.type = 1 + device_random(seed, 3),
		.major = device_random_number(seed, RAWBPF_DEVICE_MAJOR_MAX),
		.minor = device_random_number(seed, RAWBPF_DEVICE_MINOR_MAX),
		.access = device_random(seed, DEVICE_ACCESS + 1),
	};

	if (device_random(seed, any) == 0)
		rule.major = RAWBPF_DEVICE_ANY;
	if (device_random(seed, any) == 0)
		rule.minor = RAWBPF_DEVICE_ANY;
	return rule;
}

#endif
