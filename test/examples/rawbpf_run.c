/* SPDX-License-Identifier: MIT */
/* rawbpf run of texts with .prog, on this kernel: examples/tools, and the tool's own options. */
#include "../command.h"
#include "ran.h"

static const char *texts;

static const struct {
	const char *name;
	ran_fn *run;
	const char *way;
} runs[] = {
	{ "fchownat by tracepoint", ran_fchownat, "tracepoint" },
	{ "fchownat by raw_tp", ran_fchownat, "raw_tp" },
	{ "fchownat by kprobe", ran_fchownat, "kprobe" },
	{ "chrootsnoop", ran_chrootsnoop, NULL },
	{ "chrootsnoop by tracepoint", ran_chrootsnoop, "tracepoint" },
	{ "chrootsnoop by raw_tp", ran_chrootsnoop, "raw_tp" },
	{ "chrootsnoop by kprobe", ran_chrootsnoop, "kprobe" },
	{ "opensnoop", ran_opensnoop, NULL },
	{ "opensnoop by tracepoint", ran_opensnoop, "tracepoint" },
	{ "opensnoop by raw_tp", ran_opensnoop, "raw_tp" },
	{ "opensnoop by kprobe", ran_opensnoop, "kprobe" },
	{ "ethertype", ran_ethertype, NULL },
	{ "stuck", ran_stuck, NULL },
};

START_TEST(test_tools)
{
	static char problem[8192];
	const struct ran_setup setup = { .tool = command_path, .texts = texts,
					 .has_btf = access("/sys/kernel/btf/vmlinux", F_OK) == 0 };

	live_mount_tracefs();
	runs[_i].run(&setup, runs[_i].way, problem, sizeof problem);
	if (strncmp(problem, "no way: ", 8) == 0 && runs[_i].way && strcmp(runs[_i].way, "kprobe") == 0)
		SKIP("%s: this kernel has no kprobes", runs[_i].name);
	ck_assert_msg(!problem[0], "%s: %s", runs[_i].name, problem);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_tools, 0, RAWBPF_COUNT(runs));
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return EXIT_FAILURE;
	command_path = argv[1];
	texts = argv[2];
	return unit_run("rawbpf_run", add_tests);
}
