/* SPDX-License-Identifier: MIT */
/* Offsets files: the numbers that a program needs of a kernel without BTF, as text. */
#include "kernel.h"

#include "../base/arch.h"
#include "../base/character.h"
#include "../base/number.h"
#include "../base/string.h"

enum { OFFSETS_AT_MOST = 1 << 16, OFFSETS_WORDS = 5 };

static const char offsets_sorts[] = "member\0size\0enumerator\0none\0";
/* The numbers behind the name in each sort of line. */
static const unsigned char offsets_numbers[] = { 3, 1, 1, 0 };

RAWBPF__PRIVATE const char *rawbpf__offsets_sort_name(enum rawbpf__offsets_sort sort)
{
	return rawbpf__nth(offsets_sorts, sort);
}

/* A line, cut into words at single spaces. */
struct offsets_line {
	struct offsets_word {
		const char *at;
		size_t length;
	} words[OFFSETS_WORDS];
	unsigned count; /* of words; more than OFFSETS_WORDS: too many */
};

static struct offsets_line offsets_cut(const char *at, const char *end)
{
	struct offsets_line line = { .count = 0 };

	while (at < end) {
		const char *space = rawbpf__find_byte(at, end, ' ');

		if (line.count == OFFSETS_WORDS)
			return (struct offsets_line){ .count = OFFSETS_WORDS + 1 };
		line.words[line.count++] = (struct offsets_word){ at, (size_t)(space - at) };
		at = space + (space < end);
	}
	return line;
}

static int offsets_word_is(const struct offsets_word *word, const char *string)
{
	return rawbpf__equal_bytes(string, word->at, word->length);
}

/* Parse a decimal number, which may be negative. Return 0 if the word is none. */
static int offsets_number(const struct offsets_word *word, uint64_t *number)
{
	const char *at = word->at, *end = at + word->length;
	int is_negative = at < end && *at == '-';

	at += is_negative;
	if (at == end || !rawbpf__digits_parse(&at, end, 10, number) || at != end ||
	    (is_negative && *number > (uint64_t)1 << 63))
		return 0;
	if (is_negative)
		*number = -*number;
	return 1;
}

/* Fill the symbol from a line. Return the line's sort, or -EINVAL. */
static int offsets_read(struct rawbpf_symbol *symbol, const struct offsets_line *line)
{
	uint64_t numbers[3] = { 0 };
	int sort;

	*symbol = (struct rawbpf_symbol){ .kind = RAWBPF_SYMBOL_MEMBER };
	if (line->count < 2 || line->count > OFFSETS_WORDS || !line->words[1].length)
		return -EINVAL;
	sort = rawbpf__list_find(offsets_sorts, line->words[0].at, line->words[0].length);
	if (sort < 0 || line->count != 2u + offsets_numbers[sort])
		return -EINVAL;
	for (unsigned i = 0; i < offsets_numbers[sort]; i++)
		if (!offsets_number(&line->words[2 + i], &numbers[i]))
			return -EINVAL;
	if (sort == RAWBPF__OFFSETS_ENUMERATOR) {
		symbol->kind = RAWBPF_SYMBOL_ENUMERATOR;
		symbol->value = numbers[0];
		return sort;
	}
	if (numbers[0] > INT32_MAX || numbers[1] > INT32_MAX || numbers[2] > 8 ||
	    (numbers[2] & (numbers[2] - 1)))
		return -EINVAL;
	symbol->value = sort == RAWBPF__OFFSETS_MEMBER ? numbers[0] : 0;
	symbol->size = (unsigned)(sort == RAWBPF__OFFSETS_MEMBER ? numbers[1] : numbers[0]);
	symbol->width = (unsigned)numbers[2];
	return sort;
}

/* -------------------------------------------------------------------------------- parsing */

/* Take "kernel RELEASE" or "arch NAME". Return 0 if the line is another, or a wrong one. */
static int offsets_describe(struct rawbpf_offsets *offsets, const struct offsets_line *line)
{
	const struct offsets_word *word = &line->words[1];

	if (line->count != 2 || !word->length)
		return 0;
	if (offsets_word_is(&line->words[0], "kernel")) {
		if (word->length >= sizeof(offsets->release))
			return 0;
		__builtin_memcpy(offsets->release, word->at, word->length);
		offsets->release[word->length] = '\0';
		return 1;
	}
	if (!offsets_word_is(&line->words[0], "arch"))
		return 0;
	for (unsigned arch = RAWBPF_ARCH_X86_64; arch <= RAWBPF_ARCH_S390X; arch++)
		if (offsets_word_is(word, rawbpf__arch_name(arch)))
			offsets->arch = arch;
	return offsets->arch != RAWBPF_ARCH_NATIVE;
}

static int offsets_line_is_sound(struct rawbpf_offsets *offsets, const char *at, const char *end)
{
	struct rawbpf_symbol symbol;
	struct offsets_line line;

	if (at == end || *at == '#')
		return 1;
	for (const char *byte = at; byte < end; byte++)
		if (!rawbpf__is_printable(*byte))
			return 0;
	line = offsets_cut(at, end);
	return offsets_describe(offsets, &line) || offsets_read(&symbol, &line) >= 0;
}

int rawbpf_offsets_parse(struct rawbpf_offsets *offsets, const char *text, size_t size)
{
	const char *end = text + size, *behind;

	*offsets = (struct rawbpf_offsets){ .error_line = 1 };
	if (size > OFFSETS_AT_MOST)
		return -E2BIG;
	behind = rawbpf__behind(text, end, RAWBPF__OFFSETS_HEAD);
	if (!behind || behind == end || *behind != '\n')
		return -EINVAL;
	offsets->lines = ++behind;
	while (behind < end) {
		const char *line = behind, *newline = rawbpf__find_byte(line, end, '\n');

		offsets->error_line++;
		if (!offsets_line_is_sound(offsets, line, newline))
			return -EINVAL;
		behind = newline + (newline < end);
	}
	offsets->size = (size_t)(end - offsets->lines);
	offsets->error_line = 0;
	return 0;
}

/* -------------------------------------------------------------------------------- finding */

RAWBPF__PRIVATE int rawbpf__offsets_find(struct rawbpf_symbol *symbol, const struct rawbpf_offsets *offsets,
			 enum rawbpf__offsets_sort sort, const char *name)
{
	const char *at = offsets->lines, *end = at + offsets->size;

	while (at < end) {
		const char *newline = rawbpf__find_byte(at, end, '\n');
		struct offsets_line line = offsets_cut(at, newline);
		int found;

		at = newline + (newline < end);
		if (line.count < 2 || line.count > OFFSETS_WORDS ||
		    !offsets_word_is(&line.words[1], name))
			continue;
		found = offsets_read(symbol, &line);
		if (found == (int)sort)
			return 0;
		if (found == RAWBPF__OFFSETS_NONE)
			return -ENOENT;
	}
	return -ENODATA;
}

RAWBPF__PRIVATE int rawbpf__path_in_offsets(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
			    const struct rawbpf__path *path)
{
	if (rawbpf__symbols_btf(symbols, 0) || !symbols->offsets)
		return -ENODATA;
	return rawbpf__offsets_find(symbol, symbols->offsets, RAWBPF__OFFSETS_MEMBER, path->name);
}
