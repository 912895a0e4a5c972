/* SPDX-License-Identifier: MIT */
/*
 * Probes of every way to attach, with every answer of the kernel. The test checks the loaded
 * programs. It also checks the errnos that mean "has it", "lacks it" and "cannot tell".
 */
#include "../sys/stand_in.h"

#include <linux/if_link.h>

#include <rawbpf/btf.h>
#include <rawbpf/error.h>
#include <rawbpf/probe.h>

enum { PROG = 10, EVENT = ANSWER };

static const struct way {
	enum rawbpf_probe_attach way;
	unsigned type, attach_type; /* the program's; 0: no program is loaded */
	/* the errno of a kernel that has the way and rejects this target */
	int refusal;
	int command;                /* the bpf(2) command that attaches */
	const struct rawbpf_operation *operation;
	const char *asked;
} ways[] = {
	{ RAWBPF_PROBE_KPROBE, BPF_PROG_TYPE_KPROBE, 0, 0, BPF_LINK_CREATE,
	  RAWBPF_KPROBE_ATTACH, "bpf_fentry_test1" },
	{ RAWBPF_PROBE_KPROBE_MULTI, BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0,
	  BPF_LINK_CREATE, RAWBPF_KPROBE_MULTI_ATTACH, "bpf_fentry_test1" },
	{ RAWBPF_PROBE_TRACEPOINT, BPF_PROG_TYPE_TRACEPOINT, 0, 0, BPF_LINK_CREATE,
	  RAWBPF_TRACEPOINT_ATTACH, "bpf_test_finish" },
	{ RAWBPF_PROBE_RAW_TRACEPOINT, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0,
	  BPF_RAW_TRACEPOINT_OPEN, RAWBPF_RAW_TRACEPOINT_ATTACH, "bpf_test_finish" },
	{ RAWBPF_PROBE_TP_BTF, BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, 0,
	  BPF_RAW_TRACEPOINT_OPEN, RAWBPF_TRACING_ATTACH, "bpf_test_finish" },
	{ RAWBPF_PROBE_FENTRY, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, 0,
	  BPF_RAW_TRACEPOINT_OPEN, RAWBPF_TRACING_ATTACH, "bpf_fentry_test1" },
	{ RAWBPF_PROBE_FMOD_RET, BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, 0,
	  BPF_RAW_TRACEPOINT_OPEN, RAWBPF_TRACING_ATTACH, "bpf_modify_return_test" },
	{ RAWBPF_PROBE_LSM, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, 0,
	  BPF_RAW_TRACEPOINT_OPEN, RAWBPF_TRACING_ATTACH, "quota_on" },
	{ RAWBPF_PROBE_UPROBE, BPF_PROG_TYPE_KPROBE, 0, 0, BPF_LINK_CREATE,
	  RAWBPF_UPROBE_ATTACH, "/proc/self/exe" },
	{ RAWBPF_PROBE_UPROBE_MULTI, BPF_PROG_TYPE_KPROBE, BPF_TRACE_UPROBE_MULTI, 0,
	  BPF_LINK_CREATE, RAWBPF_UPROBE_MULTI_ATTACH, "/proc/self/exe" },
	{ RAWBPF_PROBE_PERF_EVENT, BPF_PROG_TYPE_PERF_EVENT, 0, 0, BPF_LINK_CREATE,
	  RAWBPF_PERF_EVENT_ATTACH, "cpu-clock" },
	{ RAWBPF_PROBE_ITER, BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, 0, BPF_LINK_CREATE,
	  RAWBPF_ITER_ATTACH, "task" },
	{ RAWBPF_PROBE_XDP, BPF_PROG_TYPE_XDP, 0, -EOPNOTSUPP, BPF_LINK_CREATE,
	  RAWBPF_XDP_ATTACH, NULL },
	{ RAWBPF_PROBE_TCX, BPF_PROG_TYPE_SCHED_CLS, 0, -ENODEV, BPF_LINK_CREATE,
	  RAWBPF_TCX_ATTACH, NULL },
	{ RAWBPF_PROBE_NETKIT, BPF_PROG_TYPE_SCHED_CLS, 0, -ENODEV, BPF_LINK_CREATE,
	  RAWBPF_NETKIT_ATTACH, NULL },
	{ RAWBPF_PROBE_NETFILTER, BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER, -EAFNOSUPPORT,
	  BPF_LINK_CREATE, RAWBPF_NETFILTER_ATTACH, NULL },
	{ RAWBPF_PROBE_NETNS, BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, -EBADF, BPF_LINK_CREATE,
	  RAWBPF_NETNS_ATTACH, NULL },
	{ RAWBPF_PROBE_CGROUP, BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, -EBADF,
	  BPF_LINK_CREATE, RAWBPF_CGROUP_ATTACH, NULL },
	{ RAWBPF_PROBE_SOCKMAP, BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, -EBADF,
	  BPF_PROG_ATTACH, RAWBPF_SOCKMAP_ATTACH, NULL },
	{ RAWBPF_PROBE_STRUCT_OPS, 0, 0, -EBADF, BPF_LINK_CREATE, RAWBPF_STRUCT_OPS_ATTACH, NULL },
};
enum { WAYS = sizeof ways / sizeof ways[0] };

/* ------------------------------------------------------------------------- the machine */

static const char *lsm, *cmdline, *kprobes, *jit;

static const char *files(const char *path)
{
	static const struct {
		const char *path, *text;
	} known[] = {
		{ "/sys/bus/event_source/devices/uprobe/type", "8\n" },
		{ "/sys/bus/event_source/devices/kprobe/type", "6\n" },
		{ "/sys/kernel/tracing/events", "" },
		{ "bpf_test_run/bpf_test_finish/id", "5\n" },
		{ "/proc/sys/net/core", "" },
	};

	for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(path, known[i].path) == 0)
			return known[i].text;
	if (strcmp(path, "/sys/kernel/security/lsm") == 0)
		return lsm;
	if (strcmp(path, "/proc/cmdline") == 0)
		return cmdline;
	if (strcmp(path, "/sys/kernel/debug/kprobes/enabled") == 0)
		return kprobes;
	if (strcmp(path, "/proc/sys/net/core/bpf_jit_enable") == 0)
		return jit;
	return NULL;
}

/* The kernel's types: exactly the targets of the probes. */
static uint32_t memory[256], places[16];
static struct rawbpf_btf kernel_btf;

static void begin_btf(void)
{
	static const char *const functions[] = {
		"bpf_fentry_test1", "bpf_modify_return_test", "bpf_lsm_quota_on", "bpf_iter_task" };
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	int number = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	int proto = rawbpf_btf_func_proto_emit(&b, number, NULL, 0);

	for (unsigned i = 0; i < sizeof functions / sizeof functions[0]; i++)
		rawbpf_btf_func_emit(&b, functions[i], proto, BTF_FUNC_STATIC);
	rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, "btf_trace_bpf_test_finish",
			    rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, proto));
	ck_assert_int_eq(b.error, 0);
	ck_assert_int_eq(rawbpf_btf_parse(&kernel_btf, memory, b.size, NULL), 0);
	ck_assert_int_eq(rawbpf_btf_index_set(&kernel_btf, places, kernel_btf.type_count), 0);
}

static long load_answer, attach_answer, map_answer;

static void answer(uint32_t *attr)
{
	unsigned call = kernel.count - 1;

	(void)attr;
	switch (kernel.calls[call].arguments[0]) {
	case BPF_PROG_LOAD:
		kernel.answers[call] = load_answer;
		break;
	case BPF_MAP_CREATE:
		kernel.answers[call] = map_answer;
		break;
	default:
		kernel.answers[call] = attach_answer;
	}
}

static struct rawbpf_error error;
static int has;

static int probe(enum rawbpf_probe_attach way)
{
	begin(EVENT);
	kernel.write = answer;
	kernel.file = files;
	has = 9;
	error = (struct rawbpf_error){ .error = 9 };
	return rawbpf_probe_attach_has(&has, way, &kernel_btf, &error);
}

static void begin_probe(void)
{
	lsm = "lockdown,bpf\n";
	kprobes = NULL;
	jit = "1\n";
	load_answer = PROG;
	attach_answer = 11;
	map_answer = -EINVAL;
	begin_btf();
}

/* Is this an errno of a kernel that does not know the command or flag? */
static int is_unknown(int err)
{
	return err == -EINVAL || err == -ENOENT || err == -E2BIG || err == -EOPNOTSUPP || err == -524;
}

static const int errors[] = { -EINVAL, -ENOENT, -E2BIG, -EOPNOTSUPP, -524, -EPERM, -EACCES, -EBADF,
			      -ENODEV, -EAFNOSUPPORT, -EBUSY, -ENOSYS, -ENOMEM };
enum { ERRORS = sizeof errors / sizeof errors[0] };

/* --------------------------------------------------------------------------- the tests */

START_TEST(test_has)
{
	const struct way *way = &ways[_i];
	unsigned i;

	begin_probe();
	ck_assert_int_eq(probe(way->way), 0);
	ck_assert_int_eq(has, 1);
	for (i = 0; i < kernel.count; i++) {
		if (kernel.calls[i].number != SYS_bpf || kernel.calls[i].arguments[0] != BPF_PROG_LOAD)
			continue;
		ck_assert_uint_eq(kernel.calls[i].words[0], way->type);
		ck_assert_uint_eq(kernel.calls[i].words[17], way->attach_type);
	}
	for (i = 0; i < kernel.count; i++)
		if (kernel.calls[i].number == SYS_bpf && kernel.calls[i].arguments[0] == way->command)
			break;
	ck_assert_uint_lt(i, kernel.count);
}
END_TEST

START_TEST(test_attach_fails)
{
	const struct way *way = &ways[_i];

	begin_probe();
	for (unsigned i = 0; i < ERRORS; i++) {
		int wanted = errors[i] == way->refusal || is_unknown(errors[i]) ? 0 : errors[i];

		attach_answer = errors[i];
		/* after this errno the library tries an ioctl, which works */
		if (errors[i] == -EINVAL && (way->way == RAWBPF_PROBE_KPROBE || way->way == RAWBPF_PROBE_UPROBE ||
					     way->way == RAWBPF_PROBE_TRACEPOINT ||
					     way->way == RAWBPF_PROBE_PERF_EVENT))
			continue;
		ck_assert_msg(probe(way->way) == wanted, "%s: %d", rawbpf_probe_attach_name(way->way),
			      errors[i]);
		ck_assert_int_eq(has, errors[i] == way->refusal);
		if (has)
			continue;
		ck_assert_int_eq(error.error, errors[i]);
		ck_assert_ptr_eq(error.operation, way->operation);
		ck_assert_uint_eq(error.type, way->type);
		if (way->asked)
			ck_assert_str_eq(error.name, way->asked);
		else
			ck_assert_ptr_null(error.name);
		ck_assert_int_eq(rawbpf_probe_attach_has(&has, way->way, &kernel_btf, NULL), wanted);
	}
}
END_TEST

START_TEST(test_load_fails)
{
	const struct way *way = &ways[_i];
	char text[256];

	begin_probe();
	if (!way->type)
		return;
	for (unsigned i = 0; i < ERRORS; i++) {
		load_answer = errors[i];
		ck_assert_int_eq(probe(way->way), is_unknown(errors[i]) ? 0 : errors[i]);
		ck_assert_int_eq(has, 0);
		ck_assert_int_eq(error.error, errors[i]);
		if (errors[i] != -ENOENT)
			ck_assert_ptr_eq(error.operation, RAWBPF_PROG_LOAD);
	}
	load_answer = -ENOENT;
	probe(way->way);
	rawbpf_error_explain(text, sizeof text, &error);
	ck_assert_str_eq(text, "ENOENT: this kernel has no such function, type or hook");
	load_answer = -ENOMEM;
	jit = NULL;
	probe(way->way);
	rawbpf_error_explain(text, sizeof text, &error);
	if (way->type == BPF_PROG_TYPE_TRACING || way->type == BPF_PROG_TYPE_LSM)
		ck_assert_str_eq(text, "ENOMEM: this kernel has no JIT (it was built without "
				       "CONFIG_BPF_JIT), which such programs need");
	else
		ck_assert_str_eq(text, "ENOMEM: the kernel has no memory for it, or a memory "
				       "cgroup's limit is reached");
}
END_TEST

START_TEST(test_switched_off)
{
	char text[256];

	begin_probe();
	lsm = "lockdown,yama\n";
	ck_assert_int_eq(probe(RAWBPF_PROBE_LSM), 0);
	ck_assert_int_eq(has, 0);
	rawbpf_error_explain(text, sizeof text, &error);
	ck_assert_str_eq(text, "EOPNOTSUPP: the kernel has not started the security module bpf "
			       "(/sys/kernel/security/lsm), and calls no such program; boot with "
			       "bpf in lsm=");
	ck_assert_str_eq(error.name, "quota_on");
	ck_assert_int_eq(probe(RAWBPF_PROBE_FENTRY), 0);
	ck_assert_int_eq(has, 1);
	kprobes = "0\n";
	ck_assert_int_eq(probe(RAWBPF_PROBE_KPROBE), 0);
	ck_assert_int_eq(has, 0);
	rawbpf_error_explain(text, sizeof text, &error);
	ck_assert_str_eq(text, "EOPNOTSUPP: kprobes are switched off; switch them on: "
			       "echo 1 > /sys/kernel/debug/kprobes/enabled");
	ck_assert_int_eq(probe(RAWBPF_PROBE_KPROBE_MULTI), 0);
	ck_assert_int_eq(has, 1);
	kprobes = "1\n";
	ck_assert_int_eq(probe(RAWBPF_PROBE_KPROBE), 0);
	ck_assert_int_eq(has, 1);
	ck_assert_int_eq(probe(RAWBPF_PROBE_ATTACH_COUNT), -EINVAL);
	ck_assert_int_eq(has, 0);
	/* a process that may not make the map cannot tell */
	map_answer = -EPERM;
	ck_assert_int_eq(probe(RAWBPF_PROBE_STRUCT_OPS), -EPERM);
	map_answer = -EACCES;
	ck_assert_int_eq(probe(RAWBPF_PROBE_STRUCT_OPS), 0);
	ck_assert_int_eq(has, 1);
}
END_TEST

/* Without securityfs the boot parameter tells, the last one. Without it, nobody knows. */
START_TEST(test_modules_at_boot)
{
	static const struct {
		const char *cmdline;
		int has;
	} cases[] = {
		{ "quiet lsm=bpf lsm=yama,bpfx,xbpf ro\n", 0 }, { "lsm=\n", 0 }, { "lsm=lockdown\n", 0 },
		{ "quiet lsm=yama lsm=yama,bpf ro\n", 1 }, { "lsm=bpf\n", 1 }, { "ro lsm=bpf,yama", 1 },
		{ "quiet xlsm=yama\n", 1 }, { "\n", 1 }, { NULL, 1 },
	};

	begin_probe();
	lsm = NULL;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		cmdline = cases[i].cmdline;
		ck_assert_int_eq(probe(RAWBPF_PROBE_LSM), 0);
		ck_assert_msg(has == cases[i].has, "%s: %d", cmdline, has);
	}
}
END_TEST

/* ---------------------------------------------------------------- types, instructions */

START_TEST(test_types)
{
	begin_probe();
	for (unsigned i = 0; i < ERRORS; i++) {
		begin(errors[i]);
		ck_assert_int_eq(rawbpf_probe_map_has(&has, BPF_MAP_TYPE_ARRAY, NULL),
				 is_unknown(errors[i]) ? 0 : errors[i]);
		ck_assert_int_eq(has, 0);
		begin(errors[i]);
		ck_assert_int_eq(rawbpf_probe_prog_has(&has, BPF_PROG_TYPE_XDP, NULL),
				 is_unknown(errors[i]) ? 0 : errors[i]);
		ck_assert_int_eq(has, 0);
	}
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_probe_map_has(&has, BPF_MAP_TYPE_ARRAY, NULL), 0);
	ck_assert_int_eq(has, 1);
	ck_assert_int_eq(kernel.calls[kernel.count - 1].number, SYS_close);
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_probe_prog_has(&has, BPF_PROG_TYPE_XDP, NULL), 0);
	ck_assert_int_eq(has, 1);
	ck_assert_uint_eq(kernel.count, 2);
}
END_TEST

static unsigned loads, loads_that_work;

static void isa_answer(uint32_t *attr)
{
	(void)attr;
	kernel.answers[kernel.count - 1] = loads++ < loads_that_work ? PROG : -EINVAL;
}

START_TEST(test_isa)
{
	unsigned version;

	for (version = 1; version <= 4; version++) {
		begin(0);
		loads = 0;
		loads_that_work = version;
		kernel.write = isa_answer;
		ck_assert_int_eq(rawbpf_probe_isa_find(), version);
		ck_assert_uint_eq(loads, version < 4 ? version + 1 : 4);
	}
	begin(-EPERM);
	ck_assert_int_eq(rawbpf_probe_isa_find(), -EPERM);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_has, 0, WAYS);
	tcase_add_loop_test(tests, test_attach_fails, 0, WAYS);
	tcase_add_loop_test(tests, test_load_fails, 0, WAYS);
	tcase_add_test(tests, test_switched_off);
	tcase_add_test(tests, test_modules_at_boot);
	tcase_add_test(tests, test_types);
	tcase_add_test(tests, test_isa);
}

int main(void)
{
	return unit_run("probed", add_tests);
}
