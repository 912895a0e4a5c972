/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

/*
 * The ways, and the forms of their places:
 *
 *	N	a name			a	arguments, or none
 *	n	further names		r	"-> SLOT", or nothing
 *	G	GROUP:NAME		m	"maxactive EXPR", or nothing
 *	F	FILE:SYMBOL		d	a device, or none
 *	E	an expression		p	a path, or none
 *	s	"-> STRUCT"		i	ingress or egress
 */
static const struct place_way {
	char word[11];
	char form[5];
	uint8_t way;
} place_ways[] = {
	{ "none", "", RAWBPF_WAY_NONE },
	{ "syscall", "Na", RAWBPF_WAY_SYSCALL },
	{ "sysret", "nr", RAWBPF_WAY_SYSRET },
	{ "kprobe", "Na", RAWBPF_WAY_KPROBE },
	{ "kretprobe", "Nmar", RAWBPF_WAY_KRETPROBE },
	{ "fentry", "Na", RAWBPF_WAY_FENTRY },
	{ "fexit", "Nar", RAWBPF_WAY_FEXIT },
	{ "lsm", "Na", RAWBPF_WAY_LSM },
	{ "tp_btf", "Na", RAWBPF_WAY_TP_BTF },
	{ "raw_tp", "Na", RAWBPF_WAY_RAW_TP },
	{ "tracepoint", "G", RAWBPF_WAY_TRACEPOINT },
	{ "uprobe", "Fa", RAWBPF_WAY_UPROBE },
	{ "uretprobe", "Fr", RAWBPF_WAY_URETPROBE },
	{ "iter", "Ns", RAWBPF_WAY_ITER },
	{ "perf", "E", RAWBPF_WAY_PERF },
	{ "xdp", "d", RAWBPF_WAY_XDP },
	{ "tc", "di", RAWBPF_WAY_TC },
	{ "cgroup", "Np", RAWBPF_WAY_CGROUP },
	{ "socket", "", RAWBPF_WAY_SOCKET },
	/* These are reserved for later versions. */
	{ "usdt", "", RAWBPF_WAYS },
	{ "struct_ops", "", RAWBPF_WAYS },
};

static const struct place_way *place_way(struct rawbpf__collector *c)
{
	struct rawbpf__guess guess = { .name = c->token.start, .length = c->token.length };
	unsigned i;

	if (!rawbpf__token_is_name(&c->token)) {
		rawbpf__take_wrong(c, "a way to attach, such as syscall or kprobe");
		return NULL;
	}
	for (i = 0; i < sizeof(place_ways) / sizeof(place_ways[0]); i++) {
		if (!rawbpf__token_is(&c->token, place_ways[i].word)) {
			rawbpf__guess_offer(&guess, place_ways[i].word,
					    rawbpf__length(place_ways[i].word));
			continue;
		}
		if (place_ways[i].way != RAWBPF_WAYS)
			return &place_ways[i];
		rawbpf__complain(&c->text, &c->token, "%s is reserved for a later version",
				 place_ways[i].word);
		return NULL;
	}
	rawbpf__complain(&c->text, &c->token, "no way to attach is called '%.*s'; expected syscall, "
			 "kprobe, ..." RAWBPF__GUESSED, RAWBPF__TEXT(&c->token),
			 RAWBPF__GUESS(&guess));
	return NULL;
}

/* -------------------------------------------------------------------- arguments */

static void arg_add(struct rawbpf__collector *c, struct rawbpf_table_place *place,
		    const struct rawbpf_table_arg *arg)
{
	rawbpf__rows_add(c, RAWBPF__TABLE_arg, arg);
	place->arg_count++;
}

/* Take the name of an argument's slot, and its type or value. */
static int place_arg(struct rawbpf__collector *c, struct rawbpf_table_place *place, unsigned *index)
{
	struct rawbpf_table_arg arg = { .index = *index };
	unsigned name = rawbpf__take_name(c, "a name or _"), type;

	if (!name)
		return 0;
	arg.slot = rawbpf__name_string(c, name);
	if (rawbpf__equal("_", RAWBPF__ROW(c, string, char, arg.slot))) {
		*index += 1;
		return 1;
	}
	if (rawbpf__take_char(c, '=')) {
		arg.index = RAWBPF_ARG_VALUE;
		arg.value = rawbpf__take_expr(c);
		if (!arg.value)
			return 0;
	} else {
		*index += 1;
		if (rawbpf__take_char(c, ':')) {
			type = rawbpf__take_name(c, "a type");
			if (!type)
				return 0;
			arg.type = rawbpf__name_string(c, type);
		}
	}
	arg_add(c, place, &arg);
	return 1;
}

/* No function has more arguments in registers, and on the stack none is read. */
#define ARGS_MOST 12

static int place_args(struct rawbpf__collector *c, struct rawbpf_table_place *place)
{
	unsigned index = 0;

	if (!rawbpf__take_char(c, '('))
		return 1;
	place->has_args = 1;
	if (rawbpf__take_char(c, ')'))
		return 1;
	do {
		if (index == ARGS_MOST) {
			rawbpf__complain(&c->text, &c->token, "a place has at most %lld arguments",
					 (long long)ARGS_MOST);
			return 0;
		}
		if (!place_arg(c, place, &index))
			return 0;
	} while (rawbpf__take_char(c, ','));
	if (rawbpf__take_char(c, ')'))
		return 1;
	rawbpf__take_wrong(c, "',' or ')'");
	return 0;
}

/* Take "->". Return 0 if something else comes. */
static int take_arrow(struct rawbpf__collector *c)
{
	return c->token.code == '-' && rawbpf__byte(&c->parser.cursor, c->parser.cursor.at) == '>' &&
	       rawbpf__take_char(c, '-') && rawbpf__take_char(c, '>');
}

static int place_result(struct rawbpf__collector *c, struct rawbpf_table_place *place)
{
	struct rawbpf_table_arg arg = { .index = RAWBPF_ARG_RESULT };
	unsigned name;

	if (!take_arrow(c))
		return 1;
	place->has_args = 1;
	name = rawbpf__take_name(c, "the name of the result");
	if (!name)
		return 0;
	arg.slot = rawbpf__name_string(c, name);
	if (rawbpf__take_char(c, ':')) {
		name = rawbpf__take_name(c, "a type");
		if (!name)
			return 0;
		arg.type = rawbpf__name_string(c, name);
	}
	arg_add(c, place, &arg);
	return 1;
}

/* ---------------------------------------------------------------------- targets */

/* Take a name as a string of the collection. */
static int place_name(struct rawbpf__collector *c, const char *what, uint16_t *string)
{
	unsigned name = rawbpf__take_name(c, what);

	*string = name ? rawbpf__name_string(c, name) : 0;
	return name != 0;
}

/* Take a string, or the name of a string parameter. */
static int place_text(struct rawbpf__collector *c, struct rawbpf_table_place *place, const char *what,
		      uint16_t *string)
{
	struct rawbpf__token token = c->token;
	struct rawbpf__guess guess;
	unsigned name, param;

	if (token.code == RAWBPF__T_STRING)
		return rawbpf__take_string(c, what, string);
	name = rawbpf__take_name(c, what);
	if (!name)
		return 0;
	param = rawbpf__name_of(c, name, RAWBPF__A_PARAM);
	if (param && !RAWBPF__ROW(c, param, struct rawbpf_table_param, param - 1)->value) {
		place->is_param = 1;
		*string = rawbpf__name_string(c, name);
		return 1;
	}
	guess = rawbpf__name_guess(c, &token, RAWBPF__A_PARAM, 0);
	rawbpf__complain(&c->text, &token, "expected a string in quotes or a string parameter, not "
			 "'%.*s'" RAWBPF__GUESSED, RAWBPF__TEXT(&token), RAWBPF__GUESS(&guess));
	return 0;
}

static int place_colon(struct rawbpf__collector *c)
{
	if (rawbpf__take_char(c, ':'))
		return 1;
	rawbpf__take_wrong(c, "':'");
	return 0;
}

/* Take GROUP:NAME as one string. */
static int place_group(struct rawbpf__collector *c, struct rawbpf_table_place *place)
{
	const char *start = c->token.start, *end;

	if (!rawbpf__take_name(c, "GROUP:NAME") || !place_colon(c))
		return 0;
	end = c->token.start + c->token.length;
	if (!rawbpf__take_name(c, "the name of a tracepoint"))
		return 0;
	if (rawbpf__find_byte(start, end, ' ') < end) {
		rawbpf__complain(&c->text, &c->token, "expected GROUP:NAME without blanks");
		return 0;
	}
	place->target = rawbpf__string(c, start, end - start);
	return 1;
}

static int place_direction(struct rawbpf__collector *c, struct rawbpf_table_place *place)
{
	if (rawbpf__token_is(&c->token, "ingress") || rawbpf__token_is(&c->token, "egress"))
		return place_name(c, "", &place->detail);
	rawbpf__take_wrong(c, "ingress or egress");
	return 0;
}

static int place_device(struct rawbpf__collector *c, struct rawbpf_table_place *place)
{
	if (c->token.code == RAWBPF__T_END || rawbpf__token_is(&c->token, "ingress") ||
	    rawbpf__token_is(&c->token, "egress"))
		return 1;
	return place_text(c, place, "a device", &place->target);
}

static int place_struct(struct rawbpf__collector *c, struct rawbpf_table_place *place)
{
	struct rawbpf__token token;
	unsigned name;

	if (!take_arrow(c))
		return 1;
	token = c->token;
	name = rawbpf__take_name(c, "the struct of its records");
	if (!name)
		return 0;
	place->detail = rawbpf__name_string(c, name);
	if (rawbpf__is_type(c, name))
		return 1;
	rawbpf__complain(&c->text, &token, "no struct '%.*s' before this line", RAWBPF__TEXT(&token));
	return 0;
}

/* Take the part of a place that a form's letter stands for. */
static int place_part(struct rawbpf__collector *c, struct rawbpf_table_place *place, char letter)
{
	switch (letter) {
	case 'N':
	case 'n':
		return place_name(c, "the name of what to attach to", &place->target);
	case 'G':
		return place_group(c, place);
	case 'F':
		return place_text(c, place, "FILE:SYMBOL", &place->target) && place_colon(c) &&
		       place_name(c, "a symbol", &place->detail);
	case 'E':
		place->expr = rawbpf__take_expr(c);
		return place->expr != 0;
	case 'm':
		if (!rawbpf__take_word(c, "maxactive"))
			return 1;
		place->expr = rawbpf__take_expr(c);
		return place->expr != 0;
	case 'a':
		return place_args(c, place);
	case 'r':
		return place_result(c, place);
	case 's':
		return place_struct(c, place);
	case 'd':
		return place_device(c, place);
	case 'i':
		return place_direction(c, place);
	default:
		return c->token.code == RAWBPF__T_END ||
		       place_text(c, place, "a path", &place->detail);
	}
}

/* Add a place for each further name that stands at the token: they share the result. */
static int place_names(struct rawbpf__collector *c, const struct rawbpf_table_place *first)
{
	struct rawbpf_table_place place = *first;

	while (rawbpf__token_is_name(&c->token)) {
		if (first->is_or) {
			rawbpf__complain(&c->text, &c->token, "expected one system call after .or");
			return 0;
		}
		rawbpf__rows_add(c, RAWBPF__TABLE_place, &place);
		place_name(c, "", &place.target);
	}
	rawbpf__rows_add(c, RAWBPF__TABLE_place, &place);
	return 1;
}

/* ------------------------------------------------------------------ prog arrays */

/* Take "MAP[INDEX]" behind "tail". */
static int tail_element(struct rawbpf__collector *c, struct rawbpf_table_place *place)
{
	struct rawbpf__token token = c->token;

	place->tail = rawbpf__take_known(c, RAWBPF__A_TABLE_MAP);
	if (!place->tail)
		return 0;
	if (RAWBPF__ROW(c, map, struct rawbpf_table_map, place->tail - 1)->type !=
	    BPF_MAP_TYPE_PROG_ARRAY) {
		rawbpf__complain(&c->text, &token, "'%.*s' is not a prog_array", RAWBPF__TEXT(&token));
		return 0;
	}
	if (!rawbpf__take_char(c, '[')) {
		rawbpf__take_wrong(c, "'['");
		return 0;
	}
	place->expr = rawbpf__take_expr(c);
	if (!place->expr || rawbpf__take_char(c, ']'))
		return place->expr != 0;
	rawbpf__take_wrong(c, "']'");
	return 0;
}

/* Return 1 if a program of this way can be in a prog array: its type does not depend on a target. */
static int tail_can_be(unsigned way)
{
	switch (way) {
	case RAWBPF_WAY_KPROBE:
	case RAWBPF_WAY_RAW_TP:
	case RAWBPF_WAY_TRACEPOINT:
	case RAWBPF_WAY_PERF:
	case RAWBPF_WAY_XDP:
	case RAWBPF_WAY_TC:
	case RAWBPF_WAY_CGROUP:
	case RAWBPF_WAY_SOCKET:
		return 1;
	}
	return 0;
}

/* Read "tail MAP[INDEX] WAY", the place of a program that others call. */
static void place_tail(struct rawbpf__collector *c, struct rawbpf_table_place *place)
{
	const struct place_way *way;

	if (!tail_element(c, place))
		return;
	way = place_way(c);
	if (!way)
		return;
	if (!tail_can_be(way->way)) {
		rawbpf__complain(&c->text, &c->token, "no program of the way %s can be in a prog_array",
				 way->word);
		return;
	}
	rawbpf__take(c);
	place->way = way->way;
	if ((way->way != RAWBPF_WAY_CGROUP || place_part(c, place, 'N')) && rawbpf__take_end(c))
		rawbpf__rows_add(c, RAWBPF__TABLE_place, place);
}

/* --------------------------------------------------------------- the directives */

static void place_directive(struct rawbpf__collector *c, unsigned is_or)
{
	struct rawbpf_table_prog *prog = RAWBPF__ROW(c, prog, struct rawbpf_table_prog, c->prog);
	struct rawbpf_table_place place = { .is_or = is_or, .line = rawbpf__user_line(c),
					    .arg = RAWBPF__ROWS(c, arg) };
	const struct place_way *way;
	unsigned first = RAWBPF__ROWS(c, place), i;
	const char *letter;

	c->tries_place = 1;
	if (is_or && first == prog->place) {
		rawbpf__complain(&c->text, &c->token, "an .at line must precede .or");
		return;
	}
	if (!is_or && rawbpf__take_word(c, "tail")) {
		place_tail(c, &place);
		return;
	}
	way = place_way(c);
	if (!way)
		return;
	rawbpf__take(c);
	place.way = way->way;
	for (letter = way->form; *letter; letter++)
		if (!place_part(c, &place, *letter) || (*letter == 'n' && !place_names(c, &place)))
			return;
	if (!rawbpf__take_end(c))
		return;
	if (RAWBPF__ROWS(c, place) == first)
		rawbpf__rows_add(c, RAWBPF__TABLE_place, &place);
	for (i = first; i < RAWBPF__ROWS(c, place); i++) {
		struct rawbpf_table_place *row = RAWBPF__ROW(c, place, struct rawbpf_table_place, i);

		row->arg_count = place.arg_count;
		row->has_args = place.has_args;
	}
}

RAWBPF__PRIVATE void rawbpf__at_directive(struct rawbpf__collector *c)
{
	place_directive(c, 0);
}

RAWBPF__PRIVATE void rawbpf__or_directive(struct rawbpf__collector *c)
{
	place_directive(c, 1);
}
