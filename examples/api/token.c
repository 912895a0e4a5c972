/* SPDX-License-Identifier: MIT */
/* A token lets a process in a user namespace create arrays, and nothing else. Root. Linux 6.9. */
#include "api.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { SET_STRING = 1, CREATE = 6, CLOEXEC = 1 }; /* for fsconfig(2), fsopen(2), fsmount(2) */
/* The child: create the namespace's BPF file system, and wait until the parent mounted it. */
static int child(int to_parent, int from_parent)
{
	struct rawbpf_map_spec spec = { .name = "delegated", .type = BPF_MAP_TYPE_ARRAY,
					.key_size = 4, .value_size = 8, .max_entries = 1 };
	char path[32];
	int mounted, context = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? syscall(SYS_fsopen, "bpf", CLOEXEC) : -1;

	must_libc("write", write(to_parent, &context, sizeof context));
	must_libc("read", read(from_parent, &mounted, sizeof mounted));
	if (mounted < 0) /* the parent prints the reason */
		return context < 0 ? must_libc("a user namespace", context) : API_FAILED;
	snprintf(path, sizeof path, "/proc/self/fd/%d", mounted);
	printf("without a token: %s\n", strerror(-rawbpf_map_create(&spec)));
	spec.token = must(RAWBPF_TOKEN_OPEN, rawbpf_token_open(path));
	spec.flags = BPF_F_TOKEN_FD;
	must(RAWBPF_MAP_CREATE, rawbpf_map_create(&spec));
	printf("with it: a map\n");
	return done();
}

static int delegate(int context)
{
	if (syscall(SYS_fsconfig, context, SET_STRING, "delegate_cmds", "map_create", 0) < 0 ||
	    syscall(SYS_fsconfig, context, SET_STRING, "delegate_maps", "array", 0) < 0 ||
	    syscall(SYS_fsconfig, context, CREATE, NULL, NULL, 0) < 0)
		return -1;
	return syscall(SYS_fsmount, context, CLOEXEC, 0);
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "token");
	struct clone_args args = { .flags = CLONE_FILES, .exit_signal = SIGCHLD }; /* same fds */
	int up[2], down[2], context, mounted, status;

	if (rawbpf_token_create(-1) == -EINVAL) /* with tokens it is -EBADF */
		fail(RAWBPF_TOKEN_CREATE, -EINVAL);
	must_libc("pipe", pipe2(up, O_CLOEXEC) | pipe2(down, O_CLOEXEC));
	if (must_libc("clone3", syscall(SYS_clone3, &args, sizeof args)) == 0)
		exit(child(up[1], down[0]));
	must_libc("read", read(up[0], &context, sizeof context));
	mounted = context < 0 ? -1 : delegate(context);
	must_libc("write", write(down[1], &mounted, sizeof mounted));
	if (context >= 0)
		must_libc("delegate", mounted);
	must_libc("wait", wait(&status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : API_FAILED;
}
