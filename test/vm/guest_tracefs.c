/* SPDX-License-Identifier: MIT */
/*
 * Kprobes through tracefs: a lock that is never released, events of others, and the growth of cost.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../attach/probe_offset.h"
#include "guest.h"

#define KPROBE_EVENTS "/sys/kernel/tracing/kprobe_events"

static int load(void)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) });
}

static int attach(struct rawbpf_link *link, int prog)
{
	return rawbpf_kprobe_attach(link, prog, &(struct rawbpf_kprobe_spec){
		.symbol = "do_fchownat", .offset = PROBE_OFFSET, .method = RAWBPF_KPROBE_TRACEFS });
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A reader of kprobe_events holds the lock until it is killed. */
static void locked(int prog)
{
	struct rawbpf_link link, other;
	int ready[2];
	char byte;
	long begin;
	pid_t pid;

	fact(attach(&link, prog), "locked.attach");
	if (pipe(ready))
		return;
	pid = fork();
	if (pid == 0) {
		close(link.fd); /* otherwise the link holds the event open */
		flock(open(KPROBE_EVENTS, O_RDONLY), LOCK_EX);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	if (read(ready[0], &byte, 1) != 1)
		printf("tracefs: no lock\n");
	begin = now_ms();
	fact(attach(&other, prog), "locked.attach_again");
	fact(now_ms() - begin, "locked.attach_again.ms");
	fact(rawbpf_link_detach(&link), "locked.detach");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	fact(attach(&link, prog), "locked.attach_later");
	fact(rawbpf_link_detach(&link), "locked.detach_later");
}

/* Make events of other names in our group, which no process holds open. */
static void others(int prog)
{
	static const char *const names[] = { "rawbpf/mine", "rawbpf/e5", "rawbpf/e5_", "others/e1_0" };
	int fd = open(KPROBE_EVENTS, O_WRONLY | O_APPEND), left = 0;
	char line[128];
	struct rawbpf_link link;
	FILE *file;

	for (unsigned i = 0; i < RAWBPF_COUNT(names); i++) {
		int length = snprintf(line, sizeof line, "p:%s do_fchownat+%d\n", names[i],
				      PROBE_OFFSET);

		if (write(fd, line, length) != length)
			perror(names[i]);
	}
	fact(attach(&link, prog), "others.attach");
	fact(rawbpf_link_detach(&link), "others.detach");
	file = fopen(KPROBE_EVENTS, "re");
	while (file && fgets(line, sizeof line, file))
		left++;
	if (file)
		fclose(file);
	fact(left, "others.left");
	for (unsigned i = 0; i < RAWBPF_COUNT(names); i++) {
		int length = snprintf(line, sizeof line, "-:%s\n", names[i]);

		if (write(fd, line, length) != length)
			perror(names[i]);
	}
	close(fd);
}

/*
 * Return this process's reads and writes: calls, and bytes read. A clock would measure the host's
 * load.
 */
static long work(void)
{
	char name[32];
	long value, sum = 0;
	FILE *file = fopen("/proc/self/io", "re");

	while (file && fscanf(file, "%31s %ld", name, &value) == 2)
		if (strcmp(name, "rchar:") == 0 || strcmp(name, "syscr:") == 0 ||
		    strcmp(name, "syscw:") == 0)
			sum += value;
	if (file)
		fclose(file);
	return sum;
}

/* Attach so many, and return the work that this took. */
static long attach_many(int prog, int count)
{
	static struct rawbpf_link links[60];
	int i, failed = 0;
	long before = work(), after;

	for (i = 0; i < count; i++)
		failed += attach(&links[i], prog) < 0;
	after = work();
	for (i = 0; i < count; i++)
		failed += rawbpf_link_detach(&links[i]) < 0;
	return failed ? -failed : after - before;
}

void guest_tracefs(void)
{
	int prog = load();

	locked(prog);
	others(prog);
	fact(attach_many(prog, 30), "tracefs.work_30");
	fact(attach_many(prog, 60), "tracefs.work_60");
	close(prog);
}
