/* SPDX-License-Identifier: MIT */
#include "resolution.h"

#include <rawbpf/btf.h>
#include <rawbpf/constant.h>

#include "../base/out.h"
#include "../base/string.h"
#include "../btf/btf.h"
#include "../symbol/kernel.h"

enum { WAY_NAME_MAX = 192 }; /* bytes of a name in BTF, with its prefix */

/* What programs of a way are. With a prefix, the kernel's BTF has an id for the target. */
static const struct way_row {
	uint8_t type, attach_type;
	uint8_t kind;        /* BTF_KIND_* of the target; 0: no id */
	char prefix[12];     /* of its name in BTF */
} way_rows[RAWBPF_WAYS] = {
	[RAWBPF_WAY_NONE] = { .type = BPF_PROG_TYPE_SOCKET_FILTER },
	[RAWBPF_WAY_KPROBE] = { .type = BPF_PROG_TYPE_KPROBE },
	[RAWBPF_WAY_KRETPROBE] = { .type = BPF_PROG_TYPE_KPROBE },
	[RAWBPF_WAY_FENTRY] = { BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, BTF_KIND_FUNC, "" },
	[RAWBPF_WAY_FEXIT] = { BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, BTF_KIND_FUNC, "" },
	[RAWBPF_WAY_LSM] = { BPF_PROG_TYPE_LSM, BPF_LSM_MAC, BTF_KIND_FUNC, "bpf_lsm_" },
	[RAWBPF_WAY_TP_BTF] = { BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, BTF_KIND_TYPEDEF,
				"btf_trace_" },
	[RAWBPF_WAY_RAW_TP] = { .type = BPF_PROG_TYPE_RAW_TRACEPOINT },
	[RAWBPF_WAY_TRACEPOINT] = { .type = BPF_PROG_TYPE_TRACEPOINT },
	[RAWBPF_WAY_UPROBE] = { .type = BPF_PROG_TYPE_KPROBE },
	[RAWBPF_WAY_URETPROBE] = { .type = BPF_PROG_TYPE_KPROBE },
	[RAWBPF_WAY_ITER] = { BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, BTF_KIND_FUNC, "bpf_iter_" },
	[RAWBPF_WAY_PERF] = { .type = BPF_PROG_TYPE_PERF_EVENT },
	[RAWBPF_WAY_XDP] = { .type = BPF_PROG_TYPE_XDP },
	[RAWBPF_WAY_TC] = { .type = BPF_PROG_TYPE_SCHED_CLS },
	[RAWBPF_WAY_SOCKET] = { .type = BPF_PROG_TYPE_SOCKET_FILTER },
};

/* The hooks of cgroups: the program type of their attach types. The first row that begins so counts. */
static const struct way_hook {
	char name[16];
	uint8_t type;
} way_hooks[] = {
	{ "inet_ingress", BPF_PROG_TYPE_CGROUP_SKB },
	{ "inet_egress", BPF_PROG_TYPE_CGROUP_SKB },
	{ "inet_sock_", BPF_PROG_TYPE_CGROUP_SOCK },
	{ "inet4_post_bind", BPF_PROG_TYPE_CGROUP_SOCK },
	{ "inet6_post_bind", BPF_PROG_TYPE_CGROUP_SOCK },
	{ "inet", BPF_PROG_TYPE_CGROUP_SOCK_ADDR },
	{ "udp", BPF_PROG_TYPE_CGROUP_SOCK_ADDR },
	{ "unix_", BPF_PROG_TYPE_CGROUP_SOCK_ADDR },
	{ "sock_ops", BPF_PROG_TYPE_SOCK_OPS },
	{ "device", BPF_PROG_TYPE_CGROUP_DEVICE },
	{ "sysctl", BPF_PROG_TYPE_CGROUP_SYSCTL },
	{ "getsockopt", BPF_PROG_TYPE_CGROUP_SOCKOPT },
	{ "setsockopt", BPF_PROG_TYPE_CGROUP_SOCKOPT },
};

static int way_cgroup(struct rawbpf__resolver *r, struct rawbpf_resolved *resolved,
		      const char *hook)
{
	char name[WAY_NAME_MAX];
	struct rawbpf__out out = rawbpf__out_begin(name, sizeof(name));
	int attach_type = -ENOENT;

	rawbpf__out_text(&out, "cgroup_");
	rawbpf__out_text(&out, hook);
	if (out.length < sizeof(name))
		attach_type = rawbpf_constant_find(RAWBPF_ATTACH_TYPE, name);
	for (unsigned i = 0; attach_type >= 0 && i < sizeof(way_hooks) / sizeof(*way_hooks); i++)
		if (rawbpf__starts_with(hook, way_hooks[i].name)) {
			resolved->type = way_hooks[i].type;
			resolved->attach_type = attach_type;
			return 0;
		}
	return rawbpf__resolver_fail(r, -EINVAL, "'@' is no hook of cgroups: inet_ingress, device, ...",
				     hook, 0);
}

/* ------------------------------------------------------------------------------- BTF */

/* A type in the BTF of the kernel or of a module. */
struct way_type {
	const struct rawbpf_btf *btf;
	unsigned id;
	int fd;             /* of the module's BTF; 0: the kernel's */
};

/* Find what BTF has about a place's target. */
static int way_find(struct rawbpf__resolver *r, struct way_type *type,
		    const struct rawbpf_table_place *place, enum rawbpf_way way)
{
	const struct rawbpf_symbols *symbols = r->env->symbols;
	const char *target = rawbpf__resolver_string(r, place->target);
	const struct way_row *row = &way_rows[way];
	struct rawbpf__type_place found;
	char name[WAY_NAME_MAX];
	struct rawbpf__out out = rawbpf__out_begin(name, sizeof(name));
	int err;

	rawbpf__out_text(&out, row->prefix);
	rawbpf__out_text(&out, target);
	if (!symbols || !rawbpf__symbols_btf(symbols, 0))
		return rawbpf__resolver_fail(r, -ENODATA, "'@' needs the kernel's BTF, and there is "
					     "none", target, 0);
	err = rawbpf__type_place(&found, symbols, 1u << row->kind, name, out.length);
	if (err == -ENOENT || out.length >= sizeof(name))
		return rawbpf__resolver_fail(r, -ENOENT, "the kernel's BTF has no '@'", name, 0);
	if (err)
		return rawbpf__resolver_fail(r, err, "broken BTF: '@'", name, 0);
	*type = (struct way_type){ found.btf, found.id,
				   found.module ? symbols->modules[found.module - 1].fd : 0 };
	return 0;
}

RAWBPF__PRIVATE int rawbpf__way_resolve(struct rawbpf__resolver *r,
					struct rawbpf_resolved *resolved)
{
	enum rawbpf_way way = r->unit->place_count ? r->unit->way : RAWBPF_WAY_NONE;
	const struct rawbpf_table_place *place = &r->c->places[r->unit->place];
	struct way_type type;
	int err;

	if (way >= RAWBPF_WAYS || way == RAWBPF_WAY_SYSCALL || way == RAWBPF_WAY_SYSRET)
		return rawbpf__resolver_fail(r, -EINVAL, "way # is none of a program", "", way);
	if (way == RAWBPF_WAY_CGROUP)
		return way_cgroup(r, resolved, rawbpf__resolver_string(r, place->target));
	resolved->type = way_rows[way].type;
	resolved->attach_type = way_rows[way].attach_type;
	if (!way_rows[way].kind || r->cores) /* the loader of an object file finds the id */
		return 0;
	err = way_find(r, &type, place, way);
	resolved->attach_btf_id = err ? 0 : type.id;
	resolved->attach_btf = err ? 0 : type.fd;
	return err;
}

/* ------------------------------------------------------------------------- parameters */

/* Parameters of a kernel function, or of a tracepoint. */
struct way_parameters {
	const struct rawbpf_btf *btf;
	const struct btf_param *all;
	unsigned count;
};

/* The way whose BTF has the parameters of a place's target. */
static enum rawbpf_way way_of_parameters(enum rawbpf_way way)
{
	switch (way) {
	case RAWBPF_WAY_RAW_TP:
		return RAWBPF_WAY_TP_BTF;
	case RAWBPF_WAY_KPROBE:
	case RAWBPF_WAY_KRETPROBE:
		return RAWBPF_WAY_FENTRY;
	default:
		return way;
	}
}

static int way_parameters(struct rawbpf__resolver *r, struct way_parameters *parameters,
			  const struct rawbpf_table_place *place)
{
	enum rawbpf_way way = way_of_parameters(place->way);
	const char *target = rawbpf__resolver_string(r, place->target);
	const struct btf_type *proto;
	struct way_type type;
	int err, id;

	if (way_rows[way].kind != BTF_KIND_FUNC && way_rows[way].kind != BTF_KIND_TYPEDEF)
		return rawbpf__resolver_fail(r, -EOPNOTSUPP, "'@' has no parameters in BTF: give the "
					     "argument no type, or u64", target, 0);
	err = way_find(r, &type, place, way);
	if (err)
		return err;
	id = type.id;
	if (way == RAWBPF_WAY_TP_BTF) /* a typedef of a pointer to a function */
		id = rawbpf_btf_type_resolve(type.btf, id);
	proto = id < 0 ? NULL : rawbpf_btf_type_get(type.btf, id);
	proto = proto ? rawbpf_btf_type_get(type.btf, proto->type) : NULL;
	if (!proto || rawbpf_btf_type_kind(proto) != BTF_KIND_FUNC_PROTO)
		return rawbpf__resolver_fail(r, -EINVAL, "broken BTF: '@' is no function", target, 0);
	parameters->btf = type.btf;
	parameters->all = rawbpf__btf_addition(proto);
	parameters->count = rawbpf_btf_type_vlen(proto);
	if (way == RAWBPF_WAY_TP_BTF && parameters->count) { /* the first one is the kernel's own */
		parameters->all++;
		parameters->count--;
	}
	return 0;
}

/* Return 1 if the type is a pointer to a struct of this name. */
static int way_points_to(const struct rawbpf_btf *btf, unsigned type, const char *name)
{
	int id = rawbpf_btf_type_resolve(btf, type);
	const struct btf_type *pointer = id < 0 ? NULL : rawbpf_btf_type_get(btf, id);
	const struct btf_type *target;
	const char *found;

	if (!pointer || rawbpf_btf_type_kind(pointer) != BTF_KIND_PTR)
		return 0;
	id = rawbpf_btf_type_resolve(btf, pointer->type);
	target = id < 0 ? NULL : rawbpf_btf_type_get(btf, id);
	if (!target || (rawbpf_btf_type_kind(target) != BTF_KIND_STRUCT &&
			rawbpf_btf_type_kind(target) != BTF_KIND_FWD))
		return 0;
	found = rawbpf_btf_string_get(btf, target->name_off);
	return found && rawbpf__equal(found, name);
}

RAWBPF__PRIVATE int rawbpf__parameter_find(struct rawbpf__resolver *r,
					   const struct rawbpf_table_place *place, const char *type)
{
	struct way_parameters parameters;
	int err = way_parameters(r, &parameters, place);

	if (err)
		return err;
	for (unsigned i = 0; i < parameters.count; i++)
		if (way_points_to(parameters.btf, parameters.all[i].type, type))
			return (int)i;
	return rawbpf__resolver_fail(r, -ENOENT, "no parameter here points to a struct '@'", type, 0);
}

RAWBPF__PRIVATE int rawbpf__parameter_count(struct rawbpf__resolver *r,
					    const struct rawbpf_table_place *place)
{
	struct way_parameters parameters;
	int err = way_parameters(r, &parameters, place);

	return err ? err : (int)parameters.count;
}

/* ------------------------------------------------------------------------ candidates */

static int way_has_sysret(const struct rawbpf_collection *collection)
{
	for (unsigned i = 0; i < collection->place_count; i++)
		if (collection->places[i].way == RAWBPF_WAY_SYSRET)
			return 1;
	return 0;
}

int rawbpf_collection_ways_find(enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE],
				const struct rawbpf_collection *collection, unsigned place)
{
	unsigned way = collection->places[place].way;
	int at = 0;

	ways[0] = way;
	if (way != RAWBPF_WAY_SYSCALL && way != RAWBPF_WAY_SYSRET)
		return 1;
	/* One return probe misses calls while others of its calls hang: it comes last. */
	if (!way_has_sysret(collection))
		ways[at++] = RAWBPF_WAY_KPROBE;
	ways[at++] = RAWBPF_WAY_TRACEPOINT;
	ways[at++] = RAWBPF_WAY_RAW_TP;
	if (at < RAWBPF_WAYS_OF_PLACE)
		ways[at] = way == RAWBPF_WAY_SYSRET ? RAWBPF_WAY_KRETPROBE : RAWBPF_WAY_KPROBE;
	return RAWBPF_WAYS_OF_PLACE;
}
