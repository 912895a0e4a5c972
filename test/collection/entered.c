/* SPDX-License-Identifier: MIT */
#include "entered.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../../insn/collection/entry.h"
#include "../attach/probe_offset.h"

#if defined(__x86_64__)
#define NATIVE RAWBPF_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE RAWBPF_ARCH_ARM64
#elif defined(__riscv)
#define NATIVE RAWBPF_ARCH_RISCV64
#else
#define NATIVE RAWBPF_ARCH_S390X
#endif

enum { VALUES = 13, BODY = 64, SLOTS = 1024 };

/* The map's value: the process whose events count, their number, the slots of the last one. */
struct seen {
	uint64_t tgid, count, values[VALUES];
};

/* ------------------------------------------------------------------ known events */

/* The values of the last event. */
static uint64_t arguments[12], result;

static void set_arguments(uint64_t pattern)
{
	for (unsigned i = 0; i < RAWBPF_COUNT(arguments); i++)
		arguments[i] = pattern + i * 0x0101010101010101;
}

/* Both descriptors are bad ones, whatever the pattern. */
static void call_copy_file_range(uint64_t pattern)
{
	uint64_t *a = arguments;

	set_arguments(pattern);
	result = syscall(SYS_copy_file_range, a[0], a[1], a[2], a[3], a[4], a[5]) < 0 ? -errno : 0;
}

static void call_sendto(uint64_t pattern)
{
	uint64_t *a = arguments;

	set_arguments(pattern);
	result = syscall(SYS_sendto, a[0], a[1], a[2], a[3], a[4], a[5]) < 0 ? -errno : 0;
}

/* Send this process a signal that it ignores: (signal, info, task, to a process, ignored). */
static void send_signal(uint64_t pattern)
{
	arguments[0] = pattern % 2 ? SIGURG : SIGWINCH;
	arguments[3] = arguments[4] = 1;
	kill(getpid(), (int)arguments[0]);
}

/* mmap(2) of nothing: (file, wanted protection, protection, flags). */
static void map_memory(uint64_t pattern)
{
	arguments[1] = pattern % 2 ? PROT_READ : PROT_READ | PROT_WRITE;
	arguments[3] = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	munmap(mmap(NULL, 4096, (int)arguments[1], (int)arguments[3], -1, 0), 4096);
}

__attribute__((noinline, noclone)) uint64_t entered_function(
	uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f, uint64_t g, uint64_t h,
	uint64_t i, uint64_t j, uint64_t k, uint64_t l);

uint64_t entered_function(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f,
			  uint64_t g, uint64_t h, uint64_t i, uint64_t j, uint64_t k, uint64_t l)
{
	__asm__ volatile("" ::: "memory");
	return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ ~l;
}

static void call_function(uint64_t pattern)
{
	uint64_t *a = arguments;

	set_arguments(pattern);
	result = entered_function(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10],
				  a[11]);
}

/* ------------------------------------------------------------------ the places */

/*
 * A value: an argument by its index, or the result, and how many of its bytes the C type has. The
 * verifier knows some pointers, and rejects to store them in less than 8 bytes.
 */
struct source {
	uint8_t kind, index, from;
	bool is_pointer;
};

struct place {
	const char *name;
	enum rawbpf__entry_way way;
	unsigned prog_type, attach_type;
	const char *btf_name;     /* what the program is loaded for */
	unsigned btf_kind;
	const char *target;
	void (*trigger)(uint64_t pattern);
	const struct source *sources;
	unsigned source_count;
};

#define SOURCES(...) (const struct source[]){ __VA_ARGS__ }, \
		     RAWBPF_COUNT(((const struct source[]){ __VA_ARGS__ }))
#define ARGUMENT(INDEX, FROM) { RAWBPF__ENTRY_ARGUMENT, INDEX, FROM, false }
#define POINTER(INDEX) { RAWBPF__ENTRY_ARGUMENT, INDEX, 8, true }
#define RESULT(INDEX, FROM) { RAWBPF__ENTRY_RESULT, INDEX, FROM, false }
#define SIX ARGUMENT(0, 8), ARGUMENT(1, 8), ARGUMENT(2, 8), ARGUMENT(3, 8), ARGUMENT(4, 8), ARGUMENT(5, 8)
/* __sys_sendto(int, void *, size_t, unsigned, struct sockaddr *, int) */
#define SENDTO ARGUMENT(0, 4), ARGUMENT(1, 8), ARGUMENT(2, 8), ARGUMENT(3, 4), ARGUMENT(4, 8), ARGUMENT(5, 4)
#define TYPED_SENDTO ARGUMENT(0, 4), ARGUMENT(1, 8), ARGUMENT(2, 8), ARGUMENT(3, 4), POINTER(4), ARGUMENT(5, 4)
#define SIGNAL ARGUMENT(0, 4), ARGUMENT(3, 4), ARGUMENT(4, 4)
#define TRACING(TYPE, KIND, NAME) BPF_PROG_TYPE_TRACING, TYPE, NAME, BTF_KIND_##KIND, NULL

static const struct place places[] = {
	{ "syscall.tracepoint", RAWBPF__ENTRY_SYSCALL_TRACEPOINT, BPF_PROG_TYPE_TRACEPOINT, 0, NULL, 0,
	  "sys_enter_copy_file_range", call_copy_file_range, SOURCES(SIX) },
	{ "syscall.raw_tp", RAWBPF__ENTRY_SYSCALL_RAW_TP, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL, 0,
	  "sys_enter", call_copy_file_range, SOURCES(SIX) },
	{ "syscall.kprobe", RAWBPF__ENTRY_SYSCALL_KPROBE, BPF_PROG_TYPE_KPROBE, 0, NULL, 0,
	  "copy_file_range", call_copy_file_range, SOURCES(SIX) },
	{ "sysret.tracepoint", RAWBPF__ENTRY_SYSRET_TRACEPOINT, BPF_PROG_TYPE_TRACEPOINT, 0, NULL, 0,
	  "sys_exit_copy_file_range", call_copy_file_range, SOURCES(RESULT(0, 8)) },
	{ "sysret.raw_tp", RAWBPF__ENTRY_SYSRET_RAW_TP, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL, 0,
	  "sys_exit", call_copy_file_range, SOURCES(RESULT(0, 8)) },
	{ "sysret.kretprobe", RAWBPF__ENTRY_SYSRET_KRETPROBE, BPF_PROG_TYPE_KPROBE, 0, NULL, 0,
	  "copy_file_range", call_copy_file_range, SOURCES(RESULT(0, 8)) },
	{ "kprobe", RAWBPF__ENTRY_KPROBE, BPF_PROG_TYPE_KPROBE, 0, NULL, 0,
	  "__sys_sendto", call_sendto, SOURCES(SENDTO) },
	{ "kretprobe", RAWBPF__ENTRY_KRETPROBE, BPF_PROG_TYPE_KPROBE, 0, NULL, 0,
	  "__sys_sendto", call_sendto, SOURCES(RESULT(0, 4)) },
	{ "uprobe", RAWBPF__ENTRY_UPROBE, BPF_PROG_TYPE_KPROBE, 0, NULL, 0, NULL, call_function,
	  SOURCES(SIX, ARGUMENT(6, 8), ARGUMENT(7, 8), ARGUMENT(8, 8), ARGUMENT(9, 8),
		  ARGUMENT(10, 8), ARGUMENT(11, 8)) },
	{ "uretprobe", RAWBPF__ENTRY_URETPROBE, BPF_PROG_TYPE_KPROBE, 0, NULL, 0, NULL, call_function,
	  SOURCES(RESULT(0, 8)) },
	{ "raw_tp", RAWBPF__ENTRY_RAW_TP, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL, 0, "signal_generate",
	  send_signal, SOURCES(SIGNAL) },
	{ "tp_btf", RAWBPF__ENTRY_TP_BTF, TRACING(BPF_TRACE_RAW_TP, TYPEDEF, "btf_trace_signal_generate"),
	  send_signal, SOURCES(SIGNAL) },
	{ "fentry", RAWBPF__ENTRY_FENTRY, TRACING(BPF_TRACE_FENTRY, FUNC, "__sys_sendto"), call_sendto,
	  SOURCES(TYPED_SENDTO) },
	{ "fexit", RAWBPF__ENTRY_FEXIT, TRACING(BPF_TRACE_FEXIT, FUNC, "__sys_sendto"), call_sendto,
	  SOURCES(TYPED_SENDTO, RESULT(6, 4)) },
	{ "lsm", RAWBPF__ENTRY_LSM, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_mmap_file", BTF_KIND_FUNC,
	  NULL, map_memory, SOURCES(ARGUMENT(1, 8), ARGUMENT(3, 8)) },
};

unsigned entered_count(void)
{
	return RAWBPF_COUNT(places);
}

const char *entered_name(unsigned nth)
{
	return places[nth].name;
}

/* ------------------------------------------------------------------ programs */

/* thread_info.status moved in Linux 5.11. */
static unsigned task_status(void)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	return major < 5 || (major == 5 && minor < 11) ? 8 : 16;
}

/*
 * Write the body: count the events of seen->tgid, or of all if that is 0, and copy the slots, each
 * loaded in its own width.
 */
static unsigned write_body(struct bpf_insn *out, int map, const struct rawbpf__entry_value *values,
			   unsigned count)
{
	const unsigned sizes[] = { [1] = BPF_B, [2] = BPF_H, [4] = BPF_W, [8] = BPF_DW };
	const struct bpf_insn begin[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, offsetof(struct seen, tgid)),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_2, 0, 1),
		BPF_JMP_REG(BPF_JNE, BPF_REG_0, BPF_REG_2, (short)(2 * count + 2)),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, offsetof(struct seen, count)),
	};
	unsigned length = RAWBPF_COUNT(begin);

	memcpy(out, begin, sizeof begin);
	for (unsigned i = 0; i < count; i++) {
		out[length++] = BPF_LDX_MEM(sizes[values[i].width], BPF_REG_2, BPF_REG_10, values[i].slot);
		out[length++] = BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_2,
					    (short)(offsetof(struct seen, values) + 8 * i));
	}
	out[length++] = BPF_MOV64_IMM(BPF_REG_0, 0);
	out[length++] = BPF_EXIT_INSN();
	return length;
}

static int load(int map, const struct place *place, const struct rawbpf__entry *entry,
		const struct rawbpf__entry_value *values, unsigned count)
{
	struct bpf_insn insns[SLOTS];
	struct rawbpf_btf btf = { 0 };
	int prog, id = 0, length = rawbpf__entry(insns, SLOTS - BODY, entry);

	if (length < 0 || length > SLOTS - BODY)
		return -E2BIG;
	length += write_body(insns + length, map, values, count);
	if (place->btf_name) {
		id = rawbpf_btf_kernel_open(&btf);
		if (id == 0)
			id = rawbpf_btf_type_find(&btf, place->btf_kind, place->btf_name);
		rawbpf_btf_close(&btf);
		if (id < 0)
			return id;
	}
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "entered", .type = place->prog_type, .expected_attach_type = place->attach_type,
		.license = "GPL", .insns = insns, .insn_count = length, .attach_btf_id = id });
	return prog;
}

/* Return the offset of entered_function() in this program's file. */
static uint64_t function_offset(void)
{
	unsigned long address = (unsigned long)entered_function, start, end, offset;
	uint64_t found = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	while (maps && !found && fgets(line, sizeof line, maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
		    address >= start && address < end)
			found = address - start + offset;
	if (maps)
		fclose(maps);
	return found;
}

static int attach(struct rawbpf_link *link, int prog, const struct place *place)
{
	enum rawbpf__entry_way way = place->way;

	switch (way) {
	case RAWBPF__ENTRY_SYSCALL_TRACEPOINT:
	case RAWBPF__ENTRY_SYSRET_TRACEPOINT:
		return rawbpf_tracepoint_attach(link, prog, &(struct rawbpf_tracepoint_spec){
			.group = "syscalls", .name = place->target });
	case RAWBPF__ENTRY_SYSCALL_RAW_TP:
	case RAWBPF__ENTRY_SYSRET_RAW_TP:
	case RAWBPF__ENTRY_RAW_TP:
		return rawbpf_raw_tracepoint_attach(link, prog, &(struct rawbpf_raw_tracepoint_spec){
			.name = place->target });
	case RAWBPF__ENTRY_SYSCALL_KPROBE:
	case RAWBPF__ENTRY_SYSRET_KRETPROBE:
		return rawbpf_kprobe_attach(link, prog, &(struct rawbpf_kprobe_spec){
			.syscall = place->target, .retprobe = way == RAWBPF__ENTRY_SYSRET_KRETPROBE });
	case RAWBPF__ENTRY_KPROBE:
	case RAWBPF__ENTRY_KRETPROBE:
		return rawbpf_kprobe_attach(link, prog, &(struct rawbpf_kprobe_spec){
			.symbol = place->target, .retprobe = way == RAWBPF__ENTRY_KRETPROBE,
			.offset = way == RAWBPF__ENTRY_KPROBE ? PROBE_OFFSET : 0 });
	case RAWBPF__ENTRY_UPROBE:
	case RAWBPF__ENTRY_URETPROBE:
		return rawbpf_uprobe_attach(link, prog, &(struct rawbpf_uprobe_spec){
			.path = "/proc/self/exe", .offset = function_offset(), .pid = getpid(),
			.retprobe = way == RAWBPF__ENTRY_URETPROBE });
	default:
		return rawbpf_tracing_attach(link, prog, NULL);
	}
}

/* ------------------------------------------------------------------ checks */

static struct seen *open_seen(int *map)
{
	struct seen *seen;

	*map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof *seen,
		.max_entries = 1, .flags = BPF_F_MMAPABLE });
	seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED, *map, 0);
	return seen == MAP_FAILED ? NULL : seen;
}

static void close_seen(struct seen *seen, int map)
{
	munmap(seen, sizeof *seen);
	close(map);
}

static uint64_t low(uint64_t value, unsigned bytes)
{
	return bytes == 8 ? value : value & (((uint64_t)1 << 8 * bytes) - 1);
}

/* Compute a slot: the low `from` bytes, extended, then the low bytes of the slot's width. */
static uint64_t expected(const struct rawbpf__entry_value *value)
{
	uint64_t raw = value->kind == RAWBPF__ENTRY_RESULT ? result : arguments[value->index];
	uint64_t sign = (uint64_t)1 << (8 * value->from - 1);

	raw = low(raw, value->from);
	return low(value->is_signed ? (raw ^ sign) - sign : raw, value->width);
}

static bool compare(const struct seen *seen, const struct rawbpf__entry_value *values,
		    unsigned count, char *problem, size_t size)
{
	if (seen->count != 1) {
		snprintf(problem, size, "%llu events", (unsigned long long)seen->count);
		return false;
	}
	for (unsigned i = 0; i < count; i++)
		if (seen->values[i] != expected(&values[i])) {
			snprintf(problem, size, "value %u of width %u%s: %#llx, not %#llx", i,
				 values[i].width, values[i].is_signed ? ", signed" : "",
				 (unsigned long long)seen->values[i],
				 (unsigned long long)expected(&values[i]));
			return false;
		}
	return true;
}

/* Attach, and make two events. Returns false with a problem. */
static bool check_values(const struct place *place, const struct rawbpf__entry_value *values,
			 char *problem, size_t size)
{
	static const uint64_t patterns[] = { 0xf1e2d3c4b5a69788, 0x0112233445566777 };
	const int number = SYS_copy_file_range;
	int map, prog, err;
	struct seen *seen = open_seen(&map);
	struct rawbpf_link link = { 0 };
	bool is_right = true;

	prog = load(map, place, &(struct rawbpf__entry){
		.way = place->way, .arch = NATIVE, .task_status = task_status(), .signature_count = 1,
		.signatures = &(struct rawbpf__entry_signature){
			.numbers = &number, .number_count = 1,
			.values = values, .value_count = place->source_count } },
		values, place->source_count);
	err = prog < 0 ? prog : attach(&link, prog, place);
	if (err < 0)
		snprintf(problem, size, "%s %d", prog < 0 ? "load" : "attach", err);
	for (unsigned i = 0; i < 2 && err == 0 && is_right; i++) {
		seen->tgid = getpid();
		seen->count = 0;
		place->trigger(patterns[i]);
		is_right = compare(seen, values, place->source_count, problem, size);
	}
	rawbpf_link_detach(&link);
	close(prog);
	close_seen(seen, map);
	return err == 0 && is_right;
}

void entered_check(unsigned nth, char *problem, size_t size)
{
	const struct place *place = &places[nth];
	struct rawbpf__entry_value values[VALUES];
	bool is_right = true;

	problem[0] = '\0';
	for (unsigned width = 1; width <= 8 && is_right; width *= 2)
		for (unsigned is_signed = 0; is_signed < 2 && is_right; is_signed++) {
			for (unsigned i = 0; i < place->source_count; i++)
				values[i] = (struct rawbpf__entry_value){
					.kind = place->sources[i].kind, .index = place->sources[i].index,
					.from = place->sources[i].from,
					.width = place->sources[i].is_pointer ? 8 : width,
					.is_signed = is_signed, .slot = -8 * ((short)i + 1) };
			is_right = check_values(place, values, problem, size);
		}
}

/* ------------------------------------------------------------------ raw tracepoints of calls */

/* The slots of a body that tells which signature it came from, and one value of the call. */
static const struct rawbpf__entry_value told[2] = { { .width = 8, .slot = -8 },
						    { .width = 4, .slot = -16 } };

#define TELL(N) { .kind = RAWBPF__ENTRY_CONSTANT, .width = 8, .slot = -8, .constant = N }

/* Attach to sys_enter, or sys_exit. Returns 0 or a negative errno. */
static int attach_calls(struct rawbpf_link *link, int map, enum rawbpf__entry_way way,
			const struct rawbpf__entry_signature *signatures, unsigned count)
{
	const struct place *place = &places[way == RAWBPF__ENTRY_SYSCALL_RAW_TP ? 1 : 4];
	int err, prog = load(map, place, &(struct rawbpf__entry){
		.way = way, .arch = NATIVE, .task_status = task_status(),
		.signatures = signatures, .signature_count = count }, told, RAWBPF_COUNT(told));

	err = prog < 0 ? prog : attach(link, prog, place);
	close(prog);
	return err;
}

/* openat and close_range share a signature; fchownat and copy_file_range have their own. */
static const int shared_numbers[] = { SYS_openat, 436 /* close_range */ };
static const int fchownat_number = SYS_fchownat, copy_number = SYS_copy_file_range;

#define FAMILY(KIND, INDEX) { \
	{ TELL(1), { .kind = KIND, .index = 0, .width = 4, .slot = -16 } }, \
	{ TELL(2), { .kind = KIND, .index = INDEX, .width = 4, .slot = -16 } }, \
	{ TELL(3), { .kind = KIND, .index = 0, .width = 4, .slot = -16 } } }

static const struct rawbpf__entry_value family[2][3][2] = {
	FAMILY(RAWBPF__ENTRY_ARGUMENT, 2), FAMILY(RAWBPF__ENTRY_RESULT, 0)
};

static void check_family_call(struct seen *seen, bool is_return, char *problem, size_t size)
{
	static const struct {
		long number;
		uint64_t told, argument;
	} calls[] = { { SYS_openat, 1, 0x80000123 }, { 436, 1, 0xfffffff0 }, { SYS_fchownat, 2, 0x7fff0001 },
		      { SYS_copy_file_range, 3, 0xfffffff1 }, { SYS_getppid, 0, 0 }, { SYS_fchown, 0, 0 } };

	for (unsigned i = 0; i < RAWBPF_COUNT(calls) && !problem[0]; i++) {
		uint64_t value = calls[i].argument;
		unsigned nth = calls[i].told == 2 ? 2 : 0;
		long a[6] = { -1, 0, -1, 0, 0, 0 }, got;

		a[nth] = (long)value;
		seen->tgid = getpid();
		memset(&seen->count, 0, sizeof *seen - offsetof(struct seen, count));
		got = syscall(calls[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
		if (is_return && calls[i].told)
			value = (uint32_t)(got < 0 ? -errno : got);
		if (seen->count != (calls[i].told > 0) || seen->values[0] != calls[i].told ||
		    seen->values[1] != value)
			snprintf(problem, size, "call %u: %llu events, signature %llu, %#llx, not %#llx", i,
				 (unsigned long long)seen->count, (unsigned long long)seen->values[0],
				 (unsigned long long)seen->values[1], (unsigned long long)value);
	}
}

void entered_check_family(char *problem, size_t size)
{
	problem[0] = '\0';
	for (int is_return = 0; is_return < 2 && !problem[0]; is_return++) {
		const struct rawbpf__entry_signature signatures[] = {
			{ .numbers = shared_numbers, .number_count = 2,
			  .values = family[is_return][0], .value_count = 2 },
			{ .numbers = &fchownat_number, .number_count = 1,
			  .values = family[is_return][1], .value_count = 2 },
			{ .numbers = &copy_number, .number_count = 1,
			  .values = family[is_return][2], .value_count = 2 },
		};
		struct rawbpf_link link = { 0 };
		int err, map;
		struct seen *seen = open_seen(&map);

		err = attach_calls(&link, map, is_return ? RAWBPF__ENTRY_SYSRET_RAW_TP :
				   RAWBPF__ENTRY_SYSCALL_RAW_TP, signatures, 3);
		if (err < 0)
			snprintf(problem, size, "attach %d", err);
		else
			check_family_call(seen, is_return, problem, size);
		rawbpf_link_detach(&link);
		close_seen(seen, map);
	}
}

/* Run a program in a child: seen->tgid is its process. workload then makes 0 calls. */
static int run_task(struct seen *seen, const char *path)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		seen->tgid = getpid();
		execl(path, path, "0", "0", NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* An execve(2) that succeeds returns 0 into another program. */
void entered_check_execve(const char *path, char *problem, size_t size)
{
	const int number = SYS_execve;
	const struct rawbpf__entry_value values[] = {
		TELL(7), { .kind = RAWBPF__ENTRY_RESULT, .width = 4, .slot = -16 } };
	const struct rawbpf__entry_signature signature = { .numbers = &number, .number_count = 1,
							   .values = values, .value_count = 2 };
	struct rawbpf_link link = { 0 };
	int err, status = 0, map;
	struct seen *seen = open_seen(&map);

	seen->values[1] = 1;
	err = attach_calls(&link, map, RAWBPF__ENTRY_SYSRET_RAW_TP, &signature, 1);
	if (err == 0)
		status = run_task(seen, path);
	problem[0] = '\0';
	if (err < 0 || status || seen->count != 1 || seen->values[0] != 7 || seen->values[1] != 0)
		snprintf(problem, size, "attach %d, status %d, %llu events, signature %llu, result %llu",
			 err, status, (unsigned long long)seen->count,
			 (unsigned long long)seen->values[0], (unsigned long long)seen->values[1]);
	rawbpf_link_detach(&link);
	close_seen(seen, map);
}

/* ------------------------------------------------------------------ 32-bit calls */

/* The number of fchownat(2) in 32-bit programs, and another call's in 64-bit ones of x86_64. */
#if defined(__x86_64__)
enum { COMPAT_NUMBER = 298 };
#elif defined(__s390x__)
enum { COMPAT_NUMBER = 291 };
#elif defined(__aarch64__)
enum { COMPAT_NUMBER = 325 };
#else
enum { COMPAT_NUMBER = 54 };
#endif

static void call_by_int80(void)
{
#if defined(__x86_64__)
	for (int i = 0; i < 10; i++) {
		long number = COMPAT_NUMBER;

		__asm__ volatile("int $0x80" : "+a"(number) : "b"(-100L), "c"(0L), "d"(-1L), "S"(-1L), "D"(0L)
				 : "memory", "r8", "r9", "r10", "r11");
	}
#endif
}

long entered_count_compat(const char *task)
{
	const int number = COMPAT_NUMBER;
	const struct rawbpf__entry_value value[] = { TELL(1), { .width = 4, .slot = -16 } };
	const struct rawbpf__entry_signature signature = { .numbers = &number, .number_count = 1,
							   .values = value, .value_count = 2 };
	struct rawbpf_link link = { 0 };
	int err, map;
	struct seen *seen = open_seen(&map);
	long count;

	err = attach_calls(&link, map, RAWBPF__ENTRY_SYSCALL_RAW_TP, &signature, 1);
	seen->tgid = getpid();
	if (err == 0 && task && run_task(seen, task) != 0)
		err = -ECHILD;
	if (err == 0 && !task)
		call_by_int80();
	seen->tgid = getpid();
	syscall(COMPAT_NUMBER, -1L, 0L, 0L, 0L, -1L, -1L);
	count = err < 0 ? err : (long)seen->count;
	rawbpf_link_detach(&link);
	close_seen(seen, map);
	return count;
}
