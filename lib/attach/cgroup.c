/* SPDX-License-Identifier: MIT */
#include <rawbpf/cgroup.h>
#include <rawbpf/prog.h>

#include "../sys/attr.h"
#include "link.h"

int rawbpf_cgroup_attach(struct rawbpf_link *link, int prog, int cgroup, unsigned attach_type,
			 const struct rawbpf_anchor *anchor)
{
	return rawbpf__link_create_at(link, prog, cgroup, attach_type, anchor);
}

int rawbpf_cgroup_prog_attach(int cgroup, int prog, unsigned attach_type,
			      const struct rawbpf_cgroup_spec *spec)
{
	return rawbpf_prog_attach(prog, cgroup, attach_type, &(struct rawbpf_prog_attach_spec){
		.flags = spec->flags,
		.replace = spec->replace,
		.relative = spec->relative,
		.expected_revision = spec->expected_revision,
	});
}

int rawbpf_cgroup_prog_detach(int cgroup, int prog, unsigned attach_type)
{
	return rawbpf_prog_detach(prog, cgroup, attach_type, NULL);
}

int rawbpf_cgroup_query(int cgroup, unsigned attach_type, struct rawbpf_cgroup_query *query)
{
	struct rawbpf_prog_query progs = {
		.flags = query->flags,
		.prog_ids = query->prog_ids,
		.capacity = query->capacity,
	};
	int err = rawbpf_prog_query(&progs, cgroup, attach_type);

	query->count = progs.count;
	query->attach_flags = progs.attach_flags;
	query->revision = progs.revision;
	return err;
}
