/* SPDX-License-Identifier: MIT */
/*
 * The rules of a device filter, sorted, and what the last ones of them allow.
 *
 * Access bits of both types stand in one number: those of block devices from bit 3, those of
 * character devices from bit 6. A request is `access << 3 * type`, and one test decides it.
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

/* For each access bit the number of the last rule that names it, from 1; 0: none does. */
struct rawbpf__device_last {
	unsigned rule[RAWBPF__DEVICE_BITS];
};

struct rawbpf__device_rules {
	const struct rawbpf_device_filter *filter;
	struct rawbpf__device_last base; /* of the rules *:* */
	/* Rules with a major number, by that, those with any minor number before all others, by the
	 * minor number: rawbpf__device_major(), _exact(), _minor(). */
	uint64_t *entries;
	unsigned entry_count;
	/* Rules *:MINOR, by that: MINOR << 32 | number. */
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

/* Check and sort the filter's rules; the errors of rawbpf_device_filter_generate(). */
RAWBPF__PRIVATE int rawbpf__device_sort(struct rawbpf__device_rules *rules,
					const struct rawbpf_device_filter *filter);

/* Take one rule more into account, by its number. */
RAWBPF__PRIVATE void rawbpf__device_take(const struct rawbpf__device_rules *rules,
					 struct rawbpf__device_last *last, unsigned number);

/* Take the rules *:MINOR into account that stand from stars[i] on; the index behind them. */
RAWBPF__PRIVATE unsigned rawbpf__device_take_star(const struct rawbpf__device_rules *rules,
						  struct rawbpf__device_last *last, unsigned i);

/* Take the entries into account that stand from entries[i] on and have its numbers; the index behind. */
RAWBPF__PRIVATE unsigned rawbpf__device_take_entry(const struct rawbpf__device_rules *rules,
						   struct rawbpf__device_last *last, unsigned i);

/* The access bits that these rules, or the filter's default, allow. */
RAWBPF__PRIVATE unsigned rawbpf__device_allowed(const struct rawbpf__device_rules *rules,
						const struct rawbpf__device_last *last);

#endif
