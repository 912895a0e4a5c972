/* SPDX-License-Identifier: MIT */
/* --pin: leave maps and attachments in a directory of a bpffs. */
#include "collection_run.h"

#include <errno.h>
#include <limits.h>
#include <rawbpf/link.h>
#include <rawbpf/obj.h>
#include <string.h>
#include <unistd.h>

/* What was pinned: maps first, then links, by their index. */
struct pins {
	const struct run *run;
	unsigned map_count, link_count;
};

static const char *map_path(char path[PATH_MAX], const struct pins *pins, unsigned map)
{
	const struct collection *collection = pins->run->collection;

	snprintf(path, PATH_MAX, "%s/%s", collection->run.pin,
		 collection_string(collection, collection->tables.maps[map].name));
	return path;
}

/* A program has a link for each place: link_PROG, link_PROG_2, ... */
static const char *link_path(char path[PATH_MAX], const struct pins *pins, unsigned number)
{
	const struct collection *collection = pins->run->collection;
	const struct rawbpf_live_program *programs = pins->run->live.programs;
	unsigned prog = programs[number].unit.prog, nth = 1;
	const char *name = collection_string(collection, collection->tables.progs[prog].name);

	for (unsigned i = 0; i < number; i++)
		nth += programs[i].unit.prog == prog;
	if (nth == 1)
		snprintf(path, PATH_MAX, "%s/link_%s", collection->run.pin, name);
	else
		snprintf(path, PATH_MAX, "%s/link_%s_%u", collection->run.pin, name, nth);
	return path;
}

/* bpffs has no names with a '.': sections of data live on with the programs that use them. */
static int is_pinned(const struct pins *pins, unsigned map)
{
	const struct collection *collection = pins->run->collection;

	return collection_string(collection, collection->tables.maps[map].name)[0] != '.';
}

/* Take away what was pinned. Returns FAILED. */
static int undo(const struct pins *pins)
{
	char path[PATH_MAX];

	for (unsigned i = 0; i < pins->map_count; i++)
		if (is_pinned(pins, i))
			unlink(map_path(path, pins, i));
	for (unsigned i = 0; i < pins->link_count; i++)
		unlink(link_path(path, pins, i));
	return FAILED;
}

static int fail(const struct pins *pins, const char *path, int err)
{
	const struct subcommand *subcommand = pins->run->collection->subcommand;

	if (err == -EEXIST)
		return tool_fail(subcommand, "--pin: %s exists already; remove it, or take another directory", path);
	if (err == -EPERM || err == -EINVAL || err == -ENOENT)
		return tool_fail(subcommand, "--pin: %s: %s; the directory must exist, in a bpffs: mount -t bpf bpf "
				 "/sys/fs/bpf", path, strerror(-err));
	return tool_fail(subcommand, "--pin: %s: %s", path, strerror(-err));
}

/* Say why an attachment ends with this process. Returns FAILED. */
static int refuse_link(const struct pins *pins, unsigned number)
{
	const struct collection *collection = pins->run->collection;
	const struct rawbpf_unit *unit = &pins->run->live.programs[number].unit;

	return tool_fail(collection->subcommand, "--pin: %s by %s is attached by an ioctl of a perf event, or by "
			 "netlink, and not by a bpf link: only links can be pinned; kprobes and tracepoints have them "
			 "since Linux 5.15", collection_string(collection, collection->tables.progs[unit->prog].name),
			 rawbpf_way_name(unit->way));
}

int run_pin(const struct run *run)
{
	struct pins pins = { .run = run };
	char path[PATH_MAX];
	int err;

	for (; pins.map_count < run->collection->tables.map_count; pins.map_count++) {
		err = !is_pinned(&pins, pins.map_count) ? 0 :
		      rawbpf_obj_pin(run->live.map_fds[pins.map_count], map_path(path, &pins, pins.map_count));
		if (err < 0) {
			fail(&pins, path, err);
			return undo(&pins);
		}
	}
	for (; pins.link_count < run->live.program_count; pins.link_count++) {
		const struct rawbpf_live_program *program = &run->live.programs[pins.link_count];

		if (!program->link.fd && !program->events) /* a place that names no target */
			continue;
		err = program->events ? -EINVAL :
		      rawbpf_link_pin(&program->link, link_path(path, &pins, pins.link_count));
		if (err < 0) {
			if (err == -EINVAL)
				refuse_link(&pins, pins.link_count);
			else
				fail(&pins, path, err);
			return undo(&pins);
		}
	}
	fprintf(stderr, "pinned in %s; remove the link_* there to end it\n", run->collection->run.pin);
	return OK;
}
