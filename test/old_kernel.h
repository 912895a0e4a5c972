/* SPDX-License-Identifier: MIT */
/*
 * Emulate an older kernel, as far as bpf(2) shows it. A seccomp filter stops each call of this
 * thread. A second thread rejects what that kernel does not know, or lets the call go on, so
 * allowed calls are real. The second thread shares memory and descriptors with the first.
 */
#ifndef TEST_OLD_KERNEL_H
#define TEST_OLD_KERNEL_H

#include "live.h"

#include <linux/audit.h>
#include <pthread.h>
#include <sys/ioctl.h>

enum { OLD_4_18 = 4 << 8 | 18, OLD_5_4 = 5 << 8 | 4, OLD_5_1 = 5 << 8 | 1, OLD_5_2 = 5 << 8 | 2,
       OLD_5_5 = 5 << 8 | 5, OLD_5_6 = 5 << 8 | 6 };

static struct {
	unsigned kernel;
	int listener;
	unsigned calls, refused;
	/* the cgroup whose device programs are counted at every call; 0: no counting */
	int cgroup;
	unsigned least, most; /* the fewest and most of them, since the first one */
} old_kernel;

/* Return the size of each command's attribute on 4.18, and on 5.4. Bytes behind it must be 0. */
static inline unsigned old_kernel_size(unsigned command)
{
	int is_old = old_kernel.kernel < 5 << 8;

	switch (command) {
	case BPF_MAP_CREATE: return 60;
	case BPF_PROG_LOAD: return is_old ? 72 : 120;
	case BPF_PROG_ATTACH: case BPF_PROG_DETACH: return 16;
	case BPF_PROG_QUERY: return 28;
	}
	return is_old ? 72 : 120;
}

static inline unsigned old_kernel_last_command(void)
{
	return old_kernel.kernel < 5 << 8 ? BPF_TASK_FD_QUERY : BPF_BTF_GET_NEXT_ID;
}

/* Return the error for this program, or 0. */
static inline int old_kernel_check_program(const union bpf_attr *attr)
{
	const struct bpf_insn *insns = (const void *)(uintptr_t)attr->insns;

	if (old_kernel.kernel < OLD_5_2 && attr->insn_cnt > BPF_MAXINSNS)
		return -E2BIG;
	for (unsigned i = 0; i < attr->insn_cnt && old_kernel.kernel < OLD_5_1; i++)
		if (BPF_CLASS(insns[i].code) == BPF_JMP32)
			return -EINVAL;
	return 0;
}

/* Return the error of the older kernel, or 0 if it accepts the call, too. */
static inline int old_kernel_check(unsigned command, const union bpf_attr *attr, unsigned size)
{
	const unsigned char *bytes = (const unsigned char *)attr;

	if (command > old_kernel_last_command())
		return -EINVAL;
	for (unsigned i = old_kernel_size(command); i < size; i++)
		if (bytes[i])
			return -EINVAL;
	if (command == BPF_PROG_ATTACH && attr->attach_flags & ~(BPF_F_ALLOW_OVERRIDE | BPF_F_ALLOW_MULTI))
		return -EINVAL;
	if (command == BPF_MAP_CREATE && attr->map_flags & BPF_F_MMAPABLE)
		return -EINVAL;
	return command == BPF_PROG_LOAD ? old_kernel_check_program(attr) : 0;
}

static inline long old_kernel_bpf(unsigned command, void *attr, unsigned size)
{
	long result = syscall(SYS_bpf, command, attr, size);

	return result < 0 ? -errno : result;
}

/* Answer a query with the fields that the older kernel has. Newer ones stay 0. */
static inline long old_kernel_query(union bpf_attr *attr)
{
	union bpf_attr query = { .query = attr->query };
	long result = old_kernel_bpf(BPF_PROG_QUERY, &query, sizeof query);

	attr->query.prog_cnt = query.query.prog_cnt;
	attr->query.attach_flags = query.query.attach_flags;
	return result;
}

static inline void old_kernel_count(void)
{
	union bpf_attr query = { .query = { .target_fd = old_kernel.cgroup, .attach_type = BPF_CGROUP_DEVICE } };

	if (old_kernel_bpf(BPF_PROG_QUERY, &query, sizeof query) < 0)
		return;
	if (query.query.prog_cnt > old_kernel.most)
		old_kernel.most = query.query.prog_cnt;
	if (old_kernel.most && query.query.prog_cnt < old_kernel.least)
		old_kernel.least = query.query.prog_cnt;
}

static inline void old_kernel_answer(const struct seccomp_notif *call, struct seccomp_notif_resp *answer)
{
	union bpf_attr *attr = (void *)(uintptr_t)call->data.args[1];
	unsigned command = call->data.args[0];
	long result = old_kernel_check(command, attr, call->data.args[2]);

	*answer = (struct seccomp_notif_resp){ .id = call->id };
	old_kernel.calls++;
	old_kernel.refused += result < 0;
	if (old_kernel.cgroup)
		old_kernel_count();
	if (!result && command == BPF_PROG_QUERY)
		result = old_kernel_query(attr);
	else if (!result)
		answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (result < 0)
		answer->error = (int)result;
	else
		answer->val = result;
}

static inline void *old_kernel_run(void *nothing)
{
	struct seccomp_notif call;
	struct seccomp_notif_resp answer;
	int listener;

	while (!(listener = __atomic_load_n(&old_kernel.listener, __ATOMIC_ACQUIRE)))
		sched_yield();
	for (;;) {
		call = (struct seccomp_notif){ 0 };
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
			continue;
		old_kernel_answer(&call, &answer);
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
	return nothing;
}

/* Put this thread on an older kernel, to the end of the process. */
static inline void old_kernel_begin(unsigned kernel)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { RAWBPF_COUNT(code), code };
	pthread_t thread;
	long listener;

	old_kernel.kernel = kernel;
	old_kernel.least = ~0u;
	ck_assert_int_eq(pthread_create(&thread, NULL, old_kernel_run, NULL), 0);
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	ck_assert_int_gt(listener, 2);
	__atomic_store_n(&old_kernel.listener, (int)listener, __ATOMIC_RELEASE);
}

#endif
