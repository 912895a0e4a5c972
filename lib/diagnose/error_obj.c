/* SPDX-License-Identifier: MIT */
/* Explains errors of operations on pins, ids, tokens and the system's own lists. */
#include <rawbpf/uapi.h>

#include "error.h"

/* Copy the directory that a path is in, as far as it fits. */
static void directory_of(const char *path, char *directory, size_t size)
{
	size_t slash = 0, i;

	for (i = 0; path[i]; i++)
		if (path[i] == '/')
			slash = i;
	directory[0] = path[0] == '/' ? '/' : '.';
	directory[1] = '\0';
	if (!slash || slash >= size)
		return;
	__builtin_memcpy(directory, path, slash);
	directory[slash] = '\0';
}

static const char *why_no_pin(const struct rawbpf_error *error)
{
	char directory[256];
	const char *at;
	int has_dot = 0;

	if (!error->name || (error->error != -EPERM && error->error != -ENOENT))
		return NULL;
	directory_of(error->name, directory, sizeof directory);
	/* The mount point in sysfs has no entries and can get none: ENOENT. */
	if (error->error == -ENOENT && !rawbpf__exists(directory))
		return NULL;
	if (!rawbpf__is_bpffs(directory))
		return "'@' is not on a bpffs; mount one (mount -t bpf bpf /sys/fs/bpf) and pin "
		       "there";
	for (at = error->name; error->error == -EPERM && *at; at++)
		has_dot = *at == '.' || (has_dot && *at != '/');
	return has_dot ? "names in a bpffs cannot contain a dot" : NULL;
}

static const char of_paths[] = "ENOTDIR: a part of the path '@' is not a directory\0";

static const struct rawbpf_failures failures_of_obj_pin = {
	.more_sentences = of_paths,
	.look = why_no_pin,
	.sentences =
		"EEXIST: '@' exists already; remove it, or choose another name\0"
		"ENOENT: the directory of '@' does not exist\0"
		"EACCES: the directory of '@' does not let this user write\0"
		"EINVAL: the descriptor is not of a map, program or link, or is not open\0"
		"EBADF: the descriptor is not open\0",
};
RAWBPF__OPERATION(OBJ_PIN, failures_of_obj_pin);
RAWBPF__OPERATION(LINK_PIN, failures_of_obj_pin);

/* The path begins at another directory than this process's. */
static const struct rawbpf_failures failures_of_obj_pin_at = {
	.kernel = RAWBPF__KERNEL(6, 5),
	.more_sentences = failures_of_obj_pin.sentences,
	.sentences =
		"EPERM: the directory is not on a bpffs, or the name contains a dot\0"
		"EBADF: the directory or the object to pin is not open\0",
};
RAWBPF__OPERATION(OBJ_PIN_AT, failures_of_obj_pin_at);

static const struct rawbpf_failures failures_of_obj_open = {
	.more_sentences = of_paths,
	.sentences =
		"ENOENT: no object is pinned at '@'\0"
		"EACCES: '@' is not a pinned object, or its permissions exclude this user\0"
		"EPERM: '@' is not a pinned object, or its permissions exclude this user\0"
		"EINVAL: '@' is an object of another kind\0",
};
RAWBPF__OPERATION(OBJ_OPEN, failures_of_obj_open);
RAWBPF__OPERATION(LINK_OPEN, failures_of_obj_open);

static const struct rawbpf_failures failures_of_obj_open_at = {
	.kernel = RAWBPF__KERNEL(6, 5),
	.more_sentences = failures_of_obj_open.sentences,
	.sentences = "EBADF: the directory is not open\0",
};
RAWBPF__OPERATION(OBJ_OPEN_AT, failures_of_obj_open_at);

static const struct rawbpf_failures failures_of_obj_info = {
	.sentences =
		"EBADF: the descriptor is not open\0"
		"EINVAL: the descriptor is not of a map, program, link or BTF\0"
		"E2BIG: the struct has fields that this kernel does not know, and they are not 0\0"
		"EFAULT: an array of the struct is outside this process's memory\0",
};
RAWBPF__OPERATION(OBJ_INFO, failures_of_obj_info);
RAWBPF__OPERATION(MAP_INFO, failures_of_obj_info);
RAWBPF__OPERATION(PROG_INFO, failures_of_obj_info);
RAWBPF__OPERATION(LINK_INFO, failures_of_obj_info);
RAWBPF__OPERATION(BTF_INFO, failures_of_obj_info);

static const struct rawbpf_failures failures_of_obj_id_next = {
	.capabilities = RAWBPF__NEEDS_ADMIN,
	.sentences =
		"ENOENT: no object has a higher id\0"
		"EINVAL: the kind of object does not exist\0",
};
RAWBPF__OPERATION(OBJ_ID_NEXT, failures_of_obj_id_next);

static const struct rawbpf_failures failures_of_obj_id_open = {
	.capabilities = RAWBPF__NEEDS_ADMIN,
	.sentences =
		"ENOENT: the object no longer exists\0"
		"EAGAIN: the link is still being attached; try again\0"
		"EINVAL: the kind of object does not exist, or takes no such flag or token\0"
		"EBADF: the token is not open\0",
};
RAWBPF__OPERATION(OBJ_ID_OPEN, failures_of_obj_id_open);

static const struct rawbpf_failures failures_of_task_fd_info = {
	.capabilities = RAWBPF__NEEDS_ADMIN,
	.sentences =
		"ENOENT: the process does not exist\0"
		"EBADF: the process has no such descriptor\0"
		"ENOSPC: the name does not fit into its buffer\0"
		"EOPNOTSUPP: the descriptor is not a perf event's or a raw tracepoint's\0",
};
RAWBPF__OPERATION(TASK_FD_INFO, failures_of_task_fd_info);

static const struct rawbpf_failures failures_of_token_create = {
	.kernel = RAWBPF__KERNEL(6, 9),
	.sentences =
		"EINVAL: '@' is not the root of a bpffs\0"
		"ENOENT: this bpffs delegates nothing; mount it with its delegate_ options\0"
		"EBADF: the descriptor is not open, or was opened with O_PATH\0"
		"EPERM: this process is outside the user namespace of the bpffs, or lacks CAP_BPF "
		"in it\0"
		"EOPNOTSUPP: this process is in the initial user namespace, and tokens are for the "
		"others\0",
};
RAWBPF__OPERATION(TOKEN_CREATE, failures_of_token_create);

static const char *why_no_token(const struct rawbpf_error *error)
{
	if (error->error == -ENOENT && error->name && !rawbpf__exists(error->name))
		return "'@' does not exist";
	return NULL;
}

static const struct rawbpf_failures failures_of_token_open = {
	.kernel = RAWBPF__KERNEL(6, 9),
	.look = why_no_token,
	.sentences =
		"EINVAL: '@' is not the root of a bpffs\0"
		"ENOENT: the bpffs at '@' delegates nothing; mount it with its delegate_ options\0"
		"ENOTDIR: '@' is not a directory\0"
		"EACCES: '@' cannot be read\0"
		"EPERM: this process is outside the user namespace of the bpffs, or lacks CAP_BPF "
		"in it\0"
		"EOPNOTSUPP: this process is in the initial user namespace, and tokens are for the "
		"others\0",
};
RAWBPF__OPERATION(TOKEN_OPEN, failures_of_token_open);

static const struct rawbpf_failures failures_of_memlock_raise = {
	.sentences =
		"EPERM: raising the hard limit on locked memory needs CAP_SYS_RESOURCE; the soft "
		"limit now equals it\0"
		"ENOSYS: a seccomp filter hides prlimit(2)\0",
};
RAWBPF__OPERATION(MEMLOCK_RAISE, failures_of_memlock_raise);

static const struct rawbpf_failures failures_of_cpu_count = {
	.sentences =
		"ENOENT: /sys/devices/system/cpu/possible is missing; mount sysfs: mount -t sysfs sysfs /sys\0"
		"EINVAL: /sys/devices/system/cpu/possible is not a list of CPUs\0"
		"EACCES: /sys/devices/system/cpu/possible cannot be read\0",
};
RAWBPF__OPERATION(CPU_COUNT, failures_of_cpu_count);

static const char *why_no_ksym(const struct rawbpf_error *error)
{
	if (error->error != -ENOENT || rawbpf__exists("/proc/kallsyms"))
		return NULL;
	return rawbpf__exists("/proc/self") ?
		"this kernel shows no symbols (it was built without CONFIG_KALLSYMS)" :
		"procfs is not mounted; mount it: mount -t proc proc /proc";
}

static const struct rawbpf_failures failures_of_ksym = {
	.look = why_no_ksym,
	.sentences =
		"EPERM: the kernel hides its addresses from this process (kernel.kptr_restrict, or "
		"CAP_SYSLOG is missing); run it as root, with kernel.kptr_restrict at most 1\0"
		"ENOENT: this kernel has no symbol '@'\0",
};
RAWBPF__OPERATION(KSYM_FIND, failures_of_ksym);
RAWBPF__OPERATION(KSYM_RESOLVE, failures_of_ksym);
