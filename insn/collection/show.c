/* SPDX-License-Identifier: MIT */
/* Lay out tables: which columns a struct has, what they are called, and how wide they are. */
#include "../base/character.h"
#include "../base/string.h"
#include "shown.h"

enum { SHOW_WIDTH = 80, SHOW_DEPTH = 64 };

/* A table that is being laid out. */
struct show_layout {
	struct rawbpf_show *show;
	const struct rawbpf_collection *collection;
	const struct rawbpf_collection_env *env;
	struct rawbpf_collection_error *error;
	unsigned visits; /* of fields that may still be made: structs without fields take no column */
};

/* --------------------------------------------------------------------------- names */

/* Return 1 if `key` is `name`, or `name` and '_' and `beside`. */
static int show_is_key(const char *key, const char *name, const char *beside)
{
	const char *rest = rawbpf__behind(key, NULL, name);

	if (!rest || !*rest)
		return rest != NULL;
	return beside && rest[0] == '_' && rawbpf__equal(rest + 1, beside);
}

/* Return 1 if a column before this one has a key of the same name, or one that JSON adds. */
static int show_is_taken(const struct rawbpf_show *show, const struct rawbpf_column *column)
{
	const char *beside = rawbpf__look_of(column)->beside;

	if (show->map && (rawbpf__equal(column->name, "map") || rawbpf__equal(column->name, "pending") ||
			  rawbpf__equal(column->name, "age")))
		return 1;
	for (const struct rawbpf_column *other = show->columns; other < column; other++)
		if (show_is_key(column->name, other->name, rawbpf__look_of(other)->beside) ||
		    show_is_key(other->name, column->name, beside))
			return 1;
	return 0;
}

static void show_name_add(struct rawbpf__out *out, const char *name)
{
	for (; *name && out->length + 1 < RAWBPF_COLUMN_NAME - 8; name++)
		rawbpf__out_byte(out, rawbpf__is_printable(*name) ? *name : '_');
}

/* Name a column: "pid", or "parent_pid" if another column is called pid, or "parent_pid_2". */
static void show_name(const struct rawbpf_show *show, struct rawbpf_column *column, const char *outer,
		      const char *name)
{
	struct rawbpf__out out = rawbpf__out_begin(column->name, sizeof(column->name));
	size_t length;

	show_name_add(&out, name);
	if (!show_is_taken(show, column))
		return;
	out = rawbpf__out_begin(column->name, sizeof(column->name));
	if (*outer) {
		show_name_add(&out, outer);
		rawbpf__out_byte(&out, '_');
	}
	show_name_add(&out, name);
	length = out.length;
	for (unsigned number = 2; show_is_taken(show, column); number++) {
		out.length = length;
		rawbpf__out_byte(&out, '_');
		rawbpf__out_number(&out, number);
	}
}

/* ------------------------------------------------------------------------- columns */

/* Return a presentation that suits the type, with which all reads are within the column. */
static unsigned show_present(const struct rawbpf_column *column, unsigned present, int is_char)
{
	int is_number = column->size == 1 || column->size == 2 || column->size == 4 || column->size == 8;
	int is_string = column->count && column->size == 1;

	switch (present) {
	case RAWBPF_PRESENT_HIDDEN:
	case RAWBPF_PRESENT_BYTES:
	case RAWBPF_PRESENT_ADDRESS:
		return present;
	case RAWBPF_PRESENT_STRING:
	case RAWBPF_PRESENT_WORDS:
	case RAWBPF_PRESENT_TEXT:
		if (is_string)
			return present;
		break;
	case RAWBPF_PRESENT_KSTACK:
		if (column->count && column->size == 8)
			return present;
		break;
	case RAWBPF_PRESENT_CLOCK:
	case RAWBPF_PRESENT_DEV:
	case RAWBPF_PRESENT_USER_STRING:
		if (!column->count && is_number)
			return present;
		break;
	case RAWBPF_PRESENT_NONE:
	case RAWBPF_PRESENT_LOG2:
	case RAWBPF_PRESENT_LINEAR:
		break;
	default:
		if (is_number)
			return present;
	}
	if (is_string && is_char)
		return RAWBPF_PRESENT_TEXT;
	return is_number ? RAWBPF_PRESENT_NONE : RAWBPF_PRESENT_BYTES;
}

/* Add a column. `made` has its place and its size. */
static int show_add(struct show_layout *layout, struct rawbpf_column made, const char *type,
		    unsigned present, const char *outer, const char *name)
{
	struct rawbpf_show *show = layout->show;
	struct rawbpf_column *column = &show->columns[show->count];

	if (show->count == show->max)
		return -ENOSPC;
	*column = made;
	column->present = (uint8_t)show_present(column, present, rawbpf__equal(type, "char"));
	if (column->present == RAWBPF_PRESENT_ENUM || column->present == RAWBPF_PRESENT_FLAGS)
		rawbpf__name_resolve(column, layout->env->symbols);
	column->is_signed = type[0] == 's' && column->present != RAWBPF_PRESENT_BYTES;
	show_name(show, column, outer, name);
	show->count++;
	return 0;
}

static const char *show_string(const struct show_layout *layout, unsigned string)
{
	return layout->collection->strings + string;
}

static const struct rawbpf_table_struct *show_struct(const struct show_layout *layout, const char *name)
{
	const struct rawbpf_collection *c = layout->collection;

	for (unsigned i = 0; *name && i < c->struct_count; i++)
		if (rawbpf__equal(show_string(layout, c->structs[i].name), name))
			return &c->structs[i];
	return NULL;
}

/* Return the column of a field from `first` on, + 1, or 0. */
static uint16_t show_sibling(const struct show_layout *layout, const struct rawbpf_table_struct *table,
			     unsigned first, unsigned name)
{
	const struct rawbpf_show *show = layout->show;

	for (unsigned i = first; name && i < show->count; i++) {
		unsigned field = show->columns[i].field;

		if (field >= table->field && field < table->field + (unsigned)table->field_count &&
		    !show->columns[i].count && show->columns[i].size <= 8 &&
		    rawbpf__equal(show_string(layout, layout->collection->fields[field].name),
				  show_string(layout, name)))
			return (uint16_t)(i + 1);
	}
	return 0;
}

/* Find the family and port of each address of a struct whose columns begin with `first`. */
static void show_addresses(struct show_layout *layout, const struct rawbpf_table_struct *table, unsigned first)
{
	struct rawbpf_show *show = layout->show;

	for (unsigned i = first; i < show->count; i++) {
		struct rawbpf_column *column = &show->columns[i];
		const uint16_t *args;

		if (column->present != RAWBPF_PRESENT_ADDRESS || column->field < table->field ||
		    column->field >= table->field + (unsigned)table->field_count)
			continue;
		args = layout->collection->fields[column->field].args;
		column->family = show_sibling(layout, table, first, args[0]);
		column->port = show_sibling(layout, table, first, args[1]);
		if (column->port)
			show->columns[column->port - 1].is_named = 1;
	}
}

static int show_add_struct(struct show_layout *layout, const struct rawbpf_table_struct *table,
			   uint32_t offset, const char *outer, unsigned depth)
{
	unsigned first = layout->show->count;
	int err = 0;

	for (unsigned i = table->field; !err && i < table->field + (unsigned)table->field_count; i++) {
		const struct rawbpf_table_field *field = &layout->collection->fields[i];
		const char *type = show_string(layout, field->type), *name = show_string(layout, field->name);
		const struct rawbpf_table_struct *inner = show_struct(layout, type);
		struct rawbpf_resolved_field place;

		if (!layout->visits--)
			return -ENOSPC;
		err = rawbpf_collection_field_resolve(&place, layout->collection, i, layout->env, layout->error);
		if (err)
			return err;
		if (inner && !place.count && field->present != RAWBPF_PRESENT_HIDDEN && depth < SHOW_DEPTH)
			err = show_add_struct(layout, inner, offset + place.offset, name, depth + 1);
		else
			err = show_add(layout, (struct rawbpf_column){
				.offset = offset + place.offset, .size = place.size, .count = place.count,
				.prefix = show_string(layout, field->args[0]), .field = (uint16_t)i },
				inner ? "" : type, field->present, outer, name);
	}
	show_addresses(layout, table, first);
	return err;
}

/* -------------------------------------------------------------------------- widths */

static unsigned show_width(const struct rawbpf_column *column, unsigned wanted)
{
	static const uint8_t decimal[] = { 0, 3, 5, 7, 7, 10, 10, 10, 10 };
	unsigned hex = 2 + 2 * column->size, name = (unsigned)rawbpf__length(column->name);

	if (column->present == RAWBPF_PRESENT_HEX && wanted > hex)
		wanted = hex;
	if (column->present == RAWBPF_PRESENT_TEXT && wanted > column->count)
		wanted = column->count;
	if (!wanted)
		wanted = decimal[column->size <= 8 ? column->size : 8];
	return wanted > name ? wanted : name;
}

static int show_is_column(const struct rawbpf_column *column)
{
	return rawbpf__look_of(column)->json && column->present != RAWBPF_PRESENT_KSTACK && !column->is_named;
}

/* Leave out a column of the prelude's head. Return the room that this gives. */
static unsigned show_drop(const struct show_layout *layout, const char *name)
{
	const struct rawbpf_table_struct *head = show_struct(layout, "head");
	struct rawbpf_show *show = layout->show;

	for (unsigned i = 0; head && i < show->count; i++) {
		struct rawbpf_column *column = &show->columns[i];
		unsigned width = column->width;

		if (width && column->field >= head->field &&
		    column->field < head->field + (unsigned)head->field_count &&
		    rawbpf__equal(column->name, name)) {
			column->width = 0;
			return width + RAWBPF__SHOWN_GAP;
		}
	}
	return 0;
}

/* Return the columns that the last one shall have beyond its least width: a path of 8 is no path. */
static unsigned show_reserve(const struct rawbpf_show *show, unsigned last)
{
	const struct rawbpf_column *column = &show->columns[last];

	if (last == show->count || !rawbpf__look_of(column)->may_cut)
		return 0;
	return show_width(column, rawbpf__look_of(column)->most) - column->width;
}

/* Return the columns that the last one does not need for its name: its value may be short. */
static unsigned show_spare(const struct rawbpf_show *show, unsigned last)
{
	return last < show->count ? show->columns[last].width - (unsigned)rawbpf__length(show->columns[last].name) : 0;
}

/* Share the room that is left among the columns before the last one. */
static void show_widen(struct rawbpf_show *show, unsigned last, unsigned used)
{
	for (unsigned i = 0; i < last; i++) {
		struct rawbpf_column *column = &show->columns[i];
		unsigned most = show_width(column, rawbpf__look_of(column)->most), more;

		if (!column->width || most <= column->width || used >= show->width)
			continue;
		more = most - column->width < show->width - used ? most - column->width : show->width - used;
		column->width = (uint16_t)(column->width + more);
		used += more;
	}
}

/* Give each column its greatest width, and begin a line where the terminal ends. */
static void show_wrap(struct rawbpf_show *show)
{
	unsigned place = 0;

	for (unsigned i = 0; i < show->count; i++) {
		struct rawbpf_column *column = &show->columns[i];

		if (!column->width)
			continue;
		column->width = (uint16_t)show_width(column, rawbpf__look_of(column)->most);
		column->is_below = place && place + column->width > show->width;
		place = (column->is_below ? RAWBPF__SHOWN_INDENT : place) + column->width + RAWBPF__SHOWN_GAP;
	}
}

/* Give each column its least width, leave out what does not fit, and share what is left. */
static void show_fit(const struct show_layout *layout)
{
	const char *dropped = "tid\0uid\0ppid\0time\0";
	struct rawbpf_show *show = layout->show;
	unsigned used = 0, last = show->count, reserve;

	if (!show->width)
		show->width = SHOW_WIDTH;
	for (unsigned i = 0; i < show->count; i++) {
		struct rawbpf_column *column = &show->columns[i];

		if (!show_is_column(column))
			continue;
		column->width = (uint16_t)show_width(column, rawbpf__look_of(column)->least);
		used += column->width + (used ? RAWBPF__SHOWN_GAP : 0);
		last = i;
	}
	reserve = show_reserve(show, last);
	used += reserve;
	for (; used > show->width && *dropped; dropped = rawbpf__nth(dropped, 1))
		used -= show_drop(layout, dropped);
	if (!show->is_whole && used - reserve - show_spare(show, last) > show->width)
		show_wrap(show);
	else
		show_widen(show, last, used);
}

static void show_find_pid(struct rawbpf_show *show)
{
	show->pid = 0;
	for (unsigned i = show->count; i--;)
		if (show->columns[i].present == RAWBPF_PRESENT_PID && !show->columns[i].count &&
		    (!show->pid || !rawbpf__equal(show->columns[show->pid - 1].name, "pid")))
			show->pid = i + 1;
}

/* -------------------------------------------------------------------------- tables */

static struct show_layout show_begin(struct rawbpf_show *show, const struct rawbpf_collection *collection,
				     const struct rawbpf_collection_env *env,
				     struct rawbpf_collection_error *error)
{
	show->count = show->key_count = show->value_offset = show->pid = 0;
	show->map = NULL;
	return (struct show_layout){ .show = show, .collection = collection, .env = env, .error = error,
				     .visits = 4 * show->max };
}

int rawbpf_show_resolve(struct rawbpf_show *show, const struct rawbpf_collection *collection,
			const char *type, const struct rawbpf_collection_env *env,
			struct rawbpf_collection_error *error)
{
	struct show_layout layout = show_begin(show, collection, env, error);
	const struct rawbpf_table_struct *table = show_struct(&layout, type);
	int err = table ? show_add_struct(&layout, table, 0, "", 0) : -ENOENT;

	if (err)
		return err;
	show_find_pid(show);
	show_fit(&layout);
	return 0;
}

/* Add a map's key or value: the fields of a struct, or one column. */
static int show_add_part(struct show_layout *layout, const char *type, unsigned offset, unsigned size,
			 const char *name, const struct rawbpf_table_show *line)
{
	const struct rawbpf_table_struct *table = show_struct(layout, type);

	if (table)
		return show_add_struct(layout, table, offset, name, 0);
	return show_add(layout, (struct rawbpf_column){
		.offset = offset, .size = size, .field = RAWBPF_NO_FIELD,
		.prefix = show_string(layout, line ? line->args[0] : 0) },
		type, line ? line->present : RAWBPF_PRESENT_NONE, "", name);
}

int rawbpf_show_map_resolve(struct rawbpf_show *show, const struct rawbpf_collection *collection,
			    unsigned line, const struct rawbpf_collection_env *env,
			    struct rawbpf_collection_error *error)
{
	struct show_layout layout = show_begin(show, collection, env, error);
	const struct rawbpf_table_show *said;
	const struct rawbpf_table_map *map;
	struct rawbpf_resolved_map made;
	int err;

	if (line >= collection->show_count)
		return -ENOENT;
	said = &collection->shows[line];
	map = &collection->maps[said->map];
	err = rawbpf_collection_map_resolve(&made, collection, said->map, env, error);
	if (err)
		return err;
	show->map = show_string(&layout, map->name);
	show->value_offset = (made.key_size + 7) & ~7u;
	err = show_add_part(&layout, show_string(&layout, map->key_type), 0, made.key_size, "key", NULL);
	show->key_count = show->count;
	if (!err)
		err = show_add_part(&layout, show_string(&layout, map->value_type), show->value_offset,
				    made.value_size, "value", said);
	if (err)
		return err;
	show_find_pid(show);
	show_fit(&layout);
	return 0;
}
