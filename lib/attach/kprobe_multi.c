/* SPDX-License-Identifier: MIT */
#include <rawbpf/kprobe.h>

#include "../sys/attr.h"
#include "link.h"

enum { KPROBE_MULTI_RETURN = 1 << 0 };

int rawbpf_kprobe_multi_attach(struct rawbpf_link *link, int prog,
			       const struct rawbpf_kprobe_multi_spec *spec)
{
	const struct rawbpf__kprobe_multi_attr attr = {
		.link = {
			.prog_fd = prog,
			.attach_type = spec->session ? BPF_TRACE_KPROBE_SESSION
						     : BPF_TRACE_KPROBE_MULTI,
		},
		.flags = spec->retprobe ? KPROBE_MULTI_RETURN : 0,
		.cnt = spec->count,
		.syms = RAWBPF__PTR(spec->symbols),
		.addrs = RAWBPF__PTR(spec->addresses),
		.cookies = RAWBPF__PTR(spec->cookies),
	};

	return rawbpf__link_create(link, &attr, sizeof attr);
}
