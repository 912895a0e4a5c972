/* SPDX-License-Identifier: MIT */
/* Read the kernel's message about a filter of tc(8). */
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_bpf.h>

#include "../../insn/base/string.h"
#include "net_tc_filter.h"

/* The lower half of `info` has the protocol of packets, in network order. */
static unsigned tc_protocol(uint32_t info)
{
	uint16_t number = info;
	unsigned char network[2];

	__builtin_memcpy(network, &number, sizeof number);
	return network[0] << 8 | network[1];
}

/* Return the id of the program of a filter's first action that has one. */
static unsigned tc_action_prog_id(struct rawbpf__bytes actions)
{
	for (unsigned order = 1; order <= TCA_ACT_MAX_PRIO; order++) {
		struct rawbpf__bytes action = rawbpf__attribute(actions, order);
		unsigned id;
		char kind[8];

		rawbpf__attribute_text(kind, sizeof kind, action, TCA_ACT_KIND);
		id = rawbpf__attribute_u32(rawbpf__attribute(action, TCA_ACT_OPTIONS),
					   TCA_ACT_BPF_ID);
		if (id && rawbpf__equal(kind, "bpf"))
			return id;
	}
	return 0;
}

int rawbpf__tc_filter_read(struct rawbpf_tc_filter *filter, const struct rawbpf__message *message)
{
	struct rawbpf__bytes body = message->body, options;
	struct tcmsg fixed;
	char kind[8];
	int err = rawbpf__message_fixed(&fixed, sizeof fixed, &body);

	if (err < 0 || message->header.nlmsg_type != RTM_NEWTFILTER || !fixed.tcm_handle)
		return err;
	rawbpf__attribute_text(kind, sizeof kind, body, TCA_KIND);
	if (!rawbpf__equal(kind, "bpf"))
		return 0;
	options = rawbpf__attribute(body, TCA_OPTIONS);
	*filter = (struct rawbpf_tc_filter){
		.priority = fixed.tcm_info >> 16,
		.handle = fixed.tcm_handle,
		.chain = rawbpf__attribute_u32(body, TCA_CHAIN),
		.protocol = tc_protocol(fixed.tcm_info),
		.flags = rawbpf__attribute_u32(options, TCA_BPF_FLAGS),
		.prog_id = rawbpf__attribute_u32(options, TCA_BPF_ID),
		.action_prog_id = tc_action_prog_id(rawbpf__attribute(options, TCA_BPF_ACT)),
	};
	rawbpf__attribute_text(filter->name, sizeof filter->name, options, TCA_BPF_NAME);
	return 1;
}
