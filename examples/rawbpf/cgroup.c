/* SPDX-License-Identifier: MIT */
/* rawbpf cgroup: cgroups and the programs attached to them. */
#include "attached.h"
#include "keyed.h"
#include "target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const columns[] = { "cgroup", "type", "prog", "name", "flags", "link", NULL };
static const char *const columns_effective[] = { "cgroup", "type", "prog", "name", NULL };
static const char *const optional[] = { "flags", "link", NULL };

enum { DEPTH = 128, TYPES = 64, PROGS = 64 /* limits for one hook of one cgroup */ };

/* A link that attaches a program to a cgroup. */
struct attachment {
	struct key cgroup; /* the low half of its id, which is its inode number */
	unsigned attach_type, prog, link;
};

struct walk {
	struct table table;
	unsigned flags; /* flags of the queries */
	int status;     /* FAILED: something is missing, after a message */

	char *path;     /* the current cgroup */
	unsigned types[TYPES], type_count; /* the attach types that this kernel has */

	uint32_t *ids, *prog_flags; /* room for the programs of one hook */
	unsigned room;

	struct attachment *links;
	unsigned link_count;
};

/* ------------------------------------------------------------------------------- links */

static int note_link(void *context, int fd, unsigned id)
{
	struct walk *walk = context;
	struct link_told told;

	if (link_ask(&told, fd, 0) < 0 || told.info.type != BPF_LINK_TYPE_CGROUP)
		return OK;
	walk->links = must_extend(walk->links, walk->link_count, sizeof *walk->links);
	walk->links[walk->link_count] = (struct attachment){
		{ (uint32_t)told.info.cgroup_id, walk->link_count }, told.info.attach_type,
		told.info.prog_id, id };
	walk->link_count++;
	return OK;
}

static void record_link(struct walk *walk, struct record *record, unsigned cgroup, unsigned type,
			unsigned prog)
{
	unsigned i = key_first(walk->links, walk->link_count, sizeof *walk->links, cgroup);

	for (; i < walk->link_count && walk->links[i].cgroup.id == cgroup; i++)
		if (walk->links[i].attach_type == type && walk->links[i].prog == prog) {
			record_number(record, "link", walk->links[i].link);
			return;
		}
}

/* ------------------------------------------------------------------------------- hooks */

static const char *flags_word(unsigned flags)
{
	return flags & BPF_F_ALLOW_MULTI ? "multi" : flags & BPF_F_ALLOW_OVERRIDE ? "override" :
								   "alone";
}

static void add_prog(struct walk *walk, unsigned cgroup, unsigned type, unsigned prog,
		     unsigned flags)
{
	struct record record = { .count = 0 };
	char name[64];

	record_string(&record, "cgroup", walk->path);
	object_record_constant(&record, "type", RAWBPF_ATTACH_TYPE, type);
	record_number(&record, "prog", prog);
	object_prog_name(prog, name);
	record_string(&record, "name", name);
	if (!walk->flags) {
		record_string(&record, "flags", flags_word(flags));
		record_link(walk, &record, cgroup, type, prog);
	}
	table_add(&walk->table, &record);
}

static void make_room(struct walk *walk, unsigned room)
{
	walk->room = room;
	walk->ids = must_grow(walk->ids, room, sizeof *walk->ids);
	walk->prog_flags = must_grow(walk->prog_flags, room, sizeof *walk->prog_flags);
}

/*
 * Query a hook. The kernel lists lsm_cgroup programs together with the flags of each. It lists
 * others without.
 */
static int ask_hook(struct walk *walk, struct rawbpf_prog_query *query, int cgroup, unsigned type)
{
	for (;;) {
		int err;

		*query = (struct rawbpf_prog_query){
			.flags = walk->flags, .prog_ids = walk->ids, .capacity = walk->room,
			.prog_attach_flags = type == BPF_LSM_CGROUP && !walk->flags ?
					     walk->prog_flags : NULL };
		err = rawbpf_prog_query(query, cgroup, type);
		if (err != -ENOSPC)
			return err;
		make_room(walk, query->count);
	}
}

/* Look at a hook of a cgroup. Returns 0 or a negative errno. */
static int look_at_hook(struct walk *walk, int fd, unsigned cgroup, unsigned type)
{
	struct rawbpf_prog_query query;
	int err = ask_hook(walk, &query, fd, type);

	for (unsigned i = 0; err == 0 && i < query.count; i++)
		add_prog(walk, cgroup, type, walk->ids[i],
			 query.prog_attach_flags ? walk->prog_flags[i] : query.attach_flags);
	return err;
}

/* Find the attach types that this kernel has. Returns 0, or another error of the first type. */
static int find_types(struct walk *walk, int top)
{
	const char *name;

	for (unsigned type = 0; (name = rawbpf_constant_name(RAWBPF_ATTACH_TYPE, type)); type++) {
		struct rawbpf_prog_query query = { .flags = walk->flags };
		int err;

		if (strncmp(name, "cgroup_", 7) != 0 && type != BPF_LSM_CGROUP)
			continue;
		err = rawbpf_prog_query(&query, top, type);
		if (err == -EINVAL)
			continue;
		if (err < 0 && err != -ENOSPC)
			return err;
		if (walk->type_count < TYPES)
			walk->types[walk->type_count++] = type;
	}
	return walk->type_count ? 0 : -EINVAL;
}

/* -------------------------------------------------------------------------------- tree */

static int complain(struct walk *walk, const char *why)
{
	char *shown = text_escape(walk->path, strlen(walk->path));

	tool_fail(&cgroup_subcommand, "%s: %s", shown, why);
	free(shown);
	return walk->status = FAILED;
}

/* Explain a query of the current cgroup. Any type of cgroup programs stands for them all. */
static int fail_query(const struct walk *walk, int err)
{
	return object_fail_at(&cgroup_subcommand, "querying", &(struct rawbpf_error){
		.operation = RAWBPF_PROG_QUERY, .error = err, .name = walk->path,
		.type = BPF_PROG_TYPE_CGROUP_DEVICE });
}

/* Report errno. A cgroup that is gone has no programs. */
static void complain_unless_gone(struct walk *walk)
{
	if (errno != ENOENT && errno != ENODEV)
		complain(walk, strerror(errno));
}

static void look_below(struct walk *walk, int parent, const char *name, int depth);

/* Look at a cgroup. It may go at any time: then it has no programs. */
static void look_at(struct walk *walk, int fd, int depth)
{
	struct stat status = { .st_ino = 0 };
	struct dirent *entry;
	int err = 0;
	DIR *dir;

	fstat(fd, &status);
	for (unsigned i = 0; err == 0 && i < walk->type_count; i++)
		err = look_at_hook(walk, fd, (uint32_t)status.st_ino, walk->types[i]);
	if (err < 0 && err != -ENOENT && err != -ENODEV)
		walk->status = fail_query(walk, err);
	dir = fdopendir(fd);
	if (!dir) {
		complain(walk, strerror(errno));
		close(fd);
		return;
	}
	for (errno = 0; (entry = readdir(dir)); errno = 0)
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			look_below(walk, fd, entry->d_name, depth);
	if (errno)
		complain_unless_gone(walk);
	closedir(dir);
}

static void look_below(struct walk *walk, int parent, const char *name, int depth)
{
	char *path = walk->path;
	int fd;

	walk->path = must_print("%s/%s", path, name);
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		complain_unless_gone(walk);
	if (fd >= 0 && depth == DEPTH) {
		complain(walk, "not shown: it is deeper than 128 cgroups");
		close(fd);
	} else if (fd >= 0) {
		look_at(walk, fd, depth + 1);
	}
	free(walk->path);
	walk->path = path;
}

/* Return the path without slashes at its end, which would double in paths below. */
static char *top_of(const char *given)
{
	char *path = given ? must_print("%s", given) : target_mount("cgroup2");
	size_t length = path ? strlen(path) : 0;

	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
	return path;
}

static int walk_tree(struct walk *walk)
{
	int err, fd = open(walk->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return complain(walk, strerror(errno));
	err = find_types(walk, fd);
	if (err < 0) {
		close(fd);
		return fail_query(walk, err);
	}
	look_at(walk, fd, 0);
	table_print(&walk->table);
	return walk->status;
}

static int tree(const struct arguments *arguments)
{
	struct walk walk = {
		.table = { .columns = arguments->options['e'] ? columns_effective : columns,
			   .optional = optional, .json = arguments->json },
		.flags = arguments->options['e'] ? BPF_F_QUERY_EFFECTIVE : 0,
		.path = top_of(arguments->rest[0]) };
	int status;

	if (!walk.path)
		return tool_fail(&cgroup_subcommand, "cgroup v2 is not mounted; mount it: "
				 "mount -t cgroup2 cgroup2 /sys/fs/cgroup");
	status = walk.flags ? OK : object_each(&cgroup_subcommand, RAWBPF_OBJ_LINK, note_link, &walk);
	key_sort(walk.links, walk.link_count, sizeof *walk.links);
	if (status == OK) {
		make_room(&walk, PROGS);
		status = walk_tree(&walk);
	}
	free(walk.path);
	free(walk.ids);
	free(walk.prog_flags);
	free(walk.links);
	return status;
}

static const struct verb verbs[] = {
	{ "tree", 0, 1, " [-e] [PATH]", tree, "e" },
	{ .name = NULL },
};

const struct subcommand cgroup_subcommand = {
	.name = "cgroup",
	.usage = "[-j] tree [-e] [PATH]",
	.help = "Show the programs on cgroups.\n"
		"\n"
		"  tree [PATH]  print the programs of the cgroup PATH and of all below it, one a\n"
		"               line; PATH is the root if it is not given\n"
		"  -e           print all programs that run for each cgroup, also those of the\n"
		"               cgroups above it\n"
		"  -j, --json   print one JSON object a line\n"
		"  -h, --help   print this help\n",
	.verbs = verbs,
	.letters = "ejh",
};
