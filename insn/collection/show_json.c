/* SPDX-License-Identifier: MIT */
/* Records as objects of JSON. */
#include "../base/string.h"
#include "shown.h"

/* An object that is being written. */
struct json {
	struct rawbpf__out *out;
	const struct rawbpf__shown *shown;
	unsigned members;
};

/* Begin a text within a string. */
static struct rawbpf__cell json_cell(struct rawbpf__out *out)
{
	struct rawbpf__cell cell = rawbpf__cell_begin(out, rawbpf__endless);

	cell.is_json = 1;
	return cell;
}

/* Begin a member: its key is "name", or "name_beside". */
static void json_key(struct json *json, const char *name, const char *beside)
{
	if (json->members++)
		rawbpf__out_byte(json->out, ',');
	rawbpf__json_string(json->out, name, beside);
	rawbpf__out_byte(json->out, ':');
}

/* ------------------------------------------------------------------------- numbers */

static void json_number(struct rawbpf__out *out, const struct rawbpf__shown *shown,
			const struct rawbpf_column *column, uint64_t number)
{
	if (column->present == RAWBPF_PRESENT_AGE)
		rawbpf__out_number(out, rawbpf__value_age(shown->system, number));
	else if (column->is_signed)
		rawbpf__out_signed(out, (int64_t)number);
	else
		rawbpf__out_number(out, rawbpf__value_port(column, number));
}

/* Write a number or an array of them, and the name that belongs to a number. */
static void json_numbers(struct json *json, const struct rawbpf_column *column)
{
	const char *beside = rawbpf__look_of(column)->beside;
	unsigned count = rawbpf__value_count(json->shown, column);
	struct rawbpf__cell cell;

	if (!count && !column->count)
		return;
	json_key(json, column->name, NULL);
	if (column->count)
		rawbpf__out_byte(json->out, '[');
	for (unsigned i = 0; i < count; i++) {
		if (i)
			rawbpf__out_byte(json->out, ',');
		json_number(json->out, json->shown, column, rawbpf__value_load(json->shown, column, i));
	}
	if (column->count)
		rawbpf__out_byte(json->out, ']');
	if (!beside)
		return;
	json_key(json, column->name, beside);
	rawbpf__out_byte(json->out, '"');
	cell = json_cell(json->out);
	rawbpf__value_name(&cell, json->shown, column, rawbpf__value_load(json->shown, column, 0), "");
	rawbpf__out_byte(json->out, '"');
}

/* ------------------------------------------------------------------------- strings */

static void json_error(struct json *json, const struct rawbpf_column *column, long error)
{
	json_key(json, column->name, rawbpf__look_of(column)->beside);
	rawbpf__out_signed(json->out, error);
}

/* Write a STRING, TEXT or WORDS, or the errno of one. */
static void json_text(struct json *json, const struct rawbpf_column *column)
{
	long count;
	const unsigned char *at = rawbpf__value_string(json->shown, column, &count);

	if (count < 0) {
		json_error(json, column, count);
		return;
	}
	json_key(json, column->name, NULL);
	if (column->present != RAWBPF_PRESENT_WORDS) {
		rawbpf__json_bytes(json->out, at, (size_t)count);
		return;
	}
	rawbpf__out_byte(json->out, '[');
	for (long begin = 0, end; begin < count; begin = end + 1) {
		if (begin)
			rawbpf__out_byte(json->out, ',');
		end = begin + (long)rawbpf__length_at_most((const char *)at + begin, (size_t)(count - begin));
		rawbpf__json_bytes(json->out, at + begin, (size_t)(end - begin));
	}
	rawbpf__out_byte(json->out, ']');
}

static void json_user_string(struct json *json, const struct rawbpf_column *column)
{
	char bytes[RAWBPF__USER_STRING];
	long length;

	if (!rawbpf__value_count(json->shown, column))
		return;
	length = rawbpf__value_user_string(bytes, json->shown, rawbpf__value_load(json->shown, column, 0));
	if (length < 0) {
		json_error(json, column, length);
		return;
	}
	json_key(json, column->name, NULL);
	rawbpf__json_bytes(json->out, bytes, (size_t)length);
}

static void json_stack(struct json *json, const struct rawbpf_column *column)
{
	unsigned depth = rawbpf__value_depth(json->shown, column);

	json_key(json, column->name, NULL);
	rawbpf__out_byte(json->out, '[');
	for (unsigned i = 0; i < depth; i++) {
		struct rawbpf__cell cell;

		rawbpf__out_text(json->out, i ? ",\"" : "\"");
		cell = json_cell(json->out);
		rawbpf__value_frame(&cell, json->shown, column, i);
		rawbpf__out_byte(json->out, '"');
	}
	rawbpf__out_byte(json->out, ']');
}

/* Write what a table shows in plain characters only. */
static void json_plain(struct json *json, const struct rawbpf_column *column)
{
	struct rawbpf__cell cell;

	if (!rawbpf__value_count(json->shown, column) && !column->count)
		return;
	json_key(json, column->name, NULL);
	rawbpf__out_byte(json->out, '"');
	cell = json_cell(json->out);
	if (column->present == RAWBPF_PRESENT_ADDRESS)
		rawbpf__value_address(&cell, json->shown, column, 0);
	else if (column->present == RAWBPF_PRESENT_CLOCK)
		rawbpf__time_utc(&cell, rawbpf__value_load(json->shown, column, 0) + json->shown->system->wall_ns);
	else
		rawbpf__value_text(&cell, json->shown, column);
	rawbpf__out_byte(json->out, '"');
}

static void json_column(struct json *json, const struct rawbpf_column *column)
{
	switch (column->present) {
	case RAWBPF_PRESENT_STRING:
	case RAWBPF_PRESENT_WORDS:
	case RAWBPF_PRESENT_TEXT:
		json_text(json, column);
		break;
	case RAWBPF_PRESENT_USER_STRING:
		json_user_string(json, column);
		break;
	case RAWBPF_PRESENT_KSTACK:
		json_stack(json, column);
		break;
	case RAWBPF_PRESENT_HIDDEN:
		break;
	default:
		if (rawbpf__look_of(column)->json == 's')
			json_plain(json, column);
		else
			json_numbers(json, column);
	}
}

size_t rawbpf_show_json_format(char *text, size_t size, const struct rawbpf_show *show,
			       const struct rawbpf_show_system *system, const void *data,
			       size_t data_size)
{
	const struct rawbpf__shown shown = { show, system, data, data_size };
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	struct json json = { .out = &out, .shown = &shown };

	rawbpf__out_byte(&out, '{');
	if (show->map) {
		json_key(&json, show->is_pending ? "pending" : "map", NULL);
		rawbpf__json_string(&out, show->map, NULL);
	}
	if (show->is_pending) {
		json_key(&json, "age", NULL);
		rawbpf__out_number(&out, show->age_ns);
	}
	for (unsigned i = show->is_pending ? show->key_count : 0; i < show->count; i++)
		json_column(&json, &show->columns[i]);
	rawbpf__out_text(&out, "}\n");
	return out.length;
}
