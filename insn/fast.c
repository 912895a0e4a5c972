/* SPDX-License-Identifier: MIT */
/*
 * The most usual statements once more, only faster: instructions without comments, sums,
 * constants and errors. Whatever is not quite plain is left to lex.c and parse.c, which
 * make the same of it all; a test compares them.
 *
 * What makes it fast is that few branches depend on the text: those a processor guesses
 * wrong, and each costs it as much as a dozen instructions. So words and numbers are taken
 * eight bytes at once, the first in the lowest byte.
 */
#include "parse.h"

#define EACH(BYTE)	(0x0101010101010101 * (uint64_t)(BYTE))
#define ALWAYS		static inline __attribute__((always_inline))


ALWAYS uint64_t load_eight(const unsigned char *at)
{
	uint64_t bytes;

	__builtin_memcpy(&bytes, at, sizeof(bytes));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? bytes : __builtin_bswap64(bytes);
}

/* The high bit of each byte that is not between two others, all below 0x80. */
ALWAYS uint64_t not_between(uint64_t bytes, unsigned char first, unsigned char last)
{
	uint64_t low = bytes & EACH(0x7f);

	return (~(low + EACH(0x80 - first)) | (low + EACH(0x7f - last)) | bytes) & EACH(0x80);
}

/* How many bytes come before the first with a high bit. */
ALWAYS unsigned count_before(uint64_t high_bits)
{
	return high_bits ? __builtin_ctzll(high_bits) / 8 : 8;
}

/* The end of a word, and its key, as rawbpf__word_end(). */
ALWAYS const unsigned char *fast_word(const uint8_t *class, const unsigned char *at, uint64_t *key)
{
	uint64_t k = 0, bytes;
	unsigned n;

	do {
		bytes = load_eight(at);
		n = count_before(not_between(bytes | EACH(0x20), 'a', 'z') &
				 not_between(bytes, '0', '9'));
		/* The few that have a '_' or '.' go on one by one. */
		while (n < 8 && class[at[n]] >= RAWBPF__C_DIGIT)
			n++;
		k = k * RAWBPF__KEY_FACTOR ^ (n < 8 ? bytes & ((1ull << 8 * n) - 1) : bytes);
		at += n;
	} while (n == 8);
	*key = k;
	return at;
}

/* Up to 7 decimal digits. NULL: it is something else. */
ALWAYS const unsigned char *fast_decimal(const unsigned char *at, uint64_t *value)
{
	uint64_t bytes = load_eight(at);
	unsigned n = count_before(not_between(bytes, '0', '9'));

	if (n == 8 || (at[0] == '0' && n > 1))
		return NULL;
	/* Zeros before them; then pairs, fours, and eight of them. */
	bytes = (bytes & EACH(0x0f)) << 8 * (8 - n);
	bytes = bytes * (1 + (10 << 8)) >> 8 & 0x00ff00ff00ff00ff;
	bytes = bytes * (1 + (100 << 16)) >> 16 & 0x0000ffff0000ffff;
	*value = bytes * (1 + (10000ull << 32)) >> 32;
	return at + n;
}

/* Up to 8 hexadecimal digits. */
ALWAYS const unsigned char *fast_hex(const unsigned char *at, uint64_t *value)
{
	uint64_t bytes = load_eight(at);
	unsigned n = count_before(not_between(bytes | EACH(0x20), 'a', 'f') &
				  not_between(bytes, '0', '9'));

	if (!n)
		return NULL;
	bytes = (bytes & EACH(0x0f)) + (bytes >> 6 & EACH(1)) * 9;
	bytes = __builtin_bswap64(bytes << 8 * (8 - n));
	bytes = (bytes | bytes >> 4) & 0x00ff00ff00ff00ff;
	bytes = (bytes | bytes >> 8) & 0x0000ffff0000ffff;
	*value = (uint32_t)(bytes | bytes >> 16);
	return at + n;
}

/* More digits, one by one; of so many that 64 bits may not be enough NULL. */
static const unsigned char *fast_long(const unsigned char *at, uint64_t *value)
{
	const unsigned char *first = at;
	uint64_t v = 0;

	if (at[0] == '0' && (at[1] | 0x20) == 'x') {
		for (first += 2, at = first; rawbpf__is_hex(*at) && at - first < 16; at++)
			v = v << 4 | ((*at & 15) + (*at >> 6) * 9);
	} else if (*at != '0') {
		for (; rawbpf__is_digit(*at) && at - first < 18; at++)
			v = v * 10 + (*at & 15);
	}
	*value = v;
	return at == first || v >> 63 ? NULL : at;
}

/* A number of any sign, and no sum. NULL: it is something else. */
ALWAYS const unsigned char *fast_number(const uint8_t *class, const unsigned char *at,
					uint64_t *value)
{
	const unsigned char *end;

	if (at[0] == '0' && at[1] == 'x')
		end = fast_hex(at + 2, value);
	else
		end = fast_decimal(at, value);
	if (!end || class[*end] >= RAWBPF__C_DIGIT) {
		end = fast_long(at, value);
		if (!end || class[*end] >= RAWBPF__C_DIGIT)
			return NULL;
	}
	at = end + (*end == ' ');
	return *at == '+' || *at == '-' || class[*at] == RAWBPF__C_BLANK ? NULL : end;
}

/* r0 to r10, w0 to w10, when a letter and a digit are there. */
ALWAYS const unsigned char *fast_register(const uint8_t *class, const unsigned char *at,
					  uint64_t *number)
{
	*number = at[1] - '0';
	if (class[at[2]] < RAWBPF__C_DIGIT)
		return at + 2;
	*number = 10;
	return at[1] == '1' && at[2] == '0' && class[at[3]] < RAWBPF__C_DIGIT ? at + 3 : NULL;
}

ALWAYS int is_register(const uint8_t *class, const unsigned char *at)
{
	return (*at == 'r' || *at == 'w') && class[at[1]] == RAWBPF__C_DIGIT;
}

/* A statement being read: what of it matters is its skeleton, and operands in order. */
struct fast {
	struct rawbpf__parser *p;
	const uint8_t *class;
	unsigned count;			/* of tokens */
	unsigned signs;			/* the operands that have one */
	struct rawbpf__token *operand;	/* in p->tokens, the next */
	uint64_t hash;
	unsigned before;		/* the code of the last token */
	uint8_t jump;			/* there was a goto or call */
	uint8_t label;			/* it is no instruction, but a label */
};

/* A word that is no register. */
ALWAYS const unsigned char *fast_keyword(struct fast *f, const unsigned char *at)
{
	const unsigned char *next;
	uint64_t key;
	int word;

	next = fast_word(f->class, at, &key);
	f->operand->start = at;
	f->operand->length = next - at;
	f->operand->value = key;
	/* After goto or call, a name; not "pc+1" or "name#1". */
	if (f->before >= RAWBPF__T_GOTO && f->before <= RAWBPF__T_CALL && *next <= ' ') {
		f->operand->flags = RAWBPF__NAME;
		f->operand++;
		f->before = RAWBPF__T_NUMBER;
		return next;
	}
	if (!f->before && next[0] == ':' && next[1] == '\n') {
		f->label = 1;
		return NULL;
	}
	word = rawbpf__word_find(f->p->tables, key, at, next - at);
	if (word < 0)
		return NULL;
	f->before = RAWBPF__T_WORD + word;
	f->jump |= f->before < RAWBPF__T_NAMED;
	return next;
}

/* Operators, and numbers with a sign. */
ALWAYS const unsigned char *fast_operator(struct fast *f, const unsigned char *at, unsigned c)
{
	const unsigned char *digit = at + 1 + (at[1] == ' ');

	f->before = c;
	if (at[1] == '=') {
		f->before = c == '|' ? RAWBPF__T_OR_EQUAL : c == '^' ? RAWBPF__T_XOR_EQUAL :
			    c - RAWBPF__T_EQUAL;
		return at + 2;
	}
	if (c == '+' || c == '-') {
		if (is_register(f->class, digit))
			return at + 1;
		if (f->class[*digit] != RAWBPF__C_DIGIT)
			return NULL;
		at = fast_number(f->class, digit, &f->operand->value);
		if (c == '-')
			f->operand->value = -f->operand->value;
		f->signs |= 1u << (f->operand - f->p->tokens);
		f->before = RAWBPF__T_NUMBER;
		f->operand++;
		return at;
	}
	if (c == '<' || c == '>') {
		if (f->jump)
			return NULL;
		if (at[1] != c)
			return at + 1;
		f->before = (c == '<' ? RAWBPF__T_LEFT : RAWBPF__T_RIGHT) + 2 * (at[2] == '=');
		return at + 2 + (at[2] == '=');
	}
	return c == '/' ? NULL : at + 1;
}

/* One token, at `at`, of a class that is not a blank's or the end's. NULL: not plain. */
ALWAYS const unsigned char *fast_token(struct fast *f, const unsigned char *at, unsigned class)
{
	f->operand->flags = 0;
	if (class >= RAWBPF__C_LETTER) {
		if (!is_register(f->class, at))
			return fast_keyword(f, at);
		f->before = *at;
		at = fast_register(f->class, at, &f->operand->value);
		f->operand++;
		return at;
	}
	if (class == RAWBPF__C_OPERATOR)
		return fast_operator(f, at, *at);
	if (class == RAWBPF__C_DIGIT) {
		at = fast_number(f->class, at, &f->operand->value);
		f->before = RAWBPF__T_NUMBER;
		f->operand++;
		return at;
	}
	f->before = *at;
	return class == RAWBPF__C_BRACKET && *at != ':' ? at + 1 : NULL;
}

ALWAYS void fast_code(struct fast *f, unsigned code)
{
	f->p->skeleton.code[f->count++] = code;
	f->hash = RAWBPF__HASH(f->hash, code);
}

/* "*(u64 *)" at once, most of what is before an address. Where it ends; or `at`. */
ALWAYS const unsigned char *fast_type(struct fast *f, const unsigned char *at)
{
	const unsigned char *end;
	uint64_t key;
	int word;

	if (at[1] != '(')
		return at;
	end = fast_word(f->class, at + 2, &key);
	if (end[0] != ' ' || end[1] != '*' || end[2] != ')')
		return at;
	word = rawbpf__word_find(f->p->tables, key, at + 2, end - at - 2);
	if (word < 0)
		return at;
	fast_code(f, '*');
	fast_code(f, '(');
	fast_code(f, RAWBPF__T_WORD + word);
	fast_code(f, '*');
	fast_code(f, ')');
	return end + 3;
}

/* The tokens of a statement. The newline that ends it; NULL: it is not plain. */
ALWAYS const unsigned char *fast_lex(struct fast *f, const unsigned char *at)
{
	union rawbpf__skeleton *skeleton = &f->p->skeleton;
	unsigned class;

	f->operand = f->p->tokens;
	f->hash = f->before = f->jump = f->label = f->count = f->signs = 0;
	skeleton->part[0] = skeleton->part[1] = skeleton->part[2] = 0;
	while (f->count < RAWBPF__SKELETON - 5) {
		at += *at == ' ';
		class = f->class[*at];
		if (*at == '*')
			at = fast_type(f, at);
		if (class == RAWBPF__C_NEWLINE)
			return at;
		at = fast_token(f, at, f->class[*at]);
		if (!at)
			return NULL;
		fast_code(f, f->before);
	}
	return NULL;
}

/* The operands of a statement to their places. 0: there is something special about one. */
ALWAYS int fast_operands(struct fast *f, const struct rawbpf__row *row, uint64_t insn[2])
{
	const struct rawbpf__place *places = rawbpf__places();
	const struct rawbpf__token *token = f->p->tokens;
	const uint8_t *field = row->fields;

	for (; token < f->operand; token++, field++) {
		const struct rawbpf__place *place = &places[*field];

		if (*field == RAWBPF__F_IMM64 && !token->flags) {
			insn[0] |= token->value << 32;
			insn[1] = token->value >> 32 << 32;
			continue;
		}
		if (token->flags && *field >= RAWBPF__F_JUMP && *field <= RAWBPF__F_CALL)
			continue;
		if (*field >= RAWBPF__F_PLAIN || token->flags ||
		    token->value - place->least > place->range)
			return 0;
		insn[place->next] |= (token->value & ((1ull << place->bits) - 1)) << place->shift;
	}
	return !(row->signs & ~f->signs);
}

/* The label that is the first token. The newline behind it. */
ALWAYS const unsigned char *fast_label(struct rawbpf__parser *p)
{
	p->at = p->tokens->start + p->tokens->length + 1;
	rawbpf__symbol_define(p, p->tokens, RAWBPF__LABEL, p->slot, 0);
	return p->at;
}

/* A statement at `at`. The newline that ends it; NULL: it is not plain. */
ALWAYS const unsigned char *fast_statement(struct fast *f, const unsigned char *at)
{
	struct rawbpf__parser *p = f->p;
	const struct rawbpf__token *last;
	const struct rawbpf__row *row;
	uint64_t insn[2] = { 0, 0 };

	at = fast_lex(f, at);
	if (f->label)
		return fast_label(p);
	row = at ? rawbpf__match(p, f->hash) : NULL;
	if (!row)
		return NULL;
	insn[0] = row->insn;
	if (!fast_operands(f, row, insn))
		return NULL;
	p->at = at;
	rawbpf__emit(p, insn[0]);
	if (row->slots > 1)
		rawbpf__emit(p, insn[1]);
	last = f->operand - 1;
	if (f->jump && last->flags)
		rawbpf__symbol_use(p, last, p->slot - 1, row->fields[last - p->tokens]);
	return at;
}

RAWBPF__PRIVATE void rawbpf__fast(struct rawbpf__parser *p)
{
	struct fast f = { .p = p, .class = rawbpf__classes() };
	const unsigned char *at = p->at;

	if (!p->line_begins || p->from_kernel || at >= p->fast_end)
		return;
	p->opcode_known = 0;
	for (;;) {
		while (at < p->fast_end && (*at == '\n' || f.class[*at] == RAWBPF__C_BLANK))
			p->line += *at++ == '\n';
		p->at = p->statement = at;
		p->statement_line = p->insn_line = p->line;
		if (at >= p->fast_end || (f.class[*at] < RAWBPF__C_LETTER && *at != '*'))
			return;
		at = fast_statement(&f, at);
		if (!at)
			return;
	}
}
