/* SPDX-License-Identifier: MIT */
#include "target.h"

#include "mounts.h"

#include <rawbpf.h>

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *target_mount(const char *type)
{
	struct mounts mounts;
	char *path = NULL;

	mounts_open(&mounts);
	while (!path && mounts_next(&mounts))
		if (strcmp(mounts.type, type) == 0)
			path = must_print("%s", mounts.path);
	mounts_close(&mounts);
	return path;
}

/* Open a cgroup: its id is the handle of its directory. */
static int open_cgroup(int mount, uint64_t id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof id];
	} by_id = { .handle = { .handle_bytes = sizeof id, .handle_type = 0xfe } };

	memcpy(by_id.handle.f_handle, &id, sizeof id);
	return open_by_handle_at(mount, &by_id.handle, O_PATH | O_CLOEXEC);
}

char *target_cgroup(uint64_t id)
{
	char *top = target_mount("cgroup2"), *link, path[4096];
	int mount = top ? open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int cgroup = mount >= 0 ? open_cgroup(mount, id) : -1;
	ssize_t length = -1;

	if (cgroup >= 0) {
		link = must_print("/proc/self/fd/%d", cgroup);
		length = readlink(link, path, sizeof path);
		free(link);
		close(cgroup);
	}
	if (mount >= 0)
		close(mount);
	free(top);
	return length > 0 ? text_escape(path, length) :
			    must_print("cgroup %llu", (unsigned long long)id);
}

char *target_netns(unsigned ino)
{
	struct stat status;

	if (!ino)
		return must_print("a netns that is gone");
	if (stat("/proc/self/ns/net", &status) == 0 && status.st_ino == ino)
		return must_print("this netns");
	return must_print("netns %u", ino);
}

char *target_device(unsigned ifindex)
{
	char name[IF_NAMESIZE];

	if (!ifindex)
		return must_print("a device that is gone");
	if (if_indextoname(ifindex, name))
		return text_escape(name, strlen(name));
	return must_print("device %u of another netns", ifindex);
}

unsigned target_device_find(const struct subcommand *subcommand, const char *name)
{
	unsigned ifindex = if_nametoindex(name);
	char *shown;

	if (!ifindex) {
		shown = text_escape(name, strlen(name));
		tool_fail(subcommand, "'%s': this netns has no such device", shown);
		free(shown);
	}
	return ifindex;
}

const struct rawbpf_btf *target_kernel_btf(void)
{
	static struct rawbpf_btf kernel;
	static int state; /* 0: not tried, 1: open, -1: not available */

	if (!state)
		state = rawbpf_btf_kernel_open(&kernel) < 0 ? -1 : 1;
	return state > 0 ? &kernel : NULL;
}

/*
 * Find a function by its type id. The kernel's BTF is open already. A module's is based on it, a
 * program's on none.
 */
static char *function_of(int fd, unsigned id)
{
	struct rawbpf_btf_info info = { .id = 0 };
	const struct rawbpf_btf *kernel = NULL;
	struct rawbpf_btf btf = { 0 };
	const char *name = NULL;
	char *text = NULL;

	if (rawbpf_btf_info(&info, fd) < 0)
		return NULL;
	if (info.kernel_btf)
		kernel = target_kernel_btf();
	if (kernel && id < rawbpf_btf_type_end(kernel))
		name = rawbpf_btf_type_name(kernel, id);
	else if (rawbpf_btf_open(&btf, fd, kernel) == 0)
		name = rawbpf_btf_type_name(&btf, id);
	if (name && *name)
		text = text_escape(name, strlen(name));
	rawbpf_btf_close(&btf);
	return text;
}

/* Name a function. An extension's target is a program, not a BTF; only the number shows that. */
char *target_function(unsigned btf_object, unsigned id)
{
	int fd = btf_object ? rawbpf_obj_id_open(RAWBPF_OBJ_BTF, btf_object, NULL) : -1;
	char *text = fd < 0 ? NULL : function_of(fd, id);

	if (fd >= 0)
		close(fd);
	return text ? text : must_print("function %u of BTF %u", id, btf_object);
}
