/* SPDX-License-Identifier: MIT */
/* rawbpf net: list and detach programs of the network devices and of the network namespace. */
#include "attached.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const columns[] = { "device", "hook", "prog", "name", "priority", "handle", "link",
				       NULL };
static const char *const optional[] = { "link", "handle", "priority", NULL };

struct hook;

/* A link of an XDP or netfilter program. */
struct held {
	struct rawbpf_link_info info;
	char *words;
};

struct walk {
	struct table table;
	const char *device; /* the current device; NULL: the network namespace */
	unsigned ifindex;
	int netns;
	struct held *links;
	unsigned link_count;
	const struct hook *failed; /* the first hook that could not be listed */
	int error;
};

/* A program to detach, and its place. */
struct request {
	const struct hook *hook;
	const char *target;
	unsigned ifindex;
	int prog;
	struct rawbpf_tc_spec place;
};

/* The hooks. `number` is an attach type or a mode of XDP. */
struct hook {
	const char *name;
	unsigned number;
	/* lists the hook; returns 0 or a negative errno */
	int (*list)(struct walk *walk, const struct hook *hook);
	const struct rawbpf_operation *query;
	int (*detach)(const struct request *request);
	const struct rawbpf_operation *operation;
	int is_of_netns;
};

/* ------------------------------------------------------------------------------- records */

static void record_where(struct walk *walk, struct record *record, const char *hook)
{
	if (walk->device) {
		record_string(record, "device", walk->device);
		record_number(record, "ifindex", walk->ifindex);
	}
	record_string(record, "hook", hook);
}

static void record_prog(struct record *record, unsigned prog)
{
	char name[64] = "";

	if (!prog)
		return;
	record_number(record, "prog", prog);
	object_prog_name(prog, name);
	record_string(record, "name", name);
}

static void add_prog(struct walk *walk, const struct hook *hook, unsigned prog, unsigned link)
{
	struct record record = { .count = 0 };

	record_where(walk, &record, hook->name);
	record_prog(&record, prog);
	if (link)
		record_number(&record, "link", link);
	table_add(&walk->table, &record);
}

/* Record a field that only programs see: "true" or "false". */
static void record_truth(struct record *record, const char *name, int is_true)
{
	record_both(record, name, NULL, must_print("%s", is_true ? "true" : "false"));
}

static void record_hidden_number(struct record *record, const char *name, unsigned number)
{
	record_both(record, name, NULL, must_print("%u", number));
}

static void add_filter(struct walk *walk, const struct hook *hook,
		       const struct rawbpf_tc_filter *filter)
{
	struct record record = { .count = 0 };

	record_where(walk, &record, hook->name);
	record_prog(&record, filter->prog_id ? filter->prog_id : filter->action_prog_id);
	record_number(&record, "priority", filter->priority);
	record_number(&record, "handle", filter->handle);
	record_hidden_number(&record, "chain", filter->chain);
	record_hidden_number(&record, "protocol", filter->protocol);
	record_truth(&record, "direct_action", filter->flags & TCA_BPF_FLAG_ACT_DIRECT);
	record_truth(&record, "is_action", !filter->prog_id && filter->action_prog_id);
	record_both(&record, "filter_name", NULL,
		    json_escape(filter->name, strlen(filter->name)));
	table_add(&walk->table, &record);
}

/* --------------------------------------------------------------------------------- lists */

/* Return the XDP link of this program on this device, or 0. */
static unsigned xdp_link(const struct walk *walk, unsigned prog)
{
	for (unsigned i = 0; i < walk->link_count; i++)
		if (walk->links[i].info.type == BPF_LINK_TYPE_XDP &&
		    walk->links[i].info.ifindex == walk->ifindex &&
		    walk->links[i].info.prog_id == prog)
			return walk->links[i].info.id;
	return 0;
}

static int list_xdp(struct walk *walk, const struct hook *hook)
{
	struct rawbpf_xdp_query query;
	int err = rawbpf_xdp_query(&query, walk->ifindex);
	unsigned prog = hook->number == XDP_FLAGS_SKB_MODE ? query.skb_prog_id :
			hook->number == XDP_FLAGS_DRV_MODE ? query.drv_prog_id : query.hw_prog_id;

	if (err == 0 && prog)
		add_prog(walk, hook, prog, xdp_link(walk, prog));
	return err;
}

static int list_progs(struct walk *walk, const struct hook *hook)
{
	enum { MANY = 64 }; /* the most programs of one hook */
	unsigned progs[MANY], links[MANY] = { 0 };
	struct rawbpf_prog_query query = { .prog_ids = progs, .capacity = MANY,
					   .link_ids = hook->is_of_netns ? NULL : links };
	int err = rawbpf_prog_query(&query, hook->is_of_netns ? walk->netns : (int)walk->ifindex,
				    hook->number);

	for (unsigned i = 0; err == 0 && i < query.count; i++)
		add_prog(walk, hook, progs[i], links[i]);
	/* an older kernel; a device of another kind */
	return err == -EINVAL || err == -ENXIO || err == -EACCES ? 0 : err;
}

static int list_filters(struct walk *walk, const struct hook *hook)
{
	struct rawbpf_tc_query query = { .capacity = 0 };
	int err = rawbpf_tc_query(&query, walk->ifindex, hook->number);

	while (err == 0 && query.count > query.capacity) {
		query.capacity = query.count;
		query.filters = must_grow(query.filters, query.capacity, sizeof *query.filters);
		err = rawbpf_tc_query(&query, walk->ifindex, hook->number);
		if (err == -ENOSPC)
			err = 0;
	}
	for (unsigned i = 0; err == 0 && i < query.count; i++)
		add_filter(walk, hook, &query.filters[i]);
	free(query.filters);
	return err;
}

static int list_netfilter(struct walk *walk, const struct hook *hook)
{
	for (unsigned i = 0; i < walk->link_count; i++) {
		struct record record = { .count = 0 };
		const struct held *held = &walk->links[i];

		if (held->info.type != BPF_LINK_TYPE_NETFILTER)
			continue;
		record_where(walk, &record, hook->name);
		record_prog(&record, held->info.prog_id);
		record_both(&record, "priority", must_print("%d", held->info.priority),
			    must_print("%d", held->info.priority));
		record_number(&record, "link", held->info.id);
		record_both(&record, "attached", NULL,
			    json_escape(held->words, strlen(held->words)));
		table_add(&walk->table, &record);
	}
	return 0;
}

/* -------------------------------------------------------------------------------- detach */

static int detach_xdp(const struct request *request)
{
	return rawbpf_xdp_netlink_detach(request->prog, request->ifindex, request->hook->number);
}

static int detach_prog(const struct request *request)
{
	return rawbpf_prog_detach(request->prog, request->hook->is_of_netns ? 0 : (int)request->ifindex,
				  request->hook->number, NULL);
}

static int detach_filter(const struct request *request)
{
	return rawbpf_tc_detach(request->prog, request->ifindex, request->hook->number,
				&request->place);
}

#define DEVICE_HOOK(NAME, NUMBER) \
	{ NAME, NUMBER, list_progs, RAWBPF_PROG_QUERY, detach_prog, RAWBPF_PROG_DETACH, 0 }
#define NETNS_HOOK(NAME, NUMBER) \
	{ NAME, NUMBER, list_progs, RAWBPF_PROG_QUERY, detach_prog, RAWBPF_PROG_DETACH, 1 }
#define XDP_HOOK(NAME, NUMBER) \
	{ NAME, NUMBER, list_xdp, RAWBPF_XDP_QUERY, detach_xdp, RAWBPF_XDP_NETLINK_DETACH, 0 }
#define TC_HOOK(NAME, NUMBER) \
	{ NAME, NUMBER, list_filters, RAWBPF_TC_QUERY, detach_filter, RAWBPF_TC_DETACH, 0 }

/* The hooks in the order in which a packet passes them. */
static const struct hook hooks[] = {
	XDP_HOOK("xdp_offload", XDP_FLAGS_HW_MODE),
	XDP_HOOK("xdp_driver", XDP_FLAGS_DRV_MODE),
	XDP_HOOK("xdp_generic", XDP_FLAGS_SKB_MODE),
	DEVICE_HOOK("tcx_ingress", BPF_TCX_INGRESS),
	TC_HOOK("tc_ingress", BPF_TCX_INGRESS),
	DEVICE_HOOK("tcx_egress", BPF_TCX_EGRESS),
	TC_HOOK("tc_egress", BPF_TCX_EGRESS),
	DEVICE_HOOK("netkit_primary", BPF_NETKIT_PRIMARY),
	DEVICE_HOOK("netkit_peer", BPF_NETKIT_PEER),
	NETNS_HOOK("flow_dissector", BPF_FLOW_DISSECTOR),
	NETNS_HOOK("sk_lookup", BPF_SK_LOOKUP),
	{ "netfilter", 0, list_netfilter, NULL, NULL, NULL, 1 },
};
enum { HOOKS = sizeof hooks / sizeof hooks[0] };

/* ---------------------------------------------------------------------------------- list */

static int note_link(void *context, int fd, unsigned id)
{
	struct walk *walk = context;
	struct link_told told;

	(void)id;
	if (link_ask(&told, fd, 0) < 0 || (told.info.type != BPF_LINK_TYPE_XDP &&
					    told.info.type != BPF_LINK_TYPE_NETFILTER))
		return OK;
	walk->links = must_grow(walk->links, walk->link_count + 1, sizeof *walk->links);
	walk->links[walk->link_count++] = (struct held){ told.info, link_words(&told) };
	return OK;
}

static void forget_links(struct walk *walk)
{
	for (unsigned i = 0; i < walk->link_count; i++)
		free(walk->links[i].words);
	free(walk->links);
}

/* A device may go at any time: then it has no programs. */
static void look_at(struct walk *walk, int is_of_netns)
{
	for (unsigned i = 0; i < HOOKS; i++) {
		int err = hooks[i].is_of_netns == is_of_netns ? hooks[i].list(walk, &hooks[i]) : 0;

		if (err < 0 && err != -ENODEV && !walk->failed) {
			walk->failed = &hooks[i];
			walk->error = err;
		}
	}
}

static int look_at_device(struct walk *walk, const char *name)
{
	char *shown;

	walk->device = name;
	walk->ifindex = if_nametoindex(name);
	if (walk->ifindex) {
		look_at(walk, 0);
		return OK;
	}
	shown = text_escape(name, strlen(name));
	tool_fail(&net_subcommand, "'%s': this netns has no such device", shown);
	free(shown);
	return FAILED;
}

static int look_at_all(struct walk *walk)
{
	struct if_nameindex *devices = if_nameindex();

	if (!devices)
		return tool_fail(&net_subcommand, "listing the devices: %s", strerror(errno));
	for (const struct if_nameindex *device = devices; device->if_index; device++) {
		walk->device = device->if_name;
		walk->ifindex = device->if_index;
		look_at(walk, 0);
	}
	if_freenameindex(devices);
	walk->device = NULL;
	walk->netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (walk->netns < 0)
		return tool_fail(&net_subcommand, "/proc/self/ns/net: %s", strerror(errno));
	look_at(walk, 1);
	close(walk->netns);
	return OK;
}

static int list(const struct arguments *arguments)
{
	struct walk walk = { .table = { .columns = columns, .optional = optional,
					.json = arguments->json } };
	const char *device = arguments->rest[0];
	int status = object_each(&net_subcommand, RAWBPF_OBJ_LINK, note_link, &walk);

	if (status == OK)
		status = device ? look_at_device(&walk, device) : look_at_all(&walk);
	if (status == OK)
		table_print(&walk.table);
	if (walk.failed)
		status = object_fail_at(&net_subcommand, walk.failed->name, &(struct rawbpf_error){
			.operation = walk.failed->query, .error = walk.error });
	forget_links(&walk);
	return status;
}

/* -------------------------------------------------------------------------------- detach */

static const struct hook *find_hook(const char *name)
{
	char *shown, *known = NULL;

	for (unsigned i = 0; i < HOOKS; i++) {
		if (!hooks[i].detach)
			continue;
		if (strcmp(hooks[i].name, name) == 0)
			return &hooks[i];
		text_add(&known, " %s", hooks[i].name);
	}
	shown = text_escape(name, strlen(name));
	tool_fail(&net_subcommand, "'%s' is no hook to detach from; the hooks are%s", shown, known);
	free(shown);
	free(known);
	return NULL;
}

/* Parse PRIORITY HANDLE. Returns OK, or USAGE after a message. */
static int parse_place(struct request *request, char **arguments)
{
	unsigned *const numbers[] = { &request->place.priority, &request->place.handle };

	for (unsigned i = 0; i < 2 && arguments[0]; i++) {
		unsigned long long number;
		char *end;

		errno = 0;
		number = strtoull(arguments[i] ? arguments[i] : "", &end, 0);
		if (!arguments[i] || end == arguments[i] || *end || errno || !number ||
		    number > (i ? 0xffffffff : 0xffff)) {
			tool_fail(&net_subcommand, "PRIORITY is 1 to 65535, and a HANDLE follows it");
			return USAGE;
		}
		*numbers[i] = (unsigned)number;
	}
	return OK;
}

/* Parse PROG HOOK [DEVICE [PRIORITY HANDLE]]. Returns OK, or a status after a message. */
static int parse_request(struct request *request, char **arguments)
{
	char *shown;

	request->hook = find_hook(arguments[1]);
	if (!request->hook)
		return USAGE;
	request->target = arguments[2];
	if (request->hook->is_of_netns ? arguments[2] != NULL : !arguments[2]) {
		tool_fail(&net_subcommand, "%s takes %s", request->hook->name,
			  request->hook->is_of_netns ? "no device" : "a device");
		return USAGE;
	}
	if (arguments[2] && arguments[3] && request->hook->list != list_filters) {
		tool_fail(&net_subcommand, "%s has no priorities", request->hook->name);
		return USAGE;
	}
	if (!request->target)
		return OK;
	request->ifindex = if_nametoindex(request->target);
	if (request->ifindex)
		return parse_place(request, arguments + 3);
	shown = text_escape(request->target, strlen(request->target));
	tool_fail(&net_subcommand, "'%s': this netns has no such device", shown);
	free(shown);
	return FAILED;
}

static const char *text_of(const struct record *record, const char *field)
{
	for (unsigned i = 0; i < record->count; i++)
		if (strcmp(record->fields[i].name, field) == 0)
			return record->fields[i].text;
	return NULL;
}

/* Return the id of the link that holds the program there, as text to be freed, or NULL. */
static char *find_holder(const struct request *request)
{
	struct walk walk = { .device = request->target, .ifindex = request->ifindex };
	struct rawbpf_prog_info info = { .id = 0 };
	char *id, *link = NULL;

	if (rawbpf_prog_info(&info, request->prog) < 0 ||
	    object_each(&net_subcommand, RAWBPF_OBJ_LINK, note_link, &walk) != OK)
		return NULL;
	walk.netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	request->hook->list(&walk, request->hook);
	id = must_print("%u", info.id);
	for (unsigned i = 0; i < walk.table.count; i++) {
		const char *prog = text_of(&walk.table.rows[i], "prog");
		const char *held = text_of(&walk.table.rows[i], "link");

		if (!link && held && prog && strcmp(prog, id) == 0)
			link = must_print("%s", held);
		record_free(&walk.table.rows[i]);
	}
	free(id);
	free(walk.table.rows);
	forget_links(&walk);
	close(walk.netns);
	return link;
}

static int fail_detach(const struct request *request, int err)
{
	char *link = request->prog ? find_holder(request) : NULL;

	if (!link)
		return object_fail_at(&net_subcommand, "detaching", &(struct rawbpf_error){
			.operation = request->hook->operation, .error = err,
			.name = request->target });
	tool_fail(&net_subcommand, "a link holds the program: rawbpf link detach %s", link);
	free(link);
	return FAILED;
}

static int detach(const struct arguments *arguments)
{
	struct request request = { .prog = 0 };
	int err, status = parse_request(&request, arguments->rest);

	if (status != OK)
		return status;
	if (strcmp(arguments->rest[0], "-") != 0 || !request.place.priority)
		request.prog = object_open(&net_subcommand, RAWBPF_OBJ_PROG, arguments->rest[0]);
	if (request.prog < 0)
		return FAILED;
	err = request.hook->detach(&request);
	if (err < 0)
		status = fail_detach(&request, err);
	if (request.prog)
		close(request.prog);
	return status;
}

static const struct verb verbs[] = {
	{ "list", 0, 1, " [DEVICE]", list, "" },
	{ "detach", 2, 5, " PROG HOOK [DEVICE [PRIORITY HANDLE]]", detach, "" },
	{ .name = NULL },
};

const struct subcommand net_subcommand = {
	.name = "net",
	.usage = "[-j] list [DEVICE] | detach PROG HOOK [DEVICE [PRIORITY HANDLE]]",
	.help = "Show the programs on network devices and on the network namespace, whoever\n"
		"attached them, and detach them.\n"
		"\n"
		"  list [DEVICE]  print the programs, one a line, in the order in which they run;\n"
		"                 without DEVICE of all devices and of this network namespace.\n"
		"                 Netfilter's are those of all namespaces\n"
		"  detach PROG HOOK DEVICE\n"
		"                 detach a program that has no link; HOOK is as list prints it.\n"
		"                 (With a link: rawbpf link detach.) The hooks of the namespace\n"
		"                 have no DEVICE; a filter can be named by PRIORITY HANDLE\n"
		"  -j, --json     print one JSON object a line\n"
		"  -h, --help     print this help\n"
		"\n"
		"PROG is an id, a name, or a path in bpffs (with a '/'). Before PRIORITY HANDLE, -\n"
		"is whatever runs there.\n",
	.verbs = verbs,
	.letters = "jh",
};
