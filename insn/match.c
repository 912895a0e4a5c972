/* SPDX-License-Identifier: MIT */
#include "parse.h"

/* ------------------------------------------------------- the table of skeletons */

/* One template being made a line of text; all come to an end long before the buffer. */
struct match_line {
	char text[80];
	unsigned length;
};

static void line_add(struct match_line *line, const char *text)
{
	while (*text && line->length < sizeof(line->text))
		line->text[line->length++] = *text++;
}

static void line_add_number(struct match_line *line, unsigned number)
{
	if (number > 9)
		line_add_number(line, number / 10);
	line_add(line, (const char[]){ '0' + number % 10, '\0' });
}

/*
 * A register or number stands for each operand; which operand it is, is its value
 * (enum rawbpf__field). 0 stands for itself.
 */
static void line_add_operand(struct match_line *line, const struct rawbpf__form *form, char what,
			     unsigned dialect)
{
	static const struct {
		char what;
		uint8_t field;
		char text[3];
	} operands[] = {
		{ 'D', RAWBPF__F_DST, "r" },	{ 'd', RAWBPF__F_DST, "w" },
		{ 'S', RAWBPF__F_SRC, "r" },	{ 's', RAWBPF__F_SRC, "w" },
		{ 'I', RAWBPF__F_IMM, "" },	{ 'C', RAWBPF__F_IMM, "" },
		{ 'N', RAWBPF__F_IMM, "" },	{ 'M', RAWBPF__F_NEXT, "" },
		{ 'Q', RAWBPF__F_IMM64, "" },	{ 'U', RAWBPF__F_HIGH, "" },
		{ 'V', RAWBPF__F_LOW, "" },	{ 'E', RAWBPF__F_OFF, "" },
		{ 'O', RAWBPF__F_OFF, "+" },	{ 'J', RAWBPF__F_JUMP, "" },
		{ 'L', RAWBPF__F_JUMP32, "" },	{ 'K', RAWBPF__F_LOCAL, "" },
		{ 'R', RAWBPF__F_LOCAL, "pc" },	{ 'H', RAWBPF__F_CALL, "" },
		{ 'X', RAWBPF__F_MAP, "" },
	};
	unsigned i;

	if (what == 'o')
		line_add(line, form->op);
	else if (what == 'F')
		line_add_number(line, form->fix);
	else if (what == 'T')
		line_add(line, rawbpf__form_type(form->code));
	for (i = 0; i < sizeof(operands) / sizeof(operands[0]); i++) {
		if (operands[i].what != what)
			continue;
		line_add(line, operands[i].text);
		if (what == 'R' || (dialect == RAWBPF_KERNEL && (what == 'J' || what == 'L')))
			line_add(line, what == 'R' ? "+" : "pc+");
		line_add_number(line, operands[i].field);
	}
}

static void line_make(struct match_line *line, const struct rawbpf__form *form,
		      const char *template, unsigned dialect)
{
	line->length = 0;
	for (; *template; template++)
		if (*template == '%')
			line_add_operand(line, form, *++template, dialect);
		else
			line_add(line, (const char[]){ *template, '\0' });
}

static void word_add(struct rawbpf__tables *tables, const char *text, unsigned length)
{
	struct rawbpf__word *word = &tables->words[tables->word_count];
	const unsigned char *start = (const unsigned char *)text;
	unsigned slot, i;
	uint64_t key;

	rawbpf__word_end(start, start + length, &key);
	if (rawbpf__word_find(tables, key, start, length) >= 0 ||
	    length >= sizeof(word->text) || tables->word_count == RAWBPF__WORD_MAX)
		return;
	for (slot = rawbpf__key_slot(key, 8); tables->word_slots[slot % RAWBPF__WORD_SLOTS]; slot++)
		;
	tables->word_slots[slot % RAWBPF__WORD_SLOTS] = ++tables->word_count;
	word->key = key;
	word->length = length;
	for (i = 0; i < length; i++)
		word->text[i] = text[i];
	word->text[i] = '\0';
}

/* The words of a line, but for registers and numbers. */
static void words_add(struct rawbpf__tables *tables, const struct match_line *line)
{
	unsigned i, start;

	for (i = 0; i < line->length; i++) {
		const char *word = line->text + i;

		if (!rawbpf__is_word(*word))
			continue;
		for (start = i; i < line->length && rawbpf__is_word(line->text[i]); i++)
			;
		if (rawbpf__is_digit(*word) ||
		    ((*word == 'r' || *word == 'w') && rawbpf__is_digit(word[1])))
			continue;
		word_add(tables, word, i - start);
	}
}

static int skeletons_equal(const union rawbpf__skeleton *a, const union rawbpf__skeleton *b)
{
	return a->part[0] == b->part[0] && a->part[1] == b->part[1] && a->part[2] == b->part[2];
}

_Static_assert(RAWBPF__ROW_SLOTS == 1 << 10, "slots are the highest bits of a hash");

/* Behind the rows of the same skeleton that are there already. */
static void row_insert(struct rawbpf__tables *tables, const struct rawbpf__row *row)
{
	unsigned slot = row->hash >> 54, n;

	for (; (n = tables->row_slots[slot]); slot = (slot + 1) % RAWBPF__ROW_SLOTS)
		if (skeletons_equal(&tables->rows[n - 1].skeleton, &row->skeleton) &&
		    tables->rows[n - 1].insn == row->insn)
			return;
	if (tables->row_count == RAWBPF__ROW_MAX)
		return;
	tables->rows[tables->row_count++] = *row;
	tables->row_slots[slot] = tables->row_count;
}

static uint64_t fixed(unsigned rule, int fix, uint64_t mask, unsigned shift)
{
	return rule == RAWBPF__FIX ? (fix & mask) << shift : 0;
}

static void row_add(struct rawbpf__parser *p, const struct rawbpf__form *form, const char *template,
		    unsigned dialect)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	struct rawbpf__row row = { .slots = shape->slots };
	struct match_line line;
	unsigned i, seen = 0;

	line_make(&line, form, template, dialect);
	words_add(p->tables, &line);
	p->at = (const unsigned char *)line.text;
	p->end = p->at + line.length;
	rawbpf__lex(p);
	for (i = 0; i < p->operand_count && i < RAWBPF__OPERANDS; i++) {
		unsigned field = p->tokens[p->operands[i]].value;

		if (seen >> field & 1 && field == RAWBPF__F_DST)
			field = RAWBPF__F_DST_AGAIN;
		if (seen >> field & 1 && field == RAWBPF__F_SRC)
			field = RAWBPF__F_SRC_AGAIN;
		seen |= 1u << field;
		row.fields[i] = field;
		row.signs |= (*p->tokens[p->operands[i]].start == '+') << i;
	}
	row.skeleton = p->skeleton;
	row.hash = p->hash;
	row.insn = form->code | fixed(shape->src, form->fix, 15, 12) |
		   fixed(shape->off, form->fix, 0xffff, 16) |
		   fixed(shape->imm, form->fix, 0xffffffff, 32);
	row_insert(p->tables, &row);
}

static int has(const char *template, char c)
{
	while (*template && *template != c)
		template++;
	return *template;
}

/* All templates of a dialect, either those that determine the form or the others. */
static void rows_add(struct rawbpf__parser *p, unsigned dialect, int weak)
{
	const struct rawbpf__form *form;
	const char *template;
	unsigned i;

	for (i = 0; (form = rawbpf__form_at(i)); i++) {
		template = rawbpf__form_text(form, dialect);
		/* If it is LLVM's as well, only a jump is written otherwise: "goto pc+1". */
		if ((*template == '!') != weak ||
		    (dialect != RAWBPF_LLVM && template == rawbpf__form_text(form, RAWBPF_LLVM) &&
		     !has(template, 'J') && !has(template, 'L')))
			continue;
		if (!has(template, '#'))	/* "kernel-function#5" is the lexer's */
			row_add(p, form, template + weak, dialect);
		if (weak)
			continue;
		/* A map of this text, which is our own; and what bpftool prints. */
		if (form->shape == RAWBPF__SHAPE_MAP_FD) {
			row_add(p, form, "%D = map %X", dialect);
			row_add(p, form, "%D = map[id:%N]", dialect);
		} else if (form->shape == RAWBPF__SHAPE_MAP_VALUE) {
			row_add(p, form, "%D = map[id:%N][0]+%M", dialect);
		}
	}
}

RAWBPF__PRIVATE void rawbpf__tables_make(struct rawbpf__tables *tables)
{
	static const char names[][9] = { "goto", "gotol", "may_goto", "call", "map" };
	struct rawbpf__parser p;
	unsigned i;

	for (i = 0; i < RAWBPF__ROW_SLOTS; i++)
		tables->row_slots[i] = 0;
	for (i = 0; i < RAWBPF__WORD_SLOTS; i++)
		tables->word_slots[i] = 0;
	tables->row_count = tables->word_count = 0;
	p.tables = tables;
	p.line = 1;
	for (i = 0; i < RAWBPF__T_NAMED - RAWBPF__T_WORD; i++) {
		unsigned length = 0;

		while (names[i][length])
			length++;
		word_add(tables, names[i], length);
	}
	rows_add(&p, RAWBPF_LLVM, 0);
	rows_add(&p, RAWBPF_KERNEL, 0);
	rows_add(&p, RAWBPF_LLVM, 1);
	rows_add(&p, RAWBPF_KERNEL, 1);
}

RAWBPF__PRIVATE const struct rawbpf__row *rawbpf__match(const struct rawbpf__parser *p,
							uint64_t hash)
{
	const struct rawbpf__tables *tables = p->tables;
	unsigned slot = hash >> 54, n;

	for (; (n = tables->row_slots[slot]); slot = (slot + 1) % RAWBPF__ROW_SLOTS) {
		const struct rawbpf__row *row = &tables->rows[n - 1];

		if (row->hash == hash && skeletons_equal(&row->skeleton, &p->skeleton) &&
		    (!p->opcode_known || (uint8_t)row->insn == p->opcode))
			return row;
	}
	return NULL;
}

/* ------------------------------------------------------------ when nothing matches */

/* What may follow the first tokens: a bit for each code. */
struct match_set {
	uint64_t bits[4];
	unsigned count;
};

static unsigned code_at(const union rawbpf__skeleton *skeleton, unsigned i)
{
	return i < RAWBPF__SKELETON ? skeleton->code[i] : 0;
}

static void set_find(const struct rawbpf__parser *p, unsigned count, struct match_set *set)
{
	unsigned i, j;

	*set = (struct match_set){ .count = 0 };
	for (i = 0; i < p->tables->row_count; i++) {
		const union rawbpf__skeleton *skeleton = &p->tables->rows[i].skeleton;
		unsigned code = code_at(skeleton, count);

		for (j = 0; j < count && code_at(skeleton, j) == p->tokens[j].code; j++)
			;
		if (j < count || set->bits[code / 64] >> code % 64 & 1)
			continue;
		set->bits[code / 64] |= 1ull << code % 64;
		set->count++;
	}
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

	for (i = 0; i < p->tables->word_count; i++)
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
	else if (before >= RAWBPF__T_GOTO && before < RAWBPF__T_NAMED)
		rawbpf__complain(p, token, "expected %s",
				 before == RAWBPF__T_MAP  ? "the name of a map" :
				 before == RAWBPF__T_CALL ? "a helper, a label or pc+1" :
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
	const struct rawbpf__row *row;
	struct match_set set;
	int opcode_known = p->opcode_known;

	p->opcode_known = 0;
	row = opcode_known ? rawbpf__match(p, p->hash) : NULL;
	if (row) {
		rawbpf__complain(p, &prefix, "this instruction's opcode is %x, not %x",
				 (unsigned)(uint8_t)row->insn, (unsigned)p->opcode);
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
	for (;; token++) {
		set_find(p, token - p->tokens, &set);
		if (!set_has(&set, token->code) || token->code == RAWBPF__T_END)
			break;
	}
	if (!rawbpf__complain_bad(p, token))
		complain_token(p, token, &set);
}
