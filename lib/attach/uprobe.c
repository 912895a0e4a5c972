/* SPDX-License-Identifier: MIT */
#include <rawbpf/uprobe.h>

#include "../sys/attr.h"
#include "link.h"
#include "perf.h"

enum {
	UPROBE_MULTI_RETURN = 1 << 0,
	UPROBE_MULTI_PATH_FD = 1 << 1,
	REF_CTR_OFFSET_SHIFT = 32, /* as in the PMU's format/ref_ctr_offset */
};

int rawbpf_uprobe_attach(struct rawbpf_link *link, int prog, const struct rawbpf_uprobe_spec *spec)
{
	static const struct rawbpf__pmu pmu = RAWBPF__PMU("uprobe");
	struct perf_event_attr attr = { .size = PERF_ATTR_SIZE_VER1 };
	int err;

	if (!spec || !rawbpf__is_given(spec->path))
		return rawbpf__link_set(link, -EINVAL);
	attr.uprobe_path = RAWBPF__PTR(spec->path);
	attr.probe_offset = spec->offset;
	attr.config = (uint64_t)spec->ref_ctr_offset << REF_CTR_OFFSET_SHIFT;
	err = rawbpf__link_set(link, rawbpf__probe_open(&attr, &pmu, spec->retprobe, spec->pid));
	return err < 0 ? err : rawbpf__perf_attach(link, prog, spec->bind, spec->cookie);
}

int rawbpf_uprobe_multi_attach(struct rawbpf_link *link, int prog,
			       const struct rawbpf_uprobe_multi_spec *spec)
{
	struct rawbpf__uprobe_multi_attr attr = { .link.prog_fd = prog };

	if (!spec || !spec->count || rawbpf__is_given(spec->path) == !!spec->path_fd)
		return rawbpf__link_set(link, -EINVAL);
	attr.link.attach_type = spec->session ? BPF_TRACE_UPROBE_SESSION : BPF_TRACE_UPROBE_MULTI;
	attr.path = RAWBPF__PTR(spec->path);
	attr.offsets = RAWBPF__PTR(spec->offsets);
	attr.ref_ctr_offsets = RAWBPF__PTR(spec->ref_ctr_offsets);
	attr.cookies = RAWBPF__PTR(spec->cookies);
	attr.cnt = spec->count;
	attr.flags = (spec->retprobe ? UPROBE_MULTI_RETURN : 0) |
		     (spec->path_fd ? UPROBE_MULTI_PATH_FD : 0);
	attr.pid = spec->pid;
	attr.path_fd = spec->path_fd;
	return rawbpf__link_create(link, &attr, sizeof attr);
}
