/* SPDX-License-Identifier: MIT */
#include <rawbpf/tracepoint.h>
#include <rawbpf/uapi.h>

#include "../sys/attr.h"
#include "link.h"
#include "perf.h"
#include "../../insn/base/out.h"
#include "../../insn/base/string.h"
#include "tracefs.h"

static int event_open(const char *group, const char *name)
{
	char path[256];
	struct rawbpf__out out = rawbpf__out_begin(path, sizeof path);
	int fd, events;

	if (!group || !name || !rawbpf__is_file_name(group) || !rawbpf__is_file_name(name))
		return -EINVAL;
	rawbpf__out_text(&out, group);
	rawbpf__out_text(&out, "/");
	rawbpf__out_text(&out, name);
	rawbpf__out_text(&out, "/id");
	if (out.length >= sizeof path)
		return -ENAMETOOLONG;

	events = rawbpf__tracefs_events_open();
	if (events < 0)
		return events;
	fd = rawbpf__tracefs_event_open(events, path);
	rawbpf__close(events);
	return fd;
}

int rawbpf_tracepoint_attach(struct rawbpf_link *link, int prog,
			     const struct rawbpf_tracepoint_spec *spec)
{
	int event = spec ? event_open(spec->group, spec->name) : -EINVAL;

	*link = (struct rawbpf_link){ 0 };
	if (event < 0)
		return event;
	link->fd = event;
	return rawbpf__perf_attach(link, prog, spec->bind, spec->cookie);
}

int rawbpf_raw_tracepoint_attach(struct rawbpf_link *link, int prog,
				 const struct rawbpf_raw_tracepoint_spec *spec)
{
	struct rawbpf__raw_tracepoint_attr attr = { .prog_fd = prog };

	if (!spec || !rawbpf__is_given(spec->name))
		return rawbpf__link_set(link, -EINVAL);
	attr.name = RAWBPF__PTR(spec->name);
	attr.cookie = spec->cookie;
	return rawbpf__link_set(link,
				rawbpf__bpf_fd(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof attr));
}
