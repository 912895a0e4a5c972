/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "../form/constant.h"
#include "parser.h"

/* Return 1 if a directive can define this name. The name may be a word of instructions. */
static int is_new_name(struct rawbpf__parser *p, const struct rawbpf__token *token)
{
	if (token->code == RAWBPF__T_NAME || token->code >= RAWBPF__T_WORD)
		return 1;
	rawbpf__complain(p->text, token, "expected a name after %.*s",
			 RAWBPF__TEXT(&p->statement.tokens[0]));
	return 0;
}

static int is_end(struct rawbpf__parser *p, const struct rawbpf__token *token)
{
	if (token->code == RAWBPF__T_END)
		return 1;
	rawbpf__complain(p->text, token, "unexpected '%.*s' after %.*s", RAWBPF__TEXT(token),
			 RAWBPF__TEXT(&p->statement.tokens[0]));
	return 0;
}

/* Return the token behind an optional comma between a directive's arguments. */
static struct rawbpf__token *after_comma(struct rawbpf__token *token)
{
	return token->code == ',' ? token + 1 : token;
}

/* -------------------------------------------------------------------------- .map */

/* Read the next number, of 32 bits. Return the token behind it, or NULL after an error. */
static struct rawbpf__token *map_number(struct rawbpf__parser *p, struct rawbpf__token *token,
					const char *what, unsigned *number)
{
	token = after_comma(token);
	if (rawbpf__is_operand(token)) {
		if (!rawbpf__is_number(p, token))
			return NULL;
		*number = token->value;
		if (token->value <= UINT32_MAX)
			return token + 1;
	}
	rawbpf__complain(p->text, token, "expected %s: "
			 ".map NAME TYPE KEY_SIZE VALUE_SIZE MAX_ENTRIES [FLAGS]", what);
	return NULL;
}

static struct rawbpf__token *map_type(struct rawbpf__parser *p, struct rawbpf__token *token,
				      unsigned *type)
{
	const char *names = rawbpf__name_map_types();
	struct rawbpf__guess guess;
	int i;

	token = after_comma(token);
	if (token->code != RAWBPF__T_NAME || rawbpf__constant(&p->symbols, token))
		return map_number(p, token, "TYPE", type);
	i = rawbpf__list_find(names, token->start, token->length);
	if (i >= 0) {
		*type = i;
		return token + 1;
	}
	guess = (struct rawbpf__guess){ .name = token->start, .length = token->length };
	for (; *names; names = rawbpf__nth(names, 1))
		rawbpf__guess_offer(&guess, names, rawbpf__length(names));
	rawbpf__complain(p->text, token, "no map type '%.*s'; expected hash, array, ... or a number"
			 RAWBPF__GUESSED, RAWBPF__TEXT(token), RAWBPF__GUESS(&guess));
	return NULL;
}

static void directive_map(struct rawbpf__parser *p)
{
	struct rawbpf__token *name = &p->statement.tokens[1], *at;
	struct rawbpf_text_map map = { .name = "" };
	struct rawbpf_text *text = p->text;
	unsigned i;

	if (!is_new_name(p, name))
		return;
	if (name->length >= sizeof(map.name)) {
		rawbpf__complain(text, name, "the name of a map has at most 15 characters");
		return;
	}
	for (i = 0; i < name->length; i++)
		map.name[i] = name->start[i];
	at = map_type(p, name + 1, &map.type);
	at = at ? map_number(p, at, "KEY_SIZE", &map.key_size) : NULL;
	at = at ? map_number(p, at, "VALUE_SIZE", &map.value_size) : NULL;
	at = at ? map_number(p, at, "MAX_ENTRIES", &map.max_entries) : NULL;
	if (at && at->code != RAWBPF__T_END)
		at = map_number(p, at, "FLAGS", &map.flags);
	/* After an error in its numbers, too, the name is that of a map. */
	if ((at && !is_end(p, at)) ||
	    !rawbpf__define(p, name, RAWBPF__A_MAP, text->map_count))
		return;
	if (text->map_count < text->map_max)
		text->maps[text->map_count] = map;
	text->map_count++;
}

/* -------------------------------------------------------------------------- .set */

static void directive_set(struct rawbpf__parser *p)
{
	struct rawbpf__token *name = &p->statement.tokens[1], *value = after_comma(name + 1);
	struct rawbpf__symbol *symbol;

	if (!is_new_name(p, name))
		return;
	if (name->code >= RAWBPF__T_WORD) {
		rawbpf__complain(p->text, name,
				 "'%.*s' is a word of the instructions and cannot name a constant",
				 RAWBPF__TEXT(name));
	} else if (!rawbpf__is_operand(value)) {
		rawbpf__complain(p->text, value, "expected a number: .set NAME, VALUE");
	} else if (rawbpf__is_number(p, value) && is_end(p, value + 1)) {
		symbol = rawbpf__define(p, name, RAWBPF__CONSTANT, value->value);
		if (symbol)
			symbol->is_huge = value->is_huge;
	}
}

/* ------------------------------------------------------------------- all of them */

static const struct directive {
	char name[8];
	void (*act)(struct rawbpf__parser *p);
} directives[] = {
	{ ".map", directive_map },
	{ ".set", directive_set },
	{ ".equ", directive_set },
};

/* Handle .map, .set and .equ. Return 0 for any other directive. */
static int own_directive(struct rawbpf__parser *p)
{
	const struct rawbpf__token *name = &p->statement.tokens[0];
	unsigned i, token;

	for (i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (!rawbpf__equal_bytes(directives[i].name, name->start, name->length))
			continue;
		for (token = 1; token < p->statement.count; token++)
			if (rawbpf__complain_bad(p, &p->statement.tokens[token]))
				return 1;
		directives[i].act(p);
		return 1;
	}
	return 0;
}

RAWBPF__PRIVATE void rawbpf__directive(struct rawbpf__parser *p)
{
	const struct rawbpf__token *name = &p->statement.tokens[0];

	if (rawbpf__section_directive(p) || p->skips_section)
		return;
	if (rawbpf__data_directive(p))
		return;
	rawbpf__data_end(p);
	if (!own_directive(p) && !rawbpf__compiler_directive(p))
		rawbpf__complain(p->text, name, "'%.*s' is not a directive; use .map, .set, .byte, "
				 ".short, .long or .quad",
				 RAWBPF__TEXT(name));
}
