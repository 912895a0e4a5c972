/* SPDX-License-Identifier: MIT */
#include <rawbpf/cgroup.h>

#include "link.h"

int rawbpf_cgroup_attach(struct rawbpf_link *link, int prog, int cgroup, unsigned attach_type,
			 const struct rawbpf_anchor *anchor)
{
	return rawbpf__link_create_at(link, prog, cgroup, attach_type, anchor);
}
