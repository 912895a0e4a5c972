/* SPDX-License-Identifier: MIT */
/*
 * rawbpf run of the texts of examples/tools: each by each way, with and without tracefs, /sys and
 * /proc. test/examples/ran.c compares each field of each record.
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
	{ "profile", { "any" }, false, false, "this machine has no such event" },
	{ "execsnoop", { "any" }, false, true, NULL },
	{ "oomsnoop", { "any" }, false, true, NULL },
	{ "biolatency", { "any" }, false, false, "'block_rq_complete' needs the kernel's BTF, and there is none" },
	{ "ethertype", { "any" }, true, false, NULL },
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

/* A return probe does not attach on all machines. */
static bool has_way(struct boot *boot, const char *text, const char *way)
{
	return strcmp(way, "kprobe") != 0 || strcmp(text, "fchownat") == 0 || has_retprobes(boot);
}

static void check(struct boot *boot, const char *where, bool has_sysfs, int ways)
{
	char name[64];
	int btf;

	snprintf(name, sizeof name, "%s.btf", where);
	btf = fact_int(boot, name);
	for (int i = 0; i < TEXTS; i++)
		for (int j = 0; j < ways && texts[i].ways[j] && (has_sysfs || !texts[i].needs_sysfs); j++) {
			snprintf(name, sizeof name, "%s.%s.%s", where, texts[i].text, texts[i].ways[j]);
			if (texts[i].needs_btf && !btf)
				ck_assert_msg(strstr(fact_str(boot, name), "BTF, and there is none") != NULL ||
					      strstr(fact_str(boot, name), "there is neither BTF nor") != NULL,
					      "%s: %s", name, fact_str(boot, name));
			else if (!has_sysfs && texts[i].refusal && strstr(fact_str(boot, name), texts[i].refusal))
				continue;
			else if (has_way(boot, texts[i].text, texts[i].ways[j]))
				ck_assert_fact_str(boot, name, "as expected");
			else
				fact_str(boot, name);
		}
}

START_TEST(texts_run)
{
	check(&boots[_i], "run", true, 4);
	check(&boots[_i], "run_no_tracefs", true, 1);
	check(&boots[_i], "run_no_files", false, 1);
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

/* The command's open fails; the columns may show its errno by name. */
START_TEST(kprobe_traced)
{
	const char *said = fact_str(&boots[_i], "run.trace");

	if (!has_retprobes(&boots[_i]))
		return;
	ck_assert_msg(strncmp(said, "COMM ARG0 ARG1 RET rawbpf ", 26) == 0, "%s", said);
	ck_assert_msg(strstr(said, " /no-such -2") != NULL, "%s", said);
	ck_assert_fact_int(&boots[_i], "run.trace_status", 1);
}
END_TEST

void vm_run_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, texts_run, boot, boot + 1);
	tcase_add_loop_test(kernel, natively, boot, boot + 1);
	tcase_add_loop_test(kernel, kprobe_traced, boot, boot + 1);
}
