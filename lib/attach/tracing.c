/* SPDX-License-Identifier: MIT */
#include <rawbpf/tracing.h>

#include "../sys/attr.h"
#include "link.h"

/*
 * Older, and all that most need: the program knows where it belongs, and a raw tracepoint without
 * a name is what the program was loaded for.
 */
static int attach_as_loaded(struct rawbpf_link *link, int prog)
{
	const struct rawbpf__raw_tracepoint_attr attr = { .prog_fd = prog };

	return rawbpf__link_set(link,
				rawbpf__bpf_fd(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof attr));
}

int rawbpf_tracing_attach(struct rawbpf_link *link, int prog,
			  const struct rawbpf_tracing_spec *spec)
{
	const struct rawbpf__tracing_link_attr attr = {
		.link = {
			.prog_fd = prog,
			.target_fd = spec->target_prog,
			.attach_type = spec->attach_type,
		},
		.target_btf_id = spec->target_btf_id,
		.cookie = spec->cookie,
	};

	if (!spec->attach_type && !spec->cookie && !spec->target_prog && !spec->target_btf_id)
		return attach_as_loaded(link, prog);
	return rawbpf__link_create(link, &attr, sizeof attr);
}

int rawbpf_tracing_multi_attach(struct rawbpf_link *link, int prog, unsigned attach_type,
				const struct rawbpf_tracing_multi_spec *spec)
{
	const struct rawbpf__tracing_multi_attr attr = {
		.link = { .prog_fd = prog, .attach_type = attach_type },
		.ids = RAWBPF__PTR(spec->btf_ids),
		.cookies = RAWBPF__PTR(spec->cookies),
		.cnt = spec->count,
	};

	return rawbpf__link_create(link, &attr, sizeof attr);
}

static int iter_attach(struct rawbpf_link *link, int prog, const void *info, size_t size)
{
	const struct rawbpf__iter_link_attr attr = {
		.link = { .prog_fd = prog, .attach_type = BPF_TRACE_ITER },
		.iter_info = RAWBPF__PTR(info),
		.iter_info_len = size,
	};

	return rawbpf__link_create(link, &attr, sizeof attr);
}

int rawbpf_iter_attach(struct rawbpf_link *link, int prog, const struct rawbpf_iter_spec *spec)
{
	const struct rawbpf__iter_map map = { .map_fd = spec->map };
	const struct rawbpf__iter_cgroup cgroup = {
		.order = spec->cgroup_order,
		.cgroup_fd = spec->cgroup,
		.cgroup_id = spec->cgroup_id,
	};
	const struct rawbpf__iter_task task = {
		.tid = spec->tid,
		.pid = spec->pid,
		.pid_fd = spec->pidfd,
	};
	int of_map = spec->map != 0;
	int of_cgroup = spec->cgroup_order || spec->cgroup || spec->cgroup_id;
	int of_task = spec->tid || spec->pid || spec->pidfd;

	*link = (struct rawbpf_link){ 0 };
	if (of_map + of_cgroup + of_task > 1)
		return -EINVAL;
	if (of_map)
		return iter_attach(link, prog, &map, sizeof map);
	if (of_cgroup)
		return iter_attach(link, prog, &cgroup, sizeof cgroup);
	if (of_task)
		return iter_attach(link, prog, &task, sizeof task);
	return iter_attach(link, prog, NULL, 0);
}

int rawbpf_iter_create(const struct rawbpf_link *link)
{
	const struct rawbpf__iter_create_attr attr = { .link_fd = link->fd };

	return link->fd ? rawbpf__bpf_fd(BPF_ITER_CREATE, &attr, sizeof attr) : -EBADF;
}
