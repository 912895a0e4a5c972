/* SPDX-License-Identifier: MIT */
/*
 * Forbid the processes of a cgroup to make IPv4 sockets. Then allow it, without a gap in between.
 * Root. Linux 5.9.
 */
#include "api.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char path[4096];

static void remove_cgroup(void)
{
	rmdir(path);
}

static int load(int allowed)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, allowed), BPF_EXIT_INSN() };

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_CGROUP_SOCK, .insns = insns, .insn_count = 2,
		.expected_attach_type = BPF_CGROUP_INET_SOCK_CREATE }));
}

static void try(const char *when, int cgroup)
{
	pid_t child = must_libc("fork", fork());
	int status;

	if (child == 0) {
		int procs = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
		/* "0" moves the process that writes it. */
		_exit(write(procs, "0", 1) != 1 ? 2 : socket(AF_INET, SOCK_DGRAM, 0) < 0);
	}
	must_libc("waitpid", waitpid(child, &status, 0));
	printf("%s: exit status %d\n", when, WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	struct rawbpf_link link;
	int cgroup;

	check_arguments(argc, argv, 0, 1, "cgroup [CGROUP2] (default: /sys/fs/cgroup)");
	snprintf(path, sizeof path, "%s/rawbpf-example", argc > 1 ? argv[1] : "/sys/fs/cgroup");
	must_libc(path, mkdir(path, 0755));
	atexit(remove_cgroup);
	cgroup = must_libc(path, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	must(RAWBPF_CGROUP_ATTACH,
	     rawbpf_cgroup_attach(&link, load(0), cgroup, BPF_CGROUP_INET_SOCK_CREATE, NULL));
	try("forbidden", cgroup);
	must(RAWBPF_LINK_UPDATE, rawbpf_link_update(&link, load(1), 0));
	try("allowed", cgroup);
	rawbpf_link_detach(&link);
	return done();
}
