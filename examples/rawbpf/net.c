/* SPDX-License-Identifier: MIT */
/* rawbpf net: list the programs of the network devices and of the network namespace. */
#include "net_hook.h"
#include "target.h"

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

/* ------------------------------------------------------------------------------- records */

static void record_where(struct net_walk *walk, struct record *record, const char *hook)
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

static void add_prog(struct net_walk *walk, const struct net_hook *hook, unsigned prog, unsigned link)
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

static void add_filter(struct net_walk *walk, const struct net_hook *hook,
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
static unsigned xdp_link(const struct net_walk *walk, unsigned prog)
{
	for (unsigned i = 0; i < walk->link_count; i++)
		if (walk->links[i].info.type == BPF_LINK_TYPE_XDP &&
		    walk->links[i].info.ifindex == walk->ifindex &&
		    walk->links[i].info.prog_id == prog)
			return walk->links[i].info.id;
	return 0;
}

static int list_xdp(struct net_walk *walk, const struct net_hook *hook)
{
	struct rawbpf_xdp_query query;
	int err = rawbpf_xdp_query(&query, walk->ifindex);
	unsigned prog = hook->number == XDP_FLAGS_SKB_MODE ? query.skb_prog_id :
			hook->number == XDP_FLAGS_DRV_MODE ? query.drv_prog_id : query.hw_prog_id;

	if (err == 0 && prog)
		add_prog(walk, hook, prog, xdp_link(walk, prog));
	return err;
}

static int list_progs(struct net_walk *walk, const struct net_hook *hook)
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

static int list_filters(struct net_walk *walk, const struct net_hook *hook)
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

static int list_netfilter(struct net_walk *walk, const struct net_hook *hook)
{
	for (unsigned i = 0; i < walk->link_count; i++) {
		struct record record = { .count = 0 };
		const struct net_link *held = &walk->links[i];

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

/* --------------------------------------------------------------------------------- hooks */

#define PROG_HOOK(NAME, NUMBER, IS_OF_NETNS) \
	{ NAME, NUMBER, list_progs, RAWBPF_PROG_QUERY, &net_way_prog, IS_OF_NETNS }
#define XDP_HOOK(NAME, NUMBER) { NAME, NUMBER, list_xdp, RAWBPF_XDP_QUERY, &net_way_xdp, 0 }
#define TC_HOOK(NAME, NUMBER) { NAME, NUMBER, list_filters, RAWBPF_TC_QUERY, &net_way_tc, 0 }

const struct net_hook net_hooks[] = {
	XDP_HOOK("xdp_offload", XDP_FLAGS_HW_MODE),
	XDP_HOOK("xdp_driver", XDP_FLAGS_DRV_MODE),
	XDP_HOOK("xdp_generic", XDP_FLAGS_SKB_MODE),
	PROG_HOOK("tcx_ingress", BPF_TCX_INGRESS, 0),
	TC_HOOK("tc_ingress", BPF_TCX_INGRESS),
	PROG_HOOK("tcx_egress", BPF_TCX_EGRESS, 0),
	TC_HOOK("tc_egress", BPF_TCX_EGRESS),
	PROG_HOOK("netkit_primary", BPF_NETKIT_PRIMARY, 0),
	PROG_HOOK("netkit_peer", BPF_NETKIT_PEER, 0),
	PROG_HOOK("flow_dissector", BPF_FLOW_DISSECTOR, 1),
	{ "sk_lookup", BPF_SK_LOOKUP, list_progs, RAWBPF_PROG_QUERY, NULL, 1 },
	{ "netfilter", 0, list_netfilter, NULL, NULL, 1 },
	{ .name = NULL },
};

/* ---------------------------------------------------------------------------------- list */

static int note_link(void *context, int fd, unsigned id)
{
	struct net_walk *walk = context;
	struct link_told told;

	(void)id;
	if (link_ask(&told, fd, 0) < 0 || (told.info.type != BPF_LINK_TYPE_XDP &&
					    told.info.type != BPF_LINK_TYPE_NETFILTER))
		return OK;
	walk->links = must_extend(walk->links, walk->link_count, sizeof *walk->links);
	walk->links[walk->link_count++] = (struct net_link){ told.info, link_words(&told) };
	return OK;
}

static void forget_links(struct net_walk *walk)
{
	for (unsigned i = 0; i < walk->link_count; i++)
		free(walk->links[i].words);
	free(walk->links);
}

/* A device may go at any time: then it has no programs. */
static void look_at(struct net_walk *walk, int is_of_netns)
{
	for (const struct net_hook *hook = net_hooks; hook->name; hook++) {
		int err = hook->is_of_netns == is_of_netns ? hook->list(walk, hook) : 0;

		if (err < 0 && err != -ENODEV && !walk->failed) {
			walk->failed = hook;
			walk->error = err;
		}
	}
}

static int look_at_device(struct net_walk *walk, const char *name)
{
	walk->device = name;
	walk->ifindex = target_device_find(&net_subcommand, name);
	if (!walk->ifindex)
		return FAILED;
	look_at(walk, 0);
	return OK;
}

static int look_at_all(struct net_walk *walk)
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
	struct net_walk walk = { .table = { .columns = columns, .optional = optional,
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

static const struct verb verbs[] = {
	{ "list", 0, 1, " [DEVICE]", list, "" },
	{ "attach", 2, 5, " PROG HOOK [DEVICE [PRIORITY HANDLE]]", net_attach, "" },
	{ "detach", 2, 5, " PROG HOOK [DEVICE [PRIORITY HANDLE]]", net_detach, "" },
	{ .name = NULL },
};

const struct subcommand net_subcommand = {
	.name = "net",
	.usage = "[-j] list [DEVICE] | attach | detach PROG HOOK [DEVICE ...]",
	.help = "Show the programs on network devices and on the network namespace, whoever\n"
		"attached them; attach and detach them without a link.\n"
		"\n"
		"  list [DEVICE]  print the programs, one a line, in the order in which they run;\n"
		"                 without DEVICE of all devices and of this network namespace.\n"
		"                 Netfilter's are those of all namespaces\n"
		"  attach PROG HOOK DEVICE [PRIORITY HANDLE]\n"
		"                 attach a program until detach. tc, tcx and netkit run several;\n"
		"                 XDP takes one program; flow_dissector replaces the one there.\n"
		"                 HOOK is as list prints it. (With a link: rawbpf prog attach.)\n"
		"  detach PROG HOOK DEVICE [PRIORITY HANDLE]\n"
		"                 detach a program without a link. (Else: rawbpf link detach.)\n"
		"  -j, --json     print one JSON object a line\n"
		"  -h, --help     print this help\n"
		"\n"
		"PROG is an id, a name, or a path in bpffs (with a '/'). flow_dissector, a hook\n"
		"of the namespace, takes no DEVICE. PRIORITY HANDLE is the place of a filter of\n"
		"tc; to detach whatever runs there, PROG is -.\n",
	.verbs = verbs,
	.letters = "jh",
};
