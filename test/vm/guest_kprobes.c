/* SPDX-License-Identifier: MIT */
/* Retprobes with room for many calls, all functions of a name, functions by a pattern. */
#include "../attach/probe_offset.h"
#include "guest.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

enum { SLEEPERS = 40 };

static int counter_create(void)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });
}

static int counter_load(int map, unsigned attach_type)
{
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns), .expected_attach_type = attach_type });
}

static long long counted(int map)
{
	uint64_t count = 0;

	rawbpf_map_lookup(map, &(uint32_t){ 0 }, &count, 0);
	return count;
}

/* ------------------------------------------------------------------------- maxactive */

static pid_t sleeper(void)
{
	pid_t pid = fork();
	sigset_t signals;

	if (pid == 0) {
		sigemptyset(&signals);
		sigaddset(&signals, SIGUSR1);
		syscall(SYS_rt_sigtimedwait, &signals, NULL, NULL, 8);
		_exit(0);
	}
	return pid;
}

/* Wait until the process sleeps in its call. */
static void await_sleep(pid_t pid)
{
	char path[64], line[64];
	int number = -1;

	snprintf(path, sizeof path, "/proc/%d/syscall", (int)pid);
	while (number != SYS_rt_sigtimedwait) {
		FILE *file = fopen(path, "re");

		number = -1;
		if (file && fgets(line, sizeof line, file))
			sscanf(line, "%d ", &number);
		if (file)
			fclose(file);
		usleep(1000);
	}
}

/* Count the returns that a retprobe sees of 40 calls, which all sleep at the same time. */
static long long returns_of_sleepers(const struct rawbpf_kprobe_spec *spec)
{
	int map = counter_create(), prog = counter_load(map, 0);
	pid_t pids[SLEEPERS];
	struct rawbpf_link link;
	int i, err = rawbpf_kprobe_attach(&link, prog, spec);
	long long count;

	for (i = 0; i < SLEEPERS && err == 0; i++)
		pids[i] = sleeper();
	for (i = 0; i < SLEEPERS && err == 0; i++)
		await_sleep(pids[i]);
	for (i = 0; i < SLEEPERS && err == 0; i++)
		kill(pids[i], SIGUSR1);
	for (i = 0; i < SLEEPERS && err == 0; i++)
		waitpid(pids[i], NULL, 0);
	count = err < 0 ? err : counted(map);
	rawbpf_link_detach(&link);
	close(prog);
	close(map);
	return count;
}

static void maxactive(void)
{
	static const struct {
		const char *name;
		struct rawbpf_kprobe_spec spec;
	} probes[] = {
#define RETURN .syscall = "rt_sigtimedwait", .retprobe = 1
		{ "default", { RETURN } },
		{ "64", { RETURN, .maxactive = 64 } },
		{ "tracefs", { RETURN, .maxactive = 64, .method = RAWBPF_KPROBE_TRACEFS } },
		{ "20", { RETURN, .maxactive = 20 } },
		{ "4096", { RETURN, .maxactive = 4096 } },
		{ "4097", { RETURN, .maxactive = 4097 } },
		{ "pmu", { RETURN, .maxactive = 64, .method = RAWBPF_KPROBE_PMU } },
		{ "entry", { .syscall = "rt_sigtimedwait", .maxactive = 64 } },
	};
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	for (unsigned i = 0; i < RAWBPF_COUNT(probes); i++)
		fact(returns_of_sleepers(&probes[i].spec), "maxactive.%s", probes[i].name);
}

/* -------------------------------------------------------------- several functions at once */

enum { ADDRESSES = 4096 };

static uint64_t addresses[ADDRESSES];

/* Attach a kprobe to each address that can be probed. Returns how many. */
static int attach_each(struct rawbpf_link *links, int count, int prog)
{
	int attached = 0;

	for (int i = 0; i < count; i++)
		attached += rawbpf_kprobe_attach(&links[i], prog, &(struct rawbpf_kprobe_spec){
			.address = addresses[i] + PROBE_OFFSET }) == 0;
	return attached;
}

static int attach_all(struct rawbpf_link *link, int count, int prog)
{
	return rawbpf_kprobe_multi_attach(link, prog, &(struct rawbpf_kprobe_multi_spec){
		.addresses = addresses, .count = count });
}

/* Read the name of the real-time clock, by one of the functions. Returns 0 if there is no clock. */
static int read_name(void)
{
	char text[64];
	FILE *file = fopen("/sys/class/rtc/rtc0/name", "re");
	int read = file && fgets(text, sizeof text, file);

	if (file)
		fclose(file);
	return read;
}

/* All functions of one name, each by its address, and then by one link. */
static void several(void)
{
	static struct rawbpf_link links[256];
	int map = counter_create(), prog = counter_load(map, 0);
	int many = counter_load(map, BPF_TRACE_KPROBE_MULTI);
	int count = rawbpf_ksym_find(addresses, RAWBPF_COUNT(links), "name_show");
	long long before;
	int err;

	fact(count, "several");
	fact(count - attach_each(links, count, prog), "several.refused");
	fact(read_name(), "several.clock");
	fact(counted(map), "several.each");
	for (int i = 0; i < count; i++)
		rawbpf_link_detach(&links[i]);
	before = counted(map);
	err = attach_all(&links[0], count, many);
	fact(err, "several.multi");
	read_name();
	fact(counted(map) - before, "several.multi.seen");
	rawbpf_link_detach(&links[0]);
	close(many);
	close(prog);
	close(map);
}

/* Change each address to that of its function's beginning. */
static void begin_each(int count)
{
	static struct rawbpf_ksym syms[16];

	for (int i = 0; i < count; i++)
		syms[i].address = addresses[i];
	fact(rawbpf_ksym_resolve(syms, count), "glob.resolved");
	for (int i = 0; i < count; i++)
		addresses[i] -= syms[i].offset;
}

static void call_seven(void)
{
	for (int i = 0; i < 3; i++)
		syscall(SYS_fchownat, -100, "", -1, -1, 0);
	for (int i = 0; i < 4; i++)
		syscall(SYS_faccessat, -100, "", 0);
}

/* Functions by a pattern: do_fchownat, do_faccessat and others that nobody calls. */
static void globs(void)
{
	static struct rawbpf_link links[16];
	int map = counter_create(), prog = counter_load(map, 0);
	int many = counter_load(map, BPF_TRACE_KPROBE_MULTI);
	int count = rawbpf_kprobe_find(addresses, RAWBPF_COUNT(links), "do_f*at");
	long long before;

	fact(count, "glob");
	fact(attach_each(links, count, prog), "glob.attached");
	call_seven();
	fact(counted(map), "glob.each");
	for (int i = 0; i < count; i++)
		rawbpf_link_detach(&links[i]);
	before = counted(map);
	fact(attach_all(&links[0], count, many), "glob.multi");
	call_seven();
	fact(counted(map) - before, "glob.multi.seen");
	rawbpf_link_detach(&links[0]);
	begin_each(count);
	before = counted(map);
	fact(attach_each(links, count, prog), "glob.begin.attached");
	call_seven();
	fact(counted(map) - before, "glob.begin.each");
	for (int i = 0; i < count; i++)
		rawbpf_link_detach(&links[i]);
	fact(rawbpf_kprobe_find(addresses, 1, "no_such_*"), "glob.none");
	/* A kernel has many functions of that name, and probes reach all that are listed. */
	count = rawbpf_kprobe_find(addresses, ADDRESSES, "tcp_*");
	fact(count, "glob.many");
	fact(count > 0 ? attach_all(&links[0], count, many) : count, "glob.many.multi");
	rawbpf_link_detach(&links[0]);
	count = rawbpf_kprobe_find(NULL, 0, "*");
	fact(count, "glob.every");
	close(many);
	close(prog);
	close(map);
}

void guest_kprobes(void)
{
	maxactive();
	several();
	globs();
}
