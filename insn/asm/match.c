/* SPDX-License-Identifier: MIT */
#include <rawbpf/form.h>

#include "parse.h"
#include "../base/put.h"

/* ------------------------------------------------------------------------- words */

static const char match_words[] =
#define WORD(TEXT) #TEXT "\0"
#include "../form/form.def"
;

RAWBPF__PRIVATE void rawbpf__tables_start(struct rawbpf__tables *tables)
{
	const char *text = match_words, *last = text + sizeof(match_words);
	struct rawbpf__word *word = tables->words;
	unsigned slot, code = RAWBPF__T_WORD, i;

	for (i = 0; i < RAWBPF__ROW_SLOTS; i++)
		tables->row_slots[i] = 0;
	for (i = 0; i < RAWBPF__WORD_SLOTS; i++)
		tables->word_slots[i] = 0;
	tables->row_count = 0;
	tables->next = (struct rawbpf__template){ .pass = 0 };
	for (; *text; text += word->length + 1, word++) {
		const unsigned char *at = (const unsigned char *)text;

		word->text = text;
		word->length = rawbpf__word_end(at, (const unsigned char *)last, &word->key) - at;
		slot = rawbpf__key_slot(word->key, RAWBPF__WORD_BITS);
		while (tables->word_slots[slot % RAWBPF__WORD_SLOTS])
			slot++;
		tables->word_slots[slot % RAWBPF__WORD_SLOTS] = code++;
	}
}

/* --------------------------------------------------------------------- templates */

/* A template as text; all come to an end long before the buffer. */
struct match_line {
	char text[80];
	unsigned length;
};

/* An operand in such a line: a byte that says which one, and what has to stand there. */
enum { LINE_NUMBER = 0x80, LINE_R = 0xa0, LINE_W = 0xc0, LINE_FIELD = 0x1f };

/* By the low 6 bits of the template's letter. */
static const uint8_t line_operands[64] = {
	['D' & 63] = LINE_R | RAWBPF__F_DST,       ['d' & 63] = LINE_W | RAWBPF__F_DST,
	['S' & 63] = LINE_R | RAWBPF__F_SRC,       ['s' & 63] = LINE_W | RAWBPF__F_SRC,
	['I' & 63] = LINE_NUMBER | RAWBPF__F_IMM,  ['C' & 63] = LINE_NUMBER | RAWBPF__F_IMM,
	['N' & 63] = LINE_NUMBER | RAWBPF__F_IMM,  ['M' & 63] = LINE_NUMBER | RAWBPF__F_NEXT,
	['U' & 63] = LINE_NUMBER | RAWBPF__F_HIGH, ['V' & 63] = LINE_NUMBER | RAWBPF__F_LOW,
	['E' & 63] = LINE_NUMBER | RAWBPF__F_OFF,  ['O' & 63] = LINE_NUMBER | RAWBPF__F_OFF,
	['J' & 63] = LINE_NUMBER | RAWBPF__F_JUMP, ['L' & 63] = LINE_NUMBER | RAWBPF__F_JUMP32,
	['K' & 63] = LINE_NUMBER | RAWBPF__F_LOCAL, ['R' & 63] = LINE_NUMBER | RAWBPF__F_LOCAL,
	['H' & 63] = LINE_NUMBER | RAWBPF__F_CALL, ['Q' & 63] = LINE_NUMBER | RAWBPF__F_IMM64,
	['X' & 63] = LINE_NUMBER | RAWBPF__F_MAP,
};

static void line_add(struct match_line *line, const char *text)
{
	while (*text)
		line->text[line->length++] = *text++;
}

static void line_add_operand(struct match_line *line, const struct rawbpf__template *template,
			     char what)
{
	const struct rawbpf__form *form = template->form;

	if (what == 'o')
		line_add(line, form->op);
	else if (what == 'F')
		line->length = rawbpf__put_small(line->text + line->length, form->fix) - line->text;
	else if (what == 'T')
		line_add(line, rawbpf__form_type(form->code));
	else if (what == 'R' ||
		 (template->dialect == RAWBPF_KERNEL && (what == 'J' || what == 'L')))
		line_add(line, "pc+");
	else if (what == 'O')
		line_add(line, "+");
	else if (what == 'Y' && template->dialect == RAWBPF_LLVM)
		line_add(line, " ll");
	if (line_operands[what & 63])
		line->text[line->length++] = line_operands[what & 63];
}

static void line_make(struct match_line *line, const struct rawbpf__template *template)
{
	const char *text = template->text;

	line->length = 0;
	for (; *text; text++)
		if (*text == '%')
			line_add_operand(line, template, *++text);
		else
			line->text[line->length++] = *text;
	line->text[line->length] = '\0';
}

/* What a line has next: a token's code, and of an operand its field, and whether it has a sign. */
struct match_element {
	unsigned code, field, sign;
};

/* 0 and r0 stand for themselves. */
static const char *line_operand(const char *at, struct match_element *element)
{
	unsigned char c = *at;

	element->field = c & 0x80 ? c & LINE_FIELD : RAWBPF__F_ZERO;
	element->code = c == 'r' || (c & ~LINE_FIELD) == LINE_R ? RAWBPF__T_R :
			c == 'w' || (c & ~LINE_FIELD) == LINE_W ? RAWBPF__T_W : RAWBPF__T_NUMBER;
	return at + 1 + (c == 'r' || c == 'w');
}

static int is_line_operand(const char *at)
{
	return *at & 0x80 || *at == '0' || ((*at == 'r' || *at == 'w') && at[1] == '0');
}

/* The element at `at`; returns where the next one is. */
static const char *line_element(const struct rawbpf__tables *tables, const struct match_line *line,
				const char *at, struct match_element *element)
{
	const unsigned char *end = (const unsigned char *)line->text + line->length, *word, *next;
	const char *number;
	uint64_t key;

	while (*at == ' ')
		at++;
	number = at + 1 + (at[0] && at[1] == ' ');
	element->sign = *at == '+' && (*number & 0xe0) == LINE_NUMBER;
	if (element->sign)
		at = number;
	if (is_line_operand(at))
		return line_operand(at, element);
	word = (const unsigned char *)at;
	element->code = RAWBPF__T_END;
	if (!*word)
		return at;
	if (!rawbpf__is_word(*word))
		return (const char *)rawbpf__operator_end(word, &element->code);
	next = rawbpf__word_end(word, end, &key);
	element->code = rawbpf__word_find(tables, key, word, next - word);
	return (const char *)next;
}

/* What only we write: a map of this text. And what only bpftool prints. */
static const struct {
	uint8_t shape;
	char text[24];
} match_more[] = {
	{ RAWBPF__SHAPE_MAP_FD, "%D = map %X" },
	{ RAWBPF__SHAPE_MAP_FD, "%D = map[id:%N]" },
	{ RAWBPF__SHAPE_MAP_VALUE, "%D = map[id:%N][0]+%M" },
};

static int template_more(struct rawbpf__template *template)
{
	unsigned index = template->index;

	if (index == sizeof(match_more) / sizeof(match_more[0]))
		return 0;
	template->index++;
	template->text = match_more[index].text;
	template->form = rawbpf__form_first(BPF_LD | BPF_IMM | BPF_DW);
	while (template->form->shape != match_more[index].shape)
		template->form++;
	return 1;
}

static int has(const char *template, char c)
{
	while (*template && *template != c)
		template++;
	return *template;
}

/* Returns 0 after the last. */
static int template_next(struct rawbpf__template *template)
{
	const struct rawbpf__form *form;
	const char *text;
	int weak;

	for (; template->pass < 4; template->pass++, template->index = 0) {
		template->dialect = template->pass & 1 ? RAWBPF_KERNEL : RAWBPF_LLVM;
		weak = template->pass > 1;
		while ((form = rawbpf__form_at(template->index++))) {
			text = rawbpf__form_text(form, template->dialect);
			/*
			 * If it is LLVM's as well, jumps are written otherwise, "goto pc+1", and
			 * loads without "ll". "kernel-function#5" is the lexer's.
			 */
			if ((*text == '!') != weak || has(text, '#') ||
			    (template->dialect != RAWBPF_LLVM &&
			     text == rawbpf__form_text(form, RAWBPF_LLVM) && !has(text, 'J') &&
			     !has(text, 'L') && !has(text, 'Y')))
				continue;
			template->form = form;
			template->text = text + weak;
			return 1;
		}
	}
	return template_more(template);
}

/* ------------------------------------------------------------------------- rows */

static uint64_t fixed(unsigned rule, int fix, uint64_t mask, unsigned shift)
{
	return rule == RAWBPF__FIX ? (fix & mask) << shift : 0;
}

/* The next token is an operand. */
static void row_add_operand(struct rawbpf__row *row, const struct match_element *element)
{
	unsigned i, field = element->field;

	for (i = 0; i < row->operand_count; i++) {
		if (row->operands[i].field == field && field == RAWBPF__F_DST)
			field = RAWBPF__F_DST_AGAIN;
		if (row->operands[i].field == field && field == RAWBPF__F_SRC)
			field = RAWBPF__F_SRC_AGAIN;
	}
	row->operands[row->operand_count++] = (struct rawbpf__operand){
		.token = row->token_count, .field = field, .sign = element->sign };
}

static int is_operand(unsigned code)
{
	return code == RAWBPF__T_NUMBER || code == RAWBPF__T_R || code == RAWBPF__T_W;
}

static void row_make(const struct rawbpf__tables *tables, struct rawbpf__row *row)
{
	const struct rawbpf__form *form = tables->next.form;
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	struct match_element element;
	struct match_line line;
	const char *at = line.text;
	uint64_t codes = 0;

	*row = (struct rawbpf__row){ .slots = shape->slots };
	row->insn = form->code | fixed(shape->src, form->fix, 15, 12) |
		    fixed(shape->off, form->fix, 0xffff, 16) |
		    fixed(shape->imm, form->fix, 0xffffffff, 32);
	line_make(&line, &tables->next);
	while (at = line_element(tables, &line, at, &element), element.code) {
		if (is_operand(element.code))
			row_add_operand(row, &element);
		codes = codes << 8 | element.code;
		row->skeleton.part[row->token_count++ / 8] = codes;
	}
}

static unsigned skeleton_slot(const struct rawbpf__skeleton *skeleton)
{
	const uint64_t *part = skeleton->part;

	return rawbpf__key_slot((part[0] * RAWBPF__FACTOR + part[1]) * RAWBPF__FACTOR + part[2],
				RAWBPF__ROW_BITS);
}

static int skeletons_equal(const struct rawbpf__skeleton *a, const struct rawbpf__skeleton *b)
{
	return a->part[0] == b->part[0] && a->part[1] == b->part[1] && a->part[2] == b->part[2] &&
	       a->part[3] == b->part[3];
}

/* The row of the next template goes behind those of the same skeleton; NULL: no more. */
static const struct rawbpf__row *row_add(struct rawbpf__tables *tables)
{
	struct rawbpf__row *row = &tables->rows[tables->row_count];
	unsigned slot;

	if (tables->row_count == RAWBPF__ROW_MAX || !template_next(&tables->next))
		return NULL;
	row_make(tables, row);
	slot = skeleton_slot(&row->skeleton);
	while (tables->row_slots[slot])
		slot = (slot + 1) % RAWBPF__ROW_SLOTS;
	tables->row_slots[slot] = ++tables->row_count;
	return row;
}

static int row_fits(const struct rawbpf__row *row, const struct rawbpf__parser *p)
{
	return skeletons_equal(&row->skeleton, &p->skeleton) &&
	       (!p->opcode || (uint8_t)p->opcode == (uint8_t)row->insn);
}

RAWBPF__PRIVATE const struct rawbpf__row *rawbpf__match(const struct rawbpf__parser *p)
{
	struct rawbpf__tables *tables = p->tables;
	unsigned slot = skeleton_slot(&p->skeleton), n;
	const struct rawbpf__row *row;

	for (; (n = tables->row_slots[slot]); slot = (slot + 1) % RAWBPF__ROW_SLOTS)
		if (row_fits(&tables->rows[n - 1], p))
			return &tables->rows[n - 1];
	while ((row = row_add(tables)))
		if (row_fits(row, p))
			return row;
	return NULL;
}

/* ------------------------------------------------------------ when nothing matches */

/* What may follow the first tokens: a bit for each code. */
struct match_set {
	uint64_t bits[4];
	unsigned count;
};

/* The code of a row's token; behind the last 0. */
static unsigned code_at(const struct rawbpf__row *row, unsigned token)
{
	unsigned last = token | 7;

	if (token >= row->token_count)
		return RAWBPF__T_END;
	if (last >= row->token_count)
		last = row->token_count - 1;
	return row->skeleton.part[token / 8] >> 8 * (last - token) & 0xff;
}

/* How many tokens the statement has in common with any instruction, and all that may follow. */
static unsigned set_find(const struct rawbpf__parser *p, struct match_set *set)
{
	unsigned best = 0, i, count, code;

	*set = (struct match_set){ .count = 0 };
	for (i = 0; i < p->tables->row_count; i++) {
		const struct rawbpf__row *row = &p->tables->rows[i];

		for (count = 0; (code = code_at(row, count)); count++)
			if (code != p->tokens[count].code)
				break;
		if (count < best || (count == best && set->bits[code / 64] >> code % 64 & 1))
			continue;
		if (count > best)
			*set = (struct match_set){ .count = 0 };
		best = count;
		set->bits[code / 64] |= 1ull << code % 64;
		set->count++;
	}
	return best;
}

static int set_has(const struct match_set *set, unsigned code)
{
	return set->bits[code / 64] >> code % 64 & 1;
}

RAWBPF__PRIVATE int rawbpf__complain_bad(struct rawbpf__parser *p,
					 const struct rawbpf__token *token)
{
	const char *letter;

	switch (token->code) {
	case RAWBPF__T_BAD_REGISTER:
		letter = (*token->start | 0x20) == 'w' ? "w" : "r";
		rawbpf__complain(p, token, "%t is not a register; programs have %s0 to %s10", token,
				 letter, letter);
		return 1;
	case RAWBPF__T_BAD_NUMBER:
		rawbpf__complain(p, token, "'%t' is not a number", token);
		return 1;
	case RAWBPF__T_BIG_NUMBER:
		rawbpf__complain(p, token, "%t does not fit 64 bits", token);
		return 1;
	case RAWBPF__T_BAD_NAME:
		rawbpf__constant_missing(p, token);
		return 1;
	case RAWBPF__T_BAD_COMMENT:
		rawbpf__complain(p, token, "this comment has no end; expected */");
		return 1;
	case RAWBPF__T_BAD:
		rawbpf__complain(p, token, "unexpected '%t'", token);
		return 1;
	}
	return 0;
}

/* What the first token is, that none begins with. */
static void complain_first(struct rawbpf__parser *p, const struct match_set *set)
{
	const struct rawbpf__token *token = &p->tokens[0];
	struct rawbpf__guess guess = { .name = token->start, .length = token->length };
	unsigned i;

	for (i = 0; i < RAWBPF__T_WORDS_END - RAWBPF__T_WORD; i++)
		if (set_has(set, RAWBPF__T_WORD + i))
			rawbpf__guess_offer(&guess, p->tables->words[i].text,
					    p->tables->words[i].length);
	rawbpf__complain(p, token, "'%t' does not begin an instruction%g", token, &guess);
}

/* "a number, ')' or ..."; more than these few are not named. */
#define NAMED 6

static void complain_expected(struct rawbpf__parser *p, const struct rawbpf__token *token,
			      const struct match_set *set)
{
	static const char separators[][5] = { "", ", ", " or " };
	unsigned codes[NAMED] = { 0 }, join[NAMED] = { 0 }, code, n = 0;
	struct rawbpf__token none = { .length = 0 };
	int at_end = token->code == RAWBPF__T_END;

	for (code = 1; code < 256 && n < NAMED; code++)
		if (set_has(set, code))
			codes[n++] = code;
	for (code = 1; code < n; code++)
		join[code] = code + 1 == n && n == set->count ? 2 : 1;
	rawbpf__complain(p, token, "expected %e%s%e%s%e%s%e%s%e%s%e%s%s%t%s", codes[0],
			 separators[join[1]], codes[1], separators[join[2]], codes[2],
			 separators[join[3]], codes[3], separators[join[4]], codes[4],
			 separators[join[5]], codes[5], n < set->count ? ", ..." : "",
			 at_end ? " before the end" : ", not '", at_end ? &none : token,
			 at_end ? "" : "'");
}

static void complain_token(struct rawbpf__parser *p, const struct rawbpf__token *token,
			   const struct match_set *set)
{
	unsigned before = token > p->tokens ? token[-1].code : 0;

	if (!before)
		complain_first(p, set);
	else if (token->code == RAWBPF__T_W && set_has(set, RAWBPF__T_R))
		rawbpf__complain(p, token, "expected a 64-bit register, r%d, not %t",
				 (int64_t)token->value, token);
	else if (token->code == RAWBPF__T_R && set_has(set, RAWBPF__T_W))
		rawbpf__complain(p, token, "expected a 32-bit register, w%d, not %t",
				 (int64_t)token->value, token);
	else if (before >= RAWBPF__T_WORD && before < RAWBPF__T_NAMED)
		rawbpf__complain(p, token, "expected %s",
				 before == RAWBPF__T_map  ? "the name of a map" :
				 before == RAWBPF__T_call ? "a helper, a label or pc+1" :
							    "a label or an offset such as +1");
	else if (before == RAWBPF__T_R && set->count == 1 && set_has(set, RAWBPF__T_NUMBER))
		rawbpf__complain(p, token, "expected an offset such as + 0");
	else if (set_has(set, RAWBPF__T_END))
		rawbpf__complain(p, token, "unexpected '%t' after the instruction; "
				 "a new line or ';' separates them", token);
	else
		complain_expected(p, token, set);
}

RAWBPF__PRIVATE void rawbpf__mismatch(struct rawbpf__parser *p)
{
	const struct rawbpf__token *token = p->tokens;
	struct rawbpf__token prefix = { .start = p->opcode_at, .length = 4 };
	unsigned opcode = p->opcode;
	const struct rawbpf__row *row;
	struct match_set set;

	p->opcode = 0;
	row = opcode ? rawbpf__match(p) : NULL;
	if (row) {
		rawbpf__complain(p, &prefix, "this instruction's opcode is %x, not %x",
				 (unsigned)(uint8_t)row->insn, opcode & 0xff);
		return;
	}
	if (p->statement_begins_line && rawbpf__is_chatter(p)) {
		rawbpf__skip_line(p);
		return;
	}
	if (!rawbpf__is_kept(p, token->start)) {
		p->text->error_count++;
		return;
	}
	token += set_find(p, &set);
	if (!rawbpf__complain_bad(p, token))
		complain_token(p, token, &set);
}
