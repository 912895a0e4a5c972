/* SPDX-License-Identifier: MIT */
#include "match.h"

/* What only we write: a map of this text. And what only bpftool prints. */
static const struct match_more {
	uint8_t shape;
	char text[24];
} match_more[] = {
	{ RAWBPF__SHAPE_MAP_FD, "%D = map %X" },
	{ RAWBPF__SHAPE_MAP_FD, "%D = map[id:%N]" },
	{ RAWBPF__SHAPE_MAP_VALUE, "%D = map[id:%N][0]+%M" },
};

/* --------------------------------------------------------------------- the index */

/* Names and numbers have the same hash. */
static uint16_t code_of(const struct rawbpf__token *token)
{
	return rawbpf__is_operand(token) ? RAWBPF__T_NUMBER : token->code;
}

static unsigned hash_add(unsigned hash, unsigned code)
{
	return (hash + code) * 0x9e3779b1;
}

static unsigned bucket_of(unsigned hash)
{
	return hash / (UINT32_MAX / RAWBPF__BUCKETS + 1);
}

/* Add a pattern before those of its bucket. */
static void index_add(struct rawbpf__index *index, const struct rawbpf__form *form,
		      const char *text, unsigned dialect)
{
	struct rawbpf__pattern *pattern = &index->patterns[index->count++];
	unsigned hash = 0, i;
	uint16_t *bucket;

	pattern->form = form;
	pattern->count = rawbpf__template_read(pattern->elements, form, text, dialect);
	for (i = 0; i < pattern->count; i++)
		hash = hash_add(hash, pattern->elements[i].code);
	bucket = &index->buckets[bucket_of(hash)];
	pattern->next = *bucket;
	*bucket = index->count;
}

static int has(const char *template, char letter)
{
	while (*template && *template != letter)
		template++;
	return *template;
}

/*
 * Does the kernel write it in a way of its own? Where its template is LLVM's, jumps differ, which
 * are "goto pc+1", and loads, which have no "ll". "kernel-function#5" is one token.
 */
static int is_kernels_own(const struct rawbpf__form *form)
{
	const char *text = rawbpf__form_text(form, RAWBPF_KERNEL);

	return !has(text, '#') && (text != rawbpf__form_text(form, RAWBPF_LLVM) || has(text, 'J') ||
				   has(text, 'L') || has(text, 'Y'));
}

/* Of all forms from the last to the first, the templates of a dialect with '!' or without. */
static void index_add_forms(struct rawbpf__index *index, unsigned dialect, int is_weak)
{
	const struct rawbpf__form *form;
	unsigned i;

	for (i = RAWBPF__FORMS; i-- > 0;) {
		form = rawbpf__form_at(i);
		if ((*rawbpf__form_text(form, dialect) == '!') == is_weak &&
		    (dialect == RAWBPF_LLVM || is_kernels_own(form)))
			index_add(index, form, rawbpf__form_text(form, dialect), dialect);
	}
}

/* The last one added is the first one tried. */
RAWBPF__PRIVATE void rawbpf__index_make(struct rawbpf__index *index)
{
	const struct rawbpf__form *form;
	unsigned i;

	for (i = 0; i < RAWBPF__BUCKETS; i++)
		index->buckets[i] = 0;
	index->count = 0;
	for (i = 0; i < sizeof(match_more) / sizeof(match_more[0]); i++) {
		form = rawbpf__form_first(BPF_LD | BPF_IMM | BPF_DW);
		while (form->shape != match_more[i].shape)
			form++;
		index_add(index, form, match_more[i].text, RAWBPF_LLVM);
	}
	index_add_forms(index, RAWBPF_KERNEL, 1);
	index_add_forms(index, RAWBPF_LLVM, 1);
	index_add_forms(index, RAWBPF_KERNEL, 0);
	index_add_forms(index, RAWBPF_LLVM, 0);
}

/* ---------------------------------------------------------------------- matching */

/* How many tokens the statement has in common with a pattern. */
static unsigned match_length(const struct rawbpf__pattern *pattern,
			     const struct rawbpf__statement *statement)
{
	unsigned i = 0;

	while (i < pattern->count && i < statement->count &&
	       pattern->elements[i].code == code_of(&statement->tokens[i]))
		i++;
	return i;
}

RAWBPF__PRIVATE const struct rawbpf__pattern *
rawbpf__match(const struct rawbpf__index *index, const struct rawbpf__statement *statement, int opcode)
{
	const struct rawbpf__pattern *pattern;
	unsigned hash = 0, i, n;

	for (i = 0; i < statement->count; i++)
		hash = hash_add(hash, code_of(&statement->tokens[i]));
	for (n = index->buckets[bucket_of(hash)]; n; n = pattern->next) {
		pattern = &index->patterns[n - 1];
		if ((opcode < 0 || opcode == pattern->form->code) &&
		    pattern->count == statement->count &&
		    match_length(pattern, statement) == statement->count)
			return pattern;
	}
	return NULL;
}

/* ------------------------------------------------------------ when nothing matches */

/* Operators with '=' come first. */
static int comes_before(unsigned code, unsigned other)
{
	return (code ^ RAWBPF__T_EQUAL) < (other ^ RAWBPF__T_EQUAL);
}

static void expected_add(struct rawbpf__expected *expected, uint16_t code)
{
	unsigned i = 0, j;

	while (i < expected->count && comes_before(expected->codes[i], code))
		i++;
	if ((i < expected->count && expected->codes[i] == code) ||
	    expected->count == sizeof(expected->codes) / sizeof(expected->codes[0]))
		return;
	for (j = expected->count++; j > i; j--)
		expected->codes[j] = expected->codes[j - 1];
	expected->codes[i] = code;
}

RAWBPF__PRIVATE void rawbpf__expected_find(struct rawbpf__expected *expected,
					   const struct rawbpf__index *index,
					   const struct rawbpf__statement *statement)
{
	const struct rawbpf__pattern *pattern;
	unsigned i, length;

	expected->matching = expected->count = 0;
	for (i = 0; i < index->count; i++) {
		pattern = &index->patterns[i];
		length = match_length(pattern, statement);
		if (length > expected->matching) {
			expected->matching = length;
			expected->count = 0;
		}
		if (length == expected->matching)
			expected_add(expected, length < pattern->count ?
				     pattern->elements[length].code : RAWBPF__T_END);
	}
}
