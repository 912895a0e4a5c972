/* SPDX-License-Identifier: MIT */
/* Print maps as .show lines ask. */
#include "collected.h"

#include <errno.h>
#include <rawbpf/map.h>
#include <stdlib.h>
#include <string.h>

/* The elements of a map. Integers of a per-CPU map are added up. */
struct elements {
	const struct collection *collection;
	const struct rawbpf_live *live;
	const char *value_type;
	const struct rawbpf_map_layout *layout;
	unsigned char *list; /* key and value, each rounded up to 8 bytes */
	size_t stride, key_room;
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
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(&value, data, size);
#else
	memcpy((char *)&value + sizeof value - size, data, size);
#endif
	return value;
}

/* Store a value: of a per-CPU map, the sum of all CPUs' integers. */
static void store(const struct elements *elements, void *to, const unsigned char *value)
{
	unsigned size = elements->layout->value_size;

	memcpy(to, value, size);
	for (unsigned i = 1; i < elements->layout->cpus; i++)
		collection_add_value(elements->collection, elements->live, elements->value_type, to,
				     value + i * round_up(size), size);
}

/* Read all elements. Returns 0 or a negative errno. */
static int read_elements(struct elements *elements, struct rawbpf_map_iter *iter)
{
	const void *key, *value;
	int more;

	elements->layout = &iter->layout;
	elements->key_room = round_up(iter->layout.key_size);
	elements->stride = elements->key_room + round_up(iter->layout.value_size);
	while ((more = rawbpf_map_iter_next(iter, &key, &value)) > 0) {
		unsigned char *grown, *at;

		if (!(elements->count & (elements->count - 1))) {
			grown = realloc(elements->list, (2 * elements->count + 1) * elements->stride);
			if (!grown)
				return -ENOMEM;
			elements->list = grown;
		}
		at = elements->list + elements->count++ * elements->stride;
		memcpy(at, key, iter->layout.key_size);
		store(elements, at + elements->key_room, value);
	}
	return more;
}

static int compare(const void *a, const void *b, void *context)
{
	const struct elements *elements = context;
	size_t offset = elements->by_value ? elements->key_room : 0;
	unsigned size = elements->by_value ? elements->layout->value_size : elements->layout->key_size;
	const unsigned char *one = (const unsigned char *)a + offset, *two = (const unsigned char *)b + offset;
	uint64_t x, y;

	if (size > sizeof x)
		return memcmp(one, two, size);
	x = number(one, size);
	y = number(two, size);
	return (x > y) - (x < y);
}

/* ---------------------------------------------------------------------------- lines */

/* Print "%-8x" of a .show line: '-' and a width as in printf(3), then u, d or x, or nothing. */
static const char *print_directive(const struct collection *collection, const struct rawbpf_live *live,
				   const char *at, const char *type, const void *data, unsigned size)
{
	const char *flags = at + 1;
	size_t length = strspn(flags, "-0123456789");
	char format[32];

	at = flags + length;
	if (size > 8 || length > 8 || (!length && !strchr("udx", *at)) || !*at) {
		collection_print_value(collection, live, type, data, size);
		return at + (*at && strchr("udx", *at) != NULL);
	}
	snprintf(format, sizeof format, "%%%.*sll%c", (int)length, flags, strchr("udx", *at) ? *at : 'u');
	printf(format, (unsigned long long)number(data, size));
	return at + (strchr("udx", *at) != NULL);
}

/* Print an element by the text of a .show line: its first % is the key, if it has two, or the value. */
static void print_text(const struct collection *collection, const struct rawbpf_live *live,
		       const struct elements *elements, const struct rawbpf_table_map *map,
		       const char *text, const unsigned char *element)
{
	int is_key = strchr(text, '%') != strrchr(text, '%');

	while (*text) {
		if (*text != '%') {
			putchar(*text++);
			continue;
		}
		text = print_directive(collection, live, text,
				       collection_string(collection, is_key ? map->key_type : map->value_type),
				       is_key ? element : element + elements->key_room,
				       is_key ? elements->layout->key_size : elements->layout->value_size);
		is_key = 0;
	}
	putchar('\n');
}

static void print_element(const struct collection *collection, const struct rawbpf_live *live,
			  const struct elements *elements, const struct rawbpf_table_map *map,
			  const unsigned char *element)
{
	printf("%s[", collection_string(collection, map->name));
	collection_print_value(collection, live, collection_string(collection, map->key_type), element,
			       elements->layout->key_size);
	printf("] ");
	collection_print_value(collection, live, collection_string(collection, map->value_type),
			       element + elements->key_room, elements->layout->value_size);
	putchar('\n');
}

void collection_print_show(const struct collection *collection, const struct rawbpf_live *live,
			   const struct rawbpf_table_show *show)
{
	const struct rawbpf_table_map *map = &collection->tables.maps[show->map];
	const char *text = collection_shown(collection_string(collection, show->text));
	struct elements elements = { .collection = collection, .live = live, .by_value = show->sort == 2,
				     .value_type = collection_string(collection, map->value_type) };
	struct rawbpf_map_iter iter;
	int err = rawbpf_map_iter_open(&iter, live->map_fds[show->map]);

	if (err == 0)
		err = read_elements(&elements, &iter);
	if (show->sort && elements.count)
		qsort_r(elements.list, elements.count, elements.stride, compare, &elements);
	for (size_t i = 0; i < elements.count; i++) {
		const unsigned char *element = elements.list + i * elements.stride;

		if (*text)
			print_text(collection, live, &elements, map, text, element);
		else
			print_element(collection, live, &elements, map, element);
	}
	if (err < 0)
		tool_fail(collection->subcommand, "map %s: %s", collection_string(collection, map->name),
			  strerror(-err));
	rawbpf_map_iter_close(&iter);
	free(elements.list);
}

/* -------------------------------------------------------------------------- pending calls */

static int print_pending_of(const struct collection *collection, struct rawbpf_live *live, unsigned map)
{
	const char *type = collection_string(collection, collection->tables.maps[map].value_type);
	struct rawbpf_live_pending pending = { .live = live, .map = map };
	int more = 0;

	while (!ferror(stdout) && (more = rawbpf_live_pending_next(&pending)) > 0) {
		printf("still running%s: %llu.%03llu s ", pending.is_checked ? "" : " (no /proc to check)",
		       (unsigned long long)pending.age_ns / 1000000000,
		       (unsigned long long)pending.age_ns / 1000000 % 1000);
		collection_print_value(collection, live, type, pending.value, pending.size);
		putchar('\n');
	}
	rawbpf_live_pending_close(&pending);
	return more;
}

void collection_print_pending(const struct collection *collection, struct rawbpf_live *live)
{
	const struct rawbpf_collection *tables = &collection->tables;

	for (unsigned i = 0; i < tables->show_count; i++) {
		unsigned map = tables->shows[i].map;
		int err = tables->shows[i].is_pending ? print_pending_of(collection, live, map) : 0;

		if (err < 0)
			tool_fail(collection->subcommand, "map %s: %s",
				  collection_string(collection, tables->maps[map].name), strerror(-err));
	}
}
