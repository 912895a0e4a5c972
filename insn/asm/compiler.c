/* SPDX-License-Identifier: MIT */
/* Compilers write these directives. A program's bytes do not depend on them. */
#include "../base/string.h"
#include "parser.h"

/*
 * A directive and the form of its arguments. In a form, a comma is a comma, and
 *
 *	N	a name			S	a string
 *	T	@function or @object	I	a number
 *	E	a number, or the distance of two labels
 *	i, s	a number, a string, or nothing
 *	m	nothing, or md5 and its number
 *	l	those words of .loc that follow the place, each with its number or name
 *	,?	nothing, or any numbers, names, strings and commas
 */
static const struct compiler_directive {
	char name[15];
	char form[5];
	char usage[24];
} compiler_directives[] = {
	{ ".globl", "N", "NAME" },
	{ ".global", "N", "NAME" },
	{ ".weak", "N", "NAME" },
	{ ".hidden", "N", "NAME" },
	{ ".local", "N", "NAME" },
	{ ".addrsig_sym", "N", "NAME" },
	{ ".cfi_sections", "N", "NAME" },
	{ ".type", "N,T", "NAME,@function" },
	{ ".size", "N,E", "NAME, END-NAME" },
	{ ".p2align", "I,?", "NUMBER" },
	{ ".ident", "S", "\"STRING\"" },
	{ ".file", "iSsm", "[NUMBER] \"STRING\"" },
	{ ".loc", "IIil", "NUMBER LINE COLUMN" },
	{ ".addrsig", "", "" },
	{ ".cfi_startproc", "", "" },
	{ ".cfi_endproc", "", "" },
};

static int is_name(const struct rawbpf__token *token)
{
	return token->code == RAWBPF__T_NAME || token->code >= RAWBPF__T_WORD;
}

/* Return 1 for a number of any size. An md5 sum is a number of 128 bits. */
static int is_number(const struct rawbpf__token *token)
{
	return token->code == RAWBPF__T_NUMBER || token->code == RAWBPF__T_BIG_NUMBER;
}

static const struct rawbpf__token *skip_any(const struct rawbpf__token *token)
{
	while (is_name(token) || is_number(token) || token->code == RAWBPF__T_STRING ||
	       token->code == ',')
		token++;
	return token;
}

static int is_word(const struct rawbpf__token *token, const char *words)
{
	return is_name(token) && rawbpf__list_find(words, token->start, token->length) >= 0;
}

static const struct rawbpf__token *skip_md5(const struct rawbpf__token *token)
{
	return is_word(token, "md5\0") && is_number(&token[1]) ? token + 2 : token;
}

static const struct rawbpf__token *skip_loc_words(const struct rawbpf__token *token)
{
	for (;;) {
		if (is_word(token, "basic_block\0prologue_end\0epilogue_begin\0"))
			token++;
		else if (is_word(token, "is_stmt\0isa\0discriminator\0") && is_number(&token[1]))
			token += 2;
		else if (is_word(token, "view\0") && (is_number(&token[1]) || is_name(&token[1])))
			token += 2;
		else
			return token;
	}
}

/* Return the token behind those that a form's letter stands for, or NULL if they differ. */
static const struct rawbpf__token *form_next(const struct rawbpf__token *token, char letter)
{
	switch (letter) {
	case 'N':
		return is_name(token) ? token + 1 : NULL;
	case 'I':
		return token->code == RAWBPF__T_NUMBER ? token + 1 : NULL;
	case 'S':
		return token->code == RAWBPF__T_STRING ? token + 1 : NULL;
	case 'E':
		return token->code == RAWBPF__T_NUMBER ||
		       token->code == RAWBPF__T_BAD_NAME ? token + 1 : NULL;
	case 'T':
		return token->code == RAWBPF__T_BAD && *token->start == '@' && is_name(&token[1]) &&
		       (rawbpf__equal_bytes("function", token[1].start, token[1].length) ||
			rawbpf__equal_bytes("object", token[1].start, token[1].length)) ?
		       token + 2 : NULL;
	case 'i':
		return token + (token->code == RAWBPF__T_NUMBER);
	case 's':
		return token + (token->code == RAWBPF__T_STRING);
	case 'm':
		return skip_md5(token);
	case 'l':
		return skip_loc_words(token);
	case '?':
		return skip_any(token);
	default:
		return token->code == letter ? token + 1 : NULL;
	}
}

/* Return the first token that contradicts the form, or NULL if the statement has this form. */
static const struct rawbpf__token *form_wrong(const struct rawbpf__token *token, const char *form)
{
	const struct rawbpf__token *next;

	for (; *form; form++, token = next) {
		if (form[0] == ',' && form[1] == '?' && token->code == RAWBPF__T_END)
			return NULL;
		next = form_next(token, *form);
		if (!next)
			return token;
	}
	return token->code == RAWBPF__T_END ? NULL : token;
}

/* Complain about an alignment above 8 bytes: slots are aligned to 8 bytes. */
static void check_align(struct rawbpf__parser *p, const struct rawbpf__token *power)
{
	if (power->value > 3)
		rawbpf__complain(p->text, power, "instructions are aligned to 8 bytes; "
				 "expected .p2align 3 or less");
}

RAWBPF__PRIVATE int rawbpf__compiler_directive(struct rawbpf__parser *p)
{
	const struct rawbpf__token *name = &p->statement.tokens[0], *wrong;
	const struct compiler_directive *directive = compiler_directives;
	unsigned n = sizeof(compiler_directives) / sizeof(compiler_directives[0]);

	while (n && !rawbpf__equal_bytes(directive->name, name->start, name->length)) {
		directive++;
		n--;
	}
	if (!n)
		return 0;
	wrong = form_wrong(name + 1, directive->form);
	if (wrong)
		rawbpf__complain(p->text, wrong, "expected %s%s%s", directive->name,
				 *directive->usage ? " " : "", directive->usage);
	else if (directive->form[0] == 'I' && directive->form[1] == ',')
		check_align(p, name + 1);
	return 1;
}

/* -------------------------------------------------------------------- sections */

static int has_x(const struct rawbpf__token *flags)
{
	const char *end = flags->start + flags->length;

	return rawbpf__find_byte(flags->start, end, 'x') < end;
}

/*
 * Note the name of a section. Return 1 unless the text skipped this section before. Sections have a
 * tree of their own among the symbols, so labels may have the same names.
 */
static int is_new_section(struct rawbpf__parser *p, const struct rawbpf__token *name)
{
	unsigned root = p->symbols.root, count = p->symbols.count;
	struct rawbpf__symbol *symbol;

	p->symbols.root = p->sections;
	symbol = rawbpf__symbol_get(&p->symbols, name->start, name->length);
	p->sections = p->symbols.root;
	p->symbols.root = root;
	if (symbol)
		symbol->kind = RAWBPF__A_SKIPPED;
	return p->symbols.count > count;
}

/* Begin a section without instructions. The assembler skips all its lines. */
static void skip_section(struct rawbpf__parser *p, const struct rawbpf__token *name)
{
	p->skips_section = 1;
	if (!is_new_section(p, name))
		return;
	rawbpf__warn(p->text, name, "section '%.*s' has no instructions and is skipped",
		     RAWBPF__TEXT(name));
}

/* Read .section NAME, "FLAGS", @TYPE. NAME may have any characters except commas and blanks. */
static void section(struct rawbpf__parser *p)
{
	const struct rawbpf__token *tokens = p->statement.tokens, *end = &tokens[1];
	struct rawbpf__token name = tokens[1];

	while (end->code != ',' && end->code != RAWBPF__T_END) {
		name.length = end->start + end->length - name.start;
		end++;
	}
	if (end == &tokens[1]) {
		rawbpf__complain(p->text, end, "expected a name: .section NAME,\"FLAGS\"");
		return;
	}
	p->skips_section = 0;
	if (rawbpf__equal_bytes(".text", name.start, name.length))
		return;
	if (end->code == RAWBPF__T_END || end[1].code != RAWBPF__T_STRING || !has_x(&end[1]))
		skip_section(p, &name);
}

RAWBPF__PRIVATE int rawbpf__section_directive(struct rawbpf__parser *p)
{
	const struct rawbpf__token *name = &p->statement.tokens[0];
	static const char names[] = ".section\0.text\0.data\0.bss\0.rodata\0";
	int which = rawbpf__list_find(names, name->start, name->length);

	if (which < 0)
		return 0;
	if (which == 0)
		section(p);
	else if (name[1].code != RAWBPF__T_END)
		rawbpf__complain(p->text, &name[1], "expected %s alone",
				 rawbpf__nth(names, which));
	else if (which == 1)
		p->skips_section = 0;
	else
		skip_section(p, name);
	return 1;
}
