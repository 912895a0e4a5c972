/* SPDX-License-Identifier: MIT */
/*
 * Sort the rules of a device filter, and evaluate them.
 *
 * One number has the access bits of both types: block devices from bit 3, character devices from
 * bit 6. A request becomes `access << 3 * type`, so one test decides it.
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

/*
 * The rule that decides about each access bit of a device: the number, from 1, of the last rule that
 * names the bit. With 0 no rule names it, so the filter's default decides.
 */
struct rawbpf__device_last {
	unsigned rule[RAWBPF__DEVICE_BITS];
};

struct rawbpf__device_rules {
	const struct rawbpf_device_filter *filter;
	struct rawbpf__device_last base; /* for the rules "any major, any minor" */
	/* The rules with a major, sorted by major. "Any minor" stands before the exact minors. */
	uint64_t *entries;
	unsigned entry_count;
	/* The stars, rules "any major, this minor", sorted by minor: MINOR << 32 | number */
	uint64_t stars[RAWBPF__DEVICE_STARS];
	unsigned star_count;
};

/* An entry is MAJOR << 52 | is exact << 51 | MINOR << 31 | number of the rule. */

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

/*
 * Let all stars with the minor of stars[i], which stand from there on, decide about their bits,
 * unless a later rule already does. Return the index behind them.
 */
RAWBPF__PRIVATE unsigned rawbpf__device_take_star(const struct rawbpf__device_rules *rules,
						  struct rawbpf__device_last *last, unsigned i);

/* Do the same for all entries with the major and minor of entries[i]. Return the index behind them. */
RAWBPF__PRIVATE unsigned rawbpf__device_take_entry(const struct rawbpf__device_rules *rules,
						   struct rawbpf__device_last *last, unsigned i);

/* Return the access bits that these rules, and the default for the others, allow. */
RAWBPF__PRIVATE unsigned rawbpf__device_allowed(const struct rawbpf__device_rules *rules,
						const struct rawbpf__device_last *last);

#endif
