/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "../form/constant.h"
#include "apply.h"
#include "collector.h"

/* Map and program names have at most this many bytes in the kernel. */
#define NAME_MOST 15

/* Take the name of a new map or program. */
RAWBPF__PRIVATE unsigned rawbpf__take_object(struct rawbpf__collector *c, enum rawbpf__space space)
{
	struct rawbpf__token token = c->token;
	unsigned name = rawbpf__take_new(c, space, 0);

	if (!name || token.length <= NAME_MOST)
		return name;
	rawbpf__complain(&c->text, &token, "the name of a %s has at most 15 characters",
			 space == RAWBPF__A_PROG ? "program" : "map");
	return 0;
}

/* Add a map whose name is taken. */
static void declare_map(struct rawbpf__collector *c, unsigned name, struct rawbpf_table_map *map)
{
	map->name = rawbpf__name_string(c, name);
	map->line = rawbpf__user_line(c);
	rawbpf__name_is(c, name, RAWBPF__A_TABLE_MAP, rawbpf__rows_add(c, RAWBPF__TABLE_map, map));
}

/* --------------------------------------------------------------------------- .map */

static int declare_type(struct rawbpf__collector *c, uint16_t *type)
{
	const char *names = rawbpf__name_map_types();
	struct rawbpf__guess guess = { .name = c->token.start, .length = c->token.length };
	int number;

	if (c->token.code == RAWBPF__T_NUMBER && c->token.value <= UINT16_MAX) {
		*type = c->token.value;
		rawbpf__take(c);
		return 1;
	}
	if (!rawbpf__token_is_name(&c->token)) {
		rawbpf__take_wrong(c, "the type of a map");
		return 0;
	}
	number = rawbpf__list_find(names, c->token.start, c->token.length);
	if (number >= 0) {
		*type = number;
		rawbpf__take(c);
		return 1;
	}
	for (; *names; names = rawbpf__nth(names, 1))
		rawbpf__guess_offer(&guess, names, rawbpf__length(names));
	rawbpf__complain(&c->text, &c->token, "no map type '%.*s'; expected hash, array, ... or a "
			 "number" RAWBPF__GUESSED, RAWBPF__TEXT(&c->token), RAWBPF__GUESS(&guess));
	return 0;
}

/* Take the size of a key or value. A comma may precede it. */
static int declare_size(struct rawbpf__collector *c, uint16_t *type, uint16_t *size)
{
	rawbpf__take_char(c, ',');
	return rawbpf__take_type_or_expr(c, type, size);
}

static int declare_number(struct rawbpf__collector *c, uint16_t *expr)
{
	rawbpf__take_char(c, ',');
	*expr = rawbpf__take_expr(c);
	return *expr != 0;
}

RAWBPF__PRIVATE void rawbpf__map_directive(struct rawbpf__collector *c)
{
	unsigned name = rawbpf__take_object(c, RAWBPF__A_TABLE_MAP);
	struct rawbpf_table_map map = { .name = 0 };

	if (!name)
		return;
	rawbpf__take_char(c, ',');
	if (declare_type(c, &map.type) && declare_size(c, &map.key_type, &map.key_size) &&
	    declare_size(c, &map.value_type, &map.value_size) && declare_number(c, &map.max_entries) &&
	    (c->token.code == RAWBPF__T_END || declare_number(c, &map.flags)))
		rawbpf__take_end(c);
	/* After an error behind its name, too, the name is that of a map. */
	declare_map(c, name, &map);
}

/* -------------------------------------------------------------------------- .ring */

/* A number with a unit behind it: "256k", "1s". The lexer takes it for a bad number. */
struct declare_unit {
	char word[4];
	unsigned factor;
};

/* Take a number and its unit, or an expression. The first unit is that of a number without one. */
static uint16_t unit_take(struct rawbpf__collector *c, const struct declare_unit *units,
			  unsigned count)
{
	const char *at = c->token.start, *end = at + c->token.length;
	struct rawbpf__value value = { .expr = 0 };
	unsigned i;

	if (c->token.code != RAWBPF__T_BAD_NUMBER || !rawbpf__is_decimal(*at) ||
	    !rawbpf__digits_parse(&at, end, 10, &value.number) || value.number > UINT32_MAX)
		return rawbpf__take_expr(c);
	for (i = 0; i < count; i++)
		if (rawbpf__equal_bytes(units[i].word, at, end - at)) {
			value.number *= units[i].factor;
			rawbpf__take(c);
			return rawbpf__expr_number(c, &value);
		}
	return rawbpf__take_expr(c);
}

RAWBPF__PRIVATE void rawbpf__ring_directive(struct rawbpf__collector *c)
{
	static const struct declare_unit units[] = { { "k", 1u << 10 }, { "m", 1u << 20 } };
	unsigned name = rawbpf__take_object(c, RAWBPF__A_TABLE_MAP), record;
	struct rawbpf_table_map map = { .type = BPF_MAP_TYPE_RINGBUF };
	struct rawbpf__token token = c->token;

	if (!name)
		return;
	record = rawbpf__take_name(c, "the struct of its records");
	if (record && !rawbpf__is_type(c, record)) {
		struct rawbpf__guess guess = rawbpf__name_guess(c, &token, RAWBPF__A_STRUCT, 0);

		rawbpf__complain(&c->text, &token, "no struct '%.*s' before this line"
				 RAWBPF__GUESSED, RAWBPF__TEXT(&token), RAWBPF__GUESS(&guess));
	} else if (record) {
		map.value_type = rawbpf__name_string(c, record);
		if (c->token.code != RAWBPF__T_END)
			map.max_entries = unit_take(c, units, 2);
		if (!c->text.error_count)
			rawbpf__take_end(c);
	}
	declare_map(c, name, &map);
}

/* -------------------------------------------------------------------------- .show */

static int show_every(struct rawbpf__collector *c, struct rawbpf_table_show *show)
{
	static const struct declare_unit units[] = { { "s", 1000 }, { "ms", 1 }, { "min", 60000 } };
	uint64_t period;
	const char *at = c->token.start, *end = at + c->token.length;

	rawbpf__digits_parse(&at, end, 10, &period);
	if (c->token.code != RAWBPF__T_BAD_NUMBER || at == end) {
		rawbpf__take_wrong(c, "a time such as 1s, 500ms or 1min");
		return 0;
	}
	if (!period) {
		rawbpf__complain(&c->text, &c->token, "no time passes in '%.*s'; write end for once, at the end",
				 RAWBPF__TEXT(&c->token));
		return 0;
	}
	show->every_ms = unit_take(c, units, 3);
	return show->every_ms != 0;
}

static int show_sort(struct rawbpf__collector *c, struct rawbpf_table_show *show)
{
	show->sort = rawbpf__token_is(&c->token, "key") ? 1 :
		     rawbpf__token_is(&c->token, "value") ? 2 : 0;
	if (!show->sort)
		rawbpf__take_wrong(c, "key or value");
	else
		rawbpf__take(c);
	return show->sort;
}

/* Take one of the words behind the map, if one comes. Return 0 after an error. */
static int show_word(struct rawbpf__collector *c, struct rawbpf_table_show *show)
{
	if (c->token.code == RAWBPF__T_STRING && !show->text)
		return rawbpf__take_string(c, "a string", &show->text);
	if (rawbpf__take_word(c, "every"))
		return show_every(c, show);
	if (rawbpf__take_word(c, "sort"))
		return show_sort(c, show);
	if (rawbpf__take_word(c, "end")) {
		show->at_end = 1;
		return 1;
	}
	if (rawbpf__take_word(c, "pending")) {
		show->is_pending = 1;
		return 1;
	}
	return show->present || rawbpf__take_present(c, &show->present, show->args);
}

static void show_wrong(struct rawbpf__collector *c)
{
	struct rawbpf__guess guess = rawbpf__present_guess(&c->token);
	const char *words = "every\0end\0pending\0sort\0";

	for (; *words; words = rawbpf__nth(words, 1))
		rawbpf__guess_offer(&guess, words, rawbpf__length(words));
	rawbpf__complain(&c->text, &c->token, "expected every, end, pending, sort, a string or a "
			 "presentation, not '%.*s'" RAWBPF__GUESSED, RAWBPF__TEXT(&c->token),
			 RAWBPF__GUESS(&guess));
}

/*
 * Require one % for a value, or two for a key and a value. A list of calls and a histogram have a
 * title instead.
 */
static int show_values(struct rawbpf__collector *c, const struct rawbpf_table_show *show,
		       const struct rawbpf__token *token)
{
	int is_titled = show->is_pending || show->present == RAWBPF_PRESENT_LOG2 ||
			show->present == RAWBPF_PRESENT_LINEAR;
	unsigned values = 0, i;

	for (i = 0; i < token->length; i++)
		values += token->start[i] == '%';
	if (!token->length || is_titled || values == 1 || values == 2)
		return 1;
	rawbpf__complain(&c->text, token, "expected one %s for the value, or two for key and value, "
			 "not %lld", "%", (long long)values);
	return 0;
}

/* Is the type of a key or value a struct of the file or of the prelude? */
static int show_is_struct(struct rawbpf__collector *c, unsigned type)
{
	const char *text = RAWBPF__ROW(c, string, char, type);
	unsigned name = type ? rawbpf__name_get(c, text, rawbpf__length(text)) : 0;

	return name && (rawbpf__name_of(c, name, RAWBPF__A_STRUCT) || rawbpf__name_of(c, name, RAWBPF__A_STD_STRUCT));
}

/* Require numbers as keys and values of a histogram's map. `token` is the presentation. */
static int show_counts(struct rawbpf__collector *c, const struct rawbpf_table_show *show,
		       const struct rawbpf__token *token)
{
	const struct rawbpf_table_map *map = RAWBPF__ROW(c, map, struct rawbpf_table_map, show->map);

	if ((show->present != RAWBPF_PRESENT_LOG2 && show->present != RAWBPF_PRESENT_LINEAR) ||
	    (!show_is_struct(c, map->key_type) && !show_is_struct(c, map->value_type)))
		return 1;
	rawbpf__complain(&c->text, token, "'%.*s' draws a map whose keys and values are numbers; this one's are "
			 "structs", RAWBPF__TEXT(token));
	return 0;
}

RAWBPF__PRIVATE void rawbpf__show_directive(struct rawbpf__collector *c)
{
	struct rawbpf_table_show show = { .line = rawbpf__user_line(c) };
	unsigned map = rawbpf__take_known(c, RAWBPF__A_TABLE_MAP);
	struct rawbpf__token text = { .length = 0 }, present = { .length = 0 }, token;

	if (!map)
		return;
	show.map = map - 1;
	while (c->token.code != RAWBPF__T_END) {
		token = c->token;
		if (token.code == RAWBPF__T_STRING && !text.length)
			text = token;
		if (!show_word(c, &show))
			return;
		if (c->token.start == token.start) {
			show_wrong(c);
			return;
		}
		if (show.present && !present.length)
			present = token;
	}
	if (rawbpf__take_end(c) && show_values(c, &show, &text) && show_counts(c, &show, &present))
		rawbpf__rows_add(c, RAWBPF__TABLE_show, &show);
}

/* ------------------------------------------------------- .param, .set, .license */

/* Require "-l FILE: words", and a letter that is neither reserved nor another parameter's. */
static int param_words(struct rawbpf__collector *c, const struct rawbpf__token *token)
{
	static const char reserved[] = "dijvhpcutxn";
	const char *at = token->start + 1, *all = RAWBPF__ROW(c, string, char, 0);
	unsigned i;

	if (token->length < 5 || at[0] != '-' || !rawbpf__is_letter(at[1]) ||
	    (at[2] != ':' && at[2] != ' ')) {
		rawbpf__complain(&c->text, token, "expected an option and its words, as in \"-l FILE: "
				 "where it is\"");
		return 0;
	}
	if (rawbpf__find_byte(reserved, reserved + sizeof(reserved) - 1, at[1]) <
	    reserved + sizeof(reserved) - 1) {
		rawbpf__complain(&c->text, token, "every file has the options -d -i -j -v -h -p -c -u "
				 "-t -x -n; use another letter");
		return 0;
	}
	for (i = 0; i < RAWBPF__ROWS(c, param); i++)
		if (all[RAWBPF__ROW(c, param, struct rawbpf_table_param, i)->words + 1] == at[1]) {
			rawbpf__complain(&c->text, token, "another parameter has this letter");
			return 0;
		}
	return 1;
}

/* Take the name of a new parameter: none that every file's options have. */
static unsigned param_name(struct rawbpf__collector *c)
{
	struct rawbpf__token token = c->token;
	unsigned name = rawbpf__take_new(c, RAWBPF__A_PARAM, 0);

	if (!name || rawbpf__list_find(RAWBPF__OWN_OPTIONS, token.start, token.length) < 0)
		return name;
	rawbpf__complain(&c->text, &token, "opt.%.*s is an option of every file; use another name",
			 RAWBPF__TEXT(&token));
	return 0;
}

RAWBPF__PRIVATE void rawbpf__param_directive(struct rawbpf__collector *c)
{
	struct rawbpf_table_param param = { .line = rawbpf__user_line(c) };
	unsigned name = param_name(c);
	struct rawbpf__token words;

	if (!name)
		return;
	param.name = rawbpf__name_string(c, name);
	if (c->token.code == RAWBPF__T_STRING ? !rawbpf__take_string(c, "a string", &param.text) :
						!(param.value = rawbpf__take_expr(c)))
		return;
	words = c->token;
	if (!rawbpf__take_string(c, "a string: \"-l FILE: where it is\"", &param.words) ||
	    !param_words(c, &words) || !rawbpf__take_end(c))
		return;
	rawbpf__name_is(c, name, RAWBPF__A_PARAM, rawbpf__rows_add(c, RAWBPF__TABLE_param, &param));
}

RAWBPF__PRIVATE void rawbpf__set_directive(struct rawbpf__collector *c)
{
	struct rawbpf_table_set set = { .line = rawbpf__user_line(c) };
	struct rawbpf__token token = c->token;
	unsigned name = rawbpf__take_new(c, RAWBPF__A_SET, 0);

	if (!name)
		return;
	if (token.code >= RAWBPF__T_WORD) {
		rawbpf__complain(&c->text, &token, "'%.*s' is a word of the instructions and cannot "
				 "name a constant", RAWBPF__TEXT(&token));
		return;
	}
	rawbpf__take_char(c, ',');
	set.name = rawbpf__name_string(c, name);
	set.value = rawbpf__take_expr(c);
	if (set.value && rawbpf__take_end(c))
		rawbpf__name_is(c, name, RAWBPF__A_SET, rawbpf__rows_add(c, RAWBPF__TABLE_set, &set));
}

RAWBPF__PRIVATE void rawbpf__license_directive(struct rawbpf__collector *c)
{
	const char *start = c->token.start;

	if (c->token.code == RAWBPF__T_STRING) {
		rawbpf__take_string(c, "a license", &c->license);
		rawbpf__take_end(c);
		return;
	}
	/* "Dual MIT/GPL" is a license, too. */
	while (c->token.code != RAWBPF__T_END) {
		c->license = rawbpf__string(c, start, c->token.start + c->token.length - start);
		rawbpf__take(c);
	}
	if (start == c->token.start)
		rawbpf__take_wrong(c, "a license, such as GPL");
}
