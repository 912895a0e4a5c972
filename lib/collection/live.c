/* SPDX-License-Identifier: MIT */
/* Open and close a collection in the kernel. */
#include "live_btf.h"
#include "live_end.h"
#include "live_look.h"
#include "live_map.h"

/* -------------------------------------------------------------------------- memory */

/* Memory that is handed out piece by piece. The first walk only measures: `memory` is NULL. */
struct live_room {
	char *memory;
	size_t used;
};

static void *live_take(struct live_room *room, size_t count, size_t size)
{
	void *piece = room->memory ? room->memory + room->used : NULL;

	room->used += (count * size + 15) & ~(size_t)15;
	return piece;
}

static unsigned live_ring_count(const struct rawbpf_collection *collection)
{
	unsigned count = 0;

	for (unsigned i = 0; i < collection->map_count; i++)
		count += collection->maps[i].type == BPF_MAP_TYPE_RINGBUF;
	return count;
}

/* Place the arrays. Return the memory for the formats of tracepoints. */
static void *live_arrange(struct rawbpf_live *live, struct live_room *room)
{
	const struct rawbpf_collection *collection = live->collection;

	live->map_fds = live_take(room, collection->map_count, sizeof *live->map_fds);
	live->rings = live_take(room, live_ring_count(collection), sizeof *live->rings);
	live->programs = live_take(room, collection->place_count + collection->prog_count,
				   sizeof *live->programs);
	live->index.size = rawbpf_collection_index_size(collection);
	live->index.memory = live_take(room, 1, live->index.size);
	return live_take(room, 1, rawbpf__live_formats_size(collection));
}

static int live_memory_map(struct rawbpf_live *live)
{
	struct live_room room = { 0 };
	int err;

	live_arrange(live, &room);
	err = rawbpf__mmap(&live->mapped, room.used + 16, PROT_READ | PROT_WRITE, -1);
	if (err < 0)
		return err;
	live->mapped_size = room.used + 16;
	room = (struct live_room){ .memory = live->mapped };
	rawbpf__live_formats_read(live, live_arrange(live, &room));
	return 0;
}

/* --------------------------------------------------------------------- open, close */

int rawbpf_live_open(struct rawbpf_live *live, const struct rawbpf_collection *collection,
		     const struct rawbpf_live_spec *spec)
{
	int err;

	*live = (struct rawbpf_live){ .collection = collection, .spec = *RAWBPF__SPEC(spec) };
	rawbpf__live_look(live);
	err = live_memory_map(live);
	if (err == 0)
		err = rawbpf__live_maps_open(live);
	if (err < 0) {
		unsigned reason_count = live->reason_count;

		rawbpf_live_close(live);
		live->reason_count = reason_count;
	}
	return err;
}

void rawbpf_live_close(struct rawbpf_live *live)
{
	rawbpf__live_programs_end(live, 0, 1);
	rawbpf__live_maps_close(live);
	rawbpf__live_btf_close(live);
	if (live->mapped)
		rawbpf__munmap(live->mapped, live->mapped_size);
	*live = (struct rawbpf_live){ 0 };
}
