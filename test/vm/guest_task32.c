/* SPDX-License-Identifier: MIT */
/*
 * Count the system calls of a 32-bit task: /bin/workload32 makes ten of fchownat(2) and a few
 * others.
 */
#include "guest.h"

#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

enum { FCHOWNAT_OF_I386 = 298 };

static int load(unsigned type, int map)
{
	const struct bpf_insn insns[] = {
		/* a raw tracepoint has the number as its second argument */
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 8),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_2, FCHOWNAT_OF_I386, 4),
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	unsigned skipped = type == BPF_PROG_TYPE_RAW_TRACEPOINT ? 0 : 2;

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .license = "GPL", .insns = insns + skipped,
		.insn_count = RAWBPF_COUNT(insns) - skipped });
}

/* Run the program. Returns its status, which should be 0. */
static int run_workload(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/workload32", "workload32", NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Five calls of a native program, which the probes of 32-bit programs must not see. */
static void call_natively(void)
{
	for (int i = 0; i < 5; i++) {
		syscall(SYS_fchownat, -100, "", -1, -1, 0);
		syscall(SYS_times, 0);
		syscall(SYS_uname, 0);
	}
}

/* Return how many of the calls a way to attach saw, or a negative errno. */
static long long count(unsigned type, const struct rawbpf_kprobe_spec *spec)
{
	int err, map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });
	int prog = load(type, map);
	struct rawbpf_link link;
	uint64_t seen = 0;

	if (type == BPF_PROG_TYPE_TRACEPOINT)
		err = rawbpf_tracepoint_attach(&link, prog, &(struct rawbpf_tracepoint_spec){
			.group = "syscalls", .name = "sys_enter_fchownat" });
	else if (type == BPF_PROG_TYPE_RAW_TRACEPOINT)
		err = rawbpf_raw_tracepoint_attach(&link, prog, &(struct rawbpf_raw_tracepoint_spec){
			.name = "sys_enter" });
	else
		err = rawbpf_kprobe_attach(&link, prog, spec);
	if (err == 0 && run_workload() != 0)
		err = -1;
	if (err == 0 && spec && spec->compat)
		call_natively();
	rawbpf_map_lookup(map, &(uint32_t){ 0 }, &seen, 0);
	rawbpf_link_detach(&link);
	close(prog);
	close(map);
	return err < 0 ? err : (long long)seen;
}

void guest_task32(void)
{
	static const struct {
		const char *name;
		struct rawbpf_kprobe_spec spec;
	} probes[] = {
		{ "syscall", { .syscall = "fchownat" } },
		{ "symbol", { .symbol = "do_fchownat" } },
		{ "compat", { .syscall = "fchownat", .compat = 1 } },
		{ "compat.return", { .syscall = "fchownat", .compat = 1, .retprobe = 1 } },
		{ "compat.tracefs", { .syscall = "fchownat", .compat = 1,
				      .method = RAWBPF_KPROBE_TRACEFS } },
		{ "compat.own", { .syscall = "times", .compat = 1 } },
		{ "compat.renamed", { .syscall = "uname", .compat = 1 } },
		{ "compat.none", { .syscall = "no_such_call", .compat = 1 } },
		{ "compat.symbol", { .symbol = "do_fchownat", .compat = 1 } },
		{ "compat.empty", { .syscall = "", .compat = 1 } },
		{ "compat.both", { .syscall = "times", .address = 1, .compat = 1 } },
	};

	if (access("/bin/workload32", X_OK) != 0)
		return;
	fact(run_workload(), "task32.status");
	fact(count(BPF_PROG_TYPE_TRACEPOINT, NULL), "task32.tracepoint");
	for (unsigned i = 0; i < RAWBPF_COUNT(probes); i++)
		fact(count(BPF_PROG_TYPE_KPROBE, &probes[i].spec), "task32.kprobe.%s", probes[i].name);
	fact(count(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL), "task32.raw_tracepoint");
}
