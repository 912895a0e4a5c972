/* SPDX-License-Identifier: MIT */
/* What a collection needs to know of the machine: formats of tracepoints, the kernel's number. */
#include <rawbpf/insn.h>
#include <rawbpf/prog.h>

#include "live_btf.h"
#include "live_look.h"
#include "../attach/tracefs.h"
#include "../diagnose/error_look.h"
#include "../sys/file.h"
#include "../../insn/base/out.h"
#include "../../insn/base/string.h"

/* A format takes 3 KB at most: one file of procfs or tracefs is read at a time. */
enum { LIVE_FORMAT_SIZE = 8192, LIVE_NAME_SIZE = 64 };

/* Let a program tell the id of this process, as programs see it. Return 0 if it may not. */
static unsigned live_ask_pid(int token)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_prog_run run = { .retval = 0 };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT, .license = "GPL", .insns = insns,
		.insn_count = sizeof insns / sizeof insns[0], .token = token,
		.flags = token ? BPF_F_TOKEN_FD : 0 });

	if (prog < 0)
		return 0;
	if (rawbpf_prog_run(prog, &run) < 0)
		run.retval = 0;
	rawbpf__close(prog);
	return run.retval;
}

/* In a PID namespace, programs see another id than getpid(2). */
static unsigned live_self_pid(const struct rawbpf_live_spec *spec)
{
	int pid = rawbpf__process_id();
	unsigned seen = spec->until != RAWBPF_UNTIL_RESOLVED && rawbpf__in_pid_namespace() ?
			live_ask_pid(spec->token) : 0;

	return seen ? seen : pid > 0 ? (unsigned)pid : 0;
}

void rawbpf__live_look(struct rawbpf_live *live)
{
	const struct rawbpf_live_spec *spec = &live->spec;

	live->symbols.offsets = spec->offsets;
	rawbpf__live_btf_begin(live);
	live->env = (struct rawbpf_collection_env){
		.symbols = &live->symbols,
		.options = spec->options,
		.option_count = spec->option_count,
		.self_pid = live_self_pid(spec),
		.kernel = rawbpf__kernel(),
		.index = &live->index,
	};
}

/* ------------------------------------------------------------------ formats of tracepoints */


static unsigned live_tracepoint_count(const struct rawbpf_collection *collection)
{
	unsigned count = 0;

	for (unsigned i = 0; i < collection->place_count; i++)
		count += collection->places[i].way == RAWBPF_WAY_TRACEPOINT;
	return count;
}

size_t rawbpf__live_formats_size(const struct rawbpf_collection *collection)
{
	return live_tracepoint_count(collection) *
	       (sizeof(struct rawbpf_symbol_format) + LIVE_FORMAT_SIZE);
}

/* Read events/GROUP/NAME/format for the target "group:name". Return its length or an error. */
static int live_format_read(int events, const char *target, char *text)
{
	char path[2 * LIVE_NAME_SIZE + 16];
	struct rawbpf__out out = rawbpf__out_begin(path, sizeof path);
	const char *colon = rawbpf__find(target, ':');

	if (!*colon || !rawbpf__is_file_name(target) || !rawbpf__is_file_name(colon + 1))
		return -EINVAL;
	rawbpf__out_bytes(&out, target, colon - target);
	rawbpf__out_text(&out, "/");
	rawbpf__out_text(&out, colon + 1);
	rawbpf__out_text(&out, "/format");
	if (out.length >= sizeof path)
		return -ENAMETOOLONG;
	return rawbpf__file_read(events, path, text, LIVE_FORMAT_SIZE);
}

void rawbpf__live_formats_read(struct rawbpf_live *live, void *memory)
{
	const struct rawbpf_collection *collection = live->collection;
	unsigned count = live_tracepoint_count(collection);
	struct rawbpf_symbol_format *formats = memory;
	char *text = (char *)(formats + count);
	int events = count ? rawbpf__tracefs_events_open() : -ENOENT;

	live->symbols.formats = formats;
	for (unsigned i = 0; events >= 0 && i < collection->place_count; i++) {
		const char *target = collection->strings + collection->places[i].target;
		int length;

		if (collection->places[i].way != RAWBPF_WAY_TRACEPOINT)
			continue;
		length = live_format_read(events, target, text);
		if (length < 0)
			continue;
		formats[live->symbols.format_count++] = (struct rawbpf_symbol_format){
			.name = rawbpf__find(target, ':') + 1, .text = text, .size = length };
		text += LIVE_FORMAT_SIZE;
	}
	if (events >= 0)
		rawbpf__close(events);
}
