/* SPDX-License-Identifier: MIT */
/* rawbpf net attach, detach: without a link. */
#include "net_hook.h"
#include "target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------------------------- ways */

/* Close the descriptor in a link of netlink. The attachment stays. */
static int leave(struct rawbpf_link *link, int err)
{
	if (err == 0)
		close(rawbpf_link_release(link));
	return err;
}

static int attach_xdp(struct net_request *request)
{
	const struct rawbpf_xdp_netlink_spec spec = { .text = request->text,
						      .text_size = sizeof request->text };
	struct rawbpf_link link;

	return leave(&link, rawbpf_xdp_netlink_attach(&link, request->prog, request->ifindex,
						      request->hook->number, &spec));
}

static int detach_xdp(const struct net_request *request)
{
	return rawbpf_xdp_netlink_detach(request->prog, request->ifindex, request->hook->number);
}

static int attach_filter(struct net_request *request)
{
	struct rawbpf_link link;

	return leave(&link, rawbpf_tc_attach(&link, request->prog, request->ifindex,
					     request->hook->number, &request->place));
}

static int attach_action(struct net_request *request)
{
	struct rawbpf_link link;

	return leave(&link, rawbpf_tc_action_attach(&link, request->prog, request->ifindex,
						    request->hook->number, &request->place));
}

static int detach_filter(const struct net_request *request)
{
	return rawbpf_tc_detach(request->prog, request->ifindex, request->hook->number,
				&request->place);
}

/* Return the target of rawbpf_prog_attach(); 0: the namespace of this process. */
static int target_of(const struct net_request *request)
{
	return request->hook->is_of_netns ? 0 : (int)request->ifindex;
}

static int attach_prog(struct net_request *request)
{
	return rawbpf_prog_attach(request->prog, target_of(request), request->hook->number, NULL);
}

static int detach_prog(const struct net_request *request)
{
	return rawbpf_prog_detach(request->prog, target_of(request), request->hook->number, NULL);
}

const struct net_way net_way_xdp = { 0, attach_xdp, RAWBPF_XDP_NETLINK_ATTACH,
				     detach_xdp, RAWBPF_XDP_NETLINK_DETACH };
const struct net_way net_way_tc = { 1, attach_filter, RAWBPF_TC_ATTACH,
				    detach_filter, RAWBPF_TC_DETACH };
static const struct net_way way_action = { 1, attach_action, RAWBPF_TC_ACTION_ATTACH,
					   detach_filter, RAWBPF_TC_DETACH };
const struct net_way net_way_prog = { 0, attach_prog, RAWBPF_PROG_ATTACH,
				      detach_prog, RAWBPF_PROG_DETACH };

/* ----------------------------------------------------------------------------- arguments */

/* Find the hook of that name. Returns OK, or USAGE after a message. */
static int find_hook(struct net_request *request, const char *name)
{
	char *shown, *known = NULL;

	for (const struct net_hook *hook = net_hooks; hook->name; hook++) {
		if (!hook->way)
			continue;
		request->hook = hook;
		if (strcmp(hook->name, name) == 0)
			return OK;
		text_add(&known, " %s", hook->name);
	}
	shown = text_escape(name, strlen(name));
	tool_fail(&net_subcommand, "'%s' is no hook for programs without a link; those are%s; "
		  "by a link: rawbpf prog attach, rawbpf link detach", shown, known);
	free(shown);
	free(known);
	return USAGE;
}

/* Find the device, which a hook of the namespace has not. Returns OK, or a status after a message. */
static int find_device(struct net_request *request, const char *name)
{
	if (request->hook->is_of_netns ? name != NULL : !name) {
		tool_fail(&net_subcommand, "%s takes %s", request->hook->name,
			  name ? "no device" : "a device");
		return USAGE;
	}
	if (!name)
		return OK;
	request->device = name;
	request->ifindex = target_device_find(&net_subcommand, name);
	return request->ifindex ? OK : FAILED;
}

/* Parse a number of 1 to `most`. 0: the text is no such number. */
static unsigned parse_number(const char *text, unsigned most)
{
	unsigned long long number;

	return text && tool_number(text, &number) && number <= most ? (unsigned)number : 0;
}

/* Parse PRIORITY HANDLE, or nothing. Returns OK, or USAGE after a message. */
static int find_place(struct net_request *request, char **arguments)
{
	if (!arguments[0])
		return OK;
	if (!request->hook->way->has_place) {
		tool_fail(&net_subcommand, "%s has no priorities", request->hook->name);
		return USAGE;
	}
	request->place.priority = parse_number(arguments[0], 0xffff);
	request->place.handle = parse_number(arguments[1], 0xffffffff);
	if (request->place.priority && request->place.handle)
		return OK;
	tool_fail(&net_subcommand, "PRIORITY is 1 to 65535, and a HANDLE follows it");
	return USAGE;
}

/*
 * Parse PROG HOOK [DEVICE [PRIORITY HANDLE]], and open PROG last. With `may_be_any`, PROG may be -
 * before a place. Returns OK, or a status after a message.
 */
static int parse(struct net_request *request, char **arguments, int may_be_any)
{
	int status = find_hook(request, arguments[1]);

	if (status == OK)
		status = find_device(request, arguments[2]);
	if (status == OK && arguments[2])
		status = find_place(request, arguments + 3);
	if (status != OK || (may_be_any && request->place.priority && strcmp(arguments[0], "-") == 0))
		return status;
	request->prog = object_open(&net_subcommand, RAWBPF_OBJ_PROG, arguments[0]);
	return request->prog < 0 ? FAILED : OK;
}

/* --------------------------------------------------------------------------------- verbs */

static int fail(const struct net_request *request, const char *what,
		const struct rawbpf_operation *operation, int err)
{
	char why[512], *words = text_escape(request->text, strlen(request->text));

	rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
		.operation = operation, .error = err, .name = request->device });
	tool_fail(&net_subcommand, *words ? "%s: %s; the kernel's text: %s" : "%s: %s", what, why, words);
	free(words);
	return FAILED;
}

/* A program of type sched_act becomes the action of a filter. */
static const struct net_way *way_of(const struct net_request *request)
{
	struct rawbpf_prog_info info = { .type = 0 };

	rawbpf_prog_info(&info, request->prog);
	return request->hook->way == &net_way_tc && info.type == BPF_PROG_TYPE_SCHED_ACT ?
		&way_action : request->hook->way;
}

int net_attach(const struct arguments *arguments)
{
	struct net_request request = { .prog = 0 };
	int err, status = parse(&request, arguments->rest, 0);
	const struct net_way *way;

	if (status != OK)
		return status;
	way = way_of(&request);
	err = way->attach(&request);
	return err < 0 ? fail(&request, "attaching", way->attach_operation, err) : OK;
}

/* Print that a link holds the program. Returns 0, without a message, if none does. */
static int fail_held(const struct net_request *request)
{
	const struct net_way *way = request->hook->way;
	struct rawbpf_prog_info info = { .id = 0 };
	struct stat netns = { .st_ino = 0 };

	if (way == &net_way_tc || rawbpf_prog_info(&info, request->prog) < 0)
		return 0;
	if (request->hook->is_of_netns)
		stat("/proc/self/ns/net", &netns);
	return link_fail_held(&net_subcommand, &(struct rawbpf_link_info){
		.prog_id = info.id, .ifindex = request->ifindex, .netns_ino = netns.st_ino,
		.attach_type = way == &net_way_xdp ? 0 : request->hook->number });
}

/* The kernel returns EBUSY if a link holds the program, but EINVAL for a namespace. */
static int fail_detach(const struct net_request *request, int err)
{
	if ((err == -EBUSY || (err == -EINVAL && request->hook->is_of_netns)) && fail_held(request))
		return FAILED;
	return fail(request, "detaching", request->hook->way->detach_operation, err);
}

int net_detach(const struct arguments *arguments)
{
	struct net_request request = { .prog = 0 };
	int err, status = parse(&request, arguments->rest, 1);

	if (status != OK)
		return status;
	err = request.hook->way->detach(&request);
	return err < 0 ? fail_detach(&request, err) : OK;
}
