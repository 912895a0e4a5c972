/* SPDX-License-Identifier: MIT */
/* rawbpf btf: the types of the kernel, its modules and programs. */
#include "btf_offsets.h"
#include "btf_type.h"
#include "object.h"
#include "target.h"
#include "users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *const columns[] = { "id", "name", "of", "size", "progs", "maps", NULL };

static struct users users; /* of each BTF, after note_users() */

static int note_prog(void *context, int fd, unsigned id)
{
	struct rawbpf_prog_info info = { .type = 0 };

	(void)context;
	if (rawbpf_prog_info(&info, fd) == 0)
		users_add(&users, RAWBPF_OBJ_PROG, id, info.btf_id);
	return OK;
}

static int note_map(void *context, int fd, unsigned id)
{
	struct rawbpf_map_info info = { .type = 0 };

	(void)context;
	if (rawbpf_map_info(&info, fd) == 0)
		users_add(&users, RAWBPF_OBJ_MAP, id, info.btf_id);
	return OK;
}

static int note_users(void)
{
	int status = object_each(&btf_subcommand, RAWBPF_OBJ_PROG, note_prog, NULL);

	return status == OK ? object_each(&btf_subcommand, RAWBPF_OBJ_MAP, note_map, NULL) : status;
}

/* Record a BTF. Returns 0 or a negative errno. */
static int record_btf(struct record *record, int fd)
{
	char name[64] = "";
	struct rawbpf_btf_info info = { .name = { name, sizeof name, 0 } };
	int err = rawbpf_btf_info(&info, fd);

	if (err < 0)
		return err;
	record_number(record, "id", info.id);
	record_string(record, "name", name);
	record_string(record, "of", !info.kernel_btf ? "programs" :
				    strcmp(name, "vmlinux") == 0 ? "kernel" : "module");
	record_number(record, "size", info.data.count);
	users_record(&users, record, "progs", RAWBPF_OBJ_PROG, info.id);
	users_record(&users, record, "maps", RAWBPF_OBJ_MAP, info.id);
	return 0;
}

/* -------------------------------------------------------------------------------- verbs */

/* A BTF that the user named: by name or id, from the kernel; or a file. */
struct source {
	struct rawbpf_btf btf;
	uint32_t *index;  /* a file's index */
	int fd;           /* the object's descriptor; -1: vmlinux before 5.11 has no object */
	struct file file; /* zeroed for an object */
};

/* Open a file like those in /sys/kernel/btf: a module's BTF is based on the kernel's. */
static int open_file(struct source *source, const char *path)
{
	int err;

	if (tool_read(&btf_subcommand, path, &source->file) != OK)
		return FAILED;
	if (tool_is_elf(&source->file))
		return tool_fail(&btf_subcommand, "%s is an ELF file; extract its BTF: "
				 "llvm-objcopy --dump-section .BTF=OUT FILE /dev/null", path);
	err = rawbpf_btf_parse(&source->btf, source->file.data, source->file.size, NULL);
	if (err < 0 && target_kernel_btf())
		err = rawbpf_btf_parse(&source->btf, source->file.data, source->file.size,
				       target_kernel_btf());
	if (err < 0)
		return tool_fail(&btf_subcommand, "%s is no BTF of this machine", path);
	source->index = must_allocate(sizeof *source->index * source->btf.type_count);
	rawbpf_btf_index_set(&source->btf, source->index, source->btf.type_count);
	return OK;
}

static int open_kernel(struct source *source)
{
	int err = rawbpf_btf_kernel_open(&source->btf);

	source->fd = rawbpf_btf_fd_open("vmlinux");
	if (err == -ENOENT)
		return tool_fail(&btf_subcommand, "this kernel has no BTF");
	return err < 0 ? object_fail(&btf_subcommand, "reading vmlinux", RAWBPF_BTF_KERNEL_OPEN, err) : OK;
}

static int open_object(struct source *source, const char *which)
{
	char name[64] = "";
	struct rawbpf_btf_info info = { .name = { name, sizeof name, 0 } };
	int err;

	source->fd = object_open(&btf_subcommand, RAWBPF_OBJ_BTF, which);
	if (source->fd < 0)
		return FAILED;
	err = rawbpf_btf_info(&info, source->fd);
	if (err == 0)
		err = rawbpf_btf_open(&source->btf, source->fd,
				      info.kernel_btf && strcmp(name, "vmlinux") != 0 ?
					      target_kernel_btf() : NULL);
	return err < 0 ? object_fail(&btf_subcommand, "reading the BTF", RAWBPF_BTF_INFO, err) : OK;
}

/* Open a BTF. Returns OK, or FAILED after a message. */
static int open_source(struct source *source, const char *which)
{
	*source = (struct source){ .fd = -1 };
	if (strchr(which, '/'))
		return open_file(source, which);
	return strcmp(which, "vmlinux") ? open_object(source, which) : open_kernel(source);
}

static void close_source(struct source *source)
{
	rawbpf_btf_close(&source->btf);
	free(source->index);
	if (source->fd >= 0)
		close(source->fd);
}

/* Does the name match the pattern? * stands for any bytes, ? for one. A later * takes over from an earlier. */
static int matches(const char *pattern, const char *name)
{
	const char *star = NULL, *taken = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = ++pattern;
			taken = name;
		} else if (*pattern == '?' || *pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++taken;
		} else {
			return 0;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

static int dump(const struct arguments *arguments)
{
	const char *pattern = arguments->rest[1]; /* NULL: all types */
	struct btf_line line = { .json = arguments->json, .members = pattern != NULL };
	struct source source;
	unsigned printed = 0;

	if (open_source(&source, arguments->rest[0]) != OK)
		return FAILED;
	line.btf = &source.btf;
	for (line.id = source.btf.first_id; line.id < rawbpf_btf_type_end(&source.btf); line.id++) {
		const char *name = rawbpf_btf_type_name(line.btf, line.id);

		line.type = rawbpf_btf_type_get(line.btf, line.id);
		if (!line.type || (pattern && !matches(pattern, name ? name : "")))
			continue;
		btf_type_print(&line, name ? name : "");
		printed++;
	}
	close_source(&source);
	if (!printed && pattern)
		return tool_fail(&btf_subcommand, "there is no type '%s'", pattern);
	return OK;
}

static int list_one(void *context, int fd, unsigned id)
{
	struct record record = { .count = 0 };

	(void)id;
	if (record_btf(&record, fd) == 0)
		table_add(context, &record);
	return OK;
}

static int list(const struct arguments *arguments)
{
	struct table table = { .columns = columns, .json = arguments->json };
	int status = note_users();

	if (status != OK)
		return status;
	return object_list(&btf_subcommand, RAWBPF_OBJ_BTF, list_one, &table, &table);
}

static void record_kinds(struct record *record, const struct rawbpf_btf *btf)
{
	unsigned counts[32] = { 0 };

	record_number(record, "types", btf->type_count);
	for (unsigned id = btf->first_id; id < rawbpf_btf_type_end(btf); id++) {
		const struct btf_type *type = rawbpf_btf_type_get(btf, id);

		if (type && rawbpf_btf_type_kind(type) < 32)
			counts[rawbpf_btf_type_kind(type)]++;
	}
	for (unsigned kind = 0; kind < 32; kind++)
		if (counts[kind] && rawbpf_constant_name(RAWBPF_BTF_KIND, kind))
			record_number(record, btf_kind_name(kind), counts[kind]);
}

static int show(const struct arguments *arguments)
{
	struct record record = { .count = 0 };
	struct source source;
	int err = 0;

	if (open_source(&source, arguments->rest[0]) != OK)
		return FAILED;
	if (source.fd >= 0 && note_users() != OK)
		return FAILED;
	if (source.fd >= 0)
		err = record_btf(&record, source.fd);
	if (err < 0)
		return object_fail(&btf_subcommand, "querying the BTF", RAWBPF_BTF_INFO, err);
	if (source.fd < 0)
		record_string(&record, "name", arguments->rest[0]);
	record_kinds(&record, &source.btf);
	record_print(&record, arguments->json);
	close_source(&source);
	return OK;
}

/* The first name with a '/' is a file with the BTF of another kernel. */
static int offsets(const struct arguments *arguments)
{
	int status, is_file = strchr(arguments->rest[0], '/') != NULL;
	struct utsname system = { .release = "" };
	struct source source;

	if (arguments->json)
		return tool_fail(&btf_subcommand, "an offsets file is no JSON: leave out -j");
	if (open_source(&source, is_file ? arguments->rest[0] : "vmlinux") != OK)
		return FAILED;
	if (!is_file)
		uname(&system);
	status = btf_offsets_print(&source.btf, system.release, arguments->rest + is_file);
	close_source(&source);
	return status;
}

enum { NAMES_AT_MOST = 10000 };

static const struct verb verbs[] = {
	{ "list", 0, 0, "", list, "" },
	{ "show", 1, 1, " BTF", show, "" },
	{ "dump", 1, 2, " BTF [NAME]", dump, "" },
	{ "offsets", 1, NAMES_AT_MOST, " [FILE] NAME...", offsets, "" },
	{ .name = NULL },
};

const struct subcommand btf_subcommand = {
	.name = "btf",
	.usage = "[-j] list | show BTF | dump BTF [NAME] |\n"
		 "       offsets [FILE] NAME...",
	.help = "Show BTF: the types of the kernel, its modules, and programs.\n"
		"\n"
		"  list             print all BTF, one a line, and the programs and maps that use\n"
		"                   it\n"
		"  show BTF         print the number of types of each kind\n"
		"  dump BTF         print all types, one a line\n"
		"  dump BTF NAME    print the types of this name (* and ? match) with their\n"
		"                   members\n"
		"  offsets NAME...  print an offsets file with these names of this kernel or,\n"
		"                   with FILE before them, of its BTF: task_struct.tgid,\n"
		"                   'sizeof(task_struct)'\n"
		"  -j, --json       print one JSON object a line\n"
		"  -h, --help       print this help\n"
		"\n"
		"BTF is an id, a name (vmlinux for the kernel), or a file (with a '/').\n",
	.verbs = verbs,
	.letters = "jh",
};
