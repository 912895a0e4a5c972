/* SPDX-License-Identifier: MIT */
/* Find functions by a pattern, on any kernel: stand-ins replace the files that list them. */
#include "../live.h"

#include <stdint.h>
#include <sys/mount.h>

#define TRACEFS "/sys/kernel/tracing"
#define LIST TRACEFS "/available_filter_functions_addrs"

/* Make a tracefs without events, and with this list; NULL: without a list, as before 6.5. */
static void stand_in(const char *list)
{
	live_mount_tracefs();
	live_hide_directory(TRACEFS);
	ck_assert_int_eq(mkdir(TRACEFS "/events", 0755), 0);
	if (list)
		live_write_file(LIST, list);
}

static const char list[] =
	"ffffffff81000004 __ftrace_invalid_address___64\n"
	"ffffffff81000010 vfs_read\n"
	"ffffffff81000020 vfs_write\n"
	"ffffffff81000030 name_show\n"
	"ffffffff81000040 name_show\n"
	"ffffffffc0000050 vfs_other [some_module]\n"
	"\n"
	"garbage\n"
	"ffffffff8100006 \n"
	"11111111111111111 vfs_too_high\n"
	"ffffffff81000070xvfs_x\n"
	" vfs_blank\n"
	"ffffffff81000090 cut";

static const struct {
	const char *glob;
	int count;
	uint64_t addresses[4];
} finds[] = {
	{ "vfs_read", 1, { 0xffffffff81000010 } },
	{ "vfs_*", 3, { 0xffffffff81000010, 0xffffffff81000020, 0xffffffffc0000050 } },
	{ "vfs_?????", 2, { 0xffffffff81000020, 0xffffffffc0000050 } },
	{ "name_show", 2, { 0xffffffff81000030, 0xffffffff81000040 } },
	{ "*some_module*", -ENOENT, { 0 } },
	{ "*invalid*", -ENOENT, { 0 } },
	{ "cut", -ENOENT, { 0 } },
	{ "vfs_x", -ENOENT, { 0 } },
	{ "", -ENOENT, { 0 } },
	{ "*", 5, { 0xffffffff81000010, 0xffffffff81000020, 0xffffffff81000030, 0xffffffff81000040 } },
};

START_TEST(test_find)
{
	uint64_t addresses[5] = { 1, 1, 1, 1, 1 };
	int count = finds[_i].count;

	stand_in(list);
	ck_assert_int_eq(rawbpf_kprobe_find(addresses, 4, finds[_i].glob), count);
	for (int i = 0; i < 5; i++)
		ck_assert_uint_eq(addresses[i], i < count && i < 4 ? finds[_i].addresses[i] : 1);
	ck_assert_int_eq(rawbpf_kprobe_find(NULL, 0, finds[_i].glob), count);
}
END_TEST

/* Before 6.5: the functions of /proc/kallsyms, without variables. */
START_TEST(test_kallsyms)
{
	uint64_t addresses[3] = { 1, 1, 1 };

	stand_in(NULL);
	live_fake_file("/proc/kallsyms",
		       "0000000000001000 T vfs_read\n"
		       "0000000000002000 D vfs_data\n"
		       "0000000000003000 t vfs_write\t[some_module]\n"
		       "0000000000004000 W vfs_weak\n"
		       "0000000000005000 A vfs_absolute\n");
	ck_assert_int_eq(rawbpf_kprobe_find(addresses, 2, "vfs_*"), 3);
	ck_assert_uint_eq(addresses[0], 0x1000);
	ck_assert_uint_eq(addresses[1], 0x3000);
	ck_assert_uint_eq(addresses[2], 1);
	ck_assert_int_eq(rawbpf_kprobe_find(addresses, 2, "vfs_data"), -ENOENT);
	umount2("/proc/kallsyms", MNT_DETACH);
	live_fake_file("/proc/kallsyms", "0000000000000000 T vfs_read\n");
	ck_assert_int_eq(rawbpf_kprobe_find(addresses, 2, "vfs_*"), -EPERM);
}
END_TEST

START_TEST(test_no_tracefs)
{
	uint64_t address = 1;

	live_private_mounts();
	live_hide_directory("/sys/kernel");
	ck_assert_int_eq(rawbpf_kprobe_find(&address, 1, "*"), -EOPNOTSUPP);
	ck_assert_uint_eq(address, 1);
}
END_TEST

START_TEST(test_nobody)
{
	uint64_t address = 1;

	stand_in(list);
	ck_assert_int_eq(chmod(LIST, 0400), 0);
	live_be_nobody();
	ck_assert_int_eq(rawbpf_kprobe_find(&address, 1, "*"), -EACCES);
	ck_assert_uint_eq(address, 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_find, 0, RAWBPF_COUNT(finds));
	tcase_add_test(tests, test_kallsyms);
	tcase_add_test(tests, test_no_tracefs);
	tcase_add_test(tests, test_nobody);
}

int main(void)
{
	return live_run("kprobe_find", add_tests);
}
