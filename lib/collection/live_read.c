/* SPDX-License-Identifier: MIT */
/* Read the records of a collection, and count what was lost. */
#include <rawbpf/info.h>
#include <rawbpf/map.h>
#include <rawbpf/tracing.h>

#include "live_perf.h"
#include "live_reason.h"
#include "../../insn/base/string.h"

enum { LIVE_RECORD_SIZE = 1 << 16 };

int rawbpf_live_run(struct rawbpf_live *live, int timeout_ms)
{
	for (unsigned i = 0; i < live->program_count; i++)
		rawbpf__live_perf_follow(&live->programs[i]);
	return rawbpf_loop_run(&live->loop, timeout_ms);
}

/* ----------------------------------------------------------------------------- iterators */

/*
 * Read one record. The kernel runs the iterator's program for one object after the other until it
 * has as many bytes as the reader wants: one byte makes it stop behind the first object that wrote
 * something. The next read gives only what is left of that. Return the size, 0 at the end.
 */
static long live_record_read(int fd, char *record)
{
	long rest, first = rawbpf__read(fd, record, 1);

	if (first <= 0)
		return first;
	rest = rawbpf__read(fd, record + 1, LIVE_RECORD_SIZE - 1);
	if (rest < 0)
		return rest;
	return rest < LIVE_RECORD_SIZE - 1 ? rest + 1 : -EOVERFLOW;
}

/* Hand over the records of one iterator. Return their number. */
static int live_iter_read(const struct rawbpf_live *live, const struct rawbpf_live_program *program,
			  char *record)
{
	int count = 0, err = 0, fd = rawbpf_iter_create(&program->link);
	long size;

	if (fd < 0)
		return fd;
	while (err >= 0 && (size = live_record_read(fd, record)) > 0) {
		err = live->spec.handle(live->spec.context, &(struct rawbpf_live_record){
			.place = program->unit.place, .is_iter = 1, .data = record, .size = size });
		count++;
	}
	rawbpf__close(fd);
	if (err < 0)
		return err;
	return size < 0 ? (int)size : count;
}

int rawbpf_live_iterate(struct rawbpf_live *live)
{
	int err, count = 0;
	void *record;

	if (!live->mapped || !live->spec.handle)
		return -EBADF;
	err = rawbpf__mmap(&record, LIVE_RECORD_SIZE, PROT_READ | PROT_WRITE, -1);
	if (err < 0)
		return err;
	for (unsigned i = 0; err >= 0 && i < live->program_count; i++) {
		if (live->programs[i].unit.way != RAWBPF_WAY_ITER || !live->programs[i].link.fd)
			continue;
		err = live_iter_read(live, &live->programs[i], record);
		count += err > 0 ? err : 0;
	}
	rawbpf__munmap(record, LIVE_RECORD_SIZE);
	return err < 0 ? err : count;
}

/* ------------------------------------------------------------------------------- losses */

static int live_map_find(const struct rawbpf_live *live, const char *name)
{
	for (unsigned i = 0; i < live->collection->map_count; i++)
		if (rawbpf__equal(rawbpf__live_string(live, live->collection->maps[i].name), name))
			return i;
	return -ENOENT;
}

/* std_counts, which the prelude's macros add to. */
static int live_counts_read(struct rawbpf_live_losses *losses, const struct rawbpf_live *live)
{
	int err, map = live_map_find(live, "std_counts");
	const unsigned key = 0;
	uint64_t counts[2];

	if (map < 0)
		return 0;
	err = rawbpf_map_lookup(live->map_fds[map], &key, counts, 0);
	if (err < 0)
		return err;
	losses->records = counts[0];
	losses->entries = counts[1];
	return 0;
}

/* Runs that the kernel left out. Kernels that do not count them say 0. */
static uint64_t live_missed(const struct rawbpf_live_program *program)
{
	struct rawbpf_prog_info prog = { .type = 0 };
	struct rawbpf_link_info link = { .type = 0 };
	uint64_t missed = 0;

	if (rawbpf_prog_info(&prog, program->fd) == 0)
		missed += prog.recursion_misses;
	if (program->link.fd && program->unit.way == RAWBPF_WAY_KRETPROBE &&
	    rawbpf_link_info(&link, program->link.fd) == 0)
		missed += link.missed;
	return missed;
}

int rawbpf_live_losses_count(struct rawbpf_live_losses *losses, const struct rawbpf_live *live)
{
	*losses = (struct rawbpf_live_losses){ 0 };
	if (!live->mapped)
		return -EBADF;
	for (unsigned i = 0; i < live->program_count; i++)
		losses->runs += live_missed(&live->programs[i]);
	return live_counts_read(losses, live);
}
