/* SPDX-License-Identifier: MIT */
#include "object.h"
#include "keyed.h"
#include "mounts.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const kind_words[] = {
	[RAWBPF_OBJ_PROG] = "program",
	[RAWBPF_OBJ_MAP] = "map",
	[RAWBPF_OBJ_BTF] = "BTF",
	[RAWBPF_OBJ_LINK] = "link",
};

int object_fail(const struct subcommand *subcommand, const char *what,
		const struct rawbpf_operation *operation, int err)
{
	return object_fail_at(subcommand, what, &(struct rawbpf_error){ .operation = operation,
								    .error = err });
}

int object_fail_at(const struct subcommand *subcommand, const char *what, const struct rawbpf_error *error)
{
	char why[512];

	rawbpf_error_explain(why, sizeof why, error);
	return tool_fail(subcommand, "%s: %s", what, why);
}

int object_each(const struct subcommand *subcommand, enum rawbpf_obj_kind kind,
		int (*visit)(void *context, int fd, unsigned id), void *context)
{
	unsigned id = 0;
	int err, status = OK;

	while (status == OK && (err = rawbpf_obj_id_next(&id, kind, id)) == 0) {
		int fd = rawbpf_obj_id_open(kind, id, NULL);

		if (fd == -ENOENT || fd == -EAGAIN) /* gone meanwhile, or not ready yet */
			continue;
		if (fd < 0)
			return object_fail(subcommand, "opening by id", RAWBPF_OBJ_ID_OPEN, fd);
		status = visit(context, fd, id);
		close(fd);
	}
	if (status == OK && err != -ENOENT)
		return object_fail(subcommand, "listing", RAWBPF_OBJ_ID_NEXT, err);
	return status;
}

int object_list(const struct subcommand *subcommand, enum rawbpf_obj_kind kind,
		int (*visit)(void *context, int fd, unsigned id), void *context, struct table *table)
{
	int status = object_each(subcommand, kind, visit, context);

	if (status == OK)
		table_print(table);
	return status;
}

/* ----------------------------------------------------------------------------- names */

/* Read an object's name in the kernel; "": it has none. */
static void read_name(enum rawbpf_obj_kind kind, int fd, char name[64])
{
	struct rawbpf_prog_info prog = { .type = 0 };
	struct rawbpf_map_info map = { .type = 0 };
	struct rawbpf_link_info link = { .type = 0 };
	struct rawbpf_btf_info btf = { .name = { name, 64, 0 } };

	name[0] = '\0';
	if (kind == RAWBPF_OBJ_PROG && rawbpf_prog_info(&prog, fd) == 0)
		strcpy(name, prog.name);
	else if (kind == RAWBPF_OBJ_MAP && rawbpf_map_info(&map, fd) == 0)
		strcpy(name, map.name);
	else if (kind == RAWBPF_OBJ_LINK && rawbpf_link_info(&link, fd) == 0)
		object_prog_name(link.prog_id, name);
	else if (kind == RAWBPF_OBJ_BTF)
		rawbpf_btf_info(&btf, fd);
}

void object_prog_name(unsigned id, char name[64])
{
	int fd = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, id, NULL);

	name[0] = '\0';
	if (fd < 0)
		return;
	read_name(RAWBPF_OBJ_PROG, fd, name);
	close(fd);
}

struct search {
	enum rawbpf_obj_kind kind;
	const char *name;
	char *ids; /* the ids of the objects with this name */
	unsigned id, count;
};

static int compare_name(void *context, int fd, unsigned id)
{
	struct search *search = context;
	char name[64];

	read_name(search->kind, fd, name);
	if (strcmp(name, search->name) == 0) {
		text_add(&search->ids, "%s%u", search->count ? ", " : "", id);
		search->id = id;
		search->count++;
	}
	return OK;
}

/* Find an id by name. Returns 0 after a message. */
static unsigned find_name(const struct subcommand *subcommand, enum rawbpf_obj_kind kind, const char *name)
{
	struct search search = { .kind = kind, .name = name };
	const char *word = kind_words[kind], *of = kind == RAWBPF_OBJ_LINK ? "'s program" : "";
	char *shown;

	if (object_each(subcommand, kind, compare_name, &search) != OK)
		return 0;
	if (search.count == 1) {
		free(search.ids);
		return search.id;
	}
	shown = text_escape(name, strlen(name));
	if (search.count)
		tool_fail(subcommand, "%u %ss are called '%s': give one of the ids: %s", search.count, word, shown,
			  search.ids);
	else
		tool_fail(subcommand, "no %s%s is called '%s'%s%s", word, of, shown,
			  access(name, F_OK) == 0 ? "; to read the file, write ./" : "",
			  access(name, F_OK) == 0 ? shown : "");
	free(shown);
	free(search.ids);
	return 0;
}

void object_record_constant(struct record *record, const char *field, enum rawbpf_constant kind,
			    unsigned number)
{
	const char *name = rawbpf_constant_name(kind, number);
	char digits[16];

	snprintf(digits, sizeof digits, "%u", number);
	record_string(record, field, name ? name : digits);
}

long long object_fdinfo(int fd, const char *name)
{
	char path[64], line[256];
	long long number = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && number < 0 && fgets(line, sizeof line, file))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			number = strtoll(line + strlen(name) + 1, NULL, 10);
	if (file)
		fclose(file);
	return number;
}

/* ----------------------------------------------------------------------------- paths */

/* Return the kind of a descriptor's object, or -1. */
static int kind_of(int fd)
{
	static const struct {
		const char *file;
		enum rawbpf_obj_kind kind;
	} files[] = {
		{ "anon_inode:bpf-prog", RAWBPF_OBJ_PROG },
		{ "anon_inode:bpf-map", RAWBPF_OBJ_MAP },
		{ "anon_inode:bpf_link", RAWBPF_OBJ_LINK },
		{ "anon_inode:bpf-link", RAWBPF_OBJ_LINK },
		{ "anon_inode:btf", RAWBPF_OBJ_BTF },
	};
	char path[64], target[64];
	ssize_t length;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	length = readlink(path, target, sizeof target - 1);
	target[length > 0 ? length : 0] = '\0';
	for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++)
		if (strcmp(target, files[i].file) == 0)
			return files[i].kind;
	return -1;
}

static int open_path(const struct subcommand *subcommand, enum rawbpf_obj_kind kind, const char *path)
{
	int found, fd = rawbpf_obj_open(path, 0);
	char why[512], *shown;

	if (fd < 0) {
		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_OBJ_OPEN, .error = fd, .name = path });
		tool_fail(subcommand, "%s", why);
		return -1;
	}
	found = kind_of(fd);
	if (found < 0 || found == (int)kind) /* without /proc the kernel decides */
		return fd;
	shown = text_escape(path, strlen(path));
	tool_fail(subcommand, "%s is a %s, not a %s", shown, kind_words[found], kind_words[kind]);
	free(shown);
	close(fd);
	return -1;
}

int object_open(const struct subcommand *subcommand, enum rawbpf_obj_kind kind, const char *which)
{
	unsigned long id;
	char *end;
	int fd;

	if (strchr(which, '/'))
		return open_path(subcommand, kind, which);
	id = strtoul(which, &end, 10);
	if (which[0] < '0' || which[0] > '9' || *end || id > UINT32_MAX)
		id = find_name(subcommand, kind, which);
	if (id == 0 && (which[0] != '0' || *end))
		return -1;
	fd = rawbpf_obj_id_open(kind, id, NULL);
	if (fd == -ENOENT)
		tool_fail(subcommand, "there is no %s with the id %lu", kind_words[kind], id);
	else if (fd < 0)
		object_fail(subcommand, "opening by id", RAWBPF_OBJ_ID_OPEN, fd);
	return fd < 0 ? -1 : fd;
}

int object_ask(const struct subcommand *subcommand, enum rawbpf_obj_kind kind, const char *which,
	       int (*ask)(void *context, int fd), void *context)
{
	static const struct rawbpf_operation *const operations[] = {
		[RAWBPF_OBJ_PROG] = RAWBPF_PROG_INFO,
		[RAWBPF_OBJ_MAP] = RAWBPF_MAP_INFO,
		[RAWBPF_OBJ_BTF] = RAWBPF_BTF_INFO,
		[RAWBPF_OBJ_LINK] = RAWBPF_LINK_INFO,
	};
	int err, fd = object_open(subcommand, kind, which);
	char what[32];

	if (fd < 0)
		return FAILED;
	err = ask(context, fd);
	close(fd);
	snprintf(what, sizeof what, "querying the %s", kind_words[kind]);
	return err < 0 ? object_fail(subcommand, what, operations[kind], err) : OK;
}

/* ------------------------------------------------------------------------------ pins */

int object_pin(const struct subcommand *subcommand, enum rawbpf_obj_kind kind,
	       const struct arguments *arguments)
{
	const char *path = arguments->rest[1];
	int err, fd = object_open(subcommand, kind, arguments->rest[0]);

	if (fd < 0)
		return FAILED;
	err = rawbpf_obj_pin(fd, path);
	close(fd);
	return err < 0 ? object_fail_at(subcommand, "pinning", &(struct rawbpf_error){
			.operation = RAWBPF_OBJ_PIN, .error = err, .name = path }) : OK;
}

static struct {
	int known;
	struct pin {
		struct key key; /* the object's id */
		enum rawbpf_obj_kind kind;
		char *path;
	} *list;
	unsigned count;
} pins;

static unsigned id_of(enum rawbpf_obj_kind kind, int fd)
{
	struct rawbpf_prog_info prog = { .type = 0 };
	struct rawbpf_map_info map = { .type = 0 };
	struct rawbpf_link_info link = { .type = 0 };

	if (kind == RAWBPF_OBJ_PROG)
		return rawbpf_prog_info(&prog, fd) == 0 ? prog.id : 0;
	if (kind == RAWBPF_OBJ_MAP)
		return rawbpf_map_info(&map, fd) == 0 ? map.id : 0;
	return rawbpf_link_info(&link, fd) == 0 ? link.id : 0;
}

static void add_pin(const char *path)
{
	int kind, fd = rawbpf_obj_open(path, 0);

	if (fd < 0)
		return;
	kind = kind_of(fd);
	if (kind >= 0) {
		pins.list = must_extend(pins.list, pins.count, sizeof *pins.list);
		pins.list[pins.count] = (struct pin){ { id_of(kind, fd), pins.count }, kind,
						      must_print("%s", path) };
		pins.count++;
	}
	close(fd);
}

static void look_below(const char *path, int depth)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && depth < 32 && (entry = readdir(dir))) {
		char *below;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		below = must_print("%s/%s", path, entry->d_name);
		if (entry->d_type == DT_DIR)
			look_below(below, depth + 1);
		else
			add_pin(below);
		free(below);
	}
	if (dir)
		closedir(dir);
}

static int compare_paths(const void *one, const void *other)
{
	return strcmp(((const struct pin *)one)->path, ((const struct pin *)other)->path);
}

/* A path is met again where file systems are stacked, or one is mounted within another. */
static void drop_repeated_pins(void)
{
	unsigned count = 0;

	if (pins.count)
		qsort(pins.list, pins.count, sizeof *pins.list, compare_paths);
	for (unsigned i = 0; i < pins.count; i++)
		if (count && strcmp(pins.list[i].path, pins.list[count - 1].path) == 0)
			free(pins.list[i].path);
		else
			pins.list[count++] = pins.list[i];
	pins.count = count;
}

static void find_pins(void)
{
	struct mounts mounts;

	pins.known = 1;
	mounts_open(&mounts);
	while (mounts_next(&mounts))
		if (strcmp(mounts.type, "bpf") == 0)
			look_below(mounts.path, 0);
	mounts_close(&mounts);
	drop_repeated_pins();
	key_sort(pins.list, pins.count, sizeof *pins.list);
}

void object_record_pins(struct record *record, enum rawbpf_obj_kind kind, unsigned id)
{
	struct parts parts = { .between = " " };

	if (!pins.known)
		find_pins();
	for (unsigned i = key_first(pins.list, pins.count, sizeof *pins.list, id);
	     i < pins.count && pins.list[i].key.id == id; i++) {
		const char *path = pins.list[i].path;

		if (pins.list[i].kind == kind)
			parts_add(&parts, text_escape(path, strlen(path)),
				  json_escape(path, strlen(path)));
	}
	record_parts(record, "pinned", &parts);
}

/* ------------------------------------------------------------------------- arguments */

/* Return the first option that the verb does not take, or 0. */
static int unwanted_option(const struct verb *verb, const struct arguments *arguments)
{
	for (int letter = 1; letter < (int)(sizeof arguments->options / sizeof *arguments->options); letter++)
		if (arguments->options[letter] && letter != 'j' && !strchr(verb->options, letter))
			return letter;
	return 0;
}

static int run_verb(const struct subcommand *subcommand, const struct verb *verb,
		    const struct arguments *arguments)
{
	int status, unwanted = unwanted_option(verb, arguments);

	if (unwanted) {
		tool_fail(subcommand, "%s has no option -%c", verb->name, unwanted);
		return USAGE;
	}
	if (arguments->count < verb->least || arguments->count > verb->most) {
		tool_page(stderr, "usage: rawbpf %s %s%s\n", subcommand->name, verb->name, verb->usage);
		return USAGE;
	}
	status = verb->run(arguments);
	return status == OK ? tool_finish(subcommand) : status;
}

int object_main(const struct subcommand *subcommand, int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 { "json", no_argument, NULL, 'j' },
						 { NULL, 0, NULL, 0 } };
	struct arguments arguments = { .json = 0 };
	int letter;

	while ((letter = getopt_long(argc, argv, subcommand->letters, options, NULL)) != -1) {
		if (letter == 'h')
			return tool_help(subcommand);
		if (letter == '?')
			return tool_usage_error(subcommand);
		arguments.options[letter] = optarg ? optarg : "";
	}
	if (optind == argc)
		return tool_usage_error(subcommand);
	arguments.json = arguments.options['j'] != NULL;
	arguments.rest = argv + optind + 1;
	arguments.count = argc - optind - 1;
	for (const struct verb *verb = subcommand->verbs; verb->name; verb++)
		if (strcmp(verb->name, argv[optind]) == 0)
			return run_verb(subcommand, verb, &arguments);
	tool_fail(subcommand, "there is no command '%s': see rawbpf %s -h", argv[optind], subcommand->name);
	return USAGE;
}
