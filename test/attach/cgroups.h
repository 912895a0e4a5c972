/* SPDX-License-Identifier: MIT */
/*
 * Cgroups for tests. They live below one that is made before the first test. After the last test,
 * passed or not, that one and all its attachments are gone.
 */
#ifndef TEST_CGROUPS_H
#define TEST_CGROUPS_H

#include "../live.h"

#include <mntent.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static char cgroups_path[4096 - 64];

/* Find the mount point of cgroup v2. Returns 0 if it is not mounted. */
static inline int cgroups_find(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	struct mntent *mount;
	int found = 0;

	if (!mounts)
		return 0;
	while (!found && (mount = getmntent(mounts))) {
		found = strcmp(mount->mnt_type, "cgroup2") == 0;
		if (found)
			snprintf(path, size, "%s", mount->mnt_dir);
	}
	endmntent(mounts);
	return found;
}

/* cgroups_begin() and cgroups_end() run in the process that starts the tests. */
static inline void cgroups_begin(void)
{
	char top[2048] = "";

	rawbpf_memlock_raise(); /* kernels before 5.11 charge programs to RLIMIT_MEMLOCK */
	ck_assert(cgroups_find(top, sizeof top));
	snprintf(cgroups_path, sizeof cgroups_path, "%s/rawbpf-test-%d", top, (int)getpid());
	ck_assert_msg(mkdir(cgroups_path, 0755) == 0, "%s: %m", cgroups_path);
}

/* Remove a cgroup. A process that has just ended may still count as its member. */
static inline void cgroups_remove(const char *path)
{
	int tries;

	for (tries = 0; rmdir(path) != 0 && errno == EBUSY && tries < PATIENCE_MS / 10; tries++)
		usleep(10 * 1000);
}

static inline void cgroups_remove_below(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char below[4096];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < (int)sizeof below)
			cgroups_remove_below(below);
	}
	if (dir)
		closedir(dir);
	cgroups_remove(path);
}

static inline void cgroups_end(void)
{
	cgroups_remove_below(cgroups_path);
	ck_assert_int_ne(access(cgroups_path, F_OK), 0);
}

/* Make a cgroup named for this test process, with "/below" or nothing after the name. */
static inline const char *cgroups_make(const char *below)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/%d%s", cgroups_path, (int)getpid(), below);
	ck_assert_msg(mkdir(path, 0755) == 0, "%s: %m", path);
	return path;
}

static inline int cgroups_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

/* Move this process into the cgroup. */
static inline int cgroups_enter(int cgroup)
{
	int fd = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	int err = fd < 0 || write(fd, "0", 1) != 1 ? -errno : 0;

	close(fd);
	return err;
}

/* Fork a process that does not outlive this one. */
static inline pid_t cgroups_fork(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* Run tests like live_run(), and skip them without cgroup v2. */
static inline int cgroups_run(const char *name, void (*add_tests)(TCase *))
{
	char path[2048];

	if (!cgroups_find(path, sizeof path)) {
		printf("skip: %s: cgroup v2 is not mounted\n", name);
		return EXIT_SKIPPED;
	}
	return live_run(name, add_tests);
}

#endif
