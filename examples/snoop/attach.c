/* SPDX-License-Identifier: MIT */
/* Load a tool's programs, and attach them in one of three ways. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../token.h"
#include "run.h"

enum { SLOTS = 1024 };

const char *const snoop_way_names[SNOOP_WAYS] = {
	[SNOOP_KPROBE] = "kprobe",
	[SNOOP_TRACEPOINT] = "tracepoint",
	[SNOOP_RAW_TRACEPOINT] = "raw_tp",
};

static const struct {
	const char *word; /* for messages */
	unsigned prog_type;
	const struct rawbpf_operation *operation;
} ways[SNOOP_WAYS] = {
	[SNOOP_KPROBE] = { "kprobe", BPF_PROG_TYPE_KPROBE, RAWBPF_KPROBE_ATTACH },
	[SNOOP_TRACEPOINT] = { "tracepoint", BPF_PROG_TYPE_TRACEPOINT, RAWBPF_TRACEPOINT_ATTACH },
	[SNOOP_RAW_TRACEPOINT] = { "raw tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT,
				   RAWBPF_RAW_TRACEPOINT_ATTACH },
};

/* ------------------------------------------------------------------------ programs */

/* The kinds of programs: for the start of one call, or of any; for the return of calls. */
enum part { ENTER_ONE, ENTER_ANY, EXIT };

/* A raw tracepoint sees every system call: there, compare the number. */
static void build_any_arguments(struct snoop_code *code, const struct snoop_tool *tool)
{
	struct rawbpf_build *b = &code->build;
	unsigned i;

	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_DW, BPF_REG_7, BPF_REG_6, 8)); /* ctx[1]: number */
	for (i = 0; i < tool->calls.count; i++)
		rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_7, (int)tool->calls.list[i].number, 0),
				  tool->calls.list[i].name);
	rawbpf_build_jump(b, BPF_JMP_A(0), "out");
	for (i = 0; i < tool->calls.count; i++) {
		rawbpf_build_label(b, tool->calls.list[i].name);
		tool->calls.build_arguments(code, i);
		rawbpf_build_jump(b, BPF_JMP_A(0), "arguments known");
	}
	rawbpf_build_label(b, "arguments known");
	snoop_build_filter_compat(code);
}

static void build_part(struct snoop_code *code, const struct snoop_tool *tool, enum part part,
		       unsigned call)
{
	snoop_build_begin(code);
	if (part == ENTER_ANY)
		build_any_arguments(code, tool);
	else if (part == ENTER_ONE)
		tool->calls.build_arguments(code, call);

	if (part == EXIT)
		tool->calls.build_exit(code);
	else
		tool->calls.build_enter(code);
	snoop_build_end(code);
}

/* Build and load a program. Return its descriptor, or -1 after a message. */
static int load(struct snoop *snoop, enum part part, unsigned call)
{
	static struct rawbpf_build_slot slots[SLOTS];
	static struct bpf_insn insns[SLOTS];
	static char log[8192];
	const struct rawbpf_map_fd maps[] = {
		{ "events", snoop->events },
		{ "memory", snoop->memory },
		{ "scratch", snoop->scratch },
		{ "counts", snoop->counts },
	};
	struct snoop_code code = {
		.build = { .slots = slots, .slot_max = SLOTS },
		.way = snoop->way,
		.transport = snoop->transport,
		.options = snoop->options,
	};
	unsigned flags = 0;
	int count, prog, token = token_use(&flags);

	build_part(&code, snoop->tool, part, call);
	count = rawbpf_build_resolve(&code.build, insns, SLOTS, &(struct rawbpf_env){
		.map_fds = maps, .map_fd_count = RAWBPF_COUNT(maps) });
	if (count < 0) {
		rawbpf_build_explain(log, sizeof log, &code.build.error);
		fprintf(stderr, "%s: building a program: %s\n", snoop->tool->name, log);
		return -1;
	}
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = snoop->tool->name,
		.type = ways[snoop->way].prog_type,
		.token = token,
		.flags = flags,
		.license = "GPL",
		.insns = insns,
		.insn_count = count,
		.log = log,
		.log_size = sizeof log,
	});
	if (prog < 0 && log[0]) {
		char why[4096];

		rawbpf_rejection_explain(why, sizeof why, &(struct rawbpf_rejection){
			.error = prog, .log = log, .insns = insns, .insn_count = count,
			.build = &code.build });
		fprintf(stderr, "%s: %s", snoop->tool->name, why);
		return -1;
	}
	if (prog < 0) {
		snoop_complain(snoop, "loading a program", &(struct rawbpf_error){
			.operation = RAWBPF_PROG_LOAD,
			.error = prog,
			.type = ways[snoop->way].prog_type,
		});
		return -1;
	}
	return snoop->progs[snoop->prog_count++] = prog;
}

/* ---------------------------------------------------------------------- attachments */

/* A place in the kernel, for each of the ways. */
struct place {
	struct rawbpf_kprobe_spec kprobe;
	struct rawbpf_tracepoint_spec tracepoint;
	struct rawbpf_raw_tracepoint_spec raw_tracepoint;
};

/* Attach at a place. Return 0, or -1: snoop->refusal has the reason. */
static int attach(struct snoop *snoop, int prog, const struct place *place)
{
	struct rawbpf_link *link = &snoop->links[snoop->link_count];
	const char *name;
	int err;

	if (snoop->way == SNOOP_KPROBE) {
		name = place->kprobe.syscall;
		err = rawbpf_kprobe_attach(link, prog, &place->kprobe);
	} else if (snoop->way == SNOOP_TRACEPOINT) {
		name = place->tracepoint.name;
		err = rawbpf_tracepoint_attach(link, prog, &place->tracepoint);
	} else {
		name = place->raw_tracepoint.name;
		err = rawbpf_raw_tracepoint_attach(link, prog, &place->raw_tracepoint);
	}
	snprintf(snoop->place, sizeof snoop->place, "%s", name);
	snoop->refusal = (struct rawbpf_error){
		.operation = ways[snoop->way].operation, .error = err, .name = snoop->place };
	snoop->link_count += err == 0;
	return err < 0 ? -1 : 0;
}

/* Tracepoints are named after the call's function, whose name may differ from the call's. */
static const char *function_of(const char *call)
{
	struct rawbpf_syscall found;

	if (rawbpf_syscall_find(&found, RAWBPF_ARCH_NATIVE, call) < 0 || !found.entry)
		return call;
	return found.entry;
}

/*
 * Attach at the start or return of a system call, "enter" or "exit". Raw tracepoints see all calls.
 */
static int attach_call(struct snoop *snoop, int prog, const char *call, const char *where)
{
	char one[64], all[16];

	snprintf(one, sizeof one, "sys_%s_%s", where, function_of(call));
	snprintf(all, sizeof all, "sys_%s", where);
	return attach(snoop, prog, &(struct place){
		.kprobe = { .syscall = call, .retprobe = strcmp(where, "exit") == 0 },
		.tracepoint = { .group = "syscalls", .name = one },
		.raw_tracepoint = { .name = all },
	});
}

/* Attach to the returns first: then no call has a start without a return. */
static int attach_calls(struct snoop *snoop)
{
	const struct snoop_tool *tool = snoop->tool;
	unsigned places = snoop->way == SNOOP_RAW_TRACEPOINT ? 1 : tool->calls.count, i;
	int prog = load(snoop, EXIT, 0);

	if (prog < 0)
		return -1;
	for (i = 0; i < places; i++)
		if (attach_call(snoop, prog, tool->calls.list[i].name, "exit") < 0)
			return -1;
	for (i = 0; i < places; i++) {
		prog = load(snoop, snoop->way == SNOOP_RAW_TRACEPOINT ? ENTER_ANY : ENTER_ONE, i);
		if (prog < 0 || attach_call(snoop, prog, tool->calls.list[i].name, "enter") < 0)
			return -1;
	}
	return 0;
}

/* Return 0, or -1: after a message, or with the reason in snoop->refusal.error. */
static int attach_one_way(struct snoop *snoop, enum snoop_way way)
{
	int err;

	snoop->way = way;
	snoop->refusal = (struct rawbpf_error){ 0 };
	err = attach_calls(snoop);
	if (err < 0)
		snoop_detach(snoop);
	return err;
}

/*
 * Return whether to try the next way. Do so if the kernel lacks this one, or does not accept a
 * kprobe at this place. Also if the process may not read tracefs, which other ways do not need.
 */
static int is_missing(enum snoop_way way, int error)
{
	return error == -EOPNOTSUPP || error == -ENOENT ||
	       (way == SNOOP_KPROBE && error == -EINVAL) ||
	       (way == SNOOP_TRACEPOINT && error == -EACCES);
}

static int attach_some_way(struct snoop *snoop)
{
	const enum snoop_way *order = snoop->tool->ways;
	char why[512];
	unsigned i;

	for (i = 0; i < SNOOP_WAYS; i++) {
		if (attach_one_way(snoop, order[i]) == 0)
			break;
		if (i + 1 == SNOOP_WAYS || !is_missing(order[i], snoop->refusal.error))
			return -1;
		if (i == 0)
			rawbpf_error_explain(why, sizeof why, &snoop->refusal);
	}
	if (i > 0)
		fprintf(stderr, "%s: no %s, watching by a %s instead: %s\n", snoop->tool->name,
			ways[order[0]].word, ways[order[i]].word, why);
	return 0;
}

int snoop_attach(struct snoop *snoop)
{
	int wanted = snoop->options->way;
	char doing[64];

	if ((wanted < 0 ? attach_some_way(snoop) : attach_one_way(snoop, wanted)) == 0)
		return 0;
	if (snoop->refusal.error) {
		snprintf(doing, sizeof doing, "attaching to a %s", ways[snoop->way].word);
		snoop_complain(snoop, doing, &snoop->refusal);
	}
	return -1;
}

/* ------------------------------------------------------------------------ detaching */

/*
 * Count the runs that the kernel missed. It does not start a program while one of its kind runs on
 * the CPU; Linux 5.12 and later count this. A return probe has room for a limited number of calls;
 * Linux 6.8 and later count this. The headers of the build may be older.
 */
struct prog_info {
	char before[208];
	uint64_t recursion_misses;
	char behind[64];
};

struct link_info {
	char before[48];
	uint64_t kprobe_missed;
	char behind[64];
};

static uint64_t missed(const struct snoop *snoop)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < snoop->prog_count; i++) {
		struct prog_info info;

		memset(&info, 0, sizeof info);
		if (rawbpf_obj_info(snoop->progs[i], &info, sizeof info) > 0)
			sum += info.recursion_misses;
	}
	for (i = 0; snoop->way == SNOOP_KPROBE && i < snoop->link_count; i++) {
		struct link_info info;

		memset(&info, 0, sizeof info);
		if (rawbpf_obj_info(snoop->links[i].fd, &info, sizeof info) > 0)
			sum += info.kprobe_missed;
	}
	return sum;
}

/* Detach the starts first: the reverse order of attach_calls(). */
void snoop_detach(struct snoop *snoop)
{
	snoop->missed = missed(snoop);
	while (snoop->link_count)
		rawbpf_link_detach(&snoop->links[--snoop->link_count]);
	while (snoop->prog_count)
		close(snoop->progs[--snoop->prog_count]);
}
