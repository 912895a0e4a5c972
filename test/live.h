/* SPDX-License-Identifier: MIT */
/* What the tests that need a kernel share. Check runs each test in a process of its own. */
#ifndef TEST_LIVE_H
#define TEST_LIVE_H

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <rawbpf.h>

enum { EXIT_SKIPPED = 77 };

/* A skip names its test and its reason; test/run.sh lists and counts them. */
#define SKIP(...)                                                                                  \
	do {                                                                                       \
		printf("skip: %s: ", __func__);                                                    \
		printf(__VA_ARGS__);                                                               \
		printf("\n");                                                                      \
		return;                                                                            \
	} while (0)

/* Linux 6.18 as one number that compares: 0x612. */
static inline unsigned live_kernel(void)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	ck_assert_int_eq(uname(&name), 0);
	ck_assert_int_eq(sscanf(name.release, "%u.%u", &major, &minor), 2);
	return major << 8 | minor;
}

static inline int live_array(unsigned max_entries)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = max_entries,
	});
}

/* From here on what this process mounts is its own and goes with it. */
static inline void live_private_mounts(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
}

static inline void live_mount_tracefs(void)
{
	live_private_mounts();
	ck_assert_int_eq(mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL), 0);
}

static inline void live_mount_bpffs(void)
{
	live_private_mounts();
	ck_assert_int_eq(mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL), 0);
}

/* Open descriptors of this process; the one that counts them is not among them. */
static inline int live_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = -3; /* ".", ".." and the directory */

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* Run a suite of one test case, all of it or none: without privilege or bpf(2) it is skipped. */
static inline int live_run(const char *name, void (*add_tests)(TCase *))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);
	SRunner *runner;
	int failed, map = live_array(1);

	if (map == -EPERM || map == -ENOSYS) {
		char why[512];

		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_MAP_CREATE, .error = map });
		printf("skip: %s: %s\n", name, why);
		return EXIT_SKIPPED;
	}
	close(map);
	tcase_set_timeout(tests, 60);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
