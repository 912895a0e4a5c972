/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "../form/helper.h"
#include "parser.h"

static const char *kind_name(unsigned kind)
{
	return kind == RAWBPF__LABEL	  ? "label" :
	       kind == RAWBPF__CONSTANT	  ? "constant" :
	       kind == RAWBPF__A_SKIPPED  ? "label of a skipped section" :
					    "map";
}

/* ------------------------------------------------------------------- definitions */

RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__define(struct rawbpf__parser *p,
						      const struct rawbpf__token *name,
						      unsigned kind, uint64_t value)
{
	struct rawbpf__symbol *symbol =
		rawbpf__symbol_get(&p->symbols, name->start, name->length);

	if (!symbol)
		return NULL;
	if (kind == RAWBPF__A_SKIPPED && symbol->kind != RAWBPF__UNKNOWN)
		return NULL;
	if (symbol->kind != RAWBPF__UNKNOWN && symbol->kind != RAWBPF__A_SKIPPED) {
		rawbpf__complain(p->text, name, "'%.*s' is a %s already, defined on line %lld",
				 RAWBPF__TEXT(name), kind_name(symbol->kind),
				 (long long)symbol->line);
		return NULL;
	}
	symbol->kind = kind;
	symbol->value = value;
	symbol->line = name->line;
	return symbol;
}

/* The assembler searches at most this many names for the one that the author meant. */
#define GUESSES 4096

static struct rawbpf__guess guess_symbols(const struct rawbpf__parser *p,
					  const struct rawbpf__token *name, unsigned kind)
{
	struct rawbpf__guess guess = { .name = name->start, .length = name->length };
	const struct rawbpf__symbol *symbol = p->symbols.all;
	unsigned i;

	for (i = 0; i < p->symbols.count && i < GUESSES && rawbpf__is_kept(p->text, name);
	     i++, symbol++)
		if (symbol->kind == kind)
			rawbpf__guess_offer(&guess, symbol->name, symbol->length);
	return guess;
}

RAWBPF__PRIVATE void rawbpf__constant_missing(struct rawbpf__parser *p,
					      const struct rawbpf__token *name)
{
	const struct rawbpf__symbol *symbol =
		rawbpf__symbol_find(&p->symbols, name->start, name->length);
	struct rawbpf__guess guess = guess_symbols(p, name, RAWBPF__CONSTANT);

	if (symbol && symbol->kind != RAWBPF__UNKNOWN)
		rawbpf__complain(p->text, name, "'%.*s' is a %s; expected a number or constant",
				 RAWBPF__TEXT(name), kind_name(symbol->kind));
	else
		rawbpf__complain(p->text, name, "no constant '%.*s' before this line"
				 RAWBPF__GUESSED, RAWBPF__TEXT(name), RAWBPF__GUESS(&guess));
}

RAWBPF__PRIVATE int rawbpf__is_number(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	if (token->code == RAWBPF__T_NUMBERED) {
		rawbpf__complain(p->text, token, "'%.*s' is not a number", RAWBPF__TEXT(token));
		return 0;
	}
	if ((token->code == RAWBPF__T_NUMBER && !token->is_later) || rawbpf__constant(&p->symbols, token))
		return 1;
	rawbpf__constant_missing(p, token);
	return 0;
}

/* -------------------------------------------------------------------- references */

RAWBPF__PRIVATE void rawbpf__reference(struct rawbpf__parser *p, const struct rawbpf__token *name,
				       const struct rawbpf__reference *reference)
{
	struct rawbpf__symbol *symbol =
		rawbpf__symbol_get(&p->symbols, name->start, name->length);

	if (!symbol || !rawbpf__symbols_room(&p->symbols, sizeof(*p->references)))
		return;
	*--p->references = *reference;
	p->references->symbol = symbol - p->symbols.all;
	p->references->line = name->line;
	p->references->column = name->column;
	p->reference_count++;
	p->symbols.end = (const char *)p->references;
}

static void guess_helper(struct rawbpf__guess *guess)
{
	const char *helper;
	unsigned i;

	if (guess->length > 4 && rawbpf__starts_with(guess->name, "bpf_")) {
		guess->name += 4;
		guess->length -= 4;
	}
	for (i = 1; (helper = rawbpf__helper_name(i)); i++)
		rawbpf__guess_offer(guess, helper, rawbpf__length(helper));
}

static void complain_missing(struct rawbpf__parser *p, const struct rawbpf__token *name,
			     unsigned field)
{
	unsigned kind = field == RAWBPF__F_MAP ? RAWBPF__A_MAP : RAWBPF__LABEL;
	struct rawbpf__guess guess = guess_symbols(p, name, kind);

	if (field == RAWBPF__F_CALL && rawbpf__is_kept(p->text, name))
		guess_helper(&guess);
	rawbpf__complain(p->text, name, "no %s '%.*s' in this program" RAWBPF__GUESSED,
			 field == RAWBPF__F_CALL ? "helper or label" : kind_name(kind),
			 RAWBPF__TEXT(name), RAWBPF__GUESS(&guess));
}

static void complain_kind(struct rawbpf__parser *p, const struct rawbpf__token *name,
			  unsigned kind, unsigned field)
{
	if (field == RAWBPF__F_MAP)
		rawbpf__complain(p->text, name, "'%.*s' is a %s; expected a map",
				 RAWBPF__TEXT(name), kind_name(kind));
	else
		rawbpf__complain(p->text, name, "'%.*s' is a %s; expected a label%s",
				 RAWBPF__TEXT(name), kind_name(kind), kind == RAWBPF__CONSTANT ?
				 " (an offset has a sign)" : "");
}

/* Fill in the distance in slots to a label. */
static void fill_distance(struct rawbpf__parser *p, const struct rawbpf__token *name,
			  struct bpf_insn *insn, unsigned field, int64_t distance)
{
	if (field == RAWBPF__F_JUMP && distance != (int16_t)distance)
		rawbpf__complain(p->text, name, "label '%.*s' is too far, %lld slots; a jump "
				 "reaches -32768 to +32767, gotol reaches further",
				 RAWBPF__TEXT(name), (long long)distance);
	else if (field == RAWBPF__F_JUMP)
		insn->off = distance;
	else
		insn->imm = distance;
	if (field == RAWBPF__F_CALL)
		insn->src_reg = BPF_PSEUDO_CALL;
}

/* Fill in the value of a symbol that can stand there. */
static void reference_fill(struct rawbpf__parser *p, const struct rawbpf__reference *reference,
			   const struct rawbpf__token *name, int64_t value, int is_distance)
{
	struct bpf_insn dropped, *insn = &dropped;

	if (reference->slot < p->text->max)
		insn = &p->text->insns[reference->slot];
	if (reference->is_told && value != reference->told)
		rawbpf__complain(p->text, name, "'%.*s' is %lld here; the bytes of this line say %lld",
				 RAWBPF__TEXT(name), (long long)value, (long long)reference->told);
	else if (is_distance)
		fill_distance(p, name, insn, reference->field, value);
	else
		insn->imm = value;
}

static void reference_end(struct rawbpf__parser *p, const struct rawbpf__reference *reference)
{
	const struct rawbpf__symbol *symbol = &p->symbols.all[reference->symbol];
	unsigned kind = symbol->kind, field = reference->field;
	const struct rawbpf__token name = { .start = symbol->name, .length = symbol->length,
					    .line = reference->line, .column = reference->column };

	if ((kind == RAWBPF__A_MAP && field == RAWBPF__F_MAP) ||
	    (kind == RAWBPF__A_HELPER && field == RAWBPF__F_CALL))
		reference_fill(p, reference, &name, symbol->value, 0);
	else if (kind == RAWBPF__LABEL && field != RAWBPF__F_MAP)
		reference_fill(p, reference, &name,
			       (int64_t)symbol->value - reference->slot - 1, 1);
	else if (kind == RAWBPF__UNKNOWN || kind == RAWBPF__A_HELPER)
		complain_missing(p, &name, field);
	else
		complain_kind(p, &name, kind, field);
}

/* Make helpers of the names that the text does not define. */
static void reference_helpers(struct rawbpf__symbols *symbols)
{
	struct rawbpf__symbol *symbol = symbols->all;
	int helper;

	for (; symbol < symbols->all + symbols->count; symbol++) {
		if (symbol->kind != RAWBPF__UNKNOWN)
			continue;
		helper = rawbpf__helper_find(symbol->name, symbol->length);
		if (helper < 0)
			continue;
		symbol->kind = RAWBPF__A_HELPER;
		symbol->value = helper;
	}
}

RAWBPF__PRIVATE void rawbpf__references_end(struct rawbpf__parser *p)
{
	unsigned i;

	reference_helpers(&p->symbols);
	for (i = p->reference_count; i-- > 0;)
		reference_end(p, &p->references[i]);
}
