/* SPDX-License-Identifier: MIT */
#include "helper.h"
#include "parse.h"

/* ------------------------------------------------------------------- operands */

/* A number where its field has no room. */
static void complain_range(struct rawbpf__parser *p, const struct rawbpf__token *token,
			   const char *what)
{
	struct rawbpf__complaint c = rawbpf__complain_token(p, token);

	rawbpf__say_text(&c, token->start, token->length);
	rawbpf__say(&c, what);
}

static int fits_signed(const struct rawbpf__token *token, unsigned bits)
{
	return token->value <= (1ull << (bits - 1)) - !token->negative;
}

/* An immediate, as signed or as unsigned 32 bits, or as what sign extension makes of 32. */
static int fits_imm(const struct rawbpf__token *token)
{
	return fits_signed(token, 32) ||
	       (!token->negative &&
		(token->value <= UINT32_MAX || token->value >= (uint64_t)INT32_MIN));
}

static uint64_t number_of(const struct rawbpf__token *token)
{
	return token->negative ? -token->value : token->value;
}

/* The number is one: a name has to be a constant's. */
static int is_number(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	struct rawbpf__complaint c;

	if (token->numbered) {
		c = rawbpf__complain_token(p, token);
		rawbpf__say_token(&c, token);
		rawbpf__say(&c, " is not a number");
		return 0;
	}
	if (!token->name || rawbpf__symbol_constant(p, token))
		return 1;
	c = rawbpf__complain_token(p, token);
	rawbpf__symbol_missing(p, &c, token, RAWBPF__CONSTANT);
	return 0;
}

static int operand_off(struct rawbpf__parser *p, struct bpf_insn *insn,
		       struct rawbpf__token *token, const char *range)
{
	if (!is_number(p, token))
		return 0;
	if (!fits_signed(token, 16)) {
		complain_range(p, token, range);
		return 0;
	}
	insn->off = number_of(token);
	return 1;
}

static int operand_imm(struct rawbpf__parser *p, struct bpf_insn *insn,
		       struct rawbpf__token *token)
{
	if (!is_number(p, token))
		return 0;
	if (!fits_imm(token)) {
		complain_range(p, token, " does not fit 32 bits; 64 bits are loaded by r1 = N ll");
		return 0;
	}
	insn->imm = number_of(token);
	return 1;
}

/* How far, in slots, where 32 bits say it. */
static int operand_far(struct rawbpf__parser *p, struct bpf_insn *insn,
		       struct rawbpf__token *token)
{
	if (!is_number(p, token))
		return 0;
	if (!fits_signed(token, 32)) {
		complain_range(p, token, " is too far: expected -2147483648 to +2147483647");
		return 0;
	}
	insn->imm = number_of(token);
	return 1;
}

static int operand_imm64(struct rawbpf__parser *p, struct bpf_insn *insn,
			 struct rawbpf__token *token)
{
	if (!is_number(p, token))
		return 0;
	if (token->negative && token->value > 1ull << 63) {
		complain_range(p, token, " does not fit 64 bits");
		return 0;
	}
	insn[0].imm = number_of(token);
	insn[1].imm = number_of(token) >> 32;
	return 1;
}

/* Half of an immediate. */
static int operand_half(struct rawbpf__parser *p, struct bpf_insn *insn,
			struct rawbpf__token *token, unsigned shift)
{
	if (!is_number(p, token))
		return 0;
	if (token->negative || token->value > UINT16_MAX) {
		complain_range(p, token, " is not an address space: expected 0 to 65535");
		return 0;
	}
	insn->imm |= (uint32_t)token->value << shift;
	return 1;
}

/* "call 1", or what the kernel prints: "call bpf_map_lookup_elem#1", "call bpf_a_kfunc#7185". */
static int operand_call(struct rawbpf__parser *p, struct bpf_insn *insn,
			struct rawbpf__token *token)
{
	static const char unknown[] = "unknown";
	int helper;
	unsigned i;

	if (!token->numbered)
		return operand_imm(p, insn, token);
	token->numbered = 0;
	if (!fits_imm(token)) {
		complain_range(p, token, " is followed by a number of more than 32 bits");
		return 0;
	}
	helper = rawbpf__helper_find((const char *)token->start, token->length);
	insn->imm = helper >= 0 ? (uint64_t)helper : token->value;
	for (i = 0; i < token->length && token->start[i] == unknown[i]; i++)
		;
	if (helper < 0 && (i < token->length || unknown[i]))
		insn->src_reg = BPF_PSEUDO_KFUNC_CALL;
	return 1;
}

static int operand_register(struct rawbpf__parser *p, struct bpf_insn *insn,
			    const struct rawbpf__token *token, unsigned field, unsigned *seen)
{
	unsigned before = field == RAWBPF__F_DST ? insn->dst_reg :
			  field == RAWBPF__F_SRC ? insn->src_reg : 0;

	if ((*seen >> field & 1 || field == RAWBPF__F_ZERO) && before != token->value) {
		struct rawbpf__complaint c = rawbpf__complain_token(p, token);

		rawbpf__say(&c, "expected ");
		rawbpf__say(&c, token->code == RAWBPF__T_W ? "w" : "r");
		rawbpf__say_number(&c, before);
		rawbpf__say(&c, ", not ");
		rawbpf__say_text(&c, token->start, token->length);
		rawbpf__say(&c, field == RAWBPF__F_ZERO ? ": this instruction knows no other" :
							  ": both are the same register");
		return 0;
	}
	*seen |= 1u << field;
	if (field == RAWBPF__F_DST)
		insn->dst_reg = token->value;
	else if (field == RAWBPF__F_SRC)
		insn->src_reg = token->value;
	return 1;
}

static int operand_zero(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	if (!is_number(p, token))
		return 0;
	if (token->value)
		complain_range(p, token, ": expected 0");
	return !token->value;
}

static int operand_number(struct rawbpf__parser *p, struct bpf_insn *insn,
			  struct rawbpf__token *token, unsigned field)
{
	switch (field) {
	case RAWBPF__F_IMM:
		return operand_imm(p, insn, token);
	case RAWBPF__F_NEXT:
		return operand_imm(p, insn + 1, token);
	case RAWBPF__F_IMM64:
		return operand_imm64(p, insn, token);
	case RAWBPF__F_HIGH:
		return operand_half(p, insn, token, 16);
	case RAWBPF__F_LOW:
		return operand_half(p, insn, token, 0);
	case RAWBPF__F_INDEX:
		return operand_off(p, insn, token, " does not fit an index of 16 bits");
	case RAWBPF__F_OFF:
		return operand_off(p, insn, token, " is out of range: -32768 to 32767");
	case RAWBPF__F_JUMP:
		return operand_off(p, insn, token,
				   " is too far: -32768 to +32767; gotol reaches further");
	case RAWBPF__F_JUMP32:
	case RAWBPF__F_LOCAL:
		return operand_far(p, insn, token);
	case RAWBPF__F_CALL:
		return operand_call(p, insn, token);
	default:
		return operand_zero(p, token);
	}
}

/*
 * A name that is, or may become, a label's or map's: its value is filled in when the
 * instruction is in its place. "r2 = name ll" is the address of a function, as in LLVM.
 */
static int is_reference(struct rawbpf__parser *p, struct bpf_insn *insn,
			struct rawbpf__token *token, unsigned *field)
{
	struct rawbpf__token constant = *token;

	if (!token->name || token->negative)
		return 0;
	switch (*field) {
	case RAWBPF__F_IMM64:
		if (rawbpf__symbol_constant(p, &constant))
			return 0;
		insn->src_reg = BPF_PSEUDO_FUNC;
		*field = RAWBPF__F_LOCAL;
		return 1;
	case RAWBPF__F_JUMP:
	case RAWBPF__F_JUMP32:
	case RAWBPF__F_LOCAL:
	case RAWBPF__F_CALL:
	case RAWBPF__F_MAP:
		return 1;
	default:
		return 0;
	}
}

/* ------------------------------------------------------------------- instructions */

static void emit(struct rawbpf__parser *p, const struct bpf_insn *insn, unsigned slots)
{
	struct rawbpf_text *text = p->text;
	unsigned i;

	for (i = 0; i < slots; i++, p->slot++) {
		if (p->slot >= text->max)
			continue;
		text->insns[p->slot] = insn[i];
		if (text->lines)
			text->lines[p->slot] = p->tokens[0].line;
	}
}

static void parse_instruction(struct rawbpf__parser *p)
{
	const struct rawbpf__row *row = rawbpf__match(p);
	struct bpf_insn insn[2] = { 0 };
	struct rawbpf__token *token = p->tokens, *end = token + p->token_count, *reference = NULL;
	unsigned n = 0, seen = 0, slot = p->slot, reference_field = 0;

	if (!row) {
		rawbpf__mismatch(p);
		return;
	}
	insn[0] = row->insn;
	for (; token < end; token++) {
		unsigned field = row->fields[n];
		int good;

		if (token->code != RAWBPF__T_NUMBER && token->code != RAWBPF__T_R &&
		    token->code != RAWBPF__T_W)
			continue;
		n++;
		if (token->code != RAWBPF__T_NUMBER) {
			good = operand_register(p, insn, token, field, &seen);
		} else if (is_reference(p, insn, token, &field)) {
			reference = token;
			reference_field = field;
			good = 1;
		} else if (field == RAWBPF__F_MAP) {
			complain_range(p, token, " is not a map's name");
			good = 0;
		} else {
			good = operand_number(p, insn, token, field);
		}
		if (!good)
			break;
	}
	/* A wrong one has its place too: the jumps over it are not wrong. */
	emit(p, insn, row->slots);
	if (reference && token == end)
		rawbpf__symbol_use(p, reference, slot, reference_field);
}

/* ------------------------------------------------------------------- directives */

static const char map_types[][22] = {
	"unspec", "hash", "array", "prog_array", "perf_event_array", "percpu_hash",
	"percpu_array", "stack_trace", "cgroup_array", "lru_hash", "lru_percpu_hash", "lpm_trie",
	"array_of_maps", "hash_of_maps", "devmap", "sockmap", "cpumap", "xskmap", "sockhash",
	"cgroup_storage", "reuseport_sockarray", "percpu_cgroup_storage", "queue", "stack",
	"sk_storage", "devmap_hash", "struct_ops", "ringbuf", "inode_storage", "task_storage",
	"bloom_filter", "user_ringbuf", "cgrp_storage", "arena", "insn_array",
};

static int same_text(const struct rawbpf__token *token, const char *text)
{
	unsigned i;

	for (i = 0; i < token->length && text[i] && token->start[i] == (unsigned char)text[i]; i++)
		;
	return i == token->length && !text[i];
}

static unsigned text_length(const char *text)
{
	unsigned length = 0;

	while (text[length])
		length++;
	return length;
}

/* A name that a directive defines. */
static int is_new_name(struct rawbpf__parser *p, const struct rawbpf__token *token)
{
	struct rawbpf__complaint c;

	if (token->name || (token->code >= RAWBPF__T_WORD))
		return 1;
	c = rawbpf__complain_token(p, token);
	if (token->code == RAWBPF__T_END) {
		rawbpf__say(&c, "expected a name before the end");
	} else {
		rawbpf__say(&c, "expected a name, not ");
		rawbpf__say_token(&c, token);
	}
	return 0;
}

/* The next number of a directive, of 32 bits; commas may separate them. */
static int directive_number(struct rawbpf__parser *p, struct rawbpf__token **at, const char *what,
			    unsigned *number)
{
	struct rawbpf__token *token = *at;
	struct rawbpf__complaint c;

	if (token->code == ',')
		token++;
	*at = token + (token->code != RAWBPF__T_END);
	if (token->code == RAWBPF__T_NUMBER) {
		if (!is_number(p, token))
			return 0;
		*number = token->value;
		if (!token->negative && token->value <= UINT32_MAX)
			return 1;
	}
	c = rawbpf__complain_token(p, token);
	rawbpf__say(&c, "expected ");
	rawbpf__say(&c, what);
	rawbpf__say(&c, ": .map NAME TYPE KEY_SIZE VALUE_SIZE MAX_ENTRIES [FLAGS]");
	return 0;
}

static int map_type(struct rawbpf__parser *p, struct rawbpf__token **at, unsigned *type)
{
	struct rawbpf__token *token = *at;
	struct rawbpf__guess guess = { .name = token->start, .length = token->length };
	struct rawbpf__complaint c;
	unsigned i;

	if (token->code == ',')
		token = ++*at;
	if (!token->name || rawbpf__symbol_constant(p, token))
		return directive_number(p, at, "a map type", type);
	for (i = 0; i < sizeof(map_types) / sizeof(map_types[0]); i++) {
		if (same_text(token, map_types[i])) {
			*type = i;
			++*at;
			return 1;
		}
		rawbpf__guess_offer(&guess, map_types[i], text_length(map_types[i]));
	}
	c = rawbpf__complain_token(p, token);
	rawbpf__say(&c, "no map type ");
	rawbpf__say_token(&c, token);
	if (!guess.best)
		rawbpf__say(&c, "; expected hash, array, ringbuf, ... or a number");
	rawbpf__say_guess(&c, &guess);
	return 0;
}

static int is_last(struct rawbpf__parser *p, const struct rawbpf__token *token)
{
	struct rawbpf__complaint c;

	if (token->code == RAWBPF__T_END)
		return 1;
	c = rawbpf__complain_token(p, token);
	rawbpf__say(&c, "unexpected ");
	rawbpf__say_token(&c, token);
	rawbpf__say(&c, " after the end of ");
	rawbpf__say_token(&c, &p->tokens[0]);
	return 0;
}

static void directive_map(struct rawbpf__parser *p)
{
	struct rawbpf__token *name = &p->tokens[1], *at = name + 1;
	struct rawbpf_text_map map = { .name = "" };
	unsigned i, index = p->text->map_count;

	if (!is_new_name(p, name))
		return;
	if (name->length >= sizeof(map.name)) {
		complain_range(p, name, ": the name of a map has at most 15 characters");
		return;
	}
	for (i = 0; i < name->length; i++)
		map.name[i] = name->start[i];
	if (!map_type(p, &at, &map.type) || !directive_number(p, &at, "KEY_SIZE", &map.key_size) ||
	    !directive_number(p, &at, "VALUE_SIZE", &map.value_size) ||
	    !directive_number(p, &at, "MAX_ENTRIES", &map.max_entries) ||
	    (at->code != RAWBPF__T_END && !directive_number(p, &at, "FLAGS", &map.flags)) ||
	    !is_last(p, at) || !rawbpf__symbol_define(p, name, RAWBPF__A_MAP, index, 0))
		return;
	if (index < p->text->map_max)
		p->text->maps[index] = map;
	p->text->map_count++;
}

static void directive_set(struct rawbpf__parser *p)
{
	struct rawbpf__token *name = &p->tokens[1], *value = name + 1;
	struct rawbpf__complaint c;

	if (!is_new_name(p, name))
		return;
	if (name->code >= RAWBPF__T_WORD) {
		complain_range(p, name, " is a word of instructions, and no constant's name");
		return;
	}
	if (value->code == ',')
		value++;
	if (value->code != RAWBPF__T_NUMBER) {
		c = rawbpf__complain_token(p, value);
		rawbpf__say(&c, "expected a number: .set NAME, VALUE");
		return;
	}
	if (is_number(p, value) && is_last(p, value + 1))
		rawbpf__symbol_define(p, name, RAWBPF__CONSTANT, value->value, value->negative);
}

/* What compilers write and a program's bytes do not depend on. */
static int is_harmless(const struct rawbpf__token *token)
{
	static const char names[][12] = { ".text", ".globl", ".global", ".p2align", ".type",
					  ".size", ".ident", ".file", ".addrsig", ".hidden",
					  ".weak", ".local" };
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (same_text(token, names[i]))
			return 1;
	return 0;
}

static void parse_directive(struct rawbpf__parser *p)
{
	const struct rawbpf__token *token = &p->tokens[0];
	struct rawbpf__complaint c;
	unsigned i;

	if (is_harmless(token))
		return;
	for (i = 1; i < p->token_count; i++)
		if (rawbpf__complain_bad(p, &p->tokens[i]))
			return;
	if (same_text(token, ".map")) {
		directive_map(p);
	} else if (same_text(token, ".set") || same_text(token, ".equ")) {
		directive_set(p);
	} else {
		c = rawbpf__complain_token(p, token);
		rawbpf__say_token(&c, token);
		rawbpf__say(&c, " is not a directive; there are .map and .set");
	}
}

/* --------------------------------------------- what the kernel and objdump print before */

static void skip_line(struct rawbpf__parser *p)
{
	while (p->at < p->end && *p->at != '\n')
		p->at++;
}

static const unsigned char *after_blanks(const struct rawbpf__parser *p, const unsigned char *at)
{
	while (at < p->end && rawbpf__is_blank(*at))
		at++;
	return at;
}

static int is_hex(unsigned char c)
{
	return rawbpf__is_digit(c) || (c >= 'a' && c <= 'f');
}

/* objdump's column of bytes: 8 or 16 times two digits, blanks between. Its end, or `at`. */
static const unsigned char *after_bytes(const struct rawbpf__parser *p, const unsigned char *at)
{
	const unsigned char *start = at;
	unsigned count = 0;

	while (p->end - at > 2 && is_hex(at[0]) && is_hex(at[1]) && rawbpf__is_blank(at[2]) &&
	       count < 16) {
		count++;
		at += 3;
		if (at[-1] != ' ')
			break;
	}
	return count == 8 || count == 16 ? at : start;
}

/* objdump's "0000000000000010 <name>:" is a label. 1: it was one. */
static int parse_symbol_line(struct rawbpf__parser *p)
{
	const unsigned char *at = p->at;
	struct rawbpf__token name = { .line = p->line };

	while (at < p->end && is_hex(*at))
		at++;
	if (at - p->at < 8)
		return 0;
	at = after_blanks(p, at);
	if (at == p->end || *at != '<')
		return 0;
	name.start = ++at;
	for (; at < p->end && rawbpf__is_word(*at); at++)
		;
	name.length = at - name.start;
	if (p->end - at < 2 || at[0] != '>' || at[1] != ':')
		return 0;
	p->at = at + 2;
	if (!name.length || rawbpf__is_digit(*name.start))
		return 1;
	name.value = rawbpf__hash(name.start, name.length);
	rawbpf__symbol_define(p, &name, RAWBPF__LABEL, p->slot, 0);
	return 1;
}

/*
 * The number of the instruction is right when it continues the ones before: a log that
 * leaves some out, or has some twice, would give a program whose jumps are wrong.
 */
static void check_number(struct rawbpf__parser *p, const unsigned char *at, unsigned length,
			 uint64_t number)
{
	struct rawbpf__complaint c;

	if (!p->counting) {
		p->counting = 1;
		p->number_base = number - p->slot;
	}
	if (number == p->number_base + p->slot)
		return;
	c = rawbpf__complain(p, p->line, at, length);
	rawbpf__say(&c, "instruction ");
	rawbpf__say_number(&c, p->number_base + p->slot);
	rawbpf__say(&c, " is missing before this one, or the numbers are not in order");
	p->number_base = number - p->slot;
}

/* "12:", then an instruction; or the registers as the verifier sees them, to be skipped. */
static void parse_number(struct rawbpf__parser *p)
{
	const unsigned char *start = p->at, *at = start;
	uint64_t number = 0;

	for (; at < p->end && rawbpf__is_digit(*at) && at - start < 10; at++)
		number = number * 10 + *at - '0';
	if (at == p->end || *at != ':')
		return;
	at = after_blanks(p, at + 1);
	p->from_kernel = 1;
	p->at = at;
	if ((p->end - at > 1 && *at == 'R' && rawbpf__is_digit(at[1])) ||
	    (p->end - at > 5 && at[0] == 'f' && at[1] == 'r' && at[2] == 'a' && at[3] == 'm' &&
	     at[4] == 'e' && rawbpf__is_digit(at[5]))) {
		skip_line(p);
		return;
	}
	p->number_at = start;
	p->number_length = at - start;
	p->number = number;
	p->at = after_blanks(p, after_bytes(p, at));
}

/* "(07)": which of the instructions with this text it is. */
static void parse_opcode(struct rawbpf__parser *p)
{
	const unsigned char *at = p->at;
	unsigned i, opcode = 0;

	if (p->end - at < 4 || at[0] != '(' || !is_hex(at[1]) || !is_hex(at[2]) || at[3] != ')')
		return;
	for (i = 1; i < 3; i++)
		opcode = opcode << 4 | (rawbpf__is_digit(at[i]) ? at[i] - '0' : at[i] - 'a' + 10);
	p->opcode = opcode;
	p->opcode_known = 1;
	p->opcode_at = at;
	p->from_kernel = 1;
	p->at = at + 4;
}

/* The verifier's other lines: "processed 9 insns...", "from 3 to 7: ...", "func#0 @0". */
static int is_chatter(const struct rawbpf__parser *p)
{
	const struct rawbpf__token *token = p->tokens;

	if (same_text(token, "processed") || same_text(token, "from"))
		return token[1].code == RAWBPF__T_NUMBER && token[2].code == RAWBPF__T_NUMBER &&
		       !token[1].name;
	return same_text(token, "func") && p->end - token->start > 4 && token->start[4] == '#';
}

/* ------------------------------------------------------------------- statements */

static void parse_label(struct rawbpf__parser *p)
{
	const struct rawbpf__token *name = &p->tokens[0];
	struct rawbpf__complaint c;

	if (name->name || name->code >= RAWBPF__T_WORD || name->code == RAWBPF__T_DIRECTIVE) {
		rawbpf__symbol_define(p, name, RAWBPF__LABEL, p->slot, 0);
		return;
	}
	c = rawbpf__complain_token(p, name);
	rawbpf__say_token(&c, name);
	rawbpf__say(&c, " cannot be a label");
}

/* One statement, but not what ends it. */
static void parse_statement(struct rawbpf__parser *p)
{
	int line_begins = p->line_begins;

	p->line_begins = p->opcode_known = 0;
	p->number_at = NULL;
	if (line_begins && (rawbpf__is_digit(*p->at) || *p->at >= 'a') && is_hex(*p->at)) {
		if (parse_symbol_line(p))
			return;
		parse_number(p);
	}
	if (line_begins && p->at < p->end && *p->at == '(')
		parse_opcode(p);
	rawbpf__lex(p);
	if (!p->token_count)
		return;
	if (p->colon) {
		parse_label(p);
		return;
	}
	if (p->tokens[0].code == RAWBPF__T_DIRECTIVE) {
		parse_directive(p);
		return;
	}
	if (line_begins && is_chatter(p)) {
		skip_line(p);
		return;
	}
	if (p->number_at)
		check_number(p, p->number_at, p->number_length, p->number);
	parse_instruction(p);
}

static void parse_all(struct rawbpf__parser *p)
{
	while (p->at < p->end) {
		unsigned char c = *p->at;

		if (c == '\n') {
			p->line++;
			p->line_begins = 1;
			p->from_kernel = 0;
			p->at++;
		} else if (c == ';') {
			/* Where it cannot separate, a comment: the kernel's, of source lines too. */
			if (p->line_begins || p->from_kernel)
				skip_line(p);
			else
				p->at++;
		} else if (rawbpf__is_blank(c)) {
			p->at++;
		} else {
			parse_statement(p);
		}
	}
}

/* Lines and slots are counted in 28 bits. */
#define LENGTH_MAX ((1u << 28) - 1)

int rawbpf_text_parse(struct rawbpf_text *text)
{
	struct rawbpf__parser p;

	text->count = text->map_count = text->error_count = 0;
	if (text->length > LENGTH_MAX)
		return -E2BIG;
	p.text = text;
	p.at = p.begin = (const unsigned char *)text->text;
	p.end = p.begin + text->length;
	p.line = p.line_begins = 1;
	p.from_kernel = p.counting = 0;
	p.slot = p.scratch_short = 0;
	p.symbol_count = p.wait_count = p.wait_free = 0;
	if (rawbpf__symbols_start(&p))
		return -ENOSPC;
	rawbpf__tables_make(p.tables);
	parse_all(&p);
	if (!p.scratch_short)
		rawbpf__symbols_end(&p);
	text->count = p.slot;
	if (p.scratch_short)
		return -ENOSPC;
	if (text->error_count)
		return -EINVAL;
	return p.slot > text->max || text->map_count > text->map_max ? -ENOSPC : (int)p.slot;
}
