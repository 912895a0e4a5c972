/* SPDX-License-Identifier: MIT */
/*
 * A program takes the place of an old one on a cgroup's hook, whatever other processes do there
 * meanwhile.
 *
 * These functions replace the last of several old programs in place, and detach the others. A
 * process that attaches a first program while another does the same detaches only programs before
 * its own. So no process detaches the last one, and the hook always has one. Since 6.17 the kernel
 * compares the hook's revision and makes one of the two start again.
 */
#include <rawbpf/info.h>
#include <rawbpf/obj.h>
#include <rawbpf/prog.h>

#include "../../insn/base/string.h"
#include "../object/obj.h"
#include "../sys/attr.h"
#include "../sys/sys.h"

enum {
	REPLACE_PROGS = 64,
	REPLACE_ATTEMPTS = 1000, /* four busy processes made one lose 100 times in a row */
	REPLACE_TIDYINGS = 100,
	REPLACE_IDLE = 10, /* attempts to detach while other processes replace */
};

/* The caller's request. */
struct replace_call {
	int prog, cgroup;
	unsigned attach_type;
	const struct rawbpf_prog_replace_spec *spec;
	struct bpf_prog_info info; /* of `prog` */
	unsigned old_id;           /* of spec->old */
	const char *name;          /* the old programs' name, or NULL */
};

/* The hook at the time of the query. */
struct replace_hook {
	unsigned ids[REPLACE_PROGS];
	struct rawbpf_prog_query query;
	struct {
		int place; /* index in ids[] */
		int prog;  /* a descriptor; spec->old is the caller's */
	} olds[REPLACE_PROGS]; /* in their order */
	unsigned old_count;
	int place; /* index of `prog` in ids[]; -1: not attached */
};

static int replace_info_get(struct bpf_prog_info *info, int prog)
{
	int err = rawbpf__obj_check(prog, RAWBPF_OBJ_PROG);

	*info = (struct bpf_prog_info){ 0 };
	if (err == 0)
		err = rawbpf_obj_info(prog, info, sizeof *info);
	return err < 0 ? err : 0;
}

static int replace_begin(struct replace_call *call)
{
	const struct rawbpf_prog_replace_spec *spec = call->spec;
	struct bpf_prog_info old;
	int err;

	if ((spec->old != 0) + (spec->name != NULL) + (spec->tag != NULL) > 1 ||
	    (spec->flags && spec->flags != BPF_F_ALLOW_MULTI && spec->flags != BPF_F_ALLOW_OVERRIDE) ||
	    call->attach_type == BPF_LSM_CGROUP)
		return -EINVAL;
	err = replace_info_get(&call->info, call->prog);
	if (err < 0)
		return err;
	call->name = spec->name ? spec->name : spec->old || spec->tag ? NULL : call->info.name;
	if (call->name && !*call->name)
		return -EINVAL;
	if (!spec->old)
		return 0;
	err = replace_info_get(&old, spec->old);
	call->old_id = old.id;
	return err;
}

/*
 * Open the program of this id if it is an old one. Returns its descriptor, which may be the caller's,
 * or 0 if it is another program or no longer exists.
 */
static int replace_old_open(const struct replace_call *call, unsigned id)
{
	struct bpf_prog_info info = { 0 };
	int old, err;

	if (call->spec->old)
		return id == call->old_id ? call->spec->old : 0;
	old = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, id, NULL);
	if (old < 0)
		return old == -ENOENT ? 0 : old;
	err = rawbpf_obj_info(old, &info, sizeof info); /* a program: it was opened by such an id */
	if (err >= 0 && (call->name ? rawbpf__equal(info.name, call->name) :
				      rawbpf__same_bytes(info.tag, call->spec->tag, sizeof info.tag)))
		return old;
	rawbpf__close(old);
	return err < 0 ? err : 0;
}

/* Close the old programs, but not the caller's descriptor. */
static void replace_leave(const struct replace_hook *hook, const struct replace_call *call)
{
	for (unsigned i = 0; i < hook->old_count && !call->spec->old; i++)
		rawbpf__close(hook->olds[i].prog);
}

/* Look at the hook, and open the old programs until replace_leave(). */
static int replace_look(struct replace_hook *hook, const struct replace_call *call)
{
	unsigned i;
	int err;

	hook->query = (struct rawbpf_prog_query){ .prog_ids = hook->ids, .capacity = REPLACE_PROGS };
	hook->old_count = 0;
	hook->place = -1;
	err = rawbpf_prog_query(&hook->query, call->cgroup, call->attach_type);
	for (i = 0; err >= 0 && i < hook->query.count; i++) {
		if (hook->ids[i] == call->info.id) {
			hook->place = (int)i;
			continue;
		}
		err = replace_old_open(call, hook->ids[i]);
		if (err > 0) {
			hook->olds[hook->old_count].place = (int)i;
			hook->olds[hook->old_count++].prog = err;
		}
	}
	if (err < 0)
		replace_leave(hook, call);
	return err < 0 ? err : 0;
}

/* Open the link that holds this program on this hook. -ENOENT: no link holds it (any more). */
static int replace_link_open(const struct replace_call *call, unsigned prog_id)
{
	struct rawbpf_link_info info = { 0 };
	uint64_t cgroup_id = 0;
	unsigned id = 0;
	int link, err = rawbpf__inode(call->cgroup, "", &cgroup_id);

	while (err == 0 && (err = rawbpf_obj_id_next(&id, RAWBPF_OBJ_LINK, id)) == 0) {
		link = rawbpf_obj_id_open(RAWBPF_OBJ_LINK, id, NULL);
		if (link < 0) {
			if (link != -ENOENT && link != -EAGAIN) /* no longer exists; not complete yet */
				return link;
			continue;
		}
		err = rawbpf_link_info(&info, link);
		if (err == 0 && info.type == BPF_LINK_TYPE_CGROUP && info.prog_id == prog_id &&
		    info.attach_type == call->attach_type && info.cgroup_id == cgroup_id)
			return link;
		rawbpf__close(link);
		err = 0;
	}
	return err;
}

static int replace_by_link(const struct replace_call *call, int old, unsigned old_id)
{
	struct rawbpf__link_update_attr attr = {
		.new_prog_fd = call->prog, .flags = BPF_F_REPLACE, .old_prog_fd = old };
	int err, link = replace_link_open(call, old_id);

	if (link < 0)
		return link;
	attr.link_fd = link;
	err = rawbpf__bpf(BPF_LINK_UPDATE, &attr, sizeof attr);
	rawbpf__close(link);
	return err == -EPERM ? -ENOENT : err; /* the link has another program by now */
}

static int replace_attach(const struct replace_call *call, const struct replace_hook *hook,
			  unsigned flags, int old)
{
	return rawbpf_prog_attach(call->prog, call->cgroup, call->attach_type,
				  &(struct rawbpf_prog_attach_spec){
		.flags = flags, .replace = old, .expected_revision = hook->query.revision });
}

/*
 * Replace the hook's only program. Before 6.17 the kernel has no guard, and finding the old program
 * may have taken many system calls: so look once more.
 */
static int replace_alone(const struct replace_call *call, const struct replace_hook *hook,
			 unsigned old_id)
{
	unsigned id = 0;
	struct rawbpf_prog_query query = { .prog_ids = &id, .capacity = 1 };
	int err = hook->query.revision ? 0 : rawbpf_prog_query(&query, call->cgroup, call->attach_type);

	if (err == -ENOSPC || (err == 0 && !hook->query.revision && id != old_id))
		return -ESTALE;
	return err < 0 ? err : replace_attach(call, hook, hook->query.attach_flags, 0);
}

/*
 * Replace one old program in place, whatever attached it. Before 5.6 the kernel cannot: then attach
 * beside it, and the result is 1.
 */
static int replace_in_place(const struct replace_call *call, const struct replace_hook *hook,
			    unsigned which)
{
	unsigned old_id = hook->ids[hook->olds[which].place];
	int err, by_link, old = hook->olds[which].prog;

	if (!(hook->query.attach_flags & BPF_F_ALLOW_MULTI))
		return replace_alone(call, hook, old_id);
	err = replace_attach(call, hook, BPF_F_ALLOW_MULTI, old);
	if (err == -ENOENT || err == -E2BIG) {
		by_link = replace_by_link(call, old, old_id); /* needs no room */
		if (by_link == 0 || err == -ENOENT)
			err = by_link;
	}
	if (err != -EINVAL)
		return err;
	/* What else is invalid fails again: the program's type or place. */
	err = replace_attach(call, hook, BPF_F_ALLOW_MULTI, 0);
	return err < 0 ? err : 1;
}

/* Detach an old program. Returns 0 if it did. -ENOENT: it is gone already, or a link holds it. */
static int replace_detach(const struct replace_call *call, int old)
{
	return rawbpf_prog_detach(old, call->cgroup, call->attach_type, NULL);
}

/*
 * Detach the old programs before ours, until none is left or those left stay. `prog` is attached,
 * so an error changes nothing: the next replacement tidies up.
 */
static void replace_tidy(const struct replace_call *call)
{
	struct replace_hook hook;
	unsigned i, detached, idle = 0, attempts = REPLACE_TIDYINGS;

	do {
		if (replace_look(&hook, call) < 0)
			return;
		detached = 0;
		for (i = 0; i < hook.old_count && hook.olds[i].place < hook.place; i++)
			detached += replace_detach(call, hook.olds[i].prog) == 0;
		replace_leave(&hook, call);
		idle = detached ? 0 : idle + 1;
	} while (i && idle < REPLACE_IDLE && --attempts);
}

/*
 * Of several old programs on a full hook, one makes room or is a link's, so that it can be replaced
 * there. -ESTALE: there is room now.
 */
static int replace_when_full(const struct replace_call *call, const struct replace_hook *hook)
{
	unsigned i;
	int err = -E2BIG;

	for (i = 0; i + 1 < hook->old_count && err == -E2BIG; i++) {
		err = replace_detach(call, hook->olds[i].prog);
		if (err == 0)
			return -ESTALE;
		if (err == -ENOENT)
			err = replace_in_place(call, hook, i);
	}
	return err;
}

/* Attach `prog` as the first program of ours. */
static int replace_first(const struct replace_call *call, const struct replace_hook *hook)
{
	unsigned flags = call->spec->flags ? call->spec->flags : BPF_F_ALLOW_MULTI;
	int err;

	if (call->spec->must_exist)
		return -ENOENT;
	if (hook->query.count && !(hook->query.attach_flags & BPF_F_ALLOW_MULTI))
		return -EBUSY;
	err = replace_attach(call, hook, flags, 0);
	/* With a revision the kernel notices a process that attaches meanwhile. */
	if (err == 0 && !hook->query.revision)
		replace_tidy(call);
	return err;
}

/* Replace the last of our old programs, and detach the others. Returns 1, or a negative errno. */
static int replace_last(const struct replace_call *call, const struct replace_hook *hook)
{
	int err = replace_in_place(call, hook, hook->old_count - 1);

	if (err == -E2BIG)
		err = replace_when_full(call, hook);
	if (err == -ENOENT)
		return -ESTALE;
	if (err == 1 || (err == 0 && hook->old_count > 1))
		replace_tidy(call);
	return err < 0 ? err : 1;
}

/* Try once. -ESTALE: the hook changed meanwhile. */
static int replace_try(const struct replace_call *call)
{
	struct replace_hook hook;
	int err = replace_look(&hook, call);

	if (err < 0)
		return err;
	if (hook.place >= 0)
		replace_tidy(call);
	else
		err = hook.old_count ? replace_last(call, &hook) : replace_first(call, &hook);
	replace_leave(&hook, call);
	return err;
}

int rawbpf_prog_replace(int prog, int cgroup, unsigned attach_type,
			const struct rawbpf_prog_replace_spec *spec)
{
	struct replace_call call = {
		.prog = prog, .cgroup = cgroup, .attach_type = attach_type,
		.spec = RAWBPF__SPEC(spec) };
	int attempts = REPLACE_ATTEMPTS, err = replace_begin(&call);

	if (err < 0)
		return err;
	do
		err = replace_try(&call);
	while (err == -ESTALE && --attempts);
	return err;
}
