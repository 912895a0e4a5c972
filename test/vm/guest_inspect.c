/* SPDX-License-Identifier: MIT */
/* rawbpf prog, map, link and btf on this kernel: the output about objects of our own. */
#include "../attach/probe_offset.h"
#include "guest.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rawbpf.h>

/*
 * Run /bin/rawbpf. The fact is its output with '|' between lines, from `from` on to `until` (each
 * NULL: all), or "status N" if it fails.
 */
static void run(const char *name, const char *from, const char *until,
		const char *const *arguments)
{
	char out[16384], *begin = out, *end;
	int status = guest_tool_run(out, sizeof out, arguments);

	if (from && !(begin = strstr(out, from)))
		begin = out;
	end = until ? strstr(begin, until) : NULL;
	if (end)
		*end = '\0';
	for (char *at = begin; *at; at++)
		if (*at == '\n')
			*at = '|';
	if (status) {
		char text[512];

		snprintf(text, sizeof text, "status %d: %.400s", status, out);
		fact_text(name, text);
	} else {
		fact_text(name, begin);
	}
}

#define RUN(NAME, FROM, UNTIL, ...)                                                                \
	run(NAME, FROM, UNTIL, (const char *const[]){ "rawbpf", __VA_ARGS__, NULL })

static int load(const char *name, unsigned type, unsigned attach_type)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns), BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = type, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns), .expected_attach_type = attach_type });
}

static void maps(void)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "numbers", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 2,
		.max_entries = 5 });

	RUN("inspect.set", NULL, NULL, "map", "set", "numbers", "10.0.0.1", "be16:80");
	RUN("inspect.dump", NULL, " (", "map", "dump", "numbers");
	RUN("inspect.get", NULL, " (", "map", "get", "numbers", "10.0.0.1");
	RUN("inspect.map", "type", "memory", "map", "show", "numbers");
	close(map);
}

static int open_tracepoint(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = PERF_ATTR_SIZE_VER1 };
	FILE *file = fopen("/sys/kernel/tracing/events/syscalls/sys_enter_fchownat/id", "re");
	unsigned long long id;
	int found = file && fscanf(file, "%llu", &id) == 1;

	if (file)
		fclose(file);
	if (!found)
		return -1;
	attr.config = id;
	return syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static void links(void)
{
	const char *const functions[] = { "do_fchownat", "do_sys_open" };
	struct rawbpf_link link = { 0 };
	int event, prog = load("traced", BPF_PROG_TYPE_RAW_TRACEPOINT, 0);

	rawbpf_raw_tracepoint_attach(&link, prog,
				     &(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter" });
	RUN("inspect.raw_tracepoint", "attached", "\n", "link", "show", "traced");
	RUN("inspect.attached", "attached", "\n", "prog", "show", "traced");
	rawbpf_link_detach(&link);

	prog = load("probed", BPF_PROG_TYPE_KPROBE, 0);
	if (rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
		    .symbol = "do_fchownat", .offset = PROBE_OFFSET,
		    .bind = RAWBPF_BIND_LINK }) == 0)
		RUN("inspect.kprobe", "attached", "\n", "link", "show", "probed");
	else
		fact_text("inspect.kprobe", "no link");
	rawbpf_link_detach(&link);

	/* Attach as other libraries do: the process keeps the event beside the link. */
	prog = load("kept", BPF_PROG_TYPE_TRACEPOINT, 0);
	event = open_tracepoint();
	if (event >= 0 && rawbpf_perf_event_attach(&link, prog, event, &(struct rawbpf_perf_event_spec){
				.bind = RAWBPF_BIND_LINK }) == 0)
		RUN("inspect.kept", "attached", "\n", "link", "show", "kept");
	else
		fact_text("inspect.kept", "no link");
	rawbpf_link_detach(&link);
	close(event);

	prog = load("many", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI);
	if (prog > 0 && rawbpf_kprobe_multi_attach(&link, prog, &(struct rawbpf_kprobe_multi_spec){
				.symbols = functions, .count = 2 }) == 0)
		RUN("inspect.kprobe_multi", "functions  ", "\n", "link", "show", "many");
	else
		fact_text("inspect.kprobe_multi", "no link");
	rawbpf_link_detach(&link);
}

void guest_inspect(void)
{
	int prog = load("timed", BPF_PROG_TYPE_SOCKET_FILTER, 0);

	RUN("inspect.prog", NULL, NULL, "prog", "dump", "timed");
	RUN("inspect.list", "ID", "  TYPE", "prog", "list");
	RUN("inspect.btf", "name", "\n", "btf", "show", "vmlinux");
	RUN("inspect.type", "  size", NULL, "btf", "dump", "vmlinux", "list_head");
	maps();
	links();
	close(prog);
}
