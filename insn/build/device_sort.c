/* SPDX-License-Identifier: MIT */
#include "../base/sort.h"
#include "device_sort.h"

/* ---------------------------------------------------------------------- the last rules */

/* Return the bits of `access` for each of the types. */
static unsigned device_bits(unsigned types, unsigned access)
{
	unsigned block = types & BPF_DEVCG_DEV_BLOCK ? access << 3 * BPF_DEVCG_DEV_BLOCK : 0;
	unsigned character = types & BPF_DEVCG_DEV_CHAR ? access << 3 * BPF_DEVCG_DEV_CHAR : 0;

	return block | character;
}

/* Let the rule of this number decide about its bits, unless a later one already does. */
static void device_take(const struct rawbpf__device_rules *rules, struct rawbpf__device_last *last,
			unsigned number)
{
	const struct rawbpf_device_rule *rule = &rules->filter->rules[number - 1];
	unsigned bit, bits = device_bits(rule->type, rule->access);

	for (bit = 0; bit < RAWBPF__DEVICE_BITS; bit++)
		if (bits >> bit & 1 && last->rule[bit] < number)
			last->rule[bit] = number;
}

RAWBPF__PRIVATE unsigned rawbpf__device_take_star(const struct rawbpf__device_rules *rules,
						  struct rawbpf__device_last *last, unsigned i)
{
	unsigned minor = rules->stars[i] >> 32;

	for (; i < rules->star_count && rules->stars[i] >> 32 == minor; i++)
		device_take(rules, last, (unsigned)rules->stars[i]);
	return i;
}

RAWBPF__PRIVATE unsigned rawbpf__device_take_entry(const struct rawbpf__device_rules *rules,
						   struct rawbpf__device_last *last, unsigned i)
{
	uint64_t numbers = rules->entries[i] >> 31;

	for (; i < rules->entry_count && rules->entries[i] >> 31 == numbers; i++)
		device_take(rules, last, rawbpf__device_number(rules->entries[i]));
	return i;
}

RAWBPF__PRIVATE unsigned rawbpf__device_allowed(const struct rawbpf__device_rules *rules,
						const struct rawbpf__device_last *last)
{
	unsigned bit, allowed = device_bits(RAWBPF__DEVICE_BOTH, rules->filter->default_access);

	for (bit = 0; bit < RAWBPF__DEVICE_BITS; bit++) {
		if (!last->rule[bit])
			continue;
		allowed &= ~(1u << bit);
		if (rules->filter->rules[last->rule[bit] - 1].allow)
			allowed |= 1u << bit;
	}
	return allowed;
}

/* ---------------------------------------------------------------------------- sorting */

size_t rawbpf_device_scratch_size(unsigned rule_count)
{
	return ((size_t)rule_count * 3 + 1) * sizeof(uint64_t);
}

static int device_in_range(int number, int max)
{
	return number >= RAWBPF_DEVICE_ANY && number <= max;
}

static int device_is_valid(const struct rawbpf_device_rule *rule)
{
	return rule->type && !(rule->type & ~(unsigned)RAWBPF__DEVICE_BOTH) &&
	       !(rule->access & ~(unsigned)RAWBPF__DEVICE_ACCESS) &&
	       device_in_range(rule->major, RAWBPF_DEVICE_MAJOR_MAX) &&
	       device_in_range(rule->minor, RAWBPF_DEVICE_MINOR_MAX);
}

static uint64_t device_entry(const struct rawbpf_device_rule *rule, unsigned number)
{
	uint64_t exact = rule->minor != RAWBPF_DEVICE_ANY;

	return (uint64_t)rule->major << 52 | exact << 51 |
	       (exact ? (uint64_t)rule->minor << 31 : 0) | number;
}

/* Check a rule, and add it to the entries, the stars or the base. Return a negative error. */
static int device_add(struct rawbpf__device_rules *rules, unsigned number)
{
	const struct rawbpf_device_rule *rule = &rules->filter->rules[number - 1];

	if (!device_is_valid(rule))
		return -EINVAL;
	if (!rule->access)
		return 0;
	if (rule->major != RAWBPF_DEVICE_ANY) {
		rules->entries[rules->entry_count++] = device_entry(rule, number);
	} else if (rule->minor == RAWBPF_DEVICE_ANY) {
		device_take(rules, &rules->base, number);
	} else {
		if (rules->star_count == RAWBPF__DEVICE_STARS)
			return -E2BIG;
		rules->stars[rules->star_count++] = (uint64_t)rule->minor << 32 | number;
	}
	return 0;
}

RAWBPF__PRIVATE int rawbpf__device_sort(struct rawbpf__device_rules *rules,
					const struct rawbpf_device_filter *filter)
{
	unsigned i;
	int err;

	if (filter->default_access & ~(unsigned)RAWBPF__DEVICE_ACCESS)
		return -EINVAL;
	if ((uintptr_t)filter->scratch % sizeof(uint64_t))
		return -EINVAL;
	if (filter->rule_count > INT32_MAX)
		return -E2BIG;
	if (filter->scratch_size < rawbpf_device_scratch_size(filter->rule_count))
		return -ENOSPC;
	rules->filter = filter;
	rules->base = (struct rawbpf__device_last){ { 0 } };
	rules->entries = filter->scratch;
	rules->entry_count = rules->star_count = 0;
	for (i = 0; i < filter->rule_count; i++) {
		err = device_add(rules, i + 1);
		if (err < 0)
			return err;
	}
	rawbpf__sort(rules->entries, rules->entry_count);
	rawbpf__sort(rules->stars, rules->star_count);
	return 0;
}
