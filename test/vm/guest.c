/* SPDX-License-Identifier: MIT */
/*
 * Run inside a virtual machine, as root and alone, so that every count is exact.
 *
 * Attach in every way, make 1000 calls of fchownat(2), and print the counts as lines `fact NAME
 * VALUE`. If something failed, VALUE is the negative errno. test/vm/vm.c reads the lines on the
 * host and knows the expected values.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../attach/probe_offset.h"
#include "../form/insn_programs.h"
#include "guest.h"
#include "left_out.h"

enum { CALLS = 1000, FEW_CALLS = 10 };

static int facts;

void fact_text(const char *name, const char *value)
{
	printf("fact %s %s\n", name, value);
	facts++;
}

void fact(long long value, const char *format, ...)
{
	char name[128], digits[32];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(name, sizeof name, format, arguments);
	va_end(arguments);
	snprintf(digits, sizeof digits, "%lld", value);
	fact_text(name, digits);
}

int guest_asked_part;
static struct utsname kernel_name;
static unsigned kernel_number; /* 0x60c for 6.12 */

static void look_at_kernel(void)
{
	unsigned major = 0, minor = 0;

	uname(&kernel_name);
	sscanf(kernel_name.release, "%u.%u", &major, &minor);
	kernel_number = major << 8 | minor;
}

int guest_leaves_out(const char *what)
{
	return !guest_asked_part && left_out_why(what, kernel_name.machine, kernel_number);
}

static void tell_left_out(void)
{
	for (int i = 0; i < LEFT_OUT_ROWS; i++) {
		const struct left_out *row = left_out_row(i, kernel_name.machine, kernel_number);
		char name[64];

		if (!row)
			continue;
		snprintf(name, sizeof name, "left_out.%s", row->what);
		fact_text(name, row->why);
	}
}

void in_child(void (*part)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		facts = 0;
		part();
		fflush(stdout);
		_exit(facts);
	}
	waitpid(pid, &status, 0);
	facts += WEXITSTATUS(status);
}

void test_as_it_is(const char *program, const char *name)
{
	int status = 0;
	pid_t pid;

	if (access(program, X_OK) != 0 || guest_leaves_out(name))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(STDOUT_FILENO, STDERR_FILENO);
		execl(program, program, NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	fact(WIFEXITED(status) ? WEXITSTATUS(status) : -1, "%s", name);
}

void guest_jit(int on)
{
#if defined(__riscv)
	int fd = open("/proc/sys/net/core/bpf_jit_enable", O_WRONLY | O_CLOEXEC);

	if (write(fd, on ? "1" : "0", 1) != 1)
		perror("bpf_jit_enable");
	close(fd);
#else
	(void)on;
#endif
}

/* Make the calls, a part of them on each CPU. */
static void call_fchownat(int calls)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (int i = 0; i < calls; i++) {
		if (i % (calls / cpus) == 0) {
			cpu_set_t cpu;

			CPU_ZERO(&cpu);
			CPU_SET(i / (calls / cpus) % cpus, &cpu);
			sched_setaffinity(0, sizeof cpu, &cpu);
		}
		syscall(__NR_fchownat, AT_FDCWD, "/nowhere", 0, 0, 0);
	}
}

/* Count the lines of a file that contain `part`. Returns -1 if the file cannot be read. */
static int lines_with(const char *path, const char *part)
{
	char line[1024];
	int count = 0;
	FILE *file = fopen(path, "r");

	if (!file)
		return -1;
	while (fgets(line, sizeof line, file))
		count += strstr(line, part) != NULL;
	fclose(file);
	return count;
}

static int our_events(void)
{
	return lines_with("/sys/kernel/tracing/kprobe_events", ":rawbpf/");
}

static int open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static int create_counter(int percpu)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "count",
		.type = percpu ? BPF_MAP_TYPE_PERCPU_ARRAY : BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
	});
}

static long long read_counter(int map)
{
	struct rawbpf_map_layout layout;
	uint64_t values[64], sum = 0;
	const unsigned key = 0;
	int err = rawbpf_map_layout_info(&layout, map);

	if (err == 0)
		err = rawbpf_map_percpu_lookup(map, &layout, &key, values, sizeof values);
	if (err < 0)
		return err;
	for (unsigned cpu = 0; cpu < layout.cpus; cpu++)
		sum += values[cpu];
	return sum;
}

/* Load a program that adds 1 to the counter; on a raw tracepoint only for our system call. */
static int load_counting(unsigned type, int percpu, int map)
{
	struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 8),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_2, __NR_fchownat, 10),
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 3),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0), /* [9] */
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int first = type == BPF_PROG_TYPE_RAW_TRACEPOINT ? 0 : 2;

	if (!percpu) {
		insns[9] = BPF_MOV64_IMM(BPF_REG_1, 1);
		insns[10] = BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0);
		insns[11] = BPF_JMP_A(0);
	}
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "counting",
		.type = type,
		.license = "GPL",
		.insns = insns + first,
		.insn_count = RAWBPF_COUNT(insns) - first,
	});
}

/* One way to attach. The spec that is set selects the way. */
struct attachment {
	const char *name;
	unsigned prog_type;
	struct rawbpf_kprobe_spec kprobe;
	struct rawbpf_tracepoint_spec tracepoint;
	struct rawbpf_raw_tracepoint_spec raw_tracepoint;
};

static int attach(struct rawbpf_link *link, int prog, const struct attachment *attachment)
{
	if (attachment->raw_tracepoint.name)
		return rawbpf_raw_tracepoint_attach(link, prog, &attachment->raw_tracepoint);
	if (attachment->tracepoint.name)
		return rawbpf_tracepoint_attach(link, prog, &attachment->tracepoint);
	return rawbpf_kprobe_attach(link, prog, &attachment->kprobe);
}

/*
 * Attach, call, detach, call. Returns the count, or a negative errno. Calls after the detach must
 * not count, and no event may stay in tracefs. These two faults return numbers that no count has.
 */
static long long count_calls(const struct attachment *attachment, int percpu)
{
	enum { STILL_COUNTING = -100001, EVENT_LEFT = -100002 };
	int map = create_counter(percpu);
	int prog = load_counting(attachment->prog_type, percpu, map);
	struct rawbpf_link link;
	long long count = 0;
	int err = prog < 0 ? prog : attach(&link, prog, attachment);

	if (err == 0) {
		call_fchownat(CALLS);
		count = read_counter(map);
		err = rawbpf_link_detach(&link);
		call_fchownat(FEW_CALLS);
		if (read_counter(map) != count)
			err = STILL_COUNTING;
	}
	if (our_events() > 0)
		err = EVENT_LEFT;
	close(prog);
	close(map);
	return err < 0 ? err : count;
}

static void count_both_ways(const struct attachment *attachment)
{
	fact(count_calls(attachment, 0), "%s.atomic", attachment->name);
	fact(count_calls(attachment, 1), "%s.percpu", attachment->name);
}

static void every_tracepoint(void)
{
	static const struct attachment attachments[] = {
		{ .name = "tracepoint.link", .prog_type = BPF_PROG_TYPE_TRACEPOINT,
		  .tracepoint = { "syscalls", "sys_enter_fchownat", RAWBPF_BIND_LINK, 0 } },
		{ .name = "tracepoint.ioctl", .prog_type = BPF_PROG_TYPE_TRACEPOINT,
		  .tracepoint = { "syscalls", "sys_enter_fchownat", RAWBPF_BIND_IOCTL, 0 } },
		{ .name = "tracepoint.auto", .prog_type = BPF_PROG_TYPE_TRACEPOINT,
		  .tracepoint = { "syscalls", "sys_enter_fchownat", RAWBPF_BIND_AUTO, 0 } },
		{ .name = "raw_tp", .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		  .raw_tracepoint = { .name = "sys_enter" } },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(attachments); i++)
		count_both_ways(&attachments[i]);
}

static uint64_t address_of(const char *symbol)
{
	char line[1024], name[512];
	unsigned long long address;
	uint64_t found = 0;
	FILE *file = fopen("/proc/kallsyms", "r");

	while (file && !found && fgets(line, sizeof line, file))
		if (sscanf(line, "%llx %*c %511s", &address, name) == 2 && strcmp(name, symbol) == 0)
			found = address;
	if (file)
		fclose(file);
	return found;
}

/* {PMU, tracefs, auto} x {link, ioctl, auto} x {kprobe, kretprobe} x {symbol, syscall, address} */
static void every_kprobe(void)
{
	static const char *const methods[] = { "auto", "pmu", "tracefs" };
	static const char *const binds[] = { "auto", "link", "ioctl" };
	static const char *const places[] = { "symbol", "syscall", "address" };
	uint64_t address = address_of("do_fchownat");

	for (int method = 0; method < 3; method++)
		for (int bind = 0; bind < 3; bind++)
			for (int retprobe = 0; retprobe < 2; retprobe++)
				for (int place = 0; place < 3; place++) {
					unsigned first = retprobe ? 0 : PROBE_OFFSET;
					char name[64];
					struct attachment attachment = {
						.name = name,
						.prog_type = BPF_PROG_TYPE_KPROBE,
						.kprobe = {
							.symbol = place == 0 ? "do_fchownat" : NULL,
							.syscall = place == 1 ? "fchownat" : NULL,
							.address = place == 2 ? address + first : 0,
							.offset = place == 0 ? first : 0,
							.retprobe = retprobe,
							.method = method,
							.bind = bind,
						},
					};

					snprintf(name, sizeof name, "%s.%s.%s.%s",
						 retprobe ? "kretprobe" : "kprobe", methods[method],
						 binds[bind], places[place]);
					count_both_ways(&attachment);
				}
}

/* Functions differ in where their second instruction begins: the first accepted offset counts. */
static void symbol_and_offset(int method, const char *name)
{
	long long count = -ENOENT;

	for (unsigned offset = PROBE_OFFSET + 2; offset <= PROBE_OFFSET + 12 && count < 0; offset++)
		count = count_calls(&(struct attachment){
			.name = name,
			.prog_type = BPF_PROG_TYPE_KPROBE,
			.kprobe = { .symbol = "do_fchownat", .offset = offset, .method = method },
		}, 0);
	fact(count, "%s", name);
}

static int attach_counting(struct rawbpf_link *link, int map, const struct rawbpf_kprobe_spec *spec)
{
	int prog = load_counting(BPF_PROG_TYPE_KPROBE, 0, map);
	int err = prog < 0 ? prog : rawbpf_kprobe_attach(link, prog, spec);

	close(prog);
	return err;
}

/* Places that cannot be probed. Both methods are tried, because the kernel's code differs. */
static void refusals(void)
{
	static const struct {
		const char *name;
		struct rawbpf_kprobe_spec spec;
	} places[] = {
		{ "unknown", { .symbol = "no_such_function" } },
		{ "unknown_syscall", { .syscall = "no_such_call" } },
		{ "blacklisted", { .symbol = "kprobe_dispatcher" } },
		{ "inside", { .symbol = "do_fchownat", .offset = 1 } },
		{ "newline", { .symbol = "do_fchownat\np:evil do_exit" } },
		{ "space", { .symbol = "do_fchownat x=%di" } },
		{ "plus", { .symbol = "do_fchownat+0" } },
		{ "empty", { .symbol = "" } },
		{ "two_places", { .symbol = "do_fchownat", .syscall = "fchownat" } },
		{ "no_place", { .offset = 4 } },
		{ "cookie_without_link",
		  { .symbol = "do_fchownat", .offset = PROBE_OFFSET, .bind = RAWBPF_BIND_IOCTL,
		    .cookie = 1 } },
	};
	int map = create_counter(0);

	for (unsigned i = 0; i < RAWBPF_COUNT(places); i++) {
		for (int tracefs = 0; tracefs < 2; tracefs++) {
			struct rawbpf_kprobe_spec spec = places[i].spec;
			struct rawbpf_link link;

			spec.method = tracefs ? RAWBPF_KPROBE_TRACEFS : RAWBPF_KPROBE_PMU;
			fact(attach_counting(&link, map, &spec), "refused.%s.%s",
			     tracefs ? "tracefs" : "pmu", places[i].name);
			rawbpf_link_detach(&link);
		}
	}
	fact(our_events(), "refused.events_left");
	close(map);
}

/* Start a process that attaches `probes` events by tracefs, says so, and waits to be killed. */
static pid_t start_holder(int probes)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		int map = create_counter(0);
		struct rawbpf_link link;

		for (int i = 0; i < probes; i++)
			if (attach_counting(&link, map, &(struct rawbpf_kprobe_spec){
				.symbol = "do_fchownat", .offset = PROBE_OFFSET,
				.method = RAWBPF_KPROBE_TRACEFS }) < 0)
				_exit(1);
		if (write(ready[1], "r", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

static void end_holder(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/*
 * The next attachment removes a killed process's events in tracefs. A living process's events stay.
 */
static void left_overs(void)
{
	const struct rawbpf_kprobe_spec spec = { .syscall = "fchownat",
						 .method = RAWBPF_KPROBE_TRACEFS };
	int map = create_counter(0);
	pid_t killed = start_holder(3), living = start_holder(1);
	struct rawbpf_link link;

	fact(our_events(), "leftover.two_living");
	end_holder(killed);
	fact(our_events(), "leftover.one_killed");
	fact(attach_counting(&link, map, &spec), "leftover.attach");
	fact(our_events(), "leftover.after_attach");
	call_fchownat(CALLS);
	fact(read_counter(map), "leftover.count");
	fact(rawbpf_link_detach(&link), "leftover.detach");
	fact(our_events(), "leftover.after_detach");
	end_holder(living);
	fact(attach_counting(&link, map, &spec), "leftover.attach_again");
	fact(rawbpf_link_detach(&link), "leftover.detach_again");
	fact(our_events(), "leftover.at_end");
	close(map);
}

/* Events of others in kprobe_events stay. */
static void foreign_events(void)
{
	char event[64];
	int map = create_counter(0), fd;
	struct rawbpf_link link;

	snprintf(event, sizeof event, "p:others/e0 do_fchownat+%d\n", PROBE_OFFSET);
	fd = open("/sys/kernel/tracing/kprobe_events", O_WRONLY | O_APPEND);
	if (write(fd, event, strlen(event)) < 0)
		perror("kprobe_events");
	fact(attach_counting(&link, map, &(struct rawbpf_kprobe_spec){
		.symbol = "do_fchownat", .offset = PROBE_OFFSET,
		.method = RAWBPF_KPROBE_TRACEFS }), "foreign.attach");
	rawbpf_link_detach(&link);
	fact(lines_with("/sys/kernel/tracing/kprobe_events", ":others/e0"), "foreign.left_alone");
	if (write(fd, "-:others/e0\n", 12) < 0)
		perror("kprobe_events");
	close(fd);
	close(map);
}

/* bpf_get_attach_cookie() returns the attachment's cookie. */
static void cookie(void)
{
	const unsigned key = 0;
	uint64_t seen = 0;
	int map = create_counter(0);
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(174), /* bpf_get_attach_cookie(ctx), 5.15 */
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
	});
	struct rawbpf_link link = { 0 };
	int err = prog < 0 ? prog : rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
		.syscall = "fchownat", .cookie = 0x1234567890 });

	call_fchownat(FEW_CALLS);
	rawbpf_link_detach(&link);
	rawbpf_map_lookup(map, &key, &seen, 0);
	fact(err < 0 ? err : (long long)seen, "cookie");
	close(prog);
	close(map);
}

/* A kprobe's pinned link goes on counting without its descriptor, and can be opened again. */
static void pinned_link(void)
{
	static const char path[] = "/sys/fs/bpf/probe";
	int map = create_counter(0);
	struct rawbpf_link link;
	int err = attach_counting(&link, map, &(struct rawbpf_kprobe_spec){ .syscall = "fchownat" });

	fact(err < 0 ? err : rawbpf_link_pin(&link, path), "pin");
	rawbpf_link_detach(&link);
	call_fchownat(FEW_CALLS);
	fact(read_counter(map), "pin.count");
	fact(rawbpf_link_open(&link, path), "pin.open");
	unlink(path);
	call_fchownat(FEW_CALLS);
	fact(read_counter(map), "pin.count_unpinned");
	rawbpf_link_detach(&link);
	call_fchownat(FEW_CALLS);
	fact(read_counter(map), "pin.count_detached");
	close(map);
}

static void instructions(void)
{
	int map = insn_programs_map();
	int verdicts[3] = { 0 }, through_text = 0;
	struct insn_program program;

	for (unsigned i = 0; insn_programs_get(&program, i, map); i++) {
		unsigned retval = 0;
		enum insn_verdict verdict;
		int err;

		/* Convert the program to text and back, in the two dialects by turns. */
		through_text += insn_program_through_text(&program,
							  i % 2 ? RAWBPF_KERNEL : RAWBPF_LLVM);
		err = insn_program_run(&program, map, &retval);
		verdict = insn_program_judge(&program, kernel_number, err, retval);

		verdicts[verdict]++;
		if (verdict == INSN_WRONG)
			printf("insn: %s: result %d, r0 %#x, expected %#x\n", program.name, err,
			       retval, program.expected);
	}
	fact(through_text, "insn.through_text");
	fact(verdicts[INSN_RIGHT], "insn.right");
	fact(verdicts[INSN_REFUSED], "insn.refused");
	fact(verdicts[INSN_WRONG], "insn.wrong");
	close(map);
}

/* Walk a hash of 10000 elements and a per-CPU hash. Batches are younger than maps. */
static void iteration(void)
{
	static const struct {
		const char *name;
		unsigned type;
	} maps[] = {
		{ "hash", BPF_MAP_TYPE_HASH },
		{ "percpu_hash", BPF_MAP_TYPE_PERCPU_HASH },
		{ "percpu_array", BPF_MAP_TYPE_PERCPU_ARRAY },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(maps); i++) {
		struct rawbpf_map_iter iter = { 0 };
		const void *key, *value;
		long long sum = 0;
		int err = 0, map = rawbpf_map_create(&(struct rawbpf_map_spec){
			.type = maps[i].type, .key_size = 4, .value_size = 8, .max_entries = 10000 });

		for (unsigned k = 0; k < 10000 && err == 0; k++) {
			uint64_t values[64] = { k };

			err = rawbpf_map_update(map, &k, values, 0);
		}
		if (err == 0)
			err = rawbpf_map_iter_open(&iter, map);
		while (err >= 0 && (err = rawbpf_map_iter_next(&iter, &key, &value)) > 0)
			sum += *(const uint64_t *)value;
		rawbpf_map_iter_close(&iter);
		close(map);
		fact(err < 0 ? err : sum, "iterate.%s", maps[i].name);
	}
}

/* Load a bad program of 3000 instructions: the log's end, which has the reason, is kept. */
static void verifier_log(void)
{
	static struct bpf_insn insns[3000];
	static char log[256];
	size_t length = 0;
	int prog;

	for (unsigned i = 0; i < RAWBPF_COUNT(insns); i++)
		insns[i] = BPF_MOV64_IMM(BPF_REG_1, i);
	insns[RAWBPF_COUNT(insns) - 1] = BPF_EXIT_INSN(); /* r0 is uninitialised */
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
		.log = log,
		.log_size = sizeof log,
		.log_length = &length,
	});
	fact(prog, "rejected");
	fact(strstr(log, "R0 ") != NULL, "rejected.reason_kept");
	if (!strstr(log, "R0 "))
		printf("log: %s\n", log);
	fact(length > 3000 * 10, "rejected.whole_length");
}

/* Up to 5.10, maps count against RLIMIT_MEMLOCK. */
static void memlock(void)
{
	struct rlimit limit = { 0, 0 };
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		limit.rlim_max = RLIM_INFINITY;
		setrlimit(RLIMIT_MEMLOCK, &limit);
		fact(create_counter(0) < 0 ? -1 : 0, "memlock.limited");
		char why[512];
		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_MAP_CREATE, .error = -EPERM });
		fact_text("memlock.explained", why);
		fact(rawbpf_memlock_raise(), "memlock.raise");
		fact(create_counter(0) < 0 ? -1 : 0, "memlock.raised");
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	facts += 4;
}

/* The explanations for a process without privilege. */
static void unprivileged(void)
{
	static const struct {
		const char *name;
		struct rawbpf_error error;
	} questions[] = {
		{ "map", { .operation = RAWBPF_MAP_CREATE, .error = -EPERM } },
		{ "load", { .operation = RAWBPF_PROG_LOAD, .type = BPF_PROG_TYPE_KPROBE,
			    .error = -EPERM } },
		{ "kprobe", { .operation = RAWBPF_KPROBE_ATTACH, .error = -EACCES } },
	};
	struct rawbpf_link link;
	int map = create_counter(0);
	int prog = load_counting(BPF_PROG_TYPE_KPROBE, 0, map);
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534))
			_exit(1);
		fact(create_counter(0), "nobody.map");
		fact(load_counting(BPF_PROG_TYPE_KPROBE, 0, map), "nobody.load");
		fact(rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
			.syscall = "fchownat" }), "nobody.kprobe");
		fact(rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
			.syscall = "fchownat", .method = RAWBPF_KPROBE_TRACEFS }), "nobody.tracefs");
		for (unsigned i = 0; i < RAWBPF_COUNT(questions); i++) {
			char name[64], why[512];

			snprintf(name, sizeof name, "nobody.%s.explained", questions[i].name);
			rawbpf_error_explain(why, sizeof why, &questions[i].error);
			fact_text(name, why);
		}
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	facts += 4 + RAWBPF_COUNT(questions);
	close(prog);
	close(map);
}

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
		call_fchownat(CALLS);
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
	int map = create_counter(0);

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return;
	umount2("/sys", MNT_DETACH);
	fact(attach_counting(&link, map, &(struct rawbpf_kprobe_spec){
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

static void machine(void)
{
	fact_text("release", kernel_name.release);
	fact_text("machine", kernel_name.machine);
	fact(sysconf(_SC_NPROCESSORS_ONLN), "cpus");
}

/* The parts in files of their own. */
static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "answers", guest_answers },
	{ "api", guest_api },
	{ "capabilities", guest_capabilities },
	{ "causes", guest_causes },
	{ "commands", guest_commands },
	{ "cpu", guest_cpu },
	{ "doctor", guest_doctor },
	{ "entry", guest_entry },
	{ "helpers", guest_helpers },
	{ "inspect", guest_inspect },
	{ "kprobes", guest_kprobes },
	{ "links", guest_links },
	{ "machine", guest_machine },
	{ "modules", guest_modules },
	{ "perf_events", guest_perf_events },
	{ "perfbuf", guest_perfbuf },
	{ "rejected", guest_rejected },
	{ "rewritten", guest_rewritten },
	{ "ring", guest_ring },
	{ "run", guest_run },
	{ "snoop", guest_snoop },
	{ "syscalls", guest_syscalls },
	{ "taught", guest_taught },
	{ "task32", guest_task32 },
	{ "tool", guest_tool },
	{ "tracefs", guest_tracefs },
	{ "types", guest_types },
};

/* Run all parts but those left out, or one by its name. */
static void run_parts(const char *name)
{
	for (unsigned i = 0; i < RAWBPF_COUNT(parts); i++)
		if (name ? strcmp(name, parts[i].name) == 0 : !guest_leaves_out(parts[i].name))
			in_child(parts[i].run);
}

int main(int argc, char **argv)
{
	int before;

	setvbuf(stdout, NULL, _IOLBF, 0);
	rawbpf_memlock_raise();
	before = open_fds();
	look_at_kernel();
	machine();
	if (argc > 1) {
		guest_asked_part = 1;
		for (int i = 1; i < argc; i++)
			run_parts(argv[i]);
		fact(facts, "done");
		return 0;
	}
	instructions();
	every_tracepoint();
	every_kprobe();
	symbol_and_offset(RAWBPF_KPROBE_PMU, "offset.pmu");
	symbol_and_offset(RAWBPF_KPROBE_TRACEFS, "offset.tracefs");
	refusals();
	left_overs();
	foreign_events();
	cookie();
	pinned_link();
	iteration();
	verifier_log();
	memlock();
	unprivileged();
	examples();
	in_child(without_file_systems);
	run_parts(NULL);
	tell_left_out();
	system_calls("minimal", "/bin/minimal");
	fact(open_fds() - before, "descriptors_left");
	fact(our_events(), "events_left");
	fact(facts, "done");
	return 0;
}
