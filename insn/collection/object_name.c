/* SPDX-License-Identifier: MIT */
/* The names of sections: loaders know from them what a program is, and where it belongs. */
#include "object_file.h"

#include "../base/out.h"
#include "../base/string.h"

/* The name of a way's section. The target follows a slash at the end. */
static const char object_ways[RAWBPF_WAYS][16] = {
	[RAWBPF_WAY_NONE] = "socket",
	[RAWBPF_WAY_SYSCALL] = "tracepoint/",
	[RAWBPF_WAY_SYSRET] = "tracepoint/",
	[RAWBPF_WAY_KPROBE] = "kprobe/",
	[RAWBPF_WAY_KRETPROBE] = "kretprobe/",
	[RAWBPF_WAY_FENTRY] = "fentry/",
	[RAWBPF_WAY_FEXIT] = "fexit/",
	[RAWBPF_WAY_LSM] = "lsm/",
	[RAWBPF_WAY_TP_BTF] = "tp_btf/",
	[RAWBPF_WAY_RAW_TP] = "raw_tp/",
	[RAWBPF_WAY_TRACEPOINT] = "tracepoint/",
	[RAWBPF_WAY_UPROBE] = "uprobe/",
	[RAWBPF_WAY_URETPROBE] = "uretprobe/",
	[RAWBPF_WAY_ITER] = "iter/",
	[RAWBPF_WAY_PERF] = "perf_event",
	[RAWBPF_WAY_XDP] = "xdp",
	[RAWBPF_WAY_TC] = "tc",
	[RAWBPF_WAY_SOCKET] = "socket",
};

/* The sections of hooks of cgroups. */
static const struct object_hook {
	char hook[20], section[24];
} object_hooks[] = {
	{ "inet_ingress", "cgroup_skb/ingress" },
	{ "inet_egress", "cgroup_skb/egress" },
	{ "inet_sock_create", "cgroup/sock_create" },
	{ "inet_sock_release", "cgroup/sock_release" },
	{ "inet4_post_bind", "cgroup/post_bind4" },
	{ "inet6_post_bind", "cgroup/post_bind6" },
	{ "inet4_bind", "cgroup/bind4" },
	{ "inet6_bind", "cgroup/bind6" },
	{ "inet4_connect", "cgroup/connect4" },
	{ "inet6_connect", "cgroup/connect6" },
	{ "inet4_getpeername", "cgroup/getpeername4" },
	{ "inet6_getpeername", "cgroup/getpeername6" },
	{ "inet4_getsockname", "cgroup/getsockname4" },
	{ "inet6_getsockname", "cgroup/getsockname6" },
	{ "udp4_sendmsg", "cgroup/sendmsg4" },
	{ "udp6_sendmsg", "cgroup/sendmsg6" },
	{ "udp4_recvmsg", "cgroup/recvmsg4" },
	{ "udp6_recvmsg", "cgroup/recvmsg6" },
	{ "device", "cgroup/dev" },
	{ "sysctl", "cgroup/sysctl" },
	{ "getsockopt", "cgroup/getsockopt" },
	{ "setsockopt", "cgroup/setsockopt" },
	{ "sock_ops", "sockops" },
};

static const char *object_hook(const char *hook)
{
	for (unsigned i = 0; i < sizeof(object_hooks) / sizeof(*object_hooks); i++)
		if (rawbpf__equal(object_hooks[i].hook, hook))
			return object_hooks[i].section;
	return NULL;
}

/* Append the target, "group/name" for "group:name". */
static void object_target(struct rawbpf__out *out, const struct rawbpf_table_place *place,
			  const char *target, const char *detail)
{
	const char *colon = rawbpf__find(target, ':');

	switch (place->way) {
	case RAWBPF_WAY_SYSCALL:
		rawbpf__out_text(out, "syscalls/sys_enter_");
		break;
	case RAWBPF_WAY_SYSRET:
		rawbpf__out_text(out, "syscalls/sys_exit_");
		break;
	case RAWBPF_WAY_TRACEPOINT:
		rawbpf__out_bytes(out, target, colon - target);
		rawbpf__out_text(out, "/");
		target = *colon ? colon + 1 : colon;
		break;
	default:
		break;
	}
	rawbpf__out_text(out, target);
	if (place->way == RAWBPF_WAY_UPROBE || place->way == RAWBPF_WAY_URETPROBE) {
		rawbpf__out_text(out, ":");
		rawbpf__out_text(out, detail);
	}
}

RAWBPF__PRIVATE int rawbpf__object_name(struct rawbpf__object_file *o, char *name, unsigned number)
{
	const struct rawbpf_table_place *place = &o->c->places[number];
	struct rawbpf__out out = rawbpf__out_begin(name, RAWBPF__OBJECT_NAME);
	const char *target = o->c->strings + place->target, *section = object_ways[place->way];

	if (place->is_or)
		return rawbpf__object_fail(o, -EOPNOTSUPP, place->line, "an object file cannot hold this: no "
					   "loader tries another place, as .or asks", "");
	if (place->tail)
		return rawbpf__object_fail(o, -EOPNOTSUPP, place->line, "an object file cannot hold this: no "
					   "loader fills a prog_array", "");
	if (place->is_param && (place->way == RAWBPF_WAY_UPROBE || place->way == RAWBPF_WAY_URETPROBE))
		return rawbpf__object_fail(o, -EOPNOTSUPP, place->line, "an object file cannot hold this: no "
					   "loader knows the parameter '@'", target);
	if (place->way == RAWBPF_WAY_CGROUP)
		section = object_hook(target);
	if (!section)
		return rawbpf__object_fail(o, -EOPNOTSUPP, place->line, "loaders have no section for the hook "
					   "'@'", target);
	rawbpf__out_text(&out, section);
	if (out.length && section[out.length - 1] == '/')
		object_target(&out, place, target, o->c->strings + place->detail);
	if (out.length >= RAWBPF__OBJECT_NAME)
		return rawbpf__object_fail(o, -E2BIG, place->line, "'@' is too long for a section's name", target);
	return 0;
}
