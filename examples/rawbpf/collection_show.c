/* SPDX-License-Identifier: MIT */
/* Print maps as .show lines ask. */
#include "collected.h"

#include <errno.h>
#include <rawbpf/map.h>
#include <rawbpf/vm_map.h>
#include <stdlib.h>
#include <string.h>

#include "collection_system.h"

enum { BARS = 4096 };

/* The elements of a map. Integers of a per-CPU map are added up. */
struct elements {
	const struct rawbpf_show *show;
	const struct rawbpf_map_layout *layout;
	unsigned char *list; /* key and value, each rounded up to 8 bytes */
	size_t stride;
	size_t count;
	int by_value;
};

static size_t round_up(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* Read an integer of up to 8 bytes in this machine's byte order. */
static uint64_t number(const void *data, unsigned size)
{
	uint64_t value = 0;

	if (size > sizeof value)
		return 0;
	memcpy((char *)&value + (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : sizeof value - size), data, size);
	return value;
}

/* Write the low bytes of a number likewise. */
static void put_number(void *data, unsigned size, uint64_t value)
{
	memcpy(data, (char *)&value + (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : sizeof value - size), size);
}

/* Add the integers of a column of another CPU's value. */
static void add_column(const struct rawbpf_column *column, unsigned char *to, const unsigned char *value)
{
	unsigned count = column->count ? column->count : 1;

	for (unsigned i = 0; i < count; i++) {
		size_t at = (size_t)i * column->size;

		put_number(to + at, column->size, number(to + at, column->size) + number(value + at, column->size));
	}
}

/* May numbers of the column be added up? Texts and bytes stay those of the first CPU. */
static int is_sum(const struct rawbpf_column *column)
{
	static const enum rawbpf_present texts[] = {
		RAWBPF_PRESENT_STRING, RAWBPF_PRESENT_WORDS, RAWBPF_PRESENT_TEXT, RAWBPF_PRESENT_BYTES,
		RAWBPF_PRESENT_ADDRESS, RAWBPF_PRESENT_KSTACK };

	for (unsigned i = 0; i < RAWBPF_COUNT(texts); i++)
		if (column->present == texts[i])
			return 0;
	return column->size <= 8;
}

/* Store a value: of a per-CPU map, the sum of all CPUs' integers. */
static void store(const struct elements *elements, unsigned char *to, const unsigned char *value)
{
	const struct rawbpf_show *show = elements->show;
	unsigned size = elements->layout->value_size;

	memcpy(to, value, size);
	for (unsigned cpu = 1; cpu < elements->layout->cpus; cpu++)
		for (unsigned i = show->key_count; i < show->count; i++) {
			const struct rawbpf_column *column = &show->columns[i];
			size_t at = column->offset - show->value_offset;

			if (is_sum(column))
				add_column(column, to + at, value + cpu * round_up(size) + at);
		}
}

/* Add an element. Returns 0 or -ENOMEM. */
static int add(struct elements *elements, const void *key, const void *value)
{
	unsigned char *at;

	if (!(elements->count & (elements->count - 1))) {
		at = realloc(elements->list, (2 * elements->count + 1) * elements->stride);
		if (!at)
			return -ENOMEM;
		elements->list = at;
	}
	at = elements->list + elements->count++ * elements->stride;
	memcpy(at, key, elements->layout->key_size);
	store(elements, at + elements->show->value_offset, value);
	return 0;
}

static void begin(struct elements *elements, const struct rawbpf_map_layout *layout)
{
	elements->layout = layout;
	elements->stride = elements->show->value_offset + round_up(layout->value_size);
}

/* Read all elements of a map of the kernel. Returns 0 or a negative errno. */
static int read_elements(struct elements *elements, struct rawbpf_map_iter *iter)
{
	const void *key, *value;
	int more;

	begin(elements, &iter->layout);
	while ((more = rawbpf_map_iter_next(iter, &key, &value)) > 0)
		if (add(elements, key, value) < 0)
			return -ENOMEM;
	return more;
}

/* Read all elements of a map of the machine in user space. */
static int read_machine(struct elements *elements, struct rawbpf_vm_map *map, struct rawbpf_map_layout *layout)
{
	unsigned char key[512], *value = malloc(map->value_size + 1);
	int err;

	*layout = (struct rawbpf_map_layout){ .key_size = map->key_size, .value_size = map->value_size,
					      .lookup_size = map->value_size, .cpus = 1 };
	begin(elements, layout);
	err = value ? rawbpf_vm_map_next(map, NULL, key) : -ENOMEM;
	for (; !err; err = err ? err : rawbpf_vm_map_next(map, key, key))
		if (rawbpf_vm_map_lookup(map, key, value) == 0)
			err = add(elements, key, value);
	free(value);
	return err == -ENOENT ? 0 : err;
}

static int compare(const void *a, const void *b, void *context)
{
	const struct elements *elements = context;
	const struct rawbpf_show *show = elements->show;
	const struct rawbpf_column *column = &show->columns[elements->by_value ? show->key_count : 0];
	size_t offset = elements->by_value ? show->value_offset : 0;
	unsigned size = elements->by_value ? elements->layout->value_size : elements->layout->key_size;
	const unsigned char *one = (const unsigned char *)a + offset, *two = (const unsigned char *)b + offset;
	uint64_t x, y, sign = size && size <= sizeof x && column->is_signed ? UINT64_C(1) << (8 * size - 1) : 0;

	if (size > sizeof x)
		return memcmp(one, two, size);
	x = number(one, size) ^ sign;
	y = number(two, size) ^ sign;
	return (x > y) - (x < y);
}

/* ----------------------------------------------------------------------------- histograms */

/* Describe the histogram of a .show line. Returns 0 if it asks for none. */
static int find_bars(struct rawbpf_bars *bars, const struct collection *collection,
		     const struct rawbpf_live *live, const struct rawbpf_table_show *show)
{
	struct rawbpf_collection_error mistake;

	*bars = (struct rawbpf_bars){
		.map = collection_string(collection, collection->tables.maps[show->map].name),
		.title = collection_string(collection, show->text), .width = tool_width() };
	if (show->present == RAWBPF_PRESENT_LOG2) {
		bars->unit = collection_string(collection, show->args[0]);
		return 1;
	}
	return show->present == RAWBPF_PRESENT_LINEAR &&
	       rawbpf_collection_expr_evaluate(&bars->step, &collection->tables, show->args[0], show->line,
					       &live->env, &mistake) == 0 && bars->step;
}

/* Print a map whose keys are numbers as bars; keys from BARS on are left out. */
static void print_bars(const struct collection *collection, const struct elements *elements,
		       const struct rawbpf_bars *bars)
{
	enum { ROOM = 1 << 20 };
	static uint64_t counts[BARS];
	char *text = collection_text(ROOM);

	memset(counts, 0, sizeof counts);
	for (size_t i = 0; i < elements->count; i++) {
		const unsigned char *element = elements->list + i * elements->stride;
		uint64_t key = number(element, elements->layout->key_size);

		if (key < BARS)
			counts[key] += number(element + elements->show->value_offset, elements->layout->value_size);
	}
	if (!text)
		return;
	if (collection_is_json(collection))
		rawbpf_bars_json_format(text, ROOM, bars, counts, BARS);
	else
		rawbpf_bars_format(text, ROOM, bars, counts, BARS);
	fputs(text, stdout);
}

/* ---------------------------------------------------------------------------------- maps */

static const char *shown_text;

/* Write an element by the text of its .show line. */
static size_t format_text(char *text, size_t size, const struct rawbpf_show *show,
			  const struct rawbpf_show_system *system, const void *data, size_t data_size)
{
	return rawbpf_show_text_format(text, size, show, system, shown_text, data, data_size);
}

/* Look up the functions of all stacks. */
static void look_up_stacks(const struct elements *elements)
{
	const struct rawbpf_show *show = elements->show;
	uint64_t *addresses, frames = 0;
	size_t count = 0;

	for (unsigned i = 0; i < show->count; i++)
		if (show->columns[i].present == RAWBPF_PRESENT_KSTACK)
			frames += show->columns[i].count;
	addresses = frames ? calloc(elements->count * frames, sizeof *addresses) : NULL;
	for (size_t i = 0; addresses && i < elements->count * show->count; i++) {
		const struct rawbpf_column *column = &show->columns[i % show->count];
		const unsigned char *at = elements->list + i / show->count * elements->stride + column->offset;

		if (column->present != RAWBPF_PRESENT_KSTACK)
			continue;
		for (unsigned frame = 0; frame < column->count && number(at + 8 * frame, 8); frame++)
			addresses[count++] = number(at + 8 * frame, 8);
	}
	if (count)
		system_look_up(addresses, count);
	free(addresses);
}

static void print_elements(const struct collection *collection, const struct elements *elements,
			   const struct rawbpf_table_show *show)
{
	collection_format *format = rawbpf_show_record_format;

	look_up_stacks(elements);
	shown_text = collection_string(collection, show->text);
	if (collection_is_json(collection))
		format = rawbpf_show_json_format;
	else if (*shown_text)
		format = format_text;
	else
		collection_print_names(elements->show);
	for (size_t i = 0; i < elements->count; i++)
		collection_print_with(format, elements->show, elements->list + i * elements->stride,
				      elements->stride);
}

void collection_print_show(const struct collection *collection, const struct rawbpf_live *live,
			   const struct rawbpf_table_show *show)
{
	const struct rawbpf_table_map *map = &collection->tables.maps[show->map];
	struct elements elements = {
		.show = collection_lay_map(collection, live, show - collection->tables.shows),
		.by_value = show->sort == 2 };
	struct rawbpf_map_iter iter = { .layout = { .cpus = 1 } };
	struct rawbpf_map_layout layout;
	struct rawbpf_bars bars;
	int err;

	if (!elements.show)
		return;
	if (collection->machine_maps)
		err = read_machine(&elements, &collection->machine_maps[show->map], &layout);
	else if ((err = rawbpf_map_iter_open(&iter, live->map_fds[show->map])) == 0)
		err = read_elements(&elements, &iter);
	if (show->sort && elements.count)
		qsort_r(elements.list, elements.count, elements.stride, compare, &elements);
	if (find_bars(&bars, collection, live, show) && elements.count)
		print_bars(collection, &elements, &bars);
	else
		print_elements(collection, &elements, show);
	if (err < 0)
		tool_fail(collection->subcommand, "map %s: %s", collection_string(collection, map->name),
			  strerror(-err));
	rawbpf_map_iter_close(&iter);
	free(elements.list);
}

/* -------------------------------------------------------------------------- pending calls */

/* Print "still running: 1.203 s pid=1 comm=x", or an object of JSON. */
static void print_call(const struct collection *collection, const struct rawbpf_show *show,
		       const struct rawbpf_live_pending *pending, const void *element, size_t size)
{
	if (collection_is_json(collection)) {
		collection_print_with(rawbpf_show_json_format, show, element, size);
		return;
	}
	printf("still running%s: %llu.%03llu s ", pending->is_checked ? "" : " (no /proc to check)",
	       (unsigned long long)pending->age_ns / 1000000000,
	       (unsigned long long)pending->age_ns / 1000000 % 1000);
	collection_print_with(rawbpf_show_value_format, show, element, size);
	putchar('\n');
}

static int print_pending_of(const struct collection *collection, struct rawbpf_live *live, unsigned line)
{
	unsigned map = collection->tables.shows[line].map;
	struct rawbpf_show *laid = collection_lay_map(collection, live, line), show;
	struct rawbpf_live_pending pending = { .live = live, .map = map };
	const char *type = collection_string(collection, collection->tables.maps[map].value_type);
	unsigned char *element = NULL;
	int more = 0;

	if (!laid)
		return 0;
	show = *laid;
	show.is_pending = 1;
	/* The table is that of an element; of a pending call the key is not shown. */
	while (!ferror(stdout) && (more = rawbpf_live_pending_next(&pending)) > 0) {
		unsigned char *grown;

		if (!collection_call_passes(collection, live, type, pending.value, pending.size))
			continue;
		grown = realloc(element, show.value_offset + pending.size);
		if (!grown) {
			more = -ENOMEM;
			break;
		}
		element = grown;
		memset(element, 0, show.value_offset);
		memcpy(element + show.value_offset, pending.value, pending.size);
		show.age_ns = pending.age_ns;
		print_call(collection, &show, &pending, element, show.value_offset + pending.size);
	}
	free(element);
	rawbpf_live_pending_close(&pending);
	return more;
}

void collection_print_pending(const struct collection *collection, struct rawbpf_live *live)
{
	const struct rawbpf_collection *tables = &collection->tables;

	for (unsigned i = 0; i < tables->show_count; i++) {
		int err = tables->shows[i].is_pending ? print_pending_of(collection, live, i) : 0;

		if (err < 0)
			tool_fail(collection->subcommand, "map %s: %s",
				  collection_string(collection, tables->maps[tables->shows[i].map].name),
				  strerror(-err));
	}
}

/* -------------------------------------------------------------------------------- schemas */

static void print_map_schema(const struct collection *collection, const struct rawbpf_live *live, unsigned line)
{
	enum { ROOM = 1 << 18 };
	const struct rawbpf_table_show *said = &collection->tables.shows[line];
	struct rawbpf_show *laid = collection_lay_map(collection, live, line), show;
	char *text = collection_text(ROOM);
	struct rawbpf_bars bars;
	size_t length;

	if (!laid || !text)
		return;
	show = *laid;
	show.is_pending = said->is_pending;
	length = find_bars(&bars, collection, live, said) ?
		 rawbpf_bars_schema_format(text, ROOM, &bars) :
		 rawbpf_show_schema_format(text, ROOM, &show, show.map);
	if (length < ROOM)
		fputs(text, stdout);
}

void collection_print_schemas(const struct collection *collection, const struct rawbpf_live *live)
{
	const struct rawbpf_collection *tables = &collection->tables;

	for (unsigned i = 0; i < tables->map_count; i++)
		if (tables->maps[i].type == BPF_MAP_TYPE_RINGBUF)
			collection_print_schema(collection, live, collection_string(collection, tables->maps[i].value_type));
	for (unsigned i = 0; i < tables->place_count; i++)
		if (tables->places[i].way == RAWBPF_WAY_ITER && tables->places[i].detail)
			collection_print_schema(collection, live, collection_string(collection, tables->places[i].detail));
	for (unsigned i = 0; i < tables->show_count; i++)
		print_map_schema(collection, live, i);
}
