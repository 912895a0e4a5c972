/* SPDX-License-Identifier: MIT */
/*
 * Sort the rules of a device filter, and find what the last ones of them allow.
 *
 * One number has the access bits of both types: those of block devices from bit 3, those of
 * character devices from bit 6. A request is `access << 3 * type`, so one test decides it.
 */
#ifndef RAWBPF_INSN_DEVICE_SORT_H
#define RAWBPF_INSN_DEVICE_SORT_H

#include <rawbpf/device.h>

#include "../base/private.h"

enum {
	RAWBPF__DEVICE_BOTH = BPF_DEVCG_DEV_BLOCK | BPF_DEVCG_DEV_CHAR,
	RAWBPF__DEVICE_ACCESS = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE,
	RAWBPF__DEVICE_ALL = RAWBPF__DEVICE_ACCESS << 3 | RAWBPF__DEVICE_ACCESS << 6,
	RAWBPF__DEVICE_BITS = 9,
	RAWBPF__DEVICE_STARS = 256,
};

/* For each access bit, the number of the last rule that names it, from 1. 0 stands for no rule. */
struct rawbpf__device_last {
	unsigned rule[RAWBPF__DEVICE_BITS];
};

struct rawbpf__device_rules {
	const struct rawbpf_device_filter *filter;
	struct rawbpf__device_last base; /* of the rules *:* */
	/*
	 * Rules with a major number, in its order. For each, rules with any minor number come first,
	 * then the others in the order of minor numbers: rawbpf__device_major(), _exact(), _minor().
	 */
	uint64_t *entries;
	unsigned entry_count;
	/* Rules *:MINOR, in the order of MINOR: MINOR << 32 | number. */
	uint64_t stars[RAWBPF__DEVICE_STARS];
	unsigned star_count;
};

/* An entry: MAJOR << 52 | EXACT << 51 | MINOR << 31 | NUMBER */

static inline unsigned rawbpf__device_major(uint64_t entry)
{
	return entry >> 52;
}

static inline int rawbpf__device_is_exact(uint64_t entry)
{
	return entry >> 51 & 1;
}

static inline unsigned rawbpf__device_minor(uint64_t entry)
{
	return entry >> 31 & RAWBPF_DEVICE_MINOR_MAX;
}

static inline unsigned rawbpf__device_number(uint64_t entry)
{
	return entry & INT32_MAX;
}

/* Check and sort the filter's rules. Return the errors of rawbpf_device_filter_generate(). */
RAWBPF__PRIVATE int rawbpf__device_sort(struct rawbpf__device_rules *rules,
					const struct rawbpf_device_filter *filter);

/* Apply one more rule, by its number. */
RAWBPF__PRIVATE void rawbpf__device_take(const struct rawbpf__device_rules *rules,
					 struct rawbpf__device_last *last, unsigned number);

/* Apply the rules *:MINOR that stand from stars[i] on. Return the index behind them. */
RAWBPF__PRIVATE unsigned rawbpf__device_take_star(const struct rawbpf__device_rules *rules,
						  struct rawbpf__device_last *last, unsigned i);

/* Apply the entries from entries[i] on that have its numbers. Return the index behind them. */
RAWBPF__PRIVATE unsigned rawbpf__device_take_entry(const struct rawbpf__device_rules *rules,
						   struct rawbpf__device_last *last, unsigned i);

/* Return the access bits that these rules, or the filter's default, allow. */
RAWBPF__PRIVATE unsigned rawbpf__device_allowed(const struct rawbpf__device_rules *rules,
						const struct rawbpf__device_last *last);

#endif
