/* SPDX-License-Identifier: MIT */
#include "helper.h"
#include "parse.h"

/* One bucket for 64 bytes of text, and not less than 64. */
static unsigned bucket_bits(size_t length)
{
	unsigned bits = 6;

	while (bits < 20 && (size_t)64 << bits < length)
		bits++;
	return bits;
}

/*
 * The scratch has the tables, the buckets, and what names take, of which the most is:
 * 24 bytes for "abc:" and what separates it; 40 for the 9 bytes of "goto abc" and the like;
 * of names of one and two characters, which take less text, there are no more than 3600.
 */
size_t rawbpf_text_scratch(size_t length)
{
	size_t symbols = length / 4 + 1 < 3600 ? length / 2 + 1 : length / 4 + 3601;

	return sizeof(struct rawbpf__tables) + ((size_t)4 << bucket_bits(length)) +
	       symbols * sizeof(struct rawbpf__symbol) + 64;
}

RAWBPF__PRIVATE int rawbpf__symbols_start(struct rawbpf__parser *p)
{
	uintptr_t begin = (uintptr_t)p->text->scratch;
	uintptr_t end = begin + p->text->scratch_size;
	size_t buckets, i;

	p->bucket_bits = bucket_bits(p->text->length);
	buckets = (size_t)1 << p->bucket_bits;
	begin = (begin + 7) & ~(uintptr_t)7;
	end &= ~(uintptr_t)7;
	if (!p->text->scratch || end < begin ||
	    end - begin < sizeof(*p->tables) + buckets * sizeof(*p->buckets))
		return -ENOSPC;
	p->tables = (struct rawbpf__tables *)begin;
	p->buckets = (uint32_t *)(p->tables + 1);
	p->symbols = (struct rawbpf__symbol *)(p->buckets + buckets);
	p->waits = (struct rawbpf__wait *)end;
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

RAWBPF__PRIVATE unsigned rawbpf__name_length(const struct rawbpf__parser *p,
					     const unsigned char *name)
{
	const unsigned char *at = name;

	while (at < p->end && rawbpf__is_word(*at))
		at++;
	return at - name;
}

static int is_name_of(const struct rawbpf__parser *p, const struct rawbpf__symbol *symbol,
		      const unsigned char *name, unsigned length)
{
	const unsigned char *known = p->begin + symbol->name;
	unsigned i;

	if (known == name)
		return 1;
	if (length > (size_t)(p->end - known))
		return 0;
	for (i = 0; i < length; i++)
		if (known[i] != name[i])
			return 0;
	return known + length == p->end || !rawbpf__is_word(known[length]);
}

static uint32_t *bucket_of(const struct rawbpf__parser *p, uint32_t hash)
{
	return &p->buckets[hash * 0x85ebca6b >> (32 - p->bucket_bits)];
}

static struct rawbpf__symbol *symbol_find(const struct rawbpf__parser *p, const unsigned char *name,
					  unsigned length, uint32_t hash)
{
	uint32_t n = *bucket_of(p, hash);

	for (; n; n = p->symbols[n - 1].next)
		if (p->symbols[n - 1].hash == hash &&
		    is_name_of(p, &p->symbols[n - 1], name, length))
			return &p->symbols[n - 1];
	return NULL;
}

RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol(struct rawbpf__parser *p,
						      const unsigned char *name, unsigned length,
						      uint32_t hash)
{
	struct rawbpf__symbol *symbol = symbol_find(p, name, length, hash);
	uint32_t *bucket = bucket_of(p, hash);

	if (symbol)
		return symbol;
	if (!scratch_has(p, sizeof(*symbol)))
		return NULL;
	symbol = &p->symbols[p->symbol_count++];
	*symbol = (struct rawbpf__symbol){ .name = name - p->begin, .hash = hash, .next = *bucket };
	*bucket = p->symbol_count;
	return symbol;
}

static const char *kind_of(unsigned kind)
{
	return kind == RAWBPF__LABEL ? "label" : kind == RAWBPF__CONSTANT ? "constant" : "map";
}

/* ----------------------------------------------------------------- what waits for a name */

static void complain_far(struct rawbpf__parser *p, const struct rawbpf__wait *wait, int64_t distance)
{
	const unsigned char *name = p->begin + wait->name;
	unsigned length = rawbpf__name_length(p, name);
	struct rawbpf__complaint c = rawbpf__complain(p, wait->line, name, length);

	rawbpf__say(&c, "label '");
	rawbpf__say_text(&c, name, length);
	rawbpf__say(&c, distance < 0 ? "' is too far: -" : "' is too far: +");
	rawbpf__say_number(&c, distance < 0 ? -distance : distance);
	rawbpf__say(&c, "; a jump reaches -32768 to +32767, gotol further");
}

static void complain_kind(struct rawbpf__parser *p, const struct rawbpf__wait *wait,
			  const struct rawbpf__symbol *symbol)
{
	const unsigned char *name = p->begin + wait->name;
	unsigned length = rawbpf__name_length(p, name);
	struct rawbpf__complaint c = rawbpf__complain(p, wait->line, name, length);

	rawbpf__say(&c, "'");
	rawbpf__say_text(&c, name, length);
	rawbpf__say(&c, "' is a ");
	rawbpf__say(&c, kind_of(symbol->kind));
	rawbpf__say(&c, wait->field == RAWBPF__F_MAP ? "; expected a map" : "; expected a label");
	if (wait->field != RAWBPF__F_MAP && symbol->kind == RAWBPF__CONSTANT) {
		rawbpf__say(&c, " (a constant offset has a sign: +");
		rawbpf__say_text(&c, name, length);
		rawbpf__say(&c, ")");
	}
}

/* The symbol is known: the instruction gets its value. */
static void wait_end(struct rawbpf__parser *p, const struct rawbpf__wait *wait,
		     const struct rawbpf__symbol *symbol)
{
	struct bpf_insn *insn = wait->slot < p->text->max ? &p->text->insns[wait->slot] : NULL;
	int64_t distance = (int64_t)symbol->value - wait->slot - 1;
	int wants_map = wait->field == RAWBPF__F_MAP;

	if (symbol->kind != (wants_map ? RAWBPF__A_MAP : RAWBPF__LABEL)) {
		complain_kind(p, wait, symbol);
		return;
	}
	if (wait->field == RAWBPF__F_JUMP && distance != (int16_t)distance) {
		complain_far(p, wait, distance);
		return;
	}
	if (!insn)
		return;
	if (wait->field == RAWBPF__F_JUMP) {
		insn->off = distance;
	} else {
		insn->imm = wants_map ? (int64_t)symbol->value : distance;
		if (wait->field == RAWBPF__F_CALL)
			insn->src_reg = BPF_PSEUDO_CALL;
	}
}

RAWBPF__PRIVATE void rawbpf__symbol_use(struct rawbpf__parser *p, const struct rawbpf__token *name,
					unsigned slot, enum rawbpf__field field)
{
	struct rawbpf__symbol *symbol =
		rawbpf__symbol(p, name->start, name->length, (uint32_t)name->value);
	struct rawbpf__wait now = { .slot = slot, .name = name->start - p->begin,
				    .line = name->line, .field = field };
	struct rawbpf__wait *wait;
	uint32_t n;

	if (!symbol)
		return;
	if (symbol->kind != RAWBPF__UNKNOWN) {
		wait_end(p, &now, symbol);
		return;
	}
	n = p->wait_free;
	if (n) {
		p->wait_free = p->waits[-(ptrdiff_t)n].next;
	} else {
		if (!scratch_has(p, sizeof(*wait)))
			return;
		n = ++p->wait_count;
	}
	wait = &p->waits[-(ptrdiff_t)n];
	*wait = now;
	wait->next = symbol->more;
	symbol->more = n;
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

static void complain_twice(struct rawbpf__parser *p, const struct rawbpf__token *name,
			   const struct rawbpf__symbol *symbol)
{
	struct rawbpf__complaint c = rawbpf__complain_token(p, name);

	rawbpf__say_token(&c, name);
	rawbpf__say(&c, " is a ");
	rawbpf__say(&c, kind_of(symbol->kind));
	rawbpf__say(&c, " already, defined on line ");
	rawbpf__say_number(&c, symbol->line);
}

RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol_define(struct rawbpf__parser *p,
							     const struct rawbpf__token *name,
							     enum rawbpf__symbol_kind kind,
							     uint64_t value, int negative)
{
	struct rawbpf__symbol *symbol =
		rawbpf__symbol(p, name->start, name->length, (uint32_t)name->value);
	uint32_t waits;

	if (!symbol)
		return NULL;
	if (symbol->kind != RAWBPF__UNKNOWN) {
		complain_twice(p, name, symbol);
		return NULL;
	}
	waits = symbol->more;
	symbol->kind = kind;
	symbol->line = name->line;
	symbol->value = value;
	symbol->more = value >> 32;
	symbol->negative = negative;
	waits_end(p, waits, symbol);
	return symbol;
}

RAWBPF__PRIVATE int rawbpf__symbol_constant(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	const struct rawbpf__symbol *symbol =
		symbol_find(p, token->start, token->length, (uint32_t)token->value);

	if (!symbol || symbol->kind != RAWBPF__CONSTANT)
		return 0;
	token->value = (uint64_t)symbol->more << 32 | symbol->value;
	token->negative = symbol->negative;
	token->name = 0;
	return 1;
}

/* More names than these are not looked through for one that was meant. */
#define GUESSES 4096

RAWBPF__PRIVATE void rawbpf__symbol_missing(struct rawbpf__parser *p, struct rawbpf__complaint *c,
					    const struct rawbpf__token *name, unsigned kind)
{
	struct rawbpf__guess guess = { .name = name->start, .length = name->length };
	const struct rawbpf__symbol *symbol =
		symbol_find(p, name->start, name->length, (uint32_t)name->value);
	unsigned i;

	rawbpf__say(c, "no ");
	rawbpf__say(c, kind_of(kind));
	rawbpf__say(c, " ");
	rawbpf__say_token(c, name);
	if (kind != RAWBPF__CONSTANT) {
		rawbpf__say(c, " in this program");
	} else if (symbol && symbol->kind != RAWBPF__UNKNOWN) {
		rawbpf__say(c, "; it is a ");
		rawbpf__say(c, kind_of(symbol->kind));
		return;
	} else {
		rawbpf__say(c, " before this line");
	}
	if (!c->error)
		return;
	for (i = 0; i < p->symbol_count && i < GUESSES; i++)
		if (p->symbols[i].kind == kind)
			rawbpf__guess_offer(&guess, p->begin + p->symbols[i].name,
					    rawbpf__name_length(p, p->begin + p->symbols[i].name));
	rawbpf__say_guess(c, &guess);
}

static void complain_call(struct rawbpf__parser *p, struct rawbpf__complaint *c,
			  const struct rawbpf__token *name)
{
	struct rawbpf__guess guess = { .name = name->start, .length = name->length };
	const char *helper;
	unsigned i, length;

	rawbpf__say(c, "no helper or label ");
	rawbpf__say_token(c, name);
	if (!c->error)
		return;
	for (i = 0; i < p->symbol_count && i < GUESSES; i++)
		if (p->symbols[i].kind == RAWBPF__LABEL)
			rawbpf__guess_offer(&guess, p->begin + p->symbols[i].name,
					    rawbpf__name_length(p, p->begin + p->symbols[i].name));
	if (guess.length > 4 && name->start[0] == 'b' && name->start[1] == 'p' &&
	    name->start[2] == 'f' && name->start[3] == '_') {
		guess.name += 4;
		guess.length -= 4;
	}
	for (i = 1; (helper = rawbpf__helper_name(i)); i++) {
		for (length = 0; helper[length]; length++)
			;
		rawbpf__guess_offer(&guess, helper, length);
	}
	rawbpf__say_guess(c, &guess);
}

/* Nothing has this name, or a helper has. */
static void wait_missing(struct rawbpf__parser *p, const struct rawbpf__wait *wait, int helper)
{
	struct rawbpf__token name = { .start = p->begin + wait->name, .line = wait->line };
	struct rawbpf__complaint c;

	if (wait->field == RAWBPF__F_CALL && helper >= 0) {
		if (wait->slot < p->text->max)
			p->text->insns[wait->slot].imm = helper;
		return;
	}
	name.length = rawbpf__name_length(p, name.start);
	c = rawbpf__complain_token(p, &name);
	if (wait->field == RAWBPF__F_CALL)
		complain_call(p, &c, &name);
	else
		rawbpf__symbol_missing(p, &c, &name, wait->field == RAWBPF__F_MAP ?
						     RAWBPF__A_MAP : RAWBPF__LABEL);
}

RAWBPF__PRIVATE void rawbpf__symbols_end(struct rawbpf__parser *p)
{
	unsigned i;

	for (i = 0; i < p->symbol_count; i++) {
		const struct rawbpf__symbol *symbol = &p->symbols[i];
		const unsigned char *name = p->begin + symbol->name;
		uint32_t n = symbol->more;
		int helper;

		if (symbol->kind != RAWBPF__UNKNOWN)
			continue;
		helper = rawbpf__helper_find((const char *)name, rawbpf__name_length(p, name));
		for (; n; n = p->waits[-(ptrdiff_t)n].next)
			wait_missing(p, &p->waits[-(ptrdiff_t)n], helper);
	}
}
