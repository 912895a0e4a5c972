/* SPDX-License-Identifier: MIT */
#include <rawbpf/tracing.h>

#include "../sys/attr.h"
#include "link.h"

/*
 * Attach by a raw tracepoint without a name: it stands for the target that the program was loaded
 * for. This way is older, and most callers need no more.
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
	struct rawbpf__tracing_link_attr attr = { .link.prog_fd = prog };

	if (!spec || (!spec->attach_type && !spec->cookie && !spec->target_prog &&
		      !spec->target_btf_id))
		return attach_as_loaded(link, prog);
	attr.link.target_fd = spec->target_prog;
	attr.link.attach_type = spec->attach_type;
	attr.target_btf_id = spec->target_btf_id;
	attr.cookie = spec->cookie;
	return rawbpf__link_create(link, &attr, sizeof attr);
}

int rawbpf_tracing_multi_attach(struct rawbpf_link *link, int prog, unsigned attach_type,
				const struct rawbpf_tracing_multi_spec *spec)
{
	struct rawbpf__tracing_multi_attr attr = {
		.link = { .prog_fd = prog, .attach_type = attach_type } };

	if (!spec || !spec->btf_ids || !spec->count)
		return rawbpf__link_set(link, -EINVAL);
	attr.ids = RAWBPF__PTR(spec->btf_ids);
	attr.cookies = RAWBPF__PTR(spec->cookies);
	attr.cnt = spec->count;
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
	const struct rawbpf_iter_spec *given = RAWBPF__SPEC(spec);
	const struct rawbpf__iter_map map = { .map_fd = given->map };
	const struct rawbpf__iter_cgroup cgroup = {
		.order = given->cgroup_order,
		.cgroup_fd = given->cgroup,
		.cgroup_id = given->cgroup_id,
	};
	const struct rawbpf__iter_task task = {
		.tid = given->tid,
		.pid = given->pid,
		.pid_fd = given->pidfd,
	};
	int is_map = given->map != 0;
	int is_cgroup = given->cgroup_order || given->cgroup || given->cgroup_id;
	int is_task = given->tid || given->pid || given->pidfd;

	*link = (struct rawbpf_link){ 0 };
	if (is_map + is_cgroup + is_task > 1)
		return -EINVAL;
	if (is_map)
		return iter_attach(link, prog, &map, sizeof map);
	if (is_cgroup)
		return iter_attach(link, prog, &cgroup, sizeof cgroup);
	if (is_task)
		return iter_attach(link, prog, &task, sizeof task);
	return iter_attach(link, prog, NULL, 0);
}

int rawbpf_iter_create(const struct rawbpf_link *link)
{
	const struct rawbpf__iter_create_attr attr = { .link_fd = link->fd };

	return link->fd ? rawbpf__bpf_fd(BPF_ITER_CREATE, &attr, sizeof attr) : -EBADF;
}
