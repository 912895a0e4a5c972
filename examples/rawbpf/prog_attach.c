/* SPDX-License-Identifier: MIT */
/*
 * rawbpf prog attach, detach. With a path, attach by a link that is pinned there. Without one,
 * attach by rawbpf_prog_attach(), which lasts until prog detach. Many types have only the first
 * way.
 */
#include "attached.h"
#include "prog_way.h"
#include "target.h"
#include "verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int way_has(const struct way *way, const char *type)
{
	size_t length = strcspn(way->name, "*");

	return strncmp(way->name, type, length) == 0 && (way->name[length] == '*' || !type[length]);
}

/* Find the way and the attach type. Returns OK, or USAGE after a message. */
static int find_way(struct request *request, const char *type)
{
	int number = rawbpf_constant_find(RAWBPF_ATTACH_TYPE, type);
	char *shown, *known = NULL;

	request->attach_type = number < 0 ? 0 : number;
	for (const struct way *way = prog_ways; way->name; way++) {
		if (way_has(way, type) && (number >= 0 || !strchr(way->name, '*'))) {
			request->way = way;
			return OK;
		}
		text_add(&known, " %s", way->name);
	}
	shown = text_escape(type, strlen(type));
	tool_fail(&prog_subcommand, "'%s' is no type to attach; the types are%s", shown, known);
	free(shown);
	free(known);
	return USAGE;
}

/* Open PROG and TARGET of "PROG TYPE TARGET", whose way is known. */
static int open_request(struct request *request, char **arguments)
{
	request->target = request->way->open ? arguments[2] : NULL;
	request->place = -1;
	request->prog = object_open(&prog_subcommand, RAWBPF_OBJ_PROG, arguments[0]);
	if (request->prog < 0)
		return FAILED;
	return request->way->open ? request->way->open(request) : OK;
}

static int attach_by_link(const struct request *request, const char *path)
{
	struct rawbpf_link link = { 0 };
	int err = request->way->attach(&link, request);

	if (err < 0)
		return way_fail(request, "attaching", request->way->operation, err);
	err = rawbpf_link_pin(&link, path);
	rawbpf_link_detach(&link);
	return err < 0 ? way_fail_pin(path, err) : OK;
}

/* Parse -m, the mode in which a cgroup shares its hook. Returns OK, or USAGE after a message. */
static int parse_mode(const struct request *request, const char *mode, unsigned *flags)
{
	static const struct {
		const char *name;
		unsigned flags;
	} modes[] = { { "multi", BPF_F_ALLOW_MULTI }, { "override", BPF_F_ALLOW_OVERRIDE },
		      { "alone", 0 } };

	if (request->way->open != way_open_cgroup) {
		if (!mode)
			return OK;
		tool_fail(&prog_subcommand, "-m is for cgroups");
		return USAGE;
	}
	for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++)
		if (strcmp(modes[i].name, mode ? mode : "multi") == 0) {
			*flags = modes[i].flags;
			return OK;
		}
	tool_fail(&prog_subcommand, "-m wants multi, override or alone");
	return USAGE;
}

static int attach_unlinked(const struct request *request, unsigned flags, const char *old)
{
	struct rawbpf_prog_attach_spec spec = { .flags = flags };
	int err;

	if (old) {
		spec.replace = object_open(&prog_subcommand, RAWBPF_OBJ_PROG, old);
		if (spec.replace < 0)
			return FAILED;
	}
	err = rawbpf_prog_attach(request->prog, request->place, request->attach_type, &spec);
	return err < 0 ? way_fail(request, "attaching", RAWBPF_PROG_ATTACH, err) : OK;
}

/* Check that PATH and the options fit the way. Returns OK, or USAGE after a message. */
static int check_way(const struct way *way, const struct arguments *arguments, const char *path)
{
	if (!way->open && arguments->rest[3]) {
		tool_fail(&prog_subcommand, "a program of type %s has its target since it was loaded: give "
			  "only PROG TYPE PATH", way->name);
		return USAGE;
	}
	if (path && (arguments->options['m'] || arguments->options['r'])) {
		tool_fail(&prog_subcommand, "-m and -r attach without a link: give no PATH");
		return USAGE;
	}
	if (!path && way->without != UNLINKED) {
		tool_fail(&prog_subcommand, "this type attaches by a link: give a PATH in bpffs to pin it%s",
			  way->without == BY_NET ? "; without a link: rawbpf net attach" : "");
		return USAGE;
	}
	return OK;
}

int prog_attach(const struct arguments *arguments)
{
	struct request request = { 0 };
	unsigned flags = 0;
	const char *path;
	int status;

	if (find_way(&request, arguments->rest[1]) != OK ||
	    parse_mode(&request, arguments->options['m'], &flags) != OK)
		return USAGE;
	path = arguments->rest[request.way->open ? 3 : 2];
	if (check_way(request.way, arguments, path) != OK)
		return USAGE;
	status = open_request(&request, arguments->rest);
	if (status != OK)
		return status;
	if (!path)
		return attach_unlinked(&request, flags, arguments->options['r']);
	return request.way->attach_all ? request.way->attach_all(&request, path) :
					 attach_by_link(&request, path);
}

/* Print that a link holds the program. Returns 0, without a message, if none does. */
static int fail_held(const struct request *request)
{
	struct rawbpf_link_info held = { .attach_type = request->attach_type };
	struct rawbpf_prog_info prog = { .id = 0 };
	struct rawbpf_map_info map = { .id = 0 };
	struct stat cgroup = { .st_ino = 0 };

	if (request->way->open == way_open_device)
		held.ifindex = request->place;
	else if (request->way->open == way_open_map)
		rawbpf_map_info(&map, request->place);
	else
		fstat(request->place, &cgroup);
	held.map_id = map.id;
	held.cgroup_id = cgroup.st_ino;
	if (rawbpf_prog_info(&prog, request->prog) < 0)
		return 0;
	held.prog_id = prog.id;
	return link_fail_held(&prog_subcommand, &held);
}

int prog_detach(const struct arguments *arguments)
{
	struct request request = { 0 };
	int err, status = find_way(&request, arguments->rest[1]);

	if (status != OK)
		return status;
	if (request.way->without != UNLINKED) {
		tool_fail(&prog_subcommand, "this type attaches by a link: remove its pin, or use "
			  "rawbpf link detach%s", request.way->without == BY_NET ?
			  "; without a link: rawbpf net detach" : "");
		return USAGE;
	}
	status = open_request(&request, arguments->rest);
	if (status != OK)
		return status;
	err = rawbpf_prog_detach(request.prog, request.place, request.attach_type, NULL);
	if ((err == -EBUSY || err == -ENOENT) && fail_held(&request))
		return FAILED;
	return err < 0 ? way_fail(&request, "detaching", RAWBPF_PROG_DETACH, err) : OK;
}
