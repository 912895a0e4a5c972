/* SPDX-License-Identifier: MIT */
/*
 * rawbpf run of the texts of examples/tools: each by each way, with and without tracefs, /sys and
 * /proc; where the kernel has no BTF, with an offsets file. test/examples/ran.c compares each field of
 * each record.
 */
#include "parts.h"

#include <string.h>

static const struct {
	const char *text, *ways[4];
	bool needs_sysfs, needs_btf;
	const char *refusal; /* of some kernels if no file system is mounted; NULL: all kernels run it */
} texts[] = {
	{ "fchownat", { "any", "kprobe", "tracepoint", "raw_tp" }, false, false, NULL },
	{ "chrootsnoop", { "any", "kprobe", "tracepoint", "raw_tp" }, false, false, NULL },
	{ "opensnoop", { "any", "kprobe", "tracepoint", "raw_tp" }, false, false, NULL },
	{ "stuck", { "any" }, false, true, NULL },
	{ "exitsnoop", { "any" }, false, true, NULL },
	{ "sigsnoop", { "any" }, false, true, NULL },
	{ "mountsnoop", { "any" }, false, false, NULL },
	{ "modsnoop", { "any" }, false, false, NULL },
	{ "capable", { "any" }, false, false, "this kernel has no raw tracepoint 'cap_capable'" },
	{ "profile", { "any" }, false, false, NULL },
	{ "execsnoop", { "any" }, false, true, NULL },
	{ "oomsnoop", { "any" }, false, true, "at kprobe oom_kill_process: EOPNOTSUPP: sysfs is not mounted" },
	{ "tcpconnect", { "any" }, false, true, NULL },
	{ "biolatency", { "any" }, false, false, "'block_rq_complete' needs the kernel's BTF, and there is none" },
	{ "ethertype", { "any" }, true, false, NULL },
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

/* A return probe does not attach on all machines. */
static bool has_way(struct boot *boot, const char *text, const char *way)
{
	return strcmp(way, "kprobe") != 0 || strcmp(text, "fchownat") == 0 || has_retprobes(boot);
}

/* What a kernel without BTF says of a text that needs it. */
static void check_no_btf(const char *name, const char *said, bool has_sysfs)
{
	bool lacks_member = strstr(said, "there is neither BTF nor an offsets file");

	ck_assert_msg(lacks_member || strstr(said, "BTF, and there is none"), "%s: %s", name, said);
	if (lacks_member)
		ck_assert_msg(strstr(said, has_sysfs ? "This kernel has no BTF: `rawbpf run --offsets FILE`" :
				     "A kernel's BTF is in /sys, which is not mounted"), "%s: %s", name, said);
}

/* The cells of KERNELS.md for one set of mounts: each text works, or says why not. */
static void check(struct boot *boot, const char *where, int ways, int count)
{
	bool has_sysfs = !strstr(where, "no_files") && !strstr(where, "no_sys");
	char name[64];
	int btf;

	snprintf(name, sizeof name, "%s.btf", where);
	btf = fact_int(boot, name);
	for (int i = 0; i < count; i++)
		for (int j = 0; j < ways && texts[i].ways[j] && (has_sysfs || !texts[i].needs_sysfs); j++) {
			const char *said;

			snprintf(name, sizeof name, "%s.%s.%s", where, texts[i].text, texts[i].ways[j]);
			said = fact_str(boot, name);
			if (texts[i].needs_btf && !btf)
				check_no_btf(name, said, has_sysfs);
			else if (strstr(where, "no_tracefs") && strcmp(texts[i].ways[j], "tracepoint") == 0)
				ck_assert_msg(strncmp(said, "no way: ", 8) == 0 &&
					      strstr(said, "EOPNOTSUPP: tracefs is not mounted"), "%s: %s", name, said);
			else if (!has_sysfs && texts[i].refusal && strstr(said, texts[i].refusal))
				continue;
			else if (has_way(boot, texts[i].text, texts[i].ways[j]))
				ck_assert_fact_str(boot, name, "as expected");
		}
}

START_TEST(texts_run)
{
	check(&boots[_i], "run", 4, TEXTS);
	check(&boots[_i], "run_no_files", 1, TEXTS);
	if (!fact_int(&boots[_i], "run.whole"))
		return;
	check(&boots[_i], "run_no_tracefs", 4, 4);
	check(&boots[_i], "run_no_sys", 1, 4);
	check(&boots[_i], "run_no_proc", 1, 4);
}
END_TEST

/* Without BTF, texts that name members of the kernel's structs run with an offsets file. */
START_TEST(texts_run_with_offsets)
{
	static const char *const names[] = { "exitsnoop", "sigsnoop", "modsnoop", "execsnoop", "oomsnoop", "tcpconnect" };

	if (fact_int(&boots[_i], "run.btf"))
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char name[64];

		snprintf(name, sizeof name, "run_offsets.%s.any", names[i]);
		ck_assert_fact_str(&boots[_i], name, "as expected");
	}
}
END_TEST

/* The native tests of collections, which attach kprobes here, too. */
START_TEST(natively)
{
	if (!is_machine(&boots[_i], "amd64"))
		return;
	ck_assert_fact_int(&boots[_i], "run.live", 0);
	ck_assert_fact_int(&boots[_i], "run.live_pending", 0);
	ck_assert_fact_int(&boots[_i], "run.live_places", 0);
	ck_assert_fact_int(&boots[_i], "run.live_ways", 0);
}
END_TEST

/* The command's open fails. Compilers of other machines may put do_sys_openat2() into its callers. */
START_TEST(kprobe_traced)
{
	const char *said = fact_str(&boots[_i], "run.trace");
	int status = fact_int(&boots[_i], "run.trace_status");

	if (!is_machine(&boots[_i], "amd64"))
		return;
	ck_assert_msg(strncmp(said, "COMM ARG0 ARG1 RET rawbpf ", 26) == 0, "%s", said);
	ck_assert_msg(strstr(said, " /no-such -2") != NULL, "%s", said);
	ck_assert_int_eq(status, 1);
}
END_TEST

void vm_run_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, texts_run, boot, boot + 1);
	tcase_add_loop_test(kernel, texts_run_with_offsets, boot, boot + 1);
	tcase_add_loop_test(kernel, natively, boot, boot + 1);
	tcase_add_loop_test(kernel, kprobe_traced, boot, boot + 1);
}
