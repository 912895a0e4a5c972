/* SPDX-License-Identifier: MIT */
#include <rawbpf/obj.h>
#include <rawbpf/prog.h>

#include "../object/obj.h"
#include "../sys/attr.h"
#include "../sys/sys.h"

enum {
	CGROUP_PROGS = 10 * 64, /* BPF_LSM_CGROUP lists 10 hooks at once, of 64 programs each */
	DETACH_ATTEMPTS = 16,
};

static int attach_or_detach(unsigned command, int prog, int target, unsigned attach_type,
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
	return attach_or_detach(BPF_PROG_ATTACH, prog, target, attach_type, RAWBPF__SPEC(spec));
}

static int is_cgroup_hook(unsigned attach_type)
{
	static const struct {
		unsigned char first, last;
	} hooks[] = {
		{ BPF_CGROUP_INET_INGRESS, BPF_CGROUP_SOCK_OPS },
		{ BPF_CGROUP_DEVICE, BPF_CGROUP_DEVICE },
		{ BPF_CGROUP_INET4_BIND, BPF_CGROUP_UDP6_SENDMSG },
		{ BPF_CGROUP_SYSCTL, BPF_CGROUP_SETSOCKOPT },
		{ BPF_CGROUP_INET4_GETPEERNAME, BPF_CGROUP_INET6_GETSOCKNAME },
		{ BPF_CGROUP_INET_SOCK_RELEASE, BPF_CGROUP_INET_SOCK_RELEASE },
		{ BPF_LSM_CGROUP, BPF_LSM_CGROUP },
		{ BPF_CGROUP_UNIX_CONNECT, BPF_CGROUP_UNIX_GETSOCKNAME },
	};

	for (unsigned i = 0; i < sizeof hooks / sizeof hooks[0]; i++)
		if (attach_type >= hooks[i].first && attach_type <= hooks[i].last)
			return 1;
	return 0;
}

static int prog_id(unsigned *id, int prog)
{
	struct {
		uint32_t type, id;
	} info = { 0 }; /* the beginning of struct bpf_prog_info */
	int err = rawbpf__obj_check(prog, RAWBPF_OBJ_PROG);

	if (err == 0)
		err = rawbpf_obj_info(prog, &info, sizeof info);
	*id = info.id;
	return err < 0 ? err : 0;
}

/*
 * Query a cgroup's hook. The kernel lists the programs of BPF_LSM_CGROUP only together with their
 * flags; before 6.0 it has no field for these. The flags have a stack frame of their own: both
 * arrays are too large for one.
 */
__attribute__((noinline)) static int cgroup_query(struct rawbpf_prog_query *query, int cgroup,
						  unsigned attach_type)
{
	unsigned flags[CGROUP_PROGS];

	if (attach_type == BPF_LSM_CGROUP)
		query->prog_attach_flags = flags;
	return rawbpf_prog_query(query, cgroup, attach_type);
}

/* Find the hook's revision, if `prog` is attached there, by a link or not. -ENOENT: it is not. */
static int cgroup_prog_find(uint64_t *revision, int prog, int cgroup, unsigned attach_type)
{
	unsigned ids[CGROUP_PROGS], id;
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = CGROUP_PROGS };
	int err = prog_id(&id, prog);

	if (err == 0)
		err = cgroup_query(&query, cgroup, attach_type);
	if (err < 0)
		return err;
	*revision = query.revision;
	for (unsigned i = 0; i < query.count; i++)
		if (ids[i] == id)
			return 0;
	return -ENOENT;
}

/*
 * Ask which programs the hook has, then have the kernel (6.17) compare that answer's revision. A
 * cgroup's hook without BPF_F_ALLOW_MULTI has one program alone: the kernel detaches it, whatever
 * `prog` is.
 */
static int cgroup_prog_detach(int prog, int cgroup, unsigned attach_type,
			      const struct rawbpf_prog_attach_spec *spec)
{
	struct rawbpf_prog_attach_spec asked = *spec;
	uint64_t revision;
	int err = cgroup_prog_find(&revision, prog, cgroup, attach_type);

	if (err < 0)
		return err;
	if (!asked.expected_revision)
		asked.expected_revision = revision;
	return attach_or_detach(BPF_PROG_DETACH, prog, cgroup, attach_type, &asked);
}

int rawbpf_prog_detach(int prog, int target, unsigned attach_type,
		       const struct rawbpf_prog_attach_spec *spec)
{
	const struct rawbpf_prog_attach_spec *given = RAWBPF__SPEC(spec);
	int attempts = given->expected_revision ? 1 : DETACH_ATTEMPTS;
	int err = -ESTALE;

	if (!is_cgroup_hook(attach_type))
		return attach_or_detach(BPF_PROG_DETACH, prog, target, attach_type, given);
	while (err == -ESTALE && attempts--)
		err = cgroup_prog_detach(prog, target, attach_type, given);
	return err;
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
