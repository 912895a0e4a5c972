/* SPDX-License-Identifier: MIT */
/* rawbpf link: links and their targets. */
#include "attached.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const columns[] = { "id", "type", "prog", "name", "attached", "pinned", NULL };

/* Does this kind of link have an attach type? 0 is a valid one. */
static int has_attach_type(unsigned type)
{
	return type == BPF_LINK_TYPE_TRACING || type == BPF_LINK_TYPE_CGROUP ||
	       type == BPF_LINK_TYPE_NETNS || type == BPF_LINK_TYPE_TCX ||
	       type == BPF_LINK_TYPE_NETKIT || type == BPF_LINK_TYPE_SOCKMAP ||
	       type == BPF_LINK_TYPE_TRACING_MULTI;
}

static void record_words(struct record *record, const struct link_told *told)
{
	char *words = link_words(told);

	record_both(record, "attached", words, json_escape(words, strlen(words)));
}

/* Record the fields of `list`. */
static void record_link(struct record *record, const struct link_told *told)
{
	const struct rawbpf_link_info *info = &told->info;
	char name[64] = "";

	record_number(record, "id", info->id);
	object_record_constant(record, "type", RAWBPF_LINK_TYPE, info->type);
	if (info->prog_id) {
		record_number(record, "prog", info->prog_id);
		object_prog_name(info->prog_id, name);
		record_string(record, "name", name);
	}
	record_words(record, told);
}

/* Record the fields of this kind of link: the numbers that are not 0. */
static void record_details(struct record *record, const struct link_told *told)
{
	const struct rawbpf_link_info *info = &told->info;
	const struct {
		const char *name;
		uint64_t number;
	} numbers[] = {
		{ "ifindex", info->ifindex },
		{ "map", info->map_id },
		{ "netns", info->netns_ino },
		{ "cgroup_id", info->cgroup_id },
		{ "target_obj_id", info->target_obj_id },
		{ "target_btf_id", info->target_btf_id },
		{ "offset", info->offset },
		{ "address", info->address },
		{ "ref_ctr_offset", info->ref_ctr_offset },
		{ "missed", info->missed },
		{ "cookie", info->cookie },
		{ "flags", info->flags },
		{ "pid", info->pid },
		{ "tid", info->tid },
	};

	if (has_attach_type(info->type))
		object_record_constant(record, "attach_type", RAWBPF_ATTACH_TYPE, info->attach_type);
	if (told->name[0])
		record_string(record, "target", told->name);
	for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (numbers[i].number)
			record_number(record, numbers[i].name, numbers[i].number);
	if (info->type == BPF_LINK_TYPE_NETFILTER) {
		record_number(record, "family", info->pf);
		record_number(record, "hook", info->hooknum);
		record_both(record, "priority", must_print("%d", info->priority),
			    must_print("%d", info->priority));
	}
	if (info->perf_type == BPF_PERF_EVENT_EVENT) {
		record_number(record, "event_type", info->event_type);
		record_number(record, "event_config", info->event_config);
	}
}

/* Record kernel addresses by name, and offsets in a file as numbers. */
static void record_symbols(struct record *record, const uint64_t *addresses, unsigned count)
{
	struct rawbpf_ksym *syms = must_allocate(count * sizeof *syms);
	struct parts parts = { .between = " " };

	for (unsigned i = 0; i < count; i++)
		syms[i].address = addresses[i];
	if (rawbpf_ksym_resolve(syms, count) >= 0) {
		for (unsigned i = 0; i < count; i++)
			parts_add(&parts, text_escape(syms[i].name, strlen(syms[i].name)),
				  json_escape(syms[i].name, strlen(syms[i].name)));
		record_parts(record, "functions", &parts);
	}
	free(syms);
}

static void record_arrays(struct record *record, const struct rawbpf_link_info *info)
{
	if (info->addresses.count)
		record_numbers(record,
			       info->type == BPF_LINK_TYPE_UPROBE_MULTI ? "offsets" : "addresses",
			       info->addresses.data, 8, info->addresses.count);
	if (info->addresses.count && info->type != BPF_LINK_TYPE_UPROBE_MULTI)
		record_symbols(record, info->addresses.data, info->addresses.count);
	if (info->cookies.count)
		record_numbers(record, "cookies", info->cookies.data, 8, info->cookies.count);
	if (info->ref_ctr_offsets.count)
		record_numbers(record, "ref_ctr_offsets", info->ref_ctr_offsets.data, 8,
			       info->ref_ctr_offsets.count);
	if (info->btf_ids.count)
		record_numbers(record, "btf_ids", info->btf_ids.data, 4, info->btf_ids.count);
}

static int list_one(void *context, int fd, unsigned id)
{
	struct table *table = context;
	struct record record = { .count = 0 };
	struct link_told told;

	if (link_ask(&told, fd, 0) < 0)
		return OK;
	record_link(&record, &told);
	if (table->json)
		record_details(&record, &told);
	object_record_pins(&record, RAWBPF_OBJ_LINK, id);
	table_add(table, &record);
	return OK;
}

static int list(const struct arguments *arguments)
{
	struct table table = { .columns = columns, .json = arguments->json };

	return object_list(&link_subcommand, RAWBPF_OBJ_LINK, list_one, &table, &table);
}

static int ask_all(void *told, int fd)
{
	return link_ask(told, fd, 1);
}

static int show(const struct arguments *arguments)
{
	struct record record = { .count = 0 };
	struct link_told told;

	if (object_ask(&link_subcommand, RAWBPF_OBJ_LINK, arguments->rest[0], ask_all, &told) != OK)
		return FAILED;
	record_link(&record, &told);
	record_details(&record, &told);
	record_arrays(&record, &told.info);
	object_record_pins(&record, RAWBPF_OBJ_LINK, told.info.id);
	record_print(&record, arguments->json);
	link_forget(&told);
	return OK;
}

static int pin(const struct arguments *arguments)
{
	return object_pin(&link_subcommand, RAWBPF_OBJ_LINK, arguments);
}

static int detach(const struct arguments *arguments)
{
	struct rawbpf_link link = { .fd = object_open(&link_subcommand, RAWBPF_OBJ_LINK,
						      arguments->rest[0]) };
	int err;

	if (link.fd < 0)
		return FAILED;
	err = rawbpf_link_revoke(&link);
	close(link.fd);
	return err < 0 ? object_fail(&link_subcommand, "detaching", RAWBPF_LINK_REVOKE, err) : OK;
}

static const struct verb verbs[] = {
	{ "list", 0, 0, "", list, "" },
	{ "show", 1, 1, " LINK", show, "" },
	{ "pin", 2, 2, " LINK PATH", pin, "" },
	{ "detach", 1, 1, " LINK", detach, "" },
	{ .name = NULL },
};

const struct subcommand link_subcommand = {
	.name = "link",
	.usage = "[-j] list | show LINK | pin LINK PATH | detach LINK",
	.help = "Show, pin and end links: each attaches one program to one place.\n"
		"\n"
		"  list           print all links, one a line\n"
		"  show LINK      print all that the kernel reports about one\n"
		"  pin LINK PATH  give it the name PATH in bpffs: it stays until rm PATH\n"
		"  detach LINK    detach its program, whoever holds the link. Links of probes,\n"
		"                 tracepoints and functions end only with rm of all their pins\n"
		"  -j, --json     print one JSON object a line\n"
		"  -h, --help     print this help\n"
		"\n"
		"LINK is an id, the name of its program, or a path in bpffs (with a '/').\n",
	.verbs = verbs,
	.letters = "jh",
};
