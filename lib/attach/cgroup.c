/* SPDX-License-Identifier: MIT */
#include <rawbpf/cgroup.h>
#include <rawbpf/prog.h>

#include "../sys/attr.h"
#include "link.h"

/* Without an anchor, and nothing that kernels before 6.17 do not know. */
int rawbpf_cgroup_attach(struct rawbpf_link *link, int cgroup, int prog, unsigned attach_type)
{
	return rawbpf__link_create_at(link, cgroup, prog, attach_type, NULL);
}

int rawbpf_cgroup_attach_at(struct rawbpf_link *link, int cgroup, int prog, unsigned attach_type,
			    const struct rawbpf_anchor *anchor)
{
	return rawbpf__link_create_at(link, cgroup, prog, attach_type, anchor);
}

int rawbpf_cgroup_prog_attach(int cgroup, int prog, unsigned attach_type,
			      const struct rawbpf_cgroup_spec *spec)
{
	return rawbpf_prog_attach(cgroup, prog, attach_type, &(struct rawbpf_prog_attach_spec){
		.flags = spec->flags,
		.replace = spec->replace,
		.relative = spec->relative,
		.expected_revision = spec->expected_revision,
	});
}

int rawbpf_cgroup_prog_detach(int cgroup, int prog, unsigned attach_type)
{
	return rawbpf_prog_detach(cgroup, prog, attach_type, NULL);
}

int rawbpf_cgroup_query(int cgroup, unsigned attach_type, struct rawbpf_cgroup_query *query)
{
	struct rawbpf_prog_query progs = {
		.flags = query->flags,
		.prog_ids = query->prog_ids,
		.capacity = query->capacity,
	};
	int err = rawbpf_prog_query(cgroup, attach_type, &progs);

	query->count = progs.count;
	query->attach_flags = progs.attach_flags;
	query->revision = progs.revision;
	return err;
}
