/* SPDX-License-Identifier: MIT */
/*
 * Sections of data, as compilers write them. .rodata, .data and .bss become maps of one element;
 * labels of theirs are places in its value.
 */
#include "../base/string.h"
#include "collector.h"

static const struct section_kind {
	char name[8];
	uint8_t table;
} section_kinds[] = {
	[RAWBPF__SECTION_RODATA] = { ".rodata", RAWBPF__TABLE_rodata },
	[RAWBPF__SECTION_DATA] = { ".data", RAWBPF__TABLE_data },
	[RAWBPF__SECTION_BSS] = { ".bss", RAWBPF__TABLE_bss },
};

static struct rawbpf__rows *section_rows(struct rawbpf__collector *c, unsigned section)
{
	return &c->tables[section_kinds[section].table];
}

/* ---------------------------------------------------------------------- its line */

/* Return the section with this name: ".rodata.str1.1" is ".rodata". */
static unsigned section_find(const char *name, unsigned length)
{
	unsigned section;
	const char *behind;

	if (rawbpf__equal_bytes(".text", name, length))
		return RAWBPF__SECTION_CODE;
	for (section = RAWBPF__SECTION_RODATA; section <= RAWBPF__SECTION_BSS; section++) {
		behind = rawbpf__behind(name, name + length, section_kinds[section].name);
		if (behind && (behind == name + length || *behind == '.'))
			return section;
	}
	return rawbpf__equal_bytes("license", name, length) ? RAWBPF__SECTION_LICENSE :
							      RAWBPF__SECTION_SKIPPED;
}

/* Take the flags behind a section's name. Return 1 if it has instructions. */
static int section_has_code(struct rawbpf__collector *c)
{
	const char *end = c->token.start + c->token.length;
	int has = 0;

	if (c->token.code == RAWBPF__T_STRING)
		has = rawbpf__find_byte(c->token.start, end, 'x') < end;
	/* Flags are followed by a type and a size, which change nothing here. */
	while (c->token.code != RAWBPF__T_END)
		rawbpf__take(c);
	return has;
}

/* Take the name of a section, which may have any characters except commas and blanks. */
static void section_named(struct rawbpf__collector *c)
{
	struct rawbpf__token name = c->token;

	while (c->token.code != ',' && c->token.code != RAWBPF__T_END) {
		name.length = c->token.start + c->token.length - name.start;
		rawbpf__take(c);
	}
	if (!name.length) {
		rawbpf__take_wrong(c, "the name of a section");
		return;
	}
	c->section = section_find(name.start, name.length);
	rawbpf__take_char(c, ',');
	if (section_has_code(c))
		c->section = RAWBPF__SECTION_CODE;
	else if (c->section == RAWBPF__SECTION_SKIPPED)
		rawbpf__warn(&c->text, &name, "section '%.*s' has no instructions and is skipped",
			     RAWBPF__TEXT(&name));
}

RAWBPF__PRIVATE int rawbpf__take_section(struct rawbpf__collector *c)
{
	const struct rawbpf__token *name = &c->directive;
	static const char names[] = ".section\0.text\0.data\0.bss\0.rodata\0";

	if (rawbpf__list_find(names, name->start, name->length) < 0)
		return 0;
	rawbpf__take(c);
	if (rawbpf__token_is(name, ".section")) {
		section_named(c);
		return 1;
	}
	if (rawbpf__take_end(c))
		c->section = section_find(name->start, name->length);
	return 1;
}

/* ---------------------------------------------------------------------- its data */

/* Append the low bytes of a number in this machine's order. */
static void data_number(struct rawbpf__collector *c, uint64_t number, unsigned size)
{
	unsigned table = section_kinds[c->section].table, i, at;
	uint8_t byte;

	for (i = 0; i < size; i++) {
		at = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i : size - 1 - i;
		byte = number >> 8 * at;
		rawbpf__rows_add(c, table, &byte);
	}
}

static void data_numbers(struct rawbpf__collector *c, unsigned size)
{
	struct rawbpf__token token;
	uint64_t number;

	do {
		token = c->token;
		if (!rawbpf__take_number(c, &number))
			return;
		if (size < 8 && (int64_t)number >> (8 * size) && (int64_t)number >> (8 * size - 1) != -1) {
			for (token.length = c->token.start - token.start;
			     rawbpf__is_blank(token.start[token.length - 1]);)
				token.length--;
			rawbpf__complain(&c->text, &token, "%.*s does not fit %lld bits",
					 RAWBPF__TEXT(&token), 8ll * size);
			return;
		}
		data_number(c, number, size);
	} while (rawbpf__take_char(c, ','));
	rawbpf__take_end(c);
}

/* Read the escape behind a '\'. Return the place behind it. */
static const char *data_escape(const char *at, const char *end, uint8_t *byte)
{
	static const char letters[] = "n\nt\tr\rb\bf\f";
	const char *letter;
	unsigned digits = 0;
	uint64_t number = 0;

	for (letter = letters; *letter; letter += 2)
		if (*at == letter[0]) {
			*byte = letter[1];
			return at + 1;
		}
	for (; digits < 3 && at < end && *at >= '0' && *at <= '7'; digits++)
		number = 8 * number + (*at++ - '0');
	if (!digits && *at == 'x') {
		at++;
		rawbpf__digits_parse(&at, end, 16, &number);
		digits = 1;
	}
	*byte = digits ? number : (unsigned char)*at;
	return digits ? at : at + 1;
}

/* Append strings, each with a NUL behind it if `ends`. */
static void data_strings(struct rawbpf__collector *c, unsigned ends)
{
	unsigned table = section_kinds[c->section].table;
	const char *at, *end;
	uint8_t byte;

	do {
		if (c->token.code != RAWBPF__T_STRING) {
			rawbpf__take_wrong(c, "a string");
			return;
		}
		end = c->token.start + c->token.length - 1;
		for (at = c->token.start + 1; at < end;) {
			byte = *at++;
			if (byte == '\\' && at < end)
				at = data_escape(at, end, &byte);
			rawbpf__rows_add(c, table, &byte);
		}
		if (ends)
			data_number(c, 0, 1);
		rawbpf__take(c);
	} while (rawbpf__take_char(c, ','));
	rawbpf__take_end(c);
}

/* Append bytes of 0, or of the number that follows. */
static void data_zeros(struct rawbpf__collector *c, unsigned unused)
{
	uint64_t count, fill = 0;

	(void)unused;
	if (!rawbpf__take_number(c, &count))
		return;
	if (rawbpf__take_char(c, ',') && !rawbpf__take_number(c, &fill))
		return;
	if (rawbpf__take_end(c))
		for (; count && !c->failed; count--)
			data_number(c, fill, 1);
}

/* Align the section's end to a power of 2, or to the number of bytes itself. */
static void data_align(struct rawbpf__collector *c, unsigned is_power)
{
	const struct rawbpf__rows *rows = section_rows(c, c->section);
	uint64_t align;

	if (!rawbpf__take_number(c, &align))
		return;
	align = !is_power ? align : align < 16 ? 1ull << align : 0;
	if (!align || align & (align - 1) || align > 1 << 15) {
		rawbpf__complain(&c->text, &c->directive, "expected an alignment of 1 to 32768 bytes");
		return;
	}
	while (rows->count & (align - 1) && !c->failed)
		data_number(c, 0, 1);
}

static const struct data_row {
	char name[9];
	uint8_t argument;
	void (*act)(struct rawbpf__collector *c, unsigned argument);
} data_rows[] = {
	{ ".byte", 1, data_numbers },	{ ".short", 2, data_numbers },
	{ ".long", 4, data_numbers },	{ ".quad", 8, data_numbers },
	{ ".2byte", 2, data_numbers },	{ ".4byte", 4, data_numbers },
	{ ".8byte", 8, data_numbers },	{ ".ascii", 0, data_strings },
	{ ".asciz", 1, data_strings },	{ ".string", 1, data_strings },
	{ ".zero", 0, data_zeros },	{ ".skip", 0, data_zeros },
	{ ".space", 0, data_zeros },	{ ".p2align", 1, data_align },
	{ ".balign", 0, data_align },
};

/* The license is a string of its section. */
static void section_license(struct rawbpf__collector *c)
{
	if (rawbpf__token_is(&c->directive, ".asciz") || rawbpf__token_is(&c->directive, ".string"))
		rawbpf__take_string(c, "a license", &c->license);
}

RAWBPF__PRIVATE int rawbpf__section_data(struct rawbpf__collector *c)
{
	static const char symbols[] = ".globl\0.global\0.weak\0.hidden\0.local\0.type\0.size\0.ident\0"
				      ".addrsig\0.addrsig_sym\0.file\0";
	const struct rawbpf__token *name = &c->directive;
	unsigned i, n = sizeof(data_rows) / sizeof(data_rows[0]);

	rawbpf__take(c);
	if (c->section == RAWBPF__SECTION_LICENSE)
		section_license(c);
	if (c->section == RAWBPF__SECTION_LICENSE || c->section == RAWBPF__SECTION_SKIPPED ||
	    rawbpf__list_find(symbols, name->start, name->length) >= 0)
		return 1;
	for (i = 0; i < n && !rawbpf__token_is(name, data_rows[i].name);)
		i++;
	if (i < n)
		data_rows[i].act(c, data_rows[i].argument);
	return i < n;
}

RAWBPF__PRIVATE void rawbpf__section_label(struct rawbpf__collector *c,
					   const struct rawbpf__token *token)
{
	unsigned name = rawbpf__name_get(c, token->start, token->length);
	struct rawbpf__datum datum = { .section = c->section };

	if (c->section == RAWBPF__SECTION_LICENSE || c->section == RAWBPF__SECTION_SKIPPED)
		return;
	datum.offset = section_rows(c, c->section)->count;
	if (rawbpf__name_of(c, name, RAWBPF__A_DATUM))
		rawbpf__complain(&c->text, token, "'%.*s' is a label of data already",
				 RAWBPF__TEXT(token));
	else
		rawbpf__name_is(c, name, RAWBPF__A_DATUM,
				rawbpf__rows_add(c, RAWBPF__TABLE_datum, &datum));
}

/* ------------------------------------------------------------------ the text's end */

/* Add the map of a section that has data. It has the section's name. */
static void section_map(struct rawbpf__collector *c, unsigned section)
{
	const struct rawbpf__rows *rows = section_rows(c, section);
	const struct rawbpf__value size = { .number = rows->count }, one = { .number = 1 },
				   read_only = { .number = BPF_F_RDONLY_PROG };
	const char *name = section_kinds[section].name;
	unsigned i;
	struct rawbpf_table_map row = {
		.name = rawbpf__string(c, name, rawbpf__length(name)), .type = BPF_MAP_TYPE_ARRAY,
		.key_type = rawbpf__string(c, "u32", 3), .value_size = rawbpf__expr_number(c, &size),
		.max_entries = rawbpf__expr_number(c, &one), .line = 1 };

	if (section == RAWBPF__SECTION_RODATA)
		row.flags = rawbpf__expr_number(c, &read_only);
	if (section != RAWBPF__SECTION_BSS) {
		row.byte = RAWBPF__ROWS(c, byte);
		row.byte_count = rows->count;
		for (i = 0; i < rows->count; i++)
			rawbpf__rows_add(c, RAWBPF__TABLE_byte, (uint8_t *)rows->all + i);
	}
	rawbpf__rows_add(c, RAWBPF__TABLE_map, &row);
}

/* Return the datum that an expression names, alone or in a sum, or NULL. */
static const struct rawbpf__datum *datum_of(struct rawbpf__collector *c, uint16_t expr)
{
	const struct rawbpf_expr *row = RAWBPF__ROW(c, expr, struct rawbpf_expr, expr);
	const char *string;
	unsigned datum;

	if (row->op == RAWBPF_EXPR_ADD)
		row = RAWBPF__ROW(c, expr, struct rawbpf_expr, row->a);
	if (row->op != RAWBPF_EXPR_SYMBOL)
		return NULL;
	string = RAWBPF__ROW(c, string, char, row->b);
	datum = rawbpf__name_of(c, rawbpf__name_get(c, string, rawbpf__length(string)),
				RAWBPF__A_DATUM);
	return datum ? RAWBPF__ROW(c, datum, struct rawbpf__datum, datum - 1) : NULL;
}

/* Turn the load of a number that is a place of data into that of the place. */
static void datum_load(struct rawbpf__collector *c, struct rawbpf_step *step, struct bpf_insn *insn,
		       const unsigned *maps)
{
	const struct rawbpf__datum *datum = datum_of(c, step->a);
	struct rawbpf__value offset;
	struct rawbpf_expr sum;

	if (!datum || !section_rows(c, datum->section)->count)
		return;
	offset = (struct rawbpf__value){ .number = datum->offset };
	sum = *RAWBPF__ROW(c, expr, struct rawbpf_expr, step->a);
	step->kind = RAWBPF_STEP_VALUE;
	step->a = maps[datum->section];
	step->b = rawbpf__expr_number(c, &offset);
	if (sum.op == RAWBPF_EXPR_ADD)
		step->b = rawbpf__expr_add(c, RAWBPF_EXPR_ADD, step->b, sum.b);
	insn->src_reg = BPF_PSEUDO_MAP_VALUE;
}

RAWBPF__PRIVATE void rawbpf__sections_end(struct rawbpf__collector *c)
{
	unsigned maps[RAWBPF__SECTION_BSS + 1], section, i, j;
	const struct rawbpf_table_prog *prog;
	struct rawbpf_step *step;

	for (section = RAWBPF__SECTION_RODATA; section <= RAWBPF__SECTION_BSS; section++) {
		maps[section] = RAWBPF__ROWS(c, map);
		if (section_rows(c, section)->count)
			section_map(c, section);
	}
	for (i = 0; i < RAWBPF__ROWS(c, prog) && RAWBPF__ROWS(c, datum) && !c->failed; i++) {
		prog = RAWBPF__ROW(c, prog, struct rawbpf_table_prog, i);
		for (j = prog->step; j < prog->step + prog->step_count; j++) {
			step = RAWBPF__ROW(c, step, struct rawbpf_step, j);
			if (step->kind == RAWBPF_STEP_IMM64)
				datum_load(c, step, RAWBPF__ROW(c, insn, struct bpf_insn,
								prog->insn + step->slot), maps);
		}
	}
}
