/* SPDX-License-Identifier: MIT */
/* rawbpf step: elements of maps. */
#include "step.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <rawbpf/escape.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 512, MOST_ELEMENTS = 4096 };

static int is_array(const struct rawbpf_vm_map *map)
{
	return map->type == BPF_MAP_TYPE_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

/* A look-up in an LRU map changes the map, and a queue has no keys. */
static int can_look_up(const struct rawbpf_vm_map *map)
{
	return map->ops->next && map->ops->lookup && map->values.size && map->key_size <= KEY;
}

/* Look up without a trace: what an LRU map changes is put back. */
static unsigned char *look_up(struct rawbpf_vm_map *map, const void *key)
{
	int is_lru = map->type == BPF_MAP_TYPE_LRU_HASH || map->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
	void *value = NULL, *copy = is_lru ? malloc(map->memory_size) : NULL;

	if (is_lru && !copy)
		return NULL;
	if (is_lru)
		memcpy(copy, map->memory, map->memory_size);
	if (map->ops->lookup(map, key, &value) < 0)
		value = NULL;
	if (is_lru)
		memcpy(map->memory, copy, map->memory_size);
	free(copy);
	return value;
}

/* Write a key or value: a number, or bytes. */
static void write_number(char *text, size_t size, const struct stepper *stepper, const void *bytes, size_t count)
{
	uint64_t number = 0;

	if (count != 1 && count != 2 && count != 4 && count != 8) {
		step_bytes(text, size, bytes, count);
		return;
	}
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	memcpy((char *)&number + sizeof number - count, bytes, count);
#else
	memcpy(&number, bytes, count);
#endif
	step_value(text, size, stepper, number);
}

static void write_element(char *text, size_t size, const struct stepper *stepper,
			  const struct rawbpf_vm_map *map, const void *key)
{
	char name[64], number[64];

	rawbpf_terminal_escape(name, sizeof name, map->name, strlen(map->name));
	write_number(number, sizeof number, stepper, key, map->key_size);
	snprintf(text, size, "%s[%s]", name, number);
}

void step_map_place(char *text, size_t size, const struct stepper *stepper,
		    const struct rawbpf_vm_map *map, uint64_t offset)
{
	struct rawbpf_vm_map *walked = (struct rawbpf_vm_map *)map;
	unsigned char key[KEY] = { 0 }, next[KEY];
	const void *last = NULL;
	char name[64];

	if (can_look_up(map) && map->values.stride)
		for (unsigned i = 0; i < MOST_ELEMENTS && map->ops->next(walked, last, next) == 0; i++) {
			unsigned char *value = look_up(walked, next);
			uint64_t begin = value ? (uint64_t)(value - map->values.bytes) : UINT64_MAX;

			memcpy(key, next, map->key_size);
			last = key;
			if (offset - begin >= map->values.stride)
				continue;
			write_element(text, size, stepper, map, key);
			snprintf(text + strlen(text), size - strlen(text), "+%" PRIu64, offset - begin);
			return;
		}
	rawbpf_terminal_escape(name, sizeof name, map->name, strlen(map->name));
	snprintf(text, size, "%s+%" PRIu64, name, offset);
}

static int is_zero(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return 0;
	return 1;
}

/* Write an element, unless it is one of an array that is 0 and did not change. Returns 1 if it did. */
static int fill_element(struct step_element *element, const struct stepper *stepper,
			struct rawbpf_vm_map *map, const void *key)
{
	unsigned char old[KEY], *value = look_up(map, key);
	size_t size = map->value_size < sizeof old ? map->value_size : sizeof old;
	char number[64];

	if (!value)
		return 0;
	element->value = value;
	element->is_changed = rawbpf_vm_undo_read(old, &stepper->undo, value, size);
	if (is_array(map) && !element->is_changed && is_zero(value, map->value_size))
		return 0;
	write_element(element->text, sizeof element->text, stepper, map, key);
	write_number(number, sizeof number, stepper, value, map->value_size);
	snprintf(element->text + strlen(element->text), sizeof element->text - strlen(element->text), " = %s",
		 number);
	return 1;
}

/* Take the next value out of a ring, queue or stack. Returns its bytes and *size, or NULL. */
static const void *take_out(struct rawbpf_vm_map *map, unsigned char *room, size_t *size)
{
	const void *record;

	*size = map->value_size;
	if (map->type == BPF_MAP_TYPE_RINGBUF)
		return rawbpf_vm_ring_next(map, &record, size) == 0 ? record : NULL;
	return rawbpf_vm_map_pop(map, room) == 0 ? room : NULL;
}

/*
 * List what a ring, queue or stack holds, in the order in which it would come out: take all out, and
 * put the map back as it was. Returns the number of elements.
 */
static unsigned list_taken(struct step_element *elements, unsigned max, struct rawbpf_vm_map *map)
{
	unsigned char *copy = malloc(map->memory_size), *room = malloc(map->value_size + 1);
	const void *bytes;
	unsigned count = 0;
	size_t size;

	if (copy)
		memcpy(copy, map->memory, map->memory_size);
	while (copy && room && count < max && (bytes = take_out(map, room, &size))) {
		struct step_element *element = &elements[count];
		char name[64], shown[4 * STEP_SHOWN];

		rawbpf_terminal_escape(name, sizeof name, map->name, strlen(map->name));
		step_bytes(shown, sizeof shown, bytes, size);
		snprintf(element->text, sizeof element->text, "%s[%u] = %s", name, count++, shown);
		element->value = NULL;
		element->is_changed = 0;
	}
	if (copy)
		memcpy(map->memory, copy, map->memory_size);
	free(copy);
	free(room);
	return count;
}

/* List a ring, queue or stack. What the last step added is marked. */
static unsigned fill_taken(struct step_element *elements, unsigned max, const struct stepper *stepper,
			   struct rawbpf_vm_map *map)
{
	unsigned count = list_taken(elements, max, map);
	struct rawbpf_vm_change piece = { .bytes = NULL };
	int is_changed = 0;

	while (rawbpf_vm_undo_next(&piece, &stepper->undo))
		is_changed |= (uintptr_t)piece.bytes - (uintptr_t)map->memory < map->memory_size;
	if (count && is_changed)
		elements[map->type == BPF_MAP_TYPE_STACK ? 0 : count - 1].is_changed = 1;
	return count;
}

unsigned step_elements(struct step_element *elements, unsigned max, const struct stepper *stepper,
		       const struct rawbpf_vm_map *map)
{
	struct rawbpf_vm_map *walked = (struct rawbpf_vm_map *)map;
	unsigned char key[KEY], next[KEY];
	const void *last = NULL;
	unsigned count = 0;

	if (map->type == BPF_MAP_TYPE_RINGBUF || map->type == BPF_MAP_TYPE_QUEUE || map->type == BPF_MAP_TYPE_STACK)
		return fill_taken(elements, max, stepper, walked);
	if (!can_look_up(map))
		return 0;
	for (unsigned i = 0; i < MOST_ELEMENTS && count < max && map->ops->next(walked, last, next) == 0; i++) {
		memcpy(key, next, map->key_size);
		last = key;
		count += (unsigned)fill_element(&elements[count], stepper, walked, key);
	}
	return count;
}

/* Find "NAME[KEY]", and write the key. Returns the map, and *rest behind the bracket; or NULL. */
static struct rawbpf_vm_map *find_element(const struct stepper *stepper, const char *text, unsigned char key[KEY],
					  const char **rest)
{
	const char *bracket = strchr(text, '[');
	unsigned count = (stepper->vm ? &stepper->vm->spec : &stepper->machine.spec)->map_count;

	for (unsigned i = 0; bracket && i < count; i++) {
		struct rawbpf_vm_map *map = step_map(stepper, i);
		size_t length = (size_t)(bracket - text);
		char *end;
		uint64_t number = strtoull(bracket + 1, &end, 0);

		if (strlen(map->name) != length || strncmp(map->name, text, length) != 0)
			continue;
		if (!isdigit((unsigned char)bracket[1]) || *end != ']' || !can_look_up(map) ||
		    map->key_size > sizeof number || (map->key_size < sizeof number && number >> 8 * map->key_size))
			return NULL;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		number <<= 64 - 8 * map->key_size;
#endif
		memcpy(key, &number, map->key_size);
		*rest = end + 1;
		return map;
	}
	return NULL;
}

unsigned char *step_map_find(const struct stepper *stepper, const char *text, size_t *size)
{
	unsigned char key[KEY];
	const char *rest;
	struct rawbpf_vm_map *map = find_element(stepper, text, key, &rest);

	if (!map || *rest)
		return NULL;
	*size = map->value_size;
	return look_up(map, key);
}

/* Read a value: a number of up to 8 bytes, or all bytes as pairs of digits. Returns OK or FAILED. */
static int read_value(const char *text, unsigned char *value, size_t size)
{
	unsigned long long number;
	size_t count = 0;

	if (size <= sizeof number && tool_number(text, &number) && (size == 8 || !(number >> 8 * size))) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		number <<= 64 - 8 * size;
#endif
		memcpy(value, &number, size);
		return OK;
	}
	for (; *text; text += 2) {
		int high, low;

		text += strspn(text, " ");
		high = tool_hex_digit(text[0]);
		low = high < 0 ? -1 : tool_hex_digit(text[1]);
		if (low < 0 || count == size)
			return FAILED;
		value[count++] = (unsigned char)(high << 4 | low);
	}
	return count == size ? OK : FAILED;
}

/* Set one element. */
static int set_element(const struct stepper *stepper, const char *text)
{
	unsigned char key[KEY], *value;
	const char *rest = "";
	struct rawbpf_vm_map *map = find_element(stepper, text, key, &rest);
	int err = -EINVAL;

	rest += strspn(rest, " ");
	if (!map || *rest++ != '=')
		return tool_fail(&step_subcommand, "--map wants NAME[KEY] = VALUE, an element of a map of the text with "
				 "a number as its key, not '%s'", collection_shown(text));
	value = calloc(1, map->value_size + 1);
	if (value && read_value(rest + strspn(rest, " "), value, map->value_size) == OK)
		err = rawbpf_vm_map_update(map, key, value, BPF_ANY);
	free(value);
	return !err ? OK : tool_fail(&step_subcommand, "--map '%s': %s", collection_shown(text),
				     err == -EINVAL ? "the value is a number, or all of its bytes in hexadecimal" :
						      strerror(-err));
}

int step_map_set(struct stepper *stepper)
{
	for (unsigned i = 0; i < stepper->options.map_count; i++)
		if (set_element(stepper, stepper->options.maps[i]) != OK)
			return FAILED;
	return OK;
}
