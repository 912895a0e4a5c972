/* SPDX-License-Identifier: MIT */
#include "../form/constant.h"
#include "parse.h"

static unsigned text_length(const char *text)
{
	unsigned length = 0;

	while (text[length])
		length++;
	return length;
}

RAWBPF__PRIVATE int rawbpf__text_equal(const struct rawbpf__token *token, const char *text)
{
	unsigned i;

	for (i = 0; i < token->length && text[i] && token->start[i] == (unsigned char)text[i]; i++)
		;
	return i == token->length && !text[i];
}

/* Which of several strings, each ended by a NUL, the last by two; -1: none. */
static int text_index(const struct rawbpf__token *token, const char *texts)
{
	int i;

	for (i = 0; *texts; i++, texts += text_length(texts) + 1)
		if (rawbpf__text_equal(token, texts))
			return i;
	return -1;
}

/* A name that a directive defines. */
static int is_new_name(struct rawbpf__parser *p, const struct rawbpf__token *token)
{
	if (token->flags & RAWBPF__NAME || token->code >= RAWBPF__T_WORD)
		return 1;
	rawbpf__complain(p, token, "expected a name after %t", &p->tokens[0]);
	return 0;
}

static int is_end(struct rawbpf__parser *p, const struct rawbpf__token *token)
{
	if (token->code == RAWBPF__T_END)
		return 1;
	rawbpf__complain(p, token, "unexpected '%t' after %t", token, &p->tokens[0]);
	return 0;
}

/* Commas may separate what follows a directive. */
static struct rawbpf__token *after_comma(struct rawbpf__token *token)
{
	return token->code == ',' ? token + 1 : token;
}

/* The next number, of 32 bits. Where to go on; NULL: an error. */
static struct rawbpf__token *map_number(struct rawbpf__parser *p, struct rawbpf__token *token,
					const char *what, unsigned *number)
{
	token = after_comma(token);
	if (token->code == RAWBPF__T_NUMBER) {
		if (!rawbpf__is_number(p, token))
			return NULL;
		*number = token->value;
		if (token->value <= UINT32_MAX)
			return token + 1;
	}
	rawbpf__complain(p, token, "expected %s: "
			 ".map NAME TYPE KEY_SIZE VALUE_SIZE MAX_ENTRIES [FLAGS]", what);
	return NULL;
}

static struct rawbpf__token *map_type(struct rawbpf__parser *p, struct rawbpf__token *token,
				      unsigned *type)
{
	struct rawbpf__guess guess;
	const char *names = rawbpf__name_map_types(), *name;
	int i;

	token = after_comma(token);
	if (!(token->flags & RAWBPF__NAME) || rawbpf__symbol_constant(p, token))
		return map_number(p, token, "TYPE", type);
	i = text_index(token, names);
	if (i >= 0) {
		*type = i;
		return token + 1;
	}
	guess = (struct rawbpf__guess){ .name = token->start, .length = token->length };
	for (name = names; *name; name += text_length(name) + 1)
		rawbpf__guess_offer(&guess, name, text_length(name));
	rawbpf__complain(p, token, "no map type '%t'; expected hash, array, ... or a number%g",
			 token, &guess);
	return NULL;
}

static void directive_map(struct rawbpf__parser *p)
{
	struct rawbpf__token *name = &p->tokens[1], *at;
	struct rawbpf_text_map map = { .name = "" };
	struct rawbpf_text *text = p->text;
	unsigned i;

	if (!is_new_name(p, name))
		return;
	if (name->length >= sizeof(map.name)) {
		rawbpf__complain(p, name, "the name of a map has at most 15 characters");
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
	/* Even if there is something wrong with it, the name is a map's. */
	if ((at && !is_end(p, at)) ||
	    !rawbpf__symbol_define(p, name, RAWBPF__A_MAP, text->map_count, 0))
		return;
	if (text->map_count < text->map_max)
		text->maps[text->map_count] = map;
	text->map_count++;
}

static void directive_set(struct rawbpf__parser *p)
{
	struct rawbpf__token *name = &p->tokens[1], *value = after_comma(name + 1);

	if (!is_new_name(p, name))
		return;
	if (name->code >= RAWBPF__T_WORD)
		rawbpf__complain(p, name, "'%t' is a word of instructions, and no constant's name",
				 name);
	else if (value->code != RAWBPF__T_NUMBER)
		rawbpf__complain(p, value, "expected a number: .set NAME, VALUE");
	else if (rawbpf__is_number(p, value) && is_end(p, value + 1))
		rawbpf__symbol_define(p, name, RAWBPF__CONSTANT, value->value,
				      value->flags & RAWBPF__HUGE);
}

RAWBPF__PRIVATE void rawbpf__directive(struct rawbpf__parser *p)
{
	/* After the first three, what compilers write and a program's bytes do not depend on. */
	static const char names[] = ".map\0.set\0.equ\0"
				    ".text\0.globl\0.global\0.p2align\0.type\0.size\0.ident\0"
				    ".file\0.addrsig\0.hidden\0.weak\0.local\0";
	const struct rawbpf__token *token = &p->tokens[0];
	int name = text_index(token, names);
	unsigned i;

	if (name > 2)
		return;
	for (i = 1; name >= 0 && i < p->token_count; i++)
		if (rawbpf__complain_bad(p, &p->tokens[i]))
			return;
	if (!name)
		directive_map(p);
	else if (name > 0)
		directive_set(p);
	else
		rawbpf__complain(p, token, "'%t' is not a directive; there are .map and .set",
				 token);
}
