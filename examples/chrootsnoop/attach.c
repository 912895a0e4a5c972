/* SPDX-License-Identifier: MIT */
/* Load the programs, and attach them in one of three ways. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../token.h"
#include "chrootsnoop.h"

enum { SLOTS = 1024 };

const char *const way_names[WAYS] = {
	[KPROBE] = "kprobe",
	[TRACEPOINT] = "tracepoint",
	[RAW_TRACEPOINT] = "raw_tp",
};

static const struct {
	const char *word; /* for messages */
	unsigned prog_type;
	const struct rawbpf_operation *operation;
	const char *places[PARTS];
} ways[WAYS] = {
	[KPROBE] = { "kprobe", BPF_PROG_TYPE_KPROBE, RAWBPF_KPROBE_ATTACH,
		     { "chroot", "chroot" } },
	[TRACEPOINT] = { "tracepoint", BPF_PROG_TYPE_TRACEPOINT, RAWBPF_TRACEPOINT_ATTACH,
			 { "sys_enter_chroot", "sys_exit_chroot" } },
	[RAW_TRACEPOINT] = { "raw tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT,
			     RAWBPF_RAW_TRACEPOINT_ATTACH, { "sys_enter", "sys_exit" } },
};

/* ------------------------------------------------------------------------ programs */

/* Build a program. Return how many instructions it has, or -1 after a message. */
static int build(struct rawbpf_build *b, struct bpf_insn insns[SLOTS], const struct snoop *snoop,
		 enum part part)
{
	const struct rawbpf_map_fd maps[] = {
		{ "events", snoop->events },
		{ "memory", snoop->memory },
		{ "scratch", snoop->scratch },
		{ "counts", snoop->counts },
	};
	char why[512];
	int count;

	program_build(b, snoop, part);
	count = rawbpf_build_resolve(b, insns, SLOTS, &(struct rawbpf_env){
		.map_fds = maps, .map_fd_count = RAWBPF_COUNT(maps) });
	if (count >= 0)
		return count;
	rawbpf_build_explain(why, sizeof why, &b->error);
	fprintf(stderr, "chrootsnoop: building a program: %s\n", why);
	return -1;
}

/* Build and load a program. Return its descriptor, or -1 after a message. */
static int load(struct snoop *snoop, enum part part)
{
	static struct rawbpf_build_slot slots[SLOTS];
	static struct bpf_insn insns[SLOTS];
	static char log[8192], why[4096];
	struct rawbpf_build b = { .slots = slots, .slot_max = SLOTS };
	unsigned flags = 0;
	int count = build(&b, insns, snoop, part), prog, token = token_use(&flags);

	if (count < 0)
		return -1;
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "chrootsnoop",
		.type = ways[snoop->way].prog_type,
		.token = token,
		.flags = flags,
		.license = "GPL",
		.insns = insns,
		.insn_count = count,
		.log = log,
		.log_size = sizeof log,
	});
	if (prog >= 0)
		return snoop->progs[snoop->prog_count++] = prog;
	if (!log[0])
		return complain("loading a program", &(struct rawbpf_error){
			.operation = RAWBPF_PROG_LOAD,
			.error = prog,
			.type = ways[snoop->way].prog_type,
		});
	rawbpf_rejection_explain(why, sizeof why, &(struct rawbpf_rejection){
		.error = prog, .log = log, .insns = insns, .insn_count = count, .build = &b });
	fprintf(stderr, "chrootsnoop: %s", why);
	return -1;
}

/* ---------------------------------------------------------------------- attachments */

/* Attach a program. Return 0 or a negative errno. */
static int attach(struct rawbpf_link *link, int prog, enum way way, enum part part)
{
	const char *place = ways[way].places[part];

	switch (way) {
	case KPROBE:
		return rawbpf_kprobe_attach(link, prog, &(struct rawbpf_kprobe_spec){
			.syscall = place, .retprobe = part == EXIT });
	case TRACEPOINT:
		return rawbpf_tracepoint_attach(link, prog, &(struct rawbpf_tracepoint_spec){
			.group = "syscalls", .name = place });
	default:
		return rawbpf_raw_tracepoint_attach(link, prog,
			&(struct rawbpf_raw_tracepoint_spec){ .name = place });
	}
}

/* Load and attach a program. Return 0, or -1: after a message, or with a reason in the refusal. */
static int attach_part(struct snoop *snoop, enum part part)
{
	int prog = load(snoop, part), err;

	if (prog < 0)
		return -1;
	err = attach(&snoop->links[snoop->link_count], prog, snoop->way, part);
	if (err < 0) {
		snoop->refusal = (struct rawbpf_error){
			.operation = ways[snoop->way].operation,
			.error = err,
			.name = ways[snoop->way].places[part],
		};
		return -1;
	}
	snoop->link_count++;
	return 0;
}

/*
 * Attach to the return first: then no call has a start without a return. Return 0, or -1: after a
 * message, or with a reason in the refusal.
 */
static int attach_one_way(struct snoop *snoop, enum way way)
{
	snoop->way = way;
	snoop->refusal = (struct rawbpf_error){ 0 };
	if (attach_part(snoop, EXIT) == 0 && attach_part(snoop, ENTER) == 0)
		return 0;
	detach_programs(snoop);
	return -1;
}

/*
 * Return whether to try the next way. Do so if the kernel lacks this one, or does not accept a
 * kprobe at this place. Also if the process may not read tracefs, which other ways do not need.
 */
static int is_missing(enum way way, int error)
{
	return error == -EOPNOTSUPP || error == -ENOENT || (way == KPROBE && error == -EINVAL) ||
	       (way == TRACEPOINT && error == -EACCES);
}

/* Try all ways. If it is not the first, print why. */
static int attach_some_way(struct snoop *snoop)
{
	char why[512];
	enum way way;

	for (way = 0; attach_one_way(snoop, way) < 0; way++) {
		if (way + 1 == WAYS || !is_missing(way, snoop->refusal.error))
			return -1;
		if (way == 0)
			rawbpf_error_explain(why, sizeof why, &snoop->refusal);
	}
	if (way > 0)
		fprintf(stderr, "chrootsnoop: no %s, watching by a %s instead: %s\n", ways[0].word,
			ways[way].word, why);
	return 0;
}

int attach_programs(struct snoop *snoop)
{
	int wanted = snoop->options.way;
	char doing[64];

	if ((wanted < 0 ? attach_some_way(snoop) : attach_one_way(snoop, wanted)) == 0)
		return 0;
	if (snoop->refusal.error) {
		snprintf(doing, sizeof doing, "attaching to a %s", ways[snoop->way].word);
		complain(doing, &snoop->refusal);
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
	for (i = 0; snoop->way == KPROBE && i < snoop->link_count; i++) {
		struct link_info info;

		memset(&info, 0, sizeof info);
		if (rawbpf_obj_info(snoop->links[i].fd, &info, sizeof info) > 0)
			sum += info.kprobe_missed;
	}
	return sum;
}

/* Detach the start first: the reverse order of attaching. */
void detach_programs(struct snoop *snoop)
{
	snoop->missed = missed(snoop);
	while (snoop->link_count)
		rawbpf_link_detach(&snoop->links[--snoop->link_count]);
	while (snoop->prog_count)
		close(snoop->progs[--snoop->prog_count]);
}
