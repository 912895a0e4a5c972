/* SPDX-License-Identifier: MIT */
#include "elements.h"

#include "element.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An open map, and the types of its elements. */
struct opened {
	int fd;
	int json;
	struct rawbpf_map_layout layout;
	struct rawbpf_btf btf; /* zeroed: the map has none */
	struct element_type key, value;
};

static int fail(const struct opened *map, const char *what,
		const struct rawbpf_operation *operation, int err)
{
	char why[512];

	rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
		.operation = operation, .error = err, .type = map->layout.type });
	return tool_fail(&map_subcommand, "%s: %s", what, why);
}

static void open_types(struct opened *map)
{
	struct rawbpf_map_info info = { .type = 0 };
	int btf;

	if (rawbpf_map_info(&info, map->fd) < 0 || !info.btf_id || !info.btf_value_type_id)
		return;
	btf = rawbpf_obj_id_open(RAWBPF_OBJ_BTF, info.btf_id, NULL);
	if (btf < 0)
		return;
	if (rawbpf_btf_open(&map->btf, btf, NULL) == 0) {
		map->value = (struct element_type){ &map->btf, info.btf_value_type_id };
		if (info.btf_key_type_id)
			map->key = (struct element_type){ &map->btf, info.btf_key_type_id };
	}
	close(btf);
}

static int open_map(struct opened *map, const struct arguments *arguments)
{
	int err;

	*map = (struct opened){ .json = arguments->json };
	map->fd = object_open(&map_subcommand, RAWBPF_OBJ_MAP, arguments->rest[0]);
	if (map->fd < 0)
		return FAILED;
	err = rawbpf_map_layout_info(&map->layout, map->fd);
	if (err < 0)
		return object_fail(&map_subcommand, "querying the map", RAWBPF_MAP_LAYOUT_INFO, err);
	open_types(map);
	return OK;
}

static void close_map(struct opened *map)
{
	rawbpf_btf_close(&map->btf);
	close(map->fd);
}

static int is_percpu(const struct opened *map)
{
	switch (map->layout.type) {
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		return 1; /* also on a machine with one CPU */
	default:
		return 0;
	}
}

/* Return the kind of objects whose ids the map's values are, or NULL. */
static const char *held(const struct opened *map)
{
	switch (map->layout.type) {
	case BPF_MAP_TYPE_PROG_ARRAY:
		return "prog";
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return "map";
	default:
		return NULL;
	}
}

/* ----------------------------------------------------------------------------- printing */

static char *value_text(const struct opened *map, const void *value)
{
	uint32_t id;

	if (!held(map))
		return element_text(value, map->layout.value_size, &map->value);
	memcpy(&id, value, sizeof id);
	return must_print("%s %u", held(map), id);
}

static void print_text(const struct opened *map, const char *key, const unsigned char *value)
{
	size_t stride = (map->layout.value_size + 7u) & ~7u;

	for (unsigned cpu = 0; cpu < map->layout.cpus; cpu++) {
		char *text = value_text(map, value + cpu * stride);

		if (key)
			printf("%s  ", key);
		if (is_percpu(map))
			printf("%3u  ", cpu);
		puts(text);
		free(text);
	}
}

static void print_json(const struct opened *map, const void *key, const unsigned char *value)
{
	size_t stride = (map->layout.value_size + 7u) & ~7u;
	uint32_t id;

	putchar('{');
	if (key) {
		element_json(stdout, "key", key, map->layout.key_size, &map->key);
		putchar(',');
	}
	if (is_percpu(map)) {
		printf("\"values\":[");
		for (unsigned cpu = 0; cpu < map->layout.cpus; cpu++) {
			printf(cpu ? ",{" : "{");
			element_json(stdout, "value", value + cpu * stride, map->layout.value_size,
				     &map->value);
			putchar('}');
		}
		putchar(']');
	} else {
		element_json(stdout, "value", value, map->layout.value_size, &map->value);
	}
	if (held(map)) {
		memcpy(&id, value, sizeof id);
		printf(",\"%s\":%u", held(map), id);
	}
	puts("}");
}

static void print_element(const struct opened *map, const void *key, const void *value)
{
	char *text;

	if (map->json) {
		print_json(map, key, value);
		return;
	}
	text = element_text(key, map->layout.key_size, &map->key);
	print_text(map, text, value);
	free(text);
}

/* -------------------------------------------------------------------------------- verbs */

int elements_dump(const struct arguments *arguments)
{
	struct rawbpf_map_iter iter;
	const void *key, *value;
	struct opened map;
	int more;

	if (open_map(&map, arguments) != OK)
		return FAILED;
	more = rawbpf_map_iter_open(&iter, map.fd);
	while (more >= 0 && (more = rawbpf_map_iter_next(&iter, &key, &value)) > 0)
		print_element(&map, key, value);
	rawbpf_map_iter_close(&iter);
	close_map(&map);
	if (more == -ENOSPC) /* a sockmap, whose values are too short to read */
		more = -EOPNOTSUPP;
	return more < 0 ? fail(&map, "reading the elements", RAWBPF_MAP_ITER_NEXT, more) : OK;
}

/* Return an argument's bytes, malloc-ed, or NULL after a message. `size` 0: the map takes none. */
static void *parse(const char *text, const char *what, size_t size, size_t room)
{
	void *bytes = must_allocate(room > size ? room : size);
	char *problem = element_parse(text, what, bytes, size);

	if (!problem)
		return bytes;
	tool_fail(&map_subcommand, "%s", problem);
	free(problem);
	free(bytes);
	return NULL;
}

/* Maps without keys take none, and all others take one. Check that. */
static int check_key(const struct opened *map, int given)
{
	if (!!map->layout.key_size == given)
		return OK;
	tool_fail(&map_subcommand, given ? "this map has no keys" : "this map needs a KEY of %u bytes",
		  map->layout.key_size);
	return USAGE;
}

/* Ask a bloom filter whether a value was ever set: it returns no values. */
static int ask_bloom(const struct opened *map, const struct arguments *arguments)
{
	void *value;
	int err;

	if (arguments->count < 2) {
		tool_fail(&map_subcommand, "this map needs a VALUE of %u bytes to look for",
			  map->layout.value_size);
		return USAGE;
	}
	value = parse(arguments->rest[1], "value", map->layout.value_size, 0);
	if (!value)
		return USAGE;
	err = rawbpf_map_lookup(map->fd, NULL, value, 0);
	if (err < 0)
		return fail(map, "looking up", RAWBPF_MAP_LOOKUP, err);
	if (map->json)
		print_json(map, NULL, value);
	else
		print_text(map, NULL, value);
	free(value);
	return OK;
}

int elements_get(const struct arguments *arguments)
{
	int given = arguments->count > 1, status, err;
	void *key = NULL, *value;
	struct opened map;

	if (open_map(&map, arguments) != OK)
		return FAILED;
	if (map.layout.type == BPF_MAP_TYPE_BLOOM_FILTER)
		return ask_bloom(&map, arguments);
	status = check_key(&map, given);
	if (status != OK)
		return status;
	if (given && !(key = parse(arguments->rest[1], "key", map.layout.key_size, 0)))
		return USAGE;
	value = must_allocate(map.layout.lookup_size);
	err = rawbpf_map_lookup(map.fd, key, value, 0);
	if (err == -ENOSPC) /* sockets, whose cookies do not fit into values of 4 bytes */
		err = -EOPNOTSUPP;
	if (err < 0)
		return fail(&map, "looking up", RAWBPF_MAP_LOOKUP, err);
	if (map.json)
		print_json(&map, key, value);
	else
		print_text(&map, NULL, value);
	free(key);
	free(value);
	close_map(&map);
	return OK;
}

/* Replace an id in a value by a descriptor, which the kernel expects. */
static int hold(const struct opened *map, void *value, int *held_fd)
{
	enum rawbpf_obj_kind kind = map->layout.type == BPF_MAP_TYPE_PROG_ARRAY ? RAWBPF_OBJ_PROG :
										RAWBPF_OBJ_MAP;
	uint32_t id;

	*held_fd = -1;
	if (!held(map))
		return 0;
	memcpy(&id, value, sizeof id);
	*held_fd = rawbpf_obj_id_open(kind, id, NULL);
	if (*held_fd < 0)
		return tool_fail(&map_subcommand, "there is no %s with the id %u", held(map), id);
	memcpy(value, held_fd, sizeof id);
	return 0;
}

int elements_set(const struct arguments *arguments)
{
	uint64_t how = arguments->options['n'] ? BPF_NOEXIST : arguments->options['e'] ? BPF_EXIST :
											 BPF_ANY;
	int given = arguments->count > 2, held_fd, err, status;
	unsigned char *value;
	struct opened map;
	void *key = NULL;
	size_t stride;

	if (open_map(&map, arguments) != OK)
		return FAILED;
	status = check_key(&map, given);
	if (status != OK)
		return status;
	if (given && !(key = parse(arguments->rest[1], "key", map.layout.key_size, 0)))
		return USAGE;
	value = parse(arguments->rest[1 + given], "value", map.layout.value_size,
		      map.layout.lookup_size);
	if (!value)
		return USAGE;
	if (hold(&map, value, &held_fd) != 0)
		return FAILED;
	stride = (map.layout.value_size + 7u) & ~7u;
	for (unsigned cpu = 1; cpu < map.layout.cpus; cpu++)
		memcpy(value + cpu * stride, value, map.layout.value_size);
	err = rawbpf_map_update(map.fd, key, value, how);
	if (held_fd >= 0)
		close(held_fd);
	free(key);
	free(value);
	close_map(&map);
	return err < 0 ? fail(&map, "setting", RAWBPF_MAP_UPDATE, err) : OK;
}

int elements_delete(const struct arguments *arguments)
{
	struct opened map;
	void *key;
	int err;

	if (open_map(&map, arguments) != OK)
		return FAILED;
	if (check_key(&map, 1) != OK)
		return USAGE;
	key = parse(arguments->rest[1], "key", map.layout.key_size, 0);
	if (!key)
		return USAGE;
	err = rawbpf_map_delete(map.fd, key);
	free(key);
	close_map(&map);
	return err < 0 ? fail(&map, "deleting", RAWBPF_MAP_DELETE, err) : OK;
}

int elements_next(const struct arguments *arguments)
{
	void *key = NULL, *next;
	struct opened map;
	char *text;
	int err;

	if (open_map(&map, arguments) != OK)
		return FAILED;
	if (check_key(&map, map.layout.key_size > 0) != OK)
		return USAGE;
	if (arguments->count > 1 &&
	    !(key = parse(arguments->rest[1], "key", map.layout.key_size, 0)))
		return USAGE;
	next = must_allocate(map.layout.key_size);
	err = rawbpf_map_next(map.fd, key, next);
	if (err < 0)
		return err == -ENOENT ? tool_fail(&map_subcommand, "this was the last key") :
					fail(&map, "looking for the next key", RAWBPF_MAP_NEXT, err);
	if (map.json) {
		putchar('{');
		element_json(stdout, "key", next, map.layout.key_size, &map.key);
		puts("}");
	} else {
		text = element_text(next, map.layout.key_size, &map.key);
		puts(text);
		free(text);
	}
	free(key);
	free(next);
	close_map(&map);
	return OK;
}
