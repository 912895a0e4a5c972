/* SPDX-License-Identifier: MIT */
/* Looks at the machine to explain an error. */
#include <asm/resource.h>
#include <linux/magic.h>

#include "error_look.h"
#include "../attach/tracefs.h"
#include "../sys/file.h"
#include "../../insn/base/number.h"
#include "../../insn/base/string.h"

/*
 * Compare the namespace's inode. The first namespace of each kind has a fixed one:
 * include/linux/proc_ns.h.
 */
static int look_in_namespace(const char *path, const char *initial)
{
	char target[32];
	long length = rawbpf__readlink(path, target, sizeof target - 1);

	if (length < 0)
		return 0;
	target[length] = '\0';
	return !rawbpf__starts_with(target, initial);
}

int rawbpf__in_user_namespace(void)
{
	return look_in_namespace("/proc/self/ns/user", "user:[4026531837]");
}

int rawbpf__in_pid_namespace(void)
{
	return look_in_namespace("/proc/self/ns/pid", "pid:[4026531836]");
}

unsigned rawbpf__kernel(void)
{
	char release[64];
	const char *at = release;
	unsigned major, minor;

	if (rawbpf__file_read(AT_FDCWD, "/proc/sys/kernel/osrelease", release, sizeof release) < 0 ||
	    !rawbpf__number_parse(&at, NULL, &major) || *at++ != '.' ||
	    !rawbpf__number_parse(&at, NULL, &minor))
		return 0;
	return RAWBPF__KERNEL(major, minor);
}

int rawbpf__memlock_is_limited(void)
{
	uint64_t soft = 0, hard = 0;
	unsigned kernel = rawbpf__kernel();

	return kernel && kernel < RAWBPF__KERNEL(5, 11) &&
	       rawbpf__rlimit_get(RLIMIT_MEMLOCK, &soft, &hard) == 0 && soft != ~(uint64_t)0;
}

/* Read "none [integrity] confidentiality": the mode in force is the one in brackets. */
int rawbpf__is_locked_down(void)
{
	char modes[64];
	const char *mode;

	if (rawbpf__file_read(AT_FDCWD, "/sys/kernel/security/lockdown", modes, sizeof modes) < 0)
		return 0;
	mode = rawbpf__find(modes, '[');
	return *mode && !rawbpf__starts_with(mode, "[none]");
}

int rawbpf__kprobes_are_off(void)
{
	return rawbpf__file_number(AT_FDCWD, "/sys/kernel/debug/kprobes/enabled", "") == 0;
}

/* Does a list of security modules, "lockdown,yama,bpf", name bpf? A blank ends it. */
static int look_has_bpf(const char *at)
{
	for (;;) {
		const char *end = at;

		while (*end && *end != ',' && *end != ' ')
			end++;
		if (end - at == 3 && rawbpf__starts_with(at, "bpf"))
			return 1;
		if (*end != ',')
			return 0;
		at = end + 1;
	}
}

/* securityfs has the modules that the kernel started. Without it, the boot parameter may tell. */
int rawbpf__bpf_lsm_is_off(void)
{
	char text[2048];
	const char *list = NULL;
	int length;

	if (rawbpf__file_read(AT_FDCWD, "/sys/kernel/security/lsm", text, sizeof text) > 0)
		return !look_has_bpf(text);
	length = rawbpf__file_read(AT_FDCWD, "/proc/cmdline", text, sizeof text);
	if (length <= 0 || length >= (int)sizeof text - 1) /* it may be longer */
		return 0;
	for (const char *at = text; *at; at = rawbpf__find(at, ' ')) {
		at += *at == ' ';
		if (rawbpf__starts_with(at, "lsm="))
			list = at + 4; /* the last one counts */
	}
	return list && !look_has_bpf(list);
}

int rawbpf__exists(const char *path)
{
	int fd = rawbpf__open(AT_FDCWD, path, O_PATH);

	if (fd >= 0)
		rawbpf__close(fd);
	return fd >= 0;
}

int rawbpf__count_lines(int directory, const char *path, unsigned field, const char *word)
{
	char chunk[1024];
	const char *rest = word; /* rest of the word, to match; NULL: this field is another word */
	unsigned at_field = 0;
	int count = 0, fd = rawbpf__open(directory, path, O_RDONLY);
	long length;

	if (fd < 0)
		return fd;
	while ((length = rawbpf__read(fd, chunk, sizeof chunk)) > 0) {
		for (const char *at = chunk; at < chunk + length; at++) {
			if (*at == ' ' || *at == '\t' || *at == '\n') {
				count += at_field == field && rest && !*rest;
				at_field = *at == '\n' ? 0 : at_field + 1;
				rest = word;
			} else {
				rest = rest && *rest && *rest == *at ? rest + 1 : NULL;
			}
		}
	}
	rawbpf__close(fd);
	return length < 0 ? length : count;
}

const char *rawbpf__why_no_tracefs(void)
{
	int events = rawbpf__tracefs_events_open();

	if (events >= 0)
		rawbpf__close(events);
	if (events != -EOPNOTSUPP)
		return NULL;
	if (!rawbpf__exists("/sys/kernel"))
		return "sysfs is not mounted; mount it: mount -t sysfs sysfs /sys";
	if (rawbpf__count_lines(AT_FDCWD, "/proc/self/mounts", 2, "tracefs") > 0)
		return "tracefs is mounted elsewhere (see /proc/mounts); "
		       "mount it here too: mount -t tracefs tracefs /sys/kernel/tracing";
	return "tracefs is not mounted; mount it: mount -t tracefs tracefs /sys/kernel/tracing";
}

int rawbpf__is_bpffs(const char *path)
{
	return rawbpf__filesystem(path) == BPF_FS_MAGIC;
}
