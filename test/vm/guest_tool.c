/* SPDX-License-Identifier: MIT */
/* rawbpf loads a program, attaches it by pinned links, and reads what programs print. */
#include "guest.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

#define LINK "/sys/fs/bpf/tool_link"

enum { CALLS = 10 };

/* Start /bin/rawbpf with its output in a pipe. Returns the pipe's end to read, or -1. */
static int start(pid_t *pid, const char *const *arguments)
{
	int pipes[2];

	fflush(stdout);
	if (pipe(pipes) != 0 || (*pid = fork()) < 0)
		return -1;
	if (*pid == 0) {
		dup2(pipes[1], 1);
		dup2(pipes[1], 2);
		execv("/bin/rawbpf", (char **)arguments);
		_exit(99);
	}
	close(pipes[1]);
	return pipes[0];
}

int guest_tool_run(char *out, size_t size, const char *const *arguments)
{
	size_t length = 0;
	int status = -1, from;
	ssize_t got;
	pid_t pid;

	from = start(&pid, arguments);
	while (from >= 0 && length < size - 1 &&
	       (got = read(from, out + length, size - 1 - length)) > 0)
		length += got;
	out[length] = '\0';
	if (from < 0)
		return -1;
	close(from);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Run the tool. The fact is its status. Its errors go to the log. */
#define RUN(NAME, ...) run(NAME, (const char *const[]){ "rawbpf", __VA_ARGS__, NULL })

static int run(const char *name, const char *const *arguments)
{
	char out[4096];
	int status = guest_tool_run(out, sizeof out, arguments);

	if (status)
		fputs(out, stdout);
	fact(status, "%s", name);
	return status;
}

static void write_file(const char *path, const char *content)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return;
	fputs(content, file);
	fclose(file);
}

/* Make the calls that the programs count. */
static void make_calls(void)
{
	for (int i = 0; i < CALLS; i++) {
		syscall(__NR_fchownat, AT_FDCWD, "/nowhere", 0, 0, 0);
		getpgid(getpid());
	}
}

/* Return the count in the map that the text declares, as the command prints it. */
static long long counted(void)
{
	char out[256], *number;

	if (guest_tool_run(out, sizeof out, (const char *const[]){ "rawbpf", "map", "get", "tool_count",
								   "0", NULL }) != 0)
		return -1;
	number = strchr(out, '(');
	return number ? atoll(number + 1) : -1;
}

/* Return how many of the calls the programs counted. */
static long long count_calls(void)
{
	long long before = counted();

	make_calls();
	return counted() - before;
}

/*
 * Count calls until none is counted, at most 30 s. The kernel removes the id of a link first, and
 * takes the program out of its place later.
 */
static long long count_last_calls(void)
{
	long long count = count_calls();

	for (int tries = 0; count > 0 && tries < 3000; tries++) {
		usleep(10 * 1000);
		count = count_calls();
	}
	return count;
}

/* Wait until no link exists: the kernel ends one some time after its pin is removed. */
static void await_no_link(void)
{
	unsigned id;

	for (int tries = 0; tries < 3000; tries++) {
		if (rawbpf_obj_id_next(&id, RAWBPF_OBJ_LINK, 0) < 0)
			return;
		usleep(10 * 1000);
	}
}

static const struct place {
	const char *name, *prog_type, *type, *target;
	const char *btf_target; /* in place of a target: loaded for it */
} places[] = {
#if defined(__riscv)
	{ "tool.kprobe", "kprobe", "kprobe", "do_fchownat+8", NULL },
#else
	{ "tool.kprobe", "kprobe", "kprobe", "do_fchownat", NULL },
#endif
	{ "tool.kretprobe", "kprobe", "kretprobe", "do_fchownat", NULL },
	{ "tool.tracepoint", "tracepoint", "tracepoint", "syscalls/sys_enter_fchownat", NULL },
	{ "tool.fentry", "tracing", "trace_fentry", NULL, "do_fchownat" },
	{ "tool.fexit", "tracing", "trace_fexit", NULL, "do_fchownat" },
	{ "tool.fmod_ret", "tracing", "modify_return", NULL, "security_task_getpgid" },
	{ "tool.lsm", "lsm", "lsm_mac", NULL, "task_getpgid" },
};

static int load(const struct place *place)
{
	char name[64];

	snprintf(name, sizeof name, "%s.load", place->name);
	return place->btf_target ?
		RUN(name, "prog", "load", "-t", place->prog_type, "-a", place->type, "-b", place->btf_target,
		    "-n", "tool", "/tmp/count.s", "/sys/fs/bpf/tool") :
		RUN(name, "prog", "load", "-t", place->prog_type, "-n", "tool", "/tmp/count.s",
		    "/sys/fs/bpf/tool");
}

/* Attach; count calls before and after the removal of the pin, which ends the link. */
static void attach(const struct place *place)
{
	int status = load(place);

	if (status != 0)
		return;
	status = place->target ?
		RUN(place->name, "prog", "attach", "tool", place->type, place->target, LINK) :
		RUN(place->name, "prog", "attach", "tool", place->type, LINK);
	if (status == 0) {
		fact(count_calls(), "%s.count", place->name);
		unlink(LINK);
		await_no_link();
		fact(count_last_calls(), "%s.after", place->name);
	}
	unlink("/sys/fs/bpf/tool");
	/* the next program is to be the only one of its name */
	for (int tries = 0; tries < 3000 && counted() >= 0; tries++)
		usleep(10 * 1000);
}

/*
 * Read the first line that a program prints. Newer kernels, such as Debian's 6.12, enable the
 * event of bpf_trace_printk() by a work item: what a program prints right after it was loaded may be
 * lost.
 */
static void tracelog(void)
{
	static const char *const arguments[] = { "rawbpf", "prog", "tracelog", NULL };
	char line[1024] = "";
	size_t length = 0;
	struct pollfd printed = { .events = POLLIN };
	pid_t pid;
	int prog, from;

	write_file("/tmp/print.s", "*(u32 *)(r10 - 4) = 0\n*(u8 *)(r10 - 5) = 0x6f\n*(u8 *)(r10 - 6) = 0x68\n"
		   "r1 = r10; r1 += -6; r2 = 3; call 6; r0 = 0; exit\n");
	RUN("tool.print.load", "prog", "load", "-t", "raw_tracepoint", "/tmp/print.s", "/sys/fs/bpf/print");
	from = start(&pid, arguments);
	prog = rawbpf_obj_open("/sys/fs/bpf/print", 0);
	fact(rawbpf_prog_run(prog, &(struct rawbpf_prog_run){ 0 }), "tool.print.run");
	printed.fd = from;
	for (int tries = 0; tries < 100 && poll(&printed, 1, 100) == 0; tries++)
		rawbpf_prog_run(prog, &(struct rawbpf_prog_run){ 0 });
	while (printed.revents && length < sizeof line - 1 && !strchr(line, '\n') &&
	       read(from, line + length, 1) == 1)
		line[++length] = '\0';
	fact(strstr(line, "bpf_trace_printk: ho\n") != NULL, "tool.tracelog");
	kill(pid, SIGINT);
	waitpid(pid, NULL, 0);
	close(from);
	close(prog);
	unlink("/sys/fs/bpf/print");
}

/* The kernel lists lsm_cgroup programs differently from other types. */
static void lsm_cgroup(void)
{
	static const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	struct rawbpf_btf kernel = { 0 };
	struct rawbpf_link link = { 0 };
	char out[4096] = "", *part;
	int prog, cgroup, status, id;

	rawbpf_btf_kernel_open(&kernel);
	id = rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, "bpf_lsm_socket_bind");
	prog = id < 0 ? id : rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "tool", .type = BPF_PROG_TYPE_LSM, .expected_attach_type = BPF_LSM_CGROUP,
		.attach_btf_id = id, .license = "GPL", .insns = insns, .insn_count = 2 });
	rawbpf_btf_close(&kernel);
	mkdir("/sys/fs/cgroup/tool", 0755);
	cgroup = open("/sys/fs/cgroup/tool", O_RDONLY | O_CLOEXEC);
	fact(prog < 0 ? prog : rawbpf_cgroup_attach(&link, prog, cgroup, BPF_LSM_CGROUP, NULL),
	     "tool.lsm_cgroup");
	for (int effective = 0; effective < 2; effective++) {
		status = guest_tool_run(out, sizeof out, effective ?
			(const char *const[]){ "rawbpf", "cgroup", "-j", "tree", "-e", "/sys/fs/cgroup/tool", NULL } :
			(const char *const[]){ "rawbpf", "cgroup", "-j", "tree", "/sys/fs/cgroup/tool", NULL });
		part = strstr(out, "\"type\":\"lsm_cgroup\"");
		fact(status ? -status : part != NULL, effective ? "tool.tree.effective" : "tool.tree");
	}
	rawbpf_link_detach(&link);
	close(prog);
	close(cgroup);
	rmdir("/sys/fs/cgroup/tool");
}

/* Another program attached to loopback by netlink: the tool lists and detaches it. */
static void net(void)
{
	static const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	char out[4096] = "";
	struct rawbpf_link link;
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "tool_net", .type = BPF_PROG_TYPE_SCHED_CLS, .license = "GPL",
		.insns = insns, .insn_count = 2 });

	fact(rawbpf_tc_attach(&link, prog, 1, BPF_TCX_EGRESS, NULL), "tool.net.attach");
	guest_tool_run(out, sizeof out, (const char *const[]){ "rawbpf", "net", "-j", "list", "lo", NULL });
	fact(strstr(out, "\"hook\":\"tc_egress\"") && strstr(out, "\"name\":\"tool_net\""),
	     "tool.net.found");
	RUN("tool.net.detach", "net", "detach", "tool_net", "tc_egress", "lo");
	out[0] = '\0';
	guest_tool_run(out, sizeof out, (const char *const[]){ "rawbpf", "net", "-j", "list", "lo", NULL });
	fact(strlen(out), "tool.net.left");
	rawbpf_link_detach(&link);
	close(prog);
}

void guest_tool(void)
{
	write_file("/tmp/count.s",
		   ".map tool_count array 4 8 1\n"
		   "*(u32 *)(r10 - 4) = 0\n"
		   "r2 = r10; r2 += -4\n"
		   "r1 = map tool_count\n"
		   "call map_lookup_elem\n"
		   "if r0 == 0 goto out\n"
		   "r1 = 1\n"
		   "lock *(u64 *)(r0 + 0) += r1\n"
		   "out: r0 = 0; exit\n");
	for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++)
		attach(&places[i]);
	tracelog();
	lsm_cgroup();
	net();
}
