/* SPDX-License-Identifier: MIT */
/* rawbpf test from outside: the texts of examples/tools, TAP, coverage, lcov, mistakes. */
#include "../command.h"

static const char *texts;
static struct ending end;

static const struct {
	const char *name;
	int tests;
	int in_kernel; /* so many of them */
} tools[] = {
	{ "biolatency", 3, 0 }, { "capable", 2, 0 }, { "chrootsnoop", 2, 0 }, { "ethertype", 2, 1 },
	{ "execsnoop", 2, 0 }, { "fchownat", 1, 0 }, { "lookup", 4, 0 }, { "modsnoop", 3, 0 },
	{ "mountsnoop", 2, 0 }, { "opensnoop", 2, 0 }, { "profile", 2, 0 },
};

static int count(const char *text, const char *word)
{
	int found = 0;

	for (; (text = strstr(text, word)); text++)
		found++;
	return found;
}

START_TEST(test_tools)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s.bpf", texts, tools[_i].name);
	command_run(&end, NULL, ARGS("test", "-k", path));
	ck_assert_msg(end.status == 0, "%s%s", end.out, end.err);
	ck_assert_int_eq(count(end.out, "\nok "), 2 * tools[_i].tests);
	ck_assert_int_eq(count(end.out, " # SKIP "), tools[_i].tests - tools[_i].in_kernel);
	ck_assert_str_eq(end.err, "");
}
END_TEST

/* The context of packets in both; what a program asks the kernel is not compared. */
START_TEST(test_contexts)
{
	const char *path = command_text_file(
		".prog   mark\n.at     tc ingress\n	r0 = *(u32 *)(r1 + __sk_buff.mark)\n"
		"	r2 = *(u32 *)(r1 + __sk_buff.cb + 8)\n	r0 += r2\n	*(u32 *)(r1 + __sk_buff.cb) = 1\n	exit\n"
		".prog   queue\n.at     xdp\n	r0 = *(u32 *)(r1 + xdp_md.rx_queue_index)\n"
		"	r2 = *(u32 *)(r1 + xdp_md.ingress_ifindex)\n	r0 += r2\n	exit\n"
		".prog   now\n.at     xdp\n	call ktime_get_ns\n	r0 &= 0xff\n	r0 |= 1\n	exit\n"
		".prog   blind\n.at     xdp\n	call ktime_get_ns\n	r0 = 2\n	exit\n"
		".test   \"a mark\" mark\n	context __sk_buff.mark = 40\n	context __sk_buff.cb[2] = 2\n"
		"	expect  r0 == 42\n"
		".test   \"loopback has one queue\" queue\n	context xdp_md.ingress_ifindex = 1\n	expect  r0 == 1\n"
		".test   \"not three\" queue\n	context xdp_md.ingress_ifindex = 1\n"
		"	context xdp_md.rx_queue_index = 3\n	expect  r0 == 4\n"
		".test   \"a clock\" now\n	expect  r0 == 1\n.test   \"no use\" blind\n	expect  r0 == 2\n");

	command_run(&end, NULL, ARGS("test", "-k", path));
	/* one clock of 128 ends in the byte that the machine has */
	for (int i = 0; i < 8 && !strstr(end.out, "it calls"); i++)
		command_run(&end, NULL, ARGS("test", "-k", path));
	ck_assert_str_eq(end.out, "TAP version 13\n1..10\nok 1 - a mark\nok 2 - a mark, in the kernel\n"
			 "ok 3 - loopback has one queue\nok 4 - loopback has one queue, in the kernel\n"
			 "ok 5 - not three\n"
			 "ok 6 - not three, in the kernel # SKIP the kernel's test run does not take this context\n"
			 "ok 7 - a clock\n"
			 "ok 8 - a clock, in the kernel # SKIP it calls ktime_get_ns, and the kernel has its own\n"
			 "ok 9 - no use\nok 10 - no use, in the kernel\n");
	ck_assert_int_eq(end.status, 0);
	unlink(path);
}
END_TEST

/* A tool by its name, as nobody: no privilege is needed. */
static void nobody(void)
{
	if (setgid(65534) != 0 || setuid(65534) != 0)
		_exit(98);
}

START_TEST(test_nobody)
{
	command_run(&end, nobody, ARGS("test", "ethertype"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.out, "TAP version 13\n1..2\nok 1 - IPv4 is counted\n"
				  "ok 2 - a frame without an ethertype is left alone\n");
	command_run(&end, nobody, ARGS("test", "-k", "ethertype"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.out, "\nnot ok 2 - IPv4 is counted, in the kernel\n  ---\n"));
	ck_assert_ptr_nonnull(strstr(end.out, "message: 'EPERM: "));
}
END_TEST

/* No name or line of a text can make a line of TAP, or reach a terminal. */
START_TEST(test_hostile_names)
{
	const char *path = command_text_file(".prog p\n.at socket\nr0 = 0\nexit\n"
				     ".test \"a # TODO \033[2J\" p\nexpect r0 == 1 # it's \033[2J\n");

	command_run(&end, NULL, ARGS("test", path));
	unlink(path);
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_null(strchr(end.out, '\033'));
	ck_assert_ptr_nonnull(strstr(end.out, "not ok 1 - a \\# TODO "));
	ck_assert_ptr_nonnull(strstr(end.out, "  message: 'got 0, expected 1'\n"));
	ck_assert_ptr_nonnull(strstr(end.out, "  line: 6\n  text: 'expect r0 == 1 # it''s  [2J'\n"));
}
END_TEST

/* What the kernel computes otherwise is a difference: here, its clock. */
START_TEST(test_difference)
{
	/* the machine has one CPU */
	const char *path = command_text_file(".map one array u32 u64 1\n.map cpus percpu_array u32 u64 1\n"
				     ".prog p\n.at socket\n.local key 4\n*(u32 *)(r10 + key) = 0\nr1 = map cpus\n"
				     "r2 = r10 + key\nr3 = 1\ncall map_lookup_percpu_elem\nr2 = &one[0]\n"
				     "if r0 == 0 goto out\nr0 = 1\nout: *(u64 *)(r2 + 0) = r0\nr0 = 0\nexit\n"
				     ".test \"time\" p\nexpect r0 == 0\n");

	command_run(&end, NULL, ARGS("test", "-k", path));
	unlink(path);
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.out, "\nok 1 - time\nnot ok 2 - time, in the kernel\n  ---\n"
				     "  message: 'an element of map one is not the same in the kernel'\n"));
}
END_TEST

/* Queues and stacks that a test fills are full in the kernel, too. What failed here does not run there. */
START_TEST(test_queues)
{
	const char *path = command_text_file(
		".map    fifo queue 0 u64 4\n.map    lifo stack 0 u64 4\n.prog   first\n.at     socket\n"
		"	r1 = map fifo\n	r2 = r10\n	r2 += -8\n	call map_pop_elem\n	r1 = map lifo\n	r2 = r10\n"
		"	r2 += -16\n	call map_pop_elem\n	r0 = *(u64 *)(r10 - 8)\n	r1 = *(u64 *)(r10 - 16)\n"
		"	r0 *= 10\n	r0 += r1\n	exit\n"
		".test   \"in order\" first\n	packet *60\n	map fifo[0] = 1\n	map fifo[0] = 2\n	map fifo[0] = 3\n"
		"	map lifo[0] = 4\n	map lifo[0] = 5\n	map lifo[0] = 6\n	expect r0 == 16\n"
		".test   \"wrong\" first\n	packet *8\n	expect r0 == 1\n");

	command_run(&end, NULL, ARGS("test", "-k", path));
	unlink(path);
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.out, "\nok 1 - in order\nok 2 - in order, in the kernel\nnot ok 3 - wrong\n"));
	ck_assert_ptr_nonnull(strstr(end.out, "\nok 4 - wrong, in the kernel # SKIP it failed here\n"));
}
END_TEST

/* The kernel takes programs with callbacks: of a loop, and of each element of a map. */
START_TEST(test_callbacks)
{
	const char *path = command_text_file(
		".map    some array u32 u64 4\n.map    total array u32 u64 1\n"
		".prog   turns\n.at     socket\n	*(u64 *)(r10 - 8) = 0\n	r1 = 5\n	r2 = add ll\n"
		"	r3 = r10\n	r3 += -8\n	r4 = 0\n	call loop\n	r0 = *(u64 *)(r10 - 8)\n	exit\n"
		"add:	r3 = *(u64 *)(r2 + 0)\n	r3 += r1\n	*(u64 *)(r2 + 0) = r3\n	r0 = 0\n	exit\n"
		".prog   sum\n.at     xdp\n	*(u64 *)(r10 - 8) = 0\n	r1 = map some\n	r2 = each ll\n"
		"	r3 = r10\n	r3 += -8\n	r4 = 0\n	call for_each_map_elem\n	r1 = *(u64 *)(r10 - 8)\n"
		"	r2 = &total[0]\n	*(u64 *)(r2 + 0) = r1\n	exit\n"
		"each:	r1 = *(u64 *)(r3 + 0)\n	r2 = *(u64 *)(r4 + 0)\n	r2 += r1\n"
		"	*(u64 *)(r4 + 0) = r2\n	r0 = 0\n	exit\n"
		".test   \"five turns\" turns\n	expect r0 == 10\n"
		".test   \"four elements\" sum\n	map some[0] = 1\n	map some[1] = 20\n	map some[3] = 300\n"
		"	expect r0 == 4\n	expect total[0] == 321\n");

	command_run(&end, NULL, ARGS("test", "-k", path));
	unlink(path);
	ck_assert_str_eq(end.out, "TAP version 13\n1..4\nok 1 - five turns\nok 2 - five turns, in the kernel\n"
			 "ok 3 - four elements\nok 4 - four elements, in the kernel\n");
	ck_assert_int_eq(end.status, 0);
}
END_TEST

/* What the verifier rejects is shown with its line, and jumps as they are written there. */
START_TEST(test_rejection)
{
	const char *path = command_text_file(
		".map    some hash u32 u64 1\n.prog   first\n.at     socket\n	*(u32 *)(r10 - 4) = 0\n"
		"	r1 = map some\n	r2 = r10\n	r2 += -4\n	call map_lookup_elem\n	if r0 != 0 goto out\n"
		"out:	r0 = *(u64 *)(r0 + 0)\n	exit\n"
		".test   \"there\" first\n	map some[0] = 1\n	expect r0 == 1\n");
	char line[128];

	command_run(&end, NULL, ARGS("test", "-k", path));
	unlink(path);
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.out, "\nok 1 - there\nnot ok 2 - there, in the kernel\n"));
	ck_assert_ptr_nonnull(strstr(end.out, ": if r0 != 0 goto out "));
	snprintf(line, sizeof line, " %s:10\n", path);
	ck_assert_ptr_nonnull(strstr(end.out, line));
}
END_TEST

START_TEST(test_lcov)
{
	const char *path = command_text_file(".prog p\n.at socket\nr0 = 0\nif r0 == 0 goto out\nr0 = 1\nout: exit\n"
				     ".test \"t\" p\nexpect r0 == 0\n");
	char wanted[600];

	snprintf(wanted, sizeof wanted, "TN:\nSF:%s\nDA:3,1\nDA:4,1\nBRDA:4,1,0,1\nBRDA:4,1,1,0\nDA:5,0\n"
		 "DA:6,1\nBRF:2\nBRH:1\nLF:4\nLH:3\nend_of_record\n", path);
	command_run(&end, NULL, ARGS("test", "--lcov", "/dev/stderr", path));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, wanted);
	command_run(&end, NULL, ARGS("test", "--lcov", "/no/such", path));
	ck_assert_int_eq(end.status, 1);
	unlink(path);
}
END_TEST

START_TEST(test_usage)
{
	command_run(&end, NULL, ARGS("test"));
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("test", "-h"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_le(command_lines(end.out), 24);
	ck_assert_int_le(command_columns(end.out), 80);
	command_run(&end, NULL, ARGS("test", "/no/such.bpf"));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, command_full_stdout, ARGS("test", "ethertype"));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, NULL, ARGS("test", "stuck"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.out, "TAP version 13\n1..0\n# stuck has no .test block\n");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_tools, 0, sizeof tools / sizeof tools[0]);
	tcase_add_test(tests, test_nobody);
	tcase_add_test(tests, test_hostile_names);
	tcase_add_test(tests, test_difference);
	tcase_add_test(tests, test_contexts);
	tcase_add_test(tests, test_queues);
	tcase_add_test(tests, test_callbacks);
	tcase_add_test(tests, test_rejection);
	tcase_add_test(tests, test_lcov);
	tcase_add_test(tests, test_usage);
}

int main(int argc, char **argv)
{
	(void)argc;
	command_path = argv[1];
	texts = argv[2];
	return unit_run("rawbpf_test", add_tests);
}
