/* SPDX-License-Identifier: MIT */
/*
 * Filters of tc(8): programs on the two hooks of a device's clsact qdisc. A filter's place is its
 * chain, priority and handle. A request to delete without a priority would delete all filters of
 * the hook. One without a handle would delete all of a priority. Every request of this file has
 * both.
 */
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_bpf.h>
#include <rawbpf/net.h>

#include "../../insn/base/string.h"
#include "link.h"
#include "net_tc_filter.h"
#include "netlink.h"

enum { TC_TRIES = 16 };

/* A hook of a device, with a socket to ask about it. */
struct tc_hook {
	struct rawbpf__netlink netlink;
	struct tcmsg fixed; /* device and parent */
	char qdisc[16];     /* the kind of the qdisc that has the hook, or "" */
};

/* The kernel has the priority in the upper half, the protocol of packets in network order below. */
static uint32_t tc_info(unsigned priority, unsigned protocol)
{
	const unsigned char network[2] = { protocol >> 8, protocol };
	uint16_t number;

	__builtin_memcpy(&number, network, sizeof number);
	return priority << 16 | number;
}

/* --------------------------------------------------------------------------- the qdisc */

static int take_qdisc(void *context, const struct rawbpf__message *message)
{
	struct tc_hook *hook = context;
	struct rawbpf__bytes body = message->body;
	struct tcmsg fixed;
	int err = rawbpf__message_fixed(&fixed, sizeof fixed, &body);

	if (err == 0 && message->header.nlmsg_type == RTM_NEWQDISC)
		rawbpf__attribute_text(hook->qdisc, sizeof hook->qdisc, body, TCA_KIND);
	return err;
}

/*
 * Find the qdisc. A device that never had one answers -ENOENT, one that had -EINVAL. Before 6.7
 * the kernel sends the answer to those alone who ask for an echo.
 */
static int tc_find_qdisc(struct tc_hook *hook)
{
	struct tcmsg fixed = hook->fixed;
	struct rawbpf__request request;
	int err;

	fixed.tcm_parent = TC_H_CLSACT;
	hook->qdisc[0] = '\0';
	rawbpf__request_begin(&request, RTM_GETQDISC, NLM_F_ACK | NLM_F_ECHO, &fixed, sizeof fixed);
	err = rawbpf__netlink_ask(&hook->netlink, &request, take_qdisc, hook);
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}

static int tc_create_qdisc(struct tc_hook *hook)
{
	struct tcmsg fixed = hook->fixed;
	struct rawbpf__request request;

	fixed.tcm_parent = TC_H_CLSACT;
	fixed.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	rawbpf__request_begin(&request, RTM_NEWQDISC, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &fixed,
			      sizeof fixed);
	rawbpf__request_add(&request, TCA_KIND, "clsact", sizeof "clsact");
	return rawbpf__netlink_ask(&hook->netlink, &request, NULL, NULL);
}

/*
 * Does the qdisc have the hook? The ingress qdisc, older than clsact, treats a filter of egress as
 * one of ingress.
 */
static int tc_has_hook(const struct tc_hook *hook)
{
	return rawbpf__equal(hook->qdisc, "clsact") ||
	       (rawbpf__equal(hook->qdisc, "ingress") &&
		hook->fixed.tcm_parent == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS));
}

/* Make the device have the hook. */
static int tc_make_hook(struct tc_hook *hook)
{
	int err = tc_find_qdisc(hook);

	if (err == 0 && !hook->qdisc[0]) {
		err = tc_create_qdisc(hook);
		if (err == 0)
			return 0;
		if (err == -EEXIST) /* another process was faster */
			err = tc_find_qdisc(hook);
	}
	if (err < 0)
		return err;
	return tc_has_hook(hook) ? 0 : -EBUSY;
}

static int tc_open(struct tc_hook *hook, unsigned ifindex, unsigned attach_type, char *text,
		   size_t size)
{
	unsigned minor = attach_type == BPF_TCX_INGRESS ? TC_H_MIN_INGRESS :
			 attach_type == BPF_TCX_EGRESS  ? TC_H_MIN_EGRESS : 0;

	*hook = (struct tc_hook){
		.fixed = { .tcm_ifindex = (int)ifindex, .tcm_parent = TC_H_MAKE(TC_H_CLSACT, minor) },
	};
	return minor ? rawbpf__netlink_open(&hook->netlink, text, size) : -EINVAL;
}

/* -------------------------------------------------------------------------- list, find */

/* Filters to list. A field of 0 accepts any. */
struct tc_list {
	unsigned priority, handle, prog_id;
	struct rawbpf_tc_query *query;
};

static int tc_is_wanted(const struct tc_list *list, const struct rawbpf_tc_filter *filter)
{
	return (!list->priority || list->priority == filter->priority) &&
	       (!list->handle || list->handle == filter->handle) &&
	       (!list->prog_id || list->prog_id == filter->prog_id ||
		list->prog_id == filter->action_prog_id);
}

static int take_filter(void *context, const struct rawbpf__message *message)
{
	const struct tc_list *list = context;
	struct rawbpf_tc_query *query = list->query;
	struct rawbpf_tc_filter filter;
	int is_one = rawbpf__tc_filter_read(&filter, message);

	if (is_one <= 0 || !tc_is_wanted(list, &filter))
		return is_one < 0 ? is_one : 0;
	if (query->filters && query->count < query->capacity)
		query->filters[query->count] = filter;
	query->count++;
	return 0;
}

/* List the filters of the hook: none if the device does not have it. */
static int tc_list(struct tc_hook *hook, struct tc_list *list)
{
	struct rawbpf__request request;
	int tries, err = tc_find_qdisc(hook);

	if (err < 0 || !tc_has_hook(hook))
		return err;
	err = -ESTALE;
	for (tries = 0; tries < TC_TRIES && err == -ESTALE; tries++) {
		list->query->count = 0;
		rawbpf__request_begin(&request, RTM_GETTFILTER, NLM_F_DUMP, &hook->fixed,
				      sizeof hook->fixed);
		err = rawbpf__netlink_ask(&hook->netlink, &request, take_filter, list);
	}
	return err;
}

/* Find the first filter that runs `prog`, 0: any, at the place of the spec. */
static int tc_find(struct tc_hook *hook, struct rawbpf_tc_filter *found, int prog,
		   const struct rawbpf_tc_spec *spec)
{
	struct rawbpf_tc_query query = { .filters = found, .capacity = 1 };
	struct tc_list list = { spec->priority, spec->handle, 0, &query };
	int err = prog ? rawbpf__netlink_prog_id(&list.prog_id, prog) : 0;

	if (err == 0)
		err = tc_list(hook, &list);
	if (err < 0)
		return err;
	return query.count ? 0 : -ENOENT;
}

int rawbpf_tc_query(struct rawbpf_tc_query *query, unsigned ifindex, unsigned attach_type)
{
	struct tc_list list = { .query = query };
	struct tc_hook hook;
	int err = tc_open(&hook, ifindex, attach_type, NULL, 0);

	query->count = 0;
	if (err < 0)
		return err;
	err = tc_list(&hook, &list);
	rawbpf__netlink_close(&hook.netlink);
	if (err < 0)
		return err;
	return query->filters && query->count > query->capacity ? -ENOSPC : 0;
}

/* ------------------------------------------------------------------------------ attach */

/* Begin a request about one filter. */
static void tc_begin(struct rawbpf__request *request, const struct tc_hook *hook, unsigned type,
		     unsigned flags, const struct rawbpf_tc_filter *filter)
{
	struct tcmsg fixed = hook->fixed;

	fixed.tcm_handle = filter->handle;
	fixed.tcm_info = tc_info(filter->priority, filter->protocol);
	rawbpf__request_begin(request, type, NLM_F_ACK | flags, &fixed, sizeof fixed);
	rawbpf__request_add(request, TCA_KIND, "bpf", sizeof "bpf");
	if (filter->chain)
		rawbpf__request_add_u32(request, TCA_CHAIN, filter->chain);
}

/* A classifier decides itself what becomes of a packet. */
static void tc_add_classifier(struct rawbpf__request *request, int prog)
{
	rawbpf__request_add_u32(request, TCA_BPF_FD, prog);
	rawbpf__request_add_u32(request, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
}

/* An action needs a filter: one that takes every packet. If the action has no opinion, go on. */
static void tc_add_action(struct rawbpf__request *request, int prog)
{
	static const struct sock_filter all[] = { { BPF_RET | BPF_K, 0, 0, 0xffffffff } };
	static const uint16_t length = sizeof all / sizeof all[0];
	static const struct tc_act_bpf parameters = { .action = TC_ACT_UNSPEC };
	size_t actions, action, options;

	rawbpf__request_add(request, TCA_BPF_OPS_LEN, &length, sizeof length);
	rawbpf__request_add(request, TCA_BPF_OPS, all, sizeof all);
	actions = rawbpf__request_nest(request, TCA_BPF_ACT);
	action = rawbpf__request_nest(request, 1);
	rawbpf__request_add(request, TCA_ACT_KIND, "bpf", sizeof "bpf");
	options = rawbpf__request_nest(request, TCA_ACT_OPTIONS);
	rawbpf__request_add(request, TCA_ACT_BPF_PARMS, &parameters, sizeof parameters);
	rawbpf__request_add_u32(request, TCA_ACT_BPF_FD, prog);
	rawbpf__request_end(request, options);
	rawbpf__request_end(request, action);
	rawbpf__request_end(request, actions);
}

/* The kernel echoes the filter, with the priority and the handle that it chose. */
static int take_place(void *context, const struct rawbpf__message *message)
{
	struct rawbpf_tc_place *place = context;
	struct rawbpf__bytes body = message->body;
	struct tcmsg fixed;
	int err = rawbpf__message_fixed(&fixed, sizeof fixed, &body);

	if (err < 0 || message->header.nlmsg_type != RTM_NEWTFILTER)
		return err;
	place->priority = fixed.tcm_info >> 16;
	place->handle = fixed.tcm_handle;
	return 0;
}

/* Attach on an open hook, and write the place. */
static int tc_set(struct tc_hook *hook, struct rawbpf_tc_place *place, int prog,
		  const struct rawbpf_tc_spec *spec,
		  void (*add)(struct rawbpf__request *request, int prog))
{
	struct rawbpf_tc_filter filter = {
		.priority = spec->priority, .handle = spec->handle, .protocol = ETH_P_ALL };
	struct rawbpf__request request;
	size_t options;
	int err = spec->replace ? tc_find(hook, &filter, spec->replace, spec) : tc_make_hook(hook);

	if (err < 0)
		return err;
	tc_begin(&request, hook, RTM_NEWTFILTER,
		 NLM_F_ECHO | (spec->replace ? 0 : NLM_F_CREATE | NLM_F_EXCL), &filter);
	options = rawbpf__request_nest(&request, TCA_OPTIONS);
	add(&request, prog);
	rawbpf__request_end(&request, options);
	err = rawbpf__netlink_ask(&hook->netlink, &request, take_place, place);
	if (err < 0)
		return err;
	return place->priority && place->handle ? 0 : -EBADMSG;
}

static int tc_end(struct rawbpf_link *link)
{
	const struct rawbpf_tc_spec spec = {
		.priority = link->tc.priority, .handle = link->tc.handle };
	int err = rawbpf_tc_detach(link->fd, link->ifindex, link->tc.attach_type, &spec);

	rawbpf__close(link->fd);
	return err == -ENOENT || err == -ENODEV ? 0 : err;
}

static int tc_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned attach_type,
		     const struct rawbpf_tc_spec *spec,
		     void (*add)(struct rawbpf__request *request, int prog))
{
	const struct rawbpf_tc_spec *given = RAWBPF__SPEC(spec);
	struct rawbpf_tc_place place = { .attach_type = attach_type };
	struct tc_hook hook;
	int err = rawbpf__link_set(link, given->replace < 0 ? -EBADF : rawbpf__dup(prog));

	rawbpf__words_clear(given->text, given->text_size);
	if (err < 0)
		return err;
	err = given->priority > 0xffff ? -EINVAL :
	      tc_open(&hook, ifindex, attach_type, given->text, given->text_size);
	if (err == 0) {
		err = tc_set(&hook, &place, prog, given, add);
		rawbpf__netlink_close(&hook.netlink);
	}
	if (err < 0) {
		rawbpf_link_detach(link);
		return err;
	}
	link->ifindex = ifindex;
	link->tc = place;
	link->end = tc_end;
	return 0;
}

int rawbpf_tc_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned attach_type,
		     const struct rawbpf_tc_spec *spec)
{
	return tc_attach(link, prog, ifindex, attach_type, spec, tc_add_classifier);
}

int rawbpf_tc_action_attach(struct rawbpf_link *link, int prog, unsigned ifindex,
			    unsigned attach_type, const struct rawbpf_tc_spec *spec)
{
	return tc_attach(link, prog, ifindex, attach_type, spec, tc_add_action);
}

int rawbpf_tc_detach(int prog, unsigned ifindex, unsigned attach_type,
		     const struct rawbpf_tc_spec *spec)
{
	const struct rawbpf_tc_spec *given = RAWBPF__SPEC(spec);
	struct rawbpf_tc_filter found;
	struct rawbpf__request request;
	struct tc_hook hook;
	int err;

	rawbpf__words_clear(given->text, given->text_size);
	if (prog < 0)
		return -EBADF;
	if (!prog && (!given->priority || !given->handle))
		return -EINVAL;
	err = tc_open(&hook, ifindex, attach_type, given->text, given->text_size);
	if (err < 0)
		return err;
	err = tc_find(&hook, &found, prog, given);
	if (err == 0) {
		tc_begin(&request, &hook, RTM_DELTFILTER, 0, &found);
		err = rawbpf__netlink_ask(&hook.netlink, &request, NULL, NULL);
	}
	rawbpf__netlink_close(&hook.netlink);
	return err;
}
