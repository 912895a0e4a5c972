/* SPDX-License-Identifier: MIT */
/* Explanations of a kprobe that cannot be attached: the cause, and its nearest neighbour. */
#include "../attach/probe_offset.h"
#include "guest.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

static int load(unsigned type)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .license = "GPL", .insns = insns, .insn_count = 2 });
}

static void tell(const char *name, const struct rawbpf_kprobe_spec *spec, unsigned type)
{
	struct rawbpf_link link;
	int prog = load(type), err = rawbpf_kprobe_attach(&link, prog, spec);
	char fact[64], text[512];

	snprintf(fact, sizeof fact, "cause.%s", name);
	rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){
		.operation = RAWBPF_KPROBE_ATTACH, .error = err, .type = type,
		.name = spec->syscall ? spec->syscall : spec->symbol });
	fact_text(fact, err < 0 ? text : "attached");
	rawbpf_link_detach(&link);
	close(prog);
}

void guest_causes(void)
{
	static const struct {
		const char *name;
		struct rawbpf_kprobe_spec spec;
	} causes[] = {
		{ "none", { .symbol = "no_such_function" } },
		{ "entry", { .symbol = "fchownat" } },
		{ "prefixed", { .symbol = "sys_fchownat" } },
		{ "function", { .syscall = "do_fchownat" } },
		{ "no_call", { .syscall = "no_such_call" } },
		{ "foreign", { .syscall = "waitpid" } },
		{ "notrace", { .symbol = "sched_clock" } },
		{ "notrace.tracefs", { .symbol = "sched_clock", .method = RAWBPF_KPROBE_TRACEFS } },
		{ "several", { .symbol = "name_show" } },
		{ "several.tracefs", { .symbol = "name_show", .method = RAWBPF_KPROBE_TRACEFS } },
		{ "good", { .symbol = "do_fchownat", .offset = PROBE_OFFSET } },
		{ "variable", { .symbol = "jiffies" } },
		{ "inside", { .symbol = "do_fchownat", .offset = 1 } },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(causes); i++)
		tell(causes[i].name, &causes[i].spec, BPF_PROG_TYPE_KPROBE);
	tell("type", &(struct rawbpf_kprobe_spec){ .symbol = "do_fchownat" }, BPF_PROG_TYPE_TRACEPOINT);
}
