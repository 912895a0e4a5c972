/* SPDX-License-Identifier: MIT */
#include <rawbpf/net.h>

#include "../sys/attr.h"
#include "link.h"

/* Attach by a link that takes a target and flags, and no more. */
static int attach(struct rawbpf_link *link, int prog, int target, unsigned attach_type,
		  unsigned flags)
{
	const struct rawbpf__link_attr attr = {
		.prog_fd = prog,
		.target_fd = target,
		.attach_type = attach_type,
		.flags = flags,
	};

	return rawbpf__link_create(link, &attr, sizeof attr);
}

int rawbpf_xdp_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned flags)
{
	return attach(link, prog, ifindex, BPF_XDP, flags);
}

int rawbpf_tcx_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned attach_type,
		      const struct rawbpf_anchor *anchor)
{
	return rawbpf__link_create_at(link, prog, ifindex, attach_type, anchor);
}

int rawbpf_netkit_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned attach_type,
			 const struct rawbpf_anchor *anchor)
{
	return rawbpf__link_create_at(link, prog, ifindex, attach_type, anchor);
}

int rawbpf_netns_attach(struct rawbpf_link *link, int prog, int netns, unsigned attach_type)
{
	return attach(link, prog, netns, attach_type, 0);
}

int rawbpf_netfilter_attach(struct rawbpf_link *link, int prog, unsigned family, unsigned hook,
			    const struct rawbpf_netfilter_spec *spec)
{
	const struct rawbpf__netfilter_attr attr = {
		.link = { .prog_fd = prog, .attach_type = BPF_NETFILTER },
		.pf = family,
		.hooknum = hook,
		.priority = spec ? spec->priority : 0,
		.flags = spec ? spec->flags : 0,
	};

	return rawbpf__link_create(link, &attr, sizeof attr);
}

int rawbpf_sockmap_attach(struct rawbpf_link *link, int prog, int map, unsigned attach_type)
{
	return attach(link, prog, map, attach_type, 0);
}
