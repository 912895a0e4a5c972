/* SPDX-License-Identifier: MIT */
/* Explains errors of attaching to perf events: kprobes, uprobes, tracepoints. */
#include <rawbpf/uapi.h>

#include "error.h"
#include "error_look.h"
#include "../attach/syscall_entry.h"
#include "../attach/tracefs.h"
#include "../../insn/base/character.h"
#include "../../insn/base/out.h"
#include "../../insn/base/string.h"

/* Count the kernel's symbols of that name. Returns the count or a negative errno. */
static int kprobe_symbols(const char *name)
{
	return rawbpf__count_lines(AT_FDCWD, "/proc/kallsyms", 2, name);
}

/* Return the name of a system call without the prefix that it may have, as in sys_fchownat. */
static const char *kprobe_syscall(const char *name)
{
	for (const char *at = name; *at; at++)
		if ((at == name || at[-1] == '_') && rawbpf__starts_with(at, "sys_"))
			name = at + sizeof "sys_" - 1;
	return name;
}

/* Find a system call's entry function. */
static const char *kprobe_entry_function(char *function, size_t size, const char *name)
{
	struct rawbpf__out out = rawbpf__out_begin(function, size);
	const char *entry = rawbpf__syscall_entry(kprobe_syscall(name));

	if (!entry)
		return NULL;
	rawbpf__out_text(&out, RAWBPF__SYSCALL_PREFIX);
	rawbpf__out_text(&out, entry);
	return out.length < size ? function : NULL;
}

static const char *why_no_function(const char *name)
{
	char buffer[128];
	const char *entry = kprobe_entry_function(buffer, sizeof buffer, name);
	int symbols = kprobe_symbols(name);

	if (symbols < 0)
		return NULL;
	if (symbols > 0)
		return "'@' is a function, not a system call; name it as a symbol";
	if (entry && kprobe_symbols(entry) > 0)
		return "this kernel has no function '@'; a system call goes into .syscall, without a prefix";
	return "this kernel has no function '@', and no entry function of such a system call; "
	       "see /proc/kallsyms";
}

/*
 * Check for a function that tracefs does not list as traceable: `name`, or that system call's entry
 * function.
 */
static int kprobe_is_untraceable(const char *name, int symbols)
{
	char buffer[128];
	const char *function = symbols ? name : kprobe_entry_function(buffer, sizeof buffer, name);
	int listed, events = function ? rawbpf__tracefs_events_open() : -1;

	if (events < 0)
		return 0;
	listed = rawbpf__count_lines(events, "../available_filter_functions", 0, function);
	rawbpf__close(events);
	return listed == 0;
}

#define SEVERAL_FUNCTIONS                                                                          \
	"this kernel has several functions '@'; probe each by its address (/proc/kallsyms, "      \
	"rawbpf_ksym_find())"

static const char *why_no_probe(const struct rawbpf_error *error)
{
	int symbols = kprobe_symbols(error->name);

	if (error->type && error->type != BPF_PROG_TYPE_KPROBE)
		return "the program is not of type kprobe";
	if (symbols > 1)
		return SEVERAL_FUNCTIONS;
	if (symbols >= 0 && kprobe_is_untraceable(error->name, symbols))
		return "'@' is not a function that can be traced (notrace and inline ones cannot); "
		       "see available_filter_functions in tracefs";
	return NULL;
}

static const char *why_no_kprobes(void)
{
	const char *why = rawbpf__why_no_tracefs();

	if (!rawbpf__exists("/sys/kernel"))
		return "sysfs is not mounted; mount it: mount -t sysfs sysfs /sys";
	if (!rawbpf__exists("/sys/bus/event_source/devices/kprobe"))
		return "this kernel has no kprobes (it was built without CONFIG_KPROBE_EVENTS)";
	return why ? why : "a cookie needs a bpf link";
}

static const char *why_no_kprobe(const struct rawbpf_error *error)
{
	if (error->error == -EOPNOTSUPP)
		return why_no_kprobes();
	if (error->error == -ENOENT && error->name)
		return why_no_function(error->name);
	if (error->error == -EINVAL && error->name)
		return why_no_probe(error);
	if (error->error == -EADDRNOTAVAIL)
		return SEVERAL_FUNCTIONS;
	if (error->error == -EILSEQ || error->error == -ERANGE)
		return "'@' cannot be probed: the offset is inside an instruction";
	return NULL;
}

static const char of_perf[] =
	"EACCES: tracefs cannot be read or written; run it as root\0"
	"ENOSYS: this kernel has no perf_event_open(2) (it was built without "
	"CONFIG_PERF_EVENTS), or a seccomp filter hides it\0";

/* Only on riscv64 the kernel keeps kprobes away from a function's beginning. */
#ifdef __riscv
#define KPROBE_BEGINNING                                                                           \
	"ftrace has its first 8 bytes (before Linux 7 set the offset to 8, without retprobe), "
#else
#define KPROBE_BEGINNING ""
#endif

#define OF_KPROBES                                                                                 \
	"ENOENT: this kernel has no such function or system call\0"                                \
	"E2BIG: the name is too long for a symbol\0"                                               \
	"EINVAL: '@' cannot be probed: kprobes rely on it, " KPROBE_BEGINNING

static const struct rawbpf_failures failures_of_kprobe_pmu_attach = {
	.capabilities = RAWBPF__NEEDS_PERFMON,
	.look = why_no_kprobe,
	.more_sentences = of_perf,
	.asks_perf = 1,
	.sentences = OF_KPROBES
		"or the offset is inside an instruction\0",
};
RAWBPF__OPERATION(KPROBE_PMU_ATTACH, failures_of_kprobe_pmu_attach);

/* Check whether the kernel has a function by which 32-bit programs enter the call. */
static int kprobe_has_compat(const char *name)
{
	char function[128];
	int found = 0;

	for (unsigned n = 0; !found && rawbpf__syscall_compat_entry(function, sizeof function, name, n); n++)
		found = kprobe_symbols(function) > 0;
	return found;
}

/* Explain also a spec with `compat`, where the function of native programs may be there. */
static const char *why_no_kprobe_or_compat(const struct rawbpf_error *error)
{
	char buffer[128];
	const char *entry = NULL;

	if (error->error == -ENOENT && error->name)
		entry = kprobe_entry_function(buffer, sizeof buffer, error->name);
	if (entry && kprobe_symbols(error->name) == 0 && kprobe_symbols(entry) > 0 &&
	    !kprobe_has_compat(kprobe_syscall(error->name)))
		return "this kernel has no function '@', and none for a call of 32-bit programs; a native "
		       "system call goes into .syscall, without a prefix";
	return why_no_kprobe(error);
}

static const struct rawbpf_failures failures_of_kprobe_attach = {
	.capabilities = RAWBPF__NEEDS_PERFMON,
	.look = why_no_kprobe_or_compat,
	.more_sentences = of_perf,
	.asks_perf = 1,
	.sentences = OF_KPROBES
		"the offset is inside an instruction, or maxactive is over 4096, without retprobe or with "
		"the PMU, which has no such setting\0"
		"EBUSY: another process has held a lock on kprobe_events in tracefs for 2 seconds; find it "
		"in /proc/locks, by the file's inode\0",
};
RAWBPF__OPERATION(KPROBE_ATTACH, failures_of_kprobe_attach);

static const char *why_no_functions(const struct rawbpf_error *error)
{
	return error->error == -EOPNOTSUPP ? rawbpf__why_no_tracefs() : NULL;
}

static const struct rawbpf_failures failures_of_kprobe_find = {
	.look = why_no_functions,
	.more_sentences = of_perf,
	.sentences =
		"ENOENT: this kernel has no function whose name matches '@'; see "
		"available_filter_functions in tracefs\0"
		"EOPNOTSUPP: tracefs is not mounted\0"
		"EPERM: the kernel or a security module forbids tracing, or the kernel hides its "
		"addresses from this process (kernel.kptr_restrict, or CAP_SYSLOG is missing)\0",
};
RAWBPF__OPERATION(KPROBE_FIND, failures_of_kprobe_find);

static const char *why_no_uprobes(const struct rawbpf_error *error)
{
	if (error->error != -EOPNOTSUPP)
		return NULL;
	if (!rawbpf__exists("/sys/kernel"))
		return "sysfs is not mounted; mount it: mount -t sysfs sysfs /sys";
	if (!rawbpf__exists("/sys/bus/event_source/devices/uprobe"))
		return "this kernel has no uprobes (it was built without CONFIG_UPROBE_EVENTS)";
	return "a cookie needs a bpf link";
}

/* Measured on 6.18, for one process and for all. */
static const struct rawbpf_failures failures_of_uprobe_attach = {
	.capabilities = RAWBPF__NEEDS_ADMIN,
	.look = why_no_uprobes,
	.more_sentences = of_perf,
	.sentences =
		"ENOENT: the file '@' does not exist\0"
		"ENOTDIR: a part of the path '@' is not a directory\0"
		"EINVAL: '@' is not a regular file, or the offset is past its end\0"
		"EIO: no instruction at this offset of '@' can be probed\0"
		"EOPNOTSUPP: the instruction at this offset of '@' cannot be probed\0"
		"ESRCH: the process does not exist\0"
		"EACCES: '@' cannot be read\0",
};
RAWBPF__OPERATION(UPROBE_ATTACH, failures_of_uprobe_attach);

static const struct rawbpf_failures failures_of_uprobe_find = {
	.sentences =
		"ENOENT: the file does not exist\0"
		"ENOTDIR: a part of the path is not a directory\0"
		"EACCES: the file cannot be read\0"
		"EISDIR: the path is not that of a regular file\0"
		"ENOEXEC: the file is not an ELF file\0"
		"EBADMSG: the ELF file is broken, or was shortened while it was read\0"
		"E2BIG: the tables of the ELF file are larger than 1 GiB\0"
		"EXDEV: the ELF file is for another machine\0"
		"EINVAL: the path or the name is missing\0"
		"ESRCH: the file has no symbol '@' (it may be a version that is not the default, or be in a "
		"separate debug file); see nm -D and nm\0"
		"ENOMSG: the file has no symbols (it is stripped); attach by an offset, which the separate "
		"debug file has\0"
		"ENOLINK: another file defines '@'; attach there, or to this file's PLT stub for it\0"
		"ENXIO: '@' is not code\0"
		"EDESTADDRREQ: '@' is an indirect function (IFUNC), whose code a resolver chooses at run time; "
		"attach to that code, or to the PLT stubs of its callers\0"
		"EOPNOTSUPP: PLT stubs of this machine cannot be found; attach where '@' is defined\0",
};
RAWBPF__OPERATION(UPROBE_FIND, failures_of_uprobe_find);

static const char *why_no_tracepoints(const struct rawbpf_error *error)
{
	const char *why;

	if (error->error != -EOPNOTSUPP)
		return NULL;
	why = rawbpf__why_no_tracefs();
	return why ? why : "a cookie needs a bpf link";
}

static const struct rawbpf_failures failures_of_tracepoint_attach = {
	.capabilities = RAWBPF__NEEDS_PERFMON,
	.look = why_no_tracepoints,
	.more_sentences = of_perf,
	.asks_perf = 1,
	.sentences =
		"ENOENT: this kernel has no tracepoint '@'; see "
		"/sys/kernel/tracing/available_events\0"
		"EACCES: tracefs cannot be read (run it as root), or the program reads past the "
		"record's end\0"
		"EINVAL: the program or a name is not a tracepoint's, or the spec needs a bpf link "
		"(Linux 5.15)\0"
		"E2BIG: '@' already has the maximum number of programs\0"
		"EEXIST: the program is attached to '@' already\0",
};
RAWBPF__OPERATION(TRACEPOINT_ATTACH, failures_of_tracepoint_attach);

static const struct rawbpf_failures failures_of_perf_event_attach = {
	.capabilities = RAWBPF__NEEDS_PERFMON,
	.more_sentences = of_perf,
	.asks_perf = 1,
	.sentences =
		"EINVAL: the event cannot run programs of this type, or cannot have a bpf link "
		"(before 5.15)\0"
		"EEXIST: the event has a program already\0"
		"EACCES: the program reads past the end of the event's record\0"
		"ENOENT: this machine has no such event\0"
		"ENOTTY: the descriptor is not a perf event's\0"
		"EBADF: the event or the program is not open\0",
};
RAWBPF__OPERATION(PERF_EVENT_ATTACH, failures_of_perf_event_attach);

/* A name that is a number is the frequency, of a program whose type fits. */
static const char *why_no_events(const struct rawbpf_error *error)
{
	if (error->error == -EINVAL && error->name && rawbpf__is_decimal(error->name[0]))
		return "@ times a second is not from 1 to the number in "
		       "/proc/sys/kernel/perf_event_max_sample_rate";
	return NULL;
}

static const struct rawbpf_failures failures_of_perf_events = {
	.capabilities = RAWBPF__NEEDS_PERFMON,
	.look = why_no_events,
	.more_sentences = of_perf,
	.asks_perf = 1,
	.sentences =
		"EINVAL: not exactly one of frequency and period is set, the frequency is over "
		"kernel.perf_event_max_sample_rate, the type or config is unknown, the program is not of "
		"type perf_event, or a bpf link is wanted (Linux 5.15)\0"
		"ENOENT: this machine has no such event\0"
		"EOPNOTSUPP: the event cannot be sampled, or a cookie needs a bpf link\0"
		"E2BIG: a CPU is online that the array has no room for; see rawbpf_cpu_count()\0"
		"ENODEV: no CPU has such an event\0"
		"EBUSY: the counters of a CPU are in use\0"
		"EBADF: the program is not open, or the events are closed\0",
};
RAWBPF__OPERATION(PERF_EVENTS_OPEN, failures_of_perf_events);
RAWBPF__OPERATION(PERF_EVENTS_FOLLOW, failures_of_perf_events);
