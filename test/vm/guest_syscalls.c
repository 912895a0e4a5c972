/* SPDX-License-Identifier: MIT */
/*
 * Make every system call of this machine's native programs once, in a child. A kprobe on the call
 * counts only that child. All arguments are -1, which makes every call harmless. A call that does
 * not return, or not well, has been counted before.
 *
 * Then the reverse: each kernel function that looks like a system call's entry is entered by a
 * native call, or rejects kprobes.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <rawbpf.h>

#include "guest.h"

#if defined(__x86_64__)
#define PREFIX "__x64_sys_"
#elif defined(__aarch64__)
#define PREFIX "__arm64_sys_"
#elif defined(__s390x__)
#define PREFIX "__s390x_sys_"
#elif defined(__riscv)
#define PREFIX "__riscv_sys_"
#endif

static const char *const names[] = {
#define SYSCALL(NAME, X86_64, ARM64, S390X) #NAME,
#define SYSCALL_OLD(NAME, X86_64, S390X) #NAME,
#define SYSCALL_NOT_S390X(NAME, X86_64, ARM64) #NAME,
#define SYSCALL_NOT_RISCV64(NAME, X86_64, ARM64, S390X) #NAME,
#define SYSCALL_ONLY(ARCH, NAME, NUMBER) #NAME,
#include "../../insn/syscall/syscall.def"
};

/* Memory that the program and the children share: the value of a mapped array. */
struct shared {
	uint64_t tgid, count;
};

static volatile struct shared *shared;
static char wrong[2048] = "none", refused[1024];

static void list(char *text, size_t size, const char *name, long got)
{
	size_t length = strcmp(text, "none") ? strlen(text) : 0;

	snprintf(text + length, size - length, "%s%s:%ld", length ? "," : "", name, got);
}

/* Load a program that does shared->count++ if shared->tgid makes the call. */
static int load(int map)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 0),
		BPF_JMP_REG(BPF_JNE, BPF_REG_0, BPF_REG_2, 2),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 8),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) });
}

/* Make a call in a child. Returns 0 if the child was killed, or did not return in time. */
static int make_call(long number)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int status, waited;
	pid_t pid = fork();

	if (pid == 0) {
		uint64_t self = getpid();
		long result;

		shared->tgid = self;
		result = syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
		shared->tgid = 0;
		_exit(result < 0 && errno == ENOSYS ? ENOSYS : 0);
	}
	for (waited = 0; waitpid(pid, &status, WNOHANG) == 0; waited++) {
		nanosleep(&moment, NULL);
		if (waited == 200)
			kill(pid, SIGKILL);
	}
	shared->tgid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

/* Was the call counted exactly once? */
static int count_call(int prog, const char *name, long number)
{
	struct rawbpf_link link;
	int err = rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
		.syscall = name, .method = RAWBPF_KPROBE_PMU });
	int result;

	shared->count = 0;
	result = make_call(number);
	if (err == 0) {
		rawbpf_link_detach(&link);
		if (shared->count != 1)
			list(wrong, sizeof wrong, name, shared->count);
		return shared->count == 1;
	}
	/*
	 * A call without an entry function is not implemented. ftrace leaves out some functions,
	 * which cannot be probed.
	 */
	if (err != -EINVAL && (err != -ENOENT || result != ENOSYS))
		list(wrong, sizeof wrong, name, err);
	list(refused, sizeof refused, name, err);
	return 0;
}

/*
 * Switch the second CPU. Attaching changes the kernel's code. An emulated machine takes twice as
 * long if it has to stop a second CPU.
 */
static void second_cpu(const char *online)
{
	FILE *file = fopen("/sys/devices/system/cpu/cpu1/online", "we");

	if (!file)
		return;
	fputs(online, file);
	fclose(file);
}

static int has_row(const char *name)
{
	struct rawbpf_syscall call;

	return rawbpf_syscall_find(&call, RAWBPF_ARCH_NATIVE, name) == 0;
}

/* Attach to functions that look like calls, though no native program makes such a call. */
static void foreign_functions(int prog)
{
	char line[1024], symbol[512], found[1024] = "none";
	FILE *file = fopen("/proc/kallsyms", "re");
	int tried = 0;

	while (file && fgets(line, sizeof line, file)) {
		char kind;
		const char *name = symbol + strlen(PREFIX);
		struct rawbpf_link link;

		if (sscanf(line, "%*x %c %511s", &kind, symbol) != 2 || !strchr("tTwW", kind))
			continue;
		/* Names with a dot are the compiler's parts of functions. */
		if (strncmp(symbol, PREFIX, strlen(PREFIX)) || strchr(symbol, '.') || has_row(name))
			continue;
		tried++;
		if (rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
			.syscall = name }) == -ENOENT)
			continue;
		rawbpf_link_detach(&link);
		list(found, sizeof found, name, 0);
	}
	if (file)
		fclose(file);
	fact(tried, "syscalls.foreign");
	fact_text("syscalls.foreign.attached", found);
}

void guest_syscalls(void)
{
	static const char *const functions[] = { "fillrect", "off_notify" };
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof(struct shared),
		.max_entries = 1, .flags = BPF_F_MMAPABLE });
	int prog = load(map), counted = 0, calls = 0;
	struct rawbpf_syscall call;
	struct rawbpf_link link;
	char why[512];

	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (prog < 0 || shared == MAP_FAILED) {
		fact(prog < 0 ? prog : -errno, "syscalls");
		return;
	}
	second_cpu("0");
	for (unsigned i = 0; i < RAWBPF_COUNT(names); i++) {
		if (rawbpf_syscall_find(&call, RAWBPF_ARCH_NATIVE, names[i]) < 0)
			continue;
		calls++;
		counted += count_call(prog, names[i], call.number);
	}
	second_cpu("1");
	fact(sysconf(_SC_NPROCESSORS_ONLN), "syscalls.cpus");
	fact(calls, "syscalls");
	fact(counted, "syscalls.counted");
	fact_text("syscalls.refused", refused);
	fact_text("syscalls.wrong", wrong);
	foreign_functions(prog);
	for (unsigned i = 0; i < RAWBPF_COUNT(functions); i++)
		fact(rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
			.syscall = functions[i] }), "syscalls.%s", functions[i]);
	rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
		.operation = RAWBPF_KPROBE_ATTACH, .error = -ENOENT, .name = "vserver" });
	fact_text("syscalls.why", why);
	munmap((void *)shared, sizeof *shared);
	close(prog);
	close(map);
}
