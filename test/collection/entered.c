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
#include <unistd.h>

#include "../attach/probe_offset.h"
#include "entered_program.h"

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
	struct entered_target loaded;
	const char *name_of;      /* a call, function or tracepoint, if it is not in .loaded */
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
#define LOADED(TYPE) { BPF_PROG_TYPE_##TYPE, 0, NULL, 0 }
#define TYPED(TYPE, ATTACH, KIND, NAME) { BPF_PROG_TYPE_##TYPE, ATTACH, NAME, BTF_KIND_##KIND }, NULL

static const struct place places[] = {
	{ "syscall.tracepoint", RAWBPF__ENTRY_SYSCALL_TRACEPOINT, LOADED(TRACEPOINT), "sys_enter_copy_file_range", call_copy_file_range, SOURCES(SIX) },
	{ "syscall.raw_tp", RAWBPF__ENTRY_SYSCALL_RAW_TP, LOADED(RAW_TRACEPOINT), "sys_enter", call_copy_file_range, SOURCES(SIX) },
	{ "syscall.kprobe", RAWBPF__ENTRY_SYSCALL_KPROBE, LOADED(KPROBE), "copy_file_range", call_copy_file_range, SOURCES(SIX) },
	{ "sysret.tracepoint", RAWBPF__ENTRY_SYSRET_TRACEPOINT, LOADED(TRACEPOINT), "sys_exit_copy_file_range", call_copy_file_range, SOURCES(RESULT(0, 8)) },
	{ "sysret.raw_tp", RAWBPF__ENTRY_SYSRET_RAW_TP, LOADED(RAW_TRACEPOINT), "sys_exit", call_copy_file_range, SOURCES(RESULT(0, 8)) },
	{ "sysret.kretprobe", RAWBPF__ENTRY_SYSRET_KRETPROBE, LOADED(KPROBE), "copy_file_range", call_copy_file_range, SOURCES(RESULT(0, 8)) },
	{ "kprobe", RAWBPF__ENTRY_KPROBE, LOADED(KPROBE), "__sys_sendto", call_sendto, SOURCES(SENDTO) },
	{ "kretprobe", RAWBPF__ENTRY_KRETPROBE, LOADED(KPROBE), "__sys_sendto", call_sendto, SOURCES(RESULT(0, 4)) },
	{ "uprobe", RAWBPF__ENTRY_UPROBE, LOADED(KPROBE), NULL, call_function,
	  SOURCES(SIX, ARGUMENT(6, 8), ARGUMENT(7, 8), ARGUMENT(8, 8), ARGUMENT(9, 8),
		  ARGUMENT(10, 8), ARGUMENT(11, 8)) },
	{ "uretprobe", RAWBPF__ENTRY_URETPROBE, LOADED(KPROBE), NULL, call_function,
	  SOURCES(RESULT(0, 8)) },
	{ "raw_tp", RAWBPF__ENTRY_RAW_TP, LOADED(RAW_TRACEPOINT), "signal_generate",
	  send_signal, SOURCES(SIGNAL) },
	{ "tp_btf", RAWBPF__ENTRY_TP_BTF, TYPED(TRACING, BPF_TRACE_RAW_TP, TYPEDEF, "btf_trace_signal_generate"),
	  send_signal, SOURCES(SIGNAL) },
	{ "fentry", RAWBPF__ENTRY_FENTRY, TYPED(TRACING, BPF_TRACE_FENTRY, FUNC, "__sys_sendto"), call_sendto,
	  SOURCES(TYPED_SENDTO) },
	{ "fexit", RAWBPF__ENTRY_FEXIT, TYPED(TRACING, BPF_TRACE_FEXIT, FUNC, "__sys_sendto"), call_sendto,
	  SOURCES(TYPED_SENDTO, RESULT(6, 4)) },
	{ "lsm", RAWBPF__ENTRY_LSM, TYPED(LSM, BPF_LSM_MAC, FUNC, "bpf_lsm_mmap_file"), map_memory, SOURCES(ARGUMENT(1, 8), ARGUMENT(3, 8)) },
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
			.group = "syscalls", .name = place->name_of });
	case RAWBPF__ENTRY_SYSCALL_RAW_TP:
	case RAWBPF__ENTRY_SYSRET_RAW_TP:
	case RAWBPF__ENTRY_RAW_TP:
		return rawbpf_raw_tracepoint_attach(link, prog, &(struct rawbpf_raw_tracepoint_spec){
			.name = place->name_of });
	case RAWBPF__ENTRY_SYSCALL_KPROBE:
	case RAWBPF__ENTRY_SYSRET_KRETPROBE:
		return rawbpf_kprobe_attach(link, prog, &(struct rawbpf_kprobe_spec){
			.syscall = place->name_of, .retprobe = way == RAWBPF__ENTRY_SYSRET_KRETPROBE });
	case RAWBPF__ENTRY_KPROBE:
	case RAWBPF__ENTRY_KRETPROBE:
		return rawbpf_kprobe_attach(link, prog, &(struct rawbpf_kprobe_spec){
			.symbol = place->name_of, .retprobe = way == RAWBPF__ENTRY_KRETPROBE,
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

static bool compare(const struct entered_seen *seen, const struct rawbpf__entry_value *values,
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
	struct entered_seen *seen = entered_open(&map);
	struct rawbpf_link link = { 0 };
	bool is_right = true;

	prog = entered_load(map, &place->loaded, &(struct rawbpf__entry){
		.way = place->way, .arch = ENTERED_ARCH, .task_status = entered_task_status(), .signature_count = 1,
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
	entered_close(seen, map);
	return err == 0 && is_right;
}

void entered_check(unsigned nth, char *problem, size_t size)
{
	const struct place *place = &places[nth];
	struct rawbpf__entry_value values[ENTERED_VALUES];
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
