/* SPDX-License-Identifier: MIT */
/* How operations on pins, ids, buffers and tokens fail. */
#include <linux/bpf.h>

#include "error.h"

uint64_t rawbpf__capabilities_of_admin(unsigned type)
{
	(void)type;
	return RAWBPF__BIT(CAP_SYS_ADMIN);
}

/* The directory that a path is in, as far as there is room. */
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
	/* The place to mount one on, in sysfs, has no entries, and can get none: ENOENT. */
	if (error->error == -ENOENT && !rawbpf__exists(directory))
		return NULL;
	if (!rawbpf__is_bpffs(directory))
		return "'@' is not on a bpffs; mount it: mount -t bpf bpf /sys/fs/bpf, and pin it there";
	for (at = error->name; error->error == -EPERM && *at; at++)
		has_dot = *at == '.' || (has_dot && *at != '/');
	return has_dot ? "names in a bpffs have no dot in them" : NULL;
}

static const char of_paths[] = "ENOTDIR: '@' leads through a file\0";

const struct rawbpf_operation rawbpf_operation_obj_pin = {
	.more_sentences = of_paths,
	.look = why_no_pin,
	.sentences =
		"EEXIST: there is a '@' already; remove it, or choose another name\0"
		"ENOENT: the directory of '@' does not exist\0"
		"EACCES: the directory of '@' does not let this user write\0"
		"EINVAL: it is not a map, a program or a link, or not open\0"
		"EBADF: it is not open\0",
};

const struct rawbpf_operation rawbpf_operation_obj_open = {
	.more_sentences = of_paths,
	.sentences =
		"ENOENT: nothing is pinned at '@'\0"
		"EACCES: '@' is not a pinned object, or its permissions do not let this user\0"
		"EPERM: '@' is not a pinned object, or its permissions do not let this user\0"
		"EINVAL: '@' is of another kind\0",
};

const struct rawbpf_operation rawbpf_operation_obj_info = {
	.sentences =
		"EBADF: it is not open\0"
		"EINVAL: it is not a map, a program, a link or BTF\0"
		"E2BIG: the struct has fields that this kernel does not know, and they are not 0\0"
		"EFAULT: an array of the struct is not this process's\0",
};

const struct rawbpf_operation rawbpf_operation_obj_id_next = {
	.capabilities = rawbpf__capabilities_of_admin,
	.sentences = "ENOENT: there are no more\0",
};

const struct rawbpf_operation rawbpf_operation_obj_id_open = {
	.capabilities = rawbpf__capabilities_of_admin,
	.sentences =
		"ENOENT: it is gone\0",
};

const struct rawbpf_operation rawbpf_operation_task_fd_info = {
	.capabilities = rawbpf__capabilities_of_admin,
	.sentences =
		"ENOENT: there is no such process\0"
		"EBADF: the process has no such descriptor\0"
		"EOPNOTSUPP: the descriptor is not a perf event's or a raw tracepoint's\0",
};

static const char of_buffers[] =
	"EBADF: the map is not open\0"
	"EPERM: the map is frozen or read-only, or the memory that this user may lock is used up; "
	"ulimit -l raises that\0";

const struct rawbpf_operation rawbpf_operation_ring_open = {
	.more_sentences = of_buffers,
	.sentences = "EINVAL: the map is not a ring buffer\0",
};

const struct rawbpf_operation rawbpf_operation_perfbuf_open = {
	.capabilities = rawbpf__capabilities_of_perf,
	.more_sentences = of_buffers,
	.asks_perf = 1,
	.sentences =
		"EINVAL: the map is not a perf event array, or the buffer's size is not 2^n pages\0"
		"ENODEV: no CPU is there to be read from\0"
		"ENOSYS: to keep the newest needs membarrier(2), which this kernel was built without\0"
		"EOPNOTSUPP: to keep the newest needs MEMBARRIER_CMD_GLOBAL of membarrier(2)\0",
};

static unsigned short kernel_of_tokens(unsigned type)
{
	(void)type;
	return RAWBPF__KERNEL(6, 9);
}

const struct rawbpf_operation rawbpf_operation_token_create = {
	.kernel = kernel_of_tokens,
	.sentences =
		"EINVAL: '@' is not the top of a bpffs\0"
		"ENOENT: this bpffs delegates nothing; mount it with delegate_cmds and the like\0"
		"EPERM: a token is for a process in the user namespace that the bpffs was mounted "
		"for, which holds CAP_BPF there\0"
		"EOPNOTSUPP: tokens are for user namespaces, and this is the first one\0",
};
