/* SPDX-License-Identifier: MIT */
/* Calls that have not returned: entries of a map, checked against /proc. */
#include <rawbpf/map.h>

#include "live_look.h"
#include "live_reason.h"
#include "../diagnose/error_look.h"
#include "../sys/file.h"
#include "../../insn/base/number.h"
#include "../../insn/base/string.h"

enum { LIVE_LOOKS = 5, LIVE_LOOK_MS = 2 };

/* Offsets of the members of a `head` that are used. */
struct live_head {
	unsigned time, pid, tid, size;
};

struct rawbpf_live_walk {
	struct rawbpf_map_iter iter;
	struct live_head head;
	int in_namespace; /* of process ids: /proc shows others than programs do */
	void *again; /* a second look at a value */
	size_t size; /* of this walk's memory */
};

/* -------------------------------------------------------------------------- the head */

static int live_field_find(const struct rawbpf_live *live, const struct rawbpf_table_struct *table,
			   const char *name, unsigned *offset)
{
	const struct rawbpf_collection *collection = live->collection;
	struct rawbpf_collection_error mistake;
	struct rawbpf_resolved_field field;

	for (unsigned i = table->field; i < table->field + table->field_count; i++) {
		if (!rawbpf__equal(rawbpf__live_string(live, collection->fields[i].name), name))
			continue;
		if (rawbpf_collection_field_resolve(&field, collection, i, &live->env, &mistake) < 0)
			return -EINVAL;
		*offset = field.offset;
		return 0;
	}
	return -EINVAL;
}

static const struct rawbpf_table_struct *live_struct_find(const struct rawbpf_live *live,
							  const char *name)
{
	const struct rawbpf_collection *collection = live->collection;

	for (unsigned i = 0; i < collection->struct_count; i++)
		if (rawbpf__equal(rawbpf__live_string(live, collection->structs[i].name), name))
			return &collection->structs[i];
	return NULL;
}

/* Find the head in the map's value: its first field is one. */
static int live_head_find(struct live_head *head, const struct rawbpf_live *live, unsigned map)
{
	const struct rawbpf_collection *collection = live->collection;
	const struct rawbpf_table_struct *value, *table = live_struct_find(live, "head");
	const struct rawbpf_table_field *first;
	int err;

	value = live_struct_find(live, rawbpf__live_string(live, collection->maps[map].value_type));
	if (!value || !value->field_count || !table)
		return -EINVAL;
	first = &collection->fields[value->field];
	if (!rawbpf__equal(rawbpf__live_string(live, first->type), "head"))
		return -EINVAL;
	err = live_field_find(live, table, "time", &head->time);
	if (err == 0)
		err = live_field_find(live, table, "pid", &head->pid);
	return err == 0 ? live_field_find(live, table, "tid", &head->tid) : err;
}

static uint32_t live_u32(const void *value, unsigned offset)
{
	uint32_t number;

	__builtin_memcpy(&number, (const char *)value + offset, sizeof number);
	return number;
}

static uint64_t live_time(const void *value, const struct live_head *head)
{
	uint64_t time;

	__builtin_memcpy(&time, (const char *)value + head->time, sizeof time);
	return time;
}

/* ------------------------------------------------------------------------- the thread */

/* Return whether `number` is one of the system calls that the collection watches, or it watches none. */
static int live_is_watched(const struct rawbpf_live *live, int number)
{
	const struct rawbpf_collection *collection = live->collection;
	int has_call = 0;

	for (unsigned i = 0; i < collection->place_count; i++) {
		const struct rawbpf_table_place *place = &collection->places[i];
		struct rawbpf_syscall call;

		if (place->way != RAWBPF_WAY_SYSCALL)
			continue;
		has_call = 1;
		if (rawbpf_syscall_find(&call, live->env.arch, rawbpf__live_string(live, place->target)) == 0 &&
		    call.number == number)
			return 1;
	}
	return !has_call;
}

enum live_answer { LIVE_NO, LIVE_YES, LIVE_RUNS, LIVE_UNKNOWN };

/* Ask /proc/TID/syscall: "257 0x3 ...", "-1 ..." in user space, "running" on a CPU. */
static enum live_answer live_ask_once(const struct rawbpf_live *live, unsigned tid)
{
	char path[40], text[256];
	struct rawbpf__out out = rawbpf__out_begin(path, sizeof path);
	const char *at = text;
	unsigned number;
	int length;

	rawbpf__out_text(&out, "/proc/");
	rawbpf__out_number(&out, tid);
	rawbpf__out_text(&out, "/syscall");
	length = rawbpf__file_read(AT_FDCWD, path, text, sizeof text);
	if (length == -ESRCH)
		return LIVE_NO;
	if (length == -ENOENT) /* no such thread, no such file in this kernel, or no procfs */
		return rawbpf__file_read(AT_FDCWD, "/proc/self/syscall", text, sizeof text) < 0 ?
		       LIVE_UNKNOWN : LIVE_NO;
	if (length < 0)
		return LIVE_UNKNOWN;
	if (rawbpf__starts_with(text, "running"))
		return LIVE_RUNS;
	if (!rawbpf__number_parse(&at, NULL, &number)) /* -1 */
		return LIVE_NO;
	return live_is_watched(live, number) ? LIVE_YES : LIVE_NO;
}

static enum live_answer live_ask(const struct rawbpf_live *live, unsigned tid)
{
	enum live_answer answer = live_ask_once(live, tid);

	for (int i = 1; answer == LIVE_RUNS && i < LIVE_LOOKS; i++) {
		rawbpf__sleep(LIVE_LOOK_MS);
		answer = live_ask_once(live, tid);
	}
	return answer;
}

/* --------------------------------------------------------------------------- the walk */

static int live_walk_open(struct rawbpf_live_pending *pending)
{
	struct rawbpf_live_walk *walk;
	struct rawbpf_map_layout layout;
	struct live_head head;
	void *memory;
	int err, fd;

	if (!pending->live->mapped)
		return -EBADF;
	if (pending->map >= pending->live->collection->map_count)
		return -EINVAL;
	err = live_head_find(&head, pending->live, pending->map);
	if (err < 0)
		return err;
	fd = pending->live->map_fds[pending->map];
	err = rawbpf_map_layout_info(&layout, fd);
	if (err < 0)
		return err;
	err = rawbpf__mmap(&memory, sizeof *walk + layout.lookup_size, PROT_READ | PROT_WRITE, -1);
	if (err < 0)
		return err;
	walk = memory;
	walk->head = head;
	walk->in_namespace = rawbpf__in_pid_namespace();
	walk->again = walk + 1;
	walk->size = sizeof *walk + layout.lookup_size;
	pending->walk = walk;
	pending->size = layout.value_size;
	return rawbpf_map_iter_open(&walk->iter, fd);
}

/* Return whether the entry is still that of the same call. */
static int live_is_same(struct rawbpf_live_walk *walk, const void *key, const void *value)
{
	return rawbpf_map_lookup(walk->iter.map, key, walk->again, 0) == 0 &&
	       live_time(walk->again, &walk->head) == live_time(value, &walk->head);
}

/*
 * Return whether the call of this entry has not returned. The thread is asked first, the map again
 * afterwards: so the answer was about this call, not a later one.
 */
static int live_is_pending(struct rawbpf_live_pending *pending, const void *key, const void *value)
{
	struct rawbpf_live_walk *walk = pending->walk;
	enum live_answer answer;
	uint64_t now = rawbpf__clock_ms() * (uint64_t)1000000, time = live_time(value, &walk->head);

	pending->value = value;
	pending->pid = live_u32(value, walk->head.pid);
	pending->tid = live_u32(value, walk->head.tid);
	pending->age_ns = now > time ? now - time : 0;
	answer = walk->in_namespace ? LIVE_UNKNOWN : live_ask(pending->live, pending->tid);
	pending->is_checked = answer == LIVE_YES;
	return (answer == LIVE_YES || answer == LIVE_UNKNOWN) && live_is_same(walk, key, value);
}

int rawbpf_live_pending_next(struct rawbpf_live_pending *pending)
{
	const void *key, *value;
	int err = 0;

	if (!pending->walk)
		err = live_walk_open(pending);
	while (err == 0) {
		err = rawbpf_map_iter_next(&pending->walk->iter, &key, &value);
		if (err <= 0)
			break;
		if (live_is_pending(pending, key, value))
			return 1;
		err = 0;
	}
	rawbpf_live_pending_close(pending);
	return err;
}

void rawbpf_live_pending_close(struct rawbpf_live_pending *pending)
{
	struct rawbpf_live_walk *walk = pending->walk;

	if (walk) {
		rawbpf_map_iter_close(&walk->iter);
		rawbpf__munmap(walk, walk->size);
	}
	pending->walk = NULL;
}
