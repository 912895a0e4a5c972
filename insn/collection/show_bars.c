/* SPDX-License-Identifier: MIT */
/* Histograms, as bars and as JSON. */
#include "../base/string.h"
#include "shown.h"

enum { BARS_WIDTH = 80, BARS_LEAST = 10 };

/* The elements from the first to the last that is not 0. */
struct bars_range {
	unsigned first, end;
	uint64_t most;
};

static struct bars_range bars_range(const uint64_t *counts, unsigned count)
{
	struct bars_range range = { .first = 0 };

	for (unsigned i = 0; i < count; i++) {
		if (!counts[i])
			continue;
		if (!range.end)
			range.first = i;
		range.end = i + 1;
		if (counts[i] > range.most)
			range.most = counts[i];
	}
	return range;
}

/* Return the least value that element `index` counts; behind the last that is UINT64_MAX. */
static uint64_t bars_from(const struct rawbpf_bars *bars, unsigned index)
{
	uint64_t from;

	if (!bars->step)
		return !index ? 0 : index < 64 ? UINT64_C(1) << index : UINT64_MAX;
	return __builtin_mul_overflow(bars->step, (uint64_t)index, &from) ? UINT64_MAX : from;
}

/* Return the largest value that it counts. */
static uint64_t bars_to(const struct rawbpf_bars *bars, unsigned index)
{
	uint64_t next = bars_from(bars, index + 1);

	return next == UINT64_MAX ? next : next - 1;
}

static size_t bars_digits(uint64_t number)
{
	size_t digits = 1;

	while (number /= 10)
		digits++;
	return digits;
}

static void bars_right(struct rawbpf__out *out, uint64_t number, size_t width)
{
	size_t digits = bars_digits(number);

	rawbpf__out_repeat(out, ' ', digits < width ? width - digits : 0);
	rawbpf__out_number(out, number);
}

/* Return the part of `room` that a bar takes: at least 1 of what is not 0. */
static size_t bars_length(uint64_t count, uint64_t most, size_t room)
{
	/* Both numbers lose the same bits, so that the product fits. */
	unsigned lost = most >> 48 ? 64 - 48 - (unsigned)__builtin_clzll(most) : 0;
	size_t length = (size_t)((count >> lost) * room / (most >> lost));

	return length || !count ? length : 1;
}

size_t rawbpf_bars_format(char *text, size_t size, const struct rawbpf_bars *bars,
			  const uint64_t *counts, unsigned count)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	const char *title = bars->title && bars->title[0] ? bars->title : bars->map;
	const char *unit = bars->unit ? bars->unit : "";
	struct bars_range range = bars_range(counts, count);
	size_t number = bars_digits(bars_to(bars, range.end ? range.end - 1 : 0)), tall = bars_digits(range.most);
	size_t unit_length = rawbpf__length(unit) + (*unit != '\0');
	size_t used = 2 * number + unit_length + tall + 8, width = bars->width ? bars->width : BARS_WIDTH;
	size_t room = width > used + BARS_LEAST ? width - used : BARS_LEAST;

	rawbpf__out_string(&out, title);
	rawbpf__out_byte(&out, '\n');
	for (unsigned i = range.first; i < range.end; i++) {
		rawbpf__out_text(&out, "  ");
		bars_right(&out, bars_from(bars, i), number);
		rawbpf__out_text(&out, "..");
		bars_right(&out, bars_to(bars, i), number);
		rawbpf__out_text(&out, *unit ? " " : "");
		rawbpf__out_string(&out, unit);
		rawbpf__out_text(&out, "  ");
		bars_right(&out, counts[i], tall);
		rawbpf__out_text(&out, counts[i] ? "  " : "");
		rawbpf__out_repeat(&out, '#', bars_length(counts[i], range.most, room));
		rawbpf__out_byte(&out, '\n');
	}
	return out.length;
}

/* ---------------------------------------------------------------------------- JSON */

size_t rawbpf_bars_json_format(char *text, size_t size, const struct rawbpf_bars *bars,
			       const uint64_t *counts, unsigned count)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	struct bars_range range = bars_range(counts, count);

	rawbpf__out_text(&out, "{\"map\":");
	rawbpf__json_string(&out, bars->map, NULL);
	rawbpf__out_text(&out, ",\"unit\":");
	rawbpf__json_string(&out, bars->unit ? bars->unit : "", NULL);
	rawbpf__out_text(&out, ",\"buckets\":[");
	for (unsigned i = range.first; i < range.end; i++) {
		rawbpf__out_text(&out, i > range.first ? ",{\"from\":" : "{\"from\":");
		rawbpf__out_number(&out, bars_from(bars, i));
		rawbpf__out_text(&out, ",\"to\":");
		rawbpf__out_number(&out, bars_to(bars, i));
		rawbpf__out_text(&out, ",\"count\":");
		rawbpf__out_number(&out, counts[i]);
		rawbpf__out_byte(&out, '}');
	}
	rawbpf__out_text(&out, "]}\n");
	return out.length;
}

size_t rawbpf_bars_schema_format(char *text, size_t size, const struct rawbpf_bars *bars)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);

	rawbpf__schema_begin(&out, bars->map);
	rawbpf__out_text(&out,
			 "\"map\":{\"type\":\"string\"},\"unit\":{\"type\":\"string\"},\"buckets\":{"
			 "\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,"
			 "\"properties\":{\"from\":{\"type\":\"integer\"},\"to\":{\"type\":\"integer\"},"
			 "\"count\":{\"type\":\"integer\"}},\"required\":[\"from\",\"to\",\"count\"]}}},"
			 "\"required\":[\"map\",\"unit\",\"buckets\"]}\n");
	return out.length;
}
