/* SPDX-License-Identifier: MIT */
/* Attach a loaded program at its place: one table of ways. */
#include <linux/sockios.h>

#include <rawbpf/cgroup.h>
#include <rawbpf/insn.h>
#include <rawbpf/kprobe.h>
#include <rawbpf/map.h>
#include <rawbpf/net.h>
#include <rawbpf/prog.h>
#include <rawbpf/tracepoint.h>
#include <rawbpf/tracing.h>
#include <rawbpf/uprobe.h>

#include "live_perf.h"
#include "live_place.h"
#include "live_reason.h"
#include "../diagnose/error_look.h"
#include "../../insn/base/string.h"

enum {
	LIVE_AF_UNIX = 1,
	LIVE_SOCK_DGRAM = 2,
	LIVE_MAXACTIVE = 512, /* calls that one return probe follows at a time, where it can be said */
};

/* What attaches: a loaded program and its place. `name` becomes the target, for the reason. */
struct live_place {
	struct rawbpf_live *live;
	struct rawbpf_live_program *program;
	const struct rawbpf_table_place *place;
	const struct rawbpf_operation *operation; /* that failed */
	char name[256];
};

/* ------------------------------------------------------------------------- names */

/* Return a string of a place; if a string parameter has that name, the parameter's text. */
static const char *live_text(const struct rawbpf_live *live, unsigned string)
{
	const struct rawbpf_collection *collection = live->collection;
	const char *text = rawbpf__live_string(live, string);

	for (unsigned i = 0; i < live->spec.option_count; i++)
		if (live->spec.options[i].text && rawbpf__equal(live->spec.options[i].name, text))
			return live->spec.options[i].text;
	for (unsigned i = 0; i < collection->param_count; i++)
		if (!collection->params[i].value &&
		    rawbpf__equal(rawbpf__live_string(live, collection->params[i].name), text))
			return rawbpf__live_string(live, collection->params[i].text);
	return text;
}

/* Write up to three parts to place->name. Return it, or NULL if it does not fit. */
static const char *live_name(struct live_place *place, const char *first, const char *second,
			     const char *third)
{
	struct rawbpf__out out = rawbpf__out_begin(place->name, sizeof place->name);

	rawbpf__out_text(&out, first);
	rawbpf__out_text(&out, second);
	rawbpf__out_text(&out, third);
	return out.length < sizeof place->name ? place->name : NULL;
}

static const char *live_target(struct live_place *place)
{
	return live_name(place, live_text(place->live, place->place->target), "", "");
}

/* Write the value of the place's expression, `otherwise` if it has none. */
static int live_number(const struct live_place *place, uint64_t otherwise, uint64_t *number)
{
	struct rawbpf_collection_error mistake;

	*number = otherwise;
	if (!place->place->expr)
		return 0;
	return rawbpf_collection_expr_evaluate(number, place->live->collection, place->place->expr,
					       place->place->line, &place->live->env, &mistake);
}

/* ------------------------------------------------------------------ functions and tracepoints */

static int live_kprobe(struct live_place *place, int is_return)
{
	const char *target = live_target(place);
	struct rawbpf_kprobe_spec spec = { .retprobe = is_return };
	struct rawbpf_link *link = &place->program->link;
	uint64_t maxactive;
	int err = live_number(place, LIVE_MAXACTIVE, &maxactive);

	place->operation = RAWBPF_KPROBE_ATTACH;
	if (err < 0)
		return err;
	if (rawbpf__live_is_call(place->place))
		spec.syscall = target;
	else
		spec.symbol = target;
	/* Calls that hang keep their room, so returns of other calls need more. tracefs gives it. */
	spec.maxactive = is_return ? maxactive : 0;
	err = rawbpf_kprobe_attach(link, place->program->fd, &spec);
	if (err != -EOPNOTSUPP || !is_return)
		return err;
	spec.maxactive = 0;
	return rawbpf_kprobe_attach(link, place->program->fd, &spec);
}

static int live_kprobe_attach(struct live_place *place)
{
	return live_kprobe(place, 0);
}

static int live_kretprobe_attach(struct live_place *place)
{
	return live_kprobe(place, 1);
}

/* Return how the kernel calls the entry function of the place's system call. */
static const char *live_entry(const struct live_place *place)
{
	const char *call = rawbpf__live_string(place->live, place->place->target);
	struct rawbpf_syscall found;

	if (rawbpf_syscall_find(&found, place->live->env.arch, call) < 0 || !found.entry)
		return call;
	return found.entry;
}

static const char *live_side(const struct live_place *place)
{
	return place->place->way == RAWBPF_WAY_SYSRET ? "sys_exit" : "sys_enter";
}

static int live_tracepoint_attach(struct live_place *place)
{
	struct rawbpf_tracepoint_spec spec = { .group = "syscalls" };
	const char *target = live_target(place);
	char group[64];
	struct rawbpf__out out = rawbpf__out_begin(group, sizeof group);

	place->operation = RAWBPF_TRACEPOINT_ATTACH;
	if (rawbpf__live_is_call(place->place)) {
		spec.name = live_name(place, live_side(place), "_", live_entry(place));
	} else if (target) {
		const char *colon = rawbpf__find(target, ':');

		rawbpf__out_bytes(&out, target, colon - target);
		spec.group = group;
		spec.name = *colon ? colon + 1 : "";
	}
	return rawbpf_tracepoint_attach(&place->program->link, place->program->fd, &spec);
}

static int live_raw_tp_attach(struct live_place *place)
{
	struct rawbpf_raw_tracepoint_spec spec = { .name = live_target(place) };

	place->operation = RAWBPF_RAW_TRACEPOINT_ATTACH;
	if (rawbpf__live_is_call(place->place))
		spec.name = live_name(place, live_side(place), "", "");
	return rawbpf_raw_tracepoint_attach(&place->program->link, place->program->fd, &spec);
}

/* The function was chosen when the program was loaded. */
static int live_tracing_attach(struct live_place *place)
{
	live_target(place);
	place->operation = RAWBPF_TRACING_ATTACH;
	return rawbpf_tracing_attach(&place->program->link, place->program->fd, NULL);
}

/* A kernel without the security module bpf attaches the program, and never runs it. */
static int live_lsm_check(struct live_place *place)
{
	live_target(place);
	place->operation = rawbpf__lsm_refusal();
	return place->operation ? -EOPNOTSUPP : 0;
}

static int live_lsm_attach(struct live_place *place)
{
	int err = live_lsm_check(place);

	return err < 0 ? err : live_tracing_attach(place);
}

static int live_iter_attach(struct live_place *place)
{
	live_target(place);
	place->operation = RAWBPF_ITER_ATTACH;
	return rawbpf_iter_attach(&place->program->link, place->program->fd, NULL);
}

static int live_uprobe(struct live_place *place, int is_return)
{
	const char *path = live_text(place->live, place->place->target);
	const char *symbol = live_text(place->live, place->place->detail);
	uint64_t offset;
	int found;

	live_name(place, path, ":", symbol);
	place->operation = RAWBPF_UPROBE_FIND;
	found = rawbpf_uprobe_find(&offset, 1, path, symbol);
	if (found < 0)
		return found;
	if (found > 1)
		return -EADDRNOTAVAIL;
	place->operation = RAWBPF_UPROBE_ATTACH;
	return rawbpf_uprobe_attach(&place->program->link, place->program->fd,
				    &(struct rawbpf_uprobe_spec){ .path = path, .offset = offset,
								  .retprobe = is_return });
}

static int live_uprobe_attach(struct live_place *place)
{
	return live_uprobe(place, 0);
}

static int live_uretprobe_attach(struct live_place *place)
{
	return live_uprobe(place, 1);
}

/* --------------------------------------------------------------------- devices and cgroups */

/* struct ifreq of <linux/if.h>, which needs headers of a libc. */
struct live_ifreq {
	char name[16];
	union {
		int index;
		char rest[24];
	};
};

/* Return the index of a network device in this process's namespace. */
static int live_device_find(const char *name)
{
	struct live_ifreq request;
	struct rawbpf__out out = rawbpf__out_begin(request.name, sizeof request.name);
	int err, fd;

	rawbpf__out_text(&out, name);
	if (out.length >= sizeof request.name)
		return -ENODEV;
	fd = rawbpf__socket(LIVE_AF_UNIX, LIVE_SOCK_DGRAM, 0);
	if (fd < 0)
		return fd;
	err = rawbpf__ioctl(fd, SIOCGIFINDEX, (unsigned long)&request);
	rawbpf__close(fd);
	return err < 0 ? err : request.index;
}

static int live_device(struct live_place *place)
{
	place->operation = place->program->unit.way == RAWBPF_WAY_XDP ? RAWBPF_XDP_ATTACH :
									RAWBPF_TCX_ATTACH;
	return live_device_find(live_target(place));
}

static int live_xdp_attach(struct live_place *place)
{
	int device = live_device(place);

	if (device < 0)
		return device;
	return rawbpf_xdp_attach(&place->program->link, place->program->fd, device, 0);
}

static int live_tc_attach(struct live_place *place)
{
	unsigned type = rawbpf__equal(rawbpf__live_string(place->live, place->place->detail), "egress") ?
			BPF_TCX_EGRESS : BPF_TCX_INGRESS;
	int err, device = live_device(place);

	if (device < 0)
		return device;
	err = rawbpf_tcx_attach(&place->program->link, place->program->fd, device, type, NULL);
	if (err != -EINVAL) /* before 6.6 */
		return err;
	place->operation = RAWBPF_TC_ATTACH;
	return rawbpf_tc_attach(&place->program->link, place->program->fd, device, type, NULL);
}

static int live_cgroup_open(struct live_place *place)
{
	const char *path = live_name(place, live_text(place->live, place->place->detail), "", "");

	place->operation = RAWBPF_CGROUP_ATTACH;
	return path ? rawbpf__open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY) : -ENAMETOOLONG;
}

static int live_cgroup_attach(struct live_place *place)
{
	int err, cgroup = live_cgroup_open(place);

	if (cgroup < 0)
		return cgroup;
	err = rawbpf_cgroup_attach(&place->program->link, place->program->fd, cgroup,
				   place->program->attach_type, NULL);
	rawbpf__close(cgroup);
	return err;
}

static int live_perf_attach(struct live_place *place)
{
	uint64_t frequency;
	int err = live_number(place, 0, &frequency);
	struct rawbpf__out out = rawbpf__out_begin(place->name, sizeof place->name);

	place->operation = RAWBPF_PERF_EVENTS_OPEN;
	rawbpf__out_number(&out, frequency);
	return err < 0 ? err : rawbpf__live_perf_open(place->program, frequency);
}

/* ------------------------------------------------------------------------------- the table */

/* NULL: the caller attaches the program, or only runs it once. */
static int (*const live_ways[RAWBPF_WAYS])(struct live_place *place) = {
	[RAWBPF_WAY_KPROBE] = live_kprobe_attach,
	[RAWBPF_WAY_KRETPROBE] = live_kretprobe_attach,
	[RAWBPF_WAY_FENTRY] = live_tracing_attach,
	[RAWBPF_WAY_FEXIT] = live_tracing_attach,
	[RAWBPF_WAY_LSM] = live_lsm_attach,
	[RAWBPF_WAY_TP_BTF] = live_tracing_attach,
	[RAWBPF_WAY_RAW_TP] = live_raw_tp_attach,
	[RAWBPF_WAY_TRACEPOINT] = live_tracepoint_attach,
	[RAWBPF_WAY_UPROBE] = live_uprobe_attach,
	[RAWBPF_WAY_URETPROBE] = live_uretprobe_attach,
	[RAWBPF_WAY_ITER] = live_iter_attach,
	[RAWBPF_WAY_PERF] = live_perf_attach,
	[RAWBPF_WAY_XDP] = live_xdp_attach,
	[RAWBPF_WAY_TC] = live_tc_attach,
	[RAWBPF_WAY_CGROUP] = live_cgroup_attach,
};

/* Return whether a place names what it is attached to. A parameter without a value names nothing. */
static int live_has_target(const struct rawbpf_live *live, const struct rawbpf_table_place *place)
{
	unsigned target = place->way == RAWBPF_WAY_CGROUP ? place->detail : place->target;

	return place->way == RAWBPF_WAY_PERF || live_text(live, target)[0] != '\0';
}

static int live_place_try(struct live_place *place, int (*way)(struct live_place *place))
{
	const struct rawbpf_unit *unit = &place->program->unit;
	int err;

	place->place = &place->live->collection->places[unit->place];
	if (!way || place->place->tail || !live_has_target(place->live, place->place))
		return 0;
	err = way(place);
	return err >= 0 ? 0 : rawbpf__live_fail(place->live, RAWBPF_LIVE_ATTACH, unit->place, unit->way,
						&(struct rawbpf_error){
		.operation = place->operation, .error = err, .type = place->program->type,
		.name = place->name });
}

int rawbpf__live_place_attach(struct rawbpf_live *live, struct rawbpf_live_program *program)
{
	struct live_place place = { .live = live, .program = program };

	return live_place_try(&place, live_ways[program->unit.way]);
}

/* -------------------------------------------------------------------------------- a check */

/*
 * Attach a program that does nothing, and detach it: only the kernel knows whether it has the
 * place. Programs of these ways cannot change what they watch.
 */
static int live_empty_check(struct live_place *place)
{
	static const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	struct rawbpf_live_program *program = place->program;
	int err, fd = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = program->type, .expected_attach_type = program->attach_type, .license = "GPL",
		.insns = insns, .insn_count = 2, .token = place->live->spec.token,
		.flags = place->live->spec.token ? BPF_F_TOKEN_FD : 0 });

	place->operation = RAWBPF_PROG_LOAD;
	if (fd < 0)
		return fd;
	program->fd = fd;
	err = live_ways[program->unit.way](place);
	rawbpf_link_detach(&program->link);
	rawbpf__close(fd);
	return err;
}

static int live_cgroup_check(struct live_place *place)
{
	int cgroup = live_cgroup_open(place);

	if (cgroup >= 0)
		rawbpf__close(cgroup);
	return cgroup;
}

/* NULL: the kernel found the place when it loaded the program, or there is nothing to find. */
static int (*const live_checks[RAWBPF_WAYS])(struct live_place *place) = {
	[RAWBPF_WAY_KPROBE] = live_empty_check,
	[RAWBPF_WAY_KRETPROBE] = live_empty_check,
	[RAWBPF_WAY_RAW_TP] = live_empty_check,
	[RAWBPF_WAY_TRACEPOINT] = live_empty_check,
	[RAWBPF_WAY_UPROBE] = live_empty_check,
	[RAWBPF_WAY_URETPROBE] = live_empty_check,
	[RAWBPF_WAY_LSM] = live_lsm_check,
	[RAWBPF_WAY_XDP] = live_device,
	[RAWBPF_WAY_TC] = live_device,
	[RAWBPF_WAY_CGROUP] = live_cgroup_check,
};

int rawbpf__live_place_check(struct rawbpf_live *live, const struct rawbpf_live_program *program)
{
	struct rawbpf_live_program trial = *program;
	struct live_place place = { .live = live, .program = &trial };

	return live_place_try(&place, live_checks[trial.unit.way]);
}

/* ------------------------------------------------------------------------- arrays of programs */

int rawbpf__live_tail_fill(struct rawbpf_live *live, const struct rawbpf_live_program *program)
{
	const struct rawbpf_unit *unit = &program->unit;
	const struct rawbpf_table_place *table = &live->collection->places[unit->place];
	struct live_place place = { .live = live, .place = table };
	uint64_t number;
	unsigned key;
	int err;

	if (!unit->place_count || !table->tail || !program->fd)
		return 0;
	err = live_number(&place, 0, &number);
	key = number;
	if (err == 0)
		err = rawbpf_map_update(live->map_fds[table->tail - 1], &key, &program->fd, BPF_ANY);
	return err == 0 ? 0 : rawbpf__live_fail(live, RAWBPF_LIVE_LOAD, unit->place, unit->way,
						&(struct rawbpf_error){
		.operation = RAWBPF_MAP_UPDATE, .error = err, .type = program->type });
}
