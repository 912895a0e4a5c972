/* SPDX-License-Identifier: MIT */
/* JSON Schemas of what show_json.c writes. */
#include "../base/string.h"
#include "shown.h"

RAWBPF__PRIVATE void rawbpf__schema_begin(struct rawbpf__out *out, const char *title)
{
	rawbpf__out_text(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":");
	rawbpf__json_string(out, title, NULL);
	rawbpf__out_text(out, ",\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
}

/* Write "name" or "name_beside", behind a comma unless it is the first. */
static void schema_key(struct rawbpf__out *out, unsigned *members, const char *name, const char *beside)
{
	if ((*members)++)
		rawbpf__out_byte(out, ',');
	rawbpf__json_string(out, name, beside);
}

static const char *schema_type(const struct rawbpf_column *column)
{
	switch (rawbpf__look_of(column)->json) {
	case 'a':
		return ":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}";
	case 's':
		return column->present == RAWBPF_PRESENT_CLOCK ?
		       ":{\"type\":\"string\",\"format\":\"date-time\"}" : ":{\"type\":\"string\"}";
	default:
		return column->count ? ":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}" :
				       ":{\"type\":\"integer\"}";
	}
}

/* Return 1 if an errno may stand in the place of the column. */
static int schema_is_optional(const struct rawbpf_column *column)
{
	const char *beside = rawbpf__look_of(column)->beside;

	return beside && rawbpf__equal(beside, "errno");
}

size_t rawbpf_show_schema_format(char *text, size_t size, const struct rawbpf_show *show,
				 const char *title)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	const char *what = show->is_pending ? "pending" : "map";
	unsigned members = 0, first = show->is_pending ? show->key_count : 0, i;

	rawbpf__schema_begin(&out, title);
	if (show->map) {
		schema_key(&out, &members, what, NULL);
		rawbpf__out_text(&out, ":{\"type\":\"string\"}");
	}
	if (show->is_pending) {
		schema_key(&out, &members, "age", NULL);
		rawbpf__out_text(&out, ":{\"type\":\"integer\"}");
	}
	for (i = first; i < show->count; i++) {
		const struct rawbpf_column *column = &show->columns[i];
		const struct rawbpf__look *look = rawbpf__look_of(column);

		if (!look->json)
			continue;
		schema_key(&out, &members, column->name, NULL);
		rawbpf__out_text(&out, schema_type(column));
		if (!look->beside)
			continue;
		schema_key(&out, &members, column->name, look->beside);
		rawbpf__out_text(&out, schema_is_optional(column) ? ":{\"type\":\"integer\"}" :
								    ":{\"type\":\"string\"}");
	}
	rawbpf__out_text(&out, "},\"required\":[");
	members = 0;
	if (show->map)
		schema_key(&out, &members, what, NULL);
	if (show->is_pending)
		schema_key(&out, &members, "age", NULL);
	for (i = first; i < show->count; i++)
		if (rawbpf__look_of(&show->columns[i])->json && !schema_is_optional(&show->columns[i]))
			schema_key(&out, &members, show->columns[i].name, NULL);
	rawbpf__out_text(&out, "]}\n");
	return out.length;
}
