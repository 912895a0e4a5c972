/* SPDX-License-Identifier: MIT */
/* rawbpf step: elements of maps. */
#include "step.h"

#include <ctype.h>
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

/* Say what is in a ring, which has no elements. */
static unsigned fill_ring(struct step_element *element, const struct stepper *stepper,
			  const struct rawbpf_vm_map *map)
{
	struct rawbpf_vm_ring_info info;
	char name[64];

	rawbpf_vm_ring_info(map, &info);
	rawbpf_terminal_escape(name, sizeof name, map->name, strlen(map->name));
	snprintf(element->text, sizeof element->text, "%s: %" PRIu64 " bytes written", name, info.producer);
	element->value = NULL;
	(void)stepper;
	element->is_changed = 0;
	return 1;
}

unsigned step_elements(struct step_element *elements, unsigned max, const struct stepper *stepper,
		       const struct rawbpf_vm_map *map)
{
	struct rawbpf_vm_map *walked = (struct rawbpf_vm_map *)map;
	unsigned char key[KEY], next[KEY];
	const void *last = NULL;
	unsigned count = 0;

	if (map->type == BPF_MAP_TYPE_RINGBUF && max)
		return fill_ring(elements, stepper, map);
	if (!can_look_up(map))
		return 0;
	for (unsigned i = 0; i < MOST_ELEMENTS && count < max && map->ops->next(walked, last, next) == 0; i++) {
		memcpy(key, next, map->key_size);
		last = key;
		count += (unsigned)fill_element(&elements[count], stepper, walked, key);
	}
	return count;
}

unsigned char *step_map_find(const struct stepper *stepper, const char *text, size_t *size)
{
	const char *bracket = strchr(text, '[');

	for (unsigned i = 0; bracket && i < stepper->vm.spec.map_count; i++) {
		struct rawbpf_vm_map *map = step_map(stepper, i);
		size_t length = (size_t)(bracket - text);
		unsigned char key[KEY] = { 0 };
		char *end;
		uint64_t number = strtoull(bracket + 1, &end, 0);

		if (strlen(map->name) != length || strncmp(map->name, text, length) != 0)
			continue;
		if (!isdigit((unsigned char)bracket[1]) || strcmp(end, "]") != 0 || !can_look_up(map) ||
		    map->key_size > sizeof number)
			return NULL;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		number <<= 64 - 8 * map->key_size;
#endif
		memcpy(key, &number, map->key_size);
		*size = map->value_size;
		return look_up(map, key);
	}
	return NULL;
}
