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
		{ 'V', RAWBPF__F_LOW, "" },	{ 'E', RAWBPF__F_INDEX, "" },
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
	uint32_t hash = rawbpf__hash((const unsigned char *)text, length);
	struct rawbpf__word *word = &tables->words[tables->word_count];
	unsigned slot = hash % RAWBPF__WORD_SLOTS, i;

	if (rawbpf__word_find(tables, hash, (const unsigned char *)text, length) >= 0 ||
	    length >= sizeof(word->text) || tables->word_count == RAWBPF__WORD_MAX)
		return;
	while (tables->word_slots[slot])
		slot = (slot + 1) % RAWBPF__WORD_SLOTS;
	tables->word_slots[slot] = ++tables->word_count;
	word->hash = hash;
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

static unsigned skeleton_slot(const union rawbpf__skeleton *skeleton)
{
	uint64_t h = skeleton->part[0] * 0x9e3779b97f4a7c15 ^
		     skeleton->part[1] * 0xc2b2ae3d27d4eb4f ^
		     skeleton->part[2] * 0x165667b19e3779f9;

	return (h ^ h >> 29) * 0xbf58476d1ce4e5b9 >> 54;
}
_Static_assert(RAWBPF__ROW_SLOTS == 1 << (64 - 54), "the hash has as many bits");

static int skeletons_equal(const union rawbpf__skeleton *a, const union rawbpf__skeleton *b)
{
	return a->part[0] == b->part[0] && a->part[1] == b->part[1] && a->part[2] == b->part[2];
}

static int rows_equal(const struct rawbpf__row *a, const struct rawbpf__row *b)
{
	return skeletons_equal(&a->skeleton, &b->skeleton) && a->insn.code == b->insn.code &&
	       a->insn.src_reg == b->insn.src_reg && a->insn.off == b->insn.off &&
	       a->insn.imm == b->insn.imm;
}

/* Behind the rows of the same skeleton that are there already. */
static void row_insert(struct rawbpf__tables *tables, const struct rawbpf__row *row)
{
	unsigned slot = skeleton_slot(&row->skeleton), n;

	for (; (n = tables->row_slots[slot]); slot = (slot + 1) % RAWBPF__ROW_SLOTS)
		if (rows_equal(&tables->rows[n - 1], row))
			return;
	if (tables->row_count == RAWBPF__ROW_MAX)
		return;
	tables->rows[tables->row_count++] = *row;
	tables->row_slots[slot] = tables->row_count;
}

static void row_add(struct rawbpf__parser *p, const struct rawbpf__form *form, const char *template,
		    unsigned dialect)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	struct rawbpf__row row = { .slots = shape->slots };
	struct match_line line;
	unsigned i, operands = 0;

	line_make(&line, form, template, dialect);
	words_add(p->tables, &line);
	p->at = (const unsigned char *)line.text;
	p->end = p->at + line.length;
	rawbpf__lex(p);
	for (i = 0; i < p->token_count; i++) {
		unsigned code = p->tokens[i].code;

		if ((code == RAWBPF__T_NUMBER || code == RAWBPF__T_R || code == RAWBPF__T_W) &&
		    operands < RAWBPF__OPERANDS)
			row.fields[operands++] = p->tokens[i].value;
	}
	row.skeleton = p->skeleton;
	row.insn.code = form->code;
	row.insn.src_reg = shape->src == RAWBPF__FIX ? form->fix : 0;
	row.insn.off = shape->off == RAWBPF__FIX ? form->fix : 0;
	row.insn.imm = shape->imm == RAWBPF__FIX ? form->fix : 0;
	row_insert(p->tables, &row);
}

/* All templates of a dialect, either those that determine the form or the others. */
static void rows_add(struct rawbpf__parser *p, unsigned dialect, int weak)
{
	const struct rawbpf__form *form;
	const char *template, *c;
	unsigned i;

	for (i = 0; (form = rawbpf__form_at(i)); i++) {
		template = rawbpf__form_text(form, dialect);
		if ((*template == '!') != weak)
			continue;
		for (c = template; *c && *c != '#'; c++)
			;
		if (!*c)	/* "kernel-function#5" is the lexer's */
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

RAWBPF__PRIVATE const struct rawbpf__row *rawbpf__match(const struct rawbpf__parser *p)
{
	const struct rawbpf__tables *tables = p->tables;
	unsigned slot = skeleton_slot(&p->skeleton), n;

	for (; (n = tables->row_slots[slot]); slot = (slot + 1) % RAWBPF__ROW_SLOTS) {
		const struct rawbpf__row *row = &tables->rows[n - 1];

		if (skeletons_equal(&row->skeleton, &p->skeleton) &&
		    (!p->opcode_known || row->insn.code == p->opcode))
			return row;
	}
	return NULL;
}

/* ------------------------------------------------------------ when nothing matches */

/* What may follow the first `count` tokens: a bit for each code. 0: nothing begins so. */
struct match_set {
	uint64_t bits[4];
	unsigned count;
};

static void set_find(const struct rawbpf__parser *p, unsigned count, struct match_set *set)
{
	unsigned i, j;

	*set = (struct match_set){ .count = 0 };
	for (i = 0; i < p->tables->row_count; i++) {
		const struct rawbpf__row *row = &p->tables->rows[i];
		unsigned code = row->skeleton.code[count];

		for (j = 0; j < count && row->skeleton.code[j] == p->tokens[j].code; j++)
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

static void say_code(struct rawbpf__complaint *c, const struct rawbpf__tables *tables,
		     unsigned code)
{
	static const char pairs[][4] = { "|=", "^=", "<<", ">>", "<<=", ">>=" };
	char operator[3] = { code, '\0', '\0' };

	if (code >= RAWBPF__T_WORD) {
		rawbpf__say(c, tables->words[code - RAWBPF__T_WORD].text);
	} else if (code == RAWBPF__T_R || code == RAWBPF__T_W) {
		rawbpf__say(c, code == RAWBPF__T_R ? "a register r0 to r10" : "w0 to w10");
	} else if (code == RAWBPF__T_NUMBER) {
		rawbpf__say(c, "a number");
	} else if (code == RAWBPF__T_END) {
		rawbpf__say(c, "the end");
	} else if (code >= RAWBPF__T_OR_EQUAL && code <= RAWBPF__T_RIGHT_EQUAL) {
		rawbpf__say(c, pairs[code - RAWBPF__T_OR_EQUAL]);
	} else {
		if (code < RAWBPF__T_EQUAL) {
			operator[0] = code + RAWBPF__T_EQUAL;
			operator[1] = '=';
		}
		rawbpf__say(c, "'");
		rawbpf__say(c, operator);
		rawbpf__say(c, "'");
	}
}

/* "a number, '-' or ..."; the message's end is never reached, 10 bytes are left for the token. */
static void say_set(struct rawbpf__complaint *c, const struct rawbpf__tables *tables,
		    const struct match_set *set)
{
	unsigned code, said = 0;

	for (code = 0; code < 256; code++) {
		if (!set_has(set, code))
			continue;
		if (c->length > 70 && said + 1 < set->count) {
			rawbpf__say(c, ", ...");
			return;
		}
		if (said)
			rawbpf__say(c, said + 1 == set->count ? " or " : ", ");
		say_code(c, tables, code);
		said++;
	}
}

/* A token that fits nowhere; 0: it is not such a one. */
RAWBPF__PRIVATE int rawbpf__complain_bad(struct rawbpf__parser *p,
					 const struct rawbpf__token *token)
{
	struct rawbpf__complaint c;
	unsigned char first = *token->start;
	int half = first == 'w' || first == 'W';

	if (token->code < RAWBPF__T_BAD || token->code > RAWBPF__T_BAD_COMMENT)
		return 0;
	c = rawbpf__complain_token(p, token);
	switch (token->code) {
	case RAWBPF__T_BAD_REGISTER:
		rawbpf__say_text(&c, token->start, token->length);
		rawbpf__say(&c, half ? " is not a register; programs have w0 to w10" :
				       " is not a register; programs have r0 to r10");
		break;
	case RAWBPF__T_BAD_NUMBER:
		rawbpf__say_token(&c, token);
		rawbpf__say(&c, " is not a number");
		break;
	case RAWBPF__T_BIG_NUMBER:
		rawbpf__say_token(&c, token);
		rawbpf__say(&c, " does not fit 64 bits");
		break;
	case RAWBPF__T_BAD_NAME:
		rawbpf__symbol_missing(p, &c, token, RAWBPF__CONSTANT);
		break;
	case RAWBPF__T_BAD_COMMENT:
		rawbpf__say(&c, "this comment has no end; expected */");
		break;
	default:
		rawbpf__say(&c, "unexpected ");
		rawbpf__say_token(&c, token);
	}
	return 1;
}

/* The first word is none that an instruction begins with. */
static void complain_first(struct rawbpf__parser *p, const struct match_set *set)
{
	const struct rawbpf__token *token = &p->tokens[0];
	struct rawbpf__complaint c = rawbpf__complain_token(p, token);
	struct rawbpf__guess guess = { .name = token->start, .length = token->length };
	unsigned i;

	for (i = 0; i < p->tables->word_count; i++)
		if (set_has(set, RAWBPF__T_WORD + i))
			rawbpf__guess_offer(&guess, p->tables->words[i].text,
					    p->tables->words[i].length);
	rawbpf__say_token(&c, token);
	rawbpf__say(&c, " does not begin an instruction");
	rawbpf__say_guess(&c, &guess);
}

/* A register of the other width. */
static void complain_width(struct rawbpf__parser *p, const struct rawbpf__token *token)
{
	struct rawbpf__complaint c = rawbpf__complain_token(p, token);
	int half = token->code == RAWBPF__T_W;

	rawbpf__say(&c, half ? "expected a 64-bit register, r" : "expected a 32-bit register, w");
	rawbpf__say_number(&c, token->value);
	rawbpf__say(&c, ", not ");
	rawbpf__say_text(&c, token->start, token->length);
}

static void complain_expected(struct rawbpf__parser *p, const struct rawbpf__token *token,
			      const struct match_set *set)
{
	struct rawbpf__complaint c = rawbpf__complain_token(p, token);

	if (set->count == 1 && set_has(set, RAWBPF__T_END)) {
		rawbpf__say(&c, "unexpected ");
		rawbpf__say_token(&c, token);
		rawbpf__say(&c, " after the instruction; ';' or a new line separates them");
		return;
	}
	rawbpf__say(&c, "expected ");
	if (token > p->tokens && token[-1].code >= RAWBPF__T_GOTO &&
	    token[-1].code <= RAWBPF__T_MAY_GOTO)
		rawbpf__say(&c, "a label or an offset such as +1");
	else if (token > p->tokens && token[-1].code == RAWBPF__T_CALL)
		rawbpf__say(&c, "a helper, a label or pc+1");
	else
		say_set(&c, p->tables, set);
	if (token->code == RAWBPF__T_END) {
		rawbpf__say(&c, " before the end");
	} else {
		rawbpf__say(&c, ", not ");
		rawbpf__say_token(&c, token);
	}
}

RAWBPF__PRIVATE void rawbpf__mismatch(struct rawbpf__parser *p)
{
	const struct rawbpf__token *token;
	const struct rawbpf__row *row;
	struct match_set set;
	unsigned count = 0;

	if (p->opcode_known) {
		p->opcode_known = 0;
		row = rawbpf__match(p);
		if (row) {
			struct rawbpf__complaint c =
				rawbpf__complain(p, p->tokens[0].line, p->opcode_at, 4);

			rawbpf__say(&c, "this instruction's opcode is ");
			rawbpf__say_hex(&c, row->insn.code);
			rawbpf__say(&c, ", not ");
			rawbpf__say_hex(&c, p->opcode);
			return;
		}
	}
	for (;; count++) {
		set_find(p, count, &set);
		token = &p->tokens[count];
		if (!set_has(&set, token->code) || count == p->token_count)
			break;
	}
	if (rawbpf__complain_bad(p, token))
		return;
	if (!count)
		complain_first(p, &set);
	else if ((token->code == RAWBPF__T_W && set_has(&set, RAWBPF__T_R)) ||
		 (token->code == RAWBPF__T_R && set_has(&set, RAWBPF__T_W)))
		complain_width(p, token);
	else
		complain_expected(p, token, &set);
}
