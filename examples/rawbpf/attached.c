/* SPDX-License-Identifier: MIT */
#include "attached.h"
#include "held.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

static int link_ask_kernel(struct link_told *told, int fd, int arrays)
{
	struct rawbpf_link_info *info = &told->info;
	struct rawbpf_info_array *const wanted[] = {
		&info->addresses, &info->cookies, &info->ref_ctr_offsets, &info->btf_ids };
	int err;

	*info = (struct rawbpf_link_info){ .name = { told->name, sizeof told->name, 0 } };
	err = rawbpf_link_info(info, fd);
	if (err < 0 || !arrays)
		return err;
	for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		wanted[i]->data = must_allocate(8 * (size_t)wanted[i]->count);
		wanted[i]->max = wanted[i]->count;
	}
	return rawbpf_link_info(info, fd);
}

int link_ask(struct link_told *told, int fd, int arrays)
{
	int err = link_ask_kernel(told, fd, arrays);

	if (err == 0 && told->info.type == BPF_LINK_TYPE_PERF_EVENT && !told->info.perf_type)
		held_describe(told);
	return err;
}

void link_forget(struct link_told *told)
{
	free(told->info.addresses.data);
	free(told->info.cookies.data);
	free(told->info.ref_ctr_offsets.data);
	free(told->info.btf_ids.data);
}

static char *attach_word(const struct rawbpf_link_info *info)
{
	const char *name = rawbpf_constant_name(RAWBPF_ATTACH_TYPE, info->attach_type);

	return name ? must_print("%s", name) : must_print("attach type %u", info->attach_type);
}

/* Return "WORD TARGET", and free both. */
static char *join(char *word, char *target)
{
	char *words = must_print("%s %s", word, target);

	free(word);
	free(target);
	return words;
}

static char *words_raw_tracepoint(const struct link_told *told)
{
	return join(must_print("raw tracepoint"), text_escape(told->name, strlen(told->name)));
}

static char *words_tracing(const struct link_told *told)
{
	return join(attach_word(&told->info),
		    target_function(told->info.target_obj_id, told->info.target_btf_id));
}

static char *words_cgroup(const struct link_told *told)
{
	return join(attach_word(&told->info), target_cgroup(told->info.cgroup_id));
}

static char *words_iter(const struct link_told *told)
{
	const struct rawbpf_link_info *info = &told->info;
	char *words = join(must_print("iterator"), text_escape(told->name, strlen(told->name)));

	if (info->map_id)
		text_add(&words, " of map %u", info->map_id);
	if (info->tid || info->pid)
		text_add(&words, " of %s %u", info->tid ? "thread" : "process",
			 info->tid ? info->tid : info->pid);
	if (info->cgroup_id) {
		char *cgroup = target_cgroup(info->cgroup_id);

		text_add(&words, " from %s", cgroup);
		free(cgroup);
	}
	return words;
}

static char *words_netns(const struct link_told *told)
{
	return join(attach_word(&told->info), target_netns(told->info.netns_ino));
}

static char *words_xdp(const struct link_told *told)
{
	return join(must_print("xdp"), target_device(told->info.ifindex));
}

static char *words_device(const struct link_told *told)
{
	return join(attach_word(&told->info), target_device(told->info.ifindex));
}

static char *words_map(const struct link_told *told)
{
	char *word = told->info.type == BPF_LINK_TYPE_STRUCT_OPS ? must_print("struct_ops") :
								   attach_word(&told->info);

	return join(word, must_print("map %u", told->info.map_id));
}

static char *words_netfilter(const struct link_told *told)
{
	static const char *const hooks[] = { "pre_routing", "local_in", "forward", "local_out",
					     "post_routing" };
	const struct rawbpf_link_info *info = &told->info;
	char *words = must_print("netfilter %s", info->pf == 2 ? "ipv4" : info->pf == 10 ? "ipv6" :
							      "family");

	if (info->pf != 2 && info->pf != 10)
		text_add(&words, " %u", info->pf);
	if (info->hooknum < sizeof hooks / sizeof hooks[0])
		text_add(&words, " %s", hooks[info->hooknum]);
	else
		text_add(&words, " hook %u", info->hooknum);
	text_add(&words, " priority %d", info->priority);
	return words;
}

static char *words_kprobe_multi(const struct link_told *told)
{
	return must_print("%s %u functions", told->info.flags & 1 ? "kretprobe" : "kprobe",
			  told->info.addresses.count);
}

static char *words_uprobe_multi(const struct link_told *told)
{
	char *words = join(must_print("%s", told->info.flags & 1 ? "uretprobe" : "uprobe"),
			   text_escape(told->name, strlen(told->name)));

	text_add(&words, " %u places", told->info.addresses.count);
	if (told->info.pid)
		text_add(&words, " of process %u", told->info.pid);
	return words;
}

static char *words_tracing_multi(const struct link_told *told)
{
	return join(attach_word(&told->info),
		    must_print("%u functions", told->info.addresses.count));
}

static char *words_perf_event(const struct link_told *told)
{
	static const char *const kinds[] = { "perf event", "uprobe", "uretprobe", "kprobe",
					     "kretprobe", "tracepoint", "perf event" };
	const struct rawbpf_link_info *info = &told->info;
	unsigned type = info->perf_type <= BPF_PERF_EVENT_EVENT ? info->perf_type : 0;
	char *words = must_print("%s", kinds[type]);

	if (told->name[0])
		words = join(words, text_escape(told->name, strlen(told->name)));
	else if (info->address)
		text_add(&words, " 0x%llx", (unsigned long long)info->address);
	if (type == BPF_PERF_EVENT_EVENT)
		text_add(&words, " type %u config %llu", info->event_type,
			 (unsigned long long)info->event_config);
	else if (info->offset || type == BPF_PERF_EVENT_UPROBE || type == BPF_PERF_EVENT_URETPROBE)
		text_add(&words, "+0x%llx", (unsigned long long)info->offset);
	return words;
}

/* Functions by BPF_LINK_TYPE_*. */
static char *(*const words_of[])(const struct link_told *told) = {
	[BPF_LINK_TYPE_RAW_TRACEPOINT] = words_raw_tracepoint,
	[BPF_LINK_TYPE_TRACING] = words_tracing,
	[BPF_LINK_TYPE_CGROUP] = words_cgroup,
	[BPF_LINK_TYPE_ITER] = words_iter,
	[BPF_LINK_TYPE_NETNS] = words_netns,
	[BPF_LINK_TYPE_XDP] = words_xdp,
	[BPF_LINK_TYPE_PERF_EVENT] = words_perf_event,
	[BPF_LINK_TYPE_KPROBE_MULTI] = words_kprobe_multi,
	[BPF_LINK_TYPE_STRUCT_OPS] = words_map,
	[BPF_LINK_TYPE_NETFILTER] = words_netfilter,
	[BPF_LINK_TYPE_TCX] = words_device,
	[BPF_LINK_TYPE_UPROBE_MULTI] = words_uprobe_multi,
	[BPF_LINK_TYPE_NETKIT] = words_device,
	[BPF_LINK_TYPE_SOCKMAP] = words_map,
	[BPF_LINK_TYPE_TRACING_MULTI] = words_tracing_multi,
};

char *link_words(const struct link_told *told)
{
	unsigned type = told->info.type;

	if (type < sizeof words_of / sizeof words_of[0] && words_of[type])
		return words_of[type](told);
	return must_print("link type %u", type);
}

/* --------------------------------------------------------------------------------- holder */

struct holder {
	const struct rawbpf_link_info *place;
	unsigned link; /* 0: not found */
};

static int compare_place(void *context, int fd, unsigned id)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct holder *holder = context;
	const struct rawbpf_link_info *place = holder->place;

	if (rawbpf_link_info(&info, fd) == 0 && info.prog_id == place->prog_id &&
	    info.attach_type == place->attach_type && info.ifindex == place->ifindex &&
	    info.map_id == place->map_id && info.netns_ino == place->netns_ino &&
	    (uint32_t)info.cgroup_id == (uint32_t)place->cgroup_id)
		holder->link = id;
	return OK;
}

int link_fail_held(const struct subcommand *subcommand, const struct rawbpf_link_info *place)
{
	struct holder holder = { .place = place };

	if (object_each(subcommand, RAWBPF_OBJ_LINK, compare_place, &holder) != OK || !holder.link)
		return 0;
	tool_fail(subcommand, "a link holds the program: rawbpf link detach %u", holder.link);
	return 1;
}
