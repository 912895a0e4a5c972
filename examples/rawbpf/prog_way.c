/* SPDX-License-Identifier: MIT */
#include "prog_way.h"
#include "target.h"
#include "verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netfilter.h>
#include <rawbpf/uapi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int way_fail(const struct request *request, const char *what, const struct rawbpf_operation *operation,
	     int err)
{
	struct rawbpf_prog_info info = { .type = 0 };

	rawbpf_prog_info(&info, request->prog);
	return object_fail_at(&prog_subcommand, what, &(struct rawbpf_error){
		.operation = operation, .error = err, .type = info.type,
		.name = request->name ? request->name : request->target });
}

int way_fail_pin(const char *path, int err)
{
	return object_fail_at(&prog_subcommand, "pinning the link", &(struct rawbpf_error){
		.operation = RAWBPF_LINK_PIN, .error = err, .name = path });
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

int way_open_cgroup(struct request *request)
{
	return open_file(request, O_DIRECTORY);
}

static int open_netns(struct request *request)
{
	return open_file(request, 0);
}

int way_open_device(struct request *request)
{
	request->place = target_device_find(&prog_subcommand, request->target);
	return request->place ? OK : FAILED;
}

int way_open_map(struct request *request)
{
	request->place = object_open(&prog_subcommand, RAWBPF_OBJ_MAP, request->target);
	return request->place < 0 ? FAILED : OK;
}

/* Print that the target is malformed. */
int way_fail_syntax(const struct request *request, const char *why)
{
	fail_target(request, why);
	return USAGE;
}

/* Parse FUNCTION or FUNCTION+OFFSET. Returns the function, or NULL after a message. */
static char *parse_function(const struct request *request, const char *text, uint64_t *offset)
{
	size_t length = strcspn(text, "+");
	unsigned long long number = 0;

	if (text[length] && !tool_number(text + length + 1, &number)) {
		way_fail_syntax(request, "the offset is no number");
		return NULL;
	}
	*offset = number;
	return must_print("%.*s", (int)length, text);
}

static int open_function(struct request *request)
{
	request->name = parse_function(request, request->target, &request->offset);
	return request->name ? OK : USAGE;
}

/* Add the offset of a function in a file. Returns OK, or FAILED after a message. */
static int find_in_file(struct request *request, const char *path, const char *function)
{
	uint64_t offset;
	int count = rawbpf_uprobe_find(&offset, 1, path, function);
	char why[512];

	if (count < 0) {
		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_UPROBE_FIND, .error = count, .name = function });
		return fail_target(request, why);
	}
	if (count > 1)
		return fail_target(request, "several functions have this name; give FILE:OFFSET");
	request->offset += offset;
	return OK;
}

/* Open FILE:FUNCTION, FILE:FUNCTION+OFFSET or FILE:OFFSET. */
static int open_file_function(struct request *request)
{
	const char *colon = strrchr(request->target, ':');
	unsigned long long offset;
	char *path, *function;
	int status;

	if (!colon || colon == request->target || !colon[1])
		return way_fail_syntax(request, "a place is FILE:FUNCTION, FILE:FUNCTION+OFFSET or FILE:OFFSET");
	request->name = path = must_print("%.*s", (int)(colon - request->target), request->target);
	if (tool_number(colon + 1, &offset)) {
		request->offset = offset;
		return OK;
	}
	function = parse_function(request, colon + 1, &request->offset);
	status = function ? find_in_file(request, path, function) : USAGE;
	free(function);
	return status;
}

/* Open GROUP/NAME. */
static int open_event(struct request *request)
{
	const char *slash = strchr(request->target, '/');

	if (slash && slash != request->target && slash[1] && !strchr(slash + 1, '/'))
		return OK;
	return way_fail_syntax(request, "a tracepoint is GROUP/NAME, as in events/ of tracefs");
}

/* Return the index of a name in a list, or -1. */
static int find_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; name && i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* Parse a number with an optional '-'. */
static int parse_priority(const char *text, int *priority)
{
	int minus = *text == '-';
	unsigned long long number;

	if (!tool_number(text + minus, &number) || number > INT_MAX)
		return 0;
	*priority = minus ? -(int)number : (int)number;
	return 1;
}

/* The index of a name is NF_INET_PRE_ROUTING, ... */
static const char *const hooks[] = { "pre_routing", "local_in", "forward", "local_out", "post_routing" };
static const char *const families[] = { "ipv4", "ipv6" };
enum { HOOKS = sizeof hooks / sizeof hooks[0], FAMILIES = sizeof families / sizeof families[0] };

/* Open FAMILY/HOOK or FAMILY/HOOK/PRIORITY. */
static int open_netfilter(struct request *request)
{
	char *copy = must_print("%s", request->target), *rest = copy;
	int family = find_name(families, FAMILIES, strsep(&rest, "/"));
	int hook = find_name(hooks, HOOKS, strsep(&rest, "/"));
	int is_place = family >= 0 && hook >= 0 && (!rest || parse_priority(rest, &request->priority));

	free(copy);
	if (!is_place)
		return way_fail_syntax(request, "a place is FAMILY/HOOK or FAMILY/HOOK/PRIORITY: ipv4 or ipv6; "
				   "pre_routing, local_in, forward, local_out or post_routing; a number");
	request->place = family * HOOKS + hook;
	return OK;
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
		.symbol = request->name, .offset = request->offset,
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

static int attach_uprobe(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_uprobe_attach(link, request->prog, &(struct rawbpf_uprobe_spec){
		.path = request->name, .offset = request->offset,
		.retprobe = strcmp(request->way->name, "uretprobe") == 0,
		.bind = RAWBPF_BIND_LINK });
}

static int attach_netfilter(struct rawbpf_link *link, const struct request *request)
{
	static const unsigned numbers[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

	return rawbpf_netfilter_attach(link, request->prog, numbers[request->place / HOOKS],
				       request->place % HOOKS,
				       &(struct rawbpf_netfilter_spec){ .priority = request->priority });
}

/* Attach to the target that the program was loaded for. Its type must be the one of the request. */
static int attach_loaded(struct rawbpf_link *link, const struct request *request)
{
	struct rawbpf_link_info info = { .type = 0 };
	int err = rawbpf_tracing_attach(link, request->prog, NULL);

	if (err == 0)
		err = rawbpf_link_info(&info, link->fd);
	if (err == 0 && info.type == BPF_LINK_TYPE_RAW_TRACEPOINT)
		info.attach_type = BPF_TRACE_RAW_TP;
	if (err == 0 && info.attach_type != request->attach_type)
		err = -EINVAL;
	if (err < 0)
		rawbpf_link_detach(link);
	return err;
}

static int attach_iter(struct rawbpf_link *link, const struct request *request)
{
	return rawbpf_iter_attach(link, request->prog, NULL);
}

/* Names of attach types, and of ways without one. */
const struct way prog_ways[] = {
	{ "cgroup_*", way_open_cgroup, attach_cgroup, RAWBPF_CGROUP_ATTACH, UNLINKED, NULL },
	{ "lsm_cgroup", way_open_cgroup, attach_cgroup, RAWBPF_CGROUP_ATTACH, UNLINKED, NULL },
	{ "tcx_*", way_open_device, attach_tcx, RAWBPF_TCX_ATTACH, UNLINKED, NULL },
	{ "netkit_*", way_open_device, attach_netkit, RAWBPF_NETKIT_ATTACH, UNLINKED, NULL },
	{ "sk_skb_*", way_open_map, attach_sockmap, RAWBPF_SOCKMAP_ATTACH, UNLINKED, NULL },
	{ "sk_msg_verdict", way_open_map, attach_sockmap, RAWBPF_SOCKMAP_ATTACH, UNLINKED, NULL },
	{ "xdp", way_open_device, attach_xdp, RAWBPF_XDP_ATTACH, BY_NET, NULL },
	{ "flow_dissector", open_netns, attach_netns, RAWBPF_NETNS_ATTACH, BY_NET, NULL },
	{ "sk_lookup", open_netns, attach_netns, RAWBPF_NETNS_ATTACH, BY_LINK, NULL },
	{ "netfilter", open_netfilter, attach_netfilter, RAWBPF_NETFILTER_ATTACH, BY_LINK, NULL },
	{ "kprobe", open_function, attach_kprobe, RAWBPF_KPROBE_ATTACH, BY_LINK, NULL },
	{ "kretprobe", open_function, attach_kprobe, RAWBPF_KPROBE_ATTACH, BY_LINK, NULL },
	{ "uprobe", open_file_function, attach_uprobe, RAWBPF_UPROBE_ATTACH, BY_LINK, NULL },
	{ "uretprobe", open_file_function, attach_uprobe, RAWBPF_UPROBE_ATTACH, BY_LINK, NULL },
	{ "tracepoint", open_event, attach_tracepoint, RAWBPF_TRACEPOINT_ATTACH, BY_LINK, NULL },
	{ "raw_tracepoint", open_nothing, attach_raw_tracepoint, RAWBPF_RAW_TRACEPOINT_ATTACH, BY_LINK, NULL },
	{ "perf_event", way_open_events, NULL, RAWBPF_PERF_EVENTS_OPEN, BY_LINK, way_attach_events },
	{ "trace_raw_tp", NULL, attach_loaded, RAWBPF_TRACING_ATTACH, BY_LINK, NULL },
	{ "trace_fentry", NULL, attach_loaded, RAWBPF_TRACING_ATTACH, BY_LINK, NULL },
	{ "trace_fexit", NULL, attach_loaded, RAWBPF_TRACING_ATTACH, BY_LINK, NULL },
	{ "trace_fsession", NULL, attach_loaded, RAWBPF_TRACING_ATTACH, BY_LINK, NULL },
	{ "modify_return", NULL, attach_loaded, RAWBPF_TRACING_ATTACH, BY_LINK, NULL },
	{ "lsm_mac", NULL, attach_loaded, RAWBPF_TRACING_ATTACH, BY_LINK, NULL },
	{ "trace_iter", NULL, attach_iter, RAWBPF_ITER_ATTACH, BY_LINK, NULL },
	{ .name = NULL },
};
