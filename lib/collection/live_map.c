/* SPDX-License-Identifier: MIT */
/* The maps of a collection: created, or taken from where they are pinned. */
#include <rawbpf/info.h>
#include <rawbpf/map.h>
#include <rawbpf/obj.h>

#include "live_map.h"
#include "live_reason.h"

/* A ring takes 1/1024 of the machine's memory, within these bounds. */
enum { LIVE_RING_LEAST = 1 << 16, LIVE_RING_MOST = 1 << 23, LIVE_RING_PART = 1024 };

static unsigned live_ring_size(const struct rawbpf_live *live)
{
	uint64_t wanted = rawbpf__memory_size() / LIVE_RING_PART;
	unsigned page = rawbpf__page_size(), size = LIVE_RING_LEAST;

	if (live->spec.ring_size)
		return live->spec.ring_size;
	while (size < LIVE_RING_MOST && (size < wanted || size < page))
		size *= 2;
	return size;
}

/* Return the name that the kernel takes: up to 15 bytes. */
static void live_map_name(char name[16], const char *whole)
{
	struct rawbpf__out out = rawbpf__out_begin(name, 16);

	rawbpf__out_text(&out, whole);
}

static int live_map_create(struct rawbpf_live *live, const struct rawbpf_resolved_map *map)
{
	char name[16];

	live_map_name(name, map->name);
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = name,
		.type = map->type,
		.key_size = map->key_size,
		.value_size = map->value_size,
		.max_entries = map->max_entries,
		.flags = map->flags | (live->spec.token ? BPF_F_TOKEN_FD : 0),
		.token = live->spec.token,
	});
}

/* ------------------------------------------------------------------------ pinned maps */

/* Say "value_size is 8 there, 16 in the text". Return 1 if the two differ. */
static int live_differs(struct rawbpf__out *out, const char *what, unsigned there, unsigned here)
{
	if (there == here)
		return 0;
	rawbpf__out_text(out, out->length ? ", " : "the pinned map has another layout: ");
	rawbpf__out_text(out, what);
	rawbpf__out_text(out, " is ");
	rawbpf__out_number(out, there);
	rawbpf__out_text(out, " there, ");
	rawbpf__out_number(out, here);
	rawbpf__out_text(out, " in the text");
	return 1;
}

static int live_map_compare(struct rawbpf_live *live, unsigned index, int fd,
			    const struct rawbpf_resolved_map *map)
{
	struct rawbpf_map_info info = { .type = 0 };
	int err = rawbpf_map_info(&info, fd), differs;
	char text[512];
	struct rawbpf__out out = rawbpf__out_begin(text, sizeof text);
	struct rawbpf_live_reason *reason;

	if (err < 0)
		return rawbpf__live_fail(live, RAWBPF_LIVE_MAP, index, RAWBPF_WAY_NONE,
					 &(struct rawbpf_error){ .operation = RAWBPF_MAP_INFO,
								 .error = err, .name = map->name });
	differs = live_differs(&out, "type", info.type, map->type) |
		  live_differs(&out, "key_size", info.key_size, map->key_size) |
		  live_differs(&out, "value_size", info.value_size, map->value_size) |
		  live_differs(&out, "max_entries", info.max_entries, map->max_entries) |
		  live_differs(&out, "flags", info.flags, map->flags);
	if (!differs)
		return 0;
	reason = rawbpf__live_reason(live, RAWBPF_LIVE_MAP, index, RAWBPF_WAY_NONE, -EEXIST);
	if (reason) {
		out = rawbpf__out_begin(reason->text, sizeof reason->text);
		rawbpf__out_text(&out, text);
		rawbpf__out_text(&out, "; remove the file, or change the text");
	}
	return -EEXIST;
}

static int live_is_directory(const char *path)
{
	int fd = rawbpf__open(AT_FDCWD, path, O_PATH | O_DIRECTORY);

	if (fd >= 0)
		rawbpf__close(fd);
	return fd >= 0;
}

/* Open the map that is pinned by this name. -ENOENT: there is none. */
static int live_map_take(struct rawbpf_live *live, unsigned index,
			 const struct rawbpf_resolved_map *map)
{
	char path[512];
	struct rawbpf__out out = rawbpf__out_begin(path, sizeof path);
	int fd, err;

	if (!live->spec.pins)
		return -ENOENT;
	rawbpf__out_text(&out, live->spec.pins);
	rawbpf__out_text(&out, "/");
	rawbpf__out_text(&out, map->name);
	fd = out.length < sizeof path ? rawbpf_obj_open(path, 0) : -ENAMETOOLONG;
	if (fd == -ENOENT && live_is_directory(live->spec.pins))
		return fd;
	if (fd == -ENOENT) /* else the caller would create the map */
		fd = -ENOTDIR;
	if (fd < 0)
		return rawbpf__live_fail(live, RAWBPF_LIVE_MAP, index, RAWBPF_WAY_NONE,
					 &(struct rawbpf_error){ .operation = RAWBPF_OBJ_OPEN,
								 .error = fd, .name = path });
	err = live_map_compare(live, index, fd, map);
	if (err < 0)
		rawbpf__close(fd);
	return err < 0 ? err : fd;
}

/* --------------------------------------------------------------------------- all maps */

static int live_map_resolve(struct rawbpf_live *live, unsigned index,
			    struct rawbpf_resolved_map *map)
{
	struct rawbpf_collection_error mistake = { .macro_line = 0 };
	int err = rawbpf_collection_map_resolve(map, live->collection, index, &live->env, &mistake);

	if (err < 0)
		return rawbpf__live_mistake(live, RAWBPF_LIVE_MAP, index, RAWBPF_WAY_NONE, err, &mistake);
	if (map->type == BPF_MAP_TYPE_RINGBUF && !map->max_entries)
		map->max_entries = live_ring_size(live);
	return 0;
}

/* Store the first value of a section of data. The verifier knows the values of a frozen map. */
static int live_map_fill(struct rawbpf_live *live, unsigned index, int fd,
			 const struct rawbpf_resolved_map *map)
{
	const struct rawbpf_operation *operation = RAWBPF_MAP_UPDATE;
	const unsigned key = 0;
	int err = rawbpf_map_update(fd, &key, map->value, BPF_ANY);

	if (err == 0 && map->flags & BPF_F_RDONLY_PROG) {
		operation = RAWBPF_MAP_FREEZE;
		err = rawbpf_map_freeze(fd);
	}
	if (err < 0)
		return rawbpf__live_fail(live, RAWBPF_LIVE_MAP, index, RAWBPF_WAY_NONE,
					 &(struct rawbpf_error){ .operation = operation, .error = err,
								 .name = map->name });
	return 0;
}

static int live_map_open(struct rawbpf_live *live, unsigned index)
{
	struct rawbpf_resolved_map map;
	int fd, err = live_map_resolve(live, index, &map);

	if (err < 0)
		return err;
	fd = live_map_take(live, index, &map);
	if (fd == -ENOENT) {
		fd = live_map_create(live, &map);
		if (fd < 0)
			return rawbpf__live_fail(live, RAWBPF_LIVE_MAP, index, RAWBPF_WAY_NONE,
						 &(struct rawbpf_error){
				.operation = RAWBPF_MAP_CREATE, .error = fd, .type = map.type,
				.name = map.name });
		live->map_fds[index] = fd;
		return map.value ? live_map_fill(live, index, fd, &map) : 0;
	}
	if (fd >= 0)
		live->map_fds[index] = fd;
	return fd < 0 ? fd : 0;
}

static int live_ring_handle(void *context, const void *data, size_t size)
{
	const struct rawbpf_live_ring *ring = context;
	const struct rawbpf_live_spec *spec = &ring->live->spec;

	return spec->handle(spec->context, &(struct rawbpf_live_record){
		.map = ring->map, .data = data, .size = size });
}

static int live_ring_open(struct rawbpf_live *live, unsigned index)
{
	struct rawbpf_live_ring *ring = &live->rings[live->ring_count];
	int err;

	ring->live = live;
	ring->map = index;
	err = rawbpf_ring_open(&ring->ring, live->map_fds[index], live_ring_handle, ring);
	if (err == 0) {
		live->ring_count++;
		err = live->loop.fd ? 0 : rawbpf_loop_open(&live->loop);
	}
	if (err == 0)
		err = rawbpf_loop_add(&live->loop, &ring->ring.source);
	return err == 0 ? 0 : rawbpf__live_fail(live, RAWBPF_LIVE_MAP, index, RAWBPF_WAY_NONE,
						&(struct rawbpf_error){ .operation = RAWBPF_RING_OPEN,
									.error = err });
}

int rawbpf__live_maps_open(struct rawbpf_live *live)
{
	int err = 0;

	if (live->spec.until == RAWBPF_UNTIL_RESOLVED)
		return 0;
	for (unsigned i = 0; err >= 0 && i < live->collection->map_count; i++) {
		err = live_map_open(live, i);
		if (err >= 0 && live->spec.handle &&
		    live->collection->maps[i].type == BPF_MAP_TYPE_RINGBUF)
			err = live_ring_open(live, i);
	}
	live->env.map_fds = live->map_fds;
	return err;
}

void rawbpf__live_maps_close(struct rawbpf_live *live)
{
	for (unsigned i = 0; i < live->ring_count; i++)
		rawbpf_ring_close(&live->rings[i].ring);
	live->ring_count = 0;
	rawbpf_loop_close(&live->loop);
	for (unsigned i = 0; live->mapped && i < live->collection->map_count; i++)
		if (live->map_fds[i] > 0)
			rawbpf__close(live->map_fds[i]);
}
