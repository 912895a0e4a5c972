/* SPDX-License-Identifier: MIT */
/* Code for tests that need a kernel. Check runs each test in a process of its own. */
#ifndef TEST_LIVE_H
#define TEST_LIVE_H

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <rawbpf.h>

#include "unit.h"

enum { EXIT_SKIPPED = 77 };
enum { NOBODY = 65534 };
enum { ENOTSUPP = 524 };

/* Skip the test, with its name and a reason. test/run.sh lists and counts skips. */
#define SKIP(...)                                                                                  \
	do {                                                                                       \
		printf("skip: %s: ", __func__);                                                    \
		printf(__VA_ARGS__);                                                               \
		printf("\n");                                                                      \
		return;                                                                            \
	} while (0)

/* Return Linux 6.18 as a number that compares: 0x612. */
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

static inline int live_map(unsigned type, unsigned key_size, unsigned value_size,
			   unsigned max_entries)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = type,
		.key_size = key_size,
		.value_size = value_size,
		.max_entries = max_entries,
		.flags = type == BPF_MAP_TYPE_LPM_TRIE ? BPF_F_NO_PREALLOC : 0,
	});

	ck_assert_int_gt(map, 2);
	return map;
}

/* Create a hash with keys of 4 bytes and values of 8. */
static inline int live_hash(unsigned max_entries)
{
	return live_map(BPF_MAP_TYPE_HASH, 4, 8, max_entries);
}

/* Load a program that only returns `result`. */
static inline int live_prog(unsigned type, int result)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, result), BPF_EXIT_INSN() };

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
	});
}

/* Return the process id that programs see: the initial PID namespace's, unlike getpid(2)'s. */
static inline unsigned live_tgid(void)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_prog_run run = { 0 };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
	});

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	close(prog);
	return run.retval;
}

/* Make all later mounts of this process private. They go with it. */
static inline void live_private_mounts(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
}

static inline void live_mount_tracefs(void)
{
	live_private_mounts();
	/* EBUSY: it is mounted */
	ck_assert(mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) == 0 || errno == EBUSY);
}

static inline void live_mount_bpffs(void)
{
	live_private_mounts();
	ck_assert_int_eq(mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL), 0);
}

/*
 * Put a file of this content over `path`, for this process alone. Call live_private_mounts() first.
 */
static inline void live_fake_file(const char *path, const char *content)
{
	char name[] = "/tmp/live-XXXXXX";
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchmod(fd, 0644), 0);
	ck_assert_int_eq(write(fd, content, strlen(content)), strlen(content));
	close(fd);
	ck_assert_msg(mount(name, path, NULL, MS_BIND, NULL) == 0, "%s: %m", path);
	unlink(name);
}

/* Put an empty directory over `path`, for this process alone. Call live_private_mounts() first. */
static inline void live_hide_directory(const char *path)
{
	ck_assert_msg(mount("none", path, "tmpfs", 0, "mode=755") == 0, "%s: %m", path);
}

/*
 * Become nobody for the rest of the process, with only the capabilities of `set` (bit n for
 * capability n).
 */
static inline void live_be_nobody_but(uint64_t set)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	data[0].effective = data[0].permitted = (uint32_t)set;
	data[1].effective = data[1].permitted = (uint32_t)(set >> 32);
	ck_assert_int_eq(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(setgroups(0, NULL), 0);
	ck_assert_int_eq(setresgid(NOBODY, NOBODY, NOBODY), 0);
	ck_assert_int_eq(setresuid(NOBODY, NOBODY, NOBODY), 0);
	ck_assert_int_eq(syscall(SYS_capset, &header, data), 0);
}

static inline void live_be_nobody(void)
{
	live_be_nobody_but(0);
}

/*
 * Let a system call fail with `error` for the rest of the process, like a container's seccomp
 * filter.
 */
static inline int live_forbid(unsigned number, unsigned error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { RAWBPF_COUNT(filter), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
}

static inline unsigned live_prog_id(int prog)
{
	struct bpf_prog_info info;

	memset(&info, 0, sizeof info);
	ck_assert_int_gt(rawbpf_obj_info(prog, &info, sizeof info), 0);
	return info.id;
}

/* Is the object of this id gone? A closed object may stay for a grace period. */
static inline int live_is_gone(enum rawbpf_obj_kind kind, unsigned id)
{
	int tries;

	for (tries = 0; tries < PATIENCE_MS / 10; tries++) {
		int fd = rawbpf_obj_id_open(kind, id, NULL);

		if (fd == -ENOENT)
			return 1;
		close(fd);
		usleep(10 * 1000);
	}
	return 0;
}

static inline void live_write_file(const char *path, const char *content)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	fputs(content, file);
	ck_assert_int_eq(fclose(file), 0);
}

/*
 * Mount a stand-in for tracefs, on any kernel. Its kprobe_events is a plain file, with the content
 * `kprobe_events`, that keeps all writes. An event written to it becomes a tracepoint of the
 * kernel. Programs that use this link the library compiled for fault injection, and call
 * live_stand_in_step() before each of its system calls. Returns 0 if this kernel has no tracepoint
 * for it.
 */
#define LIVE_KPROBE_EVENTS "/sys/kernel/tracing/kprobe_events"

static char live_stand_in_id[32];
static size_t live_stand_in_seen;

static inline void live_stand_in_list(const char *kprobe_events)
{
	live_write_file(LIVE_KPROBE_EVENTS, kprobe_events);
	live_stand_in_seen = strlen(kprobe_events);
}

static inline int live_stand_in_tracefs(const char *kprobe_events)
{
	FILE *file;

	live_mount_tracefs();
	file = fopen("/sys/kernel/tracing/events/syscalls/sys_enter_getppid/id", "re");
	if (!file)
		return 0;
	ck_assert_ptr_nonnull(fgets(live_stand_in_id, sizeof live_stand_in_id, file));
	fclose(file);
	live_hide_directory("/sys/kernel/tracing");
	mkdir("/sys/kernel/tracing/events", 0755);
	mkdir("/sys/kernel/tracing/events/rawbpf", 0755);
	live_stand_in_list(kprobe_events);
	return 1;
}

/* Execute the command written since the last step, without a newline. */
static inline void live_stand_in_step(void)
{
	char command[1024] = "", name[64], path[160], id[170];
	int fd = open(LIVE_KPROBE_EVENTS, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return;
	length = pread(fd, command, sizeof command - 1, live_stand_in_seen);
	close(fd);
	if (length <= 0 || sscanf(command, "%*[^:]:%63s ", name) != 1)
		return;
	live_stand_in_seen += length;
	snprintf(path, sizeof path, "/sys/kernel/tracing/events/%s", name);
	snprintf(id, sizeof id, "%s/id", path);
	if (command[0] == '-') {
		unlink(id);
		rmdir(path);
	} else if (mkdir(path, 0755) == 0) {
		live_write_file(id, live_stand_in_id);
	}
}

/* Count this process's open descriptors, without the one that counts. */
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

/* Every test of the case must end with as many open descriptors as it began with. */
static int live_fds_before;

static inline void live_fds_remember(void)
{
	live_fds_before = live_fds();
}

static inline void live_fds_compare(void)
{
	ck_assert_int_eq(live_fds(), live_fds_before);
}

static inline void live_watch_fds(TCase *tests)
{
	tcase_add_checked_fixture(tests, live_fds_remember, live_fds_compare);
}

/* Run a suite of one test case. Skip all of it without privilege or bpf(2). */
static inline int live_run(const char *name, void (*add_tests)(TCase *))
{
	int map = live_array(1);

	if (map == -EPERM || map == -ENOSYS) {
		char why[512];

		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_MAP_CREATE, .error = map });
		printf("skip: %s: %s\n", name, why);
		return EXIT_SKIPPED;
	}
	close(map);
	return unit_run(name, add_tests);
}

#endif
