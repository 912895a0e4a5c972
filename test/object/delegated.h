/* SPDX-License-Identifier: MIT */
/* A BPF file system that delegates bpf(2) to a user namespace, for tests of tokens. */
#ifndef TEST_DELEGATED_H
#define TEST_DELEGATED_H

#include "../live.h"

#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

static inline void send_fd(int to, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof fd)] = { 0 };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof control };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	*header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
				    .cmsg_len = CMSG_LEN(sizeof fd) };
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	if (sendmsg(to, &message, 0) != 1)
		_exit(101);
}

static inline int receive_fd(int from)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof control };
	int fd;

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
	return fd;
}

/* Let the file system delegate all, and return a descriptor of its mount. */
static inline int delegate(int context)
{
	static const char *const options[] = { "delegate_cmds", "delegate_maps", "delegate_progs",
					       "delegate_attachs" };
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(options); i++)
		if (syscall(SYS_fsconfig, context, 1 /* FSCONFIG_SET_STRING */, options[i], "any",
			    0) != 0)
			return -errno;
	if (syscall(SYS_fsconfig, context, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0) != 0)
		return -errno;
	return syscall(SYS_fsmount, context, 1 /* FSMOUNT_CLOEXEC */, 0);
}

#endif
