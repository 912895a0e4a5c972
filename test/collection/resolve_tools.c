/* SPDX-License-Identifier: MIT */
/* The texts in examples/tools on each architecture, without BTF: what works, and why the rest does not. */
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "../unit.h"
#include "tools.h"

/* A program that a kernel without BTF cannot have. */
struct refusal {
	const char *tool;
	unsigned line; /* of the error */
	enum rawbpf_way way;
	const char *message;
};

#define NO_BTF(NAME) "'" NAME "' needs the kernel's BTF, and there is none"
#define NO_NAME(NAME) \
	"the file has no '" NAME "', and there is neither BTF nor an offsets file of the kernel"

static const struct refusal refusals[] = {
	{ "biolatency", 7, RAWBPF_WAY_TP_BTF, NO_BTF("block_rq_issue") },
	{ "biolatency", 8, RAWBPF_WAY_RAW_TP, NO_BTF("block_rq_issue") },
	{ "biolatency", 18, RAWBPF_WAY_TP_BTF, NO_BTF("block_rq_complete") },
	{ "biolatency", 19, RAWBPF_WAY_RAW_TP, NO_BTF("block_rq_complete") },
	{ "capable", 10, RAWBPF_WAY_FEXIT, NO_BTF("cap_capable") },
	{ "execsnoop", 23, RAWBPF_WAY_RAW_TP, NO_NAME("linux_binprm.filename") },
	{ "exitsnoop", 16, RAWBPF_WAY_RAW_TP, NO_NAME("task_struct.signal") },
	{ "modsnoop", 21, RAWBPF_WAY_RAW_TP, NO_NAME("module.name") },
	{ "oomsnoop", 20, RAWBPF_WAY_KPROBE, NO_NAME("oom_control.chosen") },
	{ "oomsnoop", 15, RAWBPF_WAY_FENTRY, NO_BTF("oom_kill_process") },
	{ "sigsnoop", 19, RAWBPF_WAY_RAW_TP, NO_NAME("task_struct.tgid") },
	{ "stuck", 14, RAWBPF_WAY_ITER, NO_BTF("task") },
	{ "tcpconnect", 32, RAWBPF_WAY_RAW_TP, NO_NAME("sock_common.skc_family") },
	{ "tcpconnect", 20, RAWBPF_WAY_FEXIT, NO_BTF("inet_csk_accept") },
	{ "tcpconnect", 32, RAWBPF_WAY_KRETPROBE, NO_NAME("sock_common.skc_family") },
	{ "tcpconnect", 23, RAWBPF_WAY_FEXIT, NO_BTF("tcp_v4_connect") },
	{ "tcpconnect", 25, RAWBPF_WAY_FEXIT, NO_BTF("tcp_v6_connect") },
};

enum { REFUSALS = sizeof(refusals) / sizeof(refusals[0]), UNITS = 103 };

static unsigned tool, resolved_count, refused_count;

static void expect_refusal(const struct world *w, enum rawbpf_way way)
{
	const struct rawbpf_collection_error *error = &w->resolved.error;

	for (unsigned i = 0; i < REFUSALS; i++)
		if (strcmp(refusals[i].tool, tool_names[tool]) == 0 && refusals[i].way == way &&
		    refusals[i].line == error->at.line) {
			ck_assert_int_eq(w->result, -ENODATA);
			ck_assert_str_eq(error->at.message, refusals[i].message);
			return;
		}
	ck_abort_msg("%s.bpf:%u: %d: %s", tool_names[tool], error->at.line, w->result, error->at.message);
}

static void resolve_unit(struct world *w, struct rawbpf_unit unit)
{
	const char *reason = NULL;

	world_resolve(w, unit);
	if (w->result < 0) {
		refused_count++;
		expect_refusal(w, unit.way);
		return;
	}
	resolved_count++;
	ck_assert_uint_le(w->resolved.stack, 512);
	for (int i = 0; i < w->result; i++) {
		unsigned left = w->result - i;

		ck_assert_msg(rawbpf_insn_check(&w->insns[i], left, &reason) == 0, "%s, slot %d: %s",
			      tool_names[tool], i, reason);
		i += w->insns[i].code == (BPF_LD | BPF_DW | BPF_IMM);
	}
}

/* _i: the architecture */
START_TEST(without_btf)
{
	resolved_count = refused_count = 0;
	for (tool = 0; tool < TOOLS; tool++) {
		struct world *w = tool_open(tool, _i, NULL);

		tool_units(w, resolve_unit);
		world_close(w);
	}
	ck_assert_uint_eq(refused_count, REFUSALS);
	ck_assert_uint_eq(resolved_count, UNITS - REFUSALS);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, without_btf, RAWBPF_ARCH_X86_64, RAWBPF_ARCH_S390X + 1);
}

int main(void)
{
	return unit_run("collection/resolve_tools", add_tests);
}
