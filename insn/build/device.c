/* SPDX-License-Identifier: MIT */
/*
 * A device filter as a program.
 *
 * A device has the number major << 20 | minor. The rules allow the same accesses over long spans of
 * numbers. The program finds the span of its device by binary search: 16,384 rules make at most
 * 32,769 spans, so 16 comparisons. The verifier processes each comparison once.
 *
 * A star is a rule "any major, this minor". It would cut each of the 4,096 majors into spans. So
 * each minor of a star has a search of its own, among the majors, before the others:
 *
 *		r3 = access << 3 * type, r4 = number, r5 = minor, r0 = 1
 *	star	if w5 != MINOR goto next
 *		...				the search among the majors
 *	block	if w4 >= START goto next	absent from the last block
 *		if w4 >= START goto right	the search
 *		...
 *		if r3 & DENIED goto deny	a span
 *		exit
 *		...
 *	deny	r0 = 0
 *		exit
 *
 * Before Linux 6.6 a jump reaches 32,767 instructions. So the spans are cut into blocks. Each block
 * ends with its own `deny`, and a jump leads at most over one block.
 */
#include "device_code.h"
#include "device_sort.h"

enum {
	DEVICE_BLOCK = 8192,       /* spans of up to 3 instructions: within the reach of a jump */
	DEVICE_INSNS_MAX = 1000000 /* the kernel's limit */
};

/* The accesses that are allowed from the device number `start` on, up to the next span. */
struct device_span {
	uint32_t start;
	uint32_t allowed;
};

struct device_spans {
	struct device_span *spans;
	unsigned count;
};

/* --------------------------------------------------------------------------- spans */

/*
 * Append a span that begins at `start`. Callers add them by growing starts. A span with the start of
 * the last one replaces it, and one that allows the same extends it.
 */
static void device_span_add(struct device_spans *spans, uint64_t start, unsigned allowed)
{
	if (start > UINT32_MAX)
		return;
	if (spans->count && spans->spans[spans->count - 1].start == start)
		spans->count--;
	if (!spans->count || spans->spans[spans->count - 1].allowed != allowed)
		spans->spans[spans->count++] = (struct device_span){ (uint32_t)start, allowed };
}

static uint64_t device_first(unsigned major)
{
	return (uint64_t)major << 20;
}

static int device_is_star(const struct rawbpf__device_rules *rules, unsigned minor)
{
	unsigned i;

	for (i = 0; i < rules->star_count; i++)
		if (rules->stars[i] >> 32 == minor)
			return 1;
	return 0;
}

/* Append the spans of the major whose entries begin at entries[i]; return the index behind them. */
static unsigned device_major_spans(struct device_spans *spans,
				   const struct rawbpf__device_rules *rules, unsigned i)
{
	unsigned major = rawbpf__device_major(rules->entries[i]);
	struct rawbpf__device_last of_major = rules->base, of_minor;

	if (!rawbpf__device_is_exact(rules->entries[i]))
		i = rawbpf__device_take_entry(rules, &of_major, i);
	device_span_add(spans, device_first(major), rawbpf__device_allowed(rules, &of_major));
	while (i < rules->entry_count && rawbpf__device_major(rules->entries[i]) == major) {
		unsigned minor = rawbpf__device_minor(rules->entries[i]);
		uint64_t number = device_first(major) | minor;

		of_minor = of_major;
		i = rawbpf__device_take_entry(rules, &of_minor, i);
		if (device_is_star(rules, minor))
			continue;
		device_span_add(spans, number, rawbpf__device_allowed(rules, &of_minor));
		device_span_add(spans, number + 1, rawbpf__device_allowed(rules, &of_major));
	}
	device_span_add(spans, device_first(major + 1),
			rawbpf__device_allowed(rules, &rules->base));
	return i;
}

/* Make the spans of all devices whose minor no star names. */
static void device_spans(struct device_spans *spans, const struct rawbpf__device_rules *rules)
{
	unsigned i = 0;

	spans->count = 0;
	device_span_add(spans, 0, rawbpf__device_allowed(rules, &rules->base));
	while (i < rules->entry_count)
		i = device_major_spans(spans, rules, i);
}

/*
 * Make the spans of the devices with the minor of stars[star], all majors. Return 0 if the star is
 * not needed: with it and without it, every major allows the same.
 */
static int device_star_spans(struct device_spans *spans, const struct rawbpf__device_rules *rules,
			     unsigned star)
{
	unsigned i = 0, majors = 0, minor = rules->stars[star] >> 32;
	struct rawbpf__device_last base = rules->base;
	int matters = 0;

	rawbpf__device_take_star(rules, &base, star);
	spans->count = 0;
	device_span_add(spans, 0, rawbpf__device_allowed(rules, &base));
	for (; i < rules->entry_count; majors++) {
		unsigned major = rawbpf__device_major(rules->entries[i]);
		struct rawbpf__device_last with = base, without = rules->base;

		while (i < rules->entry_count && rawbpf__device_major(rules->entries[i]) == major) {
			uint64_t entry = rules->entries[i];

			if (rawbpf__device_is_exact(entry) && rawbpf__device_minor(entry) != minor) {
				i++;
				continue;
			}
			rawbpf__device_take_entry(rules, &with, i);
			i = rawbpf__device_take_entry(rules, &without, i);
		}
		matters |= rawbpf__device_allowed(rules, &with) !=
			   rawbpf__device_allowed(rules, &without);
		device_span_add(spans, device_first(major), rawbpf__device_allowed(rules, &with));
		device_span_add(spans, device_first(major + 1), rawbpf__device_allowed(rules, &base));
	}
	if (majors <= RAWBPF_DEVICE_MAJOR_MAX) /* a major without entries */
		matters |= rawbpf__device_allowed(rules, &base) !=
			   rawbpf__device_allowed(rules, &rules->base);
	return matters;
}

/* Drop the stars that are not needed, so that they change no bytes. `spans` is scratch. */
static void device_stars_reduce(struct rawbpf__device_rules *rules, struct device_spans *spans)
{
	unsigned i, next, kept = 0;

	for (i = 0; i < rules->star_count; i = next) {
		int matters = device_star_spans(spans, rules, i);

		next = i + 1;
		while (next < rules->star_count && rules->stars[next] >> 32 == rules->stars[i] >> 32)
			next++;
		while (matters && i < next)
			rules->stars[kept++] = rules->stars[i++];
	}
	rules->star_count = kept;
}

/* -------------------------------------------------------------------- instructions */

static unsigned device_denied(const struct device_span *span)
{
	return RAWBPF__DEVICE_ALL & ~span->allowed;
}

/* Put the search among `count` spans, at least 1. The instruction at `deny` denies a request. */
static void device_put_search(struct rawbpf__device_code *code, const struct device_span *spans,
			      unsigned count, unsigned deny)
{
	unsigned half = count / 2, jump;

	if (count > 1) {
		jump = rawbpf__device_put(code, BPF_JMP_IMM(BPF_JGE, BPF_REG_4, (int)spans[half].start, 0));
		device_put_search(code, spans, half, deny);
		rawbpf__device_land(code, jump);
		device_put_search(code, spans + half, count - half, deny);
		return;
	}
	if (device_denied(spans))
		rawbpf__device_put(code, BPF_JMP_IMM(BPF_JSET, BPF_REG_3, device_denied(spans),
					     (short)(deny - code->count - 1)));
	rawbpf__device_put(code, BPF_EXIT_INSN());
}

/*
 * Put a block. Its search has count - 1 comparisons, an exit for each span, and a test for each span
 * that denies something. If a span denies something, `deny` comes behind them.
 */
static void device_put_block(struct rawbpf__device_code *code, const struct device_span *spans,
			     unsigned count)
{
	unsigned i, denying = 0;

	for (i = 0; i < count; i++)
		denying += device_denied(&spans[i]) != 0;
	device_put_search(code, spans, count, code->count + count - 1 + count + denying);
	if (denying) {
		rawbpf__device_put(code, BPF_MOV64_IMM(BPF_REG_0, 0));
		rawbpf__device_put(code, BPF_EXIT_INSN());
	}
}

static void device_put_stars(struct rawbpf__device_code *code, const struct rawbpf__device_rules *rules,
			     struct device_spans *spans)
{
	unsigned i, jump;

	for (i = 0; i < rules->star_count; i++) {
		unsigned minor = rules->stars[i] >> 32;

		if (i && rules->stars[i - 1] >> 32 == minor)
			continue;
		device_star_spans(spans, rules, i);
		jump = rawbpf__device_put(code, BPF_JMP_IMM(BPF_JNE, BPF_REG_5, (int)minor, 0));
		device_put_block(code, spans->spans, spans->count);
		rawbpf__device_land(code, jump);
	}
}

static void device_put_spans(struct rawbpf__device_code *code, const struct device_spans *spans)
{
	const struct device_span *at = spans->spans;
	unsigned jump, left;

	for (left = spans->count; left > DEVICE_BLOCK; left -= DEVICE_BLOCK, at += DEVICE_BLOCK) {
		jump = rawbpf__device_put(code, BPF_JMP_IMM(BPF_JGE, BPF_REG_4,
						    (int)at[DEVICE_BLOCK].start, 0));
		device_put_block(code, at, DEVICE_BLOCK);
		rawbpf__device_land(code, jump);
	}
	device_put_block(code, at, left);
}

/*
 * Kernels before 5.1 have no 32-bit jumps. So r4 becomes the number of 32 bits, sign-extended as the
 * constants of 64-bit jumps are. Unsigned comparisons keep their order.
 */
int rawbpf_device_filter_generate(struct bpf_insn *insns, unsigned max,
				  const struct rawbpf_device_filter *filter)
{
	const struct bpf_insn begin[] = {
		RAWBPF__DEVICE_REQUEST,
		BPF_ALU64_IMM(BPF_LSH, BPF_REG_4, 52),
		BPF_ALU64_IMM(BPF_ARSH, BPF_REG_4, 32),
		BPF_ALU64_REG(BPF_OR, BPF_REG_4, BPF_REG_5),
		BPF_MOV64_IMM(BPF_REG_0, 1),
	};
	struct rawbpf__device_code code = { .insns = insns, .max = max };
	struct rawbpf__device_rules rules;
	struct device_spans spans;
	unsigned i;
	int err = rawbpf__device_sort(&rules, filter);

	if (err < 0)
		return err;
	spans.spans = (struct device_span *)(rules.entries + filter->rule_count);
	device_stars_reduce(&rules, &spans);
	for (i = 0; i < RAWBPF_COUNT(begin); i++)
		rawbpf__device_put(&code, begin[i]);
	device_put_stars(&code, &rules, &spans);
	device_spans(&spans, &rules);
	device_put_spans(&code, &spans);
	return code.count > DEVICE_INSNS_MAX ? -E2BIG : (int)code.count;
}
