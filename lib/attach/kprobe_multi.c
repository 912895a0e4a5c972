/* SPDX-License-Identifier: MIT */
#include <rawbpf/kprobe.h>

#include "../sys/attr.h"
#include "link.h"

enum { KPROBE_MULTI_RETURN = 1 << 0 };

int rawbpf_kprobe_multi_attach(struct rawbpf_link *link, int prog,
			       const struct rawbpf_kprobe_multi_spec *spec)
{
	struct rawbpf__kprobe_multi_attr attr = { .link.prog_fd = prog };

	if (!spec || !spec->count || !spec->symbols == !spec->addresses)
		return rawbpf__link_set(link, -EINVAL);
	attr.link.attach_type = spec->session ? BPF_TRACE_KPROBE_SESSION : BPF_TRACE_KPROBE_MULTI;
	attr.flags = spec->retprobe ? KPROBE_MULTI_RETURN : 0;
	attr.cnt = spec->count;
	attr.syms = RAWBPF__PTR(spec->symbols);
	attr.addrs = RAWBPF__PTR(spec->addresses);
	attr.cookies = RAWBPF__PTR(spec->cookies);
	return rawbpf__link_create(link, &attr, sizeof attr);
}
