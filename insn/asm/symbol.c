/* SPDX-License-Identifier: MIT */
#include "../form/helper.h"
#include "parse.h"

/* One bucket for 256 bytes of text, and not less than 64: many fit a processor's cache. */
static unsigned bucket_bits(size_t length)
{
	unsigned bits = 6;

	while (bits < 18 && (size_t)256 << bits < length)
		bits++;
	return bits;
}

/*
 * The scratch has the tables, the buckets, the text once more if no newline ends it, and
 * what names take, of which the most is: 32 bytes for "abc:"; 48 for "goto abc" and what
 * separates it. Of names of one and two characters, which take less text, there are no
 * more than 3600.
 */
size_t rawbpf_text_scratch_size(size_t length)
{
	size_t symbols = length / 4 + 3600;

	if (symbols > length / 2 + 1)
		symbols = length / 2 + 1;
	return sizeof(struct rawbpf__tables) + ((size_t)4 << bucket_bits(length)) + length +
	       symbols * sizeof(struct rawbpf__symbol) + 64;
}

/* The text and a newline. */
static void text_copy(struct rawbpf__parser *p, unsigned char *copy)
{
	size_t length = p->text->length, i;

	for (i = 0; i < length; i++)
		copy[i] = p->text->text[i];
	copy[length] = '\n';
	p->begin = copy;
	p->end = copy + length + 1;
}

RAWBPF__PRIVATE int rawbpf__symbols_start(struct rawbpf__parser *p)
{
	size_t length = p->text->length, copied = 0, buckets, i;
	uintptr_t begin = (uintptr_t)p->text->scratch;
	uintptr_t end = begin + p->text->scratch_size;

	p->begin = (const unsigned char *)p->text->text;
	p->end = p->begin + length;
	if (length && p->end[-1] != '\n')
		copied = length + 1;
	p->bucket_bits = bucket_bits(length);
	buckets = (size_t)1 << p->bucket_bits;
	begin = (begin + 7) & ~(uintptr_t)7;
	if (!p->text->scratch || end < begin ||
	    end - begin < sizeof(*p->tables) + buckets * sizeof(*p->buckets) + copied + 7)
		return -ENOSPC;
	end -= copied;
	if (copied)
		text_copy(p, (unsigned char *)end);
	end &= ~(uintptr_t)7;
	p->tables = (struct rawbpf__tables *)begin;
	p->buckets = (uint32_t *)(p->tables + 1);
	p->symbols = (struct rawbpf__symbol *)(p->buckets + buckets);
	p->waits = (struct rawbpf__wait *)end;
	p->symbol_count = p->wait_count = p->wait_free = 0;
	for (i = 0; i < buckets; i++)
		p->buckets[i] = 0;
	return 0;
}

/* Is there room for `size` more bytes between symbols and waits? */
static int scratch_has(struct rawbpf__parser *p, size_t size)
{
	const char *low = (const char *)(p->symbols + p->symbol_count);
	const char *high = (const char *)(p->waits - p->wait_count);

	if ((size_t)(high - low) >= size)
		return 1;
	p->scratch_short = 1;
	return 0;
}

/*
 * Where a name's bucket is. Names that differ in the last character only, as those do that
 * programs count up, are neighbours: few of them take long to come from memory.
 */
static uint32_t *bucket_of(const struct rawbpf__parser *p, const struct rawbpf__token *name)
{
	unsigned last = name->start[name->length - 1];
	uint64_t others = name->value ^ (uint64_t)last << 8 * ((name->length - 1) % 8);

	return &p->buckets[(rawbpf__key_slot(others, p->bucket_bits) & ~15u) | (last & 15)];
}

static int is_called(const struct rawbpf__parser *p, const struct rawbpf__symbol *symbol,
		     const struct rawbpf__token *name)
{
	unsigned i;

	if (symbol->key != name->value || symbol->length != name->length)
		return 0;
	for (i = 8; i < name->length; i++)
		if (p->begin[symbol->name + i] != name->start[i])
			return 0;
	return 1;
}

static struct rawbpf__symbol *symbol_find(const struct rawbpf__parser *p,
					  const struct rawbpf__token *name)
{
	uint32_t n = *bucket_of(p, name);

	for (; n; n = p->symbols[n - 1].next)
		if (is_called(p, &p->symbols[n - 1], name))
			return &p->symbols[n - 1];
	return NULL;
}

/* The symbol of a name, made if there is none; NULL: the scratch is used up. */
static struct rawbpf__symbol *symbol_get(struct rawbpf__parser *p, const struct rawbpf__token *name)
{
	struct rawbpf__symbol *symbol = symbol_find(p, name);
	uint32_t *bucket = bucket_of(p, name);

	if (symbol || !scratch_has(p, sizeof(*symbol)))
		return symbol;
	symbol = &p->symbols[p->symbol_count++];
	*symbol = (struct rawbpf__symbol){ .key = name->value, .name = name->start - p->begin,
					   .length = name->length, .next = *bucket };
	*bucket = p->symbol_count;
	return symbol;
}

static const char *kind_of(unsigned kind)
{
	return kind == RAWBPF__LABEL ? "label" : kind == RAWBPF__CONSTANT ? "constant" : "map";
}

/* ----------------------------------------------------------------- what waits for a name */

/* The symbol is known: the instruction gets its value. */
static void wait_end(struct rawbpf__parser *p, const struct rawbpf__wait *wait,
		     const struct rawbpf__symbol *symbol)
{
	struct rawbpf__token name = { .start = p->begin + wait->name, .length = symbol->length };
	int64_t distance = (int64_t)symbol->value - wait->slot - 1;
	int wants_map = wait->field == RAWBPF__F_MAP;
	struct bpf_insn *insn = &p->text->insns[wait->slot];

	if (symbol->kind != (wants_map ? RAWBPF__A_MAP : RAWBPF__LABEL)) {
		rawbpf__complain_at(p, wait->line, &name, "'%t' is a %s; expected a %s%s", &name,
				    kind_of(symbol->kind), wants_map ? "map" : "label",
				    symbol->kind != RAWBPF__CONSTANT || wants_map ? "" :
				    " (an offset has a sign)");
	} else if (wait->field == RAWBPF__F_JUMP && distance != (int16_t)distance) {
		rawbpf__complain_at(p, wait->line, &name, "label '%t' is too far, %d slots; "
				    "a jump reaches -32768 to +32767, gotol further", &name,
				    distance);
	} else if (wait->slot >= p->text->max) {
		return;
	} else if (wait->field == RAWBPF__F_JUMP) {
		insn->off = distance;
	} else {
		insn->imm = wants_map ? (int64_t)symbol->value : distance;
		if (wait->field == RAWBPF__F_CALL)
			insn->src_reg = BPF_PSEUDO_CALL;
	}
}

RAWBPF__PRIVATE void rawbpf__symbol_use(struct rawbpf__parser *p, const struct rawbpf__token *name,
					unsigned slot, unsigned field)
{
	struct rawbpf__wait now = { .slot = slot, .name = name->start - p->begin,
				    .line = rawbpf__line_of(p, name->start), .field = field };
	struct rawbpf__symbol *symbol = symbol_get(p, name);
	uint32_t n = p->wait_free;

	if (!symbol)
		return;
	if (symbol->kind != RAWBPF__UNKNOWN) {
		wait_end(p, &now, symbol);
		return;
	}
	if (n) {
		p->wait_free = p->waits[-(ptrdiff_t)n].next;
	} else {
		if (!scratch_has(p, sizeof(now)))
			return;
		n = ++p->wait_count;
	}
	p->waits[-(ptrdiff_t)n] = now;
	if (symbol->more)
		p->waits[-(ptrdiff_t)symbol->value].next = n;
	else
		symbol->more = n;
	symbol->value = n;
}

/* Those that waited for a symbol are done, and used again for others. */
static void waits_end(struct rawbpf__parser *p, uint32_t first, const struct rawbpf__symbol *symbol)
{
	uint32_t n = first, last = 0;

	for (; n; last = n, n = p->waits[-(ptrdiff_t)n].next)
		wait_end(p, &p->waits[-(ptrdiff_t)n], symbol);
	if (!last)
		return;
	p->waits[-(ptrdiff_t)last].next = p->wait_free;
	p->wait_free = first;
}

/* ---------------------------------------------------------------- definitions, and the end */

RAWBPF__PRIVATE int rawbpf__symbol_define(struct rawbpf__parser *p,
					  const struct rawbpf__token *name, unsigned kind,
					  uint64_t value, int huge)
{
	struct rawbpf__symbol *symbol = symbol_get(p, name);
	uint32_t waits;

	if (!symbol)
		return 0;
	if (symbol->kind != RAWBPF__UNKNOWN) {
		rawbpf__complain(p, name, "'%t' is a %s already, defined on line %d", name,
				 kind_of(symbol->kind), (int64_t)symbol->line);
		return 0;
	}
	waits = symbol->more;
	symbol->kind = kind;
	symbol->line = rawbpf__line_of(p, name->start);
	symbol->value = value;
	symbol->more = value >> 32;
	symbol->huge = huge;
	waits_end(p, waits, symbol);
	return 1;
}

RAWBPF__PRIVATE int rawbpf__symbol_constant(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	const struct rawbpf__symbol *symbol = symbol_find(p, token);

	if (!symbol || symbol->kind != RAWBPF__CONSTANT)
		return 0;
	token->value = (uint64_t)symbol->more << 32 | symbol->value;
	token->flags = symbol->huge ? RAWBPF__HUGE : 0;
	return 1;
}

/* More names than these are not looked through for one that was meant. */
#define GUESSES 4096

static void guess_symbols(const struct rawbpf__parser *p, struct rawbpf__guess *guess,
			  const struct rawbpf__token *name, unsigned kind)
{
	unsigned i;

	*guess = (struct rawbpf__guess){ .name = name->start, .length = name->length };
	for (i = 0; i < p->symbol_count && i < GUESSES && rawbpf__is_kept(p, name->start); i++)
		if (p->symbols[i].kind == kind)
			rawbpf__guess_offer(guess, p->begin + p->symbols[i].name,
					    p->symbols[i].length);
}

RAWBPF__PRIVATE void rawbpf__constant_missing(struct rawbpf__parser *p,
					      const struct rawbpf__token *name)
{
	const struct rawbpf__symbol *symbol = symbol_find(p, name);
	struct rawbpf__guess guess;

	guess_symbols(p, &guess, name, RAWBPF__CONSTANT);
	if (symbol && symbol->kind != RAWBPF__UNKNOWN)
		rawbpf__complain(p, name, "'%t' is a %s; expected a number or constant", name,
				 kind_of(symbol->kind));
	else
		rawbpf__complain(p, name, "no constant '%t' before this line%g", name, &guess);
}

static void guess_helper(struct rawbpf__guess *guess)
{
	const unsigned char *name = guess->name;
	const char *helper;
	unsigned i, length;

	if (guess->length > 4 && name[0] == 'b' && name[1] == 'p' && name[2] == 'f' &&
	    name[3] == '_') {
		guess->name += 4;
		guess->length -= 4;
	}
	for (i = 1; (helper = rawbpf__helper_name(i)); i++) {
		for (length = 0; helper[length]; length++)
			;
		rawbpf__guess_offer(guess, helper, length);
	}
}

static void wait_missing(struct rawbpf__parser *p, const struct rawbpf__wait *wait,
			 const struct rawbpf__symbol *symbol)
{
	struct rawbpf__token name = { .start = p->begin + wait->name, .length = symbol->length };
	unsigned kind = wait->field == RAWBPF__F_MAP ? RAWBPF__A_MAP : RAWBPF__LABEL;
	struct rawbpf__guess guess = { .best = NULL };

	if (rawbpf__is_kept(p, name.start)) {
		guess_symbols(p, &guess, &name, kind);
		if (wait->field == RAWBPF__F_CALL)
			guess_helper(&guess);
	}
	rawbpf__complain_at(p, wait->line, &name, "no %s '%t' in this program%g",
			    wait->field == RAWBPF__F_CALL ? "helper or label" : kind_of(kind),
			    &name, &guess);
}

/* Who still waits for this name gets the helper, or is an error. */
static void symbol_end(struct rawbpf__parser *p, const struct rawbpf__symbol *symbol)
{
	int helper = rawbpf__helper_find((const char *)p->begin + symbol->name, symbol->length);
	const struct rawbpf__wait *wait;
	uint32_t n;

	for (n = symbol->more; n; n = wait->next) {
		wait = &p->waits[-(ptrdiff_t)n];
		if (wait->field != RAWBPF__F_CALL || helper < 0)
			wait_missing(p, wait, symbol);
		else if (wait->slot < p->text->max)
			p->text->insns[wait->slot].imm = helper;
	}
}

RAWBPF__PRIVATE void rawbpf__symbols_end(struct rawbpf__parser *p)
{
	unsigned i;

	for (i = 0; i < p->symbol_count; i++)
		if (p->symbols[i].kind == RAWBPF__UNKNOWN)
			symbol_end(p, &p->symbols[i]);
}
