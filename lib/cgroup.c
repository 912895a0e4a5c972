/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
#include <rawbpf/cgroup.h>

#include "attr.h"
#include "sys.h"

int rawbpf_cgroup_attach(struct rawbpf_link *link, int cgroup, int prog, unsigned attach_type)
{
	const struct rawbpf__cgroup_link_attr attr = {
		.prog_fd = prog,
		.target_fd = cgroup,
		.attach_type = attach_type,
	};
	int fd = rawbpf__bpf_fd(BPF_LINK_CREATE, &attr, sizeof attr);

	*link = (struct rawbpf_link){ 0 };
	if (fd < 0)
		return fd;
	link->fd = fd;
	return 0;
}

int rawbpf_cgroup_prog_attach(int cgroup, int prog, unsigned attach_type,
			      const struct rawbpf_cgroup_spec *spec)
{
	const struct rawbpf__prog_attach_attr attr = {
		.target_fd = cgroup,
		.attach_bpf_fd = prog,
		.attach_type = attach_type,
		.attach_flags = spec->flags | (spec->replace ? BPF_F_REPLACE : 0),
		.replace_bpf_fd = spec->replace,
		.expected_revision = spec->expected_revision,
	};

	return rawbpf__bpf(BPF_PROG_ATTACH, &attr, sizeof attr);
}

int rawbpf_cgroup_prog_detach(int cgroup, int prog, unsigned attach_type)
{
	const struct rawbpf__prog_attach_attr attr = {
		.target_fd = cgroup,
		.attach_bpf_fd = prog,
		.attach_type = attach_type,
	};

	return rawbpf__bpf(BPF_PROG_DETACH, &attr, sizeof attr);
}

int rawbpf_cgroup_query(int cgroup, unsigned attach_type, struct rawbpf_cgroup_query *query)
{
	struct rawbpf__prog_query_attr attr = {
		.target_fd = cgroup,
		.attach_type = attach_type,
		.query_flags = query->flags,
		.prog_ids = RAWBPF__PTR(query->prog_ids),
		.prog_cnt = query->prog_ids ? query->capacity : 0,
	};
	int err = rawbpf__bpf(BPF_PROG_QUERY, &attr, sizeof attr);

	query->count = query->attach_flags = query->revision = 0;
	if (err < 0 && err != -ENOSPC)
		return err;
	query->count = attr.prog_cnt;
	query->attach_flags = attr.attach_flags;
	query->revision = attr.revision;
	return err < 0 || !query->prog_ids || attr.prog_cnt <= query->capacity ? err : -ENOSPC;
}
