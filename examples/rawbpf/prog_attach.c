/* SPDX-License-Identifier: MIT */
/*
 * rawbpf prog attach, detach. With a path, attach by a link that is pinned there. Without one,
 * attach by rawbpf_prog_attach(), which lasts until prog detach. Many types have only the first
 * way.
 */
#include "attached.h"
#include "target.h"
#include "verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A program and its target. */
struct request {
	int prog;
	const struct way *way;
	unsigned attach_type;
	const char *target;
	/* the target: a descriptor or a device's index; -1: only its name counts */
	int place;
	const char *function; /* for a probe: the target up to its offset */
	uint64_t offset;
};

/* The way to attach one attach type, or several with a common beginning. */
struct way {
	const char *name; /* a '*' at the end stands for anything */
	/* opens the target; OK, or a status after a message */
	int (*open)(struct request *request);
	int (*attach)(struct rawbpf_link *link, const struct request *request);
	const struct rawbpf_operation *operation;
	enum { BY_LINK, UNLINKED, BY_NET } without; /* without a link: never, here, or by rawbpf net */
};

static int fail(const struct request *request, const char *what,
		const struct rawbpf_operation *operation, int err)
{
	struct rawbpf_prog_info info = { .type = 0 };

	rawbpf_prog_info(&info, request->prog);
	return object_fail_at(&prog_subcommand, what, &(struct rawbpf_error){
		.operation = operation, .error = err, .type = info.type, .name = request->target });
}

static int fail_target(const struct request *request, const char *why)
{
	char *shown = text_escape(request->target, strlen(request->target));

	tool_fail(&prog_subcommand, "'%s': %s", shown, why);
	free(shown);
	return FAILED;
}

/* ------------------------------------------------------------------------------ targets */

static int open_file(struct request *request, int flags)
{
	request->place = open(request->target, O_RDONLY | O_CLOEXEC | flags);
	return request->place < 0 ? fail_target(request, strerror(errno)) : OK;
}

static int open_cgroup(struct request *request)
{
	return open_file(request, O_DIRECTORY);
}

static int open_netns(struct request *request)
{
	return open_file(request, 0);
}

static int open_device(struct request *request)
{
	request->place = target_device_find(&prog_subcommand, request->target);
	return request->place ? OK : FAILED;
}

static int open_map(struct request *request)
{
	request->place = object_open(&prog_subcommand, RAWBPF_OBJ_MAP, request->target);
	return request->place < 0 ? FAILED : OK;
}

/* Open FUNCTION or FUNCTION+OFFSET. */
static int open_function(struct request *request)
{
	const char *plus = strchr(request->target, '+');
	unsigned long long offset;

	request->function = must_print("%.*s", (int)strcspn(request->target, "+"), request->target);
	if (!plus)
		return OK;
	if (tool_number(plus + 1, &offset)) {
		request->offset = offset;
		return OK;
	}
	fail_target(request, "the offset is no number");
	return USAGE;
}

/* Open GROUP/NAME. */
static int open_event(struct request *request)
{
	const char *slash = strchr(request->target, '/');

	if (slash && slash != request->target && slash[1] && !strchr(slash + 1, '/'))
		return OK;
	fail_target(request, "a tracepoint is GROUP/NAME, as in events/ of tracefs");
	return USAGE;
}

static int open_nothing(struct request *request)
{
	(void)request;
	return OK;
}

/* ------------------------------------------------------------------------------- links */

static int attach_cgroup(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_cgroup_attach(link, request->prog, request->place, request->attach_type, NULL);
}

static int attach_xdp(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_xdp_attach(link, request->prog, request->place, 0);
}

static int attach_tcx(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_tcx_attach(link, request->prog, request->place, request->attach_type, NULL);
}

static int attach_netkit(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_netkit_attach(link, request->prog, request->place, request->attach_type, NULL);
}

static int attach_netns(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_netns_attach(link, request->prog, request->place, request->attach_type);
}

static int attach_sockmap(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_sockmap_attach(link, request->prog, request->place, request->attach_type);
}

static int attach_kprobe(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_kprobe_attach(link, request->prog, &(struct rawbpf_kprobe_spec){
		.symbol = request->function, .offset = request->offset,
		.retprobe = strcmp(request->way->name, "kretprobe") == 0,
		.bind = RAWBPF_BIND_LINK });
}

static int attach_tracepoint(struct rawbpf_link *link, const struct request *request)
{
	char *group = must_print("%s", request->target), *slash = strchr(group, '/');
	int err;

	*slash = '\0';
	err = rawbpf_tracepoint_attach(link, request->prog, &(struct rawbpf_tracepoint_spec){
		.group = group, .name = slash + 1, .bind = RAWBPF_BIND_LINK });
	free(group);
	return err;
}

static int attach_raw_tracepoint(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_raw_tracepoint_attach(link, request->prog,
		&(struct rawbpf_raw_tracepoint_spec){ .name = request->target });
}

/* Names of attach types, and of ways without one. */
static const struct way ways[] = {
	{ "cgroup_*", open_cgroup, attach_cgroup, RAWBPF_CGROUP_ATTACH, UNLINKED },
	{ "lsm_cgroup", open_cgroup, attach_cgroup, RAWBPF_CGROUP_ATTACH, UNLINKED },
	{ "tcx_*", open_device, attach_tcx, RAWBPF_TCX_ATTACH, UNLINKED },
	{ "netkit_*", open_device, attach_netkit, RAWBPF_NETKIT_ATTACH, UNLINKED },
	{ "sk_skb_*", open_map, attach_sockmap, RAWBPF_SOCKMAP_ATTACH, UNLINKED },
	{ "sk_msg_verdict", open_map, attach_sockmap, RAWBPF_SOCKMAP_ATTACH, UNLINKED },
	{ "xdp", open_device, attach_xdp, RAWBPF_XDP_ATTACH, BY_NET },
	{ "flow_dissector", open_netns, attach_netns, RAWBPF_NETNS_ATTACH, BY_NET },
	{ "sk_lookup", open_netns, attach_netns, RAWBPF_NETNS_ATTACH, BY_LINK },
	{ "kprobe", open_function, attach_kprobe, RAWBPF_KPROBE_ATTACH, BY_LINK },
	{ "kretprobe", open_function, attach_kprobe, RAWBPF_KPROBE_ATTACH, BY_LINK },
	{ "tracepoint", open_event, attach_tracepoint, RAWBPF_TRACEPOINT_ATTACH, BY_LINK },
	{ "raw_tracepoint", open_nothing, attach_raw_tracepoint, RAWBPF_RAW_TRACEPOINT_ATTACH, BY_LINK },
};

/* ------------------------------------------------------------------------------- verbs */

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
	for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		if (way_has(&ways[i], type) && (number >= 0 || !strchr(ways[i].name, '*'))) {
			request->way = &ways[i];
			return OK;
		}
		text_add(&known, " %s", ways[i].name);
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
	request->target = arguments[2];
	request->place = -1;
	request->prog = object_open(&prog_subcommand, RAWBPF_OBJ_PROG, arguments[0]);
	return request->prog < 0 ? FAILED : request->way->open(request);
}

static int attach_by_link(const struct request *request, const char *path)
{
	struct rawbpf_link link = { 0 };
	int err = request->way->attach(&link, request);

	if (err < 0)
		return fail(request, "attaching", request->way->operation, err);
	err = rawbpf_link_pin(&link, path);
	rawbpf_link_detach(&link);
	return err < 0 ? object_fail_at(&prog_subcommand, "pinning the link", &(struct rawbpf_error){
			.operation = RAWBPF_LINK_PIN, .error = err, .name = path }) : OK;
}

/* Parse -m, the mode in which a cgroup shares its hook. Returns OK, or USAGE after a message. */
static int parse_mode(const struct request *request, const char *mode, unsigned *flags)
{
	static const struct {
		const char *name;
		unsigned flags;
	} modes[] = { { "multi", BPF_F_ALLOW_MULTI }, { "override", BPF_F_ALLOW_OVERRIDE },
		      { "alone", 0 } };

	if (request->way->open != open_cgroup) {
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
	return err < 0 ? fail(request, "attaching", RAWBPF_PROG_ATTACH, err) : OK;
}

int prog_attach(const struct arguments *arguments)
{
	const char *path = arguments->rest[3], *old = arguments->options['r'];
	const char *mode = arguments->options['m'];
	struct request request = { 0 };
	unsigned flags = 0;
	int status;

	if (find_way(&request, arguments->rest[1]) != OK || parse_mode(&request, mode, &flags) != OK)
		return USAGE;
	if (path ? mode || old : request.way->without != UNLINKED) {
		tool_fail(&prog_subcommand, "%s%s", path ?
			  "-m and -r attach without a link: give no PATH" :
			  "this type attaches by a link: give a PATH in bpffs to pin it",
			  path || request.way->without != BY_NET ? "" :
			  "; without a link: rawbpf net attach");
		return USAGE;
	}
	status = open_request(&request, arguments->rest);
	if (status != OK)
		return status;
	return path ? attach_by_link(&request, path) : attach_unlinked(&request, flags, old);
}

/* Print that a link holds the program. Returns 0, without a message, if none does. */
static int fail_held(const struct request *request)
{
	struct rawbpf_link_info held = { .attach_type = request->attach_type };
	struct rawbpf_prog_info prog = { .id = 0 };
	struct rawbpf_map_info map = { .id = 0 };
	struct stat cgroup = { .st_ino = 0 };

	if (request->way->open == open_device)
		held.ifindex = request->place;
	else if (request->way->open == open_map)
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
	return err < 0 ? fail(&request, "detaching", RAWBPF_PROG_DETACH, err) : OK;
}
