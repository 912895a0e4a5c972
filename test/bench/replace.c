/* SPDX-License-Identifier: MIT */
/*
 * usage: replace OTHERS descriptor|name
 *
 * Replace a program on the hook of a cgroup once, beside that many programs of others. The old one
 * is found by its name or by its descriptor. A call of getppid(2) stands before the replacement and
 * one behind it, so that strace(1) shows the system calls of the replacement alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rawbpf.h>

#include "bench.h"

static char cgroup_path[64];

static void remove_cgroup(void)
{
	rmdir(cgroup_path);
}

/* Make a cgroup for the life of this process. Its mount covers /mnt for this process alone. */
static int open_cgroup(void)
{
	snprintf(cgroup_path, sizeof cgroup_path, "/mnt/rawbpf-bench-%d", (int)getpid());
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/mnt", "cgroup2", 0, NULL) < 0 || mkdir(cgroup_path, 0700) < 0)
		fail("cgroup", -errno);
	atexit(remove_cgroup);
	return open(cgroup_path, O_RDONLY | O_CLOEXEC);
}

static int load(const char *prog_name)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = prog_name, .type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) });

	if (prog < 0)
		fail("load", prog);
	return prog;
}

static void attach(int prog, int cgroup)
{
	int err = rawbpf_prog_attach(prog, cgroup, BPF_CGROUP_DEVICE,
				     &(struct rawbpf_prog_attach_spec){ .flags = BPF_F_ALLOW_MULTI });

	if (err < 0)
		fail("attach", err);
}

int main(int argc, char **argv)
{
	int others = argc == 3 ? atoi(argv[1]) : 0, by_name = argc == 3 && strcmp(argv[2], "name") == 0;
	int cgroup = open_cgroup(), old = load("mine"), new = load("mine"), replaced;

	for (; others > 0; others--)
		attach(load("theirs"), cgroup);
	attach(old, cgroup);
	(void)getppid();
	replaced = rawbpf_prog_replace(new, cgroup, BPF_CGROUP_DEVICE,
				       &(struct rawbpf_prog_replace_spec){ .old = by_name ? 0 : old });
	(void)getppid();
	if (replaced != 1)
		fail("replace", replaced);
	close(cgroup);
	return 0;
}
