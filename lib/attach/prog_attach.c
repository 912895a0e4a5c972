/* SPDX-License-Identifier: MIT */
#include <rawbpf/prog.h>

#include "../sys/attr.h"
#include "../sys/sys.h"

static int attach_or_detach(unsigned command, int target, int prog, unsigned attach_type,
			    const struct rawbpf_prog_attach_spec *spec)
{
	const struct rawbpf__prog_attach_attr attr = {
		.target_fd = target,
		.attach_bpf_fd = prog,
		.attach_type = attach_type,
		.attach_flags = spec->flags | (spec->replace ? BPF_F_REPLACE : 0),
		.replace_bpf_fd = spec->replace,
		.relative_fd = spec->relative,
		.expected_revision = spec->expected_revision,
	};

	return rawbpf__bpf(command, &attr, sizeof attr);
}

int rawbpf_prog_attach(int prog, int target, unsigned attach_type,
		       const struct rawbpf_prog_attach_spec *spec)
{
	return attach_or_detach(BPF_PROG_ATTACH, target, prog, attach_type, spec);
}

int rawbpf_prog_detach(int prog, int target, unsigned attach_type,
		       const struct rawbpf_prog_attach_spec *spec)
{
	static const struct rawbpf_prog_attach_spec nothing_more;

	return attach_or_detach(BPF_PROG_DETACH, target, prog, attach_type,
				spec ? spec : &nothing_more);
}

int rawbpf_prog_query(struct rawbpf_prog_query *query, int target, unsigned attach_type)
{
	struct rawbpf__prog_query_attr attr = {
		.target_fd = target,
		.attach_type = attach_type,
		.query_flags = query->flags,
		.prog_ids = RAWBPF__PTR(query->prog_ids),
		.prog_cnt = query->prog_ids ? query->capacity : 0,
		.prog_attach_flags = RAWBPF__PTR(query->prog_attach_flags),
		.link_ids = RAWBPF__PTR(query->link_ids),
		.link_attach_flags = RAWBPF__PTR(query->link_attach_flags),
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
