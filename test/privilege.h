/* SPDX-License-Identifier: MIT */
/* As root, load programs with less trust by the verifier. */
#ifndef TEST_PRIVILEGE_H
#define TEST_PRIVILEGE_H

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Drop CAP_SYS_ADMIN and CAP_PERFMON, or take back all permitted capabilities. */
static inline void privilege_set(int privileged)
{
	struct {
		uint32_t version, pid;
	} header = { 0x20080522, 0 };
	struct {
		uint32_t effective, permitted, inheritable;
	} data[2];

	if (syscall(SYS_capget, &header, data))
		return;
	for (unsigned i = 0; i < 2; i++)
		data[i].effective = data[i].permitted;
	if (!privileged) {
		data[0].effective &= ~(1u << 21);
		data[1].effective &= ~(1u << (38 - 32));
	}
	syscall(SYS_capset, &header, data);
}

#endif
