/* SPDX-License-Identifier: MIT */
/* The programs fchownat-count and minimal, as a user runs them. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "guest_counter.h"

enum { CALLS = 1000 };

/*
 * Run the example as it was built: start it, read its first line, make 1000 calls while it is stopped,
 * read the next line. The facts are that line, its exit status and the length of its stderr.
 */
static void example(const char *name, char *const arguments[])
{
	int out[2], err[2], status;
	char line[256] = "", complaint[256] = "";
	FILE *stream;
	pid_t pid;

	if (pipe(out) || pipe(err))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		dup2(err[1], 2);
		execv("/bin/fchownat-count", arguments);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	stream = fdopen(out[0], "r");
	if (fgets(line, sizeof line, stream)) {
		kill(pid, SIGSTOP); /* on a busy machine the line would come between two calls */
		counter_call(CALLS);
		kill(pid, SIGCONT);
		if (!fgets(line, sizeof line, stream))
			strcpy(line, "(no second line)");
	}
	line[strcspn(line, "\n")] = '\0';
	waitpid(pid, &status, 0);
	if (read(err[0], complaint, sizeof complaint - 1) < 0)
		strcpy(complaint, "(unreadable)");
	complaint[strcspn(complaint, "\n")] = '\0';
	fclose(stream);
	close(err[0]);

	char key[64];
	snprintf(key, sizeof key, "example.%s", name);
	fact_text(key, line);
	fact(WIFEXITED(status) ? WEXITSTATUS(status) : -1, "example.%s.exit", name);
	snprintf(key, sizeof key, "example.%s.stderr", name);
	fact_text(key, complaint[0] ? complaint : "(empty)");
}

/* In each way of attaching and counting. */
static void examples(void)
{
	static const struct {
		const char *name, *way, *mode;
	} runs[] = {
		{ "kprobe.atomic", "-akprobe", "-catomic" },
		{ "kprobe.percpu", "-akprobe", "-cpercpu" },
		{ "tracepoint.atomic", "-atracepoint", "-catomic" },
		{ "tracepoint.percpu", "-atracepoint", "-cpercpu" },
		{ "raw_tp.atomic", "-araw_tp", "-catomic" },
		{ "raw_tp.percpu", "-araw_tp", "-cpercpu" },
	};
	char *plain[] = { "fchownat-count", "-n2", "-i1", NULL };

	example("default", plain);
	for (unsigned i = 0; i < RAWBPF_COUNT(runs); i++) {
		char way[16], mode[16];
		char *arguments[] = { "fchownat-count", "-n2", "-i1", way, mode, NULL };

		strcpy(way, runs[i].way);
		strcpy(mode, runs[i].mode);
		example(runs[i].name, arguments);
	}
}

/* Without sysfs and tracefs, kprobes cannot attach, and raw tracepoints can. */
static void without_file_systems(void)
{
	char *plain[] = { "fchownat-count", "-n2", "-i1", NULL };
	struct rawbpf_link link;
	int map = counter_create(0);

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return;
	umount2("/sys", MNT_DETACH);
	fact(counter_attach(&link, map, &(struct rawbpf_kprobe_spec){
		.syscall = "fchownat" }), "bare.kprobe");
	example("bare", plain);
}

/*
 * Run a program and list its system calls, to measure a minimal program from outside. The table
 * names the expected calls; others show as numbers.
 */
static void system_calls(const char *name, const char *path)
{
	static const struct {
		long number;
		const char *name;
	} names[] = {
		{ __NR_bpf, "bpf" },
		{ __NR_perf_event_open, "perf_event_open" },
		{ __NR_openat, "openat" },
		{ __NR_read, "read" },
		{ __NR_close, "close" },
		{ __NR_ioctl, "ioctl" },
		{ __NR_write, "write" },
		{ __NR_exit, "exit" },
		{ __NR_exit_group, "exit_group" },
	};
	char list[1024] = "";
	int status, entering = 1;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl(path, path, NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0); /* the child stops after its exec */
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	for (;;) {
		struct __ptrace_syscall_info {
			unsigned char op, pad[3];
			unsigned arch;
			unsigned long long ip, sp, nr, args[6];
		} info;
		const char *call = NULL;
		char number[24];

		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		waitpid(pid, &status, 0);
		if (!WIFSTOPPED(status))
			break;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		if (entering) {
			ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
			for (unsigned i = 0; i < RAWBPF_COUNT(names); i++)
				if ((unsigned long long)names[i].number == info.nr)
					call = names[i].name;
			snprintf(number, sizeof number, "%llu", info.nr);
			if (strlen(list) + 32 < sizeof list) {
				strcat(list, list[0] ? "," : "");
				strcat(list, call ? call : number);
			}
		}
		entering = !entering;
	}
	fact_text(name, list);
	char key[64];
	snprintf(key, sizeof key, "%s.exit", name);
	fact(WIFEXITED(status) ? WEXITSTATUS(status) : -1, "%s", key);
}

void guest_programs(void)
{
	examples();
	in_child(without_file_systems);
	system_calls("minimal", "/bin/minimal");
}
